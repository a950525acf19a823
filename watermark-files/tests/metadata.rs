//! Metadata through every container and from each to each.

mod common;

use common::{XMP, exif, icc, portable, read, scene, scene16};
use watermark_core::raster::{Channels, Raster, Samples};
use watermark_files::{
    Density, DensityUnit, EncodeError, EncodeOptions, Format, JpegOptions, Limits, Metadata, Note, PngChunk, Source,
    Subsampling, WebpCompression, decode, encode, probe,
};

const FORMATS: [Format; 3] = [Format::Png, Format::Jpeg, Format::WebP];

#[test]
fn icc_exif_and_xmp_move_from_every_format_to_every_format() {
    let raster = scene(40, 30, Channels::Rgb);
    for from in FORMATS {
        let first = encode(&raster, &portable(*b"RGB "), &EncodeOptions::for_format(from)).unwrap();
        let read_first = read(&first.bytes);
        for to in FORMATS {
            let second = encode(&raster, &read_first.metadata, &EncodeOptions::for_format(to)).unwrap();
            assert_eq!(second.notes, [], "{from} to {to}");
            let got = read(&second.bytes).metadata;
            let sent = portable(*b"RGB ");
            assert_eq!((got.icc, got.exif, got.xmp), (sent.icc, sent.exif, sent.xmp), "{from} to {to}");
            if from != Format::WebP && to == Format::Png {
                assert_eq!(got.density, Some(Density { x: 11_811, y: 11_811, unit: DensityUnit::Metre }));
            }
            if from != Format::WebP && to == Format::Jpeg {
                assert_eq!(got.density, sent.density);
            }
        }
    }
}

#[test]
fn a_profile_above_one_segment_is_split_and_joined() {
    let raster = scene(8, 8, Channels::Rgb);
    for length in [65_519, 65_520, 200_000] {
        let metadata = Metadata { icc: Some(icc(*b"RGB ", length)), ..Metadata::default() };
        let jpeg = encode(&raster, &metadata, &EncodeOptions::for_format(Format::Jpeg)).unwrap();
        assert_eq!(read(&jpeg.bytes).metadata.icc, metadata.icc, "{length}");
    }
}

#[test]
fn a_profile_for_other_samples_is_left_out_and_named() {
    for (channels, space) in [(Channels::Gray, b"RGB "), (Channels::Rgb, b"GRAY"), (Channels::Rgb, b"CMYK")] {
        for format in [Format::Png, Format::Jpeg] {
            let out = encode(&scene(8, 8, channels), &portable(*space), &EncodeOptions::for_format(format)).unwrap();
            assert!(matches!(&out.notes[..], [Note::IccMismatch { .. }]), "{:?}", out.notes);
            assert_eq!(read(&out.bytes).metadata.icc, None);
        }
    }
    let gray = encode(&scene(8, 8, Channels::Gray), &portable(*b"GRAY"), &EncodeOptions::Png).unwrap();
    assert_eq!(read(&gray.bytes).metadata.icc, portable(*b"GRAY").icc);
    // A WebP of a gray picture holds RGB.
    let webp = encode(&scene(8, 8, Channels::Gray), &portable(*b"GRAY"), &EncodeOptions::for_format(Format::WebP));
    assert!(matches!(&webp.unwrap().notes[..], [Note::IccMismatch { .. }]));
}

#[test]
fn oversized_exif_and_xmp_are_left_out_of_jpeg_and_named() {
    let metadata = Metadata { exif: Some(exif(1, 70_000)), xmp: Some(vec![b' '; 70_000]), ..Metadata::default() };
    let out = encode(&scene(8, 8, Channels::Rgb), &metadata, &EncodeOptions::for_format(Format::Jpeg)).unwrap();
    assert!(matches!(
        &out.notes[..],
        [Note::TooLarge { what: "the EXIF block", .. }, Note::TooLarge { what: "the XMP packet", .. }]
    ));
    for format in [Format::Png, Format::WebP] {
        let out = encode(&scene(8, 8, Channels::Rgb), &metadata, &EncodeOptions::for_format(format)).unwrap();
        assert_eq!(out.notes, []);
        assert_eq!(read(&out.bytes).metadata.exif, metadata.exif);
    }
}

