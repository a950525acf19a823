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
use crate::carrier::{BLOCK_PX, Lattice, PERIOD_PX, SHIFTS, TILE_BLOCKS, TILE_PX, shift, shifts};
use crate::fourier::Correlator;
use crate::lattice::cos_turns;
use crate::phases::Blocks;
use crate::plane::Plane;
use crate::read::gain;
use crate::wide::{Kernel, wide};

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
    pattern.iter_mut().zip(&twist.turns).for_each(|(z, turn)| *z *= turn.conj());
    let mut correlator = Correlator::new(planner, pattern, SIDE);
    let ways = if reversed_too { &[false, true][..] } else { &[false] };
    let mut tiles: Vec<Tile> = ways.iter().map(|&reversed| Tile::new(&twist, reversed)).collect();
    let mut phases = Phases { re: Vec::new(), im: Vec::new() };
    let mut correlation = vec![Complex::new(0.0, 0.0); SIDE * SIDE];
    let mut best = Offset { x: 0, y: 0, reversed: false, coherence: 0.0, gain: 1.0 };
    for y0 in 0..N {
        let strips = Strips::new(plane, y0);
        for x0 in 0..N {
            let blocks = Blocks::new(strips.grid(x0), FRAGILE);
            let (cols, rows) = (blocks.grid.cols, blocks.grid.rows);
            let mut ratios = blocks.ratios(&blocks.grid.blocks);
            let mut weights = blocks.weights;
            // Blocks of no weight fill up the last vector.
            for part in [&mut ratios, &mut weights, &mut phases.re, &mut phases.im] {
                part.resize((cols * rows).next_multiple_of(TOGETHER), 0.0);
            }
            for g in GAINS.step_by(GAIN_STEP) {
                wide(Turn { ratios: &ratios, weights: &weights, inverse_gain: 1.0 / gain(g), phases: &mut phases });
                wide(Lay { phases: &phases, cols, tiles: &mut tiles });
                for (tile, reversed) in tiles.iter().zip([false, true]) {
                    let power = wide(Double { tile, out: &mut correlation });
                    if power == 0.0 {
                        continue; // No block fits from here, or none can be read.
                    }
                    if reversed {
                        correlation.reverse();
                    }
                    correlator.correlate(&mut correlation);
                    let norm = 1.0 / ((0.5 * power).sqrt() * (SIDE * SIDE) as f32);
                    let peak = wide(Highest { twist: &twist, correlation: &correlation, least: best.coherence / norm });
                    let Some(Peak { height, at, first }) = peak else { continue };
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
const VECTORS_A_ROW: usize = SIDE / LANES;
/// Blocks whose phases are taken together: several vectors, since each waits for its last result.
const TOGETHER: usize = 32;

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
}

/// The highest sum of all offsets and first shifts, if it is higher than `least`.
struct Highest<'a> {
    twist: &'a Twist,
    correlation: &'a [Complex<f32>],
    least: f32,
}

impl Kernel for Highest<'_> {
    type Output = Option<Peak>;

    #[inline(always)]
    fn run(self) -> Option<Peak> {
        let mut best = None;
        let mut most = self.least.max(0.0);
        for (row, values) in self.correlation.chunks_exact(SIDE).enumerate() {
            let mut powers = [0.0f32; LANES];
            for values in values.as_chunks::<LANES>().0 {
                for lane in 0..LANES {
                    let power = values[lane].norm_sqr();
                    powers[lane] = if power > powers[lane] { power } else { powers[lane] };
                }
            }
            if powers.into_iter().fold(0.0, f32::max) <= most * most {
                continue;
            }
            for (at, z) in (row * SIDE..).zip(values) {
                let turned = z * self.twist.turns[at];
                for (first, tile) in self.twist.tiles.iter().enumerate() {
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

/// Phases of blocks, row by row: real and imaginary parts, each by itself so that the compiler computes several side by side.
struct Phases {
    re: Vec<f32>,
    im: Vec<f32>,
}

/// The phases of blocks from projections over mask steps.
struct Turn<'a> {
    ratios: &'a [f32],
    weights: &'a [f32],
    inverse_gain: f32,
    phases: &'a mut Phases,
}

impl Kernel for Turn<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Phases { re, im } = self.phases;
        let parts = re.as_chunks_mut::<TOGETHER>().0.iter_mut().zip(im.as_chunks_mut::<TOGETHER>().0);
        let blocks = self.ratios.as_chunks::<TOGETHER>().0.iter().zip(self.weights.as_chunks::<TOGETHER>().0);
        for ((re, im), (ratios, weights)) in parts.zip(blocks) {
            for i in 0..TOGETHER {
                let turns = ratios[i] * self.inverse_gain;
                re[i] = weights[i] * cos_turns(turns);
                im[i] = weights[i] * cos_turns(turns - 0.25);
            }
        }
    }
}

/// Phases laid on the tile, those that fall on one another added.
struct Tile {
    re: Vec<[f32; LANES]>,
    im: Vec<[f32; LANES]>,
    /// What turns a block back by so many fifths: the shift of its tile, the first one having none.
    back: [Complex<f32>; SHIFTS],
    /// How double phases turn from block to block: cosines and sines.
    twist: Vec<[[f32; LANES]; 2]>,
}

impl Tile {
    /// `reversed`: the tiles of the plane are read in reverse, those of a row and the rows.
    fn new(twist: &Twist, reversed: bool) -> Self {
        let mut twist = twist.turns.clone();
        if reversed {
            twist.reverse();
        }
        let lanes = |turns: &[Complex<f32>; LANES]| [turns.map(|turn| turn.re), turns.map(|turn| turn.im)];
        let [re, im] = [(); 2].map(|()| vec![[0.0; LANES]; SIDE * VECTORS_A_ROW]);
        let order = if reversed { -1.0 } else { 1.0 };
        Self {
            re,
            im,
            back: std::array::from_fn(|fifths| turns(-order * shift([fifths, 0]))),
            twist: twist.as_chunks().0.iter().map(lanes).collect(),
        }
    }
}

/// Lays the phases of blocks in rows of `cols` on each of `tiles`, the first one on its first block.
struct Lay<'a> {
    phases: &'a Phases,
    cols: usize,
    tiles: &'a mut [Tile],
}

impl Kernel for Lay<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let cols = self.cols.max(1);
        for tile in self.tiles {
            tile.re.fill([0.0; LANES]);
            tile.im.fill([0.0; LANES]);
            let rows = self.phases.re.chunks_exact(cols).zip(self.phases.im.chunks_exact(cols));
            for (row, (re, im)) in rows.enumerate() {
                let at = row % SIDE * VECTORS_A_ROW..(row % SIDE + 1) * VECTORS_A_ROW;
                let (sums_re, sums_im) = (tile.re[at.clone()].as_flattened_mut(), tile.im[at].as_flattened_mut());
                for (col, (re, im)) in re.chunks(SIDE).zip(im.chunks(SIDE)).enumerate() {
                    let back = tile.back[shifts([col, row / SIDE])];
                    let sums = sums_re.iter_mut().zip(&mut *sums_im);
                    for ((sum_re, sum_im), (re, im)) in sums.zip(re.iter().zip(im)) {
                        *sum_re += back.re * re - back.im * im;
                        *sum_im += back.re * im + back.im * re;
                    }
                }
            }
        }
    }
}

