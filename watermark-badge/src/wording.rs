//! What the label says, where and how large: presets by name, or a text of one's own out of the font's glyphs.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use thiserror::Error;

use crate::typeset;

/// Longest text, in characters. Longer ones are sentences for a caption, not a label.
pub const MAX_CHARACTERS: usize = 60;
/// Height of the text in per cent of the picture's shorter side. GB 45438-2025 asks for at least 5; above 25 the label hides
/// the picture.
pub const SIZE_PERCENT: RangeInclusive<f32> = 5.0..=25.0;

/// Between parts of a text that stand on lines of their own, such as the words of several laws.
pub const PARTS: &str = " / ";

/// A corner of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corner {
    /// Top left.
    TopLeft,
    /// Top right.
    TopRight,
    /// Bottom left.
    BottomLeft,
    /// Bottom right.
    BottomRight,
}

/// Labels ready to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// `AI 생성`.
    Ko,
    /// `AI로 생성된 가상의 이미지입니다`: says that it is virtual too, for what could be taken for real.
    KoRealistic,
    /// `AI-Generated`.
    En,
    /// `AI`, as the EU's code of practice has it as the main element.
    Eu,
    /// `AI GENERATED`.
    EuGenerated,
    /// `AI MODIFIED`.
    EuModified,
    /// `AI生成`.
    Zh,
}

impl Preset {
    /// Every preset.
    pub const ALL: [Self; 7] =
        [Self::Ko, Self::KoRealistic, Self::En, Self::Eu, Self::EuGenerated, Self::EuModified, Self::Zh];

    /// Its name, as users write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ko => "ko",
            Self::KoRealistic => "ko-realistic",
            Self::En => "en",
            Self::Eu => "eu",
            Self::EuGenerated => "eu-generated",
            Self::EuModified => "eu-modified",
            Self::Zh => "zh",
        }
    }

    /// What it says.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Ko => "AI 생성",
            Self::KoRealistic => "AI로 생성된 가상의 이미지입니다",
            Self::En => "AI-Generated",
            Self::Eu => "AI",
            Self::EuGenerated => "AI GENERATED",
            Self::EuModified => "AI MODIFIED",
            Self::Zh => "AI生成",
        }
    }

    /// Where it goes unless told otherwise.
    pub const fn corner(self) -> Corner {
        match self {
            Self::Eu | Self::EuGenerated | Self::EuModified => Corner::TopRight,
            Self::Ko | Self::KoRealistic | Self::En | Self::Zh => Corner::BottomRight,
        }
    }
}

/// A label to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Badge {
    text: String,
    preset: Option<Preset>,
    corner: Corner,
    size_percent: f32,
}

/// A text that cannot be drawn.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum WordingError {
    /// Nothing to read.
    #[error(
        "the label is empty; name a preset (ko, en, eu, eu-generated, eu-modified, zh, ko-realistic) or write a text"
    )]
    Empty,
    /// More than [`MAX_CHARACTERS`].
    #[error("the label has {length} characters, the limit is {MAX_CHARACTERS}; shorten it")]
    TooLong {
        /// Its characters.
        length: usize,
    },
    /// The font has no such glyph.
    #[error(
        "the label's font has no {character:?} (U+{:04X}); it has ASCII, the words of the presets and some 330 common Korean \
         syllables: word the label otherwise, or use a preset (ko, en, eu, eu-generated, eu-modified, zh, ko-realistic)",
        u32::from(*.character)
    )]
    NoGlyph {
        /// The first such character.
        character: char,
    },
    /// Outside [`SIZE_PERCENT`].
    #[error("the label's height is {percent} % of the shorter side, the limits are 5 and 25 %")]
    Size {
        /// What was asked for, in per cent.
        percent: f32,
    },
}

