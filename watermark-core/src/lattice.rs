//! `[E6 X4]` Codeword bits <-> block projections: distortion-compensated spread-transform dither modulation.
//!
//! Each block of an octave (8 x 8 for the seal, 16 x 16 for the beacon) is projected on one keyed direction over the
//! carried band. Bit `b` moves the projection a share of the way to the nearest point of the lattice
//! `step * (integer + dither + b / 2)` (Chen & Wornell 2001, section V; Eggers et al. 2003). The picture itself does
//! not disturb reading, as it does with additive spread spectrum: at equal PSNR this carries two to three times the bits
//! after JPEG 50 (`docs/DESIGN.md`, Modulation).
//!
//! Reading needs the step, `gain * mask step`. The gain (strength at stamping times any tone change since) is found by
//! the double-angle coherence `sum w cos 4 pi r`, `r` the phase of each projection in its lattice: bits cancel in it. For an unmarked
//! picture, `r` is uniform because the dither is, whatever the picture: the statistic has a known null distribution.

use crate::block_dct::{BAND, BlockGrid, analyse, pattern};
use crate::carrier::Lattice;
use crate::color::round;
use crate::mask;
use crate::plane::Plane;

/// Share of the way to the lattice point. 1 is plain dither modulation. Lower values carry more through heavy noise (0.7: a
/// third more after noise 20), higher ones more through codecs on smooth pictures (0.8: 2027 bits after WebP 50, 0.9:
/// 2638, medians of the spike) and in clean crops.
const COMPENSATION: f32 = 0.88;

/// How a codeword is laid into the blocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Strengths {
    /// Step, over mask step, times compensation: what the mark costs, in gray levels of mask.
    pub(crate) amplitude: f32,
    /// Share of the way to the lattice point that a projection is moved. The reader need not know it.
    pub(crate) compensation: f32,
}

impl Strengths {
    pub(crate) fn new(amplitude: f32) -> Self {
        Self { amplitude, compensation: COMPENSATION }
    }

    fn step(self) -> f32 {
        self.amplitude / self.compensation
    }
}

/// Moves `plane` (canonical luma) so that its blocks carry `codeword`.
pub(crate) fn embed(plane: &mut Plane, lattice: &Lattice, codeword: &[u8], amplitude: f32) {
    let grid = analyse(plane, lattice.block, 0, 0);
    let amplitudes = solve(&grid, lattice, codeword, Strengths::new(amplitude)).amplitudes;
    let pattern = pattern(&lattice.direction, lattice.block);
    let n = lattice.block;
    for row in 0..grid.rows {
        for y in 0..n {
            let pattern = &pattern[y * n..][..n];
            let samples = &mut plane.row_mut(row * n + y)[..grid.cols * n];
            for (block, &a) in samples.chunks_exact_mut(n).zip(&amplitudes[row * grid.cols..]) {
                for (sample, p) in block.iter_mut().zip(pattern) {
                    *sample += a * p;
                }
            }
        }
    }
}

/// A codeword fitted to the blocks of a picture.
pub(crate) struct Solution {
    /// How far each block's projection is to move, gray levels.
    pub(crate) amplitudes: Vec<f32>,
    /// Lattice step of each block, gray levels; 0 where nothing can be carried.
    pub(crate) steps: Vec<f32>,
}

/// Fits `codeword` to the blocks of `grid`.
pub(crate) fn solve(grid: &BlockGrid, lattice: &Lattice, codeword: &[u8], strengths: Strengths) -> Solution {
    let side = lattice.side;
    let target = |i: usize| {
        let slot = (i / grid.cols % side) * side + i % grid.cols % side;
        let bit = codeword.get(usize::from(lattice.order[slot])).copied().unwrap_or(0);
        lattice.dither[slot] + 0.5 * f32::from(bit)
    };
    let targets: Vec<f32> = (0..grid.blocks.len()).map(target).collect();
    let projections: Vec<f32> = grid.blocks.iter().map(|b| project(b, &lattice.direction)).collect();
    let quantise = |masks: &[f32]| -> Vec<f32> {
        let one = |((&p, &m), &t): ((&f32, &f32), &f32)| {
            let step = strengths.step() * m;
            if step == 0.0 { 0.0 } else { strengths.compensation * ((round(p / step - t) + t) * step - p) }
        };
        projections.iter().zip(masks).zip(&targets).map(one).collect()
    };
    // The reader sees the mask of the marked picture, so solve once, mask again, and solve for that mask.
    let mut marked = grid.clone();
    for (block, a) in marked.blocks.iter_mut().zip(quantise(&mask::steps(grid, 0.0))) {
        for (c, d) in block.iter_mut().zip(&lattice.direction) {
            *c += a * d;
        }
    }
    let masks = mask::steps(&marked, 0.0);
    Solution { amplitudes: quantise(&masks), steps: masks.iter().map(|m| strengths.step() * m).collect() }
}

