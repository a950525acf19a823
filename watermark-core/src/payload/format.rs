//! Bytes <-> fields of payload version 1: big-endian, most significant bit first, no padding.
//!
//! | part | bytes | layout |
//! |---|---|---|
//! | beacon | 9 | version 4 bits, origin 2, realistic 1, artistic 1, key id 24, serial 40 |
//! | seal | 92 | time 32 bits, system tag 16, width 16, height 16, content hash 144, signature 512 |
//!
//! The coding layer appends a CRC-32 to each and never looks inside. Decoding is strict: a value that the format
//! reserves is an error, so that every decodable payload has exactly one encoding.

use std::ops::Range;

use ed25519_dalek::Signature;
use thiserror::Error;

use super::{ContentHash, KeyId, Origin, Serial, StampedSize, SystemTag, UnixSeconds};

/// The payload version that this crate writes and reads, 0 to 15. Spec: `docs/FORMAT.md`.
pub const VERSION: u8 = 1;

/// Why decoded bits (their CRC-32 agreed) are no payload of version 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The version is not [`VERSION`].
    #[error(
        "the beacon states payload version {found}, this reader knows version {VERSION} only; read the image with a \
         newer release"
    )]
    UnknownVersion {
        /// The version stated, 0 to 15.
        found: u8,
    },
    /// The origin bits are 0.
    #[error(
        "the beacon states origin 0, which version {VERSION} reserves (1 to 3 are defined); treat the mark as \
         damaged or forged"
    )]
    ReservedOrigin,
    /// A side of the stamped picture is zero.
    #[error(
        "the seal states a picture of {width} x {height} px, but both sides must be at least 1 px; treat the seal \
         as damaged or forged"
    )]
    ZeroSide {
        /// Width in pixels.
        width: u16,
        /// Height in pixels.
        height: u16,
    },
}

/// The public signpost, readable without any key: what the image **claims** about itself. Anyone can write one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Beacon {
    /// How the picture came to be.
    pub origin: Origin,
    /// It shows persons, places or events that a viewer could take for real.
    pub realistic: bool,
    /// It is evidently artistic, satirical or fictional.
    pub artistic: bool,
    /// Which key the stamp points to.
    pub key_id: KeyId,
    /// The stamper's number for this picture.
    pub serial: Serial,
}

impl Beacon {
    /// Encoded length in bytes.
    pub const BYTES: usize = 9;

    /// The 9 bytes of the table above.
    pub fn encode(&self) -> [u8; Self::BYTES] {
        let head = VERSION << 4 | self.origin.bits() << 2 | u8::from(self.realistic) << 1 | u8::from(self.artistic);
        let mut out = Writer([0; Self::BYTES], 0);
        out.put(&[head]).put(&self.key_id.0).put(&self.serial.to_bytes());
        out.0
    }

    /// `KEYID-SERIAL`, such as `1a2b3c-42`: how the stamp is named in every layer around the pixels.
    pub fn id(&self) -> String {
        format!("{}-{}", self.key_id, self.serial.get())
    }

    /// Reads what [`Beacon::encode`] wrote.
    ///
    /// # Errors
    /// [`DecodeError::UnknownVersion`] or [`DecodeError::ReservedOrigin`].
    pub fn decode(bytes: &[u8; Self::BYTES]) -> Result<Self, DecodeError> {
        let [head, i0, i1, i2, serial @ ..] = *bytes;
        let found = head >> 4;
        if found != VERSION {
            return Err(DecodeError::UnknownVersion { found });
        }
        Ok(Self {
            origin: Origin::from_bits(head >> 2 & 3).ok_or(DecodeError::ReservedOrigin)?,
            realistic: head & 2 != 0,
            artistic: head & 1 != 0,
            key_id: KeyId([i0, i1, i2]),
            serial: Serial::from_bytes(serial),
        })
    }
}

/// The seal's fields without its signature: **claims** until the signature over them was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SealClaims {
    /// When it was stamped, by the stamper's own clock.
    pub time: UnixSeconds,
    /// Which generator system made it.
    pub system: SystemTag,
    /// The picture's size when it was stamped.
    pub size: StampedSize,
    /// What the picture showed.
    pub content_hash: ContentHash,
}

impl SealClaims {
    /// Encoded length in bytes.
    pub const BYTES: usize = 28;

    /// Bits of the encoding, size and content hash, that a reader who sees the whole picture can predict.
    pub(crate) const PREDICTABLE: Range<usize> = 48..224;

    /// The first 28 bytes of a seal.
    pub fn encode(&self) -> [u8; Self::BYTES] {
        let mut out = Writer([0; Self::BYTES], 0);
        out.put(&self.time.0.to_be_bytes())
            .put(&self.system.0.to_be_bytes())
            .put(&self.size.width_px().to_be_bytes())
            .put(&self.size.height_px().to_be_bytes())
            .put(&self.content_hash.0);
        out.0
    }

    /// Reads what [`SealClaims::encode`] wrote.
    ///
    /// # Errors
    /// [`DecodeError::ZeroSide`].
    pub fn decode(bytes: &[u8; Self::BYTES]) -> Result<Self, DecodeError> {
        let [t0, t1, t2, t3, s0, s1, w0, w1, h0, h1, content_hash @ ..] = *bytes;
        let (width, height) = (u16::from_be_bytes([w0, w1]), u16::from_be_bytes([h0, h1]));
        Ok(Self {
            time: UnixSeconds(u32::from_be_bytes([t0, t1, t2, t3])),
            system: SystemTag(u16::from_be_bytes([s0, s1])),
            size: StampedSize::new(width.into(), height.into()).map_err(|_| DecodeError::ZeroSide { width, height })?,
            content_hash: ContentHash(content_hash),
        })
    }
}

