//! Received picture -> areas that show nothing but one tone: what a black bar or an empty box leaves, and a sky too.
//!
//! No mark can be read there, so the mark says nothing of them. What the picture showed when it was stamped may: the signed content hash
//! ([`crate::content`]) tells how bright each of its cells was among those around it.

use crate::carrier::BLOCK_PX;
use crate::content::Placement;
use crate::plane::Plane;

/// Gray levels between the samples of a block that shows nothing, and between such blocks of one area.
const ONE_TONE: f32 = 2.0;
/// Samples along each side of a block.
const SAMPLES: usize = 4;
/// Fewer blocks than these, a 64th of a content cell of a megapixel, are no area.
const LEAST_BLOCKS: usize = 9;

/// Areas of a grid of blocks.
pub(crate) struct Areas {
    /// Number of the area of each block, row-major, if it is in one.
    pub(crate) of: Vec<Option<u16>>,
    /// What the content hash says of each area: natural log of how much likelier it is if the area showed something else when stamped.
    pub(crate) evidence: Vec<f64>,
}

impl Areas {
    /// The areas among the blocks `inside` a grid, which begins at `first` on the plane that was read. There is no evidence yet.
    pub(crate) fn new(
        luma: &Plane,
        placement: &Placement,
        first: [f64; 2],
        (cols, rows): (usize, usize),
        inside: impl Fn(usize, usize) -> bool,
    ) -> Self {
        let samples = samples(placement);
        let tone = |i: usize| {
            let (col, row) = (i % cols, i / cols);
            let corner = [first[0] + (col * BLOCK_PX) as f64, first[1] + (row * BLOCK_PX) as f64];
            inside(col, row).then(|| tone(luma, placement.map.apply(corner), &samples)).flatten()
        };
        let tones: Vec<Option<f32>> = (0..cols * rows).map(tone).collect();
        let mut of = vec![None; tones.len()];
        let mut seen = vec![false; tones.len()];
        let mut count = 0;
        for start in 0..tones.len() {
            if tones[start].is_none() || std::mem::replace(&mut seen[start], true) {
                continue;
            }
            let mut area = vec![start];
            let mut next = 0;
            while let Some(&block) = area.get(next) {
                next += 1;
                for near in neighbours(block, cols, rows) {
                    let same = tones[block].zip(tones[near]).is_some_and(|(a, b)| (a - b).abs() <= ONE_TONE);
                    if same && !std::mem::replace(&mut seen[near], true) {
                        area.push(near);
                    }
                }
            }
            if area.len() >= LEAST_BLOCKS && count < usize::from(u16::MAX) {
                area.iter().for_each(|&block| of[block] = Some(count as u16));
                count += 1;
            }
        }
        Self { of, evidence: vec![0.0; count] }
    }
}

/// Blocks that share a side with a block.
pub(crate) fn neighbours(block: usize, cols: usize, rows: usize) -> impl Iterator<Item = usize> {
    let (col, row) = (block % cols, block / cols);
    let around = [
        (col > 0).then(|| block - 1),
        (col + 1 < cols).then_some(block + 1),
        (row > 0).then(|| block - cols),
        (row + 1 < rows).then_some(block + cols),
    ];
    around.into_iter().flatten()
}

/// Where a block's samples lie from its upper left corner, received pixels.
pub(super) fn samples(placement: &Placement) -> [[f64; 2]; SAMPLES * SAMPLES] {
    let along = |n: usize| (n as f64 + 0.5) * BLOCK_PX as f64 / SAMPLES as f64;
    std::array::from_fn(|i| placement.map.linear.apply([along(i % SAMPLES), along(i / SAMPLES)]))
}

/// The tone of the block with this upper left corner, gray levels, when it shows nothing else.
pub(super) fn tone(luma: &Plane, corner: [f64; 2], samples: &[[f64; 2]]) -> Option<f32> {
    let (mut low, mut high) = (f32::INFINITY, f32::NEG_INFINITY);
    for [x, y] in samples {
        let (x, y) = (corner[0] + x, corner[1] + y);
        let is_shown = x >= 0.0 && y >= 0.0 && x < luma.width as f64 && y < luma.height as f64;
        let value = is_shown.then(|| luma.row(y as usize)[x as usize])?;
        (low, high) = (low.min(value), high.max(value));
        if high - low > ONE_TONE {
            return None;
        }
    }
    Some(0.5 * (low + high))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::affine::Affine;
    use crate::testing::picture;

    const COLS: usize = 40;

    /// The areas of a picture with a box of each `tone` from block `(col, row)` on, as many blocks wide and high as said.
    fn areas(boxes: &[([usize; 2], [usize; 2], f32)]) -> Areas {
        let mut plane = picture(COLS * BLOCK_PX, COLS * BLOCK_PX, 1);
        for &([col, row], [width, height], tone) in boxes {
            for y in row * BLOCK_PX..(row + height) * BLOCK_PX {
                plane.row_mut(y)[col * BLOCK_PX..(col + width) * BLOCK_PX].fill(tone);
            }
        }
        let placement = Placement { map: Affine::scaling(1.0, 1.0), tile: [0.0; 2] };
        Areas::new(&plane, &placement, [0.0; 2], (COLS, COLS), |_, _| true)
    }

    fn sizes(areas: &Areas) -> Vec<usize> {
        (0..areas.evidence.len()).map(|n| areas.of.iter().filter(|of| **of == Some(n as u16)).count()).collect()
    }

    #[test]
    fn boxes_of_one_tone_are_areas_and_texture_is_none() {
        let found = areas(&[([5, 6], [7, 4], 0.0), ([20, 20], [3, 3], 255.0)]);
        assert_eq!(sizes(&found), [28, 9]);
        assert_eq!(found.of[6 * COLS + 5], Some(0));
        assert!(areas(&[]).of.iter().all(Option::is_none));
    }

    #[test]
    fn a_black_box_beside_a_white_one_is_an_area_of_its_own() {
        assert_eq!(sizes(&areas(&[([5, 5], [5, 5], 0.0), ([10, 5], [5, 5], 255.0)])), [25, 25]);
        assert_eq!(sizes(&areas(&[([5, 5], [5, 5], 7.0), ([10, 5], [5, 5], 8.5)])), [50], "a gradient");
    }

    #[test]
    fn less_than_nine_blocks_are_none() {
        assert_eq!(sizes(&areas(&[([5, 5], [4, 2], 0.0)])), [0; 0]);
    }

    #[test]
    fn neighbours_end_at_the_border() {
        let of = |block| neighbours(block, 3, 2).collect::<Vec<_>>();
        assert_eq!((of(0), of(5)), (vec![1, 3], vec![4, 2]));
    }
}
