//! Key directories: whose keys these are, when they were good, and which systems the organisation runs.
//!
//! JSON text (`docs/FORMAT.md`, Key directory) -> checked types -> JSON text. A directory is only as good as the way
//! it arrived: whoever loads one decides to trust it. Files and networks are the caller's.

mod edition;
mod json;

use std::collections::BTreeSet;

use thiserror::Error;

pub use self::edition::{Edition, Endorsement};
use super::{KeyError, PublicKey, SignError};
use crate::payload::{FieldError, KeyId, SystemName, SystemTag, UnixSeconds};

/// Why a directory was refused. Positions count from 0, in the order of the file.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DirectoryError {
    /// The text is longer than the caller allows.
    #[error(
        "the key directory has {size_bytes} bytes, the limit is {limit_bytes}; raise the limit only if you trust \
         its sender"
    )]
    TooLarge {
        /// Length of the text.
        size_bytes: usize,
        /// Length allowed.
        limit_bytes: usize,
    },
    /// The text is no JSON, or a field is missing or of the wrong kind.
    #[error("the key directory cannot be read as JSON of schema {}; get it again from its issuer", Directory::SCHEMA)]
    Json(#[source] serde_json::Error),
    /// Another schema, or a later version of it.
    #[error("the key directory has schema {found:?}, this reader knows {:?}; use a newer release", Directory::SCHEMA)]
    UnknownSchema {
        /// The schema stated, at most 64 characters of it.
        found: String,
    },
    /// Text that would be shown to people is empty, too long or holds characters that cannot be seen.
    #[error(
        "{field} must be 1 to {limit_bytes} bytes of visible text without white space at its ends, and is not; \
         correct it",
        limit_bytes = Directory::MAX_TEXT_BYTES
    )]
    Text {
        /// The JSON field.
        field: &'static str,
    },
    /// A public key cannot be used.
    #[error("key {index} of the directory cannot be used; its issuer must correct it")]
    Key {
        /// Position among the keys.
        index: usize,
        /// What is wrong with it.
        source: KeyError,
    },
    /// An id, tag, time or system name cannot be read.
    #[error("{field} of entry {index} cannot be read; the issuer must correct it")]
    Field {
        /// The JSON field.
        field: &'static str,
        /// Position among the keys or systems.
        index: usize,
        /// What is wrong with it.
        source: FieldError,
    },
    /// A key's stated id is not the one derived from it.
    #[error(
        "key {index} is listed as {stated}, but its id is {actual}; the entry was mixed up or forged, ask the issuer"
    )]
    KeyIdMismatch {
        /// Position among the keys.
        index: usize,
        /// The id in the file.
        stated: KeyId,
        /// The id of the public key in the file.
        actual: KeyId,
    },
    /// A system's stated tag is not the one derived from its name.
    #[error("system {name} is listed under tag {stated}, but its tag is {actual}; the issuer must correct it")]
    SystemTagMismatch {
        /// The system.
        name: SystemName,
        /// The tag in the file.
        stated: SystemTag,
        /// The tag of the name.
        actual: SystemTag,
    },
    /// Two keys with one id: the same key twice, or the rare pair whose ids collide.
    #[error("key id {id} is listed twice; list each key once, and replace the newer of two different keys with one id")]
    DuplicateKeyId {
        /// The id.
        id: KeyId,
    },
    /// One system twice.
    #[error("system {name} is listed twice; list it once")]
    DuplicateSystem {
        /// The system.
        name: SystemName,
    },
    /// A key stops being valid before it starts.
    #[error("key {id} is valid until {until}, before it becomes valid at {from}; exchange the two")]
    EmptyValidity {
        /// The key.
        id: KeyId,
        /// First moment of validity.
        from: UnixSeconds,
        /// Last moment of validity.
        until: UnixSeconds,
    },
    /// A reason without the moment of revocation: nobody could tell which stamps it touches.
    #[error("key {id} has a revocation_reason but no revoked_at; state when it was revoked")]
    RevocationWithoutTime {
        /// The key.
        id: KeyId,
    },
    /// A field of a key that is named like a revocation or a validity and is none: passed over, a key that was withdrawn or has expired would count on.
    #[error(
        "key {id} has a field {field:?}, which limits nothing; its issuer must write valid_from, valid_until or revoked_at, or drop it"
    )]
    UnknownLimit {
        /// The key.
        id: KeyId,
        /// The field, at most 64 characters of it.
        field: String,
    },
    /// The directory cannot be written as JSON.
    #[error("cannot write the key directory as JSON")]
    Write(#[source] serde_json::Error),
    /// The text is JSON, but no object.
    #[error("the key directory is no JSON object; get it again from its issuer")]
    NoObject,
    /// A signed directory without a sequence number or a time.
    #[error("the key directory has proofs but lacks sequence or issued_at; its issuer must sign it again")]
    NoEdition,
    /// A sequence number out of range.
    #[error("the key directory has sequence {found}; use 1 to 9007199254740991 (2^53 - 1), higher with every edition")]
    Sequence {
        /// The number found.
        found: u64,
    },
    /// No root key, or more than there is a use for.
    #[error("the key directory is to have {count} root signatures; use 1 to {limit}")]
    TooManyProofs {
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// A root key cannot be used.
    #[error("root key {index} of the directory cannot be used; its issuer must correct it")]
    Root {
        /// Position among the proofs.
        index: usize,
        /// What is wrong with it.
        source: KeyError,
    },
    /// One root key signed twice.
    #[error("root key {root} signs the directory twice; list it once")]
    DuplicateRoot {
        /// The root key, hexadecimal.
        root: String,
    },
    /// A root key's signature does not hold.
    #[error(
        "the signature of root key {root} does not hold: the directory was changed after it was signed, or is forged; get \
         it again from its issuer"
    )]
    BadProof {
        /// The root key named, hexadecimal.
        root: String,
    },
    /// A root key could not sign.
    #[error("the directory was not signed")]
    Sign(#[source] SignError),
}

