//! `[E6]` How strong the pilot has to be: the least strength at which its lines still stand out after harsh recompression.
//!
//! JPEG rounds each block coefficient by itself, and the nine lowest hold nearly all of the lines' band: these are rounded, what is left is a plane, and the lines are
//! judged in it as by the reader. The lattice, which comes after the pilot, is left out. Above 2560 px the canonical blocks reckoned with are not those of the file.

use rustfft::FftPlanner;

use crate::block_dct::{BlockGrid, LUMINANCE_STEPS, Lowest, lowest, synthesise};
use crate::carrier::{BLOCK_PX, Line, PILOT_PERIOD};
use crate::color::round;
use crate::elementary::powf;
use crate::plane::Plane;

use super::{prominence, spectrum};

/// JPEG steps at quality 10 over those at 50.
const QUALITY_10: f32 = 5.0;
/// What JPEG takes off a block's lowest coefficient before it rounds: 128 gray levels, no whole number of steps.
const LEVEL_SHIFT: f32 = 128.0 * BLOCK_PX as f32;
/// What the lines have to stand out by afterwards, standard deviations: detection asks for 4.9 where a picture lies as it was, and what lattice and finer detail add to the rounding moves
/// them by about one.
const OUTLIVES: f32 = 6.0;
/// Strengths to choose from beside the least, up to the most in equal ratios: the last bits of what is reckoned decide nothing.
const STEPS: usize = 8;
/// How far apart the strengths are, at least, at which a picture is tried, as a ratio: what lines stand out by wavers by a few tenths of a sigma, which says nothing of its slope from nearer.
const APART: f32 = 1.3;
/// Blocks along a period.
const BLOCKS: usize = PILOT_PERIOD / BLOCK_PX;

/// A picture and a pilot to be tried on it.
pub(super) struct Need<'a> {
    cover: &'a BlockGrid<Lowest>,
    /// Of the pilot on each block, over its scale; 0 for clipped blocks.
    envelope: &'a [f32],
    /// The blocks of one period.
    pattern: BlockGrid<Lowest>,
}

impl<'a> Need<'a> {
    pub(super) fn new(cover: &'a BlockGrid<Lowest>, envelope: &'a [f32], pattern: &Plane) -> Self {
        Self { cover, envelope, pattern: lowest(pattern) }
    }

    /// The least strength of a few from `least` to `most` at which the lines outlive JPEG 10, or `most` where none does: other attacks are milder; `scale` says what the pattern is multiplied by. What they
    /// stand out by grows nearly in proportion to the strength, so two planes tell: one at the least, and one where a proportion to the strength would have them outlive it.
    pub(super) fn least(
        &self,
        planner: &mut FftPlanner<f32>,
        lines: &[Line],
        [least, most]: [f32; 2],
        scale: impl Fn(f32) -> f32,
    ) -> f32 {
        let places: Vec<(i32, i32)> = lines.iter().map(|line| (line.x, line.y)).collect();
        let mut stand_out = |strength| prominence(&spectrum(planner, &self.recompressed(scale(strength))), &places);
        let faintly = stand_out(least);
        if faintly >= OUTLIVES {
            return least;
        }
        let louder = if faintly > 0.0 { (least * (OUTLIVES / faintly).max(APART)).min(most) } else { most };
        let gained = stand_out(louder) - faintly;
        let needed = if gained > 0.0 { least + (louder - least) * (OUTLIVES - faintly) / gained } else { most };
        let mut levels = (0..STEPS).map(|i| least * powf(most / least, i as f32 / STEPS as f32));
        levels.find(|&level| level >= needed).unwrap_or(most)
    }

    /// What JPEG 10 leaves of the picture's whole blocks, if the pilot is added at `scale`.
    fn recompressed(&self, scale: f32) -> Plane {
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
        let blocks = self.cover.blocks.iter().zip(self.envelope).enumerate().map(left).collect();
        synthesise(&BlockGrid { cols, rows, blocks })
    }
}

#[cfg(test)]
mod tests {
    use super::super::pattern;
    use super::*;
    use crate::block_dct::{analyse, basis};
    use crate::carrier::{Carrier, CarrierKey};
    use crate::mask;
    use crate::testing::{distance, picture};

    /// The pilot of `cover`.
    fn pilot(planner: &mut FftPlanner<f32>, cover: &Plane, lines: &[Line]) -> Plane {
        let spectrum = spectrum(planner, cover);
        pattern(planner, &spectrum, lines)
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
    fn what_is_reckoned_is_what_recompression_leaves_of_the_marked_plane() {
        let mut planner = FftPlanner::new();
        let lines = Carrier::new(&CarrierKey::PUBLIC).pilot;
        let cover = picture(640, 520, 3);
        let pattern = pilot(&mut planner, &cover, &lines);
        let (envelope, scale) = (envelope(&cover), 0.02);
        let mut marked = cover.clone();
        for y in 0..cover.height {
            for (x, sample) in marked.row_mut(y).iter_mut().enumerate() {
                *sample += scale * envelope[y / 8 * (cover.width / 8) + x / 8] * pattern.row(y % 256)[x % 256];
            }
        }
        let blocks = lowest(&cover);
        let reckoned = Need::new(&blocks, &envelope, &pattern).recompressed(scale);
        let expected = recompressed(&marked);
        // Where a coefficient lies half way between two steps single precision may round it the other way: a few blocks of 5200.
        let off = |plane: &Plane| plane.data.iter().zip(&expected.data).filter(|(a, b)| (*a - *b).abs() > 0.02).count();
        assert!(off(&reckoned) < 5 * 64, "{}", off(&reckoned));
        assert!(distance(&Need::new(&blocks, &envelope, &pattern).recompressed(0.0), &expected) > 1.0);
    }

    #[test]
    fn a_picture_takes_the_least_that_outlives_recompression() {
        let mut planner = FftPlanner::new();
        let lines = Carrier::new(&CarrierKey::PUBLIC).pilot;
        let places: Vec<(i32, i32)> = lines.iter().map(|line| (line.x, line.y)).collect();
        let range = [4.0, 64.0];
        let scale = |strength: f32| 0.001 * strength;
        let cover = picture(640, 512, 3);
        let pattern = pilot(&mut planner, &cover, &lines);
        let (blocks, envelope) = (lowest(&cover), envelope(&cover));
        let need = Need::new(&blocks, &envelope, &pattern);
        let strength = need.least(&mut planner, &lines, range, scale);
        assert!(range[0] < strength && strength < range[1], "{strength}");
        let spectrum = spectrum(&mut planner, &need.recompressed(scale(strength)));
        let stand_out = prominence(&spectrum, &places);
        assert!(OUTLIVES - 0.5 < stand_out && stand_out < 1.5 * OUTLIVES, "{stand_out}");
        let enough = [strength, range[1]];
        assert!((need.least(&mut planner, &lines, enough, scale) - enough[0]).abs() < 1e-4);
        let flat = lowest(&Plane { data: vec![99.0; cover.data.len()], ..cover });
        let envelope = vec![2.0; 80 * 64];
        let need = Need::new(&flat, &envelope, &pattern);
        assert!((need.least(&mut planner, &lines, [9.0, 12.0], scale) - 12.0).abs() < 1e-4);
    }
}
