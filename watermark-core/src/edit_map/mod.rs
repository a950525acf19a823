//! The edit map: where the mark is missing although the picture could carry it.
//!
//! ```text
//! blocks that were read, codeword known --agreement, class by class--> score of each block
//!     --9 x 9 sums--> altered or not --connected, tested as a whole--> regions in received pixels
//! ```
//!
//! Once a message is decoded, every block's bit is known, and so is how close its projection should lie to its lattice point. What was
//! pasted, filled, blurred or drawn over has no reason to lie there: its phases are uniform, since the dither is.

mod blank;
mod margin;
mod outline;
mod survey;

use crate::carrier::BLOCK_PX;
use crate::color;
use crate::content::{self, Part, Placed, Placement, Reduced};
use crate::payload::ContentHash;
use crate::plane::Plane;
use crate::raster::{Channels, Raster, Samples};
use crate::read::Blocks;
use crate::tilt::Tilt;

use blank::Areas;
use survey::Survey;

pub(crate) use margin::Margins;

/// Samples spread over a block that are looked at for clipped tones.
const CLIP_SAMPLES: usize = 8;
/// Shares of a luma change that a block's clipped samples would have made, from which on it belongs to the next grade of clipping.
const CLIPPED: [f32; survey::GRADES - 1] = [0.25, 0.5, 0.75];

/// What shows that a part was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The mark is missing where it could be read.
    MarkMissing,
    /// The signed content hash says that the part looked otherwise when it was stamped. Nothing can be read there now, or a mark that fits by its place
    /// alone, as it does in a part that was moved to a tile that is shifted alike.
    ContentDiffers,
}

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
    /// Natural log of how much likelier its blocks are without the mark than with it, and the content hash if it was changed.
    pub evidence: f64,
    /// What shows it.
    pub cause: Cause,
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

/// What became of a part of the stamped picture, as shares of its area, 0 to 1, to within a thirtieth of its sides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PartShown {
    /// The received picture shows it.
    pub shown: f64,
    /// It is shown, and was changed.
    pub altered: f64,
    /// By how many levels of luma, of 255, the lightest and the darkest twentieth of what is shown of it differ.
    pub contrast: f64,
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
    /// Where the stamped picture's opposite corners lie on the plane that was read, if known.
    stamped: Option<[[f64; 2]; 2]>,
    inside: usize,
    outside: f64,
    margins: Margins,
    /// How the received picture lies, if what was read is it made level.
    tilt: Option<Tilt>,
}

/// A reading, and the picture that it is one of.
pub(crate) struct Source<'a> {
    pub(crate) blocks: &'a Blocks,
    /// The tile's bits; `None` for one that is not known.
    pub(crate) bits: &'a [Option<u8>],
    pub(crate) placement: Placement,
    pub(crate) received: &'a Raster,
    pub(crate) luma: &'a Plane,
    /// Of the received picture.
    pub(crate) margins: &'a Margins,
}

/// The signed content hash, where its picture lies, and the received picture to hold against it.
#[derive(Clone, Copy)]
pub(crate) struct Signed<'a> {
    pub(crate) hash: &'a ContentHash,
    pub(crate) placed: &'a Placed,
    pub(crate) shown: &'a Reduced,
}

impl EditMap {
    /// The map of a reading. `stamped` is where the stamped picture's opposite corners lie on the plane that was read, if known: nothing outside
    /// can carry the mark. Of areas that show nothing `signed` decides.
    pub(crate) fn new(source: &Source<'_>, stamped: Option<[[f64; 2]; 2]>, signed: Option<Signed<'_>>) -> Self {
        let Source { blocks, placement, received, .. } = *source;
        let size = (received.width(), received.height());
        let first = [blocks.first_px.0 as f64, blocks.first_px.1 as f64];
        let begins = |i: usize, axis: usize| first[axis] + (i * BLOCK_PX) as f64;
        let inside = |col, row| {
            let within = |corners| is_within([begins(col, 0), begins(row, 1)], corners);
            !source.margins.has(row * blocks.cols + col) && stamped.is_none_or(within)
        };
        let lost = clipping_loss();
        let samples: [[f64; 2]; CLIP_SAMPLES] = std::array::from_fn(|i| {
            placement.map.linear.apply([(2 * (i % 4) + i / 4 % 2) as f64 + 0.5, (2 * (i / 4) + 1) as f64])
        });
        let clipped = |col, row| {
            let [left, top] = placement.map.apply([begins(col, 0), begins(row, 1)]);
            let is_shown = |[x, y]: &[f64; 2]| *x >= 0.0 && *y >= 0.0;
            let shown = samples.iter().map(|[x, y]| [left + x, top + y]).filter(is_shown);
            let share =
                shown.map(|[x, y]| lost[received.clipped(x as usize, y as usize)]).sum::<f32>() / CLIP_SAMPLES as f32;
            CLIPPED.iter().filter(|&&least| share >= least).count()
        };
        let mut areas = Areas::new(source.luma, &placement, first, (blocks.cols, blocks.rows), inside);
        if let Some(Signed { hash, placed, shown }) = signed.filter(|_| !areas.evidence.is_empty()) {
            let area = |at: [f64; 2]| areas.of[block_at(at, blocks.first_px, (blocks.cols, blocks.rows))?];
            let received = content::Received { shown, placement, replaced: &|_| false };
            areas.evidence = content::evidence(&received, hash, placed, &area, areas.evidence.len());
        }
        let survey = Survey::new(blocks, source.bits, inside, clipped, &areas);
        let corner = |[col, row]: [usize; 2]| {
            let [x, y] = placement.map.apply([begins(col, 0), begins(row, 1)]);
            [x.clamp(0.0, size.0.into()), y.clamp(0.0, size.1.into())]
        };
        let regions = survey.regions.iter().filter_map(|found| {
            let traced = outline::trace(&found.blocks, survey.cols);
            let outlines: Vec<Vec<[f64; 2]>> =
                traced.into_iter().map(|outline| outline.into_iter().map(corner).collect()).collect();
            let cause = if found.by_content { Cause::ContentDiffers } else { Cause::MarkMissing };
            region(outlines, size, found.evidence, cause)
        });
        let (regions, inverse) = (regions.collect(), placement.map.inverse());
        Self {
            regions,
            cols: survey.cols,
            rows: survey.rows,
            states: survey.states,
            placement,
            first_px: blocks.first_px,
            stamped,
            inside: survey.inside,
            outside: outside(size, |at| inverse.apply(at), stamped, source.margins),
            margins: source.margins.clone(),
            tilt: None,
        }
    }

