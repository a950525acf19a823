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
    /// Height of its text in per cent of the image's shorter side, 5 to 25
    #[arg(long, value_name = "PERCENT", default_value = "5", value_parser = size)]
    pub(crate) badge_size: f32,
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
        badge.in_corner(corner).sized(self.badge_size).map(Some)
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
    match text {
        "none" => Ok(Wish::Without),
        _ => text.parse().map(Wish::With).map_err(|error: badge::WordingError| error.to_string()),
    }
}

fn size(text: &str) -> Result<f32, String> {
    let percent = text.trim_end_matches('%').parse().ok().filter(|percent| SIZE_PERCENT.contains(percent));
    percent.ok_or_else(|| "write a number from 5 to 25: the text's height in per cent of the shorter side".to_owned())
}
