//! `[E6 X4]` Tile bits <-> block projections: distortion-compensated spread-transform dither modulation.
//!
//! Each 8 x 8 block is projected on one direction. Bit `b` moves the projection a share of the way to the nearest point of the lattice
//! `step * (integer + dither + b / 2)` (Chen & Wornell 2001, section V; Eggers et al. 2003). The picture itself does
//! not disturb reading, as it does with additive spread spectrum: at equal PSNR this carries two to three times the bits
//! after JPEG 50 (`docs/DESIGN.md`, Modulation).
//!
//! Reading needs the step, `gain * mask step`. The gain (strength at stamping times any tone change since) is found by
//! the double-angle coherence of the phases `r` of the projections in their lattice: bits cancel in it. For an unmarked
//! picture, `r` is uniform because the dither is, whatever the picture: the statistic has a known null distribution.

use crate::block_dct::{BAND, BlockGrid, DIRECTION, MEAN, analyse, pattern, projection};
use crate::carrier::{BLOCK_PX, Lattice, SHIFTS, TILE_BITS};
use crate::color::round;
use crate::elementary::{exp, ln};
use crate::mask;
use crate::plane::Plane;
use crate::shares::shares;
use crate::wide::{Kernel, wide};

mod clipped;
mod cover;
mod training;

/// How a tile is laid into the blocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Strengths {
    /// Step, over mask step, times compensation: what the mark costs, in gray levels of mask.
    pub(crate) amplitude: f32,
    /// Share of the way to the lattice point that a projection is moved. The reader need not know it.
    pub(crate) compensation: f32,
    /// What the pilot takes for the amplitude, at least and at most: as much as it [needs](crate::pilot).
    pub(crate) pilot: [f32; 2],
    /// Changes are enlarged to make up for what black and white clip of them, samples of the ground taking this share.
    pub(crate) enlarged: Option<f32>,
}

/// 1 would be plain dither modulation. Lower values carry more through heavy noise and JPEG (0.68: 377 bits of kodim03 after noise
/// 20 and 569 after JPEG 20; 0.88: 261 and 413), higher ones through WebP and in clean crops (1011 and 1700 after WebP 80).
const COMPENSATION: f32 = 0.78;

impl Strengths {
    pub(crate) fn new(amplitude: f32) -> Self {
        Self { amplitude, compensation: COMPENSATION, pilot: [amplitude; 2], enlarged: None }
    }

    /// Lattice step over mask step.
    pub(crate) fn step(self) -> f32 {
        self.amplitude / self.compensation
    }
}

/// Moves `plane` (canonical luma) so that its blocks carry `bits`, those of one tile.
pub(crate) fn embed(plane: &mut Plane, lattice: &Lattice, bits: &[u8], strengths: Strengths) {
    const N: usize = BLOCK_PX;
    let grid = analyse(plane, 0, 0);
    let targets = Targets::new(&grid, lattice, bits, strengths);
    let solution = targets.solve(&grid);
    if let Some(ground) = strengths.enlarged {
        return clipped::embed(plane, &targets, solution, ground);
    }
    let pattern = pattern();
    let shares = shares(plane, &grid);
    for row in 0..grid.rows {
        for (y, pattern) in pattern.chunks_exact(N).enumerate() {
            let samples = &mut plane.row_mut(row * N + y)[..grid.cols * N];
            let blocks = solution.amplitudes[row * grid.cols..].iter().zip(&shares[row * grid.cols..]);
            for (block, (&a, shares)) in samples.chunks_exact_mut(N).zip(blocks) {
                let [left, right] = [0, 1].map(|side| a * shares[2 * (2 * y / N) + side]);
                for (sample, p) in block[..N / 2].iter_mut().zip(&pattern[..N / 2]) {
                    *sample += left * p;
                }
                for (sample, p) in block[N / 2..].iter_mut().zip(&pattern[N / 2..]) {
                    *sample += right * p;
                }
            }
        }
    }
}

/// A codeword fitted to the blocks of a picture.
pub(crate) struct Solution {
    /// How far each block's projection is to move, gray levels.
    pub(crate) amplitudes: Vec<f32>,
    /// Lattice step of each block, gray levels; 0 where nothing can be carried.
    pub(crate) steps: Vec<f32>,
}

