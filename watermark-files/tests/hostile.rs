//! Broken and unwelcome input, each case named by its cause and held to its class of failure.

mod common;

use common::{image, portable, scene};
use watermark_core::raster::Channels;
use watermark_files::{DecodeError, EncodeOptions, Format, JpegOptions, Limits, Metadata, decode, encode, probe};

fn refusal(bytes: &[u8]) -> DecodeError {
    match decode(bytes, &Limits::default()) {
        Err(e) => e,
        Ok(_) => panic!("was decoded"),
    }
}

fn sample(format: Format) -> Vec<u8> {
    encode(&scene(61, 43, Channels::Rgb), &portable(*b"RGB "), &EncodeOptions::for_format(format)).unwrap().bytes
}

fn progressive() -> Vec<u8> {
    let options = JpegOptions { progressive: true, ..JpegOptions::new(80) };
    encode(&scene(61, 43, Channels::Rgb), &Metadata::default(), &EncodeOptions::Jpeg(options)).unwrap().bytes
}

fn png_chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut out = (data.len() as u32).to_be_bytes().to_vec();
    out.extend(kind);
    out.extend(data);
    let mut crc = crc32fast::Hasher::new();
    crc.update(&out[4..]);
    out.extend(crc.finalize().to_be_bytes());
    out
}

fn png_of(width: u32, height: u32, depth: u8, color: u8, chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([depth, color, 0, 0, 0]);
    [b"\x89PNG\r\n\x1a\n".to_vec(), png_chunk(*b"IHDR", &header), chunks.concat()].concat()
}

#[test]
fn no_image_at_all() {
    assert_eq!(refusal(b""), DecodeError::Empty);
    for bytes in [&b"\0"[..], b"x", b"hello, this is a text file\n", b"key = \"value\"", &[0xde, 0xad, 0xbe, 0xef]] {
        assert!(matches!(refusal(bytes), DecodeError::NotAnImage { .. }), "{bytes:?}");
    }
}

