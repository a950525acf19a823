//! `[E6]` How strong the pilot has to be: the least strength at which its lines still stand out after harsh recompression.
//!
//! JPEG is not run on pixels. It rounds each block coefficient by itself, and the nine lowest hold nearly all of the lines' band. A spectrum is linear in them: the
//! coefficients of one kind, weighed as the reader weighs their block and folded onto the pilot's period, are a grid of 32 x 32, and its spectrum times that of
//! the kind's cosines is the kind's part of the picture's. The lattice, which comes after the pilot, is left out. What is reckoned is within about half a standard deviation of
//! what the written picture has after JPEG 10; pages of text are further off. Above 2560 px the canonical blocks reckoned with are not those of the file.

use rustfft::num_complex::Complex;
use rustfft::{FftDirection, FftPlanner};

use crate::block_dct::{BlockGrid, LUMINANCE_STEPS, Lowest, band, basis, lowest};
use crate::carrier::{BLOCK_PX, Line, PILOT_PERIOD};
use crate::color::round;
use crate::elementary::powf;
use crate::fourier;
use crate::mask;
use crate::plane::Plane;

use super::{CLIP, NEIGHBOURS, bin, prominence};

/// JPEG steps at quality 10 over those at 50.
const QUALITY_10: f32 = 5.0;
/// What JPEG takes off a block's lowest coefficient before it rounds: 128 gray levels, no whole number of steps.
const LEVEL_SHIFT: f32 = 128.0 * BLOCK_PX as f32;
/// What the lines have to stand out by afterwards, standard deviations: detection asks for 4.9 where a picture lies as it was, and what is reckoned is off by some 0.5.
const OUTLIVES: f32 = 5.2;
/// Strengths tried beside the least, up to the most in equal ratios.
const STEPS: usize = 8;
/// Largest sample of a block over its standard deviation, about: such a block is turned down where the reader [clips](CLIP) its samples.
const PEAK: f32 = 2.0;
/// Blocks along a period.
const BLOCKS: usize = PILOT_PERIOD / BLOCK_PX;

/// A picture and a pilot to be tried on it.
pub(super) struct Need<'a> {
    cover: BlockGrid<Lowest>,
    /// Of the pilot on each block, over its scale; 0 for clipped blocks.
    envelope: &'a [f32],
    /// The blocks of one period.
    pattern: BlockGrid<Lowest>,
    /// Spectrum of each of the three lowest cosines of a block, [`PILOT_PERIOD`] bins.
    cosines: [Vec<Complex<f32>>; 3],
}

impl<'a> Need<'a> {
    pub(super) fn new(planner: &mut FftPlanner<f32>, plane: &Plane, envelope: &'a [f32], pattern: &Plane) -> Self {
        let cosines = basis().map(|samples| {
            let mut cosine = samples.map(|sample| Complex::new(sample, 0.0)).to_vec();
            cosine.resize(PILOT_PERIOD, Complex::new(0.0, 0.0));
            planner.plan_fft_forward(PILOT_PERIOD).process(&mut cosine);
            cosine
        });
        Self { cover: lowest(plane), envelope, pattern: lowest(pattern), cosines }
    }

