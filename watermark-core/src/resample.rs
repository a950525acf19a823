//! `[E3 X2]` Plane -> plane on another grid: separable windowed-sinc resampling.
//!
//! Lanczos with three lobes: flat through the carried band (response at 0.19 cycles per pixel above 0.99), where
//! bilinear and bicubic kernels would take a tenth of the mark. When shrinking, the kernel widens with the pixel so that
//! nothing aliases into the band.

use crate::affine::{Affine, Linear};
use crate::plane::Plane;
use crate::wide::{Kernel, wide};

/// How one axis of the output maps to the input: output sample `i` lies at input coordinate `(i + 0.5) * pitch + start`
/// (pixel-centre rule: input sample `j` lies at `j + 0.5`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Axis {
    /// Input pixels per output pixel, above 0.
    pub(crate) pitch: f64,
    /// Input coordinate of the output's left or upper edge.
    pub(crate) start: f64,
    /// Output samples.
    pub(crate) len: usize,
}

impl Axis {
    /// Stretches `from` input samples over exactly `to` output samples.
    pub(crate) fn fit(from: usize, to: usize) -> Self {
        Self { pitch: from as f64 / to as f64, start: 0.0, len: to }
    }
}

/// Taps of one output sample.
struct Taps {
    first: usize,
    weights: Vec<f32>,
}

/// Samples that are worked on side by side.
const LANES: usize = 8;

/// Resamples along both axes; input beyond the border repeats it.
pub(crate) fn resample(plane: &Plane, x: Axis, y: Axis) -> Plane {
    wide(Resample { plane, x, y })
}

/// [`resample`].
struct Resample<'a> {
    plane: &'a Plane,
    x: Axis,
    y: Axis,
}

impl Kernel for Resample<'_> {
    type Output = Plane;

    #[inline(always)]
    fn run(self) -> Plane {
        let Self { plane, x, y } = self;
        let (columns, rows) = (taps(x, plane.width), taps(y, plane.height));
        // Only what the output needs of the input.
        let needed = |taps: &[Taps]| match (taps.first(), taps.last()) {
            (Some(first), Some(last)) => first.first..last.first + last.weights.len(),
            _ => 0..0,
        };
        let (across, down) = (needed(&columns), needed(&rows));
        let mut widened = Plane::zeros(x.len, down.len());
        let mut lanes = vec![[0.0f32; LANES]; across.len()];
        for (i, out) in widened.data.chunks_mut(LANES * x.len.max(1)).enumerate() {
            for (k, y) in (down.start + LANES * i..down.end).take(LANES).enumerate() {
                lanes.iter_mut().zip(&plane.row(y)[across.clone()]).for_each(|(lane, &sample)| lane[k] = sample);
            }
            for (x, t) in columns.iter().enumerate() {
                let mut sums = [0.0f32; LANES];
                for (lane, &w) in lanes[t.first - across.start..].iter().zip(&t.weights) {
                    sums.iter_mut().zip(lane).for_each(|(sum, sample)| *sum += sample * w);
                }
                out.chunks_exact_mut(columns.len()).zip(sums).for_each(|(row, sum)| row[x] = sum);
            }
        }
        let mut out = Plane::zeros(x.len, y.len);
        for (row, t) in out.data.chunks_exact_mut(x.len).zip(&rows) {
            for (i, &w) in t.weights.iter().enumerate() {
                for (sample, s) in row.iter_mut().zip(widened.row(t.first - down.start + i)) {
                    *sample += w * s;
                }
            }
        }
        out
    }
}

fn taps(axis: Axis, len: usize) -> Vec<Taps> {
    let widen = axis.pitch.max(1.0);
    let reach = 3.0 * widen;
    let last = len as isize - 1;
    (0..axis.len)
        .map(|i| {
            let centre = (i as f64 + 0.5) * axis.pitch + axis.start;
            let from = (centre - reach).floor() as isize;
            let to = (centre + reach).ceil() as isize;
            let first = from.clamp(0, last);
            let mut weights = vec![0.0f64; (to.clamp(0, last) - first + 1) as usize];
            for j in from..=to {
                let w = lanczos3((j as f64 + 0.5 - centre) / widen);
                weights[(j.clamp(0, last) - first) as usize] += w;
            }
            let sum: f64 = weights.iter().sum();
            Taps { first: first as usize, weights: weights.iter().map(|w| (w / sum) as f32).collect() }
        })
        .collect()
}

fn lanczos3(x: f64) -> f64 {
    let x = x.abs();
    if x < 1e-9 {
        1.0
    } else if x < 3.0 {
        // sin 3 a = sin a (3 - 4 sin^2 a)
        let a = std::f64::consts::FRAC_PI_3 * x;
        let s = a.sin();
        s * s * (3.0 - 4.0 * s * s) / (3.0 * a * a)
    } else {
        0.0
    }
}

