//! Received plane -> the tilt under which its pilot stands out.
//!
//! The plane is levelled for each of a grid of slopes, and of each the leaning maps are tried. Lines still stand out where the slopes put the edges some six pixels beside
//! their place, so two dozen of them do: 5 % of perspective move an edge by 25 px beside the best straight map, and leave nothing of the lines. Standard scores are taken once, and
//! levelled at a third of the size, which holds nearly all of the pilot's band.

use rustfft::FftPlanner;

use super::leanings::Leanings;
use crate::affine::Linear;
use crate::carrier::{Line, PILOT_PERIOD};
use crate::constellation::{Candidate, climbed};
use crate::fourier;
use crate::plane::Plane;
use crate::spectrum::{Even, Spectrum, surroundings};
use crate::wide::{Kernel, wide};

/// Change of depth from the middle of a picture to its edges that is searched along each axis: 5 % of perspective have 0.049.
const MOST: f64 = 0.055;
/// Steps of that in what the spectrum shows.
const STEP: f64 = 0.0235;
/// Leans of each levelled plane whose best maps are refined.
const REFINED: usize = 6;
/// Slopes that are looked at closely, of those under which lines stand out most.
const CLOSELY: usize = 2;
/// Standard deviations from which slopes are refined. Of pictures whose corners were moved by 5 % the least that is found has 5.7; where the right slopes do not show the best of all has 4.9 at most.
const SUGGESTED: f32 = 5.2;
/// Standard deviations from which a tilt is believed.
const SHOWN: f32 = 6.5;
/// Change of depth, from the middle of what the spectrum shows to its edges, to which slopes are refined: 0.3 px of 1024.
const FINEST: f64 = 0.0006;
/// How far refinement may leave what is searched: level pictures are larger by a quarter along each axis at most, whatever is received.
const FURTHEST: f64 = 1.5;
/// The least of that change that is a tilt: lines show without it as well.
const LEAST: f64 = 0.004;
/// Slopes that refinement can choose from, a pixel and a half apart.
const NEIGHBOURS: u64 = 64;
/// How far the plane is reduced.
const REDUCED: usize = 3;
/// Bins of the reduced plane's spectrum along each axis.
const BINS: usize = 384;
/// Bins per canonical frequency unit.
const UNIT: f64 = (BINS * REDUCED) as f64 / PILOT_PERIOD as f64;
/// Fractions of a sample that positions are counted in.
const FIXED: i32 = 1 << 16;
/// Samples that a levelled row is straight over.
const STRAIGHT: usize = 16;

/// A tilt that was found.
pub(crate) struct Slopes {
    /// Position that stays, samples of the plane.
    pub(crate) centre: [f64; 2],
    /// As those of a [`Tilt`](super::Tilt), by samples.
    pub(crate) slopes: [f64; 2],
    /// Under which the lines stand out of the level picture, and how far.
    pub(crate) map: Candidate,
}

/// The tilt under which the pilot's `lines` stand out of a plane, slopes of 0 apart, and how many maps were tried.
pub(crate) fn search(planner: &mut FftPlanner<f32>, even: &Even, lines: &[Line]) -> (Option<Slopes>, u64) {
    let levels = Levels::new(planner, even, lines);
    let reach = [even.scores.width, even.scores.height].map(|side| 0.5 * side as f64);
    let most = even.size.map(|side| MOST / (0.5 * side as f64));
    let slopes = |axis: usize| {
        let count = (2.0 * most[axis] * reach[axis] / STEP).ceil() as usize;
        (0..count).map(move |i| most[axis] * ((2 * i + 1) as f64 / count as f64 - 1.0))
    };
    let leanings = Leanings::new(lines, BINS, UNIT);
    let mut found = Vec::new();
    for slopes in slopes(1).flat_map(|y| slopes(0).map(move |x| [x, y])).filter(|slopes| *slopes != [0.0; 2]) {
        let spectrum = levels.spectrum(planner, slopes);
        let maps = leanings.best(&spectrum).into_iter().take(REFINED);
        let refined = maps.map(|map| climbed(&spectrum, UNIT, lines, map));
        found.extend(refined.max_by(|a, b| a.0.total_cmp(&b.0)).map(|best| (best, slopes)));
    }
    let tried = (found.len() * leanings.count()) as u64 * NEIGHBOURS;
    found.sort_by(|a, b| b.0.0.total_cmp(&a.0.0));
    let (step, furthest) = (reach.map(|reach| 0.5 * STEP / reach), most.map(|most| FURTHEST * most));
    let close = found.into_iter().take(CLOSELY).filter(|(best, _)| best.0 > SUGGESTED);
    let mut climbed = close.map(|(best, slopes)| levels.climb(planner, best, slopes, step, furthest));
    let tilts = |slopes: [f64; 2]| (0..2).any(|axis| (slopes[axis] * reach[axis]).abs() > LEAST);
    let shown = climbed.find(|((score, _), slopes)| *score > SHOWN && tilts(*slopes));
    let centre = [0, 1].map(|axis| even.first[axis] as f64 + reach[axis]);
    let found = |((score, map), slopes)| Slopes { centre, slopes, map: Candidate { map: Linear::dual(&map), score } };
    (shown.map(found), tried)
}

