//! Several key directories together: a payload -> who signed it, as far as these directories know.
//!
//! A beacon's key id has 24 bits, so two organisations may list different keys under one id, by chance or on
//! purpose. Every candidate is tried; only a signature that holds names an issuer.

use super::{Authenticated, Directory, DirectoryKey, verify};
use crate::payload::{KeyId, Payload};

/// The directories a verifier chose to trust.
#[derive(Clone, Debug, Default)]
pub struct TrustStore {
    directories: Vec<Directory>,
}

/// What a signature is worth to a holder of certain directories. The caller forms the verdict.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "made once for a picture and taken apart at once")]
pub enum SignatureCheck<'a> {
    /// No directory lists the key id, so nothing could be checked.
    UnknownIssuer {
        /// The id that the beacon claims.
        claimed: KeyId,
    },
    /// Directories list the key id, and the signature holds under none of those keys.
    BadSignature {
        /// The id that the beacon claims.
        claimed: KeyId,
        /// Keys tried, at least 1; another directory may hold a further key of this id.
        keys_tried: usize,
    },
    /// The signature holds.
    Valid {
        /// What was signed, and by which key.
        authenticated: Authenticated,
        /// Every entry that lists this very key, at least one: usually one organisation, and each may judge the
        /// key's [validity](DirectoryKey::status_at) differently.
        issuers: Vec<(&'a Directory, &'a DirectoryKey)>,
    },
}

impl TrustStore {
    /// A store of these directories, in order of preference.
    pub const fn new(directories: Vec<Directory>) -> Self {
        Self { directories }
    }

    /// Adds a directory behind the others.
    pub fn add(&mut self, directory: Directory) {
        self.directories.push(directory);
    }

    /// The directories, in order of preference.
    pub fn directories(&self) -> &[Directory] {
        &self.directories
    }

    /// Every key that an id may mean, with the directory that lists it.
    pub fn lookup(&self, id: KeyId) -> impl Iterator<Item = (&Directory, &DirectoryKey)> {
        self.directories
            .iter()
            .flat_map(|directory| directory.keys().iter().map(move |key| (directory, key)))
            .filter(move |(_, key)| key.public_key.key_id() == id)
    }

    /// Checks a payload's signature under every key that its id may mean.
    pub fn check(&self, payload: &Payload) -> SignatureCheck<'_> {
        let claimed = payload.beacon.key_id;
        let mut keys_tried = 0;
        let mut found: Option<(Authenticated, Vec<_>)> = None;
        for entry in self.lookup(claimed) {
            keys_tried += 1;
            match (&mut found, verify(payload, &entry.1.public_key)) {
                (None, Ok(authenticated)) => found = Some((authenticated, vec![entry])),
                // A second key under which the same signature holds would be another signer: the first one counts.
                (Some((first, issuers)), Ok(second)) if first.public_key() == second.public_key() => {
                    issuers.push(entry);
                }
                _ => {}
            }
        }
        match found {
            Some((authenticated, issuers)) => SignatureCheck::Valid { authenticated, issuers },
            None if keys_tried == 0 => SignatureCheck::UnknownIssuer { claimed },
            None => SignatureCheck::BadSignature { claimed, keys_tried },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::payload::testing::sample_claims;
    use crate::signature::{Organization, PrivateKey, Zeroizing, sign};

    fn key(number: u32) -> PrivateKey {
        let mut seed = [0; 32];
        seed[..4].copy_from_slice(&number.to_be_bytes());
        PrivateKey::from_seed(Zeroizing::new(seed))
    }

    fn directory(name: &str, keys: &[&PrivateKey]) -> Directory {
        let organization = Organization { name: name.to_owned(), name_ko: None, contact: None, url: None };
        let keys = keys.iter().map(|key| DirectoryKey::new(key.public_key())).collect();
        Directory::new(organization, keys, vec![]).unwrap()
    }

    fn payload_by(key: &PrivateKey) -> Payload {
        let mut claims = sample_claims();
        claims.beacon.key_id = key.public_key().key_id();
        sign(key, &key.public_key(), &claims).unwrap()
    }

    fn names<'a>(issuers: &[(&'a Directory, &DirectoryKey)]) -> Vec<&'a str> {
        issuers.iter().map(|(directory, _)| directory.organization().name.as_str()).collect()
    }

    #[test]
    fn nobody_lists_the_key() {
        let store = TrustStore::new(vec![directory("A", &[&key(1)])]);
        let payload = payload_by(&key(2));
        let SignatureCheck::UnknownIssuer { claimed } = store.check(&payload) else { panic!("unknown") };
        assert_eq!(claimed, key(2).public_key().key_id());
    }

    #[test]
    fn a_forged_signature() {
        let store = TrustStore::new(vec![directory("A", &[&key(1)])]);
        let mut payload = payload_by(&key(1));
        payload.beacon.realistic ^= true;
        assert!(matches!(store.check(&payload), SignatureCheck::BadSignature { keys_tried: 1, .. }));
    }

    #[test]
    fn two_directories_list_one_key() {
        let store = TrustStore::new(vec![directory("A", &[&key(1), &key(2)]), directory("B", &[&key(1)])]);
        let payload = payload_by(&key(1));
        let SignatureCheck::Valid { authenticated, issuers } = store.check(&payload) else { panic!("valid") };
        assert_eq!(authenticated.claims(), &payload.unverified_claims());
        assert_eq!(names(&issuers), ["A", "B"]);
    }

    #[test]
    fn two_keys_share_an_id() {
        // The first pair among keys numbered from 0 (birthday: about 2^12 keys), searched for rather than recorded.
        let mut seen = HashMap::new();
        let (first, second) =
            (0..).find_map(|n| seen.insert(key(n).public_key().key_id(), n).map(|m| (key(m), key(n)))).unwrap();
        let payload = payload_by(&second);
        let mut store = TrustStore::new(vec![directory("A", &[&first])]);
        assert!(matches!(store.check(&payload), SignatureCheck::BadSignature { keys_tried: 1, .. }));
        store.add(directory("B", &[&second]));
        assert_eq!(store.lookup(payload.beacon.key_id).count(), 2);
        let SignatureCheck::Valid { authenticated, issuers } = store.check(&payload) else { panic!("valid") };
        assert_eq!((authenticated.public_key(), names(&issuers)), (&second.public_key(), vec!["B"]));
    }
}
