//! The long studies whose results are committed, and the browser page's sample pictures. Run as `cargo xtask <name>`.

mod binding;
mod corpus;
mod negatives;
mod quality;
mod robustness;
mod samples;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The long studies, and the browser page's sample pictures")]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Transplant payloads, edit stamped pictures, attack them: rates of the content binding and the edit map, as docs/studies/binding.md.
    Binding(binding::Args),
    /// Stamp a folder of images, attack the copies, read them back, print what held.
    Robustness(robustness::Args),
    /// Read unmarked variants of a folder of images, count false marks, test the null distributions.
    Negatives(negatives::Args),
    /// Stamp the browser page's sample pictures anew.
    Samples,
}

fn main() -> anyhow::Result<()> {
    match Args::parse().task {
        Task::Binding(args) => binding::run(&args),
        Task::Robustness(args) => robustness::run(&args),
        Task::Negatives(args) => negatives::run(&args),
        Task::Samples => samples::run(),
    }
}
