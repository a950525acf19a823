//! Received picture -> the plain margins along its sides.
//!
//! A bar along a whole side hides what it covers, as a crop does, and replaces nothing: a copy that was cut and put on a border was not altered where the
//! border lies. So what lies beyond the rectangle that the picture fills, upright in the received picture or on the plane that was read, is left out if it is
//! plain. Lines in it, as between a border and the corners of a rotation, do not count. A box in a corner or on the middle of a side is no margin.

use super::blank::{neighbours, samples, tone};
use super::block_at;
use crate::carrier::BLOCK_PX;
use crate::content::Placement;
use crate::plane::Plane;
use crate::read::Blocks;

/// Which blocks of a reading lie in margins.
#[derive(Clone, Debug)]
pub(crate) struct Margins {
    first_px: (usize, usize),
    size: (usize, usize),
    of: Vec<bool>,
}

impl Margins {
    /// The margins of `luma`, the received picture, around what was read.
    pub(crate) fn new(luma: &Plane, blocks: &Blocks, placement: &Placement) -> Self {
        let (first_px, size) = (blocks.first_px, (blocks.cols, blocks.rows));
        let samples = samples(placement);
        let corner = |i: usize| {
            let begins = [(i % size.0, first_px.0), (i / size.0, first_px.1)];
            begins.map(|(block, first)| (first + block * BLOCK_PX) as f64)
        };
        let position = |i: usize| {
            let [x, y] = placement.map.apply(corner(i).map(|v| v + 0.5 * BLOCK_PX as f64));
            (x >= 0.0 && y >= 0.0 && x < luma.width as f64 && y < luma.height as f64).then_some([x, y])
        };
        let tone = |i: usize| tone(luma, placement.map.apply(corner(i)), &samples);
        Self { first_px, size, of: margins(size, position, tone) }
    }

    /// Whether block number `block` lies in one.
    pub(crate) fn has(&self, block: usize) -> bool {
        self.of[block]
    }

    /// Whether a position of the plane that was read lies in one.
    pub(crate) fn contain(&self, at: [f64; 2]) -> bool {
        block_at(at, self.first_px, self.size).is_some_and(|block| self.of[block])
    }
}

/// Share of the blocks of margins that have one of two tones, each within so many gray levels: a sky changes more.
const PLAIN: f64 = 0.6;
const ONE_TONE: f32 = 3.0;

/// Which blocks lie in margins. `position` is where a block's middle lies in the received picture, if it does; `tone` its gray level if it has but one.
fn margins(
    (cols, rows): (usize, usize),
    position: impl Fn(usize) -> Option<[f64; 2]>,
    tone: impl Fn(usize) -> Option<f32>,
) -> Vec<bool> {
    // Blocks, along the axes of the plane and of the picture.
    let place = |i: usize| {
        let block = BLOCK_PX as f64;
        position(i).map(|[x, y]| [(i % cols) as f64, (i / cols) as f64, x / block, y / block])
    };
    let places: Vec<Option<[f64; 4]>> = (0..cols * rows).map(place).collect();
    let tones: Vec<Option<f32>> = (0..places.len()).map(|i| places[i].and_then(|_| tone(i))).collect();
    // Blocks of a picture have others around them, those of a line have not.
    let is_picture = |i: usize| {
        let shown = |near: usize| places[near].is_none() || tones[near].is_none();
        shown(i) && neighbours(i, cols, rows).all(|near| shown(near) && neighbours(near, cols, rows).all(shown))
    };
    let reach = |of: &dyn Fn(usize) -> bool, around: f64| {
        let nothing = [[f64::INFINITY, f64::NEG_INFINITY]; 4];
        (0..places.len()).filter(|&i| of(i)).filter_map(|i| places[i]).fold(nothing, |reach, at| {
            std::array::from_fn(|k| [reach[k][0].min(at[k] - around), reach[k][1].max(at[k] + around)])
        })
    };
    // Where a picture begins, its edge crosses a block, and the next one is the first that has others around it.
    let (all, shown) = (reach(&|_| true, 0.0), reach(&is_picture, 1.0));
    let beyond = |at: [f64; 4]| {
        (0..4).any(|k| {
            let [low, high] = [shown[k][0] - all[k][0], all[k][1] - shown[k][1]].map(|margin| margin >= 1.0);
            low && at[k] < shown[k][0] || high && at[k] > shown[k][1]
        })
    };
    let margin: Vec<bool> = places.iter().map(|place| place.is_some_and(beyond)).collect();
    let of_margin = || (0..margin.len()).filter(|&i| margin[i]);
    let mut plain: Vec<f32> = of_margin().filter_map(|i| tones[i]).collect();
    plain.sort_by(f32::total_cmp);
    let mut covered = 0;
    for _ in 0..2 {
        let Some((first, count)) = fullest(&plain) else { break };
        covered += count;
        plain.drain(first..first + count);
    }
    if covered as f64 >= PLAIN * of_margin().count() as f64 { margin } else { vec![false; margin.len()] }
}

