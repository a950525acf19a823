//! `[E4 X3]` Plane -> the few low block-DCT coefficients that carry the mark and tell what hides it.
//!
//! Orthonormal type-II DCT of 8 x 8 blocks. Only six coefficients are computed, `u, v <= 2` with
//! `u + v >= 2` (0.09 to 0.18 cycles per pixel), and the block mean. Two of them carry the mark, all six are the block's activity. The lowest two
//! would show more, the third harmonic dies sooner under blur and half size (`docs/DESIGN.md`, Band).
//!
//! The cosines come from half-angle square roots, which IEEE 754 rounds the same on every target.

use std::f32::consts::FRAC_1_SQRT_2;

use crate::carrier::BLOCK_PX;
use crate::plane::Plane;

/// `(u, v)`: vertical and horizontal frequency of the coefficients, in storage order.
pub(crate) const BAND: [(usize, usize); 6] = [(0, 2), (1, 1), (2, 0), (1, 2), (2, 1), (2, 2)];

/// JPEG's steps of the lowest coefficients at quality 50, by vertical and horizontal frequency: ITU-T T.81, Annex K, luminance.
pub(crate) const LUMINANCE_STEPS: Lowest = [[16.0, 11.0, 10.0], [12.0, 12.0, 14.0], [14.0, 13.0, 16.0]];

/// The direction that every block is projected on, over [`BAND`]: one horizontal and one vertical coefficient in equal parts. Two coefficients, because what is moved in
/// few of them outlives rounding that takes the same energy spread over six; these two, because they show least by SSIMULACRA 2
/// (`docs/DESIGN.md`, Band); in equal parts and both even, so that mirroring and turning a picture by quarters leaves every projection as it was.
pub(crate) const DIRECTION: [f32; BAND.len()] = [FRAC_1_SQRT_2, 0.0, FRAC_1_SQRT_2, 0.0, 0.0, 0.0];

/// Index of the block mean (gray levels) behind the coefficients.
pub(crate) const MEAN: usize = 7;

/// Coefficients of each whole block, row-major; blocks cut by the right and lower border are left out.
#[derive(Clone, Debug)]
pub(crate) struct BlockGrid<Block = [f32; 8]> {
    pub(crate) cols: usize,
    pub(crate) rows: usize,
    /// Six coefficients in [`BAND`] order, nothing, then the mean; or what else is said.
    pub(crate) blocks: Vec<Block>,
}

/// All nine coefficients `u, v <= 2` of a block, `[u][v]`.
pub(crate) type Lowest = [[f32; 3]; 3];

/// Those of a [`BlockGrid`] among them.
pub(crate) fn band([[a, _, b], [_, c, d], [e, f, g]]: Lowest) -> [f32; 8] {
    [b, c, e, d, f, g, 0.0, a / N as f32]
}

const N: usize = BLOCK_PX;

/// Row `k` of the orthonormal DCT of length 8, for `k < 3`.
pub(crate) fn basis() -> [[f32; N]; 3] {
    // cos(pi / 2N) by halving from cos(pi / 2) = 0; then cos(k t) = 2 cos(t) cos((k-1) t) - cos((k-2) t).
    let mut c1 = 0.0f64;
    let mut n = 1;
    while n < N {
        c1 = (0.5 + 0.5 * c1).sqrt();
        n *= 2;
    }
    let mut cos = vec![1.0, c1];
    for k in 2..=2 * (2 * N) {
        let next = 2.0 * c1 * cos[k - 1] - cos[k - 2];
        cos.push(next);
    }
    std::array::from_fn(|k| {
        std::array::from_fn(|x| {
            let scale = if k == 0 { 1.0 / N as f64 } else { 2.0 / N as f64 }.sqrt();
            (scale * cos[k * (2 * x + 1)]) as f32
        })
    })
}

/// Analyses the 8 x 8 blocks whose grid starts at `(x0, y0)`.
pub(crate) fn analyse(plane: &Plane, x0: usize, y0: usize) -> BlockGrid {
    analyse_as(plane, x0, y0, band)
}

/// All nine coefficients of the 8 x 8 blocks from the first sample on.
pub(crate) fn lowest(plane: &Plane) -> BlockGrid<Lowest> {
    analyse_as(plane, 0, 0, |lowest| lowest)
}

fn analyse_as<B: Copy + Default>(plane: &Plane, x0: usize, y0: usize, keep: impl Fn(Lowest) -> B) -> BlockGrid<B> {
    let basis = basis();
    let (cols, rows) = (plane.width.saturating_sub(x0) / N, plane.height.saturating_sub(y0) / N);
    let mut blocks = vec![B::default(); cols * rows];
    // One row of blocks at a time, so that what is between the two transforms stays in the cache.
    let mut bands = [(); 3].map(|()| vec![0.0; cols * N]);
    for (row, out) in blocks.chunks_exact_mut(cols.max(1)).enumerate() {
        let samples: [&[f32]; N] = std::array::from_fn(|y| &plane.row(y0 + row * N + y)[x0..][..cols * N]);
        vertical(bands.each_mut().map(|band| &mut band[..]), samples, &basis);
        horizontal(out, bands.each_ref().map(|band| &band[..]), &basis, &keep);
    }
    BlockGrid { cols, rows, blocks }
}

