//! `[X2]` A geometry that coheres in one part of a bent picture -> one that follows the bend over all of it.
//!
//! A page seen at an angle and a lens bend a picture by a few pixels, over some hundred of them hardly at all. So the bend is followed outwards: from the part
//! that coheres best to larger and larger ones, each starting where the last one ended. A lens moves canonical positions by a smooth field with few
//! coefficients (one radial cubic, and quadratics for where its axis is), a page seen at an angle divides them by its depth, and what drags a picture by its
//! corners adds products of both coordinates; all are found, with the affine map, by Newton steps ([`pull`](crate::pull)). What is left then, or bends
//! otherwise, may [`drift`](crate::drift).

use crate::affine::{Affine, Linear};
use crate::drift::Drift;
use crate::plane::Plane;
use crate::pull::{Judge, PATCH_PX, Patches};
use crate::refine::Region;
use crate::resample::bend;

/// Ways to bend: six affine ones, the slopes of the depth, four quadratic ones, one radial cubic one.
const WAYS: usize = 13;
/// Which of them slope the depth.
const SLOPES: std::ops::Range<usize> = 6..8;
/// Distance over which the fields grow to one pixel, canonical pixels.
const UNIT_PX: f64 = 512.0;
/// Side of the squares that a bend is affine on, pixels: 2 % of barrel distortion leaves 0.03 px over it.
const SQUARE_PX: usize = 32;
/// Longest side of the part, and how many ways it bends: a small part does not show the higher ones. A picture read as if unscaled may be 1 % off, 1 px over
/// half of the first part: as far as a Newton step sees.
const PLAN: [(usize, usize); 14] = [
    (224, 6),
    (288, 6),
    (368, 6),
    (448, 8),
    (544, 12),
    (672, WAYS),
    (832, WAYS),
    (1024, WAYS),
    (1280, WAYS),
    (1600, WAYS),
    (2048, WAYS),
    (2560, WAYS),
    (3200, WAYS),
    (4096, WAYS),
];
/// Newton steps on each part at most, and on one of [`LARGE_PX`] and more, which the part before has led to.
const STEPS: usize = 8;
const STEPS_ON_LARGE: usize = 3;
const LARGE_PX: usize = 1280;
/// Side of a part that shows whether the picture bends: 1 % of perspective moves its border by 2 px.
const TELLING_PX: usize = 672;
/// Furthest that one step moves anything in the part, pixels, and the move that ends the steps.
const FURTHEST_PX: f64 = 1.0;
const SETTLED_PX: f64 = 0.04;
/// Activity, gray levels, above which blocks count less.
pub(crate) const FRAGILE: f32 = 30.0;
/// Steps of the drift at most, the standard deviations that a step has to gain, and how many in turn need not.
const DRIFT_STEPS: usize = 24;
const DRIFT_GAINS: f64 = 0.5;
const DRIFT_IDLE: usize = 2;
/// Patches along the side of the part to begin with.
const START: usize = 4;
/// Standard deviations that a bend has to gain over the map that it began with.
const GAINED: f64 = 2.0;

/// `position = map(canonical position, moved and divided by its depth)`.
#[derive(Clone)]
pub(crate) struct Bend {
    map: Affine,
    /// Where the fields have their origin, canonical pixels.
    middle: [f64; 2],
    /// How far each way is gone, pixels at a distance of [`UNIT_PX`].
    ways: [f64; WAYS],
    /// What is moved before that.
    drift: Option<Drift>,
}

impl Bend {
    /// What a position is divided by after it was moved, the moved position, units from the middle, and [`fields`](Self::fields) times the former.
    fn moved(&self, at: [f64; 2]) -> (f64, [f64; 2], [[f64; 2]; WAYS]) {
        let [x, y] = [0, 1].map(|axis| (at[axis] - self.middle[axis]) / UNIT_PX);
        let r2 = x * x + y * y;
        // The slopes move nothing before the division.
        let mut fields = [
            [1.0, 0.0],
            [0.0, 1.0],
            [x, y],
            [-y, x],
            [x, -y],
            [y, x],
            [0.0; 2],
            [0.0; 2],
            [r2, 0.0],
            [0.0, r2],
            [x * y, 0.0],
            [0.0, x * y],
            [r2 * x, r2 * y],
        ];
        let sum = |axis: usize| self.ways.iter().zip(fields).map(|(way, f)| way * f[axis]).sum::<f64>() / UNIT_PX;
        let to = [x + sum(0), y + sum(1)];
        let depth = 1.0 - (self.ways[SLOPES.start] * x + self.ways[SLOPES.start + 1] * y) / UNIT_PX;
        for (field, along) in fields[SLOPES].iter_mut().zip([x, y]) {
            *field = to.map(|v| v * along / depth);
        }
        (depth, to, fields)
    }

