//! The pilot: box means and rank scores against their definitions, and that lines stand out where they are and nowhere else.

use super::*;
use crate::affine::Affine;
use crate::carrier::{Carrier, CarrierKey};
use crate::resample::warp;
use crate::testing::{distance, noise, picture};

#[test]
fn box_mean_agrees_with_its_definition() {
    for (width, height, radius) in [(1, 1, 3), (5, 40, 8), (67, 33, 8), (30, 30, 2)] {
        let plane = picture(width, height, 4);
        let mut expected = Plane::zeros(width, height);
        let r = radius as isize;
        for y in 0..height as isize {
            for x in 0..width as isize {
                let mut sum = 0.0f64;
                for dy in -r..=r {
                    for dx in -r..=r {
                        let row = plane.row((y + dy).clamp(0, height as isize - 1) as usize);
                        sum += f64::from(row[(x + dx).clamp(0, width as isize - 1) as usize]);
                    }
                }
                expected.row_mut(y as usize)[x as usize] = (sum / ((2 * r + 1) * (2 * r + 1)) as f64) as f32;
            }
        }
        // Running sums in single precision.
        assert!(distance(&box_blur(&plane, radius), &expected) < 2e-3, "{width} x {height}, {radius}");
    }
}

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
    let grid = analyse(&marked, 0, 0);
    embed(&mut planner, &mut marked, &grid, &carrier.pilot, [10.0; 2]);
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
    let grid = analyse(&marked, 0, 0);
    embed(&mut FftPlanner::new(), &mut marked, &grid, &carrier.pilot, [strength; 2]);
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
