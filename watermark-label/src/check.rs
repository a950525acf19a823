//! Evidence and circumstances -> a finding for each clause: met, not met, or outside the file.
//!
//! A finding is about one clause and one file. Nothing is summed up into a claim of compliance.

pub(crate) mod words;

use watermark_core::payload::{Beacon, Origin};
use watermark_core::signature::{Standing, TrustStore};
use watermark_core::{Comparison, Content, ContentSketch, Language, PartShown};

use self::words::Words;
use crate::aigc::{self, Aigc};
use crate::xmp::{self, Labels};
use crate::{Badge, Circumstances, Clause, ExemptionRule, LabelRecord, Need, Place, Profile};

/// What reading the pixels gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkFacts {
    /// The verdict's name, as `verify` prints it.
    pub verdict: &'static str,
    /// The beacon; a mark without one states nothing.
    pub beacon: Beacon,
    /// The time in the seal, if that was read.
    pub time: Option<String>,
}

/// A C2PA manifest. It shows something where it was read, holds, and states AI: cameras write manifests too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manifest {
    /// There, and not read: this program cannot, or it is broken.
    Unread,
    /// Read.
    Read {
        /// Its signature holds and its hashes fit the file.
        valid: bool,
        /// Who signed it, by the certificate; whether to trust that is another question.
        signer: Option<String>,
        /// The digital source type that it states.
        source_type: Option<String>,
    },
}

/// What a picture shows of the place where its visible label was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadgePlace {
    /// It is there as it was stamped, as far as the mark tells.
    Kept,
    /// It was cut off.
    CutOff,
    /// It was replaced or drawn over.
    Changed,
    /// It is there, and too plain for words: painted over where a mark could not be read before, or faded.
    Blank,
}

impl BadgePlace {
    /// Share of a label from which on its words are taken for lost: about a word of four.
    const LOST: f64 = 0.25;
    /// Levels of luma below which nothing can be read, by WCAG's contrast: gray text on black reaches 1.3 to 1 there, where labels are drawn with 4.5.
    const PLAIN: f64 = 30.0;

    /// By the shares of the place that are shown, and that were changed, and by what it shows.
    pub fn of(part: PartShown) -> Self {
        match part {
            PartShown { shown, .. } if shown <= 1.0 - Self::LOST => Self::CutOff,
            PartShown { altered, .. } if altered >= Self::LOST => Self::Changed,
            PartShown { contrast, .. } if contrast < Self::PLAIN => Self::Blank,
            _ => Self::Kept,
        }
    }
}

/// Everything found in a file that bears on labelling.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// The mark, when its beacon was read and no signature speaks against it.
    pub mark: Option<MarkFacts>,
    /// Labels in the metadata.
    pub labels: Labels,
    /// Our record, its signature holding: the one about these pixels, else the latest.
    pub record: Option<LabelRecord>,
    /// Who holds the record's key, by the directories trusted.
    pub issuer: Option<String>,
    /// Whether the record is about this picture: by the beacon in the pixels, where none was read by the content hash. `None`
    /// when neither could be compared; the record counts for nothing then, since it may have been copied here.
    pub bound: Option<bool>,
    /// The comparison with the record's content hash, where there was no beacon to compare.
    pub content: Option<Content>,
    /// The AIGC label, well-formed.
    pub aigc: Option<Aigc>,
    /// The file's C2PA manifest, if it has one.
    pub c2pa: Option<Manifest>,
    /// Whether the caller saw a visible label.
    pub badge_seen: bool,
    /// What became of the place where the record says that the visible label is, as the mark shows; `None` where it does not show how the picture lies.
    pub badge_place: Option<BadgePlace>,
    /// What contradicts what, and what could not be read.
    pub contradictions: Vec<String>,
    /// How findings are said.
    words: Words,
}

/// How a clause stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The file has what the clause asks for.
    Met,
    /// The file lacks it.
    NotMet,
    /// The file cannot show it: whoever hands it out has to.
    Outside,
}

