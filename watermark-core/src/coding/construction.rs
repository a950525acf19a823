//! Which inputs of the polar transform carry information: reliability order by Gaussian approximation.
//!
//! in: length `n`, dimension `k` -> out: for every input index of the transform, frozen or not.
//!
//! Density evolution with every LLR taken as Gaussian of mean `m` and variance `2m` (Chung et al. 2001; for polar codes
//! Trifonov 2012): the better half of a split doubles the mean, the worse half has the mean `y` with
//! `t(y) = t(x)^2`, `t(x) = E[tanh(L/2)]`.
//!
//! The set is part of the wire format, so it must be the same on every target. [`check_mean`] is therefore a table
//! of that exact relation, interpolated with `+ - * /` and comparisons in `f64` only, which IEEE 754 fixes to the last
//! bit; no library `exp`, `ln` or `pow` takes part. Golden hashes pin the result.

/// Mean LLR of a channel use that the order is designed for, an Es/N0 of -6.7 dB.
///
/// Tuned with `examples/code_curve.rs` (table in `docs/CODE.md`): block error rates are flat from 0.7 to 1.0, both on
/// the low-rate Gaussian channel and with three quarters erased; 0.4 loses on the second, 1.5 and above on both.
pub(super) const DESIGN_MEAN: f64 = 0.85;

/// `(x, y/x)` where `t(y) = t(x)^2`, from numerical integration of `t`; `knots_match_their_integral` repeats it.
const KNOTS: [(f64, f64); 33] = [
    (0.003_906_25, 0.001_946),
    (0.005_859_375, 0.002_913),
    (0.007_812_5, 0.003_876),
    (0.011_718_75, 0.005_792),
    (0.015_625, 0.007_693),
    (0.023_437_5, 0.011_452),
    (0.031_25, 0.015_156),
    (0.046_875, 0.022_403),
    (0.062_5, 0.029_446),
    (0.093_75, 0.042_963),
    (0.125, 0.055_787),
    (0.187_5, 0.079_622),
    (0.25, 0.101_393),
    (0.375, 0.140_022),
    (0.5, 0.173_595),
    (0.75, 0.230_106),
    (1.0, 0.276_834),
    (1.5, 0.351_871),
    (2.0, 0.411_171),
    (3.0, 0.501_553),
    (4.0, 0.568_447),
    (6.0, 0.661_796),
    (8.0, 0.723_753),
    (12.0, 0.799_959),
    (16.0, 0.844_220),
    (24.0, 0.892_523),
    (32.0, 0.918_039),
    (48.0, 0.944_410),
    (64.0, 0.957_929),
    (96.0, 0.971_689),
    (128.0, 0.978_664),
    (192.0, 0.985_706),
    (256.0, 0.989_252),
];

/// Mean LLR of the worse half ("check node") of two uses of a Gaussian channel of mean `x`.
fn check_mean(x: f64) -> f64 {
    let (first, last) = (KNOTS[0], KNOTS[KNOTS.len() - 1]);
    if x <= first.0 {
        // y -> x^2 / 2 for a useless channel.
        return x * (first.1 * (x / first.0));
    }
    for pair in KNOTS.windows(2) {
        let ((x0, r0), (x1, r1)) = (pair[0], pair[1]);
        if x <= x1 {
            return x * (r0 + (r1 - r0) * ((x - x0) / (x1 - x0)));
        }
    }
    // y -> x - 4 ln 2 for a perfect channel: from here on the difference is constant to 1 %.
    x - last.0 * (1.0 - last.1)
}

/// Mean LLR of each of the `n` inputs when all `n` channel uses have the mean `design`.
fn input_means(n: usize, design: f64) -> Vec<f64> {
    let mut means = vec![design];
    while means.len() < n {
        // The first half of the inputs sees the worse channel, as in the encoder `[left ^ right, right]`.
        means = means.iter().flat_map(|&mean| [check_mean(mean), mean + mean]).collect();
    }
    means
}

/// All `n` inputs, most reliable first; ties go to the higher index. `n` is a power of two and `design` a positive mean LLR.
pub(super) fn by_reliability(n: usize, design: f64) -> Vec<usize> {
    let means = input_means(n, design);
    let mut order: Vec<usize> = (0..n).collect();
    // `total_cmp` is exact and total; a mean is never NaN.
    order.sort_unstable_by(|&a, &b| means[b].total_cmp(&means[a]).then(b.cmp(&a)));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `E[tanh(L/2)]` of a Gaussian LLR of mean `x`, by Simpson's rule over +-12 standard deviations; with
    /// `complement`, one minus that, which keeps its precision where the channel is good.
    fn tanh_mean(x: f64, complement: bool) -> f64 {
        const STEPS: i32 = 6000;
        let mut sum = 0.0;
        for i in 0..=STEPS {
            let z = f64::from(i) * (24.0 / f64::from(STEPS)) - 12.0;
            let llr = x + (2.0 * x).sqrt() * z;
            let weight = if i == 0 || i == STEPS { 1.0 } else { f64::from(2 + 2 * (i % 2)) };
            let value = if complement { 2.0 / (1.0 + llr.exp()) } else { (llr / 2.0).tanh() };
            sum += weight * (-z * z / 2.0).exp() * value;
        }
        sum * (24.0 / f64::from(STEPS)) / 3.0 / (2.0 * core::f64::consts::PI).sqrt()
    }

    #[test]
    fn knots_match_their_integral() {
        for (x, ratio) in KNOTS {
            let y = x * ratio;
            let mismatch = if x < 2.0 {
                tanh_mean(y, false) / tanh_mean(x, false).powi(2) - 1.0
            } else {
                let bad = tanh_mean(x, true);
                tanh_mean(y, true) / (bad * (2.0 - bad)) - 1.0
            };
            // Six decimals of the ratio.
            assert!(mismatch.abs() < 5e-4 * x.clamp(1.0, 4.0), "knot {x}: {mismatch}");
        }
    }

    #[test]
    fn check_mean_is_continuous_and_below_the_channel() {
        let mut before = 0.0;
        for i in 1..=40_000 {
            let x = f64::from(i) * 0.01;
            let y = check_mean(x);
            assert!(before < y && y < x, "{x}");
            before = y;
        }
        assert!(check_mean(1e-300) >= 0.0);
    }

    #[test]
    fn nested_and_counted() {
        for (n, k) in [(64, 33), (512, 104), (1024, 104), (4096, 768), (4096, 4096)] {
            let order = by_reliability(n, DESIGN_MEAN);
            let mut set = vec![false; n];
            order[..k].iter().for_each(|&input| set[input] = true);
            assert_eq!(set.iter().filter(|&&free| free).count(), k);
            // Inputs whose index only gains ones are never less reliable.
            for (i, free) in set.iter().enumerate() {
                assert!(!free || (0..n.ilog2()).all(|bit| set[i | 1 << bit]), "input {i} of ({n}, {k})");
            }
        }
    }
}
