//! Claims and a signer -> a signed payload. The core never needs the private key.
//!
//! Whatever implements `Signer<Signature>` can sign: [`PrivateKey`](super::PrivateKey) in this process, or an adapter
//! to a KMS, an HSM or an agent that sends the 62 bytes of [`signed_message`] away as plain ed25519 (RFC 8032). What
//! comes back is verified before it is used, so a wrong key slot or a faulty device shows at the stamping, not
//! years later at an auditor's.

use ed25519_dalek::{Signature, SignatureError, Signer};
use thiserror::Error;

use super::{PublicKey, signed_message};
use crate::payload::{Claims, KeyId, Payload, Seal};

/// Why no signed payload was made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SignError {
    /// The beacon points to another key than the one it would be signed with.
    #[error(
        "the beacon names key {claimed}, but the signing key's id is {actual}; set the beacon's key id to the \
         public key's `key_id()`"
    )]
    KeyIdMismatch {
        /// The id in the claims.
        claimed: KeyId,
        /// The id of the public key handed over.
        actual: KeyId,
    },
    /// The signer returned an error.
    #[error("the signer for key {key_id} failed; check that it is reachable and may use this key")]
    Signer {
        /// The key that was to sign.
        key_id: KeyId,
        /// What the signer said.
        source: SignatureError,
    },
    /// The signer's signature does not verify under the stated public key.
    #[error(
        "the signer's signature does not verify under public key {key_id}; the signer holds another key or does not \
         sign plain ed25519 (RFC 8032)"
    )]
    WrongSignature {
        /// The key that was to sign.
        key_id: KeyId,
    },
}

/// Signs claims with `signer`, whose public key is `public_key`.
///
/// # Errors
/// [`SignError`]: the claims name another key, the signer fails, or its signature does not verify.
pub fn sign<S>(signer: &S, public_key: &PublicKey, claims: &Claims) -> Result<Payload, SignError>
where
    S: Signer<Signature> + ?Sized,
{
    let key_id = public_key.key_id();
    if claims.beacon.key_id != key_id {
        return Err(SignError::KeyIdMismatch { claimed: claims.beacon.key_id, actual: key_id });
    }
    let message = signed_message(claims);
    let signature = signer.try_sign(&message).map_err(|source| SignError::Signer { key_id, source })?;
    public_key.verify_strict(&message, &signature).map_err(|_| SignError::WrongSignature { key_id })?;
    Ok(Payload {
        beacon: claims.beacon,
        seal: Seal { unverified_claims: claims.seal, unverified_signature: signature },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::testing::sample_claims;
    use crate::signature::{PrivateKey, Zeroizing, verify};

    struct Unreachable;

    impl Signer<Signature> for Unreachable {
        fn try_sign(&self, _: &[u8]) -> Result<Signature, SignatureError> {
            Err(SignatureError::new())
        }
    }

    struct AddsAByte(PrivateKey);

    impl Signer<Signature> for AddsAByte {
        fn try_sign(&self, message: &[u8]) -> Result<Signature, SignatureError> {
            self.0.try_sign(&[message, &[0]].concat())
        }
    }

    fn key(seed: u8) -> PrivateKey {
        PrivateKey::from_seed(Zeroizing::new([seed; 32]))
    }

    fn claims_for(key: &PrivateKey) -> Claims {
        let mut claims = sample_claims();
        claims.beacon.key_id = key.public_key().key_id();
        claims
    }

    #[test]
    fn any_signer_will_do() {
        let key = key(1);
        let (claims, public) = (claims_for(&key), key.public_key());
        let boxed: Box<dyn Signer<Signature>> = Box::new(key);
        let payload = sign(boxed.as_ref(), &public, &claims).unwrap();
        assert_eq!(verify(&payload, &public).unwrap().claims(), &claims);
    }

    #[test]
    fn claims_that_name_another_key() {
        let error = sign(&key(1), &key(1).public_key(), &claims_for(&key(2))).unwrap_err();
        assert!(matches!(error, SignError::KeyIdMismatch { claimed, actual }
            if claimed == key(2).public_key().key_id() && actual == key(1).public_key().key_id()));
    }

    #[test]
    fn a_signer_with_another_key_or_another_message() {
        let (public, claims) = (key(1).public_key(), claims_for(&key(1)));
        for signer in [&key(2) as &dyn Signer<Signature>, &AddsAByte(key(1))] {
            assert!(matches!(sign(signer, &public, &claims), Err(SignError::WrongSignature { .. })));
        }
    }

    #[test]
    fn a_signer_that_fails() {
        let error = sign(&Unreachable, &key(1).public_key(), &claims_for(&key(1))).unwrap_err();
        assert!(matches!(error, SignError::Signer { .. }));
    }
}
