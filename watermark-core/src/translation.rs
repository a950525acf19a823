//! `[X2]` Where a plane of known scale and rotation lies on the tile: lattice coherence at every offset.
//!
//! A crop is a cyclic shift of the tile. For each of the 64 positions of the block grid, the phases of all blocks are laid on one tile, those that fall
//! on one another added, and their double angles correlated with the dither's at all 64 x 64 tile offsets by one FFT pair. The
//! statistic is the coherence of [`lattice`](crate::lattice), so the picture itself is rejected and the null distribution is normal.
//!
//! A plane that was turned or scaled lies between pixels, and half a pixel is enough to lose a textured picture: such planes are cut four times,
//! half a pixel apart. A plane turned by half a turn has the same projections in reverse order, so
//! it costs one correlation more and no analysis of its own.

use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

use crate::block_dct::Strips;
use crate::carrier::{BLOCK_PX, Lattice, TILE_BLOCKS, TILE_PX};
use crate::fourier::Correlator;
use crate::lattice::cos_turns;
use crate::phases::Blocks;
use crate::plane::Plane;
use crate::read::gain;

/// A tile offset and how coherent the lattice is there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offset {
    /// Tile position of the plane's top-left sample, canonical pixels; of the reversed plane's if `reversed`.
    pub(crate) x: usize,
    pub(crate) y: usize,
    /// The plane lies upside down.
    pub(crate) reversed: bool,
    /// Standard deviations of the null distribution.
    pub(crate) coherence: f32,
    /// Lattice gain.
    pub(crate) gain: f32,
}

/// Gains tried: strengths in use times the tone changes to be expected, a quarter of an octave apart, so none is missed by more than 9 %.
const GAINS: std::ops::Range<usize> = 20..53;
const GAIN_STEP: usize = 4;
/// Activity, gray levels, above which an error of a fraction of a pixel takes the mark away.
const FRAGILE: f32 = 20.0;

/// Number of candidates that one orientation of one plane adds.
pub(crate) const CANDIDATES: u64 = (TILE_PX * TILE_PX * (GAINS.end - GAINS.start).div_ceil(GAIN_STEP)) as u64;

/// The most coherent offset on `plane`, as it is or also reversed.
pub(crate) fn search(planner: &mut FftPlanner<f32>, plane: &Plane, lattice: &Lattice, reversed_too: bool) -> Offset {
    const N: usize = BLOCK_PX;
    let mut correlator = Correlator::new(planner, lattice.dither.iter().map(|&d| turns(2.0 * d)).collect(), SIDE);
    let mut tile = Tile::new();
    let [mut upright, mut correlation] = [(); 2].map(|()| vec![Complex::new(0.0, 0.0); SIDE * SIDE]);
    let mut best = Offset { x: 0, y: 0, reversed: false, coherence: f32::NEG_INFINITY, gain: 1.0 };
    for y0 in 0..N {
        let strips = Strips::new(plane, y0);
        for x0 in 0..N {
            let blocks = Blocks::new(strips.grid(x0), FRAGILE);
            let (cols, rows) = (blocks.grid.cols, blocks.grid.rows);
            let ratios = blocks.ratios(&blocks.grid.blocks);
            for g in GAINS.step_by(GAIN_STEP) {
                tile.lay(&ratios, &blocks.weights, cols, 1.0 / gain(g));
                let power = tile.double(&mut upright);
                if power == 0.0 {
                    continue; // No block fits from here, or none can be read.
                }
                let norm = 1.0 / ((0.5 * power).sqrt() * (SIDE * SIDE) as f32);
                for reversed in [false, true].into_iter().take(1 + usize::from(reversed_too)) {
                    correlation.copy_from_slice(&upright);
                    if reversed {
                        correlation.reverse();
                    }
                    correlator.correlate(&mut correlation);
                    let peak = highest(&correlation);
                    if peak * norm <= best.coherence {
                        continue;
                    }
                    // Where the tile's first block lies: that of the grid lies there as well, or at the far end of what was reversed.
                    let at = correlation.iter().position(|z| z.re == peak).unwrap_or(0);
                    let place = |at: usize, first: usize, blocks: usize, length: usize| {
                        let (block, inside) = if reversed {
                            (at + SIDE - 1 - (blocks - 1) % SIDE, length - first - blocks * N)
                        } else {
                            (at, first)
                        };
                        (block * N + TILE_PX - inside) % TILE_PX
                    };
                    let (x, y) = (place(at % SIDE, x0, cols, plane.width), place(at / SIDE, y0, rows, plane.height));
                    best = Offset { x, y, reversed, coherence: peak * norm, gain: gain(g) };
                }
            }
        }
    }
    best
}

/// Largest real part.
fn highest(grid: &[Complex<f32>]) -> f32 {
    let larger = |a: f32, b: f32| if b > a { b } else { a };
    let mut lanes = [f32::NEG_INFINITY; LANES];
    for values in grid.chunks_exact(LANES) {
        lanes.iter_mut().zip(values).for_each(|(lane, z)| *lane = larger(*lane, z.re));
    }
    lanes.into_iter().fold(f32::NEG_INFINITY, larger)
}

/// Blocks a side of the tile.
const SIDE: usize = TILE_BLOCKS;
/// Blocks that share a vector.
const LANES: usize = 8;

/// Phases laid on the tile, those that fall on one another added: real and imaginary parts, each by itself so that the compiler computes several side by side.
struct Tile {
    re: Vec<f32>,
    im: Vec<f32>,
}

impl Tile {
    fn new() -> Self {
        Self { re: vec![0.0; SIDE * SIDE], im: vec![0.0; SIDE * SIDE] }
    }

    /// Lays the phases of blocks in rows of `cols`, the first one on the tile's first block.
    fn lay(&mut self, ratios: &[f32], weights: &[f32], cols: usize, inverse_gain: f32) {
        self.re.fill(0.0);
        self.im.fill(0.0);
        let rows = ratios.chunks_exact(cols.max(1)).zip(weights.chunks_exact(cols.max(1)));
        for (row, (ratios, weights)) in rows.enumerate() {
            let at = row % SIDE * SIDE;
            for (ratios, weights) in ratios.chunks(SIDE).zip(weights.chunks(SIDE)) {
                let sums = self.re[at..].iter_mut().zip(&mut self.im[at..]);
                for (((re, im), ratio), weight) in sums.zip(ratios).zip(weights) {
                    let turns = ratio * inverse_gain;
                    *re += weight * cos_turns(turns);
                    *im += weight * cos_turns(turns - 0.25);
                }
            }
        }
    }

    /// The phases with their angles doubled, and the sum of their squares.
    fn double(&self, out: &mut [Complex<f32>]) -> f32 {
        let mut power = [0.0f32; LANES];
        let parts = self.re.chunks_exact(LANES).zip(self.im.chunks_exact(LANES));
        for (out, (re, im)) in out.chunks_exact_mut(LANES).zip(parts) {
            for lane in 0..LANES {
                let (re2, im2) = (re[lane] * re[lane], im[lane] * im[lane]);
                let inverse = 1.0 / (re2 + im2).sqrt().max(f32::MIN_POSITIVE);
                out[lane] = Complex::new((re2 - im2) * inverse, 2.0 * re[lane] * im[lane] * inverse);
                power[lane] += re2 + im2;
            }
        }
        power.iter().sum()
    }
}

/// `exp(2 pi i x)`.
fn turns(x: f32) -> Complex<f32> {
    Complex::new(cos_turns(x), cos_turns(x - 0.25))
}
