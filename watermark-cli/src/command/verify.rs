//! `verify`: which marks are in these files, and who signed them.

use std::path::Path;

use anyhow::{Result, bail, ensure};

use crate::Outcome;
use crate::args::Verify;
use crate::audit_report;
use crate::batch;
use crate::detached;
use crate::examine::{Examined, Examiner, Maps};
use crate::inputs::{self, Found};
use crate::memory::Memory;
use crate::output::{self, Existing, Readers};
use crate::progress::Progress;
use crate::report;
use crate::signer::SignerSpec;
use crate::terminal::{note, say};

pub(crate) fn run(args: &Verify) -> Result<Outcome> {
    let examiner = Examiner::with_ledger(&args.reading, &args.auditing)?;
    let signer = args.auditing.report_key.as_ref().map(SignerSpec::open).transpose()?;
    let Found { inputs, passed_over, .. } = inputs::expand(&args.inputs, None)?;
    let passed_over = inputs::other_pictures(passed_over);
    let maps = match (&args.map, &args.auditing.report) {
        (None, None) => Maps::None,
        (None, Some(_)) if inputs.len() > 1 => Maps::Edited,
        _ => Maps::All,
    };
    let examiner = Examiner { maps, ..examiner };
    if args.map.is_some() && inputs.len() != 1 {
        bail!("--map draws the map of one input, and {} were given; verify them one at a time", inputs.len());
    }
    if let Some(path) = &args.auditing.report {
        let named = inputs::files(&inputs).chain(args.reading.files()).chain(args.auditing.files());
        detached::spare(path, named.chain(examiner.trust.paths()))?;
    }
    if let Some(path) = &args.map {
        ensure!(!path.exists(), "{} exists; name another file for the map", path.display());
        output::ready(path)?;
    }
    if !args.json && examiner.trust.by_default {
        note(&examiner.trust.summary());
    }
    let memory = Memory::of_system();
    let progress = Progress::new(inputs.len(), false);
    let (mut verified, mut unread) = (0, 0);
    let mut reported = Vec::new();
    let work = |_, input: &inputs::Input| examiner.input(input, &memory);
    batch::in_order(&inputs, batch::jobs(args.jobs), work, |found| {
        let record = &found.record;
        verified += usize::from(record.is_verified());
        unread += usize::from(record.is_error());
        let text = if args.json { serde_json::to_string(record)? } else { report::text(record) };
        progress.advance(|| say(&text))?;
        match (&args.map, &found.map) {
            (Some(path), Some(png)) => write_map(path, png)?,
            (Some(path), None) => {
                note(&format!("{} was not written: nothing was read that could be mapped", path.display()));
            }
            _ => {}
        }
        if args.auditing.report.is_some() {
            reported.push(Examined { extraction: None, ..found });
        }
        Ok(())
    })?;
    progress.finish();
    if !args.json && inputs.len() > 1 {
        let others = inputs::counted_in(&passed_over);
        say(&format!("{verified} of {} verified, {unread} could not be read{others}", inputs.len()))?;
    }
    inputs::warn_of(&passed_over);
    // Last: what was found is said even where it cannot be written.
    if let Some(path) = &args.auditing.report {
        audit_report::write(path, &examiner, &args.reading, &reported, signer.as_ref())?;
    }
    Ok(if unread > 0 {
        Outcome::ERROR
    } else if verified < inputs.len() {
        Outcome::SOME
    } else {
        Outcome::ALL
    })
}

fn write_map(path: &Path, png: &[u8]) -> Result<()> {
    output::write(path, png, Existing::Keep, Readers::Usual, |_| Ok(()))?;
    note(&format!(
        "Edit map written to {}: red where the mark is missing or the content differs, blue where nothing can be read.",
        path.display()
    ));
    Ok(())
}
