//! The pilot: rank scores against their null distribution, and that lines stand out where they are and nowhere else.

use super::*;
use crate::affine::Affine;
use crate::block_dct::analyse;
use crate::carrier::{Carrier, CarrierKey};
use crate::resample::warp;
use crate::testing::{noise, picture};

#[test]
fn prominence_of_unmarked_pictures_is_standard_normal() {
    let (mut sum, mut square) = (0.0, 0.0);
    let trials = 200_u16;
    let mut planner = FftPlanner::new();
    let planes = [picture(300, 280, 3), noise(256, 256, 128.0, 10.0, 2)];
    for i in 0..trials {
        let lines = Carrier::new(&CarrierKey::private(&i.to_be_bytes())).pilot;
        let z = prominences(&mut planner, &planes[usize::from(i % 2)], &lines)[0];
        (sum, square) = (sum + z, square + z * z);
    }
    let (mean, variance) = (sum / f32::from(trials), square / f32::from(trials));
    // Five standard deviations of mean and variance over 200 trials.
    assert!(mean.abs() < 0.36 && (variance - 1.0).abs() < 0.5, "mean {mean}, variance {variance}");
}

#[test]
fn lines_stand_out_for_their_key_whatever_the_crop() {
    let carrier = Carrier::new(&CarrierKey::PUBLIC);
    let other = Carrier::new(&CarrierKey::private(b"another"));
    let mut planner = FftPlanner::new();
    let cover = picture(640, 520, 9);
    let mut marked = cover.clone();
    embed(&mut planner, &mut marked, &carrier.pilot, [10.0; 2]);
    let crop = marked.window(37, 19, 500, 480);
    assert!(prominences(&mut planner, &cover, &carrier.pilot)[0] < 4.0);
    for plane in [&marked, &crop] {
        let (own, others) =
            (prominences(&mut planner, plane, &carrier.pilot)[0], prominences(&mut planner, plane, &other.pilot)[0]);
        assert!(own > 6.0 && others < 4.0, "{own}, another key {others}");
    }
}

#[test]
fn the_pilot_has_the_energy_that_the_format_states() {
    let carrier = Carrier::new(&CarrierKey::PUBLIC);
    let cover = picture(512, 512, 9);
    let mut marked = cover.clone();
    let strength = 10.0;
    embed(&mut FftPlanner::new(), &mut marked, &carrier.pilot, [strength; 2]);
    let steps = mask::envelope(&analyse(&cover, 0, 0));
    let step = |x: usize, y: usize| steps[y / 8 * 64 + x / 8];
    let mut sum = 0.0;
    for (i, (m, c)) in marked.data.iter().zip(&cover.data).enumerate() {
        let relative = (m - c) / step(i % 512, i / 512);
        sum += relative * relative;
    }
    let rms = (sum / (512.0 * 512.0)).sqrt();
    assert!((rms / (AMPLITUDE * strength) - 1.0).abs() < 0.02, "{rms}");
}

#[test]
fn planes_of_any_size_are_judged() {
    let lines = Carrier::new(&CarrierKey::PUBLIC).pilot;
    for (width, height) in [(1, 1), (7, 300), (8, 8), (9, 70)] {
        assert!(prominences(&mut FftPlanner::new(), &picture(width, height, 1), &lines)[0].is_finite());
    }
}

#[test]
fn a_pattern_whose_spectrum_is_a_comb_does_not_stand_out() {
    // Squares of 4 px under maps that put all their harmonics, which are odd, on odd bins.
    let carrier = Carrier::new(&CarrierKey::PUBLIC);
    let mut planner = FftPlanner::new();
    let mut squares = Plane::zeros(512, 512);
    for y in 0..512 {
        squares.row_mut(y).iter_mut().enumerate().for_each(|(x, v)| *v = 255.0 * ((x / 4 + y / 4) % 2) as f32);
    }
    for first in [9.0, 13.0] {
        let plane = warp(&squares, &Affine::scaling(first / 32.0, first / 32.0), 1024, 1024);
        let stands_out = prominences(&mut planner, &plane, &carrier.pilot)[0];
        assert!(stands_out < 4.0, "first harmonic {first}: {stands_out}");
    }
}

/// Mean square of the pilot that `cover` takes at a strength of 10, and that of its envelope.
fn squares(cover: &Plane) -> [f32; 2] {
    let mut marked = cover.clone();
    embed(&mut FftPlanner::new(), &mut marked, &Carrier::new(&CarrierKey::PUBLIC).pilot, [10.0; 2]);
    let change = marked.data.iter().zip(&cover.data).map(|(m, c)| (m - c) * (m - c)).sum::<f32>();
    let envelope = mask::envelope(&analyse(cover, 0, 0));
    [change / cover.data.len() as f32, envelope.iter().map(|e| e * e).sum::<f32>() / envelope.len() as f32]
}

#[test]
fn texture_and_small_figures_raise_the_pilot_within_bounds() {
    let plain = (AMPLITUDE * 10.0).powi(2);
    let factor = |[change, envelope]: [f32; 2]| (change / (plain * envelope)).sqrt();
    let smooth = picture(512, 512, 9);
    assert!((factor(squares(&smooth)) - 1.0).abs() < 0.02, "{}", factor(squares(&smooth)));
    // A figure of 128 px on black, which carries nothing but gets as much noise.
    let mut figure = Plane::zeros(512, 512);
    for y in 0..128 {
        figure.row_mut(y)[..128].copy_from_slice(&smooth.row(y)[..128]);
    }
    assert!((factor(squares(&figure)) - MOST_FACTOR).abs() < 0.05, "{}", factor(squares(&figure)));
    // Contrasts of which the second would have more than the bound.
    let [mild, loud] = [2.0, 3.5].map(|contrast| {
        let data = smooth.data.iter().map(|sample| 128.0 + contrast * (sample - 128.0)).collect();
        squares(&Plane { data, ..smooth })
    });
    assert!(factor(mild) > 1.2, "{}", factor(mild));
    // At most what leaves a PSNR of 40 dB.
    assert!((loud[0] / LOUDEST - 1.0).abs() < 0.03 && factor(loud) < 0.9 * MOST_FACTOR, "{loud:?}, {}", factor(loud));
}
