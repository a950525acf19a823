//! A picture and its metadata to file bytes.
//!
//! PNG effort, measured on one core of a shared machine: encode time, and size against the file as found.
//!
//! | fdeflate or zlib level, filter | kodim05 0.4 MP photo | surfing dog 1 MP generated | UI screenshot 3.6 MP |
//! |---|---|---|---|
//! | fdeflate, Paeth (taken) | 5.9 ms, 1.18 | 14 ms, 0.93 | 9 ms, 1.39 |
//! | fdeflate, adaptive | 13.6 ms, 1.18 | 32 ms, 0.92 | 37 ms, 1.34 |
//! | zlib 1, adaptive | 28 ms, 1.10 | 71 ms, 1.01 | 48 ms, 1.17 |
//! | zlib 2, adaptive | 51 ms, 1.05 | 104 ms, 0.98 | 83 ms, 1.04 |
//! | zlib 6, adaptive | 112 ms, 1.04 | 411 ms, 0.93 | 165 ms, 0.98 |
//!
//! A marked picture has fine noise everywhere, so it is the first two columns that count.

use watermark_core::raster::{Channels, Raster, Samples};

use crate::error::EncodeError;
use crate::format::Format;
use crate::metadata::{Density, DensityUnit, Metadata, Note, PngChunk};
use crate::source::{EncodeOptions, JpegOptions, Subsampling, WebpCompression};
use crate::{jpeg_write, png_chunks, webp_chunks};

/// The most a side may have in each format: a 16-bit field in JPEG, a 14-bit one in lossy WebP, and the same for
/// lossless WebP so that the limit does not depend on the compression.
const JPEG_MAX_SIDE: u32 = 65_535;
const WEBP_MAX_SIDE: u32 = 16_383;

/// A written file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// The file.
    pub bytes: Vec<u8>,
    /// Metadata that this format could not take; empty when source and target format are the same.
    pub notes: Vec<Note>,
}

/// Writes a picture as a file, its samples at their depth and in their channels as far as the format has them.
///
/// # Errors
/// When the format cannot hold the picture (alpha or 16 bits in JPEG, 16 bits in WebP, a side too long), when the
/// quality is out of range, or when this build lacks the encoder; AVIF is never written.
pub fn encode(raster: &Raster, metadata: &Metadata, options: &EncodeOptions) -> Result<Encoded, EncodeError> {
    match *options {
        EncodeOptions::Png => encode_png(raster, metadata),
        EncodeOptions::Jpeg(options) => encode_jpeg(raster, metadata, options),
        EncodeOptions::WebP(compression) => encode_webp(raster, metadata, compression),
        EncodeOptions::Avif => Err(EncodeError::ReadOnly { format: Format::Avif }),
    }
}

fn failed(format: Format, detail: &impl ToString) -> EncodeError {
    EncodeError::Encoder { format, detail: detail.to_string() }
}

fn encode_png(raster: &Raster, metadata: &Metadata) -> Result<Encoded, EncodeError> {
    let fail = |e: png::EncodingError| failed(Format::Png, &e);
    let (chunks, notes) = png_chunks::chunks_for(metadata, raster.channels());
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, raster.width(), raster.height());
    encoder.set_color(match raster.channels() {
        Channels::Gray => png::ColorType::Grayscale,
        Channels::GrayAlpha => png::ColorType::GrayscaleAlpha,
        Channels::Rgb => png::ColorType::Rgb,
        Channels::Rgba => png::ColorType::Rgba,
    });
    encoder.set_compression(png::Compression::Fast);
    encoder.set_filter(png::Filter::Paeth);
    let big_endian: Vec<u8>;
    let samples = match raster.samples() {
        Samples::U8(samples) => {
            encoder.set_depth(png::BitDepth::Eight);
            samples
        }
        Samples::U16(samples) => {
            encoder.set_depth(png::BitDepth::Sixteen);
            big_endian = samples.iter().flat_map(|s| s.to_be_bytes()).collect();
            &big_endian
        }
    };
    let mut writer = encoder.write_header().map_err(fail)?;
    for PngChunk { kind, data } in &chunks {
        writer.write_chunk(png::chunk::ChunkType(*kind), data).map_err(fail)?;
    }
    writer.write_image_data(samples).map_err(fail)?;
    writer.finish().map_err(fail)?;
    Ok(Encoded { bytes, notes })
}

