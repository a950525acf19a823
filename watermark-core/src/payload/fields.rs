//! The payload's fields, each a type that cannot hold a value the format has no bits for.
//!
//! Caller's values in -> checked fields out; the bit positions are in `format.rs`.

use std::fmt;
use std::num::NonZeroU16;
use std::str::FromStr;

use sha2::{Digest, Sha256};
use thiserror::Error;

use super::hex;

/// A value that the payload format cannot hold.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FieldError {
    /// A serial number of more than 40 bits.
    #[error(
        "serial number {value} does not fit 40 bits; use 0 to {}, or move on to a new key and count from 0",
        Serial::MAX
    )]
    SerialTooLarge {
        /// The number handed over.
        value: u64,
    },
    /// A width or height of zero or of more than 16 bits.
    #[error(
        "an image of {width} x {height} px cannot be recorded; both sides must be 1 to 65535 px, so scale or split it"
    )]
    SideOutOfRange {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// A time that 32 bits of unsigned seconds cannot express.
    #[error("time {value} s from 1970 does not fit; use a time from 1970-01-01T00:00:00Z to 2106-02-07T06:28:15Z")]
    TimeOutOfRange {
        /// Seconds from 1970-01-01T00:00:00Z.
        value: i64,
    },
    /// Text that is no RFC 3339 time.
    #[error("{text:?} is no RFC 3339 time; write it like 2026-01-31T09:30:00Z or 2026-01-31T18:30:00+09:00")]
    TimeSyntax {
        /// The text handed over.
        text: String,
    },
    /// Text that is no key id.
    #[error("{text:?} is no key id; write exactly 6 hexadecimal digits")]
    KeyIdSyntax {
        /// The text handed over.
        text: String,
    },
    /// Text that is no system tag.
    #[error("{text:?} is no system tag; write exactly 4 hexadecimal digits")]
    SystemTagSyntax {
        /// The text handed over.
        text: String,
    },
    /// A system name or version that cannot be told apart or shown safely.
    #[error(
        "{text:?} does not name a system; write NAME@VERSION, each 1 to 128 bytes of visible text, no @ in VERSION"
    )]
    SystemSyntax {
        /// The text handed over.
        text: String,
    },
}

/// How the picture came to be, as the stamper states it. Two bits; 0 is reserved and refused.
///
/// The three values are the ones that labelling rules tell apart (generated; altered; suspected to be either).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// 1: made by a generative system.
    Generated,
    /// 2: an existing picture substantially altered by a generative system.
    Altered,
    /// 3: possibly generated or altered; the stamper does not know.
    Possible,
}

impl Origin {
    /// The two bits, 1 to 3.
    pub const fn bits(self) -> u8 {
        match self {
            Self::Generated => 1,
            Self::Altered => 2,
            Self::Possible => 3,
        }
    }

    /// The origin of two bits; `None` for the reserved 0 and for anything above 3.
    pub const fn from_bits(bits: u8) -> Option<Self> {
        match bits {
            1 => Some(Self::Generated),
            2 => Some(Self::Altered),
            3 => Some(Self::Possible),
            _ => None,
        }
    }
}

/// `generated`, `altered` or `possible`.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Generated => "generated",
            Self::Altered => "altered",
            Self::Possible => "possible",
        })
    }
}

/// Which key the stamp names: the first 24 bits of a hash of the public key. A pointer for lookup, never a proof:
/// two keys share an id once in 16.8 million pairs, and anyone can make such a pair on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 3]);

impl KeyId {
    /// What is hashed in front of the key: a NUL-terminated name, then the version of the derivation.
    const DOMAIN: &[u8] = b"watermark key id\0\x01";

    /// The id of an ed25519 public key of 32 bytes: `SHA-256("watermark key id" 00 01 || key)[0..3]`.
    pub fn derive(public_key: &[u8; 32]) -> Self {
        let hash: [u8; 32] = Sha256::new().chain_update(Self::DOMAIN).chain_update(public_key).finalize().into();
        Self([hash[0], hash[1], hash[2]])
    }
}

/// Six lower-case hexadecimal digits.
impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

/// Six hexadecimal digits of either case.
impl FromStr for KeyId {
    type Err = FieldError;

    fn from_str(text: &str) -> Result<Self, FieldError> {
        hex::decode(text).map(Self).ok_or_else(|| FieldError::KeyIdSyntax { text: text.to_owned() })
    }
}