    /// Adds a part of which the content hash says that it looked otherwise, whatever the mark says of it. `size` is that of the received picture.
    pub(crate) fn add(&mut self, Part { corners, evidence }: Part, size: (u32, u32)) {
        let [[left, top], [right, bottom]] = corners;
        let corner = |at: [f64; 2]| {
            let [x, y] = self.placement.map.apply(at);
            [x.clamp(0.0, size.0.into()), y.clamp(0.0, size.1.into())]
        };
        let outline = [[left, top], [right, top], [right, bottom], [left, bottom]].map(corner).to_vec();
        for block in 0..self.states.len() {
            let (col, row) = (block % self.cols, block / self.cols);
            let [x, y] =
                [(col, self.first_px.0), (row, self.first_px.1)].map(|(i, first)| (first + i * BLOCK_PX) as f64);
            let half = BLOCK_PX as f64 / 2.0;
            let is_part = (left..right).contains(&(x + half)) && (top..bottom).contains(&(y + half));
            if is_part && self.stamped.is_none_or(|corners| is_within([x, y], corners)) {
                self.states[block] = BlockState::Altered;
            }
        }
        self.regions.extend(region(vec![outline], size, evidence, Cause::ContentDiffers));
        self.regions.sort_by(|a, b| b.evidence.total_cmp(&a.evidence));
    }

    /// Says of a picture of this size, which was received tilted, what is known of the level one.
    pub(crate) fn tilt(&mut self, tilt: Tilt, size: (u32, u32)) {
        let corner = |at: &[f64; 2]| {
            let [x, y] = tilt.apply(*at);
            [x.clamp(0.0, size.0.into()), y.clamp(0.0, size.1.into())]
        };
        let seen = |found: &Region| {
            let outlines = found.outlines.iter().map(|outline| outline.iter().map(corner).collect()).collect();
            region(outlines, size, found.evidence, found.cause)
        };
        self.regions = self.regions.iter().filter_map(seen).collect();
        let inverse = self.placement.map.inverse();
        self.outside = outside(size, |at| inverse.apply(tilt.undo(at)), self.stamped, &self.margins);
        self.tilt = Some(tilt);
    }

    /// The changed parts, largest evidence first.
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// Share of the blocks of which nothing can be said, 0 to 1: whatever was changed there, this map does not show it.
    pub fn unjudged(&self) -> f64 {
        let outside = self.states.len() - self.inside;
        let unknown = self.states.iter().filter(|state| **state == BlockState::Unknown).count() - outside;
        unknown as f64 / self.inside.max(1) as f64
    }

    /// Share of the received picture that lies outside of the stamped one or in plain margins, 0 to 1: the mark says nothing of it. Margins alone where
    /// the content hash could not tell how the stamped picture lies.
    pub fn outside(&self) -> f64 {
        self.outside
    }

