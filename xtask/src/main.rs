//! Project chores. Run as `cargo xtask <name>`.
//!
//! The browser page is built here, with few dependencies, so that it stands soon on a fresh machine. The long studies are in the package
//! `watermark-studies`; their names are passed on to it.

mod serve;
mod wasm;

use std::ffi::OsString;
use std::process::Command;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    about = "Project chores",
    after_help = "`binding`, `negatives`, `robustness` and `samples` are run in the package watermark-studies."
)]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the WebAssembly package and the browser page.
    Wasm(wasm::Args),
    /// Build the browser page and serve it on this machine.
    Serve(serve::Args),
    #[command(external_subcommand)]
    Study(Vec<OsString>),
}

fn main() -> Result<()> {
    match Args::parse().task {
        Task::Wasm(args) => wasm::run(&args),
        Task::Serve(args) => serve::run(&args),
        Task::Study(args) => study(&args),
    }
}

/// Runs the studies, optimised: they take hours.
fn study(args: &[OsString]) -> Result<()> {
    let mut command = Command::new(wasm::cargo());
    command.args(["run", "--quiet", "--release", "--package", "watermark-studies", "--"]).args(args);
    let status = command.status().context("cannot run cargo")?;
    std::process::exit(status.code().unwrap_or(1))
}
