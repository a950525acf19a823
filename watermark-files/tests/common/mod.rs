//! Pictures and metadata the tests share.
#![allow(dead_code, reason = "each test crate uses its part")]

use std::path::PathBuf;

use watermark_core::raster::{Channels, Raster, Samples};
use watermark_files::{Density, DensityUnit, ImageFile, Limits, Metadata, decode};

/// The development image set, beside the repository unless `WATERMARK_IMAGES` says where.
pub(crate) fn images_dir() -> PathBuf {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/images");
    let dir = std::env::var_os("WATERMARK_IMAGES").map_or_else(|| beside.into(), PathBuf::from);
    assert!(dir.is_dir(), "no image set at {}; set WATERMARK_IMAGES to its folder", dir.display());
    dir
}

pub(crate) fn image(name: &str) -> Vec<u8> {
    std::fs::read(images_dir().join(name)).unwrap()
}

pub(crate) fn read(bytes: &[u8]) -> ImageFile {
    decode(bytes, &Limits::default()).unwrap()
}

/// A smooth picture with some texture; alpha, if any, opaque.
pub(crate) fn scene(width: u32, height: u32, channels: Channels) -> Raster {
    let mut samples = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let base = (x * 200 / width + y * 50 / height) as u8;
            let pixel = [base, 255 - base, base / 2 + ((x ^ y) & 7) as u8, 255];
            match channels {
                Channels::Gray => samples.push(base),
                Channels::GrayAlpha => samples.extend([base, 255]),
                Channels::Rgb => samples.extend(&pixel[..3]),
                Channels::Rgba => samples.extend(pixel),
            }
        }
    }
    Raster::new(width, height, channels, Samples::U8(samples)).unwrap()
}

/// The same at 16 bits, with low bytes that matter.
pub(crate) fn scene16(width: u32, height: u32, channels: Channels) -> Raster {
    let Samples::U8(bytes) = scene(width, height, channels).into_samples() else { unreachable!() };
    let wide = bytes.iter().enumerate().map(|(i, &b)| u16::from(b) << 8 | (i % 251) as u16).collect();
    Raster::new(width, height, channels, Samples::U16(wide)).unwrap()
}

pub(crate) fn bytes_of(raster: &Raster) -> &[u8] {
    match raster.samples() {
        Samples::U8(s) => s,
        Samples::U16(_) => panic!("8-bit samples expected"),
    }
}

pub(crate) fn psnr(a: &Raster, b: &Raster) -> f64 {
    assert_eq!((a.width(), a.height(), a.channels()), (b.width(), b.height(), b.channels()));
    let pairs = bytes_of(a).iter().zip(bytes_of(b));
    let squares: f64 = pairs.map(|(&x, &y)| (f64::from(x) - f64::from(y)).powi(2)).sum();
    10.0 * (255.0 * 255.0 * bytes_of(a).len() as f64 / squares.max(1e-9)).log10()
}

/// A profile that is one only as far as its header goes.
pub(crate) fn icc(space: [u8; 4], length: usize) -> Vec<u8> {
    let mut profile: Vec<u8> = (0..length).map(|i| (i * 31 % 253) as u8).collect();
    profile[16..20].copy_from_slice(&space);
    profile[36..40].copy_from_slice(b"acsp");
    profile
}

/// Little-endian EXIF with the orientation tag and `padding` bytes behind a maker note.
pub(crate) fn exif(orientation: u16, padding: usize) -> Vec<u8> {
    let mut b = b"II*\0\x08\0\0\0\x02\0".to_vec();
    b.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation as u8, 0, 0, 0]);
    b.extend([0x7c, 0x92, 7, 0]);
    b.extend((padding.max(5) as u32).to_le_bytes());
    b.extend(38_u32.to_le_bytes());
    b.extend([0; 4]);
    b.extend((0..padding.max(5)).map(|i| i as u8));
    b
}

pub(crate) const XMP: &[u8] = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/></x:xmpmeta>";

/// ICC, EXIF and XMP, which every container takes.
pub(crate) fn portable(space: [u8; 4]) -> Metadata {
    Metadata {
        icc: Some(icc(space, 3000)),
        exif: Some(exif(1, 100)),
        xmp: Some(XMP.to_vec()),
        density: Some(Density { x: 300, y: 300, unit: DensityUnit::Inch }),
        ..Metadata::default()
    }
}
