//! `[X4 X5]` Soft bits of blocks whose cover is near zero.
//!
//! A lattice reader takes every lattice point for as likely as the next, because it does not know the cover. But the step was computed from the block's
//! activity, and the cover's projection is about as large: in flat blocks it is a fraction of a step, so only the points next to zero can have been taken.
//! Which of them it was still shows when noise has blurred each period of the lattice into the next. So the likelihood of a bit is summed over its lattice points,
//! each with the share of covers that embedding moves there. At noise of 20 gray levels a channel this carries 1.3 times the bits of the periodic reader on
//! the development pictures (up to 7 times on smooth ones), after codecs 1 to 4 % more (`docs/DESIGN.md`, The cover is not unknown).

use super::{Aligned, COMPENSATION};
use crate::carrier::TILE_BITS;
use crate::color::round;
use crate::elementary::{exp, ln, softplus};
use crate::mask;

/// Expected distance of a block's cover from zero over its mask step `step`.
pub(super) fn spread(step: f32) -> f32 {
    (mask::activity(step) + QUIET) / step
}

/// Activity that even the flattest cover has, gray levels.
const QUIET: f32 = 0.5;

/// How projections come about, one law for all blocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Model {
    /// Standard deviation of noise that all blocks share, in steps of a block with the median step.
    even: f32,
    /// Scale of the cover's Laplace distribution over [`spread`].
    scale: f32,
    /// Gain over the one that was read at.
    gain: f32,
}

/// Candidates of each.
const EVEN: [f32; 8] = [0.1, 0.15, 0.2, 0.27, 0.36, 0.47, 0.62, 0.8];
const SCALE: [f32; 5] = [1.0, 0.35, 0.6, 1.7, 2.9];
const GAIN: [f32; 4] = [1.0, 1.15, 0.85, 0.72];
/// Finer steps around the best noise and gain.
const NEAR: [f32; 4] = [0.87, 0.93, 1.07, 1.15];
/// Scale where it cannot be fitted: what noise leaves as it is, photographs and generated pictures have.
const USUAL_SCALE: f32 = 1.1;
/// Variance of a phase without noise, square steps: compensation leaves `(1 - 0.78)^2 / 12`.
const SELF_NOISE: f32 = 0.004;
/// Blocks of known bits that the model is fitted on.
const FIT_BLOCKS: usize = 2048;

impl Aligned {
    /// As [`soft_bits`](Self::soft_bits) for noise of a known standard deviation, gray levels.
    pub(crate) fn noisy_soft_bits(&self, gain: f32, noise: f32) -> Vec<f32> {
        let inverse = 1.0 / gain;
        let model = Model { even: noise * inverse / self.median, scale: USUAL_SCALE, gain: 1.0 };
        let mut llr = vec![0.0; TILE_BITS];
        for (i, &bit) in self.bit.iter().enumerate() {
            llr[usize::from(bit)] += self.cover_llr(i, inverse, model);
        }
        llr
    }

    /// LLR of block `i`'s bit under a model.
    pub(super) fn cover_llr(&self, i: usize, inverse_gain: f32, model: Model) -> f32 {
        let steps = self.ratio[i] * inverse_gain / model.gain;
        let variance = SELF_NOISE + model.even * model.even * self.noise[i];
        let covers = Laplace::new(model.scale * self.spread[i] * inverse_gain);
        let [zero, one] = [0.0, 0.5].map(|half| likelihood(steps, self.dither[i] + half, variance, covers));
        ln((zero + OUTLIER) / (one + OUTLIER))
    }

    /// The model that best tells the bits of blocks where they are known: `(block, 1 or -1)`, 1 standing for 0.
    pub(super) fn cover_model(&self, inverse_gain: f32, known: &[(usize, f32)]) -> Model {
        let stride = known.len().div_ceil(FIT_BLOCKS).max(1);
        let score = |model: Model| {
            let told =
                known.iter().step_by(stride).map(|&(i, sign)| surprise(sign * self.cover_llr(i, inverse_gain, model)));
            (-told.sum::<f32>(), model)
        };
        let best = |a: (f32, Model), b: (f32, Model)| if b.0 > a.0 { b } else { a };
        let mut fit = score(Model { even: EVEN[0], scale: SCALE[0], gain: GAIN[0] });
        // Noise and gain trade against each other, the scale hardly with either.
        for gain in GAIN {
            fit = EVEN.into_iter().map(|even| score(Model { even, gain, ..fit.1 })).fold(fit, best);
        }
        fit = SCALE.into_iter().map(|scale| score(Model { scale, ..fit.1 })).fold(fit, best);
        fit = NEAR.into_iter().map(|near| score(Model { even: near * fit.1.even, ..fit.1 })).fold(fit, best);
        NEAR.into_iter().map(|near| score(Model { gain: near * fit.1.gain, ..fit.1 })).fold(fit, best).1
    }
}

/// What it costs to be told a bit whose LLR, its sign turned to the bit's, is `llr`: natural log of 1 over its probability.
pub(super) fn surprise(llr: f32) -> f32 {
    softplus(-llr)
}

