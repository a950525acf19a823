//! Attacks by name and strength, for trying out what a mark survives: the arithmetic of `watermark-attacks`.

use image::RgbImage;
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use watermark_attacks::{Flip, Format, Keep, Kernel, Step, find, run};
use watermark_core::raster::{Channels, Raster, Samples};

use crate::error::Failure;
use crate::picture::Picture;

/// One change, in the spelling of JavaScript: `{"jpeg": 75}`.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Edit {
    /// Quality, 1 to 100.
    Jpeg(u8),
    /// Factor on both sides.
    Resize(f64),
    /// Share of the area kept, around the centre.
    Crop(f64),
    /// Degrees counter-clockwise, frame kept, black corners.
    Rotate(f64),
    /// Left-right mirror image, where true.
    Mirror(bool),
    /// Factor; 1 leaves the picture alone.
    Brightness(f32),
    /// Standard deviation in gray levels.
    Noise(f64),
    /// Standard deviation in pixels.
    Blur(f64),
    /// Share of the area under a caption box.
    Cover(f64),
}

impl Edit {
    fn step(self) -> Option<Step> {
        Some(match self {
            Self::Jpeg(quality) => Step::Jpeg(quality),
            Self::Resize(f) => Step::Resize { fx: f, fy: f, kernel: Kernel::Bicubic },
            Self::Crop(share) => Step::Crop(share, Keep::Centre),
            Self::Rotate(deg) => Step::Rotate { deg, fill: [0; 3] },
            Self::Mirror(true) => Step::Flip(Flip::LeftRight),
            Self::Mirror(false) => return None,
            Self::Brightness(factor) => Step::Brightness(factor),
            Self::Noise(sigma) => Step::Noise(sigma),
            Self::Blur(sigma) => Step::Blur(sigma),
            Self::Cover(share) => Step::Overlay(share),
        })
    }
}

#[wasm_bindgen]
impl Picture {
    /// The picture after changes, in order (JSON). Equal pixels, changes and seed give equal results.
    ///
    /// # Errors
    /// Codes `option` and `edit`.
    pub fn edit(&self, edits: &str, seed: u32) -> Result<Picture, JsValue> {
        let edits: Vec<Edit> = serde_json::from_str(edits).map_err(Failure::from)?;
        let steps: Vec<Step> = edits.into_iter().filter_map(Edit::step).collect();
        let attacked = run(&steps, &self.rgb()?, u64::from(seed)).map_err(|e| Failure::Edit(e.to_string()))?;
        Ok(of_rgb(attacked.image)?)
    }

    /// The file left behind by a row of the attack table, as the tests and `watermark demo` make it: JPEG where the
    /// last step is one, PNG otherwise.
    ///
    /// # Errors
    /// Codes `option` and `edit`.
    pub fn attack(&self, name: &str, seed: u32) -> Result<Vec<u8>, JsValue> {
        let attack = find(name).ok_or_else(|| Failure::Option(format!("no attack is called {name:?}")))?;
        let attacked = attack.apply(&self.rgb()?, u64::from(seed)).map_err(|error| Failure::Edit(error.to_string()))?;
        match attacked.file {
            Some((Format::Jpeg, bytes)) => Ok(bytes),
            _ => of_rgb(attacked.image)?.encode(None),
        }
    }
}

impl Picture {
    /// Eight bits, three channels; transparent parts on white, as viewers show them.
    fn rgb(&self) -> Result<RgbImage, Failure> {
        let rgba = self.rgba();
        let on_white = |v: u8, a: u8| ((u32::from(v) * u32::from(a) + 255 * (255 - u32::from(a)) + 127) / 255) as u8;
        let samples =
            rgba.chunks_exact(4).flat_map(|p| [on_white(p[0], p[3]), on_white(p[1], p[3]), on_white(p[2], p[3])]);
        RgbImage::from_raw(self.raster.width(), self.raster.height(), samples.collect())
            .ok_or_else(|| Failure::Edit("its frame and samples do not match".to_owned()))
    }
}

fn of_rgb(image: RgbImage) -> Result<Picture, Failure> {
    let (width, height) = image.dimensions();
    Ok(Picture::of_raster(Raster::new(width, height, Channels::Rgb, Samples::U8(image.into_raw()))?))
}
