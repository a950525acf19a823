//! `[X2]` A geometry that coheres -> a geometry that coheres best, to a fraction of a pixel.
//!
//! The plane is warped by the geometry so far and the lattice is read at the nine shifts of up to a pixel, patch by patch. A patch
//! coheres best where it belongs, so the gradient of its coherence says which way it wants to move. One Newton step on the sum
//! over all patches moves the whole map, weak patches included, where they would be too noisy to be placed one by one.

use crate::affine::{Affine, Linear};
use crate::carrier::{Carrier, TILE_PX};
use crate::lattice::{cos_turns, receive};
use crate::plane::Plane;
use crate::read::{BEACON_STEP, gain};
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
            let low = corners.iter().map(|c| c[axis]).fold(f64::INFINITY, f64::min).max(centre[axis] - 0.5 * most as f64);
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
const PATCH_PX: usize = 64;

/// Coherence of each patch at one shift: `sum w cos 4 pi r` and `sum w^2 / 2`.
struct Patches {
    cols: usize,
    sums: Vec<[f32; 2]>,
}

/// One Newton step: the map moved to where `plane` coheres more, and how far it moved the corners of the region at most, pixels.
pub(crate) fn step(plane: &Plane, carrier: &Carrier, map: &Affine, region: Region, at_gain: f32) -> Option<(Affine, f64)> {
    let cut = region.cut(plane, map);
    let at = |dx: i64, dy: i64| patches(&cut, carrier, region, dx, dy, at_gain);
    let (here, left, right, above, below) = (at(0, 0), at(-1, 0), at(1, 0), at(0, -1), at(0, 1));
    let total = |p: &Patches| p.sums.iter().map(|s| f64::from(s[0])).sum::<f64>();
    let bend = |a: &Patches, b: &Patches| 2.0 * total(&here) - total(a) - total(b);
    let (bend_x, bend_y) = (bend(&left, &right), bend(&above, &below));
    if total(&here) <= 0.0 || bend_x.min(bend_y) < 0.2 * total(&here) {
        return None;
    }
    // Curvature is shared out to the patches by their weight; positions count from the centre in half sides.
    let weight: f64 = here.sums.iter().map(|s| f64::from(s[1])).sum();
    let (half_x, half_y) = (0.5 * region.width as f64, 0.5 * region.height as f64);
    let mut normal = [[0.0f64; 3]; 3];
    let mut pull = [[0.0f64; 3]; 2];
    for (i, sum) in here.sums.iter().enumerate() {
        let place = |v: usize, half: f64| ((v as f64 + 0.5) * PATCH_PX as f64 - half) / half;
        let basis = [1.0, place(i % here.cols, half_x), place(i / here.cols, half_y)];
        let slope = |a: &Patches, b: &Patches| 0.5 * f64::from(b.sums[i][0] - a.sums[i][0]);
        let (gx, gy) = (slope(&left, &right), slope(&above, &below));
        for r in 0..3 {
            for c in 0..3 {
                normal[r][c] += basis[r] * basis[c] * f64::from(sum[1]) / weight;
            }
            pull[0][r] += basis[r] * gx / bend_x;
            pull[1][r] += basis[r] * gy / bend_y;
        }
    }
    let moves = [solve(normal, pull[0])?, solve(normal, pull[1])?];
    // No further than the model holds.
    let far = moves.iter().map(|m| m[0].abs() + m[1].abs() + m[2].abs()).fold(0.0, f64::max);
    let damp = (1.2 / far.max(1e-9)).min(1.0);
    let moves = moves.map(|m| m.map(|v| v * damp));
    let linear = Linear([
        [1.0 + moves[0][1] / half_x, moves[0][2] / half_y],
        [moves[1][1] / half_x, 1.0 + moves[1][2] / half_y],
    ]);
    let centre = [region.x as f64 + half_x, region.y as f64 + half_y];
    let [cx, cy] = linear.apply(centre);
    let origin = [centre[0] - cx + moves[0][0], centre[1] - cy + moves[1][0]];
    Some((map.after(&Affine { linear, origin }), far * damp))
}

