//! What `check` found, as one JSON object (`docs/check.schema.json`) and as text. Nothing here sums up to a claim of
//! compliance.

use std::fmt::Write as _;

use serde::Serialize;
use watermark_core::Language;
use watermark_label::{Badge, Checked, Circumstances, Evidence, Exemption, Finding, Layer};
use watermark_report::Record;

use crate::terminal::{BAD, DOUBTFUL, FAINT, GOOD, shown};

/// Schema of the object.
const SCHEMA: &str = "watermark-check/1";
/// What goes with every finding.
const NOTE: [&str; 2] = [
    "Clause by clause, as far as the file shows it. Not legal advice, and no statement that anybody complies with a law.",
    "조항별로, 파일에서 알 수 있는 범위의 결과입니다. 법률 자문이 아니며, 누가 법을 준수한다는 뜻이 아닙니다.",
];

/// A text in the language asked for, English first.
const fn pick(language: Language, texts: [&'static str; 2]) -> &'static str {
    match language {
        Language::English => texts[0],
        Language::Korean => texts[1],
    }
}

/// One file's findings. Field docs: the schema.
#[derive(Debug, Serialize)]
pub(crate) struct CheckRecord {
    schema: &'static str,
    language: &'static str,
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
    pub(crate) fn of_error(record: &Record, language: Language) -> Self {
        let korean = || record.conclusion.ko.first().map(|text| text.trim_start_matches("읽지 못함: ").to_owned());
        let reason = match language {
            Language::English => record.error.clone(),
            Language::Korean => record.error.as_ref().and_then(|_| korean()),
        };
        Self {
            schema: SCHEMA,
            language: pick(language, ["en", "ko"]),
            file: record.file.clone(),
            sha256: record.sha256.clone(),
            circumstances: None,
            layers: None,
            contradictions: Vec::new(),
            profiles: Vec::new(),
            note: pick(language, NOTE),
            error: Some(reason.unwrap_or_else(|| {
                pick(language, ["the file could not be read", "파일을 읽지 못했습니다"]).to_owned()
            })),
        }
    }

    pub(crate) fn new(
        record: &Record,
        evidence: &Evidence,
        at: Circumstances,
        checked: &[Checked<'static>],
        language: Language,
    ) -> Self {
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
            profiles: checked.iter().map(|checked| profile(checked, language)).collect(),
            error: None,
            ..Self::of_error(record, language)
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

fn profile(checked: &Checked<'static>, language: Language) -> ProfileFacts {
    ProfileFacts {
        id: &checked.profile.id,
        name: checked.profile.name(language),
        sources: checked.profile.sources(language),
        inside_met: checked.inside_met(),
        clauses: checked.findings.iter().map(|finding| clause(finding, language)).collect(),
        not_applicable: checked
            .not_applicable
            .iter()
            .map(|(clause, why)| NotApplicable { id: &clause.id, article: clause.article(language), why })
            .collect(),
    }
}

fn clause(finding: &Finding<'static>, language: Language) -> ClauseFacts {
    let clause = finding.clause;
    ClauseFacts {
        id: &clause.id,
        article: clause.article(language),
        verified: clause.verified,
        encouraged: clause.encouraged,
        meaning: clause.meaning(language),
        words: clause.words.as_deref(),
        status: finding.status.name(),
        evidence: finding.evidence.clone(),
        remedy: finding.remedy,
        notice: clause.notice.as_deref().filter(|_| finding.remedy.is_some()),
    }
}

/// The findings for people, without a line feed at the end.
pub(crate) fn text(record: &CheckRecord, language: Language) -> String {
    let say = |texts| pick(language, texts);
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write!(out, "{}:", shown(&record.file));
    if let Some(error) = &record.error {
        let _ = write!(out, " {BAD}{}{BAD:#}: {}", say(["not checked", "확인하지 못함"]), shown(error));
        return out;
    }
    if let Some(at) = &record.circumstances {
        let goes = if at.exported {
            ["exported", "서비스 밖으로 나가는 것"]
        } else {
            ["inside the service", "서비스 안의 것"]
        };
        let kind = if at.realistic {
            ["realistic", "실제와 구분하기 어려운 것"]
        } else {
            ["not realistic", "실제와 구분되는 것"]
        };
        let art = if at.artistic { [", artistic", ", 예술적 표현물"] } else { ["", ""] };
        let (goes, kind, art) = (say(goes), say(kind), say(art));
        let _ = match language {
            Language::English => write!(out, " checked as {goes}, {kind}{art}"),
            Language::Korean => write!(out, " 확인 조건: {goes}, {kind}{art}"),
        };
    }
    for text in &record.contradictions {
        let _ = write!(out, "\n  {BAD}{}{BAD:#}  {}", say(["contradiction", "모순"]), shown(text));
    }
    for profile in &record.profiles {
        let _ = write!(out, "\n{} - {}", profile.id, profile.name);
        for clause in &profile.clauses {
            clause_text(&mut out, clause, language);
        }
        for clause in &profile.not_applicable {
            let what = padded(say(["no matter", "해당없음"]));
            let _ = write!(out, "\n  {FAINT}{what}{FAINT:#}  {} ({})", clause.article, clause.why);
        }
    }
    let _ = write!(out, "\n{FAINT}{}{FAINT:#}", record.note);
    out
}

/// A status in nine columns; a Korean syllable takes two.
fn padded(status: &str) -> String {
    let wide = status.chars().filter(|character| ('가'..='힣').contains(character)).count();
    format!("{status:<width$}", width = 9_usize.saturating_sub(wide))
}

fn clause_text(out: &mut String, clause: &ClauseFacts, language: Language) {
    let say = |texts| pick(language, texts);
    let (style, status) = match clause.status {
        "met" => (GOOD, ["met", "충족"]),
        "not-met" => (BAD, ["not met", "미충족"]),
        _ => (DOUBTFUL, ["outside", "파일 밖"]),
    };
    let status = padded(say(status));
    let encouraged = if clause.encouraged { say([" (recommended)", " (권장)"]) } else { "" };
    let verified = if clause.verified { "" } else { say([" [not verified]", " [원문 미확인]"]) };
    let _ = write!(out, "\n  {style}{status}{style:#}  {}{encouraged}{verified}: {}", clause.article, clause.meaning);
    for text in &clause.evidence {
        let _ = write!(out, "\n             {}", shown(text));
    }
    if let Some(remedy) = clause.remedy {
        let _ = write!(out, "\n             {FAINT}{}{FAINT:#}  {remedy}", say(["to do", "할 일"]));
    }
}
