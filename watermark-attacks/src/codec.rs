//! Lossy codec round trips: pixels -> file -> pixels.
//!
//! JPEG: baseline, 4:2:0 by 2x2 mean, tables of ITU-T T.81 Annex K scaled as libjpeg does, no optimised Huffman
//! tables; decoded by the decoder that the rest of the project uses. WebP: libwebp, method 4.
//!
//! DIFFERENCE: colour conversion and DCT rounding are those of `jpeg-encoder` and `zune-jpeg`, not of libjpeg-turbo;
//! single coefficients near a rounding tie may differ by one quantisation step.

use image::RgbImage;
use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder, QuantizationTableType, SamplingFactor};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;

use crate::chain::{AttackError, Attacked};

/// Longest side a JPEG holds, in pixels (ITU-T T.81, B.2.2).
const JPEG_LIMIT_PX: u32 = 65_500;

/// Longest side a WebP holds, in pixels: 14 bits (RFC 9649, 2.5).
#[cfg(feature = "webp")]
const WEBP_LIMIT_PX: u32 = 16_383;

/// Container of an attacked file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// JPEG.
    Jpeg,
    /// WebP.
    WebP,
}

impl Format {
    /// File name extension, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::WebP => "webp",
        }
    }
}

/// JPEG round trip at `quality`, 1 to 100.
pub(crate) fn jpeg(im: &RgbImage, quality: u8) -> Result<Attacked, AttackError> {
    let (width, height) = im.dimensions();
    let too_large = AttackError::TooLarge { step: "JPEG", width, height, limit_px: JPEG_LIMIT_PX };
    if width.max(height) > JPEG_LIMIT_PX {
        return Err(too_large);
    }
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality.clamp(1, 100));
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
    encoder.set_quantization_tables(QuantizationTableType::Default, QuantizationTableType::Default);
    encoder.encode(im.as_raw(), width as u16, height as u16, ColorType::Rgb).map_err(|_| too_large)?;
    Ok(Attacked { image: decode_jpeg(&bytes, width, height), file: Some((Format::Jpeg, bytes)) })
}

/// WebP lossy round trip at `quality`, 0 to 100.
#[cfg(feature = "webp")]
pub(crate) fn webp(im: &RgbImage, quality: u8) -> Result<Attacked, AttackError> {
    let (width, height) = im.dimensions();
    let too_large = AttackError::TooLarge { step: "WebP", width, height, limit_px: WEBP_LIMIT_PX };
    if width.max(height) > WEBP_LIMIT_PX {
        return Err(too_large);
    }
    // libwebp's defaults, which include method 4
    let encoded = webp::Encoder::from_rgb(im.as_raw(), width, height)
        .encode_simple(false, f32::from(quality.min(100)))
        .map_err(|_| too_large)?;
    let bytes = encoded.to_vec();
    let image =
        image::load_from_memory_with_format(&bytes, image::ImageFormat::WebP).expect("a file just written decodes");
    Ok(Attacked { image: image.into_rgb8(), file: Some((Format::WebP, bytes)) })
}

/// Pixels of a file this module has just written.
fn decode_jpeg(bytes: &[u8], width: u32, height: u32) -> RgbImage {
    let side = JPEG_LIMIT_PX as usize;
    let options =
        DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::RGB).set_max_width(side).set_max_height(side);
    let samples = zune_jpeg::JpegDecoder::new_with_options(ZCursor::new(bytes), options).decode();
    samples.ok().and_then(|samples| RgbImage::from_raw(width, height, samples)).expect("a file just written decodes")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scene() -> RgbImage {
        RgbImage::from_fn(67, 45, |x, y| image::Rgb([(x * 3) as u8, (y * 5) as u8, ((x ^ y) * 2) as u8]))
    }

    /// The luma table of the file, in zigzag order: marker DB, length 67, class and id 0.
    fn luma_table(bytes: &[u8]) -> &[u8] {
        let at = bytes.windows(5).position(|w| w == [0xff, 0xdb, 0, 67, 0]).expect("a luma table");
        &bytes[at + 5..at + 69]
    }

    #[test]
    fn tables_scale_as_libjpeg_scales_them() {
        // Annex K starts 16 11 12 14 in zigzag order; quality 75 halves (plus rounding), 25 doubles.
        for (quality, expected) in [(50, [16, 11, 12, 14]), (75, [8, 6, 6, 7]), (25, [32, 22, 24, 28])] {
            let (_, bytes) = jpeg(&scene(), quality).unwrap().file.unwrap();
            assert_eq!(luma_table(&bytes)[..4], expected, "quality {quality}");
        }
    }

    #[test]
    fn chroma_is_halved_at_every_quality() {
        for quality in [10, 90, 100] {
            let (_, bytes) = jpeg(&scene(), quality).unwrap().file.unwrap();
            let frame = bytes.windows(2).position(|w| w == [0xff, 0xc0]).expect("a baseline frame header");
            // marker 2, length 2, precision 1, size 4, components 1, then id and sampling of the first
            assert_eq!(bytes[frame + 11], 0x22, "quality {quality}");
        }
    }

    #[test]
    fn lower_quality_is_a_smaller_file() {
        let sizes: Vec<_> = [90, 50, 10].map(|q| jpeg(&scene(), q).unwrap().file.unwrap().1.len()).to_vec();
        assert!(sizes.is_sorted_by(|a, b| a > b), "{sizes:?}");
    }
}
