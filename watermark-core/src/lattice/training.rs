//! `[X5]` Soft bits again, once the beacon is known: its blocks show what the channel did.
//!
//! A codec shrinks what it hardly keeps, and takes activity from flat blocks, from which the reader computes its steps: flat blocks come back at 0.6 to 0.8
//! of their gain while textured ones stand at 1 to 1.1 (generated pictures after WebP 80). One gain for all serves neither. Without any known bit
//! such gains cannot be told, since the double angle, in which the bits cancel, is lost long before the bits are.
//! The beacon is an eighth of all blocks, has a wider step and reads first; with its bits known, gain and noise of every class of blocks
//! are fitted by likelihood, on the single angle where the bit is known and on both bits where it is not.

use super::cover::surprise;
use super::{Aligned, CLASSES, CORRECTION_PRIOR, CORRECTIONS, Fit, KIND_BLOCKS, KINDS, concentration, cos_turns};
use super::{ln_bessel0, log_ratio};
use crate::carrier::TILE_BITS;

/// Gains tried for the picture as a whole, over the one that was read at.
const GAINS: [f32; 17] =
    [0.72, 0.76, 0.8, 0.84, 0.88, 0.92, 0.96, 1.0, 1.04, 1.08, 1.13, 1.18, 1.23, 1.28, 1.34, 1.4, 1.46];
/// Gains tried for a class over the picture's. A block many steps from zero turns fast with the gain, so its class is searched closely.
const NEAR: [f32; 9] = [1.0, 0.55, 0.65, 0.75, 0.85, 0.92, 1.08, 1.16, 1.25];
const MIDDLE: [f32; 7] = [1.0, 0.86, 0.91, 0.955, 1.045, 1.09, 1.14];
const FAR: [f32; 5] = [1.0, 0.97, 0.985, 1.015, 1.03];
/// Candidate factors on a class's soft bits from the cover's distribution.
const TRUST: [f32; 5] = [1.0, 0.8, 0.6, 0.35, 0.0];
/// What they have to gain over the periodic ones to be taken, natural log.
const TRUST_PRIOR: f32 = 1.0;
/// What a gain other than the picture's has to gain to be believed, natural log.
const GAIN_PRIOR: f32 = 2.0;

impl Aligned {
    /// As [`soft_bits`](Self::soft_bits), with the tile bits that are `known`. Also the gain of the picture as a whole.
    pub(crate) fn trained_soft_bits(&self, fit: &Fit, known: &[Option<u8>]) -> (Vec<f32>, f32) {
        let fit = Fit { gain: self.trained_gain(fit.gain, known), ..*fit };
        let inverse = 1.0 / fit.gain;
        let class: Vec<usize> = (0..self.len()).map(|i| self.class(i, inverse)).collect();
        let variance: Vec<f32> = (0..self.len()).map(|i| self.variance(i, fit.gain, fit.noise)).collect();
        let stride = self.len().div_ceil(KIND_BLOCKS).max(1);
        let mut members = vec![Vec::new(); CLASSES];
        for i in 0..self.len() {
            if i % stride == 0 || known[usize::from(self.bit[i])].is_some() {
                members[class[i]].push(i);
            }
        }
        let channel: Vec<(f32, f32)> = (0..CLASSES)
            .map(|class| self.trained_channel(&members[class], inverse, gains(class), &variance, known))
            .collect();
        let periodic = |i: usize| {
            let (gain, factor) = channel[class[i]];
            let cosine = cos_turns(self.ratio[i] * inverse / gain - self.dither[i]);
            2.0 * concentration(variance[i] * factor) * cosine
        };
        // The cover's own distribution tells more in most classes; not in those that a codec treated otherwise than as noise.
        let sign = |i: usize| known[usize::from(self.bit[i])].map(|bit| (i, if bit == 0 { 1.0 } else { -1.0 }));
        let taught: Vec<(usize, f32)> = (0..self.len()).filter_map(sign).collect();
        let model = self.cover_model(inverse, &taught);
        let mut costs = [[0.0f32; 1 + TRUST.len()]; CLASSES];
        for &(i, sign) in &taught {
            let [first, rest @ ..] = &mut costs[class[i]];
            *first += surprise(sign * periodic(i));
            let llr = sign * self.cover_llr(i, inverse, model);
            rest.iter_mut().zip(TRUST).for_each(|(cost, trust)| *cost += surprise(trust * llr));
        }
        let trust = costs.map(|[periodic, rest @ ..]| {
            let scored = rest.into_iter().zip(TRUST).filter(|(cost, _)| cost + TRUST_PRIOR < periodic);
            scored.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, trust)| trust)
        });
        let mut llr = vec![0.0; TILE_BITS];
        for (i, &bit) in self.bit.iter().enumerate() {
            llr[usize::from(bit)] += match trust[class[i]] {
                Some(trust) => trust * self.cover_llr(i, inverse, model),
                None => periodic(i),
            };
        }
        (llr, fit.gain)
    }

    /// The gain near `start` at which the blocks of known bits agree best with them.
    fn trained_gain(&self, start: f32, known: &[Option<u8>]) -> f32 {
        let agreement = |factor: f32| -> f32 {
            let inverse = 1.0 / (start * factor);
            let one = |i: usize| {
                let bit = known[usize::from(self.bit[i])]?;
                Some(self.weight[i] * cos_turns(self.ratio[i] * inverse - self.dither[i] - 0.5 * f32::from(bit)))
            };
            (0..self.len()).filter_map(one).sum()
        };
        let scored = GAINS.map(|factor| (agreement(factor), factor));
        start * scored.into_iter().max_by(|a, b| a.0.total_cmp(&b.0)).map_or(1.0, |(_, factor)| factor)
    }

    /// Gain, and factor on the phase variance, that make the phases of these blocks likeliest.
    fn trained_channel(
        &self,
        members: &[usize],
        inverse: f32,
        gains: &[f32],
        variance: &[f32],
        known: &[Option<u8>],
    ) -> (f32, f32) {
        let mut best = (f32::NEG_INFINITY, (1.0, 1.0));
        for &gain in gains {
            let prior = if gain == 1.0 { 0.0 } else { GAIN_PRIOR };
            let mut scores = [0.0f32; CORRECTIONS.len()];
            for &i in members {
                let cosine = cos_turns(self.ratio[i] * inverse / gain - self.dither[i]);
                let bit = known[usize::from(self.bit[i])];
                for (score, factor) in scores.iter_mut().zip(CORRECTIONS) {
                    *score += match bit {
                        None => log_ratio(variance[i] * factor, cosine),
                        Some(bit) => {
                            let kappa = concentration(variance[i] * factor);
                            kappa * (if bit == 0 { cosine } else { -cosine }) - ln_bessel0(kappa)
                        }
                    };
                }
            }
            for ((score, factor), factor_prior) in scores.into_iter().zip(CORRECTIONS).zip(CORRECTION_PRIOR) {
                let score = score - prior - factor_prior;
                if score > best.0 {
                    best = (score, (gain, factor));
                }
            }
        }
        best.1
    }
}

