//! Checking a whole ledger: the first record at fault, by its number, or that there is none.

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::str::FromStr;

use anyhow::{Context, Result, ensure};
use watermark_core::payload::hex;

use super::record::{self, BEGINNING, Decoded, NO_HASH};
use super::search::{holds_records, no_ledger};

/// A ledger's state in one line, to be kept elsewhere: how many records, and the hash of the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// Records so far.
    pub(crate) count: u64,
    /// SHA-256 of the last one's line.
    pub(crate) sha256: [u8; 32],
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.count, hex::encode(&self.sha256))
    }
}

impl FromStr for Head {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let (count, sha256) = text.split_once(':')?;
            Some(Self { count: count.parse().ok()?, sha256: hex::decode(sha256)? })
        };
        read().ok_or_else(|| "write COUNT:SHA256 as `watermark ledger verify` prints it".to_owned())
    }
}

/// What a check found.
#[derive(Debug)]
pub(crate) struct Chain {
    /// Intact records from the first one on, and the last one's hash.
    pub(crate) head: Head,
    /// Serials that a key used more than once, with the numbers of the records.
    pub(crate) repeated: Vec<(String, u64, Vec<u64>)>,
    /// Bytes of an incomplete last line; the next append takes them off.
    pub(crate) torn_bytes: usize,
    /// The first record at fault.
    pub(crate) fault: Option<Fault>,
}

/// What is wrong, and where.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Number of the record, from 0.
    pub(crate) record: u64,
    /// Byte at which its line begins.
    pub(crate) offset: u64,
    /// What is wrong with it.
    pub(crate) reason: String,
}

/// Checks every record, and that `noted`, when given, is still part of the ledger. Every record found intact is handed to `visit`, with the
/// hash of its line. What was handed over before a fault shows is no finding yet: whoever sums up waits for the end.
///
/// # Errors
/// When the file cannot be read or is no ledger. A ledger at fault is a finding, not an error.
pub(crate) fn check_each(path: &Path, noted: Option<Head>, mut visit: impl FnMut(&Decoded, [u8; 32])) -> Result<Chain> {
    let file = File::open(path).with_context(|| format!("cannot open the ledger {}", path.display()))?;
    ensure!(file.metadata().is_ok_and(|about| about.is_file()), "{} is no file", path.display());
    let head = Head { count: 0, sha256: NO_HASH };
    let mut chain = Chain { head, repeated: Vec::new(), torn_bytes: 0, fault: None };
    let mut serials: HashMap<(String, u64), Vec<u64>> = HashMap::new();
    let (mut last_offset, mut end) = (0, 0);
    for line in record::lines(BufReader::new(file)) {
        let line = line.with_context(|| format!("cannot check {}", path.display()))?;
        let fault = |record, offset, reason: String| Some(Fault { record, offset, reason });
        let n = chain.head.count;
        let decoded = match record::read(&line.bytes) {
            Ok(decoded) => decoded,
            // Without its line feed it does not count: a write that a crash broke off, or a record that was cut since.
            Err(_) if !line.whole && record::may_begin(&line.bytes) => {
                chain.torn_bytes = line.bytes.len();
                break;
            }
            Err(_) if n == 0 && !line.bytes.starts_with(BEGINNING) && !holds_records(path)? => {
                return Err(no_ledger(path));
            }
            Err(reason) => {
                chain.fault = fault(n, line.offset, format!("{reason:#}"));
                break;
            }
        };
        let found = decoded.record.n;
        if found != n {
            let reason = format!("it is missing: record {found} stands in its place");
            chain.fault = fault(n, line.offset, reason);
            break;
        }
        if decoded.record.prev != hex::encode(&chain.head.sha256) {
            // This record's own signature holds, so what it names as the one before is what once stood there.
            let (at, offset) = (n.saturating_sub(1), if n == 0 { line.offset } else { last_offset });
            chain.fault = fault(at, offset, "it was replaced: the next record was chained to another one".to_owned());
            break;
        }
        chain.head = Head { count: n + 1, sha256: record::hash(&line.bytes) };
        visit(&decoded, chain.head.sha256);
        serials.entry((decoded.record.key, decoded.record.serial)).or_default().push(n);
        last_offset = line.offset;
        end = line.offset + line.bytes.len() as u64 + u64::from(line.whole);
        if noted.is_some_and(|noted| noted.count == n + 1 && noted != chain.head) {
            let reason =
                "it is not the one that the head noted earlier names: it or one before was replaced".to_owned();
            chain.fault = fault(n, line.offset, reason);
            break;
        }
    }
    if let Some(noted) = noted.filter(|noted| chain.fault.is_none() && noted.count > chain.head.count) {
        let reason = format!("it is missing: the ledger once had {} records", noted.count);
        chain.fault = Some(Fault { record: chain.head.count, offset: end, reason });
    }
    let repeated = serials.into_iter().filter(|(_, records)| records.len() > 1);
    chain.repeated = repeated.map(|((key, serial), records)| (key, serial, records)).collect();
    chain.repeated.sort();
    Ok(chain)
}
