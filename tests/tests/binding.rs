//! Payloads moved to other pictures, and pictures changed after stamping.

mod common;

use image::{RgbImage, imageops};
use watermark_attacks::{Keep, Step, run};
use watermark_core::payload::{
    Beacon, Claims, ContentHash, Origin, SealClaims, Serial, StampedSize, SystemTag, UnixSeconds,
};
use watermark_core::raster::{Channels, Raster, Samples};
use watermark_core::signature::{PrivateKey, Zeroizing, sign};
use watermark_core::study::transplant;
use watermark_core::{Cause, Comparison, Extraction, ReadBackError, Region, Strength, Verdict};

const STRENGTH: Strength = Strength::Fixed(9.0);

fn stamped() -> RgbImage {
    common::rgb(&common::try_stamp(&common::sample(), &common::public()).unwrap().raster)
}

/// Another picture of the same size: the sample upside down.
fn other() -> RgbImage {
    imageops::rotate180(&common::rgb(&common::sample()))
}

fn read(picture: &RgbImage) -> Extraction {
    common::read(&common::raster(picture), &common::public())
}

fn verdict(picture: &RgbImage) -> Verdict {
    common::verdict(&common::raster(picture))
}

fn attacked(picture: &RgbImage, steps: &[Step]) -> RgbImage {
    run(steps, picture, 1).unwrap().image
}

/// Intersection over union of the regions with a box.
fn overlap(regions: &[Region], picture: &RgbImage, [left, top, width, height]: [u32; 4]) -> f64 {
    let (mut both, mut either) = (0.0, 0.0);
    for (x, y, _) in picture.enumerate_pixels() {
        let edited = (left..left + width).contains(&x) && (top..top + height).contains(&y);
        let found = regions.iter().any(|r| r.contains([f64::from(x) + 0.5, f64::from(y) + 0.5]));
        both += f64::from(u8::from(edited && found));
        either += f64::from(u8::from(edited || found));
    }
    both / either
}

#[test]
fn what_a_verifier_would_not_call_verified_is_not_read_back() {
    let stamped = common::try_stamp(&common::sample(), &common::public()).unwrap();
    let (picture, key) = (common::rgb(&stamped.raster), common::key().public_key());
    assert!(stamped.read_back(&read(&picture), &key).is_ok());
    let other = PrivateKey::from_seed(Zeroizing::new([8; 32])).public_key();
    assert!(matches!(stamped.read_back(&read(&picture), &other), Err(ReadBackError::Another)));
    assert!(matches!(stamped.read_back(&read(&self::other()), &key), Err(ReadBackError::Unread)));
    let mut drawn = picture.clone();
    for y in 300..460 {
        for x in 200..420 {
            drawn.put_pixel(x, y, image::Rgb([(x * 7 + y * 3) as u8, (x * y / 5) as u8, 90]));
        }
    }
    assert!(matches!(stamped.read_back(&read(&drawn), &key), Err(ReadBackError::Accused("altered"))));
    let moved = transplant(stamped.payload, &common::raster(&self::other()), &common::public(), STRENGTH).unwrap();
    let found = read(&common::rgb(&moved.raster));
    assert!(matches!(stamped.read_back(&found, &key), Err(ReadBackError::Accused("transplanted"))));
}

#[test]
fn a_payload_moved_to_another_picture_is_exposed() {
    let payload = read(&stamped()).payload().unwrap();
    let into = common::raster(&other());
    let moved = transplant(payload, &into, &common::public(), STRENGTH).unwrap();
    let moved = common::rgb(&moved.raster);
    for steps in [&[][..], &[Step::Jpeg(50)], &[Step::Crop(0.6, Keep::Centre)], &[Step::Brightness(0.6)]] {
        assert_eq!(verdict(&attacked(&moved, steps)), Verdict::Transplanted, "{steps:?}");
    }
}

#[test]
fn the_stamped_picture_matches_its_hash_whatever_it_went_through() {
    let picture = stamped();
    for steps in [
        &[][..],
        &[Step::Jpeg(30)],
        &[Step::Gamma(0.7)],
        &[Step::Noise(10.0)],
        &[Step::Rotate { deg: 15.0, fill: [0; 3] }],
        &[Step::Page(0.6)],
    ] {
        let picture = attacked(&picture, steps);
        let content = read(&picture).content.unwrap();
        assert_eq!(content.comparison, Comparison::Matches, "{steps:?}: {content:?}");
        assert!(content.disagreement < 0.12, "{steps:?}: {content:?}");
        assert_eq!(verdict(&picture), Verdict::Verified, "{steps:?}");
    }
    // A quarter shows 17 bits: one unrelated picture in 800 agrees as well, and an adversary may choose among hundreds of places.
    let quarter = attacked(&picture, &[Step::Crop(0.25, Keep::Centre)]);
    let content = read(&quarter).content.unwrap();
    assert!(content.comparison == Comparison::TooLittle && content.disagreement < 0.2, "{content:?}");
    assert_eq!(verdict(&quarter), Verdict::Verified);
}

