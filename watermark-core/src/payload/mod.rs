//! The payload: named fields and their normative bit layout (`docs/FORMAT.md`, Payload).
//!
//! Box 1 of embedding and box 6 of extraction. Stamping: [`Claims`] -> 9 + 28 bytes -> signed -> [`Payload`] ->
//! 9 + 92 bytes for the coding layer. Extraction is the same path backwards. No clock, no randomness, no I/O: time,
//! serial number and content hash arrive as arguments.
//!
//! **Claimed or authenticated.** Everything read from pixels is a claim: [`Beacon`], [`SealClaims`], [`Claims`] and
//! [`Payload`] say what the image *states*, and anybody can write those bits. Only
//! [`Authenticated`](crate::signature::Authenticated), which nothing but a checked signature can make, says what a
//! key holder stated. Even then the fields are the signer's word: a signature proves who said it, not that the
//! clock was right.

mod fields;
mod format;
pub mod hex;
mod system;
#[cfg(test)]
pub(crate) mod testing;
mod time;
mod visible;

pub use fields::{ContentHash, FieldError, KeyId, Origin, Serial, StampedSize};
pub use format::{Beacon, Claims, DecodeError, Payload, Seal, SealClaims, VERSION};
pub use system::{SystemName, SystemTag};
pub use time::UnixSeconds;
pub(crate) use visible::is_visible_text;
