//! What `stamp --profile` adds to a picture: settled once for a call, then applied to each stamp.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use serde::Serialize;
use watermark_badge::PARTS;
use watermark_core::Stamped;
use watermark_core::payload::{Origin, SystemName};
use watermark_core::signature::Directory;
use watermark_files::{Limits, Metadata};
use watermark_label::xmp::{self, NewLabels};
use watermark_label::{Aigc, Badge, Circumstances, Exemption, Field, LabelRecord, Labelled, Layer, Notice, Profile};

use crate::args::LabelArgs;
use crate::key_store::SigningKey;

/// The labelling of a call.
pub(crate) struct Labelling {
    profiles: Vec<&'static Profile>,
    inside_service: bool,
    exemption: Option<Exemption>,
    provider: Option<String>,
    /// A C2PA manifest follows.
    manifest: bool,
}

/// How a picture was labelled, as `stamp --json` prints it in the field `labels`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct LabelFacts {
    /// Profiles asked for.
    pub(crate) profiles: Vec<&'static str>,
    /// Layers that the file carries.
    pub(crate) layers: Vec<Layer>,
    /// Layers that a profile asks for and the file does not carry. The notice is never among them: it lies outside.
    pub(crate) missing: Vec<Layer>,
    /// The notice that has to be given together with the file, outside it.
    pub(crate) notice: Option<OwedNotice>,
    /// Why a duty is said not to hold.
    pub(crate) exemption: Option<Exemption>,
}

/// A notice that the caller owes.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OwedNotice {
    pub(crate) id: &'static str,
    /// By language: `ko`, `en`, `zh`.
    pub(crate) texts: BTreeMap<&'static str, &'static str>,
    /// Always true: it was not given by writing the file.
    pub(crate) owed: bool,
}

/// The layers of a stamped file, in the order in which they are applied.
pub(crate) fn layers(badge: bool, metadata: bool, manifest: bool) -> Vec<Layer> {
    let all = [(Layer::Badge, badge), (Layer::Mark, true), (Layer::Metadata, metadata), (Layer::C2pa, manifest)];
    all.into_iter().filter_map(|(layer, applied)| applied.then_some(layer)).collect()
}

impl OwedNotice {
    fn new(notice: &'static Notice) -> Self {
        let texts = Notice::LANGUAGES.into_iter().filter_map(|language| Some((language, notice.text(language)?)));
        Self { id: &notice.id, texts: texts.collect(), owed: true }
    }
}

impl Labelling {
    /// What was asked for, refused before any work when something needed for it was not given. `None` without a profile.
    /// `manifest`: whether the files are to carry a C2PA manifest besides.
    ///
    /// # Errors
    /// When a profile needs a name that is not known, or none of them knows the exemption.
    pub(crate) fn new(
        args: &LabelArgs,
        system: Option<&SystemName>,
        directory: Option<&Directory>,
        manifest: bool,
    ) -> Result<Option<Self>> {
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
        for profile in &profiles {
            for field in &profile.requires {
                let (given, remedy) = match field {
                    Field::System => (system.is_some(), "name it with --system NAME@VERSION"),
                    Field::Provider => (provider.is_some(), "name it with --provider NAME"),
                };
                ensure!(
                    given,
                    "profile {} asks for the {} by name; {remedy}",
                    profile.id,
                    match field {
                        Field::System => "generating system",
                        Field::Provider => "provider",
                    }
                );
            }
        }
        if let Some(Exemption { kind, .. }) = &args.exempt {
            let known: Vec<_> = profiles.iter().flat_map(|p| &p.exemptions).map(|rule| rule.kind.as_str()).collect();
            ensure!(
                known.contains(&kind.as_str()),
                "no profile asked for knows the exemption {kind:?}; {}",
                if known.is_empty() {
                    "they have none".to_owned()
                } else {
                    format!("choose from {}", known.join(", "))
                }
            );
        }
        let (inside_service, exemption) = (args.inside_service, args.exempt.clone());
        Ok(Some(Self { profiles, inside_service, exemption, provider, manifest }))
    }

    /// The circumstances that decide which layers are asked for.
    pub(crate) fn circumstances(&self, origin: Origin, realistic: bool, artistic: bool) -> Circumstances {
        Circumstances { exported: !self.inside_service, realistic, artistic, origin: Some(origin), badge: false }
    }

