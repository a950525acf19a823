//! Pixels as the commands need them: decoded with room reserved, compared, flattened.

use anyhow::{Context, Result};
use image::RgbImage;
use watermark_core::Raster;
use watermark_core::raster::{Channels, Samples};
use watermark_files::{ImageFile, Limits};

use crate::memory::{Memory, Share};

/// Decodes a file once there is memory for it, and holds that memory until the share is dropped.
///
/// # Errors
/// When the file is no picture that can be read here.
pub(crate) fn decode<'a>(bytes: &[u8], memory: &'a Memory) -> Result<(ImageFile, Share<'a>)> {
    let limits = Limits::default();
    let probe = watermark_files::probe(bytes, &limits)?;
    let share = memory.reserve(probe.width, probe.height);
    Ok((watermark_files::decode(bytes, &limits)?, share))
}

/// Sample `i` on a scale of 0 to 255.
fn sample(samples: &Samples, i: usize) -> f64 {
    match samples {
        Samples::U8(s) => f64::from(s[i]),
        Samples::U16(s) => f64::from(s[i]) / 257.0,
    }
}

/// What a viewer shows: 8-bit RGB, transparent parts on white.
///
/// # Errors
/// Never for a raster that keeps its own rules.
pub(crate) fn to_rgb(raster: &Raster) -> Result<RgbImage> {
    let step = raster.channels().count();
    let count = raster.width() as usize * raster.height() as usize;
    let mut rgb = Vec::with_capacity(count * 3);
    for pixel in 0..count {
        let at = |i: usize| sample(raster.samples(), pixel * step + i);
        let (colour, alpha) = match raster.channels() {
            Channels::Gray => ([at(0); 3], 255.0),
            Channels::GrayAlpha => ([at(0); 3], at(1)),
            Channels::Rgb => ([at(0), at(1), at(2)], 255.0),
            Channels::Rgba => ([at(0), at(1), at(2)], at(3)),
        };
        rgb.extend(colour.map(|v| (255.0 + (v - 255.0) * alpha / 255.0).round() as u8));
    }
    RgbImage::from_raw(raster.width(), raster.height(), rgb).context("the picture's frame and samples do not match")
}

/// The difference of two pictures around middle gray, magnified.
pub(crate) fn magnified_difference(a: &RgbImage, b: &RgbImage, gain: f32) -> RgbImage {
    let mut out = a.clone();
    for (o, b) in out.iter_mut().zip(b.iter()) {
        *o = (128.0 + gain * (f32::from(*b) - f32::from(*o))).clamp(0.0, 255.0).round() as u8;
    }
    out
}

/// Back to a raster.
///
/// # Errors
/// When the picture is empty.
pub(crate) fn from_rgb(picture: RgbImage) -> Result<Raster> {
    let (width, height) = picture.dimensions();
    Ok(Raster::new(width, height, Channels::Rgb, Samples::U8(picture.into_raw()))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transparent_parts_lie_on_white() {
        let raster = Raster::new(2, 1, Channels::Rgba, Samples::U8(vec![0, 0, 0, 0, 1, 2, 3, 255])).unwrap();
        assert_eq!(to_rgb(&raster).unwrap().into_raw(), [255, 255, 255, 1, 2, 3]);
        let deep = Raster::new(1, 1, Channels::Gray, Samples::U16(vec![65535])).unwrap();
        assert_eq!(to_rgb(&deep).unwrap().into_raw(), [255; 3]);
    }
}