/// Fits the `bits` of a tile to the blocks of `grid`.
pub(crate) fn solve(grid: &BlockGrid, lattice: &Lattice, bits: &[u8], strengths: Strengths) -> Solution {
    Targets::new(grid, lattice, bits, strengths).solve(grid)
}

/// What each block is to carry, and where it stands.
struct Targets {
    cols: usize,
    projections: Vec<f32>,
    /// Lattice point of the bit nearest zero, steps.
    points: Vec<f32>,
    /// Step over mask step.
    relative: Vec<f32>,
    compensation: f32,
}

impl Targets {
    fn new(grid: &BlockGrid, lattice: &Lattice, bits: &[u8], strengths: Strengths) -> Self {
        let blocks = 0..grid.blocks.len();
        let slot = |i: usize| Lattice::slot(i, grid.cols, (0, 0));
        let bit = |i: usize| bits[usize::from(lattice.order[slot(i)])];
        Self {
            cols: grid.cols,
            projections: grid.blocks.iter().map(projection).collect(),
            points: blocks.clone().map(|i| lattice.dither(i, grid.cols, (0, 0)) + 0.5 * f32::from(bit(i))).collect(),
            relative: blocks.map(|i| strengths.step() * lattice.relative[slot(i)]).collect(),
            compensation: strengths.compensation,
        }
    }

    /// The solution under the mask steps `masks`.
    fn quantise(&self, masks: &[f32]) -> Solution {
        let steps: Vec<f32> = masks.iter().zip(&self.relative).map(|(m, r)| r * m).collect();
        let one = |((&p, &t), &step): ((&f32, &f32), &f32)| {
            if step == 0.0 { 0.0 } else { self.compensation * ((round(p / step - t) + t) * step - p) }
        };
        let amplitudes = self.projections.iter().zip(&self.points).zip(&steps).map(one).collect();
        Solution { amplitudes, steps }
    }

    /// The reader sees the mask of the marked picture, so solve once, mask again, and solve for that mask.
    fn solve(&self, grid: &BlockGrid) -> Solution {
        let mut marked = grid.clone();
        for (block, a) in marked.blocks.iter_mut().zip(self.quantise(&mask::steps(grid, 0.0)).amplitudes) {
            for (c, d) in block.iter_mut().zip(DIRECTION) {
                *c += a * d;
            }
        }
        self.quantise(&mask::steps(&marked, 0.0))
    }
}

/// The blocks of a received plane, before anything is assumed about tile offset or gain.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) cols: usize,
    /// Projection over mask step; 0 where nothing can be read.
    pub(crate) ratio: Vec<f32>,
    /// Mask step, gray levels; 0 where nothing can be read.
    pub(crate) step: Vec<f32>,
    /// Nothing is left in the band: a codec rounded it away, or the picture is flat there.
    pub(crate) dead: Vec<bool>,
    /// Little more is left than in a dead one.
    pub(crate) faint: Vec<bool>,
}

/// Sum of magnitudes of a block's coefficients, gray levels, under which it is dead. Rounding of the pixels leaves about
/// 1.4.
const DEAD: f32 = 2.4;
/// Block mean, gray levels, above which a dead block is not read at all: a codec has emptied a white page, which is most of the picture, and its phases would drown
/// those of the letters (the development set's page of text is read after WebP 80 with it).
const PAGE: f32 = 252.0;
/// The same sum under which a block is nearly dead: what lowers all tones by a third makes it a dead one.
const FAINT: f32 = 1.5 * DEAD;

/// Projects the blocks of `plane` whose grid starts at `(x0, y0)`; `noise` as for [`mask::steps`].
pub(crate) fn receive(plane: &Plane, x0: usize, y0: usize, noise: f32) -> Received {
    let grid = analyse(plane, x0, y0);
    let mut step = mask::steps(&grid, noise);
    let left = |b: &[f32; 8]| b[..BAND.len()].iter().map(|c| c.abs()).sum::<f32>();
    for (step, block) in step.iter_mut().zip(&grid.blocks) {
        if block[MEAN] > PAGE && left(block) < DEAD {
            *step = 0.0;
        }
    }
    let ratio = grid.blocks.iter().zip(&step).map(|(b, &m)| if m > 0.0 { projection(b) / m } else { 0.0 });
    let (dead, faint) = grid.blocks.iter().map(|b| (left(b) < DEAD, left(b) < FAINT)).unzip();
    Received { cols: grid.cols, ratio: ratio.collect(), dead, faint, step }
}

