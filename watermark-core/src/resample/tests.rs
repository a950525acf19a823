//! Resampling against the definition, and how much of the carried band it leaves.

use super::*;
use crate::testing::{distance, picture};

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