    /// How far a canonical position moves for a unit of each way, canonical pixels.
    fn fields(&self, at: [f64; 2]) -> [[f64; 2]; WAYS] {
        let (depth, _, fields) = self.moved(at);
        fields.map(|field| field.map(|v| v / depth))
    }

    fn apply(&self, at: [f64; 2]) -> [f64; 2] {
        let [dx, dy] = self.drift.as_ref().map_or([0.0; 2], |drift| drift.at(at));
        let at = [at[0] + dx, at[1] + dy];
        let (depth, to, _) = self.moved(at);
        self.map.apply([0, 1].map(|axis| self.middle[axis] + UNIT_PX * to[axis] / depth))
    }

    /// The affine map that touches it at a canonical position, for positions counted from the canonical one `origin`.
    fn near(&self, at: [f64; 2], origin: [f64; 2]) -> Affine {
        const H: f64 = 0.5 * SQUARE_PX as f64;
        let slope = |dx: f64, dy: f64| {
            let (a, b) = (self.apply([at[0] - dx, at[1] - dy]), self.apply([at[0] + dx, at[1] + dy]));
            [0, 1].map(|axis| (b[axis] - a[axis]) / (2.0 * H))
        };
        let (x, y, here) = (slope(H, 0.0), slope(0.0, H), self.apply(at));
        let linear = Linear([[x[0], y[0]], [x[1], y[1]]]);
        let [dx, dy] = linear.apply([origin[0] - at[0], origin[1] - at[1]]);
        Affine { linear, origin: [here[0] + dx, here[1] + dy] }
    }

    /// The affine map that it began with.
    pub(crate) fn base(&self) -> Affine {
        self.map
    }

    /// The samples of `plane` in a region.
    pub(crate) fn cut(&self, plane: &Plane, region: Region) -> Plane {
        let origin = [region.x as f64, region.y as f64];
        let near = |at: [f64; 2]| self.near([at[0] + origin[0], at[1] + origin[1]], origin);
        bend(plane, &near, SQUARE_PX, region.width, region.height)
    }

    /// The affine map that touches it in the middle of a region.
    pub(crate) fn affine(&self, region: Region) -> Affine {
        let middle = [region.x as f64 + 0.5 * region.width as f64, region.y as f64 + 0.5 * region.height as f64];
        self.near(middle, [0.0; 2])
    }

    /// The smooth ways that a picture bends which is read under this affine map, and how far the last step moved it, pixels; `None` where none shows in
    /// the middle already.
    fn smoothly(&self, plane: &Plane, judge: Judge<'_>, most: usize) -> Option<(Self, f64)> {
        let (map, mut out, mut last) = (self.map, self.clone(), 0.0);
        let centre = map.apply(self.middle);
        for (side, ways) in PLAN {
            let region = Region::shown(plane, &map, centre, side.min(most));
            let place = |v: usize, first: i64| first as f64 + (v as f64 + 0.5) * PATCH_PX as f64;
            for _ in 0..if side < LARGE_PX { STEPS } else { STEPS_ON_LARGE } {
                let fields = |[col, row]: [usize; 2]| out.fields([place(col, region.x), place(row, region.y)]);
                let moves = judge.pull(&out.cut(plane, region), region).moves(ways, fields)?;
                // Fields grow with the distance, so some corner moves furthest.
                let (right, lower) = (region.x + region.width as i64, region.y + region.height as i64);
                let corners = [[region.x, region.y], [right, region.y], [region.x, lower], [right, lower]];
                last = corners
                    .map(|corner| {
                        let fields = out.fields(corner.map(|v| v as f64));
                        let along = |axis: usize| moves.iter().zip(fields).map(|(m, f)| m * f[axis]).sum::<f64>();
                        along(0).hypot(along(1))
                    })
                    .into_iter()
                    .fold(0.0, f64::max);
                let damp = (FURTHEST_PX / last.max(1e-9)).min(1.0);
                out.ways.iter_mut().zip(moves).for_each(|(way, m)| *way += damp * m);
                last *= damp;
                if last < SETTLED_PX {
                    break;
                }
            }
            if region.width.max(region.height) < side {
                break;
            }
            let coherence = |cut: &Plane| judge.patches(cut, region).coherence();
            if side == TELLING_PX && coherence(&out.cut(plane, region)) < coherence(&region.cut(plane, &map)) + GAINED {
                return None;
            }
        }
        Some((out, last))
    }
}

