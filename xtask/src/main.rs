//! Project chores and the long studies whose results are committed. Run as `cargo xtask <name>`.

mod binding;
mod corpus;
mod negatives;
mod quality;
mod robustness;
mod samples;
mod serve;
mod wasm;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "Project chores and long studies")]
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
    /// Build the WebAssembly package and the browser page.
    Wasm(wasm::Args),
    /// Build the browser page and serve it on this machine.
    Serve(serve::Args),
}

fn main() -> anyhow::Result<()> {
    match Args::parse().task {
        Task::Binding(args) => binding::run(&args),
        Task::Robustness(args) => robustness::run(&args),
        Task::Negatives(args) => negatives::run(&args),
        Task::Wasm(args) => wasm::run(&args),
        Task::Serve(args) => serve::run(&args),
    }
}
