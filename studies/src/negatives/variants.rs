//! Variants of a picture, drawn from a seed: a random crop, then up to three distortions with random parameters.

use anyhow::Result;
use image::{RgbImage, imageops};
use watermark_attacks::{Flip, Kernel, Step, run};

use crate::corpus::Picture;

/// Shortest side of a crop, pixels.
pub(crate) const LEAST_SIDE: u32 = 256;

/// A distorted crop.
pub(crate) struct Variant {
    pub(crate) pixels: RgbImage,
    /// Picture, crop and distortions, enough to make it again.
    pub(crate) recipe: String,
}

/// `SplitMix64`: one stream per variant, so that any variant can be made again by itself.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform in `[low, high)`.
    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * ((self.next() >> 11) as f64 / (1_u64 << 53) as f64)
    }

    /// Uniform in `low..=high`.
    fn whole(&mut self, low: u32, high: u32) -> u32 {
        low + (self.next() % u64::from(high - low + 1)) as u32
    }
}

/// Variant number `index` of the study with this seed.
pub(crate) fn draw(picture: &Picture, seed: u64, index: u64, max_side: u32) -> Result<Variant> {
    let mut random = Random(seed.wrapping_mul(0xD134_2543_DE82_EF95) ^ index);
    random.next();
    let (w, h) = picture.pixels.dimensions();
    let (cw, ch) = (random.whole(LEAST_SIDE, w.min(max_side)), random.whole(LEAST_SIDE, h.min(max_side)));
    let (x, y) = (random.whole(0, w - cw), random.whole(0, h - ch));
    let crop = imageops::crop_imm(&picture.pixels, x, y, cw, ch).to_image();
    let steps: Vec<Step> = (0..random.whole(0, 3)).map(|_| step(&mut random, cw.max(ch), max_side)).collect();
    let recipe = format!("{index}: {} {cw}x{ch}+{x}+{y} {steps:?}", picture.name);
    Ok(Variant { pixels: run(&steps, &crop, random.next())?.image, recipe })
}

fn step(random: &mut Random, side: u32, max_side: u32) -> Step {
    match random.whole(0, 16) {
        0 | 1 => Step::Jpeg(random.whole(5, 98) as u8),
        2 | 3 => Step::WebP(random.whole(5, 98) as u8),
        4 | 5 => Step::Noise(random.between(0.5, 25.0)),
        6 | 7 => {
            let f = random.between(0.5, (f64::from(max_side) / f64::from(side)).clamp(0.6, 2.0));
            let fy = if random.whole(0, 3) == 0 { f * random.between(0.85, 1.15) } else { f };
            Step::Resize { fx: f, fy, kernel: Kernel::Bicubic }
        }
        8 => Step::Rotate { deg: random.between(-180.0, 180.0), fill: [(random.whole(0, 1) * 255) as u8; 3] },
        9 => Step::Flip(match random.whole(0, 4) {
            0 => Flip::LeftRight,
            1 => Flip::TopBottom,
            2 => Flip::Turn90,
            3 => Flip::Turn180,
            _ => Flip::Turn270,
        }),
        10 => Step::Blur(random.between(0.3, 3.0)),
        11 => Step::Median(if random.whole(0, 1) == 0 { 3 } else { 5 }),
        12 => Step::Gamma(random.between(0.5, 2.0)),
        13 => Step::Contrast(random.between(0.4, 1.6) as f32),
        14 => Step::Sharpness(random.between(1.0, 4.0) as f32),
        15 => Step::Posterize(random.whole(2, 7)),
        _ => Step::SaltPepper(random.between(0.001, 0.03)),
    }
}
