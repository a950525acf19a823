//! Every picture of the development set: read, written again in its own format, read again.

mod common;

use common::{bytes_of, image, images_dir, psnr, read};
use watermark_core::raster::{Channels, Samples};
use watermark_files::{
    DecodeError, EncodeOptions, Format, Limits, Note, PngChunk, Source, Subsampling, WebpCompression, decode, encode,
    probe,
};

#[test]
fn every_picture_is_read_and_written_again() {
    let mut names: Vec<_> = std::fs::read_dir(images_dir()).unwrap().map(|e| e.unwrap().path()).collect();
    names.sort();
    let mut pictures = 0;
    for path in names {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let Some(by_name) = path.extension().and_then(|e| Format::from_extension(&e.to_string_lossy())) else {
            continue;
        };
        pictures += 1;
        let bytes = std::fs::read(&path).unwrap();
        let file = match decode(&bytes, &Limits::default()) {
            Err(DecodeError::Animated { format: Format::WebP }) if name.contains("animated") => continue,
            other => other.unwrap_or_else(|e| panic!("{name}: {e}")),
        };
        assert_eq!(file.format, by_name, "{name}");
        let seen = probe(&bytes, &Limits::default()).unwrap();
        assert_eq!((seen.width, seen.height, seen.source), (file.raster.width(), file.raster.height(), file.source));

        let mut options = EncodeOptions::like(file.source);
        if matches!(options, EncodeOptions::WebP(_)) && !WebpCompression::LOSSY_AVAILABLE {
            options = EncodeOptions::WebP(WebpCompression::Lossless);
        }
        let written = encode(&file.raster, &file.metadata, &options).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(written.notes, [], "{name}: nothing is lost within a format");
        let again = read(&written.bytes);
        assert_eq!(again.format, file.format, "{name}");
        let mut kept = file.metadata.clone();
        // Said once, about the file as found.
        kept.dropped_c2pa = false;
        kept.notes.clear();
        if file.format == Format::Jpeg {
            // JFIF has no way not to state a density.
            kept.density = kept.density.or(again.metadata.density);
        }
        assert_eq!(again.metadata, kept, "{name}");
        match (options, file.source, again.source) {
            (EncodeOptions::Jpeg(_), Source::Jpeg { quality_is_exact: true, .. }, _) => {
                assert_eq!(again.source, without_cmyk(file.source), "{name}");
                assert!(psnr(&again.raster, &file.raster) > 33.0, "{name} {}", psnr(&again.raster, &file.raster));
            }
            (EncodeOptions::Jpeg(_), ..) => {
                assert!(psnr(&again.raster, &file.raster) > 33.0, "{name} {}", psnr(&again.raster, &file.raster));
            }
            (EncodeOptions::WebP(WebpCompression::Lossy { .. }), ..) => {
                assert!(psnr(&again.raster, &file.raster) > 36.0, "{name} {}", psnr(&again.raster, &file.raster));
            }
            _ => assert!(again.raster == file.raster, "{name}: lossless, so equal"),
        }
    }
    assert_eq!(pictures, 45);
}

fn without_cmyk(source: Source) -> Source {
    match source {
        Source::Jpeg { quality, quality_is_exact, progressive, components: 4, .. } => Source::Jpeg {
            quality,
            quality_is_exact,
            subsampling: Some(Subsampling::for_quality(quality)),
            progressive,
            components: 3,
        },
        other => other,
    }
}

