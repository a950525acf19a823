//! `[X2]` Registration: received plane -> canonical planes worth reading, likeliest first.

mod sizes;

use std::borrow::Cow;

use rustfft::FftPlanner;

use crate::affine::{Affine, Linear};
use crate::canonical;
use crate::carrier::{Carrier, PERIOD_PX};
use crate::constellation::{self, Candidate, Sweep};
use crate::frame::{Frame, WINDOW_PX};
use crate::pilot::TURNS;
use crate::plane::Plane;
use crate::pull::Judge;
use crate::read::{GAINS, coherence};
use crate::refine::{self, Region};
use crate::resample;
use crate::spectrum::{Even, SIDE, Spectrum, span};
use crate::tilt::search::Slopes;
use crate::tilt::{self, Tilt};
use crate::translation;
use crate::unbend::{self, Bend};
use sizes::{CORNER_PX, LARGE_PART_PX, Sizes, part};

/// A canonical plane, the position of its top-left sample in the period, and the way back to the received picture.
#[derive(Clone, Debug)]
pub(crate) struct Pose<'a> {
    pub(crate) plane: Cow<'a, Plane>,
    pub(crate) tile_x: usize,
    pub(crate) tile_y: usize,
    /// Position on `plane` -> position on the received plane, pixels.
    pub(crate) map: Affine,
    /// Area of `plane` that shows the picture, square canonical pixels.
    pub(crate) shown: f64,
    /// How far the last step of refinement still moved the map, pixels; `None` where the geometry was not searched.
    pub(crate) residual: Option<f64>,
    /// Width and height of the whole picture when it was stamped, pixels, if `plane` shows the whole of it; `None` where that is not known.
    /// Of a resized picture above the canonical limit it is the canonical size: a wrong guess, which costs a decoding.
    pub(crate) whole: Option<[usize; 2]>,
}

/// Coherence from which a scale or a turn is worth a full reading, standard deviations.
const WORTH_READING: f32 = 5.8;
/// The same for an offset: over the 12 million offsets, shifts and gains of one search, chance reaches it in one plane of 120.
const OFFSET_WORTH_READING: f32 = 6.05;
/// The same for a size that the lines leave no doubt of: one gain of one size exceeds it by chance with probability 2.3e-4, some 280 of them in one picture of 15 at most.
const SURELY_WORTH_READING: f32 = 3.5;
/// Coherence that a geometry must have once it was refined: chance gains little by refinement, a mark gains a lot.
const REFINED: f64 = 6.8;
/// Maps that refinement can choose from: four places of a pixel and a half for each of six parameters.
const NEIGHBOURS: u64 = 4096;
/// Bends that can be chosen from: as many places for each of eleven parameters.
const BENDS: u64 = 1 << 22;
/// Coherence that needs no comparison with other offsets.
const CERTAIN: f32 = 8.0;
/// Where the windows of the translation search begin, canonical pixels.
const HALVES: [[f64; 2]; 4] = [[0.0, 0.0], [0.5, 0.5], [0.5, 0.0], [0.0, 0.5]];
/// How far a large picture is reduced at most before its spectrum is taken: the innermost lines are at 0.04 cycles per pixel.
const MOST_REDUCED: f64 = 3.0;
/// Sizes, now and when stamped, that pictures are resized by as a whole without further thought.
const RATIOS: [[usize; 2]; 8] = [[1, 2], [3, 4], [2, 3], [3, 2], [2, 1], [4, 5], [1, 3], [5, 4]];
/// Side of the window in which the offset of a picture is looked for whose lines leave no doubt of its map, canonical pixels.
pub(crate) const LARGE_WINDOW_PX: usize = 1536;
/// Shortest side of a plane that is read, canonical pixels.
const LEAST_PX: usize = 64;
/// Longest side of a plane that is read, canonical pixels.
const MOST_PX: usize = 4096;
/// Off-diagonal share under which a map counts as upright: 512 px lean by 1.5 px.
const UPRIGHT: f64 = 0.003;