impl Badge {
    /// A text of one's own; white space in it counts as single spaces, [`PARTS`] begins a new line.
    ///
    /// # Errors
    /// When it is empty, too long, or has a character that the font lacks.
    pub fn new(text: &str) -> Result<Self, WordingError> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let length = text.chars().count();
        match length {
            0 => return Err(WordingError::Empty),
            1..=MAX_CHARACTERS => {}
            _ => return Err(WordingError::TooLong { length }),
        }
        if let Some(character) = text.chars().find(|&character| !typeset::has_glyph(character)) {
            return Err(WordingError::NoGlyph { character });
        }
        Ok(Self { text, preset: None, corner: Corner::BottomRight, size_percent: *SIZE_PERCENT.start() })
    }

    /// The same label in another corner.
    #[must_use]
    pub fn in_corner(self, corner: Corner) -> Self {
        Self { corner, ..self }
    }

    /// The same label at another size: height of the text in per cent of the picture's shorter side.
    ///
    /// # Errors
    /// Outside [`SIZE_PERCENT`].
    pub fn sized(self, percent: f32) -> Result<Self, WordingError> {
        if SIZE_PERCENT.contains(&percent) {
            Ok(Self { size_percent: percent, ..self })
        } else {
            Err(WordingError::Size { percent })
        }
    }

    /// What it says.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The preset it was made from.
    pub const fn preset(&self) -> Option<Preset> {
        self.preset
    }

    /// Where it goes.
    pub const fn corner(&self) -> Corner {
        self.corner
    }

    /// Height of the text in per cent of the picture's shorter side.
    pub const fn size_percent(&self) -> f32 {
        self.size_percent
    }
}

impl From<Preset> for Badge {
    fn from(preset: Preset) -> Self {
        Self {
            text: preset.text().to_owned(),
            preset: Some(preset),
            corner: preset.corner(),
            size_percent: *SIZE_PERCENT.start(),
        }
    }
}

/// The name of a preset, else a text.
impl FromStr for Badge {
    type Err = WordingError;

    fn from_str(text: &str) -> Result<Self, WordingError> {
        match Preset::ALL.into_iter().find(|preset| preset.name() == text.trim()) {
            Some(preset) => Ok(preset.into()),
            None => Self::new(text),
        }
    }
}

/// The preset's name, else the text: what [`FromStr`] takes.
impl fmt::Display for Badge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.preset.map_or(&self.text, |preset| preset.name()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_by_name_and_everything_else_is_text() {
        for preset in Preset::ALL {
            let badge: Badge = preset.name().parse().unwrap();
            assert_eq!((badge.text(), badge.preset(), badge.corner()), (preset.text(), Some(preset), preset.corner()));
            assert_eq!(badge.to_string(), preset.name());
            // Every preset can be written out too.
            assert_eq!(Badge::new(preset.text()).unwrap().text(), preset.text());
        }
        let badge: Badge = "  인공지능이\n만든 그림 ".parse().unwrap();
        assert_eq!((badge.text(), badge.preset()), ("인공지능이 만든 그림", None));
        assert_eq!((0x20..0x7f).filter(|&c| !typeset::has_glyph(char::from(c))).count(), 0, "ASCII");
    }

    #[test]
    fn what_cannot_be_drawn_is_refused_by_name() {
        assert_eq!("  ".parse::<Badge>(), Err(WordingError::Empty));
        assert_eq!("x".repeat(61).parse::<Badge>(), Err(WordingError::TooLong { length: 61 }));
        for (text, character) in
            [("AI 😀", '😀'), ("AI 뷁", '뷁'), ("Fait par l'IA, déjà", 'é'), ("AI\u{202e}", '\u{202e}')]
        {
            assert_eq!(text.parse::<Badge>(), Err(WordingError::NoGlyph { character }), "{text}");
        }
        assert!(WordingError::NoGlyph { character: '뷁' }.to_string().contains("'뷁' (U+BDC1)"));
        for percent in [4.9, 25.1, f32::NAN, f32::INFINITY, -1.0] {
            assert!(Badge::from(Preset::Ko).sized(percent).is_err(), "{percent}");
        }
    }
}
