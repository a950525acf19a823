//! `[X2]` Samples of a region, the geometry being a rough one -> how far each patch coheres and where it wants to move.
//!
//! The lattice is judged where it is and a fraction of a pixel off, patch by patch. A patch coheres best where it belongs, so the slope of its coherence says
//! which way it wants to move. A Newton step on a sum over patches moves them together, weak ones included, which would be too noisy to be placed one by one.

use crate::affine::Affine;
use crate::block_dct::analyse;
use crate::carrier::{BLOCK_PX, Lattice};
use crate::lattice::cos_turns;
use crate::phases::Blocks;
use crate::plane::Plane;
use crate::refine::Region;

/// Side of a patch, pixels.
pub(crate) const PATCH_PX: usize = 64;
/// Shift that slopes are measured over, pixels: where a textured picture still coheres.
const SHIFT_PX: f64 = 0.3;
/// Least curvature of the coherence's logarithm, per square pixel: what smooth pictures have.
const LEAST_BEND: f64 = 2.5;
/// Most curvature, what textured ones have.
const MOST_BEND: f64 = 24.0;

/// What a geometry is judged with.
#[derive(Clone, Copy)]
pub(crate) struct Judge<'a> {
    pub(crate) lattice: &'a Lattice,
    /// Lattice gain.
    pub(crate) gain: f32,
    /// Activity, gray levels, above which blocks count less: as for [`Blocks::new`].
    pub(crate) fragile: f32,
    /// The tile's bits, once they are known. They tell the angle of each block where otherwise only its double is known, which is lost to noise and
    /// misplacement long before.
    pub(crate) bits: Option<&'a [Option<u8>]>,
    /// Whether blocks of other bits count as well, by their double angle.
    pub(crate) unknown: bool,
}

impl<'a> Judge<'a> {
    /// One that knows no bit, and no gain yet.
    pub(crate) fn blind(lattice: &'a Lattice, fragile: f32) -> Self {
        Self { lattice, gain: 1.0, fragile, bits: None, unknown: true }
    }

    /// The patches of a region whose samples are `cut`.
    pub(crate) fn patches(&self, cut: &Plane, region: Region) -> Patches {
        let placed = Placed::new(cut, region, self.fragile);
        let ratio: Vec<f32> = placed.blocks.ratios(&placed.blocks.grid.blocks);
        self.sum(&placed, &ratio)
    }

    /// The same patches and where they want to move.
    pub(crate) fn pull(&self, cut: &Plane, region: Region) -> Pull {
        let placed = Placed::new(cut, region, self.fragile);
        let here = placed.blocks.ratios(&placed.blocks.grid.blocks);
        let shifted = |slope: &[f32], by: f32| {
            let ratio: Vec<f32> = here.iter().zip(slope).map(|(ratio, slope)| ratio + by * slope).collect();
            self.sum(&placed, &ratio)
        };
        let [x, y] =
            slopes(cut).map(|slope| placed.blocks.ratios(&analyse(&slope, placed.first.0, placed.first.1).blocks));
        let by = SHIFT_PX as f32;
        let shifted = [shifted(&x, -by), shifted(&x, by), shifted(&y, -by), shifted(&y, by)];
        Pull { here: self.sum(&placed, &here), shifted, bends: self.bends() }
    }

    fn sum(&self, placed: &Placed, ratio: &[f32]) -> Patches {
        const N: usize = BLOCK_PX;
        let Placed { blocks, cols, rows, first, tile } = placed;
        let mut out = Patches { cols: *cols, sums: vec![[0.0; 2]; cols * rows] };
        let blocks_cols = blocks.grid.cols;
        for (i, (&ratio, &weight)) in ratio.iter().zip(&blocks.weights).enumerate() {
            if weight > 0.0 {
                let slot = Lattice::slot(i, blocks_cols, *tile);
                let turns =
                    ratio / (self.gain * self.lattice.relative[slot]) - self.lattice.dither(i, blocks_cols, *tile);
                let turns = match self.bits.map(|bits| bits[usize::from(self.lattice.order[slot])]) {
                    Some(Some(bit)) => turns - 0.5 * f32::from(bit),
                    Some(None) if !self.unknown => continue,
                    Some(None) | None => 2.0 * turns,
                };
                let (c, r) = (i % blocks_cols, i / blocks_cols);
                let patch = &mut out.sums[(first.1 + r * N) / PATCH_PX * cols + (first.0 + c * N) / PATCH_PX];
                patch[0] += weight * cos_turns(turns);
                patch[1] += 0.5 * weight * weight;
            }
        }
        out
    }

