//! `[X2]` How large a picture is shown: the pilot's lines in its spectrum.
//!
//! Resizing by `r` moves every line from `k / 256` to `k / 256 r` cycles per pixel. The magnitude spectrum of the whitened
//! picture, each bin over the mean of its surroundings, is summed at the lines' places for every scale on a fine grid.
//! The best few scales go on to the lattices, which settle the matter.

use rustfft::num_complex::Complex;
use rustfft::{FftDirection, FftPlanner};

use crate::carrier::{Line, PILOT_PERIOD};
use crate::fourier;
use crate::pilot::Whitened;
use crate::plane::Plane;

/// Received pixels per canonical pixel that are searched.
pub(crate) const SMALLEST: f64 = 0.23;
/// The other end.
pub(crate) const LARGEST: f64 = 4.2;

/// Side of the spectrum, bins.
const SIDE: usize = 1024;
/// Half width of the surroundings a bin is compared with, bins.
const AROUND: usize = 6;
/// Power over surroundings beyond which more is no more evidence.
const CLIP: f32 = 6.0;

/// A scale and the sum of its lines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    /// Received pixels per canonical pixel.
    pub(crate) pitch: f64,
    /// Standard deviations above the mean over all scales tried.
    pub(crate) score: f32,
}

/// The `count` best separate scales, best first.
pub(crate) fn search(planner: &mut FftPlanner<f32>, plane: &Plane, lines: &[Line], count: usize) -> Vec<Scale> {
    let spectrum = Spectrum::new(planner, plane);
    // A step moves the outermost line (40/256) by a third of the spectrum's resolution.
    let resolved = plane.width.min(plane.height).min(SIDE) as f64;
    let step = 1.0 + 0.33 / (0.156 * resolved);
    let mut scales = Vec::new();
    let mut pitch = SMALLEST;
    while pitch < LARGEST {
        scales.push(Scale { pitch, score: spectrum.sum(lines, pitch) });
        pitch *= step;
    }
    let mean = scales.iter().map(|s| s.score).sum::<f32>() / scales.len() as f32;
    let deviation = (scales.iter().map(|s| (s.score - mean).powi(2)).sum::<f32>() / scales.len() as f32).sqrt();
    let is_peak = |i: usize| {
        let near = |j: usize| scales.get(j).is_none_or(|s| s.score <= scales[i].score);
        near(i.wrapping_sub(1)) && near(i + 1)
    };
    let mut peaks: Vec<Scale> = (0..scales.len()).filter(|&i| is_peak(i)).map(|i| scales[i]).collect();
    peaks.sort_by(|a, b| b.score.total_cmp(&a.score));
    peaks.truncate(count);
    for peak in &mut peaks {
        let fine = (-8..=8).map(|i| peak.pitch * (1.0 + (step - 1.0) * f64::from(i) / 8.0));
        let best = fine.map(|p| (spectrum.sum(lines, p), p)).max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((score, pitch)) = best {
            *peak = Scale { pitch, score: (score - mean) / deviation.max(1e-6) };
        }
    }
    peaks
}

/// Power of each bin over the mean power of its surroundings.
struct Spectrum {
    relative: Vec<f32>,
}

impl Spectrum {
    fn new(planner: &mut FftPlanner<f32>, plane: &Plane) -> Self {
        let (width, height) = (plane.width.min(SIDE), plane.height.min(SIDE));
        let (left, top) = ((plane.width - width) / 2, (plane.height - height) / 2);
        let white = Whitened::new(plane).plane;
        let mut grid = vec![Complex::new(0.0, 0.0); SIDE * SIDE];
        for y in 0..height {
            let row = &white.row(top + y)[left..left + width];
            for (g, &s) in grid[y * SIDE..].iter_mut().zip(row) {
                g.re = s;
            }
        }
        fourier::transform(planner, &mut grid, SIDE, FftDirection::Forward);
        let power: Vec<f32> = grid.iter().map(Complex::norm_sqr).collect();
        let mean = surroundings(&power);
        let relative = power.iter().zip(&mean).map(|(p, m)| (p / m.max(1e-12)).min(CLIP)).collect();
        Self { relative }
    }

    /// Sum over the lines at this pitch, bilinear between bins. Lines beyond the picture's band count as average.
    fn sum(&self, lines: &[Line], pitch: f64) -> f32 {
        let scale = SIDE as f64 / (PILOT_PERIOD as f64 * pitch);
        let mut sum = 0.0;
        for line in lines {
            let (x, y) = (f64::from(line.x) * scale, f64::from(line.y) * scale);
            if x.abs().max(y) >= 0.48 * SIDE as f64 {
                sum += 1.0;
                continue;
            }
            let (x0, y0) = (x.floor(), y.floor());
            let (fx, fy) = ((x - x0) as f32, (y - y0) as f32);
            let at = |dx: i64, dy: i64| {
                let wrap = |v: f64, d: i64| (v as i64 + d).rem_euclid(SIDE as i64) as usize;
                self.relative[wrap(y0, dy) * SIDE + wrap(x0, dx)]
            };
            let upper = at(0, 0) * (1.0 - fx) + at(1, 0) * fx;
            let lower = at(0, 1) * (1.0 - fx) + at(1, 1) * fx;
            sum += upper * (1.0 - fy) + lower * fy;
        }
        sum
    }
}

/// Mean over a box of `2 AROUND + 1` bins, cyclic.
fn surroundings(power: &[f32]) -> Vec<f32> {
    let norm = 1.0 / (2 * AROUND + 1) as f32;
    let mut wide = vec![0.0; power.len()];
    for (out, row) in wide.chunks_exact_mut(SIDE).zip(power.chunks_exact(SIDE)) {
        let mut sum: f32 = (0..=2 * AROUND).map(|i| row[(i + SIDE - AROUND) % SIDE]).sum();
        for (x, o) in out.iter_mut().enumerate() {
            *o = sum * norm;
            sum += row[(x + AROUND + 1) % SIDE] - row[(x + SIDE - AROUND) % SIDE];
        }
    }
    let mut out = vec![0.0; power.len()];
    let mut sums = vec![0.0f32; SIDE];
    for i in 0..=2 * AROUND {
        let row = &wide[(i + SIDE - AROUND) % SIDE * SIDE..][..SIDE];
        sums.iter_mut().zip(row).for_each(|(s, v)| *s += v);
    }
    for y in 0..SIDE {
        let enter = &wide[(y + AROUND + 1) % SIDE * SIDE..][..SIDE];
        let leave = &wide[(y + SIDE - AROUND) % SIDE * SIDE..][..SIDE];
        for x in 0..SIDE {
            out[y * SIDE + x] = (sums[x] * norm).max(0.0);
            sums[x] += enter[x] - leave[x];
        }
    }
    out
}
