//! A plane of `f32` samples, and the only home of row arithmetic.
//!
//! Units are gray levels: 0 is black, 255 is white, whatever depth the file had. Row-major, no padding.

/// A `width x height` plane. Both sides are at least 1 and `data.len() == width * height`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plane {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) data: Vec<f32>,
}

impl Plane {
    /// A plane of zeros.
    pub(crate) fn zeros(width: usize, height: usize) -> Self {
        Self { width, height, data: vec![0.0; width * height] }
    }

    /// Row `y`, `width` samples.
    pub(crate) fn row(&self, y: usize) -> &[f32] {
        &self.data[y * self.width..][..self.width]
    }

    /// Row `y`, writable.
    pub(crate) fn row_mut(&mut self, y: usize) -> &mut [f32] {
        &mut self.data[y * self.width..][..self.width]
    }

    /// The rows, top to bottom.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &[f32]> {
        self.data.chunks_exact(self.width)
    }

    /// A copy of the rectangle whose top-left sample is `(x, y)`; the caller keeps it inside the plane.
    pub(crate) fn window(&self, x: usize, y: usize, width: usize, height: usize) -> Self {
        let mut data = Vec::with_capacity(width * height);
        (y..y + height).for_each(|row| data.extend_from_slice(&self.row(row)[x..x + width]));
        Self { width, height, data }
    }
}

/// Box mean of half width `radius`, applied once along each axis; the border is repeated.
pub(crate) fn box_blur(plane: &Plane, radius: usize) -> Plane {
    let (width, height) = (plane.width, plane.height);
    let norm = 1.0 / (2 * radius + 1) as f32;
    // Rows blurred along themselves, row `y` at `y % held`: no more are needed at once.
    let held = 2 * radius + 2;
    let mut wide = vec![0.0f32; held * width];
    let mut padded = vec![0.0f32; width + 2 * radius + 1];
    let mut blur = |y: usize, wide: &mut [f32]| {
        let row = plane.row(y);
        padded[..radius].fill(row[0]);
        padded[radius..radius + width].copy_from_slice(row);
        padded[radius + width..].fill(row[width - 1]);
        let mut sum: f32 = padded[..=2 * radius].iter().sum();
        let out = &mut wide[y % held * width..][..width];
        for (o, (leave, enter)) in out.iter_mut().zip(padded.iter().zip(&padded[2 * radius + 1..])) {
            *o = sum * norm;
            sum += enter - leave;
        }
    };
    let at = |i: isize| i.clamp(0, height as isize - 1) as usize % held * width;
    (0..=radius.min(height - 1)).for_each(|y| blur(y, &mut wide));
    let mut sums = vec![0.0f32; width];
    for i in -(radius as isize)..=radius as isize {
        for (s, v) in sums.iter_mut().zip(&wide[at(i)..][..width]) {
            *s += v;
        }
    }
    let mut out = Plane::zeros(width, height);
    for y in 0..height {
        if y + radius + 1 < height {
            blur(y + radius + 1, &mut wide);
        }
        let [enter, leave] = [(y + radius + 1) as isize, y as isize - radius as isize].map(|i| &wide[at(i)..][..width]);
        for ((o, sum), (enter, leave)) in out.row_mut(y).iter_mut().zip(&mut sums).zip(enter.iter().zip(leave)) {
            *o = *sum * norm;
            *sum += enter - leave;
        }
    }
    out
}
