//! What the `ledger` commands are told.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use watermark_core::payload::{KeyId, Serial, hex};

use super::serial;
use crate::ledger::Head;

/// Arguments of `ledger`.
#[derive(Args, Debug)]
pub(crate) struct Ledger {
    #[command(subcommand)]
    pub(crate) action: LedgerAction,
}

/// What to do with a ledger.
#[derive(Debug, Subcommand)]
pub(crate) enum LedgerAction {
    /// Check every record, signature and link of the chain
    Verify(LedgerVerify),
    /// Find the records of a serial, or of a file
    Lookup(LedgerLookup),
}

/// Arguments of `ledger verify`.
#[derive(Args, Debug)]
pub(crate) struct LedgerVerify {
    /// Ledger
    #[arg(value_name = "LEDGER")]
    pub(crate) file: PathBuf,
    /// Head noted earlier, as this command prints it: the ledger must still contain it
    #[arg(long, value_name = "COUNT:SHA256")]
    pub(crate) head: Option<Head>,
    /// Key directory to trust; may be repeated [default: those of the configuration folder]
    #[arg(long, value_name = "DIRECTORY.json")]
    pub(crate) trust: Vec<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `ledger lookup`.
#[derive(Args, Debug)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["serial", "sha256", "image"]))]
pub(crate) struct LedgerLookup {
    /// Ledger
    #[arg(value_name = "LEDGER")]
    pub(crate) file: PathBuf,
    /// Serial number
    #[arg(long, value_name = "N", value_parser = serial)]
    pub(crate) serial: Option<Serial>,
    /// Key id, where several keys wrote the ledger
    #[arg(long, value_name = "KEYID", requires = "serial")]
    pub(crate) key: Option<KeyId>,
    /// SHA-256 of a cover or of a stamped file
    #[arg(long, value_name = "HEX", value_parser = sha256)]
    pub(crate) sha256: Option<[u8; 32]>,
    /// Cover or stamped file, found by its SHA-256: byte for byte as it was recorded (for copies use verify --ledger)
    #[arg(long, value_name = "FILE")]
    pub(crate) image: Option<PathBuf>,
    /// Key directory to trust; may be repeated [default: those of the configuration folder]
    #[arg(long, value_name = "DIRECTORY.json")]
    pub(crate) trust: Vec<PathBuf>,
    /// Print the records as they stand in the ledger
    #[arg(long)]
    pub(crate) json: bool,
}

fn sha256(text: &str) -> Result<[u8; 32], String> {
    hex::decode(text).ok_or_else(|| "write 64 hexadecimal digits".to_owned())
}
