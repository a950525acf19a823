//! What was found out about the picture itself: does it belong to the message, where was it changed. As data and picture.

use serde::Serialize;
use watermark_core::{Cause, Comparison, Content, Extraction, Raster, Region};
use watermark_files::{EncodeError, EncodeOptions, Metadata, encode};

/// The comparison with the signed content hash.
#[derive(Clone, Debug, Serialize)]
pub struct ContentFacts {
    pub comparison: &'static str,
    pub disagreement: f64,
    pub effective_bits: f64,
    pub shown: f64,
    pub placements: usize,
}

impl ContentFacts {
    pub fn of(content: &Content) -> Self {
        Self {
            comparison: match content.comparison {
                Comparison::Matches => "matches",
                Comparison::Differs => "differs",
                Comparison::TooLittle => "too-little",
            },
            disagreement: content.disagreement,
            effective_bits: content.effective_bits,
            shown: content.shown,
            placements: content.placements,
        }
    }
}

/// A part that was changed.
#[derive(Clone, Debug, Serialize)]
pub struct RegionFacts {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
    pub outlines: Vec<Vec<[f64; 2]>>,
    pub share: f64,
    pub evidence: f64,
    pub cause: &'static str,
}

impl RegionFacts {
    fn of(region: &Region) -> Self {
        let Region { x, y, width, height, share, evidence, .. } = *region;
        // A tenth of a pixel is finer than the outline.
        let rounded = |corner: &[f64; 2]| corner.map(|v| (10.0 * v).round() / 10.0);
        let outlines = region.outlines.iter().map(|outline| outline.iter().map(rounded).collect()).collect();
        let cause = match region.cause {
            Cause::MarkMissing => "mark-missing",
            Cause::ContentDiffers => "content-differs",
        };
        Self { x, y, width, height, outlines, share, evidence, cause }
    }
}

/// The changed parts, clearest first.
pub(crate) fn regions(extraction: &Extraction) -> Vec<RegionFacts> {
    extraction.edit_map.iter().flat_map(watermark_core::EditMap::regions).map(RegionFacts::of).collect()
}

/// The edit map over the picture that was read, as a PNG; `None` when nothing was read that could be mapped.
///
/// # Errors
/// When the picture cannot be encoded.
pub fn edit_map_png(extraction: &Extraction, picture: &Raster) -> Result<Option<Vec<u8>>, EncodeError> {
    let Some(map) = &extraction.edit_map else { return Ok(None) };
    let encoded = encode(&map.overlay(picture), &Metadata::default(), &EncodeOptions::Png)?;
    Ok(Some(encoded.bytes))
}
