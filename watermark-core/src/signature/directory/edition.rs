//! Signed directories: which edition this is, which root keys vouch for it, and how one is made from plain JSON.
//!
//! A root key signs directories and nothing else, so it can stay offline while the keys that stamp come and go. The
//! sequence number tells editions of one root apart: a verifier that knows a newer one takes no older one, or a thief
//! could bring back the edition from before the revocation (a rollback; Samuel and others, "Survivable key compromise
//! in software update systems", 2010).

use serde::{Deserialize, Serialize};

use super::json::{Unknown, write_key};
use super::{Directory, DirectoryError, DirectoryKey};
use crate::payload::{UnixSeconds, hex};
use crate::signature::jcs::{Json, MAX_INTEGER};
use crate::signature::{Document, PublicKey, Signature, Signer};

/// Root keys that may sign one edition: the present one and those that hand over to it.
const MAX_PROOFS: usize = 4;

/// Which edition of a root's directory this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edition {
    /// 1 to 2^53 - 1; every edition has a higher one than all before it.
    pub sequence: u64,
    /// When it was signed, by the issuer's clock.
    pub issued_at: UnixSeconds,
}

/// An edition with the root keys whose signatures over it were verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endorsement {
    /// Which edition.
    pub edition: Edition,
    roots: Vec<PublicKey>,
}

impl Endorsement {
    /// The directory's root key from this edition on.
    pub fn root(&self) -> &PublicKey {
        // Never empty: `read` sees to it.
        &self.roots[self.roots.len() - 1]
    }

