//! What was found out about the picture itself: does it belong to the message, where was it changed. As data, text and picture.

use anyhow::Result;
use serde::Serialize;
use watermark_core::{Comparison, Content, Extraction, Raster, Region};
use watermark_files::{EncodeOptions, Metadata, encode};

/// The comparison with the signed content hash.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ContentFacts {
    pub(crate) comparison: &'static str,
    pub(crate) disagreement: f64,
    pub(crate) effective_bits: f64,
    pub(crate) shown: f64,
    pub(crate) placements: usize,
}

impl ContentFacts {
    pub(crate) fn of(content: &Content) -> Self {
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

    /// In words.
    pub(crate) fn text(&self) -> String {
        let compared = format!(
            "{:.0} % of the weighted content bits disagree, of {:.0} over {:.0} % of the stamped picture",
            100.0 * self.disagreement,
            self.effective_bits,
            100.0 * self.shown
        );
        match self.comparison {
            "matches" => format!("{compared}: the picture that was stamped"),
            "differs" => format!("{compared}: another picture than the one that was stamped"),
            _ => format!("{compared}: too little to tell whether it is the picture that was stamped"),
        }
    }
}

/// A part without the mark.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RegionFacts {
    pub(crate) x: u32,
    pub(crate) y: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) polygon: Vec<[f64; 2]>,
    pub(crate) share: f64,
    pub(crate) evidence: f64,
}

impl RegionFacts {
    fn of(region: &Region) -> Self {
        let Region { x, y, width, height, share, evidence, .. } = *region;
        // A tenth of a pixel is finer than the outline.
        let polygon = region.polygon.iter().map(|corner| corner.map(|v| (10.0 * v).round() / 10.0)).collect();
        Self { x, y, width, height, polygon, share, evidence }
    }

    /// In words.
    pub(crate) fn text(&self) -> String {
        let Self { x, y, width, height, .. } = self;
        format!("{width} x {height} px at {x}, {y} ({:.1} % of the picture): the mark is missing", 100.0 * self.share)
    }
}

/// The changed parts, clearest first.
pub(crate) fn regions(extraction: &Extraction) -> Vec<RegionFacts> {
    extraction.edit_map.iter().flat_map(|map| map.regions()).map(RegionFacts::of).collect()
}

/// The edit map over the picture as a PNG; `None` when nothing was read that could be mapped.
pub(crate) fn map(extraction: &Extraction, picture: &Raster) -> Result<Option<Vec<u8>>> {
    let Some(map) = &extraction.edit_map else { return Ok(None) };
    let encoded = encode(&map.overlay(picture)?, &Metadata::default(), &EncodeOptions::Png)?;
    Ok(Some(encoded.bytes))
}
