//! Colour and tone, sample by sample.
//!
//! 8-bit gamma-encoded RGB in and out. Formulas and integer rounding are those of Pillow: `ImageEnhance` blends (cut,
//! not rounded), ITU-R 601-2 luma in 16-bit fixed point (`L24`), HSV with 8 bits a component.

use image::{Rgb, RgbImage};

/// Blend with black.
pub(crate) fn brightness(im: &RgbImage, factor: f32) -> RgbImage {
    map(im, |p| p.map(|v| blend(0, v, factor)))
}

/// Blend with the mean luma, rounded to an integer.
pub(crate) fn contrast(im: &RgbImage, factor: f32) -> RgbImage {
    let sum: u64 = im.pixels().map(|p| u64::from(luma(p.0))).sum();
    let mean = (sum as f64 / (f64::from(im.width()) * f64::from(im.height())) + 0.5) as u8;
    map(im, |p| p.map(|v| blend(mean, v, factor)))
}

/// Blend with the grayscale image.
pub(crate) fn saturation(im: &RgbImage, factor: f32) -> RgbImage {
    map(im, |p| p.map(|v| blend(luma(p), v, factor)))
}

/// Hue turned by `turn` of a full turn, in steps of 1/255 as Pillow's HSV stores it.
pub(crate) fn hue(im: &RgbImage, turn: f64) -> RgbImage {
    let step = (turn * 255.0).round_ties_even().rem_euclid(256.0) as u8;
    map(im, |p| {
        let [h, s, v] = rgb_to_hsv(p);
        hsv_to_rgb([h.wrapping_add(step), s, v])
    })
}

/// Samples to the power `exponent` on a scale of 0 to 1.
pub(crate) fn gamma(im: &RgbImage, exponent: f64) -> RgbImage {
    let table: [u8; 256] = std::array::from_fn(|i| (255.0 * (i as f64 / 255.0).powf(exponent)).round_ties_even() as u8);
    map(im, |p| p.map(|v| table[usize::from(v)]))
}

/// Luma in all three channels.
pub(crate) fn gray(im: &RgbImage) -> RgbImage {
    map(im, |p| [luma(p); 3])
}

/// Every sample subtracted from 255.
pub(crate) fn invert(im: &RgbImage) -> RgbImage {
    map(im, |p| p.map(|v| 255 - v))
}

/// Keeps the upper `bits` bits of every sample, 1 to 8.
pub(crate) fn posterize(im: &RgbImage, bits: u32) -> RgbImage {
    let mask = (0xff00_u16 >> bits.clamp(1, 8)) as u8;
    map(im, |p| p.map(|v| v & mask))
}

/// `from + factor (to - from)`, cut to 8 bits; factors above 1 extrapolate.
pub(crate) fn blend(from: u8, to: u8, factor: f32) -> u8 {
    (f32::from(from) + factor * (f32::from(to) - f32::from(from))) as u8 // saturates
}

/// `0.299 R + 0.587 G + 0.114 B`, rounded.
pub(crate) fn luma([r, g, b]: [u8; 3]) -> u8 {
    ((u32::from(r) * 19595 + u32::from(g) * 38470 + u32::from(b) * 7471 + 0x8000) >> 16) as u8
}

fn map(im: &RgbImage, f: impl Fn([u8; 3]) -> [u8; 3]) -> RgbImage {
    let mut out = im.clone();
    for p in out.pixels_mut() {
        *p = Rgb(f(p.0));
    }
    out
}

/// Hue, saturation, value, 0 to 255 each; Pillow's `rgb2hsv_row`, in single precision as there.
fn rgb_to_hsv([r, g, b]: [u8; 3]) -> [u8; 3] {
    let (max, min) = (r.max(g).max(b), r.min(g).min(b));
    if max == min {
        return [0, 0, max];
    }
    let range = f32::from(max - min);
    let [rc, gc, bc] = [r, g, b].map(|v| f32::from(max - v) / range);
    let sextant = if r == max {
        bc - gc
    } else if g == max {
        (2.0 + f64::from(rc) - f64::from(bc)) as f32
    } else {
        (4.0 + f64::from(gc) - f64::from(rc)) as f32
    };
    let turn = (f64::from(sextant) / 6.0 + 1.0).rem_euclid(1.0) as f32;
    let saturation = range / f32::from(max);
    [(f64::from(turn) * 255.0) as u8, (f64::from(saturation) * 255.0) as u8, max]
}

/// Pillow's `hsv2rgb`.
fn hsv_to_rgb([h, s, v]: [u8; 3]) -> [u8; 3] {
    if s == 0 {
        return [v; 3];
    }
    let h = (f64::from(h) * 6.0 / 255.0) as f32;
    let s = f64::from((f64::from(s) / 255.0) as f32);
    let sextant = h.floor();
    let f = f64::from(h - sextant);
    let level = |share: f64| (f64::from(v) * (1.0 - share)).round() as u8;
    let (p, q, t) = (level(s), level(s * f), level(s * (1.0 - f)));
    match sextant as u8 % 6 {
        0 => [v, t, p],
        1 => [q, v, p],
        2 => [p, v, t],
        3 => [p, q, v],
        4 => [t, p, v],
        _ => [v, p, q],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blends_cut_and_saturate() {
        assert_eq!(blend(0, 3, 0.5), 1);
        assert_eq!(blend(100, 200, 2.0), 255);
        assert_eq!(blend(100, 20, 2.0), 0);
    }

    #[test]
    fn luma_of_the_primaries() {
        assert_eq!([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255; 3]].map(luma), [76, 150, 29, 255]);
    }

    #[test]
    fn hsv_of_the_primaries() {
        assert_eq!(rgb_to_hsv([255, 0, 0]), [0, 255, 255]);
        assert_eq!(rgb_to_hsv([0, 200, 0]), [85, 255, 200]);
        assert_eq!(rgb_to_hsv([0, 0, 9]), [170, 255, 9]);
    }

    #[test]
    fn posterize_keeps_the_upper_bits() {
        let im = RgbImage::from_pixel(1, 1, Rgb([0xab, 0xff, 0x0f]));
        assert_eq!(posterize(&im, 4).get_pixel(0, 0).0, [0xa0, 0xf0, 0]);
        assert_eq!(posterize(&im, 8), im);
    }

    #[test]
    fn neutral_parameters_change_nothing() {
        let im = RgbImage::from_fn(16, 16, |x, y| Rgb([(x * 16) as u8, (y * 16) as u8, (x * y) as u8]));
        for out in [brightness(&im, 1.0), contrast(&im, 1.0), saturation(&im, 1.0), gamma(&im, 1.0)] {
            assert_eq!(out, im);
        }
    }
}
