//! `[E6 X2]` The pilot: spectral lines that give scale and rotation away, and that outlive the rest of the mark.
//!
//! The pilot repeats every 256 canonical pixels, so its energy sits in 64 lines of the spectrum whose places are known from
//! the key. Each line is added *in phase with the picture's own component at that frequency*: only magnitudes are read, and
//! in phase a line of half the picture's strength raises the power to 2.25 times instead of 1.25 times. Translation is
//! found by the lattices, which reject the picture, so the lines need no phase of their own.
//!
//! A line is judged by its rank among neighbouring bins that hold no line. In an unmarked picture each rank is equally
//! likely, whatever the picture's spectrum, unless that is a comb, which shows beside the lines as well. Neighbouring bins are not quite independent, which makes large values of
//! the statistic rarer than those of a standard normal variable (`docs/studies/negatives-fast.md`): the bound on false marks holds.

use rustfft::num_complex::Complex;
use rustfft::{FftDirection, FftPlanner};

use crate::affine::Linear;
use crate::block_dct::{BlockGrid, Lowest, band, lowest};
use crate::carrier::{BLOCK_PX, Line, PILOT_LINES, PILOT_PERIOD};
use crate::fourier;
use crate::mask;
use crate::plane::Plane;
use crate::scores::{self, standard_scores};

use need::Need;

mod need;

/// Root mean square of the pilot over the strength, relative to its envelope (`docs/DESIGN.md`, Pilot).
const AMPLITUDE: f32 = 0.0105;
/// Amplitude of a line over the picture's components around it that a blind search needs after recompression, both of [standard scores](standard_scores): at a strength of 9.5 the
/// most textured pictures have 0.8 to 1.5, smooth ones 5 to 70.
const WANTED: f32 = 2.5;
/// The same over noise of 20 gray levels in each of red, green and blue, of which every pixel has as much whether it carries lines or not: of 34 pictures 32 have 1.5 to 4.7, and lines that stand out by 8 to 16
/// standard deviations then; a pepper of 1.06 has 5.6 and a cut-out of 0.83 has 3.8.
const WANTED_IN_NOISE: f32 = 1.4;
/// Variance of that noise in luma, gray levels squared.
const NOISE_VARIANCE: f32 = 180.0;
/// What pictures that need more than that get at most: gravel of 512 px is not found after a rotation by 45 degrees, nor cropped and scaled back, with a factor of 1.7, and is with 2.2.
const MOST_FACTOR: f32 = 2.2;
/// Mean square of the most that they are raised to, gray levels squared: with the 4.5 that the lattice has in grass and gravel a PSNR of 40.07 dB of a gray picture, the [rehearsal](crate::rehearsal)'s bound too.
const LOUDEST: f32 = 1.85;

