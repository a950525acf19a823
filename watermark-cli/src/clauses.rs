//! What `check` found, as one JSON object (`docs/check.schema.json`) and as text. Nothing here sums up to a claim of
//! compliance.

use std::fmt::Write as _;

use serde::Serialize;
use watermark_label::{Badge, Checked, Circumstances, Evidence, Exemption, Finding, Layer};
use watermark_report::Record;

use crate::terminal::{BAD, DOUBTFUL, FAINT, GOOD, shown};

/// Schema of the object.
const SCHEMA: &str = "watermark-check/1";
/// What goes with every finding.
const NOTE: &str = "Clause by clause, as far as the file shows it. Not legal advice, and no statement that anybody complies with a law.";

/// One file's findings. Field docs: the schema.
#[derive(Debug, Serialize)]
pub(crate) struct CheckRecord {
    schema: &'static str,
    file: String,
    sha256: Option<String>,
    circumstances: Option<CircumstanceFacts>,
    layers: Option<LayerFacts>,
    contradictions: Vec<String>,
    profiles: Vec<ProfileFacts>,
    note: &'static str,
    pub(crate) error: Option<String>,
}

#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about a picture")]
struct CircumstanceFacts {
    exported: bool,
    realistic: bool,
    artistic: bool,
    origin: Option<String>,
    visible_label: bool,
}

#[derive(Debug, Serialize)]
struct LayerFacts {
    mark: Option<MarkLayer>,
    metadata: MetadataLayer,
    badge: Option<Badge>,
    c2pa: bool,
}

#[derive(Debug, Serialize)]
struct MarkLayer {
    verdict: &'static str,
    id: String,
    origin: String,
}

#[derive(Debug, Serialize)]
struct MetadataLayer {
    digital_source_type: Vec<String>,
    ai_system: Vec<String>,
    ai_system_version: Vec<String>,
    aigc: Vec<String>,
    record: Option<RecordLayer>,
}

#[derive(Debug, Serialize)]
struct RecordLayer {
    id: String,
    key: String,
    issuer: Option<String>,
    about_these_pixels: Option<bool>,
    time: String,
    system: Option<String>,
    provider: Option<String>,
    profiles: Vec<String>,
    layers: Vec<Layer>,
    notice: Option<String>,
    exemption: Option<Exemption>,
    inside_service: bool,
}

#[derive(Debug, Serialize)]
struct ProfileFacts {
    id: &'static str,
    name: &'static str,
    sources: &'static str,
    inside_met: bool,
    clauses: Vec<ClauseFacts>,
    not_applicable: Vec<NotApplicable>,
}

#[derive(Debug, Serialize)]
struct ClauseFacts {
    id: &'static str,
    article: &'static str,
    verified: bool,
    encouraged: bool,
    meaning: &'static str,
    words: Option<&'static str>,
    status: &'static str,
    evidence: Vec<String>,
    remedy: Option<&'static str>,
    notice: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct NotApplicable {
    id: &'static str,
    article: &'static str,
    why: &'static str,
}

impl CheckRecord {
    pub(crate) fn of_error(record: &Record) -> Self {
        Self {
            schema: SCHEMA,
            file: record.file.clone(),
            sha256: record.sha256.clone(),
            circumstances: None,
            layers: None,
            contradictions: Vec::new(),
            profiles: Vec::new(),
            note: NOTE,
            error: Some(record.error.clone().unwrap_or_else(|| "the file could not be read".to_owned())),
        }
    }

