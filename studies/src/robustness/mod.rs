//! Stamp, attack, read: the generated robustness tables, and the floors that releases are held to.

mod floors;
mod measure;
mod table;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use measure::Row;
use rayon::prelude::*;
use watermark_attacks::{Attack, all, find};
use watermark_core::{Carrier, CarrierKey, Strength};

use crate::corpus;

/// Arguments of `cargo xtask robustness`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Folder of test images.
    #[arg(long, default_value = "../shared/images")]
    images: PathBuf,
    /// Only files whose name holds one of these, comma-separated.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Attacks, comma-separated, or `all`; default those of the acceptance suite.
    #[arg(long, value_delimiter = ',')]
    attacks: Vec<String>,
    /// Leave out images with a shorter side below this.
    #[arg(long, default_value_t = 480)]
    min_side: u32,
    /// Leave out larger images.
    #[arg(long, default_value_t = 6.0)]
    max_megapixels: f64,
    /// Fixed strength instead of the search.
    #[arg(long)]
    strength: Option<f32>,
    /// Find the fixed strength that gives this PSNR instead.
    #[arg(long, conflicts_with = "strength")]
    psnr: Option<f64>,
    /// A line per image.
    #[arg(long)]
    detail: bool,
    /// Skip SSIM and SSIMULACRA 2.
    #[arg(long)]
    no_ssim: bool,
    /// Fail when a floor (`studies/src/robustness/floors.rs`) is missed.
    #[arg(long)]
    check: bool,
    /// Write the tables: README.md between its markers, and docs/studies/robustness.md.
    #[arg(long, conflicts_with_all = ["only", "strength", "psnr", "no_ssim"])]
    write: bool,
}

impl Args {
    fn attacks(&self) -> Result<Vec<&'static Attack>> {
        match self.attacks.as_slice() {
            [] => Ok(all().iter().filter(|a| a.reference).collect()),
            [one] if one == "all" => Ok(all().iter().collect()),
            names => names.iter().map(|n| find(n).with_context(|| format!("unknown attack {n}"))).collect(),
        }
    }

    fn wanted(&self) -> measure::Wanted {
        match (self.strength, self.psnr) {
            (_, Some(db)) => measure::Wanted::Psnr(db),
            (Some(s), None) => measure::Wanted::Strength(Strength::Fixed(s)),
            (None, None) => measure::Wanted::Strength(Strength::Auto),
        }
    }
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let attacks = args.attacks()?;
    let mut files = corpus::files(&args.images)?;
    let named = |n: &str| args.only.is_empty() || args.only.iter().any(|o| n.contains(o));
    files.retain(|f| named(&f.to_string_lossy()));
    let carrier = Carrier::new(&CarrierKey::PUBLIC);
    let rows: Vec<Option<Row>> = files
        .par_iter()
        .map(|file| -> Result<Option<Row>> {
            let Ok(picture) = corpus::load(file) else { return Ok(None) };
            let (w, h) = picture.pixels.dimensions();
            if w.min(h) < args.min_side || f64::from(w) * f64::from(h) > args.max_megapixels * 1e6 {
                return Ok(None);
            }
            let row = Row::measure(&picture, &attacks, &carrier, args.wanted(), !args.no_ssim)?;
            if args.detail {
                println!("{}", table::line(&row, &attacks));
            }
            Ok(Some(row))
        })
        .collect::<Result<_>>()?;
    let rows: Vec<Row> = rows.into_iter().flatten().collect();
    if rows.is_empty() {
        bail!("no image left to measure in {}", args.images.display());
    }
    println!("{}", table::detailed(&rows, &attacks));
    if args.write {
        let readme =
            std::fs::read_to_string("README.md").context("reading README.md; run this in the workspace's folder")?;
        std::fs::write("README.md", table::between_markers(&readme, &table::short(&rows, &attacks))?)?;
        std::fs::create_dir_all("docs/studies")?;
        std::fs::write("docs/studies/robustness.md", table::page(&rows, &attacks, args.min_side, args.max_megapixels))?;
    }
    let missed = floors::missed(&rows, &attacks);
    if args.check && !missed.is_empty() {
        bail!("{} floors are missed:\n  {}", missed.len(), missed.join("\n  "));
    }
    Ok(())
}
