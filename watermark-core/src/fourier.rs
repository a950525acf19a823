//! Two-dimensional FFT of square, row-major complex grids: unnormalised, forward `exp(-2 pi i)`, bins in rustfft order.

use rustfft::num_complex::Complex;
use rustfft::{FftDirection, FftPlanner};

/// Transforms `grid` (`side * side`) in place. Inverse followed by forward multiplies by `side^2`.
pub(crate) fn transform(
    planner: &mut FftPlanner<f32>,
    grid: &mut [Complex<f32>],
    side: usize,
    direction: FftDirection,
) {
    let fft = planner.plan_fft(side, direction);
    fft.process(grid);
    transpose(grid, side);
    fft.process(grid);
    transpose(grid, side);
}

fn transpose(grid: &mut [Complex<f32>], side: usize) {
    const TILE: usize = 16;
    for by in (0..side).step_by(TILE) {
        for bx in (by..side).step_by(TILE) {
            for y in by..(by + TILE).min(side) {
                for x in bx.max(y + 1)..(bx + TILE).min(side) {
                    grid.swap(y * side + x, x * side + y);
                }
            }
        }
    }
}