    pub(crate) fn new(record: &Record, evidence: &Evidence, at: Circumstances, checked: &[Checked<'static>]) -> Self {
        Self {
            circumstances: Some(CircumstanceFacts {
                exported: at.exported,
                realistic: at.realistic,
                artistic: at.artistic,
                origin: at.origin.map(|origin| origin.to_string()),
                visible_label: at.badge,
            }),
            layers: Some(layers(evidence)),
            contradictions: evidence.contradictions.clone(),
            profiles: checked.iter().map(profile).collect(),
            error: None,
            ..Self::of_error(record)
        }
    }

    /// Whether every clause inside the file is met, of every profile.
    pub(crate) fn all_inside_met(&self) -> bool {
        self.profiles.iter().all(|profile| profile.inside_met)
    }
}

fn layers(evidence: &Evidence) -> LayerFacts {
    let record = evidence.record.as_ref().map(|record| {
        let labelled = record.labelled.clone();
        RecordLayer {
            id: record.payload.beacon.id(),
            key: record.public_key.key_id().to_string(),
            issuer: evidence.issuer.clone(),
            about_these_pixels: evidence.bound,
            time: record.payload.seal.unverified_claims.time.to_string(),
            system: labelled.system.map(|system| system.to_string()),
            provider: labelled.provider,
            profiles: labelled.profiles,
            layers: labelled.layers,
            notice: labelled.notice,
            exemption: labelled.exemption,
            inside_service: labelled.inside_service,
        }
    });
    LayerFacts {
        mark: evidence.mark.as_ref().map(|mark| MarkLayer {
            verdict: mark.verdict,
            id: mark.beacon.id(),
            origin: mark.beacon.origin.to_string(),
        }),
        metadata: MetadataLayer {
            digital_source_type: evidence.labels.source_types.clone(),
            ai_system: evidence.labels.systems.clone(),
            ai_system_version: evidence.labels.versions.clone(),
            aigc: evidence.labels.aigc.clone(),
            record,
        },
        badge: evidence.badge().cloned(),
        c2pa: evidence.c2pa.is_some(),
    }
}

fn profile(checked: &Checked<'static>) -> ProfileFacts {
    ProfileFacts {
        id: &checked.profile.id,
        name: &checked.profile.name,
        sources: &checked.profile.sources,
        inside_met: checked.inside_met(),
        clauses: checked.findings.iter().map(clause).collect(),
        not_applicable: checked
            .not_applicable
            .iter()
            .map(|(clause, why)| NotApplicable { id: &clause.id, article: &clause.article, why })
            .collect(),
    }
}

fn clause(finding: &Finding<'static>) -> ClauseFacts {
    let clause = finding.clause;
    ClauseFacts {
        id: &clause.id,
        article: &clause.article,
        verified: clause.verified,
        encouraged: clause.encouraged,
        meaning: &clause.meaning,
        words: clause.words.as_deref(),
        status: finding.status.name(),
        evidence: finding.evidence.clone(),
        remedy: finding.remedy,
        notice: clause.notice.as_deref().filter(|_| finding.remedy.is_some()),
    }
}

/// The findings for people, without a line feed at the end.
pub(crate) fn text(record: &CheckRecord) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write!(out, "{}:", shown(&record.file));
    if let Some(error) = &record.error {
        let _ = write!(out, " {BAD}not checked{BAD:#}: {}", shown(error));
        return out;
    }
    if let Some(at) = &record.circumstances {
        let goes = if at.exported { "exported" } else { "inside the service" };
        let kind = if at.realistic { "realistic" } else { "not realistic" };
        let art = if at.artistic { ", artistic" } else { "" };
        let _ = write!(out, " checked as {goes}, {kind}{art}");
    }
    for text in &record.contradictions {
        let _ = write!(out, "\n  {BAD}contradiction{BAD:#}  {}", shown(text));
    }
    for profile in &record.profiles {
        let _ = write!(out, "\n{} - {}", profile.id, profile.name);
        for clause in &profile.clauses {
            clause_text(&mut out, clause);
        }
        for clause in &profile.not_applicable {
            let _ = write!(out, "\n  {FAINT}no matter{FAINT:#}  {} ({})", clause.article, clause.why);
        }
    }
    let _ = write!(out, "\n{FAINT}{}{FAINT:#}", record.note);
    out
}

fn clause_text(out: &mut String, clause: &ClauseFacts) {
    let (style, status) = match clause.status {
        "met" => (GOOD, "met"),
        "not-met" => (BAD, "not met"),
        _ => (DOUBTFUL, "outside"),
    };
    let encouraged = if clause.encouraged { " (recommended)" } else { "" };
    let verified = if clause.verified { "" } else { " [not verified]" };
    let _ =
        write!(out, "\n  {style}{status:<9}{style:#}  {}{encouraged}{verified}: {}", clause.article, clause.meaning);
    for text in &clause.evidence {
        let _ = write!(out, "\n             {}", shown(text));
    }
    if let Some(remedy) = clause.remedy {
        let _ = write!(out, "\n             {FAINT}to do{FAINT:#}  {remedy}");
    }
}