fn encode_jpeg(raster: &Raster, metadata: &Metadata, options: JpegOptions) -> Result<Encoded, EncodeError> {
    use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder, PixelDensity, PixelDensityUnit, SamplingFactor};

    let samples = eight_bits(raster, Format::Jpeg)?;
    check_side(raster, Format::Jpeg, JPEG_MAX_SIDE)?;
    check_quality(Format::Jpeg, options.quality)?;
    let step = raster.channels().count();
    if raster.channels().has_alpha() {
        let pixels = samples.chunks_exact(step).filter(|p| p[step - 1] != 255).count() as u64;
        if pixels > 0 {
            return Err(EncodeError::AlphaInJpeg { pixels });
        }
    }
    let without_alpha: Vec<u8>;
    let (samples, color) = match raster.channels() {
        Channels::Gray => (samples, ColorType::Luma),
        Channels::GrayAlpha => {
            without_alpha = samples.iter().copied().step_by(2).collect();
            (&without_alpha[..], ColorType::Luma)
        }
        Channels::Rgb => (samples, ColorType::Rgb),
        Channels::Rgba => (samples, ColorType::Rgba),
    };
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, options.quality);
    encoder.set_sampling_factor(match options.subsampling {
        Subsampling::Full => SamplingFactor::R_4_4_4,
        Subsampling::HalfWidth => SamplingFactor::R_4_2_2,
        Subsampling::HalfHeight => SamplingFactor::R_4_4_0,
        Subsampling::Half => SamplingFactor::R_4_2_0,
    });
    // The default takes one chroma sample of each block, which aliases coloured edges.
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
    encoder.set_progressive(options.progressive);
    // Optimised tables save 2 % on a photo and up to half on a flat picture, but for sequential colour the encoder then
    // writes each component in a scan of its own, which zune-jpeg, and so the `image` crate, decodes wrongly.
    encoder.set_optimized_huffman_tables(options.progressive || color == ColorType::Luma);
    if let Some((x, y, unit)) = metadata.density.and_then(Density::for_jpeg) {
        let unit = match unit {
            DensityUnit::Inch => PixelDensityUnit::Inches,
            DensityUnit::Centimetre => PixelDensityUnit::Centimeters,
            DensityUnit::Aspect | DensityUnit::Metre => PixelDensityUnit::PixelAspectRatio,
        };
        encoder.set_density(PixelDensity { density: (x, y), unit });
    }
    // Both sides were checked to fit 16 bits.
    encoder
        .encode(samples, raster.width() as u16, raster.height() as u16, color)
        .map_err(|e| failed(Format::Jpeg, &e))?;
    let (bytes, notes) = jpeg_write::insert(&jpeg, metadata, raster.channels())
        .ok_or_else(|| failed(Format::Jpeg, &"its output has no place for metadata"))?;
    Ok(Encoded { bytes, notes })
}

fn encode_webp(raster: &Raster, metadata: &Metadata, compression: WebpCompression) -> Result<Encoded, EncodeError> {
    let samples = eight_bits(raster, Format::WebP)?;
    check_side(raster, Format::WebP, WEBP_MAX_SIDE)?;
    let webp = match compression {
        WebpCompression::Lossless => {
            let color = match raster.channels() {
                Channels::Gray => image_webp::ColorType::L8,
                Channels::GrayAlpha => image_webp::ColorType::La8,
                Channels::Rgb => image_webp::ColorType::Rgb8,
                Channels::Rgba => image_webp::ColorType::Rgba8,
            };
            let mut out = Vec::new();
            image_webp::WebPEncoder::new(&mut out)
                .encode(samples, raster.width(), raster.height(), color)
                .map_err(|e| failed(Format::WebP, &e))?;
            out
        }
        WebpCompression::Lossy { quality } => {
            check_quality(Format::WebP, quality)?;
            lossy_webp(raster, samples, quality)?
        }
    };
    let (bytes, notes) = webp_chunks::insert(&webp, metadata, (raster.width(), raster.height()))
        .ok_or_else(|| failed(Format::WebP, &"its output has no place for metadata"))?;
    Ok(Encoded { bytes, notes })
}

#[cfg(feature = "webp-lossy")]
fn lossy_webp(raster: &Raster, samples: &[u8], quality: u8) -> Result<Vec<u8>, EncodeError> {
    let (width, height) = (raster.width(), raster.height());
    // libwebp takes colour only.
    let color: Vec<u8>;
    let encoder = match raster.channels() {
        Channels::Gray => {
            color = samples.iter().flat_map(|&v| [v; 3]).collect();
            webp::Encoder::from_rgb(&color, width, height)
        }
        Channels::GrayAlpha => {
            color = samples.chunks_exact(2).flat_map(|p| [p[0], p[0], p[0], p[1]]).collect();
            webp::Encoder::from_rgba(&color, width, height)
        }
        Channels::Rgb => webp::Encoder::from_rgb(samples, width, height),
        Channels::Rgba => webp::Encoder::from_rgba(samples, width, height),
    };
    let out = encoder.encode_simple(false, f32::from(quality)).map_err(|e| failed(Format::WebP, &format!("{e:?}")))?;
    Ok(out.to_vec())
}

#[cfg(not(feature = "webp-lossy"))]
fn lossy_webp(_: &Raster, _: &[u8], _: u8) -> Result<Vec<u8>, EncodeError> {
    Err(EncodeError::LossyWebpNotBuilt)
}

fn eight_bits(raster: &Raster, format: Format) -> Result<&[u8], EncodeError> {
    match raster.samples() {
        Samples::U8(samples) => Ok(samples),
        Samples::U16(_) => Err(EncodeError::SixteenBit { format }),
    }
}

fn check_side(raster: &Raster, format: Format, limit: u32) -> Result<(), EncodeError> {
    let (width, height) = (raster.width(), raster.height());
    if width.max(height) > limit {
        return Err(EncodeError::SideTooLong { format, width, height, limit });
    }
    Ok(())
}

fn check_quality(format: Format, quality: u8) -> Result<(), EncodeError> {
    if (1..=100).contains(&quality) { Ok(()) } else { Err(EncodeError::Quality { format, quality }) }
}
