//! Findings as text: one plain sentence, then what it rests on.

use std::fmt::Write as _;

use anstyle::Style;

use crate::json::{BeaconFacts, CorrectionFacts, DetectionFacts, PayloadFacts, Record, SignatureFacts};
use crate::terminal::{BAD, DOUBTFUL, FAINT, GOOD, shown};

/// All lines about one file, without a line feed at the end.
pub(crate) fn text(record: &Record) -> String {
    let (style, sentence) = sentence(record);
    let mut out = format!("{}: {style}{}{style:#}", shown(&record.file), sentence);
    let mut line = |label: &str, text: &str| {
        // Writing to a string cannot fail.
        let _ = write!(out, "\n    {FAINT}{label:<9}{FAINT:#} {}", shown(text));
    };
    if record.beacon.decoded {
        let signed = if record.signature.valid == Some(true) { "states" } else { "claims" };
        line(signed, &statement(&record.beacon));
    }
    if let Some(payload) = &record.payload {
        line("stamped", &stamping(payload));
    }
    if let Some(key) = key_line(&record.signature) {
        line("key", &key);
    }
    if let Some(content) = &record.content {
        line("content", &content.text());
    }
    for region in &record.regions {
        line("changed", &region.text());
    }
    if let Some(detection) = &record.detection {
        line("evidence", &evidence(detection));
    }
    if let Some(code) = code_line(record) {
        line("code", &code);
    }
    if let Some(geometry) = geometry(record) {
        line("geometry", &geometry);
    }
    if let Some(reason) = &record.unreadable {
        line("unread", reason);
    }
    out
}

/// The verdict in one sentence, and how it is to look.
pub(crate) fn sentence(record: &Record) -> (Style, String) {
    let issuer = record.signature.issuer.as_ref().map(|issuer| shown(&issuer.name)).unwrap_or_default();
    let key = record.signature.key.as_deref().unwrap_or("?");
    match record.verdict {
        "verified" => (GOOD, format!("Verified: signed by {issuer}.")),
        "altered" => {
            (DOUBTFUL, format!("Altered: signed by {issuer}, but parts of the picture were changed after stamping."))
        }
        "transplanted" => (
            BAD,
            format!("Transplanted: {issuer} signed this message for another picture; it was moved into this one."),
        ),
        "unknown-issuer" if record.signature.valid == Some(true) => {
            let at = record.signature.key_status_at.as_deref().unwrap_or("");
            let why = match record.signature.key_status {
                Some("revoked") => format!("was revoked at {at}, before that"),
                Some("expired") => format!("was valid until {at} only"),
                Some("not-yet-valid") => format!("became valid at {at} only"),
                _ => "is not listed as valid for that time".to_owned(),
            };
            (DOUBTFUL, format!("Signed by a key of {issuer} at a stated time when the key did not count: it {why}."))
        }
        "unknown-issuer" => (
            DOUBTFUL,
            format!(
                "Signed message found, issuer unknown: no trusted directory lists key {key}, so nothing was checked. Pass its issuer's directory with --trust."
            ),
        ),
        "bad-signature" => (
            BAD,
            format!(
                "Bad signature: the mark names key {key}, but no listed key of that id signed it. It was forged or damaged, or another key has the same id."
            ),
        ),
        "marked" if record.beacon.decoded => (
            DOUBTFUL,
            "A mark was found and its claims were read, but no signed message: anybody could have written them."
                .to_owned(),
        ),
        "marked" => (DOUBTFUL, "A mark was found, but it is too damaged to be read.".to_owned()),
        "none" => (Style::new().bold(), "No mark found. This does not mean the image was not made by AI.".to_owned()),
        "error" => (
            BAD,
            format!("Not read: {}.", shown(record.error.as_deref().unwrap_or("unknown reason")).trim_end_matches('.')),
        ),
        other => (DOUBTFUL, format!("Verdict: {other}.")),
    }
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
            let _ = write!(text, ", valid for the stated time, but revoked at {at}: a thief can date a stamp back");
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