/// The vertical transforms of a plane's rows of blocks: what its grids that start at one row share.
pub(crate) struct Strips {
    width: usize,
    rows: usize,
    /// `width * rows` each.
    bands: [Vec<f32>; 3],
}

impl Strips {
    /// Those of grids that start at row `y0`.
    pub(crate) fn new(plane: &Plane, y0: usize) -> Self {
        let basis = basis();
        let (width, rows) = (plane.width, plane.height.saturating_sub(y0) / N);
        let mut bands = [(); 3].map(|()| vec![0.0; width * rows]);
        for row in 0..rows {
            let samples: [&[f32]; N] = std::array::from_fn(|y| plane.row(y0 + row * N + y));
            vertical(bands.each_mut().map(|band| &mut band[row * width..][..width]), samples, &basis);
        }
        Self { width, rows, bands }
    }

    /// What [`analyse`] says of the grid that starts at column `x0`.
    pub(crate) fn grid(&self, x0: usize) -> BlockGrid {
        let basis = basis();
        let cols = self.width.saturating_sub(x0) / N;
        let mut blocks = vec![[0.0; 8]; cols * self.rows];
        for (row, out) in blocks.chunks_exact_mut(cols.max(1)).enumerate() {
            let bands = self.bands.each_ref().map(|band| &band[row * self.width..][x0..][..cols * N]);
            horizontal(out, bands, &basis, band);
        }
        BlockGrid { cols, rows: self.rows, blocks }
    }
}

/// The three lowest vertical frequencies of eight rows of samples.
fn vertical(bands: [&mut [f32]; 3], samples: [&[f32]; N], basis: &[[f32; N]; 3]) {
    let [mean, first, second] = bands;
    let length = mean.len();
    let samples = samples.map(|row| &row[..length]);
    for (x, ((mean, first), second)) in mean.iter_mut().zip(first).zip(second).enumerate() {
        [*mean, *first, *second] = project(samples.map(|row| row[x]), basis);
    }
}

/// What is to be kept of the coefficients of a row of blocks, from its vertical frequencies.
fn horizontal<B>(blocks: &mut [B], bands: [&[f32]; 3], basis: &[[f32; N]; 3], keep: impl Fn(Lowest) -> B) {
    let [mean, first, second] = bands.map(|band| band.as_chunks::<N>().0);
    for (((out, mean), first), second) in blocks.iter_mut().zip(mean).zip(first).zip(second) {
        *out = keep([mean, first, second].map(|band| project(*band, basis)));
    }
}

/// Inner products of eight samples with the three lowest cosines, by their symmetry about the centre.
fn project(samples: [f32; N], basis: &[[f32; N]; 3]) -> [f32; 3] {
    let mut out = [0.0; 3];
    for i in 0..N / 2 {
        let (a, b) = (samples[i], samples[N - 1 - i]);
        let (even, odd) = (a + b, a - b);
        out[0] += even * basis[0][i];
        out[1] += odd * basis[1][i];
        out[2] += even * basis[2][i];
    }
    out
}

/// The plane that has these coefficients and no others: what [`lowest`] undoes.
pub(crate) fn synthesise(grid: &BlockGrid<Lowest>) -> Plane {
    let basis = basis();
    let width = grid.cols * N;
    let mut plane = Plane::zeros(width, grid.rows * N);
    let mut bands = [(); 3].map(|()| vec![0.0; width]);
    for (row, blocks) in grid.blocks.chunks_exact(grid.cols.max(1)).enumerate() {
        for (u, band) in bands.iter_mut().enumerate() {
            for (samples, block) in band.as_chunks_mut::<N>().0.iter_mut().zip(blocks) {
                *samples = std::array::from_fn(|x| (0..3).map(|v| block[u][v] * basis[v][x]).sum());
            }
        }
        let [mean, first, second] = &bands;
        for (y, samples) in plane.data[row * N * width..][..N * width].chunks_exact_mut(width).enumerate() {
            for (((sample, mean), first), second) in samples.iter_mut().zip(mean).zip(first).zip(second) {
                *sample = basis[0][y] * mean + basis[1][y] * first + basis[2][y] * second;
            }
        }
    }
    plane
}

/// What a block carries its bit in: gray levels along [`DIRECTION`].
pub(crate) fn projection(block: &[f32; 8]) -> f32 {
    FRAC_1_SQRT_2 * (block[0] + block[2])
}