/// Whose directory it is, in the issuer's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Name.
    pub name: String,
    /// Name in Korean.
    pub name_ko: Option<String>,
    /// How to reach it: a mail address or a sentence.
    pub contact: Option<String>,
    /// Permanent address of the organisation or of this directory.
    pub url: Option<String>,
}

/// When and why a key was withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// From this moment on its stamps do not count.
    pub at: UnixSeconds,
    /// Why, for people.
    pub reason: Option<String>,
}

/// One key of an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryKey {
    /// The key.
    pub public_key: PublicKey,
    /// First second of validity; from ever when absent.
    pub valid_from: Option<UnixSeconds>,
    /// Last second of validity; for ever when absent.
    pub valid_until: Option<UnixSeconds>,
    /// Set when the key was withdrawn.
    pub revocation: Option<Revocation>,
}

/// What a directory says about a key at the time a stamp states. That time is the signer's own word: the thief of a
/// key can date a stamp back, which is why a revocation after the stamp is told and not hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyStatus {
    /// Valid then, and not withdrawn since.
    Valid,
    /// Valid then, withdrawn at a later moment.
    RevokedLater {
        /// The moment of revocation.
        at: UnixSeconds,
    },
    /// Not yet valid then.
    NotYetValid {
        /// First second of validity.
        from: UnixSeconds,
    },
    /// No longer valid then.
    Expired {
        /// Last second of validity.
        until: UnixSeconds,
    },
    /// Withdrawn by then.
    Revoked {
        /// The moment of revocation.
        at: UnixSeconds,
    },
}

impl DirectoryKey {
    /// A key without limits, as a new one starts.
    pub const fn new(public_key: PublicKey) -> Self {
        Self { public_key, valid_from: None, valid_until: None, revocation: None }
    }

    /// The key's standing at the time a stamp states; a revocation weighs more than the validity period.
    pub fn status_at(&self, stamped: UnixSeconds) -> KeyStatus {
        let revoked = self.revocation.as_ref().map(|revocation| revocation.at);
        match (revoked, self.valid_from, self.valid_until) {
            (Some(at), _, _) if stamped >= at => KeyStatus::Revoked { at },
            (_, Some(from), _) if stamped < from => KeyStatus::NotYetValid { from },
            (_, _, Some(until)) if stamped > until => KeyStatus::Expired { until },
            (Some(at), _, _) => KeyStatus::RevokedLater { at },
            (None, _, _) => KeyStatus::Valid,
        }
    }
}

/// An organisation with its keys and systems; consistent in itself by construction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    organization: Organization,
    keys: Vec<DirectoryKey>,
    systems: Vec<SystemName>,
    endorsement: Option<Endorsement>,
}

impl Directory {
    /// The schema this crate reads and writes.
    pub const SCHEMA: &str = "watermark-directory/1";

    /// Longest text shown to people, in bytes of UTF-8.
    pub const MAX_TEXT_BYTES: usize = 1024;

    /// A sensible size limit for [`Directory::from_json`]: a mebibyte, some five thousand keys.
    pub const DEFAULT_LIMIT_BYTES: usize = 1 << 20;