/// The phases of a tile with their angles doubled and the twist undone, and the sum of their squares.
struct Double<'a> {
    tile: &'a Tile,
    out: &'a mut [Complex<f32>],
}

impl Kernel for Double<'_> {
    type Output = f32;

    #[inline(always)]
    fn run(self) -> f32 {
        let mut power = [0.0f32; LANES];
        let Tile { re, im, twist, .. } = self.tile;
        let out = self.out.as_chunks_mut::<LANES>().0.iter_mut();
        for ((out, [cos, sin]), (re, im)) in out.zip(twist).zip(re.iter().zip(im)) {
            let [mut real, mut imaginary] = [[0.0; LANES]; 2];
            for lane in 0..LANES {
                let (re2, im2) = (re[lane] * re[lane], im[lane] * im[lane]);
                let inverse = 1.0 / (re2 + im2).sqrt().max(f32::MIN_POSITIVE);
                let (re, im) = ((re2 - im2) * inverse, 2.0 * re[lane] * im[lane] * inverse);
                real[lane] = re * cos[lane] + im * sin[lane];
                imaginary[lane] = im * cos[lane] - re * sin[lane];
                power[lane] += re2 + im2;
            }
            *out = std::array::from_fn(|lane| Complex::new(real[lane], imaginary[lane]));
        }
        power.iter().sum()
    }
}