#[test]
fn other_formats_are_named() {
    let ftyp = |brand: &[u8; 4]| [&[0, 0, 0, 24], &b"ftyp"[..], brand, &[0; 4], b"mif1", b"miaf"].concat();
    let cases: &[(Vec<u8>, &str)] = &[
        (b"GIF89a\x01\0\x01\0".to_vec(), "GIF"),
        (b"GIF87a\x01\0\x01\0".to_vec(), "GIF"),
        (b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0".to_vec(), "BMP"),
        (b"II*\0\x08\0\0\0".to_vec(), "TIFF"),
        (b"MM\0*\0\0\0\x08".to_vec(), "TIFF"),
        #[cfg(not(feature = "avif"))]
        (ftyp(b"avif"), "AVIF"),
        (ftyp(b"avis"), "AVIF image sequence"),
        (ftyp(b"heic"), "HEIC"),
        (ftyp(b"mif1"), "HEIF"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isomavc1".to_vec(), "video"),
        (b"\xff\x0a\xfa\x1f".to_vec(), "JPEG XL"),
        (b"\0\0\0\x0cJXL \r\n\x87\n\0\0".to_vec(), "JPEG XL"),
        (b"\0\0\0\x0cjP  \r\n\x87\n\0\0".to_vec(), "JPEG 2000"),
        (b"<?xml version='1.0'?><!-- c --><svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), "SVG"),
        (b"<!DOCTYPE html><html><body>404</body></html>".to_vec(), "web page"),
        (b"8BPS\0\x01".to_vec(), "Photoshop"),
        (b"\0\0\x01\0\x01\0".to_vec(), "icon"),
        (b"%PDF-1.7".to_vec(), "PDF"),
        (b"P6\n1 1\n255\nabc".to_vec(), "PNM"),
        (b"qoif\0\0\0\x01".to_vec(), "QOI"),
        (b"RIFF\x24\0\0\0AVI LIST".to_vec(), "AVI"),
    ];
    for (bytes, name) in cases {
        let said = refusal(bytes);
        assert!(matches!(said, DecodeError::UnsupportedFormat { .. }), "{name}: {said}");
        assert!(said.to_string().contains(name), "{name}: {said}");
    }
}

#[test]
fn animations_are_refused() {
    let actl = png_chunk(*b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]);
    let apng = png_of(4, 4, 8, 0, &[actl, png_chunk(*b"IDAT", &[]), png_chunk(*b"IEND", &[])]);
    assert_eq!(refusal(&apng), DecodeError::Animated { format: Format::Png });
    assert_eq!(refusal(&image("edge_webp_animated_13x169.webp")), DecodeError::Animated { format: Format::WebP });
}

#[test]
fn a_stereo_pair_is_refused_and_a_preview_is_not() {
    let with_type = |code: u32| {
        let mut index = b"MPF\0MM\0*\0\0\0\x08\0\x01\xb0\x02\0\x07\0\0\0\x20\0\0\0\x1a\0\0\0\0".to_vec();
        for attributes in [0x2003_0000_u32, code] {
            index.extend(attributes.to_be_bytes());
            index.extend([0; 12]);
        }
        let mut file = vec![0xff, 0xd8, 0xff, 0xe2];
        file.extend((index.len() as u16 + 2).to_be_bytes());
        file.extend(index);
        file.extend(&sample(Format::Jpeg)[2..]);
        file
    };
    assert!(matches!(refusal(&with_type(0x02_0002)), DecodeError::MultiPicture { pictures: 2, .. }));
    assert!(decode(&with_type(0x01_0001), &Limits::default()).is_ok());
}

#[test]
fn kinds_of_jpeg_that_are_not_read_are_named() {
    let jpeg = sample(Format::Jpeg);
    let sof = jpeg.windows(2).position(|w| w == [0xff, 0xc0] || w == [0xff, 0xc1]).unwrap();
    for (marker, name) in [(0xc3, "lossless"), (0xc9, "arithmetic"), (0xc5, "hierarchical")] {
        let mut changed = jpeg.clone();
        changed[sof + 1] = marker;
        let said = refusal(&changed).to_string();
        assert!(said.contains(name), "{said}");
    }
    let mut twelve_bits = jpeg.clone();
    twelve_bits[sof + 4] = 12;
    assert!(refusal(&twelve_bits).to_string().contains("12 bits"));
    let mut two_components = jpeg;
    two_components[sof + 9] = 2;
    assert!(refusal(&two_components).to_string().contains("2 colour components"));
}

#[test]
fn bombs_stop_at_the_header() {
    let huge_png = png_of(65_535, 65_535, 16, 6, &[]);
    assert!(matches!(refusal(&huge_png), DecodeError::TooManyPixels { width: 65_535, .. }));
    let beyond = png_of(0x7fff_ffff, 1, 8, 0, &[]);
    assert!(matches!(refusal(&beyond), DecodeError::SideTooLong { .. }));
    let mut huge_jpeg = sample(Format::Jpeg);
    let sof = huge_jpeg.windows(2).position(|w| w == [0xff, 0xc0] || w == [0xff, 0xc1]).unwrap();
    huge_jpeg[sof + 5..sof + 9].fill(0xff);
    assert!(matches!(refusal(&huge_jpeg), DecodeError::TooManyPixels { .. }));
    let huge_webp = b"RIFF\x20\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\xff\0\xff\xff\0".to_vec();
    assert!(matches!(refusal(&huge_webp), DecodeError::SideTooLong { .. } | DecodeError::TooManyPixels { .. }));
    // A few kilobytes of zeros unfolded as a profile: let go, the picture still read.
    let zeros = miniz_oxide::deflate::compress_to_vec_zlib(&vec![0; 40 << 20], 9);
    let iccp = png_chunk(*b"iCCP", &[&b"x\0\0"[..], &zeros].concat());
    let pixel = png_chunk(*b"IDAT", &miniz_oxide::deflate::compress_to_vec_zlib(&[0, 7], 9));
    let bomb = png_of(1, 1, 8, 0, &[iccp, pixel, png_chunk(*b"IEND", &[])]);
    let file = decode(&bomb, &Limits::default()).unwrap();
    assert_eq!((file.metadata.icc, file.metadata.notes.len()), (None, 1));
}

/// An `iTXt` chunk of XMP, its text compressed.
fn compressed_xmp(text: &[u8]) -> Vec<u8> {
    let stream = miniz_oxide::deflate::compress_to_vec_zlib(text, 6);
    png_chunk(*b"iTXt", &[&b"XML:com.adobe.xmp\0\x01\0\0\0"[..], &stream].concat())
}

fn one_pixel(chunks: &[Vec<u8>]) -> Vec<u8> {
    let pixel = png_chunk(*b"IDAT", &miniz_oxide::deflate::compress_to_vec_zlib(&[0, 7], 9));
    png_of(1, 1, 8, 0, &[chunks, &[pixel, png_chunk(*b"IEND", &[])]].concat())
}

#[test]
fn compressed_packets_unfold_within_one_budget_of_the_file() {
    const MIB: usize = 1 << 20;
    let read = |chunks: &[Vec<u8>]| {
        let file = one_pixel(chunks);
        let seen = probe(&file, &Limits::default()).unwrap().metadata;
        assert_eq!(decode(&file, &Limits::default()).unwrap().metadata, seen);
        seen
    };
    // What other programs write is read.
    let packet = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>";
    let found = read(&[compressed_xmp(packet)]);
    assert_eq!((found.xmp.as_deref(), found.xmp_others.len(), found.notes.len()), (Some(&packet[..]), 0, 0));
    let largest = read(&[compressed_xmp(&vec![b' '; 8 * MIB])]);
    assert_eq!((largest.xmp.map(|xmp| xmp.len()), largest.notes.len()), (Some(8 * MIB), 0));
    // One byte more is not; that it was there is known, and the next is read still.
    let found = read(&[compressed_xmp(&vec![b' '; 8 * MIB + 1]), compressed_xmp(packet)]);
    assert_eq!((found.xmp.as_deref(), &found.xmp_others), (Some(&packet[..]), &vec![Vec::new()]));
    assert!(found.notes.len() == 1 && found.notes[0].to_string().contains("8388608 bytes"), "{:?}", found.notes);
    // Of many, four of the largest size; the others are known to be there.
    let large = compressed_xmp(&vec![b' '; 8 * MIB]);
    let found = read(&vec![large; 40]);
    let unfolded: usize = found.xmp_packets().map(<[u8]>::len).sum();
    assert_eq!((unfolded, found.xmp_packets().count()), (32 * MIB, 17));
    assert!(found.xmp_packets().skip(4).all(<[u8]>::is_empty));
    // Once the list is full nothing is unfolded: what stands behind costs no more than its own bytes, and gives no note.
    let found = read(&[vec![compressed_xmp(packet); 17], vec![compressed_xmp(&vec![b' '; 9 * MIB]); 400]].concat());
    assert_eq!((found.xmp_packets().filter(|found| found == packet).count(), found.notes.len()), (16, 0));
    // Profiles that do not come out whole are paid for as well.
    let zeros = miniz_oxide::deflate::compress_to_vec_zlib(&vec![0; 17 * MIB], 6);
    let profile = png_chunk(*b"iCCP", &[&b"x\0\0"[..], &zeros].concat());
    let found = read(&[vec![profile; 2], vec![compressed_xmp(packet)]].concat());
    assert_eq!((found.icc, found.xmp, found.xmp_others, found.notes.len()), (None, None, vec![Vec::new()], 3));
}

#[test]
fn limits_are_held_exactly() {
    let file = sample(Format::Png);
    let at = Limits { max_pixels: 61 * 43, max_side: 61, max_alloc: 61 * 43 * 3 };
    assert!(decode(&file, &at).is_ok());
    let fails = |limits| decode(&file, &limits).unwrap_err();
    assert!(matches!(fails(Limits { max_pixels: 61 * 43 - 1, ..at }), DecodeError::TooManyPixels { .. }));
    assert!(matches!(fails(Limits { max_side: 60, ..at }), DecodeError::SideTooLong { limit: 60, .. }));
    assert!(matches!(fails(Limits { max_alloc: 61 * 43 * 3 - 1, ..at }), DecodeError::TooMuchMemory { .. }));
}

#[test]
fn zero_sides() {
    assert!(matches!(refusal(&png_of(0, 4, 8, 2, &[])), DecodeError::ZeroSize { width: 0, .. }));
    let mut jpeg = sample(Format::Jpeg);
    let sof = jpeg.windows(2).position(|w| w == [0xff, 0xc0] || w == [0xff, 0xc1]).unwrap();
    jpeg[sof + 5..sof + 7].fill(0);
    assert!(matches!(refusal(&jpeg), DecodeError::ZeroSize { height: 0, .. }));
}

#[test]
fn a_file_cut_anywhere_is_truncated_or_damaged_never_a_picture() {
    for whole in [sample(Format::Png), sample(Format::Jpeg), progressive(), sample(Format::WebP)] {
        assert!(decode(&whole, &Limits::default()).is_ok());
        for cut in 0..whole.len() - 1 {
            let said = refusal(&whole[..cut]);
            let expected =
                matches!(said, DecodeError::Truncated { .. } | DecodeError::NotAnImage { .. } | DecodeError::Empty)
                    || matches!(said, DecodeError::UnsupportedFormat { .. } if cut < 12);
            assert!(expected, "cut at {cut} of {}: {said}", whole.len());
        }
    }
}

#[test]
fn real_files_cut_in_the_middle() {
    for name in
        ["photo_hubble_dark.jpg", "photo_flower_progressive_420.jpg", "kodim01.png", "ai_flux_robot_lossy_840.webp"]
    {
        let whole = image(name);
        for tenth in 1..10 {
            let said = refusal(&whole[..whole.len() * tenth / 10]);
            assert!(matches!(said, DecodeError::Truncated { .. }), "{name} {tenth}/10: {said}");
        }
    }
}

/// Not hostile, but an encoder's habit that zune-jpeg decodes wrongly: one scan per component.
#[test]
fn components_in_scans_of_their_own_give_the_same_picture() {
    use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
    for (width, height, quality) in [(120, 88, 90), (33, 17, 30)] {
        let raster = scene(width, height, Channels::Rgb);
        for factor in
            [SamplingFactor::R_4_4_4, SamplingFactor::R_4_2_2, SamplingFactor::R_4_4_0, SamplingFactor::R_4_2_0]
        {
            let [together, apart] = [false, true].map(|own_scans| {
                let mut file = Vec::new();
                let mut encoder = Encoder::new(&mut file, quality);
                encoder.set_sampling_factor(factor);
                encoder.set_optimized_huffman_tables(own_scans);
                encoder.encode(common::bytes_of(&raster), width as u16, height as u16, ColorType::Rgb).unwrap();
                decode(&file, &Limits::default()).unwrap().raster
            });
            // Two decoders differ in rounding and chroma interpolation only.
            let close = common::psnr(&together, &apart);
            assert!(close > 40.0, "{factor:?} {width} x {height}: {close}");
        }
    }
}

/// Where a file's first scan begins, at its marker.
fn first_scan(file: &[u8]) -> usize {
    file.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap()
}

/// One program shows the first of two pictures in a file, another the last.
#[test]
fn a_jpeg_that_codes_a_component_twice_is_refused() {
    use jpeg_encoder::{ColorType, Encoder};
    let raster = scene(64, 48, Channels::Rgb);
    for (own_scans, progressive) in [(false, false), (true, false), (false, true)] {
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, 80);
        encoder.set_optimized_huffman_tables(own_scans);
        encoder.set_progressive(progressive);
        encoder.encode(common::bytes_of(&raster), 64, 48, ColorType::Rgb).unwrap();
        assert!(decode(&file, &Limits::default()).is_ok());
        let scans = file[first_scan(&file)..file.len() - 2].to_vec();
        let twice = [&file[..file.len() - 2], &scans, &[0xff, 0xd9]].concat();
        let said = refusal(&twice).to_string();
        assert!(said.contains("is coded more than once"), "{own_scans}, {progressive}: {said}");
    }
}

/// JFIF says YCbCr, the names of the components say red, green and blue: programs differ in which they believe.
#[test]
fn a_jpeg_whose_colours_are_in_doubt_is_refused() {
    let mut file = sample(Format::Jpeg);
    let frame = file.windows(2).position(|pair| matches!(pair, [0xff, 0xc0 | 0xc2])).unwrap();
    let (scan, names) = (first_scan(&file), *b"RGB");
    for (i, name) in names.into_iter().enumerate() {
        file[frame + 10 + 3 * i] = name;
        file[scan + 5 + 2 * i] = name;
    }
    let said = refusal(&file).to_string();
    assert!(said.contains("programs differ in what colours they show"), "{said}");
}

#[test]
fn ycck_and_cmyk_decode_alike() {
    use jpeg_encoder::{ColorType, Encoder};
    let raster = scene(40, 24, Channels::Rgba);
    let [cmyk, ycck] = [ColorType::Cmyk, ColorType::CmykAsYcck].map(|color| {
        let mut file = Vec::new();
        Encoder::new(&mut file, 98).encode(common::bytes_of(&raster), 40, 24, color).unwrap();
        decode(&file, &Limits::default()).unwrap().raster
    });
    let close = common::psnr(&cmyk, &ycck);
    assert!(close > 35.0, "{close}");
}

#[test]
fn a_wrong_checksum_on_pixels_is_damaged_and_on_text_is_noted() {
    let png = sample(Format::Png);
    let idat = png.windows(4).position(|w| w == b"IDAT").unwrap();
    let mut bad = png.clone();
    bad[idat + 6] ^= 1;
    assert!(refusal(&bad).to_string().contains("checksum"));
    let exif = png.windows(4).position(|w| w == b"eXIf").unwrap();
    let mut noted = png;
    noted[exif + 30] ^= 1;
    let file = decode(&noted, &Limits::default()).unwrap();
    assert_eq!((file.metadata.exif, file.metadata.notes.len()), (None, 1));
}

#[test]
fn data_after_the_picture_is_noted() {
    for format in [Format::Png, Format::Jpeg, Format::WebP] {
        let mut file = sample(format);
        file.extend(b"appended payload");
        let notes = decode(&file, &Limits::default()).unwrap().metadata.notes;
        assert!(notes.len() == 1 && notes[0].to_string().starts_with("16 bytes"), "{format}: {notes:?}");
    }
}

#[test]
fn a_wrong_extension_does_not_matter() {
    assert_eq!(probe(&sample(Format::WebP), &Limits::default()).unwrap().format, Format::WebP);
    assert_eq!(Format::from_extension("JPEG"), Some(Format::Jpeg));
    assert_eq!(Format::from_extension("tif"), None);
}

/// Flipped bits may go unseen in a JPEG or WebP scan; what they may not do is panic or break the raster.
#[test]
fn seeded_bit_flips_end_in_a_result() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for whole in [sample(Format::Png), sample(Format::Jpeg), progressive(), sample(Format::WebP)] {
        for _ in 0..1500 {
            let mut bad = whole.clone();
            for _ in 0..=next() % 4 {
                let bit = next() as usize % (bad.len() * 8);
                bad[bit / 8] ^= 1 << (bit % 8);
            }
            let limits = Limits { max_pixels: 4_000_000, ..Limits::default() };
            if let Ok(file) = decode(&bad, &limits) {
                let seen = probe(&bad, &limits).unwrap();
                assert_eq!((seen.width, seen.height), (file.raster.width(), file.raster.height()));
            }
        }
    }
}
