//! A payload and one candidate key -> authenticated claims, or why not.
//!
//! Acceptance criteria, so that every implementation agrees on every input (`docs/FORMAT.md`, Verification):
//! 1. the beacon's key id is that of the public key `A`;
//! 2. `A` is on the curve, canonically encoded and not of small order (checked when a [`PublicKey`] is made);
//! 3. `S` of the signature is below the group order, and `R` decodes to a point that is not of small order;
//! 4. `R` equals, byte for byte, the encoding of `[S]B - [k]A` with `k = SHA-512(R || A || message)`: the equation
//!    without cofactor, so an `R` in a second encoding fails too.
//!
//! This is `verify_strict` of ed25519-dalek and a canonical `A`. It leaves no signature that some holder of the
//! payload could turn into another valid one for the same message.

use thiserror::Error;

use super::{PublicKey, signed_message};
use crate::payload::{Claims, KeyId, Payload};

/// Why a payload is not signed by a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The payload points to another key.
    #[error("the payload names key {claimed}, not {tried}; verify it with a key of that id")]
    OtherKey {
        /// The id in the beacon.
        claimed: KeyId,
        /// The id of the key tried.
        tried: KeyId,
    },
    /// The id fits and the signature does not: forged, changed, or another key with the same id.
    #[error(
        "the signature does not hold under public key {key_id}; the payload was forged or changed, or signed with \
         another key of the same id: load its issuer's directory"
    )]
    BadSignature {
        /// The id of the key tried.
        key_id: KeyId,
    },
}

/// Claims whose signature was checked. Nothing but [`verify`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Authenticated {
    claims: Claims,
    public_key: PublicKey,
}

impl Authenticated {
    /// What the holder of [`Authenticated::public_key`] stated. Its truth is theirs to answer for.
    pub const fn claims(&self) -> &Claims {
        &self.claims
    }

    /// The key that signed.
    pub const fn public_key(&self) -> &PublicKey {
        &self.public_key
    }
}

/// Checks a payload's signature under one key, by the criteria above.
///
/// # Errors
/// [`VerifyError::OtherKey`] or [`VerifyError::BadSignature`].
pub fn verify(payload: &Payload, public_key: &PublicKey) -> Result<Authenticated, VerifyError> {
    let (claimed, key_id) = (payload.beacon.key_id, public_key.key_id());
    if claimed != key_id {
        return Err(VerifyError::OtherKey { claimed, tried: key_id });
    }
    let claims = payload.unverified_claims();
    public_key
        .verify_strict(&signed_message(&claims), &payload.seal.unverified_signature)
        .map_err(|_| VerifyError::BadSignature { key_id })?;
    Ok(Authenticated { claims, public_key: *public_key })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::testing::sample_claims;
    use crate::payload::{Beacon, Seal};
    use crate::signature::{MESSAGE_BYTES, PrivateKey, Signature, Zeroizing, sign};

    fn signed() -> (Payload, PublicKey) {
        let key = PrivateKey::from_seed(Zeroizing::new([3; 32]));
        let mut claims = sample_claims();
        claims.beacon.key_id = key.public_key().key_id();
        (sign(&key, &key.public_key(), &claims).unwrap(), key.public_key())
    }

    #[test]
    fn every_bit_of_the_message_and_of_the_signature_counts() {
        let (payload, key) = signed();
        let message = signed_message(&payload.unverified_claims());
        let signature = payload.seal.unverified_signature;
        assert!(key.verify_strict(&message, &signature).is_ok());
        for bit in 0..8 * MESSAGE_BYTES {
            let mut tampered = message;
            tampered[bit / 8] ^= 0x80 >> (bit % 8);
            assert!(key.verify_strict(&tampered, &signature).is_err(), "message bit {bit}");
        }
        for bit in 0..512 {
            let mut tampered = signature.to_bytes();
            tampered[bit / 8] ^= 0x80 >> (bit % 8);
            assert!(key.verify_strict(&message, &Signature::from_bytes(&tampered)).is_err(), "signature bit {bit}");
        }
    }

    #[test]
    fn every_payload_bit_counts() {
        let (payload, key) = signed();
        assert!(verify(&payload, &key).is_ok());
        for bit in 0..8 * Beacon::BYTES {
            let mut bytes = payload.beacon.encode();
            bytes[bit / 8] ^= 0x80 >> (bit % 8);
            let accepted =
                Beacon::decode(&bytes).is_ok_and(|beacon| verify(&Payload { beacon, ..payload }, &key).is_ok());
            assert!(!accepted, "beacon bit {bit}");
        }
        for bit in 0..8 * Seal::BYTES {
            let mut bytes = payload.seal.encode();
            bytes[bit / 8] ^= 0x80 >> (bit % 8);
            let accepted = Seal::decode(&bytes).is_ok_and(|seal| verify(&Payload { seal, ..payload }, &key).is_ok());
            assert!(!accepted, "seal bit {bit}");
        }
    }

    #[test]
    fn the_other_key_is_named() {
        let (payload, key) = signed();
        let stranger = PrivateKey::from_seed(Zeroizing::new([4; 32])).public_key();
        let expected = VerifyError::OtherKey { claimed: key.key_id(), tried: stranger.key_id() };
        assert_eq!(verify(&payload, &stranger), Err(expected));
    }

    #[test]
    fn a_second_form_of_s_is_refused() {
        // S + L solves the same equation; L as in RFC 8032, 5.1, little-endian.
        const L: [u8; 32] = [
            0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0,
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
        ];
        let (mut payload, key) = signed();
        let mut bytes = payload.seal.unverified_signature.to_bytes();
        let mut carry = 0;
        for (s, l) in bytes[32..].iter_mut().zip(L) {
            let sum = u16::from(*s) + u16::from(l) + carry;
            (*s, carry) = (sum as u8, sum >> 8);
        }
        payload.seal.unverified_signature = Signature::from_bytes(&bytes);
        assert_eq!(verify(&payload, &key), Err(VerifyError::BadSignature { key_id: key.key_id() }));
    }

    #[test]
    fn the_signature_that_holds_under_a_weak_key_is_refused_with_the_key() {
        // A = R = identity, S = 0 satisfies the plain equation for every message; the key is refused before that.
        let mut identity = [0; 32];
        identity[0] = 1;
        assert!(PublicKey::from_bytes(&identity).is_err());
        let (payload, _) = signed();
        let mut forged = [0; 64];
        forged[0] = 1;
        let weak = ed25519_dalek::VerifyingKey::from_bytes(&identity).unwrap();
        let message = signed_message(&payload.unverified_claims());
        let forged = Signature::from_bytes(&forged);
        assert!(ed25519_dalek::Verifier::verify(&weak, &message, &forged).is_ok(), "this test shows nothing");
        assert!(weak.verify_strict(&message, &forged).is_err());
    }
}