/// The `width x height` plane whose sample at position `p` is `plane` at `map(p)`, black where that lies outside. Positions are those of
/// pixel centres, `(i + 0.5, j + 0.5)`.
pub(crate) fn warp(plane: &Plane, map: &Affine, width: usize, height: usize) -> Plane {
    bend(plane, &|_| *map, width.max(height).max(1), width, height)
}

/// [`warp`] by a map that is affine on each square of `side` pixels, given by the position of its middle.
pub(crate) fn bend(plane: &Plane, map: &dyn Fn([f64; 2]) -> Affine, side: usize, width: usize, height: usize) -> Plane {
    let (shrink, _) = map([0.5 * width as f64, 0.5 * height as f64]).linear.stretches();
    let mut out = Plane::zeros(width, height);
    if shrink <= WARP_SHRINKS {
        sample(plane, map, side, &mut out);
        return out;
    }
    let size = |n: usize| ((n as f64 / shrink).round() as usize).max(1);
    let whole = [Axis::fit(plane.width, size(plane.width)), Axis::fit(plane.height, size(plane.height))];
    // Only what the output needs of the shrunk input.
    let needed = needed(map, side, [width, height]);
    let part: [(f64, Axis); 2] = std::array::from_fn(|i| {
        let Axis { pitch, len, .. } = whole[i];
        let edge =
            |at: f64, beyond: isize| (at / pitch).clamp(-FURTHEST, FURTHEST) as isize + beyond * (TAPS as isize + 1);
        let first = edge(needed[i][0], -1).clamp(0, len as isize - 1);
        let last = edge(needed[i][1], 1).clamp(first + 1, len as isize);
        (first as f64, Axis { pitch, start: first as f64 * pitch, len: (last - first) as usize })
    });
    let [(left, x), (top, y)] = part;
    let reduce = Affine { origin: [-left, -top], ..Affine::scaling(1.0 / x.pitch, 1.0 / y.pitch) };
    // Once: what is a pixel wide or high cannot shrink further.
    sample(&resample(plane, x, y), &|at| reduce.after(&map(at)), side, &mut out);
    out
}

/// Least and largest position along each axis that a [`bend`] to `size` comes from.
fn needed(map: &dyn Fn([f64; 2]) -> Affine, side: usize, size: [usize; 2]) -> [[f64; 2]; 2] {
    let mut out = [[f64::INFINITY, f64::NEG_INFINITY]; 2];
    for (top, left) in (0..size[1]).step_by(side).flat_map(|y| (0..size[0]).step_by(side).map(move |x| (y, x))) {
        let map = map([left as f64 + 0.5 * side as f64, top as f64 + 0.5 * side as f64]);
        let (right, bottom) = ((left + side).min(size[0]), (top + side).min(size[1]));
        for (x, y) in [(left, top), (right, top), (left, bottom), (right, bottom)] {
            let at = map.apply([x as f64, y as f64]);
            for (range, v) in out.iter_mut().zip(at) {
                *range = [range[0].min(v), range[1].max(v)];
            }
        }
    }
    out
}

/// [`bend`] of a plane that has been shrunk as far as it has to be.
fn sample(plane: &Plane, map: &dyn Fn([f64; 2]) -> Affine, side: usize, out: &mut Plane) {
    wide(Sample { plane, map, side, out });
}

/// [`sample`].
struct Sample<'a> {
    plane: &'a Plane,
    map: &'a dyn Fn([f64; 2]) -> Affine,
    side: usize,
    out: &'a mut Plane,
}