    /// Words of the visible label: those of every profile that asks for one in these circumstances and for which no exemption
    /// was stated, each once and on a line of its own.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as the library's functions take it")]
    pub(crate) fn badge_text(&self, at: &Circumstances) -> Option<String> {
        let asking = self.profiles.iter().filter(|profile| profile.asks(Layer::Badge, at) && !self.exempts(profile));
        let mut texts: Vec<&str> = Vec::new();
        for text in asking.filter_map(|profile| profile.badge_text(at)) {
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        (!texts.is_empty()).then(|| texts.join(PARTS))
    }

    fn exempts(&self, profile: &Profile) -> bool {
        self.exemption.as_ref().is_some_and(|exemption| profile.exemption(&exemption.kind).is_some())
    }

    /// What is asked of a picture: the layers, and the notice that goes with its file.
    fn facts(&self, at: Circumstances, applied: Vec<Layer>, badge: Option<&Badge>) -> LabelFacts {
        let bound: Vec<&'static Profile> =
            self.profiles.iter().filter(|profile| !self.exempts(profile)).copied().collect();
        // A visible label in other words is none for a profile.
        let counts = |profile: &Profile| badge.is_some_and(|badge| profile.accepts_badge(&badge.text));
        let lacks = |profile: &Profile, layer: Layer| {
            let there = if layer == Layer::Badge { counts(profile) } else { applied.contains(&layer) };
            layer != Layer::Notice && profile.asks(layer, &at) && !there
        };
        let missing = |layer: &Layer| bound.iter().any(|profile| lacks(profile, *layer));
        let notice = bound.iter().find_map(|profile| profile.notice(&Circumstances { badge: counts(profile), ..at }));
        LabelFacts {
            profiles: self.profiles.iter().map(|profile| profile.id.as_str()).collect(),
            missing: Layer::ALL.into_iter().filter(missing).collect(),
            layers: applied,
            notice: notice.map(OwedNotice::new),
            exemption: self.exemption.clone(),
        }
    }

    /// Adds the metadata layer to a stamped picture's metadata.
    ///
    /// # Errors
    /// When the signer fails, or the picture's own XMP packet cannot be read.
    pub(crate) fn apply(
        &self,
        metadata: &Metadata,
        stamped: &Stamped,
        system: Option<&SystemName>,
        badge: Option<&Badge>,
        key: &SigningKey,
    ) -> Result<Applied> {
        let payload = &stamped.payload;
        let beacon = &payload.beacon;
        let at = self.circumstances(beacon.origin, beacon.realistic, beacon.artistic);
        let layers = layers(badge.is_some(), true, self.manifest);
        let facts = self.facts(at, layers.clone(), badge);
        let labelled = Labelled {
            system: system.cloned(),
            provider: self.provider.clone(),
            profiles: facts.profiles.iter().map(ToString::to_string).collect(),
            layers,
            badge: badge.cloned(),
            notice: facts.notice.as_ref().map(|notice| notice.id.to_owned()),
            exemption: self.exemption.clone(),
            inside_service: self.inside_service,
        };
        let record = LabelRecord::sign(payload, &labelled, key.signer.as_ref(), &key.public)?;
        let china = self.profiles.iter().any(|profile| profile.asks_for_aigc());
        let aigc = china.then(|| Aigc::of(payload, self.provider.as_deref(), &key.public).to_json());
        let new = NewLabels {
            origin: beacon.origin,
            system,
            time: payload.seal.unverified_claims.time,
            aigc: aigc.as_deref(),
            record: &record,
        };
        let merged = xmp::merge(metadata.xmp.as_deref(), &new).context("the labels could not be added")?;
        let mut notes: Vec<_> = merged.conflicts.iter().map(ToString::to_string).collect();
        if let Some(words) = self.badge_text(&at).filter(|_| facts.missing.contains(&Layer::Badge)) {
            let drawn = badge.map_or("none was drawn".to_owned(), |badge| format!("{:?} was drawn", badge.text));
            notes.push(format!("a visible label is asked for, such as {words:?}, and {drawn}"));
        }
        let metadata = Metadata { xmp: Some(merged.packet), ..metadata.clone() };
        Ok(Applied { metadata, facts, notes, record })
    }
}

/// A stamped picture's metadata with labels in them.
pub(crate) struct Applied {
    /// To be written.
    pub(crate) metadata: Metadata,
    /// For the report.
    pub(crate) facts: LabelFacts,
    /// What was there and says otherwise.
    pub(crate) notes: Vec<String>,
    record: String,
}

impl Applied {
    /// Whether a written file holds the labels. A container may have no room for the packet.
    ///
    /// # Errors
    /// When they do not.
    pub(crate) fn check(&self, written: &[u8]) -> Result<()> {
        let written = watermark_files::probe(written, &Limits::default()).context("the written file cannot be read")?;
        let packet = written.metadata.xmp.as_deref().with_context(|| {
            let bytes = self.metadata.xmp.as_ref().map_or(0, Vec::len);
            format!("the XMP packet with its labels, {bytes} bytes, did not fit the format; write PNG or WebP")
        })?;
        ensure!(
            xmp::read(packet)?.records.contains(&self.record),
            "the labels cannot be read from the written file; its XMP packet has a form they cannot be added to"
        );
        Ok(())
    }
}
