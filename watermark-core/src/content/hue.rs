//! Received picture and signed hash -> the picture with its hues turned back, if that is what makes it differ.
//!
//! Luma weighs the channels unequally, so a turn of all hues changes which of two colours is the brighter one: where a picture differs in colour more
//! than in light, as vivid gradients do, the hash then disagrees as much as another picture's would. The turn can be undone.

use super::compare::{Cells, Content, Placed, Received, canonical, judge, keep_best, placements};
use super::reduced::Reduced;
use crate::color;
use crate::payload::{ContentHash, StampedSize};
use crate::raster::Raster;

/// Turns of the hues that are tried, evenly all around but for none at all.
const TURNS: usize = 49;
/// Weighted share of disagreeing bits up to which a turned picture is the stamped one. Of 1640 unrelated pairs at all turns the least was 0.25; two
/// smooth gradients whose hues were turned by a tenth come to 0.08 and 0.12.
pub(super) const SAME: f64 = 0.2;

/// What `raster` shows with the hues turned as the hash says, and the comparison; `None` when no turn makes it agree.
pub(super) fn turned_back(
    raster: &Raster,
    received: &Received<'_>,
    hash: &ContentHash,
    size: StampedSize,
) -> Option<(Reduced, (Content, Option<Placed>))> {
    let stamped = canonical(size);
    let colors = Colors::new(raster, received, stamped)?;
    let all = placements(received, stamped);
    let mut at_turn = [None; TURNS];
    for placed in &all {
        for (best, cells) in at_turn.iter_mut().zip(colors.turns(received, placed)) {
            keep_best(best, judge(&cells, hash), *placed);
        }
    }
    let found = at_turn.into_iter().enumerate().filter_map(|(turn, best)| best.map(|best| (turn, best)));
    let (turn, (content, placed)) =
        found.min_by(|(_, (a, _)), (_, (b, _))| a.disagreement.total_cmp(&b.disagreement))?;
    if content.disagreement > SAME {
        return None;
    }
    // The means of turned colours are not the turned mean: what is handed on has to agree itself.
    let shown = colors.turned(turn);
    let cells = placed.cells(&Received { shown: &shown, ..*received }, |_, _, _| ());
    let content = Content { placements: all.len(), ..judge(&cells, hash) };
    (content.disagreement <= SAME).then_some((shown, (content, Some(placed))))
}

/// What a received picture shows in colour.
pub(crate) struct Colors([Reduced; 3]);

impl Colors {
    /// The colours of `raster`, of which `received` is a view; `None` for a gray one. `stamped` is the canonical size that it was stamped at.
    pub(super) fn new(raster: &Raster, received: &Received<'_>, stamped: [f64; 2]) -> Option<Self> {
        let channel = |i| color::channel(raster, i).map(|plane| Reduced::new(&plane, &received.placement, stamped));
        Some(Self([channel(0)?, channel(1)?, channel(2)?]))
    }

    /// The cells of `received` at every turn of the hues.
    pub(super) fn turns(&self, received: &Received<'_>, placed: &Placed) -> impl Iterator<Item = Cells> + use<> {
        let mut samples: Vec<(usize, Hue)> = Vec::new();
        placed.cells(received, |cell, at, _| {
            let at = received.placement.map.apply(at);
            samples.push((cell, Hue::of(self.0.each_ref().map(|channel| channel.at(at).unwrap_or(0.0)))));
        });
        (0..TURNS).map(move |turn| {
            let mut cells = Cells::NONE;
            samples.iter().for_each(|(cell, hue)| cells.add(*cell, hue.luma(turn)));
            cells
        })
    }

    /// Luma with the hues turned.
    fn turned(&self, turn: usize) -> Reduced {
        let [red, green, blue] = &self.0;
        red.with(|i| Hue::of([red, green, blue].map(|channel| channel.mean(i))).luma(turn))
    }
}

/// A colour whose hue can be turned as HSV has it: largest and smallest channel stay.
struct Hue {
    most: f32,
    /// Largest less smallest channel.
    range: f32,
    /// Sixths of the circle from red, 0 to 6.
    sextant: f32,
}

impl Hue {
    fn of([r, g, b]: [f32; 3]) -> Self {
        let (most, least) = (r.max(g).max(b), r.min(g).min(b));
        let range = most - least;
        let sextant = match most {
            _ if range <= 0.0 => 0.0,
            v if v == r => (g - b) / range,
            v if v == g => 2.0 + (b - r) / range,
            _ => 4.0 + (r - g) / range,
        };
        Self { most, range, sextant: if sextant < 0.0 { sextant + 6.0 } else { sextant } }
    }

