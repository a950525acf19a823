//! Unmarked variants of unmarked pictures: false marks, and whether the null distributions are what the core says they are.
//!
//! Every variant is read twice. With the *public* carrier, as a user would: that counts false marks. And with a *carrier of its own*,
//! uncorrected ([`Statistics`]): a fresh key draws fresh dither, so these p-values are independent and uniform if the theory holds,
//! however alike the pictures are. With the public carrier variants of one picture share its dither, so its histogram is shown
//! but not tested.

mod histogram;
mod report;
mod variants;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use histogram::Histogram;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use watermark_core::statistics::{Statistics, upper_tail};
use watermark_core::{Carrier, CarrierKey, Effort, extract};

use crate::corpus::{self, Picture};

/// Arguments of `cargo xtask negatives`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Folder of unmarked images.
    #[arg(long, default_value = "../shared/images")]
    images: PathBuf,
    /// Variants to read, over all images.
    #[arg(long, default_value_t = 100_000)]
    count: u64,
    /// How hard to look for a mark.
    #[arg(long, value_enum, default_value_t = Search::Fast)]
    effort: Search,
    /// Seed of all variants.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Longest side of a variant, pixels.
    #[arg(long, default_value_t = 640)]
    max_side: u32,
    /// Leave out larger images.
    #[arg(long, default_value_t = 13.0)]
    max_megapixels: f64,
    /// Folder for `negatives-EFFORT.md` and `negatives-EFFORT.json`. A run that was interrupted goes on from the JSON file.
    #[arg(long, default_value = "docs/studies")]
    out: PathBuf,
    /// Begin anew even if an unfinished run is there.
    #[arg(long)]
    restart: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Search {
    /// Pictures as they are.
    Fast,
    /// Crops, sizes and rotations too.
    Normal,
    /// All that can be searched.
    Exhaustive,
}

impl Search {
    fn name(self) -> &'static str {
        match self {
            Self::Fast => "fast",
            Self::Normal => "normal",
            Self::Exhaustive => "exhaustive",
        }
    }
}

impl From<Search> for Effort {
    fn from(search: Search) -> Self {
        match search {
            Search::Fast => Self::Fast,
            Search::Normal => Self::Normal,
            Search::Exhaustive => Self::Exhaustive,
        }
    }
}

/// Gain of the raw statistics: the middle of what is used. The null distribution is the same for all.
const GAIN: f32 = 8.0;
/// Variants between two saves.
const CHUNK: u64 = 500;
/// Best values kept by name.
const KEPT: usize = 10;

/// To be raised with every change of what the reader says of unmarked pictures, so that counts of two readers are never added.
const READER: u32 = 3;

/// What decides which variants there are: an unfinished run goes on only if all of this is the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// [`READER`] of the program that began it.
    reader: u32,
    effort: Search,
    seed: u64,
    max_side: u32,
    images: Vec<String>,
}

/// One variant that came out remarkable.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Case {
    /// Picture, crop and distortions.
    variant: String,
    /// Corrected probability.
    log10_p: f64,
}

/// Results so far.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Study {
    plan: Plan,
    /// Variants read.
    done: u64,
    /// Called marked.
    false_marks: Vec<Case>,
    /// The smallest corrected probabilities.
    smallest: Vec<Case>,
    /// Variants with a corrected probability of at most 1e-1, 1e-2, ...
    corrected: [u64; 6],
    /// Raw p-values with a carrier of their own.
    fresh: [Histogram; 2],
    /// Raw p-values with the public carrier.
    public: [Histogram; 2],
}

/// Names of the two raw statistics.
const RAW: [&str; 2] = ["lattice", "pilot"];

