//! Geometry recovered from pixels alone, against what was done to them.

mod common;

use proptest::prelude::*;
use watermark_attacks::{Flip, Keep, Step, run};
use watermark_core::{Comparison, EditMap, Effort, Extraction, Registration, Stamped, extract};

/// Furthest that a corner of the sample (768 x 1033) may lie from where it should, pixels of the stamped picture: rotation and scales.
const TOLERANCE_PX: f64 = 0.25;
const HALF_DIAGONAL_PX: f64 = 644.0;

fn stamped() -> Stamped {
    common::try_stamp(&common::sample(), &common::public()).unwrap()
}

fn read(stamped: &Stamped, steps: &[Step], effort: Effort) -> Extraction {
    let attacked = run(steps, &common::rgb(&stamped.raster), 1).unwrap().image;
    let read = extract(&common::raster(&attacked), &common::public(), effort).unwrap();
    assert_eq!(read.payload(), Some(stamped.payload), "{steps:?}: {:?}", read.detection);
    read
}

fn registration(stamped: &Stamped, steps: &[Step], effort: Effort) -> Registration {
    read(stamped, steps, effort).registration.unwrap()
}

/// How far the corners are off, at most, pixels of the stamped picture.
fn error_px(found: &Registration, clockwise_deg: f64, scale_x: f64, scale_y: f64) -> f64 {
    let turned = (found.rotation_deg - clockwise_deg + 540.0).rem_euclid(360.0) - 180.0;
    let stretched = (found.scale_x / scale_x - 1.0).abs().max((found.scale_y / scale_y - 1.0).abs());
    HALF_DIAGONAL_PX * turned.to_radians().hypot(stretched)
}

#[test]
fn what_was_done_is_what_is_reported() {
    use watermark_attacks::Kernel::Bicubic;
    let stamped = stamped();
    let turn = |deg: f64| Step::Rotate { deg, fill: [0; 3] };
    let resize = |fx: f64, fy: f64| Step::Resize { fx, fy, kernel: Bicubic };
    let cases: [(&[Step], f64, f64, f64, bool); 10] = [
        (&[Step::Flip(Flip::LeftRight)], 0.0, 1.0, 1.0, true),
        (&[Step::Flip(Flip::Turn90)], -90.0, 1.0, 1.0, false),
        (&[Step::Flip(Flip::Turn180)], 180.0, 1.0, 1.0, false),
        (&[turn(5.0)], -5.0, 1.0, 1.0, false),
        (&[turn(-45.0), Step::Jpeg(75)], 45.0, 1.0, 1.0, false),
        (&[Step::Flip(Flip::LeftRight), turn(10.0)], -10.0, 1.0, 1.0, true),
        // 768 x 1.1 and 1033 x 0.6 are rounded to whole pixels.
        (&[resize(1.1, 1.0)], 0.0, 845.0 / 768.0, 1.0, false),
        (&[resize(0.6, 0.6)], 0.0, 461.0 / 768.0, 620.0 / 1033.0, false),
        (&[Step::Crop(0.4, Keep::Centre), turn(20.0)], -20.0, 1.0, 1.0, false),
        (&[Step::Page(0.6)], 0.0, 461.0 / 768.0, 620.0 / 1033.0, false),
    ];
    for (steps, deg, scale_x, scale_y, mirrored) in cases {
        let found = registration(&stamped, steps, Effort::Normal);
        assert_eq!(found.mirrored, mirrored, "{steps:?}: {found:?}");
        let error = error_px(&found, deg, scale_x, scale_y);
        assert!(error < TOLERANCE_PX, "{steps:?}: {error} px, {found:?}");
    }
}

/// Recompressed once it was made small, a picture coheres as a whole and in no part of it: only its lines say how it lies, and a beacon's bits say it better.
#[test]
fn what_no_part_shows_any_more_is_read_as_a_whole() {
    use watermark_attacks::Kernel::Bicubic;
    let stamped = stamped();
    let smaller = |f: f64| Step::Resize { fx: f, fy: f, kernel: Bicubic };
    let turn = Step::Rotate { deg: 7.0, fill: [0; 3] };
    let cases: [(&[Step], f64, f64); 3] = [
        (&[smaller(0.6), Step::Jpeg(80)], 0.0, 0.6),
        (&[smaller(0.6), turn, Step::Jpeg(76)], -7.0, 0.6),
        (&[Step::Page(0.6), Step::Jpeg(80)], 0.0, 0.6),
    ];
    for (steps, deg, scale) in cases {
        let [scale_x, scale_y] = [768.0, 1033.0].map(|side| (scale * side).round() / side);
        let found = registration(&stamped, steps, Effort::Normal);
        let error = error_px(&found, deg, scale_x, scale_y);
        assert!(error < TOLERANCE_PX, "{steps:?}: {error} px, {found:?}");
    }
}

