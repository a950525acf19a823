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

/// Side of the window of [`ssim`].
const WINDOW: usize = 7;

/// Structural similarity (Wang et al. 2004), mean over channels: uniform 7 x 7 windows, sample covariance, windows inside the picture only,
/// which is what scikit-image's `structural_similarity(a, b, channel_axis=2, data_range=255)` computes. `NaN` under 7 pixels a side.
pub(crate) fn ssim(a: &RgbImage, b: &RgbImage) -> f64 {
    let (w, h) = (a.width() as usize, a.height() as usize);
    if w < WINDOW || h < WINDOW {
        return f64::NAN;
    }
    let n = (WINDOW * WINDOW) as f64;
    let (c1, c2) = ((0.01f64 * 255.0).powi(2), (0.03f64 * 255.0).powi(2));
    let (a, b) = (a.as_raw(), b.as_raw());
    let mut total = 0.0;
    for channel in 0..3 {
        // Sums over the window's rows of each column, moved down a row at a time; integers, so nothing accumulates.
        let mut columns = vec![[0i64; 5]; w];
        let add = |columns: &mut [[i64; 5]], y: usize, sign: i64| {
            for (x, sums) in columns.iter_mut().enumerate() {
                let i = 3 * (y * w + x) + channel;
                let (p, q) = (i64::from(a[i]), i64::from(b[i]));
                for (sum, term) in sums.iter_mut().zip([p, q, p * p, q * q, p * q]) {
                    *sum += sign * term;
                }
            }
        };
        for y in 0..h {
            add(&mut columns, y, 1);
            if y + 1 < WINDOW {
                continue;
            }
            for window in columns.windows(WINDOW) {
                let s: [f64; 5] = std::array::from_fn(|k| window.iter().map(|c| c[k]).sum::<i64>() as f64);
                let (p, q) = (s[0] / n, s[1] / n);
                let unbiased = n / (n - 1.0);
                let (pp, qq, pq) =
                    (unbiased * (s[2] / n - p * p), unbiased * (s[3] / n - q * q), unbiased * (s[4] / n - p * q));
                total += (2.0 * p * q + c1) * (2.0 * pq + c2) / ((p * p + q * q + c1) * (pp + qq + c2));
            }
            add(&mut columns, y + 1 - WINDOW, -1);
        }
    }
    total / (3 * (w - WINDOW + 1) * (h - WINDOW + 1)) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ssim_matches_scikit_image() {
        let a =
            RgbImage::from_fn(40, 31, |x, y| image::Rgb([(x * 7 % 256) as u8, (y * 5) as u8, ((x * y) % 256) as u8]));
        let mut b = a.clone();
        for (x, y, p) in b.enumerate_pixels_mut() {
            p.0[0] = p.0[0].saturating_add((x % 5) as u8);
            p.0[2] = p.0[2].saturating_sub((y % 9) as u8);
        }
        assert!((ssim(&a, &a) - 1.0).abs() < 1e-12);
        // scikit-image 0.26.0.
        assert!((ssim(&a, &b) - 0.997_506_996_041).abs() < 1e-6, "{}", ssim(&a, &b));
    }
}
