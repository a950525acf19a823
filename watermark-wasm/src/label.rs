//! The layers beside the mark: the label that people see, and what the profiles of laws ask for. As `stamp --badge` and `--profile`.

use serde::Serialize;
use watermark_badge::{Badge, Corner, PARTS, Preset, draw};
use watermark_core::Raster;
use watermark_core::payload::SystemName;
use watermark_label::{self as label, Field, Labelling, LabellingError, Profile};

use crate::error::Failure;
use crate::stamp::Options;

/// The visible label, in the words of `stamp --json`.
#[derive(Clone, Serialize)]
pub(crate) struct BadgeFacts {
    #[serde(flatten)]
    pub(crate) place: label::Badge,
    text_height_px: u32,
    contrast: f32,
}

/// The profiles' labelling; `None` when none was named.
///
/// # Errors
/// When a profile is not known, or needs what was not given.
pub(crate) fn labelling(options: &Options, system: Option<&SystemName>) -> Result<Option<Labelling>, Failure> {
    let mut profiles: Vec<&'static Profile> = Vec::new();
    for id in &options.profiles {
        let profile = Profile::parse(id).map_err(|error| Failure::Option(error.to_string()))?;
        if !profiles.iter().any(|other| other.id == profile.id) {
            profiles.push(profile);
        }
    }
    if profiles.is_empty() {
        return Ok(None);
    }
    let exemption = options.exempt.as_deref().map(str::parse).transpose();
    let exemption = exemption.map_err(|error: label::ExemptionSyntax| Failure::Option(error.to_string()))?;
    let provider = options.provider.clone().filter(|name| !name.trim().is_empty());
    let labelling =
        Labelling { profiles, inside_service: options.inside_service, exemption, provider, manifest: false };
    labelling.check(system).map_err(|error| match error {
        LabellingError::Missing { field: Field::System, .. } => Failure::Needs { error, option: "system" },
        LabellingError::Missing { field: Field::Provider, .. } => Failure::Needs { error, option: "provider" },
        other => other.into(),
    })?;
    Ok(Some(labelling))
}

/// The visible label to draw: the one named, else the words that the profiles ask for.
///
/// # Errors
/// When the words cannot be drawn, or place or size are none.
pub(crate) fn badge(options: &Options, asked: &[&str]) -> Result<Option<Badge>, Failure> {
    let badge = match options.badge.as_deref() {
        Some("none") => return Ok(None),
        Some(words) => words.parse::<Badge>()?,
        None if asked.is_empty() => return Ok(None),
        None => {
            let words = asked.join(PARTS);
            match Preset::ALL.into_iter().find(|preset| preset.text() == words) {
                Some(preset) => preset.into(),
                None => Badge::new(&words)?,
            }
        }
    };
    let badge = match options.badge_corner.as_deref() {
        None => badge,
        Some("top-left") => badge.in_corner(Corner::TopLeft),
        Some("top-right") => badge.in_corner(Corner::TopRight),
        Some("bottom-left") => badge.in_corner(Corner::BottomLeft),
        Some("bottom-right") => badge.in_corner(Corner::BottomRight),
        Some(other) => {
            let text = format!(
                "badgeCorner {other:?} is not known; choose \"top-left\", \"top-right\", \"bottom-left\" or \"bottom-right\""
            );
            return Err(Failure::Option(text));
        }
    };
    Ok(Some(match options.badge_size {
        Some(percent) => badge.sized(percent)?,
        None => badge,
    }))
}

/// Draws it; answers where, and whether it stood there already.
///
/// # Errors
/// When it does not fit.
pub(crate) fn put(picture: &mut Raster, badge: &Badge) -> Result<(BadgeFacts, bool), Failure> {
    let drawn = draw(picture, badge)?;
    let watermark_badge::Area { x, y, width, height } = drawn.area;
    let place = label::Badge { text: badge.text().to_owned(), x, y, width, height };
    Ok((BadgeFacts { place, text_height_px: drawn.text_height_px, contrast: drawn.contrast }, drawn.present))
}