/// A received plane that is to be registered, and what every way to do so needs.
pub(crate) struct Scene<'a> {
    luma: &'a Plane,
    frame: Frame,
    carrier: &'a Carrier,
}

impl<'a> Scene<'a> {
    pub(crate) fn new(luma: &'a Plane, carrier: &'a Carrier) -> Self {
        Self { luma, frame: Frame::new(luma), carrier }
    }

    /// How far a picture is reduced before its spectrum is taken: little, so that the lines of one that was scaled down stay within the band; and as much
    /// as shows all of it, for one that was scaled up shows little in each window. The two are the same for pictures of at most
    /// `SIDE` x `SIDE` pixels and for large squares.
    pub(crate) fn reductions(&self) -> [f64; 2] {
        let luma = self.luma;
        let short = luma.width.min(luma.height) as f64 / SIDE as f64;
        let all = (luma.data.len() as f64).sqrt() / SIDE as f64;
        [if short > 1.5 { short } else { 1.0 }, all].map(|reduce| reduce.clamp(1.0, MOST_REDUCED))
    }

    /// The plane reduced by `reduce`, evened out for its spectrum.
    pub(crate) fn evened(&self, reduce: f64) -> Even {
        let luma = self.luma;
        if reduce > 1.0 {
            let size = |n: usize| (n as f64 / reduce).round() as usize;
            let small = canonical::stretch(Cow::Borrowed(luma), (size(luma.width), size(luma.height)));
            Even::new(&small, &Frame::new(&small))
        } else {
            Even::new(luma, &self.frame)
        }
    }

    /// The maps that the pilot suggests in the spectrum of the plane, which was reduced by `reduce`, best first, and how many were tried.
    pub(crate) fn candidates(
        &self,
        spectrum: &Spectrum,
        reduce: f64,
        sweep: Sweep,
        count: usize,
    ) -> (Vec<Candidate>, u64) {
        let (mut maps, tried) = constellation::search(spectrum, &self.carrier.pilot, sweep, count);
        for candidate in &mut maps {
            candidate.map = Linear::diagonal(reduce, reduce).after(&candidate.map);
        }
        (maps, tried)
    }

    /// The same of upright pictures that were scaled down, one map.
    pub(crate) fn scaled_down(&self, spectrum: &Spectrum, reduce: f64) -> (Candidate, u64) {
        let (Candidate { map, score }, tried) = constellation::scaled_down(spectrum, &self.carrier.pilot);
        (Candidate { map: Linear::diagonal(reduce, reduce).after(&map), score }, tried)
    }

    /// How the picture is tilted, with the map of the level one, and how many maps were tried.
    /// `even` is the plane reduced by `reduce` and evened out.
    pub(crate) fn tilt(
        &self,
        planner: &mut FftPlanner<f32>,
        even: &Even,
        reduce: f64,
    ) -> (Option<(Tilt, Candidate)>, u64) {
        let (found, tried) = tilt::search::search(planner, even, &self.carrier.pilot);
        let size = [self.luma.width, self.luma.height];
        let found = found.map(|Slopes { centre, slopes, map: Candidate { map, score } }| {
            let tilt = Tilt::new(size, centre.map(|v| v * reduce), slopes.map(|v| v / reduce));
            (tilt, Candidate { map: Linear::diagonal(reduce, reduce).after(&map), score })
        });
        (found, tried)
    }

    /// At most `most` canonical pixels on a side of the plane under `map`, around the middle of what the frame holds.
    pub(crate) fn window(&self, map: &Linear, most: usize) -> Plane {
        let &Self { luma, ref frame, .. } = self;
        let centred = Affine { linear: *map, origin: frame.centre };
        Region::shown(luma, &centred, frame.centre, most).cut(luma, &centred)
    }

