//! Planes for unit tests: seeded, with texture, flat parts and edges.

use crate::plane::Plane;

/// `SplitMix64`.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform in `[0, 1)`.
    pub(crate) fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1_u64 << 24) as f32
    }

    /// Standard normal, by twelve uniform values.
    pub(crate) fn gauss(&mut self) -> f32 {
        (0..12).map(|_| self.unit()).sum::<f32>() - 6.0
    }
}

/// Noise that a first-order recursion colours along both axes, strong on the left and weak on the right, over bands of gray.
pub(crate) fn picture(width: usize, height: usize, seed: u64) -> Plane {
    let mut random = Random(seed);
    let mut plane = Plane::zeros(width, height);
    for y in 0..height {
        for x in 0..width {
            let left = if x > 0 { plane.row(y)[x - 1] } else { 0.0 };
            let above = if y > 0 { plane.row(y - 1)[x] } else { 0.0 };
            plane.row_mut(y)[x] = 0.48 * (left + above) + 7.0 * random.gauss();
        }
    }
    for y in 0..height {
        for (x, sample) in plane.row_mut(y).iter_mut().enumerate() {
            let contrast = 1.2 - x as f32 / width as f32;
            let band = if (x + 2 * y) / 61 % 2 == 0 { 96.0 } else { 150.0 };
            *sample = (band + contrast * *sample).clamp(0.0, 255.0);
        }
    }
    plane
}

/// Independent normal samples of this mean and standard deviation.
pub(crate) fn noise(width: usize, height: usize, mean: f32, deviation: f32, seed: u64) -> Plane {
    let mut random = Random(seed);
    Plane { width, height, data: (0..width * height).map(|_| mean + deviation * random.gauss()).collect() }
}

/// Whether all samples are the same bit for bit, zeros of both signs told apart.
pub(crate) fn same_bits(a: &[f32], b: &[f32]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
}

/// Largest difference of two planes of one size.
pub(crate) fn distance(a: &Plane, b: &Plane) -> f32 {
    assert_eq!((a.width, a.height), (b.width, b.height));
    a.data.iter().zip(&b.data).map(|(x, y)| (x - y).abs()).fold(0.0, f32::max)
}