/// Follows the bend of `plane` from where it coheres best under `map` (canonical position -> `plane`), or on from `known`; `None` when it does not bend.
/// Also how far the last step moved it, pixels.
pub(crate) fn follow(
    plane: &Plane,
    judge: Judge<'_>,
    map: &Affine,
    known: Option<Bend>,
    most: usize,
) -> Option<(Bend, f64)> {
    let all = Region::shown(plane, map, [0.5 * plane.width as f64, 0.5 * plane.height as f64], most);
    let straight = judge.patches(&all.cut(plane, map), all);
    let least = straight.coherence() + GAINED;
    let smooth = || {
        let start = densest(&straight);
        let middle = [0, 1].map(|axis| [all.x, all.y][axis] as f64 + start[axis] * PATCH_PX as f64);
        let unbent = Bend { map: *map, middle, ways: [0.0; WAYS], drift: None };
        let better = |(bend, _): &(Bend, f64)| judge.patches(&bend.cut(plane, all), all).coherence() > least;
        unbent.smoothly(plane, judge, most).filter(better).unwrap_or((unbent, 0.0))
    };
    let (mut out, mut last) = known.map_or_else(smooth, |known| (known, 0.0));
    let (mut coherence, mut idle) = (f64::NEG_INFINITY, 0);
    for _ in 0..DRIFT_STEPS {
        let pull = judge.pull(&out.cut(plane, all), all);
        let now = pull.here.coherence();
        idle = if now < coherence + DRIFT_GAINS { idle + 1 } else { 0 };
        coherence = now;
        if idle == DRIFT_IDLE {
            break;
        }
        last = out.drift.get_or_insert_with(|| Drift::none(all)).step(&pull);
    }
    (coherence > least).then_some((out, last))
}

