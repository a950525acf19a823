//! The JSON of a key directory: hostile text in, checked types out, and back.
//!
//! Unknown fields are passed over, so later releases may add some; whatever older readers must not pass over needs a
//! new schema name. A known field that stands twice in one object is an error, and so is a list in an object's place, and a field of a key
//! that is named like a revocation and is none.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::edition::{self, WireProof};
use super::{Directory, DirectoryError, DirectoryKey, Organization, Revocation};
use crate::payload::{FieldError, SystemName, UnixSeconds, is_visible_text};
use crate::signature::PublicKey;

/// Names of the fields that an object holds beside the known ones. Flattened into a structure, it also keeps serde from taking a list of
/// values for the object.
#[derive(Default, Deserialize)]
#[serde(transparent)]
#[expect(clippy::zero_sized_map_values, reason = "serde flattens into a map, not into a set")]
pub(super) struct Unknown(BTreeMap<String, IgnoredAny>);

#[derive(Deserialize)]
struct SchemaOnly {
    schema: String,
}

#[derive(Serialize, Deserialize)]
struct WireDirectory {
    schema: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_at: Option<String>,
    organization: WireOrganization,
    keys: Vec<WireKey>,
    #[serde(skip_serializing_if = "Option::is_none")]
    systems: Option<Vec<WireSystem>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proofs: Option<Vec<WireProof>>,
    #[serde(flatten, skip_serializing)]
    _unknown: Unknown,
}

#[derive(Serialize, Deserialize)]
struct WireOrganization {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name_ko: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(flatten, skip_serializing)]
    _unknown: Unknown,
}

#[derive(Serialize, Deserialize)]
pub(super) struct WireKey {
    id: String,
    public_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revocation_reason: Option<String>,
    #[serde(flatten, skip_serializing)]
    unknown: Unknown,
}

#[derive(Serialize, Deserialize)]
struct WireSystem {
    tag: String,
    name: String,
    version: String,
    #[serde(flatten, skip_serializing)]
    _unknown: Unknown,
}

impl Directory {
    /// Reads a directory of at most `limit_bytes` bytes of JSON (see [`Directory::DEFAULT_LIMIT_BYTES`]).
    ///
    /// # Errors
    /// [`DirectoryError`]: too large, no JSON, another schema, contents that contradict themselves, or a root signature that
    /// does not hold. A directory without root signatures is read as an unsigned one.
    pub fn from_json(text: &[u8], limit_bytes: usize) -> Result<Self, DirectoryError> {
        if text.len() > limit_bytes {
            return Err(DirectoryError::TooLarge { size_bytes: text.len(), limit_bytes });
        }
        let SchemaOnly { schema } = serde_json::from_slice(text).map_err(DirectoryError::Json)?;
        if schema != Self::SCHEMA {
            return Err(DirectoryError::UnknownSchema { found: schema.chars().take(64).collect() });
        }
        let wire: WireDirectory = serde_json::from_slice(text).map_err(DirectoryError::Json)?;
        let WireOrganization { name, name_ko, contact, url, .. } = wire.organization;
        let keys = wire.keys.iter().enumerate().map(|(index, key)| read_key(index, key));
        let systems = wire.systems.iter().flatten().enumerate().map(|(index, system)| read_system(index, system));
        let directory = Self::new(
            Organization { name, name_ko, contact, url },
            keys.collect::<Result<_, _>>()?,
            systems.collect::<Result<_, _>>()?,
        )?;
        let proofs = wire.proofs.unwrap_or_default();
        let endorsement = edition::read(text, wire.sequence, wire.issued_at.as_deref(), &proofs)?;
        Ok(Self { endorsement, ..directory })
    }

    /// Indented JSON with a final line feed, unsigned. Unknown fields of a file read before are not kept.
    ///
    /// # Errors
    /// [`DirectoryError::Write`]; no directory is known to cause it.
    pub fn to_json(&self) -> Result<String, DirectoryError> {
        let Organization { name, name_ko, contact, url } = self.organization.clone();
        let wire = WireDirectory {
            schema: Self::SCHEMA.to_owned(),
            sequence: None,
            issued_at: None,
            proofs: None,
            organization: WireOrganization { name, name_ko, contact, url, _unknown: Unknown::default() },
            keys: self.keys.iter().map(write_key).collect(),
            systems: Some(self.systems.iter().map(write_system).collect()),
            _unknown: Unknown::default(),
        };
        let mut text = serde_json::to_string_pretty(&wire).map_err(DirectoryError::Write)?;
        text.push('\n');
        Ok(text)
    }
}

