//! `[X2]` Received plane -> map of how far each spectral bin stands out from its surroundings.
//!
//! The picture is evened out first: of [standard scores](standard_scores) every place says as much. Flat areas that touch the border (black corners of a
//! rotation, bars, the margins of a page) are left out with a fringe, because their edges would draw lines through the spectrum.

use rustfft::FftPlanner;

use crate::fourier;
use crate::frame::{BLOCK, Frame};
use crate::plane::Plane;
use crate::scores::standard_scores;

/// Side of the spectrum of a plane that was not reduced, bins; of a reduced one as many times less, so that a bin is the same frequency.
pub(crate) const SIDE: usize = 1024;
/// Power over surroundings beyond which more is no more evidence.
const CLIP: f32 = 8.0;
/// Width of the ramp along the border, pixels.
const RAMP_PX: f32 = 16.0;

/// Power of each bin over the mean power of its surroundings, clipped; mean and deviation over the searched band.
pub(crate) struct Spectrum {
    /// Bins along each axis, even.
    pub(crate) side: usize,
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
    /// The spectrum of a plane that was evened out.
    pub(crate) fn new(planner: &mut FftPlanner<f32>, even: &Even) -> Self {
        let power = fourier::power(planner, &even.scores, SIDE);
        let around = surroundings(&power, SIDE, even.side_px);
        Self::over(&power, &around, SIDE, even.side_px)
    }

    /// The spectrum of this `power`, each bin over what is `around` it.
    pub(crate) fn over(power: &[f32], around: &[f32], side: usize, side_px: f64) -> Self {
        let mut relative = Vec::with_capacity(side * side);
        relative.extend(around.iter().zip(power).map(|(mean, power)| (power / mean.max(1e-12)).min(CLIP)));
        // The spectrum of a real plane is the same at opposite bins.
        for y in side / 2 + 1..side {
            let opposite = (side - y) * side;
            relative.push(relative[opposite]);
            relative.extend_from_within(opposite + 1..opposite + side);
            relative[y * side + 1..].reverse();
        }
        let mut coarse = vec![0u8; side * side / 4];
        for (y, row) in coarse.chunks_exact_mut(side / 2).enumerate() {
            let (upper, lower) = (&relative[2 * y * side..][..side], &relative[(2 * y + 1) * side..][..side]);
            for ((c, a), b) in row.iter_mut().zip(upper.chunks_exact(2)).zip(lower.chunks_exact(2)) {
                *c = (a[0].max(a[1]).max(b[0]).max(b[1]) * (255.0 / CLIP)) as u8;
            }
        }
        let (mean, deviation) = moments(&relative, side, |r| r);
        let (coarse_mean, coarse_deviation) = moments(&coarse, side / 2, f32::from);
        Self { side, relative, coarse, coarse_mean, coarse_deviation, mean, deviation, side_px }
    }

    /// The coarse bin at `(x, y)`, each at most a side from the origin.
    pub(crate) fn coarse(&self, x: f32, y: f32) -> u8 {
        self.coarse[coarse_bin(self.side, x, y)]
    }

    /// The coarse bins, by [`coarse_bin`].
    pub(crate) fn coarse_bins(&self) -> &[u8] {
        &self.coarse
    }

    /// Standard deviations from the mean of the sum of `count` coarse bins.
    pub(crate) fn coarse_score(&self, sum: u32, count: usize) -> f32 {
        let n = count as f32;
        (sum as f32 - n * self.coarse_mean) / (self.coarse_deviation * n.sqrt())
    }

    /// Bilinear between bins, cyclic.
    pub(crate) fn at(&self, x: f64, y: f64) -> f32 {
        let side = self.side;
        let (x, y) = (x + side as f64, y + side as f64);
        let (x0, y0) = (x as usize, y as usize);
        let (fx, fy) = ((x - x0 as f64) as f32, (y - y0 as f64) as f32);
        let get = |x: usize, y: usize| self.relative[y % side * side + x % side];
        let upper = get(x0, y0) * (1.0 - fx) + get(x0 + 1, y0) * fx;
        let lower = get(x0, y0 + 1) * (1.0 - fx) + get(x0 + 1, y0 + 1) * fx;
        upper * (1.0 - fy) + lower * fy
    }
}