    /// What became of a part of the stamped picture: `left`, `top`, `right` and `bottom` as shares of its sides. `None` where it is not known how the
    /// stamped picture lies in the `received` one.
    pub fn part(&self, [left, top, right, bottom]: [f64; 4], received: &Raster) -> Option<PartShown> {
        const SIDE: usize = 32;
        let [low, high] = self.stamped?;
        let (width, height) = (f64::from(received.width()), f64::from(received.height()));
        let (mut shown, mut altered) = (Vec::with_capacity(SIDE * SIDE), 0);
        for i in 0..SIDE * SIDE {
            let [across, down] = [i % SIDE, i / SIDE].map(|k| (k as f64 + 0.5) / SIDE as f64);
            let share = [left + across * (right - left), top + down * (bottom - top)];
            let at = [0, 1].map(|axis| low[axis] + share[axis] * (high[axis] - low[axis]));
            let level = self.placement.map.apply(at);
            let [x, y] = self.tilt.map_or(level, |tilt| tilt.apply(level));
            if (0.0..width).contains(&x) && (0.0..height).contains(&y) {
                shown.push(color::luma_at(received, x as usize, y as usize));
                altered += usize::from(self.hides(at));
            }
        }
        shown.sort_by(f32::total_cmp);
        let contrast = match shown.len() {
            0 => 0.0,
            count => f64::from(shown[count - 1 - count / 20] - shown[count / 20]),
        };
        let share = |count| count as f64 / (SIDE * SIDE) as f64;
        Some(PartShown { shown: share(shown.len()), altered: share(altered), contrast })
    }

    /// Where the plane that was read lies.
    pub(crate) fn placement(&self) -> Placement {
        self.placement
    }

    /// What the block at a position of the plane that was read says; unknown outside.
    fn at(&self, at: [f64; 2]) -> BlockState {
        block_at(at, self.first_px, (self.cols, self.rows)).map_or(BlockState::Unknown, |block| self.states[block])
    }

    /// Whether what was stamped is not shown at a position of the plane that was read: the mark is missing, or a margin lies there.
    pub(crate) fn hides(&self, at: [f64; 2]) -> bool {
        self.at(at) == BlockState::Altered || self.margins.contain(at)
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

/// A region of a picture of this `size` with these outlines; `None` when they enclose nothing of it.
fn region(outlines: Vec<Vec<[f64; 2]>>, size: (u32, u32), evidence: f64, cause: Cause) -> Option<Region> {
    let reach = |axis: usize| {
        let along = outlines.iter().flatten().map(|p| p[axis]);
        along.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
    };
    let ((left, right), (top, bottom)) = (reach(0), reach(1));
    let (x, y) = (left.floor() as u32, top.floor() as u32);
    let (width, height) = ((right.ceil() as u32).saturating_sub(x), (bottom.ceil() as u32).saturating_sub(y));
    let share = outline::area(&outlines) / (f64::from(size.0) * f64::from(size.1));
    (width > 0 && height > 0).then_some(Region { x, y, width, height, outlines, share, evidence, cause })
}

/// Whether the block with this upper left corner lies between opposite corners; half a pixel is left to rounding.
fn is_within(block: [f64; 2], [low, high]: [[f64; 2]; 2]) -> bool {
    let size = BLOCK_PX as f64;
    (0..2).all(|axis| low[axis] <= block[axis] + 0.5 && block[axis] + size <= high[axis] + 0.5)
}

/// Share of a picture of this size that lies outside `corners`, opposite ones on the plane that was read, or in a margin; by samples, to within a hundredth.
/// `lies` takes a position of the picture to one of the plane.
fn outside(
    (width, height): (u32, u32),
    lies: impl Fn([f64; 2]) -> [f64; 2],
    corners: Option<[[f64; 2]; 2]>,
    margins: &Margins,
) -> f64 {
    const SIDE: usize = 128;
    let beyond = (0..SIDE * SIDE).filter(|i| {
        let [x, y] =
            [(i % SIDE, width), (i / SIDE, height)].map(|(k, px)| (k as f64 + 0.5) * f64::from(px) / SIDE as f64);
        let at = lies([x, y]);
        // A pixel's width is left to rounding.
        let is_beyond =
            |[low, high]: [[f64; 2]; 2]| (0..2).any(|axis| at[axis] < low[axis] - 1.0 || at[axis] > high[axis] + 1.0);
        corners.is_some_and(is_beyond) || margins.contain(at)
    });
    beyond.count() as f64 / (SIDE * SIDE) as f64
}

/// What clipped samples take of a luma change, 0 to 1, by the bits of [`Raster::clipped`].
fn clipping_loss() -> [f32; 8] {
    std::array::from_fn(|bits| {
        (0..3).filter(|channel| bits & (1 << channel) != 0).map(|channel| color::SHARES[channel]).sum()
    })
}

/// Number of the block of a grid at a position of the plane that was read.
fn block_at([x, y]: [f64; 2], first_px: (usize, usize), (cols, rows): (usize, usize)) -> Option<usize> {
    let index = |v: f64, first: usize, count: usize| {
        let i = (v - first as f64) / BLOCK_PX as f64;
        (i >= 0.0 && i < count as f64).then_some(i as usize)
    };
    Some(index(y, first_px.1, rows)? * cols + index(x, first_px.0, cols)?)
}
