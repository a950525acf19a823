//! Text to people: plain where the output is a file, coloured on a terminal.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

/// Good news.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// Look twice.
pub(crate) const DOUBTFUL: Style = AnsiColor::Yellow.on_default().bold();
/// Bad news.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// What stands beside the point.
pub(crate) const FAINT: Style = Style::new().dimmed();

/// `error: TEXT` on stderr.
pub(crate) fn error(text: &str) {
    label(BAD, "error", text);
}

/// `warning: TEXT` on stderr.
pub(crate) fn warn(text: &str) {
    label(DOUBTFUL, "warning", text);
}

/// `note: TEXT` on stderr.
pub(crate) fn note(text: &str) {
    label(FAINT, "note", text);
}

/// Cleaned here, whoever wrote it: paths and the causes of errors quote names that anybody may have given.
fn label(style: Style, label: &str, text: &str) {
    let text = shown(text);
    // A closed stderr leaves nobody to tell.
    let _ = writeln!(anstream::stderr().lock(), "{style}{label}{style:#}: {text}");
}

/// Writes a line (or several) to stdout, without colours unless it is a terminal.
///
/// # Errors
/// When stdout is closed.
pub(crate) fn say(text: &str) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

/// Text from a file or its name, safe to show: what steers terminals or turns the order of letters does not get through.
pub(crate) fn shown(text: &str) -> String {
    text.chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).collect()
}

/// Control characters, and those that change the direction of writing (Unicode 16, 23.2 and UAX 9): `\u{202e}gnp.exe` reads `exe.png`.
pub(crate) fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Text as one word of a command that is to be typed.
pub(crate) fn as_word(text: &str) -> String {
    let text = shown(text);
    let plain = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "@.-_+/".contains(c));
    if plain { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// `1 image`, `2 images`.
pub(crate) fn counted(count: impl Into<u64>, one: &str) -> String {
    let count = count.into();
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}

/// Whether an error is that of writing to a pipe that nobody reads any more.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe))
}
