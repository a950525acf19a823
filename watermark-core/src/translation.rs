//! `[X2]` Where a plane of known scale and rotation lies on the mark: lattice coherence at every offset.
//!
//! A crop is a cyclic shift of the tile. For each of the 64 positions of the block grid, the phases of all blocks are laid on one tile, those that fall
//! on one another added, and their double angles correlated with the dither's at all 64 x 64 tile offsets by one FFT pair. The
//! statistic is the coherence of [`lattice`](crate::lattice), so the picture itself is rejected and the null distribution is normal.
//!
//! Tiles are [shifted](shift) against one another, each by as much against the one before. So blocks are turned back by what their tile, counted from the plane's first, is shifted before
//! they are added; a block that an offset pushes over the tile's edge is one shift further, which a correlation of sequences that turn as they repeat allows for; and which of the five
//! shifts the first tile has is the angle of the sum.
//!
//! A plane that was turned or scaled lies between pixels, and half a pixel is enough to lose a textured picture: such planes are cut four times,
//! half a pixel apart. A plane turned by half a turn has the same projections in reverse order, so
//! it costs one correlation more and no analysis of its own.

use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

use crate::block_dct::Strips;
use crate::carrier::{BLOCK_PX, Lattice, PERIOD_PX, SHIFTS, TILE_BLOCKS, TILE_PX, shift};
use crate::fourier::Correlator;
use crate::lattice::cos_turns;
use crate::phases::Blocks;
use crate::plane::Plane;
use crate::read::gain;

/// An offset and how coherent the lattice is there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offset {
    /// Position of the plane's top-left sample in the period, canonical pixels; of the reversed plane's if `reversed`. It is told up to tiles that are shifted
    /// alike.
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
pub(crate) const CANDIDATES: u64 = (SHIFTS * TILE_PX * TILE_PX * (GAINS.end - GAINS.start).div_ceil(GAIN_STEP)) as u64;

/// The most coherent offset on `plane`, as it is or also reversed.
pub(crate) fn search(planner: &mut FftPlanner<f32>, plane: &Plane, lattice: &Lattice, reversed_too: bool) -> Offset {
    const N: usize = BLOCK_PX;
    let twist = Twist::new();
    let mut pattern: Vec<Complex<f32>> = lattice.dither.iter().map(|&d| turns(2.0 * d)).collect();
    twist.undo(&mut pattern);
    let mut correlator = Correlator::new(planner, pattern, SIDE);
    let mut tiles = vec![Tile::new(1.0)];
    if reversed_too {
        tiles.push(Tile::new(-1.0));
    }
    let mut correlation = vec![Complex::new(0.0, 0.0); SIDE * SIDE];
    let mut best = Offset { x: 0, y: 0, reversed: false, coherence: 0.0, gain: 1.0 };
    for y0 in 0..N {
        let strips = Strips::new(plane, y0);
        for x0 in 0..N {
            let blocks = Blocks::new(strips.grid(x0), FRAGILE);
            let (cols, rows) = (blocks.grid.cols, blocks.grid.rows);
            let ratios = blocks.ratios(&blocks.grid.blocks);
            for g in GAINS.step_by(GAIN_STEP) {
                Tile::lay(&mut tiles, &ratios, &blocks.weights, cols, 1.0 / gain(g));
                for (tile, reversed) in tiles.iter().zip([false, true]) {
                    let power = tile.double(&mut correlation);
                    if power == 0.0 {
                        continue; // No block fits from here, or none can be read.
                    }
                    if reversed {
                        correlation.reverse();
                    }
                    twist.undo(&mut correlation);
                    correlator.correlate(&mut correlation);
                    let norm = 1.0 / ((0.5 * power).sqrt() * (SIDE * SIDE) as f32);
                    let Some(Peak { height, at, first }) = twist.peak(&correlation, best.coherence / norm) else {
                        continue;
                    };
                    // Where the tile's first block lies: that of the grid lies there as well, or at the far end of what was reversed.
                    let place = |at: usize, first: usize, blocks: usize, length: usize| {
                        let (block, inside) = if reversed {
                            (at + SIDE - 1 - blocks.saturating_sub(1) % SIDE, length - first - blocks * N)
                        } else {
                            (at, first)
                        };
                        block * N + PERIOD_PX - inside
                    };
                    // Reversed tiles were counted from the last, which is as many shifts further; minus one is four of five.
                    let last = [cols, rows].map(|blocks| if reversed { blocks.saturating_sub(1) / SIDE } else { 0 });
                    let first = first + (SHIFTS - 1) * (last[0] + 2 * last[1]);
                    let x = (place(at % SIDE, x0, cols, plane.width) + first * TILE_PX) % PERIOD_PX;
                    let y = place(at / SIDE, y0, rows, plane.height) % PERIOD_PX;
                    best = Offset { x, y, reversed, coherence: height * norm, gain: gain(g) };
                }
            }
        }
    }
    best
}

/// Blocks a side of the tile.
const SIDE: usize = TILE_BLOCKS;
/// Blocks that share a vector.
const LANES: usize = 8;

/// How double phases turn from block to block if their tiles' shifts came gradually: what makes sequences that turn from tile to tile periodic.
struct Twist {
    /// Of each block of a tile.
    turns: Vec<Complex<f32>>,
    /// That of a first tile of each shift.
    tiles: [Complex<f32>; SHIFTS],
}

