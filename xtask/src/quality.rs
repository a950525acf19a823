//! How much a stamp shows: PSNR over RGB, and SSIMULACRA 2.

use anyhow::{Result, anyhow};
use image::RgbImage;
use ssimulacra2::{ColorPrimaries, Rgb, TransferCharacteristic, compute_frame_ssimulacra2};

/// Peak signal-to-noise ratio over all channels, dB; 99 for equal images.
pub(crate) fn psnr_db(a: &RgbImage, b: &RgbImage) -> f64 {
    let sum: u64 = a.as_raw().iter().zip(b.as_raw()).map(|(x, y)| u64::from(x.abs_diff(*y)).pow(2)).sum();
    if sum == 0 { 99.0 } else { 10.0 * (255.0f64.powi(2) * a.as_raw().len() as f64 / sum as f64).log10() }
}

/// SSIMULACRA 2 score, 100 for equal images.
pub(crate) fn ssimulacra2(a: &RgbImage, b: &RgbImage) -> Result<f64> {
    let frame = |image: &RgbImage| {
        let data = image.pixels().map(|p| p.0.map(|v| f32::from(v) / 255.0)).collect();
        Rgb::new(
            data,
            image.width() as usize,
            image.height() as usize,
            TransferCharacteristic::SRGB,
            ColorPrimaries::BT709,
        )
        .map_err(|e| anyhow!("{e}"))
    };
    compute_frame_ssimulacra2(frame(a)?, frame(b)?).map_err(|e| anyhow!("{e}"))
}
