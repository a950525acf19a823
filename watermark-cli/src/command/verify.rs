//! `verify`: which marks are in these files, and who signed them.

use anyhow::Result;

use crate::Outcome;
use crate::args::Verify;
use crate::batch;
use crate::examine::Examiner;
use crate::inputs;
use crate::memory::Memory;
use crate::progress::Progress;
use crate::report;
use crate::terminal::{note, say};

pub(crate) fn run(args: &Verify) -> Result<Outcome> {
    let examiner = Examiner::new(&args.reading)?;
    let inputs = inputs::expand(&args.inputs, None)?;
    if !args.json && examiner.trust.by_default {
        note(&examiner.trust.summary());
    }
    let memory = Memory::of_system();
    let progress = Progress::new(inputs.len(), false);
    let (mut verified, mut unread) = (0, 0);
    let work = |_, input: &inputs::Input| examiner.input(input, &memory).record;
    batch::in_order(&inputs, batch::jobs(args.jobs), work, |record| {
        verified += usize::from(record.is_verified());
        unread += usize::from(record.is_error());
        let text = if args.json { serde_json::to_string(&record)? } else { report::text(&record) };
        progress.advance(|| say(&text))?;
        Ok(())
    })?;
    progress.finish();
    if !args.json && inputs.len() > 1 {
        say(&format!("{verified} of {} verified, {unread} could not be read", inputs.len()))?;
    }
    Ok(if unread > 0 {
        Outcome::ERROR
    } else if verified < inputs.len() {
        Outcome::SOME
    } else {
        Outcome::ALL
    })
}
