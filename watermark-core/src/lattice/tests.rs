//! The lattice: series against the library's functions, coherence against its definition, writing against reading.

use super::*;
use crate::carrier::{Carrier, CarrierKey};
use crate::testing::{Random, noise, picture};

fn bits(count: usize) -> Vec<u8> {
    let mut random = Random(4);
    (0..count).map(|_| (random.next() >> 63) as u8).collect()
}

#[test]
fn cosine_agrees_with_the_library() {
    for i in -40_000..40_000 {
        let x = i as f32 * 0.000_37;
        let expected = (std::f64::consts::TAU * f64::from(x)).cos();
        assert!((f64::from(cos_turns(x)) - expected).abs() < 1e-5, "{x}");
    }
}

#[test]
fn bessel_function_agrees_with_its_series() {
    for i in 0..300 {
        let x = f64::from(i) * 0.1;
        let (mut term, mut sum) = (1.0, 1.0);
        for k in 1..200 {
            term *= 0.25 * x * x / f64::from(k * k);
            sum += term;
        }
        assert!((f64::from(ln_bessel0(x as f32)) - f64::ln(sum)).abs() < 0.01, "{x}");
    }
}

/// The definition: every block's term by itself, in double precision, with the library's cosine. The plane is wider than two tiles, so bits repeat.
#[test]
fn coherence_agrees_with_its_definition() {
    let carrier = Carrier::new(&CarrierKey::PUBLIC);
    let plane = picture(1100, 136, 8);
    let lattice = &carrier.lattice;
    for gain in [7.3f32, 3.0, 12.5] {
        let aligned = Aligned::new(&receive(&plane, 0, 0, 0.0), lattice, (3, 5));
        let mut sums = vec![(0.0, 0.0); TILE_BITS];
        for (i, &bit) in aligned.bit.iter().enumerate() {
            let [q, d, w] = [aligned.ratio[i], aligned.dither[i], aligned.weight[i]].map(f64::from);
            let (sin, cos) = (std::f64::consts::TAU * (q / f64::from(gain) - d)).sin_cos();
            let sum = &mut sums[usize::from(bit)];
            *sum = (sum.0 + w * cos, sum.1 + w * sin);
        }
        let power: f64 = sums.iter().map(|s| 0.5 * (s.0 * s.0 + s.1 * s.1)).sum();
        let narrow = Coherence { of: &aligned, gain }.run();
        for (found, function) in narrow.into_iter().zip([f64::cos, f64::sin]) {
            let sum: f64 = sums.iter().map(|s| s.0.hypot(s.1) * function(2.0 * f64::atan2(s.1, s.0))).sum();
            assert!((f64::from(found) - sum / f64::sqrt(power)).abs() < 2e-3);
        }
        assert_eq!(aligned.coherence(gain).to_bits(), narrow[0].to_bits(), "wide vectors give the same bits");
    }
}

#[test]
fn a_plane_cut_by_whole_tiles_tells_how_many() {
    let carrier = Carrier::new(&CarrierKey::PUBLIC);
    let lattice = &carrier.lattice;
    let mut plane = picture(1600, 1500, 6);
    let strengths = Strengths::new(9.0);
    embed(&mut plane, lattice, &bits(TILE_BITS), strengths);
    let tiles_on = |left: usize, top: usize| {
        let cut = plane.window(left, top, 520, 400);
        Aligned::new(&receive(&cut, 0, 0, 0.0), lattice, (0, 0)).tiles_on(strengths.step())
    };
    for (left, top, tiles) in [(0, 0, 0), (1024, 0, 2), (0, 512, 2), (512, 512, 3), (1024, 512, 4), (512, 1024, 0)] {
        assert_eq!(tiles_on(left, top), tiles, "{left}, {top}");
    }
}

/// One picture has no repeats of the tile; the other repeats itself with the tile, sixteen times.
#[test]
fn coherence_of_unmarked_pictures_is_standard_normal() {
    let tile = picture(512, 512, 2);
    let mut repeating = Plane::zeros(2048, 2048);
    for y in 0..2048 {
        for x in 0..2048 {
            repeating.row_mut(y)[x] = tile.row(y % 512)[x % 512];
        }
    }
    for plane in [picture(256, 256, 1), repeating] {
        null_is_standard_normal(&plane);
    }
}

