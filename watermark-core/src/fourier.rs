//! Two-dimensional FFT of square, row-major grids: unnormalised, forward `exp(-2 pi i)`, bins in rustfft order.

use std::sync::Arc;

use rustfft::num_complex::Complex;
use rustfft::{Fft, FftDirection, FftPlanner};

use crate::plane::Plane;
use crate::wide::{Kernel, wide};

/// Side of the squares that a grid is transposed in, so that both sides stay in the cache.
const TILE: usize = 16;

/// Transforms `grid` (`side * side`) in place. Inverse followed by forward multiplies by `side^2`.
pub(crate) fn transform(
    planner: &mut FftPlanner<f32>,
    grid: &mut [Complex<f32>],
    side: usize,
    direction: FftDirection,
) {
    let fft = planner.plan_fft(side, direction);
    let mut transposed = vec![Complex::new(0.0, 0.0); grid.len()];
    fft.process(grid);
    transpose::transpose(grid, &mut transposed, side, side);
    fft.process(&mut transposed);
    transpose::transpose(&transposed, grid, side, side);
}

/// Cyclic cross-correlation with one pattern.
pub(crate) struct Correlator {
    side: usize,
    forward: Arc<dyn Fft<f32>>,
    inverse: Arc<dyn Fft<f32>>,
    scratch: Vec<Complex<f32>>,
    transposed: Vec<Complex<f32>>,
    /// Spectrum of the pattern, transposed.
    pattern: Vec<Complex<f32>>,
}

impl Correlator {
    /// For grids of the size of `pattern`, `side * side`.
    pub(crate) fn new(planner: &mut FftPlanner<f32>, mut pattern: Vec<Complex<f32>>, side: usize) -> Self {
        let (forward, inverse) = (planner.plan_fft_forward(side), planner.plan_fft_inverse(side));
        let longest = forward.get_inplace_scratch_len().max(inverse.get_inplace_scratch_len());
        let mut scratch = vec![Complex::new(0.0, 0.0); longest];
        let mut transposed = pattern.clone();
        forward.process_with_scratch(&mut pattern, &mut scratch);
        transpose::transpose(&pattern, &mut transposed, side, side);
        forward.process_with_scratch(&mut transposed, &mut scratch);
        Self { side, forward, inverse, scratch, transposed: pattern, pattern: transposed }
    }

    /// Puts in the place of `grid`, for each shift `d`, `side^2` times the sum over `k` of `conj(grid[k]) pattern[k + d]`.
    pub(crate) fn correlate(&mut self, grid: &mut [Complex<f32>]) {
        // The spectrum may stay transposed.
        let transposed = &mut self.transposed[..];
        self.forward.process_with_scratch(grid, &mut self.scratch);
        transpose::transpose(grid, transposed, self.side, self.side);
        self.forward.process_with_scratch(transposed, &mut self.scratch);
        wide(Multiply(&mut *transposed, &self.pattern));
        self.inverse.process_with_scratch(transposed, &mut self.scratch);
        transpose::transpose(transposed, grid, self.side, self.side);
        self.inverse.process_with_scratch(grid, &mut self.scratch);
    }
}

/// The conjugates of the first grid times the second, in its place.
struct Multiply<'a>(&'a mut [Complex<f32>], &'a [Complex<f32>]);

impl Kernel for Multiply<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.0.iter_mut().zip(self.1).for_each(|(g, p)| *g = g.conj() * p);
    }
}