#[test]
fn a_negative_is_read_and_said_to_be_one() {
    let stamped = stamped();
    for (steps, effort, deg) in [
        (&[Step::Invert][..], Effort::Fast, 0.0),
        (&[Step::Invert, Step::Jpeg(50)], Effort::Normal, 0.0),
        (
            &[Step::Crop(0.5, Keep::Corner), Step::Invert, Step::Rotate { deg: 12.0, fill: [0; 3] }],
            Effort::Normal,
            -12.0,
        ),
    ] {
        let read = read(&stamped, steps, effort);
        let found = read.registration.unwrap();
        assert!(found.inverted && error_px(&found, deg, 1.0, 1.0) < TOLERANCE_PX, "{steps:?}: {found:?}");
        assert_eq!(read.content.unwrap().comparison, Comparison::Matches, "{steps:?}: {:?}", read.content);
        let received = common::raster(&run(steps, &common::rgb(&stamped.raster), 1).unwrap().image);
        let compared = read.compare(&received, &stamped.payload.seal.unverified_claims).unwrap();
        assert_eq!(compared.comparison, Comparison::Matches, "{steps:?}: {compared:?}");
        assert!(read.edit_map.unwrap().regions().is_empty(), "{steps:?}");
    }
    assert!(!registration(&stamped, &[Step::Jpeg(50)], Effort::Fast).inverted);
}

/// No map of the plane reads such a picture: its lines are smeared, and its blocks cohere nowhere.
#[test]
fn a_picture_seen_at_an_angle_is_levelled_and_read() {
    let stamped = stamped();
    let steps = [Step::Perspective(0.05), Step::Jpeg(75)];
    let found = read(&stamped, &steps, Effort::Normal).registration.unwrap();
    // Both sides narrow: towards the upper edge by a tenth, towards the right one by a twentieth.
    let [x, y] = found.tilt.unwrap().growth();
    assert!((x + 0.05).abs() < 0.01 && (y - 0.1).abs() < 0.01, "{x}, {y}");
    assert!(registration(&stamped, &[Step::Jpeg(50)], Effort::Normal).tilt.is_none());

    let mut seen = run(&steps, &common::rgb(&stamped.raster), 1).unwrap().image;
    let whole = extract(&common::raster(&seen), &common::public(), Effort::Normal).unwrap();
    assert_eq!(whole.content.unwrap().comparison, Comparison::Matches, "{:?}", whole.content);
    // Black wedges: a tenth of the upper edge and a twentieth of the right one, and nothing of the others.
    let outside = whole.edit_map.as_ref().unwrap().outside();
    assert!((outside - 0.07).abs() < 0.02, "{outside}");
    let compared = whole.compare(&common::raster(&seen), &stamped.payload.seal.unverified_claims).unwrap();
    assert_eq!(compared.comparison, Comparison::Matches, "{compared:?}");
    // What is drawn over is found where it is on the received picture, far from its middle.
    let noise = |x: u32, y: u32| image::Rgb([(37 * x * x + 101 * x * y + 13 * y) as u8; 3]);
    for (x, y) in (0..180).flat_map(|y| (0..180).map(move |x| (x, y))) {
        seen.put_pixel(540 + x, 90 + y, noise(x, y));
    }
    let edited = extract(&common::raster(&seen), &common::public(), Effort::Normal).unwrap();
    let map = edited.edit_map.unwrap();
    let inside = |at| map.regions().iter().any(|region| region.contains(at));
    for near in [[560.0, 110.0], [700.0, 110.0], [560.0, 250.0], [700.0, 250.0]] {
        assert!(inside(near), "{near:?}: {:?}", map.regions());
    }
    for far in [[515.0, 180.0], [630.0, 295.0], [630.0, 65.0]] {
        assert!(!inside(far), "{far:?}: {:?}", map.regions());
    }
}

/// A photographed screen: levelled, it is still bent, blurred and noisy, and coheres in no part of 640 px.
#[test]
fn a_photographed_screen_is_read() {
    let steps = [Step::Perspective(0.03), Step::Barrel(0.01), Step::Blur(0.7), Step::Noise(4.0), Step::Jpeg(75)];
    let found = read(&stamped(), &steps, Effort::Normal).registration.unwrap();
    assert!(found.tilt.is_some(), "{found:?}");
}

#[test]
fn a_crop_too_small_for_its_pilot_is_marked() {
    // 3 % of the picture, 133 x 179 px: some 350 blocks of a tile of 4096, and lines that chance reaches.
    let attacked = run(&[Step::Crop(0.03, Keep::Centre)], &common::rgb(&stamped().raster), 1).unwrap().image;
    let read = extract(&common::raster(&attacked), &common::public(), Effort::Normal).unwrap();
    assert!(read.is_marked(), "{:?}", read.detection);
}