    /// Every root key that signed, the present one last.
    pub fn roots(&self) -> &[PublicKey] {
        &self.roots
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct WireProof {
    root: String,
    signature: String,
    #[serde(flatten, skip_serializing)]
    _unknown: Unknown,
}

/// Checks every proof of a directory's text; `None` where there is none.
pub(super) fn read(
    text: &[u8],
    sequence: Option<u64>,
    issued_at: Option<&str>,
    proofs: &[WireProof],
) -> Result<Option<Endorsement>, DirectoryError> {
    if proofs.is_empty() {
        return Ok(None);
    }
    if proofs.len() > MAX_PROOFS {
        return Err(DirectoryError::TooManyProofs { count: proofs.len(), limit: MAX_PROOFS });
    }
    let (Some(sequence), Some(issued_at)) = (sequence, issued_at) else { return Err(DirectoryError::NoEdition) };
    check_sequence(sequence)?;
    let issued_at =
        issued_at.parse().map_err(|source| DirectoryError::Field { field: "issued_at", index: 0, source })?;
    let signed = signed_bytes(text)?;
    let mut roots = Vec::with_capacity(proofs.len());
    for (index, proof) in proofs.iter().enumerate() {
        let root = PublicKey::from_hex(&proof.root).map_err(|source| DirectoryError::Root { index, source })?;
        let signature =
            hex::decode(&proof.signature).ok_or_else(|| DirectoryError::BadProof { root: root.to_hex() })?;
        Document::Directory
            .verify(&root, &signed, &Signature::from_bytes(&signature))
            .map_err(|_| DirectoryError::BadProof { root: root.to_hex() })?;
        if roots.contains(&root) {
            return Err(DirectoryError::DuplicateRoot { root: root.to_hex() });
        }
        roots.push(root);
    }
    Ok(Some(Endorsement { edition: Edition { sequence, issued_at }, roots }))
}

fn check_sequence(sequence: u64) -> Result<(), DirectoryError> {
    let fits = (1..=MAX_INTEGER).contains(&sequence);
    fits.then_some(()).ok_or(DirectoryError::Sequence { found: sequence })
}

/// What a root signs: the canonical JSON of everything but the proofs, fields of later releases included.
fn signed_bytes(text: &[u8]) -> Result<Vec<u8>, DirectoryError> {
    let mut document: Json = serde_json::from_slice(text).map_err(DirectoryError::Json)?;
    if let Json::Object(fields) = &mut document {
        fields.retain(|(name, _)| name != "proofs");
    }
    document.canonical().map_err(DirectoryError::Write)
}

impl Directory {
    /// The text of a directory with one more key; everything else stays, fields that this release does not know included.
    /// Proofs stay too, and hold no more: [`Directory::endorse`] replaces them.
    ///
    /// # Errors
    /// [`DirectoryError`]: the text is no directory, or lists the key's id already.
    pub fn enlist(text: &[u8], limit_bytes: usize, key: &DirectoryKey) -> Result<String, DirectoryError> {
        if text.len() > limit_bytes {
            return Err(DirectoryError::TooLarge { size_bytes: text.len(), limit_bytes });
        }
        let entry = serde_json::to_vec(&write_key(key)).map_err(DirectoryError::Write)?;
        let entry: Json = serde_json::from_slice(&entry).map_err(DirectoryError::Json)?;
        let document: Json = serde_json::from_slice(text).map_err(DirectoryError::Json)?;
        let Json::Object(mut fields) = document else { return Err(DirectoryError::NoObject) };
        for (name, value) in &mut fields {
            if let ("keys", Json::List(keys)) = (name.as_str(), value) {
                keys.push(entry.clone());
            }
        }
        let indented =
            |fields: Vec<_>| serde_json::to_string_pretty(&Json::Object(fields)).map_err(DirectoryError::Write);
        let unsigned = fields.iter().filter(|(name, _)| name != "proofs").cloned().collect();
        Self::from_json(indented(unsigned)?.as_bytes(), limit_bytes)?;
        Ok(indented(fields)? + "\n")
    }

    /// The text of a signed directory from that of a plain or older one: the edition set, old proofs dropped, one proof
    /// for each signer, fields that this release does not know kept. The last signer's key is the root from now on;
    /// those before it hand over to it.
    ///
    /// # Errors
    /// [`DirectoryError`]: the text is no directory, the sequence is out of range, there are no signers or too many, or
    /// one of them fails.
    pub fn endorse<S: Signer<Signature> + ?Sized>(
        text: &[u8],
        limit_bytes: usize,
        edition: Edition,
        signers: &[(&S, PublicKey)],
    ) -> Result<String, DirectoryError> {
        if !(1..=MAX_PROOFS).contains(&signers.len()) {
            return Err(DirectoryError::TooManyProofs { count: signers.len(), limit: MAX_PROOFS });
        }
        check_sequence(edition.sequence)?;
        if text.len() > limit_bytes {
            return Err(DirectoryError::TooLarge { size_bytes: text.len(), limit_bytes });
        }
        let document: Json = serde_json::from_slice(text).map_err(DirectoryError::Json)?;
        let Json::Object(mut fields) = document else { return Err(DirectoryError::NoObject) };
        fields.retain(|(name, _)| !matches!(name.as_str(), "proofs" | "sequence" | "issued_at"));
        let place = usize::from(fields.first().is_some_and(|(name, _)| name == "schema"));
        let numbers = [
            ("sequence".to_owned(), Json::Integer(edition.sequence as i64)),
            ("issued_at".to_owned(), Json::Text(edition.issued_at.to_string())),
        ];
        fields.splice(place..place, numbers);
        let signed = Json::Object(fields.clone()).canonical().map_err(DirectoryError::Write)?;
        let mut proofs = Vec::with_capacity(signers.len());
        for (signer, public) in signers {
            let signature = Document::Directory.sign(*signer, public, &signed).map_err(DirectoryError::Sign)?;
            proofs.push(Json::Object(vec![
                ("root".to_owned(), Json::Text(public.to_hex())),
                ("signature".to_owned(), Json::Text(hex::encode(&signature.to_bytes()))),
            ]));
        }
        fields.push(("proofs".to_owned(), Json::List(proofs)));
        let mut signed = serde_json::to_string_pretty(&Json::Object(fields)).map_err(DirectoryError::Write)?;
        signed.push('\n');
        // Whoever reads it applies these checks: better now than there.
        Self::from_json(signed.as_bytes(), limit_bytes)?;
        Ok(signed)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::signature::{PrivateKey, Zeroizing};

    const LIMIT: usize = Directory::DEFAULT_LIMIT_BYTES;

    fn key(seed: u8) -> PrivateKey {
        PrivateKey::from_seed(Zeroizing::new([seed; 32]))
    }

    fn plain() -> Value {
        let listed = key(1).public_key();
        json!({
            "schema": "watermark-directory/1",
            "organization": { "name": "Example Studio", "name_ko": "예시 스튜디오" },
            "keys": [{ "id": listed.key_id().to_string(), "public_key": listed.to_hex() }],
            "later": { "z": 1, "a": [true, null] },
        })
    }

    fn endorse(plain: &Value, sequence: u64, roots: &[u8]) -> Result<String, DirectoryError> {
        let keys: Vec<_> = roots.iter().map(|&seed| key(seed)).collect();
        let signers: Vec<_> = keys.iter().map(|key| (key, key.public_key())).collect();
        let edition = Edition { sequence, issued_at: "2026-05-01T00:00:00Z".parse().unwrap() };
        Directory::endorse(plain.to_string().as_bytes(), LIMIT, edition, &signers)
    }

    fn read(text: &str) -> Result<Directory, DirectoryError> {
        Directory::from_json(text.as_bytes(), LIMIT)
    }

    #[test]
    fn a_signed_directory_names_its_edition_and_its_root() {
        let text = endorse(&plain(), 7, &[9]).unwrap();
        let directory = read(&text).unwrap();
        let endorsement = directory.endorsement().unwrap();
        assert_eq!((endorsement.edition.sequence, endorsement.root()), (7, &key(9).public_key()));
        assert_eq!(endorsement.edition.issued_at.to_string(), "2026-05-01T00:00:00Z");
        assert!(text.contains("\"later\""), "unknown fields stay:\n{text}");
        assert_eq!(directory.keys().len(), 1);
        assert!(read(&plain().to_string()).unwrap().endorsement().is_none());
    }

    #[test]
    fn layout_and_order_are_free_and_every_value_counts() {
        let text = endorse(&plain(), 1, &[9]).unwrap();
        // serde_json's own map sorts the fields: another order, no white space.
        let document: Value = serde_json::from_str(&text).unwrap();
        assert_ne!(document.to_string(), text);
        assert_eq!(read(&document.to_string()).unwrap().endorsement(), read(&text).unwrap().endorsement());
        for (pointer, value) in [
            ("/sequence", json!(2)),
            ("/issued_at", json!("2026-05-01T00:00:01Z")),
            ("/organization/name", json!("Example Studios")),
            ("/keys/0/valid_until", json!("2030-01-01T00:00:00Z")),
            ("/later/z", json!(2)),
            ("/new", json!(1)),
        ] {
            let mut changed = document.clone();
            let (parent, field) = pointer.rsplit_once('/').unwrap();
            changed.pointer_mut(parent).unwrap()[field] = value;
            let error = read(&changed.to_string()).unwrap_err();
            assert!(
                matches!(&error, DirectoryError::BadProof { root } if *root == key(9).public_key().to_hex()),
                "{pointer}: {error}"
            );
        }
    }

    #[test]
    fn an_old_root_hands_over_to_a_new_one() {
        let directory = read(&endorse(&plain(), 2, &[9, 8]).unwrap()).unwrap();
        let endorsement = directory.endorsement().unwrap();
        assert_eq!(endorsement.root(), &key(8).public_key());
        assert_eq!(endorsement.roots(), [key(9).public_key(), key(8).public_key()]);
    }

    #[test]
    fn signing_again_replaces_edition_and_proofs() {
        let first: Value = serde_json::from_str(&endorse(&plain(), 1, &[9]).unwrap()).unwrap();
        let second: Value = serde_json::from_str(&endorse(&first, 2, &[9]).unwrap()).unwrap();
        assert_eq!((&second["sequence"], second["proofs"].as_array().unwrap().len()), (&json!(2), 1));
        assert_eq!(second["later"], first["later"]);
    }

    #[test]
    fn one_more_key_needs_a_new_signature() {
        let first = endorse(&plain(), 1, &[9]).unwrap();
        let mut entry = DirectoryKey::new(key(2).public_key());
        entry.valid_from = Some(UnixSeconds(5));
        let more = Directory::enlist(first.as_bytes(), LIMIT, &entry).unwrap();
        assert!(matches!(read(&more), Err(DirectoryError::BadProof { .. })));
        let second = read(&endorse(&serde_json::from_str(&more).unwrap(), 2, &[9]).unwrap()).unwrap();
        assert!(second.supersedes(&read(&first).unwrap()));
        assert_eq!((second.keys().len(), &second.keys()[1]), (2, &entry));
        assert!(more.contains("\"later\""), "unknown fields stay:\n{more}");
        let twice = Directory::enlist(more.as_bytes(), LIMIT, &entry);
        assert!(matches!(twice, Err(DirectoryError::DuplicateKeyId { .. })));
        assert!(matches!(Directory::enlist(b"[]", LIMIT, &entry), Err(DirectoryError::NoObject)));
        assert!(matches!(Directory::enlist(b"{}", LIMIT, &entry), Err(DirectoryError::Json(_))));
    }

    #[test]
    fn malformed_editions_and_proofs() {
        let good: Value = serde_json::from_str(&endorse(&plain(), 1, &[9]).unwrap()).unwrap();
        let with = |pointer: &str, value: Value| {
            let mut changed = good.clone();
            *changed.pointer_mut(pointer).unwrap() = value;
            read(&changed.to_string()).unwrap_err()
        };
        let proof = good["proofs"][0].clone();
        assert!(matches!(with("/sequence", Value::Null), DirectoryError::NoEdition));
        assert!(matches!(with("/issued_at", Value::Null), DirectoryError::NoEdition));
        assert!(matches!(with("/sequence", json!(0)), DirectoryError::Sequence { found: 0 }));
        assert!(matches!(with("/sequence", json!(1_u64 << 53)), DirectoryError::Sequence { .. }));
        assert!(matches!(with("/sequence", json!(-1)), DirectoryError::Json(_)));
        assert!(matches!(with("/issued_at", json!("soon")), DirectoryError::Field { field: "issued_at", .. }));
        assert!(matches!(with("/proofs/0/root", json!("00")), DirectoryError::Root { index: 0, .. }));
        assert!(matches!(with("/proofs/0/signature", json!("00")), DirectoryError::BadProof { .. }));
        assert!(matches!(with("/proofs", json!([proof, proof])), DirectoryError::DuplicateRoot { .. }));
        assert!(matches!(with("/proofs", json!(vec![proof; 5])), DirectoryError::TooManyProofs { count: 5, limit: 4 }));
        // A fraction in a field that nobody reads still cannot be signed over.
        assert!(matches!(with("/later/z", json!(1.5)), DirectoryError::Json(_)));
        assert!(matches!(endorse(&plain(), 1, &[]), Err(DirectoryError::TooManyProofs { count: 0, .. })));
        assert!(matches!(endorse(&json!([]), 1, &[9]), Err(DirectoryError::NoObject)));
        assert!(matches!(endorse(&json!({ "schema": "x" }), 1, &[9]), Err(DirectoryError::UnknownSchema { .. })));
    }

    proptest! {
        #[test]
        fn one_changed_byte_is_refused_or_changes_nothing(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let text = endorse(&plain(), 3, &[9]).unwrap().into_bytes();
            let mut changed = text.clone();
            let at = at.index(text.len());
            changed[at] = byte;
            if let Ok(directory) = Directory::from_json(&changed, LIMIT)
                && directory.endorsement().is_some()
            {
                prop_assert_eq!(directory, Directory::from_json(&text, LIMIT).unwrap());
            }
        }
    }
}