    /// The gain at which the region coheres most, and how much.
    pub(crate) fn best_gain(&self, plane: &Plane, map: &Affine, region: Region) -> (f32, f64) {
        let cut = region.cut(plane, map);
        let score = |i: i16| {
            let gain = self.gain * (1.0 + 0.04 * f32::from(i));
            (gain, Self { gain, ..*self }.patches(&cut, region).coherence())
        };
        (-2..=2).map(score).max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((self.gain, 0.0))
    }

    /// Least and most curvature of the coherence's logarithm: a quarter for single angles.
    fn bends(&self) -> [f64; 2] {
        if self.bits.is_some() { [0.25 * LEAST_BEND, MOST_BEND] } else { [LEAST_BEND, MOST_BEND] }
    }
}

/// The blocks of a region, and where they lie.
struct Placed {
    blocks: Blocks,
    /// Patches.
    cols: usize,
    rows: usize,
    /// First sample of the first block.
    first: (usize, usize),
    /// Its place in the period, blocks.
    tile: (usize, usize),
}

impl Placed {
    fn new(cut: &Plane, region: Region, fragile: f32) -> Self {
        const N: usize = BLOCK_PX;
        let (tile_x, tile_y) = region.tile();
        let first = ((N - tile_x % N) % N, (N - tile_y % N) % N);
        Self {
            blocks: Blocks::new(analyse(cut, first.0, first.1), fragile),
            cols: region.width.div_ceil(PATCH_PX),
            rows: region.height.div_ceil(PATCH_PX),
            first,
            tile: ((tile_x + first.0) / N, (tile_y + first.1) / N),
        }
    }
}

/// Slope of a plane along x and along y, gray levels per pixel: differences of fourth order, 1 % low in the middle of the band; 0 on the border.
fn slopes(plane: &Plane) -> [Plane; 2] {
    let slope = |[a, b, c, d]: [f32; 4]| (8.0 * (c - b) - (d - a)) / 12.0;
    let [mut x, mut y] = [(); 2].map(|()| Plane::zeros(plane.width, plane.height));
    for (out, row) in x.data.chunks_exact_mut(plane.width).zip(plane.rows()) {
        for (out, near) in out.iter_mut().skip(2).zip(row.windows(5)) {
            *out = slope([near[0], near[1], near[3], near[4]]);
        }
    }
    for line in 2..plane.height.saturating_sub(2) {
        let [a, b, c, d] = [line - 2, line - 1, line + 1, line + 2].map(|line| plane.row(line));
        for (i, out) in y.row_mut(line).iter_mut().enumerate() {
            *out = slope([a[i], b[i], c[i], d[i]]);
        }
    }
    [x, y]
}

/// Coherence of a region's patches: `sum w cos 4 pi r` and `sum w^2 / 2`.
pub(crate) struct Patches {
    pub(crate) cols: usize,
    pub(crate) sums: Vec<[f32; 2]>,
}

impl Patches {
    /// Sum over the patches with these numbers, weighted.
    fn total(&self, of: &[(usize, f64)]) -> f64 {
        of.iter().map(|&(i, weight)| weight * f64::from(self.sums[i][0])).sum()
    }

    /// Standard deviations of the null distribution.
    pub(crate) fn coherence(&self) -> f64 {
        self.coherence_of(&self.all())
    }

    /// The same of the patches with these numbers, weighted.
    pub(crate) fn coherence_of(&self, of: &[(usize, f64)]) -> f64 {
        let power: f64 = of.iter().map(|&(i, weight)| weight * weight * f64::from(self.sums[i][1])).sum();
        if power > 0.0 { self.total(of) / power.sqrt() } else { 0.0 }
    }

    fn all(&self) -> Vec<(usize, f64)> {
        (0..self.sums.len()).map(|i| (i, 1.0)).collect()
    }
}

