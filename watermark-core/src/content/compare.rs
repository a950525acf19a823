//! Received picture, placement and signed hash -> whether the payload belongs to this picture.

use super::Placement;
use super::hash::{CELLS, GRID, bit, neighbours};
use super::reduced::Reduced;
use crate::affine::Affine;
use crate::canonical;
use crate::carrier::TILE_PX;
use crate::color;
use crate::payload::{ContentHash, StampedSize};
use crate::raster::Raster;

/// What the comparison came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// The picture shows what the hash was made of.
    Matches,
    /// The hash was made of another picture: the payload was moved here.
    Differs,
    /// Too little is shown, or it is too flat, to tell.
    TooLittle,
}

/// How well what is shown agrees with the signed content hash.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Content {
    /// The conclusion.
    pub comparison: Comparison,
    /// Weighted share of the bits that disagree, 0 to 1; about a half for an unrelated picture.
    pub disagreement: f64,
    /// Sum of the bits' weights, each 0 (flat or hidden) to 1 (reliable), 0 to 144.
    pub effective_bits: f64,
    /// Share of the stamped picture's cells that could be compared at least in part, 0 to 1.
    pub shown: f64,
    /// Places on the stamped picture that the tile left open and that were tried; the best counts.
    pub placements: usize,
}

/// Weighted share of disagreeing bits from which a payload may be another picture's. Tuned: `docs/studies/binding.md`.
const DIFFERENT: f64 = 0.27;
/// What is added to it before a payload is called another picture's, times the standard deviation of an unrelated picture's share: few bits are easily
/// turned by a change of tones (smooth pictures have 26 to 77, of which contrast or saturation times 1.5 turn 0.28 to 0.30).
const MARGIN: f64 = 0.5;
/// Effective bits under which nothing is called another picture's.
const ENOUGH_BITS: f64 = 16.0;
/// Standard deviations by which bits have to agree better than chance for the picture to be the stamped one. Whoever moves a payload chooses where on the
/// stamped picture the other one seems to lie, a few hundred places that differ: 4.5 leaves one in a thousand unrelated pictures such a place.
const AGREES: f64 = 4.5;
/// Difference of a cell from its neighbours at which its bit counts half, gray levels: what codecs and noise leave untouched.
const HALF_WEIGHT: f32 = 2.0;
/// Samples along each side of a cell.
pub(crate) const SAMPLES: usize = 8;
/// Share of a cell's or ring's samples that must be shown for it to count.
const LEAST_SHOWN: f32 = 0.25;
/// A placement that shows less than this share of what another shows is not tried.
const WORTH_TRYING: f64 = 0.75;

/// A received picture with its geometry, and which parts still carry the mark.
pub(crate) struct Received<'a> {
    pub(crate) shown: &'a Reduced,
    pub(crate) placement: Placement,
    /// Whether the mark is missing at a position of the plane that was read: what is shown there is not compared.
    pub(crate) replaced: &'a dyn Fn([f64; 2]) -> bool,
}

/// A cell's difference from its ring as received, gray levels, and how much it counts.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Feature {
    pub(crate) value: f32,
    /// How far cell and ring are shown, 0 to 1.
    pub(crate) shown: f32,
    pub(crate) weight: f32,
}

/// Compares `received` with the hash of a picture of `size`, at the placement that agrees best, and says which that is.
pub(crate) fn compare(received: &Received<'_>, hash: &ContentHash, size: StampedSize) -> (Content, Option<Placed>) {
    let all = placements(received, canonical(size));
    let mut best = None;
    for placed in &all {
        keep_best(&mut best, judge(&placed.cells(received, |_, _, _| ()), hash), *placed);
    }
    best.map_or((NOTHING, None), |(content, placed)| (Content { placements: all.len(), ..content }, Some(placed)))
}

/// Puts the more evident of two placements in the place of the first.
pub(super) fn keep_best(best: &mut Option<(Content, Placed)>, content: Content, placed: Placed) {
    if best.is_none_or(|(b, _)| evidence(&content) > evidence(&b)) {
        *best = Some((content, placed));
    }
}

/// Canonical size of a picture of `size`.
pub(crate) fn canonical(size: StampedSize) -> [f64; 2] {
    let (width, height) = canonical::size(size.width_px().into(), size.height_px().into());
    [width as f64, height as f64]
}

/// What a whole picture shows in each cell of a content hash, to be held against hashes that come to hand later: a record in
/// its metadata names one, and where no mark can be read nothing else says whether the record belongs to the picture.
#[derive(Clone, Debug)]
pub struct ContentSketch(Cells);

impl ContentSketch {
    /// Takes the picture to show all of the stamped one, upright, at any size and tone.
    pub fn of(raster: &Raster) -> Self {
        let luma = color::luma(raster);
        let size = [luma.width as f64, luma.height as f64];
        let placement = Placement { map: Affine::scaling(1.0, 1.0), tile: [0.0; 2] };
        let shown = Reduced::new(&luma, &placement, size);
        let received = Received { shown: &shown, placement, replaced: &|_| false };
        Self(Placed { stamped: size, corner: [0.0; 2] }.cells(&received, |_, _, _| ()))
    }

