//! `[E6]` How strong a picture has to be marked: the least strength that still reads after the reference attacks.
//!
//! The attacks are JPEG 20 and noise of 20 gray levels, the two that need most of what the mark is made to survive. Neither
//! is run on pixels. JPEG rounds each block coefficient by itself, so rounding the six carried coefficients of the
//! marked blocks gives their exact error; noise has the same variance in every orthonormal coefficient. The soft bits
//! that result, repeats of the tile added, are turned into the number of bits they carry, and the strength is the least one at
//! which that exceeds what the seal's code needs.

use crate::block_dct::{BAND, BlockGrid, analyse};
use crate::carrier::{BEACON_BITS, Carrier, Lattice, SEAL_BITS};
use crate::color::round;
use crate::embed::{Codewords, EmbedError, Profile, Strength};
use crate::lattice::{Strengths, concentration, cos_turns, project, solve};
use crate::plane::Plane;
use crate::raster::Raster;

/// Weakest strength.
pub(crate) const MIN: f32 = 3.0;
/// Strongest strength.
pub(crate) const MAX: f32 = 20.0;

/// Strengths searched: [`WEAKEST`] times this many steps of [`RATIO`]. Beyond the last, smooth pictures score under 80 on
/// SSIMULACRA 2 (`docs/DESIGN.md`, Strength).
const STEPS: usize = 15;
const WEAKEST: f32 = 4.4;
const RATIO: f32 = 1.04;
/// Mean square error of luma, gray levels squared, that the search does not exceed: 43.3 dB over RGB.
const LARGEST_ERROR: f32 = 3.75;
/// Error of pilot and beacon on top of the seal's.
const OTHER_LAYERS: f32 = 1.35;

/// Bits the seal's soft bits must carry: 768 at the code's working point (block error 1e-3 at capacity 0.24 per bit,
/// `docs/CODE.md`), and a tenth for what the model leaves out.
const SEAL_NEEDS_BITS: f32 = 1080.0;
/// Blocks of different tile positions needed for a seal: 768 bits at a rate of one half. Pictures with less get the beacon alone.
const SEAL_NEEDS_BLOCKS: usize = 1536;
/// The same for the beacon, 104 bits.
const BEACON_NEEDS_BLOCKS: usize = 180;

/// A reference attack.
#[derive(Clone, Copy)]
struct Attack {
    /// Standard deviation of luma noise, gray levels.
    noise: f32,
    /// Factor on [`JPEG_STEPS`].
    jpeg: f32,
}

/// JPEG 20, or noise of 20 gray levels in each of red, green and blue: `20 sqrt(0.299^2 + 0.587^2 + 0.114^2)` of luma.
const HARD: Attack = Attack { noise: 13.4, jpeg: 2.5 };
/// JPEG 75, or noise of 5: what a picture has to survive for its seal to be worth embedding.
const MILD: Attack = Attack { noise: 3.4, jpeg: 0.5 };
/// JPEG steps at quality 50 of the carried coefficients in [`BAND`] order: Annex K's luminance table.
const JPEG_STEPS: [f32; BAND.len()] = [10.0, 12.0, 14.0, 14.0, 13.0, 16.0];

/// Relative error of the step that a reader makes after a mild attack; text and line art, whose projections are many
/// steps long, suffer most from it.
const MISMATCH: f32 = 0.03;

/// Least side, pixels.
const LEAST_SIDE: u32 = 128;
/// Least area, pixels.
const LEAST_AREA: u64 = 50_000;

/// Refuses pictures that no search can help.
pub(crate) fn check_size(cover: &Raster) -> Result<(), EmbedError> {
    let (width, height) = (cover.width(), cover.height());
    if width.min(height) < LEAST_SIDE || u64::from(width) * u64::from(height) < LEAST_AREA {
        return Err(EmbedError::TooSmall { width, height, least: LEAST_SIDE, least_area: LEAST_AREA });
    }
    Ok(())
}

/// What `plane` has room for, and the strength to use.
pub(crate) fn choose(
    plane: &Plane,
    carrier: &Carrier,
    codewords: &Codewords,
    wanted: Strength,
) -> Result<(Profile, f32), EmbedError> {
    let grid = analyse(plane, carrier.seal.block, 0, 0);
    let profile = room(plane, &grid, carrier, codewords)?;
    let mut profile = profile;
    let strength = match wanted {
        Strength::Fixed(s) if (MIN..=MAX).contains(&s) => s,
        Strength::Fixed(s) => return Err(EmbedError::Strength(s)),
        Strength::Auto => {
            let strength = least(&grid, &carrier.seal, &codewords.seal, profile);
            if Trial::new(&grid, &carrier.seal, &codewords.seal, strength, MILD).bits < SEAL_NEEDS_BITS {
                profile = Profile::BeaconOnly;
            }
            strength
        }
    };
    Ok((profile, strength))
}

