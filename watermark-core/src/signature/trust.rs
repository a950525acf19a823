//! Several key directories together: a payload -> who signed it, as far as these directories know.
//!
//! A beacon's key id has 24 bits, so two organisations may list different keys under one id, by chance or on
//! purpose. Every candidate is tried; only a signature that holds names an issuer.

use super::{Authenticated, Directory, DirectoryKey, KeyStatus, PublicKey, verify};
use crate::payload::{KeyId, Payload, UnixSeconds};

/// The directories a verifier chose to trust.
#[derive(Clone, Debug, Default)]
pub struct TrustStore {
    /// Those that count.
    directories: Vec<Directory>,
    /// All of them: an edition that gave way still shows which older ones it supersedes.
    handed_in: Vec<Directory>,
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

/// The entry that decides whether a key counted, and what it says.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// The directory that decides.
    pub directory: &'a Directory,
    /// Its entry for the key.
    pub key: &'a DirectoryKey,
    /// What that says of the time of the signature.
    pub status: KeyStatus,
}

impl<'a> Standing<'a> {
    /// Whether the key counted at the time of the signature.
    pub fn counts(&self) -> bool {
        matches!(self.status, KeyStatus::Valid | KeyStatus::RevokedLater { .. })
    }

    /// Of several entries for one key, the one that decides: one that states a revocation, whoever states it, since distrusting a good
    /// key costs an inquiry and trusting a stolen one a forgery, and of those one by which the key did not count anyway; then a period that
    /// holds; then a directory that a root key signed, so that an unsigned impostor named first does not name the signer.
    fn deciding(entries: impl Iterator<Item = (&'a Directory, &'a DirectoryKey)>, time: UnixSeconds) -> Option<Self> {
        let weight = |standing: &Self| match (standing.status, &standing.key.revocation) {
            (KeyStatus::Revoked { .. }, _) => 0,
            (KeyStatus::NotYetValid { .. } | KeyStatus::Expired { .. }, Some(_)) => 1,
            (KeyStatus::RevokedLater { .. }, _) => 2,
            (KeyStatus::Valid, _) => 3,
            (KeyStatus::NotYetValid { .. } | KeyStatus::Expired { .. }, None) => 4,
        };
        entries
            .map(|(directory, key)| Self { directory, key, status: key.status_at(time) })
            .min_by_key(|standing| (weight(standing), standing.directory.endorsement().is_none()))
    }
}

impl<'a> SignatureCheck<'a> {
    /// Whether the signing key counted at the stated time, by the entry that decides; `None` when no signature holds.
    pub fn standing(&self) -> Option<Standing<'a>> {
        let Self::Valid { authenticated, issuers } = self else { return None };
        Standing::deciding(issuers.iter().copied(), authenticated.claims().seal.time)
    }
}

impl TrustStore {
    /// A store of these directories, in order of preference.
    pub fn new(directories: Vec<Directory>) -> Self {
        let mut store = Self::default();
        for directory in directories {
            store.add(directory);
        }
        store
    }

    /// Adds a directory behind the others. An edition that any other supersedes does not count, in whatever order they come, even where
    /// that other has given way itself.
    pub fn add(&mut self, directory: Directory) {
        if self.handed_in.contains(&directory) {
            return;
        }
        self.handed_in.push(directory);
        let counts = |edition: &&Directory| !self.handed_in.iter().any(|other| other.supersedes(edition));
        self.directories = self.handed_in.iter().filter(counts).cloned().collect();
    }

    /// The directories that count, in order of preference.
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

