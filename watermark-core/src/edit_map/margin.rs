//! Received picture -> the plain margins along its sides.
//!
//! A bar along a whole side hides what it covers, as a crop does, and replaces nothing: a copy that was cut and put on a border was not altered where the
//! border lies. So what is plain from the border on is left out, if what is left shows as a rectangle, upright in the received picture or on
//! the plane that was read. A box in a corner or on the middle of a side is no margin.

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
        let is_plain = |i: usize| tone(luma, placement.map.apply(corner(i)), &samples).is_some();
        Self { first_px, size, of: margins(size, position, is_plain) }
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

/// Which blocks lie in margins. `position` is where a block's middle lies in the received picture, if it does.
fn margins(
    (cols, rows): (usize, usize),
    position: impl Fn(usize) -> Option<[f64; 2]>,
    is_plain: impl Fn(usize) -> bool,
) -> Vec<bool> {
    let positions: Vec<Option<[f64; 2]>> = (0..cols * rows).map(position).collect();
    let on_border = |i: usize| {
        let mut around = 0;
        let all_shown = neighbours(i, cols, rows).inspect(|_| around += 1).all(|near| positions[near].is_some());
        around < 4 || !all_shown
    };
    let mut plain = vec![false; positions.len()];
    let mut open: Vec<usize> = (0..plain.len()).filter(|&i| positions[i].is_some() && on_border(i)).collect();
    while let Some(block) = open.pop() {
        if !plain[block] && is_plain(block) {
            plain[block] = true;
            open.extend(neighbours(block, cols, rows).filter(|&near| positions[near].is_some()));
        }
    }
    // Blocks, along the axes of the plane and of the picture.
    let place = |i: usize| {
        let block = BLOCK_PX as f64;
        positions[i].map(|[x, y]| [(i % cols) as f64, (i / cols) as f64, x / block, y / block])
    };
    let reach = |of: &dyn Fn(usize) -> bool| {
        let nothing = [[f64::INFINITY, f64::NEG_INFINITY]; 4];
        (0..plain.len())
            .filter(|&i| of(i))
            .filter_map(place)
            .fold(nothing, |reach, at| std::array::from_fn(|k| [reach[k][0].min(at[k]), reach[k][1].max(at[k])]))
    };
    let (all, shown) = (reach(&|_| true), reach(&|i| !plain[i]));
    // The block beside a margin is crossed by its edge.
    let beyond = |at: [f64; 4]| {
        (0..4).any(|k| {
            let [low, high] = [shown[k][0] - all[k][0], all[k][1] - shown[k][1]].map(|margin| margin >= 1.0);
            low && at[k] < shown[k][0] + 1.0 || high && at[k] > shown[k][1] - 1.0
        })
    };
    (0..plain.len()).map(|i| place(i).is_some_and(beyond)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 40;

    /// Columns and rows of a grid in which the blocks of `boxes`, left, upper, right and lower ones, are plain that are left beside the margins.
    fn left(boxes: &[[usize; 4]]) -> [Vec<usize>; 2] {
        let middle = |i: usize| (i as f64 + 0.5) * BLOCK_PX as f64;
        let position = |i: usize| Some([middle(i % SIDE), middle(i / SIDE)]);
        let is_plain = |i: usize| {
            boxes.iter().any(|&[x0, y0, x1, y1]| (x0..x1).contains(&(i % SIDE)) && (y0..y1).contains(&(i / SIDE)))
        };
        let margin = margins((SIDE, SIDE), position, is_plain);
        let some = |line: &dyn Fn(usize) -> usize| (0..SIDE).any(|i| !margin[line(i)]);
        [
            (0..SIDE).filter(|c| some(&|r| r * SIDE + c)).collect(),
            (0..SIDE).filter(|r| some(&|c| r * SIDE + c)).collect(),
        ]
    }

    #[test]
    fn bars_along_whole_sides_are_margins_and_boxes_are_none() {
        let whole = || (0..SIDE).collect::<Vec<_>>();
        assert_eq!(left(&[[0, 0, SIDE, 5]]), [whole(), (6..SIDE).collect()]);
        let frame = [[0, 0, SIDE, 3], [0, 3, 4, SIDE], [36, 3, SIDE, SIDE]];
        assert_eq!(left(&frame), [(5..35).collect::<Vec<_>>(), (4..SIDE).collect()]);
        for apart in [[0, 0, 20, 20], [5, 0, SIDE, 6], [0, 10, SIDE, 15]] {
            assert_eq!(left(&[apart]), [whole(), whole()], "{apart:?}");
        }
    }

    #[test]
    fn what_is_plain_throughout_is_all_margin() {
        assert_eq!(left(&[[0, 0, SIDE, SIDE]]), [Vec::<usize>::new(), Vec::new()]);
    }
}
