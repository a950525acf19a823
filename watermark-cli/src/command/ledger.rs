//! `ledger`: whether a ledger is whole, and what it says of one stamp.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context as _, Result};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use watermark_core::payload::hex;
use watermark_core::signature::TrustStore;
use watermark_core::{Language, chain_unchecked, check_record};
use watermark_report::OutdatedFacts;

use crate::Outcome;
use crate::args::{Ledger, LedgerAction, LedgerLookup, LedgerVerify};
use crate::evidence::key_status;
use crate::ledger::{self, Chain, Decoded, Doubts, KeyTotal, KeyTotals, numbers};
use crate::terminal::{BAD, DOUBTFUL, FAINT, GOOD, counted, note, say, shown, warn};
use crate::trust;

pub(crate) fn run(args: &Ledger) -> Result<Outcome> {
    match &args.action {
        LedgerAction::Verify(args) => verify(args),
        LedgerAction::Lookup(args) => lookup(args),
    }
}

fn verify(args: &LedgerVerify) -> Result<Outcome> {
    let trust = trust::load(&args.trust)?;
    let mut keys = KeyTotals::default();
    let chain = ledger::check_each(&args.file, args.head, |decoded, _| {
        keys.add(decoded, &trust.store);
    })?;
    let keys = keys.into_vec();
    let doubts = Doubts::of(&keys, &trust.outdated, chain.repeated.len());
    if args.json {
        say(&as_json(&chain, &keys, &trust.outdated).to_string())?;
    } else {
        as_text(&chain, &keys, &doubts, &shown(&args.file.to_string_lossy()))?;
    }
    Ok(if chain.fault.is_none() && doubts.is_empty() { Outcome::ALL } else { Outcome::SOME })
}

fn as_json(chain: &Chain, keys: &[KeyTotal], outdated: &[OutdatedFacts]) -> serde_json::Value {
    let keys =
        keys.iter().map(|KeyTotal { key, public_key, issuer, issuer_ko, stamps, out_of_force, revoked_later }| {
            json!({
                "key": key, "public_key": public_key, "issuer": issuer, "issuer_ko": issuer_ko, "records": stamps,
                "out_of_force": out_of_force, "revoked_later": revoked_later,
            })
        });
    let repeated = chain.repeated.iter().map(|(key, serial, n)| json!({ "key": key, "serial": serial, "records": n }));
    let fault = chain.fault.as_ref();
    json!({
        "schema": "watermark-ledger-check/1",
        "intact": chain.fault.is_none(),
        "records": chain.head.count,
        "head": chain.head.to_string(),
        "keys": keys.collect::<Vec<_>>(),
        "directories_outdated": outdated,
        "repeated_serials": repeated.collect::<Vec<_>>(),
        "torn_bytes": chain.torn_bytes,
        "fault": fault.map(|fault| json!({ "record": fault.record, "offset": fault.offset, "reason": fault.reason })),
    })
}

fn as_text(chain: &Chain, keys: &[KeyTotal], doubts: &Doubts, file: &str) -> Result<()> {
    let count = chain.head.count;
    match &chain.fault {
        None if doubts.is_empty() => say(&format!("{file}: {GOOD}Intact{GOOD:#}: {}.", counted(count, "record")))?,
        None => {
            let (records, but) = (counted(count, "record"), doubts.words());
            say(&format!("{file}: {DOUBTFUL}Chain intact{DOUBTFUL:#}, but {but}: {records}."))?;
        }
        Some(fault) => {
            let (record, offset, reason) = (fault.record, fault.offset, shown(&fault.reason));
            say(&format!("{file}: {BAD}Not intact{BAD:#} at record {record} (byte {offset}): {reason}."))?;
            say(&format!("    {FAINT}before{FAINT:#}   {} intact", counted(count, "record")))?;
        }
    }
    say(&format!("    {FAINT}head{FAINT:#}     {}", chain.head))?;
    for KeyTotal { key, issuer, stamps, out_of_force, revoked_later, .. } in keys {
        let who =
            issuer.as_ref().map_or_else(|| "a key that no trusted directory lists".to_owned(), |name| shown(name));
        say(&format!("    {FAINT}key{FAINT:#}      {key}, {}: {who}", counted(*stamps, "record")))?;
        for of in out_of_force {
            let status = key_status(of.status, of.at.as_deref(), Language::English);
            say(&format!(
                "    {BAD}key{BAD:#}      {key} did not count at the stated time of {}, {status}: {}",
                counted(of.stamps, "record"),
                numbers(&of.records, of.stamps)
            ))?;
        }
        for of in revoked_later {
            let at = of.at.as_deref().unwrap_or_default();
            say(&format!(
                "    {DOUBTFUL}key{DOUBTFUL:#}      {key} was revoked at {at}, after the stated time of {}; whoever stole it can date records \
                 back: {}",
                counted(of.stamps, "record"),
                numbers(&of.records, of.stamps)
            ))?;
        }
    }
    for (key, serial, records) in &chain.repeated {
        say(&format!("    {DOUBTFUL}repeated{DOUBTFUL:#} serial {serial} of key {key} in records {records:?}"))?;
    }
    if chain.torn_bytes > 0 {
        warn(&format!(
            "the last line of {file} is incomplete: {} bytes, not counted. A crash while it was written leaves such a line, and so does \
             whoever cuts a record; --head with a head noted elsewhere tells which. The next stamp takes it off, so keep a copy if in doubt",
            chain.torn_bytes
        ));
    }
    if chain.fault.is_none() {
        note(
            "keep the head elsewhere: with --head, a later check shows whether records were cut off or rewritten since",
        );
    }
    Ok(())
}

