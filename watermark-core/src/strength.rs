//! `[E6]` How strong a picture has to be marked: the least strength that still reads after the reference attacks.
//!
//! The attacks are JPEG and noise, a mild and a hard grade of each. Neither is run on pixels. JPEG rounds each block coefficient by
//! itself, so rounding the coefficients of the marked blocks gives their exact error; noise has the same variance
//! in every orthonormal coefficient. The soft bits that result, repeats of the tile added, are turned into the number of bits
//! they carry, and an attack is survived when that exceeds what the seal's code needs.

use crate::block_dct::{BAND, BlockGrid, DIRECTION, LUMINANCE_STEPS, projection};
use crate::carrier::{BLOCK_PX, Carrier, Lattice, TILE_BITS};
use crate::color::round;
use crate::elementary::{exp, powf, softplus};
use crate::embed::{Codewords, EmbedError, Profile, Strength};
use crate::lattice::{Solution, Strengths, concentration, cos_turns, solve};
use crate::layout;
use crate::raster::Raster;

/// Weakest strength.
pub(crate) const MIN: f32 = 3.0;
/// Strongest strength.
pub(crate) const MAX: f32 = 20.0;

/// Strengths searched: [`WEAKEST`] times up to this many steps of [`RATIO`]. Line art has blocks enough at less than the weakest, but not once it was
/// resized: the model knows nothing of the phase that its edges then lose.
const STEPS: usize = 18;
const WEAKEST: f32 = 6.327;
const RATIO: f32 = 1.0388;
/// About where the search ends; smooth pictures go so far, since a codec takes the mark from all their flat parts. Less where the canonical grid is coarser than
/// the pixels: what a block shows grows with it (SSIMULACRA 2 of wood, 4096 px: 79 at 13.3, where pictures of its smoothness have 86).
pub(crate) const STRONGEST: f32 = 12.55;
/// What the pilot takes for the strength, at least and at most, whatever the search finds (but for what the rehearsal enlarges): textured pictures need little to carry
/// bits, and hide lines best; of smooth ones a codec leaves little else.
const PILOT: [f32; 2] = [9.5, 18.0];
/// Strength of pictures that get the beacon alone.
const BEACON_ALONE: f32 = 10.0;
/// Mean square error of luma, gray levels squared, that the search does not exceed, with the pilot at its least. The [shares](crate::shares) of quarters add 3 %, and what the picture asks of the pilot
/// beyond its least comes on top (in gravel as much as the lattice). Only textured pictures come near it, where it shows least.
const LARGEST_ERROR: f32 = 4.2;
/// Error of lattice and least pilot over the lattice's.
const PILOT_SHARE: f32 = 1.08;

/// Tile bits that must have a block for a seal: 768 bits at a rate of one half.
const SEAL_NEEDS_BLOCKS: usize = 1536;
/// The same for the beacon, 104 bits.
const BEACON_NEEDS_BLOCKS: usize = 208;

/// What a seal has to outlive.
#[derive(Clone, Copy)]
struct Reference {
    attack: Attack,
    /// Relative error of the step that the reader makes afterwards: text, line art and texture, whose projections are many steps long, suffer most
    /// from it.
    mismatch: f32,
    /// Bits that the seal's soft bits must carry.
    bits: f32,
}

/// A reference attack.
#[derive(Clone, Copy)]
enum Attack {
    /// Factor on [`LUMINANCE_STEPS`].
    Jpeg(f32),
    /// Standard deviation of luma noise, gray levels: 0.67 of that in each of red, green and blue.
    Noise(f32),
}

/// JPEG 75 and noise of 5 gray levels in each of red, green and blue: what a picture has to survive for its seal to be worth embedding. 768 bits need
/// 980 at the code's working point (block error 1e-3 at capacity 0.24 per bit, `docs/CODE.md`); a tenth more for what the model leaves out.
const MILD: [Reference; 2] = [
    Reference { attack: Attack::Jpeg(0.5), mismatch: 0.03, bits: 1080.0 },
    Reference { attack: Attack::Noise(3.4), mismatch: 0.03, bits: 1080.0 },
];
/// JPEG 12 and noise of 20, for which strengths are searched. The former stands for JPEG 20, WebP 50 and AVIF 50, whose errors no coefficient tells; which bits
/// of this model those need was found at eight strengths of 34 pictures (`docs/DESIGN.md`, Strength). Of noise the reader takes a half more than this model, knowing the cover's distribution.
const HARD: [Reference; 2] = [
    Reference { attack: Attack::Jpeg(4.0), mismatch: 0.06, bits: 400.0 },
    Reference { attack: Attack::Noise(13.4), mismatch: 0.06, bits: 520.0 },
];

/// How many times these bits are asked for at most of a picture with fewer live blocks than the tile has bits: as many times as the tile is larger. A bit without a block is an erasure, and
/// what was flat shows no more where noise lies on it. Of a pepper on white the model promised 535 bits after noise; it lost that, hues turned by a tenth, contrast and half size,
/// and keeps all of these at half as many bits more.
const SPARSE: f32 = 1.5;

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