impl Kernel for Sample<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { plane, map, side, out } = self;
        let table = phases();
        let (last_x, last_y) = (plane.width as isize - 1, plane.height as isize - 1);
        let (width, height) = (out.width, out.height);
        // Positions as whole numbers: the same on every machine, and no conversion for each sample.
        let fixed = |v: f64| (v.clamp(-FURTHEST, FURTHEST) * FIXED as f64).round() as i64;
        let (right, bottom) = (plane.width as i64 * FIXED, plane.height as i64 * FIXED);
        // First tap and phase; half a sample to the first one's middle, and one more so that nothing is negative.
        let place = |v: i64| {
            let phases = (v + FIXED / 2 + FIXED / PHASES / 2) as u64 / (FIXED / PHASES) as u64;
            ((phases / PHASES as u64) as isize - TAPS as isize / 2, (phases % PHASES as u64) as usize)
        };
        for (top, left) in (0..height).step_by(side).flat_map(|y| (0..width).step_by(side).map(move |x| (y, x))) {
            let map = map([left as f64 + 0.5 * side as f64, top as f64 + 0.5 * side as f64]);
            let [[a, _], [c, _]] = map.linear.0.map(|row| row.map(fixed));
            for j in top..(top + side).min(height) {
                let [mut x, mut y] = map.apply([left as f64 + 0.5, j as f64 + 0.5]).map(fixed);
                for sample in &mut out.row_mut(j)[left..(left + side).min(width)] {
                    if (0..right).contains(&x) && (0..bottom).contains(&y) {
                        let ((x0, px), (y0, py)) = (place(x), place(y));
                        let (wx, wy) = (&table[px], &table[py]);
                        *sample = if x0 >= 0 && y0 >= 0 && x0 + LANES as isize <= last_x && y0 + TAPS as isize <= last_y
                        {
                            inside(&plane.data[y0 as usize * plane.width + x0 as usize..], plane.width, wx, wy)
                        } else {
                            let line = |k: usize| plane.row((y0 + k as isize).clamp(0, last_y) as usize);
                            let at = |i: usize| (x0 + i as isize).clamp(0, last_x) as usize;
                            let across = |line: &[f32]| (0..TAPS).map(|i| line[at(i)] * wx[i]).sum::<f32>();
                            (0..TAPS).map(|k| wy[k] * across(line(k))).sum()
                        };
                    }
                    x += a;
                    y += c;
                }
            }
        }
    }
}

/// The sample whose first tap is the first of `samples`, rows of which are `stride` apart: down all columns at once, then across.
#[inline(always)]
fn inside(samples: &[f32], stride: usize, wx: &[f32; LANES], wy: &[f32; LANES]) -> f32 {
    let mut sums = [0.0f32; LANES];
    for (k, w) in wy[..TAPS].iter().enumerate() {
        sums.iter_mut().zip(&samples[k * stride..][..LANES]).for_each(|(sum, sample)| *sum += w * sample);
    }
    sums.iter_mut().zip(wx).for_each(|(sum, w)| *sum *= w);
    // Two of the lanes are zero, and are summed all the same: left out, the compiler loads the others one by one.
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + e) + (b + f)) + ((c + g) + (d + h))
}

/// Input pixels per output pixel from which a warp shrinks the input first, so that nothing aliases into the carried band.
const WARP_SHRINKS: f64 = 1.25;
/// Positions between two samples that kernels are tabulated for.
const PHASES: i64 = 128;
/// Units of position in a sample's width.
const FIXED: i64 = PHASES << 20;

/// Positions and steps further than this, samples, are taken for this: outside all the same, and 65535 such steps still fit into 64 bits.
const FURTHEST: f64 = 1e6;

/// Taps of a warp.
const TAPS: usize = 6;

/// [`TAPS`] taps for each position between samples, and zeros.
fn phases() -> Vec<[f32; LANES]> {
    let taps = |phase: usize| {
        let weights: [f64; TAPS] = std::array::from_fn(|i| lanczos3(i as f64 - 2.0 - phase as f64 / PHASES as f64));
        let sum: f64 = weights.iter().sum();
        std::array::from_fn(|i| weights.get(i).map_or(0.0, |w| (w / sum) as f32))
    };
    (0..PHASES as usize).map(taps).collect()
}

/// The affine map that `turned` applies: position on the turned plane -> position on a `width x height` plane.
pub(crate) fn turning(width: usize, height: usize, turn: &Linear) -> Affine {
    let [x, y] = turn.apply([1.0, 1.0]);
    let origin = [if x < 0.0 { width as f64 } else { 0.0 }, if y < 0.0 { height as f64 } else { 0.0 }];
    Affine { linear: *turn, origin }
}

/// `plane` turned by quarters or mirrored, sample for sample: what lies at `p` came from `turn p`, up to the shift that brings it back
/// into the first quadrant.
pub(crate) fn turned(plane: &Plane, turn: &Linear) -> Plane {
    let map = turning(plane.width, plane.height, turn);
    let swap = turn.0[0][0] == 0.0;
    let (width, height) = if swap { (plane.height, plane.width) } else { (plane.width, plane.height) };
    let mut out = Plane::zeros(width, height);
    let step = [turn.0[0][0] as isize, turn.0[1][0] as isize];
    for y in 0..height {
        let [sx, sy] = map.apply([0.5, y as f64 + 0.5]);
        let (mut at, step) =
            ((sy as isize) * plane.width as isize + sx as isize, step[1] * plane.width as isize + step[0]);
        for sample in out.row_mut(y) {
            *sample = plane.data[at as usize];
            at += step;
        }
    }
    out
}

#[cfg(test)]
mod tests;
