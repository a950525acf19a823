//! ed25519 keys and their text forms: PKCS#8 PEM (private), SPKI PEM and hexadecimal (public).
//!
//! Source: RFC 8032 (keys), RFC 8410 (both PEM forms), RFC 5958 (PKCS#8). Files and randomness are the caller's.

use std::fmt;

use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{self, DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, KeypairBytes};
use ed25519_dalek::{Signature, SignatureError, Signer, SigningKey, VerifyingKey};
use thiserror::Error;

use super::Zeroizing;
use crate::payload::{KeyId, hex};

/// Why a key was refused. No text ever quotes private key material.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The public key is not 64 hexadecimal digits.
    #[error("cannot read a public key from {digits} characters; write its 32 bytes as exactly 64 hexadecimal digits")]
    PublicHex {
        /// Characters handed over.
        digits: usize,
    },
    /// The public key is no point of the curve in its one proper encoding.
    #[error("public key {hex} is no canonical ed25519 point; ask its owner for the key again")]
    NotAPoint {
        /// The key as handed over.
        hex: String,
    },
    /// The public key has small order: there are signatures under it that hold for almost any message.
    #[error("public key {hex} is weak (small order): anyone can sign for it; never trust whoever offers it")]
    Weak {
        /// The key as handed over.
        hex: String,
    },
    /// The public key's PEM text cannot be read.
    #[error("cannot read the public key; it must be ed25519 in SPKI PEM, beginning with -----BEGIN PUBLIC KEY-----")]
    PublicPem(#[source] pkcs8::spki::Error),
    /// The private key's PEM text cannot be read.
    #[error(
        "cannot read the private key; it must be ed25519 in PKCS#8 PEM, beginning with -----BEGIN PRIVATE KEY-----"
    )]
    PrivatePem(#[source] pkcs8::Error),
    /// The private key is protected by a pass phrase.
    #[error(
        "the private key is encrypted, which is not supported; take the pass phrase off with `openssl pkey -in \
         KEY.pem -out PLAIN.pem` and protect the file by its permissions"
    )]
    EncryptedPem,
    /// The private key's PEM text cannot be written.
    #[error("cannot write the private key as PEM")]
    WritePrivate(#[source] pkcs8::Error),
    /// The public key's PEM text cannot be written.
    #[error("cannot write the public key as PEM")]
    WritePublic(#[source] pkcs8::spki::Error),
}

/// An ed25519 public key that is safe to verify with: on the curve, canonically encoded, not of small order.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Reads the 32 bytes of RFC 8032.
    ///
    /// # Errors
    /// [`KeyError::NotAPoint`] (also for an encoding that does not read back alike, so a key has one id only) or
    /// [`KeyError::Weak`].
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let hex = || hex::encode(bytes);
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::NotAPoint { hex: hex() })?;
        if key.is_weak() {
            return Err(KeyError::Weak { hex: hex() });
        }
        if key.to_edwards().compress().as_bytes() != bytes {
            return Err(KeyError::NotAPoint { hex: hex() });
        }
        Ok(Self(key))
    }

    /// Reads 64 hexadecimal digits of either case.
    ///
    /// # Errors
    /// [`KeyError::PublicHex`], or as [`PublicKey::from_bytes`].
    pub fn from_hex(text: &str) -> Result<Self, KeyError> {
        let bytes = hex::decode(text).ok_or_else(|| KeyError::PublicHex { digits: text.chars().count() })?;
        Self::from_bytes(&bytes)
    }

    /// Reads SPKI PEM (RFC 8410), as `openssl pkey -pubout` writes it.
    ///
    /// # Errors
    /// [`KeyError::PublicPem`], or as [`PublicKey::from_bytes`].
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let bytes = pkcs8::PublicKeyBytes::from_public_key_pem(text).map_err(KeyError::PublicPem)?;
        Self::from_bytes(&bytes.to_bytes())
    }

    /// The 32 bytes of RFC 8032.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// 64 lower-case hexadecimal digits.
    pub fn to_hex(&self) -> String {
        hex::encode(self.as_bytes())
    }

    /// SPKI PEM (RFC 8410) with a final line feed.
    ///
    /// # Errors
    /// [`KeyError::WritePublic`]; no key is known to cause it.
    pub fn to_pem(&self) -> Result<String, KeyError> {
        self.0.to_public_key_pem(LineEnding::LF).map_err(KeyError::WritePublic)
    }

    /// The 24 bits by which a beacon points to this key.
    pub fn key_id(&self) -> KeyId {
        KeyId::derive(self.as_bytes())
    }

    /// The one signature check of this crate; its criteria are in `verify.rs`.
    pub(super) fn verify_strict(&self, message: &[u8], signature: &Signature) -> Result<(), SignatureError> {
        self.0.verify_strict(message, signature)
    }
}

