//! Content binding: a robust hash of what a picture shows, inside the signed message, and its comparison with what was received.
//!
//! ```text
//! cover --luma--> 12 x 12 cell means --sign of (cell - ring of neighbours)--> 144 bits, signed   [stamp]
//! received --luma, placement--> the same cells, where they are shown --weighted disagreement--> Content  [verify]
//! received, whole --luma--> the same cells: ContentSketch --weighted disagreement--> Content  [no mark, but a record at hand]
//! ```
//!
//! Each bit belongs to a place, so a crop is compared by the cells it still shows. Coarse luma is what every ordinary handling
//! leaves alone: codecs, noise, blur and resizing hardly move a cell's mean, and tone changes move neighbours together. After the
//! block-mean image hashes of Yang, Gu & Niu (2006), with differences to neighbours in the place of the picture's median.

mod areas;
mod backdrop;
mod compare;
mod hash;
mod hue;
mod part;
mod placement;
mod reduced;

pub(crate) use areas::evidence;
pub use compare::{Comparison, Content, ContentSketch};
pub(crate) use compare::{Placed, Received, canonical, compare};
pub(crate) use hash::{CELLS, hash, told_bits};
pub(crate) use part::{Part, other_part};
pub(crate) use placement::Placement;
pub(crate) use reduced::Reduced;

use crate::payload::{ContentHash, StampedSize};
use crate::plane::Plane;
use crate::raster::Raster;

/// What `raster`, whose luma is `luma`, shows once a change is undone that moves areas against each other and is no edit, and the comparison: hues that
/// were turned, a backdrop that a cut-out was put on. `None` when that does not make it agree.
pub(crate) fn undone(
    raster: &Raster,
    luma: &Plane,
    received: &Received<'_>,
    hash: &ContentHash,
    size: StampedSize,
) -> Option<(Reduced, (Content, Option<Placed>))> {
    hue::turned_back(raster, received, hash, size).or_else(|| backdrop::on_white(luma, received, hash, size))
}
