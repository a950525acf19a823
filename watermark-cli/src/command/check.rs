//! `check`: which clauses of a labelling law do these files meet, and which lie outside them.

use anyhow::Result;
use watermark_label::{BadgePlace, Checked, Evidence, Manifest, MarkFacts, check};
use watermark_report::C2paFacts;

use crate::Outcome;
use crate::args::Check;
use crate::batch;
use crate::clauses::{CheckRecord, text};
use crate::examine::{Examined, Examiner};
use crate::inputs::{self, Found};
use crate::memory::Memory;
use crate::progress::Progress;
use crate::terminal::{note, say};

/// Verdicts whose beacon counts as a statement. A signature that fails, or a mark moved from elsewhere, says nothing about
/// this picture.
const STATING: [&str; 4] = ["verified", "altered", "unknown-issuer", "marked"];

pub(crate) fn run(args: &Check) -> Result<Outcome> {
    let examiner = Examiner { sketches: true, ..Examiner::new(&args.reading)? };
    let Found { inputs, passed_over, .. } = inputs::expand(&args.inputs, None)?;
    if !args.json && examiner.trust.by_default {
        note(&examiner.trust.summary());
    }
    let memory = Memory::of_system();
    let progress = Progress::new(inputs.len(), false);
    let mut outcome = Outcome::ALL;
    let work = |_, input: &inputs::Input| examiner.input(input, &memory);
    batch::in_order(&inputs, batch::jobs(args.jobs), work, |found| {
        let record = judge(args, &examiner, &found);
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
fn judge(args: &Check, examiner: &Examiner, found: &Examined) -> CheckRecord {
    let language = args.lang.into();
    let (Some(extraction), Some(metadata), Some(sketch)) = (&found.extraction, &found.metadata, &found.sketch) else {
        return CheckRecord::of_error(&found.record, language);
    };
    let beacon = extraction.beacon.filter(|_| STATING.contains(&found.record.verdict));
    let mark = beacon.map(|beacon| MarkFacts {
        verdict: found.record.verdict,
        beacon,
        time: found.record.payload.as_ref().map(|payload| payload.time.clone()),
    });
    let mut evidence = Evidence::new(mark, sketch, metadata.xmp_packets(), &examiner.trust.store, language);
    evidence.c2pa = found.record.c2pa.as_ref().filter(|facts| facts.present).map(manifest);
    evidence.badge_seen = args.badge_seen;
    evidence.badge_place = found.record.image.as_ref().and_then(|image| {
        let (badge, stamped) = (evidence.badge()?, extraction.seal?.unverified_claims.size);
        let [x, y, width, height] = [badge.x, badge.y, badge.width, badge.height].map(f64::from);
        let (across, down) = (f64::from(stamped.width_px()), f64::from(stamped.height_px()));
        let place = [x / across, y / down, (x + width) / across, (y + height) / down];
        let part = extraction.edit_map.as_ref()?.part(place, (image.width, image.height))?;
        Some(BadgePlace::of(part))
    });
    let at = evidence.circumstances(!args.inside_service, args.realistic);
    let checked: Vec<Checked<'_>> = args.profiles.iter().map(|profile| check(profile, &evidence, &at)).collect();
    CheckRecord::new(&found.record, &evidence, at, &checked, language)
}

fn manifest(facts: &C2paFacts) -> Manifest {
    match facts.valid {
        Some(valid) => {
            Manifest::Read { valid, signer: facts.signer.clone(), source_type: facts.digital_source_type.clone() }
        }
        None => Manifest::Unread,
    }
}