/// Middle of the square of [`START`] patches a side that coheres most, patches.
fn densest(patches: &Patches) -> [f64; 2] {
    let (cols, rows) = (patches.cols, patches.sums.len() / patches.cols);
    let (width, height) = (START.min(cols), START.min(rows));
    let total = |col: usize, row: usize| -> f32 {
        (row..row + height).flat_map(|r| &patches.sums[r * cols + col..][..width]).map(|s| s[0]).sum()
    };
    let places = (0..=rows - height).flat_map(|row| (0..=cols - width).map(move |col| (col, row)));
    let best = places.max_by(|a, b| total(a.0, a.1).total_cmp(&total(b.0, b.1))).unwrap_or((0, 0));
    [best.0 as f64 + 0.5 * width as f64, best.1 as f64 + 0.5 * height as f64]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::{Carrier, CarrierKey, TILE_BITS};
    use crate::lattice::{Strengths, embed};
    use crate::testing::{Random, picture};

    const WIDTH: usize = 1024;
    const HEIGHT: usize = 768;
    const STRENGTH: f32 = 9.0;

    fn whole() -> Region {
        Region { x: 0, y: 0, width: WIDTH, height: HEIGHT }
    }

    fn bits() -> Vec<u8> {
        let mut random = Random(7);
        (0..TILE_BITS).map(|_| (random.next() >> 63) as u8).collect()
    }

    /// A marked plane.
    fn marked(carrier: &Carrier) -> Plane {
        let mut plane = picture(WIDTH, HEIGHT, 6);
        embed(&mut plane, &carrier.lattice, &bits(), Strengths::new(STRENGTH));
        plane
    }

    fn bent(ways: [f64; WAYS]) -> Bend {
        Bend { map: Affine::scaling(1.0, 1.0), middle: [0.5 * WIDTH as f64, 0.5 * HEIGHT as f64], ways, drift: None }
    }

    /// Follows what `true_bend` does to a marked plane, whose bits are `known`, and gives back how far the corners, and the middles of the sides, are off
    /// then, pixels.
    fn error_px(true_bend: &Bend, known: bool) -> Option<f64> {
        let carrier = Carrier::new(&CarrierKey::PUBLIC);
        let received = true_bend.cut(&marked(&carrier), whole());
        let straight = Affine::scaling(1.0, 1.0);
        let bits: Vec<Option<u8>> = bits().into_iter().map(Some).collect();
        let gain = Strengths::new(STRENGTH).step();
        let judge = Judge { gain, bits: known.then_some(&bits), ..Judge::blind(&carrier.lattice, FRAGILE) };
        let (found, _) = follow(&received, judge, &straight, None, 4096)?;
        let (w, h) = (WIDTH as f64, HEIGHT as f64);
        let places = [[8.0, 8.0], [w - 8.0, 8.0], [8.0, h - 8.0], [w - 8.0, h - 8.0], [0.5 * w, 8.0], [8.0, 0.5 * h]];
        // The plane was sampled where the bend leads, so the map found undoes it.
        let off = places.map(|at| {
            let back = true_bend.apply(found.apply(at));
            (back[0] - at[0]).hypot(back[1] - at[1])
        });
        Some(off.into_iter().fold(0.0, f64::max))
    }

    #[test]
    fn a_lens_is_followed_to_the_corners() {
        for share in [0.01, -0.01] {
            // `share` of the half diagonal, 640 px, at the corners.
            let mut ways = [0.0; WAYS];
            ways[WAYS - 1] = share * 640.0 / (640.0f64 / UNIT_PX).powi(3);
            let error = error_px(&bent(ways), false).unwrap();
            assert!(error < 0.12, "{share}: {error} px");
        }
    }

    #[test]
    fn a_page_seen_at_an_angle_is_followed_to_the_corners() {
        let mut ways = [0.0; WAYS];
        (ways[SLOPES.start], ways[SLOPES.start + 1]) = (9.0, -6.0);
        let error = error_px(&bent(ways), false).unwrap();
        assert!(error < 0.12, "{error} px");
    }

    #[test]
    fn a_dragged_picture_is_followed_and_further_once_its_bits_are_known() {
        // Waves of so many pixels, a period of 400 px along and 500 px across.
        let dragged = |px: f64| Bend { drift: Some(Drift::waves(whole(), px, [400.0, 500.0])), ..bent([0.0; WAYS]) };
        let error = |px: f64, known: bool| error_px(&dragged(px), known).unwrap_or(f64::INFINITY);
        assert!(error(1.0, false) < 0.5, "{} px", error(1.0, false));
        assert!(error(2.0, true) < 0.5, "{} px", error(2.0, true));
        assert!(error(2.0, false) > 0.5, "the bits make the difference");
    }

    #[test]
    fn a_straight_picture_does_not_bend() {
        assert!([false, true].iter().all(|&known| error_px(&bent([0.0; WAYS]), known).is_none()));
    }

    #[test]
    fn fields_are_the_slopes_of_the_bend() {
        let mut random = Random(3);
        let mut bend = bent(std::array::from_fn(|_| 20.0 * f64::from(random.gauss())));
        let at = [300.0, 650.0];
        let fields = bend.fields(at);
        for (way, field) in fields.into_iter().enumerate() {
            let before = bend.apply(at);
            bend.ways[way] += 1e-4;
            let after = bend.apply(at);
            bend.ways[way] -= 1e-4;
            for axis in 0..2 {
                assert!(((after[axis] - before[axis]) / 1e-4 - field[axis]).abs() < 1e-3, "way {way}, axis {axis}");
            }
        }
    }
}
