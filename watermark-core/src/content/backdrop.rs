//! Received picture and signed hash -> the picture with its backdrop made white, if that is what makes it differ.
//!
//! A cut-out is hashed as it is stamped: on white. A program that knows no transparency puts it on black, or on what its hidden pixels hold, and every cell
//! beside the figure then compares the other way round. The backdrop is one tone and reaches the border, so it can be told and made white again.

use super::compare::{Comparison, Content, Placed, Received, canonical, compare};
use super::hue::SAME;
use super::reduced::Reduced;
use crate::payload::{ContentHash, StampedSize};
use crate::plane::Plane;

/// Gray levels that a backdrop's luma may differ by from its tone: a codec's ringing beside the figure may stay.
const EVEN: f32 = 5.0;
/// Share of the border that shows the backdrop at least.
const LEAST_BORDER: f64 = 0.25;
/// Side of a square of the backdrop's tone that is a hole in the figure, pixels.
const HOLE_PX: usize = 16;
/// Luma from which a backdrop is white already.
const WHITE: f32 = 250.0;

/// What `luma`, of which `received` is a view, shows on white, and the comparison; `None` when it has no other backdrop, or does not agree on white either.
pub(super) fn on_white(
    luma: &Plane,
    received: &Received<'_>,
    hash: &ContentHash,
    size: StampedSize,
) -> Option<(Reduced, (Content, Option<Placed>))> {
    // What has the backdrop's tone inside the figure is a hole or a part of it.
    let try_on = |holes_too: bool| {
        let shown = Reduced::new(&whitened(luma, holes_too)?, &received.placement, canonical(size));
        let compared = compare(&Received { shown: &shown, ..*received }, hash, size);
        Some((shown, compared))
    };
    let both = [false, true].into_iter().filter_map(try_on);
    let disagreement = |tried: &(Reduced, (Content, Option<Placed>))| tried.1.0.disagreement;
    let best = both.min_by(|a, b| disagreement(a).total_cmp(&disagreement(b)))?;
    (best.1.0.comparison == Comparison::Matches && disagreement(&best) <= SAME).then_some(best)
}

/// The plane with its backdrop white, and the figure's holes; `None` without a backdrop that is not.
fn whitened(plane: &Plane, holes_too: bool) -> Option<Plane> {
    let (width, height) = (plane.width, plane.height);
    let last = width * (height - 1);
    let border =
        || (0..width).chain(last..last + width).chain((0..=last).step_by(width).flat_map(|i| [i, i + width - 1]));
    let mut counts = [0usize; 256];
    border().for_each(|i| counts[plane.data[i] as usize & 255] += 1);
    let tone = (0..256).max_by_key(|&tone| counts[tone])? as f32 + 0.5;
    let even = |i: usize| (plane.data[i] - tone).abs() <= EVEN;
    let share = border().filter(|&i| even(i)).count() as f64 / border().count() as f64;
    if tone >= WHITE || share < LEAST_BORDER {
        return None;
    }
    let mut out = plane.clone();
    let mut is_backdrop = vec![false; plane.data.len()];
    let mut open: Vec<usize> = border().collect();
    let squares = (0..height / HOLE_PX).flat_map(|y| (0..width / HOLE_PX).map(move |x| (y * width + x) * HOLE_PX));
    let is_hole = |&at: &usize| (0..HOLE_PX).all(|y| (at + y * width..at + y * width + HOLE_PX).all(even));
    open.extend(squares.filter(|at| holes_too && is_hole(at)));
    while let Some(i) = open.pop() {
        if is_backdrop[i] || !even(i) {
            continue;
        }
        is_backdrop[i] = true;
        out.data[i] = 255.0;
        let x = i % width;
        let next = [(x > 0).then(|| i - 1), (x + 1 < width).then_some(i + 1), i.checked_sub(width), Some(i + width)];
        open.extend(next.into_iter().flatten().filter(|&i| i < is_backdrop.len()));
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::super::{Placement, hash};
    use super::*;
    use crate::affine::Affine;

    const SIDE: usize = 240;

    /// Left and right end of a figure in a row: a ball.
    fn ball(y: usize) -> [usize; 2] {
        let half = (90.0 * (1.0 - ((y as f32 - 120.0) / 95.0).powi(2)).sqrt()) as usize;
        [120 - half, 120 + half]
    }

    /// A figure of blotches on a tone.
    fn cut_out(backdrop: f32, outline: fn(usize) -> [usize; 2]) -> Plane {
        let mut plane = Plane { width: SIDE, height: SIDE, data: vec![backdrop; SIDE * SIDE] };
        for y in 30..210 {
            let [left, right] = outline(y);
            for x in left..right {
                plane.row_mut(y)[x] = (40 + (x / 19 * 71 + y / 17 * 29 + x / 19 * (y / 17) * 17) % 150) as f32;
            }
        }
        plane
    }

    /// How `received` compares with the hash of a ball on white as it is, and how far it disagrees on white if that makes it agree.
    fn compared(received: &Plane) -> (Comparison, Option<f64>) {
        let (hash, size) = (hash(&cut_out(255.0, ball)), StampedSize::new(SIDE as u32, SIDE as u32).unwrap());
        let placement = Placement { map: Affine::scaling(1.0, 1.0), tile: [0.0; 2] };
        let shown = Reduced::new(received, &placement, canonical(size));
        let received_as = Received { shown: &shown, placement, replaced: &|_| false };
        let on_white = on_white(received, &received_as, &hash, size);
        (compare(&received_as, &hash, size).0.comparison, on_white.map(|(_, (content, _))| content.disagreement))
    }

    #[test]
    fn a_cut_out_on_another_tone_is_the_one_stamped_on_white() {
        for backdrop in [0.0, 24.0] {
            let (as_is, on_white) = compared(&cut_out(backdrop, ball));
            assert_eq!(as_is, Comparison::Differs, "{backdrop}");
            assert!(on_white.is_some_and(|disagreement| disagreement < 0.05), "{backdrop}: {on_white:?}");
        }
        assert_eq!(compared(&cut_out(255.0, ball)), (Comparison::Matches, None), "white already");
    }

    #[test]
    fn another_cut_out_stays_another_one() {
        let outlines: [fn(usize) -> [usize; 2]; 3] = [|_| [20, 90], |y| [y, 235], |y| [100, 105 + y / 2]];
        for (i, outline) in outlines.into_iter().enumerate() {
            assert_eq!(compared(&cut_out(0.0, outline)), (Comparison::Differs, None), "{i}");
        }
    }

    #[test]
    fn a_backdrop_ends_where_the_figure_begins() {
        let white = whitened(&cut_out(0.0, ball), false).unwrap();
        assert_eq!(white.data, cut_out(255.0, ball).data);
        let mut holed = cut_out(0.0, ball);
        (100..140).for_each(|y| holed.row_mut(y)[110..150].fill(0.0));
        let at = |holes_too| whitened(&holed, holes_too).unwrap().row(120)[130];
        assert_eq!([at(false), at(true)], [0.0, 255.0]);
        let mut busy = cut_out(0.0, ball);
        busy.data.iter_mut().enumerate().for_each(|(i, v)| *v = (i * i % 251) as f32);
        assert!(whitened(&busy, true).is_none());
    }
}
