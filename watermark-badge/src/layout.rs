//! Where everything goes: lines, size and place of the plate, all in whole pixels but the pen.
//!
//! The text is as high as asked for, or lower where that does not fit, but never lower than the floor: 5 % of the shorter side.
//! Lines break at spaces only, into as few lines as fit, of about the same width. Where the text has ` / ` a new line begins.

use thiserror::Error;

use crate::typeset::{self, Coverage, Ink};
use crate::wording::{Badge, Corner, PARTS, SIZE_PERCENT};

/// Below this height strokes of Hangul run together (looked at on 128 px pictures), so small pictures get larger labels.
const LEGIBLE_PX: u32 = 12;
/// The smallest height worth drawing where even that does not fit.
const LEAST_PX: u32 = 9;
/// Distances in units of the text's height, judged by eye.
const PAD_X: f32 = 0.56;
const PAD_Y: f32 = 0.42;
const MARGIN: f32 = 0.5;
const LEADING: f32 = 0.42;
/// The plate's corner radius in units of the text's height.
pub(crate) const RADIUS: f32 = 0.36;

/// A rectangle of pixels inside the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// Left column.
    pub x: u32,
    /// Top row.
    pub y: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// The label does not fit.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DrawError {
    /// Too small a picture for so long a text.
    #[error(
        "the label {text:?} does not fit a {width} x {height} px picture at a readable size (text {least_px} px high); use a shorter \
         one, such as the preset eu, or a larger picture"
    )]
    NoRoom {
        /// The label.
        text: String,
        /// Width of the picture in pixels.
        width: u32,
        /// Height of the picture in pixels.
        height: u32,
        /// Height that the text would need at least.
        least_px: u32,
    },
}

/// A label laid out for one picture.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Layout {
    pub(crate) plate: Area,
    /// Height of capitals, syllables or characters, see [`Ink::height`].
    pub(crate) text_height_px: u32,
    pub(crate) lines: Vec<String>,
    ink: Ink,
    em_px: f32,
}

/// Lays a label out for a picture of `width` x `height` pixels.
///
/// # Errors
/// When it does not fit at the least height.
pub(crate) fn layout(badge: &Badge, width: u32, height: u32) -> Result<Layout, DrawError> {
    let shorter = width.min(height);
    let of_shorter = |percent: f32| (shorter as f32 * percent / 100.0).ceil() as u32;
    let wanted = of_shorter(badge.size_percent()).max(LEGIBLE_PX);
    let least = of_shorter(*SIZE_PERCENT.start()).max(LEAST_PX);
    (least..=wanted)
        .rev()
        .find_map(|text_height_px| fitted(badge, width, height, text_height_px))
        .ok_or_else(|| DrawError::NoRoom { text: badge.text().to_owned(), width, height, least_px: least })
}

/// The layout at one height, when it leaves margins and half of the picture's height free.
fn fitted(badge: &Badge, width: u32, height: u32, text_height_px: u32) -> Option<Layout> {
    let unit = text_height_px as f32;
    let ink = typeset::ink(badge.text());
    let em_px = unit / ink.height;
    let margin = (unit * MARGIN).ceil() as u32;
    let pad_x = (unit * PAD_X).ceil() as u32;
    let pad_y = (unit * PAD_Y).ceil() as u32;
    let room = width.checked_sub(2 * (margin + pad_x))?;
    let lines = lines(badge.text(), room as f32 / em_px)?;
    let widest = lines.iter().map(|line| typeset::width(line)).fold(0.0, f32::max);
    let block = (ink.top - ink.bottom) * em_px * lines.len() as f32 + unit * LEADING * (lines.len() - 1) as f32;
    let (plate_width, plate_height) = ((widest * em_px).ceil() as u32 + 2 * pad_x, block.ceil() as u32 + 2 * pad_y);
    if plate_height + 2 * margin > height || plate_height > height.div_ceil(2) {
        return None;
    }
    let (right, bottom) = (width - margin - plate_width, height - margin - plate_height);
    let (x, y) = match badge.corner() {
        Corner::TopLeft => (margin, margin),
        Corner::TopRight => (right, margin),
        Corner::BottomLeft => (margin, bottom),
        Corner::BottomRight => (right, bottom),
    };
    let plate = Area { x, y, width: plate_width, height: plate_height };
    Some(Layout { plate, text_height_px, lines, ink, em_px })
}

