//! `[E5 X3]` Block coefficients -> perceptual step of each block.
//!
//! The step follows contrast masking: `(FLOOR + activity)^(3/4)`, where the activity of a block is the mean magnitude of its
//! coefficients, pooled over its 3 x 3 neighbourhood. Three things are asked of it, and each choice serves one:
//!
//! * *what is seen*: the pooling is a power mean with exponent 1/2, so that one strong edge does not license noise in
//!   the flat blocks beside it;
//! * *the reader computes it again* from the received picture: pooling over 54 coefficients of the carried band keeps it
//!   stable under codecs and noise;
//! * *tone changes*: a step that grows with the signal makes less of a local gain (gamma, curves);
//! * *every target the same*: 3/4 is made of square roots, which IEEE 754 rounds the same everywhere.

use crate::block_dct::{BAND, BlockGrid, MEAN};
use crate::elementary::powf;

/// Activity of a block that shows nothing, gray levels: what film grain and rounding leave. Tuned: 1 to 10 differ by under
/// 5 % in capacity, 4 scores best on SSIMULACRA 2 (`docs/DESIGN.md`, Mask).
const FLOOR: f32 = 4.0;

/// Makes the step of a picture's middle (activity 20) what it is with an exponent of 1/2, so that strengths keep their meaning: `24^(-1/4)`.
const SCALE: f32 = 0.452;

/// Pooled activity of unit normal noise: the power mean with exponent 1/2 of a mean of six magnitudes.
const NOISE_ACTIVITY: f32 = 0.78;

/// A block whose mean lies outside and whose activity is under [`CLIPPED_ACTIVITY`] cannot move both ways: it carries nothing. White is cut more closely
/// than black, since a white page carries the mark once it is [lowered](crate::rehearsal) by a gray level.
const UNCLIPPED: std::ops::RangeInclusive<f32> = 3.0..=254.5;
const CLIPPED_ACTIVITY: f32 = 4.0;

/// The relative step of each block, row-major, in gray levels of projection; 0 marks a clipped block, which carries
/// nothing. Between 1.3 and about 20. Multiply by the gain, and by what the lattice has for the tile bit, for its lattice step.
///
/// `noise` is the standard deviation, in gray levels of luma, of noise that the picture had not when it was stamped: what it
/// adds to the activity is taken off again. 0 when stamping.
pub(crate) fn steps(grid: &BlockGrid, noise: f32) -> Vec<f32> {
    let step = |root: f32| SCALE * root * root.sqrt();
    pooled(grid, noise).into_iter().map(step).collect()
}

/// Pooled activity of a block whose step is `step`, gray levels: what [`steps`] made the step of.
pub(crate) fn activity(step: f32) -> f32 {
    let root = powf(step / SCALE, 2.0 / 3.0);
    (root * root - FLOOR).max(0.0)
}

/// The envelope of the pilot, gray levels: `sqrt(FLOOR + activity)`, 0 for clipped blocks. Its lines are looked for in flat parts above all, where
/// little hides them, so it grows less with activity than the lattice's step.
pub(crate) fn envelope(grid: &BlockGrid) -> Vec<f32> {
    pooled(grid, 0.0)
}

/// `sqrt(FLOOR + activity)` of each block, its activity pooled; 0 for clipped blocks.
fn pooled(grid: &BlockGrid, noise: f32) -> Vec<f32> {
    let (cols, rows) = (grid.cols, grid.rows);
    let activity: Vec<f32> =
        grid.blocks.iter().map(|b| b[..BAND.len()].iter().map(|c| c.abs()).sum::<f32>() / BAND.len() as f32).collect();
    let root: Vec<f32> = activity.iter().map(|a| a.sqrt()).collect();
    let clipped = |i: usize| {
        let mean = grid.blocks[i][MEAN];
        activity[i] < CLIPPED_ACTIVITY && !UNCLIPPED.contains(&mean)
    };
    let added = NOISE_ACTIVITY * noise;
    let seen = |p: f32| {
        let seen = p * p;
        (FLOOR + (seen * seen - added * added).max(0.0).sqrt()).sqrt()
    };
    let means = box3(&root, cols, rows);
    means.iter().enumerate().map(|(i, &p)| if clipped(i) { 0.0 } else { seen(p) }).collect()
}

/// Mean over the 3 x 3 neighbourhood, border samples repeated.
fn box3(values: &[f32], cols: usize, rows: usize) -> Vec<f32> {
    let mut horizontal = vec![0.0; values.len()];
    for (out, row) in horizontal.chunks_exact_mut(cols.max(1)).zip(values.chunks_exact(cols.max(1))) {
        for (x, sum) in out.iter_mut().enumerate() {
            *sum = row[x.saturating_sub(1)] + row[x] + row[(x + 1).min(cols - 1)];
        }
    }
    let mut out = vec![0.0; values.len()];
    for (y, row) in out.chunks_exact_mut(cols.max(1)).enumerate() {
        let at = |y: usize| &horizontal[y * cols..][..cols];
        let (above, here, below) = (at(y.saturating_sub(1)), at(y), at((y + 1).min(rows - 1)));
        for (x, mean) in row.iter_mut().enumerate() {
            *mean = (above[x] + here[x] + below[x]) / 9.0;
        }
    }
    out
}

#[cfg(test)]
mod tests;
