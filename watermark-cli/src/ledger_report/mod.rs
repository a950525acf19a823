//! A period of the ledger, for an official or an auditor: totals, exemptions with their reasons, and what they rest on.
//!
//! ```text
//! ledger --check every record--> intact? --records of the period--> Summary -> one page | JSON | a line per record
//! ```
//!
//! The numbers are what was recorded when stamping. Nothing here says that anybody complies with a law.

mod chart;
mod html;
mod sum;
mod words;

use std::path::Path;

use anyhow::Result;
use watermark_core::signature::PublicKey;

pub(crate) use html::TITLES;
pub(crate) use sum::{Asked, Period, Summary, sum_up};

use crate::args::Lang;
use crate::output::{self, Existing, Readers};
use crate::signer::AnySigner;
use crate::{csv, detached};

/// Columns of the table.
pub(crate) const COLUMNS: [&str; 19] = [
    "record",
    "line_sha256",
    "day",
    "time",
    "key",
    "issuer",
    "key_status",
    "serial",
    "origin",
    "system",
    "mark",
    "profiles",
    "layers",
    "badge",
    "notice",
    "exemption",
    "reason",
    "cover_sha256",
    "output_sha256",
];

/// Writes a summary in the form that the file's name asks for, and its signature beside it when there is a signer.
///
/// # Errors
/// When a file cannot be written or the signer fails.
pub(crate) fn write(path: &Path, summary: &Summary, lang: Lang, signer: Option<&(AnySigner, PublicKey)>) -> Result<()> {
    let key = signer.map(|(_, key)| key);
    let text = match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => html::page(summary, lang, key),
        Some("csv") => table(summary),
        _ => {
            let mut value = serde_json::to_value(summary)?;
            value["auditor"] = serde_json::json!(
                key.map(|key| serde_json::json!({ "key": key.key_id().to_string(), "public_key": key.to_hex() }))
            );
            serde_json::to_string_pretty(&value)? + "\n"
        }
    };
    output::write(path, text.as_bytes(), Existing::Replace, Readers::Usual, |_| Ok(()))?;
    detached::accompany(path, text.as_bytes(), signer)
}

/// One line for each record of the period, after a line of names; spreadsheets take the byte-order mark as "this is UTF-8".
fn table(summary: &Summary) -> String {
    let head = csv::line(&COLUMNS.map(str::to_owned));
    summary.rows.iter().fold(format!("\u{feff}{head}"), |text, row| text + &csv::line(row))
}
