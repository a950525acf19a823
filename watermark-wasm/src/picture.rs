//! A decoded picture held on this side of the boundary, so that several calls need not decode it again.

use wasm_bindgen::prelude::*;
use watermark_core::raster::{Channels, Raster, Samples};
use watermark_files::{EncodeOptions, Format, JpegOptions, Limits, Metadata, Source, decode, encode};

use crate::error::Failure;
use crate::{labels, now_ms};

/// Pixels, and what the file around them said.
#[wasm_bindgen]
pub struct Picture {
    pub(crate) raster: Raster,
    /// `None`: the caller handed over pixels.
    pub(crate) format: Option<Format>,
    pub(crate) source: Option<Source>,
    pub(crate) metadata: Metadata,
    pub(crate) decode_ms: f64,
}

impl Picture {
    /// Pixels without a file.
    pub(crate) fn of_raster(raster: Raster) -> Self {
        Self { raster, format: None, source: None, metadata: Metadata::default(), decode_ms: 0.0 }
    }
}

#[wasm_bindgen]
impl Picture {
    /// Reads a PNG, JPEG or WebP file: the very pixels that the command line program works on.
    ///
    /// # Errors
    /// Codes `empty`, `not-an-image`, `unsupported-format`, `several-pictures`, `too-large`, `damaged`.
    pub fn decode(bytes: &[u8]) -> Result<Self, JsValue> {
        let start = now_ms();
        let file = decode(bytes, &Limits::default()).map_err(Failure::from)?;
        let decode_ms = now_ms() - start;
        let (format, source) = (Some(file.format), Some(file.source));
        Ok(Self { raster: file.raster, format, source, metadata: file.metadata, decode_ms })
    }

    /// Takes the samples of an `ImageData`: 8 bits, red, green, blue, straight alpha.
    ///
    /// # Errors
    /// Code `pixels` when their number does not fit the size.
    #[wasm_bindgen(js_name = fromRgba)]
    pub fn from_rgba(rgba: Vec<u8>, width: u32, height: u32) -> Result<Self, JsValue> {
        let raster = Raster::new(width, height, Channels::Rgba, Samples::U8(rgba)).map_err(Failure::from)?;
        Ok(Self::of_raster(without_idle_alpha(raster)?))
    }

    /// Width in pixels, upright.
    #[wasm_bindgen(getter)]
    pub fn width(&self) -> u32 {
        self.raster.width()
    }

    /// Height in pixels, upright.
    #[wasm_bindgen(getter)]
    pub fn height(&self) -> u32 {
        self.raster.height()
    }

    /// The samples as `ImageData` takes them; 16 bits are cut to 8.
    pub fn rgba(&self) -> Vec<u8> {
        let step = self.raster.channels().count();
        let eight: Vec<u8>;
        let samples = match self.raster.samples() {
            Samples::U8(samples) => samples,
            Samples::U16(samples) => {
                eight = samples.iter().map(|s| (s >> 8) as u8).collect();
                &eight
            }
        };
        let mut out = Vec::with_capacity(samples.len() / step * 4);
        for pixel in samples.chunks_exact(step) {
            out.extend_from_slice(&match *pixel {
                [v] => [v, v, v, 255],
                [v, a] => [v, v, v, a],
                [r, g, b] => [r, g, b, 255],
                [r, g, b, a, ..] => [r, g, b, a],
                [] => continue,
            });
        }
        out
    }

    /// What the metadata says about how the picture was made, as JSON: see `labels.rs`.
    pub fn labels(&self) -> String {
        serde_json::to_string(&labels::find(&self.metadata)).unwrap_or_default()
    }

    /// Writes the pixels, without metadata, as PNG or, with a quality from 1 to 100, as JPEG.
    ///
    /// # Errors
    /// Code `cannot-write`.
    pub fn encode(&self, jpeg_quality: Option<u8>) -> Result<Vec<u8>, JsValue> {
        let options = jpeg_quality.map_or(EncodeOptions::Png, |quality| EncodeOptions::Jpeg(JpegOptions::new(quality)));
        Ok(encode(&self.raster, &Metadata::default(), &options).map_err(Failure::from)?.bytes)
    }

    /// The difference to another picture of the same size around middle gray, magnified, as RGBA samples.
    ///
    /// # Errors
    /// Code `pixels` when the sizes differ.
    pub fn difference(&self, other: &Self, gain: f32) -> Result<Vec<u8>, JsValue> {
        if (self.width(), self.height()) != (other.width(), other.height()) {
            let text = format!(
                "a {} x {} picture cannot be compared with one of {} x {}; pass two pictures of one size",
                self.width(),
                self.height(),
                other.width(),
                other.height()
            );
            return Err(Failure::Option(text).into());
        }
        let mut out = self.rgba();
        for (a, b) in out.chunks_exact_mut(4).zip(other.rgba().chunks_exact(4)) {
            for (a, b) in a.iter_mut().zip(b).take(3) {
                *a = (128.0 + gain * (f32::from(*b) - f32::from(*a))).clamp(0.0, 255.0).round() as u8;
            }
            a[3] = 255;
        }
        Ok(out)
    }
}

/// Canvases hand out alpha always. Where all of it is opaque it goes, so that pixels are read to the last bit as the
/// file they came from.
fn without_idle_alpha(raster: Raster) -> Result<Raster, Failure> {
    let (width, height) = (raster.width(), raster.height());
    let Samples::U8(samples) = raster.samples() else { return Ok(raster) };
    if samples.chunks_exact(4).any(|pixel| pixel[3] != 255) {
        return Ok(raster);
    }
    let rgb = samples.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    Ok(Raster::new(width, height, Channels::Rgb, Samples::U8(rgb))?)
}