impl Status {
    /// The name in JSON and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::NotMet => "not-met",
            Self::Outside => "outside",
        }
    }
}

/// One clause, held against one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding<'a> {
    /// The clause.
    pub clause: &'a Clause,
    /// How it stands.
    pub status: Status,
    /// What that rests on, or what is missing.
    pub evidence: Vec<String>,
    /// What to do; nothing where it is met, or where an exemption stands on record.
    pub remedy: Option<&'a str>,
}

/// A profile, held against one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked<'a> {
    /// The profile.
    pub profile: &'a Profile,
    /// Clauses that hold here, in the law's order.
    pub findings: Vec<Finding<'a>>,
    /// Clauses that do not hold in these circumstances, and why.
    pub not_applicable: Vec<(&'a Clause, &'static str)>,
}

impl Checked<'_> {
    /// Whether every clause that lies in the file is met; those merely recommended do not count.
    pub fn inside_met(&self) -> bool {
        self.findings.iter().all(|finding| finding.status != Status::NotMet || finding.clause.encouraged)
    }
}

impl Evidence {
    /// Brings together what was read, to be said in `language`. `sketch` is of the whole picture, `xmp` are all packets of the file.
    pub fn new(
        mark: Option<MarkFacts>,
        sketch: &ContentSketch,
        xmp: impl IntoIterator<Item = impl AsRef<[u8]>>,
        trust: &TrustStore,
        language: Language,
    ) -> Self {
        let mut evidence = Self {
            mark,
            labels: Labels::default(),
            record: None,
            issuer: None,
            bound: None,
            content: None,
            aigc: None,
            c2pa: None,
            badge_seen: false,
            badge_place: None,
            contradictions: Vec::new(),
            words: Words(language),
        };
        for packet in xmp {
            let read = evidence.labels.add(packet.as_ref());
            evidence.contradictions.extend(read.err().map(|error| error.sentence(language)));
        }
        evidence.choose_record(sketch);
        if let Some(record) = &evidence.record {
            let check = trust.check(&record.payload);
            let standing = check.standing().filter(Standing::counts);
            evidence.issuer = standing.map(|standing| language.name_of(standing.directory).to_owned());
        }
        evidence.aigc = evidence.labels.aigc.iter().find_map(|text| Aigc::read(text));
        evidence.find_contradictions();
        evidence
    }

    fn choose_record(&mut self, sketch: &ContentSketch) {
        let pixels = self.mark.as_ref().map(|mark| mark.beacon);
        for text in self.labels.records.iter().rev() {
            match LabelRecord::read(text) {
                Ok(record) => {
                    let payload = &record.payload;
                    let content =
                        pixels.is_none().then(|| sketch.compare(&payload.seal.unverified_claims.content_hash));
                    let same =
                        pixels.map(|beacon| beacon == payload.beacon).or(content.and_then(|content| same(&content)));
                    if self.record.is_none() || (same == Some(true) && self.bound != Some(true)) {
                        (self.record, self.bound, self.content) = (Some(record), same, content);
                    }
                }
                Err(error) => self.contradictions.push(error.sentence(self.words.0)),
            }
        }
    }

