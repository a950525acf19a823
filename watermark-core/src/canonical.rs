//! `[E3 X2]` The canonical grid that carriers live on.
//!
//! Up to a geometric-mean side of 2560 pixels the canonical grid is the pixel grid, so that a crop of such a picture is read
//! without resampling. Above, it grows with the square root only, so that a 24-megapixel picture shown at 1600 pixels still
//! reads.

use std::borrow::Cow;

use crate::plane::Plane;
use crate::resample::{Axis, resample};

/// Geometric-mean side up to which pixels are canonical pixels.
const NATIVE_SIDE: f64 = 2560.0;

/// Canonical size of a `width x height` picture.
pub(crate) fn size(width: usize, height: usize) -> (usize, usize) {
    let side = (width as f64 * height as f64).sqrt();
    let shrink = if side <= NATIVE_SIDE { 1.0 } else { (NATIVE_SIDE / side).sqrt() };
    let scaled = |n: usize| ((n as f64 * shrink).round() as usize).max(1);
    (scaled(width), scaled(height))
}

/// Stretches `plane` over `(width, height)`; the same plane back when it already has that size.
pub(crate) fn stretch(plane: Cow<'_, Plane>, (width, height): (usize, usize)) -> Cow<'_, Plane> {
    if (plane.width, plane.height) == (width, height) {
        return plane;
    }
    Cow::Owned(resample(&plane, Axis::fit(plane.width, width), Axis::fit(plane.height, height)))
}
