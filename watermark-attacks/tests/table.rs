//! Every row of the table: repeatable, of the stated size, safe on tiny images, and doing what it says.

use image::{Rgb, RgbImage};
use watermark_attacks::{Attack, Format, all, find};

/// Smooth shapes with some texture, seeded by coordinates only.
fn scene(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let (fx, fy) = (f64::from(x), f64::from(y));
        let wave = (fx / 9.0).sin() * 40.0 + (fy / 7.0).cos() * 30.0;
        let grain = f64::from((x * 31 + y * 17 + x * y) % 13);
        Rgb([(120.0 + wave + grain) as u8, (110.0 - wave + fx / 4.0) as u8, (90.0 + wave / 2.0 + fy / 3.0) as u8])
    })
}

fn apply(name: &str, im: &RgbImage) -> RgbImage {
    find(name).unwrap_or_else(|| panic!("{name} is in the table")).apply(im, 11).unwrap().image
}

fn psnr_db(a: &RgbImage, b: &RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let sum: f64 = a.iter().zip(b.iter()).map(|(&p, &q)| (f64::from(p) - f64::from(q)).powi(2)).sum();
    10.0 * (255.0 * 255.0 * a.len() as f64 / sum.max(1e-9)).log10()
}

/// Mean square difference of horizontal neighbours: what blur takes away and sharpening adds.
fn detail(im: &RgbImage) -> f64 {
    let pairs = im.rows().flat_map(|row| {
        let row: Vec<_> = row.map(|p| f64::from(p[1])).collect();
        row.windows(2).map(|w| (w[1] - w[0]).powi(2)).collect::<Vec<_>>()
    });
    let all: Vec<f64> = pairs.collect();
    all.iter().sum::<f64>() / all.len() as f64
}

fn mean(im: &RgbImage) -> f64 {
    im.iter().map(|&v| f64::from(v)).sum::<f64>() / im.len() as f64
}

#[test]
fn equal_pixels_and_seed_give_equal_results() {
    let im = scene(61, 47);
    for attack in all() {
        assert_eq!(attack.apply(&im, 5), attack.apply(&im, 5), "{}", attack.name);
    }
}

#[test]
fn the_seed_matters_where_chance_is_involved_and_only_there() {
    let im = scene(96, 80);
    let random = [
        "noise05",
        "noise10",
        "noise20",
        "saltpepper1",
        "overlay10",
        "page060",
        "page060_jpeg75",
        "screen_photo",
        "drag1_jpeg80",
        "drag2_jpeg80",
    ];
    for attack in all() {
        let differs = attack.apply(&im, 1).unwrap().image != attack.apply(&im, 2).unwrap().image;
        assert_eq!(differs, random.contains(&attack.name), "{}", attack.name);
    }
}

#[test]
fn tiny_images_pass_every_attack() {
    for (width, height) in [(1, 1), (2, 3), (17, 1), (1, 17), (5, 5)] {
        for Attack { name, .. } in all() {
            let out = apply(name, &scene(width, height));
            assert!(out.width() > 0 && out.height() > 0, "{name} on {width} x {height}");
        }
    }
}

#[test]
fn empty_images_are_refused_by_every_attack() {
    for attack in all() {
        assert!(attack.apply(&RgbImage::new(0, 0), 0).is_err(), "{}", attack.name);
    }
}

#[test]
fn files_are_those_of_the_codec_and_decode_to_the_image() {
    let im = scene(61, 47);
    for attack in all() {
        let attacked = attack.apply(&im, 3).unwrap();
        let Some((format, bytes)) = &attacked.file else { continue };
        let start: &[u8] = if *format == Format::Jpeg { &[0xff, 0xd8] } else { b"RIFF" };
        assert!(bytes.starts_with(start), "{}", attack.name);
        assert_eq!(image::load_from_memory(bytes).unwrap().into_rgb8(), attacked.image, "{}", attack.name);
    }
    for name in ["jpeg10", "social", "page060_jpeg75"] {
        assert_eq!(find(name).unwrap().apply(&im, 3).unwrap().extension(), "jpg", "{name}");
    }
    for name in ["identity", "screenshot", "combined"] {
        assert_eq!(find(name).unwrap().apply(&im, 3).unwrap().extension(), "png", "{name}");
    }
}