/// First and count of the most of sorted `tones` that are within twice [`ONE_TONE`].
fn fullest(tones: &[f32]) -> Option<(usize, usize)> {
    let count = |first: usize| tones[first..].partition_point(|tone| tone - tones[first] <= 2.0 * ONE_TONE);
    (0..tones.len()).map(|first| (first, count(first))).max_by_key(|&(_, count)| count)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 40;

    /// Columns and rows that are left beside the margins of a grid in which boxes of blocks, left, upper, right and lower ones, have one `tone`.
    fn left(boxes: &[[usize; 4]], tone: impl Fn(usize) -> f32) -> [Vec<usize>; 2] {
        let middle = |i: usize| (i as f64 + 0.5) * BLOCK_PX as f64;
        let position = |i: usize| Some([middle(i % SIDE), middle(i / SIDE)]);
        let is_plain = |i: usize| {
            boxes.iter().any(|&[x0, y0, x1, y1]| (x0..x1).contains(&(i % SIDE)) && (y0..y1).contains(&(i / SIDE)))
        };
        let margin = margins((SIDE, SIDE), position, |i| is_plain(i).then(|| tone(i)));
        let some = |line: &dyn Fn(usize) -> usize| (0..SIDE).any(|i| !margin[line(i)]);
        [
            (0..SIDE).filter(|c| some(&|r| r * SIDE + c)).collect(),
            (0..SIDE).filter(|r| some(&|c| r * SIDE + c)).collect(),
        ]
    }

    fn whole() -> Vec<usize> {
        (0..SIDE).collect()
    }

    #[test]
    fn bars_along_whole_sides_are_margins_and_boxes_are_none() {
        assert_eq!(left(&[[0, 0, SIDE, 5]], |_| 0.0), [whole(), (6..SIDE).collect()]);
        let frame = [[0, 0, SIDE, 3], [0, 3, 4, SIDE], [36, 3, SIDE, SIDE]];
        assert_eq!(left(&frame, |_| 9.0), [(5..35).collect::<Vec<_>>(), (4..SIDE).collect()]);
        for apart in [[0, 0, 20, 20], [5, 0, SIDE, 6], [0, 10, SIDE, 15]] {
            assert_eq!(left(&[apart], |_| 9.0), [whole(), whole()], "{apart:?}");
        }
    }

    #[test]
    fn a_line_within_a_margin_is_a_part_of_it() {
        let parted = [[0, 0, SIDE, 4], [0, 5, SIDE, 10]];
        assert_eq!(left(&parted, |i| if i < 4 * SIDE { 0.0 } else { 240.0 }), [whole(), (11..SIDE).collect()]);
    }

    #[test]
    fn a_sky_is_no_margin() {
        assert_eq!(left(&[[0, 0, SIDE, 12]], |i| 120.0 + 8.0 * (i / SIDE) as f32), [whole(), whole()]);
    }

    #[test]
    fn what_is_plain_throughout_is_all_margin() {
        assert_eq!(left(&[[0, 0, SIDE, SIDE]], |_| 7.0), [Vec::<usize>::new(), Vec::new()]);
    }
}
