//! `man`: manual pages from the same table as `--help`.

use anyhow::{Context as _, Result};
use clap::CommandFactory as _;

use crate::Outcome;
use crate::args::{Arguments, Man};
use crate::output;
use crate::terminal::{say, shown};

pub(crate) fn run(args: &Man) -> Result<Outcome> {
    let folder = &args.out;
    let failed = || format!("cannot write manual pages to {}", folder.display());
    output::make_folder(folder)?;
    clap_mangen::generate_to(Arguments::command(), folder).with_context(failed)?;
    say(&format!(
        "manual pages are in {}; read one with `man -l {}`",
        shown(&folder.to_string_lossy()),
        shown(&folder.join("watermark.1").to_string_lossy())
    ))?;
    Ok(Outcome::ALL)
}
