//! Appending: safe against a crash at any moment, and against other stampers on the same file.
//!
//! A record counts once its line feed is on the disk. What is behind the last one a crash left, or somebody cut: the next append takes
//! it off and says so. A whole record whose line feed alone is missing (an editor does that) is kept.
//!
//! Whether a serial is new is asked twice: before any work, of the whole file (`search`), and here, under the lock, of what was appended since.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, anyhow, ensure};
use watermark_core::payload::{KeyId, Serial};
use watermark_core::signature::PublicKey;

use super::record::{self, MAX_LINE_BYTES, NO_HASH, Stamp};
use super::search::Keys;
use crate::signer::AnySigner;
use crate::terminal::{shown, warn};

/// A ledger to append to.
pub(crate) struct Ledger {
    path: PathBuf,
    appended: Mutex<Appended>,
}

/// Records appended since the ledger was opened, by whomever.
#[derive(Default)]
struct Appended {
    /// Where those not read yet begin.
    from: u64,
    /// Key id and serial of those that were read.
    serials: HashSet<(String, u64)>,
}

/// The end of a ledger.
struct Tail {
    /// Number of the next record.
    next: u64,
    /// Hash that it has to name.
    prev: [u8; 32],
    /// Where it begins.
    end: u64,
    /// Bytes behind that, which are no record.
    torn_bytes: u64,
    /// The line feed that the last record lacks.
    unended: bool,
}

impl Ledger {
    /// Opens or makes a ledger, and checks its end.
    ///
    /// # Errors
    /// When the file cannot be written to, or is something else.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let ledger = Self { path: path.to_path_buf(), appended: Mutex::default() };
        let fresh = !path.exists();
        let mut file = ledger.lock()?;
        let from = ledger.tail(&mut file)?.end;
        if fresh {
            // Makes the new name durable; not every system can.
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let _ = File::open(folder).and_then(|folder| folder.sync_all());
        }
        Ok(Self { appended: Mutex::new(Appended { from, ..Appended::default() }), ..ledger })
    }

    /// Appends a record, and returns its number once it is on the disk. Other stampers, in this process or another, wait
    /// meanwhile, for the signer too.
    ///
    /// # Errors
    /// When the file cannot be locked, read or written, the signer fails, or a record appended since the opening has the same key id and
    /// serial. The ledger is as before then.
    pub(crate) fn append(&self, stamp: &Stamp<'_>, signer: (&AnySigner, &PublicKey)) -> Result<u64> {
        let mut file = self.lock()?;
        let Tail { next, prev, end, torn_bytes, unended } = self.tail(&mut file)?;
        self.refuse_repeated(&mut file, end, stamp)?;
        let mut line = record::write(stamp, next, &prev, signer)?;
        ensure!(line.len() <= MAX_LINE_BYTES, "the record has {} bytes, the limit is {MAX_LINE_BYTES}", line.len());
        if unended {
            line.insert(0, b'\n');
        }
        let written = file
            .set_len(end)
            .and_then(|()| file.seek(SeekFrom::Start(end)))
            .and_then(|_| file.write_all(&line))
            .and_then(|()| file.sync_data());
        if written.is_err() {
            // Should this fail too, the next append does it.
            let _ = file.set_len(end);
        }
        written.with_context(|| format!("cannot write to the ledger {}; is the disk full?", self.path.display()))?;
        if torn_bytes > 0 {
            warn(&format!(
                "removed the incomplete last line of the ledger {}, {torn_bytes} bytes: a crash left it, or a record was cut; \
                 `watermark ledger verify --head` with a head noted elsewhere tells which",
                shown(&self.path.to_string_lossy())
            ));
        }
        Ok(next)
    }

    /// Refuses a serial that another stamper took meanwhile. Each record is read once, so that long batches stay fast.
    fn refuse_repeated(&self, file: &mut File, end: u64, stamp: &Stamp<'_>) -> Result<()> {
        let refused = || format!("cannot use the ledger {}", self.path.display());
        let mut appended = self.appended.lock().unwrap_or_else(PoisonError::into_inner);
        // Shorter than before: the file was put aside, and another was begun.
        let from = if appended.from <= end { appended.from } else { 0 };
        file.seek(SeekFrom::Start(from)).with_context(refused)?;
        for line in record::lines(BufReader::new(file.take(end - from))) {
            if let Ok(keys) = serde_json::from_slice::<Keys>(&line.with_context(refused)?.bytes) {
                appended.serials.insert((keys.key, keys.serial));
            }
        }
        appended.from = end;
        let (key, serial) = (stamp.payload.beacon.key_id, stamp.payload.beacon.serial);
        let repeats = appended.serials.contains(&(key.to_string(), serial.get()));
        if repeats { Err(repeated(&self.path, key, serial)) } else { Ok(()) }
    }

    /// The file, this process' alone until it is dropped.
    fn lock(&self) -> Result<File> {
        let opened = || format!("cannot open the ledger {}", self.path.display());
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).open(&self.path).with_context(opened)?;
        file.lock().with_context(|| format!("cannot lock the ledger {}", self.path.display()))?;
        Ok(file)
    }

    /// The last whole record, found from the end: at most two lines' length is read, whatever the file's.
    fn tail(&self, file: &mut File) -> Result<Tail> {
        let refused = || format!("cannot use the ledger {}", self.path.display());
        let length = file.metadata().with_context(refused)?.len();
        let from = length.saturating_sub(2 * MAX_LINE_BYTES as u64);
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(from)).with_context(refused)?;
        file.take(2 * MAX_LINE_BYTES as u64).read_to_end(&mut bytes).with_context(refused)?;
        let torn_at = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let (whole, torn) = bytes.split_at(torn_at);
        if let Ok(decoded) = record::read(torn) {
            return Ok(Tail {
                next: decoded.record.n + 1,
                prev: record::hash(torn),
                end: length,
                torn_bytes: 0,
                unended: true,
            });
        }
        let end = from + torn_at as u64;
        let Some(lines) = whole.strip_suffix(b"\n") else {
            // No record at all: an empty file, or a first record that was cut off.
            ensure!(record::may_begin(&bytes), "{}: it is no ledger; name another file", refused());
            return Ok(Tail { next: 0, prev: NO_HASH, end: 0, torn_bytes: length, unended: false });
        };
        let last = lines.rsplit(|byte| *byte == b'\n').next().unwrap_or(lines);
        let decoded = record::read(last)
            .context("its last record is not intact; find out why with `watermark ledger verify`")
            .with_context(refused)?;
        Ok(Tail { next: decoded.record.n + 1, prev: record::hash(last), end, torn_bytes: length - end, unended: false })
    }
}

/// That a serial is in the ledger already.
pub(crate) fn repeated(ledger: &Path, key: KeyId, serial: Serial) -> anyhow::Error {
    anyhow!(
        "the ledger {} holds serial {serial} of key {key} already, and a number must never repeat with one key; pass a higher --id",
        ledger.display()
    )
}