#[test]
fn a_crop_reports_its_share_and_its_place() {
    let found = registration(&stamped(), &[Step::Trim(100, 60, 0, 33)], Effort::Normal);
    let share = 668.0 * 940.0 / (768.0 * 1033.0);
    assert!((found.shown.unwrap() - share).abs() < 1e-6, "{found:?}");
    assert_eq!((found.offset_x, found.offset_y, found.rotation_deg), (100.0, 60.0, 0.0));
}

/// All lattices lie as they should there, but for a shift that takes every bit and leaves a third of the coherence.
#[test]
fn what_is_moved_by_whole_tiles_is_read() {
    use image::imageops::{crop_imm, flip_horizontal, replace};
    let stamped = stamped();
    let whole = common::rgb(&stamped.raster);
    let cut = crop_imm(&whole, 0, 512, 768, 521).to_image();
    // Below another picture, twice as far.
    let mut below = image::RgbImage::new(768, 512 + 1033);
    replace(&mut below, &crop_imm(&common::rgb(&common::sample()), 0, 100, 768, 512).to_image(), 0, 0);
    replace(&mut below, &whole, 0, 512);
    for (what, picture) in [("cut", &cut), ("mirrored", &flip_horizontal(&cut)), ("below another", &below)] {
        for effort in [Effort::Fast, Effort::Normal] {
            let read = extract(&common::raster(picture), &common::public(), effort).unwrap();
            let found = effort == Effort::Normal || what != "mirrored";
            assert_eq!(read.payload(), found.then_some(stamped.payload), "{what}, {effort:?}: {:?}", read.detection);
        }
    }
    let shown = extract(&common::raster(&cut), &common::public(), Effort::Normal).unwrap();
    let content = shown.content.unwrap();
    assert_eq!(content.comparison, Comparison::Matches, "{content:?}");
}

#[test]
fn stretched_and_rotated_pictures_are_read() {
    let stamped = stamped();
    for (deg, effort) in
        [(5.0, Effort::Normal), (20.0, Effort::Normal), (-110.0, Effort::Normal), (20.0, Effort::Exhaustive)]
    {
        let stretch = Step::Resize { fx: 0.9, fy: 1.0, kernel: watermark_attacks::Kernel::Bicubic };
        let found = registration(&stamped, &[stretch, Step::Rotate { deg, fill: [0; 3] }], effort);
        let error = error_px(&found, -deg, 691.0 / 768.0, 1.0);
        assert!(error < TOLERANCE_PX, "{deg} degrees: {error} px, {found:?}");
    }
}

/// What a window of the spectrum shows of a picture that was scaled up is a small part of it.
#[test]
fn pictures_scaled_up_are_read() {
    let kernel = watermark_attacks::Kernel::Bicubic;
    // From noise of 6 on some are lost: the sample needs little strength, 7.7, and its crop holds little more than one tile.
    for scale in [2.5, 3.0] {
        let resize = Step::Resize { fx: scale, fy: scale, kernel };
        let steps = [Step::Crop(0.4, Keep::Centre), Step::Noise(5.0), resize, Step::Jpeg(60)];
        let found = registration(&stamped(), &steps, Effort::Normal);
        // A side was rounded to whole pixels.
        assert!((found.scale_x / scale - 1.0).abs() < 2e-3, "{scale}: {found:?}");
    }
}

#[test]
fn sheared_pictures_are_read() {
    for shear in [0.05, -0.1] {
        registration(&stamped(), &[Step::Shear(shear)], Effort::Normal);
    }
}

#[test]
fn bent_pictures_are_read_and_not_called_altered() {
    let stamped = stamped();
    let jpeg = Step::Jpeg(75);
    let bends = [
        &[Step::Barrel(0.02)][..],
        &[Step::Barrel(-0.02)],
        &[Step::Perspective(0.01), jpeg],
        &[Step::Corners(0.01), jpeg],
        &[Step::Drag(1.5), jpeg],
    ];
    for steps in bends {
        let read = read(&stamped, steps, Effort::Normal);
        let regions = read.edit_map.as_ref().map(|map| map.regions().len());
        assert_eq!(regions, Some(0), "{steps:?}: {:?}", read.edit_map.as_ref().map(EditMap::regions));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn any_rotation_scale_and_crop_is_recovered(deg in -180.0f64..180.0, scale in 0.65f64..1.5, area in 0.5f64..1.0) {
        let stamped = stamped();
        let resize = Step::Resize { fx: scale, fy: scale, kernel: watermark_attacks::Kernel::Bicubic };
        let steps = [Step::Crop(area, Keep::Centre), resize, Step::Rotate { deg, fill: [0; 3] }];
        let found = registration(&stamped, &steps, Effort::Normal);
        // Sides are rounded to whole pixels before and after scaling.
        let rounded = 0.5 / (768.0 * area.sqrt() * scale) * HALF_DIAGONAL_PX;
        let error = error_px(&found, -deg, scale, scale);
        prop_assert!(error < TOLERANCE_PX + 2.0 * rounded, "{} px, {:?}", error, found);
    }
}
