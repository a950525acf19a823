//! `[X2]` Which part of a received plane shows a picture: flat areas that touch the border do not.

use crate::plane::Plane;

/// Gray levels that samples of a flat block differ by at most.
const FLAT: f32 = 3.0;
/// Side of a block, pixels.
pub(crate) const BLOCK: usize = 8;
/// Blocks beside a flat one that are left out too: their edge is what scores show there.
const FRINGE: usize = 2;
/// Side of the window that an offset is looked for in, pixels.
pub(crate) const WINDOW_PX: usize = 640;
/// Share of the most that a window has to hold to be as good.
const AS_GOOD: f64 = 0.95;

/// The part of a plane that shows a picture.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    cols: usize,
    /// Whether each 8 x 8 block is flat, blocks cut by the border included.
    flat: Vec<bool>,
    /// Weight of each 8 x 8 block, 0 or 1, blocks cut by the border included.
    weights: Vec<f32>,
    /// Share of the plane that shows a picture, fringe included.
    pub(crate) share: f64,
    /// Centre of weight, pixels.
    pub(crate) centre: [f64; 2],
    /// Centre of the window of [`WINDOW_PX`] in which most blocks are not flat, pixels: where to look for a lattice.
    pub(crate) focus: [f64; 2],
}

impl Frame {
    pub(crate) fn new(plane: &Plane) -> Self {
        let (cols, rows) = (plane.width.div_ceil(BLOCK), plane.height.div_ceil(BLOCK));
        let flat = flat(plane);
        let outside = outside(&flat, cols, rows);
        let mut weights = vec![1.0; cols * rows];
        for i in (0..outside.len()).filter(|&i| outside[i]) {
            let (x, y) = (i % cols, i / cols);
            for y in y.saturating_sub(FRINGE)..=(y + FRINGE).min(rows - 1) {
                weights[y * cols..][x.saturating_sub(FRINGE)..=(x + FRINGE).min(cols - 1)].fill(0.0);
            }
        }
        let (mut sum, mut at) = (0.0, [0.0, 0.0]);
        for (i, &w) in weights.iter().enumerate() {
            sum += f64::from(w);
            at[0] += f64::from(w) * (i % cols) as f64;
            at[1] += f64::from(w) * (i / cols) as f64;
        }
        let centre = if sum > 0.0 {
            at.map(|v| (v / sum + 0.5) * BLOCK as f64)
        } else {
            [0.5 * plane.width as f64, 0.5 * plane.height as f64]
        };
        let share = outside.iter().filter(|o| !**o).count() as f64 / outside.len() as f64;
        let focus = focus(&flat, cols, rows, WINDOW_PX, centre);
        Self { cols, flat, weights, share, centre, focus }
    }

    /// Centre of a window of `side` pixels in which most blocks are not flat, pixels.
    pub(crate) fn busiest(&self, side: usize) -> [f64; 2] {
        focus(&self.flat, self.cols, self.flat.len() / self.cols, side, self.centre)
    }

    /// Blocks that are not flat in a square of `side` pixels whose upper left pixel is `(left, top)`.
    pub(crate) fn busy(&self, [left, top]: [usize; 2], side: usize) -> usize {
        let part = |from: usize, all: usize| (from / BLOCK).min(all)..(from + side).div_ceil(BLOCK).min(all);
        let rows = part(top, self.flat.len() / self.cols);
        let busy = |y: usize| self.flat[y * self.cols..][part(left, self.cols)].iter().filter(|flat| !**flat).count();
        rows.map(busy).sum()
    }

    /// Weights of the blocks that pixel row `y` runs through.
    pub(crate) fn row(&self, y: usize) -> &[f32] {
        &self.weights[y / BLOCK * self.cols..][..self.cols]
    }
}

/// Whether each block is flat, those cut by the border included.
fn flat(plane: &Plane) -> Vec<bool> {
    let mut flat = Vec::new();
    let (mut low, mut high) = (vec![0.0; plane.width], vec![0.0; plane.width]);
    for lines in plane.data.chunks(BLOCK * plane.width) {
        // Along the columns first, sample by sample, then over the eight of a block.
        low.fill(f32::INFINITY);
        high.fill(f32::NEG_INFINITY);
        for line in lines.chunks_exact(plane.width) {
            for ((low, high), &v) in low.iter_mut().zip(&mut high).zip(line) {
                *low = if v < *low { v } else { *low };
                *high = if v > *high { v } else { *high };
            }
        }
        let span = |(low, high): (&[f32], &[f32])| {
            high.iter().fold(f32::NEG_INFINITY, |a, &b| a.max(b)) - low.iter().fold(f32::INFINITY, |a, &b| a.min(b))
        };
        flat.extend(low.chunks(BLOCK).zip(high.chunks(BLOCK)).map(|block| span(block) <= FLAT));
    }
    flat
}

