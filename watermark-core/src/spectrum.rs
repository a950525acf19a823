//! `[X2]` Received plane -> map of how far each spectral bin stands out from its surroundings.
//!
//! The picture is evened out first: of [standard scores](standard_scores) every place says as much. Flat areas that touch the border (black corners of a
//! rotation, bars, the margins of a page) are left out with a fringe, because their edges would draw lines through the spectrum.

use rustfft::FftPlanner;

use crate::fourier;
use crate::frame::{BLOCK, Frame};
use crate::plane::Plane;
use crate::scores::standard_scores;

/// Side of the spectrum, bins.
pub(crate) const SIDE: usize = 1024;
/// Side of the coarse spectrum.
const COARSE: usize = SIDE / 2;
/// Power over surroundings beyond which more is no more evidence.
const CLIP: f32 = 8.0;
/// Width of the ramp along the border, pixels.
const RAMP_PX: f32 = 16.0;

/// Power of each bin over the mean power of its surroundings, clipped; mean and deviation over the searched band.
pub(crate) struct Spectrum {
    relative: Vec<f32>,
    /// Largest of each 2 x 2 bins in steps of `CLIP / 255`, small enough for a cache.
    coarse: Vec<u8>,
    coarse_mean: f32,
    coarse_deviation: f32,
    pub(crate) mean: f32,
    pub(crate) deviation: f32,
    /// Side of the square that has as much weight as the picture, pixels.
    pub(crate) side_px: f64,
}

impl Spectrum {
    /// The spectrum of at most `SIDE x SIDE` samples around the middle of what the frame holds.
    pub(crate) fn new(planner: &mut FftPlanner<f32>, plane: &Plane, frame: &Frame) -> Self {
        let (left, width) = span(frame.centre[0], plane.width, SIDE);
        let (top, height) = span(frame.centre[1], plane.height, SIDE);
        let window = plane.window(left, top, width, height);
        let (even, weight) = even_out(&window, frame, left, top);
        let power = fourier::power(planner, &even, SIDE);
        let side_px = f64::from(weight).sqrt().clamp(256.0, SIDE as f64);
        let around = (4.0 * SIDE as f64 / side_px).round() as usize;
        let mut relative = cyclic_mean(&power, around);
        relative.iter_mut().zip(&power).for_each(|(r, p)| *r = (p / r.max(1e-12)).min(CLIP));
        // The spectrum of a real plane is the same at opposite bins.
        for y in SIDE / 2 + 1..SIDE {
            let opposite = (SIDE - y) * SIDE;
            relative.push(relative[opposite]);
            relative.extend_from_within(opposite + 1..opposite + SIDE);
            relative[y * SIDE + 1..].reverse();
        }
        let mut coarse = vec![0u8; COARSE * COARSE];
        for (y, row) in coarse.chunks_exact_mut(COARSE).enumerate() {
            let (upper, lower) = (&relative[2 * y * SIDE..][..SIDE], &relative[(2 * y + 1) * SIDE..][..SIDE]);
            for ((c, a), b) in row.iter_mut().zip(upper.chunks_exact(2)).zip(lower.chunks_exact(2)) {
                *c = (a[0].max(a[1]).max(b[0]).max(b[1]) * (255.0 / CLIP)) as u8;
            }
        }
        let (mean, deviation) = moments(&relative, SIDE, |r| r);
        let (coarse_mean, coarse_deviation) = moments(&coarse, COARSE, f32::from);
        Self { relative, coarse, coarse_mean, coarse_deviation, mean, deviation, side_px }
    }

    /// The coarse bin at `(x, y)`, cyclic.
    pub(crate) fn coarse(&self, x: f32, y: f32) -> u8 {
        // Bins 2 i and 2 i + 1 are centred on 2 i + 1/2.
        let wrap = |v: f32| ((v + (2 * SIDE) as f32 + 0.5) * 0.5) as i32 as usize % COARSE;
        self.coarse[wrap(y) * COARSE + wrap(x)]
    }

    /// Standard deviations from the mean of the sum of `count` coarse bins.
    pub(crate) fn coarse_score(&self, sum: u32, count: usize) -> f32 {
        let n = count as f32;
        (sum as f32 - n * self.coarse_mean) / (self.coarse_deviation * n.sqrt())
    }

