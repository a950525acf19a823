//! `[E6 X2]` The pilot: spectral lines that give scale and rotation away, and that outlive the rest of the mark.
//!
//! The pilot repeats every 256 canonical pixels, so its energy sits in 64 lines of the spectrum whose places are known from
//! the key. Each line is added *in phase with the picture's own component at that frequency*: only magnitudes are read, and
//! in phase a line of half the picture's strength raises the power to 2.25 times instead of 1.25 times. Translation is
//! found by the lattices, which reject the picture, so the lines need no phase of their own.
//!
//! A line is judged by its rank among neighbouring bins that hold no line. In an unmarked picture each rank is equally
//! likely, so the statistic has a known null distribution: whatever the picture's spectrum, unless that is a comb, which shows beside the lines as well.

use rustfft::num_complex::Complex;
use rustfft::{FftDirection, FftPlanner};

use crate::affine::Linear;
use crate::block_dct::{BlockGrid, analyse};
use crate::carrier::{Line, PILOT_LINES, PILOT_PERIOD};
use crate::fourier;
use crate::mask;
use crate::plane::{Plane, box_blur};

use need::Need;

mod need;

/// Root mean square of the pilot over the strength, relative to its envelope (`docs/DESIGN.md`, Pilot).
const AMPLITUDE: f32 = 0.0105;
/// Amplitude of a line over the picture's own around it that a blind search needs after recompression; textured pictures have 0.2 to 0.4
/// at [`AMPLITUDE`], smooth ones 1 to 1.6. The former get more, up to the factor below: gravel of 512 px is not found after a rotation by 45 degrees, nor
/// cropped and scaled back, with a factor of 1.7, and is with 2.2.
const WANTED: f32 = 0.6;
const MOST_FACTOR: f32 = 2.2;

/// Adds the pilot to `plane` (canonical luma), the blocks of which are `grid`, at a strength of `least` or more, up to `most`: as strong as it
/// [needs](need) to be, and up to [`MOST_FACTOR`] times that where the picture is textured.
pub(crate) fn embed(
    planner: &mut FftPlanner<f32>,
    plane: &mut Plane,
    grid: &BlockGrid,
    lines: &[Line],
    [least, most]: [f32; 2],
) {
    let white = Whitened::new(plane, grid);
    let spectrum = white.spectrum(planner);
    let pattern = pattern(planner, &spectrum, lines);
    let relative = relative_amplitude(&white, &spectrum, lines);
    // The pattern has mean square 2 per line.
    let plain = |strength: f32| strength * AMPLITUDE / (2.0 * PILOT_LINES as f32).sqrt();
    let scale = |strength: f32| (WANTED / relative).clamp(plain(strength), MOST_FACTOR * plain(strength));
    let strength = if least < most {
        Need::new(planner, plane, &white.steps, &pattern).least(planner, lines, [least, most], scale)
    } else {
        least
    };
    let (cols, rows, scale) = (white.cols, white.rows, scale(strength));
    for y in 0..plane.height {
        let steps = &white.steps[(y / 8).min(rows - 1) * cols..][..cols];
        let pattern = pattern.row(y % pattern.height);
        for (i, part) in plane.row_mut(y).chunks_mut(8).enumerate() {
            let step = scale * steps[i.min(cols - 1)];
            let pattern = &pattern[8 * i % pattern.len()..];
            part.iter_mut().zip(pattern).for_each(|(sample, pattern)| *sample += step * pattern);
        }
    }
}

/// One period of the lines, each a cosine of amplitude 2 in phase with `spectrum`.
fn pattern(planner: &mut FftPlanner<f32>, spectrum: &[Complex<f32>], lines: &[Line]) -> Plane {
    let side = PILOT_PERIOD;
    let mut tile = vec![Complex::new(0.0, 0.0); side * side];
    for line in lines {
        let at = bin(line.x, line.y);
        let phase = spectrum[at] / spectrum[at].norm().max(1e-9);
        tile[at] += phase;
        tile[bin(-line.x, -line.y)] += phase.conj();
    }
    fourier::transform(planner, &mut tile, side, FftDirection::Inverse);
    Plane { width: side, height: side, data: tile.iter().map(|sample| sample.re).collect() }
}