/// Centre of the window of `side` pixels that holds most blocks which are not flat; of those nearly as good, the one nearest to `centre`. Pixels.
fn focus(flat: &[bool], cols: usize, rows: usize, side: usize, centre: [f64; 2]) -> [f64; 2] {
    let (width, height) = (cols.min(side / BLOCK), rows.min(side / BLOCK));
    // Blocks above and left of each corner.
    let mut sums = vec![0u32; (cols + 1) * (rows + 1)];
    for (i, flat) in flat.iter().enumerate() {
        let (x, y) = (i % cols, i / cols);
        let at = |x: usize, y: usize| y * (cols + 1) + x;
        sums[at(x + 1, y + 1)] = sums[at(x, y + 1)] + sums[at(x + 1, y)] + u32::from(!flat) - sums[at(x, y)];
    }
    let held = |x: usize, y: usize| {
        let at = |x: usize, y: usize| sums[y * (cols + 1) + x];
        at(x + width, y + height) + at(x, y) - at(x, y + height) - at(x + width, y)
    };
    let windows = || (0..=rows - height).flat_map(|y| (0..=cols - width).map(move |x| (x, y)));
    let most = windows().map(|(x, y)| held(x, y)).max().unwrap_or(0);
    let middle = |(x, y): (usize, usize)| {
        [(x as f64 + 0.5 * width as f64) * BLOCK as f64, (y as f64 + 0.5 * height as f64) * BLOCK as f64]
    };
    let away = |at: [f64; 2]| (at[0] - centre[0]).hypot(at[1] - centre[1]);
    let good = windows().filter(|&(x, y)| f64::from(held(x, y)) >= AS_GOOD * f64::from(most)).map(middle);
    // The window need not begin on a block: the centre itself serves where its window is as good.
    good.min_by(|a, b| away(*a).total_cmp(&away(*b))).filter(|at| away(*at) > 2.0 * BLOCK as f64).unwrap_or(centre)
}

/// Flat blocks that touch the border through flat blocks.
fn outside(flat: &[bool], cols: usize, rows: usize) -> Vec<bool> {
    let mut outside = vec![false; cols * rows];
    let mut open: Vec<(usize, usize)> = (0..cols).flat_map(|x| [(x, 0), (x, rows - 1)]).collect();
    open.extend((0..rows).flat_map(|y| [(0, y), (cols - 1, y)]));
    while let Some((x, y)) = open.pop() {
        if outside[y * cols + x] || !flat[y * cols + x] {
            continue;
        }
        outside[y * cols + x] = true;
        let next = [(x.wrapping_sub(1), y), (x + 1, y), (x, y.wrapping_sub(1)), (x, y + 1)];
        open.extend(next.into_iter().filter(|&(x, y)| x < cols && y < rows));
    }
    outside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_left_out_and_flat_parts_inside_are_not() {
        let mut plane = Plane::zeros(160, 120);
        for y in 40..104 {
            for x in 0..160 {
                let inside_flat = (64..96).contains(&x) && (64..80).contains(&y);
                plane.row_mut(y)[x] = if inside_flat { 90.0 } else { ((x * 37 + y * 91) % 200) as f32 };
            }
        }
        let frame = Frame::new(&plane);
        assert!((frame.share - 64.0 / 120.0).abs() < 1e-9, "{}", frame.share);
        assert!((frame.centre[0] - 80.0).hypot(frame.centre[1] - 72.0) < 1e-9);
        let shown = [(0, 3), (56, 3), (70, 10), (119, 3)].map(|(y, col)| frame.row(y)[col] > 0.5);
        assert_eq!(shown, [false, true, true, false]);
        assert_eq!([frame.busy([0, 0], 40), frame.busy([0, 40], 16), frame.busy([56, 64], 16)], [0, 4, 2]);
    }

    #[test]
    fn the_focus_is_where_something_is_shown() {
        // Flat in the middle, busy on the right; and busy all over.
        let busy = |from: usize| {
            let mut plane = Plane { width: 1600, height: 640, data: vec![100.0; 1600 * 640] };
            for y in 0..640 {
                for x in (0..16).chain(from..1600) {
                    plane.row_mut(y)[x] = ((x * 37 + y * 91) % 200) as f32;
                }
            }
            Frame::new(&plane).focus
        };
        assert!(busy(1000)[0] > 1230.0, "{:?}", busy(1000));
        let [x, y] = busy(0);
        assert!((x - 800.0).hypot(y - 320.0) < 1.0, "{x}, {y}");
    }

    #[test]
    fn a_flat_plane_shows_nothing_and_has_a_centre() {
        let frame = Frame::new(&Plane::zeros(30, 20));
        assert!(frame.share < 1e-9 && (frame.centre[0] - 15.0).hypot(frame.centre[1] - 10.0) < 1e-9);
    }
}