/// A plane that can be levelled quickly.
struct Levels<'a> {
    /// Its standard scores, reduced.
    scores: Plane,
    /// Power around each bin of their spectrum.
    around: Vec<f32>,
    /// Side of the square that has as much weight.
    side_px: f64,
    lines: &'a [Line],
}

impl<'a> Levels<'a> {
    fn new(planner: &mut FftPlanner<f32>, even: &Even, lines: &'a [Line]) -> Self {
        let (scores, side_px) = (reduced(&even.scores), even.side_px / REDUCED as f64);
        let around = surroundings(&fourier::power(planner, &scores, BINS), BINS, side_px);
        Self { scores, around, side_px, lines }
    }

    /// The spectrum of the plane levelled by `slopes`.
    fn spectrum(&self, planner: &mut FftPlanner<f32>, slopes: [f64; 2]) -> Spectrum {
        let slopes = slopes.map(|slope| (slope * REDUCED as f64) as f32);
        let power = fourier::power(planner, &wide(Level { plane: &self.scores, slopes }), BINS);
        Spectrum::over(&power, &self.around, BINS, self.side_px)
    }

    /// Slopes near `slopes`, `furthest` at most, and a map near the `best` one so far, under which the lines stand out most.
    fn climb(
        &self,
        planner: &mut FftPlanner<f32>,
        mut best: (f32, Linear),
        mut slopes: [f64; 2],
        step: [f64; 2],
        furthest: [f64; 2],
    ) -> ((f32, Linear), [f64; 2]) {
        let mut share = 1.0;
        while share * STEP > FINEST {
            let mut moved = false;
            for (axis, sign) in [(0, 1.0), (0, -1.0), (1, 1.0), (1, -1.0)] {
                let mut to = slopes;
                to[axis] = (to[axis] + sign * share * step[axis]).clamp(-furthest[axis], furthest[axis]);
                let found = climbed(&self.spectrum(planner, to), UNIT, self.lines, best.1);
                if found.0 > best.0 {
                    (best, slopes, moved) = (found, to, true);
                }
            }
            if !moved {
                share *= 0.5;
            }
        }
        (best, slopes)
    }
}

/// Sums over squares of [`REDUCED`] samples a side; last rows and columns that fill none are left out.
fn reduced(plane: &Plane) -> Plane {
    let mut out = Plane::zeros((plane.width / REDUCED).max(1), (plane.height / REDUCED).max(1));
    let width = out.width;
    for (row, lines) in out.data.chunks_exact_mut(width).zip(plane.data.chunks_exact(REDUCED * plane.width)) {
        for line in lines.chunks_exact(plane.width) {
            row.iter_mut().zip(line.chunks_exact(REDUCED)).for_each(|(sum, part)| *sum += part.iter().sum::<f32>());
        }
    }
    out
}

/// A plane of the same size, levelled around its middle: bilinear, 0 where the plane ends.
struct Level<'a> {
    plane: &'a Plane,
    slopes: [f32; 2],
}