/// What a plane, the blocks of which are `grid`, has room for, and the strength to use. `pitch` is the side of the plane over that of the picture.
pub(crate) fn choose(
    grid: &BlockGrid,
    pitch: f32,
    carrier: &Carrier,
    codewords: &Codewords,
    wanted: Strength,
) -> Result<(Profile, Strengths), EmbedError> {
    let bench = Bench { pitch, grid, lattice: &carrier.lattice, tile: codewords.tile(Profile::Sealed) };
    let profile = bench.room()?;
    match wanted {
        Strength::Fixed(amplitude) if !(MIN..=MAX).contains(&amplitude) => Err(EmbedError::Strength(amplitude)),
        Strength::Fixed(amplitude) => Ok((profile, Strengths::new(amplitude))),
        Strength::Auto if profile == Profile::Sealed => Ok(bench.search()),
        Strength::Auto => Ok((profile, Strengths { pilot: PILOT, ..Strengths::new(BEACON_ALONE) })),
    }
}

/// Strength number `i` of the search.
fn level(i: usize) -> f32 {
    (0..i).fold(WEAKEST, |s, _| s * RATIO)
}

/// A picture on which strengths are tried.
struct Bench<'a> {
    /// Canonical pixels a pixel, at most 1.
    pitch: f32,
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
        let weakest = self.solve(Strengths { compensation: 1.0, ..Strengths::new(MIN) });
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
        let trial = |i: usize| self.solve(Strengths { pilot: PILOT, ..Strengths::new(level(i)) });
        let (mut low, mut high) = (0, STEPS);
        while low < high {
            let middle = usize::midpoint(low, high);
            let trial = trial(middle);
            let sparse = (TILE_BITS as f32 / trial.live().count() as f32).clamp(1.0, SPARSE);
            let enough =
                HARD.iter().all(|hard| self.survives(&trial, &Reference { bits: sparse * hard.bits, ..*hard }));
            if enough || self.error(&trial) >= LARGEST_ERROR || trial.strengths.amplitude >= STRONGEST * self.pitch {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        let trial = trial(low);
        let sealed = MILD.iter().all(|reference| self.survives(&trial, reference));
        (if sealed { Profile::Sealed } else { Profile::BeaconOnly }, trial.strengths)
    }

    fn solve(&self, strengths: Strengths) -> Trial {
        Trial { strengths, solution: solve(self.grid, self.lattice, &self.tile, strengths) }
    }

    /// Mean square error of luma, gray levels squared.
    fn error(&self, trial: &Trial) -> f32 {
        let pixels = (self.grid.blocks.len() * BLOCK_PX * BLOCK_PX) as f32;
        PILOT_SHARE * trial.solution.amplitudes.iter().map(|a| a * a).sum::<f32>() / pixels
    }

    /// Number of the tile bit that block `i` carries.
    fn bit(&self, i: usize) -> usize {
        usize::from(self.lattice.order[Lattice::slot(i, self.grid.cols, (0, 0))])
    }

    fn survives(&self, trial: &Trial, &Reference { attack, mismatch, bits }: &Reference) -> bool {
        let carried = match attack {
            Attack::Jpeg(quality) => self.bits_after_jpeg(trial, mismatch, quality),
            Attack::Noise(deviation) => self.bits_after_noise(trial, mismatch, deviation),
        };
        carried >= bits
    }

    /// Phase variance of block `i` in a clean picture, square steps: compensation leaves a uniform error of `1 - a` of a step, and
    /// the reader's step is a little off.
    fn clean_variance(&self, trial: &Trial, mismatch: f32, i: usize) -> f32 {
        let left = 1.0 - trial.strengths.compensation;
        let far = mismatch * projection(&self.grid.blocks[i]) / trial.solution.steps[i];
        left * left / 12.0 + far * far
    }

    fn bits_after_noise(&self, trial: &Trial, mismatch: f32, deviation: f32) -> f32 {
        let mut means = vec![0.0; TILE_BITS];
        for (i, step) in trial.live() {
            // A soft bit of concentration k and resultant length r has mean 2 k r.
            let variance = self.clean_variance(trial, mismatch, i) + (deviation / step) * (deviation / step);
            means[self.bit(i)] += 2.0 * concentration(variance) * resultant(variance);
        }
        layout::seal_llr(&means).into_iter().map(gaussian_bits).sum()
    }

    fn bits_after_jpeg(&self, trial: &Trial, mismatch: f32, quality: f32) -> f32 {
        // The error of each block's projection; none where nothing is left of the block, which the reader sees.
        let error = |(block, a): (&[f32; 8], &f32)| {
            let moved: [f32; BAND.len()] = std::array::from_fn(|k| block[k] + a * DIRECTION[k]);
            let left: [f32; BAND.len()] = std::array::from_fn(|k| {
                let q = LUMINANCE_STEPS[BAND[k].0][BAND[k].1] * quality;
                round(moved[k] / q) * q
            });
            let dead = left.iter().all(|&c| c == 0.0);
            (!dead).then(|| (0..BAND.len()).map(|k| (left[k] - moved[k]) * DIRECTION[k]).sum::<f32>())
        };
        let errors: Vec<Option<f32>> = self.grid.blocks.iter().zip(&trial.solution.amplitudes).map(error).collect();
        let live = || trial.live().filter_map(|(i, step)| errors[i].map(|e| (i, step, e)));
        let power = live().map(|(_, _, e)| e * e).sum::<f32>() / live().count().max(1) as f32;
        let mut llr = vec![0.0; TILE_BITS];
        for (i, step, e) in live() {
            let own = self.clean_variance(trial, mismatch, i);
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
