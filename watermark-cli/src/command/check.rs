//! `check`: which clauses of a labelling law do these files meet, and which lie outside them.

use anyhow::Result;
use watermark_label::{Checked, check};

use crate::Outcome;
use crate::args::Check;
use crate::batch;
use crate::clauses::{CheckRecord, text};
use crate::examine::{Examined, Examiner};
use crate::inputs::{self, Found};
use crate::memory::Memory;
use crate::progress::Progress;
use crate::terminal::{note, say};

pub(crate) fn run(args: &Check) -> Result<Outcome> {
    let examiner = Examiner { labels: Some(args.lang.into()), ..Examiner::new(&args.reading)? };
    let Found { inputs, passed_over, .. } = inputs::expand(&args.inputs, None)?;
    if !args.json && examiner.trust.by_default {
        note(&examiner.trust.summary());
    }
    let memory = Memory::of_system();
    let progress = Progress::new(inputs.len(), false);
    let mut outcome = Outcome::ALL;
    let work = |_, input: &inputs::Input| examiner.input(input, &memory);
    batch::in_order(&inputs, batch::jobs(args.jobs), work, |found| {
        let record = judge(args, found);
        outcome = outcome.max(match (&record.error, record.all_inside_met()) {
            (Some(_), _) => Outcome::ERROR,
            (None, true) => Outcome::ALL,
            (None, false) => Outcome::SOME,
        });
        let text = if args.json { serde_json::to_string(&record)? } else { text(&record, args.lang.into()) };
        progress.advance(|| say(&text))?;
        Ok(())
    })?;
    progress.finish();
    inputs::warn_of(&inputs::other_pictures(passed_over));
    Ok(outcome)
}

/// The findings about one file, held against every profile asked for.
fn judge(args: &Check, found: Examined) -> CheckRecord {
    let language = args.lang.into();
    let Some(mut evidence) = found.labels else {
        return CheckRecord::of_error(&found.record, language);
    };
    evidence.badge_seen = args.badge_seen;
    let at = evidence.circumstances(!args.inside_service, args.realistic);
    let checked: Vec<Checked<'_>> = args.profiles.iter().map(|profile| check(profile, &evidence, &at)).collect();
    CheckRecord::new(&found.record, &evidence, at, &checked, language)
}
