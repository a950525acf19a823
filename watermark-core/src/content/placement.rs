//! Where the stamped picture lies in the received one, as far as registration knows.

use crate::affine::Affine;
use crate::carrier::TILE_PX;

/// Where the plane that was read lies: in the received picture, and on the mark's tile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Placement {
    /// Position on the plane -> position in the received picture, pixels.
    pub(crate) map: Affine,
    /// Canonical position of the plane's upper left corner, modulo [`TILE_PX`].
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crop_has_every_corner_that_fits() {
        let place = Placement { map: Affine::scaling(1.0, 1.0), tile: [100.0, 0.0] };
        let corners: Vec<f64> = place.corners(0, 1024.0, (0.0, 600.0)).collect();
        assert_eq!(corners, [-412.0, 100.0, 612.0]);
        let corners: Vec<f64> = place.corners(1, 1024.0, (0.0, 1024.0)).collect();
        assert_eq!(corners, [-1024.0, -512.0, 0.0, 512.0, 1024.0]);
    }
}
