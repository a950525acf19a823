//! `[E6]` How strong a picture has to be marked: the least strength that still reads after the reference attacks.
//!
//! The attacks are JPEG and noise, a mild and a hard grade of each. Neither is run on pixels. JPEG rounds each block coefficient by
//! itself, so rounding the six carried coefficients of the marked blocks gives their exact error; noise has the same variance
//! in every orthonormal coefficient. The soft bits that result, repeats of the tile added, are turned into the number of bits
//! they carry, and an attack is survived when that exceeds what the seal's code needs.

use crate::block_dct::{BAND, BlockGrid};
use crate::carrier::{BLOCK_PX, Carrier, Lattice, TILE_BITS};
use crate::color::round;
use crate::elementary::{exp, powf, softplus};
use crate::embed::{Codewords, EmbedError, Profile, Strength};
use crate::lattice::{Solution, Strengths, concentration, cos_turns, project, slot, solve};
use crate::layout;
use crate::raster::Raster;

/// Weakest strength.
pub(crate) const MIN: f32 = 3.0;
/// Strongest strength.
pub(crate) const MAX: f32 = 20.0;

/// Strengths searched: [`WEAKEST`] times up to this many steps of [`RATIO`], to 10.5. Line art has blocks enough at less than the weakest, but not
/// once it was resized: the model knows nothing of the phase that its edges then lose.
const STEPS: usize = 13;
const WEAKEST: f32 = 6.327;
const RATIO: f32 = 1.04;
/// Strength that only smooth pictures exceed: where SSIMULACRA 2 averages 87 and SSIM 0.992 (`docs/DESIGN.md`, Strength).
const USUAL: f32 = 9.0;
/// Mean square error of luma, gray levels squared, up to which a picture is smooth: 47.3 dB. A codec takes the mark from all its flat parts,
/// and what is left to carry it shows little.
const SMOOTH_ERROR: f32 = 1.2;
/// Mean square error of luma, gray levels squared, that the search does not exceed: 41.9 dB. Only the most textured pictures come near it, where it
/// shows least (SSIM 0.993 to 0.996).
const LARGEST_ERROR: f32 = 4.2;
/// Error of the pilot on top of the lattice's.
const PILOT_SHARE: f32 = 1.08;

/// Bits the seal's soft bits must carry: 768 at the code's working point (block error 1e-3 at capacity 0.24 per bit,
/// `docs/CODE.md`), and a tenth for what the model leaves out.
const SEAL_NEEDS_BITS: f32 = 1080.0;
/// Tile bits that must have a block for a seal: 768 bits at a rate of one half.
const SEAL_NEEDS_BLOCKS: usize = 1536;
/// The same for the beacon, 104 bits.
const BEACON_NEEDS_BLOCKS: usize = 208;

/// A reference attack.
#[derive(Clone, Copy)]
enum Attack {
    /// Factor on [`JPEG_STEPS`].
    Jpeg(f32),
    /// Standard deviation of luma noise, gray levels: 0.67 of that in each of red, green and blue.
    Noise(f32),
}

/// JPEG 75 and 20, noise of 5 and 20 gray levels in each of red, green and blue.
const ATTACKS: [Attack; 4] = [Attack::Jpeg(0.5), Attack::Noise(3.4), Attack::Jpeg(2.5), Attack::Noise(13.4)];
/// Attacks, the first of [`ATTACKS`], that a picture has to survive for its seal to be worth embedding.
const MILD: usize = 2;
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

/// What a plane, the blocks of which are `grid`, has room for, and the strength to use.
pub(crate) fn choose(
    grid: &BlockGrid,
    carrier: &Carrier,
    codewords: &Codewords,
    wanted: Strength,
) -> Result<(Profile, Strengths), EmbedError> {
    let bench = Bench { grid, lattice: &carrier.lattice, tile: codewords.tile(Profile::Sealed) };
    let profile = bench.room()?;
    match wanted {
        Strength::Fixed(amplitude) if !(MIN..=MAX).contains(&amplitude) => Err(EmbedError::Strength(amplitude)),
        Strength::Fixed(amplitude) => Ok((profile, Strengths::new(amplitude))),
        Strength::Auto if profile == Profile::Sealed => Ok(bench.search()),
        Strength::Auto => Ok((profile, Strengths::new(USUAL))),
    }
}

/// Strength number `i` of the search.
fn level(i: usize) -> f32 {
    (0..i).fold(WEAKEST, |s, _| s * RATIO)
}

/// A picture on which strengths are tried.
struct Bench<'a> {
    grid: &'a BlockGrid,
    lattice: &'a Lattice,
    tile: Vec<u8>,
}

/// A strength on trial.
struct Trial {
    strengths: Strengths,
    solution: Solution,
}

impl Trial {
    /// Live blocks and their steps.
    fn live(&self) -> impl Iterator<Item = (usize, f32)> {
        self.solution.steps.iter().copied().enumerate().filter(|&(_, step)| step > 0.0)
    }
}

