//! Cells and signed hash -> the part that shows something else than what was stamped there.
//!
//! The mark says nothing of a part that was moved to a tile that is shifted alike, for it fits there as well. The hash's bits do: in such a part they
//! agree by chance, beside it as always. Of all rectangles of cells the one is taken whose bits are likeliest to be chance.

use super::compare::{Cells, Feature, Placed, Received};
use super::hash::{CELLS, GRID, bit};
use super::hue::Colors;
use crate::payload::ContentHash;
use crate::raster::Raster;

/// What a rectangle's bits have to come to, natural log of how much likelier they are if it shows something else. Tuned on unedited copies, where the
/// most was 8.3 but for turned hues, which are seen to below: `docs/DESIGN.md`, Moved parts.
const EVIDENCE: f64 = 9.0;

/// A part that shows something else.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Part {
    /// Opposite corners on the plane that was read.
    pub(crate) corners: [[f64; 2]; 2],
    /// Natural log of how much likelier the hash is if it showed something else when stamped.
    pub(crate) evidence: f64,
}

/// The part of `received`, a view of `raster`, that shows something else most clearly; `None` when none does, or when a turn of all hues explains it.
/// `colors` keeps what was made of the raster from one call to the next.
pub(crate) fn other_part(
    raster: &Raster,
    colors: &mut Option<Colors>,
    received: &Received<'_>,
    hash: &ContentHash,
    placed: &Placed,
) -> Option<Part> {
    let (cells, evidence) = most_unlike(&placed.cells(received, |_, _, _| ()), hash);
    if evidence < EVIDENCE {
        return None;
    }
    // Half as much would be left of a part that the turn itself made.
    let explains = |turned: Cells| most_unlike(&turned, hash).1 < 0.5 * EVIDENCE;
    if colors.is_none() {
        *colors = Colors::new(raster, received, placed.stamped());
    }
    let is_hue = colors.as_ref().is_some_and(|colors| colors.turns(received, placed).any(explains));
    (!is_hue).then(|| Part { corners: placed.corners_of(cells), evidence })
}

/// The rectangle of cells, opposite corners in columns and rows, whose bits are likeliest to be chance, and the log of how much likelier.
fn most_unlike(cells: &Cells, hash: &ContentHash) -> ([[usize; 2]; 2], f64) {
    let score = |cell| of_cell(cells.feature(cell), bit(hash, cell));
    // Sums over everything above and to the left.
    let mut sums = [[0.0; GRID + 1]; GRID + 1];
    for cell in 0..CELLS {
        let (row, col) = (cell / GRID, cell % GRID);
        sums[row + 1][col + 1] = score(cell) + sums[row][col + 1] + sums[row + 1][col] - sums[row][col];
    }
    let mut best = ([[0, 0], [1, 1]], f64::NEG_INFINITY);
    let spans = || (0..GRID).flat_map(|low| (low + 1..=GRID).map(move |high| (low, high)));
    for (top, bottom) in spans() {
        for (left, right) in spans() {
            let sum = sums[bottom][right] - sums[top][right] - sums[bottom][left] + sums[top][left];
            if sum > best.1 {
                best = ([[left, top], [right, bottom]], sum);
            }
        }
    }
    best
}

/// What one cell adds.
fn of_cell(Feature { value, shown, .. }: Feature, bit: bool) -> f64 {
    let reliable = shown * (0.5 - error_rate(value));
    let probability = if bit == (value >= 0.0) { 0.5 + reliable } else { 0.5 - reliable };
    (0.5 / f64::from(probability)).ln()
}

/// How often the sign of a cell that differs from its ring by `value` gray levels may turn together with those of its neighbours.
///
/// Far above how often one turns by itself (`areas.rs`): signs turn in groups, where a tone curve, clipping or fine lettering acts on a whole part. Of
/// eleven such curves this one found the most moved parts at no false alarm.
fn error_rate(value: f32) -> f32 {
    const LEAST: f32 = 0.02;
    const HALF: f32 = 6.0;
    let v = (value / HALF).abs();
    LEAST + (0.5 - LEAST) / (1.0 + v * v * v)
}

#[cfg(test)]
mod tests {
    use super::super::{Placement, Reduced, canonical, compare, hash};
    use super::*;
    use crate::affine::Affine;
    use crate::payload::StampedSize;
    use crate::plane::Plane;
    use crate::raster::{Channels, Samples};
    use crate::testing::{Random, noise};

    const SIDE: usize = 960;
    const CELL: usize = SIDE / GRID;

    /// Blotches of a cell and more, as scenes have them.
    fn picture(seed: u64) -> Plane {
        let mut random = Random(seed);
        let mut wave = || {
            let [across, down] = std::array::from_fn(|_| (random.unit() - 0.5) / 20.0);
            [across, down, 6.3 * random.unit()]
        };
        let waves: [[f32; 3]; 8] = std::array::from_fn(|_| wave());
        let value = |x: usize, y: usize| {
            let wave = |[across, down, phase]: &[f32; 3]| (across * x as f32 + down * y as f32 + phase).sin();
            (128.0 + 25.0 * waves.iter().map(wave).sum::<f32>()).clamp(0.0, 255.0)
        };
        Plane { width: SIDE, height: SIDE, data: (0..SIDE * SIDE).map(|i| value(i % SIDE, i / SIDE)).collect() }
    }

