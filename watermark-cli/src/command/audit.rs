//! `audit`: one folder, one summary.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use serde_json::json;

use crate::Outcome;
use crate::args::Audit;
use crate::audit_report;
use crate::batch;
use crate::csv;
use crate::detached;
use crate::examine::{Examined, Examiner, Maps};
use crate::inputs::{self, Found, Input};
use crate::memory::Memory;
use crate::output::{self, Existing, Readers};
use crate::progress::Progress;
use crate::terminal::{FAINT, counted, error, note, say, shown};
use watermark_report::{OutdatedFacts, Record};

/// Columns of the table.
pub(crate) const COLUMNS: [&str; 15] = [
    "file",
    "sha256",
    "verdict",
    "conclusion_en",
    "conclusion_ko",
    "issuer",
    "key",
    "key_status",
    "serial",
    "time",
    "system",
    "origin",
    "log10_p",
    "ledger_records",
    "error",
];

pub(crate) fn run(args: &Audit) -> Result<Outcome> {
    ensure!(args.folder.is_dir(), "{} is no folder; use verify for single files", args.folder.display());
    let maps = if args.auditing.report.is_some() { Maps::Edited } else { Maps::None };
    let examiner = Examiner { maps, ..Examiner::with_ledger(&args.reading, &args.auditing)? };
    let signer = args.auditing.report_key.as_ref().map(crate::signer::SignerSpec::open).transpose()?;
    let Found { inputs, passed_over: mut others, .. } = inputs::expand(std::slice::from_ref(&args.folder), None)?;
    let named: Vec<_> = inputs::files(&inputs).chain(args.reading.files()).chain(args.auditing.files()).collect();
    let sources = || named.iter().copied().chain(examiner.trust.paths());
    if let Some(path) = &args.csv {
        detached::replaceable(path)?;
        output::spare(path, sources())?;
    }
    if let Some(path) = &args.auditing.report {
        detached::spare(path, sources())?;
    }
    if !args.json && examiner.trust.by_default {
        note(&examiner.trust.summary());
    }
    let memory = Memory::of_system();
    let progress = Progress::new(inputs.len(), args.json);
    let work = |_, input: &Input| {
        let found = examiner.input(input, &memory);
        // What was extracted is in the record; of a folder's worth of pictures it would only fill memory.
        Examined { extraction: None, ..found }
    };
    let mut all = Vec::with_capacity(inputs.len());
    batch::in_order(&inputs, batch::jobs(args.jobs), work, |found| {
        progress.advance(|| {
            if let Some(reason) = &found.record.error {
                // With --json too: whoever waits sees at once which file it is.
                error(&format!("{}: {reason}", found.record.file));
            }
        });
        all.push(found);
        Ok(())
    })?;
    progress.finish();
    let summary = Summary::of(all.iter().map(|found| &found.record));
    // The files that this very audit is to replace are no evidence.
    let written: Vec<_> =
        [&args.csv, &args.auditing.report].into_iter().flatten().map(|path| path.canonicalize().ok()).collect();
    others.retain(|path| path.canonicalize().map_or(true, |path| !written.contains(&Some(path))));
    if args.json {
        say(&summary.json(&args.folder, &examiner.trust.outdated, &others).to_string())?;
    } else {
        summary.print(&args.folder)?;
        inputs::warn_of(&others);
    }
    // Last: what was found is said even where it cannot be written.
    if let Some(path) = &args.csv {
        write_csv(path, &all)?;
        note(&format!("table written to {}", path.display()));
    }
    if let Some(path) = &args.auditing.report {
        audit_report::write(path, &examiner, &args.reading, &all, signer.as_ref())?;
    }
    Ok(summary.outcome())
}

/// How many files came to what.
pub(crate) struct Summary<'a> {
    files: usize,
    verdicts: BTreeMap<&'static str, usize>,
    /// Of the verified ones, by organisation.
    issuers: BTreeMap<&'a str, usize>,
    /// Files that could not be read, with the reason.
    unread: Vec<(&'a str, &'a str)>,
}