/// Coherence over both octaves of `cut` (the region, shifted by `(dx, dy)`).
fn patches(cut: &Plane, carrier: &Carrier, region: Region, dx: i64, dy: i64, at_gain: f32) -> Patches {
    let (cols, rows) = (region.width.div_ceil(PATCH_PX), region.height.div_ceil(PATCH_PX));
    let mut out = Patches { cols, sums: vec![[0.0; 2]; cols * rows] };
    for (lattice, gain) in [(&carrier.seal, at_gain), (&carrier.beacon, at_gain * BEACON_STEP)] {
        let n = lattice.block as i64;
        // The first whole block right of and below the first sample.
        let start = |v: i64, d: i64| ((-v).rem_euclid(n) + d).rem_euclid(n) as usize;
        let (x0, y0) = (start(region.x, dx), start(region.y, dy));
        let received = receive(cut, lattice, x0, y0, 0.0);
        let live = received.step.iter().filter(|&&s| s > 0.0).count().max(1) as f32;
        let mean = received.step.iter().sum::<f32>() / live;
        let first = |v: i64, offset: usize, d: i64| ((v + offset as i64 - d).div_euclid(n)).rem_euclid(lattice.side as i64);
        let (col, row) = (first(region.x, x0, dx) as usize, first(region.y, y0, dy) as usize);
        for (i, (&ratio, &step)) in received.ratio.iter().zip(&received.step).enumerate() {
            if step > 0.0 {
                let (c, r) = (i % received.cols, i / received.cols);
                let slot = (r + row) % lattice.side * lattice.side + (c + col) % lattice.side;
                let noise = (mean / step) * (mean / step);
                let weight = 1.0 / (1.0 + noise * noise);
                let phase = cos_turns(2.0 * (ratio / gain - lattice.dither[slot]));
                let patch = (y0 + r * lattice.block) / PATCH_PX * cols + (x0 + c * lattice.block) / PATCH_PX;
                out.sums[patch][0] += weight * phase;
                out.sums[patch][1] += 0.5 * weight * weight;
            }
        }
    }
    out
}

/// Coherence of the region and the gain that gives it, standard deviations.
pub(crate) fn coherence(cut: &Plane, carrier: &Carrier, region: Region) -> (f32, f32) {
    let score = |i: usize| {
        let patches = patches(cut, carrier, region, 0, 0, gain(i));
        let (sum, power) = patches.sums.iter().fold((0.0, 0.0), |(s, p), v| (s + v[0], p + v[1]));
        (if power > 0.0 { sum / power.sqrt() } else { 0.0 }, gain(i))
    };
    (10..62).step_by(2).map(score).max_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or_default()
}

/// `matrix x = right` by Cramer's rule.
fn solve(matrix: [[f64; 3]; 3], right: [f64; 3]) -> Option<[f64; 3]> {
    let det = |m: [[f64; 3]; 3]| {
        let minor = |a: usize, b: usize| m[1][a] * m[2][b] - m[1][b] * m[2][a];
        m[0][0] * minor(1, 2) - m[0][1] * minor(0, 2) + m[0][2] * minor(0, 1)
    };
    let whole = det(matrix);
    let solution = std::array::from_fn(|column| {
        let mut replaced = matrix;
        for (row, r) in replaced.iter_mut().zip(right) {
            row[column] = r;
        }
        det(replaced) / whole
    });
    (whole.abs() > 1e-6).then_some(solution)
}

/// Newton steps until the map stands still, first around the centre, then over more and more of what `plane` shows. Returns the map and
/// the root mean square of the last step's move, pixels.
pub(crate) fn refine(plane: &Plane, carrier: &Carrier, mut map: Affine, centre: [f64; 2], at_gain: f32) -> (Affine, f64) {
    let mut residual = 0.5;
    for (most, steps) in [(512, 3), (1024, 2), (2048, 2)] {
        let region = Region::shown(plane, &map, centre, most);
        for _ in 0..steps {
            let Some((moved, by)) = step(plane, carrier, &map, region, at_gain) else { break };
            map = moved;
            residual = by;
            if by < 0.03 {
                break;
            }
        }
        if region.width.max(region.height) < most {
            break;
        }
    }
    (map, residual)
}
