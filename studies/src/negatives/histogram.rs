//! A histogram of p-values and Pearson's test of its flatness.

use serde::{Deserialize, Serialize};
use watermark_core::statistics::upper_tail;

/// Equal bins over 0 to 1.
pub(crate) const BINS: usize = 20;

/// Counts of p-values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Histogram {
    pub(crate) bins: [u64; BINS],
    /// Under 1e-2, 1e-3, 1e-4.
    pub(crate) tail: [u64; 3],
}

impl Histogram {
    pub(crate) fn add(&mut self, p: f64) {
        self.bins[((p * BINS as f64) as usize).min(BINS - 1)] += 1;
        for (count, limit) in self.tail.iter_mut().zip([1e-2, 1e-3, 1e-4]) {
            *count += u64::from(p < limit);
        }
    }

    pub(crate) fn total(&self) -> u64 {
        self.bins.iter().sum()
    }

    /// Pearson's chi-square against equal bins, `BINS - 1` degrees of freedom.
    pub(crate) fn chi_square(&self) -> f64 {
        let expected = self.total().max(1) as f64 / BINS as f64;
        self.bins.iter().map(|&n| (n as f64 - expected).powi(2) / expected).sum()
    }

    /// Probability that a flat distribution gives a chi-square this large (Wilson & Hilferty 1931, good to a few per cent of itself
    /// at 19 degrees of freedom).
    pub(crate) fn flatness(&self) -> f64 {
        let freedom = (BINS - 1) as f64;
        let spread = 2.0 / (9.0 * freedom);
        upper_tail(((self.chi_square() / freedom).cbrt() - 1.0 + spread) / spread.sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flat_counts_pass_and_a_slope_does_not() {
        let mut flat = Histogram::default();
        let mut sloping = Histogram::default();
        for i in 0..4000 {
            let p = (f64::from(i) + 0.5) / 4000.0;
            flat.add(p);
            sloping.add(p * p);
        }
        assert!(flat.chi_square() < 1e-9 && flat.flatness() > 0.999);
        assert_eq!(flat.tail, [40, 4, 0]);
        assert!(sloping.flatness() < 1e-9);
    }

    #[test]
    fn flatness_matches_published_quantiles() {
        // Chi-square with 19 degrees of freedom, Abramowitz & Stegun table 26.8.
        for (chi_square, p) in [(11.65, 0.9), (18.34, 0.5), (30.14, 0.05), (43.82, 0.001)] {
            // Two bins moved apart by d have chi-square 2 d^2 / expected.
            let expected = 1_000_000.0;
            let d = (chi_square * expected / 2.0_f64).sqrt() as u64;
            let mut histogram = Histogram { bins: [1_000_000; BINS], tail: [0; 3] };
            histogram.bins[0] += d;
            histogram.bins[1] -= d;
            assert!((histogram.flatness() / p - 1.0).abs() < 0.05, "{chi_square}: {} for {p}", histogram.flatness());
        }
    }
}
