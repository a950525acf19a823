//! What labelling adds to a stamped picture: settled once, then applied to each stamp.

use std::collections::BTreeMap;

use serde::Serialize;
use thiserror::Error;
use watermark_core::Stamped;
use watermark_core::payload::{Origin, SystemName};
use watermark_core::signature::{PublicKey, SignError, Signature, Signer};

use crate::xmp::{self, NewLabels, XmpError};
use crate::{Aigc, Badge, Circumstances, Exemption, Field, LabelRecord, Labelled, Layer, Notice, Profile};

/// The layers asked for, and what they are told.
#[derive(Clone, Debug)]
pub struct Labelling {
    /// Laws, each once.
    pub profiles: Vec<&'static Profile>,
    /// The picture stays inside the service that made it.
    pub inside_service: bool,
    /// Why a duty is said not to hold.
    pub exemption: Option<Exemption>,
    /// Name of who provides the generating system.
    pub provider: Option<String>,
    /// The file is to carry a C2PA manifest besides.
    pub manifest: bool,
}

/// How a picture was labelled, as `stamp --json` prints it in the field `labels`.
#[derive(Clone, Debug, Serialize)]
pub struct LabelFacts {
    /// Profiles asked for.
    pub profiles: Vec<&'static str>,
    /// Layers that the file carries.
    pub layers: Vec<Layer>,
    /// Layers that a profile asks for and the file does not carry. The notice is never among them: it lies outside.
    pub missing: Vec<Layer>,
    /// The notice that has to be given together with the file, outside it.
    pub notice: Option<OwedNotice>,
    /// Why a duty is said not to hold.
    pub exemption: Option<Exemption>,
}

/// A notice that the caller owes.
#[derive(Clone, Debug, Serialize)]
pub struct OwedNotice {
    /// Its name.
    pub id: &'static str,
    /// By language: `ko`, `en`, `zh`.
    pub texts: BTreeMap<&'static str, &'static str>,
    /// Always true: it was not given by writing the file.
    pub owed: bool,
}

/// Labels for a stamped picture's metadata.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The XMP packet to be written.
    pub packet: Vec<u8>,
    /// For the report.
    pub facts: LabelFacts,
    /// What was there and says otherwise.
    pub notes: Vec<String>,
    /// That a visible label is asked for which was not drawn, and in which words.
    pub unlabelled: Option<String>,
    record: String,
}

/// Why a picture is not labelled.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LabellingError {
    /// A profile names what was not given.
    #[error("profile {profile} asks for the {} by name", match field { Field::System => "generating system", Field::Provider => "provider" })]
    Missing {
        /// The profile's id.
        profile: &'static str,
        /// What it asks for.
        field: Field,
    },
    /// No profile asked for knows the exemption.
    #[error("no profile asked for knows the exemption {kind:?}; {}", if known.is_empty() { "they have none".to_owned() } else { format!("choose from {}", known.join(", ")) })]
    UnknownExemption {
        /// What was stated.
        kind: String,
        /// What could be.
        known: Vec<&'static str>,
    },
    /// The picture's own packet cannot be read.
    #[error("the labels could not be added")]
    Xmp(#[from] XmpError),
    /// The record of labels could not be signed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The container has no room for the packet.
    #[error("the XMP packet with its labels, {bytes} bytes, did not fit the format; write PNG or WebP")]
    NoRoom {
        /// Length of the packet.
        bytes: usize,
    },
    /// The written packet lacks what was added.
    #[error("the labels cannot be read from the written file; its XMP packet has a form they cannot be added to")]
    Lost,
}

