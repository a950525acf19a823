//! `[X2]` A geometry that coheres -> a geometry that coheres best, to a fraction of a pixel.
//!
//! The plane is warped by the geometry so far, and what its patches ask for ([`pull`](crate::pull)) moves the whole map, first those that change least.

use crate::affine::{Affine, Linear};
use crate::carrier::PERIOD_PX;
use crate::frame::WINDOW_PX;
use crate::plane::Plane;
use crate::pull::{Judge, PATCH_PX};
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

    /// Position of the first sample in the period.
    pub(crate) fn tile(&self) -> (usize, usize) {
        let period = PERIOD_PX as i64;
        (self.x.rem_euclid(period) as usize, self.y.rem_euclid(period) as usize)
    }
}

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

/// One Newton step: the map moved to where `plane` coheres more, and how far it moved a corner of the region at most, pixels.
fn step(plane: &Plane, judge: Judge<'_>, map: &Affine, region: Region, motion: Motion) -> (Affine, f64) {
    let half = [0.5 * region.width as f64, 0.5 * region.height as f64];
    let pull = judge.pull(&region.cut(plane, map), region);
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

/// What is said of a map that no step moved, pixels: offsets are searched half a pixel apart.
pub(crate) const UNREFINED: f64 = 0.5;
/// `fragile` of what a geometry is judged by as a whole.
pub(crate) const OVERALL: f32 = 40.0;
/// The plan for a window of [`WINDOW_PX`]: longest side of the region, motion, activity above which blocks count less, steps at most.
const PLAN: [(usize, Motion, f32, usize); 5] = [
    (448, Motion::Similar, 20.0, 3),
    (640, Motion::Similar, 30.0, 3),
    (640, Motion::Affine, 40.0, 2),
    (1024, Motion::Affine, 60.0, 2),
    (1600, Motion::Affine, 60.0, 2),
];

/// Newton steps until `map` stands still, first around the centre and over what changes least, then over more and more of what `plane`
/// shows. A stage that makes things worse is taken back. `judge` holds the gain at which the picture was found to cohere in a window of `window` pixels, to which the sides
/// of the plan are in proportion. Returns the map, how far the last step moved it, pixels, and the gain.
pub(crate) fn refine(
    plane: &Plane,
    judge: Judge<'_>,
    map: Affine,
    centre: [f64; 2],
    window: usize,
) -> (Affine, f64, f32) {
    let mut best = (map, UNREFINED, judge.gain);
    for (most, motion, fragile, steps) in PLAN {
        let most = most * window / WINDOW_PX;
        let region = Region::shown(plane, &best.0, centre, most);
        let overall = Judge { gain: best.2, fragile: OVERALL, ..judge };
        let (gain, before) = overall.best_gain(plane, &best.0, region);
        best.2 = gain;
        let judge = Judge { gain, fragile, ..overall };
        let (mut map, mut last) = (best.0, 0.0);
        for _ in 0..steps {
            (map, last) = step(plane, judge, &map, region, motion);
            if last < 0.04 {
                break;
            }
        }
        let after = Judge { gain, ..overall }.patches(&region.cut(plane, &map), region).coherence();
        if after >= before {
            (best.0, best.1) = (map, last);
        }
        if region.width.max(region.height) < most && motion == Motion::Affine {
            break;
        }
    }
    best
}