#[test]
fn sizes_follow_the_description() {
    let im = scene(200, 120);
    let expected = [
        ("identity", (200, 120)),
        ("resize025_back", (200, 120)),
        ("resize075_left", (150, 90)),
        ("resize025_jpeg70", (50, 30)),
        ("upscale150_left", (300, 180)),
        ("upscale400_left", (800, 480)),
        ("aspect110", (220, 120)),
        ("aspect080", (160, 120)),
        ("aspect125", (250, 120)),
        ("crop25", (100, 60)),
        ("crop10", (63, 38)),
        ("crop75_back", (200, 120)),
        ("rot15", (200, 120)),
        ("rot90", (120, 200)),
        ("rot270", (120, 200)),
        ("screenshot", (156, 92)),
        ("social", (180, 108)),
        ("combined", (179, 107)),
        ("jpeg75_shift_jpeg75", (197, 115)),
        ("letterbox", (280, 144)),
        ("page060", (216, 115)),
        ("resize050_rot7_jpeg75", (100, 60)),
    ];
    for (name, size) in expected {
        assert_eq!(apply(name, &im).dimensions(), size, "{name}");
    }
    assert_eq!(apply("social", &scene(2160, 16)).dimensions(), (1080, 8));
}

#[test]
fn exact_motions_undo_one_another() {
    let im = scene(31, 22);
    for (there, back) in
        [("rot90", "rot270"), ("flip", "flip"), ("flip_vertical", "flip_vertical"), ("rot180", "rot180")]
    {
        assert_ne!(apply(there, &im), im, "{there}");
        assert_eq!(apply(back, &apply(there, &im)), im, "{there}");
    }
    assert_eq!(apply("flip", &apply("flip_vertical", &im)), apply("rot180", &im));
}

#[test]
fn filters_move_detail_the_stated_way() {
    let im = scene(128, 128);
    let order = ["blur2", "blur1", "identity", "sharpen"].map(|name| detail(&apply(name, &im)));
    assert!(order.is_sorted_by(|a, b| a < b), "{order:?}");
    let order = ["median5", "median3", "identity", "unsharp"].map(|name| detail(&apply(name, &im)));
    assert!(order.is_sorted_by(|a, b| a < b), "{order:?}");
}

#[test]
fn tones_move_the_mean_the_stated_way() {
    let im = scene(128, 128);
    let order = ["bright060", "gamma150", "identity", "gamma070", "bright140"].map(|name| mean(&apply(name, &im)));
    assert!(order.is_sorted_by(|a, b| a < b), "{order:?}");
    assert!(apply("gray", &im).pixels().all(|p| p[0] == p[1] && p[1] == p[2]));
    assert!(apply("negative", &im).iter().zip(im.iter()).all(|(inverted, v)| inverted + v == 255));
    assert!(apply("posterize4", &im).iter().all(|v| v % 16 == 0));
}

#[test]
fn stronger_rows_do_more_harm() {
    let im = scene(128, 128);
    let ladders: [&[&str]; 6] = [
        &["jpeg90", "jpeg75", "jpeg50", "jpeg30", "jpeg20", "jpeg10"],
        #[cfg(feature = "webp")]
        &["webp80", "webp50"],
        #[cfg(not(feature = "webp"))]
        &[],
        &["resize075_back", "resize050_back", "resize025_back"],
        &["noise05", "noise10", "noise20"],
        &["blur1", "blur2"],
        &["rot1", "rot5", "rot15"],
    ];
    for names in ladders {
        let psnr: Vec<_> = names.iter().map(|name| psnr_db(&apply(name, &im), &im)).collect();
        assert!(psnr.is_sorted_by(|a, b| a > b), "{names:?}: {psnr:?}");
    }
}

#[test]
fn corners_are_black_or_white_as_stated() {
    let im = scene(128, 96);
    for (name, level) in [("rot15", 0), ("rot10_white", 255), ("rot30_white", 255), ("barrel2", 0), ("letterbox", 0)] {
        assert_eq!(apply(name, &im).get_pixel(0, 0).0, [level; 3], "{name}");
    }
}