/// Amplitude of a line over that of the picture's components around it, both whitened and folded, if the pilot is added at a scale of 1.
fn relative_amplitude(white: &Whitened, spectrum: &[Complex<f32>], lines: &[Line]) -> f32 {
    let pixels = (white.pixels / white.steps.len()) as f32;
    let own: f32 = white.steps.iter().filter(|s| **s > 0.0).map(|s| pixels / s).sum();
    let mut around = 0.0;
    for line in lines {
        for d in [-2, -1, 1, 2] {
            around += spectrum[bin(line.x + d, line.y)].norm_sqr() + spectrum[bin(line.x, line.y + d)].norm_sqr();
        }
    }
    (own / (around / (8 * lines.len()) as f32).sqrt().max(1e-6)).max(1e-9)
}

/// The symmetries of the square that a spectrum can tell apart: as it is, mirrored, turned by a quarter, both.
pub(crate) const TURNS: [Linear; 4] = [
    Linear::IDENTITY,
    Linear([[-1.0, 0.0], [0.0, 1.0]]),
    Linear([[0.0, -1.0], [1.0, 0.0]]),
    Linear([[0.0, 1.0], [1.0, 0.0]]),
];

/// How far the lines stand out when `plane` is unscaled and under each of [`TURNS`] (any translation), standard deviations of
/// the null distribution.
pub(crate) fn prominences(planner: &mut FftPlanner<f32>, plane: &Plane, lines: &[Line]) -> [f32; 4] {
    let spectrum = Whitened::new(plane, &analyse(plane, 0, 0)).spectrum(planner);
    TURNS.map(|turn| {
        let place = |line: &Line| {
            let [x, y] = turn.apply([f64::from(line.x), f64::from(line.y)]);
            (x as i32, y as i32)
        };
        let places: Vec<(i32, i32)> = lines.iter().map(place).collect();
        let stand_out = prominence(&spectrum, &places);
        if stand_out < WORTH_COMPARING { stand_out } else { stand_out - comb(&spectrum, &places) }
    })
}

/// Standard deviations from which the places beside the lines are looked at as well.
const WORTH_COMPARING: f32 = 3.0;
/// Bins along each axis by which the places beside the lines lie off: even, for lines lie at odd places only, and so do a comb's teeth.
const BESIDE: [i32; 6] = [-12, -8, -4, 4, 8, 12];
/// What the places beside the lines may stand out by on average, standard deviations: pictures reach 0.4, marked or not.
const USUAL: f32 = 0.5;

/// How far the places beside the lines stand out as well, on average, beyond what is usual: what a picture of one repeated pattern has, the spectrum of which
/// is a comb. Its teeth may stand at the odd places that the lines have and at none of their neighbours, which are then no longer interchangeable with them.
/// A checkerboard of 4 px has 5 to 6, where some map of millions finds 8 under the lines themselves.
fn comb(spectrum: &[Complex<f32>], places: &[(i32, i32)]) -> f32 {
    let beside = BESIDE.iter().flat_map(|&dy| BESIDE.iter().map(move |&dx| (dx, dy)));
    let moved = |(dx, dy): (i32, i32)| places.iter().map(|&(x, y)| (x + dx, y + dy)).collect::<Vec<_>>();
    let sum: f32 = beside.map(|by| prominence(spectrum, &moved(by))).sum();
    (sum / (BESIDE.len() * BESIDE.len()) as f32 - USUAL).max(0.0)
}

/// Bins along each axis, either way, that judge a line.
const NEIGHBOURS: i32 = 2;