/// Number of the coarse bin at `(x, y)`, each at most a side from the origin; there are `side / 2` in a row. Bins `2 i` and `2 i + 1` are one, centred on `2 i + 1/2`.
#[inline(always)]
pub(crate) fn coarse_bin(side: usize, x: f32, y: f32) -> usize {
    let coarse = side / 2;
    let wrap = |v: f32| {
        let bin = ((v + 0.5) * 0.5 + coarse as f32) as i32 as usize;
        if bin < coarse { bin } else { bin - coarse }
    };
    wrap(y) * coarse + wrap(x)
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

/// At most `SIDE x SIDE` samples of a plane, evened out.
pub(crate) struct Even {
    pub(crate) scores: Plane,
    /// Where the first of them lies in the plane.
    pub(crate) first: [usize; 2],
    /// Width and height of the plane.
    pub(crate) size: [usize; 2],
    /// Side of the square that has as much weight, pixels.
    pub(crate) side_px: f64,
}

impl Even {
    /// Those around the middle of what the frame holds.
    pub(crate) fn new(plane: &Plane, frame: &Frame) -> Self {
        let (left, width) = span(frame.centre[0], plane.width, SIDE);
        let (top, height) = span(frame.centre[1], plane.height, SIDE);
        let mut scores = standard_scores(&plane.window(left, top, width, height));
        let ramp = |i: usize, len: usize| ((i.min(len - 1 - i) as f32 + 0.5) / RAMP_PX).min(1.0);
        let columns: Vec<f32> = (0..width).map(|x| ramp(x, width)).collect();
        let mut total = 0.0;
        let mut weights = vec![0.0; width];
        for y in 0..height {
            let edge = ramp(y, height);
            if y == 0 || (top + y).is_multiple_of(BLOCK) {
                let inside = frame.row(top + y);
                for (x, (weight, column)) in weights.iter_mut().zip(&columns).enumerate() {
                    *weight = column * inside[(left + x) / BLOCK];
                }
            }
            scores.row_mut(y).iter_mut().zip(&weights).for_each(|(score, weight)| *score *= edge * weight);
            total += edge * weights.iter().sum::<f32>();
        }
        let size = [plane.width, plane.height];
        Self { scores, first: [left, top], size, side_px: f64::from(total).sqrt().clamp(256.0, SIDE as f64) }
    }
}

/// Mean power around each bin in the upper half of the rows and the middle one, of samples that have as much weight as a square of `side_px`.
pub(crate) fn surroundings(power: &[f32], side: usize, side_px: f64) -> Vec<f32> {
    cyclic_mean(power, side, (4.0 * side as f64 / side_px).round() as usize)
}

/// Mean over a box of `2 around + 1` bins, cyclic: the upper half of the rows and the middle one.
fn cyclic_mean(power: &[f32], side: usize, around: usize) -> Vec<f32> {
    let norm = 1.0 / (2 * around + 1) as f32;
    let mut wide = vec![0.0; power.len()];
    let mut padded = vec![0.0; side + 2 * around + 1];
    let half = side / 2;
    let needed = |y: &usize| *y <= half + around + 1 || *y >= side - around;
    for y in (0..side).filter(needed) {
        let (out, row) = (&mut wide[y * side..][..side], &power[y * side..][..side]);
        padded[..around].copy_from_slice(&row[side - around..]);
        padded[around..around + side].copy_from_slice(row);
        padded[around + side..].copy_from_slice(&row[..=around]);
        let mut sum: f64 = padded[..=2 * around].iter().map(|&v| f64::from(v)).sum();
        for (x, o) in out.iter_mut().enumerate() {
            *o = sum as f32 * norm;
            sum += f64::from(padded[x + 2 * around + 1]) - f64::from(padded[x]);
        }
    }
    let mut out = Vec::with_capacity(power.len());
    out.resize((half + 1) * side, 0.0);
    let mut sums = vec![0.0f64; side];
    let row = |y: usize| &wide[y % side * side..][..side];
    for i in 0..=2 * around {
        sums.iter_mut().zip(row(i + side - around)).for_each(|(s, &v)| *s += f64::from(v));
    }
    for (y, out) in out.chunks_exact_mut(side).enumerate() {
        let (enter, leave) = (row(y + around + 1), row(y + side - around));
        for (x, o) in out.iter_mut().enumerate() {
            *o = (sums[x] as f32 * norm).max(0.0);
            sums[x] += f64::from(enter[x]) - f64::from(leave[x]);
        }
    }
    out
}
