//! `watermark`: puts invisible, signed marks into image files and reads them back.
//!
//! ```text
//! arguments -> args -> command::{keygen, stamp, verify, inspect, check, notice, audit, trust, ledger, demo, completions, man}
//! stamp:  inputs -> batch -> stamping (decode, look for a mark, embed, encode) -> output (temporary, read back, ledger, rename)
//! verify: inputs -> batch -> examine (decode, extract, judge, look up) -> Record (watermark-report) -> evidence (words) -> report (text), JSON line, audit_report
//! ```
//!
//! Exit codes: 0 all well, 1 not all files stamped or verified, 2 the request itself could not be served.

mod args;
mod audit_report;
mod batch;
mod clauses;
mod command;
mod csv;
mod detached;
mod evidence;
mod examine;
mod exclusive;
mod help;
mod inputs;
mod key_store;
mod label_evidence;
mod labelling;
mod ledger;
mod ledger_report;
mod manifest;
mod memory;
mod output;
mod picture;
mod progress;
mod report;
mod sample;
mod signer;
mod ssh_agent;
mod stamping;
mod terminal;
mod trust;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Arguments, Command};
use crate::terminal::is_broken_pipe;

/// How a command ended; errors end it with [`Outcome::ERROR`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Outcome(u8);

impl Outcome {
    /// Everything asked for was done, every file verified.
    pub(crate) const ALL: Self = Self(0);
    /// Some file was refused, failed or did not verify.
    pub(crate) const SOME: Self = Self(1);
    /// A file could not be read, or the request could not be served.
    pub(crate) const ERROR: Self = Self(2);
}

fn main() -> ExitCode {
    let arguments = Arguments::try_parse().unwrap_or_else(|error| refuse(&error));
    output::outlive_size_limits();
    batch::keep_guarded_panics_quiet();
    if let Err(error) = output::remove_temporaries_on_interrupt() {
        terminal::warn(&format!("{error:#}"));
    }
    let outcome = match arguments.command {
        Command::Keygen(args) => command::keygen::run(&args),
        Command::Stamp(args) => command::stamp::run(&args),
        Command::Verify(args) => command::verify::run(&args),
        Command::Inspect(args) => command::inspect::run(&args),
        Command::Check(args) => command::check::run(&args),
        Command::Notice(args) => command::notice::run(&args),
        Command::Audit(args) => command::audit::run(&args),
        Command::Trust(args) => command::trust::run(&args),
        Command::Report(args) => command::report::run(&args),
        Command::Ledger(args) => command::ledger::run(&args),
        Command::Demo(args) => command::demo::run(&args),
        Command::Completions(args) => command::completions::run(&args),
        Command::Man(args) => command::man::run(&args),
    };
    match outcome {
        Ok(Outcome(code)) => ExitCode::from(code),
        Err(error) => {
            // The reader of our output left (as `head` does): nobody is there to be told.
            if !is_broken_pipe(&error) {
                terminal::error(&format!("{error:#}"));
            }
            ExitCode::from(Outcome::ERROR.0)
        }
    }
}

/// Ends with clap's message, which quotes arguments as they are: where one would steer the terminal (a pattern finds files of any name),
/// its first line is cleaned and stands alone.
fn refuse(error: &clap::Error) -> ! {
    let steering = std::env::args_os().any(|arg| arg.to_string_lossy().contains(terminal::steers));
    if !error.use_stderr() || !steering {
        error.exit();
    }
    let text = error.render().to_string();
    let first = text.lines().next().unwrap_or_default();
    terminal::error(first.strip_prefix("error: ").unwrap_or(first));
    std::process::exit(error.exit_code())
}
