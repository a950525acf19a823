//! PNG as others write it: every depth, palettes with transparency, Adam7.

mod common;

use common::read;
use watermark_core::raster::{Channels, Raster, Samples};
use watermark_files::Source;

fn write(
    width: u32,
    height: u32,
    color: png::ColorType,
    depth: png::BitDepth,
    rows: &[u8],
    palette: Option<(&[u8], &[u8])>,
) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(color);
    encoder.set_depth(depth);
    if let Some((colors, alpha)) = palette {
        if !colors.is_empty() {
            encoder.set_palette(colors.to_vec());
        }
        if !alpha.is_empty() {
            encoder.set_trns(alpha.to_vec());
        }
    }
    encoder.write_header().unwrap().write_image_data(rows).unwrap();
    file
}

fn eight(width: u32, height: u32, channels: Channels, samples: &[u8]) -> Raster {
    Raster::new(width, height, channels, Samples::U8(samples.to_vec())).unwrap()
}

#[test]
fn gray_of_small_depths_spreads_over_8_bits() {
    use png::{BitDepth, ColorType};
    let cases: [(BitDepth, &[u8], &[u8]); 3] = [
        (BitDepth::One, &[0b1010_0000], &[255, 0, 255, 0]),
        (BitDepth::Two, &[0b0001_1011], &[0, 85, 170, 255]),
        (BitDepth::Four, &[0x0f, 0x37], &[0, 255, 51, 119]),
    ];
    for (depth, rows, expected) in cases {
        let got = read(&write(4, 1, ColorType::Grayscale, depth, rows, None));
        assert_eq!(got.raster, eight(4, 1, Channels::Gray, expected), "{depth:?}");
        assert_eq!(got.source, Source::Png { bit_depth: depth as u8, palette: false, interlaced: false });
    }
}

#[test]
fn palettes_unpack_with_and_without_transparency() {
    use png::{BitDepth, ColorType};
    let colors = [10, 20, 30, 40, 50, 60, 70, 80, 90];
    for (depth, rows) in
        [(BitDepth::Two, &[0b0001_1000_u8][..]), (BitDepth::Four, &[0x01, 0x20]), (BitDepth::Eight, &[0, 1, 2])]
    {
        let opaque = read(&write(3, 1, ColorType::Indexed, depth, rows, Some((&colors, &[]))));
        assert_eq!(opaque.raster, eight(3, 1, Channels::Rgb, &colors));
        let clear = read(&write(3, 1, ColorType::Indexed, depth, rows, Some((&colors, &[0, 128]))));
        assert_eq!(clear.raster, eight(3, 1, Channels::Rgba, &[10, 20, 30, 0, 40, 50, 60, 128, 70, 80, 90, 255]));
    }
}

#[test]
fn a_transparent_colour_becomes_alpha() {
    use png::{BitDepth, ColorType};
    let gray = read(&write(3, 1, ColorType::Grayscale, BitDepth::Eight, &[5, 6, 7], Some((&[], &[0, 6]))));
    assert_eq!(gray.raster, eight(3, 1, Channels::GrayAlpha, &[5, 255, 6, 0, 7, 255]));
    let rows = [1, 2, 3, 4, 5, 6, 9, 9, 9, 9, 9, 9];
    let wide = read(&write(2, 1, ColorType::Rgb, BitDepth::Sixteen, &rows, Some((&[], &[9; 6]))));
    let expected = Samples::U16(vec![0x0102, 0x0304, 0x0506, 0xffff, 0x0909, 0x0909, 0x0909, 0]);
    assert_eq!(wide.raster, Raster::new(2, 1, Channels::Rgba, expected).unwrap());
}

/// Adam7 (PNG 8.2): for each pass its first column and row and the steps.
const PASSES: [(usize, usize, usize, usize); 7] =
    [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

#[test]
fn interlaced_pixels_land_where_they_belong() {
    for (width, height) in [(1, 1), (3, 5), (8, 8), (19, 13)] {
        let raster = common::scene(width, height, Channels::Gray);
        let samples = common::bytes_of(&raster);
        let mut passes = Vec::new();
        for (x0, y0, dx, dy) in PASSES {
            for y in (y0..height as usize).step_by(dy).take_while(|_| x0 < width as usize) {
                passes.push(0);
                passes.extend((x0..width as usize).step_by(dx).map(|x| samples[y * width as usize + x]));
            }
        }
        let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
        header.extend([8, 0, 0, 0, 1]);
        let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
        for (kind, data) in [
            (b"IHDR", header),
            (b"IDAT", miniz_oxide::deflate::compress_to_vec_zlib(&passes, 6)),
            (b"IEND", Vec::new()),
        ] {
            file.extend((data.len() as u32).to_be_bytes());
            let body = [&kind[..], &data].concat();
            file.extend(&body);
            let mut crc = crc32fast::Hasher::new();
            crc.update(&body);
            file.extend(crc.finalize().to_be_bytes());
        }
        let got = read(&file);
        assert_eq!(got.raster, raster, "{width} x {height}");
        assert_eq!(got.source, Source::Png { bit_depth: 8, palette: false, interlaced: true });
    }
}
