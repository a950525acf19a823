//! What those without the key can make of marked pictures, and what verification says of it.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::Result;
use image::{RgbImage, imageops};
use rayon::prelude::*;
use watermark_attacks::{Keep, Step, run};
use watermark_core::study::transplant;
use watermark_core::{Carrier, Comparison, Effort, Extraction, Strength, extract};

use super::{Args, Page, Stamp, read, stamp};
use crate::corpus;

/// Payloads moved by the honest re-embedder.
pub(super) fn transplants(args: &Args, page: &mut Page, stamps: &[Stamp], carrier: &Carrier) -> Result<()> {
    let n = stamps.len();
    // Pairs in an order that uses every picture early.
    let pairs: Vec<(usize, usize)> =
        (1..n).flat_map(|step| (0..n).map(move |i| (i, (i + step) % n))).take(args.pairs).collect();
    let start = Instant::now();
    let results = Mutex::new(Vec::new());
    pairs.par_iter().try_for_each(|&(a, b)| -> Result<()> {
        if start.elapsed() > Duration::from_secs_f64(60.0 * args.minutes) {
            return Ok(());
        }
        let (from, into) = (&stamps[a], &stamps[b]);
        let (width, height) = from.cover.dimensions();
        let cover = imageops::resize(&into.cover, width, height, imageops::FilterType::CatmullRom);
        let Ok(moved) = transplant(from.payload, &corpus::to_raster(&cover)?, carrier, Strength::Fixed(9.0)) else {
            return Ok(());
        };
        let read = read(&corpus::to_rgb(&moved.raster), &from.payload, carrier)?;
        if let Some(content) = read.extraction.content.filter(|_| read.sealed) {
            if args.detail && content.comparison != Comparison::Differs {
                println!("    {} into {}: {content:?}", from.name, into.name);
            }
            results.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(content);
        }
        Ok(())
    })?;
    let results = results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let count = |c: Comparison| results.iter().filter(|r| r.comparison == c).count();
    page.line(&format!(
        "\n## Transplants by the honest re-embedder\nPayload of one picture embedded into another, stretched to its size: {} of {} pairs were read. Exposed: {}; taken \
         for the same: {}; too little to compare: {}. Disagreement {:.3} to {:.3}.",
        results.len(),
        pairs.len(),
        count(Comparison::Differs),
        count(Comparison::Matches),
        count(Comparison::TooLittle),
        results.iter().map(|c| c.disagreement).fold(1.0, f64::min),
        results.iter().map(|c| c.disagreement).fold(0.0, f64::max)
    ));
    Ok(())
}

/// A verdict as it would be if the key were trusted: columns of the tables.
const VERDICTS: [&str; 5] = ["verified", "altered", "transplanted", "marked", "none"];

fn verdict(read: &Extraction) -> usize {
    let differs = read.content.is_some_and(|content| content.comparison == Comparison::Differs);
    let altered = read.edit_map.as_ref().is_some_and(|map| !map.regions().is_empty());
    match (read.payload().is_some(), read.is_marked()) {
        (true, _) if differs => 2,
        (true, _) if altered => 1,
        (true, _) => 0,
        (false, true) => 3,
        (false, false) => 4,
    }
}

fn verdict_of(pixels: &RgbImage, carrier: &Carrier) -> Result<usize> {
    Ok(verdict(&extract(&corpus::to_raster(pixels)?, carrier, Effort::Normal)?))
}

/// Makes one forgery of a stamped picture and another one; `None` where the pair does not lend itself to it.
type Forge = fn(&Stamp, &Stamp) -> Result<Option<RgbImage>>;

const FORGERIES: [(&str, Forge); 6] = [
    ("mark estimated by a median filter, added to another picture", |from, into| {
        let smooth = run(&[Step::Median(3)], &from.stamped, 1)?.image;
        Ok(Some(added(&alike(into, from), &from.stamped, &smooth, 2.0)))
    }),
    ("mark known from the original, added to another picture", |from, into| {
        Ok(Some(added(&alike(into, from), &from.stamped, &from.cover, 1.0)))
    }),
    ("left half of another picture", |from, into| {
        let (width, height) = from.stamped.dimensions();
        Ok(Some(with_part(&from.stamped, &alike(into, from), [0, 0, width / 2, height])))
    }),
    ("left half of another marked picture", |from, into| {
        let (width, height) = from.stamped.dimensions();
        let fits = into.stamped.width() >= width / 2 && into.stamped.height() >= height;
        Ok(fits.then(|| with_part(&from.stamped, &into.stamped, [0, 0, width / 2, height])))
    }),
    ("collage: half of its area in a larger picture", |from, into| {
        let cutting = run(&[Step::Crop(0.5, Keep::Centre)], &from.stamped, 1)?.image;
        let (width, height) = from.stamped.dimensions();
        let mut canvas = imageops::resize(&into.cover, width, height, imageops::FilterType::CatmullRom);
        let (x, y) = ((width - cutting.width()) / 3, (height - cutting.height()) / 3);
        imageops::overlay(&mut canvas, &cutting, x.into(), y.into());
        Ok(Some(canvas))
    }),
    ("collage: a sixth of its area in a larger picture", |from, into| {
        let cutting = run(&[Step::Crop(1.0 / 6.0, Keep::Centre)], &from.stamped, 1)?.image;
        let mut canvas = alike(into, from);
        imageops::overlay(&mut canvas, &cutting, 31, 17);
        Ok(Some(canvas))
    }),
];