/// Coherence, standard deviations, that tiles further on have to gain to be believed: what coheres at 3.3 by a shift of two fifths coheres at 10 without.
const MOVED_ON: f32 = 3.0;

/// Received blocks with their place in the tile known: what is left to find is the gain.
#[derive(Clone, Debug, Default)]
pub(crate) struct Aligned {
    ratio: Vec<f32>,
    dither: Vec<f32>,
    /// Weight of each block in the coherence: trust grows with the step.
    weight: Vec<f32>,
    /// Square of median step over own step: relative noise power of each block, were noise even.
    noise: Vec<f32>,
    /// Median mask step, gray levels.
    median: f32,
    /// How far from zero the cover's projection is to be expected, over the own step at a gain of 1.
    spread: Vec<f32>,
    /// Number of the tile bit.
    bit: Vec<u16>,
    /// Kind of block, under [`KINDS`]: 0 dead, then by step.
    kind: Vec<u8>,
    /// It is dead or nearly so.
    is_faint: Vec<bool>,
    /// Number of the block in the received grid.
    block: Vec<u32>,
}

/// How one block agrees with what it should carry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Agreement {
    /// Number of the block among those that can be read.
    pub(crate) index: usize,
    /// Number of the block in the received grid.
    pub(crate) block: usize,
    /// What it should carry.
    pub(crate) bit: u8,
    /// Cosine of its distance from the nearest lattice point of its bit, a step being a turn: 1 on the point, on average 0 without a mark.
    pub(crate) cosine: f32,
    /// Class of its noise, under [`CLASSES`].
    pub(crate) class: usize,
    /// It is dead or nearly so.
    pub(crate) is_faint: bool,
}

impl Aligned {
    /// Places the block at grid origin on block `at`, column and row, of the period.
    pub(crate) fn new(received: &Received, lattice: &Lattice, at: (usize, usize)) -> Self {
        let mut sorted: Vec<f32> = received.step.iter().copied().filter(|&m| m > 0.0).collect();
        if sorted.is_empty() {
            return Self::default();
        }
        sorted.sort_unstable_by(f32::total_cmp);
        let [low, median, high] = [1, 2, 3].map(|quarter| sorted[quarter * (sorted.len() - 1) / 4]);
        let mut out = Self { median, ..Self::default() };
        for (i, (&ratio, &step)) in received.ratio.iter().zip(&received.step).enumerate() {
            if step > 0.0 {
                let slot = Lattice::slot(i, received.cols, at);
                let bit = lattice.order[slot];
                let relative = lattice.relative[slot];
                let noise = (median / (step * relative)) * (median / (step * relative));
                out.ratio.push(ratio / relative);
                out.dither.push(lattice.dither(i, received.cols, at));
                out.weight.push(1.0 / (1.0 + noise * noise));
                out.noise.push(noise);
                out.spread.push(cover::spread(step) / relative);
                out.bit.push(bit);
                let by_step = 1 + u8::from(step > low) + u8::from(step > median) + u8::from(step > high);
                out.kind.push(if received.dead[i] { 0 } else { by_step });
                out.is_faint.push(received.faint[i]);
                out.block.push(i as u32);
            }
        }
        out
    }

    /// Blocks that can be read.
    pub(crate) fn len(&self) -> usize {
        self.ratio.len()
    }

    /// Double-angle coherence at `gain` in standard deviations of its null distribution: `sum |z| cos 2 arg z` over the tile's bits, `z` being
    /// `sum w exp(2 pi i r)` over the blocks of one bit.
    ///
    /// Repeats of a bit agree in its sign before it cancels in the double angle, so they are added first: at phase noise that leaves a share `c` of a block's
    /// cosine its double angle keeps `c^4`, the sum over repeats `c^2`. The dither of each tile bit is uniform and independent of the others and of the
    /// picture, and blocks of one bit have it in common but for the fixed shifts of their tiles; given the picture, the terms are then independent, of mean 0 and variance half their
    /// squared weight, whatever the picture repeats from tile to tile.
    pub(crate) fn coherence(&self, gain: f32) -> f32 {
        wide(Coherence { of: self, gain })[0]
    }

