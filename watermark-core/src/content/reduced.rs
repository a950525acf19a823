//! Received luma -> the same in fewer pixels, so that a few samples stand for a cell.

use super::compare::SAMPLES;
use super::hash::CELLS;
use crate::plane::Plane;

/// Means of squares of a received plane.
#[derive(Clone)]
pub(crate) struct Reduced {
    pub(super) plane: Plane,
    /// Reduced pixels a received pixel is wide and high.
    per_px: f64,
    /// Width and height as received.
    size: [f64; 2],
}

impl Reduced {
    /// Reduces `plane` to about as many pixels as there are samples in the cells of a picture of canonical size `stamped`, a unit of which covers `area`
    /// received pixels.
    pub(crate) fn new(plane: &Plane, area: f64, stamped: [f64; 2]) -> Self {
        let cell = area * stamped[0] * stamped[1] / CELLS as f64;
        let pitch = ((cell.sqrt() / SAMPLES as f64) as usize).max(1);
        let mut out = Plane::zeros(plane.width.div_ceil(pitch), plane.height.div_ceil(pitch));
        let mut sums = vec![0.0f32; plane.width];
        for (y, lines) in plane.data.chunks(plane.width * pitch).enumerate() {
            // Down before across: whole lines are added side by side.
            sums.fill(0.0);
            for line in lines.chunks_exact(plane.width) {
                sums.iter_mut().zip(line).for_each(|(sum, v)| *sum += v);
            }
            let high = lines.len() / plane.width;
            for (mean, part) in out.row_mut(y).iter_mut().zip(sums.chunks(pitch)) {
                *mean = part.iter().sum::<f32>() / (part.len() * high) as f32;
            }
        }
        Self { plane: out, per_px: 1.0 / pitch as f64, size: [plane.width as f64, plane.height as f64] }
    }

    /// Width and height as received.
    pub(crate) fn size(&self) -> [f64; 2] {
        self.size
    }

    /// Mean luma around a received position; `None` outside the picture.
    pub(crate) fn at(&self, [x, y]: [f64; 2]) -> Option<f32> {
        let (col, row) = (x * self.per_px, y * self.per_px);
        let inside = col >= 0.0 && row >= 0.0 && col < self.plane.width as f64 && row < self.plane.height as f64;
        inside.then(|| self.plane.row(row as usize)[col as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::noise;

    #[test]
    fn every_pixel_is_the_mean_of_its_square() {
        let plane = noise(131, 77, 128.0, 30.0, 3);
        // 131 x 77 pixels make cells of 8.4 x 8.4; four times as many make a pitch of two.
        let reduced = Reduced::new(&plane, 4.0, [131.0, 77.0]);
        assert_eq!((reduced.plane.width, reduced.plane.height), (66, 39));
        for (x, y) in (0..131).flat_map(|x| (0..77).map(move |y| (x, y))) {
            let square = |v: usize, end: usize| v / 2 * 2..(v / 2 * 2 + 2).min(end);
            let part: Vec<f32> = square(y, 77).flat_map(|y| plane.row(y)[square(x, 131)].iter().copied()).collect();
            let mean = part.iter().sum::<f32>() / part.len() as f32;
            let at = reduced.at([x as f64 + 0.5, y as f64 + 0.5]).unwrap();
            assert!((at - mean).abs() < 1e-4, "{at} for {mean} at {x}, {y}");
        }
        assert_eq!((reduced.at([-0.1, 5.0]), reduced.at([5.0, 78.1])), (None, None));
    }
}
