//! Checking a ledger and counting what its records state, in one pass.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde::Serialize;
use watermark_core::payload::{UnixSeconds, hex};
use watermark_core::signature::TrustStore;

use crate::audit_report::DirectoryFacts;
use crate::ledger::{Decoded, Doubts, Fault, Head, KeyTotal, KeyTotals, LISTED, check_each};
use crate::stamping::now;
use crate::trust::{DirectoryFile, Trust};
use watermark_report::OutdatedFacts;

const DAY_S: i64 = 86_400;

/// Which days.
#[derive(Clone, Debug)]
pub(crate) struct Period {
    /// First day, `YYYY-MM-DD`.
    pub(crate) from: Option<String>,
    /// Last day, included.
    pub(crate) to: Option<String>,
    /// Seconds that the days' clock is ahead of UTC.
    pub(crate) ahead_s: i64,
}

impl Period {
    /// Number of the local day, 0 on 1970-01-01.
    fn day(&self, time: UnixSeconds) -> i64 {
        (i64::from(time.0) + self.ahead_s).div_euclid(DAY_S)
    }

    /// Offset from UTC as people write it.
    fn zone(&self) -> String {
        let (sign, minutes) = (if self.ahead_s < 0 { '-' } else { '+' }, self.ahead_s.abs() / 60);
        if minutes == 0 { "UTC".to_owned() } else { format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60) }
    }
}

/// Name of a day by its number.
pub(super) fn date(day: i64) -> String {
    let midnight = UnixSeconds::from_i64(day * DAY_S).unwrap_or(UnixSeconds(0));
    midnight.to_string().chars().take(10).collect()
}

fn number(date: &str) -> Result<i64> {
    Ok(i64::from(format!("{date}T00:00:00Z").parse::<UnixSeconds>()?.0) / DAY_S)
}

/// What is to be summed up, and on whose word.
pub(crate) struct Asked<'a> {
    pub(crate) ledger: &'a Path,
    pub(crate) noted: Option<Head>,
    pub(crate) period: Period,
    pub(crate) trust: &'a Trust,
}

/// A period of a ledger.
#[derive(Serialize)]
pub(crate) struct Summary {
    pub(crate) schema: &'static str,
    pub(crate) tool: &'static str,
    pub(crate) version: &'static str,
    pub(crate) created: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) zone: String,
    pub(crate) ledger: LedgerState,
    /// The key directories that list a key of the period, and those at hand that are behind what is known.
    pub(crate) directories: Vec<DirectoryFacts>,
    pub(crate) directories_outdated: Vec<OutdatedFacts>,
    /// Records of the period; none when it is empty.
    pub(crate) range: Option<Range>,
    /// Stamps in the period.
    pub(crate) total: u64,
    pub(crate) days: BTreeMap<String, u64>,
    pub(crate) keys: Vec<KeyTotal>,
    pub(crate) systems: BTreeMap<String, u64>,
    pub(crate) origins: BTreeMap<String, u64>,
    /// `sealed`: signature in the pixels; `beacon-only`: no room for it.
    pub(crate) marks: BTreeMap<String, u64>,
    pub(crate) profiles: BTreeMap<String, u64>,
    pub(crate) layers: BTreeMap<String, u64>,
    pub(crate) notices: BTreeMap<String, u64>,
    pub(crate) exemptions: Vec<ExemptionTotal>,
    /// Serials that a key used more than once, anywhere in the ledger.
    pub(crate) repeated_serials: Vec<(String, u64, Vec<u64>)>,
    /// The records one by one, for the table.
    #[serde(skip)]
    pub(crate) rows: Vec<Vec<String>>,
    /// Stamps by the day's number, for the chart.
    #[serde(skip)]
    pub(crate) by_day: BTreeMap<i64, u64>,
}