    /// Whether a key counts for what it signed at `time`, by the entry that decides; `None` when no directory lists this very key.
    pub fn standing(&self, key: &PublicKey, time: UnixSeconds) -> Option<Standing<'_>> {
        Standing::deciding(self.lookup(key.key_id()).filter(|(_, entry)| entry.public_key == *key), time)
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
    use crate::payload::UnixSeconds;
    use crate::payload::testing::sample_claims;
    use crate::signature::{Edition, Organization, PrivateKey, Revocation, Zeroizing, sign};

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
    fn of_two_directories_that_list_one_key_the_root_signed_one_names_the_signer() {
        let (unsigned, signed) = (directory("Impostor", &[&key(1)]), edition(1, &[100], None));
        for order in [[&unsigned, &signed], [&signed, &unsigned]] {
            let store = TrustStore::new(order.map(Clone::clone).to_vec());
            let check = store.check(&payload_by(&key(1)));
            assert_eq!(check.standing().unwrap().directory.organization().name, "A");
        }
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

    /// An edition of A's directory that lists key 1 and is signed by these roots.
    fn edition(sequence: u64, roots: &[u32], revoked_at: Option<u32>) -> Directory {
        let mut entry = DirectoryKey::new(key(1).public_key());
        entry.revocation = revoked_at.map(|at| Revocation { at: UnixSeconds(at), reason: None });
        let organization = Organization { name: "A".to_owned(), name_ko: None, contact: None, url: None };
        let text = Directory::new(organization, vec![entry], vec![]).unwrap().to_json().unwrap();
        let keys: Vec<_> = roots.iter().map(|&n| key(n)).collect();
        let signers: Vec<_> = keys.iter().map(|key| (key, key.public_key())).collect();
        let edition = Edition { sequence, issued_at: UnixSeconds(1) };
        let limit = Directory::DEFAULT_LIMIT_BYTES;
        let signed = Directory::endorse(text.as_bytes(), limit, edition, &signers).unwrap();
        Directory::from_json(signed.as_bytes(), limit).unwrap()
    }

    fn sequences(store: &TrustStore) -> Vec<u64> {
        store.directories().iter().map(|d| d.endorsement().unwrap().edition.sequence).collect()
    }

    #[test]
    fn the_latest_edition_of_a_root_counts_in_whatever_order_they_come() {
        let (old, new, other) = (edition(1, &[100], None), edition(2, &[100], Some(1)), edition(1, &[101], None));
        for order in [[&old, &new, &other], [&new, &old, &other], [&other, &new, &old]] {
            let store = TrustStore::new(order.map(Clone::clone).to_vec());
            assert_eq!(store.directories().len(), 2);
            assert!(store.directories().contains(&new) && store.directories().contains(&other));
            // The revocation that the old edition did not know holds.
            let check = store.check(&payload_by(&key(1)));
            assert_eq!(check.standing().unwrap().status, KeyStatus::Revoked { at: UnixSeconds(1) });
        }
        assert_eq!(TrustStore::new(vec![new.clone(), new.clone()]).directories(), [new], "a copy counts once");
    }

    #[test]
    fn a_chain_of_handovers_counts_alike_in_whatever_order_its_editions_come() {
        let links = [edition(1, &[100], None), edition(2, &[100, 101], None), edition(3, &[101], Some(1))];
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let store = TrustStore::new(order.map(|index: usize| links[index].clone()).to_vec());
            assert_eq!(sequences(&store), [3], "{order:?}");
            assert!(!store.check(&payload_by(&key(1))).standing().unwrap().counts(), "{order:?}");
        }
    }

    #[test]
    fn a_root_is_followed_over_its_handover_and_no_further() {
        let mut store = TrustStore::new(vec![edition(1, &[100], None)]);
        store.add(edition(2, &[100, 101], None));
        store.add(edition(3, &[101], None));
        assert_eq!(sequences(&store), [3]);
        // The old root signs on, or a stranger does: editions of their own, which replace nothing.
        store.add(edition(4, &[100], None));
        store.add(edition(5, &[102], None));
        assert_eq!(sequences(&store), [3, 4, 5]);
    }

    #[test]
    fn of_several_entries_for_one_key_a_revocation_counts_first() {
        type Change = fn(&mut DirectoryKey, u32);
        let at = payload_by(&key(1)).seal.unverified_claims.time.0;
        let listed = |name: &str, change: fn(&mut DirectoryKey, u32)| {
            let mut entry = DirectoryKey::new(key(1).public_key());
            change(&mut entry, at);
            let organization = Organization { name: name.to_owned(), name_ko: None, contact: None, url: None };
            Directory::new(organization, vec![entry], vec![]).unwrap()
        };
        let revoked =
            |key: &mut DirectoryKey, at| key.revocation = Some(Revocation { at: UnixSeconds(at), reason: None });
        let revoked_later =
            |key: &mut DirectoryKey, at| key.revocation = Some(Revocation { at: UnixSeconds(at + 1), reason: None });
        let expired = |key: &mut DirectoryKey, at| key.valid_until = Some(UnixSeconds(at - 1));
        let early = |key: &mut DirectoryKey, at| key.valid_from = Some(UnixSeconds(at + 1));
        let expired_and_revoked = |key: &mut DirectoryKey, at| {
            key.valid_until = Some(UnixSeconds(at - 1));
            key.revocation = Some(Revocation { at: UnixSeconds(at + 1), reason: None });
        };
        let cases: [(&[Change], usize, bool); 7] = [
            (&[|_, _| {}, revoked], 1, false),
            (&[|_, _| {}, revoked_later], 1, true),
            (&[expired, |_, _| {}], 1, true),
            (&[expired, revoked_later, revoked], 2, false),
            (&[early, expired], 0, false),
            (&[|_, _| {}, expired_and_revoked], 1, false),
            (&[revoked_later, expired_and_revoked], 1, false),
        ];
        for (changes, decides, counts) in cases {
            let names = ["A", "B", "C"];
            let store =
                TrustStore::new(changes.iter().zip(names).map(|(&change, name)| listed(name, change)).collect());
            let check = store.check(&payload_by(&key(1)));
            let standing = check.standing().unwrap();
            assert_eq!((standing.directory.organization().name.as_str(), standing.counts()), (names[decides], counts));
        }
    }
}