#[test]
fn a_crop_is_compared_by_what_it_shows() {
    let content = read(&attacked(&stamped(), &[Step::Crop(0.4, Keep::Corner)])).content.unwrap();
    assert_eq!(content.comparison, Comparison::Matches);
    // Each side keeps 0.63 of 12 cells: 7 whole ones and a part.
    assert!((49.0..=64.0).contains(&(content.shown * 144.0)), "{content:?}");
}

#[test]
fn a_pasted_part_is_outlined() {
    let place = [420, 500, 160, 200];
    let mut picture = stamped();
    imageops::overlay(&mut picture, &imageops::crop_imm(&other(), 100, 100, 160, 200).to_image(), 420, 500);
    for steps in [&[][..], &[Step::Jpeg(75)]] {
        let picture = attacked(&picture, steps);
        let read = read(&picture);
        let found = overlap(read.edit_map.as_ref().unwrap().regions(), &picture, place);
        assert!(found > 0.6, "{steps:?}: IoU {found}");
        assert_eq!(read.content.unwrap().comparison, Comparison::Matches);
        assert_eq!(verdict(&picture), Verdict::Altered);
    }
}

/// `picture` with a part of it moved, where it covers another.
fn moved(picture: &RgbImage, [left, top, width, height]: [u32; 4], [right, down]: [u32; 2]) -> RgbImage {
    let mut out = picture.clone();
    let part = imageops::crop_imm(picture, left, top, width, height).to_image();
    imageops::replace(&mut out, &part, i64::from(left + right), i64::from(top + down));
    out
}

#[test]
fn a_part_moved_by_a_tile_is_outlined_since_tiles_are_shifted() {
    // Down the shift is two fifths of a step, to the right one fifth, which leaves a third of each cosine.
    for ([left, top, width, height], [right, down]) in [([160, 60, 448, 440], [0, 512]), ([4, 300, 250, 600], [512, 0])]
    {
        let picture = moved(&stamped(), [left, top, width, height], [right, down]);
        for steps in [&[][..], &[Step::Jpeg(75)], &[Step::Brightness(0.8)], &[Step::Rotate { deg: 5.0, fill: [0; 3] }]]
        {
            let picture = attacked(&picture, steps);
            let map = read(&picture).edit_map.unwrap();
            assert_eq!(map.regions().first().map(|region| region.cause), Some(Cause::MarkMissing), "{steps:?}");
            let found = overlap(map.regions(), &picture, [left + right, top + down, width, height]);
            assert!(found > 0.8, "{right} {down} {steps:?}: IoU {found}");
            assert_eq!(verdict(&picture), Verdict::Altered, "{steps:?}");
        }
    }
}

#[test]
fn a_part_moved_to_tiles_shifted_alike_is_found_by_the_hash() {
    // A quarter of the picture; the disagreement of the whole is far from that of another picture. The mark fits again.
    let sample = common::rgb(&common::sample());
    let large = imageops::resize(&sample, 1536, 2066, imageops::FilterType::CatmullRom);
    let stamped = common::rgb(&common::try_stamp(&common::raster(&large), &common::public()).unwrap().raster);
    let picture = moved(&stamped, [60, 60, 900, 900], [512, 1024]);
    for steps in [&[][..], &[Step::Jpeg(75)], &[Step::Brightness(0.8)], &[Step::Rotate { deg: 5.0, fill: [0; 3] }]] {
        let picture = attacked(&picture, steps);
        let map = read(&picture).edit_map.unwrap();
        assert_eq!(map.regions().first().map(|region| region.cause), Some(Cause::ContentDiffers), "{steps:?}");
        let found = overlap(map.regions(), &picture, [572, 1084, 900, 900]);
        assert!(found > 0.4, "{steps:?}: IoU {found}");
        assert_eq!(verdict(&picture), Verdict::Altered, "{steps:?}");
    }
}

/// `picture` with a box of one colour over a twentieth of it.
fn boxed(picture: &RgbImage, tone: u8) -> RgbImage {
    let mut out = picture.clone();
    imageops::overlay(&mut out, &RgbImage::from_pixel(180, 220, image::Rgb([tone; 3])), 420, 500);
    out
}

