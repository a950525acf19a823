//! The bytes that are signed (`docs/FORMAT.md`, Signed message): claims -> 62 bytes.
//!
//! ```text
//! "watermark image payload" 00 | version 01 | beacon, 9 bytes | seal without signature, 28 bytes
//! ```
//!
//! The context string keeps a key that also signs other things from being made to sign a stamp: every context of
//! this project ends at its first NUL, so none is a prefix of another.

use crate::payload::{Beacon, Claims, SealClaims, VERSION};

/// What every signed message begins with. Spec: `docs/FORMAT.md`.
pub const CONTEXT: &[u8; 24] = b"watermark image payload\0";

/// Length of a signed message.
pub const MESSAGE_BYTES: usize = CONTEXT.len() + 1 + Beacon::BYTES + SealClaims::BYTES;

/// The message to sign and to verify for these claims. Plain ed25519 (RFC 8032), not prehashed.
pub fn signed_message(claims: &Claims) -> [u8; MESSAGE_BYTES] {
    let mut message = [0; MESSAGE_BYTES];
    let (context, rest) = message.split_at_mut(CONTEXT.len());
    let (version, rest) = rest.split_at_mut(1);
    let (beacon, seal) = rest.split_at_mut(Beacon::BYTES);
    context.copy_from_slice(CONTEXT);
    version.copy_from_slice(&[VERSION]);
    beacon.copy_from_slice(&claims.beacon.encode());
    seal.copy_from_slice(&claims.seal.encode());
    message
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::testing::sample_claims;

    #[test]
    fn sixty_two_bytes_in_order() {
        let claims = sample_claims();
        let mut expected = b"watermark image payload\0\x01".to_vec();
        expected.extend(claims.beacon.encode());
        expected.extend(claims.seal.encode());
        assert_eq!(signed_message(&claims).to_vec(), expected);
        assert_eq!(MESSAGE_BYTES, 62);
    }
}
