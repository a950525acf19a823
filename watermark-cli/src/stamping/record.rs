//! How a picture fared that was to be stamped, for people and for `stamp --json` (`docs/stamp.schema.json`).

use serde::Serialize;
use watermark_core::payload::{Beacon, KeyId, Serial};
use watermark_core::{EmbedError, Profile, Stamped};
use watermark_files::{DecodeError, ImageFile};
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
    pub(crate) code: Option<Code>,
    pub(crate) profile: Option<&'static str>,
    /// What the stamp has, or would have had.
    pub(crate) key_id: String,
    pub(crate) serial: u64,
    pub(crate) time: Option<String>,
    pub(crate) width: Option<u32>,
    pub(crate) height: Option<u32>,
    pub(crate) strength: Option<f32>,
    pub(crate) psnr_db: Option<f64>,
    pub(crate) badge: Option<BadgeFacts>,
    pub(crate) labels: Option<label::LabelFacts>,
    pub(crate) older_mark: Option<OlderMark>,
    pub(crate) notes: Vec<String>,
    pub(crate) total_ms: f64,
    pub(crate) error: Option<String>,
}

impl StampRecord {
    pub(super) fn new(input: &Input, target: &Target, key: KeyId, serial: Serial) -> Self {
        let output = match target {
            Target::Stdout => "-".to_owned(),
            Target::File(path) => path.to_string_lossy().into_owned(),
        };
        Self {
            schema: "watermark-stamp/1",
            file: input.shown.clone(),
            output,
            status: "failed",
            code: None,
            profile: None,
            key_id: key.to_string(),
            serial: serial.get(),
            time: None,
            width: None,
            height: None,
            strength: None,
            psnr_db: None,
            badge: None,
            labels: None,
            older_mark: None,
            notes: Vec::new(),
            total_ms: 0.0,
            error: None,
        }
    }
}

/// Why a picture was not stamped, in a word that stays; the sentence in `error` may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Code {
    OutputExists,
    Unreadable,
    NotAnImage,
    UnsupportedFormat,
    Damaged,
    TooLarge,
    TooSmall,
    TooFlat,
    AlreadyMarked,
    UnsupportedOutput,
    DoesNotReadBack,
    NotWritten,
    Failed,
}

impl Code {
    /// By the error alone.
    pub(super) fn of(error: &anyhow::Error) -> Self {
        match (error.downcast_ref::<DecodeError>(), error.downcast_ref::<EmbedError>()) {
            (Some(error), _) => match error {
                DecodeError::Empty | DecodeError::NotAnImage { .. } => Self::NotAnImage,
                DecodeError::UnsupportedFormat { .. }
                | DecodeError::Animated { .. }
                | DecodeError::MultiPicture { .. }
                | DecodeError::UnsupportedFeature { .. } => Self::UnsupportedFormat,
                DecodeError::SideTooLong { .. }
                | DecodeError::TooManyPixels { .. }
                | DecodeError::TooMuchMemory { .. } => Self::TooLarge,
                _ => Self::Damaged,
            },
            (_, Some(EmbedError::TooSmall { .. })) => Self::TooSmall,
            (_, Some(EmbedError::TooFlat { .. })) => Self::TooFlat,
            _ => Self::Failed,
        }
    }
}

/// A mark that was there before; nulls where it cannot be read.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OlderMark {
    key_id: Option<String>,
    serial: Option<u64>,
}

impl OlderMark {
    pub(super) fn of(beacon: Option<Beacon>) -> Self {
        Self {
            key_id: beacon.map(|beacon| beacon.key_id.to_string()),
            serial: beacon.map(|beacon| beacon.serial.get()),
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