/// The ledger as it was checked.
#[derive(Serialize)]
pub(crate) struct LedgerState {
    pub(crate) file: String,
    pub(crate) records: u64,
    pub(crate) head: String,
    /// The head noted earlier, which it was found to contain.
    pub(crate) noted: Option<String>,
    /// Bytes of an incomplete last line, which does not count.
    pub(crate) torn_bytes: usize,
}

/// The records that a summary covers: those of its days between these two.
#[derive(Serialize)]
pub(crate) struct Range {
    pub(crate) first: u64,
    pub(crate) first_sha256: String,
    pub(crate) last: u64,
    pub(crate) last_sha256: String,
}

/// Stamps for which a duty was said not to hold, with one reason.
#[derive(Serialize)]
pub(crate) struct ExemptionTotal {
    pub(crate) kind: String,
    pub(crate) reason: String,
    pub(crate) stamps: u64,
    /// The first of the records.
    pub(crate) records: Vec<u64>,
}

/// Checks the ledger and sums up the period; the inner error is the record at fault.
///
/// # Errors
/// When the file cannot be read or the period is turned round.
pub(crate) fn sum_up(asked: Asked<'_>) -> Result<Result<Summary, Fault>> {
    let Asked { ledger, noted, period, trust } = asked;
    let from = period.from.as_deref().map(number).transpose().context("cannot use --from")?;
    let to = period.to.as_deref().map(number).transpose().context("cannot use --to")?;
    ensure!(from.zip(to).is_none_or(|(from, to)| from <= to), "--from lies after --to; turn them round");
    let mut summary = empty(ledger, &period)?;
    summary.directories_outdated.clone_from(&trust.outdated);
    summary.ledger.noted = noted.map(|noted| noted.to_string());
    let mut keys = KeyTotals::default();
    let mut exempt: BTreeMap<(String, String), ExemptionTotal> = BTreeMap::new();
    let chain = check_each(ledger, noted, |decoded, sha256| {
        let day = period.day(decoded.payload.seal.unverified_claims.time);
        if from.is_none_or(|from| day >= from) && to.is_none_or(|to| day <= to) {
            summary.count(decoded, day, &sha256, &trust.store, &mut keys, &mut exempt);
        }
    })?;
    if let Some(fault) = chain.fault {
        return Ok(Err(fault));
    }
    summary.keys = keys.into_vec();
    let judged = |file: &&DirectoryFile| {
        let lists = |of: &KeyTotal| file.directory.keys().iter().any(|key| key.public_key.to_hex() == of.public_key);
        summary.keys.iter().any(lists)
    };
    summary.directories = trust.files.iter().filter(judged).map(DirectoryFacts::of).collect();
    summary.exemptions = exempt.into_values().collect();
    summary.ledger.records = chain.head.count;
    summary.ledger.head = chain.head.to_string();
    summary.ledger.torn_bytes = chain.torn_bytes;
    summary.repeated_serials = chain.repeated;
    if summary.total > 0 {
        // The chart spans the period, not only the days that have stamps.
        for day in [from, to].into_iter().flatten() {
            summary.by_day.entry(day).or_default();
        }
    }
    let day = |of: Option<(&i64, &u64)>| of.map_or_else(|| "-".to_owned(), |(day, _)| date(*day));
    summary.from = period.from.unwrap_or_else(|| day(summary.by_day.first_key_value()));
    summary.to = period.to.unwrap_or_else(|| day(summary.by_day.last_key_value()));
    Ok(Ok(summary))
}

