//! Seeded noise: the generator and the two noises made with it.
//!
//! `SplitMix64` (Steele, Lea, Flood 2014) with Box-Muller normals (Box, Muller 1958). Integer part bit-exact on every
//! target; normals go through the platform's `ln` and `cos`, so a sample may differ by one level between targets.
//!
//! DIFFERENCE: the acceptance suite draws from numpy's generator; equal in law, not in numbers.

use std::f64::consts::TAU;

use image::RgbImage;

/// `SplitMix64`: 64 bits of state, full period.
#[derive(Clone, Debug)]
pub(crate) struct SplitMix64 {
    state: u64,
    /// Second normal of the last Box-Muller pair.
    spare: Option<f64>,
}

impl SplitMix64 {
    pub(crate) const fn new(seed: u64) -> Self {
        Self { state: seed, spare: None }
    }

    /// An independent generator for one of several uses of a seed.
    pub(crate) fn fork(&self, label: u64) -> Self {
        let mut first = Self::new(self.state ^ Self::new(label).next_u64());
        Self::new(first.next_u64())
    }

    pub(crate) fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in `[0, 1)`, 53 bits.
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform in `low..high`; `low` when the range is empty.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + (self.uniform() * f64::from(high.saturating_sub(low))) as u32
    }

    /// Normal with mean 0 and sigma 1.
    pub(crate) fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt(); // the argument of ln is never 0
        let (sin, cos) = (TAU * self.uniform()).sin_cos();
        self.spare = Some(radius * sin);
        radius * cos
    }
}

/// Adds independent Gaussian noise to every sample; `sigma` on the scale of 0 to 255.
pub(crate) fn gaussian(im: &RgbImage, sigma: f64, rng: &mut SplitMix64) -> RgbImage {
    let mut out = im.clone();
    for v in out.iter_mut() {
        *v = (f64::from(*v) + sigma * rng.normal()).round_ties_even() as u8; // saturates
    }
    out
}

/// Turns `share` of the pixels black or white, half each.
pub(crate) fn salt_pepper(im: &RgbImage, share: f64, rng: &mut SplitMix64) -> RgbImage {
    let mut out = im.clone();
    for p in out.pixels_mut() {
        let draw = rng.uniform();
        if draw < share / 2.0 {
            p.0 = [0; 3];
        } else if draw > 1.0 - share / 2.0 {
            p.0 = [255; 3];
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn generator_matches_the_reference_vector() {
        // Vigna, splitmix64.c, seed 1234567
        let mut rng = SplitMix64::new(1_234_567);
        let got = [(); 3].map(|()| rng.next_u64());
        assert_eq!(got, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn normals_have_the_stated_moments() {
        let mut rng = SplitMix64::new(5);
        let draws: Vec<_> = (0..200_000).map(|_| rng.normal()).collect();
        let moment = |k: i32| draws.iter().map(|v| v.powi(k)).sum::<f64>() / draws.len() as f64;
        // five standard errors: sqrt(1, 2, 15, 96 / n)
        assert!(moment(1).abs() < 0.0112, "{}", moment(1));
        assert!((moment(2) - 1.0).abs() < 0.0159, "{}", moment(2));
        assert!(moment(3).abs() < 0.0433, "{}", moment(3));
        assert!((moment(4) - 3.0).abs() < 0.11, "{}", moment(4));
    }

    #[test]
    fn noise_has_the_stated_sigma() {
        let im = RgbImage::from_pixel(128, 128, Rgb([128; 3]));
        let out = gaussian(&im, 10.0, &mut SplitMix64::new(1));
        let variance = out.iter().map(|&v| (f64::from(v) - 128.0).powi(2)).sum::<f64>() / out.len() as f64;
        assert!((variance - 100.083).abs() < 3.2, "{variance}"); // 1/12 from rounding; five standard errors
    }

    #[test]
    fn salt_and_pepper_hit_the_stated_share() {
        let im = RgbImage::from_pixel(256, 256, Rgb([128; 3]));
        let out = salt_pepper(&im, 0.01, &mut SplitMix64::new(1));
        let count = |level: u8| out.pixels().filter(|p| p.0 == [level; 3]).count() as f64;
        for level in [0, 255] {
            assert!((count(level) - 327.7).abs() < 90.0, "{}", count(level)); // five standard errors
        }
    }
}