/// The highest sum of a correlation.
struct Peak {
    height: f32,
    /// Number of the offset.
    at: usize,
    /// Shift of the first tile.
    first: usize,
}

impl Twist {
    fn new() -> Self {
        let [x, y] = [[1, 0], [0, 1]].map(|tile| 2.0 * shift(tile) / SIDE as f32);
        let twist = |i: usize| turns(x * (i % SIDE) as f32 + y * (i / SIDE) as f32);
        Self {
            turns: (0..SIDE * SIDE).map(twist).collect(),
            tiles: std::array::from_fn(|first| turns(2.0 * shift([first, 0]))),
        }
    }

    fn undo(&self, grid: &mut [Complex<f32>]) {
        grid.iter_mut().zip(&self.turns).for_each(|(z, turn)| *z *= turn.conj());
    }

    /// The highest sum of all offsets and first shifts, if it is higher than `least`.
    fn peak(&self, correlation: &[Complex<f32>], least: f32) -> Option<Peak> {
        let mut best = None;
        let mut most = least.max(0.0);
        for (chunk, values) in correlation.chunks_exact(LANES).enumerate() {
            let far = values.iter().map(|z| f32::from(u8::from(z.norm_sqr() > most * most))).sum::<f32>();
            if far == 0.0 {
                continue;
            }
            for (at, z) in (chunk * LANES..).zip(values) {
                let turned = z * self.turns[at];
                for (first, tile) in self.tiles.iter().enumerate() {
                    let height = (turned * tile).re;
                    if height > most {
                        most = height;
                        best = Some(Peak { height, at, first });
                    }
                }
            }
        }
        best
    }
}

/// Phases laid on the tile, those that fall on one another added: real and imaginary parts, each by itself so that the compiler computes several side by side.
struct Tile {
    re: Vec<f32>,
    im: Vec<f32>,
    /// 1, or -1 where the tiles of the plane are to be read in reverse.
    order: f32,
}

impl Tile {
    fn new(order: f32) -> Self {
        Self { re: vec![0.0; SIDE * SIDE], im: vec![0.0; SIDE * SIDE], order }
    }

    /// Lays the phases of blocks in rows of `cols` on each of `tiles`, the first one on its first block.
    fn lay(tiles: &mut [Self], ratios: &[f32], weights: &[f32], cols: usize, inverse_gain: f32) {
        for tile in &mut *tiles {
            tile.re.fill(0.0);
            tile.im.fill(0.0);
        }
        let rows = ratios.chunks_exact(cols.max(1)).zip(weights.chunks_exact(cols.max(1)));
        for (row, (ratios, weights)) in rows.enumerate() {
            let at = row % SIDE * SIDE;
            for (col, (ratios, weights)) in ratios.chunks(SIDE).zip(weights.chunks(SIDE)).enumerate() {
                let [mut re, mut im] = [[0.0; SIDE]; 2];
                for (((re, im), ratio), weight) in re.iter_mut().zip(&mut im).zip(ratios).zip(weights) {
                    let turns = ratio * inverse_gain;
                    *re = weight * cos_turns(turns);
                    *im = weight * cos_turns(turns - 0.25);
                }
                for tile in &mut *tiles {
                    let back = turns(-tile.order * shift([col, row / SIDE]));
                    let sums = tile.re[at..].iter_mut().zip(&mut tile.im[at..]);
                    for ((sums, re), im) in sums.zip(&re).zip(&im).take(ratios.len()) {
                        *sums.0 += back.re * re - back.im * im;
                        *sums.1 += back.re * im + back.im * re;
                    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::{Carrier, CarrierKey, TILE_BITS};
    use crate::lattice::{self, Strengths};
    use crate::read::coherence;
    use crate::testing::picture;

    /// A picture of three by two tiles and more.
    fn marked(carrier: &Carrier) -> Plane {
        let bits: Vec<u8> = (0..TILE_BITS).map(|i| (i % 3 == 0).into()).collect();
        let mut plane = picture(1640, 1160, 5);
        lattice::embed(&mut plane, &carrier.lattice, &bits, Strengths::new(9.0));
        plane
    }

    #[test]
    fn crops_from_every_tile_are_placed_with_their_shift_upright_and_reversed() {
        let carrier = Carrier::new(&CarrierKey::PUBLIC);
        let plane = marked(&carrier);
        for (left, top) in [(0, 0), (3, 515), (517, 30), (700, 520), (1000, 0), (1003, 509)] {
            for reversed in [false, true] {
                // Wider than a tile, so that several shifts come together.
                let mut crop = plane.window(left, top, 636, 633);
                if reversed {
                    crop.data.reverse();
                }
                let found = search(&mut FftPlanner::new(), &crop, &carrier.lattice, true);
                assert_eq!(found.reversed, reversed);
                assert_eq!([found.x % TILE_PX, found.y % TILE_PX], [left % TILE_PX, top % TILE_PX]);
                if reversed {
                    crop.data.reverse();
                }
                let [there, stated] = [(left, top), (found.x, found.y)].map(|place| coherence(&crop, &carrier, place));
                assert!(there > 20.0 && (there - stated).abs() < 1e-3, "({left}, {top}): {there} and {stated}");
            }
        }
    }
}
