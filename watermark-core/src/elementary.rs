//! Exponential and logarithm from basic operations, which IEEE 754 rounds the same on every target.
//!
//! A system's own differ in the last place from one to the next, and soft bits, strengths and with them files and verdicts would too. These
//! are also short enough for the compiler to run several side by side. Errors are stated over all arguments that the tests walk through.

use std::f32::consts::{LN_2, LOG2_E};

/// 1.5 times `2^23`: a float of this size has no bits after the point, and its low bits are those of an integer.
const SHIFT: f32 = 12_582_912.0;
const ONE: u32 = 0x3F80_0000;

/// `e^x` with a relative error under `3e-7`; arguments are taken as -87 to 88, where the result is a normal number.
pub(crate) fn exp(x: f32) -> f32 {
    // ln 2 in two parts (Cody and Waite 1980): the first has so few bits that its multiples are exact.
    const HIGH: f32 = 0.693_359_4;
    const LOW: f32 = -2.121_944_4e-4;
    let x = x.clamp(-87.0, 88.0);
    let shifted = x * LOG2_E + SHIFT;
    let power = shifted - SHIFT;
    let r = x - power * HIGH - power * LOW;
    let high = 1.0 / 24.0 + r * (1.0 / 120.0 + r * (1.0 / 720.0));
    let rest = 1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6.0 + r * high)));
    rest * f32::from_bits((shifted.to_bits() << 23).wrapping_add(ONE))
}

/// `ln x` of a normal positive number, within `2e-7` or, if larger, a relative `2e-7`; about -88 for 0.
pub(crate) fn ln(x: f32) -> f32 {
    /// The square root of one half, where a mantissa begins so that its logarithm is least.
    const LEAST: u32 = 0x3F35_04F3;
    let bits = x.to_bits();
    let exponent = (bits.wrapping_sub(LEAST) as i32) >> 23;
    let mantissa = f32::from_bits(bits.wrapping_sub((exponent << 23) as u32));
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let z = s * s;
    let series = 2.0 / 3.0 + z * (2.0 / 5.0 + z * (2.0 / 7.0 + z * (2.0 / 9.0)));
    exponent as f32 * LN_2 + (2.0 * s + s * z * series)
}

/// `ln(1 + e^x)` without overflow.
pub(crate) fn softplus(x: f32) -> f32 {
    x.max(0.0) + ln(1.0 + exp(-x.abs()))
}

/// `x^power` of a positive number.
pub(crate) fn powf(x: f32, power: f32) -> f32 {
    exp(power * ln(x))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponentials_agree_with_those_in_double_precision() {
        for i in -87_000..=88_000 {
            let x = i as f32 / 1000.0;
            let exact = f64::from(x).exp();
            assert!((f64::from(exp(x)) / exact - 1.0).abs() < 3e-7, "e^{x}");
        }
        assert_eq!(exp(0.0), 1.0);
        assert_eq!((exp(-1e30), exp(1e30)), (exp(-87.0), exp(88.0)));
    }

    #[test]
    fn logarithms_agree_with_those_in_double_precision() {
        for i in 0..200_000_u32 {
            // All normal positive numbers, in even steps of their bits.
            let x = f32::from_bits(0x0080_0000 + i * 10_600);
            let exact = f64::from(x).ln();
            assert!((f64::from(ln(x)) - exact).abs() < 2e-7 * exact.abs().max(1.0), "ln {x}");
        }
        assert_eq!(ln(1.0), 0.0);
        assert!(ln(0.0) < -87.0);
    }

    #[test]
    fn what_is_built_of_them_agrees_too() {
        for i in -4000..4000 {
            let x = i as f32 / 40.0;
            assert!((f64::from(softplus(x)) - (f64::from(x).exp() + 1.0).ln()).abs() < 1e-5, "softplus {x}");
            let exact = f64::from(x.abs() + 0.1).powf(0.8935);
            assert!((f64::from(powf(x.abs() + 0.1, 0.8935)) / exact - 1.0).abs() < 1e-6, "{x}");
        }
    }

    #[test]
    fn the_bits_are_those_recorded_once_for_every_target() {
        let mut hash = 0_u32;
        for i in 0..40_000 {
            let x = i as f32 / 450.0 - 44.0;
            for value in [exp(x), ln(exp(x))] {
                hash = hash.rotate_left(5) ^ value.to_bits();
            }
        }
        assert_eq!(hash, 2_336_230_250);
    }
}