pub(crate) fn project(block: &[f32; 8], direction: &[f32; BAND.len()]) -> f32 {
    block.iter().zip(direction).map(|(c, d)| c * d).sum()
}

/// The blocks of a received plane, before anything is assumed about tile offset or gain.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) cols: usize,
    /// Projection over mask step; 0 where nothing can be read.
    pub(crate) ratio: Vec<f32>,
    /// Mask step, gray levels; 0 where nothing can be read.
    pub(crate) step: Vec<f32>,
}

/// Projects the blocks of `plane` whose grid starts at `(x0, y0)`; `noise` as for [`mask::steps`].
pub(crate) fn receive(plane: &Plane, lattice: &Lattice, x0: usize, y0: usize, noise: f32) -> Received {
    let grid = analyse(plane, lattice.block, x0, y0);
    let step = mask::steps(&grid, noise);
    let ratio =
        grid.blocks.iter().zip(&step).map(|(b, &m)| if m > 0.0 { project(b, &lattice.direction) / m } else { 0.0 });
    Received { cols: grid.cols, ratio: ratio.collect(), step }
}

/// Received blocks with their place in the tile known: what is left to find is the gain.
#[derive(Clone, Debug, Default)]
pub(crate) struct Aligned {
    ratio: Vec<f32>,
    dither: Vec<f32>,
    /// Weight of each block in the coherence: trust grows with the step.
    weight: Vec<f32>,
    /// Square of median step over own step: relative noise power of each block, were noise even.
    noise: Vec<f32>,
    slot: Vec<u16>,
}

impl Aligned {
    /// Places the block at grid origin on block `(tile_col, tile_row)` of the tile.
    pub(crate) fn new(received: &Received, lattice: &Lattice, tile_col: usize, tile_row: usize) -> Self {
        let mut sorted: Vec<f32> = received.step.iter().copied().filter(|&m| m > 0.0).collect();
        if sorted.is_empty() {
            return Self::default();
        }
        let middle = sorted.len() / 2;
        let median = *sorted.select_nth_unstable_by(middle, f32::total_cmp).1;
        let side = lattice.side;
        let mut out = Self::default();
        for (i, (&ratio, &step)) in received.ratio.iter().zip(&received.step).enumerate() {
            if step > 0.0 {
                let slot = (i / received.cols + tile_row) % side * side + (i % received.cols + tile_col) % side;
                let noise = (median / step) * (median / step);
                out.ratio.push(ratio);
                out.dither.push(lattice.dither[slot]);
                out.weight.push(1.0 / (1.0 + noise * noise));
                out.noise.push(noise);
                out.slot.push(lattice.order[slot]);
            }
        }
        out
    }

    /// Blocks that can be read.
    pub(crate) fn len(&self) -> usize {
        self.ratio.len()
    }

    /// Double-angle coherence at `gain` in standard deviations of its null distribution, which is normal: the dither
    /// makes the phases of an unmarked picture independent and uniform.
    pub(crate) fn coherence(&self, gain: f32) -> f32 {
        let inverse = 1.0 / gain;
        let mut sum = [0.0f32; 8];
        let mut power = [0.0f32; 8];
        let blocks = self.ratio.chunks(8).zip(self.dither.chunks(8)).zip(self.weight.chunks(8));
        for ((ratio, dither), weight) in blocks {
            for (lane, ((q, d), w)) in ratio.iter().zip(dither).zip(weight).enumerate() {
                let c = cos_turns(q * inverse - d);
                sum[lane] += w * (2.0 * c * c - 1.0);
                power[lane] += w * w;
            }
        }
        let power: f32 = power.iter().sum();
        if power > 0.0 { sum.iter().sum::<f32>() / (0.5 * power).sqrt() } else { 0.0 }
    }

