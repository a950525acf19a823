//! What labels look like in numbers: size, contrast, place, alpha; and the same bits on every target.

use proptest::prelude::*;
use watermark_badge::{Badge, Corner, Drawn, Plate, Preset, draw};
use watermark_core::Raster;
use watermark_core::raster::{Channels, Samples};

/// A picture whose samples are `sample(x, y, channel)` in 0 to 255.
fn picture(width: u32, height: u32, channels: Channels, sample: impl Fn(u32, u32, usize) -> u8) -> Raster {
    let samples = (0..height)
        .flat_map(|y| (0..width).map(move |x| (x, y)))
        .flat_map(|(x, y)| (0..channels.count()).map(move |c| (x, y, c)))
        .map(|(x, y, c)| sample(x, y, c))
        .collect();
    Raster::new(width, height, channels, Samples::U8(samples)).unwrap()
}

fn bytes(raster: &Raster) -> &[u8] {
    match raster.samples() {
        Samples::U8(samples) => samples,
        Samples::U16(_) => panic!("16 bits"),
    }
}

/// Hard noise, from integers alone.
fn noise(x: u32, y: u32, channel: usize) -> u8 {
    let mixed = (x.wrapping_mul(0x9E37_79B9) ^ y.wrapping_mul(0x85EB_CA6B)).wrapping_add(channel as u32 * 77);
    (mixed.wrapping_mul(0xC2B2_AE35) >> 24) as u8
}