fn empty(ledger: &Path, period: &Period) -> Result<Summary> {
    let file = ledger.to_string_lossy().into_owned();
    Ok(Summary {
        schema: "watermark-ledger-report/1",
        tool: "watermark",
        version: env!("CARGO_PKG_VERSION"),
        created: now()?.to_string(),
        from: String::new(),
        to: String::new(),
        zone: period.zone(),
        ledger: LedgerState { file, records: 0, head: String::new(), noted: None, torn_bytes: 0 },
        directories: Vec::new(),
        directories_outdated: Vec::new(),
        range: None,
        total: 0,
        days: BTreeMap::new(),
        keys: Vec::new(),
        systems: BTreeMap::new(),
        origins: BTreeMap::new(),
        marks: BTreeMap::new(),
        profiles: BTreeMap::new(),
        layers: BTreeMap::new(),
        notices: BTreeMap::new(),
        exemptions: Vec::new(),
        repeated_serials: Vec::new(),
        rows: Vec::new(),
        by_day: BTreeMap::new(),
    })
}

impl Summary {
    /// What the intact chain does not vouch for.
    pub(crate) fn doubts(&self) -> Doubts {
        Doubts::of(&self.keys, &self.directories_outdated, self.repeated_serials.len())
    }

    /// Adds one record.
    fn count(
        &mut self,
        decoded: &Decoded,
        day: i64,
        sha256: &[u8; 32],
        trust: &TrustStore,
        keys: &mut KeyTotals,
        exempt: &mut BTreeMap<(String, String), ExemptionTotal>,
    ) {
        let record = &decoded.record;
        let add = |to: &mut BTreeMap<String, u64>, name: &str| *to.entry(name.to_owned()).or_default() += 1;
        self.total += 1;
        add(&mut self.days, &date(day));
        *self.by_day.entry(day).or_default() += 1;
        add(&mut self.systems, record.system.as_deref().unwrap_or("-"));
        add(&mut self.origins, &record.origin);
        add(&mut self.marks, &record.profile);
        let labels = record.labels.as_ref();
        // A record of before labels were kept carries its mark all the same.
        let layers = labels.map_or_else(|| vec!["mark".to_owned()], |labels| labels.layers.clone());
        layers.iter().for_each(|layer| add(&mut self.layers, layer));
        let profiles = labels.map_or(&[][..], |labels| &labels.profiles[..]);
        profiles.iter().for_each(|profile| add(&mut self.profiles, profile));
        if let Some(notice) = labels.and_then(|labels| labels.notice.as_ref()) {
            add(&mut self.notices, notice);
        }
        let exemption = labels.and_then(|labels| labels.exemption.as_ref());
        if let Some(watermark_label::Exemption { kind, reason }) = exemption {
            let entry = exempt.entry((kind.clone(), reason.clone())).or_insert_with(|| ExemptionTotal {
                kind: kind.clone(),
                reason: reason.clone(),
                stamps: 0,
                records: Vec::new(),
            });
            entry.stamps += 1;
            if entry.records.len() < LISTED {
                entry.records.push(record.n);
            }
        }
        let (issuer, status) = keys.add(decoded, trust);
        let line_sha256 = hex::encode(sha256);
        let first = self.range.take().map_or_else(|| (record.n, line_sha256.clone()), |r| (r.first, r.first_sha256));
        self.range =
            Some(Range { first: first.0, first_sha256: first.1, last: record.n, last_sha256: line_sha256.clone() });
        self.rows.push(vec![
            record.n.to_string(),
            line_sha256,
            date(day),
            record.time.clone(),
            record.key.clone(),
            issuer.unwrap_or_default().to_owned(),
            status.unwrap_or_default().to_owned(),
            record.serial.to_string(),
            record.origin.clone(),
            record.system.clone().unwrap_or_default(),
            record.profile.clone(),
            profiles.join(" "),
            layers.join(" "),
            labels.and_then(|labels| Some(labels.badge.as_ref()?.text.clone())).unwrap_or_default(),
            labels.and_then(|labels| labels.notice.clone()).unwrap_or_default(),
            exemption.map(|exemption| exemption.kind.clone()).unwrap_or_default(),
            exemption.map(|exemption| exemption.reason.clone()).unwrap_or_default(),
            record.cover_sha256.clone(),
            record.output_sha256.clone(),
        ]);
    }
}
