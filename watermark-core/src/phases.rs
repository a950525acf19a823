//! `[X2]` Blocks -> phases that a geometry is judged by, weighted by how far each can be trusted while the geometry is still rough.

use crate::block_dct::{BAND, BlockGrid, projection};
use crate::mask;

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
    pub(crate) fn new(grid: BlockGrid, fragile: f32) -> Self {
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

    /// Projections of `blocks`, these or what changes with them, over the mask steps of these; 0 where nothing can be read.
    pub(crate) fn ratios(&self, blocks: &[[f32; 8]]) -> Vec<f32> {
        let ratio = |(block, &step): (&[f32; 8], &f32)| if step > 0.0 { projection(block) / step } else { 0.0 };
        blocks.iter().zip(&self.steps).map(ratio).collect()
    }
}