    /// The part of `received` that is not as in `stamped`.
    fn found(stamped: &Plane, received: &Plane) -> Option<Part> {
        let (hash, size) = (hash(stamped), StampedSize::new(SIDE as u32, SIDE as u32).unwrap());
        let placement = Placement { map: Affine::scaling(1.0, 1.0), tile: [0.0; 2] };
        let shown = Reduced::new(received, &placement, canonical(size));
        let view = Received { shown: &shown, placement, replaced: &|_| false };
        let placed = compare(&view, &hash, size).1.unwrap();
        let gray = received.data.iter().map(|&v| v as u8).collect();
        let raster = Raster::new(SIDE as u32, SIDE as u32, Channels::Gray, Samples::U8(gray)).unwrap();
        other_part(&raster, &mut None, &view, &hash, &placed)
    }

    /// `plane` with the square of `side` at its upper left corner taken from its lower right one.
    fn moved(plane: &Plane, side: usize) -> Plane {
        let mut out = plane.clone();
        for y in 0..side {
            let from = plane.row(SIDE - side + y)[SIDE - side..].to_vec();
            out.row_mut(y)[..side].copy_from_slice(&from);
        }
        out
    }

    #[test]
    fn a_moved_part_is_found_where_it_is() {
        let mut count = 0;
        for seed in 0..12 {
            let cover = picture(seed);
            let side = 6 * CELL;
            if let Some(Part { corners: [low, high], .. }) = found(&cover, &moved(&cover, side)) {
                let overlap: f64 = (0..2).map(|axis| high[axis].min(side as f64) - low[axis].max(0.0)).product();
                let area: f64 = (0..2).map(|axis| high[axis] - low[axis]).product();
                let union = area + (side * side) as f64 - overlap;
                assert!(overlap / union > 0.4, "seed {seed}: {low:?} to {high:?}");
                count += 1;
            }
        }
        assert!(count >= 9, "{count} of 12");
    }

    #[test]
    fn what_was_handled_and_not_edited_has_no_such_part() {
        for seed in 0..12 {
            let cover = picture(seed);
            let grain = noise(SIDE, SIDE, 0.0, 10.0, seed);
            let handled = |f: &dyn Fn(f32, f32) -> f32| {
                let data = cover.data.iter().zip(&grain.data).map(|(&v, &n)| f(v, n).clamp(0.0, 255.0)).collect();
                Plane { data, ..cover }
            };
            for received in [
                cover.clone(),
                handled(&|v, n| v + n),
                handled(&|v, _| 1.4 * v),
                handled(&|v, n| 1.4 * (v + n - 128.0) + 128.0),
                handled(&|v, _| 255.0 * (v / 255.0).max(0.0).powf(1.5)),
            ] {
                assert_eq!(found(&cover, &received), None, "seed {seed}");
            }
        }
    }

    #[test]
    fn the_rectangle_is_the_best_of_all() {
        let cells = |value: &dyn Fn(usize) -> f32| {
            let plane = Plane { width: GRID, height: GRID, data: (0..CELLS).map(|cell| 128.0 + value(cell)).collect() };
            let size = [GRID as f64; 2];
            let placement = Placement { map: Affine::scaling(1.0, 1.0), tile: [0.0; 2] };
            let shown = Reduced::new(&plane, &placement, size);
            let view = Received { shown: &shown, placement, replaced: &|_| false };
            let placed = compare(&view, &ContentHash([0; 18]), StampedSize::new(12, 12).unwrap()).1.unwrap();
            placed.cells(&view, |_, _, _| ())
        };
        // A checkerboard: every cell differs from its ring, so a hash can be made to disagree where it should.
        let board = cells(&|cell| if (cell / GRID + cell % GRID).is_multiple_of(2) { 60.0 } else { -60.0 });
        let wrong = |cell: usize| (3..6).contains(&(cell % GRID)) && (7..11).contains(&(cell / GRID));
        let mut bits = [0u8; 18];
        for cell in 0..CELLS {
            let shown = board.feature(cell).value >= 0.0;
            bits[cell / 8] |= u8::from(shown != wrong(cell)) << (7 - cell % 8);
        }
        let (rectangle, evidence) = most_unlike(&board, &ContentHash(bits));
        assert_eq!(rectangle, [[3, 7], [6, 11]]);
        let naive: f64 = (0..CELLS)
            .filter(|&cell| wrong(cell))
            .map(|cell| of_cell(board.feature(cell), !shown_bit(&board, cell)))
            .sum();
        assert!((evidence - naive).abs() < 1e-9, "{evidence} for {naive}");
    }

    fn shown_bit(cells: &Cells, cell: usize) -> bool {
        cells.feature(cell).value >= 0.0
    }
}
