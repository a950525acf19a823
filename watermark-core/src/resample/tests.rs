//! Resampling against the definition, and how much of the carried band it leaves.

use super::*;
use crate::pilot::TURNS;
use crate::testing::{distance, picture, same_bits};

/// One output sample after another, in double precision, straight from the kernel's formula.
fn naive(plane: &Plane, x: Axis, y: Axis) -> Plane {
    let kernel = |t: f64| {
        let sinc = |t: f64| if t == 0.0 { 1.0 } else { (std::f64::consts::PI * t).sin() / (std::f64::consts::PI * t) };
        if t.abs() < 3.0 { sinc(t) * sinc(t / 3.0) } else { 0.0 }
    };
    let weights = |axis: Axis, i: usize, len: usize| {
        let centre = (i as f64 + 0.5) * axis.pitch + axis.start;
        let widen = axis.pitch.max(1.0);
        let reach = (4.0 * widen) as isize + 1;
        let mut out = vec![0.0; len];
        for j in centre as isize - reach..=centre as isize + reach {
            out[j.clamp(0, len as isize - 1) as usize] += kernel((j as f64 + 0.5 - centre) / widen);
        }
        let sum: f64 = out.iter().sum();
        out.iter_mut().for_each(|w| *w /= sum);
        out
    };
    let mut out = Plane::zeros(x.len, y.len);
    for row in 0..y.len {
        let down = weights(y, row, plane.height);
        for col in 0..x.len {
            let across = weights(x, col, plane.width);
            let mut sum = 0.0;
            for (wy, samples) in down.iter().zip(plane.rows()) {
                sum += wy * samples.iter().zip(&across).map(|(s, w)| f64::from(*s) * w).sum::<f64>();
            }
            out.row_mut(row)[col] = sum as f32;
        }
    }
    out
}

#[test]
fn agrees_with_the_definition() {
    let plane = picture(41, 29, 1);
    for (x, y) in [
        (Axis::fit(41, 41), Axis::fit(29, 29)),
        (Axis::fit(41, 17), Axis::fit(29, 60)),
        (Axis::fit(41, 90), Axis::fit(29, 7)),
        (Axis { pitch: 0.9, start: 3.25, len: 30 }, Axis { pitch: 1.3, start: -2.5, len: 20 }),
        (Axis::fit(41, 1), Axis::fit(29, 1)),
    ] {
        // Sums of up to 250 products in single precision.
        assert!(distance(&resample(&plane, x, y), &naive(&plane, x, y)) < 2e-3, "{x:?}, {y:?}");
    }
    let dot = picture(1, 1, 1);
    assert!(
        distance(&resample(&dot, Axis::fit(1, 5), Axis::fit(1, 3)), &naive(&dot, Axis::fit(1, 5), Axis::fit(1, 3)))
            < 1e-4
    );
}

#[test]
fn the_same_size_gives_the_same_samples() {
    let plane = picture(50, 40, 2);
    assert!(distance(&resample(&plane, Axis::fit(50, 50), Axis::fit(40, 40)), &plane) < 1e-4);
}

#[test]
fn the_carried_band_comes_back_from_the_canonical_size() {
    // 24 megapixels: 4899 canonical 3541, the furthest that usual pictures are shrunk.
    let (native, canonical) = (490, 354);
    for cycles in [0.05, 0.1, 0.15, 0.18] {
        let wave = |x: usize| 100.0 * (std::f32::consts::TAU * cycles * (x as f32 + 0.5)).cos();
        let plane = Plane { width: canonical, height: 1, data: (0..canonical).map(wave).collect() };
        let there = resample(&plane, Axis::fit(canonical, native), Axis::fit(1, 1));
        let back = resample(&there, Axis::fit(native, canonical), Axis::fit(1, 1));
        let inner = 20..canonical - 20;
        let power =
            |p: &Plane| p.data[inner.clone()].iter().zip(&plane.data[inner.clone()]).map(|(a, b)| a * b).sum::<f32>();
        let kept = power(&back) / power(&plane);
        // One per cent each way.
        assert!((kept - 1.0).abs() < 0.025, "{cycles} cycles per pixel: {kept}");
    }
}

fn waves(width: usize, height: usize) -> Plane {
    let mut plane = Plane::zeros(width, height);
    for y in 0..height {
        for x in 0..width {
            plane.row_mut(y)[x] = wave(x as f64 + 0.5, y as f64 + 0.5);
        }
    }
    plane
}

