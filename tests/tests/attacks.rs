//! Stamp the bundled sample, attack it, read it: the floor of every attack that a sealed picture has to survive.

mod common;

use watermark_core::{Profile, Verdict};

/// Attacks after which the signature of the bundled sample must verify.
const VERIFIED: &[&str] = &[
    "identity",
    "jpeg90",
    "jpeg75",
    "jpeg50",
    "jpeg30",
    "jpeg20",
    "webp80",
    "webp50",
    "resize075_back",
    "resize075_left",
    "resize050_back",
    "resize050_left",
    "upscale150_left",
    "crop75",
    "crop50",
    "crop50_corner",
    "crop25",
    "crop75_back",
    "crop10",
    "aspect110",
    "rot1",
    "rot5",
    "rot15",
    "rot45",
    "rot90",
    "rot270",
    "flip",
    "flip_rot10",
    "rot10_white",
    "letterbox",
    "border_white",
    "page060",
    "screenshot",
    "social",
    "combined",
    "bright060",
    "contrast060",
    "satur050",
    "satur150",
    "bright140",
    "contrast140",
    "hue010",
    "gamma070",
    "gamma150",
    "gray",
    "negative",
    "negative_rot5_jpeg75",
    "posterize4",
    "noise05",
    "noise10",
    "noise20",
    "saltpepper1",
    "blur1",
    "median3",
    "median5",
    "sharpen",
];

/// Attacks that replace a part of the picture: the signature must verify, and the verdict may say what was replaced.
const ALTERED: &[&str] = &["overlay10"];

/// Attacks after which a mark must still be found.
const MARKED: &[&str] = &["jpeg10", "resize025_back", "blur2"];

#[test]
fn the_sample_survives_its_attacks() {
    let cover = common::sample();
    let stamped = common::try_stamp(&cover, &common::public()).unwrap();
    assert_eq!(stamped.profile, Profile::Sealed);
    let pixels = common::rgb(&stamped.raster);
    let mut lost = Vec::new();
    for (names, least) in [(VERIFIED, Verdict::Verified), (ALTERED, Verdict::Altered), (MARKED, Verdict::Marked)] {
        for name in names {
            let attack = watermark_attacks::find(name).unwrap();
            let attacked = attack.apply(&pixels, 1).unwrap().image;
            let verdict = common::verdict(&common::raster(&attacked));
            if verdict < least {
                lost.push(format!("{name}: {}", verdict.name()));
            }
        }
    }
    assert!(lost.is_empty(), "{lost:?}");
}

#[test]
fn the_stamp_stays_within_its_error_bound() {
    let cover = common::sample();
    let stamped = common::try_stamp(&cover, &common::public()).unwrap();
    let (before, after) = (common::rgb(&cover), common::rgb(&stamped.raster));
    let error: f64 = before.as_raw().iter().zip(after.as_raw()).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum();
    let psnr = 10.0 * (255.0f64.powi(2) * before.as_raw().len() as f64 / error).log10();
    assert!(psnr > 44.0, "{psnr} dB");
}

#[test]
fn the_same_stamp_twice_is_the_same_bits() {
    let cover = common::sample();
    let [a, b] = [0, 1].map(|_| common::try_stamp(&cover, &common::public()).unwrap().raster);
    assert_eq!(a, b);
}

/// Text on pure white cannot be brightened; its changes are enlarged where they clip. White lowered by a gray level carries the mark where the lines leave room for it.
#[test]
fn pages_of_text_are_sealed() {
    for (line, attacks) in [
        (22, &["identity", "jpeg75", "webp80", "noise10", "flip"][..]),
        (44, &["identity", "jpeg50", "noise10", "flip", "resize075_left", "rot5", "crop50", "sharpen"]),
    ] {
        let stamped = common::try_stamp(&common::page(1024, 768, line), &common::public()).unwrap();
        assert_eq!(stamped.profile, Profile::Sealed);
        let pixels = common::rgb(&stamped.raster);
        for name in attacks {
            let received = watermark_attacks::find(name).unwrap().apply(&pixels, 1).unwrap().image;
            assert_eq!(common::verdict(&common::raster(&received)), Verdict::Verified, "{line}: {name}");
        }
    }
}