    /// The least strength of a few from `least` to `most` at which the lines outlive JPEG 10, or `most` where none does: other attacks are milder; `scale` says what the pattern is multiplied by.
    pub(super) fn least(
        &self,
        planner: &mut FftPlanner<f32>,
        lines: &[Line],
        [least, most]: [f32; 2],
        scale: impl Fn(f32) -> f32,
    ) -> f32 {
        let places: Vec<(i32, i32)> = lines.iter().map(|line| (line.x, line.y)).collect();
        let level = |i: usize| least * powf(most / least, i as f32 / STEPS as f32);
        let (mut low, mut high) = (0, STEPS);
        while low < high {
            let middle = usize::midpoint(low, high);
            let spectrum = self.recompressed(planner, &places, scale(level(middle)));
            if prominence(&spectrum, &places) >= OUTLIVES {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        level(low)
    }

    /// The whitened spectrum around `places` after JPEG 10, if the pilot is added at `scale`.
    fn recompressed(&self, planner: &mut FftPlanner<f32>, places: &[(i32, i32)], scale: f32) -> Vec<Complex<f32>> {
        let (cols, rows) = (self.cover.cols, self.cover.rows);
        let place = |i: usize| i / cols % BLOCKS * BLOCKS + i % cols % BLOCKS;
        let left = |(i, (cover, envelope)): (usize, (&Lowest, &f32))| -> Lowest {
            let pattern = &self.pattern.blocks[place(i)];
            let change = scale * envelope;
            std::array::from_fn(|u| {
                std::array::from_fn(|v| {
                    let (step, level) =
                        (QUALITY_10 * LUMINANCE_STEPS[u][v], if (u, v) == (0, 0) { LEVEL_SHIFT } else { 0.0 });
                    step * round((cover[u][v] + change * pattern[u][v] - level) / step) + level
                })
            })
        };
        let mut left: Vec<Lowest> = self.cover.blocks.iter().zip(self.envelope).enumerate().map(left).collect();
        let weights = mask::envelope(&BlockGrid { cols, rows, blocks: left.iter().copied().map(band).collect() });
        high_pass(&mut left, cols);
        let mut kinds = [(); 9].map(|()| vec![Complex::new(0.0, 0.0); BLOCKS * BLOCKS]);
        for (i, (left, weight)) in left.iter().zip(weights).enumerate().filter(|(_, (_, weight))| *weight > 0.0) {
            let weight = 1.0 / (weight * weight);
            let deviation = weight * left.as_flattened().iter().map(|c| c * c).sum::<f32>().sqrt() / BLOCK_PX as f32;
            let weight = weight * (CLIP / (PEAK * deviation)).min(1.0);
            for (kind, c) in kinds.iter_mut().zip(left.as_flattened()) {
                kind[place(i)].re += weight * c;
            }
        }
        for kind in &mut kinds {
            fourier::transform(planner, kind, BLOCKS, FftDirection::Forward);
        }
        let wrap = |k: i32, period: usize| k.rem_euclid(period as i32) as usize;
        let cosines = |k: i32| self.cosines.each_ref().map(|cosine| cosine[wrap(k, PILOT_PERIOD)]);
        let mut spectrum = vec![Complex::new(0.0, 0.0); PILOT_PERIOD * PILOT_PERIOD];
        for &(x, y) in places {
            for (x, y) in
                (y - NEIGHBOURS..=y + NEIGHBOURS).flat_map(|y| (x - NEIGHBOURS..=x + NEIGHBOURS).map(move |x| (x, y)))
            {
                let (vertical, horizontal) = (cosines(y), cosines(x));
                let at = wrap(y, BLOCKS) * BLOCKS + wrap(x, BLOCKS);
                spectrum[bin(x, y)] =
                    (0..9).map(|kind| kinds[kind][at] * vertical[kind / 3] * horizontal[kind % 3]).sum();
            }
        }
        spectrum
    }
}

/// Takes off the slow parts of a plane, given by its blocks, as the reader does: the means of 3 x 3 blocks, weighed 1, 2, 1 along each axis, and how these slope over a block. Border
/// blocks are repeated.
fn high_pass(blocks: &mut [Lowest], cols: usize) {
    let rows = blocks.len() / cols.max(1);
    let near = |at: usize, count: usize| [at.saturating_sub(1), at, (at + 1).min(count - 1)];
    let smooth = |[a, b, c]: [f32; 3]| 0.25 * (a + 2.0 * b + c);
    let places = || (0..rows).flat_map(|y| (0..cols).map(move |x| (x, y)));
    let means: Vec<f32> = blocks.iter().map(|block| block[0][0]).collect();
    let horizontal: Vec<f32> = places().map(|(x, y)| smooth(near(x, cols).map(|x| means[y * cols + x]))).collect();
    let slow: Vec<f32> = places().map(|(x, y)| smooth(near(y, rows).map(|y| horizontal[y * cols + x]))).collect();
    // The second cosine's part of a plane that rises by 1 from block to block, whose means are eight times the gray levels.
    let ramp: f32 = basis()[1].iter().enumerate().map(|(i, c)| c * (i as f32 - 3.5)).sum::<f32>() / 8.0 * basis()[0][0];
    for ((x, y), block) in places().zip(blocks) {
        let [left, _, right] = near(x, cols).map(|x| slow[y * cols + x]);
        let [above, _, below] = near(y, rows).map(|y| slow[y * cols + x]);
        block[0][0] -= slow[y * cols + x];
        block[0][1] -= 0.5 * ramp * (right - left);
        block[1][0] -= 0.5 * ramp * (below - above);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Whitened;
    use super::*;
    use crate::block_dct::analyse;
    use crate::carrier::{Carrier, CarrierKey};
    use crate::plane::box_blur;
    use crate::testing::picture;

    /// The pilot of `cover`.
    fn pattern(planner: &mut FftPlanner<f32>, cover: &Plane, lines: &[Line]) -> Plane {
        let spectrum = Whitened::new(cover, &analyse(cover, 0, 0)).spectrum(planner);
        super::super::pattern(planner, &spectrum, lines)
    }

    fn envelope(plane: &Plane) -> Vec<f32> {
        mask::envelope(&analyse(plane, 0, 0))
    }

    /// `plane` with its nine lowest coefficients rounded as by JPEG 10 and no others.
    fn recompressed(plane: &Plane) -> Plane {
        let shifted = Plane { data: plane.data.iter().map(|sample| sample - 128.0).collect(), ..*plane };
        let (grid, basis) = (lowest(&shifted), basis());
        let mut out = Plane { data: vec![128.0; plane.data.len()], ..*plane };
        for (i, block) in grid.blocks.iter().enumerate() {
            for (y, x) in (0..BLOCK_PX).flat_map(|y| (0..BLOCK_PX).map(move |x| (y, x))) {
                let sample = &mut out.row_mut(i / grid.cols * BLOCK_PX + y)[i % grid.cols * BLOCK_PX + x];
                for (u, v) in (0..3).flat_map(|u| (0..3).map(move |v| (u, v))) {
                    let step = 5.0 * LUMINANCE_STEPS[u][v];
                    *sample += (block[u][v] / step).round() * step * basis[u][y] * basis[v][x];
                }
            }
        }
        out
    }

    #[test]
    fn what_is_reckoned_is_what_the_reader_sees_of_the_recompressed_plane() {
        let mut planner = FftPlanner::new();
        let lines = Carrier::new(&CarrierKey::PUBLIC).pilot;
        let places: Vec<(i32, i32)> = lines.iter().map(|line| (line.x, line.y)).collect();
        for cover in [picture(640, 512, 3), box_blur(&picture(520, 600, 5), 2)] {
            let pattern = pattern(&mut planner, &cover, &lines);
            let envelope = envelope(&cover);
            let scale = 0.02;
            let mut marked = cover.clone();
            for y in 0..cover.height {
                for (x, sample) in marked.row_mut(y).iter_mut().enumerate() {
                    *sample += scale * envelope[y / 8 * (cover.width / 8) + x / 8] * pattern.row(y % 256)[x % 256];
                }
            }
            let marked = recompressed(&marked);
            let expected = Whitened::new(&marked, &analyse(&marked, 0, 0)).spectrum(&mut planner);
            let need = Need::new(&mut planner, &cover, &envelope, &pattern);
            let reckoned = need.recompressed(&mut planner, &places, scale);
            let at = || places.iter().flat_map(|&(x, y)| (-2..=2).map(move |d| bin(x + d, y)));
            let product = |a: &[Complex<f32>], b: &[Complex<f32>]| at().map(|i| (a[i] * b[i].conj()).re).sum::<f32>();
            let alike =
                product(&expected, &reckoned) / (product(&expected, &expected) * product(&reckoned, &reckoned)).sqrt();
            // 0.97 and 0.95, since the means of blocks are not quite those of the reader's boxes; 0.89 if the level shift is forgotten.
            assert!(alike > 0.94, "{alike}");
        }
    }

    #[test]
    fn a_picture_takes_the_least_that_outlives_recompression() {
        let mut planner = FftPlanner::new();
        let lines = Carrier::new(&CarrierKey::PUBLIC).pilot;
        let places: Vec<(i32, i32)> = lines.iter().map(|line| (line.x, line.y)).collect();
        let range = [0.5, 64.0];
        let scale = |strength: f32| 0.001 * strength;
        let cover = picture(640, 512, 3);
        let pattern = pattern(&mut planner, &cover, &lines);
        let envelope = envelope(&cover);
        let need = Need::new(&mut planner, &cover, &envelope, &pattern);
        let strength = need.least(&mut planner, &lines, range, scale);
        assert!(range[0] < strength && strength < range[1], "{strength}");
        let step = (range[1] / range[0]).powf(1.0 / STEPS as f32);
        let mut outlives = |strength| {
            let spectrum = need.recompressed(&mut planner, &places, scale(strength));
            prominence(&spectrum, &places) >= OUTLIVES
        };
        assert!(outlives(strength) && !outlives(strength / step));
        let flat = Plane { data: vec![99.0; cover.data.len()], ..cover };
        let envelope = vec![2.0; 80 * 64];
        let need = Need::new(&mut planner, &flat, &envelope, &pattern);
        assert!((need.least(&mut planner, &lines, [9.0, 12.0], scale) - 12.0).abs() < 1e-4);
    }

    #[test]
    fn a_slope_is_slow() {
        let data = (0..96 * 80).map(|i| 20.0 + 0.7 * (i % 96) as f32 + 1.1 * (i / 96) as f32).collect();
        let mut grid = lowest(&Plane { width: 96, height: 80, data });
        high_pass(&mut grid.blocks, grid.cols);
        let inner =
            grid.blocks.iter().enumerate().filter(|(i, _)| (2..10).contains(&(i % 12)) && (2..8).contains(&(i / 12)));
        assert!(inner.flat_map(|(_, block)| block.as_flattened()).all(|c| c.abs() < 0.01));
    }
}
