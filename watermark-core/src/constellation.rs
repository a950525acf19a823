//! `[X2]` Spectrum -> linear maps under which the pilot's constellation is in the sky.
//!
//! A picture that was rotated by `a` and scaled by `s` has every pilot line rotated by `a` and its frequency divided by `s`. The power at the
//! places where a map puts all lines is its score. Maps are tried on a grid as fine as the spectrum resolves: every rotation with every scale,
//! plain and mirrored, every pair of unequal scales of an upright or quarter-turned picture, and what leans a little any way. Rotations before and
//! after a stretch are many: they are scouted for on a coarser grid by the innermost lines alone, which move least. The best are refined over all
//! four degrees of freedom.
//!
//! A real spectrum is symmetric about the origin, so every map stands for two pictures half a turn apart.

use std::ops::Range;

use crate::affine::Linear;
use crate::carrier::{Line, PILOT_PERIOD};
use crate::log_polar::LogPolar;
use crate::spectrum::{SIDE, Spectrum};
use crate::wide::{Kernel, wide};

/// Received pixels per canonical pixel that are searched, and the other end.
const SMALLEST: f64 = 0.24;
const LARGEST: f64 = 4.15;
/// Ratio of the scales of both axes that is searched, and its inverse.
const MOST_UNEQUAL: f64 = 1.27;
/// Roots of the ratios of both axes' scales that rotations are combined with: near enough to each other that refinement takes over.
const UNEQUAL_ROOTS: [f64; 8] = [0.90, 0.925, 0.95, 0.975, 1.026, 1.053, 1.081, 1.11];
/// Lines that have to fall into the band of the received picture.
const LEAST_LINES: usize = 24;
/// Bins per canonical frequency unit (a cycle in a pilot period).
const UNIT: f64 = SIDE as f64 / PILOT_PERIOD as f64;
/// Furthest bin from the origin that is looked at, over the spectrum's side.
pub(crate) const BAND: f64 = 0.47;
/// Bins that a step of the grid moves the outermost line, at full resolution.
const STEP_BINS: f64 = 0.8;
/// Steps no finer than for a picture of this many pixels a side: larger ones show the pilot so clearly that they need none.
const FINEST_PX: f64 = 600.0;
/// Maps that go from the grid to refinement.
const REFINED: usize = 40;
/// Lines that scout for stretched rotations, and how many steps of rotation they go at once.
const SCOUTS: usize = 24;
const SCOUT_STEPS: usize = 2;
/// Score that what they found must have once it was refined by all lines: it has more freedom than other maps and would crowd out faint ones. Of
/// the eight such pictures of a trial that are read the least had 14; chance gave up to 6.1.
const SCOUTED: f32 = 6.5;
/// Score from which a map of the grid is kept.
const LEAST: f32 = 3.0;
/// Largest stretch of a map that is searched.
const MOST_STRETCHED: f64 = 1.13;

/// Scales, and their inverses, that are tried of leaning maps.
const NEAR_SCALE: f64 = 1.2;
/// Rotation of leaning maps, radians: 8 degrees.
const MOST_TURNED: f64 = 0.14;
/// Stretch along any axis of leaning maps, its square root, and the steps that leave the rest to refinement.
const MOST_LEANING: f64 = 0.075;
const LEAN_STEP: f64 = 0.0125;

/// Periods of the whole picture that a step of scale moves the outermost line in band, where pictures that were scaled down and are upright are looked for.
const DOWN_BINS: f64 = 0.3;

/// A linear map that fits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    /// Canonical position -> received position.
    pub(crate) map: Linear,
    /// Power at the lines, standard deviations from the mean over all bins.
    pub(crate) score: f32,
}

/// Which maps are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sweep {
    /// Those a little off the upright picture in all four degrees of freedom, rotated and scaled ones, upright ones of unequal scales, stretched ones that were rotated, and rotated ones that were stretched,
    /// mirrored or not.
    Usual,
    /// The same, all by every line and at every rotation.
    Thorough,
}

/// The best maps, best first, no two alike, and how many were tried.
pub(crate) fn search(spectrum: &Spectrum, lines: &[Line], sweep: Sweep, count: usize) -> (Vec<Candidate>, u64) {
    let mut grid = Grid::new(spectrum, lines, SMALLEST..LARGEST);
    grid.sweep_turned(sweep == Sweep::Thorough);
    grid.sweep_leaning();
    let Grid { mut found, mut scouted, mut tried, .. } = grid;
    found.prune();
    scouted.prune();
    let mut best: Vec<(f32, Linear)> = Vec::new();
    let found = found.maps.into_iter().map(|(_, map)| (map, LEAST));
    for (map, least) in found.chain(scouted.maps.into_iter().map(|(_, map)| (map, SCOUTED))) {
        if best.iter().any(|b| alike(&b.1, &map, 2.0)) {
            continue;
        }
        let (refined, evaluations) = refine(spectrum, lines, map);
        tried += evaluations;
        if refined.0 >= least && !best.iter().any(|b| alike(&b.1, &refined.1, 3.0)) {
            best.push(refined);
        }
    }
    keep_best(&mut best, count);
    (best.into_iter().map(|(score, map)| Candidate { map: map.dual(), score }).collect(), tried)
}