impl Bench<'_> {
    /// What the picture has live blocks for.
    fn room(&self) -> Result<Profile, EmbedError> {
        let weakest = self.solve(Strengths { amplitude: MIN, compensation: 1.0 });
        let mut live = vec![0.0; TILE_BITS];
        for (i, &step) in weakest.solution.steps.iter().enumerate() {
            live[self.bit(i)] += step;
        }
        let count = |steps: &[f32]| steps.iter().filter(|&&step| step > 0.0).count();
        let (seal, beacon) = (count(&layout::seal_llr(&live)), count(layout::beacon_llr(&live)));
        if seal >= SEAL_NEEDS_BLOCKS && beacon >= BEACON_NEEDS_BLOCKS {
            return Ok(Profile::Sealed);
        }
        let (readable, needed) = (count(&layout::repeated_beacon_llr(&live)), BEACON_NEEDS_BLOCKS);
        if readable >= needed { Ok(Profile::BeaconOnly) } else { Err(EmbedError::TooFlat { readable, needed }) }
    }

    /// The least strength that survives every attack, or the strongest within the bound of error. Pictures that would lose a
    /// seal to mild attacks even so get the beacon alone.
    fn search(&self) -> (Profile, Strengths) {
        let trial = |i: usize| self.solve(Strengths::new(level(i)));
        let (mut low, mut high) = (0, STEPS);
        while low < high {
            let middle = usize::midpoint(low, high);
            let trial = trial(middle);
            let enough = ATTACKS.iter().rev().all(|&attack| self.survives(&trial, attack));
            if enough || self.shows(&trial) { high = middle } else { low = middle + 1 }
        }
        let trial = trial(low);
        let sealed = ATTACKS[..MILD].iter().all(|&attack| self.survives(&trial, attack));
        (if sealed { Profile::Sealed } else { Profile::BeaconOnly }, trial.strengths)
    }

    fn solve(&self, strengths: Strengths) -> Trial {
        Trial { strengths, solution: solve(self.grid, self.lattice, &self.tile, strengths) }
    }

    /// Whether nothing stronger is tried.
    fn shows(&self, trial: &Trial) -> bool {
        let error = self.error(trial);
        error >= LARGEST_ERROR || error >= SMOOTH_ERROR && trial.strengths.amplitude >= USUAL
    }

    /// Mean square error of luma, gray levels squared.
    fn error(&self, trial: &Trial) -> f32 {
        let pixels = (self.grid.blocks.len() * BLOCK_PX * BLOCK_PX) as f32;
        PILOT_SHARE * trial.solution.amplitudes.iter().map(|a| a * a).sum::<f32>() / pixels
    }

    /// Number of the tile bit that block `i` carries.
    fn bit(&self, i: usize) -> usize {
        usize::from(self.lattice.order[slot(i, self.grid.cols, (0, 0))])
    }

    fn survives(&self, trial: &Trial, attack: Attack) -> bool {
        let bits = match attack {
            Attack::Jpeg(quality) => self.bits_after_jpeg(trial, quality),
            Attack::Noise(deviation) => self.bits_after_noise(trial, deviation),
        };
        bits >= SEAL_NEEDS_BITS
    }

    /// Phase variance of block `i` in a clean picture, square steps: compensation leaves a uniform error of `1 - a` of a step, and
    /// the reader's step is a little off.
    fn clean_variance(&self, trial: &Trial, i: usize) -> f32 {
        let left = 1.0 - trial.strengths.compensation;
        let far = MISMATCH * project(&self.grid.blocks[i], &self.lattice.direction) / trial.solution.steps[i];
        left * left / 12.0 + far * far
    }

    fn bits_after_noise(&self, trial: &Trial, deviation: f32) -> f32 {
        let mut means = vec![0.0; TILE_BITS];
        for (i, step) in trial.live() {
            // A soft bit of concentration k and resultant length r has mean 2 k r.
            let variance = self.clean_variance(trial, i) + (deviation / step) * (deviation / step);
            means[self.bit(i)] += 2.0 * concentration(variance) * resultant(variance);
        }
        layout::seal_llr(&means).into_iter().map(gaussian_bits).sum()
    }

    fn bits_after_jpeg(&self, trial: &Trial, quality: f32) -> f32 {
        let direction = &self.lattice.direction;
        // The error of each block's projection; none where nothing is left of the block, which the reader sees.
        let error = |(block, a): (&[f32; 8], &f32)| {
            let moved: [f32; BAND.len()] = std::array::from_fn(|k| block[k] + a * direction[k]);
            let left: [f32; BAND.len()] = std::array::from_fn(|k| {
                let q = JPEG_STEPS[k] * quality;
                round(moved[k] / q) * q
            });
            let dead = left.iter().all(|&c| c == 0.0);
            (!dead).then(|| (0..BAND.len()).map(|k| (left[k] - moved[k]) * direction[k]).sum::<f32>())
        };
        let errors: Vec<Option<f32>> = self.grid.blocks.iter().zip(&trial.solution.amplitudes).map(error).collect();
        let live = || trial.live().filter_map(|(i, step)| errors[i].map(|e| (i, step, e)));
        let power = live().map(|(_, _, e)| e * e).sum::<f32>() / live().count().max(1) as f32;
        let mut llr = vec![0.0; TILE_BITS];
        for (i, step, e) in live() {
            let own = self.clean_variance(trial, i);
            llr[self.bit(i)] += 2.0 * concentration(own + power / (step * step)) * cos_turns(e / step) * resultant(own);
        }
        let bits = |llr: f32| 1.0 - softplus(-llr) * std::f32::consts::LOG2_E;
        layout::seal_llr(&llr).into_iter().map(bits).sum()
    }
}

/// Mean resultant length of a wrapped normal of this variance, square turns: `exp(-2 pi^2 variance)`.
fn resultant(variance: f32) -> f32 {
    exp(-19.739_208 * variance)
}

/// Bits carried by a soft bit that is normal with this mean and twice this variance (the J function of ten Brink 2004, in the
/// closed form of Brannstrom et al. 2005, within 0.01).
fn gaussian_bits(mean: f32) -> f32 {
    let left = 1.0 - exp(-0.307_3 * powf(2.0 * mean, 0.893_5) * std::f32::consts::LN_2);
    if left > 0.0 { powf(left, 1.106_4) } else { 0.0 }
}
