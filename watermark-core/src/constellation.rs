//! `[X2]` Peaks of a spectrum -> linear maps under which the pilot's constellation is in the sky.
//!
//! A picture that was rotated by `a` and scaled by `s` has every pilot line rotated by `a` and its frequency divided by `s`. So a single peak
//! taken for a single line fixes the map, and it is enough that one of the 64 lines is among the peaks looked at. Every pair is tried
//! as a similarity, as a mirrored one, and as an unequal stretch of an upright or quarter-turned picture. Each map is scored
//! by the power at the places where it puts all lines; the best are refined over all four degrees of freedom.
//!
//! A real spectrum is symmetric about the origin, so every map stands for two pictures half a turn apart.

use crate::affine::Linear;
use crate::carrier::{Line, PILOT_PERIOD};
use crate::spectrum::{SIDE, Spectrum};

/// Received pixels per canonical pixel that are searched, and the other end.
pub(crate) const SMALLEST: f64 = 0.23;
pub(crate) const LARGEST: f64 = 4.3;
/// Ratio of the scales of both axes that is searched, and its inverse.
const MOST_UNEQUAL: f64 = 1.28;
/// Lines that have to fall into the band of the received picture.
const LEAST_LINES: usize = 24;
/// Bins per canonical frequency unit (a cycle in a pilot period).
const UNIT: f64 = SIDE as f64 / PILOT_PERIOD as f64;
/// Furthest bin from the origin that is looked at.
const BAND: f64 = 0.47 * SIDE as f64;
/// Maps that go from the nearest-bin score to refinement.
const REFINED: usize = 48;

/// A linear map that fits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    /// Canonical position -> received position.
    pub(crate) map: Linear,
    /// Power at the lines, standard deviations from the mean over all bins.
    pub(crate) score: f32,
}

/// The best maps, best first, no two alike, and how many were tried.
pub(crate) fn search(spectrum: &Spectrum, lines: &[Line], peaks: usize, count: usize) -> (Vec<Candidate>, u64) {
    let mut tried = 0;
    let mut found: Vec<(f32, Linear)> = Vec::new();
    let mut bar = 2.0;
    for peak in spectrum.peaks(peaks, 8.0, BAND) {
        for line in lines {
            for map in maps(peak, *line) {
                tried += 1;
                let score = quick_score(spectrum, lines, &map, bar);
                if score > bar {
                    found.push((score, map));
                    if found.len() >= 8 * REFINED {
                        keep_best(&mut found, REFINED);
                        bar = found.last().map_or(bar, |f| f.0);
                    }
                }
            }
        }
    }
    keep_best(&mut found, REFINED);
    let mut best: Vec<(f32, Linear)> = Vec::new();
    for &(_, map) in &found {
        if best.iter().any(|b| alike(&b.1, &map, 1.5)) {
            continue;
        }
        let (refined, evaluations) = refine(spectrum, lines, map);
        tried += evaluations;
        if !best.iter().any(|b| alike(&b.1, &refined.1, 3.0)) {
            best.push(refined);
        }
    }
    keep_best(&mut best, count);
    (best.into_iter().map(|(score, map)| Candidate { map: map.dual(), score }).collect(), tried)
}

/// Score of the frequency map `map`, refined.
pub(crate) fn refine(spectrum: &Spectrum, lines: &[Line], map: Linear) -> ((f32, Linear), u64) {
    let mut best = (score(spectrum, lines, &map), map);
    let mut evaluations = 1;
    // A step of 1 moves a line at the far end of the constellation by about a bin.
    let mut step = 0.7 / (40.0 * UNIT);
    while step > 0.02 / (40.0 * UNIT) {
        let mut moved = false;
        for turn in [[1.0, 0.0, 0.0, 1.0], [0.0, -1.0, 1.0, 0.0], [1.0, 0.0, 0.0, -1.0], [0.0, 1.0, 1.0, 0.0]] {
            for sign in [step, -step] {
                let [a, b, c, d] = turn.map(|t| t * sign);
                let map = Linear([[1.0 + a, b], [c, 1.0 + d]]).after(&best.1);
                let score = score(spectrum, lines, &map);
                evaluations += 1;
                if score > best.0 {
                    best = (score, map);
                    moved = true;
                }
            }
        }
        if !moved {
            step *= 0.5;
        }
    }
    (best, evaluations)
}

/// Frequency maps that put `line` on `peak`.
fn maps(peak: [f64; 2], line: Line) -> impl Iterator<Item = Linear> {
    let [px, py] = peak.map(|v| v / UNIT);
    let (x, y) = (f64::from(line.x), f64::from(line.y));
    let square = x * x + y * y;
    // The complex quotient peak / line, and the same for the mirrored line.
    let (c, s) = ((px * x + py * y) / square, (py * x - px * y) / square);
    let (mc, ms) = ((py * y - px * x) / square, -(py * x + px * y) / square);
    let all = [
        Linear([[c, -s], [s, c]]),
        Linear([[-mc, -ms], [-ms, mc]]),
        Linear::diagonal(px / x, py / y),
        Linear([[0.0, px / y], [py / x, 0.0]]),
    ];
    all.into_iter().filter(|map| {
        // Frequencies grow as pictures shrink.
        let (most, least) = map.stretches();
        least > 1.0 / LARGEST && most < 1.0 / SMALLEST && most < MOST_UNEQUAL * least
    })
}

/// Whether two frequency maps put lines within `bins` of each other.
fn alike(a: &Linear, b: &Linear, bins: f64) -> bool {
    [[30.0, 0.0], [0.0, 30.0]].into_iter().all(|corner| {
        let ([ax, ay], [bx, by]) = (a.apply(corner), b.apply(corner));
        let near = |sign: f64| (ax - sign * bx).hypot(ay - sign * by) * UNIT < bins;
        near(1.0) || near(-1.0)
    })
}

fn keep_best(found: &mut Vec<(f32, Linear)>, count: usize) {
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.truncate(count);
}

/// Nearest-bin score; gives up after a third of the lines when they promise less than `bar`.
fn quick_score(spectrum: &Spectrum, lines: &[Line], map: &Linear, bar: f32) -> f32 {
    let [[a, b], [c, d]] = map.0.map(|row| row.map(|v| (v * UNIT) as f32));
    let (mut sum, mut count) = (0.0f32, 0);
    for (i, line) in lines.iter().enumerate() {
        let (x, y) = (line.x as f32, line.y as f32);
        let (x, y) = (a * x + b * y, c * x + d * y);
        if x.abs().max(y.abs()) < BAND as f32 {
            sum += spectrum.nearest(x, y);
            count += 1;
        }
        if i == 23 && sum < (spectrum.mean + 0.2 * bar / 8.0 * spectrum.deviation) * count as f32 {
            return 0.0;
        }
    }
    standardised(spectrum, sum, count)
}

/// Bilinear score.
fn score(spectrum: &Spectrum, lines: &[Line], map: &Linear) -> f32 {
    let (mut sum, mut count) = (0.0f32, 0);
    for line in lines {
        let [x, y] = map.apply([f64::from(line.x) * UNIT, f64::from(line.y) * UNIT]);
        if x.abs().max(y.abs()) < BAND {
            sum += spectrum.at(x, y);
            count += 1;
        }
    }
    standardised(spectrum, sum, count)
}

fn standardised(spectrum: &Spectrum, sum: f32, count: usize) -> f32 {
    if count < LEAST_LINES {
        return 0.0;
    }
    let n = count as f32;
    (sum - n * spectrum.mean) / (spectrum.deviation * n.sqrt())
}
