//! `[X2]` Spectrum -> the same by angle and logarithm of the radius, where rotation and scale are shifts.
//!
//! All scales of one rotation move a line along its ray. With radii in equal steps of their logarithm, what a line meets at every scale in turn lies
//! in one row side by side, and the scores of all scales are a sum of rows: 64 additions of byte vectors in the place of 64 lookups a map.

use crate::spectrum::Spectrum;

/// Rows to a step of the search, and columns.
const FINER_ROWS: usize = 3;
const FINER_COLS: usize = 2;

/// Coarse power by angle (rows, half a turn) and radius (columns, outermost first).
pub(crate) struct LogPolar {
    rows: usize,
    /// Columns of each interleave.
    cols: usize,
    /// Logarithm of the outermost radius, bins.
    outermost: f64,
    /// Logarithm of the ratio of neighbouring scales.
    step: f64,
    /// Row by row, each as [`FINER_COLS`] interleaves: an interleave holds the radii that one line meets at neighbouring scales.
    power: Vec<u8>,
}

impl LogPolar {
    /// Radii from `innermost` to `outermost` bins for scales a factor `1 + step` apart and rotations `step` apart.
    pub(crate) fn new(spectrum: &Spectrum, innermost: f64, outermost: f64, step: f64) -> Self {
        let rows = (FINER_ROWS as f64 * std::f64::consts::PI / step).ceil() as usize;
        let (outermost, step) = (outermost.ln(), step.ln_1p());
        let cols = ((outermost - innermost.ln()) / step).ceil() as usize + 2;
        let radius = |i: usize| (outermost - step * i as f64 / FINER_COLS as f64).exp() as f32;
        let radii: Vec<f32> = (0..cols * FINER_COLS).map(radius).collect();
        let mut power = vec![0; rows * cols * FINER_COLS];
        for (row, out) in power.chunks_exact_mut(cols * FINER_COLS).enumerate() {
            let (sin, cos) = (std::f64::consts::PI * row as f64 / rows as f64).sin_cos();
            let (sin, cos) = (sin as f32, cos as f32);
            for (interleave, out) in out.chunks_exact_mut(cols).enumerate() {
                for (p, r) in out.iter_mut().zip(radii[interleave..].iter().step_by(FINER_COLS)) {
                    *p = spectrum.coarse(r * cos, r * sin);
                }
            }
        }
        Self { rows, cols, outermost, step, power }
    }

    /// What the bin at `(x, y)` holds, and those that it comes to when the picture is scaled by one step after the other: `count` bytes, or none
    /// where they are not mapped.
    pub(crate) fn ray(&self, [x, y]: [f64; 2], count: usize) -> Option<&[u8]> {
        // To the nearest: half a step more, cut off, since rounding is a call where a processor may lack it.
        let row = (y.atan2(x) / std::f64::consts::PI + 1.0) * self.rows as f64 + 0.5;
        let row = row as usize % self.rows;
        let col = (self.outermost - x.hypot(y).ln()) / self.step * FINER_COLS as f64 + 0.5;
        let col = (col >= 0.0).then_some(col as usize)?;
        let first = (row * FINER_COLS + col % FINER_COLS) * self.cols;
        let from = col / FINER_COLS;
        (from + count <= self.cols).then(|| &self.power[first + from..][..count])
    }
}

#[cfg(test)]
mod tests {
    use rustfft::FftPlanner;

    use super::*;
    use crate::frame::Frame;
    use crate::spectrum::Even;
    use crate::testing::picture;

    #[test]
    fn a_ray_meets_what_the_spectrum_holds_at_every_scale() {
        let plane = picture(640, 500, 3);
        let spectrum = Spectrum::new(&mut FftPlanner::new(), &Even::new(&plane, &Frame::new(&plane)));
        let step = 0.0085;
        let map = LogPolar::new(&spectrum, 20.0, 420.0, step);
        let (mut same, mut all) = (0, 0);
        for i in 0..200 {
            let (sin, cos) = (f64::from(i) * 0.37).sin_cos();
            let start = 60.0 + f64::from(i);
            let ray = map.ray([start * cos, start * sin], 100).unwrap();
            for (scale, &found) in ray.iter().enumerate() {
                let r = start / (1.0 + step).powi(scale as i32);
                // Within a bin of the place: rows and columns are rounded.
                let near = |dx: f64, dy: f64| spectrum.coarse((r * cos + dx) as f32, (r * sin + dy) as f32);
                let around = [near(0.0, 0.0), near(-1.0, 0.0), near(1.0, 0.0), near(0.0, -1.0), near(0.0, 1.0)];
                // Half a turn comes to the same power, but for which of two bins a border falls to.
                let turned = |dx: f64, dy: f64| spectrum.coarse((-r * cos + dx) as f32, (-r * sin + dy) as f32);
                let opposite =
                    [turned(0.0, 0.0), turned(-1.0, 0.0), turned(1.0, 0.0), turned(0.0, -1.0), turned(0.0, 1.0)];
                same += usize::from(around.contains(&found) || opposite.contains(&found));
                all += 1;
            }
        }
        assert!(same * 100 > all * 97, "{same} of {all}");
    }

    #[test]
    fn rays_that_leave_the_map_are_none() {
        let plane = picture(300, 300, 1);
        let spectrum = Spectrum::new(&mut FftPlanner::new(), &Even::new(&plane, &Frame::new(&plane)));
        let map = LogPolar::new(&spectrum, 50.0, 200.0, 0.01);
        assert!(map.ray([0.0, 199.0], 100).is_some());
        assert!(map.ray([0.0, 199.0], 400).is_none());
        assert!(map.ray([300.0, 0.0], 1).is_none());
        assert!(map.ray([0.0, 0.0], 1).is_none());
    }
}