/// A file's packets as their first bytes, when it has `count` more than one.
fn packets(format: Format, count: usize) -> Vec<Vec<u8>> {
    let raster = scene(8, 8, Channels::Rgb);
    let with = |xmp: &[u8]| {
        let metadata = Metadata { xmp: Some(xmp.to_vec()), ..Metadata::default() };
        encode(&raster, &metadata, &EncodeOptions::for_format(format)).unwrap().bytes
    };
    let (mut file, other) = (with(b"first"), with(b"other"));
    // Where the block begins ahead of its text, and ends behind it.
    let (before, after) = match format {
        Format::Png => (8 + 22, 4),
        Format::Jpeg => (4 + 29, 0),
        _ => (8, 1),
    };
    let place = |bytes: &[u8], text: &[u8]| bytes.windows(5).position(|w| w == text).unwrap();
    let at = place(&other, b"other");
    let end = place(&file, b"first") + 5 + after;
    let block = other[at - before..at + 5 + after].repeat(count);
    file.splice(end..end, block);
    if format == Format::WebP {
        let size = (file.len() - 8) as u32;
        file[4..8].copy_from_slice(&size.to_le_bytes());
    }
    let metadata = read(&file).metadata;
    // Only the first is written again.
    let again = encode(&raster, &metadata, &EncodeOptions::for_format(format)).unwrap();
    assert_eq!(read(&again.bytes).metadata.xmp_packets().collect::<Vec<_>>(), [b"first"], "{format}");
    assert!(again.notes.iter().any(|note| note.to_string().contains("a second XMP packet")), "{:?}", again.notes);
    metadata.xmp_packets().map(<[u8]>::to_vec).collect()
}

#[test]
fn every_xmp_packet_is_read_and_too_many_are_no_secret() {
    for format in [Format::Png, Format::Jpeg, Format::WebP] {
        assert_eq!(packets(format, 1), [b"first", b"other"], "{format}");
        let many = packets(format, 40);
        assert!(many.len() < 40 && many.last().unwrap().is_empty(), "{format}");
    }
}

#[test]
fn text_colour_chunks_comments_and_iptc_survive_in_their_own_format() {
    let chunk = |kind: &[u8; 4], data: &[u8]| PngChunk { kind: *kind, data: data.to_vec() };
    let png = Metadata {
        png_text: vec![
            chunk(b"tEXt", b"prompt\0{\"seed\": 1}"),
            chunk(b"iTXt", b"Title\0\0\0de\0Titel\0Gr\xc3\xbc\xc3\x9fe"),
        ],
        png_color: vec![chunk(b"gAMA", &45_455_u32.to_be_bytes()), chunk(b"sRGB", &[0])],
        density: Some(Density { x: 2835, y: 2835, unit: DensityUnit::Metre }),
        ..Metadata::default()
    };
    let out = encode(&scene(8, 8, Channels::Rgb), &png, &EncodeOptions::Png).unwrap();
    assert_eq!(read(&out.bytes).metadata, png);
    let jpeg = Metadata {
        comments: vec![b"made by hand".to_vec()],
        photoshop: vec![b"8BIM\x04\x04\0\0\0\0\0\x05\x1c\x02\x05\0\0\0".to_vec()],
        xmp: Some(XMP.to_vec()),
        xmp_extended: vec![vec![7; 60]],
        density: Some(Density { x: 28, y: 29, unit: DensityUnit::Centimetre }),
        ..Metadata::default()
    };
    let out = encode(&scene(8, 8, Channels::Rgb), &jpeg, &EncodeOptions::for_format(Format::Jpeg)).unwrap();
    assert_eq!(read(&out.bytes).metadata, jpeg);
    let as_png = encode(&scene(8, 8, Channels::Rgb), &jpeg, &EncodeOptions::Png).unwrap();
    assert_eq!(as_png.notes.len(), 2);
    assert_eq!(read(&as_png.bytes).metadata.png_text, [chunk(b"tEXt", b"Comment\0made by hand")]);
}

#[test]
fn all_eight_orientations_come_out_upright_from_every_format() {
    let raster = scene(24, 16, Channels::Rgb);
    for format in FORMATS {
        for value in 1..=8 {
            let metadata = Metadata { exif: Some(exif(value, 5)), ..Metadata::default() };
            let file = encode(&raster, &metadata, &EncodeOptions::for_format(format)).unwrap().bytes;
            let got = read(&file);
            let sides = (got.raster.width(), got.raster.height());
            assert_eq!(sides, if value >= 5 { (16, 24) } else { (24, 16) }, "{format} {value}");
            assert_eq!(got.metadata.exif, Some(exif(1, 5)), "{format} {value}");
            let seen = probe(&file, &Limits::default()).unwrap();
            assert_eq!((seen.width, seen.height, u16::from(seen.orientation.to_exif())), (sides.0, sides.1, value));
        }
    }
}

