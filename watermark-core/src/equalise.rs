//! `[X3]` Undoing what resizing and filters did to the carried band.
//!
//! A blur mixes neighbouring blocks, which no per-block gain can undo. Received planes that do not read as they are get
//! tried through a short ladder of inverse Gaussians: separable, symmetric, nine taps.

use crate::plane::Plane;

/// What may have happened to the carried band.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Channel {
    /// Variance of a Gaussian blur, pixels squared; negative for sharpening.
    pub(crate) blur: f32,
    /// Standard deviation of added noise, gray levels of luma.
    pub(crate) noise: f32,
    /// Single pixels replaced by black or white.
    pub(crate) impulses: bool,
}

impl Channel {
    const fn blurred(blur: f32) -> Self {
        Self { blur, noise: 0.0, impulses: false }
    }

    const fn noisy(noise: f32) -> Self {
        Self { blur: 0.0, noise, impulses: false }
    }

    /// `plane` with this channel's filter undone; `None` where there is nothing to undo.
    pub(crate) fn undo(self, plane: &Plane) -> Option<Plane> {
        if self.impulses {
            Some(remove_impulses(plane))
        } else if self.blur != 0.0 {
            Some(undo_blur(plane, self.blur))
        } else {
            None
        }
    }
}

/// Channels tried. The clear one comes first: most pictures need no other.
pub(crate) const LADDER: [Channel; 10] = [
    Channel::blurred(0.0),
    Channel::blurred(0.45),
    Channel::blurred(-0.35),
    Channel { blur: 0.0, noise: 0.0, impulses: true },
    Channel::blurred(0.9),
    Channel::noisy(7.0),
    Channel::noisy(13.0),
    Channel::blurred(1.5),
    Channel::blurred(2.6),
    Channel::blurred(4.2),
];

/// Gray levels that a sample must differ from every neighbour's side to count as an impulse.
const IMPULSE: f32 = 40.0;

/// Replaces samples that stand out above or below all eight neighbours by the mean of the four nearest.
fn remove_impulses(plane: &Plane) -> Plane {
    let mut out = plane.clone();
    let (width, height) = (plane.width, plane.height);
    for y in 1..height.saturating_sub(1) {
        let (above, here, below) = (plane.row(y - 1), plane.row(y), plane.row(y + 1));
        for x in 1..width - 1 {
            let around =
                [above[x - 1], above[x], above[x + 1], here[x - 1], here[x + 1], below[x - 1], below[x], below[x + 1]];
            let low = around.iter().copied().fold(f32::INFINITY, f32::min);
            let high = around.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            if here[x] > high + IMPULSE || here[x] < low - IMPULSE {
                out.row_mut(y)[x] = 0.25 * (above[x] + below[x] + here[x - 1] + here[x + 1]);
            }
        }
    }
    out
}

/// Taps of `s^k`, the response of `k` negated second differences: alternating binomials of order `2k`.
const BINOMIAL: [[f32; 5]; 5] = [
    [1.0, 0.0, 0.0, 0.0, 0.0],
    [2.0, -1.0, 0.0, 0.0, 0.0],
    [6.0, -4.0, 1.0, 0.0, 0.0],
    [20.0, -15.0, 6.0, -1.0, 0.0],
    [70.0, -56.0, 28.0, -8.0, 1.0],
];

/// The plane that a Gaussian of this variance would have turned into `plane`, as far as the carried band is concerned.
fn undo_blur(plane: &Plane, variance: f32) -> Plane {
    // The inverse response is exp(variance w^2 / 2), w in radians per pixel. With s = 4 sin^2(w / 2), the response of the
    // negated second difference, w^2 = s + s^2 / 12 + ..., and the exponential's series in s to the fourth power is a
    // polynomial in second differences.
    let a = 0.5 * variance;
    let b = a / 12.0;
    let series = [1.0, a, 0.5 * a * a + b, a * a * a / 6.0 + a * b, a * a * a * a / 24.0 + 0.5 * (a * a * b + b * b)];
    let taps: [f32; 5] = std::array::from_fn(|i| series.iter().zip(&BINOMIAL).map(|(c, row)| c * row[i]).sum());
    let (width, height) = (plane.width, plane.height);
    let mut wide = Plane::zeros(width, height);
    let mut padded = vec![0.0f32; width + 8];
    for (out, row) in wide.data.chunks_exact_mut(width).zip(plane.rows()) {
        padded[..4].fill(row[0]);
        padded[4..width + 4].copy_from_slice(row);
        padded[width + 4..].fill(row[width - 1]);
        for (x, o) in out.iter_mut().enumerate() {
            let p = &padded[x..x + 9];
            *o = taps[0] * p[4]
                + taps[1] * (p[3] + p[5])
                + taps[2] * (p[2] + p[6])
                + taps[3] * (p[1] + p[7])
                + taps[4] * (p[0] + p[8]);
        }
    }
    let mut out = Plane::zeros(width, height);
    let row = |y: usize, d: isize| wide.row((y as isize + d).clamp(0, height as isize - 1) as usize);
    for y in 0..height {
        let pairs = [1, 2, 3, 4].map(|d| (row(y, -d), row(y, d)));
        let centre = row(y, 0);
        for (x, o) in out.row_mut(y).iter_mut().enumerate() {
            let mut sum = taps[0] * centre[x];
            for (tap, (above, below)) in taps[1..].iter().zip(&pairs) {
                sum += tap * (above[x] + below[x]);
            }
            *o = sum;
        }
    }
    out
}

#[cfg(test)]
mod tests;