    /// Compares it with a hash. A crop or a turned copy comes out as another picture.
    pub fn compare(&self, hash: &ContentHash) -> Content {
        if hash.is_none() {
            return NOTHING;
        }
        judge(&self.0, hash)
    }
}

/// Nothing could be compared.
const NOTHING: Content =
    Content { comparison: Comparison::TooLittle, disagreement: 0.0, effective_bits: 0.0, shown: 0.0, placements: 0 };

/// Standard deviations by which an unrelated picture would have to agree by chance.
fn evidence(content: &Content) -> f64 {
    (1.0 - 2.0 * content.disagreement) * content.effective_bits.sqrt()
}

/// Weighted disagreement of the features' signs with the hash.
pub(super) fn judge(cells: &Cells, hash: &ContentHash) -> Content {
    let (mut sum, mut wrong, mut shown) = (0.0, 0.0, 0);
    for cell in 0..CELLS {
        let f = cells.feature(cell);
        let weight = f64::from(f.weight);
        sum += weight;
        wrong += if (f.value >= 0.0) == bit(hash, cell) { 0.0 } else { weight };
        shown += usize::from(f.weight > 0.0);
    }
    let disagreement = if sum > 0.0 { wrong / sum } else { 0.0 };
    let content = Content {
        comparison: Comparison::TooLittle,
        disagreement,
        effective_bits: sum,
        shown: shown as f64 / CELLS as f64,
        placements: 1,
    };
    let comparison = if disagreement <= DIFFERENT && evidence(&content) >= AGREES {
        Comparison::Matches
    } else if sum >= ENOUGH_BITS && disagreement > DIFFERENT + MARGIN * 0.5 / sum.sqrt() {
        Comparison::Differs
    } else {
        Comparison::TooLittle
    };
    Content { comparison, ..content }
}

/// Where a picture of canonical size `stamped` may lie: wherever nearly as much of it is shown as at any place.
pub(super) fn placements(received: &Received<'_>, stamped: [f64; 2]) -> Vec<Placed> {
    let place = &received.placement;
    let [width, height] = received.shown.size();
    let inverse = place.map.inverse();
    let outline = [[0.0, 0.0], [width, 0.0], [0.0, height], [width, height]].map(|at| inverse.apply(at));
    let along = |axis: usize| {
        let ends = outline.iter().map(|p| p[axis]);
        ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
    };
    let corners = |axis: usize| place.corners(axis, stamped[axis], along(axis)).take(MOST_TILES);
    let shown = |corner: [f64; 2]| {
        let centre = |i: usize, side: f64| (i as f64 + 0.5) * side / GRID as f64;
        let inside = |cell: usize| {
            let at = [centre(cell % GRID, stamped[0]) - corner[0], centre(cell / GRID, stamped[1]) - corner[1]];
            let [x, y] = place.map.apply(at);
            x >= 0.0 && y >= 0.0 && x < width && y < height
        };
        (0..CELLS).filter(|&cell| inside(cell)).count()
    };
    if outline.iter().flatten().any(|v| !v.is_finite()) {
        return Vec::new();
    }
    let all: Vec<_> = corners(0).flat_map(|x| corners(1).map(move |y| [x, y])).map(|c| (shown(c), c)).collect();
    let most = all.iter().map(|(shown, _)| *shown).max().unwrap_or(0);
    let worth = |(shown, _): &(usize, [f64; 2])| *shown > 0 && *shown as f64 >= WORTH_TRYING * most as f64;
    let mut places: Vec<_> = all.into_iter().filter(worth).map(|(_, corner)| Placed { stamped, corner }).collect();
    // Where the shift of the tiles rules out all of them, whoever put the mark there is not to be believed a place that shows less.
    let alike = |placed: &Placed| place.is_shifted_alike(placed.corner);
    if places.iter().any(alike) {
        places.retain(alike);
    }
    places
}

/// Tiles along a side of the largest picture that a seal can state, 65535 px, with room for the received one.
const MOST_TILES: usize = 2 * 65536 / TILE_PX;

/// Where the stamped picture lies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placed {
    /// Canonical size of the stamped picture.
    stamped: [f64; 2],
    /// Canonical position of the upper left corner of the plane that was read.
    corner: [f64; 2],
}

impl Placed {
    /// Canonical size of the stamped picture.
    pub(super) fn stamped(&self) -> [f64; 2] {
        self.stamped
    }

    /// Where the stamped picture's opposite corners lie on the plane that was read.
    pub(crate) fn corners(&self) -> [[f64; 2]; 2] {
        [self.corner.map(|v| -v), [0, 1].map(|axis| self.stamped[axis] - self.corner[axis])]
    }