/// The words of each part in as few lines as fit `room` (in em), evened out; none when a word alone is wider.
fn lines(text: &str, room: f32) -> Option<Vec<String>> {
    let parts = text.split(PARTS).map(|part| even_lines(part, room)).collect::<Option<Vec<_>>>()?;
    Some(parts.concat())
}

fn even_lines(text: &str, room: f32) -> Option<Vec<String>> {
    let words: Vec<_> = text.split(' ').collect();
    let fewest = broken(&words, room)?;
    // Every narrower width that still does with as many lines is one of the runs of words.
    let runs = (0..words.len()).flat_map(|from| (from..words.len()).map(move |to| (from, to)));
    let narrower = runs.map(|(from, to)| typeset::width(&words[from..=to].join(" "))).filter(|&width| width <= room);
    let evened = narrower.filter_map(|width| Some((width, broken(&words, width)?)));
    let even = evened.filter(|(_, lines)| lines.len() == fewest.len()).min_by(|(a, _), (b, _)| a.total_cmp(b));
    Some(even.map_or(fewest, |(_, lines)| lines))
}

/// Greedy line breaking.
fn broken(words: &[&str], room: f32) -> Option<Vec<String>> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        if typeset::width(word) > room {
            return None;
        }
        match lines.last_mut() {
            Some(line) if typeset::width(&format!("{line} {word}")) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push((*word).to_owned()),
        }
    }
    Some(lines)
}

impl Layout {
    /// The text's coverage of the plate's pixels.
    pub(crate) fn coverage(&self) -> Coverage {
        let (width, height) = (self.plate.width as usize, self.plate.height as usize);
        let mut coverage = Coverage::new(width, height);
        let line_height = (self.ink.top - self.ink.bottom) * self.em_px;
        let step = line_height + self.text_height_px as f32 * LEADING;
        let block = line_height + step * (self.lines.len() - 1) as f32;
        let top = (height as f32 - block) / 2.0;
        for (n, line) in self.lines.iter().enumerate() {
            let x = (width as f32 - typeset::width(line) * self.em_px) / 2.0;
            // On whole rows, so that the feet of the letters are sharp.
            let baseline = (top + step * n as f32 + self.ink.top * self.em_px + 0.5).floor();
            coverage.add(line, x, baseline, self.em_px);
        }
        coverage
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::Preset;

    #[test]
    fn lines_break_evenly_and_only_at_spaces() {
        let text = Preset::KoRealistic.text();
        let whole = typeset::width(text);
        assert_eq!(lines(text, whole + 0.1).unwrap(), [text]);
        assert_eq!(lines(text, whole - 0.1).unwrap(), ["AI로 생성된 가상의", "이미지입니다"]);
        assert_eq!(lines("AIAIAIAI", 1.0), None);
        // Parts stand on lines of their own, however much room there is.
        assert_eq!(lines("AI로 생성 / AI GENERATED", 99.0).unwrap(), ["AI로 생성", "AI GENERATED"]);
        assert_eq!(lines("1/2", 99.0).unwrap(), ["1/2"]);
    }

    #[test]
    fn each_corner_is_its_own() {
        let at = |corner| layout(&Badge::from(Preset::Ko).in_corner(corner), 1000, 800).unwrap().plate;
        let (a, b, c, d) = (at(Corner::TopLeft), at(Corner::TopRight), at(Corner::BottomLeft), at(Corner::BottomRight));
        assert_eq!((a.x, a.y, b.y, c.x), (20, 20, 20, 20));
        assert_eq!((b.x + b.width, d.x + d.width, c.y + c.height, d.y + d.height), (980, 980, 780, 780));
    }

    #[test]
    fn a_size_that_does_not_fit_shrinks_to_the_floor_and_no_further() {
        let badge = Badge::from(Preset::KoRealistic).sized(25.0).unwrap();
        let drawn = layout(&badge, 500, 500).unwrap();
        assert!((25..125).contains(&drawn.text_height_px) && drawn.plate.height <= 250, "{drawn:?}");
        let error = layout(&Badge::new(&"W".repeat(60)).unwrap(), 1000, 1000).unwrap_err();
        assert!(matches!(error, DrawError::NoRoom { least_px: 50, .. }), "{error}");
        assert!(layout(&Preset::Ko.into(), 16, 16).is_err());
    }
}
