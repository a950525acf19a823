//! Properties over generated input: no bytes make it panic, and what is written is read back.

mod common;

use proptest::prelude::*;
use watermark_core::raster::{Channels, Raster, Samples};
use watermark_files::{EncodeOptions, Format, Limits, Metadata, decode, encode, probe};

const SMALL: Limits = Limits { max_pixels: 1_000_000, max_side: 65_535, max_alloc: 64 << 20 };

fn signature() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(vec![]),
        Just(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec()),
        Just(b"\xff\xd8\xff\xe0\0\x10JFIF\0".to_vec()),
        Just(b"\xff\xd8\xff\xe1\0\x30Exif\0\0II*\0".to_vec()),
        Just(b"RIFF\x40\0\0\0WEBPVP8 ".to_vec()),
        Just(b"RIFF\x40\0\0\0WEBPVP8L\x20\0\0\0\x2f".to_vec()),
        Just(b"RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0".to_vec()),
        Just(b"\0\0\0\x10ftypavif\0\0\0\0\0\0\0\0meta\0\0\0\0".to_vec()),
        Just(b"\0\0\0\x10ftypavif\0\0\0\0\0\0\x01\0meta\0\0\0\0\0\0\0\0iloc".to_vec()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(head in signature(), tail in proptest::collection::vec(any::<u8>(), 0..400)) {
        let bytes = [head, tail].concat();
        let seen = probe(&bytes, &SMALL);
        let read = decode(&bytes, &SMALL);
        prop_assert!(seen.is_ok() || read.is_err(), "what probe refuses, decode refuses");
    }

    #[test]
    fn lossless_formats_give_the_samples_back(
        width in 1_u32..40, height in 1_u32..40, layout in 0..4_usize, seed in any::<u64>(), wide in any::<bool>(),
    ) {
        let channels = [Channels::Gray, Channels::GrayAlpha, Channels::Rgb, Channels::Rgba][layout];
        let count = (width * height) as usize * channels.count();
        let noise = |i: usize| (seed.wrapping_add(i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as u16;
        let samples = if wide {
            Samples::U16((0..count).map(noise).collect())
        } else {
            Samples::U8((0..count).map(|i| noise(i) as u8).collect())
        };
        let raster = Raster::new(width, height, channels, samples).unwrap();
        let png = encode(&raster, &Metadata::default(), &EncodeOptions::Png).unwrap().bytes;
        prop_assert_eq!(&decode(&png, &SMALL).unwrap().raster, &raster);
        if !wide && layout >= 2 {
            let webp = encode(&raster, &Metadata::default(), &EncodeOptions::for_format(Format::WebP)).unwrap().bytes;
            let got = decode(&webp, &SMALL).unwrap().raster;
            prop_assert_eq!(&got, &raster);
        }
    }

    #[test]
    fn metadata_of_any_content_survives(
        exif in proptest::collection::vec(any::<u8>(), 1..300),
        xmp in proptest::collection::vec(any::<u8>(), 1..300),
    ) {
        let raster = common::scene(5, 4, Channels::Rgb);
        // A leading JPEG prefix is taken off on purpose; everything else is opaque.
        prop_assume!(!exif.starts_with(b"Exif") && !exif.starts_with(b"II*") && !exif.starts_with(b"MM"));
        let metadata = Metadata { exif: Some(exif), xmp: Some(xmp), ..Metadata::default() };
        for format in [Format::Png, Format::Jpeg, Format::WebP] {
            let file = encode(&raster, &metadata, &EncodeOptions::for_format(format)).unwrap().bytes;
            let got = decode(&file, &SMALL).unwrap().metadata;
            prop_assert_eq!((&got.exif, &got.xmp), (&metadata.exif, &metadata.xmp));
        }
    }
}