fn read_key(index: usize, wire: &WireKey) -> Result<DirectoryKey, DirectoryError> {
    let unread = |field| move |source: FieldError| DirectoryError::Field { field, index, source };
    let time = |field, text: &Option<String>| {
        text.as_deref().map(str::parse::<UnixSeconds>).transpose().map_err(unread(field))
    };
    let public_key = PublicKey::from_hex(&wire.public_key).map_err(|source| DirectoryError::Key { index, source })?;
    let (stated, actual) = (wire.id.parse().map_err(unread("id"))?, public_key.key_id());
    if stated != actual {
        return Err(DirectoryError::KeyIdMismatch { index, stated, actual });
    }
    if let Some(field) = wire.unknown.0.keys().find(|field| names_a_limit(field)) {
        let field = field.chars().take(64).collect();
        return Err(DirectoryError::UnknownLimit { id: actual, field });
    }
    let revocation = match (time("revoked_at", &wire.revoked_at)?, &wire.revocation_reason) {
        (Some(at), reason) => Some(Revocation { at, reason: reason.clone() }),
        (None, Some(_)) => return Err(DirectoryError::RevocationWithoutTime { id: actual }),
        (None, None) => None,
    };
    Ok(DirectoryKey {
        public_key,
        valid_from: time("valid_from", &wire.valid_from)?,
        valid_until: time("valid_until", &wire.valid_until)?,
        revocation,
    })
}

/// Whether a field that nobody knows was meant to withdraw the key or to end its validity: passed over, the key would count on.
fn names_a_limit(field: &str) -> bool {
    let field = field.to_lowercase();
    ["revok", "revoc", "valid", "expir", "until"].iter().any(|name| field.contains(name))
}

pub(super) fn write_key(key: &DirectoryKey) -> WireKey {
    let revocation = key.revocation.as_ref();
    WireKey {
        id: key.public_key.key_id().to_string(),
        public_key: key.public_key.to_hex(),
        valid_from: key.valid_from.map(|time| time.to_string()),
        valid_until: key.valid_until.map(|time| time.to_string()),
        revoked_at: revocation.map(|revocation| revocation.at.to_string()),
        revocation_reason: revocation.and_then(|revocation| revocation.reason.clone()),
        unknown: Unknown::default(),
    }
}

fn read_system(index: usize, wire: &WireSystem) -> Result<SystemName, DirectoryError> {
    let unread = |field| move |source: FieldError| DirectoryError::Field { field, index, source };
    let name = SystemName::new(&wire.name, &wire.version).map_err(unread("name or version"))?;
    let (stated, actual) = (wire.tag.parse().map_err(unread("tag"))?, name.tag());
    if stated != actual {
        return Err(DirectoryError::SystemTagMismatch { name, stated, actual });
    }
    Ok(name)
}

fn write_system(system: &SystemName) -> WireSystem {
    WireSystem {
        tag: system.tag().to_string(),
        name: system.name().to_owned(),
        version: system.version().to_owned(),
        _unknown: Unknown::default(),
    }
}

pub(super) fn check_organization(organization: &Organization) -> Result<(), DirectoryError> {
    check_text("organization.name", Some(&organization.name))?;
    check_text("organization.name_ko", organization.name_ko.as_deref())?;
    check_text("organization.contact", organization.contact.as_deref())?;
    check_text("organization.url", organization.url.as_deref())
}

pub(super) fn check_text(field: &'static str, text: Option<&str>) -> Result<(), DirectoryError> {
    let fits = |text| is_visible_text(text, Directory::MAX_TEXT_BYTES);
    text.is_none_or(fits).then_some(()).ok_or(DirectoryError::Text { field })
}

#[cfg(test)]
mod tests;
