//! Findings as text: one plain sentence, then what it rests on.

use std::fmt::Write as _;

use anstyle::Style;
use watermark_report::{
    BeaconFacts, C2paFacts, ContentFacts, CorrectionFacts, DetectionFacts, LedgerFacts, PayloadFacts, Record,
    RecordFacts, RegionFacts, SignatureFacts,
};

use crate::terminal::{BAD, DOUBTFUL, FAINT, GOOD, shown};

/// All lines about one file, without a line feed at the end.
pub(crate) fn text(record: &Record) -> String {
    let (style, sentence) = sentence(record);
    let mut out = format!("{}: {style}{}{style:#}", shown(&record.file), sentence);
    let notes = record.conclusion.en.iter().skip(1).map(|note| ("note", note.clone()));
    for (label, text) in facts(record).into_iter().chain(notes) {
        // Writing to a string cannot fail.
        let _ = write!(out, "\n    {FAINT}{label:<9}{FAINT:#} {}", shown(&text));
    }
    out
}

/// What the verdict rests on: labels and texts. The texts hold whatever files and directories state.
pub(crate) fn facts(record: &Record) -> Vec<(&'static str, String)> {
    let signed = if record.signature.valid == Some(true) { "states" } else { "claims" };
    let all = [
        (signed, record.beacon.decoded.then(|| statement(&record.beacon))),
        ("stamped", record.payload.as_ref().map(stamping)),
        ("key", key_line(&record.signature)),
        ("content", record.content.as_ref().map(ContentFacts::text)),
        ("changed", changed_line(&record.regions)),
        ("evidence", record.detection.as_ref().map(evidence)),
        ("code", code_line(record)),
        ("geometry", geometry(record)),
        ("unread", record.unreadable.clone()),
        ("ledger", record.ledger.as_ref().map(ledger_line)),
        ("c2pa", record.c2pa.as_ref().and_then(manifest_line)),
    ];
    all.into_iter().filter_map(|(label, text)| Some((label, text?))).collect()
}

fn changed_line(regions: &[RegionFacts]) -> Option<String> {
    (!regions.is_empty()).then(|| regions.iter().map(RegionFacts::text).collect::<Vec<_>>().join("; "))
}

fn ledger_line(ledger: &LedgerFacts) -> String {
    if let Some(error) = &ledger.error {
        return error.clone();
    }
    let one = |record: &RecordFacts| {
        let mut text = format!("record {} of {}, stamped {}", record.n, ledger.file, record.time);
        if let Some(system) = &record.system {
            let _ = write!(text, " by {system}");
        }
        let _ = match record.picture {
            "agrees" => write!(text, "; the picture agrees with its content hash"),
            "differs" => write!(text, "; the picture differs from its content hash"),
            _ => write!(text, "; whether it is of this picture cannot be judged"),
        };
        if let Some(which) = record.this_file {
            let _ = write!(text, ", and this file is the recorded {which}, byte for byte");
        }
        text
    };
    if ledger.records.is_empty() {
        return format!("no record of this key and serial in {}", ledger.file);
    }
    ledger.records.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// What the manifest states and whether it holds, nothing where there is none.
fn manifest_line(manifest: &C2paFacts) -> Option<String> {
    if !manifest.present {
        return None;
    }
    let Some(valid) = manifest.valid else {
        let why = manifest.error.as_deref().unwrap_or("this program was built without C2PA");
        return Some(format!("a manifest is there, but not read: {why}"));
    };
    let mut text = format!(
        "manifest {}, signed by {}",
        if valid { "valid" } else { "NOT valid" },
        manifest.signer.as_deref().unwrap_or("an unnamed signer")
    );
    if let Some(issuer) = &manifest.issuer {
        let _ = write!(text, " (certificate of {issuer}");
        text += match manifest.trusted {
            None => ", not checked against a trust list)",
            Some(true) => ", trusted)",
            Some(false) => ", not trusted)",
        };
    }
    if let Some(binding) = &manifest.soft_binding {
        let _ = write!(text, "; names the mark {}", binding.value);
    }
    if let Some(source) = manifest.digital_source_type.as_deref().and_then(|address| address.rsplit('/').next()) {
        let _ = write!(text, "; source type {source}");
    }
    for (label, values) in [("actions", &manifest.actions), ("problems", &manifest.problems)] {
        if !values.is_empty() {
            let _ = write!(text, "; {label}: {}", values.join(", "));
        }
    }
    Some(text)
}

/// The verdict in one sentence, and how it is to look.
pub(crate) fn sentence(record: &Record) -> (Style, String) {
    let style = match record.verdict {
        "verified" => GOOD,
        "bad-signature" | "transplanted" | "error" => BAD,
        "none" => Style::new().bold(),
        _ => DOUBTFUL,
    };
    (style, shown(record.conclusion.en.first().map_or(record.verdict, String::as_str)))
}

fn statement(beacon: &BeaconFacts) -> String {
    let mut text = origin_words(beacon.origin.as_deref()).to_owned();
    if beacon.realistic == Some(true) {
        text += ", realistic";
    }
    if beacon.artistic == Some(true) {
        text += ", artistic";
    }
    let _ =
        write!(text, "; key {}, serial {}", beacon.key_id.as_deref().unwrap_or("?"), beacon.serial.unwrap_or_default());
    text
}

/// An origin's name in words.
pub(crate) fn origin_words(origin: Option<&str>) -> &'static str {
    match origin {
        Some("generated") => "AI-generated",
        Some("altered") => "altered with AI",
        Some("possible") => "possibly AI-generated or altered",
        _ => "of an origin this version does not know",
    }
}

