//! `inspect`: every field of a mark with its bits, its raw value, its meaning, and what stands behind it.

use std::fmt::Write as _;

use anyhow::{Result, ensure};
use watermark_core::payload::{Beacon, Seal, VERSION};
use watermark_core::{Extraction, Language};
use watermark_report::Record;

use crate::Outcome;
use crate::args::Inspect;
use crate::evidence::origin_words;
use crate::examine::Examiner;
use crate::inputs;
use crate::memory::Memory;
use crate::report;
use crate::terminal::{FAINT, note, say};

pub(crate) fn run(args: &Inspect) -> Result<Outcome> {
    let examiner = Examiner::new(&args.reading)?;
    let inputs = inputs::expand(std::slice::from_ref(&args.input), None)?.inputs;
    ensure!(inputs.len() == 1, "inspect takes one image, but {} were found; use verify for many", inputs.len());
    if examiner.trust.by_default {
        note(&examiner.trust.summary());
    }
    let found = examiner.input(&inputs[0], &Memory::of_system());
    say(&report::text(&found.record))?;
    let Some(extraction) = &found.extraction else { return Ok(Outcome::ERROR) };
    if extraction.beacon.is_none() && extraction.seal.is_none() {
        return Ok(Outcome::SOME);
    }
    say(&table(extraction, &found.record))?;
    Ok(Outcome::ALL)
}

/// One field.
struct Field {
    bits: &'static str,
    name: &'static str,
    raw: String,
    meaning: String,
}

fn table(extraction: &Extraction, record: &Record) -> String {
    let standing = standing(record);
    let mut out = String::new();
    let mut part = |title: &str, fields: &[Field]| {
        let _ = write!(out, "\n{title}: {standing}");
        let raw = fields.iter().map(|field| field.raw.len()).max().unwrap_or(0).min(16);
        for Field { bits, name, raw: value, meaning } in fields {
            let _ = write!(out, "\n    {FAINT}bits {bits:<8}{FAINT:#} {name:<13} {value:>raw$}  {meaning}");
        }
        out.push('\n');
    };
    if let Some(beacon) = &extraction.beacon {
        part("Beacon, 72 bits", &beacon_fields(beacon));
    }
    if let Some(seal) = &extraction.seal {
        part("Seal, 736 bits", &seal_fields(seal, record));
    }
    out.truncate(out.trim_end().len());
    out
}

/// What stands behind all fields: one signature covers beacon and seal.
fn standing(record: &Record) -> String {
    match (record.signature.valid, record.verdict) {
        (Some(true), "verified") => "signed, and the signature holds under a trusted key".to_owned(),
        (Some(true), _) => "signed, but the key did not count at the stated time".to_owned(),
        (Some(false), _) => "claimed only: the signature does not hold".to_owned(),
        (None, _) if record.payload.is_some() => {
            "claimed only: signed by a key that no trusted directory lists, not checked".to_owned()
        }
        (None, _) => "claimed only: anybody could have written it".to_owned(),
    }
}

fn beacon_fields(beacon: &Beacon) -> Vec<Field> {
    let yes = |flag: bool, yes: &str, no: &str| if flag { yes } else { no }.to_owned();
    let name = beacon.origin.to_string();
    vec![
        Field {
            bits: "0-3",
            name: "version",
            raw: VERSION.to_string(),
            meaning: "the format this program knows".to_owned(),
        },
        Field {
            bits: "4-5",
            name: "origin",
            raw: beacon.origin.bits().to_string(),
            meaning: format!("{name}: {}", origin_words(Some(&name), Language::English)),
        },
        Field {
            bits: "6",
            name: "realistic",
            raw: u8::from(beacon.realistic).to_string(),
            meaning: yes(beacon.realistic, "a viewer could take what it shows for real", "not stated to look real"),
        },
        Field {
            bits: "7",
            name: "artistic",
            raw: u8::from(beacon.artistic).to_string(),
            meaning: yes(beacon.artistic, "evidently artistic, satirical or fictional", "not stated to be artistic"),
        },
        Field {
            bits: "8-31",
            name: "key id",
            raw: beacon.key_id.to_string(),
            meaning: "which key to look up; no proof by itself".to_owned(),
        },
        Field {
            bits: "32-71",
            name: "serial",
            raw: format!("{:010x}", beacon.serial.get()),
            meaning: format!("stamp number {} of that key", beacon.serial),
        },
    ]
}

fn seal_fields(seal: &Seal, record: &Record) -> Vec<Field> {
    let claims = &seal.unverified_claims;
    let hex = |bytes: &[u8]| bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    let system = record.payload.as_ref().and_then(|payload| payload.system.as_ref());
    let system = system.map_or("no system named", |system| system.words.in_language(Language::English)).to_owned();
    let signature = seal.unverified_signature.to_bytes();
    let (r, s) = signature.split_at(32);
    let binding = if claims.content_hash.is_none() {
        "none: bound to no particular picture"
    } else {
        "of what the picture showed when stamped"
    };
    vec![
        Field {
            bits: "0-31",
            name: "time",
            raw: format!("{:08x}", claims.time.0),
            meaning: format!("{} by the stamper's clock", claims.time),
        },
        Field { bits: "32-47", name: "system tag", raw: claims.system.to_string(), meaning: system },
        Field {
            bits: "48-63",
            name: "width",
            raw: format!("{:04x}", claims.size.width_px()),
            meaning: format!("{} px when stamped", claims.size.width_px()),
        },
        Field {
            bits: "64-79",
            name: "height",
            raw: format!("{:04x}", claims.size.height_px()),
            meaning: format!("{} px when stamped", claims.size.height_px()),
        },
        Field {
            bits: "80-223",
            name: "content hash",
            raw: claims.content_hash.to_string(),
            meaning: binding.to_owned(),
        },
        Field { bits: "224-479", name: "signature R", raw: hex(r), meaning: "ed25519, first half".to_owned() },
        Field { bits: "480-735", name: "signature S", raw: hex(s), meaning: "second half".to_owned() },
    ]
}
