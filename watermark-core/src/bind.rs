//! `[X7]` What was read, and the picture -> edit map and comparison with the signed content hash.
//!
//! Each needs the other: what was replaced is not compared, and where nothing can be read the hash decides what was replaced.

use crate::content::{self, Comparison, Content, Placement, Reduced};
use crate::edit_map::{EditMap, Margins, Signed, Source};
use crate::payload::SealClaims;
use crate::plane::Plane;
use crate::raster::Raster;
use crate::read::Blocks;

/// Parts that the hash alone finds, at most.
const MOST_PARTS: usize = 4;

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
        let margins = &Margins::new(luma, &self.blocks, &self.placement);
        let Some(claims) = self.claims else { return (self.map(received, luma, margins, None, None), None) };
        let (hash, stamped) = (&claims.content_hash, content::canonical(claims.size));
        let mut shown = Reduced::new(luma, &self.placement, stamped);
        // First as a whole, for what lies outside the stamped picture carries no mark and is no edit; then without what was replaced.
        let mut whole = content::compare(&self.view(&shown, &|at| margins.contain(at)), hash, claims.size);
        if whole.0.comparison == Comparison::Differs
            && let Some(undone) =
                content::undone(received, luma, &self.view(&shown, &|at| margins.contain(at)), hash, claims.size)
        {
            (shown, whole) = undone;
        }
        let (content, placed) = whole;
        let matches = content.comparison == Comparison::Matches;
        let corners = placed.filter(|_| matches).map(|placed| placed.corners());
        let with = |by_content: bool| {
            let signed = placed.as_ref().filter(|_| by_content).map(|placed| Signed { hash, placed, shown: &shown });
            let map = self.map(received, luma, margins, corners, signed);
            let without = || content::compare(&self.view(&shown, &|at| map.hides(at)), hash, claims.size).0;
            let content = if map.regions().is_empty() { content } else { without() };
            (map, Some(content))
        };
        let (mut map, mut content) = with(true);
        if content.is_some_and(|content| content.comparison == Comparison::Differs) {
            // The hash of another picture says nothing of the parts of this one.
            return with(false);
        }
        let mut colors = None;
        for _ in 0..MOST_PARTS {
            let Some(placed) = placed.filter(|_| matches) else { break };
            let replaced = |at| map.hides(at);
            let view = self.view(&shown, &replaced);
            let Some(part) = content::other_part(received, &mut colors, &view, hash, &placed) else { break };
            map.add(part, (received.width(), received.height()));
            content = Some(content::compare(&self.view(&shown, &|at| map.hides(at)), hash, claims.size).0);
        }
        (map, content)
    }

    fn view<'a>(&self, shown: &'a Reduced, replaced: &'a dyn Fn([f64; 2]) -> bool) -> content::Received<'a> {
        content::Received { shown, placement: self.placement, replaced }
    }

    fn map(
        &self,
        received: &Raster,
        luma: &Plane,
        margins: &Margins,
        stamped: Option<[[f64; 2]; 2]>,
        signed: Option<Signed<'_>>,
    ) -> EditMap {
        let Self { blocks, placement, bits, .. } = self;
        EditMap::new(&Source { blocks, bits, placement: *placement, received, luma, margins }, stamped, signed)
    }
}