    /// Bilinear between bins, cyclic.
    pub(crate) fn at(&self, x: f64, y: f64) -> f32 {
        let (x, y) = (x + SIDE as f64, y + SIDE as f64);
        let (x0, y0) = (x as usize, y as usize);
        let (fx, fy) = ((x - x0 as f64) as f32, (y - y0 as f64) as f32);
        let get = |x: usize, y: usize| self.relative[y % SIDE * SIDE + x % SIDE];
        let upper = get(x0, y0) * (1.0 - fx) + get(x0 + 1, y0) * fx;
        let lower = get(x0, y0 + 1) * (1.0 - fx) + get(x0 + 1, y0 + 1) * fx;
        upper * (1.0 - fy) + lower * fy
    }
}

/// Mean and standard deviation over the searched band.
fn moments<T: Copy>(bins: &[T], side: usize, value: impl Fn(T) -> f32) -> (f32, f32) {
    let (mut sum, mut square, mut count) = (0.0f64, 0.0f64, 0.0f64);
    for row in bins[8 * side..side / 3 * side].chunks_exact(side).step_by(3) {
        for &bin in row[..side / 3].iter().step_by(3) {
            let v = f64::from(value(bin));
            sum += v;
            square += v * v;
            count += 1.0;
        }
    }
    let mean = sum / count;
    (mean as f32, (square / count - mean * mean).max(1e-9).sqrt() as f32)
}

/// First sample and length of a span of at most `most` samples around `centre`.
pub(crate) fn span(centre: f64, len: usize, most: usize) -> (usize, usize) {
    let size = len.min(most);
    let first = (centre - 0.5 * size as f64).round().clamp(0.0, (len - size) as f64);
    (first as usize, size)
}

/// The evened window, and the sum of its weights in samples.
fn even_out(window: &Plane, frame: &Frame, left: usize, top: usize) -> (Plane, f32) {
    let mut even = standard_scores(window);
    let ramp = |i: usize, len: usize| ((i.min(len - 1 - i) as f32 + 0.5) / RAMP_PX).min(1.0);
    let columns: Vec<f32> = (0..window.width).map(|x| ramp(x, window.width)).collect();
    let mut total = 0.0;
    let mut weights = vec![0.0; window.width];
    for y in 0..window.height {
        let edge = ramp(y, window.height);
        if y == 0 || (top + y).is_multiple_of(BLOCK) {
            let inside = frame.row(top + y);
            for (x, (weight, column)) in weights.iter_mut().zip(&columns).enumerate() {
                *weight = column * inside[(left + x) / BLOCK];
            }
        }
        even.row_mut(y).iter_mut().zip(&weights).for_each(|(score, weight)| *score *= edge * weight);
        total += edge * weights.iter().sum::<f32>();
    }
    (even, total)
}

/// Mean over a box of `2 around + 1` bins, cyclic: the upper half of the rows and the middle one.
fn cyclic_mean(power: &[f32], around: usize) -> Vec<f32> {
    let norm = 1.0 / (2 * around + 1) as f32;
    let mut wide = vec![0.0; power.len()];
    let mut padded = vec![0.0; SIDE + 2 * around + 1];
    let half = SIDE / 2;
    let needed = |y: &usize| *y <= half + around + 1 || *y >= SIDE - around;
    for y in (0..SIDE).filter(needed) {
        let (out, row) = (&mut wide[y * SIDE..][..SIDE], &power[y * SIDE..][..SIDE]);
        padded[..around].copy_from_slice(&row[SIDE - around..]);
        padded[around..around + SIDE].copy_from_slice(row);
        padded[around + SIDE..].copy_from_slice(&row[..=around]);
        let mut sum: f64 = padded[..=2 * around].iter().map(|&v| f64::from(v)).sum();
        for (x, o) in out.iter_mut().enumerate() {
            *o = sum as f32 * norm;
            sum += f64::from(padded[x + 2 * around + 1]) - f64::from(padded[x]);
        }
    }
    let mut out = Vec::with_capacity(power.len());
    out.resize((half + 1) * SIDE, 0.0);
    let mut sums = vec![0.0f64; SIDE];
    let row = |y: usize| &wide[y % SIDE * SIDE..][..SIDE];
    for i in 0..=2 * around {
        sums.iter_mut().zip(row(i + SIDE - around)).for_each(|(s, &v)| *s += f64::from(v));
    }
    for (y, out) in out.chunks_exact_mut(SIDE).enumerate() {
        let (enter, leave) = (row(y + around + 1), row(y + SIDE - around));
        for (x, o) in out.iter_mut().enumerate() {
            *o = (sums[x] as f32 * norm).max(0.0);
            sums[x] += f64::from(enter[x]) - f64::from(leave[x]);
        }
    }
    out
}