fn null_is_standard_normal(plane: &Plane) {
    let (mut sum, mut square) = (0.0, 0.0);
    let trials = 300_u16;
    for i in 0..trials {
        let lattice = Carrier::new(&CarrierKey::private(&i.to_be_bytes())).lattice;
        let z = Aligned::new(&receive(plane, 0, 0, 0.0), &lattice, (0, 0)).coherence(8.0);
        (sum, square) = (sum + z, square + z * z);
    }
    let (mean, variance) = (sum / f32::from(trials), square / f32::from(trials));
    // Five standard deviations of mean and variance over 300 trials.
    assert!(mean.abs() < 0.29 && (variance - 1.0).abs() < 0.41, "mean {mean}, variance {variance}");
}

#[test]
fn what_is_written_is_read_at_the_gain_it_was_written_with() {
    let carrier = Carrier::new(&CarrierKey::PUBLIC);
    let lattice = &carrier.lattice;
    let codeword = bits(TILE_BITS);
    let amplitude = 9.0;
    let gain = Strengths::new(amplitude).step();
    let mut plane = picture(600, 560, 6);
    embed(&mut plane, lattice, &codeword, Strengths::new(amplitude));
    let aligned = Aligned::new(&receive(&plane, 0, 0, 0.0), lattice, (0, 0));
    let at_gain = aligned.coherence(gain);
    assert!(at_gain > 40.0, "{at_gain}");
    for other in [0.5 * gain, 0.7 * gain, 1.4 * gain, 2.0 * gain] {
        assert!(aligned.coherence(other) < at_gain - 10.0, "gain {other} for {gain}");
    }
    let wrong = |codeword: &[u8]| {
        let soft = aligned.soft_bits(&aligned.fit(gain));
        soft.iter().zip(codeword).filter(|(llr, bit)| (**llr < 0.0) != (**bit == 1)).count()
    };
    assert_eq!(wrong(&codeword), 0);
    let opposite: Vec<u8> = codeword.iter().map(|b| 1 - b).collect();
    assert_eq!(wrong(&opposite), TILE_BITS);
}

#[test]
fn no_block_moves_further_than_half_a_step() {
    let carrier = Carrier::new(&CarrierKey::PUBLIC);
    let grid = analyse(&picture(256, 256, 7), 0, 0);
    let strengths = Strengths::new(12.0);
    let solution = solve(&grid, &carrier.lattice, &bits(TILE_BITS), strengths);
    for (a, step) in solution.amplitudes.iter().zip(&solution.steps) {
        assert!(a.abs() <= 0.5001 * strengths.compensation * step, "{a} of {step}");
    }
}

#[test]
fn a_crop_by_whole_blocks_is_read_at_its_place() {
    let carrier = Carrier::new(&CarrierKey::PUBLIC);
    let mut plane = picture(520, 520, 6);
    embed(&mut plane, &carrier.lattice, &bits(TILE_BITS), Strengths::new(9.0));
    let gain = Strengths::new(9.0).step();
    let crop = plane.window(8 * 5, 8 * 3, 400, 400);
    let at = |col, row| Aligned::new(&receive(&crop, 0, 0, 0.0), &carrier.lattice, (col, row)).coherence(gain);
    assert!(at(5, 3) > 25.0 && at(0, 0) < 5.0 && at(3, 5) < 5.0);
}

/// A codec leaves an emptied page one tone, which is no reading; a gray one is one.
#[test]
fn an_emptied_page_is_not_read() {
    for (level, is_read) in [(254.0, false), (253.0, false), (251.0, true), (128.0, true)] {
        let received = receive(&noise(64, 64, level, 0.0, 1), 0, 0, 0.0);
        assert!(received.step.iter().all(|&step| (step > 0.0) == is_read), "level {level}");
    }
    // A page that carries something is read.
    assert!(receive(&noise(64, 64, 253.5, 1.5, 1), 0, 0, 0.0).step.iter().filter(|&&step| step > 0.0).count() > 40);
}

#[test]
fn clipped_planes_carry_and_give_nothing() {
    let carrier = Carrier::new(&CarrierKey::PUBLIC);
    let white = noise(256, 256, 255.0, 0.0, 1);
    let mut marked = white.clone();
    embed(&mut marked, &carrier.lattice, &bits(TILE_BITS), Strengths::new(9.0));
    assert_eq!(marked, white);
    let aligned = Aligned::new(&receive(&white, 0, 0, 0.0), &carrier.lattice, (0, 0));
    assert_eq!((aligned.len(), aligned.coherence(9.0)), (0, 0.0));
    assert!(aligned.soft_bits(&aligned.fit(9.0)).iter().all(|&llr| llr == 0.0));
}
