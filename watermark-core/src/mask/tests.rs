//! The mask against its definition in `docs/FORMAT.md`, and what the modules beside it rely on.

use super::*;
use crate::block_dct::analyse;
use crate::plane::Plane;
use crate::testing::{noise, picture};

/// The definition, block by block in double precision.
fn naive(grid: &BlockGrid, col: usize, row: usize) -> f64 {
    let activity = |col: usize, row: usize| {
        let block = &grid.blocks[row * grid.cols + col];
        block[..6].iter().map(|c| f64::from(c.abs())).sum::<f64>() / 6.0
    };
    let mean = grid.blocks[row * grid.cols + col][MEAN];
    if activity(col, row) < 4.0 && !(3.0..=254.5).contains(&mean) {
        return 0.0;
    }
    let mut root = 0.0;
    for dy in -1..=1 {
        for dx in -1..=1 {
            let near = |i: usize, d: i32, n: usize| (i as i32 + d).clamp(0, n as i32 - 1) as usize;
            root += activity(near(col, dx, grid.cols), near(row, dy, grid.rows)).sqrt();
        }
    }
    let q = root / 9.0;
    0.452 * (4.0 + q * q).powf(0.75)
}

#[test]
fn agrees_with_the_definition() {
    for (width, height) in [(8, 8), (17, 95), (203, 131), (8, 300), (300, 9)] {
        let mut plane = picture(width, height, 5);
        // A corner of pure white and one of almost black.
        for y in 0..height / 3 {
            plane.row_mut(y)[..width / 3].fill(255.0);
            plane.row_mut(height - 1 - y)[..width / 4].fill(1.5);
        }
        let grid = analyse(&plane, 0, 0);
        let found = steps(&grid, 0.0);
        assert_eq!(found.len(), grid.cols * grid.rows);
        for (i, &step) in found.iter().enumerate() {
            let expected = naive(&grid, i % grid.cols, i / grid.cols);
            // Nine square roots in single precision.
            assert!((f64::from(step) - expected).abs() < 1e-5 * expected.max(1.0), "block {i}: {step}, not {expected}");
        }
    }
}

#[test]
fn no_blocks_have_no_steps() {
    assert!(steps(&analyse(&Plane::zeros(7, 50), 0, 0), 0.0).is_empty());
}

/// `0.452 * 4^(3/4)`.
const FLAT: f32 = 1.278_45;

#[test]
fn flat_gray_gets_the_floor_and_flat_white_nothing() {
    for (level, expected) in [(128.0, FLAT), (3.1, FLAT), (254.4, FLAT), (0.0, 0.0), (255.0, 0.0), (2.9, 0.0)] {
        let plane = Plane { width: 32, height: 24, data: vec![level; 32 * 24] };
        for step in steps(&analyse(&plane, 0, 0), 0.0) {
            assert!((step - expected).abs() < 1e-4, "level {level}: {step}");
        }
    }
}

#[test]
fn the_step_grows_by_less_than_contrast() {
    let plane = picture(256, 256, 2);
    let stretched = Plane { data: plane.data.iter().map(|v| 4.0 * v).collect(), ..plane.clone() };
    let [weak, strong] = [&plane, &stretched].map(|p| steps(&analyse(p, 0, 0), 0.0));
    for (a, b) in weak.iter().zip(&strong) {
        // 4^(3/4) = 2.828.
        assert!(*b >= *a && *b <= 2.829 * a + 1e-3, "{a} became {b}");
    }
}

#[test]
fn added_noise_is_taken_off_again() {
    let plane = picture(512, 512, 3);
    let mean = |plane: &Plane, off: f32| {
        let steps = steps(&analyse(plane, 0, 0), off);
        steps.iter().sum::<f32>() / steps.len() as f32
    };
    let clean = mean(&plane, 0.0);
    for deviation in [7.0, 13.0] {
        let mut noisy = plane.clone();
        for (s, n) in noisy.data.iter_mut().zip(noise(512, 512, 0.0, deviation, 9).data) {
            *s += n;
        }
        let (left, corrected) = (mean(&noisy, 0.0), mean(&noisy, deviation));
        assert!((corrected / clean - 1.0).abs() < 0.5 * (left / clean - 1.0), "{clean}: {left}, corrected {corrected}");
    }
}
