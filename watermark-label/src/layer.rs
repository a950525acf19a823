//! The layers in which a picture can say that it was made by AI.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One place where a picture says how it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// The invisible mark in the pixels.
    Mark,
    /// XMP: IPTC's fields, our signed record, TC260's AIGC label.
    Metadata,
    /// A notice in text or voice, given at least once. It lies outside the file, with whoever hands the file out.
    Notice,
    /// A label drawn into the picture, for people to see.
    Badge,
    /// A C2PA manifest.
    C2pa,
}

impl Layer {
    /// Every layer, in the order in which they are applied, the notice last.
    pub const ALL: [Self; 5] = [Self::Badge, Self::Mark, Self::Metadata, Self::C2pa, Self::Notice];

    /// The layers of a stamped file, in the order in which they are applied.
    pub fn applied(badge: bool, metadata: bool, manifest: bool) -> Vec<Self> {
        let all = [(Self::Badge, badge), (Self::Mark, true), (Self::Metadata, metadata), (Self::C2pa, manifest)];
        all.into_iter().filter_map(|(layer, applied)| applied.then_some(layer)).collect()
    }

    /// The name in data files and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mark => "mark",
            Self::Metadata => "metadata",
            Self::Notice => "notice",
            Self::Badge => "badge",
            Self::C2pa => "c2pa",
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A visible label as it was drawn, for the signed record. Nobody can find it in the pixels again without looking, so
/// the record is what states it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Badge {
    /// The words drawn, e.g. `AI 생성`.
    pub text: String,
    /// Left edge, pixels of the stamped picture.
    pub x: u32,
    /// Upper edge, pixels.
    pub y: u32,
    /// Width, pixels.
    pub width: u32,
    /// Height, pixels.
    pub height: u32,
}
