//! Where the stamped picture lies in the received one, as far as registration knows.

use crate::affine::Affine;
use crate::carrier::{SHIFTS, TILE_PX};

/// Where the plane that was read lies: in the received picture, and on the mark's tile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Placement {
    /// Position on the plane -> position in the received picture, pixels.
    pub(crate) map: Affine,
    /// Position of the plane's upper left corner in the period, canonical pixels: where it lies, up to tiles that are shifted alike.
    pub(crate) tile: [f64; 2],
}

impl Placement {
    /// Canonical positions of the plane's corner that are possible along one axis, when the stamped picture is `stamped` canonical
    /// pixels long and the received one shows the plane's pixels `shown.0` to `shown.1`: all that overlap.
    pub(crate) fn corners(&self, axis: usize, stamped: f64, shown: (f64, f64)) -> impl Iterator<Item = f64> {
        let (tile, first) = (TILE_PX as f64, self.tile[axis]);
        let low = ((-shown.1 - first) / tile).ceil() as i64;
        let high = ((stamped - shown.0 - first) / tile).floor() as i64;
        (low..=high).map(move |k| first + tile * k as f64)
    }

    /// Whether the tile of one of those corners, on both axes, is shifted as the one that was read is.
    pub(crate) fn is_shifted_alike(&self, corner: [f64; 2]) -> bool {
        let [cols, rows] = [0, 1].map(|axis| ((corner[axis] - self.tile[axis]) / TILE_PX as f64).round() as i64);
        (cols + 2 * rows) % SHIFTS as i64 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::shift;

    #[test]
    fn a_crop_has_every_corner_that_fits() {
        let place = Placement { map: Affine::scaling(1.0, 1.0), tile: [100.0, 0.0] };
        let corners: Vec<f64> = place.corners(0, 1024.0, (0.0, 600.0)).collect();
        assert_eq!(corners, [-412.0, 100.0, 612.0]);
        let corners: Vec<f64> = place.corners(1, 1024.0, (0.0, 1024.0)).collect();
        assert_eq!(corners, [-1024.0, -512.0, 0.0, 512.0, 1024.0]);
    }

    #[test]
    fn corners_are_told_apart_by_how_their_tiles_are_shifted() {
        let place = Placement { map: Affine::scaling(1.0, 1.0), tile: [1124.0, 2048.0] };
        let alike = |x: usize, y: usize| place.is_shifted_alike([100.0 + (x * TILE_PX) as f64, (y * TILE_PX) as f64]);
        for (x, y) in (0..10).flat_map(|x| (0..10).map(move |y| (x, y))) {
            assert_eq!(alike(x, y), shift([x, y]) == shift([2, 4]), "{x} {y}");
        }
    }
}