fn lookup(args: &LedgerLookup) -> Result<Outcome> {
    let trust = trust::load(&args.trust)?;
    let hash = match &args.image {
        Some(path) => {
            let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            Some(<[u8; 32]>::from(Sha256::digest(&bytes)))
        }
        None => args.sha256,
    };
    let hash = hash.map(|hash| hex::encode(&hash));
    let key = args.key.map(|key| key.to_string());
    let found = ledger::scan(&args.file, |keys| match (&hash, args.serial) {
        (Some(hash), _) => keys.cover_sha256 == *hash || keys.output_sha256 == *hash,
        (None, Some(serial)) => keys.serial == serial.get() && key.as_ref().is_none_or(|key| keys.key == *key),
        (None, None) => false,
    })?;
    let mut all = if found.is_empty() { Outcome::SOME } else { Outcome::ALL };
    for (line, record) in &found {
        match record {
            Ok(_) if args.json => say(&String::from_utf8_lossy(line))?,
            Ok(decoded) => {
                let (text, holds) = describe(decoded, &trust.store);
                say(&text)?;
                all = all.max(if holds { Outcome::ALL } else { Outcome::SOME });
            }
            Err(reason) => {
                warn(&format!("a record that matches is not intact: {}", shown(&format!("{reason:#}"))));
                all = Outcome::SOME;
            }
        }
    }
    if !found.is_empty() {
        note(&chain_unchecked(Language::English, &shown(&args.file.to_string_lossy())));
    }
    if found.is_empty() && !args.json {
        say(&format!("{}: no such record.", shown(&args.file.to_string_lossy())))?;
        if args.image.is_some() {
            note(
                "a file is looked up by its SHA-256, so a copy that was stored anew is not found; `watermark verify --ledger` reads the \
                 serial from its mark",
            );
        }
    }
    Ok(all)
}

/// A record for people, and whether it is signed by somebody trusted.
fn describe(decoded: &Decoded, trust: &TrustStore) -> (String, bool) {
    let record = &decoded.record;
    let check = check_record(&decoded.payload.beacon, &decoded.payload, trust);
    let words = check.statement(Language::English).unwrap_or_else(|| check.sentence(Language::English));
    let style = if check.holds() { GOOD } else { DOUBTFUL };
    let mut out = format!("Record {}: {style}{}{style:#}", record.n, shown(&words));
    let mut line = |label: &str, text: &str| {
        // Writing to a string cannot fail.
        let _ = write!(out, "\n    {FAINT}{label:<9}{FAINT:#} {}", shown(text));
    };
    if let Some(reservation) = check.revocation(Language::English) {
        line("note", &reservation);
    }
    line("stamp", &format!("key {}, serial {}, {}, {}", record.key, record.serial, record.time, record.origin));
    if let Some(system) = &record.system {
        line("system", system);
    }
    line(
        "picture",
        &format!("{} x {} px, {}, strength {:.1}", record.width, record.height, record.profile, record.strength),
    );
    line("content", record.content_hash.as_deref().unwrap_or("bound to no particular picture"));
    line("cover", &record.cover_sha256);
    line("output", &record.output_sha256);
    let margin = record.margin;
    line(
        "read back",
        &format!("{} of {} bits corrected, {} without a carrier", margin.corrected, margin.length, margin.erased),
    );
    (out, check.holds())
}
