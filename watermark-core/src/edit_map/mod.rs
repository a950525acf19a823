//! The edit map: where the mark is missing although the picture could carry it.
//!
//! ```text
//! blocks that were read, codeword known --agreement, class by class--> score of each block
//!     --9 x 9 sums--> altered or not --connected, tested as a whole--> regions in received pixels
//! ```
//!
//! Once a message is decoded, every block's bit is known, and so is how close its projection should lie to its lattice point. What was
//! pasted, filled, blurred or drawn over has no reason to lie there: its phases are uniform, since the dither is.

mod outline;
mod survey;

use crate::carrier::BLOCK_PX;
use crate::color;
use crate::content::Placement;
use crate::raster::{Channels, Raster, Samples};
use crate::read::Blocks;

pub(crate) use survey::Survey;

/// Of eight samples spread over a block, how many make it a clipped one.
const CLIPPED_SAMPLES: usize = 2;

/// A part of the picture that was changed after stamping.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// Left edge of the bounding box, received pixels.
    pub x: u32,
    /// Its upper edge.
    pub y: u32,
    /// Its width.
    pub width: u32,
    /// Its height.
    pub height: u32,
    /// Outlines, received pixels, to within about a block: the outer one, then those of holes. Closed; no first corner is repeated.
    pub outlines: Vec<Vec<[f64; 2]>>,
    /// Share of the received picture's area, 0 to 1.
    pub share: f64,
    /// Natural log of how much likelier its blocks are without the mark than with it.
    pub evidence: f64,
}

impl Region {
    /// Whether a received position lies inside (even-odd rule).
    pub fn contains(&self, [x, y]: [f64; 2]) -> bool {
        let crosses = |([ax, ay], [bx, by]): &(&[f64; 2], &[f64; 2])| {
            (*ay > y) != (*by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax
        };
        let sides = self.outlines.iter().flat_map(|o| o.iter().zip(o.iter().cycle().skip(1)));
        sides.filter(crosses).count() % 2 == 1
    }
}

/// What one block of the mark says about the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockState {
    /// The mark is there.
    Intact,
    /// The mark is missing.
    Altered,
    /// Nothing can be read here: flat, black, white, or too badly damaged to tell.
    Unknown,
}

/// Where the mark is missing.
#[derive(Clone, Debug)]
pub struct EditMap {
    regions: Vec<Region>,
    cols: usize,
    rows: usize,
    states: Vec<BlockState>,
    placement: Placement,
    first_px: (usize, usize),
}

impl EditMap {
    /// The map of a reading of `received` whose tile `bits` are known (`None`: this one is not). `stamped` is where the stamped picture's
    /// opposite corners lie on the plane that was read, if known: nothing outside can carry the mark.
    pub(crate) fn new(
        blocks: &Blocks,
        bits: &[Option<u8>],
        placement: Placement,
        stamped: Option<[[f64; 2]; 2]>,
        received: &Raster,
    ) -> Self {
        let size = (received.width(), received.height());
        let first = [blocks.first_px.0 as f64, blocks.first_px.1 as f64];
        let begins = |i: usize, axis: usize| first[axis] + (i * BLOCK_PX) as f64;
        let inside = |col, row| {
            let within = |[low, high]: [[f64; 2]; 2]| {
                [col, row]
                    .into_iter()
                    .enumerate()
                    .all(|(axis, i)| low[axis] <= begins(i, axis) + 0.5 && begins(i + 1, axis) <= high[axis] + 0.5)
            };
            stamped.is_none_or(within)
        };
        let clipped = |col, row| {
            let at = |i: usize| {
                let along = 2 * (i % 4) + i / 4 % 2;
                placement.map.apply([begins(col, 0) + along as f64 + 0.5, begins(row, 1) + (2 * (i / 4) + 1) as f64])
            };
            let is_clipped = |[x, y]: [f64; 2]| x >= 0.0 && y >= 0.0 && received.is_clipped(x as usize, y as usize);
            (0..16).step_by(2).filter(|&i| is_clipped(at(i))).count() >= CLIPPED_SAMPLES
        };
        let survey = Survey::new(blocks, bits, inside, clipped);
        let corner = |[col, row]: [usize; 2]| {
            let [x, y] = placement.map.apply([begins(col, 0), begins(row, 1)]);
            [x.clamp(0.0, size.0.into()), y.clamp(0.0, size.1.into())]
        };
        let regions = survey.regions.iter().filter_map(|found| {
            let traced = outline::trace(&found.blocks, survey.cols);
            let outlines: Vec<Vec<[f64; 2]>> =
                traced.into_iter().map(|outline| outline.into_iter().map(corner).collect()).collect();
            let reach = |axis: usize| {
                let along = outlines.iter().flatten().map(|p| p[axis]);
                along.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
            };
            let ((left, right), (top, bottom)) = (reach(0), reach(1));
            let (x, y) = (left.floor() as u32, top.floor() as u32);
            let (width, height) = ((right.ceil() as u32).saturating_sub(x), (bottom.ceil() as u32).saturating_sub(y));
            let share = outline::area(&outlines) / (f64::from(size.0) * f64::from(size.1));
            (width > 0 && height > 0).then_some(Region {
                x,
                y,
                width,
                height,
                outlines,
                share,
                evidence: found.evidence,
            })
        });
        let regions = regions.collect();
        Self {
            regions,
            cols: survey.cols,
            rows: survey.rows,
            states: survey.states,
            placement,
            first_px: blocks.first_px,
        }
    }

    /// The changed parts, largest evidence first.
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// What the block at a position of the plane that was read says; unknown outside.
    fn at(&self, [x, y]: [f64; 2]) -> BlockState {
        let index = |v: f64, first: usize, count: usize| {
            let i = ((v - first as f64) / BLOCK_PX as f64).floor();
            (i >= 0.0 && i < count as f64).then_some(i as usize)
        };
        let (col, row) = (index(x, self.first_px.0, self.cols), index(y, self.first_px.1, self.rows));
        col.zip(row).map_or(BlockState::Unknown, |(col, row)| self.states[row * self.cols + col])
    }

    /// Whether the mark is missing at a position of the plane that was read.
    pub(crate) fn is_altered(&self, at: [f64; 2]) -> bool {
        self.at(at) == BlockState::Altered
    }

    /// The received picture in gray with what the map says over it, 8-bit RGB: red where the mark is missing, blue where nothing can be
    /// read.
    pub fn overlay(&self, received: &Raster) -> Raster {
        let luma = color::luma(received);
        let inverse = self.placement.map.inverse();
        let mut samples = Vec::with_capacity(luma.data.len() * 3);
        for (y, line) in luma.rows().enumerate() {
            for (x, &v) in line.iter().enumerate() {
                let [tint, share] = match self.at(inverse.apply([x as f64 + 0.5, y as f64 + 0.5])) {
                    BlockState::Intact => [[0.0; 3], [0.0; 3]],
                    BlockState::Altered => [[235.0, 20.0, 30.0], [0.5; 3]],
                    BlockState::Unknown => [[40.0, 70.0, 160.0], [0.25; 3]],
                };
                samples.extend([0, 1, 2].map(|c| (v + (tint[c] - v) * share[c]).clamp(0.0, 255.0) as u8));
            }
        }
        Raster::from_parts(received.width(), received.height(), Channels::Rgb, Samples::U8(samples))
    }
}
