//! Test images as a viewer shows them: upright, 8-bit RGB, transparency on white.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use image::RgbImage;
use watermark_core::raster::{Channels, Raster, Samples};
use watermark_files::{Limits, decode};

/// A test image.
pub(crate) struct Picture {
    /// File stem.
    pub name: String,
    /// What a viewer shows.
    pub pixels: RgbImage,
}

/// Files of a folder with an image's extension, sorted by name.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .with_context(|| format!("reading the image folder {}", folder.display()))?
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| {
            let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_lowercase();
            ["png", "jpg", "jpeg", "webp"].contains(&extension.as_str())
        })
        .collect();
    files.sort();
    Ok(files)
}

/// Decodes a file.
pub(crate) fn load(path: &Path) -> Result<Picture> {
    let bytes = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    let file = decode(&bytes, &Limits::default()).with_context(|| format!("decoding {}", path.display()))?;
    let name = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default().to_owned();
    Ok(Picture { name, pixels: to_rgb(&file.raster) })
}

/// 8-bit RGB on white.
pub(crate) fn to_rgb(raster: &Raster) -> RgbImage {
    let samples: Vec<f32> = match raster.samples() {
        Samples::U8(s) => s.iter().map(|&v| f32::from(v)).collect(),
        Samples::U16(s) => s.iter().map(|&v| f32::from(v) / 257.0).collect(),
    };
    let count = raster.channels().count();
    let mut out = Vec::with_capacity(raster.width() as usize * raster.height() as usize * 3);
    for p in samples.chunks_exact(count) {
        let (rgb, alpha) = match raster.channels() {
            Channels::Gray => ([p[0]; 3], 255.0),
            Channels::GrayAlpha => ([p[0]; 3], p[1]),
            Channels::Rgb => ([p[0], p[1], p[2]], 255.0),
            Channels::Rgba => ([p[0], p[1], p[2]], p[3]),
        };
        out.extend(rgb.map(|v| (255.0 + (v - 255.0) * alpha / 255.0).round() as u8));
    }
    RgbImage::from_raw(raster.width(), raster.height(), out).unwrap_or_default()
}

/// The core's view of RGB pixels.
pub(crate) fn to_raster(pixels: &RgbImage) -> Result<Raster> {
    Ok(Raster::new(pixels.width(), pixels.height(), Channels::Rgb, Samples::U8(pixels.as_raw().clone()))?)
}
