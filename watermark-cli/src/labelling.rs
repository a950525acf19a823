//! `stamp --profile`: what the arguments say, settled for `watermark-label`, which labels.

use anyhow::{Context as _, Result, anyhow};
use watermark_badge::PARTS;
use watermark_core::payload::SystemName;
use watermark_core::signature::Directory;
use watermark_files::Limits;
use watermark_label::{Applied, Circumstances, Field, Labelling, LabellingError, Profile};

use crate::args::LabelArgs;

/// What was asked for, refused before any work when something needed for it was not given. `None` without a profile.
/// `manifest`: whether the files are to carry a C2PA manifest besides.
///
/// # Errors
/// When a profile needs a name that is not known, or none of them knows the exemption.
pub(crate) fn settle(
    args: &LabelArgs,
    system: Option<&SystemName>,
    directory: Option<&Directory>,
    manifest: bool,
) -> Result<Option<Labelling>> {
    let mut profiles: Vec<&'static Profile> = Vec::new();
    for profile in &args.profiles {
        if !profiles.iter().any(|other| other.id == profile.id) {
            profiles.push(profile);
        }
    }
    if profiles.is_empty() {
        return Ok(None);
    }
    let provider = args.provider.clone().or_else(|| Some(directory?.organization().name.clone()));
    let (inside_service, exemption) = (args.inside_service, args.exempt.clone());
    let labelling = Labelling { profiles, inside_service, exemption, provider, manifest };
    labelling.check(system).map_err(|error| match error {
        LabellingError::Missing { field: Field::System, .. } => anyhow!("{error}; name it with --system NAME@VERSION"),
        LabellingError::Missing { field: Field::Provider, .. } => anyhow!("{error}; name it with --provider NAME"),
        other => other.into(),
    })?;
    Ok(Some(labelling))
}

/// Words of the visible label that the profiles ask for, those of each on a line of their own.
pub(crate) fn badge_text(labelling: &Labelling, at: Circumstances) -> Option<String> {
    let texts = labelling.badge_texts(&at);
    (!texts.is_empty()).then(|| texts.join(PARTS))
}

/// Whether a written file holds the labels.
///
/// # Errors
/// When it does not.
pub(crate) fn check(labels: &Applied, written: &[u8]) -> Result<()> {
    let written = watermark_files::probe(written, &Limits::default()).context("the written file cannot be read")?;
    Ok(labels.check(written.metadata.xmp.as_deref())?)
}
