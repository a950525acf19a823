//! `[X2]` Linear and affine maps of the plane, and what they mean for a picture.

/// A 2 x 2 matrix, rows first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Linear(pub(crate) [[f64; 2]; 2]);

impl Linear {
    pub(crate) const IDENTITY: Self = Self([[1.0, 0.0], [0.0, 1.0]]);

    pub(crate) fn diagonal(x: f64, y: f64) -> Self {
        Self([[x, 0.0], [0.0, y]])
    }

    pub(crate) fn apply(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let [a, b] = &self.0;
        [a[0] * x + a[1] * y, b[0] * x + b[1] * y]
    }

    /// First `other`, then this.
    pub(crate) fn after(&self, other: &Self) -> Self {
        let columns = [0, 1].map(|c| self.apply([other.0[0][c], other.0[1][c]]));
        Self([[columns[0][0], columns[1][0]], [columns[0][1], columns[1][1]]])
    }

    pub(crate) fn determinant(&self) -> f64 {
        self.0[0][0] * self.0[1][1] - self.0[0][1] * self.0[1][0]
    }

    /// The inverse; not finite for a singular matrix.
    pub(crate) fn inverse(&self) -> Self {
        let ([[a, b], [c, d]], det) = (self.0, self.determinant());
        Self([[d / det, -b / det], [-c / det, a / det]])
    }

    pub(crate) fn transpose(&self) -> Self {
        let [[a, b], [c, d]] = self.0;
        Self([[a, c], [b, d]])
    }

    /// What this map of positions does to frequencies, and back: the transposed inverse.
    pub(crate) fn dual(&self) -> Self {
        self.inverse().transpose()
    }

    /// Both singular values, larger first.
    pub(crate) fn stretches(&self) -> (f64, f64) {
        let square = self.0.iter().flatten().map(|v| v * v).sum::<f64>();
        let det = self.determinant().abs();
        let (sum, difference) = ((square + 2.0 * det).max(0.0).sqrt(), (square - 2.0 * det).max(0.0).sqrt());
        (0.5 * (sum + difference), 0.5 * (sum - difference))
    }

    /// The closest of the eight symmetries of the square.
    pub(crate) fn nearest_turn(&self) -> Self {
        let [[a, b], [c, d]] = self.0;
        if a.abs() + d.abs() >= b.abs() + c.abs() {
            Self::diagonal(a.signum(), d.signum())
        } else {
            Self([[0.0, b.signum()], [c.signum(), 0.0]])
        }
    }
}

/// `position = linear * canonical position + origin`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Affine {
    pub(crate) linear: Linear,
    pub(crate) origin: [f64; 2],
}

impl Affine {
    pub(crate) fn scaling(x: f64, y: f64) -> Self {
        Self { linear: Linear::diagonal(x, y), origin: [0.0; 2] }
    }

    pub(crate) fn apply(&self, at: [f64; 2]) -> [f64; 2] {
        let [x, y] = self.linear.apply(at);
        [x + self.origin[0], y + self.origin[1]]
    }

    /// First `other`, then this.
    pub(crate) fn after(&self, other: &Self) -> Self {
        Self { linear: self.linear.after(&other.linear), origin: self.apply(other.origin) }
    }

    pub(crate) fn inverse(&self) -> Self {
        let linear = self.linear.inverse();
        let [x, y] = linear.apply(self.origin);
        Self { linear, origin: [-x, -y] }
    }

    /// This map for positions counted from `at` instead of the origin.
    pub(crate) fn from(&self, at: [f64; 2]) -> Self {
        Self { linear: self.linear, origin: self.apply(at) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SKEWED: Linear = Linear([[0.8, -0.3], [0.5, 1.1]]);

    #[test]
    fn inverse_and_dual_undo_positions_and_frequencies() {
        let map = Affine { linear: SKEWED, origin: [3.0, -7.0] };
        let [x, y] = map.inverse().apply(map.apply([11.0, 5.0]));
        assert!((x - 11.0).abs() < 1e-12 && (y - 5.0).abs() < 1e-12);
        // The phase of a wave at a point is the same before and after: f . p = (dual f) . (map p).
        let (f, p) = ([0.1, 0.07], [4.0, 9.0]);
        let (g, q) = (SKEWED.dual().apply(f), SKEWED.apply(p));
        assert!((f[0] * p[0] + f[1] * p[1] - g[0] * q[0] - g[1] * q[1]).abs() < 1e-12);
    }

    #[test]
    fn stretches_are_the_singular_values() {
        let (sin, cos) = 0.7f64.sin_cos();
        let turn = Linear([[cos, -sin], [sin, cos]]);
        let (most, least) = turn.after(&Linear::diagonal(0.5, -2.0)).after(&turn).stretches();
        assert!((most - 2.0).abs() < 1e-12 && (least - 0.5).abs() < 1e-12);
    }

    #[test]
    fn the_nearest_turn_is_one_of_eight() {
        for turn in [[1.0, 0.0, 0.0, 1.0], [-1.0, 0.0, 0.0, 1.0], [0.0, -1.0, 1.0, 0.0], [0.0, 1.0, 1.0, 0.0]] {
            for sign in [1.0, -1.0] {
                let [a, b, c, d] = turn.map(|v| sign * v);
                let exact = Linear([[a, b], [c, d]]);
                let near = Linear([[0.7 * a + 0.01, 0.7 * b - 0.02], [0.8 * c + 0.02, 0.8 * d + 0.01]]);
                assert_eq!(near.nearest_turn().0.map(|r| r.map(|v| v + 0.0)), exact.0.map(|r| r.map(|v| v + 0.0)));
            }
        }
    }
}
