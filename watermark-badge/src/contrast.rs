//! Relative luminance and contrast ratio as WCAG 2.1 defines them, for samples taken as sRGB.
//!
//! No `powf`, whose last bits differ between targets: `x^2.4 = x^2 * (x^2)^(1/5)`, the root by Newton's method.

use std::sync::LazyLock;

/// [`linear`] of every 8-bit sample: eight divisions a sample would take longer than all the rest of drawing.
pub(crate) static LINEAR_8: LazyLock<[f32; 256]> =
    LazyLock::new(|| std::array::from_fn(|sample| linear(sample as f32 / 255.0)));

/// Relative luminance, 0 to 1, of linear red, green and blue in 0 to 1.
pub(crate) fn luminance([red, green, blue]: [f32; 3]) -> f32 {
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// Contrast ratio of two luminances, 1 to 21.
pub(crate) fn ratio(a: f32, b: f32) -> f32 {
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Gamma-encoded sample, 0 to 1 -> linear: WCAG's wording of the sRGB curve, its threshold 0.03928 included.
pub(crate) fn linear(sample: f32) -> f32 {
    if sample <= 0.03928 {
        return sample / 12.92;
    }
    let base = (sample + 0.055) / 1.055;
    let square = base * base;
    square * fifth_root(square)
}

/// For `value` in 0.008 to 1. From above the root, where Newton's iteration falls monotonically; the slowest start, 0.008, is
/// exact to the last bits after eight steps.
fn fifth_root(value: f32) -> f32 {
    (0..8).fold(1.0, |root: f32, _| {
        let fourth = root * root * root * root;
        (4.0 * root + value / fourth) / 5.0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_is_that_of_srgb() {
        for step in 0..=1000_u16 {
            let sample = f32::from(step) / 1000.0;
            let x = f64::from(sample);
            let expected = if x <= 0.03928 { x / 12.92 } else { ((x + 0.055) / 1.055).powf(2.4) };
            assert!((f64::from(linear(sample)) - expected).abs() < 1e-6, "{sample}: {} {expected}", linear(sample));
        }
    }

    #[test]
    fn ratios_are_those_of_the_standard() {
        assert!((ratio(luminance([linear(0.0); 3]), luminance([linear(1.0); 3])) - 21.0).abs() < 1e-4);
        // #767676 on white is the darkest gray that WCAG's examples call sufficient, 4.54 : 1.
        assert!((ratio(LINEAR_8[118], 1.0) - 4.54).abs() < 0.01);
    }
}
