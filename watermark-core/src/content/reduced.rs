//! Received luma -> means of the areas that samples of content cells stand for.
//!
//! Every sample is the mean of its own area, whose borders are those of its neighbours where the picture lies upright or turned by quarters: a cell's samples together are
//! the mean of the cell. Means of fewer pixels would do for photographs; in a page of text whole lines would lie between the samples.

use super::Placement;
use super::compare::SAMPLES;
use super::hash::GRID;
use crate::plane::Plane;

/// Squares of pixels that are taken together, along the shorter side of a sample's area, and at most in all: a small picture may be shown large.
const SQUARES: f64 = 3.0;
const MOST_SQUARES: f64 = 4_194_304.0;

/// Sums over squares of a received plane.
#[derive(Clone)]
pub(crate) struct Reduced {
    /// Means of the squares.
    means: Plane,
    /// Sums of the means above and left of each corner of the squares, a column and a row more than there are squares.
    sums: Vec<f64>,
    /// Squares a received pixel is wide and high.
    per_px: f64,
    /// Width and height of a sample's area, squares.
    area: [f64; 2],
    /// Width and height as received.
    size: [f64; 2],
}

impl Reduced {
    /// Prepares `plane` for the samples of a picture of canonical size `stamped` that lies at `placement`.
    pub(crate) fn new(plane: &Plane, placement: &Placement, stamped: [f64; 2]) -> Self {
        let step = stamped.map(|side| side / (GRID * SAMPLES) as f64);
        let [x, y] = [[step[0], 0.0], [0.0, step[1]]].map(|side| placement.map.linear.apply(side));
        let area = [x[0].hypot(y[0]), x[1].hypot(y[1])];
        let least = (plane.data.len() as f64 / MOST_SQUARES).sqrt().ceil();
        // A map that is no number, or maps to infinity, has a pitch all the same.
        let pitch = ((area[0].min(area[1]) / SQUARES) as usize).clamp(least as usize, plane.width.max(plane.height));
        let mut means = Plane::zeros(plane.width.div_ceil(pitch), plane.height.div_ceil(pitch));
        let mut sums = vec![0.0f32; plane.width];
        for (y, lines) in plane.data.chunks(plane.width * pitch.min(plane.height)).enumerate() {
            // Down before across: whole lines are added side by side.
            sums.fill(0.0);
            for line in lines.chunks_exact(plane.width) {
                sums.iter_mut().zip(line).for_each(|(sum, v)| *sum += v);
            }
            let high = lines.len() / plane.width;
            for (mean, part) in means.row_mut(y).iter_mut().zip(sums.chunks(pitch)) {
                *mean = part.iter().sum::<f32>() / (part.len() * high) as f32;
            }
        }
        let per_px = 1.0 / pitch as f64;
        let size = [plane.width as f64, plane.height as f64];
        Self { sums: sums_of(&means), means, per_px, area: area.map(|side| side * per_px), size }
    }

    /// The same area by area, with other `means` of the squares.
    pub(super) fn with(&self, mean: impl FnMut(usize) -> f32) -> Self {
        let means = Plane { data: (0..self.means.data.len()).map(mean).collect(), ..self.means };
        Self { sums: sums_of(&means), means, ..*self }
    }

    /// Mean luma of a square.
    pub(super) fn mean(&self, square: usize) -> f32 {
        self.means.data[square]
    }

    /// Width and height as received.
    pub(crate) fn size(&self) -> [f64; 2] {
        self.size
    }

    /// Mean luma of the area around a received position, or of what of it is in the picture; `None` outside.
    pub(crate) fn at(&self, at: [f64; 2]) -> Option<f32> {
        let span = |axis: usize, count: usize| {
            // Not less than a square: integrals tell no more.
            let (middle, half) = (at[axis] * self.per_px, 0.5 * self.area[axis].max(1.0));
            let inside = middle >= 0.0 && middle < count as f64;
            inside.then(|| ((middle - half).max(0.0), (middle + half).min(count as f64)))
        };
        let ((left, right), (top, bottom)) = (span(0, self.means.width)?, span(1, self.means.height)?);
        let total = self.sum(right, bottom) - self.sum(left, bottom) - self.sum(right, top) + self.sum(left, top);
        Some((total / ((right - left) * (bottom - top))) as f32)
    }