#[test]
fn samples_survive_in_every_channel_layout_and_depth() {
    for channels in [Channels::Gray, Channels::GrayAlpha, Channels::Rgb, Channels::Rgba] {
        for (w, h) in [(1, 1), (1, 37), (37, 1), (17, 9), (64, 64)] {
            for raster in [scene(w, h, channels), scene16(w, h, channels)] {
                let png = encode(&raster, &Metadata::default(), &EncodeOptions::Png).unwrap().bytes;
                assert_eq!(read(&png).raster, raster);
            }
            let webp = encode(&scene(w, h, channels), &Metadata::default(), &EncodeOptions::for_format(Format::WebP));
            let expanded = if channels.has_alpha() { Channels::Rgba } else { Channels::Rgb };
            let got = read(&webp.unwrap().bytes).raster;
            assert_eq!((got.width(), got.height(), got.channels()), (w, h, expanded));
        }
    }
}

#[test]
fn jpeg_options_come_out_as_they_went_in() {
    for channels in [Channels::Gray, Channels::Rgb, Channels::Rgba, Channels::GrayAlpha] {
        for subsampling in [Subsampling::Full, Subsampling::HalfWidth, Subsampling::HalfHeight, Subsampling::Half] {
            for progressive in [false, true] {
                for (quality, w, h) in [(30, 33, 17), (75, 1, 1), (92, 64, 48), (100, 7, 200)] {
                    let options = JpegOptions { quality, subsampling, progressive };
                    let raster = scene(w, h, channels);
                    let file = encode(&raster, &Metadata::default(), &EncodeOptions::Jpeg(options)).unwrap().bytes;
                    let got = read(&file);
                    let color = channels.count() >= 3;
                    assert_eq!(
                        got.source,
                        Source::Jpeg {
                            quality,
                            quality_is_exact: true,
                            subsampling: color.then_some(subsampling),
                            progressive,
                            components: if color { 3 } else { 1 }
                        },
                        "{channels:?} {options:?} {w}x{h}"
                    );
                    let opaque = if color { Channels::Rgb } else { Channels::Gray };
                    let reached = common::psnr(&got.raster, &scene(w, h, opaque));
                    assert!(reached > 30.0, "{channels:?} {options:?} {w}x{h}: {reached}");
                }
            }
        }
    }
}

#[test]
fn what_a_format_cannot_hold_is_refused_with_a_remedy() {
    let half = Raster::new(1, 2, Channels::Rgba, Samples::U8(vec![1, 2, 3, 255, 4, 5, 6, 254])).unwrap();
    let jpeg = EncodeOptions::for_format(Format::Jpeg);
    let webp = EncodeOptions::for_format(Format::WebP);
    let none = Metadata::default();
    assert_eq!(encode(&half, &none, &jpeg).unwrap_err(), EncodeError::AlphaInJpeg { pixels: 1 });
    let wide = scene16(4, 4, Channels::Rgb);
    assert_eq!(encode(&wide, &none, &jpeg).unwrap_err(), EncodeError::SixteenBit { format: Format::Jpeg });
    assert_eq!(encode(&wide, &none, &webp).unwrap_err(), EncodeError::SixteenBit { format: Format::WebP });
    let long = scene(16_384, 1, Channels::Gray);
    assert!(matches!(encode(&long, &none, &webp), Err(EncodeError::SideTooLong { limit: 16_383, .. })));
    for quality in [0, 101] {
        let options = EncodeOptions::Jpeg(JpegOptions::new(quality));
        assert!(matches!(encode(&scene(4, 4, Channels::Rgb), &none, &options), Err(EncodeError::Quality { .. })));
    }
    let lossy = EncodeOptions::WebP(WebpCompression::Lossy { quality: 80 });
    match encode(&scene(64, 64, Channels::Rgb), &portable(*b"RGB "), &lossy) {
        Ok(out) if WebpCompression::LOSSY_AVAILABLE => {
            let got = decode(&out.bytes, &Limits::default()).unwrap();
            assert_eq!((got.metadata.icc, got.metadata.xmp), (portable(*b"RGB ").icc, Some(XMP.to_vec())));
        }
        Err(e) if !WebpCompression::LOSSY_AVAILABLE => assert_eq!(e, EncodeError::LossyWebpNotBuilt),
        other => panic!("{other:?}"),
    }
}

#[cfg(feature = "webp-lossy")]
#[test]
fn the_quality_of_a_lossy_webp_is_estimated_closely() {
    let photo = read(&common::image("kodim05.png")).raster;
    for quality in [10_u8, 30, 50, 75, 80, 90, 95, 100] {
        let options = EncodeOptions::WebP(WebpCompression::Lossy { quality });
        let file = encode(&photo, &Metadata::default(), &options).unwrap().bytes;
        let Source::WebP { compression: WebpCompression::Lossy { quality: found } } = read(&file).source else {
            panic!("lossy expected")
        };
        assert!(found.abs_diff(quality) <= 4, "{quality} read as {found}");
    }
}
