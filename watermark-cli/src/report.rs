//! Findings as text: one plain sentence, then what it rests on.

use std::fmt::Write as _;

use anstyle::Style;
use watermark_core::Language;
use watermark_report::Record;

use crate::evidence::facts;
use crate::terminal::{BAD, DOUBTFUL, FAINT, GOOD, shown};

/// All lines about one file, without a line feed at the end.
pub(crate) fn text(record: &Record) -> String {
    let (style, sentence) = sentence(record);
    let mut out = format!("{}: {style}{}{style:#}", shown(&record.file), sentence);
    let notes = record.conclusion.en.iter().skip(1).map(|note| ("note", note.clone()));
    // The core knows directories, but no options.
    let unlisted = record.verdict == "unknown-issuer" && record.signature.issuer.is_none();
    let hint = unlisted.then(|| ("note", "name that directory with --trust DIRECTORY.json".to_owned()));
    for (label, text) in facts(record, Language::English).into_iter().chain(notes).chain(hint) {
        // Writing to a string cannot fail.
        let _ = write!(out, "\n    {FAINT}{label:<9}{FAINT:#} {}", shown(&text));
    }
    out
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
