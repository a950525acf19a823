//! `[X7]` What was read, and the picture -> edit map and comparison with the signed content hash.
//!
//! Each needs the other: what was replaced is not compared, and where nothing can be read the hash decides what was replaced.

use crate::content::{self, Comparison, Content, Placed, Placement};
use crate::edit_map::{EditMap, Source};
use crate::payload::SealClaims;
use crate::plane::Plane;
use crate::raster::Raster;
use crate::read::Blocks;

/// A message that was read, and the blocks that it was read from.
pub(crate) struct Traced {
    pub(crate) blocks: Blocks,
    pub(crate) placement: Placement,
    /// The tile's bits; `None` for one that no message tells.
    pub(crate) bits: Vec<Option<u8>>,
    /// What the seal states, when it is bound to a picture.
    pub(crate) claims: Option<SealClaims>,
}

impl Traced {
    /// The edit map of `received`, whose luma is `luma`, and the comparison; no comparison without claims.
    pub(crate) fn bind(&self, received: &Raster, luma: &Plane) -> (EditMap, Option<Content>) {
        // First as a whole, for what lies outside the stamped picture carries no mark and is no edit; then without what was replaced.
        let whole = self.compare(luma, &|_| false);
        let matches = whole.is_some_and(|(content, _)| content.comparison == Comparison::Matches);
        let placed = whole.and_then(|(_, placed)| placed);
        let stamped = placed.filter(|_| matches).map(|placed| placed.corners());
        let with = |by_content: bool| {
            let hash = self.claims.as_ref().map(|claims| &claims.content_hash).filter(|_| by_content);
            let Self { blocks, placement, bits, .. } = self;
            let source = Source { blocks, bits, placement: *placement, received, luma };
            let map = EditMap::new(&source, stamped, hash.zip(placed.as_ref()));
            let content = self.compare(luma, &|at| map.is_altered(at)).map(|(content, _)| content);
            (map, content)
        };
        let (map, content) = with(true);
        if content.is_some_and(|content| content.comparison == Comparison::Differs) {
            // The hash of another picture says nothing of the parts of this one.
            return with(false);
        }
        (map, content)
    }

    fn compare(&self, luma: &Plane, replaced: &dyn Fn([f64; 2]) -> bool) -> Option<(Content, Option<Placed>)> {
        let claims = self.claims?;
        let received = content::Received { luma, placement: self.placement, replaced };
        Some(content::compare(&received, &claims.content_hash, claims.size))
    }
}
