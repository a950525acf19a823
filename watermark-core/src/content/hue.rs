//! Received picture and signed hash -> the picture with its hues turned back, if that is what makes it differ.
//!
//! Luma weighs the channels unequally, so a turn of all hues changes which of two colours is the brighter one: where a picture differs in colour more
//! than in light, as vivid gradients do, the hash then disagrees as much as another picture's would. The turn can be undone.

use super::Placed;
use super::compare::{Content, Received, canonical, compare};
use super::reduced::Reduced;
use crate::color;
use crate::payload::{ContentHash, StampedSize};
use crate::raster::Raster;

/// Turns of the hues that are tried, evenly all around.
const TURNS: usize = 50;
/// Weighted share of disagreeing bits up to which a turned picture is the stamped one. Of 1640 unrelated pairs at all turns the least was 0.25; two
/// smooth gradients whose hues were turned by a tenth come to 0.08 and 0.12.
const SAME: f64 = 0.2;

/// What `raster` shows with the hues turned as the hash says, and the comparison; `None` when no turn makes it agree.
pub(crate) fn turned_back(
    raster: &Raster,
    received: &Received<'_>,
    hash: &ContentHash,
    size: StampedSize,
) -> Option<(Reduced, (Content, Option<Placed>))> {
    let mut best: Option<(Reduced, (Content, Option<Placed>))> = None;
    for shown in turns(raster, received, canonical(size))? {
        let found = compare(&Received { shown: &shown, ..*received }, hash, size);
        if best.as_ref().is_none_or(|(_, (least, _))| found.0.disagreement < least.disagreement) {
            best = Some((shown, found));
        }
    }
    best.filter(|(_, (content, _))| content.disagreement <= SAME)
}

/// What `raster` shows at every turn of its hues that is tried; `None` for one that has none. `stamped` is the canonical size that it was stamped at.
pub(super) fn turns(
    raster: &Raster,
    received: &Received<'_>,
    stamped: [f64; 2],
) -> Option<impl Iterator<Item = Reduced> + use<>> {
    let area = received.placement.area();
    let channels = color::channels(raster)?.map(|plane| Reduced::new(&plane, area, stamped));
    Some((1..TURNS).map(move |i| turned(&channels, i as f32 / TURNS as f32)))
}

/// Luma of red, green and blue planes with their hues turned by a share of the circle.
fn turned(channels: &[Reduced; 3], turn: f32) -> Reduced {
    let mut out = channels[0].clone();
    let [red, green, blue] = channels.each_ref().map(|channel| &channel.plane.data);
    for (i, luma) in out.plane.data.iter_mut().enumerate() {
        *luma = color::luma_of_pixel(turn_hue([red[i], green[i], blue[i]], turn));
    }
    out
}

/// A colour with its hue turned by a share of the circle, 0 to 1, as HSV has it: largest and smallest channel stay.
fn turn_hue([r, g, b]: [f32; 3], turn: f32) -> [f32; 3] {
    let (most, least) = (r.max(g).max(b), r.min(g).min(b));
    let range = most - least;
    if range <= 0.0 {
        return [r, g, b];
    }
    let sextant = match most {
        v if v == r => (g - b) / range,
        v if v == g => 2.0 + (b - r) / range,
        _ => 4.0 + (r - g) / range,
    };
    // Each channel falls from its own sextant on, stays low and rises again.
    [5.0, 3.0, 1.0].map(|first| {
        let k = first + sextant + 6.0 * turn + 6.0;
        let k = k - 6.0 * (k / 6.0).floor();
        most - range * k.min(4.0 - k).clamp(0.0, 1.0)
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Comparison, Placement, hash};
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
        let shown = Reduced::new(&color::luma(received), placement.area(), canonical(size));
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
    fn a_third_of_the_circle_swaps_the_channels() {
        for color in [[10.0, 20.0, 30.0], [200.0, 90.0, 90.0], [5.0, 250.0, 7.0], [40.0; 3]] {
            let [r, g, b] = color;
            for (turn, expected) in [(1.0 / 3.0, [b, r, g]), (2.0 / 3.0, [g, b, r]), (0.0, color)] {
                let found = turn_hue(color, turn);
                assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 0.01), "{color:?} {turn}: {found:?}");
            }
        }
    }
}