    fn find_contradictions(&mut self) {
        let (mut found, words) = (Vec::new(), self.words);
        let origin = self.origin();
        match (self.bound, &self.content) {
            (Some(false), None) => found.push(words.other_mark()),
            (Some(false), Some(content)) => found.push(words.other_content(content)),
            _ => {}
        }
        let stated = origin.and_then(xmp::source_type);
        for kind in &self.labels.source_types {
            let shown: String = kind.chars().take(200).collect();
            if !xmp::is_ai(kind) && (origin.is_some() || self.aigc.is_some()) {
                found.push(words.not_ai(&shown));
            } else if stated.as_ref().is_some_and(|stated| without_scheme(stated) != without_scheme(kind)) {
                found.push(words.other_origin(&shown));
            }
        }
        let mut kinds = self.labels.source_types.iter().map(|kind| without_scheme(kind));
        if kinds.next().is_some_and(|first| kinds.any(|kind| kind != first)) {
            found.push(words.several_types());
        }
        match (&self.aigc, self.beacon()) {
            (None, _) if !self.labels.aigc.is_empty() => found.push(words.bad_aigc()),
            (Some(label), Some(beacon)) => {
                if label.label != aigc::label(beacon.origin) {
                    found.push(words.other_label(&label.label));
                }
                // Only an id of our own making can be compared.
                if label.reserved_code1.starts_with("ed25519:") && label.produce_id != beacon.id() {
                    found.push(words.other_id());
                }
            }
            _ => {}
        }
        self.contradictions.extend(found);
    }

    /// The record, if it is about this picture.
    fn bound_record(&self) -> Option<&LabelRecord> {
        self.record.as_ref().filter(|_| self.bound == Some(true))
    }

    /// The beacon in the pixels, else the record's, unless that is about another picture: what it states can only ask for more.
    fn beacon(&self) -> Option<Beacon> {
        let record = self.record.as_ref().filter(|_| self.bound != Some(false)).map(|record| record.payload.beacon);
        self.mark.as_ref().map(|mark| mark.beacon).or(record)
    }

    /// How the picture came to be, as far as mark or record say.
    pub fn origin(&self) -> Option<Origin> {
        self.beacon().map(|beacon| beacon.origin)
    }

    /// The visible label that the record states, if the record is about this picture.
    pub fn badge(&self) -> Option<&Badge> {
        self.bound_record()?.labelled.badge.as_ref()
    }

    /// The same, unless the mark shows that it is there no more.
    fn standing_badge(&self) -> Option<&Badge> {
        self.badge().filter(|_| self.badge_place.is_none_or(|place| place == BadgePlace::Kept))
    }

    /// Whether something shown rests on the record's word alone: where no mark tells how the picture lies, nothing shows whether the label is still there.
    fn is_word_alone(&self, need: Need) -> bool {
        need == Need::Badge && !self.badge_seen && self.badge_place.is_none()
    }

    /// What the picture is, where it goes being the caller's to say. `realistic` adds to what the mark states and takes
    /// nothing from it.
    pub fn circumstances(&self, exported: bool, realistic: bool) -> Circumstances {
        let beacon = self.beacon();
        Circumstances {
            exported,
            realistic: realistic || beacon.is_some_and(|beacon| beacon.realistic),
            artistic: beacon.is_some_and(|beacon| beacon.artistic),
            origin: self.origin(),
            badge: self.badge_seen || self.standing_badge().is_some(),
        }
    }

    /// Whether there is a visible label in words that count for a profile.
    fn has_badge(&self, profile: &Profile) -> bool {
        self.badge_seen || self.standing_badge().is_some_and(|badge| profile.accepts_badge(&badge.text))
    }

