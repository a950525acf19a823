//! `completions`: a script that teaches a shell our flags.

use std::io::Write as _;

use anyhow::Result;
use clap::CommandFactory as _;

use crate::Outcome;
use crate::args::{Arguments, Completions};

pub(crate) fn run(args: &Completions) -> Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Arguments::command(), "watermark", &mut script);
    std::io::stdout().lock().write_all(&script)?;
    Ok(Outcome::ALL)
}