/// The upright map of equal scales under which the lines of a picture that was scaled down stand out most, and how many were tried: one in thousands of all maps, so that fainter
/// lines say as much.
pub(crate) fn scaled_down(spectrum: &Spectrum, lines: &[Line]) -> (Candidate, u64) {
    let step = 1.0 + DOWN_BINS / (BAND * spectrum.side_px);
    let pitches = std::iter::successors(Some(SMALLEST), |pitch| Some(pitch * step)).take_while(|pitch| *pitch < 1.0);
    let mut best = Candidate { map: Linear::IDENTITY, score: f32::NEG_INFINITY };
    let mut tried = 0;
    for pitch in pitches {
        let score = score(spectrum, UNIT, lines, &Linear::diagonal(1.0 / pitch, 1.0 / pitch));
        tried += 1;
        if score > best.score {
            best = Candidate { map: Linear::diagonal(pitch, pitch), score };
        }
    }
    (best, tried)
}

/// The lines that a picture under `map`, canonical position -> received position, has pixels enough to show.
pub(crate) fn shown(lines: &[Line], map: &Linear) -> Vec<Line> {
    let dual = map.dual();
    let is_shown = |line: &&Line| {
        let [x, y] = dual.apply([f64::from(line.x), f64::from(line.y)]);
        x.abs().max(y.abs()) < BAND * PILOT_PERIOD as f64
    };
    lines.iter().filter(is_shown).copied().collect()
}

/// The best score near the frequency map `map`, and where. `unit` is bins of the spectrum per canonical frequency unit.
pub(crate) fn climbed(spectrum: &Spectrum, unit: f64, lines: &[Line], map: Linear) -> (f32, Linear) {
    climb(spectrum, unit, lines, map, &[0, 1, 2, 3]).0
}

/// Lines that judge a map.
#[derive(Clone, Copy)]
enum By {
    All,
    Scouts,
}

/// Scores of one orientation after the other at every scale.
struct Grid<'a> {
    spectrum: &'a Spectrum,
    log_polar: LogPolar,
    /// Lines, innermost first: bins at the first scale, and the first scale at which they are in band.
    lines: Vec<([f64; 2], usize)>,
    /// Bins per unit at each scale, and how many lines are in band.
    scales: Vec<(f64, usize)>,
    step: f64,
    found: Found,
    /// What the scouts found, whose scores are lower for being of fewer lines.
    scouted: Found,
    tried: u64,
}

/// Best frequency maps so far.
struct Found {
    maps: Vec<(f32, Linear)>,
    /// What a map has to score to be among them.
    least: f32,
}

impl Found {
    fn new() -> Self {
        Self { maps: Vec::new(), least: LEAST }
    }

    fn push(&mut self, score: f32, map: Linear) {
        self.maps.push((score, map));
        if self.maps.len() >= 16 * REFINED {
            self.prune();
        }
    }

    /// Keeps the best.
    fn prune(&mut self) {
        keep_best(&mut self.maps, REFINED);
        self.least = self.maps.last().filter(|_| self.maps.len() == REFINED).map_or(LEAST, |m| m.0);
    }
}

