//! `report`: a period of the ledger, summed up for whoever asks.

use std::path::PathBuf;

use anyhow::Result;
use watermark_core::Language;

use crate::Outcome;
use crate::args::Report;
use crate::evidence::key_status;
use crate::ledger::numbers;
use crate::ledger_report::{self, Asked, Period};
use crate::signer::SignerSpec;
use crate::terminal::{BAD, DOUBTFUL, GOOD, counted, say, shown, warn};
use crate::{detached, key_store, trust};

pub(crate) fn run(args: &Report) -> Result<Outcome> {
    let trust = trust::load(&args.trust)?;
    let named = args.trust.iter().chain([&args.ledger]).map(PathBuf::as_path);
    detached::spare(&args.output, named.chain(trust.paths()).chain(args.report_key.as_ref().map(SignerSpec::path)))?;
    let signer = args.report_key.as_ref().map(key_store::open).transpose()?.map(|key| (key.signer, key.public));
    let period = Period { from: args.from.clone(), to: args.to.clone(), ahead_s: args.zone };
    let asked = Asked { ledger: &args.ledger, noted: args.head, period, trust: &trust };
    let ledger = shown(&args.ledger.to_string_lossy());
    let summary = match ledger_report::sum_up(asked)? {
        Ok(summary) => summary,
        Err(fault) => {
            let (record, offset, reason) = (fault.record, fault.offset, shown(&fault.reason));
            say(&format!("{ledger}: {BAD}Not intact{BAD:#} at record {record} (byte {offset}): {reason}."))?;
            say("    no report was made: it would state what nobody can check")?;
            return Ok(Outcome::SOME);
        }
    };
    ledger_report::write(&args.output, &summary, args.lang, signer.as_ref())?;
    let (facts, total) = (&summary.ledger, summary.total);
    let (doubts, records) = (summary.doubts(), counted(facts.records, "record"));
    // Of keys outside the period nothing was asked, so no more than the chain is said to be intact.
    let (style, but) =
        if doubts.is_empty() { (GOOD, String::new()) } else { (DOUBTFUL, format!(", but {}", doubts.words())) };
    say(&format!("{ledger}: {style}Chain intact{style:#}{but}: {records}, head {}.", facts.head))?;
    let stamps = counted(total, "stamp");
    say(&format!("{}: {stamps}, {} to {}", shown(&args.output.to_string_lossy()), summary.from, summary.to))?;
    let unlisted: Vec<_> = summary.keys.iter().filter(|key| key.issuer.is_none()).map(|key| key.key.as_str()).collect();
    if !unlisted.is_empty() {
        warn(&format!(
            "no trusted directory lists {}: anybody could have written those records. Name the directory with --trust",
            unlisted.join(", ")
        ));
    }
    let lapsed: Vec<_> = summary.keys.iter().flat_map(|key| key.out_of_force.iter().map(move |of| (key, of))).collect();
    for (key, of) in &lapsed {
        let (key, status) = (&key.key, key_status(of.status, of.at.as_deref(), Language::English));
        warn(&format!(
            "key {key} did not count at the stated time of {}, {status}: {}",
            counted(of.stamps, "record"),
            numbers(&of.records, of.stamps)
        ));
    }
    for (key, serial, records) in &summary.repeated_serials {
        warn(&format!("serial {serial} of key {key} was used more than once: records {records:?}"));
    }
    if facts.torn_bytes > 0 {
        warn(&format!("the last line of {ledger} is incomplete and not counted; see `watermark ledger verify`"));
    }
    Ok(if doubts.is_empty() { Outcome::ALL } else { Outcome::SOME })
}