impl Kernel for Level<'_> {
    type Output = Plane;

    #[inline(always)]
    fn run(self) -> Plane {
        let Self { plane, slopes: [across, down] } = self;
        let (width, height) = (plane.width, plane.height);
        let (mx, my) = (0.5 * width as f32, 0.5 * height as f32);
        // Positions as whole numbers of a 65 536th of a sample, less half a sample, so that those without a fraction are the middles of samples.
        let fixed = |v: f32| (v * FIXED as f32) as i32;
        let [right, bottom] = [width, height].map(|side| (side as i32 - 1) * FIXED);
        let fraction = |v: i32| (v % FIXED) as f32 / FIXED as f32;
        let mut out = Plane::zeros(width, height);
        for (j, row) in out.data.chunks_exact_mut(width).enumerate() {
            let y = j as f32 + 0.5 - my;
            let place = |x: f32| {
                let depth = 1.0 - across * x - down * y;
                [fixed(mx - 0.5 + x / depth), fixed(my - 0.5 + y / depth)]
            };
            for (i, part) in row.chunks_mut(STRAIGHT).enumerate() {
                let left = (i * STRAIGHT) as f32 + 0.5 - mx;
                let ([mut x, mut y], [x1, y1]) = (place(left), place(left + STRAIGHT as f32));
                let (dx, dy) = ((x1 - x) / STRAIGHT as i32, (y1 - y) / STRAIGHT as i32);
                for sample in part {
                    if (0..right).contains(&x) && (0..bottom).contains(&y) {
                        let near = &plane.data[(y / FIXED) as usize * width + (x / FIXED) as usize..][..width + 2];
                        let (across, down) = (fraction(x), fraction(y));
                        let upper = near[0] + across * (near[1] - near[0]);
                        let lower = near[width] + across * (near[width + 1] - near[width]);
                        *sample = upper + down * (lower - upper);
                    }
                    x += dx;
                    y += dy;
                }
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::{Carrier, CarrierKey};
    use crate::frame::Frame;
    use crate::pilot;
    use crate::testing::{picture, same_bits};
    use crate::tilt::Tilt;

    const SIZE: [usize; 2] = [760, 700];
    const CENTRE: [f64; 2] = [380.0, 350.0];

    /// A picture, with lines or without, seen at an angle: what is level under the opposite slopes.
    fn tilted(slopes: [f64; 2], marked: bool) -> Plane {
        let mut plane = picture(SIZE[0], SIZE[1], 8);
        if marked {
            pilot::embed(&mut FftPlanner::new(), &mut plane, &Carrier::new(&CarrierKey::PUBLIC).pilot, [10.0; 2]);
        }
        Tilt::new(SIZE, CENTRE, slopes.map(|slope| -slope)).level_plane(&plane)
    }

    fn found(plane: &Plane) -> Option<Slopes> {
        let lines = Carrier::new(&CarrierKey::PUBLIC).pilot;
        search(&mut FftPlanner::new(), &Even::new(plane, &Frame::new(plane)), &lines).0
    }

    #[test]
    fn slopes_are_found_to_within_two_pixels_at_the_edges() {
        for slopes in [[0.0001, 0.0], [-0.00007, 0.00012]] {
            let found = found(&tilted(slopes, true)).unwrap();
            for axis in 0..2 {
                let edge_px = (found.slopes[axis] - slopes[axis]) * CENTRE[axis] * CENTRE[axis];
                assert!(edge_px.abs() < 2.0, "{slopes:?}: {:?}, {edge_px} px", found.slopes);
            }
        }
    }

    #[test]
    fn slopes_are_refined_no_further_than_they_may_be() {
        let tilt = 0.0001;
        let (plane, mut planner) = (tilted([tilt, 0.0], true), FftPlanner::new());
        let lines = Carrier::new(&CarrierKey::PUBLIC).pilot;
        let even = Even::new(&plane, &Frame::new(&plane));
        let levels = Levels::new(&mut planner, &even, &lines);
        let start = (f32::NEG_INFINITY, Linear::IDENTITY);
        let refined = |planner: &mut _, furthest| {
            levels.climb(planner, start, [0.8 * tilt, 0.0], [0.05 * tilt; 2], [furthest; 2]).1
        };
        assert!((refined(&mut planner, 1.5 * tilt)[0] - tilt).abs() < 0.05 * tilt, "free to go there");
        assert!((refined(&mut planner, 0.9 * tilt)[0] - 0.9 * tilt).abs() < 1e-9, "held back");
    }

    #[test]
    fn nothing_is_found_without_lines() {
        assert!(found(&tilted([0.0001, 0.0], false)).is_none());
    }

    #[test]
    fn a_levelled_plane_holds_what_lies_at_each_place() {
        let wave = |i: usize| 100.0 + 40.0 * ((i % 101) as f32 / 9.0).sin() + 0.5 * (i / 101) as f32;
        let plane = Plane { width: 101, height: 67, data: (0..101 * 67).map(wave).collect() };
        let slopes = [0.001f32, -0.0015];
        let level = Level { plane: &plane, slopes }.run();
        let middle = [50.5, 33.5];
        for (i, sample) in level.data.iter().enumerate() {
            let at = [(i % 101) as f64 + 0.5 - middle[0], (i / 101) as f64 + 0.5 - middle[1]];
            let depth = 1.0 - f64::from(slopes[0]) * at[0] - f64::from(slopes[1]) * at[1];
            let [x, y] = [0, 1].map(|axis| middle[axis] + at[axis] / depth - 0.5);
            if !(0.1..99.9).contains(&x) || !(0.1..65.9).contains(&y) {
                continue;
            }
            let (col, row) = (x as usize, y as usize);
            let across = |row: usize| {
                let [a, b] = [0, 1].map(|k| f64::from(plane.row(row)[col + k]));
                a + (x - col as f64) * (b - a)
            };
            let expected = across(row) + (y - row as f64) * (across(row + 1) - across(row));
            // Rows are straight over 16 samples, a tenth of one beside their curve.
            assert!((f64::from(*sample) - expected).abs() < 0.5, "{i}: {sample} for {expected}");
        }
        assert!(same_bits(&wide(Level { plane: &plane, slopes }).data, &level.data));
        assert!(same_bits(&Level { plane: &plane, slopes: [0.0; 2] }.run().data[..100], &plane.data[..100]));
    }
}
