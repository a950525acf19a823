//! `[X2]` A geometry that coheres -> a geometry that coheres best, to a fraction of a pixel.
//!
//! The plane is warped by the geometry so far and the lattice is judged where it is and a fraction of a pixel off, patch by patch. A patch
//! coheres best where it belongs, so the gradient of its coherence says which way it wants to move. One Newton step on the sum
//! over all patches moves the whole map, weak patches included, where they would be too noisy to be placed one by one.

use crate::affine::{Affine, Linear};
use crate::carrier::{BLOCK_PX, Carrier, TILE_PX};
use crate::lattice::{cos_turns, slot};
use crate::phases::Blocks;
use crate::plane::Plane;
use crate::resample::warp;

/// A rectangle of canonical samples, which may lie anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Region {
    pub(crate) x: i64,
    pub(crate) y: i64,
    pub(crate) width: usize,
    pub(crate) height: usize,
}

impl Region {
    /// Of `plane` behind `map`: all canonical samples that it shows, at most `most` on a side around `centre`.
    pub(crate) fn shown(plane: &Plane, map: &Affine, centre: [f64; 2], most: usize) -> Self {
        let back = map.inverse();
        let (w, h) = (plane.width as f64, plane.height as f64);
        let corners = [[0.0, 0.0], [w, 0.0], [0.0, h], [w, h]].map(|c| back.apply(c));
        let centre = back.apply(centre);
        let side = |axis: usize| {
            let low =
                corners.iter().map(|c| c[axis]).fold(f64::INFINITY, f64::min).max(centre[axis] - 0.5 * most as f64);
            let high =
                corners.iter().map(|c| c[axis]).fold(f64::NEG_INFINITY, f64::max).min(centre[axis] + 0.5 * most as f64);
            (low.floor() as i64, (high - low).ceil().max(1.0) as usize)
        };
        let ((x, width), (y, height)) = (side(0), side(1));
        Self { x, y, width, height }
    }

    /// The samples of `plane` that `map` puts here.
    pub(crate) fn cut(&self, plane: &Plane, map: &Affine) -> Plane {
        warp(plane, &map.from([self.x as f64, self.y as f64]), self.width, self.height)
    }

    /// Tile position of the first sample.
    pub(crate) fn tile(&self) -> (usize, usize) {
        let tile = TILE_PX as i64;
        (self.x.rem_euclid(tile) as usize, self.y.rem_euclid(tile) as usize)
    }
}

/// Side of a patch, pixels.
pub(crate) const PATCH_PX: usize = 64;
/// Shift that slopes are measured over, pixels: where a textured picture still coheres.
const SHIFT_PX: f64 = 0.3;
/// Least curvature of the coherence's logarithm, per square pixel: what smooth pictures have.
const LEAST_BEND: f64 = 2.5;
/// Most curvature, what textured ones have.
const MOST_BEND: f64 = 24.0;
/// Furthest that one step moves a corner of the region, pixels.
const FURTHEST_PX: f64 = 0.8;

/// Ways for a plane to move; each holds the ones before. Positions run from -1 to 1 over the region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Motion {
    /// Shift, rotation and scale.
    Similar = 4,
    /// Unequal scales and shear as well.
    Affine = 6,
}

impl Motion {
    /// Displacement at `(x, y)` for a unit of each parameter.
    fn fields([x, y]: [f64; 2]) -> [[f64; 2]; 6] {
        [[1.0, 0.0], [0.0, 1.0], [x, y], [-y, x], [x, -y], [y, x]]
    }
}

/// Coherence of a region and of its patches: `sum w cos 4 pi r` and `sum w^2 / 2`.
pub(crate) struct Patches {
    pub(crate) cols: usize,
    pub(crate) sums: Vec<[f32; 2]>,
}