impl<'a> Grid<'a> {
    /// For pictures at these scales.
    fn new(spectrum: &'a Spectrum, lines: &[Line], pitches: Range<f64>) -> Self {
        let mut lines: Vec<[f64; 2]> = lines.iter().map(|l| [f64::from(l.x), f64::from(l.y)]).collect();
        let radius = |l: &[f64; 2]| l[0].hypot(l[1]);
        lines.sort_by(|a, b| radius(a).total_cmp(&radius(b)));
        let step = STEP_BINS / (40.0 / PILOT_PERIOD as f64 * spectrum.side_px.min(FINEST_PX));
        let in_band = |l: &[f64; 2], unit: f64| radius(l) * unit * MOST_STRETCHED < BAND * spectrum.side as f64;
        let mut scales = Vec::new();
        let mut pitch = pitches.start;
        while pitch < pitches.end {
            let unit = UNIT / pitch;
            scales.push((unit, lines.iter().filter(|l| in_band(l, unit)).count()));
            pitch *= 1.0 + step;
        }
        scales.retain(|s| s.1 >= LEAST_LINES);
        let ends = scales.first().zip(scales.last()).map_or([UNIT; 2], |(first, last)| [first.0, last.0]);
        let (innermost, outermost) = (lines.first().map_or(1.0, radius), lines.last().map_or(1.0, radius));
        let (from, to) = (innermost * ends[1] / MOST_STRETCHED, outermost * ends[0] * MOST_STRETCHED);
        let log_polar = LogPolar::new(spectrum, from, to, step);
        let first = |l: &[f64; 2]| scales.iter().position(|s| in_band(l, s.0)).unwrap_or(scales.len());
        let lines = lines.iter().map(|l| (l.map(|v| v * ends[0]), first(l))).collect();
        Self { spectrum, log_polar, lines, scales, step, found: Found::new(), scouted: Found::new(), tried: 0 }
    }

    /// Tries rotated and scaled maps, and stretched ones; `thorough` as for [`Sweep::Thorough`].
    fn sweep_turned(&mut self, thorough: bool) {
        let (step, every) = (self.step, 0..self.scales.len());
        let turns = (std::f64::consts::PI / step).ceil() as usize;
        for i in 0..turns {
            let (sin, cos) = (std::f64::consts::PI * i as f64 / turns as f64).sin_cos();
            for map in [Linear([[cos, -sin], [sin, cos]]), Linear([[-cos, -sin], [-sin, cos]])] {
                self.sweep(map, every.clone(), By::All);
                for root in UNEQUAL_ROOTS {
                    let stretch = Linear::diagonal(root, 1.0 / root);
                    for map in [stretch.after(&map), map.after(&stretch)] {
                        if thorough {
                            self.sweep(map, every.clone(), By::All);
                        } else if i.is_multiple_of(SCOUT_STEPS) {
                            self.sweep(map, every.clone(), By::Scouts);
                        }
                    }
                }
            }
        }
        let ratios = (MOST_UNEQUAL.ln() / step).floor() as i32;
        for i in (-ratios..=ratios).filter(|i| *i != 0) {
            let root = (0.5 * step * f64::from(i)).exp();
            for turn in crate::pilot::TURNS {
                self.sweep(turn.after(&Linear::diagonal(root, 1.0 / root)), every.clone(), By::All);
            }
        }
    }

    /// Tries maps a little off the upright picture in all four degrees of freedom: sheared ones, a page seen at an angle, a stretched picture that was rotated.
    fn sweep_leaning(&mut self) {
        let scale = |pitch: f64| self.scales.partition_point(|s| UNIT / s.0 < pitch);
        let scales = scale(1.0 / NEAR_SCALE)..scale(NEAR_SCALE);
        let turns = (MOST_TURNED / self.step) as i32;
        let leans = (MOST_LEANING / LEAN_STEP).round() as i32;
        for turn in -turns..=turns {
            let (sin, cos) = (self.step * f64::from(turn)).sin_cos();
            for (i, j) in (-leans..=leans).flat_map(|i| (-leans..=leans).map(move |j| (i, j))) {
                let (stretch, shear) = (LEAN_STEP * f64::from(i), LEAN_STEP * f64::from(j));
                if i * i + j * j <= leans * leans {
                    let lean = Linear([[1.0 + stretch, shear], [shear, 1.0 - stretch]]);
                    self.sweep(Linear([[cos, -sin], [sin, cos]]).after(&lean), scales.clone(), By::All);
                }
            }
        }
    }

    /// Tries the frequency map `map` at a range of scales.
    fn sweep(&mut self, map: Linear, range: Range<usize>, by: By) {
        let (lines, found) = match by {
            By::All => (&self.lines[..], &mut self.found),
            By::Scouts => (&self.lines[..SCOUTS.min(self.lines.len())], &mut self.scouted),
        };
        let mut sums = vec![0u16; self.scales.len()];
        for (line, first) in lines {
            if let Some(ray) = self.log_polar.ray(map.apply(*line), self.scales.len()) {
                let range = range.start.max(*first)..range.end.max(*first);
                wide(Add { sums: &mut sums[range.clone()], powers: &ray[range] });
            }
        }
        for (&(unit, count), &sum) in self.scales[range.clone()].iter().zip(&sums[range.clone()]) {
            let score = self.spectrum.coarse_score(u32::from(sum), count.min(lines.len()));
            if score > found.least {
                let factor = unit / UNIT;
                found.push(score, Linear::diagonal(factor, factor).after(&map));
            }
        }
        self.tried += range.len() as u64;
    }
}