/// Adds the pilot to `plane` (canonical luma) at a strength of `least` or more, up to `most`: as strong as it [needs](need) to be, and up to [`MOST_FACTOR`] times that where
/// the picture is textured or shows little.
pub(crate) fn embed(planner: &mut FftPlanner<f32>, plane: &mut Plane, lines: &[Line], [least, most]: [f32; 2]) {
    let blocks = lowest(plane);
    let (cols, rows) = (blocks.cols, blocks.rows);
    let envelope = mask::envelope(&BlockGrid { cols, rows, blocks: blocks.blocks.iter().copied().map(band).collect() });
    let spectrum = spectrum(planner, plane);
    let pattern = pattern(planner, &spectrum, lines);
    let wanted = wanted_scale(&blocks, &envelope, &spectrum, lines);
    // The pattern has mean square 2 per line.
    let plain = |strength: f32| strength * AMPLITUDE / (2.0 * PILOT_LINES as f32).sqrt();
    let square = envelope.iter().map(|e| e * e).sum::<f32>() / envelope.len() as f32;
    let loudest = (LOUDEST / (2.0 * PILOT_LINES as f32 * square)).sqrt();
    let scale = |strength: f32| wanted.min(MOST_FACTOR * plain(strength)).min(loudest).max(plain(strength));
    let strength = if least < most {
        Need::new(&blocks, &envelope, &pattern).least(planner, lines, [least, most], scale)
    } else {
        least
    };
    let scale = scale(strength);
    for y in 0..plane.height {
        let envelope = &envelope[(y / BLOCK_PX).min(rows - 1) * cols..][..cols];
        let pattern = pattern.row(y % pattern.height);
        for (i, part) in plane.row_mut(y).chunks_mut(BLOCK_PX).enumerate() {
            let scale = scale * envelope[i.min(cols - 1)];
            let pattern = &pattern[BLOCK_PX * i % pattern.len()..];
            part.iter_mut().zip(pattern).for_each(|(sample, pattern)| *sample += scale * pattern);
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

/// The scale of the pilot at which lines reach [`WANTED`] and [`WANTED_IN_NOISE`]. What a line loses with the mean of its surroundings is not taken off.
fn wanted_scale(blocks: &BlockGrid<Lowest>, envelope: &[f32], spectrum: &[Complex<f32>], lines: &[Line]) -> f32 {
    let pixels = (BLOCK_PX * BLOCK_PX) as f32;
    // Amplitudes at a scale of 1, and the power of the noise.
    let (mut clean, mut noisy, mut noise) = (0.0f32, 0.0f32, 0.0f32);
    for ([[_, rest @ ..], lower @ ..], envelope) in blocks.blocks.iter().zip(envelope) {
        let variance = rest.iter().chain(lower.as_flattened()).map(|c| c * c).sum::<f32>() / pixels;
        let disturbed = variance + NOISE_VARIANCE;
        clean += pixels * envelope / (variance + scores::FLOOR).sqrt();
        noisy += pixels * envelope / disturbed.sqrt();
        noise += pixels * NOISE_VARIANCE / disturbed;
    }
    let mut around = 0.0;
    for line in lines {
        for d in [-2, -1, 1, 2] {
            around += spectrum[bin(line.x + d, line.y)].norm_sqr() + spectrum[bin(line.x, line.y + d)].norm_sqr();
        }
    }
    let around = (around / (8 * lines.len()) as f32).sqrt();
    (WANTED * around / clean.max(1e-6)).max(WANTED_IN_NOISE * noise.sqrt() / noisy.max(1e-6))
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
    let spectrum = spectrum(planner, plane);
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
const NEIGHBOURS: i32 = 3;
/// They, and the line.
const BINS: usize = (2 * NEIGHBOURS as usize + 1).pow(2);

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
    // Mean and variance of the score over equally likely ranks.
    let mean = RANK_SCORE.iter().sum::<f32>() / BINS as f32;
    let variance = RANK_SCORE.iter().map(|s| (s - mean) * (s - mean)).sum::<f32>() / BINS as f32;
    // The sum is close to gamma distributed with its mean and variance; Wilson & Hilferty 1931 make that normal.
    let (mean, variance) = (count * mean, count * variance);
    let shape = mean * mean / variance;
    ((sum / mean).cbrt() - 1.0 + 1.0 / (9.0 * shape)) * 3.0 * shape.sqrt()
}

/// Expected value of the k-th smallest of [`BINS`] exponential variables: Savage scores, `sum of 1 / (BINS - i), i <= k`.
const RANK_SCORE: [f32; BINS] = {
    let mut scores = [0.0; BINS];
    let mut sum = 0.0;
    let mut k = 0;
    while k < BINS {
        sum += 1.0 / (BINS - k) as f32;
        scores[k] = sum;
        k += 1;
    }
    scores
};

fn bin(x: i32, y: i32) -> usize {
    let side = PILOT_PERIOD as i32;
    (y.rem_euclid(side) * side + x.rem_euclid(side)) as usize
}

/// Spectrum of the standard scores of `plane`, folded onto one pilot period: `256 x 256` bins.
fn spectrum(planner: &mut FftPlanner<f32>, plane: &Plane) -> Vec<Complex<f32>> {
    let side = PILOT_PERIOD;
    let mut folded = vec![Complex::new(0.0, 0.0); side * side];
    for (y, row) in standard_scores(plane).rows().enumerate() {
        let folded = &mut folded[y % side * side..][..side];
        for part in row.chunks(side) {
            folded.iter_mut().zip(part).for_each(|(sum, score)| sum.re += score);
        }
    }
    fourier::transform(planner, &mut folded, side, FftDirection::Forward);
    folded
}

#[cfg(test)]
mod tests;
