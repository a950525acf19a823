//! Detection statistic -> probability that an unmarked picture reaches it.
//!
//! Every statistic of this crate is brought to a standard normal null distribution, then corrected for the number of
//! candidates tried (gains, offsets, scales): `1 - (1 - p)^n` (Sidak). That is exact for independent candidates and
//! errs to the safe side for the correlated ones tried here.

/// A picture is called marked when chance would do as well less often than this, all candidates counted.
pub const FALSE_POSITIVE_RATE: f64 = 1e-6;

/// What a CRC-32 says, bits: chance passes it in one of `2^32` words, and a decoding looks at up to 40, lists of 8 and of 32. One of 256 counts as seven.
const CRC_BITS: f64 = 26.678;

/// How sure it is that a mark is there, whether or not it could be read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detection {
    /// Best statistic found, in standard deviations of its null distribution.
    pub statistic: f64,
    /// What the statistic has to reach for `marked`, given the candidates tried.
    pub threshold: f64,
    /// log10 of the probability that an unmarked picture gives a candidate this good.
    pub log10_p: f64,
    /// Candidates tried: the factor the probability was corrected by.
    pub candidates: u64,
}

/// More evidence than this is not counted: the tail is computed with.
const MOST_BITS: f64 = 900.0;

// Evidence is looked at in several ways, each of which may use up a part of the rate: one in so many.

/// The pilot where an unmoved picture has it.
pub(crate) const PILOT_LOOK: u64 = 2;
/// The lattices, twice: before offsets are searched, and at the end.
pub(crate) const LATTICE_LOOK: u64 = 16;
/// The pilot under the best map, in two windows.
pub(crate) const WINDOW_LOOK: u64 = 32;
/// The same under the best map of a picture that was scaled down and is upright.
pub(crate) const DOWN_LOOK: u64 = 64;
/// Codewords that decoded.
pub(crate) const CODEWORD_LOOK: u64 = 4;
/// All of these once more, of a picture that was levelled.
pub(crate) const LEVEL_LOOK: u64 = 32;

impl Detection {
    /// The best of `candidates` standard normal statistics was `statistic`.
    pub(crate) fn best_of(statistic: f64, candidates: u64) -> Self {
        let candidates = candidates.max(1);
        let threshold = threshold(FALSE_POSITIVE_RATE / candidates as f64);
        Self { statistic, threshold, log10_p: corrected(ln_upper_tail(statistic), candidates), candidates }
    }

    /// The same evidence as one of `times` as many candidates.
    pub(crate) fn among(self, times: u64) -> Self {
        let candidates = self.candidates.saturating_mul(times);
        let threshold = threshold(FALSE_POSITIVE_RATE / candidates as f64);
        Self { threshold, log10_p: (self.log10_p + (times as f64).log10()).min(0.0), candidates, ..self }
    }

    /// A codeword whose CRC was right in the decoding of this number, of `attempts` in all by now; `evidence` as the [decoder](crate::coding::Decoded) says.
    /// Reported in standard deviations like the other statistics.
    ///
    /// Two bounds hold, and the better one counts; the first may take nine tenths of the error rate, the second one tenth. Chance passes a decoding's CRC once in `2^26.7`; only the decodings up to
    /// the one that found the word count there, since those of an unmarked picture that come too late for the rate are refused whatever they find. And for an unmarked picture the signs of all soft bits are fair coins,
    /// whatever their magnitudes, because the dither is uniform and a shift of half a step turns the sign: so the likelihood ratio of a codeword to chance
    /// averages 1, exceeds `2^(evidence + k)` with probability `2^-(evidence + k)` at most (Markov), and one of the `2^k` messages with `2^-evidence`.
    pub(crate) fn decoded(number: u64, attempts: u64, evidence: f64) -> Self {
        let of = |candidates: u64, share: f64, bits: f64| {
            let p = (share * bits.min(MOST_BITS).exp2()).recip().min(0.5);
            let (statistic, threshold) = (threshold(p), threshold(FALSE_POSITIVE_RATE / candidates as f64));
            Self { statistic, threshold, log10_p: corrected(p.ln(), candidates), candidates }
        };
        let check = of(CODEWORD_LOOK * number.max(1), 0.9, CRC_BITS);
        let bits = of(CODEWORD_LOOK * attempts.max(1), 0.1, evidence);
        if bits.log10_p < check.log10_p { bits } else { check }
    }

    /// Whether chance is excluded.
    pub fn is_significant(&self) -> bool {
        self.log10_p <= FALSE_POSITIVE_RATE.log10()
    }
}

