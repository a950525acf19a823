//! Filters against their definitions, and that they undo what they are for.

use super::*;
use crate::testing::{distance, picture};

/// Gaussian blur of this variance, borders repeated, in double precision.
fn blur(plane: &Plane, variance: f64) -> Plane {
    let reach = (5.0 * variance.sqrt()).ceil() as isize;
    let taps: Vec<f64> = (-reach..=reach).map(|i| (-(i * i) as f64 / (2.0 * variance)).exp()).collect();
    let sum: f64 = taps.iter().sum();
    let (w, h) = (plane.width as isize, plane.height as isize);
    let at = |p: &Plane, x: isize, y: isize| f64::from(p.row(y.clamp(0, h - 1) as usize)[x.clamp(0, w - 1) as usize]);
    let along = |p: &Plane, dx: isize, dy: isize| {
        let one = |i: usize| {
            let (x, y) = (i as isize % w, i as isize / w);
            let terms = taps
                .iter()
                .enumerate()
                .map(|(k, t)| t * at(p, x + dx * (k as isize - reach), y + dy * (k as isize - reach)));
            (terms.sum::<f64>() / sum) as f32
        };
        Plane { width: plane.width, height: plane.height, data: (0..plane.data.len()).map(one).collect() }
    };
    along(&along(plane, 1, 0), 0, 1)
}

/// Amplitude of a wave of `cycles` per pixel along x after `filter`, over its amplitude before.
fn response(cycles: f32, filter: impl Fn(&Plane) -> Plane) -> f32 {
    let wave = |i: usize| 100.0 * (std::f32::consts::TAU * cycles * (i % 240) as f32).cos();
    let plane = Plane { width: 240, height: 12, data: (0..240 * 12).map(wave).collect() };
    let filtered = filter(&plane);
    let inner = |p: &Plane| p.row(6)[20..220].iter().zip(&plane.row(6)[20..220]).map(|(a, b)| a * b).sum::<f32>();
    inner(&filtered) / inner(&plane)
}

#[test]
fn the_inverse_filter_has_the_inverse_response_in_the_carried_band() {
    for channel in LADDER.iter().filter(|c| c.blur != 0.0) {
        for cycles in [0.05f32, 0.09, 0.125, 0.18] {
            let omega = std::f32::consts::TAU * cycles;
            let ideal = (0.5 * channel.blur * omega * omega).exp();
            let found = response(cycles, |p| channel.undo(p).expect("a blur to undo"));
            // A series to the fourth power: short by a fifth at the band's edge for the strongest rung.
            let tolerance = if channel.blur > 2.0 { 0.22 } else { 0.03 };
            assert!((found / ideal - 1.0).abs() < tolerance, "{channel:?} at {cycles}: {found}, not {ideal}");
        }
    }
}

#[test]
fn a_blurred_picture_comes_back() {
    let sharp = blur(&picture(120, 90, 4), 1.0);
    for variance in [0.45f32, 0.9, 1.5] {
        let soft = blur(&sharp, f64::from(variance));
        let back = undo_blur(&soft, variance);
        let error = |p: &Plane| {
            let rows = 8..82;
            let square = |y: usize| {
                p.row(y)[8..112].iter().zip(&sharp.row(y)[8..112]).map(|(a, b)| (a - b) * (a - b)).sum::<f32>()
            };
            rows.map(square).sum::<f32>().sqrt()
        };
        assert!(error(&back) < 0.2 * error(&soft), "{variance}: {} of {}", error(&back), error(&soft));
    }
}

#[test]
fn constant_planes_stay_as_they_are() {
    for (width, height) in [(1, 1), (3, 50), (40, 2), (33, 33)] {
        let flat = Plane { width, height, data: vec![77.0; width * height] };
        for channel in LADDER {
            let undone = channel.undo(&flat).unwrap_or_else(|| flat.clone());
            assert!(distance(&undone, &flat) < 0.01, "{channel:?}");
        }
    }
}

#[test]
fn impulses_go_and_the_picture_stays() {
    let mut smooth = blur(&picture(64, 48, 3), 2.0);
    smooth.data.iter_mut().for_each(|v| *v = v.clamp(60.0, 200.0));
    assert_eq!(remove_impulses(&smooth), smooth);
    let mut hit = smooth.clone();
    for (i, (x, y)) in [(10, 10), (30, 7), (50, 40), (20, 33)].into_iter().enumerate() {
        hit.row_mut(y)[x] = if i % 2 == 0 { 255.0 } else { 0.0 };
    }
    let repaired = remove_impulses(&hit);
    assert!(distance(&hit, &smooth) > 50.0 && distance(&repaired, &smooth) < 20.0);
    // Two neighbours of one colour are no impulse but detail.
    let mut pair = smooth.clone();
    pair.row_mut(20)[20..22].fill(255.0);
    assert_eq!(remove_impulses(&pair), pair);
}