fn room(plane: &Plane, grid: &BlockGrid, carrier: &Carrier, codewords: &Codewords) -> Result<Profile, EmbedError> {
    let usable = |grid: &BlockGrid, lattice: &Lattice, codeword: &[u8], bits: usize| {
        let mut used = vec![false; bits];
        for (i, &step) in
            solve(grid, lattice, codeword, Strengths { amplitude: MIN, compensation: 1.0 }).steps.iter().enumerate()
        {
            used[slot(grid, lattice, i)] |= step > 0.0;
        }
        used.iter().filter(|&&u| u).count()
    };
    let coarse = analyse(plane, carrier.beacon.block, 0, 0);
    let readable = usable(&coarse, &carrier.beacon, &codewords.beacon, BEACON_BITS);
    if readable < BEACON_NEEDS_BLOCKS {
        return Err(EmbedError::TooFlat { readable, needed: BEACON_NEEDS_BLOCKS });
    }
    let seal = usable(grid, &carrier.seal, &codewords.seal, SEAL_BITS) >= SEAL_NEEDS_BLOCKS;
    Ok(if seal { Profile::Sealed } else { Profile::BeaconOnly })
}

/// The first strength that is enough, or the last one that stays within the error bound.
fn least(grid: &BlockGrid, lattice: &Lattice, codeword: &[u8], profile: Profile) -> f32 {
    let strength = |i: usize| (0..i).fold(WEAKEST, |s, _| s * RATIO);
    let (mut low, mut high) = (0, STEPS);
    if profile == Profile::BeaconOnly {
        return strength(high);
    }
    while low < high {
        let middle = usize::midpoint(low, high);
        let trial = Trial::new(grid, lattice, codeword, strength(middle), HARD);
        if trial.error >= LARGEST_ERROR || trial.bits >= SEAL_NEEDS_BITS { high = middle } else { low = middle + 1 }
    }
    strength(low)
}

/// What one strength costs and gives.
struct Trial {
    /// Mean square error of luma, gray levels squared.
    error: f32,
    /// Bits carried after the worse of the reference attacks.
    bits: f32,
}

impl Trial {
    fn new(grid: &BlockGrid, lattice: &Lattice, codeword: &[u8], strength: f32, attack: Attack) -> Self {
        let strengths = Strengths::new(strength);
        let solution = solve(grid, lattice, codeword, strengths);
        let pixels = (grid.blocks.len() * lattice.block * lattice.block) as f32;
        let error = OTHER_LAYERS * solution.amplitudes.iter().map(|a| a * a).sum::<f32>() / pixels;
        // Compensation leaves a uniform error of (1 - a) of a step.
        let own = (1.0 - strengths.compensation) * (1.0 - strengths.compensation) / 12.0;
        let mut noisy = vec![0.0f32; SEAL_BITS];
        let mut coded = vec![0.0f32; SEAL_BITS];
        let jpeg: Vec<f32> = grid
            .blocks
            .iter()
            .zip(&solution.amplitudes)
            .map(|(block, a)| {
                let rounded = |k: usize| {
                    let c = block[k] + a * lattice.direction[k];
                    let q = JPEG_STEPS[k] * attack.jpeg;
                    (round(c / q) * q - c) * lattice.direction[k]
                };
                (0..BAND.len()).map(rounded).sum()
            })
            .collect();
        let live = solution.steps.iter().filter(|&&s| s > 0.0).count().max(1) as f32;
        let jpeg_power =
            jpeg.iter().zip(&solution.steps).filter(|(_, s)| **s > 0.0).map(|(e, _)| e * e).sum::<f32>() / live;
        for (i, (&step, &e)) in solution.steps.iter().zip(&jpeg).enumerate() {
            if step > 0.0 {
                let slot = slot(grid, lattice, i);
                let relative = 1.0 / (step * step);
                // A soft bit of concentration k and resultant length r has mean 2 k r.
                let far = MISMATCH * project(&grid.blocks[i], &lattice.direction) / step;
                let own = own + far * far;
                let variance = own + attack.noise * attack.noise * relative;
                noisy[slot] += 2.0 * concentration(variance) * (-19.739_208 * variance).exp();
                coded[slot] +=
                    2.0 * concentration(own + jpeg_power * relative) * cos_turns(e / step) * (-19.739_208 * own).exp();
            }
        }
        let noise_bits: f32 = noisy.iter().map(|&mean| gaussian_bits(mean)).sum();
        let jpeg_bits: f32 = coded.iter().map(|&llr| 1.0 - (-llr).exp().ln_1p() * std::f32::consts::LOG2_E).sum();
        Self { error, bits: noise_bits.min(jpeg_bits) }
    }
}

/// Bits carried by a soft bit that is normal with this mean and twice this variance (the J function of ten Brink 2004, in the
/// closed form of Brannstrom et al. 2005, within 0.01).
fn gaussian_bits(mean: f32) -> f32 {
    (1.0 - (-0.307_3 * (2.0 * mean).powf(0.893_5) * std::f32::consts::LN_2).exp()).max(0.0).powf(1.106_4)
}

/// Codeword position that block `i` of `grid` carries.
fn slot(grid: &BlockGrid, lattice: &Lattice, i: usize) -> usize {
    let side = lattice.side;
    usize::from(lattice.order[(i / grid.cols % side) * side + i % grid.cols % side])
}