#[test]
fn a_box_that_leaves_nothing_to_read_is_outlined_by_the_hash() {
    for steps in [&[][..], &[Step::Jpeg(75)], &[Step::Jpeg(50)]] {
        for tone in [0, 255] {
            let picture = attacked(&boxed(&stamped(), tone), steps);
            let read = read(&picture);
            let map = read.edit_map.unwrap();
            let found = overlap(map.regions(), &picture, [420, 500, 180, 220]);
            assert!(found > 0.7, "{tone} {steps:?}: IoU {found}");
            assert_eq!(map.regions()[0].cause, Cause::ContentDiffers);
            assert_eq!(verdict(&picture), Verdict::Altered);
        }
    }
}

#[test]
fn a_box_that_was_there_when_it_was_stamped_is_no_edit_and_cannot_be_judged() {
    for tone in [0, 255] {
        let cover = common::raster(&boxed(&common::rgb(&common::sample()), tone));
        let stamped = common::rgb(&common::try_stamp(&cover, &common::public()).unwrap().raster);
        for steps in [&[][..], &[Step::Jpeg(75)], &[Step::Gamma(0.7)]] {
            let picture = attacked(&stamped, steps);
            assert_eq!(verdict(&picture), Verdict::Verified, "{tone} {steps:?}");
            let unjudged = read(&picture).edit_map.unwrap().unjudged();
            assert!((0.04..0.2).contains(&unjudged), "{tone} {steps:?}: {unjudged}");
        }
    }
}

#[test]
fn a_soft_shadow_on_transparency_carries_its_part_once_it_is_flattened() {
    let sample = common::rgb(&common::sample());
    let (width, height) = sample.dimensions();
    // The upper two thirds of the picture, the shadow under it, nothing else.
    let bottom = height * 2 / 3;
    let alpha = |x: u32, y: u32| match y.checked_sub(bottom) {
        None => 255,
        Some(below) => 38u32.saturating_sub(below / 3).min((x.min(width - 1 - x)) / 2) as u8,
    };
    let mut samples = Vec::new();
    for (x, y, pixel) in sample.enumerate_pixels() {
        let color = if y < bottom { pixel.0 } else { [0; 3] };
        samples.extend(color.into_iter().chain([alpha(x, y)]));
    }
    let cutout = Raster::new(width, height, Channels::Rgba, Samples::U8(samples)).unwrap();
    let stamped = common::try_stamp(&cutout, &common::public()).unwrap().raster;
    assert_eq!(common::verdict(&stamped), Verdict::Verified);
    let Samples::U8(samples) = stamped.samples() else { unreachable!("eight bits") };
    let flat = RgbImage::from_fn(width, height, |x, y| {
        let pixel = &samples[(y * width + x) as usize * 4..][..4];
        let on_white = |i: usize| 255.0 + (f32::from(pixel[i]) - 255.0) * f32::from(pixel[3]) / 255.0;
        image::Rgb([0, 1, 2].map(|i| on_white(i).round() as u8))
    });
    let found = read(&flat);
    assert_eq!((verdict(&flat), found.edit_map.as_ref().unwrap().regions()), (Verdict::Verified, &[][..]));
    assert!(found.edit_map.unwrap().unjudged() < 0.25, "the shadow is judged");
}

#[test]
fn half_of_another_picture_is_an_alteration_not_a_transplant() {
    let mut picture = stamped();
    imageops::overlay(&mut picture, &imageops::crop_imm(&other(), 0, 0, 384, 1033).to_image(), 0, 0);
    let read = read(&picture);
    assert!(overlap(read.edit_map.as_ref().unwrap().regions(), &picture, [0, 0, 384, 1033]) > 0.85);
    assert_eq!(verdict(&picture), Verdict::Altered);
}

#[test]
fn a_cutting_in_a_collage_does_not_vouch_for_the_rest() {
    let mut canvas = imageops::resize(&other(), 1200, 1100, imageops::FilterType::Triangle);
    imageops::overlay(&mut canvas, &imageops::crop_imm(&stamped(), 64, 128, 640, 640).to_image(), 304, 208);
    let verdict = verdict(&canvas);
    assert!(verdict < Verdict::Verified, "{verdict:?}");
    if let Some(map) = read(&canvas).edit_map {
        assert!(overlap(map.regions(), &canvas, [304, 208, 640, 640]) < 0.1, "what is left is not what was changed");
    }
}