/// The cover of `of`, as large as `like`.
fn alike(of: &Stamp, like: &Stamp) -> RgbImage {
    let (width, height) = like.stamped.dimensions();
    imageops::resize(&of.cover, width, height, imageops::FilterType::CatmullRom)
}

/// `picture` plus `times` what `a` has over `b`; all of one size.
fn added(picture: &RgbImage, a: &RgbImage, b: &RgbImage, times: f64) -> RgbImage {
    let mut out = picture.clone();
    for ((to, a), b) in out.iter_mut().zip(a.iter()).zip(b.iter()) {
        *to = (f64::from(*to) + times * (f64::from(*a) - f64::from(*b))).round().clamp(0.0, 255.0) as u8;
    }
    out
}

fn with_part(picture: &RgbImage, from: &RgbImage, [x, y, width, height]: [u32; 4]) -> RgbImage {
    let mut out = picture.clone();
    imageops::overlay(&mut out, &imageops::crop_imm(from, x, y, width, height).to_image(), x.into(), y.into());
    out
}

/// Forgers, colluders and oracle attackers: rates of each verdict.
pub(super) fn measure(args: &Args, page: &mut Page, stamps: &[Stamp], carrier: &Carrier) -> Result<()> {
    let late = |start: Instant| start.elapsed() > Duration::from_secs_f64(60.0 * args.minutes);
    let columns: Vec<&str> = ["forgery", "pictures"].into_iter().chain(VERDICTS).collect();
    page.table(
        "Forgeries without the key",
        "Each marked picture with the next one: how many came to each verdict, were the stamper's key trusted. What matters is the column `verified`.",
        &columns,
    );
    let start = Instant::now();
    for (name, forge) in FORGERIES {
        if late(start) {
            page.line(&format!("| {name} | not measured, out of time | | | | | |"));
            continue;
        }
        let found: Vec<Option<usize>> = (0..stamps.len())
            .into_par_iter()
            .map(|i| {
                let made = forge(&stamps[i], &stamps[(i + 1) % stamps.len()])?;
                made.map(|made| verdict_of(&made, carrier)).transpose()
            })
            .collect::<Result<_>>()?;
        row(page, name, &found.into_iter().flatten().collect::<Vec<_>>());
    }
    colluders(args, page, stamps, carrier)?;
    oracle(args, page, stamps, carrier)
}

fn row(page: &mut Page, name: &str, found: &[usize]) {
    let count = |verdict: usize| found.iter().filter(|v| **v == verdict).count().to_string();
    let counts: Vec<String> = (0..VERDICTS.len()).map(count).collect();
    page.line(&format!("| {name} | {} | {} |", found.len(), counts.join(" | ")));
}

/// Many marked pictures put together: to take the mark off, and to learn what all marks have in common.
fn colluders(args: &Args, page: &mut Page, stamps: &[Stamp], carrier: &Carrier) -> Result<()> {
    const STAMPINGS: [u64; 3] = [2, 4, 8];
    let columns: Vec<&str> = ["collusion", "pictures"].into_iter().chain(VERDICTS).collect();
    page.table(
        "Colluders",
        "Averages of several stampings of one picture, each under a serial of its own; and what all marked pictures have in common (mean difference from their originals, tile by \
         tile), added to pictures that are not marked.",
        &columns,
    );
    let start = Instant::now();
    for count in STAMPINGS {
        if start.elapsed() > Duration::from_secs_f64(60.0 * args.minutes) {
            page.line(&format!("| average of {count} | not measured, out of time | | | | | |"));
            continue;
        }
        let average = |s: &Stamp| -> Result<Option<usize>> {
            let mut sums = vec![0u32; s.cover.as_raw().len()];
            for serial in 0..count {
                let Some(stamped) = stamp(&s.cover, 1_000 + serial, carrier)? else { return Ok(None) };
                let stamped = corpus::to_rgb(&stamped.raster);
                sums.iter_mut().zip(stamped.iter()).for_each(|(sum, v)| *sum += u32::from(*v));
            }
            let mut out = s.cover.clone();
            out.iter_mut().zip(&sums).for_each(|(to, sum)| *to = ((sum + count as u32 / 2) / count as u32) as u8);
            verdict_of(&out, carrier).map(Some)
        };
        let found: Vec<Option<usize>> = stamps.par_iter().map(average).collect::<Result<_>>()?;
        row(
            page,
            &format!("average of {count} stampings of one picture"),
            &found.into_iter().flatten().collect::<Vec<_>>(),
        );
    }
    let common = common(stamps);
    for times in [1.0, 8.0] {
        let add = |s: &Stamp| {
            let mut out = s.cover.clone();
            for (x, y, pixel) in out.enumerate_pixels_mut() {
                let change = times * common[(y % PERIOD * PERIOD + x % PERIOD) as usize];
                pixel.0 = pixel.0.map(|v| (f64::from(v) + change).round().clamp(0.0, 255.0) as u8);
            }
            verdict_of(&out, carrier)
        };
        let found: Vec<usize> = stamps.par_iter().map(add).collect::<Result<_>>()?;
        row(page, &format!("what {} marks have in common, times {times}, added", stamps.len()), &found);
    }
    Ok(())
}