impl<'a> Summary<'a> {
    pub(crate) fn of(records: impl Iterator<Item = &'a Record>) -> Self {
        let mut summary = Self { files: 0, verdicts: BTreeMap::new(), issuers: BTreeMap::new(), unread: Vec::new() };
        for record in records {
            summary.files += 1;
            *summary.verdicts.entry(record.verdict).or_default() += 1;
            if let Some(reason) = &record.error {
                summary.unread.push((&record.file, reason));
            }
            if let Some(issuer) = record.signature.issuer.as_ref().filter(|_| record.is_verified()) {
                *summary.issuers.entry(&issuer.name).or_default() += 1;
            }
        }
        summary
    }

    fn count(&self, verdict: &str) -> usize {
        self.verdicts.get(verdict).copied().unwrap_or(0)
    }

    pub(crate) fn json(&self, folder: &Path, outdated: &[OutdatedFacts], others: &[PathBuf]) -> serde_json::Value {
        json!({
            "schema": "watermark-audit/1",
            "folder": folder.to_string_lossy(),
            "files": self.files,
            "verdicts": self.verdicts,
            "issuers": self.issuers,
            "unread": self.unread.iter().map(|(file, reason)| json!({ "file": file, "error": reason })).collect::<Vec<_>>(),
            "directories_outdated": outdated,
            "passed_over": others.iter().map(|path| path.to_string_lossy()).collect::<Vec<_>>(),
        })
    }

    fn print(&self, folder: &Path) -> Result<()> {
        say(&format!("{}: {}", shown(&folder.to_string_lossy()), counted(self.files as u64, "image")))?;
        for (verdict, count) in &self.verdicts {
            say(&format!("    {FAINT}{verdict:<15}{FAINT:#} {count:>7}"))?;
        }
        for (name, count) in &self.issuers {
            say(&format!("    {FAINT}verified, of{FAINT:#} {}: {count}", shown(name)))?;
        }
        if self.count("none") > 0 {
            note("no mark does not mean that an image was not made by AI");
        }
        Ok(())
    }

    pub(crate) fn outcome(&self) -> Outcome {
        if self.count(watermark_report::ERROR) > 0 {
            Outcome::ERROR
        } else if self.count("verified") < self.files {
            Outcome::SOME
        } else {
            Outcome::ALL
        }
    }
}

fn write_csv(path: &Path, all: &[Examined]) -> Result<()> {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let mut out = csv::line(&COLUMNS.map(str::to_owned));
    for Examined { record: r, .. } in all {
        let payload = r.payload.as_ref();
        out += &csv::line(&[
            r.file.clone(),
            text(r.sha256.as_deref()),
            r.verdict.to_owned(),
            r.conclusion.en.join(" "),
            r.conclusion.ko.join(" "),
            text(r.signature.issuer.as_ref().map(|issuer| issuer.name.as_str())),
            text(r.signature.key.as_deref().or(r.beacon.key_id.as_deref())),
            text(r.signature.key_status),
            r.beacon.serial.map(|serial| serial.to_string()).unwrap_or_default(),
            text(payload.map(|payload| payload.time.as_str())),
            payload.and_then(|payload| payload.system.as_ref()).map(|s| s.names.join(" or ")).unwrap_or_default(),
            text(r.beacon.origin.as_deref()),
            r.detection.as_ref().map(|d| format!("{:.1}", d.log10_p)).unwrap_or_default(),
            r.ledger.as_ref().map(|ledger| ledger.records.len().to_string()).unwrap_or_default(),
            text(r.error.as_deref()),
        ]);
    }
    // Excel takes a file for UTF-8 only when it says so.
    let bytes = ["\u{feff}", &out].concat();
    output::write(path, bytes.as_bytes(), Existing::Replace, Readers::Usual, |_| Ok(()))
}
