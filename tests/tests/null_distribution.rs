//! The raw detection statistics of unmarked pictures have the distribution that every p-value is computed from.
//!
//! A small version of `cargo xtask negatives`: variants of the bundled sample, each read with a carrier of its own, which draws fresh
//! dither and pilot lines, so the p-values are independent however alike the pictures are. Everything is seeded: these tests
//! pass or fail the same way each time. Test level: a correct program fails for two
//! seeds in a thousand, one by the shape of the distribution and one by its smallest value.

mod common;

use image::imageops;
use watermark_attacks::{Kernel, Step, run};
use watermark_core::statistics::{Statistics, upper_tail};
use watermark_core::{Carrier, CarrierKey};

const VARIANTS: u32 = 360;
/// Kolmogorov's distance times the root of the sample size that chance exceeds once in 1000 (Smirnov 1948), for each of four samples
/// once in 4000: `sqrt(-ln(p / 2) / 2)`.
const KOLMOGOROV: f64 = 2.12;

/// Distances from the uniform distribution times the root of the number of values.
fn kolmogorov(mut p: Vec<f64>) -> f64 {
    p.sort_by(f64::total_cmp);
    let n = p.len() as f64;
    let distance = |(i, p): (usize, &f64)| (p - i as f64 / n).max((i + 1) as f64 / n - p);
    n.sqrt() * p.iter().enumerate().map(distance).fold(0.0, f64::max)
}

fn variant(i: u32) -> watermark_core::Raster {
    let sample = common::rgb(&common::sample());
    let (w, h) = (256 + i * 31 % 129, 256 + i * 57 % 97);
    let crop = imageops::crop_imm(&sample, i * 89 % (768 - w), i * 131 % (1033 - h), w, h).to_image();
    let scale = 0.7 + f64::from(i % 13) * 0.05;
    let steps: &[Step] = match i % 8 {
        0 => &[],
        1 => &[Step::Jpeg(75)],
        2 => &[Step::Jpeg(20)],
        3 => &[Step::Noise(8.0)],
        4 => &[Step::Resize { fx: scale, fy: scale, kernel: Kernel::Bicubic }],
        5 => &[Step::Rotate { deg: 3.0, fill: [0; 3] }, Step::Jpeg(60)],
        6 => &[Step::Blur(1.5)],
        _ => &[Step::Posterize(3)],
    };
    common::raster(&run(steps, &crop, u64::from(i)).unwrap().image)
}

#[test]
fn p_values_of_unmarked_pictures_are_uniform() {
    let mut p: [Vec<f64>; 3] = Default::default();
    for i in 0..VARIANTS {
        let carrier = Carrier::new(&CarrierKey::private(&i.to_be_bytes()));
        let measured = Statistics::measure(&variant(i), &carrier, 8.0);
        let high = Statistics::measure(&variant(i), &carrier, 24.0);
        for (p, z) in p.iter_mut().zip([measured.lattice, measured.pilot, high.lattice]) {
            p.push(upper_tail(z.expect("the sample has blocks that can be read")));
        }
    }
    for (name, p) in ["lattice", "pilot", "lattice at a high gain"].iter().zip(p) {
        let least = p.iter().copied().fold(1.0, f64::min);
        let distance = kolmogorov(p);
        println!("{name}: {distance:.2} of {KOLMOGOROV}, least p {least:.1e}");
        assert!(distance < KOLMOGOROV, "{name}: {distance}");
        assert!(least > 1e-3 / f64::from(3 * VARIANTS), "{name}: p = {least}");
    }
}

#[test]
fn marks_stand_out_of_the_null_distribution() {
    let stamped = common::try_stamp(&common::sample(), &common::public()).unwrap();
    let gains = (0..40).map(|i| 4.0 * 1.05f32.powi(i));
    let best = gains.map(|gain| Statistics::measure(&stamped.raster, &common::public(), gain).lattice.unwrap());
    assert!(best.fold(0.0, f64::max) > 20.0);
    let pilot = Statistics::measure(&stamped.raster, &common::public(), 8.0).pilot.unwrap();
    assert!(pilot > 6.0, "{pilot}");
}

#[test]
fn pictures_without_anything_to_read_have_no_statistics() {
    use watermark_core::raster::{Channels, Raster, Samples};
    for (width, height, level) in [(1, 1, 9), (7, 300, 90), (300, 300, 255)] {
        let flat =
            Raster::new(width, height, Channels::Gray, Samples::U8(vec![level; (width * height) as usize])).unwrap();
        let measured = Statistics::measure(&flat, &common::public(), 8.0);
        assert_eq!((measured.lattice, measured.pilot), (None, None), "{width} x {height}");
    }
}