    /// By how many tiles the blocks have to be moved on to cohere most at `gain`, under [`SHIFTS`]; none unless they cohere [`MOVED_ON`] better then. A picture that was cut by whole
    /// tiles has every block where it should be and all lattices shifted alike, which turns every doubled angle by the same amount: of two or three fifths of a step it keeps 0.31 of its coherence and
    /// not a bit.
    pub(crate) fn tiles_on(&self, gain: f32) -> usize {
        let [cosine, sine] = wide(Coherence { of: self, gain });
        let turned = |tiles: usize| {
            let turns = 2.0 * tiles as f32 / SHIFTS as f32;
            cosine * cos_turns(turns) + sine * cos_turns(turns - 0.25)
        };
        let better = |tiles: &usize| turned(*tiles) > turned(0) + MOVED_ON;
        (1..SHIFTS).filter(better).max_by(|&a, &b| turned(a).total_cmp(&turned(b))).unwrap_or(0)
    }

    /// How likely the best noise level makes the phases at `gain` compared to no mark (natural log), and that level.
    pub(crate) fn fit(&self, gain: f32) -> Fit {
        let inverse = 1.0 / gain;
        let stride = self.len().div_ceil(FIT_BLOCKS).max(1);
        // Blocks that share a vector; those left over at the end are not missed.
        let mut blocks: Vec<[[f32; LANES]; 3]> = Vec::with_capacity(FIT_BLOCKS / LANES + 1);
        let mut picked = (0..self.len()).step_by(stride);
        for _ in 0..self.len().div_ceil(stride) / LANES {
            let mut block = [[0.0; LANES]; 3];
            for (lane, i) in picked.by_ref().take(LANES).enumerate() {
                let steps = self.ratio[i] * inverse;
                block[0][lane] = cos_turns(steps - self.dither[i]);
                block[1][lane] = self.noise[i];
                block[2][lane] = steps * steps;
            }
            blocks.push(block);
        }
        let mut best = Fit { gain, likelihood: f32::NEG_INFINITY, noise: [0.0; 3] };
        for mismatch in NOISE_MISMATCH {
            for floor in NOISE_FLOOR {
                for even in NOISE_EVEN {
                    let mut sums = [0.0f32; LANES];
                    for [cosine, noise, far] in &blocks {
                        for lane in 0..LANES {
                            let variance = floor * floor + even * even * noise[lane] + mismatch * mismatch * far[lane];
                            sums[lane] += log_ratio(variance, cosine[lane]);
                        }
                    }
                    let likelihood = sums.iter().sum::<f32>() * stride as f32;
                    if likelihood > best.likelihood {
                        best = Fit { gain, likelihood, noise: [floor, even, mismatch] };
                    }
                }
            }
        }
        best
    }

    /// Soft bits of the tile, repeats added. Positive LLR means 0; 0 where no block carried the bit.
    ///
    /// The fitted noise is corrected for each kind of block by the factor that makes that kind's phases likeliest: a codec's
    /// dead zone takes flat blocks altogether while the others hardly suffer, which no smooth law follows.
    pub(crate) fn soft_bits(&self, fit: &Fit) -> Vec<f32> {
        let inverse = 1.0 / fit.gain;
        let cosine: Vec<f32> = self.ratio.iter().zip(&self.dither).map(|(q, d)| cos_turns(q * inverse - d)).collect();
        let variance: Vec<f32> = (0..self.len()).map(|i| self.variance(i, fit.gain, fit.noise)).collect();
        let stride = self.len().div_ceil(KIND_BLOCKS).max(1);
        let mut score = [[0.0f32; CORRECTIONS.len()]; CLASSES];
        for i in (0..self.len()).step_by(stride) {
            for (sum, factor) in score[self.class(i, inverse)].iter_mut().zip(CORRECTIONS) {
                *sum += log_ratio(variance[i] * factor, cosine[i]);
            }
        }
        let factor = score.map(|sums| {
            let scored = sums.iter().zip(CORRECTIONS).zip(CORRECTION_PRIOR).map(|((s, f), prior)| (s - prior, f));
            scored.max_by(|a, b| a.0.total_cmp(&b.0)).map_or(1.0, |(_, f)| f)
        });
        let mut llr = vec![0.0; TILE_BITS];
        for (i, &bit) in self.bit.iter().enumerate() {
            llr[usize::from(bit)] += 2.0 * concentration(variance[i] * factor[self.class(i, inverse)]) * cosine[i];
        }
        llr
    }