/// Gains tried for a class: by how far its blocks are from zero.
fn gains(class: usize) -> &'static [f32] {
    match class {
        0 => &NEAR[..1],
        c if c < KINDS => &NEAR,
        c if c < 2 * KINDS - 1 => &MIDDLE,
        _ => &FAR,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::{Carrier, CarrierKey};
    use crate::lattice::{Strengths, embed, receive};
    use crate::layout::BEACON_BITS;
    use crate::testing::{Random, picture};

    /// Bits that soft values carry about `bits`, those of the seal's part of the tile.
    fn carried(llr: &[f32], bits: &[u8]) -> f32 {
        let one = |(&l, &b): (&f32, &u8)| 1.0 - (if b == 0 { -l } else { l }).exp().ln_1p() / std::f32::consts::LN_2;
        llr.iter().zip(bits).skip(BEACON_BITS).map(one).sum()
    }

    /// A channel that shrinks the fainter half of the blocks to 0.7 and lifts the others by 6 %, with noise.
    fn shrunk(bits: &[u8]) -> Aligned {
        let carrier = Carrier::new(&CarrierKey::PUBLIC);
        let mut plane = picture(1024, 768, 6);
        embed(&mut plane, &carrier.lattice, bits, Strengths::new(9.0));
        let mut aligned = Aligned::new(&receive(&plane, 0, 0, 0.0), &carrier.lattice, (0, 0));
        let mut random = Random(11);
        for (ratio, &kind) in aligned.ratio.iter_mut().zip(&aligned.kind) {
            let gain = if kind <= 2 { 0.7 } else { 1.06 };
            *ratio = gain * (*ratio + 0.19 * Strengths::new(9.0).step() * random.gauss());
        }
        aligned
    }

    fn bits() -> Vec<u8> {
        let mut random = Random(4);
        (0..TILE_BITS).map(|_| (random.next() >> 63) as u8).collect()
    }

    #[test]
    fn a_known_beacon_shows_what_the_channel_did() {
        let bits = bits();
        let aligned = shrunk(&bits);
        let known: Vec<Option<u8>> = bits.iter().enumerate().map(|(i, &b)| (i < BEACON_BITS).then_some(b)).collect();
        let fit = aligned.fit(Strengths::new(9.0).step());
        let blind = carried(&aligned.soft_bits(&fit), &bits);
        let trained = carried(&aligned.trained_soft_bits(&fit, &known).0, &bits);
        assert!(trained > 1.15 * blind, "{blind} bits blind, {trained} trained");
    }

    #[test]
    fn wrong_bits_teach_nothing_that_hurts_much() {
        // Another picture's beacon: half of its bits are wrong, so no class agrees with it, and the soft bits become modest.
        let bits = bits();
        let aligned = shrunk(&bits);
        let wrong: Vec<Option<u8>> = (0..TILE_BITS).map(|i| (i < BEACON_BITS).then_some((i % 2) as u8)).collect();
        let fit = aligned.fit(Strengths::new(9.0).step());
        let mean = |llr: &[f32]| llr.iter().map(|l| l.abs()).sum::<f32>() / llr.len() as f32;
        let (blind, trained) = (aligned.soft_bits(&fit), aligned.trained_soft_bits(&fit, &wrong).0);
        assert!(mean(&trained) < mean(&blind), "{} and {}", mean(&trained), mean(&blind));
    }
}