fn prominence(spectrum: &[Complex<f32>], places: &[(i32, i32)]) -> f32 {
    let power = |x: i32, y: i32| spectrum[bin(x, y)].norm_sqr();
    let count = places.len() as f32;
    let mut sum = 0.0;
    for &(x, y) in places {
        let own = power(x, y);
        let mut below = 0;
        for dy in -NEIGHBOURS..=NEIGHBOURS {
            for dx in -NEIGHBOURS..=NEIGHBOURS {
                if (dx, dy) != (0, 0) && power(x + dx, y + dy) < own {
                    below += 1;
                }
            }
        }
        sum += RANK_SCORE[below];
    }
    // Mean and variance of the score over 25 equally likely ranks.
    let mean = RANK_SCORE.iter().sum::<f32>() / 25.0;
    let variance = RANK_SCORE.iter().map(|s| (s - mean) * (s - mean)).sum::<f32>() / 25.0;
    // The sum is close to gamma distributed with its mean and variance; Wilson & Hilferty 1931 make that normal.
    let (mean, variance) = (count * mean, count * variance);
    let shape = mean * mean / variance;
    ((sum / mean).cbrt() - 1.0 + 1.0 / (9.0 * shape)) * 3.0 * shape.sqrt()
}

/// Expected value of the k-th smallest of 25 exponential variables: Savage scores, `sum of 1 / (25 - i), i <= k`.
const RANK_SCORE: [f32; 25] = {
    let mut scores = [0.0; 25];
    let mut sum = 0.0;
    let mut k = 0;
    while k < 25 {
        sum += 1.0 / (25 - k) as f32;
        scores[k] = sum;
        k += 1;
    }
    scores
};

fn bin(x: i32, y: i32) -> usize {
    let side = PILOT_PERIOD as i32;
    (y.rem_euclid(side) * side + x.rem_euclid(side)) as usize
}

/// A plane with its slow parts removed and its contrast evened out, so that no region and no frequency dominates, folded onto one pilot period.
struct Whitened {
    /// `256 x 256`.
    folded: Vec<Complex<f32>>,
    /// Pixels of the plane.
    pixels: usize,
    cols: usize,
    rows: usize,
    /// Mask step of each 8 x 8 block; clipped blocks get none.
    steps: Vec<f32>,
}

/// Half width of the box whose mean is removed, pixels.
const HIGH_PASS_PX: usize = 8;
/// Whitened samples beyond this many mask units are outliers (edges), not evidence.
const CLIP: f32 = 3.0;

impl Whitened {
    /// Planes under 8 pixels on a side come back all zero.
    fn new(plane: &Plane, grid: &BlockGrid) -> Self {
        let (side, pixels) = (PILOT_PERIOD, plane.data.len());
        let mut folded = vec![Complex::new(0.0, 0.0); side * side];
        if grid.blocks.is_empty() {
            return Self { folded, pixels, cols: 1, rows: 1, steps: vec![0.0] };
        }
        let steps = mask::envelope(grid);
        let (cols, rows) = (grid.cols, grid.rows);
        let slow = box_blur(plane, HIGH_PASS_PX);
        let inverse: Vec<f32> = steps.iter().map(|&m| if m > 0.0 { 1.0 / (m * m) } else { 0.0 }).collect();
        // The last block's weight goes on to the border.
        let (mut weights, mut line) = (vec![0.0; plane.width], vec![0.0; plane.width]);
        for y in 0..plane.height {
            if y % 8 == 0 && y / 8 < rows {
                let inverse = &inverse[y / 8 * cols..][..cols];
                let (whole, rest) = weights.split_at_mut(8 * cols);
                whole.chunks_exact_mut(8).zip(inverse).for_each(|(weights, &inverse)| weights.fill(inverse));
                rest.fill(inverse[cols - 1]);
            }
            let row = plane.row(y).iter().zip(slow.row(y)).zip(&weights);
            for (even, ((sample, slow), weight)) in line.iter_mut().zip(row) {
                *even = ((sample - slow) * weight).clamp(-CLIP, CLIP);
            }
            let folded = &mut folded[y % side * side..][..side];
            for part in line.chunks(side) {
                folded.iter_mut().zip(part).for_each(|(sum, even)| sum.re += even);
            }
        }
        Self { folded, pixels, cols, rows, steps }
    }

    /// Spectrum of one pilot period.
    fn spectrum(&self, planner: &mut FftPlanner<f32>) -> Vec<Complex<f32>> {
        let mut tile = self.folded.clone();
        fourier::transform(planner, &mut tile, PILOT_PERIOD, FftDirection::Forward);
        tile
    }
}

#[cfg(test)]
mod tests;
