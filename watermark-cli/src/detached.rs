//! A signature beside a file: `REPORT.html` and `REPORT.html.sig` (`docs/FORMAT.md`, Signed documents).

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use watermark_core::payload::hex;
use watermark_core::signature::{Document, KeyStatus, PublicKey, Signature, TrustStore};

use crate::command::audit;
use crate::ledger_report::{self, TITLES};
use crate::output::{self, Existing, Readers};
use crate::signer::AnySigner;
use crate::stamping::now;
use crate::terminal::{note, shown};
use crate::{audit_report, key_store};

const SCHEMA: &str = "watermark-signature/1";
/// A signature file has some 400 bytes.
const MAX_BYTES: usize = 1 << 12;
/// A page's title and a table's first columns stand within the first 500.
const BEGINNING_BYTES: u64 = 1 << 10;

#[derive(Serialize, Deserialize)]
struct Wire {
    schema: String,
    sha256: String,
    public_key: String,
    signature: String,
}

/// What a signature is worth to a holder of certain directories.
pub(crate) enum Checked {
    /// It holds, and the key counts now.
    Signed { key: String, issuer: String },
    /// It holds, under a key that does not count now.
    Standing { key: String, issuer: String, why: String },
    /// It holds, under a key that nobody lists.
    Unknown { key: String },
    /// It does not hold.
    Bad,
}

/// Where a file's signature lies.
pub(crate) fn path(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".sig");
    name.into()
}

/// Whether a file is a report or a table of this program: by how its page or its first line begins, or by its schema.
pub(crate) fn is_report(path: &Path) -> bool {
    let read = || serde_json::from_slice::<serde_json::Value>(&fs::read(path).ok()?).ok();
    let schema = |value: serde_json::Value| Some(value["schema"].as_str()?.contains("-report/"));
    // What a pipe holds could be read once only.
    path.is_file()
        && match path.extension().and_then(|extension| extension.to_str()) {
            Some("html") => beginning(path).is_ok_and(|text| is_page(&text)),
            Some("csv") => beginning(path).is_ok_and(|text| is_table(&text)),
            _ => read().and_then(schema).unwrap_or(false),
        }
}

/// As much of a file as holds a page's title.
fn beginning(path: &Path) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(BEGINNING_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn is_page(text: &str) -> bool {
    let titled = |title: &str| text.contains(&format!("<title>{title}"));
    text.starts_with("<!doctype html>\n<html lang=") && (titled(audit_report::TITLE) || TITLES.into_iter().any(titled))
}

/// By the first columns alone: other releases may have others after them.
fn is_table(text: &str) -> bool {
    let begins = |columns: &[&str]| text.starts_with(&format!("\u{feff}{},", columns[..3].join(",")));
    begins(&audit::COLUMNS) || begins(&ledger_report::COLUMNS)
}

/// Refuses a report or table that could not be written, or would take the place of anything but one of this program or a file with
/// nothing in it.
///
/// # Errors
/// Naming the file.
pub(crate) fn replaceable(report: &Path) -> Result<()> {
    // First of all: to look into a pipe is to wait for whoever writes to it.
    output::replaceable(report)?;
    ensure!(
        fs::metadata(report).map_or(true, |about| about.len() == 0) || is_report(report),
        "{} is there already, and it is no report; name another file",
        report.display()
    );
    output::ready(report)
}

/// Refuses a report that would be written over one of the `sources`, have its signature written over one, or take the place of something that is
/// no report, such as a pipe.
///
/// # Errors
/// Naming the file.
pub(crate) fn spare<'a>(report: &Path, sources: impl Iterator<Item = &'a Path>) -> Result<()> {
    replaceable(report)?;
    output::replaceable(&path(report))?;
    let sources: Vec<_> = sources.collect();
    output::spare(report, sources.iter().copied())?;
    output::spare(&path(report), sources)
}

/// Puts a report's signature beside it, or takes away the one of the report that it replaced.
///
/// # Errors
/// When the signer fails or a file cannot be written or removed.
pub(crate) fn accompany(file: &Path, bytes: &[u8], signer: Option<&(AnySigner, PublicKey)>) -> Result<()> {
    if let Some(signer) = signer {
        return sign(file, bytes, signer);
    }
    let stale = path(file);
    // Of another program's signature, or another kind of file, nothing is known.
    if stale.exists() && read(&stale).is_err() {
        note(&format!(
            "{} is there, but it is no signature of this program: left alone",
            shown(&stale.to_string_lossy())
        ));
        return Ok(());
    }
    match fs::remove_file(&stale) {
        // Left there, it would make the new report look forged.
        Ok(()) => note(&format!(
            "this report is not signed, so the signature of the one it replaces was removed: {}",
            shown(&stale.to_string_lossy())
        )),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => {
            return Err(error).with_context(|| format!("cannot remove the old signature {}", stale.display()));
        }
    }
    Ok(())
}

fn sign(file: &Path, bytes: &[u8], (signer, public): &(AnySigner, PublicKey)) -> Result<()> {
    let signature = Document::Report.sign(signer.as_ref(), public, bytes)?;
    let wire = Wire {
        schema: SCHEMA.to_owned(),
        sha256: hex::encode(&Sha256::digest(bytes)),
        public_key: public.to_hex(),
        signature: hex::encode(&signature.to_bytes()),
    };
    let text = serde_json::to_string_pretty(&wire)? + "\n";
    output::write(&path(file), text.as_bytes(), Existing::Replace, Readers::Usual, |_| Ok(()))
}

fn read(sidecar: &Path) -> Result<Wire> {
    let wire: Wire = serde_json::from_slice(&key_store::read_limited(sidecar, MAX_BYTES)?)?;
    ensure!(wire.schema == SCHEMA, "its schema is {:.64?}, this reader knows {SCHEMA:?}", wire.schema);
    Ok(wire)
}

/// Checks the signature beside a file. A report states no time that its signature vouches for better than the signer's own
/// word, so the key has to count now.
///
/// # Errors
/// When the file or its signature cannot be read.
pub(crate) fn check(file: &Path, trust: &TrustStore) -> Result<Checked> {
    let sidecar = path(file);
    let refused = || format!("cannot use the signature {}", sidecar.display());
    let wire = read(&sidecar).with_context(refused)?;
    let public = PublicKey::from_hex(&wire.public_key).with_context(refused)?;
    let signature = hex::decode(&wire.signature).map(|bytes| Signature::from_bytes(&bytes));
    let signature = signature.with_context(|| format!("{}: its signature is not 128 hexadecimal digits", refused()))?;
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    // The hash is for people; one that is another file's would mislead them.
    let stated = wire.sha256.eq_ignore_ascii_case(&hex::encode(&Sha256::digest(&bytes)));
    if !stated || Document::Report.verify(&public, &bytes, &signature).is_err() {
        return Ok(Checked::Bad);
    }
    let key = public.key_id().to_string();
    let Some(standing) = trust.standing(&public, now()?) else { return Ok(Checked::Unknown { key }) };
    let issuer = standing.directory.organization().name.clone();
    Ok(match standing.status {
        _ if standing.counts() => Checked::Signed { key, issuer },
        KeyStatus::Revoked { .. } => Checked::Standing { key, issuer, why: "was revoked".to_owned() },
        _ => Checked::Standing { key, issuer, why: "is not valid at present".to_owned() },
    })
}
