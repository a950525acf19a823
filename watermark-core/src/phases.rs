//! `[X2]` Blocks -> phases that a geometry is judged by, weighted by how far each can be trusted while the geometry is still rough.

use crate::block_dct::{BAND, BlockGrid, analyse, projection};
use crate::mask;
use crate::plane::Plane;

/// Activity, gray levels, under which a codec may have left nothing of the mark.
const LOST: f32 = 2.0;

/// The blocks of one grid position, weighted.
pub(crate) struct Blocks {
    pub(crate) grid: BlockGrid,
    /// Mask step of each block, gray levels.
    pub(crate) steps: Vec<f32>,
    /// One for each block.
    pub(crate) weights: Vec<f32>,
}

impl Blocks {
    /// `fragile`: activity, gray levels, above which the geometry is not known well enough.
    pub(crate) fn new(plane: &Plane, x0: usize, y0: usize, fragile: f32) -> Self {
        let grid = analyse(plane, x0, y0);
        let steps = mask::steps(&grid, 0.0);
        let live = steps.iter().filter(|&&m| m > 0.0).count().max(1);
        let mean = steps.iter().sum::<f32>() / live as f32;
        // Trust grows with the step; it is small where a codec may have left nothing, and where a small misplacement does.
        let weight = |(block, &step): (&[f32; 8], &f32)| {
            let activity = block[..BAND.len()].iter().map(|c| c.abs()).sum::<f32>() / BAND.len() as f32;
            let square = activity * activity;
            let kept = square / (square + LOST * LOST) / (1.0 + square / (fragile * fragile));
            if step > 0.0 { kept / (1.0 + (mean / step) * (mean / step)) } else { 0.0 }
        };
        let weights: Vec<f32> = grid.blocks.iter().zip(&steps).map(weight).collect();
        Self { grid, steps, weights }
    }

    /// Ratios and weights, in the order that the reversed plane has them if `reversed`.
    pub(crate) fn phases(&self, reversed: bool) -> Phases {
        let ratio = |(block, &step): (&[f32; 8], &f32)| if step > 0.0 { projection(block) / step } else { 0.0 };
        let mut ratio: Vec<f32> = self.grid.blocks.iter().zip(&self.steps).map(ratio).collect();
        let mut weight = self.weights.clone();
        if reversed {
            ratio.reverse();
            weight.reverse();
        }
        Phases { cols: self.grid.cols, ratio, weight }
    }
}

/// Projections over mask steps, and how far to trust them.
pub(crate) struct Phases {
    pub(crate) cols: usize,
    pub(crate) ratio: Vec<f32>,
    pub(crate) weight: Vec<f32>,
}