/// The key in hexadecimal.
impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.to_hex())
    }
}

/// A private key held in this process; erased from memory when dropped. Keys held elsewhere need none of this: see
/// [`sign`](super::sign()).
pub struct PrivateKey(SigningKey);

impl PrivateKey {
    /// Makes the key of a seed: 32 bytes from a cryptographic source of randomness. The seed is erased.
    #[expect(clippy::needless_pass_by_value, reason = "the caller gives the only copy away, and it is erased here")]
    pub fn from_seed(seed: Zeroizing<[u8; 32]>) -> Self {
        Self(SigningKey::from_bytes(&seed))
    }

    /// Reads unencrypted PKCS#8 PEM, version 1 or 2 (RFC 5958, with the public key inside, which must then match).
    ///
    /// # Errors
    /// [`KeyError::EncryptedPem`] or [`KeyError::PrivatePem`].
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        if text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") {
            return Err(KeyError::EncryptedPem);
        }
        SigningKey::from_pkcs8_pem(text).map(Self).map_err(KeyError::PrivatePem)
    }

    /// Unencrypted PKCS#8 PEM, version 1, with a final line feed; erased from memory when dropped. A file that takes
    /// it must be readable by its owner alone.
    ///
    /// DIFFERENCE: version 1, so without the public key that RFC 5958 would allow; OpenSSL 3.0 reads no other.
    ///
    /// # Errors
    /// [`KeyError::WritePrivate`]; no key is known to cause it.
    pub fn to_pem(&self) -> Result<Zeroizing<String>, KeyError> {
        KeypairBytes { secret_key: self.0.to_bytes(), public_key: None }
            .to_pkcs8_pem(LineEnding::LF)
            .map_err(KeyError::WritePrivate)
    }

    /// The public half.
    pub fn public_key(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }
}

impl Signer<Signature> for PrivateKey {
    fn try_sign(&self, message: &[u8]) -> Result<Signature, SignatureError> {
        self.0.try_sign(message)
    }
}