struct Reading {
    case: Case,
    marked: bool,
    fresh: [Option<f64>; 2],
    public: [Option<f64>; 2],
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let pictures = load(&args.images, args.max_megapixels)?;
    let images = pictures.iter().map(|p| p.name.clone()).collect();
    let plan = Plan { reader: READER, effort: args.effort, seed: args.seed, max_side: args.max_side, images };
    let name = format!("negatives-{}", args.effort.name());
    std::fs::create_dir_all(&args.out).with_context(|| format!("making the folder {}", args.out.display()))?;
    let (json, markdown) = (args.out.join(format!("{name}.json")), args.out.join(format!("{name}.md")));
    let mut study = match resume(&json, &plan, args) {
        Some(study) => study,
        None => Study {
            plan,
            done: 0,
            false_marks: vec![],
            smallest: vec![],
            corrected: [0; 6],
            fresh: Default::default(),
            public: Default::default(),
        },
    };
    let public = Carrier::new(&CarrierKey::PUBLIC);
    let (start, before) = (Instant::now(), study.done);
    while study.done < args.count {
        let end = (study.done + CHUNK).min(args.count);
        let readings: Vec<Reading> = (study.done..end)
            .into_par_iter()
            .map(|i| read(&pictures, &study.plan, i, &public))
            .collect::<Result<_>>()?;
        for reading in readings {
            study.add(reading);
        }
        study.done = end;
        std::fs::write(&json, serde_json::to_string_pretty(&study)?)
            .with_context(|| format!("writing {}", json.display()))?;
        let each = start.elapsed().as_secs_f64() / (end - before) as f64;
        eprintln!(
            "{end} of {}, {} false marks, {:.0} ms each, {:.0} min left",
            args.count,
            study.false_marks.len(),
            1e3 * each,
            each * (args.count - end) as f64 / 60.0
        );
    }
    std::fs::write(&markdown, study.markdown()).with_context(|| format!("writing {}", markdown.display()))?;
    println!("{}", study.markdown());
    if !study.false_marks.is_empty() {
        bail!("{} of {} unmarked variants were called marked", study.false_marks.len(), study.done);
    }
    Ok(())
}

/// Pictures of at least the least crop.
fn load(folder: &Path, max_megapixels: f64) -> Result<Vec<Picture>> {
    let mut pictures = Vec::new();
    for file in corpus::files(folder)? {
        let Ok(picture) = corpus::load(&file) else {
            eprintln!("{} is not read: left out", file.display());
            continue;
        };
        let (w, h) = picture.pixels.dimensions();
        if w.min(h) >= variants::LEAST_SIDE && f64::from(w) * f64::from(h) <= max_megapixels * 1e6 {
            pictures.push(picture);
        }
    }
    if pictures.is_empty() {
        bail!("no image of {} px or more on both sides in {}", variants::LEAST_SIDE, folder.display());
    }
    Ok(pictures)
}

fn resume(json: &Path, plan: &Plan, args: &Args) -> Option<Study> {
    let study: Study = serde_json::from_str(&std::fs::read_to_string(json).ok()?).ok()?;
    let same = !args.restart && study.plan == *plan && study.done <= args.count;
    if same {
        eprintln!("going on from {} variants in {}", study.done, json.display());
    }
    same.then_some(study)
}

fn read(pictures: &[Picture], plan: &Plan, index: u64, public: &Carrier) -> Result<Reading> {
    let picture = &pictures[(index % pictures.len() as u64) as usize];
    let variant = variants::draw(picture, plan.seed, index, plan.max_side)?;
    let raster = corpus::to_raster(&variant.pixels)?;
    let found = extract(&raster, public, plan.effort.into())?;
    let own = Carrier::new(&CarrierKey::private(&[plan.seed.to_be_bytes(), index.to_be_bytes()].concat()));
    let p_values = |carrier| {
        let s = Statistics::measure(&raster, carrier, GAIN);
        [s.lattice, s.pilot].map(|z| z.map(upper_tail))
    };
    Ok(Reading {
        marked: found.is_marked(),
        case: Case { variant: variant.recipe, log10_p: found.detection.log10_p },
        fresh: p_values(&own),
        public: p_values(public),
    })
}

impl Study {
    fn add(&mut self, reading: Reading) {
        for (histograms, values) in [(&mut self.fresh, reading.fresh), (&mut self.public, reading.public)] {
            for (histogram, p) in histograms.iter_mut().zip(values) {
                if let Some(p) = p {
                    histogram.add(p);
                }
            }
        }
        for (i, count) in self.corrected.iter_mut().enumerate() {
            *count += u64::from(reading.case.log10_p <= -1.0 - i as f64);
        }
        if reading.marked {
            self.false_marks.push(reading.case.clone());
        }
        let at = self.smallest.partition_point(|c| c.log10_p <= reading.case.log10_p);
        self.smallest.insert(at, reading.case);
        self.smallest.truncate(KEPT);
    }
}