/// Everything that a signature covers, beacon and seal together: what is handed to the signer, and what an image
/// **claims** until [`verify`](crate::signature::verify) turns it into
/// [`Authenticated`](crate::signature::Authenticated).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Claims {
    /// The signpost.
    pub beacon: Beacon,
    /// The seal's fields.
    pub seal: SealClaims,
}

/// The long message in the pixels: its fields and a signature nobody has checked yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seal {
    /// The fields, so far merely claimed.
    pub unverified_claims: SealClaims,
    /// An ed25519 signature over the beacon and these fields.
    pub unverified_signature: Signature,
}

impl Seal {
    /// Encoded length in bytes.
    pub const BYTES: usize = SealClaims::BYTES + Signature::BYTE_SIZE;

    /// The 92 bytes of the table above.
    pub fn encode(&self) -> [u8; Self::BYTES] {
        let mut out = Writer([0; Self::BYTES], 0);
        out.put(&self.unverified_claims.encode()).put(&self.unverified_signature.to_bytes());
        out.0
    }

    /// Reads what [`Seal::encode`] wrote. A seal has no version of its own: decode the beacon first.
    ///
    /// # Errors
    /// [`DecodeError::ZeroSide`].
    pub fn decode(bytes: &[u8; Self::BYTES]) -> Result<Self, DecodeError> {
        let mut claims = [0; SealClaims::BYTES];
        let mut signature = [0; Signature::BYTE_SIZE];
        claims.copy_from_slice(&bytes[..SealClaims::BYTES]);
        signature.copy_from_slice(&bytes[SealClaims::BYTES..]);
        Ok(Self {
            unverified_claims: SealClaims::decode(&claims)?,
            unverified_signature: Signature::from_bytes(&signature),
        })
    }
}

/// Beacon and seal of one stamp, as signed or as read: the whole content of the pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payload {
    /// The signpost.
    pub beacon: Beacon,
    /// The signed fields and their signature.
    pub seal: Seal,
}

impl Payload {
    /// What this payload states, checked by nobody.
    pub const fn unverified_claims(&self) -> Claims {
        Claims { beacon: self.beacon, seal: self.seal.unverified_claims }
    }
}

/// Fills a fixed array from the front. The lengths put in add up to `N` by construction.
struct Writer<const N: usize>([u8; N], usize);

impl<const N: usize> Writer<N> {
    fn put(&mut self, bytes: &[u8]) -> &mut Self {
        for (slot, byte) in self.0.iter_mut().skip(self.1).zip(bytes) {
            *slot = *byte;
        }
        self.1 += bytes.len();
        self
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::payload::testing;

    #[test]
    fn every_beacon_bit_where_the_table_puts_it() {
        let beacon = Beacon {
            origin: Origin::Altered,
            realistic: true,
            artistic: false,
            key_id: KeyId([0xaa, 0xbb, 0xcc]),
            serial: Serial::new(0x01_0203_0405).unwrap(),
        };
        assert_eq!(beacon.encode(), [0b0001_1010, 0xaa, 0xbb, 0xcc, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn unknown_versions_say_so() {
        let mut bytes = testing::sample_claims().beacon.encode();
        for found in (0..16).filter(|&v| v != VERSION) {
            bytes[0] = found << 4 | bytes[0] & 15;
            let error = Beacon::decode(&bytes).unwrap_err();
            assert_eq!(error, DecodeError::UnknownVersion { found });
            let text = error.to_string();
            assert!(text.contains(&format!("version {found},")) && text.contains("newer release"), "{text}");
        }
    }

    #[test]
    fn reserved_origin() {
        let mut bytes = testing::sample_claims().beacon.encode();
        bytes[0] &= 0b1111_0011;
        assert_eq!(Beacon::decode(&bytes), Err(DecodeError::ReservedOrigin));
    }

    #[test]
    fn zero_sides() {
        let good = testing::sample_claims().seal.encode();
        for (at, width, height) in [(6, 0, 768), (8, 1024, 0)] {
            let mut bytes = good;
            bytes[at..at + 2].fill(0);
            assert_eq!(SealClaims::decode(&bytes), Err(DecodeError::ZeroSide { width, height }));
        }
    }

    proptest! {
        #[test]
        fn claims_round_trip(claims in testing::claims(), signature in any::<[u8; 64]>()) {
            prop_assert_eq!(Beacon::decode(&claims.beacon.encode()), Ok(claims.beacon));
            prop_assert_eq!(SealClaims::decode(&claims.seal.encode()), Ok(claims.seal));
            let unverified_signature = Signature::from_bytes(&signature);
            let seal = Seal { unverified_claims: claims.seal, unverified_signature };
            prop_assert_eq!(Seal::decode(&seal.encode()), Ok(seal));
        }

        #[test]
        fn arbitrary_bytes_are_refused_or_written_back_alike(
            beacon in any::<[u8; 9]>(),
            version_one in any::<bool>(),
            claims in any::<[u8; 28]>(),
            signature in any::<[u8; 64]>(),
        ) {
            let mut beacon = beacon;
            if version_one {
                beacon[0] = VERSION << 4 | beacon[0] & 15;
            }
            if let Ok(fields) = Beacon::decode(&beacon) {
                prop_assert_eq!(fields.encode(), beacon);
            }
            let mut seal = [0; Seal::BYTES];
            seal[..28].copy_from_slice(&claims);
            seal[28..].copy_from_slice(&signature);
            if let Ok(fields) = Seal::decode(&seal) {
                prop_assert_eq!(fields.encode(), seal);
            }
        }
    }
}