/// The stamper's number for this picture, below 2^40; key id and serial together name one stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Serial(u64);

impl Serial {
    /// The largest serial number, 2^40 - 1.
    pub const MAX: u64 = (1 << 40) - 1;

    /// Wraps a number.
    ///
    /// # Errors
    /// [`FieldError::SerialTooLarge`] above [`Serial::MAX`].
    pub const fn new(value: u64) -> Result<Self, FieldError> {
        if value > Self::MAX {
            return Err(FieldError::SerialTooLarge { value });
        }
        Ok(Self(value))
    }

    /// The number, 0 to [`Serial::MAX`].
    pub const fn get(self) -> u64 {
        self.0
    }

    pub(super) const fn to_bytes(self) -> [u8; 5] {
        let [_, _, _, b0, b1, b2, b3, b4] = self.0.to_be_bytes();
        [b0, b1, b2, b3, b4]
    }

    pub(super) const fn from_bytes([b0, b1, b2, b3, b4]: [u8; 5]) -> Self {
        Self(u64::from_be_bytes([0, 0, 0, b0, b1, b2, b3, b4]))
    }
}

/// The decimal number.
impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Width and height of the picture when it was stamped, in pixels, after any EXIF orientation was applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StampedSize {
    width_px: NonZeroU16,
    height_px: NonZeroU16,
}

impl StampedSize {
    /// Wraps a size in pixels.
    ///
    /// # Errors
    /// [`FieldError::SideOutOfRange`] when a side is 0 or above 65535.
    pub fn new(width: u32, height: u32) -> Result<Self, FieldError> {
        let side = |px: u32| u16::try_from(px).ok().and_then(NonZeroU16::new);
        match (side(width), side(height)) {
            (Some(width_px), Some(height_px)) => Ok(Self { width_px, height_px }),
            _ => Err(FieldError::SideOutOfRange { width, height }),
        }
    }

    /// Width in pixels, at least 1.
    pub const fn width_px(self) -> u16 {
        self.width_px.get()
    }

    /// Height in pixels, at least 1.
    pub const fn height_px(self) -> u16 {
        self.height_px.get()
    }
}

/// `WIDTH x HEIGHT`.
impl fmt::Display for StampedSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} x {}", self.width_px, self.height_px)
    }
}

/// A robust hash of what the picture shows, 144 bits, as the content section of the format lays them out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ContentHash(pub [u8; 18]);

impl ContentHash {
    /// All zero: no content hash was made, so the stamp is bound to no picture. Part of what is signed, so nobody
    /// can take the binding away later.
    pub const NONE: Self = Self([0; 18]);

    /// Whether the stamper left the picture unbound.
    pub fn is_none(self) -> bool {
        self == Self::NONE
    }
}

/// 36 lower-case hexadecimal digits.
impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_holds_forty_bits_and_no_more() {
        assert_eq!(Serial::new(Serial::MAX).unwrap().get(), 0xff_ffff_ffff);
        let error = Serial::new(1 << 40).unwrap_err();
        assert_eq!(error, FieldError::SerialTooLarge { value: 1 << 40 });
        let text = error.to_string();
        assert!(text.contains("1099511627776") && text.contains("1099511627775"), "{text}");
    }

    #[test]
    fn sides_are_one_to_65535() {
        assert_eq!(StampedSize::new(65535, 1).unwrap().to_string(), "65535 x 1");
        for (width, height) in [(0, 5), (5, 0), (65536, 5), (5, 65536), (u32::MAX, u32::MAX)] {
            assert_eq!(StampedSize::new(width, height), Err(FieldError::SideOutOfRange { width, height }));
        }
    }

    #[test]
    fn origin_zero_is_reserved() {
        for bits in 0..=255 {
            assert_eq!(Origin::from_bits(bits).map(Origin::bits), (1..=3).contains(&bits).then_some(bits));
        }
    }

    #[test]
    fn key_ids_read_and_write() {
        let id: KeyId = "0A1b2C".parse().unwrap();
        assert_eq!(id.to_string(), "0a1b2c");
        for text in ["", "0a1b2", "0a1b2c3d", "0a1b2x", "0x1b2c"] {
            assert_eq!(text.parse::<KeyId>(), Err(FieldError::KeyIdSyntax { text: text.to_owned() }));
        }
    }
}