    /// Soft bits of the `bits`-bit codeword at `gain`, repeats added, and how likely the best noise level makes the
    /// phases compared to no mark (natural log). Positive LLR means 0.
    pub(crate) fn soft_bits(&self, gain: f32, bits: usize) -> SoftBits {
        let inverse = 1.0 / gain;
        let cosine: Vec<f32> = self.ratio.iter().zip(&self.dither).map(|(q, d)| cos_turns(q * inverse - d)).collect();
        let stride = self.len().div_ceil(FIT_BLOCKS).max(1);
        let variance = |i: usize, noise: [f32; 3]| {
            let far = self.ratio[i] * inverse * noise[2];
            noise[0] * noise[0] + noise[1] * noise[1] * self.noise[i] + far * far
        };
        let mut best = (f32::NEG_INFINITY, [0.0; 3]);
        for mismatch in NOISE_MISMATCH {
            for floor in NOISE_FLOOR {
                for even in NOISE_EVEN {
                    let noise = [floor, even, mismatch];
                    let mut likelihood = 0.0;
                    for i in (0..self.len()).step_by(stride) {
                        let kappa = concentration(variance(i, noise));
                        let x = (kappa * cosine[i]).abs();
                        likelihood += x + (0.5 + 0.5 * (-2.0 * x).exp()).ln() - ln_bessel0(kappa);
                    }
                    if likelihood > best.0 {
                        best = (likelihood, noise);
                    }
                }
            }
        }
        let (likelihood, noise) = best;
        let mut llr = vec![0.0; bits];
        for (i, &slot) in self.slot.iter().enumerate() {
            llr[usize::from(slot)] += 2.0 * concentration(variance(i, noise)) * cosine[i];
        }
        SoftBits { llr, likelihood: likelihood * stride as f32 }
    }
}

/// Demodulated codeword.
#[derive(Clone, Debug)]
pub(crate) struct SoftBits {
    /// One LLR per codeword bit; 0 where no block carried it.
    pub(crate) llr: Vec<f32>,
    /// Natural log of the likelihood ratio of "marked" to "unmarked".
    pub(crate) likelihood: f32,
}

/// Blocks looked at to fit the noise.
const FIT_BLOCKS: usize = 1536;
/// Candidate phase noise that all blocks share (compensation, mask error), standard deviation in steps.
const NOISE_FLOOR: [f32; 2] = [0.05, 0.14];
/// Candidate phase noise of a block with the median step, standard deviation in steps.
const NOISE_EVEN: [f32; 6] = [0.03, 0.08, 0.13, 0.19, 0.25, 0.33];
/// Candidate relative errors of the step: the phase of a projection many steps from zero suffers that many times over.
const NOISE_MISMATCH: [f32; 2] = [0.0, 0.05];

/// Von Mises concentration that matches a wrapped normal of this variance (steps squared): from the mean resultant
/// length `exp(-2 pi^2 s^2)` by Best & Fisher's approximation.
pub(crate) fn concentration(variance: f32) -> f32 {
    let length = (-19.739_208 * variance).exp();
    length * (2.0 - length * length) / (1.0 - length * length).max(0.02)
}

/// `ln I0(x)`, to within 0.01 for `0 <= x`.
fn ln_bessel0(x: f32) -> f32 {
    // Olivares et al. 2018: I0(x) = cosh(x) (1 + 0.24273 x^2) / ((1 + x^2/4)^(1/4) (1 + 0.43023 x^2)).
    let x2 = x * x;
    let ln_cosh = x + (0.5 + 0.5 * (-2.0 * x).exp()).ln();
    ln_cosh + ((1.0 + 0.242_73 * x2) / (1.0 + 0.430_23 * x2)).ln() - 0.25 * (1.0 + 0.25 * x2).ln()
}

/// `cos(2 pi x)` for `|x|` below `2^22`, to within `5e-6`; the same bits on every target.
pub(crate) fn cos_turns(x: f32) -> f32 {
    let r = x - round(x);
    let t = r * r;
    // Taylor to the 14th power: at |r| = 1/2 the next term is 4e-6.
    let high = -26.426_257 + t * (7.903_536 - t * 1.714_391);
    1.0 + t * (-19.739_209 + t * (64.939_394 + t * (-85.456_82 + t * (60.244_64 + t * high))))
}

#[cfg(test)]
mod tests;