impl Patches {
    /// Of a region's samples, `cut`. `fragile` as for [`Blocks::new`].
    pub(crate) fn new(cut: &Plane, carrier: &Carrier, region: Region, at_gain: f32, fragile: f32) -> Self {
        const N: usize = BLOCK_PX;
        let (cols, rows) = (region.width.div_ceil(PATCH_PX), region.height.div_ceil(PATCH_PX));
        let mut out = Self { cols, sums: vec![[0.0; 2]; cols * rows] };
        let (tile_x, tile_y) = region.tile();
        let lattice = &carrier.lattice;
        let (x0, y0) = ((N - tile_x % N) % N, (N - tile_y % N) % N);
        let tile = ((tile_x + x0) / N, (tile_y + y0) / N);
        let phases = Blocks::new(cut, x0, y0, fragile).phases(false);
        for (i, (&ratio, &weight)) in phases.ratio.iter().zip(&phases.weight).enumerate() {
            if weight > 0.0 {
                let slot = slot(i, phases.cols, tile);
                let (c, r) = (i % phases.cols, i / phases.cols);
                let patch = &mut out.sums[(y0 + r * N) / PATCH_PX * cols + (x0 + c * N) / PATCH_PX];
                patch[0] +=
                    weight * cos_turns(2.0 * (ratio / (at_gain * lattice.relative[slot]) - lattice.dither[slot]));
                patch[1] += 0.5 * weight * weight;
            }
        }
        out
    }

    fn total(&self) -> f64 {
        self.sums.iter().map(|s| f64::from(s[0])).sum()
    }

    /// Standard deviations of the null distribution.
    pub(crate) fn coherence(&self) -> f64 {
        let power: f64 = self.sums.iter().map(|s| f64::from(s[1])).sum();
        if power > 0.0 { self.total() / power.sqrt() } else { 0.0 }
    }
}

/// The gain at which the region coheres most, and how much.
pub(crate) fn best_gain(plane: &Plane, carrier: &Carrier, map: &Affine, region: Region, near: f32) -> (f32, f64) {
    let cut = region.cut(plane, map);
    let score = |i: i16| {
        let gain = near * (1.0 + 0.04 * f32::from(i));
        (gain, Patches::new(&cut, carrier, region, gain, 40.0).coherence())
    };
    (-2..=2).map(score).max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((near, 0.0))
}

/// Where a region wants to move: its patches as they are, and shifted by [`SHIFT_PX`] left, right, up and down.
pub(crate) struct Pull {
    here: Patches,
    shifted: [Patches; 4],
}

impl Pull {
    /// `at` gives the patches at a shift.
    pub(crate) fn new(at: impl Fn([f64; 2]) -> Patches) -> Self {
        let s = SHIFT_PX;
        Self { here: at([0.0, 0.0]), shifted: [[-s, 0.0], [s, 0.0], [0.0, -s], [0.0, s]].map(at) }
    }

