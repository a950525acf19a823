//! Signatures over whole documents: key directories, ledger records, reports, label records. The same keys and signers as for
//! payloads, each kind under a context of its own, so that no signature passes for one of another kind.
//!
//! ```text
//! context 00 | version 01 | SHA-256 of the document, 32 bytes
//! ```
//!
//! The message is short whatever the document's length, since agents and signing services limit what they take
//! (4096 bytes in some).

use sha2::{Digest, Sha256};

use super::{PublicKey, SignError, Signature, SignatureError, Signer};

/// What is signed beside payloads. The contexts: `docs/FORMAT.md`, Signed documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Document {
    /// The canonical JSON of a key directory, signed by a root key.
    Directory,
    /// One line of a ledger, signed by the key that stamped.
    LedgerRecord,
    /// A report's file, signed by the auditor.
    Report,
    /// A record of labels in a picture's metadata, signed by the key that stamped.
    LabelRecord,
}

impl Document {
    const fn context(self) -> &'static [u8] {
        match self {
            Self::Directory => b"watermark key directory\0",
            Self::LedgerRecord => b"watermark ledger record\0",
            Self::Report => b"watermark report\0",
            Self::LabelRecord => b"watermark label record\0",
        }
    }

    /// The message to sign and to verify for these bytes. Plain ed25519 (RFC 8032), not prehashed.
    pub fn message(self, bytes: &[u8]) -> Vec<u8> {
        [self.context(), &[1], &Sha256::digest(bytes)].concat()
    }

    /// Signs `bytes` with `signer`, whose public key is `public_key`.
    ///
    /// # Errors
    /// [`SignError`]: the signer fails, or its signature does not verify.
    pub fn sign<S>(self, signer: &S, public_key: &PublicKey, bytes: &[u8]) -> Result<Signature, SignError>
    where
        S: Signer<Signature> + ?Sized,
    {
        let (message, key_id) = (self.message(bytes), public_key.key_id());
        let signature = signer.try_sign(&message).map_err(|source| SignError::Signer { key_id, source })?;
        public_key.verify_strict(&message, &signature).map_err(|_| SignError::WrongSignature { key_id })?;
        Ok(signature)
    }

    /// Checks a signature over `bytes`, by the criteria of payload signatures.
    ///
    /// # Errors
    /// When the signature does not hold under `public_key`.
    pub fn verify(self, public_key: &PublicKey, bytes: &[u8], signature: &Signature) -> Result<(), SignatureError> {
        public_key.verify_strict(&self.message(bytes), signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::{CONTEXT, PrivateKey, Zeroizing};

    const ALL: [Document; 4] = [Document::Directory, Document::LedgerRecord, Document::Report, Document::LabelRecord];

    #[test]
    fn a_signature_is_of_one_kind_one_key_and_one_document() {
        let key = PrivateKey::from_seed(Zeroizing::new([1; 32]));
        let (public, other) = (key.public_key(), PrivateKey::from_seed(Zeroizing::new([2; 32])).public_key());
        for kind in ALL {
            let signature = kind.sign(&key, &public, b"text").unwrap();
            for checked in ALL {
                assert_eq!(checked.verify(&public, b"text", &signature).is_ok(), checked == kind);
            }
            assert!(kind.verify(&public, b"texu", &signature).is_err());
            assert!(kind.verify(&other, b"text", &signature).is_err());
            assert!(matches!(kind.sign(&key, &other, b"text"), Err(SignError::WrongSignature { .. })));
        }
    }

    #[test]
    fn contexts_end_at_their_first_nul_and_none_begins_another() {
        let contexts: Vec<&[u8]> = ALL.iter().map(|kind| kind.context()).chain([&CONTEXT[..]]).collect();
        for (i, a) in contexts.iter().enumerate() {
            assert_eq!(a.iter().position(|&byte| byte == 0), Some(a.len() - 1));
            assert!(contexts.iter().enumerate().all(|(j, b)| i == j || !b.starts_with(a)));
        }
    }
}