/// Likelihood of what the law cannot explain: no block says more than `ln` of its inverse.
const OUTLIER: f32 = 0.005;

/// Likelihood of a projection, its bit's lattice being the integers plus `offset`.
fn likelihood(steps: f32, offset: f32, variance: f32, covers: Laplace) -> f32 {
    let nearest = round(steps - offset) + offset;
    let mut sum = 0.0;
    for k in [-2.0, -1.0, 0.0, 1.0, 2.0] {
        let point = nearest + k;
        let (share, mean) = covers.cell(point);
        let off = steps - (COMPENSATION * point + (1.0 - COMPENSATION) * mean);
        sum += share * exp(-0.5 * off * off / variance);
    }
    sum
}

/// Covers: a Laplace distribution about zero.
#[derive(Clone, Copy)]
struct Laplace {
    scale: f32,
    /// `e^(-1 / scale)`.
    decay: f32,
}

impl Laplace {
    fn new(scale: f32) -> Self {
        let scale = scale.clamp(0.03, 30.0);
        Self { scale, decay: exp(-1.0 / scale) }
    }

    /// Share, and mean, of the covers within half a step of `point`.
    fn cell(self, point: f32) -> (f32, f32) {
        let far = point.abs();
        if far > 0.5 {
            let share = 0.5 * exp((0.5 - far) / self.scale) * (1.0 - self.decay);
            let mean = far - 0.5 + self.scale - self.decay / (1.0 - self.decay);
            (share, if point < 0.0 { -mean } else { mean })
        } else {
            // Their mean is near zero, and only a fifth of it would count.
            (1.0 - 0.5 * (exp((-0.5 - far) / self.scale) + exp((far - 0.5) / self.scale)), 0.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::{Carrier, CarrierKey};
    use crate::lattice::{Strengths, embed, receive};
    use crate::plane::Plane;
    use crate::testing::{Random, picture};

    /// Bits that soft values carry about `bits`.
    fn carried(llr: &[f32], bits: &[u8]) -> f32 {
        let told =
            llr.iter().zip(bits).map(|(&l, &b)| 1.0 - surprise(if b == 0 { l } else { -l }) / std::f32::consts::LN_2);
        told.sum()
    }

    /// A picture with noise of 13 gray levels, read with its noise known.
    fn noisy(cover: Plane) -> (Aligned, Vec<u8>) {
        let carrier = Carrier::new(&CarrierKey::PUBLIC);
        let mut random = Random(4);
        let bits: Vec<u8> = (0..TILE_BITS).map(|_| (random.next() >> 63) as u8).collect();
        let mut plane = cover;
        embed(&mut plane, &carrier.lattice, &bits, Strengths::new(9.0));
        plane.data.iter_mut().for_each(|sample| *sample += NOISE * random.gauss());
        (Aligned::new(&receive(&plane, 0, 0, NOISE), &carrier.lattice, (0, 0)), bits)
    }

    const NOISE: f32 = 13.0;

    #[test]
    fn what_is_known_of_the_cover_reads_flat_blocks_through_noise() {
        let mut smooth = picture(1024, 768, 6);
        smooth.data.iter_mut().for_each(|sample| *sample = 120.0 + 0.1 * (*sample - 120.0));
        for (cover, times) in [(smooth, 10.0), (picture(1024, 768, 6), 1.02)] {
            let (aligned, bits) = noisy(cover);
            let gain = Strengths::new(9.0).step();
            let periodic = carried(&aligned.soft_bits(&aligned.fit(gain)), &bits).max(10.0);
            let told = carried(&aligned.noisy_soft_bits(gain, NOISE), &bits);
            assert!(told > times * periodic, "{periodic} bits periodic, {told} with the cover");
        }
    }

    #[test]
    fn a_whole_step_of_dither_changes_nothing_so_half_a_step_swaps_the_bits() {
        // What the evidence of a decoded codeword rests on.
        let mut random = Random(5);
        for _ in 0..2000 {
            let [steps, dither, variance, scale] = [6.0, 1.0, 0.4, 1.5].map(|range| range * random.unit() + 0.01);
            let covers = Laplace::new(scale);
            let [a, b, c] = [0.0, 0.5, 1.0].map(|half| likelihood(steps - 3.0, dither + half, variance, covers));
            assert!((a - c).abs() <= 1e-3 * (a + OUTLIER), "{a} {c} beside {b}");
        }
    }

    #[test]
    fn cells_hold_the_whole_distribution() {
        for scale in [0.03, 0.3, 1.0, 3.0] {
            let covers = Laplace::new(scale);
            for offset in [0.0, 0.2, 0.5, 0.9] {
                let cells = || (-60..60).map(|k| covers.cell(k as f32 + offset));
                let (whole, far): (f32, f32) = (cells().map(|c| c.0).sum(), cells().map(|c| c.0 * c.1.abs()).sum());
                assert!((whole - 1.0).abs() < 1e-3, "{scale} {offset}: {whole}");
                assert!(far <= scale * 1.001 && far > scale - 0.3, "{scale} {offset}: {far}");
            }
        }
    }
}
