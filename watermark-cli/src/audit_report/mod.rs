//! What an auditor hands on: every finding with what it rests on and what it does not prove, as one file that needs no
//! network and no program, or as JSON (`docs/report.schema.json`).

mod html;

pub(crate) use html::{TITLE, directory_cell, escaped, outdated_cell};

use std::path::Path;

use anyhow::Result;
use base64ct::{Base64, Encoding as _};
use serde::Serialize;
use watermark_core::payload::hex;
use watermark_core::signature::PublicKey;
use watermark_core::{Language, Verdict};

use crate::args::{Reading, Search};
use crate::detached;
use crate::evidence::{facts, label_in_korean};
use crate::examine::{Examined, Examiner};
use crate::output::{self, Existing, Readers};
use crate::signer::AnySigner;
use crate::stamping::now;
use crate::terminal::note;
use crate::trust::DirectoryFile;
use watermark_report::{OutdatedFacts, Record};

/// Everything a report says.
#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    tool: Tool,
    created: String,
    auditor: Option<Auditor>,
    effort: &'static str,
    private_carrier: bool,
    directories: Vec<DirectoryFacts>,
    directories_outdated: &'a [OutdatedFacts],
    ledger: Option<FileFacts>,
    results: Vec<Finding<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

/// The key that the signature beside the report has to hold under.
#[derive(Serialize)]
struct Auditor {
    key: String,
    public_key: String,
}

#[derive(Serialize)]
struct FileFacts {
    file: String,
    sha256: String,
}

/// A key directory that counted.
#[derive(Serialize)]
pub(crate) struct DirectoryFacts {
    file: String,
    sha256: String,
    name: String,
    name_ko: Option<String>,
    url: Option<String>,
    root: Option<String>,
    sequence: Option<u64>,
    issued_at: Option<String>,
}

/// One file's findings.
#[derive(Serialize)]
struct Finding<'a> {
    #[serde(flatten)]
    record: &'a Record,
    proves: Option<Both>,
    proves_not: Option<Both>,
    /// What the verdict rests on, in words.
    evidence: Vec<Evidence>,
    /// The edit map as a `data:` address of a PNG.
    map: Option<String>,
}

/// One kind of evidence in both languages.
#[derive(Serialize)]
struct Evidence {
    label: &'static str,
    label_ko: &'static str,
    en: String,
    ko: String,
}

/// One sentence in both languages.
#[derive(Serialize)]
struct Both {
    en: &'static str,
    ko: &'static str,
}

impl Both {
    fn of(said: impl Fn(Language) -> &'static str) -> Self {
        Self { en: said(Language::English), ko: said(Language::Korean) }
    }
}

/// Writes a report, as HTML or JSON by the file's name, and its signature beside it when there is a signer.
///
/// # Errors
/// When a file cannot be written or the signer fails.
pub(crate) fn write(
    path: &Path,
    examiner: &Examiner,
    reading: &Reading,
    found: &[Examined],
    signer: Option<&(AnySigner, PublicKey)>,
) -> Result<()> {
    let report = Report {
        schema: "watermark-report/1",
        tool: Tool { name: "watermark", version: env!("CARGO_PKG_VERSION") },
        created: now()?.to_string(),
        auditor: signer.map(|(_, key)| Auditor { key: key.key_id().to_string(), public_key: key.to_hex() }),
        effort: match reading.effort {
            Search::Fast => "fast",
            Search::Normal => "normal",
            Search::Exhaustive => "exhaustive",
        },
        private_carrier: reading.carrier_key.is_some(),
        directories: examiner.trust.files.iter().map(DirectoryFacts::of).collect(),
        directories_outdated: &examiner.trust.outdated,
        ledger: examiner.ledger.as_ref().map(|index| FileFacts {
            file: index.path().to_string_lossy().into_owned(),
            sha256: hex::encode(&index.sha256),
        }),
        results: found.iter().map(finding).collect(),
    };
    let html = path.extension().is_some_and(|extension| extension == "html");
    let text = if html { html::page(&report) } else { serde_json::to_string_pretty(&report)? + "\n" };
    output::write(path, text.as_bytes(), Existing::Replace, Readers::Usual, |_| Ok(()))?;
    detached::accompany(path, text.as_bytes(), signer)?;
    let signature = signer.map(|_| format!(", its signature to {}", detached::path(path).display()));
    note(&format!("report written to {}{}", path.display(), signature.unwrap_or_default()));
    Ok(())
}

impl DirectoryFacts {
    pub(crate) fn of(file: &DirectoryFile) -> Self {
        let (who, endorsement) = (file.directory.organization().clone(), file.directory.endorsement());
        Self {
            // The name alone: the folders of whoever wrote the report are nobody's business.
            file: file.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            sha256: hex::encode(&file.sha256),
            name: who.name,
            name_ko: who.name_ko,
            url: who.url,
            root: endorsement.map(|e| e.root().to_hex()),
            sequence: endorsement.map(|e| e.edition.sequence),
            issued_at: endorsement.map(|e| e.edition.issued_at.to_string()),
        }
    }
}

/// Whether a listed key signed that did not count at the stated time.
fn is_out_of_force(record: &Record) -> bool {
    record.judged == Some(Verdict::UnknownIssuer) && record.signature.issuer.is_some()
}

/// What such a signature proves.
const OUT_OF_FORCE: Both = Both {
    en: "The message was signed with the listed key. The key did not count at the stated time, so nothing shows that its holder signed.",
    ko: "이 내용은 목록에 있는 키로 서명되었습니다. 적힌 시각에는 그 키의 효력이 없었으므로, 보유자가 서명하였다는 근거가 되지 않습니다.",
};

fn finding(found: &Examined) -> Finding<'_> {
    let verdict: Option<Verdict> = found.record.judged;
    let said = |language| facts(&found.record, language);
    let evidence = said(Language::English).into_iter().zip(said(Language::Korean));
    Finding {
        evidence: evidence
            .map(|((label, en), (_, ko))| Evidence { label, label_ko: label_in_korean(label), en, ko })
            .collect(),
        record: &found.record,
        proves: verdict.map(|verdict| {
            if is_out_of_force(&found.record) { OUT_OF_FORCE } else { Both::of(|language| verdict.proves(language)) }
        }),
        proves_not: verdict.map(|verdict| Both::of(|language| verdict.proves_not(language))),
        map: found.map.as_ref().map(|png| format!("data:image/png;base64,{}", Base64::encode_string(png))),
    }
}
