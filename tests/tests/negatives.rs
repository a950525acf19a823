//! What is not marked, or not for this reader, is never reported as marked.

mod common;

use image::imageops;
use proptest::prelude::*;
use watermark_core::raster::{Channels, Raster, Samples};
use watermark_core::{Carrier, CarrierKey, Effort, Verdict, extract};

#[test]
fn unmarked_variants_of_the_sample_are_not_marked() {
    let pixels = common::rgb(&common::sample());
    for name in ["identity", "jpeg75", "jpeg30", "crop50", "resize050_left", "noise10", "blur2", "gray", "rot90"] {
        let attacked = watermark_attacks::find(name).unwrap().apply(&pixels, 3).unwrap().image;
        let read = common::read(&common::raster(&attacked), &common::public());
        assert!(!read.is_marked(), "{name}: {:?}", read.detection);
        assert!(read.beacon.is_none() && read.seal.is_none() && read.registration.is_none(), "{name}");
    }
}

#[test]
fn a_private_carrier_is_read_by_its_key_alone() {
    let private = Carrier::new(&CarrierKey::private(b"a secret of sufficient length"));
    let stamped = common::try_stamp(&common::sample(), &private).unwrap();
    let fast = |carrier: &Carrier| extract(&stamped.raster, carrier, Effort::Fast).unwrap();
    assert_eq!(fast(&private).payload(), Some(stamped.payload));
    for other in [common::public(), Carrier::new(&CarrierKey::private(b"another secret of some length"))] {
        assert!(!fast(&other).is_marked());
    }
}

#[test]
fn p_values_of_unmarked_pictures_are_never_too_small() {
    // One picture and many carriers: each keyed dither draws a fresh sample of the null distribution.
    let pixels = common::rgb(&common::sample());
    let crop = image::imageops::crop_imm(&pixels, 200, 300, 256, 256).to_image();
    let crop = common::raster(&crop);
    let mut log10_p: Vec<f64> = (0..120u32)
        .map(|i| {
            let carrier = Carrier::new(&CarrierKey::private(&i.to_be_bytes()));
            extract(&crop, &carrier, Effort::Fast).unwrap().detection.log10_p
        })
        .collect();
    log10_p.sort_by(f64::total_cmp);
    // Corrected p-values are conservative: at most a share x of them may lie below x, within three standard deviations.
    for (share, limit) in [(0.1, 120.0 * 0.1 + 3.0 * 3.3), (0.01, 120.0 * 0.01 + 3.0 * 1.1)] {
        let below = log10_p.iter().filter(|p| **p < f64::log10(share)).count();
        assert!((below as f64) < limit, "{below} of 120 under {share}");
    }
    assert!(log10_p[0] > -5.0, "{}", log10_p[0]);
}

#[test]
fn flat_pictures_are_not_marked_and_black_ones_not_stamped() {
    let flat = |side: u32, level: u8| {
        Raster::new(side, side, Channels::Gray, Samples::U8(vec![level; (side * side) as usize])).unwrap()
    };
    for level in [0, 128, 255] {
        assert_eq!(common::verdict(&flat(350, level)), Verdict::None, "level {level}");
    }
    assert!(common::try_stamp(&flat(350, 0), &common::public()).is_err());
    // White is lowered by a level.
    let white = common::try_stamp(&flat(1024, 255), &common::public()).unwrap();
    assert_eq!(common::verdict(&white.raster), Verdict::Verified);
}

/// Pictures in which no block fits, or not at every position of the grid, at every effort.
#[test]
fn thin_pictures_are_answered() {
    let (carrier, picture) = (common::public(), common::rgb(&common::sample()));
    for long in [1, 16, 103, 300] {
        for short in [1, 2, 7, 8, 9, 15, 16, 17] {
            for (width, height) in [(long, short), (short, long)] {
                let thin = common::raster(&imageops::crop_imm(&picture, 100, 400, width, height).to_image());
                for effort in [Effort::Fast, Effort::Normal, Effort::Exhaustive] {
                    assert!(!extract(&thin, &carrier, effort).unwrap().is_marked(), "{width} x {height}, {effort:?}");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn no_size_and_no_content_panics(
        width in 1u32..300, height in 1u32..300, channels in 0usize..4, deep: bool, seed: u64,
    ) {
        let channels = [Channels::Gray, Channels::GrayAlpha, Channels::Rgb, Channels::Rgba][channels];
        let count = width as usize * height as usize * channels.count();
        let mut state = seed | 1;
        let mut next = || { state ^= state << 13; state ^= state >> 7; state ^= state << 17; state };
        let samples = if deep {
            Samples::U16((0..count).map(|_| next() as u16).collect())
        } else {
            Samples::U8((0..count).map(|_| next() as u8).collect())
        };
        let raster = Raster::new(width, height, channels, samples).unwrap();
        prop_assert!(!common::read(&raster, &common::public()).is_marked());
        if let Ok(stamped) = common::try_stamp(&raster, &common::public()) {
            prop_assert_eq!((stamped.raster.width(), stamped.raster.height()), (width, height));
        }
    }
}