    /// Class of block `i`'s noise.
    fn class(&self, i: usize, inverse_gain: f32) -> usize {
        match (self.kind[i], (self.ratio[i] * inverse_gain).abs()) {
            (0, _) => 0,
            (kind, steps) => usize::from(kind) + (KINDS - 1) * (usize::from(steps > 1.0) + usize::from(steps > 4.0)),
        }
    }

    /// How each readable block agrees with the tile `bits`, `None` for a tile bit that is not known.
    pub(crate) fn agreement(&self, gain: f32, bits: &[Option<u8>]) -> Vec<Agreement> {
        let inverse = 1.0 / gain;
        let one = |i: usize| {
            let bit = bits[usize::from(self.bit[i])]?;
            let cosine = cos_turns(self.ratio[i] * inverse - self.dither[i] - 0.5 * f32::from(bit));
            let (block, class) = (self.block[i] as usize, self.class(i, inverse));
            Some(Agreement { index: i, block, bit, cosine, class, is_faint: self.is_faint[i] })
        };
        (0..self.len()).filter_map(one).collect()
    }

    /// The cosine of [`Agreement`] of readable block `index`, which carries `bit`, were the gain another one and its tile [shifted](crate::carrier::shift) by `moved` steps more.
    pub(crate) fn cosine(&self, index: usize, gain: f32, bit: u8, moved: f32) -> f32 {
        cos_turns(self.ratio[index] / gain - self.dither[index] - 0.5 * f32::from(bit) - moved)
    }

    /// Phase variance of block `i`, square steps.
    fn variance(&self, i: usize, gain: f32, [floor, even, mismatch]: [f32; 3]) -> f32 {
        let far = self.ratio[i] / gain * mismatch;
        floor * floor + even * even * self.noise[i] + far * far
    }
}

/// The noise that fits a reading best.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fit {
    pub(crate) gain: f32,
    /// Natural log of the likelihood ratio of "marked" to "unmarked".
    pub(crate) likelihood: f32,
    noise: [f32; 3],
}

/// Natural log of how much likelier a phase of this cosine is under noise of this variance, either bit sent, than without a mark.
fn log_ratio(variance: f32, cosine: f32) -> f32 {
    let kappa = concentration(variance);
    let (x, k2) = ((kappa * cosine).abs(), kappa * kappa);
    // ln cosh x - ln I0(kappa), their logarithms put together.
    let likely = (1.0 + exp(-2.0 * x)) * (1.0 + 0.430_23 * k2);
    let chance = (1.0 + exp(-2.0 * kappa)) * (1.0 + 0.242_73 * k2);
    x - kappa + ln(likely / chance) + 0.25 * ln(1.0 + 0.25 * k2)
}

/// Blocks whose terms are computed side by side.
const LANES: usize = 8;
/// Kinds of block: dead, and four quarters by step.
const KINDS: usize = 5;
/// The live kinds are divided once more by how many steps their projection is from zero.
pub(crate) const CLASSES: usize = 1 + 3 * (KINDS - 1);
/// Candidate corrections of a class's phase variance.
const CORRECTIONS: [f32; 7] = [1.0, 0.5, 0.7, 1.4, 2.0, 4.0, 16.0];
/// What a correction has to gain to be believed, natural log: classes can be small.
const CORRECTION_PRIOR: [f32; CORRECTIONS.len()] = [0.0, 2.0, 1.0, 1.0, 2.0, 3.0, 4.0];
/// Blocks looked at to find the corrections.
const KIND_BLOCKS: usize = 6144;
/// Blocks looked at to fit the noise.
const FIT_BLOCKS: usize = 1536;
/// Candidate phase noise that all blocks share (compensation, mask error), standard deviation in steps.
const NOISE_FLOOR: [f32; 2] = [0.05, 0.14];
/// Candidate phase noise of a block with the median step, standard deviation in steps.
const NOISE_EVEN: [f32; 6] = [0.03, 0.08, 0.13, 0.19, 0.25, 0.33];
/// Candidate relative errors of the step: the phase of a projection many steps from zero suffers that many times over.
const NOISE_MISMATCH: [f32; 2] = [0.0, 0.05];

