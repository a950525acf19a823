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