/// log10 of `1 - (1 - e^ln_p)^n`.
pub(crate) fn corrected(ln_p: f64, n: u64) -> f64 {
    let p = ln_p.exp();
    let n = n as f64;
    if p * n < 1e-12 {
        (ln_p + n.ln()).min(0.0) * std::f64::consts::LOG10_E
    } else {
        (-(n * (-p).ln_1p()).exp_m1()).log10().min(0.0)
    }
}

/// Natural log of the upper tail of the standard normal distribution at `z`.
pub(crate) fn ln_upper_tail(z: f64) -> f64 {
    if z < 0.0 {
        return (-ln_upper_tail(-z).exp()).ln_1p();
    }
    // Continued fraction of Mills' ratio (Abramowitz & Stegun 26.2.14), deep enough for 1e-9 from z = 1 up; below that a series.
    if z < 1.0 {
        let (mut term, mut sum) = (z, z);
        for k in 1..30 {
            term *= -z * z / (2.0 * f64::from(k));
            sum += term / f64::from(2 * k + 1);
        }
        return (0.5 - sum / (2.0 * std::f64::consts::PI).sqrt()).ln();
    }
    let mut fraction = z;
    for k in (1..=80).rev() {
        fraction = z + f64::from(k) / fraction;
    }
    -0.5 * z * z - 0.5 * (2.0 * std::f64::consts::PI).ln() - fraction.ln()
}

/// The `z` whose upper tail is `p`, for `0 < p < 1/2`, by bisection.
fn threshold(p: f64) -> f64 {
    let (mut low, mut high) = (0.0, 40.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if ln_upper_tail(middle) > p.ln() { low = middle } else { high = middle }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tail_matches_published_values() {
        // Abramowitz & Stegun table 26.1 and 26.2.
        for (z, p) in [(0.0, 0.5), (0.5, 0.308_537_5), (1.0, 0.158_655_3), (3.0, 1.349_898e-3), (6.0, 9.865_876e-10)] {
            assert!((ln_upper_tail(z) - f64::ln(p)).abs() < 1e-6, "z = {z}");
            assert!((ln_upper_tail(-z).exp() - (1.0 - p)).abs() < 1e-6, "z = -{z}");
        }
    }

    #[test]
    fn threshold_and_tail_agree_and_candidates_raise_it() {
        let one = Detection::best_of(6.1, 1);
        assert!(one.is_significant() && one.statistic > one.threshold);
        let many = Detection::best_of(6.1, 1_000_000);
        assert!(!many.is_significant() && many.statistic < many.threshold);
        assert!((many.log10_p - one.log10_p - 6.0).abs() < 1e-3);
    }

    #[test]
    fn one_of_more_candidates_is_as_one_of_all_of_them() {
        let (all, later) = (Detection::best_of(9.0, 32_000), Detection::best_of(9.0, 2000).among(16));
        assert!((all.log10_p - later.log10_p).abs() < 1e-6 && (all.threshold - later.threshold).abs() < 1e-9);
        assert_eq!((all.statistic, all.candidates), (later.statistic, later.candidates));
    }

    #[test]
    fn all_looks_together_do_not_exceed_the_rate() {
        let once = [PILOT_LOOK, CODEWORD_LOOK, LEVEL_LOOK];
        let twice = [LATTICE_LOOK, WINDOW_LOOK, DOWN_LOOK];
        let looks = once.into_iter().chain(twice).chain(twice);
        assert!(looks.map(|look| 1.0 / look as f64).sum::<f64>() <= 1.0);
    }

    #[test]
    fn a_codeword_counts_by_its_check_or_by_what_its_soft_bits_say() {
        let by_check = Detection::decoded(1, 1, 3.0);
        // 40 words of 2^32, and nine tenths of a quarter of the rate.
        let expected = (4.0 * 40.0 / 0.9 / 32f64.exp2()).log10();
        assert!((by_check.log10_p - expected).abs() < 1e-3 && by_check.is_significant());
        assert!(Detection::decoded(24, 1000, 3.0).is_significant(), "what was tried afterwards takes nothing from it");
        assert!(!Detection::decoded(25, 25, 3.0).is_significant());
        let by_bits = Detection::decoded(100, 100, 60.0);
        assert!(by_bits.is_significant() && by_bits.statistic > by_bits.threshold);
        assert!((by_bits.log10_p - 4000f64.log10() + 60.0 * 2f64.log10()).abs() < 1e-6);
        assert!(Detection::decoded(100, 1000, 60.0).log10_p > by_bits.log10_p, "it counts among all decodings");
        assert!(Detection::decoded(1, 1, f64::INFINITY).log10_p.is_finite());
    }
}
