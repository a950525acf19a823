//! `[E1 X1]` Pixels -> luma plane, and a luma change back into pixels.
//!
//! Luma is BT.601 `0.299 R + 0.587 G + 0.114 B` of the gamma-encoded samples: the plane that JPEG, WebP and AVIF
//! spend their bits on, so the mark lives where codecs look. Transparent pixels are read as composited on white, which is
//! what a viewer without alpha shows.

use crate::plane::Plane;
use crate::raster::{Channels, Raster, Samples, SamplesMut};

pub(crate) const LUMA: [f32; 3] = [0.299, 0.587, 0.114];

/// RGB change per unit of luma change: half way between gray `(1, 1, 1)` and the cheapest direction
/// `LUMA / |LUMA|^2 = (0.669, 1.313, 0.255)`. Gray shows least to SSIMULACRA 2, the cheapest direction moves luma most at equal
/// RGB error and so keeps PSNR and SSIM; half way keeps all three (`docs/DESIGN.md`, Colour direction). Its luma is exactly 1.
const DIRECTION: [f32; 3] = [0.834_5, 1.156_5, 0.627_5];

/// Below this opacity a pixel cannot carry the mark: the change would have to be too large in the hidden colour.
const LEAST_ALPHA: f32 = 0.25;

/// Luma in gray levels, 0 to 255, `width * height` of the raster.
pub(crate) fn luma(raster: &Raster) -> Plane {
    let (width, height) = (raster.width() as usize, raster.height() as usize);
    let data = match raster.samples() {
        Samples::U8(s) => luma_of(s, raster.channels(), 1.0),
        Samples::U16(s) => luma_of(s, raster.channels(), 1.0 / 257.0),
    };
    Plane { width, height, data }
}

fn luma_of<T: Copy + Into<f32>>(samples: &[T], channels: Channels, scale: f32) -> Vec<f32> {
    let gray = |v: T| v.into() * scale;
    let rgb = |[r, g, b]: [T; 3]| (LUMA[0] * r.into() + LUMA[1] * g.into() + LUMA[2] * b.into()) * scale;
    let on_white = |luma: f32, alpha: T| 255.0 + (luma - 255.0) * (alpha.into() * scale / 255.0);
    match channels {
        Channels::Gray => samples.iter().map(|&v| gray(v)).collect(),
        Channels::GrayAlpha => samples.as_chunks().0.iter().map(|&[v, alpha]| on_white(gray(v), alpha)).collect(),
        Channels::Rgb => samples.as_chunks().0.iter().map(|&pixel| rgb(pixel)).collect(),
        Channels::Rgba => {
            samples.as_chunks().0.iter().map(|&[r, g, b, alpha]| on_white(rgb([r, g, b]), alpha)).collect()
        }
    }
}

/// Shares of a luma change that red, green and blue make, whatever their colour.
pub(crate) const SHARES: [f32; 3] = [LUMA[0] * DIRECTION[0], LUMA[1] * DIRECTION[1], LUMA[2] * DIRECTION[2]];

/// Red (0), green (1) or blue (2) in gray levels, composited on white; `None` for a gray raster.
pub(crate) fn channel(raster: &Raster, channel: usize) -> Option<Plane> {
    let (width, height) = (raster.width() as usize, raster.height() as usize);
    let count = raster.channels().count();
    (count >= 3).then(|| {
        let data = match raster.samples() {
            Samples::U8(s) => channel_of(s, count, channel, 1.0),
            Samples::U16(s) => channel_of(s, count, channel, 1.0 / 257.0),
        };
        Plane { width, height, data }
    })
}

fn channel_of<T: Copy + Into<f32>>(samples: &[T], count: usize, channel: usize, scale: f32) -> Vec<f32> {
    let value = |p: &[T]| match p.get(3) {
        Some(&alpha) => 255.0 + (p[channel].into() * scale - 255.0) * (alpha.into() * scale / 255.0),
        None => p[channel].into() * scale,
    };
    samples.chunks_exact(count).map(value).collect()
}

/// Adds `change` (gray levels of composited luma) to the pixels, clipping at black and white. Alpha is kept. Each
/// pixel's rounding error of red and blue is made up in green, so luma is met to within half a green step.
pub(crate) fn add_luma(raster: &mut Raster, change: &Plane) {
    let channels = raster.channels();
    match raster.samples_mut() {
        SamplesMut::U8(s) => add_to(s, channels, change, 1.0, 255.0, |v| v as u8),
        SamplesMut::U16(s) => add_to(s, channels, change, 257.0, 65535.0, |v| v as u16),
    }
}

fn add_to<T>(samples: &mut [T], channels: Channels, change: &Plane, unit: f32, max: f32, store: impl Fn(f32) -> T)
where
    T: Copy + Into<f32>,
{
    let count = channels.count();
    for (pixel, &luma) in samples.chunks_exact_mut(count).zip(&change.data) {
        let mut luma = luma * unit;
        if channels.has_alpha() {
            let alpha = pixel[count - 1].into() / max;
            luma = if alpha < LEAST_ALPHA { 0.0 } else { luma / alpha };
        }
        if luma == 0.0 {
            continue;
        }
        if count < 3 {
            pixel[0] = store(round(pixel[0].into() + luma).clamp(0.0, max));
            continue;
        }
        let old = [pixel[0].into(), pixel[1].into(), pixel[2].into()];
        let red = round(old[0] + luma * DIRECTION[0]).clamp(0.0, max);
        let blue = round(old[2] + luma * DIRECTION[2]).clamp(0.0, max);
        let owed = luma - LUMA[0] * (red - old[0]) - LUMA[2] * (blue - old[2]);
        let ideal = luma * DIRECTION[1];
        let green = round(old[1] + (owed / LUMA[1]).clamp(ideal - 1.0, ideal + 1.0)).clamp(0.0, max);
        pixel[0] = store(red);
        pixel[1] = store(green);
        pixel[2] = store(blue);
    }
}

/// Nearest integer of a value well inside `+-2^22`, ties to even; one add and one subtract on every target.
pub(crate) fn round(value: f32) -> f32 {
    const SHIFT: f32 = 12_582_912.0; // 1.5 * 2^23: the sum has no fractional bits left
    (value + SHIFT) - SHIFT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_weigh_up_to_luma() {
        let bytes: Vec<u8> = (0..96u32).map(|i| (i * 37 % 256) as u8).collect();
        let words: Vec<u16> = (0..96u32).map(|i| (i * 7919 % 65536) as u16).collect();
        for (kind, width) in [(Channels::Rgb, 8), (Channels::Rgba, 6)] {
            for samples in [Samples::U8(bytes.clone()), Samples::U16(words.clone())] {
                let raster = Raster::new(width, 4, kind, samples).unwrap();
                let (luma, channels) = (luma(&raster), [0, 1, 2].map(|i| channel(&raster, i).unwrap()));
                for (i, &expected) in luma.data.iter().enumerate() {
                    let found: f32 = LUMA.iter().zip(&channels).map(|(weight, channel)| weight * channel.data[i]).sum();
                    assert!((found - expected).abs() < 1e-3, "{found} for {expected}, {kind:?}, pixel {i}");
                }
            }
        }
        let gray = Raster::new(12, 8, Channels::Gray, Samples::U8(bytes)).unwrap();
        assert!(channel(&gray, 0).is_none());
    }

    #[test]
    fn shares_of_a_change_make_a_whole() {
        assert!((SHARES.iter().sum::<f32>() - 1.0).abs() < 1e-3, "{SHARES:?}");
    }
}