#[test]
fn a_crop_on_a_plain_border_is_no_alteration_and_a_box_in_its_corner_is_one() {
    let crop = attacked(&stamped(), &[Step::Crop(0.6, Keep::Centre)]);
    for tone in [0, 90, 255] {
        let mut framed = RgbImage::from_pixel(crop.width() + 80, crop.height() + 56, image::Rgb([tone; 3]));
        imageops::replace(&mut framed, &crop, 37, 29);
        let found = read(&framed);
        assert_eq!(verdict(&framed), Verdict::Verified, "{tone}: {:?}", found.edit_map.unwrap().regions());
        let beside = 1.0 - f64::from(crop.width() * crop.height()) / f64::from(framed.width() * framed.height());
        let outside = read(&framed).edit_map.unwrap().outside();
        assert!((outside - beside).abs() < 0.05, "{tone}: {outside}, drawn {beside}");
    }
    let mut boxed = crop.clone();
    let corner = RgbImage::from_pixel(crop.width() / 3, crop.height() / 3, image::Rgb([0; 3]));
    imageops::replace(&mut boxed, &corner, 0, 0);
    assert_eq!(verdict(&boxed), Verdict::Altered);
}

#[test]
fn a_whole_stamped_picture_in_another_one_is_said_to_be_a_part() {
    let mut canvas = imageops::resize(&other(), 1400, 1300, imageops::FilterType::Triangle);
    let inside = stamped();
    imageops::overlay(&mut canvas, &inside, 304, 208);
    let part = f64::from(inside.width() * inside.height()) / f64::from(1400 * 1300);
    let found = read(&canvas).edit_map.unwrap().outside();
    assert!((found - (1.0 - part)).abs() < 0.02, "{found} of {}", 1.0 - part);
    assert_eq!(verdict(&canvas), Verdict::Verified);
    assert_eq!(read(&inside).edit_map.unwrap().outside(), 0.0);
    let crop = imageops::crop_imm(&inside, 100, 100, 500, 600).to_image();
    assert_eq!(read(&crop).edit_map.unwrap().outside(), 0.0);
}

#[test]
fn the_map_is_red_where_the_mark_is_missing_and_gray_where_it_is_not() {
    let mut picture = stamped();
    imageops::overlay(&mut picture, &imageops::crop_imm(&other(), 100, 100, 160, 200).to_image(), 420, 500);
    let raster = common::raster(&picture);
    let map = common::rgb(&read(&picture).edit_map.unwrap().overlay(&raster));
    assert_eq!(map.dimensions(), picture.dimensions());
    let [r, g, b] = map.get_pixel(500, 600).0;
    assert!(r > g + 60 && r > b + 60, "{r} {g} {b}");
    let [r, g, b] = map.get_pixel(200, 600).0;
    assert!(r == g && g == b, "{r} {g} {b}");
}

#[test]
fn a_seal_without_content_hash_is_bound_to_nothing() {
    let key = common::key();
    let claims = Claims {
        beacon: Beacon {
            origin: Origin::Generated,
            realistic: false,
            artistic: false,
            key_id: key.public_key().key_id(),
            serial: Serial::new(2).unwrap(),
        },
        seal: SealClaims {
            time: UnixSeconds(1_700_000_000),
            system: SystemTag::NONE,
            size: StampedSize::new(768, 1033).unwrap(),
            content_hash: ContentHash::NONE,
        },
    };
    let payload = sign(&key, &key.public_key(), &claims).unwrap();
    let stamped = transplant(payload, &common::sample(), &common::public(), STRENGTH).unwrap();
    let picture = common::rgb(&stamped.raster);
    assert_eq!(read(&picture).content, None);
    assert_eq!(verdict(&picture), Verdict::Verified);
}

/// The copy attack without our own code: what stamping changed, estimated by denoising or known from the original, added to another picture.
/// The change to a block depends on where the block lay, so it carries its bits nowhere else; the pilot's lines do move.
#[test]
fn a_mark_that_is_added_to_another_picture_says_nothing_there() {
    let stamped = stamped();
    let denoised = attacked(&stamped, &[Step::Median(3)]);
    let original = common::rgb(&common::sample());
    for without in [denoised, original] {
        for times in [1, 2] {
            let mut picture = other();
            for ((to, from), less) in picture.iter_mut().zip(stamped.iter()).zip(without.iter()) {
                *to = (i32::from(*to) + times * (i32::from(*from) - i32::from(*less))).clamp(0, 255) as u8;
            }
            assert_eq!(read(&picture).seal, None);
            assert!(verdict(&picture) <= Verdict::Marked);
        }
    }
}