/// The 8 x 8 pixel pattern of [`DIRECTION`]: adding `a` times it moves the projection by `a`.
pub(crate) fn pattern() -> [f32; N * N] {
    let basis = basis();
    let at = |y: usize, x: usize| BAND.iter().zip(DIRECTION).map(|(&(u, v), d)| d * basis[u][y] * basis[v][x]).sum();
    std::array::from_fn(|i| at(i / N, i % N))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: usize, height: usize) -> Plane {
        let mut state = 1u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as f32
        };
        Plane { width, height, data: (0..width * height).map(|_| next()).collect() }
    }

    /// The definition, in f64 with library cosines.
    fn naive(plane: &Plane, x0: usize, y0: usize, u: usize, v: usize) -> f64 {
        let n = N;
        let scale = |k: usize| if k == 0 { 1.0 / n as f64 } else { 2.0 / n as f64 }.sqrt();
        let cosine = |k: usize, x: usize| (std::f64::consts::PI * k as f64 * (2 * x + 1) as f64 / (2 * n) as f64).cos();
        let mut sum = 0.0;
        for y in 0..n {
            for x in 0..n {
                sum += f64::from(plane.row(y0 + y)[x0 + x]) * cosine(u, y) * cosine(v, x);
            }
        }
        sum * scale(u) * scale(v)
    }

    #[test]
    fn agrees_with_the_definition() {
        let plane = picture(53, 41);
        let lowest = lowest(&plane);
        for (x0, y0) in [(0, 0), (5, 3)] {
            let grid = analyse(&plane, x0, y0);
            assert_eq!((grid.cols, grid.rows), ((53 - x0) / N, (41 - y0) / N));
            for (i, block) in grid.blocks.iter().enumerate() {
                let (x, y) = (x0 + i % grid.cols * N, y0 + i / grid.cols * N);
                for (k, &(u, v)) in BAND.iter().enumerate() {
                    // 64 products of up to 255 in single precision.
                    assert!((f64::from(block[k]) - naive(&plane, x, y, u, v)).abs() < 2e-3);
                    assert!((x0, y0) != (0, 0) || block[k] == lowest.blocks[i][u][v]);
                }
                assert!((f64::from(block[MEAN]) - naive(&plane, x, y, 0, 0) / N as f64).abs() < 1e-3);
            }
        }
    }

    #[test]
    fn what_is_synthesised_has_these_coefficients() {
        let grid = lowest(&picture(53, 41));
        let plane = synthesise(&grid);
        assert_eq!((plane.width, plane.height), (48, 40));
        for (again, block) in lowest(&plane).blocks.iter().zip(&grid.blocks) {
            assert!(again.as_flattened().iter().zip(block.as_flattened()).all(|(a, b)| (a - b).abs() < 2e-3));
        }
    }

    #[test]
    fn shared_strips_give_the_same_grids() {
        for (width, height) in [(53, 41), (16, 7), (7, 30)] {
            let plane = picture(width, height);
            for (x0, y0) in [(0, 0), (3, 7), (6, 1)] {
                let (own, shared) = (analyse(&plane, x0, y0), Strips::new(&plane, y0).grid(x0));
                assert_eq!((own.cols, own.rows, own.blocks), (shared.cols, shared.rows, shared.blocks));
            }
        }
    }

    #[test]
    fn the_pattern_moves_its_projection_by_one_and_no_other() {
        let plane = Plane { width: N, height: N, data: pattern().to_vec() };
        let block = analyse(&plane, 0, 0).blocks[0];
        for (c, d) in block.iter().zip(DIRECTION) {
            assert!((c - d).abs() < 1e-6);
        }
        assert!((projection(&block) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn mirroring_and_quarter_turns_leave_the_projection() {
        let plane = picture(N, N);
        let turned = |at: fn(usize, usize) -> (usize, usize)| {
            let from = |i: usize| {
                let (x, y) = at(i % N, i / N);
                plane.row(y)[x]
            };
            let turned = Plane { width: N, height: N, data: (0..N * N).map(from).collect() };
            projection(&analyse(&turned, 0, 0).blocks[0])
        };
        let own = turned(|x, y| (x, y));
        for other in [turned(|x, y| (N - 1 - x, y)), turned(|x, y| (y, x)), turned(|x, y| (N - 1 - x, N - 1 - y))] {
            assert!((own - other).abs() < 1e-3, "{own} and {other}");
        }
    }

    #[test]
    fn planes_smaller_than_a_block_have_none() {
        for (w, h) in [(1, 1), (7, 100), (100, 7)] {
            assert!(analyse(&picture(w, h), 0, 0).blocks.is_empty());
        }
        assert!(analyse(&picture(9, 9), 5, 5).blocks.is_empty());
    }
}