/// Where a region wants to move: its patches as they are, and shifted by [`SHIFT_PX`] left, right, up and down.
pub(crate) struct Pull {
    pub(crate) here: Patches,
    shifted: [Patches; 4],
    /// Least and most curvature to believe.
    bends: [f64; 2],
}

impl Pull {
    /// How far each of the first `count` ways to move takes the region to where it coheres most, by one Newton step; `fields` is the displacement at the
    /// middle of a patch, by its column and row, for a unit of each. `None` where nothing coheres.
    pub(crate) fn moves<const WAYS: usize>(
        &self,
        count: usize,
        fields: impl Fn([usize; 2]) -> [[f64; 2]; WAYS],
    ) -> Option<[f64; WAYS]> {
        self.moves_of(&self.here.all(), count, fields)
    }

    /// The same for the patches with these numbers, weighted.
    pub(crate) fn moves_of<const WAYS: usize>(
        &self,
        patches: &[(usize, f64)],
        count: usize,
        fields: impl Fn([usize; 2]) -> [[f64; 2]; WAYS],
    ) -> Option<[f64; WAYS]> {
        let Self { here, shifted: [left, right, above, below], bends: [least, most] } = self;
        let total = |p: &Patches| p.total(patches);
        let coheres = total(here);
        if coheres <= 0.0 {
            return None;
        }
        // The coherence falls like a Gaussian, whose logarithm is a parabola: its slope and curvature give the step even from beyond the point of
        // inflection. `slope` scales a difference of patches to their share of the logarithm's slope.
        let newton = |a: &Patches, b: &Patches| {
            let ln = |p: &Patches| (total(p) / coheres).max(0.02).ln();
            let bend = ((-ln(a) - ln(b)) / (SHIFT_PX * SHIFT_PX)).clamp(*least, *most);
            let difference = total(b) - total(a);
            let linear = 1.0 / (2.0 * SHIFT_PX);
            let slope = (ln(b) - ln(a)) * coheres / difference * linear;
            let slope = if slope.is_finite() { slope.clamp(linear, 4.0 * linear) } else { linear };
            (bend * coheres, slope)
        };
        let ((bend_x, slope_x), (bend_y, slope_y)) = (newton(left, right), newton(above, below));
        let bends = [bend_x, bend_y];
        // Curvature is shared out to the patches by their weight.
        let weight: f64 = patches.iter().map(|&(i, weight)| weight * f64::from(here.sums[i][1])).sum();
        let mut normal = [[0.0f64; WAYS]; WAYS];
        let mut pull = [0.0f64; WAYS];
        for &(i, counts) in patches {
            let fields = fields([i % here.cols, i / here.cols]);
            let difference = |a: &Patches, b: &Patches| counts * f64::from(b.sums[i][0] - a.sums[i][0]);
            let slopes = [slope_x * difference(left, right), slope_y * difference(above, below)];
            let share = counts * f64::from(here.sums[i][1]) / weight;
            for r in 0..count {
                pull[r] += fields[r][0] * slopes[0] + fields[r][1] * slopes[1];
                for c in 0..count {
                    normal[r][c] +=
                        share * (bends[0] * fields[r][0] * fields[c][0] + bends[1] * fields[r][1] * fields[c][1]);
                }
            }
        }
        solve(normal, pull, count)
    }
}

/// The first `count` equations of `matrix x = right`, by elimination with a ridge; the rest of `x` is 0.
pub(crate) fn solve<const N: usize>(mut matrix: [[f64; N]; N], mut right: [f64; N], count: usize) -> Option<[f64; N]> {
    let trace: f64 = (0..count).map(|i| matrix[i][i]).sum();
    for (i, row) in matrix.iter_mut().enumerate().take(count) {
        row[i] += 1e-3 * trace / count as f64;
    }
    for i in 0..count {
        let pivot = matrix[i];
        if pivot[i] <= 1e-9 * trace {
            return None;
        }
        for r in i + 1..count {
            let factor = matrix[r][i] / pivot[i];
            for c in i..count {
                matrix[r][c] -= factor * pivot[c];
            }
            right[r] -= factor * right[i];
        }
    }
    let mut out = [0.0; N];
    for i in (0..count).rev() {
        let known: f64 = (i + 1..count).map(|c| matrix[i][c] * out[c]).sum();
        out[i] = (right[i] - known) / matrix[i][i];
    }
    Some(out)
}
