//! Who signed: keys, the domain-separated message, signing through any signer, strict verification, key directories.
//!
//! Box 2 of embedding: [`Claims`](crate::payload::Claims) and a signer -> [`Payload`](crate::payload::Payload). Box 7
//! of extraction: `Payload` and candidate keys -> [`SignatureCheck`]. No clock, no randomness, no I/O: a new key's
//! seed, key files and directories arrive as arguments, and so may signatures made in a KMS, an HSM or an agent.
//!
//! ```
//! use watermark_core::payload::{Beacon, Claims, ContentHash, Origin, SealClaims};
//! use watermark_core::payload::{Serial, StampedSize, SystemName, UnixSeconds};
//! use watermark_core::signature::{PrivateKey, Zeroizing, sign, verify};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let key = PrivateKey::from_seed(Zeroizing::new([7; 32])); // from the operating system's randomness, not like this
//! let claims = Claims {
//!     beacon: Beacon {
//!         origin: Origin::Generated,
//!         realistic: true,
//!         artistic: false,
//!         key_id: key.public_key().key_id(),
//!         serial: Serial::new(1)?,
//!     },
//!     seal: SealClaims {
//!         time: UnixSeconds(1_700_000_000),
//!         system: "painter@2.1".parse::<SystemName>()?.tag(),
//!         size: StampedSize::new(1024, 768)?,
//!         content_hash: ContentHash::NONE,
//!     },
//! };
//! let payload = sign(&key, &key.public_key(), &claims)?;
//! assert_eq!(verify(&payload, &key.public_key())?.claims(), &claims);
//! # Ok(())
//! # }
//! ```

mod directory;
mod document;
#[cfg(test)]
mod golden;
mod jcs;
mod keys;
mod message;
mod sign;
mod trust;
mod verify;

pub use directory::{
    Directory, DirectoryError, DirectoryKey, Edition, Endorsement, KeyStatus, Organization, Revocation,
};
pub use document::Document;
pub use ed25519_dalek::pkcs8::spki::der::zeroize::Zeroizing;
pub use ed25519_dalek::{Signature, SignatureError, Signer};
pub use keys::{KeyError, PrivateKey, PublicKey};
pub use message::{CONTEXT, MESSAGE_BYTES, signed_message};
pub use sign::{SignError, sign};
pub use trust::{SignatureCheck, Standing, TrustStore};
pub use verify::{Authenticated, VerifyError, verify};