    /// What shows that something needed is there.
    fn shows(&self, need: Need, profile: &Profile) -> Option<String> {
        let (mark, record, words) = (self.mark.as_ref(), self.bound_record(), self.words);
        match need {
            Need::Mark => mark.map(|mark| words.mark(mark)),
            Need::Metadata => self.metadata(),
            Need::SignedMetadata => {
                record.map(|record| words.record(record, self.issuer.as_deref(), self.content.as_ref()))
            }
            Need::Badge if self.badge_seen => Some(words.badge_seen()),
            Need::Badge => {
                let badge = self.standing_badge().filter(|badge| profile.accepts_badge(&badge.text));
                badge.map(|badge| words.badge(badge, self.badge_place.is_some()))
            }
            Need::C2pa => match self.c2pa.as_ref()? {
                Manifest::Read { valid: true, signer, source_type: Some(kind) } if xmp::is_ai(kind) => {
                    Some(words.manifest(signer.as_deref().unwrap_or_default(), term(kind)))
                }
                _ => None,
            },
            Need::Aigc => self.aigc_label(),
            Need::Provider => record?.labelled.provider.as_ref().map(|name| words.provider(name)),
            Need::System => match (self.labels.systems.first(), self.labels.versions.first()) {
                (Some(name), Some(version)) => {
                    Some(words.by_metadata(&format!("AISystemUsed {name:?}, AISystemVersionUsed {version:?}")))
                }
                _ => None,
            },
            Need::Time => {
                let by_mark = mark.and_then(|mark| mark.time.as_ref()).map(|time| words.by_mark(time));
                let by_record = || Some(words.by_metadata(&record?.payload.seal.unverified_claims.time.to_string()));
                by_mark.or_else(by_record)
            }
            Need::Identifier => {
                let by_record = || Some(words.by_metadata(&record?.payload.beacon.id()));
                mark.map(|mark| words.by_mark(&mark.beacon.id())).or_else(by_record)
            }
            Need::Origin => {
                let known = |origin: &Origin| *origin != Origin::Possible;
                let by_mark = mark.map(|mark| mark.beacon.origin).filter(known);
                let by_record = || record.map(|record| record.payload.beacon.origin).filter(known);
                let by_mark = by_mark.map(|origin| words.origin_by_mark(origin));
                by_mark.or_else(|| by_record().map(|origin| words.origin_by_record(origin))).or_else(|| self.metadata())
            }
        }
    }

    fn aigc_label(&self) -> Option<String> {
        let label = self.aigc.as_ref()?;
        Some(self.words.by_metadata(&format!("AIGC Label {:?}, ProduceID {:?}", label.label, label.produce_id)))
    }

    /// Whether something is there that only states a possible origin. What shows nothing states nothing.
    fn is_merely_possible(&self, need: Need) -> bool {
        let origin = match need {
            Need::Mark => self.mark.as_ref().map(|mark| mark.beacon.origin),
            Need::SignedMetadata => self.bound_record().map(|record| record.payload.beacon.origin),
            _ => None,
        };
        origin == Some(Origin::Possible)
    }

    /// What meets a clause's need.
    fn meets(&self, clause: &Clause, need: Need, profile: &Profile) -> Option<String> {
        self.shows(need, profile).filter(|_| !(clause.states_ai && self.is_merely_possible(need)))
    }

    /// Metadata that state AI, and none that state otherwise.
    fn metadata(&self) -> Option<String> {
        if self.labels.source_types.iter().any(|kind| !xmp::is_ai(kind)) {
            return None;
        }
        if let Some(kind) = self.labels.source_types.first() {
            return Some(self.words.by_metadata(&format!("DigitalSourceType {}", term(kind))));
        }
        // A possible origin, and the AIGC labels of what is possible or suspected, do not state it.
        let origin = self.bound_record().map(|record| record.payload.beacon.origin);
        let by_record = origin.filter(|origin| *origin != Origin::Possible);
        let by_record = by_record.map(|origin| self.words.origin_by_record(origin));
        let generated = self.aigc.as_ref().is_some_and(|label| label.label == aigc::label(Origin::Generated));
        by_record.or_else(|| self.aigc_label().filter(|_| generated))
    }

    /// The ground on which the record says that a profile's duties do not hold.
    fn exemption<'a>(&self, profile: &'a Profile) -> Option<(&'a ExemptionRule, String)> {
        let exemption = self.bound_record()?.labelled.exemption.as_ref()?;
        profile.exemption(&exemption.kind).map(|rule| (rule, exemption.reason.clone()))
    }
}

/// The last part of a source type's address, which is its name.
fn term(address: &str) -> &str {
    address.rsplit('/').next().unwrap_or(address)
}

/// A source type's address as two of them are compared: both schemes of it are in use.
fn without_scheme(address: &str) -> &str {
    address.split_once("://").map_or(address, |(_, rest)| rest)
}