    /// Integral of the means above and left of a point, in squares.
    fn sum(&self, x: f64, y: f64) -> f64 {
        let (col, row) = ((x as usize).min(self.means.width - 1), (y as usize).min(self.means.height - 1));
        let (right, down) = (x - col as f64, y - row as f64);
        let at = row * (self.means.width + 1) + col;
        let below = at + self.means.width + 1;
        let along = |at: usize| self.sums[at] + right * (self.sums[at + 1] - self.sums[at]);
        along(at) + down * (along(below) - along(at))
    }
}

/// Sums of all samples above and left of each corner.
fn sums_of(plane: &Plane) -> Vec<f64> {
    let wide = plane.width + 1;
    let mut sums = vec![0.0; wide * (plane.height + 1)];
    for (y, row) in plane.rows().enumerate() {
        let (above, below) = sums.split_at_mut((y + 1) * wide);
        let above = &above[y * wide..];
        let mut along = 0.0;
        for ((sum, above), v) in below[1..wide].iter_mut().zip(&above[1..]).zip(row) {
            along += f64::from(*v);
            *sum = along + above;
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::affine::Affine;
    use crate::testing::noise;

    fn upright(scale: f64) -> Placement {
        Placement { map: Affine::scaling(scale, scale), tile: [0.0; 2] }
    }

    #[test]
    fn samples_are_means_of_areas_that_meet() {
        let plane = noise(960, 576, 128.0, 30.0, 3);
        // Areas of 10 x 6 pixels; squares of one pixel.
        let reduced = Reduced::new(&plane, &upright(1.0), [960.0, 576.0]);
        for (x, y) in (0..96).flat_map(|x| (0..96).map(move |y| (x, y))) {
            let area: Vec<f32> =
                (6 * y..6 * y + 6).flat_map(|y| plane.row(y)[10 * x..][..10].iter().copied()).collect();
            let mean = area.iter().sum::<f32>() / area.len() as f32;
            let at = reduced.at([10.0 * x as f64 + 5.0, 6.0 * y as f64 + 3.0]).unwrap();
            assert!((at - mean).abs() < 1e-3, "{at} for {mean} at {x}, {y}");
        }
        assert_eq!((reduced.at([-0.1, 5.0]), reduced.at([5.0, 576.1])), (None, None));
    }

    #[test]
    fn what_lies_in_the_picture_has_a_mean_of_its_own_at_any_scale() {
        let plane = noise(131, 77, 128.0, 30.0, 3);
        for scale in [0.0, 1e-9, 0.01, 0.3, 1.0, 7.0, 1000.0, 1e300, f64::INFINITY, f64::NAN] {
            let reduced = Reduced::new(&plane, &upright(scale), [131.0, 77.0]);
            for at in [[0.0, 0.0], [130.9, 76.9], [60.0, 0.5]] {
                assert!((0.0..=255.0).contains(&reduced.at(at).unwrap()), "{at:?} at {scale}");
            }
        }
    }

    #[test]
    fn text_in_lines_keeps_the_means_of_its_cells() {
        // Lines of five pixels every thirteen, denser to the right.
        let ink = |x: usize, y: usize| y % 13 < 5 && (x * 7 + y * 3) % 900 < 300 + x;
        let data = (0..640 * 480).map(|i| if ink(i % 640, i / 640) { 0.0 } else { 255.0 }).collect();
        let plane = Plane { width: 640, height: 480, data };
        let reduced = Reduced::new(&plane, &upright(1.0), [640.0, 480.0]);
        for (col, row) in (0..GRID).flat_map(|c| (0..GRID).map(move |r| (c, r))) {
            let inside = |i: usize, px: usize| i * px / GRID..(i + 1) * px / GRID;
            let cell: Vec<f32> =
                inside(row, 480).flat_map(|y| plane.row(y)[inside(col, 640)].iter().copied()).collect();
            let mean = cell.iter().sum::<f32>() / cell.len() as f32;
            let at = |i: usize, j: usize, px: f64| ((i * SAMPLES + j) as f64 + 0.5) * px / (GRID * SAMPLES) as f64;
            let samples = (0..SAMPLES * SAMPLES)
                .map(|k| reduced.at([at(col, k % SAMPLES, 640.0), at(row, k / SAMPLES, 480.0)]).unwrap());
            let sampled = samples.sum::<f32>() / (SAMPLES * SAMPLES) as f32;
            assert!((sampled - mean).abs() < 1.5, "{sampled} for {mean} in {col}, {row}");
        }
    }
}
