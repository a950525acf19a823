//! AVIF against the decoder of the reference library: each file in `data` has a PNG beside it that holds what libavif
//! made of it. The pictures are a synthetic gradient; Pillow wrote those of 8 bits, imagecodecs those of 10.
#![cfg(feature = "avif")]

mod common;

use std::path::PathBuf;

use common::{read, scene};
use watermark_core::raster::{Channels, Raster, Samples};
use watermark_files::{
    DecodeError, EncodeError, EncodeOptions, Format, Limits, Metadata, Note, Orientation, Source, Subsampling, decode,
    encode, probe,
};

fn file(name: &str) -> Vec<u8> {
    std::fs::read(PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data")).join(name)).unwrap()
}

fn refusal(bytes: &[u8]) -> DecodeError {
    decode(bytes, &Limits::default()).unwrap_err()
}

/// Samples from 0 to 1, colours weighted by their alpha, as nothing else of them shows.
fn unit(raster: &Raster) -> Vec<f64> {
    let mut samples: Vec<f64> = match raster.samples() {
        Samples::U8(s) => s.iter().map(|&v| f64::from(v) / 255.0).collect(),
        Samples::U16(s) => s.iter().map(|&v| f64::from(v) / 65_535.0).collect(),
    };
    if raster.channels() == Channels::Rgba {
        for pixel in samples.chunks_exact_mut(4) {
            let alpha = pixel[3];
            pixel[..3].iter_mut().for_each(|v| *v *= alpha);
        }
    }
    samples
}

fn closeness(a: &Raster, b: &Raster) -> f64 {
    assert_eq!((a.width(), a.height(), a.channels()), (b.width(), b.height(), b.channels()));
    let (a, b) = (unit(a), unit(b));
    let squares: f64 = a.iter().zip(&b).map(|(x, y)| (x - y).powi(2)).sum();
    10.0 * (a.len() as f64 / squares.max(1e-12)).log10()
}

#[test]
fn every_layout_and_depth_is_what_libavif_reads() {
    use Subsampling::{Full, Half, HalfWidth};
    let cases = [
        ("rgb_420_full", Channels::Rgb, 8, Some(Half)),
        ("rgb_422_full", Channels::Rgb, 8, Some(HalfWidth)),
        ("rgb_444_full", Channels::Rgb, 8, Some(Full)),
        ("rgb_420_limited", Channels::Rgb, 8, Some(Half)),
        ("rgb10_420", Channels::Rgb, 10, Some(Half)),
        ("rgb10_444", Channels::Rgb, 10, Some(Full)),
        ("rgba_420", Channels::Rgba, 8, Some(Half)),
        ("rgba_premultiplied", Channels::Rgba, 8, Some(Full)),
        ("gray_400", Channels::Gray, 8, None),
        ("turned_exif_xmp", Channels::Rgb, 8, Some(Half)),
    ];
    for (name, channels, bit_depth, subsampling) in cases {
        let ours = read(&file(&format!("{name}.avif")));
        let theirs = read(&file(&format!("{name}.png"))).raster;
        assert_eq!((ours.format, ours.raster.channels()), (Format::Avif, channels), "{name}");
        assert_eq!(ours.source, Source::Avif { bit_depth, subsampling }, "{name}");
        assert_eq!(matches!(ours.raster.samples(), Samples::U16(_)), bit_depth > 8, "{name}");
        let close = closeness(&ours.raster, &theirs);
        assert!(close > 45.0, "{name}: {close}");
    }
}

#[test]
fn exif_xmp_and_the_turn_are_kept() {
    let bytes = file("turned_exif_xmp.avif");
    let seen = probe(&bytes, &Limits::default()).unwrap();
    assert_eq!((seen.width, seen.height, seen.orientation), (45, 63, Orientation::from_exif(6).unwrap()));
    let picture = read(&bytes);
    assert_eq!(picture.metadata, seen.metadata);
    assert!(picture.metadata.exif.is_some_and(|exif| exif.starts_with(b"II*\0") || exif.starts_with(b"MM\0*")));
    assert_eq!(picture.metadata.xmp.as_deref(), Some(&b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"[..]));
    assert!(picture.metadata.notes.is_empty() && picture.metadata.png_color.is_empty());
}

#[test]
fn a_packet_is_kept_up_to_eight_mebibytes() {
    let bytes = file("turned_exif_xmp.avif");
    // In `iloc`: item 3, one extent, its offset and length.
    let entry = bytes.windows(6).position(|w| w == [0, 3, 0, 0, 0, 1]).unwrap() + 6;
    let limit: usize = 8 << 20;
    for length in [limit, limit + 1] {
        let mut long = bytes.clone();
        long[entry..entry + 4].copy_from_slice(&(bytes.len() as u32).to_be_bytes());
        long[entry + 4..entry + 8].copy_from_slice(&(length as u32).to_be_bytes());
        long.resize(bytes.len() + length, b' ');
        let found = read(&long).metadata;
        if length == limit {
            assert_eq!((found.xmp.map(|xmp| xmp.len()), found.xmp_others.len()), (Some(limit), 0));
            continue;
        }
        // An empty packet stands for it, so that nobody believes to have seen all.
        assert_eq!((found.xmp, found.xmp_others), (None, vec![Vec::new()]));
        let note = found.notes.iter().find(|note| matches!(note, Note::TooLong { .. })).unwrap().to_string();
        assert!(note.contains("8388609 bytes") && note.contains("8388608 are read at most"), "{note}");
    }
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    for name in ["rgb_420_full.avif", "rgba_420.avif", "turned_exif_xmp.avif"] {
        let whole = file(name);
        for cut in 0..whole.len() {
            let said = refusal(&whole[..cut]);
            let expected =
                matches!(said, DecodeError::Truncated { .. } | DecodeError::NotAnImage { .. } | DecodeError::Empty)
                    || matches!(said, DecodeError::UnsupportedFormat { .. } if cut < 12);
            assert!(expected, "{name} cut at {cut} of {}: {said}", whole.len());
        }
    }
}

#[test]
fn data_after_the_picture_is_noted() {
    let mut bytes = file("rgb_420_full.avif");
    bytes.extend(b"appended payload");
    assert_eq!(read(&bytes).metadata.notes, [Note::TrailingData { bytes: 16 }]);
}

#[test]
fn limits_are_held_before_decoding() {
    let bytes = file("rgb_420_full.avif");
    let at = Limits { max_pixels: 63 * 45, max_side: 63, max_alloc: 63 * 45 * 12 };
    assert!(decode(&bytes, &at).is_ok());
    let fails = |limits| decode(&bytes, &limits).unwrap_err();
    assert!(matches!(fails(Limits { max_pixels: 63 * 45 - 1, ..at }), DecodeError::TooManyPixels { .. }));
    assert!(matches!(fails(Limits { max_side: 62, ..at }), DecodeError::SideTooLong { limit: 62, .. }));
    assert!(matches!(fails(Limits { max_alloc: 63 * 45 * 12 - 1, ..at }), DecodeError::TooMuchMemory { .. }));
}

#[test]
fn a_size_that_is_not_the_pictures_is_damage() {
    let bytes = file("rgb_420_full.avif");
    let ispe = bytes.windows(4).position(|w| w == b"ispe").unwrap();
    for (width, height) in [(62_u32, 45_u32), (1, 1), (45, 63), (64, 64), (9_000, 9_000)] {
        let mut changed = bytes.clone();
        changed[ispe + 8..ispe + 12].copy_from_slice(&width.to_be_bytes());
        changed[ispe + 12..ispe + 16].copy_from_slice(&height.to_be_bytes());
        let said = refusal(&changed);
        assert!(matches!(said, DecodeError::Damaged { .. }), "{width} x {height}: {said}");
    }
    let mut bomb = bytes.clone();
    bomb[ispe + 8..ispe + 16].fill(0xff);
    assert!(matches!(refusal(&bomb), DecodeError::SideTooLong { .. }));
    let mut nothing = bytes;
    nothing[ispe + 8..ispe + 12].fill(0);
    assert!(matches!(refusal(&nothing), DecodeError::ZeroSize { width: 0, .. }));
}

#[test]
fn what_would_show_other_pixels_is_refused_by_name() {
    let bytes = file("turned_exif_xmp.avif");
    let renamed = |from: &[u8; 4], to: &[u8; 4]| {
        let mut changed = bytes.clone();
        let at = changed.windows(4).position(|w| w == from).unwrap();
        changed[at..at + 4].copy_from_slice(to);
        refusal(&changed).to_string()
    };
    assert!(renamed(b"irot", b"clap").contains("crop"));
    assert!(renamed(b"irot", b"lsel").contains("layers"));
    assert!(renamed(b"irot", b"what").contains("what"));
    assert!(renamed(b"av01", b"grid").contains("grid"));
    assert!(renamed(b"av01", b"hvc1").contains("hvc1"));
}

#[test]
fn it_is_never_written() {
    let options = EncodeOptions::for_format(Format::from_extension("avif").unwrap());
    let refused = encode(&scene(8, 8, Channels::Rgb), &Metadata::default(), &options).unwrap_err();
    assert_eq!(refused, EncodeError::ReadOnly { format: Format::Avif });
}

/// Flips in the AV1 data may go unseen; what they may not do is panic or break the raster.
#[test]
fn seeded_bit_flips_end_in_a_result() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let limits = Limits { max_pixels: 4_000_000, ..Limits::default() };
    for name in ["rgba_420.avif", "turned_exif_xmp.avif", "rgb10_444.avif"] {
        let whole = file(name);
        for _ in 0..400 {
            let mut bad = whole.clone();
            for _ in 0..=next() % 4 {
                let bit = next() as usize % (bad.len() * 8);
                bad[bit / 8] ^= 1 << (bit % 8);
            }
            if let Ok(read) = decode(&bad, &limits) {
                let seen = probe(&bad, &limits).unwrap();
                assert_eq!((seen.width, seen.height), (read.raster.width(), read.raster.height()));
            }
        }
    }
}