/// What a comparison with the content hash says about the record.
fn same(content: &Content) -> Option<bool> {
    match content.comparison {
        Comparison::Matches => Some(true),
        Comparison::Differs => Some(false),
        Comparison::TooLittle => None,
    }
}

/// Holds a file against a profile.
pub fn check<'a>(profile: &'a Profile, evidence: &Evidence, at: &Circumstances) -> Checked<'a> {
    let (exemption, language) = (evidence.exemption(profile), evidence.words.0);
    let at = &Circumstances { badge: evidence.has_badge(profile), ..*at };
    let mut checked = Checked { profile, findings: Vec::new(), not_applicable: Vec::new() };
    for clause in &profile.clauses {
        if let Some(why) = clause.when.broken(at, language) {
            checked.not_applicable.push((clause, why));
            continue;
        }
        let (status, evidence, remedy) = match &exemption {
            Some((rule, reason)) if clause.exemptible => {
                (Status::Outside, vec![evidence.words.exemption(rule, reason)], None)
            }
            _ => {
                let (status, evidence) = judge(clause, evidence, profile);
                (status, evidence, (status != Status::Met).then(|| clause.remedy(language)))
            }
        };
        checked.findings.push(Finding { clause, status, evidence, remedy });
    }
    checked
}

fn judge(clause: &Clause, evidence: &Evidence, profile: &Profile) -> (Status, Vec<String>) {
    if clause.place == Place::Outside {
        return (Status::Outside, Vec::new());
    }
    let any: Vec<_> = clause.any.iter().filter_map(|need| evidence.meets(clause, *need, profile)).collect();
    let (all, missing): (Vec<_>, Vec<_>) =
        clause.all.iter().map(|need| evidence.meets(clause, *need, profile).ok_or(*need)).partition(Result::is_ok);
    if (clause.any.is_empty() || !any.is_empty()) && missing.is_empty() {
        let firm = |need: &Need| !evidence.is_word_alone(*need) && evidence.meets(clause, *need, profile).is_some();
        let met = clause.all.iter().all(firm) && (clause.any.is_empty() || clause.any.iter().any(firm));
        let status = if met { Status::Met } else { Status::Outside };
        return (status, any.into_iter().chain(all.into_iter().flatten()).collect());
    }
    let words = evidence.words;
    let mut lacking: Vec<_> = missing.into_iter().filter_map(Result::err).map(|need| words.lacks(need)).collect();
    match clause.any.as_slice() {
        [only] if any.is_empty() => lacking.push(words.lacks(*only)),
        [_, ..] if any.is_empty() => lacking.push(words.lacks_all(&clause.any)),
        _ => {}
    }
    if let Some(badge) = evidence.badge().filter(|_| needs(clause, Need::Badge)) {
        lacking.push(match evidence.badge_place {
            Some(BadgePlace::CutOff) => words.cut_off(badge),
            Some(BadgePlace::Changed) => words.drawn_over(badge),
            Some(BadgePlace::Blank) => words.blank(badge),
            _ => words.other_words(badge),
        });
    }
    lacking.extend(evidence.c2pa.as_ref().filter(|_| needs(clause, Need::C2pa)).map(|c2pa| words.no_use(c2pa)));
    let states_origin = clause.states_ai || needs(clause, Need::Metadata) || needs(clause, Need::Origin);
    if states_origin && evidence.origin() == Some(Origin::Possible) {
        lacking.push(words.merely_possible());
    }
    if evidence.record.is_some() && evidence.bound.is_none() {
        lacking.push(words.unbound());
    }
    (if clause.or_outside { Status::Outside } else { Status::NotMet }, lacking)
}

fn needs(clause: &Clause, need: Need) -> bool {
    clause.all.contains(&need) || clause.any.contains(&need)
}

#[cfg(test)]
mod tests;
