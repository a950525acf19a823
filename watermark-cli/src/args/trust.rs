//! What the `trust` commands are told.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use watermark_core::payload::UnixSeconds;

use crate::signer::SignerSpec;

/// Arguments of `trust`.
#[derive(Args, Debug)]
pub(crate) struct Trust {
    #[command(subcommand)]
    pub(crate) action: TrustAction,
}

/// What to do about trust.
#[derive(Debug, Subcommand)]
pub(crate) enum TrustAction {
    /// Trust a directory from now on, or take a later edition of one that is trusted
    Add(TrustAdd),
    /// Show whom you trust
    List(TrustList),
    /// Stop trusting a directory
    Remove(TrustRemove),
    /// Check who signed a directory, or a report that has its signature beside it
    Verify(TrustVerify),
    /// Sign a directory of your own with its root key
    Sign(TrustSign),
}

/// Arguments of `trust add`.
#[derive(Args, Debug)]
pub(crate) struct TrustAdd {
    /// Key directories
    #[arg(required = true, value_name = "DIRECTORY.json")]
    pub(crate) files: Vec<PathBuf>,
}

/// Arguments of `trust list`.
#[derive(Args, Debug)]
pub(crate) struct TrustList {
    /// Print one JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `trust remove`.
#[derive(Args, Debug)]
pub(crate) struct TrustRemove {
    /// Its id, as `trust list` shows it; of a file that cannot be read its name without .json
    #[arg(value_name = "ID")]
    pub(crate) id: String,
}

/// Arguments of `trust verify`.
#[derive(Args, Debug)]
pub(crate) struct TrustVerify {
    /// Key directories, or signed reports
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// For reports, the directory of whoever may sign them [default: those of the configuration folder]
    #[arg(long, value_name = "DIRECTORY.json")]
    pub(crate) trust: Vec<PathBuf>,
}

/// Arguments of `trust sign`.
#[derive(Args, Debug)]
pub(crate) struct TrustSign {
    /// Key directory, plain or signed before
    #[arg(value_name = "DIRECTORY.json")]
    pub(crate) file: PathBuf,
    /// Root key, KEY.pem or ssh-agent:KEY.pub; twice to hand over: first the old one, then the new one
    #[arg(long, required = true, value_name = "KEY")]
    pub(crate) root_key: Vec<SignerSpec>,
    /// Number of this edition [default: one more than before]
    #[arg(long, value_name = "N")]
    pub(crate) sequence: Option<u64>,
    /// When it is issued, e.g. 2026-01-31T18:30:00+09:00 [default: now]
    #[arg(long, value_name = "RFC3339")]
    pub(crate) time: Option<UnixSeconds>,
    /// File for the signed directory, never overwritten [default: the directory itself]
    #[arg(short, long, value_name = "OUT.json")]
    pub(crate) output: Option<PathBuf>,
}
