//! Leaning maps tried on one spectrum after the other: what they have in common, the places of all lines, is worked out once.

use crate::affine::Linear;
use crate::carrier::Line;
use crate::constellation::BAND;
use crate::spectrum::{Spectrum, coarse_bin};

/// Logarithm of the scale, and rotation in radians, up to which maps are tried, and the steps of both: half of one moves the edge of 1024 px by 3.
const MOST_SCALED: f64 = 0.14;
const MOST_TURNED: f64 = 0.115;
const STEP: f64 = 0.0128;
/// Stretch along any axis, its square root, up to which maps are tried, and its steps: half of one moves that edge by 5 px.
const MOST_LEANING: f64 = 0.05;
const LEAN_STEP: f64 = 0.0195;

/// Frequency maps: every rotation with every scale, for one lean after the other.
pub(crate) struct Leanings {
    /// With how many lines they keep in band, which are the innermost.
    maps: Vec<(Linear, usize)>,
    /// Rotations and scales of a lean.
    each: usize,
    /// Coarse bins of the lines under each map, innermost line first.
    places: Vec<u16>,
    /// Lines.
    lines: usize,
}

impl Leanings {
    /// For spectra of `side` bins along each axis, at most 512, `unit` of them per canonical frequency unit.
    pub(crate) fn new(lines: &[Line], side: usize, unit: f64) -> Self {
        let mut lines: Vec<[f32; 2]> = lines.iter().map(|line| [line.x as f32, line.y as f32]).collect();
        lines.sort_by(|a, b| a[0].hypot(a[1]).total_cmp(&b[0].hypot(b[1])));
        let range = |most: f64, step: f64| {
            let count = (most / step).round() as i32;
            (-count..=count).map(move |i| step * f64::from(i))
        };
        let leans = range(MOST_LEANING, LEAN_STEP)
            .flat_map(|stretch| range(MOST_LEANING, LEAN_STEP).map(move |shear| (stretch, shear)))
            .filter(|(stretch, shear)| stretch.hypot(*shear) <= MOST_LEANING);
        let turns =
            || range(MOST_SCALED, STEP).flat_map(|scale| range(MOST_TURNED, STEP).map(move |turn| (scale.exp(), turn)));
        let (mut maps, mut places) = (Vec::new(), Vec::new());
        let last = BAND as f32 * side as f32;
        for (stretch, shear) in leans {
            let lean = Linear([[1.0 + stretch, shear], [shear, 1.0 - stretch]]);
            for (scale, turn) in turns() {
                let (sin, cos) = turn.sin_cos();
                let map = Linear([[scale * cos, -scale * sin], [scale * sin, scale * cos]]).after(&lean);
                let [[a, b], [c, d]] = map.0.map(|row| row.map(|v| (v * unit) as f32));
                let mut count = lines.len();
                for (i, [x, y]) in lines.iter().enumerate() {
                    let (x, y) = (a * x + b * y, c * x + d * y);
                    if x.abs().max(y.abs()) > last {
                        count = count.min(i);
                    }
                    places.push(coarse_bin(side, x, y) as u16);
                }
                maps.push((map, count));
            }
        }
        Self { maps, each: turns().count(), places, lines: lines.len() }
    }

    /// Maps.
    pub(crate) fn count(&self) -> usize {
        self.maps.len()
    }

    /// The best map of each lean, best first, not refined.
    pub(crate) fn best(&self, spectrum: &Spectrum) -> Vec<Linear> {
        let bins = spectrum.coarse_bins();
        let leans = self.maps.chunks_exact(self.each).zip(self.places.chunks_exact(self.each * self.lines));
        let mut found: Vec<(f32, Linear)> = leans
            .filter_map(|(maps, places)| {
                let scored = maps.iter().zip(places.chunks_exact(self.lines)).map(|((map, count), places)| {
                    let sum = places[..*count].iter().map(|&at| u32::from(bins[usize::from(at)])).sum();
                    (spectrum.coarse_score(sum, *count), *map)
                });
                scored.max_by(|a, b| a.0.total_cmp(&b.0))
            })
            .collect();
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        found.into_iter().map(|(_, map)| map).collect()
    }
}

#[cfg(test)]
mod tests {
    use rustfft::FftPlanner;

    use super::*;
    use crate::carrier::{Carrier, CarrierKey};
    use crate::fourier;
    use crate::scores::standard_scores;
    use crate::spectrum::surroundings;
    use crate::testing::picture;

    #[test]
    fn the_best_map_of_each_lean_is_the_best_by_the_spectrum() {
        const SIDE: usize = 384;
        const UNIT: f64 = 2.0;
        let lines = Carrier::new(&CarrierKey::PUBLIC).pilot;
        let plane = picture(300, 280, 5);
        let power = fourier::power(&mut FftPlanner::new(), &standard_scores(&plane), SIDE);
        let spectrum = Spectrum::over(&power, &surroundings(&power, SIDE, 290.0), SIDE, 290.0);
        let leanings = Leanings::new(&lines, SIDE, UNIT);
        let score = |map: &Linear| {
            let [[a, b], [c, d]] = map.0.map(|row| row.map(|v| (v * UNIT) as f32));
            let at = |line: &Line| (a * line.x as f32 + b * line.y as f32, c * line.x as f32 + d * line.y as f32);
            let sum = lines.iter().map(at).map(|(x, y)| u32::from(spectrum.coarse(x, y))).sum();
            spectrum.coarse_score(sum, lines.len())
        };
        let best = leanings.best(&spectrum);
        assert_eq!(best.len() * leanings.each, leanings.count());
        assert!(best.is_sorted_by(|a, b| score(a) >= score(b)), "best first");
        for maps in leanings.maps.chunks_exact(leanings.each) {
            let most = maps.iter().map(|(map, _)| score(map)).fold(f32::NEG_INFINITY, f32::max);
            assert!(best.iter().any(|map| score(map) == most && maps.iter().any(|(m, _)| m == map)), "{most}");
        }
    }

    #[test]
    fn lines_that_leave_the_band_are_the_outermost_and_do_not_count() {
        let lines = Carrier::new(&CarrierKey::PUBLIC).pilot;
        let counts: Vec<usize> = Leanings::new(&lines, 384, 4.5).maps.iter().map(|(_, count)| *count).collect();
        assert_eq!(counts.iter().max(), Some(&lines.len()));
        let least = *counts.iter().min().unwrap();
        assert!((lines.len() / 2..lines.len()).contains(&least), "{least}");
    }
}