    /// How far each of the first `count` ways to move takes the region to where it coheres most, by one Newton step; `fields` is the displacement at the
    /// middle of a patch, by its column and row, for a unit of each. `None` where nothing coheres.
    pub(crate) fn moves<const WAYS: usize>(
        &self,
        count: usize,
        fields: impl Fn([usize; 2]) -> [[f64; 2]; WAYS],
    ) -> Option<[f64; WAYS]> {
        let Self { here, shifted: [left, right, above, below] } = self;
        if here.total() <= 0.0 {
            return None;
        }
        // The coherence falls like a Gaussian, whose logarithm is a parabola: its slope and curvature give the step even from beyond the point of
        // inflection. `slope` scales a difference of patches to their share of the logarithm's slope.
        let newton = |a: &Patches, b: &Patches| {
            let ln = |p: &Patches| (p.total() / here.total()).max(0.02).ln();
            let bend = ((-ln(a) - ln(b)) / (SHIFT_PX * SHIFT_PX)).clamp(LEAST_BEND, MOST_BEND);
            let difference = b.total() - a.total();
            let linear = 1.0 / (2.0 * SHIFT_PX);
            let slope = (ln(b) - ln(a)) * here.total() / difference * linear;
            let slope = if slope.is_finite() { slope.clamp(linear, 4.0 * linear) } else { linear };
            (bend * here.total(), slope)
        };
        let ((bend_x, slope_x), (bend_y, slope_y)) = (newton(left, right), newton(above, below));
        let bends = [bend_x, bend_y];
        // Curvature is shared out to the patches by their weight.
        let weight: f64 = here.sums.iter().map(|s| f64::from(s[1])).sum();
        let mut normal = [[0.0f64; WAYS]; WAYS];
        let mut pull = [0.0f64; WAYS];
        for (i, sum) in here.sums.iter().enumerate() {
            let fields = fields([i % here.cols, i / here.cols]);
            let difference = |a: &Patches, b: &Patches| f64::from(b.sums[i][0] - a.sums[i][0]);
            let slopes = [slope_x * difference(left, right), slope_y * difference(above, below)];
            let share = f64::from(sum[1]) / weight;
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

/// One Newton step: the map moved to where `plane` coheres more, and how far it moved a corner of the region at most, pixels.
fn step(
    plane: &Plane,
    carrier: &Carrier,
    map: &Affine,
    region: Region,
    at_gain: f32,
    motion: Motion,
    fragile: f32,
) -> (Affine, f64) {
    let half = [0.5 * region.width as f64, 0.5 * region.height as f64];
    let pull = Pull::new(|at| Patches::new(&region.cut(plane, &map.from(at)), carrier, region, at_gain, fragile));
    let place = |v: usize, half: f64| ((v as f64 + 0.5) * PATCH_PX as f64 - half) / half;
    let fields = |[col, row]: [usize; 2]| Motion::fields([place(col, half[0]), place(row, half[1])]);
    let Some(moves) = pull.moves(motion as usize, fields) else { return (*map, 0.0) };
    let far = moves[0].hypot(moves[1]) + moves[2].hypot(moves[3]) + moves[4].hypot(moves[5]);
    let damp = (FURTHEST_PX / far.max(1e-9)).min(1.0);
    // The fields are linear, so three points give the map.
    let displacement = |at: [f64; 2]| {
        let fields = Motion::fields(at);
        [0, 1].map(|axis| damp * moves.iter().zip(fields).map(|(m, f)| m * f[axis]).sum::<f64>())
    };
    let (centre, x, y) = (displacement([0.0; 2]), displacement([1.0, 0.0]), displacement([0.0, 1.0]));
    let linear = Linear([
        [1.0 + (x[0] - centre[0]) / half[0], (y[0] - centre[0]) / half[1]],
        [(x[1] - centre[1]) / half[0], 1.0 + (y[1] - centre[1]) / half[1]],
    ]);
    let middle = [region.x as f64 + half[0], region.y as f64 + half[1]];
    let [cx, cy] = linear.apply(middle);
    let origin = [middle[0] - cx + centre[0], middle[1] - cy + centre[1]];
    (map.after(&Affine { linear, origin }), far * damp)
}

/// The first `count` equations of `matrix x = right`, by elimination with a ridge; the rest of `x` is 0.
fn solve<const N: usize>(mut matrix: [[f64; N]; N], mut right: [f64; N], count: usize) -> Option<[f64; N]> {
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

/// The plan: longest side of the region, motion, activity above which blocks count less, steps at most.
const PLAN: [(usize, Motion, f32, usize); 5] = [
    (448, Motion::Similar, 20.0, 3),
    (640, Motion::Similar, 30.0, 3),
    (640, Motion::Affine, 40.0, 2),
    (1024, Motion::Affine, 60.0, 2),
    (1600, Motion::Affine, 60.0, 2),
];

/// Newton steps until the map stands still, first around the centre and over what changes least, then over more and more of what `plane`
/// shows. A stage that makes things worse is taken back. Returns the map, how far the last step moved it, pixels, and the gain.
pub(crate) fn refine(plane: &Plane, carrier: &Carrier, map: Affine, centre: [f64; 2], gain: f32) -> (Affine, f64, f32) {
    let mut best = (map, 0.5, gain);
    for (most, motion, fragile, steps) in PLAN {
        let region = Region::shown(plane, &best.0, centre, most);
        let (gain, before) = best_gain(plane, carrier, &best.0, region, best.2);
        best.2 = gain;
        let (mut map, mut last) = (best.0, 0.0);
        for _ in 0..steps {
            (map, last) = step(plane, carrier, &map, region, gain, motion, fragile);
            if last < 0.04 {
                break;
            }
        }
        let after = Patches::new(&region.cut(plane, &map), carrier, region, gain, 40.0).coherence();
        if after >= before {
            (best.0, best.1) = (map, last);
        }
        if region.width.max(region.height) < most && motion == Motion::Affine {
            break;
        }
    }
    best
}