    /// The plane as a crop of an unscaled picture, not refined.
    pub(crate) fn cropped(&self, planner: &mut FftPlanner<f32>, candidates: &mut u64) -> Option<Pose<'a>> {
        let &Self { luma, ref frame, carrier } = self;
        let (left, width) = span(frame.focus[0], luma.width, WINDOW_PX);
        let (top, height) = span(frame.focus[1], luma.height, WINDOW_PX);
        let offset = translation::search(planner, &luma.window(left, top, width, height), &carrier.lattice, false);
        *candidates += translation::CANDIDATES;
        let tile = |at: usize, edge: usize| (at + PERIOD_PX - edge % PERIOD_PX) % PERIOD_PX;
        (offset.coherence > OFFSET_WORTH_READING).then(|| Pose {
            shown: luma.data.len() as f64,
            plane: Cow::Borrowed(luma),
            tile_x: tile(offset.x, left),
            tile_y: tile(offset.y, top),
            map: Affine::scaling(1.0, 1.0),
            residual: None,
            whole: None,
        })
    }

    /// The whole picture turned by quarters or mirrored, nothing else, if a corner coheres that way.
    pub(crate) fn turned(&self, candidates: &mut u64) -> Option<Pose<'static>> {
        let &Self { luma, carrier, .. } = self;
        let half = Linear::diagonal(-1.0, -1.0);
        let turns = TURNS.into_iter().flat_map(|turn| [turn, turn.after(&half)]).skip(1);
        let judged = turns.map(|turn| {
            // The part of the plane that the turn brings to the upper left.
            let map = resample::turning(luma.width, luma.height, &turn);
            let side = CORNER_PX.min(luma.width).min(luma.height) as f64;
            let ([ax, ay], [bx, by]) = (map.apply([0.0, 0.0]), map.apply([side, side]));
            let part = luma.window(ax.min(bx) as usize, ay.min(by) as usize, side as usize, side as usize);
            *candidates += (GAINS / 3) as u64;
            (coherence(&resample::turned(&part, &turn), carrier, (0, 0)), turn)
        });
        let (score, turn) = judged.max_by(|a, b| a.0.total_cmp(&b.0))?;
        (score > WORTH_READING).then(|| {
            let plane = resample::turned(luma, &turn);
            let map = resample::turning(luma.width, luma.height, &turn);
            let (shown, whole) = (luma.data.len() as f64, Some([plane.width, plane.height]));
            Pose { plane: Cow::Owned(plane), tile_x: 0, tile_y: 0, map, shown, residual: None, whole }
        })
    }

    /// The plane as a whole picture that was resized by one of the usual [`RATIOS`], if a part of it coheres at that size. Lines of the pilot
    /// that are too faint to show the scale are not needed.
    pub(crate) fn resized(&self, candidates: &mut u64) -> Option<Pose<'static>> {
        let &Self { luma, ref frame, carrier } = self;
        let mut sizes = Sizes::new([Cow::Borrowed(luma)], [part(luma, frame)], CORNER_PX, carrier, candidates);
        for [now, then] in RATIOS {
            // What was rounded to a whole number of pixels was one of two sizes.
            let open = |n: usize| n * then / now..=(n * then).div_ceil(now);
            for width in open(luma.width) {
                for height in open(luma.height) {
                    sizes.judge(width, height, 0);
                }
            }
        }
        sizes.climb();
        let best = sizes.best.clone().filter(|best| best.score > WORTH_READING)?;
        Some(sizes.pose(luma, &best, &Linear::IDENTITY))
    }

    /// The plane as a whole picture that was resized, turned by quarters or mirrored: canonical planes of the sizes that cohere best. `surely`: the lines leave no doubt that
    /// it was resized so, if it is a whole picture.
    pub(crate) fn whole(&self, map: &Linear, surely: bool, candidates: &mut u64) -> Option<Pose<'static>> {
        let &Self { luma, carrier, .. } = self;
        let turn = map.nearest_turn();
        let upright = turn.inverse().after(map);
        let [[x, b], [c, y]] = upright.0;
        if b.abs() > UPRIGHT * x || c.abs() > UPRIGHT * y {
            return None;
        }
        let turns = [turn, turn.after(&Linear::diagonal(-1.0, -1.0))];
        let turned = |turn| {
            if turn == Linear::IDENTITY { Cow::Borrowed(luma) } else { Cow::Owned(resample::turned(luma, &turn)) }
        };
        let planes: [Cow<'_, Plane>; 2] = turns.map(turned);
        // The canonical size is a whole number of pixels: try each one that the pilot's precision leaves open, nearest first.
        let open = |n: usize, pitch: f64| {
            let size = n as f64 / pitch;
            let slack = (0.0015 * size).max(1.0);
            ((size - slack).ceil() as usize..=(size + slack).floor() as usize)
                .map(move |n| ((n as f64 - size).abs(), n))
        };
        let (width, height) = (planes[0].width, planes[0].height);
        let mut open: Vec<(f64, usize, usize)> =
            open(width, x).flat_map(|(dx, w)| open(height, y).map(move |(dy, h)| (dx + dy, w, h))).collect();
        open.sort_by(|a, b| a.0.total_cmp(&b.0));
        let parts = std::array::from_fn(|i| part(&planes[i], &Frame::new(&planes[i])));
        let (side, looked_at) = if surely { (LARGE_PART_PX, 1) } else { (CORNER_PX, usize::MAX) };
        let mut sizes = Sizes::new(planes, parts, side, carrier, candidates);
        for (_, w, h) in open.into_iter().take(looked_at) {
            sizes.judge(w, h, 0);
            sizes.judge(w, h, 1);
            if sizes.best.as_ref().is_some_and(|best| best.score > CERTAIN) {
                break;
            }
        }
        sizes.climb();
        let best = sizes.best.clone().filter(|best| !surely || best.score > SURELY_WORTH_READING)?;
        Some(sizes.pose(luma, &best, &turns[best.plane]))
    }

    /// The plane as a whole picture that was turned about its middle and scaled, as `map` says: in a frame of its own shape, which cuts its corners, or in one that holds all of it;
    /// either way up. Its size is told to the pixel by the lines alone, and its middle lies where the plane's does.
    pub(crate) fn centred(&self, map: &Linear) -> impl Iterator<Item = Pose<'static>> {
        let received = [self.luma.width as f64, self.luma.height as f64];
        let [[a, b], [c, d]] = map.0;
        let kept = [received[0] / a.hypot(c), received[1] / b.hypot(d)];
        let held = Linear([[a.abs(), b.abs()], [c.abs(), d.abs()]]).inverse().apply(received);
        let sides = LEAST_PX as f64..=MOST_PX as f64;
        let sizes = [kept, held].into_iter().filter(move |size| size.iter().all(|side| sides.contains(side)));
        let ways = sizes.flat_map(|size| [1.0, -1.0].map(|half_turn| (size.map(|v| v.round() as usize), half_turn)));
        ways.map(move |([width, height], half_turn)| {
            let linear = map.after(&Linear::diagonal(half_turn, half_turn));
            let map = Affine { linear, origin: received.map(|v| 0.5 * v) };
            let map = map.from([-0.5 * width as f64, -0.5 * height as f64]);
            self.pose(map, Region { x: 0, y: 0, width, height }, refine::UNREFINED)
        })
    }

    /// The plane under `map`, wherever it was cut, refined: looked for in a window of `most` canonical pixels.
    pub(crate) fn placed(
        &self,
        planner: &mut FftPlanner<f32>,
        map: &Linear,
        most: usize,
        candidates: &mut u64,
    ) -> Option<Pose<'static>> {
        let &Self { luma, ref frame, carrier } = self;
        let centred = Affine { linear: *map, origin: frame.focus };
        let region = Region::shown(luma, &centred, frame.focus, most);
        let size = [region.width as f64, region.height as f64];
        let mut best: Option<(translation::Offset, Affine)> = None;
        for [dx, dy] in HALVES {
            let window = centred.from([region.x as f64 + dx, region.y as f64 + dy]);
            let offset = translation::search(
                planner,
                &resample::warp(luma, &window, region.width, region.height),
                &carrier.lattice,
                true,
            );
            *candidates += 2 * translation::CANDIDATES;
            if best.is_none_or(|(b, _)| offset.coherence > b.coherence) {
                // The window's first sample lies at the position of the period that was found.
                let turn = Affine { linear: Linear::diagonal(-1.0, -1.0), origin: size };
                let window = if offset.reversed { window.after(&turn) } else { window };
                best = Some((offset, window.from([-(offset.x as f64), -(offset.y as f64)])));
            }
            if offset.coherence > CERTAIN {
                break;
            }
        }
        let (offset, map) = best?;
        if offset.coherence < OFFSET_WORTH_READING {
            return None;
        }
        let judge = Judge { gain: offset.gain, ..Judge::blind(&carrier.lattice, refine::OVERALL) };
        let (refined, residual, gain) = refine::refine(luma, judge, map, frame.focus, most);
        if most == WINDOW_PX {
            let region = Region::shown(luma, &refined, frame.focus, most);
            if (Judge { gain, ..judge }).best_gain(luma, &refined, region).1 < REFINED {
                return None;
            }
        }
        *candidates += 2 * translation::CANDIDATES * NEIGHBOURS;
        let shown = |map: &Affine| Region::shown(luma, map, frame.centre, MOST_PX);
        let pose = self.pose(refined, shown(&refined), residual);
        if most == WINDOW_PX {
            return Some(pose);
        }
        // What coheres in a large window alone is too faint for steps to be sure of.
        let rough = self.pose(map, shown(&map), refine::UNREFINED);
        let coherence = |pose: &Pose<'_>| coherence(&pose.plane, carrier, (pose.tile_x, pose.tile_y));
        Some(if coherence(&rough) > coherence(&pose) { rough } else { pose })
    }

    /// The plane under `map`, at which a beacon was read, refined by what is known of `judge`.
    pub(crate) fn sharpened(&self, judge: Judge<'_>, map: &Affine, candidates: &mut u64) -> Pose<'static> {
        let &Self { luma, ref frame, .. } = self;
        let (map, residual, _) = refine::refine(luma, judge, *map, frame.focus, LARGE_WINDOW_PX);
        *candidates += NEIGHBOURS;
        self.pose(map, Region::shown(luma, &map, frame.centre, MOST_PX), residual)
    }

    /// The samples of the plane that `map` puts in `region`.
    fn pose(&self, map: Affine, region: Region, residual: f64) -> Pose<'static> {
        let &Self { luma, ref frame, .. } = self;
        let (tile_x, tile_y) = region.tile();
        let plane = Cow::Owned(region.cut(luma, &map));
        let shown = frame.share * luma.data.len() as f64 / map.linear.determinant().abs();
        let map = map.from([region.x as f64, region.y as f64]);
        Pose { plane, tile_x, tile_y, map, shown, residual: Some(residual), whole: None }
    }

    /// The plane as a picture that is bent: read under `map`, canonical position -> received position, it coheres in parts. Its bend is followed on from the `known` one.
    /// `None` when it does not bend.
    pub(crate) fn bent(
        &self,
        judge: Judge<'_>,
        map: &Affine,
        known: Option<Bend>,
        candidates: &mut u64,
    ) -> Option<(Pose<'static>, Bend)> {
        let &Self { luma, ref frame, .. } = self;
        let map = known.as_ref().map_or(*map, Bend::base);
        let (bend, residual) = unbend::follow(luma, judge, &map, known, MOST_PX)?;
        *candidates += BENDS;
        let region = Region::shown(luma, &map, frame.centre, MOST_PX);
        let (tile_x, tile_y) = region.tile();
        let plane = bend.cut(luma, region);
        let map = bend.affine(region).from([region.x as f64, region.y as f64]);
        let shown = frame.share * luma.data.len() as f64 / map.linear.determinant().abs();
        let pose = Pose { plane: Cow::Owned(plane), tile_x, tile_y, map, shown, residual: Some(residual), whole: None };
        Some((pose, bend))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::{CarrierKey, TILE_BITS};
    use crate::lattice::{self, Strengths};
    use crate::testing::picture;

    #[test]
    fn a_picture_turned_about_its_middle_is_tried_in_both_frames_and_either_way_up() {
        let carrier = Carrier::new(&CarrierKey::PUBLIC);
        let bits: Vec<u8> = (0..TILE_BITS).map(|i| (i % 3 == 0).into()).collect();
        let mut plane = picture(640, 512, 5);
        lattice::embed(&mut plane, &carrier.lattice, &bits, Strengths::new(9.0));
        let (sin, cos) = 0.2f64.sin_cos();
        let map = Linear([[0.9 * cos, 0.9 * sin], [-0.9 * sin, 0.9 * cos]]);
        let held = [576.0 * cos + 460.8 * sin, 576.0 * sin + 460.8 * cos];
        for [width, height] in [[576.0, 461.0], held.map(f64::ceil)] {
            for half_turn in [1.0, -1.0] {
                let map = map.after(&Linear::diagonal(half_turn, half_turn));
                let there = Affine { linear: map, origin: [0.5 * width, 0.5 * height] }.from([-320.0, -256.0]);
                let received = resample::warp(&plane, &there.inverse(), width as usize, height as usize);
                let scene = Scene::new(&received, &carrier);
                let score = |pose: &Pose<'_>| coherence(&pose.plane, &carrier, (0, 0));
                let best = scene.centred(&map).max_by(|a, b| score(a).total_cmp(&score(b))).unwrap();
                let off = best.plane.width.abs_diff(640) + best.plane.height.abs_diff(512);
                assert!(off <= 2 && score(&best) > 8.0, "{width} x {height}: {off} px, {}", score(&best));
            }
        }
    }

    #[test]
    fn usual_sizes_are_found_without_a_pilot() {
        let carrier = Carrier::new(&CarrierKey::PUBLIC);
        let bits: Vec<u8> = (0..TILE_BITS).map(|i| (i % 3 == 0).into()).collect();
        let mut plane = picture(686, 618, 5);
        let mut candidates = 0;
        assert!(Scene::new(&plane, &carrier).resized(&mut candidates).is_none(), "no mark");
        lattice::embed(&mut plane, &carrier.lattice, &bits, Strengths::new(9.0));
        // 514.5 px are no whole number of pixels, so that the size when stamped is one of two.
        for (width, height) in [(515, 464), (514, 463), (343, 309), (1372, 1236)] {
            let received = canonical::stretch(Cow::Borrowed(&plane), (width, height)).into_owned();
            let pose = Scene::new(&received, &carrier)
                .resized(&mut candidates)
                .unwrap_or_else(|| panic!("{width} x {height}"));
            assert_eq!(pose.whole, Some([686, 618]), "{width} x {height}");
        }
        let unusual = canonical::stretch(Cow::Borrowed(&plane), (620, 559));
        assert!(Scene::new(&unusual, &carrier).resized(&mut candidates).is_none());
        // Nothing is shown where the corner is, and 514.5 px were rounded down.
        for line in 0..plane.height {
            plane.row_mut(line)[..400].fill(255.0);
        }
        let small = canonical::stretch(Cow::Borrowed(&plane), (514, 464));
        assert!(Scene::new(&small, &carrier).resized(&mut candidates).is_some());
    }
}