/// Two waves within the carried band.
fn wave(x: f64, y: f64) -> f32 {
    (128.0 + 40.0 * (0.9 * x + 0.4 * y).sin() + 30.0 * (0.3 * x - 0.8 * y).cos()) as f32
}

#[test]
fn turning_sample_for_sample_is_the_affine_map() {
    let plane = waves(23, 17);
    for turn in TURNS.into_iter().flat_map(|t| [t, t.after(&Linear::diagonal(-1.0, -1.0))]) {
        let out = turned(&plane, &turn);
        let warped = warp(&plane, &turning(23, 17, &turn), out.width, out.height);
        for (a, b) in out.data.iter().zip(&warped.data) {
            assert!((a - b).abs() < 1e-3, "{turn:?}");
        }
    }
}

#[test]
fn a_warp_samples_the_band_where_the_map_says() {
    let plane = waves(120, 100);
    let (sin, cos) = 0.3f64.sin_cos();
    for scale in [1.0, 0.6] {
        let map =
            Affine { linear: Linear([[scale * cos, -scale * sin], [scale * sin, scale * cos]]), origin: [40.0, 20.0] };
        let out = warp(&plane, &map, 50, 50);
        for (y, row) in out.rows().enumerate() {
            for (x, &sample) in row.iter().enumerate() {
                let [u, v] = map.apply([x as f64 + 0.5, y as f64 + 0.5]);
                if u > 4.0 && v > 4.0 && u < 116.0 && v < 96.0 {
                    assert!((sample - wave(u, v)).abs() < 1.0, "({x}, {y}): {sample} instead of {}", wave(u, v));
                }
            }
        }
    }
}

#[test]
fn outside_is_black() {
    let out = warp(&waves(20, 20), &Affine { linear: Linear::IDENTITY, origin: [-5.0, 0.0] }, 30, 20);
    assert!(out.rows().all(|r| r[..5].iter().all(|&v| v == 0.0) && r[25..].iter().all(|&v| v == 0.0)));
    assert!(out.rows().all(|r| r[5..25].iter().all(|&v| v > 0.0)));
}

#[test]
fn a_plane_of_a_few_columns_is_shrunk_no_further_than_one() {
    // A width of 1 stays 1 at any shrink: this recursed until the stack ended.
    let plane = waves(1, 200);
    let out = warp(&plane, &Affine { linear: Linear::diagonal(5.0, 5.0), origin: [-2.0, 0.0] }, 1, 40);
    let mean = |of: &Plane| of.data.iter().sum::<f32>() / of.data.len() as f32;
    assert!((mean(&out) - mean(&plane)).abs() < 2.0, "{} instead of {}", mean(&out), mean(&plane));
}

/// Planes that shrink are shrunk only where they are needed: the samples must not show it.
#[test]
fn a_window_of_a_warp_that_shrinks_is_the_warp_of_a_window() {
    let plane = waves(700, 500);
    for linear in [Linear::diagonal(1.6, 1.7), Linear([[1.5, -0.6], [0.6, 1.5]]), Linear([[0.0, 2.0], [-2.0, 0.1]])] {
        // A part of the output lies outside the input.
        let map = Affine { linear, origin: [-40.0, 350.0] };
        let all = warp(&plane, &map, 400, 300);
        for (x, y) in [(0, 0), (131, 77), (336, 236)] {
            let window = warp(&plane, &map.from([x as f64, y as f64]), 64, 64);
            for (i, v) in window.data.iter().enumerate() {
                let expected = all.row(y + i / 64)[x + i % 64];
                assert!((v - expected).abs() < 0.05, "{v} for {expected} at {i} of {x}, {y}, {linear:?}");
            }
        }
    }
}

#[test]
fn wide_vectors_give_the_same_bits() {
    let plane = picture(203, 151, 9);
    let (x, y) = (Axis { pitch: 0.77, start: 3.2, len: 190 }, Axis::fit(151, 97));
    let kernel = || Resample { plane: &plane, x, y };
    assert!(same_bits(&kernel().run().data, &wide(kernel()).data));
    let (sin, cos) = 0.3f64.sin_cos();
    let map = |_: [f64; 2]| Affine { linear: Linear([[cos, -sin], [sin, cos]]), origin: [20.0, -12.5] };
    let [mut narrow, mut broad] = [(); 2].map(|()| Plane::zeros(180, 140));
    Sample { plane: &plane, map: &map, side: 32, out: &mut narrow }.run();
    wide(Sample { plane: &plane, map: &map, side: 32, out: &mut broad });
    assert!(same_bits(&narrow.data, &broad.data));
}