#[test]
fn depth_channels_and_traits_are_as_the_manifest_states() {
    let gray = read(&image("photo_gravel_gray_512.png"));
    assert_eq!(gray.raster.channels(), Channels::Gray);
    let wide = read(&image("edge_rgb16_hlg_room_676x449.png"));
    assert!(matches!(wide.raster.samples(), Samples::U16(_)));
    let kinds: Vec<_> = wide.metadata.png_color.iter().map(|c| &c.kind).collect();
    assert!(kinds.contains(&b"cICP") && wide.metadata.icc.is_some());
    let palette = read(&image("edge_palette4bit_32x32.png"));
    assert_eq!(palette.source, Source::Png { bit_depth: 4, palette: true, interlaced: false });
    assert_eq!(palette.raster.channels(), Channels::Rgb);
    let sunset = probe(&image("photo_sunset_12mp_progressive_422.jpg"), &Limits::default()).unwrap();
    assert!(
        matches!(sunset.source, Source::Jpeg { subsampling: Some(Subsampling::HalfWidth), progressive: true, .. }),
        "{:?}",
        sunset.source
    );
    let brushes = probe(&image("edge_displayp3_brushes.jpg"), &Limits::default()).unwrap();
    assert_eq!(
        brushes.source,
        Source::Jpeg {
            quality: 92,
            quality_is_exact: true,
            subsampling: Some(Subsampling::Half),
            progressive: false,
            components: 3
        }
    );
    let flux = read(&image("ai_flux_dev_anime_1024.png"));
    let keywords: Vec<_> = flux.metadata.png_text.iter().map(PngChunk::keyword).collect();
    assert_eq!(keywords, [b"prompt".as_slice(), b"workflow"]);
    let butterfly = read(&image("edge_webp_lossless_alpha.webp"));
    assert_eq!(butterfly.raster.channels(), Channels::Rgba);
}

#[test]
fn orientation_6_comes_out_upright_and_says_so_no_more() {
    let bytes = image("edge_exif_orientation6.jpg");
    let seen = probe(&bytes, &Limits::default()).unwrap();
    assert_eq!((seen.width, seen.height, seen.orientation.to_exif()), (1800, 1200, 6));
    let file = read(&bytes);
    assert_eq!((file.raster.width(), file.raster.height()), (1800, 1200));
    let again = encode(&file.raster, &file.metadata, &EncodeOptions::like(file.source)).unwrap().bytes;
    assert_eq!(probe(&again, &Limits::default()).unwrap().orientation.to_exif(), 1);
}

#[test]
fn a_c2pa_manifest_is_not_copied_and_said_so() {
    let file = read(&image("smooth_c2pa_gradient_2048x1365.jpg"));
    assert!(file.metadata.dropped_c2pa);
    let again = encode(&file.raster, &file.metadata, &EncodeOptions::like(file.source)).unwrap().bytes;
    assert!(!read(&again).metadata.dropped_c2pa);
    // The XMP may still name the manifest; the boxes themselves are gone.
    assert!(!again.windows(8).any(|w| w == b"jumdc2pa"));
}

#[test]
fn cmyk_comes_out_as_rgb_without_its_ink_profile() {
    let file = read(&image("edge_cmyk_flower.jpg"));
    assert!(matches!(file.source, Source::Jpeg { components: 4, .. }));
    assert_eq!((file.raster.channels(), file.metadata.icc), (Channels::Rgb, None));
    // What libjpeg-turbo with Pillow makes of that pixel, rounding apart: a violet petal, unless inks were inverted.
    let middle = (file.raster.height() / 2 * file.raster.width() + file.raster.width() / 2) as usize * 3;
    let samples = bytes_of(&file.raster);
    for (got, expected) in samples[middle..middle + 3].iter().zip([129_u8, 51, 121]) {
        assert!(got.abs_diff(expected) <= 3, "{:?}", &samples[middle..middle + 3]);
    }
}

#[test]
fn what_a_format_change_cannot_carry_is_said() {
    let file = read(&image("ai_flux_dev_anime_1024.png"));
    let jpeg = encode(&file.raster, &file.metadata, &EncodeOptions::for_format(Format::Jpeg)).unwrap();
    let said: Vec<_> = jpeg.notes.iter().map(ToString::to_string).collect();
    assert!(said[0].contains("\"prompt\"") && said[1].contains("\"workflow\""), "{said:?}");
    let wide = read(&image("edge_rgb16_hlg_room_676x449.png"));
    let Err(e) = encode(&wide.raster, &wide.metadata, &EncodeOptions::for_format(Format::Jpeg)) else { panic!() };
    assert!(e.to_string().contains("16"));
    assert!(!matches!(jpeg.notes[0], Note::TooLarge { .. }));
}
