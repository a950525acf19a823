//! `[X2]` Where a plane of known scale and rotation lies on the tile: lattice coherence at every offset.
//!
//! A crop is a cyclic shift of the tile. For each of the 64 positions of the block grid, the phases of all blocks are laid on one tile, those that fall
//! on one another added, and their double angles correlated with the dither's at all 64 x 64 tile offsets by one FFT pair. The
//! statistic is the coherence of [`lattice`](crate::lattice), so the picture itself is rejected and the null distribution is normal.
//!
//! A plane that was turned or scaled lies between pixels, and half a pixel is enough to lose a textured picture: such planes are cut four times,
//! half a pixel apart. A plane turned by half a turn has the same projections in reverse order, so
//! it costs no analysis of its own.

use rustfft::num_complex::Complex;
use rustfft::{FftDirection, FftPlanner};

use crate::carrier::{BLOCK_PX, Lattice, TILE_BLOCKS, TILE_PX};
use crate::fourier;
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
    const SIDE: usize = TILE_BLOCKS;
    let mut dither: Vec<Complex<f32>> = lattice.dither.iter().map(|&d| turns(2.0 * d)).collect();
    fourier::transform(planner, &mut dither, SIDE, FftDirection::Forward);
    let mut field = vec![Complex::new(0.0, 0.0); SIDE * SIDE];
    let mut best = Offset { x: 0, y: 0, reversed: false, coherence: f32::NEG_INFINITY, gain: 1.0 };
    for (x0, y0) in (0..N * N).map(|i| (i % N, i / N)) {
        let blocks = Blocks::new(plane, x0, y0, FRAGILE);
        if blocks.weights.is_empty() {
            continue; // No block fits from here.
        }
        for reversed in [false, true] {
            if reversed && !reversed_too {
                continue;
            }
            let phases = blocks.phases(reversed);
            let origin = if reversed {
                (plane.width - x0 - blocks.grid.cols * N, plane.height - y0 - blocks.grid.rows * N)
            } else {
                (x0, y0)
            };
            for g in GAINS.step_by(GAIN_STEP) {
                field.fill(Complex::new(0.0, 0.0));
                let inverse = 1.0 / gain(g);
                for (i, (&q, &w)) in phases.ratio.iter().zip(&phases.weight).enumerate() {
                    field[i / phases.cols % SIDE * SIDE + i % phases.cols % SIDE] += turns(q * inverse) * w;
                }
                let power = 0.5 * field.iter().map(Complex::norm_sqr).sum::<f32>();
                if power == 0.0 {
                    continue;
                }
                let norm = 1.0 / (power.sqrt() * (SIDE * SIDE) as f32);
                field.iter_mut().for_each(|z| *z = *z * *z / z.norm_sqr().sqrt().max(f32::MIN_POSITIVE));
                fourier::transform(planner, &mut field, SIDE, FftDirection::Forward);
                for (f, d) in field.iter_mut().zip(&dither) {
                    *f = f.conj() * d;
                }
                fourier::transform(planner, &mut field, SIDE, FftDirection::Inverse);
                let peak = field.iter().enumerate().max_by(|a, b| a.1.re.total_cmp(&b.1.re));
                if let Some((at, value)) = peak
                    && value.re * norm > best.coherence
                {
                    // Block (0, 0) of the grid, whose corner is pixel `origin`, is tile block (at % SIDE, at / SIDE).
                    let place = |block: usize, inside: usize| (block * N + TILE_PX - inside) % TILE_PX;
                    let (x, y) = (place(at % SIDE, origin.0), place(at / SIDE, origin.1));
                    best = Offset { x, y, reversed, coherence: value.re * norm, gain: gain(g) };
                }
            }
        }
    }
    best
}

/// `exp(2 pi i x)`.
fn turns(x: f32) -> Complex<f32> {
    Complex::new(cos_turns(x), cos_turns(x - 0.25))
}
