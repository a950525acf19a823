//! How a picture fared that was to be stamped, for people and for `stamp --json`.

use serde::Serialize;
use watermark_core::{Profile, Stamped};
use watermark_files::ImageFile;
use watermark_label as label;

use super::Target;
use crate::inputs::Input;

/// How one picture fared, as `stamp --json` prints it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StampRecord {
    pub(crate) schema: &'static str,
    pub(crate) file: String,
    pub(crate) output: String,
    pub(crate) status: &'static str,
    pub(crate) profile: Option<&'static str>,
    pub(crate) key_id: Option<String>,
    pub(crate) serial: Option<u64>,
    pub(crate) time: Option<String>,
    pub(crate) width: Option<u32>,
    pub(crate) height: Option<u32>,
    pub(crate) strength: Option<f32>,
    pub(crate) psnr_db: Option<f64>,
    pub(crate) badge: Option<BadgeFacts>,
    pub(crate) labels: Option<label::LabelFacts>,
    pub(crate) notes: Vec<String>,
    pub(crate) total_ms: f64,
    pub(crate) error: Option<String>,
}

impl StampRecord {
    pub(super) fn new(input: &Input, target: &Target) -> Self {
        let output = match target {
            Target::Stdout => "-".to_owned(),
            Target::File(path) => path.to_string_lossy().into_owned(),
        };
        Self {
            schema: "watermark-stamp/1",
            file: input.shown.clone(),
            output,
            status: "failed",
            profile: None,
            key_id: None,
            serial: None,
            time: None,
            width: None,
            height: None,
            strength: None,
            psnr_db: None,
            badge: None,
            labels: None,
            notes: Vec::new(),
            total_ms: 0.0,
            error: None,
        }
    }
}

/// The visible label as it was drawn, as `stamp --json` prints it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BadgeFacts {
    #[serde(flatten)]
    pub(crate) place: label::Badge,
    /// Height of its letters in pixels.
    pub(crate) text_height_px: u32,
    /// Least contrast ratio between its text and its plate (WCAG 2.1).
    pub(crate) contrast: f32,
}

/// What the user should know about a stamped picture.
pub(super) fn notes(cover: &ImageFile, stamped: &Stamped, encoding: &[watermark_files::Note]) -> Vec<String> {
    let mut notes = Vec::new();
    if stamped.profile == Profile::BeaconOnly {
        notes.push(
            "the image has room for the beacon only: what it claims can be read, but not who signed it; verifiers \
             will say 'marked', not 'verified'. Larger or richer pictures carry the signed seal"
                .to_owned(),
        );
    }
    if cover.metadata.dropped_c2pa {
        notes.push("the C2PA manifest was left out: changed pixels make it a broken claim".to_owned());
    }
    notes.extend(cover.metadata.notes.iter().chain(encoding).map(ToString::to_string));
    notes
}

/// A profile's name in reports.
pub(crate) const fn profile_name(profile: Profile) -> &'static str {
    match profile {
        Profile::Sealed => "sealed",
        Profile::BeaconOnly => "beacon-only",
    }
}