/// Power of each bin of a plane of at most `side` real samples a side, the rest being 0; row-major. `side` is even.
///
/// Two rows are transformed at once, one in the real parts and one in the imaginary ones, and of the columns one half: the other one mirrors it.
pub(crate) fn power(planner: &mut FftPlanner<f32>, plane: &Plane, side: usize) -> Vec<f32> {
    let fft = planner.plan_fft(side, FftDirection::Forward);
    let mut scratch = vec![Complex::new(0.0, 0.0); fft.get_inplace_scratch_len()];
    let half = side / 2 + 1;
    let mut columns = vec![Complex::new(0.0, 0.0); half * side];
    let mut pair = vec![Complex::new(0.0, 0.0); side];
    for (y, rows) in plane.data.chunks(2 * plane.width).enumerate() {
        let (upper, lower) = rows.split_at(plane.width);
        pair.fill(Complex::new(0.0, 0.0));
        pair.iter_mut().zip(upper).for_each(|(z, &v)| z.re = v);
        pair.iter_mut().zip(lower).for_each(|(z, &v)| z.im = v);
        fft.process_with_scratch(&mut pair, &mut scratch);
        for x in 0..half {
            let (a, b) = (pair[x], pair[(side - x) % side].conj());
            let (sum, difference) = (0.5 * (a + b), 0.5 * (a - b));
            columns[x * side + 2 * y] = sum;
            columns[x * side + 2 * y + 1] = Complex::new(difference.im, -difference.re);
        }
    }
    fft.process_with_scratch(&mut columns, &mut scratch);
    let mut out = vec![0.0; side * side];
    for (top, left) in (0..side).step_by(TILE).flat_map(|y| (0..half).step_by(TILE).map(move |x| (y, x))) {
        for y in top..(top + TILE).min(side) {
            for x in left..(left + TILE).min(half) {
                out[y * side + x] = columns[x * side + y].norm_sqr();
            }
        }
    }
    for y in 0..side {
        let mirrored = (side - y) % side;
        for x in half..side {
            out[y * side + x] = out[mirrored * side + side - x];
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Random, picture};

    #[test]
    fn correlation_agrees_with_its_definition() {
        const SIDE: usize = 8;
        let mut random = Random(3);
        let [grid, pattern] = [(); 2]
            .map(|()| (0..SIDE * SIDE).map(|_| Complex::new(random.gauss(), random.gauss())).collect::<Vec<_>>());
        let mut found = grid.clone();
        Correlator::new(&mut FftPlanner::new(), pattern.clone(), SIDE).correlate(&mut found);
        for (d, found) in found.into_iter().enumerate() {
            let shifted = |k: usize| (k / SIDE + d / SIDE) % SIDE * SIDE + (k % SIDE + d % SIDE) % SIDE;
            let sum: Complex<f32> = (0..SIDE * SIDE).map(|k| grid[k].conj() * pattern[shifted(k)]).sum();
            assert!((sum * (SIDE * SIDE) as f32 - found).norm() < 0.01, "{d}: {found} for {sum}");
        }
    }

    #[test]
    fn wide_vectors_give_the_same_bits() {
        let mut random = Random(4);
        let [by, grid] =
            [(); 2].map(|()| (0..67).map(|_| Complex::new(random.gauss(), random.gauss())).collect::<Vec<_>>());
        let (mut narrow, mut broad) = (grid.clone(), grid);
        Multiply(&mut narrow, &by).run();
        wide(Multiply(&mut broad, &by));
        assert_eq!(narrow, broad);
    }

    #[test]
    fn power_agrees_with_the_complex_transform() {
        const SIDE: usize = 64;
        let mut planner = FftPlanner::new();
        for (width, height) in [(SIDE, SIDE), (41, 37), (1, 1), (5, 64)] {
            let plane = picture(width, height, 4);
            let mut grid = vec![Complex::new(0.0, 0.0); SIDE * SIDE];
            for (out, row) in grid.chunks_exact_mut(SIDE).zip(plane.rows()) {
                out.iter_mut().zip(row).for_each(|(z, &v)| z.re = v);
            }
            transform(&mut planner, &mut grid, SIDE, FftDirection::Forward);
            let power = power(&mut planner, &plane, SIDE);
            let largest = grid.iter().map(Complex::norm_sqr).fold(0.0, f32::max);
            for (z, p) in grid.iter().zip(power) {
                assert!((z.norm_sqr() - p).abs() < 1e-5 * largest, "{width} x {height}: {} and {p}", z.norm_sqr());
            }
        }
    }
}