impl Labelling {
    /// Refuses, before any work, what cannot be applied.
    ///
    /// # Errors
    /// When a profile needs a name that is not known, or none of them knows the exemption.
    pub fn check(&self, system: Option<&SystemName>) -> Result<(), LabellingError> {
        for profile in &self.profiles {
            let lacking = profile.requires.iter().find(|field| match field {
                Field::System => system.is_none(),
                Field::Provider => self.provider.is_none(),
            });
            if let Some(&field) = lacking {
                return Err(LabellingError::Missing { profile: &profile.id, field });
            }
        }
        let Some(Exemption { kind, .. }) = &self.exemption else { return Ok(()) };
        let known: Vec<_> = self.profiles.iter().flat_map(|p| &p.exemptions).map(|rule| rule.kind.as_str()).collect();
        if known.contains(&kind.as_str()) {
            Ok(())
        } else {
            Err(LabellingError::UnknownExemption { kind: kind.clone(), known })
        }
    }

    /// The circumstances that decide which layers are asked for.
    pub fn circumstances(&self, origin: Origin, realistic: bool, artistic: bool) -> Circumstances {
        Circumstances { exported: !self.inside_service, realistic, artistic, origin: Some(origin), badge: false }
    }

    /// Words of the visible label: those of every profile that asks for one in these circumstances and for which no exemption
    /// was stated, each once.
    pub fn badge_texts(&self, at: &Circumstances) -> Vec<&'static str> {
        let asking = self.profiles.iter().filter(|profile| profile.asks(Layer::Badge, at) && !self.exempts(profile));
        let mut texts = Vec::new();
        for text in asking.filter_map(|profile| profile.badge_text(at)) {
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        texts
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

    /// Labels for a stamped picture, in the XMP packet that it has or in a new one.
    ///
    /// # Errors
    /// When the signer fails, or the picture's own packet cannot be read.
    pub fn apply<S>(
        &self,
        packet: Option<&[u8]>,
        stamped: &Stamped,
        system: Option<&SystemName>,
        badge: Option<&Badge>,
        (signer, public): (&S, &PublicKey),
    ) -> Result<Applied, LabellingError>
    where
        S: Signer<Signature> + ?Sized,
    {
        let payload = &stamped.payload;
        let beacon = &payload.beacon;
        let at = self.circumstances(beacon.origin, beacon.realistic, beacon.artistic);
        let layers = Layer::applied(badge.is_some(), true, self.manifest);
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
        let record = LabelRecord::sign(payload, &labelled, signer, public)?;
        let china = self.profiles.iter().any(|profile| profile.asks_for_aigc());
        let aigc = china.then(|| Aigc::of(payload, self.provider.as_deref(), public).to_json());
        let new = NewLabels {
            origin: beacon.origin,
            system,
            time: payload.seal.unverified_claims.time,
            aigc: aigc.as_deref(),
            record: &record,
        };
        let merged = xmp::merge(packet, &new)?;
        let notes = merged.conflicts.iter().map(ToString::to_string).collect();
        let words = self.badge_texts(&at).join(" / ");
        let unlabelled = (facts.missing.contains(&Layer::Badge) && !words.is_empty()).then(|| {
            let drawn = badge.map_or("none was drawn".to_owned(), |badge| format!("{:?} was drawn", badge.text));
            format!("a visible label is asked for, such as {words:?}, and {drawn}")
        });
        Ok(Applied { packet: merged.packet, facts, notes, unlabelled, record })
    }
}

impl Applied {
    /// Whether the packet of the written file holds the labels. A container may have no room for it.
    ///
    /// # Errors
    /// When it does not.
    pub fn check(&self, written: Option<&[u8]>) -> Result<(), LabellingError> {
        let packet = written.ok_or(LabellingError::NoRoom { bytes: self.packet.len() })?;
        if xmp::read(packet)?.records.contains(&self.record) { Ok(()) } else { Err(LabellingError::Lost) }
    }
}

impl OwedNotice {
    fn new(notice: &'static Notice) -> Self {
        let texts = Notice::LANGUAGES.into_iter().filter_map(|language| Some((language, notice.text(language)?)));
        Self { id: &notice.id, texts: texts.collect(), owed: true }
    }
}
