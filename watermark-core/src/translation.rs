//! `[X2]` Where a crop lies on the tile: lattice coherence at every offset.
//!
//! A crop is a cyclic shift of the tile. For each of the 64 positions of the block grid, the phases of all blocks are laid on
//! one tile and correlated with the dither at all 64 x 64 tile offsets by one FFT pair. The statistic is the coherence of
//! [`lattice`](crate::lattice), so the picture itself is rejected and the null distribution is normal.

use rustfft::num_complex::Complex;
use rustfft::{FftDirection, FftPlanner};

use crate::carrier::{Lattice, TILE_PX};
use crate::fourier;
use crate::lattice::{Received, receive};
use crate::plane::Plane;
use crate::read::gain;

/// A tile offset and how coherent the lattice is there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offset {
    /// Tile position of the plane's top-left sample, canonical pixels.
    pub(crate) x: usize,
    pub(crate) y: usize,
    /// Standard deviations of the null distribution.
    pub(crate) coherence: f32,
}

/// Gains tried: strengths in use, three sixteenths of an octave apart, so none is missed by more than 7 %.
const GAINS: std::ops::Range<usize> = 19..58;
const GAIN_STEP: usize = 3;
/// Number of candidates one search tries.
pub(crate) const CANDIDATES: u64 = (TILE_PX * TILE_PX * (GAINS.end - GAINS.start) / GAIN_STEP) as u64;

/// The most coherent offset of the lattice on `plane`: one tile (512 px) is evidence enough, larger planes only cost time.
pub(crate) fn search(planner: &mut FftPlanner<f32>, plane: &Plane, lattice: &Lattice) -> Offset {
    let side = lattice.side;
    let mut dither: Vec<Complex<f32>> = lattice.dither.iter().map(|&d| turns(2.0 * d)).collect();
    fourier::transform(planner, &mut dither, side, FftDirection::Forward);
    let mut best = Offset { x: 0, y: 0, coherence: f32::NEG_INFINITY };
    let n = lattice.block;
    for y0 in 0..n {
        for x0 in 0..n {
            let received = receive(plane, lattice, x0, y0, 0.0);
            let weight = weights(&received);
            let norm = (0.5 * weight.iter().map(|w| w * w).sum::<f32>()).sqrt() * (side * side) as f32;
            if norm == 0.0 {
                continue;
            }
            for g in GAINS.step_by(GAIN_STEP) {
                let mut field = vec![Complex::new(0.0, 0.0); side * side];
                let double = 2.0 / gain(g);
                for (i, (&q, &w)) in received.ratio.iter().zip(&weight).enumerate() {
                    field[i / received.cols % side * side + i % received.cols % side] += turns(q * double) * w;
                }
                fourier::transform(planner, &mut field, side, FftDirection::Forward);
                for (f, d) in field.iter_mut().zip(&dither) {
                    *f = f.conj() * d;
                }
                fourier::transform(planner, &mut field, side, FftDirection::Inverse);
                let peak = field.iter().enumerate().max_by(|a, b| a.1.re.total_cmp(&b.1.re));
                if let Some((at, value)) = peak
                    && value.re / norm > best.coherence
                {
                    // Block (0, 0) of the grid, whose corner is window pixel (x0, y0), is tile block (at % side, at / side).
                    let place = |block: usize, inside: usize| (block * n + TILE_PX - inside) % TILE_PX;
                    best = Offset {
                        x: place(at % side, x0),
                        y: place(at / side, y0),
                        coherence: value.re / norm,
                    };
                }
            }
        }
    }
    best
}

fn weights(received: &Received) -> Vec<f32> {
    let count = received.step.iter().filter(|&&m| m > 0.0).count().max(1);
    let mean = received.step.iter().sum::<f32>() / count as f32;
    received.step.iter().map(|&m| if m > 0.0 { 1.0 / (1.0 + (mean / m).powi(4)) } else { 0.0 }).collect()
}

/// `exp(2 pi i x)`.
fn turns(x: f32) -> Complex<f32> {
    Complex::new(crate::lattice::cos_turns(x), crate::lattice::cos_turns(x - 0.25))
}