/// WCAG 2.1, written anew.
fn luminance(rgb: &[u8]) -> f64 {
    let linear = |sample: u8| {
        let x = f64::from(sample) / 255.0;
        if x <= 0.03928 { x / 12.92 } else { ((x + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(rgb[0]) + 0.7152 * linear(rgb[1]) + 0.0722 * linear(rgb[2])
}

fn contrast(a: f64, b: f64) -> f64 {
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Rows from the first to the last that hold a pixel nearer to the text's colour than anything else on the plate is.
fn ink_rows(picture: &Raster, drawn: &Drawn) -> u32 {
    let is_text = |v: &u8| if drawn.plate == Plate::Light { *v < 120 } else { *v > 150 };
    let area = drawn.area;
    let is_ink = |y: u32| {
        let at = (y * picture.width() + area.x) as usize * 3;
        bytes(picture)[at + 12..at + area.width as usize * 3 - 12].iter().any(is_text)
    };
    let rows: Vec<_> = (area.y..area.y + area.height).filter(|&y| is_ink(y)).collect();
    rows.last().unwrap() - rows[0] + 1
}

#[test]
fn every_preset_is_tall_enough_readable_and_inside() {
    let sizes = [(512, 512), (1024, 768), (768, 1376), (1400, 800), (1550, 260), (260, 1550), (200, 200), (128, 400)];
    let grounds: [fn(u32, u32, usize) -> u8; 4] = [|_, _, _| 0, |_, _, _| 255, |_, _, _| 118, noise];
    for preset in Preset::ALL {
        for (width, height) in sizes {
            for (n, ground) in grounds.into_iter().enumerate() {
                let case = format!("{preset:?} {width} x {height}, ground {n}");
                let mut canvas = picture(width, height, Channels::Rgb, ground);
                let drawn = draw(&mut canvas, &preset.into()).unwrap_or_else(|error| panic!("{case}: {error}"));
                let area = drawn.area;
                assert!(area.x + area.width <= width && area.y + area.height <= height, "{case}: {area:?}");
                // A row may be lost where the edge of a letter covers less than all of it.
                let ink = ink_rows(&canvas, &drawn) + 1;
                assert!(
                    ink * 20 >= width.min(height) && drawn.text_height_px <= ink + 1,
                    "{case}: {ink} rows, {drawn:?}"
                );
                assert!(drawn.contrast >= 4.5, "{case}: {drawn:?}");
                assert_eq!(drawn.plate == Plate::Light, n == 0, "{case}");
                // Nothing outside the plate is touched.
                let untouched = picture(width, height, Channels::Rgb, ground);
                let rows = |picture| bytes(picture).chunks(width as usize * 3).collect::<Vec<_>>();
                let columns = area.x as usize * 3..(area.x + area.width) as usize * 3;
                for (y, (a, b)) in rows(&canvas).into_iter().zip(rows(&untouched)).enumerate() {
                    let alike = if (area.y..area.y + area.height).contains(&(y as u32)) {
                        a[..columns.start] == b[..columns.start] && a[columns.end..] == b[columns.end..]
                    } else {
                        a == b
                    };
                    assert!(alike, "{case}: row {y}");
                }
            }
        }
    }
}

#[test]
fn the_contrast_told_is_the_one_on_the_pixels() {
    for (ground, text) in [(noise as fn(u32, u32, usize) -> u8, 255_u8), (|x, _, _| (x % 90) as u8, 18)] {
        let mut canvas = picture(900, 600, Channels::Rgb, ground);
        let drawn = draw(&mut canvas, &Preset::En.into()).unwrap();
        // The rows between the plate's edge and the text hold nothing but plate.
        let area = drawn.area;
        let rows = area.y + 3..area.y + drawn.text_height_px / 4;
        let columns = area.x + drawn.text_height_px..area.x + area.width - drawn.text_height_px;
        let text = luminance(&[text; 3]);
        let mut least = f64::INFINITY;
        for y in rows {
            for x in columns.clone() {
                let at = (y * 900 + x) as usize * 3;
                least = least.min(contrast(text, luminance(&bytes(&canvas)[at..at + 3])));
            }
        }
        assert!(least >= 4.5 && least + 0.01 >= f64::from(drawn.contrast), "{least} {drawn:?}");
        assert!(least < f64::from(drawn.contrast) * 1.5, "{least} {drawn:?}");
    }
}

#[test]
fn every_layout_of_samples_gives_the_same_label() {
    let badge: Badge = Preset::Ko.into();
    let gray = |x: u32, y: u32| noise(x / 7, y / 5, 0) / 2;
    let alpha = |x: u32, _: u32| if x < 400 { 255 } else { 0 };
    let mut rgb = picture(640, 480, Channels::Rgb, |x, y, _| gray(x, y));
    let drawn = draw(&mut rgb, &badge).unwrap();
    let mut plain = picture(640, 480, Channels::Gray, |x, y, _| gray(x, y));
    assert_eq!(draw(&mut plain, &badge).unwrap(), drawn);
    assert!(bytes(&rgb).chunks(3).zip(bytes(&plain)).all(|(rgb, gray)| rgb == [*gray; 3]));
    // Sixteen bits round more finely, that is all.
    let wide =
        bytes(&picture(640, 480, Channels::Gray, |x, y, _| gray(x, y))).iter().map(|&v| u16::from(v) * 257).collect();
    let mut wide = Raster::new(640, 480, Channels::Gray, Samples::U16(wide)).unwrap();
    assert_eq!(draw(&mut wide, &badge).unwrap().area, drawn.area);
    let Samples::U16(wide) = wide.samples() else { unreachable!() };
    assert!(wide.iter().zip(bytes(&plain)).all(|(wide, narrow)| wide.abs_diff(u16::from(*narrow) * 257) <= 129));
    // Opaque alpha stays, and what is transparent elsewhere too.
    for channels in [Channels::GrayAlpha, Channels::Rgba] {
        let last = channels.count() - 1;
        let mut opaque = picture(640, 480, channels, |x, y, c| if c == last { 255 } else { gray(x, y) });
        assert_eq!(draw(&mut opaque, &badge).unwrap(), drawn);
        assert!(bytes(&opaque).chunks(last + 1).zip(bytes(&plain)).all(|(p, v)| p[0] == *v && p[last] == 255));
        let mut cut_out = picture(640, 480, channels, |x, y, c| if c == last { alpha(x, y) } else { gray(x, y) });
        let on_nothing = draw(&mut cut_out, &badge).unwrap();
        assert!(on_nothing.contrast >= 4.5 && on_nothing.area.x >= 400, "{on_nothing:?}");
        let area = on_nothing.area;
        for (n, pixel) in bytes(&cut_out).chunks(last + 1).enumerate() {
            let (x, y) = (n as u32 % 640, n as u32 / 640);
            let inside =
                (area.x + 20..area.x + area.width - 20).contains(&x) && (area.y..area.y + area.height).contains(&y);
            let outside = !(area.x..area.x + area.width).contains(&x) || !(area.y..area.y + area.height).contains(&y);
            assert!(!inside || pixel[last] == 255, "the label would not be seen at ({x}, {y})");
            assert!(!outside || pixel[last] == alpha(x, y), "({x}, {y})");
        }
    }
}

#[test]
fn a_label_is_not_drawn_twice() {
    for preset in Preset::ALL {
        let mut once = picture(800, 600, Channels::Rgb, noise);
        assert!(!draw(&mut once, &preset.into()).unwrap().present);
        // What a lossy file or a mark does to it: every sample is moved by up to 12.
        let worn = bytes(&once).iter().enumerate().map(|(n, v)| v.saturating_add((n % 25) as u8).saturating_sub(12));
        let mut worn = Raster::new(800, 600, Channels::Rgb, Samples::U8(worn.collect())).unwrap();
        let before = worn.clone();
        let again = draw(&mut worn, &preset.into()).unwrap();
        assert!(again.present && worn == before, "{preset:?}: {again:?}");
        assert!(!draw(&mut worn, &Badge::from(preset).in_corner(Corner::TopLeft)).unwrap().present, "{preset:?}");
    }
    let mut other = picture(800, 600, Channels::Rgb, noise);
    draw(&mut other, &Preset::EuGenerated.into()).unwrap();
    assert!(!draw(&mut other, &Preset::EuModified.into()).unwrap().present, "another text is another label");
}

/// 64-bit FNV-1a (Fowler, Noll, Vo).
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, b| (hash ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3))
}

#[test]
fn every_target_draws_the_same_bits() {
    let expected: [u64; 7] = [
        0x574b_9dbe_0c63_a3a6,
        0x5aba_475f_22d0_43ef,
        0xac9b_1828_27b7_acd7,
        0x1169_c08b_4d3e_9c04,
        0x541b_9198_d288_8aa0,
        0xf99b_a6ed_de37_07f6,
        0x685a_4db1_0a72_cf39,
    ];
    let hashes = Preset::ALL.map(|preset| {
        let mut canvas = picture(517, 389, Channels::Rgb, noise);
        draw(&mut canvas, &preset.into()).unwrap();
        fnv1a(bytes(&canvas))
    });
    assert_eq!(hashes, expected, "{hashes:#018x?}");
}

proptest! {
    #[test]
    fn any_text_in_any_picture_is_drawn_readably_or_refused(
        text in "\\PC{1,70}|[A-Za-z ]{1,30}|[가생성합성이미지입니다 AI]{1,20}",
        (width, height) in (1_u32..400, 1_u32..400),
        seed in any::<u32>(),
        (dark, span) in (any::<u8>(), any::<u8>()),
        percent in 5.0_f32..25.0,
        corner in prop::sample::select(vec![Corner::TopLeft, Corner::TopRight, Corner::BottomLeft, Corner::BottomRight]),
    ) {
        let Ok(badge) = text.parse::<Badge>() else { return Ok(()) };
        let badge = badge.in_corner(corner).sized(percent).unwrap();
        let sample = |x, y, c| dark.saturating_add((u32::from(noise(x ^ seed, y, c)) * u32::from(span) / 255) as u8);
        let mut canvas = picture(width, height, Channels::Rgba, sample);
        let before = canvas.clone();
        if let Ok(drawn) = draw(&mut canvas, &badge) {
            prop_assert!(drawn.contrast >= 4.5 && drawn.text_height_px * 20 >= width.min(height), "{:?}", drawn);
            prop_assert!(drawn.area.x + drawn.area.width <= width && drawn.area.y + drawn.area.height <= height);
        } else { prop_assert_eq!(canvas, before) }
    }
}
