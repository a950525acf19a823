//! Whose keys signed a ledger's records, and whether each counted at the time that its records state. A record's own signature and the
//! chain say nothing of that: whoever has a stolen key can append to them.

use std::collections::BTreeMap;

use serde::Serialize;
use watermark_core::signature::{KeyStatus, PublicKey, TrustStore};
use watermark_report::{OutdatedFacts, status_words};

use super::Decoded;
use crate::terminal::counted;

/// Numbers of records that are listed for one finding; the rest is counted.
pub(crate) const LISTED: usize = 20;

/// Records of a key.
#[derive(Serialize)]
pub(crate) struct KeyTotal {
    pub(crate) key: String,
    pub(crate) public_key: String,
    /// Who lists it in a trusted directory, and its name in Korean.
    pub(crate) issuer: Option<String>,
    pub(crate) issuer_ko: Option<String>,
    pub(crate) stamps: u64,
    /// Those dated when it did not count.
    pub(crate) out_of_force: Vec<Standings>,
    /// Those dated before it was revoked: whoever stole it can date a record back.
    pub(crate) revoked_later: Vec<Standings>,
}

impl KeyTotal {
    /// Whether somebody trusted lists it, it counted for every record, and no directory that is known to be `outdated` said so of a key that was
    /// revoked since.
    pub(crate) fn vouches(&self, outdated: &[OutdatedFacts]) -> bool {
        let withdrawn = outdated.iter().any(|facts| facts.counted && facts.revoked.contains(&self.key));
        self.issuer.is_some() && self.out_of_force.is_empty() && !withdrawn
    }
}

/// What a chain does not vouch for, however whole it is.
pub(crate) struct Doubts {
    /// Serials that a key used more than once.
    pub(crate) repeated: u64,
    /// Keys that no trusted directory lists, and their records.
    pub(crate) unlisted: (u64, u64),
    /// Listed keys that did not count throughout, and their records.
    pub(crate) invalid: (u64, u64),
}

impl Doubts {
    /// Of some keys, and of this many repeated serials.
    pub(crate) fn of(keys: &[KeyTotal], outdated: &[OutdatedFacts], repeated: usize) -> Self {
        let mut doubts = Self { repeated: repeated as u64, unlisted: (0, 0), invalid: (0, 0) };
        for key in keys.iter().filter(|key| !key.vouches(outdated)) {
            let (keys, stamps) = if key.issuer.is_none() { &mut doubts.unlisted } else { &mut doubts.invalid };
            (*keys, *stamps) = (*keys + 1, *stamps + key.stamps);
        }
        doubts
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        (self.repeated, self.unlisted.0, self.invalid.0) == (0, 0, 0)
    }

    /// For the terminal; empty when there are none.
    pub(crate) fn words(&self) -> String {
        let said = [
            (self.repeated, format!("{} used more than once", counted(self.repeated, "serial"))),
            (self.unlisted.0, format!("{} that no trusted directory lists", counted(self.unlisted.0, "key"))),
            (self.invalid.0, format!("{} that did not count throughout", counted(self.invalid.0, "key"))),
        ];
        let said = said.into_iter().filter_map(|(count, words)| (count > 0).then_some(words));
        said.collect::<Vec<_>>().join(", ")
    }
}

/// Records that a key signed with one standing.
#[derive(Serialize)]
pub(crate) struct Standings {
    /// The key's status at their times, as `key_status` in `docs/verify.schema.json`.
    pub(crate) status: &'static str,
    /// The moment that it turns on.
    pub(crate) at: Option<String>,
    pub(crate) stamps: u64,
    /// The first of them.
    pub(crate) records: Vec<u64>,
}

/// Every key that signed, in the order of the public keys.
#[derive(Default)]
pub(crate) struct KeyTotals(BTreeMap<String, KeyTotal>);

impl KeyTotals {
    /// Counts a record, and hands back who lists its key and what that says of the record's time.
    pub(crate) fn add(&mut self, decoded: &Decoded, trust: &TrustStore) -> (Option<&str>, Option<&'static str>) {
        let record = &decoded.record;
        let time = decoded.payload.seal.unverified_claims.time;
        let key = PublicKey::from_hex(&record.public_key).ok();
        let standing = key.and_then(|key| trust.standing(&key, time));
        let total = self.0.entry(record.public_key.clone()).or_insert_with(|| KeyTotal {
            key: record.key.clone(),
            public_key: record.public_key.clone(),
            issuer: standing.map(|standing| standing.directory.organization().name.clone()),
            issuer_ko: standing.and_then(|standing| standing.directory.organization().name_ko.clone()),
            stamps: 0,
            out_of_force: Vec::new(),
            revoked_later: Vec::new(),
        });
        total.stamps += 1;
        let status = standing.map(|standing| status_words(standing.status));
        if let (Some(standing), Some((status, at))) = (standing, &status)
            && standing.status != KeyStatus::Valid
        {
            let list = if standing.counts() { &mut total.revoked_later } else { &mut total.out_of_force };
            let found = list.iter().position(|of| of.status == *status && of.at == *at);
            let index = found.unwrap_or_else(|| {
                list.push(Standings { status, at: at.clone(), stamps: 0, records: Vec::new() });
                list.len() - 1
            });
            let of = &mut list[index];
            of.stamps += 1;
            if of.records.len() < LISTED {
                of.records.push(record.n);
            }
        }
        (total.issuer.as_deref(), status.map(|(status, _)| status))
    }

    /// All of them.
    pub(crate) fn into_vec(self) -> Vec<KeyTotal> {
        self.0.into_values().collect()
    }
}

/// Numbers of records as people read them, with an ellipsis where there are more than are listed.
pub(crate) fn numbers(records: &[u64], stamps: u64) -> String {
    format!("no. {}", listed(records, stamps))
}

/// The numbers alone.
pub(crate) fn listed(records: &[u64], stamps: u64) -> String {
    let mut all: Vec<_> = records.iter().map(ToString::to_string).collect();
    if stamps > records.len() as u64 {
        all.push("…".to_owned());
    }
    all.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_used_twice_is_a_doubt() {
        assert_eq!(Doubts::of(&[], &[], 1).words(), "1 serial used more than once");
        assert!(Doubts::of(&[], &[], 0).is_empty() && Doubts::of(&[], &[], 0).words().is_empty());
    }
}