/// `exp(2 pi i x)`.
#[inline(always)]
fn turns(x: f32) -> Complex<f32> {
    Complex::new(cos_turns(x), cos_turns(x - 0.25))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::{Carrier, CarrierKey, TILE_BITS};
    use crate::lattice::{self, Strengths};
    use crate::read::coherence;
    use crate::testing::{Random, picture, same_bits};

    /// A picture of three by two tiles and more.
    fn marked(carrier: &Carrier) -> Plane {
        let bits: Vec<u8> = (0..TILE_BITS).map(|i| (i % 3 == 0).into()).collect();
        let mut plane = picture(1640, 1160, 5);
        lattice::embed(&mut plane, &carrier.lattice, &bits, Strengths::new(9.0));
        plane
    }

    #[test]
    fn wide_vectors_give_the_same_bits() {
        let twist = Twist::new();
        let mut random = Random(8);
        let mut gauss = |count: usize| (0..count).map(|_| random.gauss()).collect::<Vec<_>>();
        // Rows of two tiles and a part, columns of one and a part.
        let (cols, rows) = (150, 70usize);
        let blocks = (cols * rows).next_multiple_of(TOGETHER);
        let [mut ratios, mut weights] = [(); 2].map(|()| gauss(cols * rows));
        for part in [&mut ratios, &mut weights] {
            part.resize(blocks, 0.0);
        }
        let mut phases = [(); 2].map(|()| Phases { re: vec![0.0; blocks], im: vec![0.0; blocks] });
        let [narrow, broad] = &mut phases;
        Turn { ratios: &ratios, weights: &weights, inverse_gain: 0.3, phases: narrow }.run();
        wide(Turn { ratios: &ratios, weights: &weights, inverse_gain: 0.3, phases: broad });
        assert!(same_bits(&narrow.re, &broad.re) && same_bits(&narrow.im, &broad.im));
        let mut tiles = [(); 2].map(|()| [false, true].map(|reversed| Tile::new(&twist, reversed)));
        let [narrow, broad] = &mut tiles;
        Lay { phases: &phases[0], cols, tiles: narrow }.run();
        wide(Lay { phases: &phases[0], cols, tiles: broad });
        for (narrow, broad) in narrow.iter().zip(broad) {
            assert!(same_bits(narrow.re.as_flattened(), broad.re.as_flattened()));
            assert!(same_bits(narrow.im.as_flattened(), broad.im.as_flattened()));
            let [mut first, mut second] = [(); 2].map(|()| vec![Complex::new(0.0, 0.0); SIDE * SIDE]);
            let power = Double { tile: narrow, out: &mut first }.run();
            assert_eq!(power, wide(Double { tile: narrow, out: &mut second }));
            let parts = |grid: &[Complex<f32>]| grid.iter().flat_map(|z| [z.re, z.im]).collect::<Vec<_>>();
            assert!(same_bits(&parts(&first), &parts(&second)));
            let highest = || Highest { twist: &twist, correlation: &first, least: 1.0 };
            let [a, b] = [highest().run(), wide(highest())].map(|peak| peak.map(|p| (p.height, p.at, p.first)));
            assert!(a.is_some() && a == b);
        }
    }

    #[test]
    fn small_planes_cohere_as_their_blocks_do() {
        let carrier = Carrier::new(&CarrierKey::PUBLIC);
        let lattice = &carrier.lattice;
        for (width, height) in [(1, 1), (7, 300), (300, 7)] {
            let found = search(&mut FftPlanner::new(), &picture(width, height, 6), lattice, true);
            assert_eq!(found.coherence, 0.0, "{width} x {height} has no block");
        }
        // Fewer columns than a vector has lanes, no whole vectors, and a width that leaves no rest.
        for (width, height) in [(8, 300), (15, 64), (100, 30), (263, 264), (256, 256)] {
            let plane = picture(width, height, 6);
            let found = search(&mut FftPlanner::new(), &plane, lattice, false);
            let [x0, y0] = [found.x, found.y].map(|at| (BLOCK_PX - at % BLOCK_PX) % BLOCK_PX);
            let at = ((found.x + x0) % PERIOD_PX / BLOCK_PX, (found.y + y0) % PERIOD_PX / BLOCK_PX);
            let blocks = Blocks::new(Strips::new(&plane, y0).grid(x0), FRAGILE);
            let ratios = blocks.ratios(&blocks.grid.blocks);
            // Less than a tile: no two blocks share a bit.
            let (mut sum, mut power) = (0.0f64, 0.0f64);
            for (i, (ratio, weight)) in ratios.iter().zip(&blocks.weights).enumerate() {
                let phase = f64::from(ratio / found.gain - lattice.dither(i, blocks.grid.cols, at));
                sum += f64::from(*weight) * (2.0 * std::f64::consts::TAU * phase).cos();
                power += f64::from(weight * weight);
            }
            let naive = sum / (0.5 * power).sqrt();
            assert!((naive - f64::from(found.coherence)).abs() < 2e-4, "{width} x {height}: {naive} and {found:?}");
        }
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
