//! Text -> advances, ink and coverage, by the embedded font (Noto Sans CJK KR Bold, a subset: `scripts/badge-font.py`).
//!
//! Lengths in em until a size is known. `ab_glyph` outlines and rasterises; nothing is hinted, so sizes scale freely.

use std::sync::LazyLock;

use ab_glyph::{Font as _, FontRef, Glyph, PxScale, point};

/// Height of the capital letters in em (the font's `OS/2.sCapHeight`).
const CAP_HEIGHT_EM: f32 = 0.733;
/// Extra space between glyphs in em: capitals on a plate read more calmly a little apart.
const TRACKING_EM: f32 = 0.015;

static FONT: LazyLock<FontRef<'static>> = LazyLock::new(|| {
    FontRef::try_from_slice(include_bytes!("../assets/NotoSansKR-Badge.otf")).expect("the embedded font is well-formed")
});

/// Whether the font can draw it.
pub(crate) fn has_glyph(character: char) -> bool {
    FONT.glyph_id(character).0 != 0
}

/// Length in font units -> em.
fn em(units: f32) -> f32 {
    units / FONT.units_per_em().unwrap_or(1000.0)
}

/// Vertical extent of a text's ink in em, the baseline at 0, upward positive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ink {
    pub(crate) top: f32,
    pub(crate) bottom: f32,
    /// Height of the full-sized characters: the tallest Hangul syllable or Chinese character where there is one, else the
    /// capitals'. It is what "height of the text" means here.
    pub(crate) height: f32,
}

/// Ink of all lines together, so that each sits alike.
pub(crate) fn ink(text: &str) -> Ink {
    let mut ink = Ink { top: CAP_HEIGHT_EM, bottom: 0.0, height: 0.0 };
    for character in text.chars() {
        let Some(outline) = FONT.outline(FONT.glyph_id(character)) else { continue };
        // A font's y points up, and `Rect` calls the lesser corner `min`, whichever that is.
        let (low, high) = (em(outline.bounds.min.y), em(outline.bounds.max.y));
        let (low, high) = (low.min(high), low.max(high));
        (ink.top, ink.bottom) = (ink.top.max(high), ink.bottom.min(low));
        if character >= '\u{1100}' && character.is_alphabetic() {
            ink.height = ink.height.max(high - low);
        }
    }
    if ink.height == 0.0 {
        ink.height = CAP_HEIGHT_EM;
    }
    ink
}

/// Width of a line in em.
pub(crate) fn width(line: &str) -> f32 {
    line.chars().map(|character| em(FONT.h_advance_unscaled(FONT.glyph_id(character))) + TRACKING_EM).sum::<f32>()
        - TRACKING_EM
}

/// Coverage of a block of text, row by row, 0 to 1.
pub(crate) struct Coverage {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) values: Vec<f32>,
}

impl Coverage {
    pub(crate) fn new(width: usize, height: usize) -> Self {
        Self { width, height, values: vec![0.0; width * height] }
    }

    /// Adds a line whose pen begins at `(x, baseline)`, in pixels from the block's top left; what falls outside is cut off.
    pub(crate) fn add(&mut self, line: &str, x: f32, baseline: f32, em_px: f32) {
        // The library scales by ascent minus descent.
        let scale = PxScale::from(em_px * em(FONT.height_unscaled()));
        let mut pen = x;
        for character in line.chars() {
            let id = FONT.glyph_id(character);
            let glyph = Glyph { id, scale, position: point(pen, baseline) };
            pen += (em(FONT.h_advance_unscaled(id)) + TRACKING_EM) * em_px;
            let Some(outlined) = FONT.outline_glyph(glyph) else { continue };
            let at = outlined.px_bounds().min;
            outlined.draw(|column, row, coverage| {
                let (x, y) = (at.x as i64 + i64::from(column), at.y as i64 + i64::from(row));
                let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else { return };
                if x < self.width && y < self.height {
                    let value = &mut self.values[y * self.width + x];
                    *value = (*value + coverage).clamp(0.0, 1.0);
                }
            });
        }
    }
}
