//! What studies and tests of the binding need and programs do not: feature `study`.

use crate::affine::Affine;
use crate::bind::Traced;
use crate::carrier::Carrier;
use crate::coding::CodeError;
use crate::color;
use crate::content::{self, Content, Placement, Reduced};
use crate::edit_map::EditMap;
use crate::embed::{EmbedError, Stamped, Strength, write};
use crate::extract;
use crate::payload::{ContentHash, Payload, StampedSize};
use crate::plane::Plane;
use crate::raster::Raster;
use crate::strength;

/// The honest re-embedder: moves `payload`, as read from one picture, into another with the stamper's own means.
///
/// # Errors
/// As for [`embed`](crate::embed()).
pub fn transplant(
    payload: Payload,
    into: &Raster,
    carrier: &Carrier,
    strength: Strength,
) -> Result<Stamped, EmbedError> {
    strength::check_size(into)?;
    let into = &*color::with_room(into);
    write(into, color::luma(into), payload, carrier, strength)
}

/// The content hash of a cover.
pub fn content_hash(cover: &Raster) -> ContentHash {
    content::hash(&color::luma(cover))
}

/// How a picture that was not moved compares with the hash of a picture of `size`.
pub fn compare(received: &Raster, hash: &ContentHash, size: StampedSize) -> Content {
    let luma = color::luma(received);
    let (width, height) = crate::canonical::size(size.width_px().into(), size.height_px().into());
    let (x, y) = (luma.width as f64 / width as f64, luma.height as f64 / height as f64);
    let placement = Placement { map: Affine::scaling(x, y), tile: [0.0; 2] };
    let shown = Reduced::new(&luma, &placement, content::canonical(size));
    content::compare(&content::Received { shown: &shown, placement, replaced: &|_| false }, hash, size).0
}

/// A message that was read but not yet bound to the picture: what binding alone takes can be timed on it.
pub struct Unbound {
    traced: Traced,
    luma: Plane,
}

impl Unbound {
    /// Reads a picture that was not moved; `None` when it carries no seal.
    ///
    /// # Errors
    /// As for [`extract`](crate::extract()).
    pub fn read(received: &Raster, carrier: &Carrier) -> Result<Option<Self>, CodeError> {
        let luma = color::luma(received);
        Ok(extract::unbound(&luma, carrier)?.map(|traced| Self { traced, luma }))
    }

    /// The edit map and the comparison with the content hash, as verification makes them of the picture that was read.
    pub fn bind(&self, received: &Raster) -> (EditMap, Option<Content>) {
        self.traced.bind(received, &self.luma)
    }
}
