//! Stamp, attack, read: the generated robustness table.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use rayon::prelude::*;
use watermark_attacks::{Attack, all, find};
use watermark_core::payload::{Origin, Serial, SystemTag, UnixSeconds};
use watermark_core::signature::{PrivateKey, Zeroizing};
use watermark_core::{Carrier, CarrierKey, Effort, Statement, Strength, embed, extract};

use crate::corpus::{self, Picture};
use crate::quality;

/// Arguments of `cargo xtask robustness`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Folder of test images.
    #[arg(long, default_value = "../shared/images")]
    images: PathBuf,
    /// Only files whose name holds one of these, comma-separated.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Attacks, comma-separated; default all of the acceptance suite.
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
    #[arg(long)]
    psnr: Option<f64>,
    /// A line per image.
    #[arg(long)]
    detail: bool,
    /// Skip SSIMULACRA 2.
    #[arg(long)]
    no_ssim: bool,
}

struct Row {
    name: String,
    strength: f32,
    psnr: f64,
    ssim: f64,
    /// Per attack: seal read, beacon read, marked.
    held: Vec<(bool, bool, bool)>,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let attacks: Vec<&Attack> = if args.attacks.is_empty() {
        all().iter().filter(|a| a.reference).collect()
    } else {
        let named = |n: &String| find(n).with_context(|| format!("unknown attack {n}"));
        args.attacks.iter().map(named).collect::<Result<_>>()?
    };
    let mut files = corpus::files(&args.images)?;
    let wanted = |n: &str| args.only.is_empty() || args.only.iter().any(|o| n.contains(o));
    files.retain(|f| wanted(&f.to_string_lossy()));
    let carrier = Carrier::new(&CarrierKey::PUBLIC);
    let rows: Vec<Option<Row>> = files
        .par_iter()
        .map(|file| -> Result<Option<Row>> {
            let Ok(picture) = corpus::load(file) else { return Ok(None) };
            let (w, h) = picture.pixels.dimensions();
            if w.min(h) < args.min_side || f64::from(w) * f64::from(h) > args.max_megapixels * 1e6 {
                return Ok(None);
            }
            let row = measure(&picture, &attacks, &carrier, args)?;
            if args.detail {
                let mut line =
                    format!("{:34} s {:5.2} psnr {:5.2} ss2 {:5.1} ", row.name, row.strength, row.psnr, row.ssim);
                for (attack, held) in attacks.iter().zip(&row.held) {
                    let sign = match held {
                        (true, _, _) => continue,
                        (_, true, _) => "beacon",
                        (_, _, true) => "marked",
                        _ => "none",
                    };
                    let _ = write!(line, " {}:{sign}", attack.name);
                }
                println!("{line}");
            }
            Ok(Some(row))
        })
        .collect::<Result<_>>()?;
    let rows: Vec<Row> = rows.into_iter().flatten().collect();
    if rows.is_empty() {
        bail!("no image left to measure in {}", args.images.display());
    }
    print_table(&rows, &attacks);
    Ok(())
}

fn measure(picture: &Picture, attacks: &[&Attack], carrier: &Carrier, args: &Args) -> Result<Row> {
    let key = PrivateKey::from_seed(Zeroizing::new([7; 32]));
    let cover = corpus::to_raster(&picture.pixels)?;
    let statement = Statement {
        origin: Origin::Generated,
        realistic: false,
        artistic: false,
        serial: Serial::new(1)?,
        time: UnixSeconds(1_700_000_000),
        system: SystemTag::NONE,
    };
    let stamp = |strength| embed(&cover, &statement, &key, &key.public_key(), carrier, strength);
    let stamped = match (args.strength, args.psnr) {
        (_, Some(target)) => {
            let (mut low, mut high) = (Strength::MIN, Strength::MAX);
            let mut out = stamp(Strength::Fixed(low))?;
            for _ in 0..6 {
                let middle = (low * high).sqrt();
                out = stamp(Strength::Fixed(middle))?;
                if quality::psnr_db(&picture.pixels, &corpus::to_rgb(&out.raster)) > target {
                    low = middle
                } else {
                    high = middle
                }
            }
            out
        }
        (Some(s), None) => stamp(Strength::Fixed(s))?,
        (None, None) => stamp(Strength::Auto)?,
    };
    let pixels = corpus::to_rgb(&stamped.raster);
    let mut held = Vec::new();
    for attack in attacks {
        let attacked = attack.apply(&pixels, 1)?;
        let read = extract(&corpus::to_raster(&attacked.image)?, carrier, Effort::Normal)?;
        let sealed = read.payload().is_some_and(|p| p == stamped.payload);
        let beacon = read.beacon.is_some_and(|b| b == stamped.payload.beacon);
        held.push((sealed, beacon, beacon || sealed || read.detection.is_significant()));
    }
    Ok(Row {
        name: picture.name.clone(),
        strength: stamped.strength,
        psnr: quality::psnr_db(&picture.pixels, &pixels),
        ssim: if args.no_ssim { f64::NAN } else { quality::ssimulacra2(&picture.pixels, &pixels)? },
        held,
    })
}

fn print_table(rows: &[Row], attacks: &[&Attack]) {
    let n = rows.len() as f64;
    let mean = |f: &dyn Fn(&Row) -> f64| rows.iter().map(f).sum::<f64>() / n;
    let least = |f: &dyn Fn(&Row) -> f64| rows.iter().map(f).fold(f64::INFINITY, f64::min);
    println!("{} images", rows.len());
    println!("PSNR mean {:.2} min {:.2}", mean(&|r| r.psnr), least(&|r| r.psnr));
    println!("SSIMULACRA2 mean {:.2} min {:.2}", mean(&|r| r.ssim), least(&|r| r.ssim));
    for (i, attack) in attacks.iter().enumerate() {
        let share =
            |f: &dyn Fn(&(bool, bool, bool)) -> bool| 100.0 * rows.iter().filter(|r| f(&r.held[i])).count() as f64 / n;
        println!(
            "{:18} seal {:5.1}  beacon {:5.1}  marked {:5.1}",
            attack.name,
            share(&|h| h.0),
            share(&|h| h.1),
            share(&|h| h.2)
        );
    }
}
