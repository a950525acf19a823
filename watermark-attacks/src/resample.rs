//! Resizing: separable convolution on 8-bit samples, antialiased when shrinking.
//!
//! The kernels and the rounding after each of the two passes are those of Pillow's `Image.resize`: bicubic is
//! Catmull-Rom (a = -0.5; Keys 1981), Lanczos has three lobes.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::RgbImage;

use crate::chain::AttackError;

/// Longest side a resize gives, in pixels; keeps a hostile factor from asking for all memory.
const RESIZE_LIMIT_PX: u32 = 65_535;

/// Resampling kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// Catmull-Rom cubic, a = -0.5.
    Bicubic,
    /// Lanczos with three lobes.
    Lanczos,
}

/// Side times factor, rounded half to even, at least 1 px.
pub(crate) fn scaled_side(side_px: u32, factor: f64) -> u32 {
    (f64::from(side_px) * factor).round_ties_even().max(1.0) as u32
}

/// Resizes to both sides times their factor.
pub(crate) fn scaled(im: &RgbImage, fx: f64, fy: f64, kernel: Kernel) -> Result<RgbImage, AttackError> {
    resized(im, scaled_side(im.width(), fx), scaled_side(im.height(), fy), kernel)
}

/// Resizes to `width` x `height` pixels, both at least 1.
pub(crate) fn resized(im: &RgbImage, width: u32, height: u32, kernel: Kernel) -> Result<RgbImage, AttackError> {
    if width.max(height) > RESIZE_LIMIT_PX {
        return Err(AttackError::TooLarge { step: "resize", width, height, limit_px: RESIZE_LIMIT_PX });
    }
    if im.dimensions() == (width, height) {
        return Ok(im.clone());
    }
    let filter = match kernel {
        Kernel::Bicubic => FilterType::CatmullRom,
        Kernel::Lanczos => FilterType::Lanczos3,
    };
    // One pass at a time, rows first: overshoots are clipped between the passes, so their order shows.
    Ok(pass(&pass(im, width, im.height(), filter), width, height, filter))
}

/// One call of the resizer; equal sides are left alone. The pixel type is static: the dynamic entry point would compile
/// every pixel type's kernels into this crate, minutes of it.
fn pass(im: &RgbImage, width: u32, height: u32, filter: FilterType) -> RgbImage {
    let source = TypedImageRef::<U8x3>::from_buffer(im.width(), im.height(), im.as_raw()).expect("an RGB buffer fits");
    let mut out = RgbImage::new(width, height);
    let mut target = TypedImage::<U8x3>::from_buffer(width, height, &mut out).expect("an RGB buffer fits");
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter));
    Resizer::new().resize_typed(&source, &mut target, &options).expect("both images are U8x3 and not empty");
    out
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    /// Catmull-Rom weight at distance `x`.
    fn catmull_rom(x: f64) -> f64 {
        let x = x.abs();
        if x < 1.0 {
            (1.5 * x - 2.5) * x * x + 1.0
        } else if x < 2.0 {
            ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
        } else {
            0.0
        }
    }

    /// The definition, one row of one channel, in floating point.
    fn naive_row(row: &[u8], width: usize) -> Vec<f64> {
        let scale = row.len() as f64 / width as f64;
        let stretch = scale.max(1.0);
        (0..width)
            .map(|i| {
                let centre = (i as f64 + 0.5) * scale;
                let weights: Vec<_> =
                    (0..row.len()).map(|k| catmull_rom((k as f64 + 0.5 - centre) / stretch)).collect();
                let sum: f64 = weights.iter().zip(row).map(|(w, &v)| w * f64::from(v)).sum();
                (sum / weights.iter().sum::<f64>()).clamp(0.0, 255.0)
            })
            .collect()
    }

    #[test]
    fn agrees_with_the_definition() {
        let row: Vec<u8> = (0..41u32).map(|x| (x * x * 37 % 251) as u8).collect();
        let im = RgbImage::from_fn(41, 1, |x, _| Rgb([row[x as usize]; 3]));
        for width in [10, 20, 31, 62, 90] {
            let fast = resized(&im, width, 1, Kernel::Bicubic).unwrap();
            for (x, expected) in naive_row(&row, width as usize).into_iter().enumerate() {
                let got = f64::from(fast.get_pixel(x as u32, 0)[0]);
                // one rounding, and weights held as fixed-point numbers
                assert!((got - expected).abs() <= 0.6, "width {width}, x {x}: {got} instead of {expected}");
            }
        }
    }

    #[test]
    fn sides_round_half_to_even() {
        assert_eq!([1, 2, 3, 5].map(|s| scaled_side(s, 0.5)), [1, 1, 2, 2]);
        assert_eq!(scaled_side(3, 0.01), 1);
    }
}
