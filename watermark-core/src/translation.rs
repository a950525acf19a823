//! `[X2]` Where a plane of known scale and rotation lies on the tile: lattice coherence at every offset.
//!
//! A crop is a cyclic shift of the tile. For each of the 64 positions of the seal's block grid, the phases of all blocks are laid on one tile and
//! correlated with the dither at all 64 x 64 tile offsets by one FFT pair; the best offsets are then judged by the beacon as well. The
//! statistic is the coherence of [`lattice`](crate::lattice), so the picture itself is rejected and the null distribution is normal.
//!
//! A plane that was turned or scaled lies between pixels, and half a pixel is enough to lose a textured picture: such planes are cut four times,
//! half a pixel apart. A plane turned by half a turn has the same blocks in reverse order, with the odd coefficients negated, so
//! it costs no analysis of its own.

use rustfft::num_complex::Complex;
use rustfft::{FftDirection, FftPlanner};

use crate::carrier::{Carrier, Lattice, TILE_PX};
use crate::fourier;
use crate::lattice::cos_turns;
use crate::phases::Blocks;
use crate::plane::Plane;
use crate::read::{BEACON_STEP, gain};

/// A tile offset and how coherent both lattices are there.
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
/// The seal's offsets that are judged by the beacon too, and the coherence they must have.
const JUDGED: usize = 24;
const LEAST: f32 = 4.0;
/// Weight of the beacon's coherence beside the seal's: it has a quarter of the blocks.
const BEACON_SHARE: f32 = 0.6;
/// Activity, gray levels, above which an error of a fraction of a pixel takes the mark away.
const FRAGILE: f32 = 20.0;

/// Number of candidates that one orientation of one plane adds.
pub(crate) const CANDIDATES: u64 = (TILE_PX * TILE_PX * (GAINS.end - GAINS.start).div_ceil(GAIN_STEP) + JUDGED) as u64;

/// The most coherent offset of both lattices on `plane`, as it is or also reversed.
pub(crate) fn search(planner: &mut FftPlanner<f32>, plane: &Plane, carrier: &Carrier, reversed_too: bool) -> Offset {
    let found = seal_offsets(planner, plane, &carrier.seal, reversed_too);
    let lattice = &carrier.beacon;
    let n = lattice.block;
    let mut best = Offset { x: 0, y: 0, reversed: false, coherence: f32::NEG_INFINITY, gain: 1.0 };
    for offset in found {
        let (mut x0, mut y0) = ((n - offset.x % n) % n, (n - offset.y % n) % n);
        let (cols, rows) = (plane.width.saturating_sub(x0) / n, plane.height.saturating_sub(y0) / n);
        let tile = ((offset.x + x0) % TILE_PX / n, (offset.y + y0) % TILE_PX / n);
        if offset.reversed {
            (x0, y0) = (plane.width - x0 - cols * n, plane.height - y0 - rows * n);
        }
        let phases = Blocks::new(plane, n, x0, y0, FRAGILE).phases(lattice, offset.reversed);
        let beacon = [0.95, 1.0, 1.05].map(|f| phases.coherence(lattice, tile, offset.gain * BEACON_STEP * f));
        let beacon = beacon.into_iter().fold(f32::NEG_INFINITY, f32::max);
        let joint = (offset.coherence + BEACON_SHARE * beacon) / (1.0 + BEACON_SHARE * BEACON_SHARE).sqrt();
        if joint > best.coherence {
            best = Offset { coherence: joint, ..offset };
        }
    }
    best
}

/// The most coherent offsets of the seal's lattice, best first.
fn seal_offsets(planner: &mut FftPlanner<f32>, plane: &Plane, lattice: &Lattice, reversed_too: bool) -> Vec<Offset> {
    let (side, n) = (lattice.side, lattice.block);
    let mut dither: Vec<Complex<f32>> = lattice.dither.iter().map(|&d| turns(2.0 * d)).collect();
    fourier::transform(planner, &mut dither, side, FftDirection::Forward);
    let mut field = vec![Complex::new(0.0, 0.0); side * side];
    let mut found = Vec::new();
    for (x0, y0) in (0..n * n).map(|i| (i % n, i / n)) {
        let blocks = Blocks::new(plane, n, x0, y0, FRAGILE);
        for reversed in [false, true] {
            if reversed && !reversed_too {
                continue;
            }
            let phases = blocks.phases(lattice, reversed);
            if phases.power == 0.0 {
                continue;
            }
            let origin = if reversed {
                (plane.width - x0 - blocks.grid.cols * n, plane.height - y0 - blocks.grid.rows * n)
            } else {
                (x0, y0)
            };
            let norm = 1.0 / (phases.power.sqrt() * (side * side) as f32);
            for g in GAINS.step_by(GAIN_STEP) {
                field.fill(Complex::new(0.0, 0.0));
                let double = 2.0 / gain(g);
                for (i, (&q, &w)) in phases.ratio.iter().zip(&phases.weight).enumerate() {
                    field[i / phases.cols % side * side + i % phases.cols % side] += turns(q * double) * w;
                }
                fourier::transform(planner, &mut field, side, FftDirection::Forward);
                for (f, d) in field.iter_mut().zip(&dither) {
                    *f = f.conj() * d;
                }
                fourier::transform(planner, &mut field, side, FftDirection::Inverse);
                for (at, value) in field.iter().enumerate() {
                    let coherence = value.re * norm;
                    if coherence > LEAST {
                        // Block (0, 0) of the grid, whose corner is pixel `origin`, is tile block (at % side, at / side).
                        let place = |block: usize, inside: usize| (block * n + TILE_PX - inside) % TILE_PX;
                        let (x, y) = (place(at % side, origin.0), place(at / side, origin.1));
                        found.push(Offset { x, y, reversed, coherence, gain: gain(g) });
                    }
                }
            }
        }
    }
    found.sort_by(|a, b| b.coherence.total_cmp(&a.coherence));
    found.truncate(JUDGED);
    found
}

/// `exp(2 pi i x)`.
fn turns(x: f32) -> Complex<f32> {
    Complex::new(cos_turns(x), cos_turns(x - 0.25))
}