    /// Puts an unsigned directory together; [`Directory::endorse`] signs its text.
    ///
    /// # Errors
    /// [`DirectoryError`]: unfit text, a key id or system listed twice, or an empty validity period.
    pub fn new(
        organization: Organization,
        keys: Vec<DirectoryKey>,
        systems: Vec<SystemName>,
    ) -> Result<Self, DirectoryError> {
        json::check_organization(&organization)?;
        let mut ids = BTreeSet::new();
        for key in &keys {
            let id = key.public_key.key_id();
            if !ids.insert(id) {
                return Err(DirectoryError::DuplicateKeyId { id });
            }
            if let (Some(from), Some(until)) = (key.valid_from, key.valid_until)
                && from > until
            {
                return Err(DirectoryError::EmptyValidity { id, from, until });
            }
            let reason = key.revocation.as_ref().and_then(|revocation| revocation.reason.as_deref());
            json::check_text("revocation_reason", reason)?;
        }
        let mut names = BTreeSet::new();
        if let Some(name) = systems.iter().find(|&name| !names.insert(name)) {
            return Err(DirectoryError::DuplicateSystem { name: name.clone() });
        }
        Ok(Self { organization, keys, systems, endorsement: None })
    }

    /// Whose directory it is.
    pub const fn organization(&self) -> &Organization {
        &self.organization
    }

    /// Its keys, each id once, in the order of the file.
    pub fn keys(&self) -> &[DirectoryKey] {
        &self.keys
    }

    /// Its systems, each once, in the order of the file.
    pub fn systems(&self) -> &[SystemName] {
        &self.systems
    }

    /// Edition and root keys, when root keys signed it and their signatures hold; `None` for an unsigned directory.
    pub const fn endorsement(&self) -> Option<&Endorsement> {
        self.endorsement.as_ref()
    }

    /// Whether this is a later edition of `other`: a root of this one is the other's root, and its number is higher.
    pub fn supersedes(&self, other: &Self) -> bool {
        match (&self.endorsement, &other.endorsement) {
            (Some(new), Some(old)) => new.roots().contains(old.root()) && new.edition.sequence > old.edition.sequence,
            _ => false,
        }
    }

    /// The systems that a tag may mean: one as a rule, several when their tags collide, none when unknown.
    pub fn systems_of(&self, tag: SystemTag) -> impl Iterator<Item = &SystemName> {
        self.systems.iter().filter(move |system| system.tag() == tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::{PrivateKey, Zeroizing};

    fn key(seed: u8) -> DirectoryKey {
        DirectoryKey::new(PrivateKey::from_seed(Zeroizing::new([seed; 32])).public_key())
    }

    fn organization() -> Organization {
        Organization { name: "Example".to_owned(), name_ko: None, contact: None, url: None }
    }

    #[test]
    fn standing_at_every_moment_of_a_keys_life() {
        let mut key = key(1);
        let t = UnixSeconds;
        assert_eq!(key.status_at(t(0)), KeyStatus::Valid);
        (key.valid_from, key.valid_until) = (Some(t(100)), Some(t(200)));
        for (at, status) in [
            (99, KeyStatus::NotYetValid { from: t(100) }),
            (100, KeyStatus::Valid),
            (200, KeyStatus::Valid),
            (201, KeyStatus::Expired { until: t(200) }),
        ] {
            assert_eq!(key.status_at(t(at)), status);
        }
        key.revocation = Some(Revocation { at: t(150), reason: None });
        for (at, status) in [
            (99, KeyStatus::NotYetValid { from: t(100) }),
            (149, KeyStatus::RevokedLater { at: t(150) }),
            (150, KeyStatus::Revoked { at: t(150) }),
            (201, KeyStatus::Revoked { at: t(150) }),
        ] {
            assert_eq!(key.status_at(t(at)), status);
        }
    }

    #[test]
    fn keys_and_systems_are_listed_once() {
        let system = || SystemName::new("painter", "1").unwrap();
        let twice = Directory::new(organization(), vec![key(1), key(2), key(1)], vec![]);
        let id = key(1).public_key.key_id();
        assert!(matches!(twice, Err(DirectoryError::DuplicateKeyId { id: found }) if found == id));
        let twice = Directory::new(organization(), vec![], vec![system(), system()]);
        assert!(matches!(twice, Err(DirectoryError::DuplicateSystem { name }) if name == system()));
    }

    #[test]
    fn colliding_tags_name_every_system() {
        let named = |number: u32| SystemName::new("system", &number.to_string()).unwrap();
        let first = named(0);
        let second = (1..10_000_000).map(named).find(|other| other.tag() == first.tag()).unwrap();
        let both = vec![first.clone(), second.clone(), named(1)];
        let directory = Directory::new(organization(), vec![], both).unwrap();
        assert!(directory.systems_of(first.tag()).eq([&first, &second]));
    }
}
