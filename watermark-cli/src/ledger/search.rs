//! Finding records: one pass over the file, and for many pictures an index of where each serial stands.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::{Context, Error, Result, anyhow, ensure};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use watermark_core::payload::{KeyId, Serial};

use super::record::{self, Decoded, MAX_LINE_BYTES};

/// Of a line, what it is searched by.
#[derive(Deserialize)]
pub(crate) struct Keys {
    pub(crate) key: String,
    pub(crate) serial: u64,
    pub(crate) cover_sha256: String,
    pub(crate) output_sha256: String,
}

/// Reads every line once and hands those that `wanted` picks, checked, to the caller. Lines that are no records, and one
/// that is still being written, are passed over: that is `check`'s business.
///
/// # Errors
/// When the file cannot be read or is no ledger.
pub(crate) fn scan(path: &Path, wanted: impl Fn(&Keys) -> bool) -> Result<Vec<(Vec<u8>, Result<Decoded>)>> {
    let mut found = Vec::new();
    walk(path, |keys, _, line| {
        if wanted(keys) {
            found.push((line.to_vec(), record::read(line)));
        }
    })?;
    Ok(found)
}

fn walk(path: &Path, mut visit: impl FnMut(&Keys, u64, &[u8])) -> Result<[u8; 32]> {
    let file = File::open(path).with_context(|| format!("cannot open the ledger {}", path.display()))?;
    ensure!(file.metadata().is_ok_and(|about| about.is_file()), "{} is no file, so no ledger", path.display());
    let mut hash = Sha256::new();
    let (mut records, mut others) = (0, 0);
    for line in record::lines(BufReader::new(file)) {
        let line = line.with_context(|| format!("cannot search {}", path.display()))?;
        hash.update(&line.bytes);
        if line.whole {
            hash.update(b"\n");
        }
        if let Ok(keys) = serde_json::from_slice::<Keys>(&line.bytes) {
            records += 1;
            visit(&keys, line.offset, &line.bytes);
        } else if line.whole || !line.bytes.starts_with(b"{") {
            others += 1;
        }
    }
    if records == 0 && others > 0 {
        return Err(no_ledger(path));
    }
    Ok(hash.finalize().into())
}

/// Whether any line is a record, intact or not.
///
/// # Errors
/// When the file cannot be read or is no ledger.
pub(super) fn holds_records(path: &Path) -> Result<bool> {
    let mut any = false;
    walk(path, |_, _, _| any = true)?;
    Ok(any)
}

/// What is said of another file.
pub(super) fn no_ledger(path: &Path) -> Error {
    anyhow!(
        "{} is no ledger: not one of its lines is a record; name the file that `stamp --ledger` wrote",
        path.display()
    )
}

/// Where each serial stands in a ledger, as it was when the index was made.
pub(crate) struct Index {
    path: PathBuf,
    /// SHA-256 of the whole file.
    pub(crate) sha256: [u8; 32],
    offsets: HashMap<(String, u64), Vec<u64>>,
}

impl Index {
    /// Reads the ledger once.
    ///
    /// # Errors
    /// When the file cannot be read or is no ledger.
    pub(crate) fn new(path: &Path) -> Result<Self> {
        let mut offsets: HashMap<(String, u64), Vec<u64>> = HashMap::new();
        let sha256 =
            walk(path, |keys, offset, _| offsets.entry((keys.key.clone(), keys.serial)).or_default().push(offset))?;
        Ok(Self { path: path.to_path_buf(), sha256, offsets })
    }

    /// Where the ledger is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether a record names this key id and serial, intact or not.
    pub(crate) fn knows(&self, key: KeyId, serial: Serial) -> bool {
        self.offsets.contains_key(&(key.to_string(), serial.get()))
    }

    /// Every record of a key id and serial, checked by what it alone can show.
    ///
    /// # Errors
    /// When the file cannot be read, or a record is not intact.
    pub(crate) fn find(&self, key: KeyId, serial: Serial) -> Result<Vec<Decoded>> {
        let Some(offsets) = self.offsets.get(&(key.to_string(), serial.get())) else { return Ok(Vec::new()) };
        offsets.iter().map(|&offset| self.read_at(offset)).collect()
    }

    fn read_at(&self, offset: u64) -> Result<Decoded> {
        let failed = || format!("cannot read the ledger {} at byte {offset}", self.path.display());
        let mut file = File::open(&self.path).with_context(failed)?;
        file.seek(SeekFrom::Start(offset)).with_context(failed)?;
        let mut bytes = Vec::new();
        file.take(MAX_LINE_BYTES as u64).read_to_end(&mut bytes).with_context(failed)?;
        let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or(&bytes);
        record::read(line).with_context(failed)
    }
}