/// Side of what every mark repeats with, pixels of a picture under 2560 px.
const PERIOD: u32 = 2560;

/// Mean change of the green samples by stamping at each place of the period.
fn common(stamps: &[Stamp]) -> Vec<f64> {
    let (mut sums, mut counts) = (vec![0.0; (PERIOD * PERIOD) as usize], vec![0.0f64; (PERIOD * PERIOD) as usize]);
    for s in stamps {
        for (x, y, pixel) in s.stamped.enumerate_pixels() {
            let place = (y % PERIOD * PERIOD + x % PERIOD) as usize;
            sums[place] += f64::from(pixel.0[1]) - f64::from(s.cover.get_pixel(x, y).0[1]);
            counts[place] += 1.0;
        }
    }
    sums.iter().zip(&counts).map(|(sum, count)| sum / count.max(1.0)).collect()
}

/// Who may ask a verifier: the least damage, found by bisection, after which a picture is not verified any more.
fn oracle(args: &Args, page: &mut Page, stamps: &[Stamp], carrier: &Carrier) -> Result<()> {
    const QUESTIONS: usize = 7;
    type Damage = (&'static str, f64, fn(f64) -> Step);
    const DAMAGES: [Damage; 2] = [("noise", 60.0, Step::Noise), ("blur", 6.0, Step::Blur)];
    page.table(
        "Oracle attackers",
        "The least of one damage that ends `verified`, by bisection with 7 answers of a verifier: what is left of the picture then (PSNR against the marked one), and what the verifier still says.",
        &["damage", "pictures", "PSNR least", "median", "most", "altered", "transplanted", "marked", "none"],
    );
    let start = Instant::now();
    for (name, most, step) in DAMAGES {
        if start.elapsed() > Duration::from_secs_f64(60.0 * args.minutes) {
            page.line(&format!("| {name} | not measured, out of time | | | | | | | |"));
            continue;
        }
        let bisect = |s: &Stamp| -> Result<Option<(f64, usize)>> {
            let (mut low, mut high, mut last) = (0.0, most, None);
            for _ in 0..QUESTIONS {
                let middle = 0.5 * (low + high);
                let picture = run(&[step(middle)], &s.stamped, 1)?.image;
                match verdict_of(&picture, carrier)? {
                    0 => low = middle,
                    verdict => {
                        high = middle;
                        last = Some((psnr_db(&picture, &s.stamped), verdict));
                    }
                }
            }
            Ok(last)
        };
        let found: Vec<Option<(f64, usize)>> = stamps.par_iter().map(bisect).collect::<Result<_>>()?;
        let mut left: Vec<f64> = found.iter().flatten().map(|f| f.0).collect();
        left.sort_by(f64::total_cmp);
        let at = |q: f64| left.get((q * left.len().saturating_sub(1) as f64) as usize).copied().unwrap_or(0.0);
        let count = |verdict: usize| found.iter().flatten().filter(|f| f.1 == verdict).count();
        page.line(&format!(
            "| {name} | {} | {:.1} dB | {:.1} dB | {:.1} dB | {} | {} | {} | {} |",
            left.len(),
            at(0.0),
            at(0.5),
            at(1.0),
            count(1),
            count(2),
            count(3),
            count(4)
        ));
    }
    Ok(())
}

fn psnr_db(a: &RgbImage, b: &RgbImage) -> f64 {
    let sum: f64 = a.iter().zip(b.iter()).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum();
    10.0 * (255.0 * 255.0 * a.as_raw().len() as f64 / sum.max(1.0)).log10()
}