fn stamping(payload: &PayloadFacts) -> String {
    let mut text = format!("{}, {} x {} px", payload.time, payload.width, payload.height);
    match &payload.system {
        None => text += ", no system named",
        Some(system) if system.names.is_empty() => {
            let _ = write!(text, ", by system {} (not in the issuer's directory)", system.tag);
        }
        Some(system) => {
            let _ = write!(text, ", by {}", system.names.join(" or "));
        }
    }
    if !payload.authenticated {
        text += " (claimed)";
    }
    text
}

fn key_line(signature: &SignatureFacts) -> Option<String> {
    let issuer = signature.issuer.as_ref()?;
    let mut text = format!("{} of {}", signature.key.as_deref()?, issuer.name);
    if let Some(name_ko) = &issuer.name_ko {
        let _ = write!(text, " ({name_ko})");
    }
    let at = signature.key_status_at.as_deref().unwrap_or("");
    match signature.key_status? {
        "valid" => text += ", valid for the time of stamping",
        "revoked-later" => {
            let _ = write!(text, ", valid for the stated time, revoked at {at}");
        }
        status => {
            let _ = write!(text, ", {} ({at})", status.replace('-', " "));
        }
    }
    Some(text)
}

fn evidence(detection: &DetectionFacts) -> String {
    format!(
        "detection statistic {:.1}, threshold {:.1}; by chance with probability 10^{:.1} ({} candidates counted)",
        detection.statistic, detection.threshold, detection.log10_p, detection.candidates
    )
}

fn code_line(record: &Record) -> Option<String> {
    let part = |name: &str, work: &CorrectionFacts| {
        format!("{name} {} of {} bits corrected, {} without a carrier", work.corrected, work.length, work.erased)
    };
    let parts = [("seal", &record.code.seal), ("beacon", &record.code.beacon)];
    let texts: Vec<_> = parts.iter().filter_map(|(name, work)| work.as_ref().map(|work| part(name, work))).collect();
    (!texts.is_empty()).then(|| texts.join("; "))
}

/// What was done to the picture's geometry, nothing when it was not moved.
fn geometry(record: &Record) -> Option<String> {
    let r = record.registration.as_ref()?;
    let percent = |v: f64| (v * 100.0).round();
    let mut said = Vec::new();
    if let Some(shown) = r.crop.shown.filter(|s| *s < 0.995) {
        said.push(format!("shows {} % of the stamped image", percent(shown)));
    }
    if r.mirrored {
        said.push("mirrored".to_owned());
    }
    if r.rotation_deg.abs() > 0.05 {
        let way = if r.rotation_deg > 0.0 { "clockwise" } else { "counter-clockwise" };
        said.push(format!("rotated {:.1} degrees {way}", r.rotation_deg.abs()));
    }
    if (r.scale_x - r.scale_y).abs() > 0.005 * r.scale_x {
        said.push(format!("at {} % of its width and {} % of its height", percent(r.scale_x), percent(r.scale_y)));
    } else if (r.scale_x - 1.0).abs() > 0.004 {
        said.push(format!("at {} % size", percent(r.scale_x)));
    }
    if said.is_empty() && (r.crop.offset_x, r.crop.offset_y) != (0.0, 0.0) {
        said.push(format!("cut, {:.1}, {:.1} px into the mark's tile", r.crop.offset_x, r.crop.offset_y));
    }
    (!said.is_empty()).then(|| said.join(", "))
}