/// Von Mises concentration that matches a wrapped normal of this variance (steps squared): from the mean resultant
/// length `exp(-2 pi^2 s^2)` by Best & Fisher's approximation.
pub(crate) fn concentration(variance: f32) -> f32 {
    let length = exp(-19.739_208 * variance);
    length * (2.0 - length * length) / (1.0 - length * length).max(0.02)
}

/// `ln I0(x)`, to within 0.01 for `0 <= x`.
fn ln_bessel0(x: f32) -> f32 {
    // Olivares et al. 2018: I0(x) = cosh(x) (1 + 0.24273 x^2) / ((1 + x^2/4)^(1/4) (1 + 0.43023 x^2)).
    let x2 = x * x;
    let cosh = (0.5 + 0.5 * exp(-2.0 * x)) * (1.0 + 0.242_73 * x2) / (1.0 + 0.430_23 * x2);
    x + ln(cosh) - 0.25 * ln(1.0 + 0.25 * x2)
}

/// [`Aligned::coherence`].
struct Coherence<'a> {
    of: &'a Aligned,
    gain: f32,
}

impl Kernel for Coherence<'_> {
    /// `sum |z| cos 2 arg z`, and the same of sines, over the standard deviation that both have by chance.
    type Output = [f32; 2];

    #[inline(always)]
    fn run(self) -> [f32; 2] {
        let Self { of, gain } = self;
        let inverse = 1.0 / gain;
        let (mut re, mut im) = (vec![0.0f32; TILE_BITS], vec![0.0f32; TILE_BITS]);
        // All terms before the sums, which scatter: so the compiler computes several side by side.
        let mut terms = vec![[0.0f32; 2]; of.len()];
        for (term, (ratio, (dither, w))) in terms.iter_mut().zip(of.ratio.iter().zip(of.dither.iter().zip(&of.weight)))
        {
            let turns = ratio * inverse - dither;
            *term = [w * cos_turns(turns), w * cos_turns(turns - 0.25)];
        }
        for ([real, imaginary], &bit) in terms.iter().zip(&of.bit) {
            re[usize::from(bit)] += real;
            im[usize::from(bit)] += imaginary;
        }
        let (mut cosines, mut sines, mut powers) = ([0.0f32; LANES], [0.0f32; LANES], [0.0f32; LANES]);
        for (re, im) in re.chunks_exact(LANES).zip(im.chunks_exact(LANES)) {
            for lane in 0..LANES {
                let (re2, im2) = (re[lane] * re[lane], im[lane] * im[lane]);
                // A bit without a block is 0.
                let length = (re2 + im2).sqrt().max(f32::MIN_POSITIVE);
                cosines[lane] += (re2 - im2) / length;
                sines[lane] += 2.0 * re[lane] * im[lane] / length;
                powers[lane] += re2 + im2;
            }
        }
        let [cosine, sine, power] = [cosines, sines, powers].map(|sums| sums.iter().sum::<f32>());
        let chance = if power > 0.0 { (0.5 * power).sqrt() } else { 1.0 };
        [cosine / chance, sine / chance]
    }
}

/// `cos(2 pi x)` for `|x|` below `2^22`, to within `5e-6`; the same bits on every target.
#[inline(always)]
pub(crate) fn cos_turns(x: f32) -> f32 {
    let r = x - round(x);
    let t = r * r;
    // Taylor to the 14th power: at |r| = 1/2 the next term is 4e-6.
    let high = -26.426_257 + t * (7.903_536 - t * 1.714_39);
    1.0 + t * (-19.739_209 + t * (64.939_39 + t * (-85.456_82 + t * (60.244_64 + t * high))))
}

#[cfg(test)]
mod tests;
