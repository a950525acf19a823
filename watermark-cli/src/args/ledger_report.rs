//! What `report` is told.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use watermark_core::Language;
use watermark_core::payload::UnixSeconds;

use crate::ledger::Head;
use crate::signer::SignerSpec;

/// Arguments of `report`.
#[derive(Args, Debug)]
pub(crate) struct Report {
    /// Ledger that `stamp --ledger` wrote
    #[arg(long, value_name = "LEDGER")]
    pub(crate) ledger: PathBuf,
    /// First day [default: that of the first record]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    pub(crate) from: Option<String>,
    /// Last day [default: that of the last record]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    pub(crate) to: Option<String>,
    /// Where days begin and end, e.g. +09:00
    #[arg(long, value_name = "OFFSET", default_value = "Z", allow_hyphen_values = true, value_parser = zone)]
    pub(crate) zone: i64,
    /// File for the report
    #[arg(short, long, value_name = "OUT.html|OUT.csv|OUT.json", value_parser = output)]
    pub(crate) output: PathBuf,
    /// Language of the page
    #[arg(long, value_enum, default_value_t = Lang::En)]
    pub(crate) lang: Lang,
    /// Head noted earlier, as `ledger verify` prints it: the ledger must still contain it
    #[arg(long, value_name = "COUNT:SHA256")]
    pub(crate) head: Option<Head>,
    /// Key directory to trust; may be repeated [default: those of the configuration folder]
    #[arg(long, value_name = "DIRECTORY.json")]
    pub(crate) trust: Vec<PathBuf>,
    /// Sign the report with a key of your own: KEY.pem or ssh-agent:KEY.pub; the signature goes to OUT.sig
    #[arg(long, value_name = "KEY")]
    pub(crate) report_key: Option<SignerSpec>,
}

/// Language of what people read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    /// Korean
    Ko,
    /// English
    En,
}

impl From<Lang> for Language {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::Ko => Self::Korean,
            Lang::En => Self::English,
        }
    }
}

/// A day that the calendar knows, kept as it was written.
fn date(text: &str) -> Result<String, String> {
    match format!("{text}T12:00:00Z").parse::<UnixSeconds>() {
        Ok(_) if text.len() == 10 => Ok(text.to_owned()),
        _ => Err("write a day as 2026-01-31".to_owned()),
    }
}

/// Seconds that local time is ahead of UTC.
fn zone(text: &str) -> Result<i64, String> {
    let noon = format!("1970-01-03T00:00:00{text}").parse::<UnixSeconds>();
    noon.map(|midnight| 2 * 86_400 - i64::from(midnight.0))
        .map_err(|_| "write Z, or an offset such as +09:00".to_owned())
}

fn output(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let known = path.extension().is_some_and(|extension| ["html", "csv", "json"].iter().any(|e| extension == *e));
    known.then_some(path).ok_or_else(|| "name a file that ends in .html, .csv or .json".to_owned())
}