/// Adds what a line meets at every scale.
struct Add<'a> {
    sums: &'a mut [u16],
    powers: &'a [u8],
}

impl Kernel for Add<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.sums.iter_mut().zip(self.powers).for_each(|(sum, &power)| *sum += u16::from(power));
    }
}

/// Small changes of a map, one a row: scale, rotation, unequal scales, shear.
const CHANGES: [[f64; 4]; 4] =
    [[1.0, 0.0, 0.0, 1.0], [0.0, -1.0, 1.0, 0.0], [1.0, 0.0, 0.0, -1.0], [0.0, 1.0, 1.0, 0.0]];
/// Score that two more degrees of freedom must gain to be believed.
const WORTH_FREEDOM: f32 = 1.2;

/// The frequency map `map` moved to the best score nearby, within its own family unless more freedom gains a lot; and how many were tried.
fn refine(spectrum: &Spectrum, lines: &[Line], map: Linear) -> ((f32, Linear), u64) {
    let (most, least) = map.stretches();
    let [[a, b], [c, d]] = map.0;
    let upright = a.abs().min(b.abs()) < 1e-9 && c.abs().min(d.abs()) < 1e-9;
    let own: &[usize] = match most / least < 1.0 + 1e-6 {
        true => &[0, 1],
        false if upright => &[0, 2],
        false => return climb(spectrum, UNIT, lines, map, &[0, 1, 2, 3]),
    };
    let (within, tried) = climb(spectrum, UNIT, lines, map, own);
    let (free, more) = climb(spectrum, UNIT, lines, within.1, &[0, 1, 2, 3]);
    (if free.0 > within.0 + WORTH_FREEDOM { free } else { within }, tried + more)
}

/// Pattern search over some of [`CHANGES`].
fn climb(spectrum: &Spectrum, unit: f64, lines: &[Line], map: Linear, changes: &[usize]) -> ((f32, Linear), u64) {
    let mut best = (score(spectrum, unit, lines, &map), map);
    let mut evaluations = 1;
    // A step of 1 / (40 UNIT) moves a line at the far end of the constellation by a bin.
    let mut step = 0.7 / (40.0 * UNIT);
    while step > 0.02 / (40.0 * UNIT) {
        let mut moved = false;
        for &change in changes {
            for sign in [step, -step] {
                let [a, b, c, d] = CHANGES[change].map(|t| t * sign);
                let map = Linear([[1.0 + a, b], [c, 1.0 + d]]).after(&best.1);
                let score = score(spectrum, unit, lines, &map);
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

/// Bilinear score.
fn score(spectrum: &Spectrum, unit: f64, lines: &[Line], map: &Linear) -> f32 {
    let (mut sum, mut count) = (0.0f32, 0);
    for line in lines {
        let [x, y] = map.apply([f64::from(line.x) * unit, f64::from(line.y) * unit]);
        if x.abs().max(y.abs()) < BAND * spectrum.side as f64 {
            sum += spectrum.at(x, y);
            count += 1;
        }
    }
    if count < LEAST_LINES {
        return 0.0;
    }
    let n = count as f32;
    (sum - n * spectrum.mean) / (spectrum.deviation * n.sqrt())
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use rustfft::FftPlanner;

    use super::*;
    use crate::canonical;
    use crate::carrier::{Carrier, CarrierKey};
    use crate::frame::Frame;
    use crate::pilot;
    use crate::spectrum::Even;
    use crate::testing::picture;

    #[test]
    fn what_was_scaled_down_is_found_by_the_lines_that_it_still_shows() {
        let (lines, mut planner) = (Carrier::new(&CarrierKey::PUBLIC).pilot, FftPlanner::new());
        let cover = picture(1200, 900, 4);
        let mut marked = cover.clone();
        pilot::embed(&mut planner, &mut marked, &lines, [10.0; 2]);
        for (width, height) in [(300, 225), (372, 279), (700, 525)] {
            let mut found = |plane| {
                let small = canonical::stretch(Cow::Borrowed(plane), (width, height));
                let even = Even::new(&small, &Frame::new(&small));
                scaled_down(&Spectrum::new(&mut planner, &even), &lines).0
            };
            let pitch = width as f64 / 1200.0;
            let Candidate { map, score } = found(&marked);
            assert!(score > 20.0 && (map.0[0][0] / pitch - 1.0).abs() < 0.002, "{width}: {score}, {map:?}");
            assert!(found(&cover).score < 4.0, "{width}: no lines");
            let shown = shown(&lines, &map);
            assert_eq!(shown.len() < lines.len(), pitch < 0.5, "{width}: {}", shown.len());
        }
    }
}
