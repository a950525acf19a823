//! The label that people see: a short text on a rounded plate, in a corner of the picture.
//!
//! ```text
//! Badge (text, corner, size) --wording: every glyph in the font?--+
//! Raster --layout: lines, size, place--> --typeset: coverage----> paint (plate light or dark by what lies under it) -> Raster
//! ```
//!
//! Everything is a function of the arguments, with `+ - * / sqrt` alone, so each target draws the same bits. Draw it before the
//! invisible mark is embedded: the mark then covers the label too, and a label painted over later shows as an edit.
//!
//! ```
//! use watermark_badge::{Badge, draw};
//! use watermark_core::raster::{Channels, Raster, Samples};
//!
//! let mut picture = Raster::new(640, 480, Channels::Rgb, Samples::U8(vec![90; 640 * 480 * 3]))?;
//! let drawn = draw(&mut picture, &"ko".parse::<Badge>()?)?; // "AI 생성", bottom right
//! assert!(drawn.text_height_px * 20 >= 480 && drawn.contrast >= 4.5);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod contrast;
mod layout;
mod paint;
mod typeset;
mod wording;

pub use layout::{Area, DrawError};
pub use paint::{Drawn, Plate, draw};
pub use wording::{Badge, Corner, MAX_CHARACTERS, PARTS, Preset, SIZE_PERCENT, WordingError};