    /// Where the corners of a rectangle of cells, in columns and rows, lie on the plane that was read.
    pub(crate) fn corners_of(&self, cells: [[usize; 2]; 2]) -> [[f64; 2]; 2] {
        let along = |axis: usize, edge: usize| edge as f64 * self.stamped[axis] / GRID as f64 - self.corner[axis];
        cells.map(|corner| [along(0, corner[0]), along(1, corner[1])])
    }

    /// The cells of `received`. `each` is told of every sample that is shown: its cell, position on the plane that was read, and luma.
    pub(crate) fn cells(&self, received: &Received<'_>, mut each: impl FnMut(usize, [f64; 2], f32)) -> Cells {
        const N: usize = GRID * SAMPLES;
        let mut cells = Cells::NONE;
        for i in 0..N {
            for j in 0..N {
                let along =
                    |axis: usize, k: usize| (k as f64 + 0.5) * self.stamped[axis] / N as f64 - self.corner[axis];
                let at = [along(0, j), along(1, i)];
                if let Some(luma) =
                    received.shown.at(received.placement.map.apply(at)).filter(|_| !(received.replaced)(at))
                {
                    let cell = i / SAMPLES * GRID + j / SAMPLES;
                    cells.add(cell, luma);
                    each(cell, at, luma);
                }
            }
        }
        cells
    }
}

/// Luma of each cell as received, summed, and of how many samples, up to the square of [`SAMPLES`].
#[derive(Clone, Debug)]
pub(crate) struct Cells {
    sums: [f32; CELLS],
    pub(crate) samples: [f32; CELLS],
}

impl Cells {
    /// Nothing shown in any.
    pub(super) const NONE: Self = Self { sums: [0.0; CELLS], samples: [0.0; CELLS] };

    /// Adds a sample.
    pub(super) fn add(&mut self, cell: usize, luma: f32) {
        self.sums[cell] += luma;
        self.samples[cell] += 1.0;
    }

    /// How a cell differs from its ring.
    pub(crate) fn feature(&self, cell: usize) -> Feature {
        const FULL: f32 = (SAMPLES * SAMPLES) as f32;
        let (mut sum, mut shown, mut around) = (0.0, 0.0, 0.0);
        for n in neighbours(cell) {
            sum += self.sums[n] / FULL;
            shown += self.samples[n] / FULL;
            around += 1.0;
        }
        let (own, ring) = (self.samples[cell] / FULL, shown / around);
        if own < LEAST_SHOWN || ring < LEAST_SHOWN {
            return Feature::default();
        }
        let value = self.sums[cell] / self.samples[cell] - sum / shown;
        let weight = own * ring * ring * value.abs() / (value.abs() + HALF_WEIGHT);
        Feature { value, shown: own * ring * ring, weight }
    }
}

#[cfg(test)]
mod tests {
    use super::super::hash::hash;
    use super::*;
    use crate::raster::{Channels, Samples};

    /// Blotches of several cells, from integers alone, shown `zoom` times as large.
    fn picture(zoom: u32, tone: impl Fn(u8) -> u8) -> Raster {
        let value = |x: u32, y: u32| ((x / 13 * 71 + y / 11 * 29 + x / 13 * (y / 11) * 17) % 240) as u8;
        let side = 192 * zoom;
        let samples = (0..side * side).map(|i| tone(value(i % side / zoom, i / side / zoom))).collect();
        Raster::new(side, side, Channels::Gray, Samples::U8(samples)).unwrap()
    }

    #[test]
    fn a_sketch_knows_its_picture_at_another_size_and_tone_and_no_other() {
        let own = hash(&color::luma(&picture(1, |v| v)));
        let compare = |raster: &Raster| ContentSketch::of(raster).compare(&own);
        for same in [picture(1, |v| v), picture(3, |v| v), picture(1, |v| v / 2 + 40)] {
            let content = compare(&same);
            assert_eq!(content.comparison, Comparison::Matches, "{content:?}");
            assert!(content.disagreement < 0.02 && content.effective_bits > 60.0, "{content:?}");
        }
        let inverted = compare(&picture(1, |v| 255 - v));
        assert!(inverted.comparison == Comparison::Differs && inverted.disagreement > 0.9, "{inverted:?}");
        let other = compare(&picture(1, |v| v.wrapping_mul(97)));
        assert!(other.comparison == Comparison::Differs && (0.3..0.7).contains(&other.disagreement), "{other:?}");
        assert_eq!(compare(&picture(1, |_| 80)).comparison, Comparison::TooLittle, "flat");
        assert_eq!(ContentSketch::of(&picture(1, |v| v)).compare(&ContentHash::NONE), NOTHING);
        let speck = Raster::new(1, 1, Channels::Gray, Samples::U8(vec![9])).unwrap();
        assert_eq!(compare(&speck).comparison, Comparison::TooLittle);
    }
}
