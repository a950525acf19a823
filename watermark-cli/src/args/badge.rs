//! What `stamp` is told about the visible label.

use clap::{Args, ValueEnum};
use watermark_badge::{self as badge, SIZE_PERCENT};

/// The label that people see.
#[derive(Args, Debug)]
#[command(next_help_heading = "Visible label")]
pub(crate) struct BadgeArgs {
    /// Draw a label into the image before it is marked: ko, en, eu, eu-generated, eu-modified, zh, ko-realistic, a text of your
    /// own, or none [default: what the profiles ask for]
    #[arg(long, value_name = "PRESET|TEXT", value_parser = wish)]
    pub(crate) badge: Option<Wish>,
    /// Corner of the label [default: top right for eu, bottom right for the others]
    #[arg(long, value_name = "CORNER", value_enum)]
    pub(crate) badge_corner: Option<Corner>,
    /// Height of its text in per cent of the image's shorter side, 5 to 25 [default: 5]
    #[arg(long, value_name = "PERCENT", value_parser = size)]
    pub(crate) badge_size: Option<f32>,
}

/// A label, or expressly none.
#[derive(Clone, Debug)]
pub(crate) enum Wish {
    /// None, whatever a profile asks for.
    Without,
    /// This one.
    With(badge::Badge),
}

impl BadgeArgs {
    /// The label to draw, when the profiles ask for `asked` as its words.
    ///
    /// # Errors
    /// When those words cannot be drawn.
    pub(crate) fn label(&self, asked: Option<&str>) -> Result<Option<badge::Badge>, badge::WordingError> {
        let badge = match (&self.badge, asked) {
            (Some(Wish::With(badge)), _) => badge.clone(),
            (None, Some(words)) => match badge::Preset::ALL.into_iter().find(|preset| preset.text() == words) {
                Some(preset) => preset.into(),
                None => badge::Badge::new(words)?,
            },
            (Some(Wish::Without), _) | (None, None) => return Ok(None),
        };
        let corner = self.badge_corner.map_or(badge.corner(), Into::into);
        badge.in_corner(corner).sized(self.badge_size.unwrap_or(*SIZE_PERCENT.start())).map(Some)
    }
}

/// [`badge::Corner`] as words.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Corner {
    TopLeft,
    TopRight,
    BottomLeft,
    BottomRight,
}

impl From<Corner> for badge::Corner {
    fn from(corner: Corner) -> Self {
        match corner {
            Corner::TopLeft => Self::TopLeft,
            Corner::TopRight => Self::TopRight,
            Corner::BottomLeft => Self::BottomLeft,
            Corner::BottomRight => Self::BottomRight,
        }
    }
}

fn wish(text: &str) -> Result<Wish, String> {
    // Drawn as it stands, a slip would be in every picture for good.
    if let Some(preset) = slip(text) {
        return Err(format!(
            "it is no preset, but looks like {preset}; write that, or put a space before it to have this very text drawn"
        ));
    }
    match text {
        "none" => Ok(Wish::Without),
        _ => text.parse().map(Wish::With).map_err(|error: badge::WordingError| error.to_string()),
    }
}

/// The preset that somebody may have meant who wrote this. Text with a space in it is meant as it is; so is one that begins with AI, as
/// labels do and no preset.
fn slip(text: &str) -> Option<&'static str> {
    let names = || badge::Preset::ALL.into_iter().map(badge::Preset::name);
    let lower = text.to_lowercase();
    if text == "none"
        || names().any(|name| name == text)
        || text.contains(char::is_whitespace)
        || lower.starts_with("ai")
    {
        return None;
    }
    // Two letters are near many others: in capitals they may well be what AI is called elsewhere (KI, SI, YZ).
    let allowed = |name: &str| if name.len() > 3 { 2 } else { usize::from(lower == text) };
    let near = |name: &&str| slips(&lower, name) <= allowed(name);
    let begun = |name: &&str| lower.strip_prefix(name).is_some_and(|rest| rest.starts_with(['-', '_']));
    names().filter(near).min_by_key(|name| slips(&lower, name)).or_else(|| names().find(begun))
}

/// Letters to put in, take out or exchange to make one word of the other (Levenshtein).
fn slips(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut before = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.chars().enumerate() {
            let exchanged = before + usize::from(x != y);
            before = row[j + 1];
            row[j + 1] = exchanged.min(before + 1).min(row[j] + 1);
        }
    }
    row[b.chars().count()]
}

fn size(text: &str) -> Result<f32, String> {
    let percent = text.trim_end_matches('%').parse().ok().filter(|percent| SIZE_PERCENT.contains(percent));
    percent.ok_or_else(|| "write a number from 5 to 25: the text's height in per cent of the shorter side".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_presets_are_told_from_texts() {
        for (text, preset) in [
            ("eu-modfied", "eu-modified"),
            ("eu-modifeid", "eu-modified"),
            ("eu_generated", "eu-generated"),
            ("eugenerated", "eu-generated"),
            ("ko-realstic", "ko-realistic"),
            ("eu-altered", "eu"),
            ("KO", "ko"),
            ("kr", "ko"),
            ("eng", "en"),
        ] {
            assert_eq!(slip(text), Some(preset), "{text}");
        }
        let names = badge::Preset::ALL.map(badge::Preset::name);
        let texts = badge::Preset::ALL.map(badge::Preset::text);
        let own = [
            "AI-modified",
            "AI-Generated",
            " eu-modfied",
            "KI",
            "Studio",
            "인공지능",
            "KI-generiert",
            "eu modified",
            "none",
        ];
        for text in names.into_iter().chain(texts).chain(own) {
            assert_eq!(slip(text), None, "{text}");
        }
    }
}
