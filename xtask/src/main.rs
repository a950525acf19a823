//! Project chores. Run as `cargo xtask <name>`.
//!
//! The browser page is built here, with few and small dependencies, so that it stands soon on a fresh machine. The long studies are in the package
//! `watermark-studies`; their names are passed on to it.

mod serve;
mod wasm;

use std::ffi::OsString;
use std::process::Command;

use anyhow::{Context, Result};
use lexopt::{Arg, Parser, ValueExt};

const HELP: &str = "\
Project chores

Usage: cargo xtask <CHORE>

  serve [--port N] [--no-build]  Build the browser page and serve it on this machine, on port 8080 unless told otherwise (0: a free one);
                                 --no-build serves what was built before
  wasm [--quick]                 Build the WebAssembly package and the browser page; --quick leaves out the slow optimisations
  binding, negatives, robustness, samples [OPTION]...
                                 Run a long study of the package watermark-studies; each explains itself with --help
";

fn main() -> Result<()> {
    let mut args = Parser::from_env();
    match args.next()? {
        Some(Arg::Value(chore)) if chore == "wasm" => {
            let mut quick = false;
            options(&mut args, |name, _| {
                quick |= name == "quick";
                Ok(name == "quick")
            })?;
            wasm::run(quick)
        }
        Some(Arg::Value(chore)) if chore == "serve" => {
            let (mut port, mut build) = (8080, true);
            options(&mut args, |name, args| {
                match name {
                    "port" => port = args.value()?.parse()?,
                    "no-build" => build = false,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
            serve::run(port, build)
        }
        Some(Arg::Value(study)) if study != "help" => run_study(study, args.raw_args()?),
        None | Some(Arg::Value(_) | Arg::Short('h') | Arg::Long("help")) => {
            print!("{HELP}");
            Ok(())
        }
        Some(unknown) => Err(unknown.unexpected())?,
    }
}

/// Hands the rest of the options to `take`, which says whether it knows one by this name.
fn options(args: &mut Parser, mut take: impl FnMut(&str, &mut Parser) -> Result<bool, lexopt::Error>) -> Result<()> {
    while let Some(arg) = args.next()? {
        let Arg::Long(name) = arg else { Err(arg.unexpected())? };
        let name = name.to_owned();
        if name == "help" {
            print!("{HELP}");
            std::process::exit(0);
        }
        if !take(&name, args)? {
            Err(Arg::Long(&name).unexpected())?;
        }
    }
    Ok(())
}

/// Runs a study, optimised: they take hours.
fn run_study(name: OsString, args: impl Iterator<Item = OsString>) -> Result<()> {
    let mut command = Command::new(wasm::cargo());
    command.args(["run", "--quiet", "--release", "--package", "watermark-studies", "--"]).arg(name).args(args);
    let status = command.status().context("cannot run cargo")?;
    std::process::exit(status.code().unwrap_or(1))
}