/// The public key only.
impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey(of {})", self.public_key().to_hex())
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use proptest::prelude::*;

    use super::*;

    /// The example key of RFC 8410, section 10.3, as OpenSSL 3.0 writes it too.
    const RFC_PRIVATE: &str = "-----BEGIN PRIVATE KEY-----\n\
        MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
        -----END PRIVATE KEY-----\n";
    /// Its public key, section 10.1.
    const RFC_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\n\
        MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n\
        -----END PUBLIC KEY-----\n";

    #[test]
    fn files_of_other_tools_read_and_are_written_back_alike() {
        let key = PrivateKey::from_pem(RFC_PRIVATE).unwrap();
        assert_eq!(*key.to_pem().unwrap(), RFC_PRIVATE);
        assert_eq!(PublicKey::from_pem(RFC_PUBLIC).unwrap(), key.public_key());
        assert_eq!(key.public_key().to_pem().unwrap(), RFC_PUBLIC);
        assert!(PrivateKey::from_pem(&RFC_PRIVATE.replace('\n', "\r\n")).is_ok());
    }

    #[test]
    fn pkcs8_version_2_reads_and_must_agree_with_itself() {
        let key = SigningKey::from_bytes(&[9; 32]);
        let pem = key.to_pkcs8_pem(LineEnding::LF).unwrap();
        assert_eq!(PrivateKey::from_pem(&pem).unwrap().public_key().as_bytes(), key.verifying_key().as_bytes());
        let stranger = pkcs8::PublicKeyBytes(SigningKey::from_bytes(&[8; 32]).verifying_key().to_bytes());
        let mixed = KeypairBytes { secret_key: [9; 32], public_key: Some(stranger) };
        let refused = PrivateKey::from_pem(&mixed.to_pkcs8_pem(LineEnding::LF).unwrap());
        assert!(matches!(refused, Err(KeyError::PrivatePem(_))));
    }

    #[test]
    fn malformed_pem() {
        let encrypted = RFC_PRIVATE.replace("PRIVATE", "ENCRYPTED PRIVATE");
        assert_eq!(PrivateKey::from_pem(&encrypted).unwrap_err(), KeyError::EncryptedPem);
        for text in ["", RFC_PUBLIC, &RFC_PRIVATE[..60], &RFC_PRIVATE.replace('M', "?")] {
            let error = PrivateKey::from_pem(text).unwrap_err();
            assert!(matches!(error, KeyError::PrivatePem(_)) && error.source().is_some(), "{text}");
        }
        for text in ["", RFC_PRIVATE, &RFC_PUBLIC[..50]] {
            assert!(matches!(PublicKey::from_pem(text), Err(KeyError::PublicPem(_))), "{text}");
        }
    }

    #[test]
    fn private_keys_do_not_print() {
        let key = PrivateKey::from_seed(Zeroizing::new([7; 32]));
        assert!(!format!("{key:?}").contains("070707"));
    }

    #[test]
    fn weak_keys_are_refused() {
        // All eight points of small order, canonically encoded (Chalkias and others, "Taming the many EdDSAs", 2020).
        for hex in [
            "0100000000000000000000000000000000000000000000000000000000000000",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0000000000000000000000000000000000000000000000000000000000000080",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        ] {
            assert_eq!(PublicKey::from_hex(hex), Err(KeyError::Weak { hex: hex.to_owned() }));
        }
    }

    #[test]
    fn second_encodings_of_a_point_are_refused() {
        // y + p for y = 0 to 18 still fits 255 bits; dalek alone reads some of these.
        let mut read_by_dalek_and_not_weak = 0;
        for (y, sign) in (0..19).flat_map(|y| [(y, 0x7f), (y, 0xff)]) {
            let mut bytes = [0xff; 32];
            (bytes[0], bytes[31]) = (0xed + y, sign);
            read_by_dalek_and_not_weak += u32::from(VerifyingKey::from_bytes(&bytes).is_ok_and(|k| !k.is_weak()));
            assert!(PublicKey::from_bytes(&bytes).is_err());
        }
        assert!(read_by_dalek_and_not_weak > 0, "this test shows nothing");
    }

    #[test]
    fn no_point_and_no_hex() {
        let hex = format!("02{:062}", 0);
        assert_eq!(PublicKey::from_hex(&hex), Err(KeyError::NotAPoint { hex: hex.clone() }));
        assert_eq!(PublicKey::from_hex(&hex[1..]), Err(KeyError::PublicHex { digits: 63 }));
        assert_eq!(PublicKey::from_hex(&hex.replace("02", "0x")), Err(KeyError::PublicHex { digits: 64 }));
    }

    proptest! {
        #[test]
        fn every_key_comes_back(seed in any::<[u8; 32]>()) {
            let key = PrivateKey::from_seed(Zeroizing::new(seed));
            let public = key.public_key();
            prop_assert_eq!(PrivateKey::from_pem(&key.to_pem().unwrap()).unwrap().public_key(), public);
            prop_assert_eq!(PublicKey::from_pem(&public.to_pem().unwrap()).unwrap(), public);
            prop_assert_eq!(PublicKey::from_hex(&public.to_hex()).unwrap(), public);
        }

        #[test]
        fn arbitrary_keys_never_panic(bytes in any::<[u8; 32]>(), text in "\\PC*") {
            let _ = PublicKey::from_bytes(&bytes);
            let _ = PublicKey::from_hex(&text);
            let _ = PublicKey::from_pem(&text);
            let _ = PrivateKey::from_pem(&text);
        }
    }
}