    /// Luma after turn number `turn`.
    fn luma(&self, turn: usize) -> f32 {
        // What the pure hues red, yellow, green, cyan, blue, magenta, red lack of white; linear between them.
        let [r, g, b] = color::LUMA;
        let lack = [g + b, b, r + b, r, r + g, g, g + b];
        let turned = self.sextant + (6 * (turn + 1)) as f32 / (TURNS + 1) as f32;
        let at = if turned >= 6.0 { turned - 6.0 } else { turned };
        let i = (at as usize).min(5);
        self.most - self.range * (lack[i] + (at - i as f32) * (lack[i + 1] - lack[i]))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Comparison, Placement, compare, hash};
    use super::*;
    use crate::affine::Affine;
    use crate::raster::{Channels, Samples};

    const SIDE: u32 = 240;

    /// Hues that swing across the picture, of nearly the same light; `order` of the channels.
    fn vivid(order: [usize; 3], wave: [f32; 2]) -> Raster {
        let pixel = |i: u32| {
            let (x, y) = ((i % SIDE) as f32 / wave[0], (i / SIDE) as f32 / wave[1]);
            let rgb = [x.sin(), y.cos(), -y.cos()].map(|v| (128.0 + 60.0 * v) as u8);
            order.map(|channel| rgb[channel])
        };
        Raster::new(SIDE, SIDE, Channels::Rgb, Samples::U8((0..SIDE * SIDE).flat_map(pixel).collect())).unwrap()
    }

    /// How `received` compares with the hash of `stamped` as it is and with its hues turned.
    fn compared(stamped: &Raster, received: &Raster) -> (Content, Option<Content>) {
        let (hash, size) = (hash(&color::luma(stamped)), StampedSize::new(SIDE, SIDE).unwrap());
        let placement = Placement { map: Affine::scaling(1.0, 1.0), tile: [0.0; 2] };
        let shown = Reduced::new(&color::luma(received), &placement, canonical(size));
        let received_as = Received { shown: &shown, placement, replaced: &|_| false };
        let turned = turned_back(received, &received_as, &hash, size);
        (compare(&received_as, &hash, size).0, turned.map(|(_, (content, _))| content))
    }

    #[test]
    fn turned_hues_are_turned_back() {
        let stamped = vivid([0, 1, 2], [31.0, 23.0]);
        let (as_is, turned) = compared(&stamped, &vivid([1, 2, 0], [31.0, 23.0]));
        assert_eq!(as_is.comparison, Comparison::Differs, "{as_is:?}");
        let turned = turned.unwrap();
        assert!(turned.comparison == Comparison::Matches && turned.disagreement < 0.1, "{turned:?}");
    }

    #[test]
    fn another_picture_stays_another_one_at_every_hue() {
        for wave in [[17.0, 40.0], [24.0, 31.0], [50.0, 11.0]] {
            let (as_is, turned) = compared(&vivid([0, 1, 2], [31.0, 23.0]), &vivid([0, 1, 2], wave));
            assert!(as_is.comparison == Comparison::Differs && turned.is_none(), "{as_is:?} {turned:?}");
        }
    }

    #[test]
    fn a_turn_is_that_of_hsv() {
        let luma = |color: [f32; 3]| color::LUMA.iter().zip(color).map(|(weight, v)| weight * v).sum::<f32>();
        // Each channel falls from its own sextant on, stays low and rises again.
        let naive = |color: [f32; 3], share: f32| {
            let Hue { most, range, sextant } = Hue::of(color);
            luma([5.0, 3.0, 1.0].map(|first| {
                let k = (first + sextant + 6.0 * share).rem_euclid(6.0);
                most - range * k.min(4.0 - k).clamp(0.0, 1.0)
            }))
        };
        for color in [[10.0, 20.0, 30.0], [200.0, 90.0, 90.0], [5.0, 250.0, 7.0], [40.0; 3], [255.0, 0.0, 254.0]] {
            assert!((naive(color, 0.0) - luma(color)).abs() < 0.01, "{color:?}");
            for turn in 0..TURNS {
                let (found, expected) = (Hue::of(color).luma(turn), naive(color, (turn + 1) as f32 / 50.0));
                assert!((found - expected).abs() < 0.01, "{color:?} {turn}: {found} for {expected}");
            }
        }
        let [r, g, b] = [5.0, 250.0, 7.0];
        assert!((naive([r, g, b], 1.0 / 3.0) - luma([b, r, g])).abs() < 0.01);
    }
}
