//! A synthetic picture with the statistics that matter to masks: an amplitude spectrum that falls with frequency, smooth
//! and textured regions side by side, hard edges, and a few pixels of pure black and white.
//!
//! Integers only, so every target draws the same bits: golden vectors rest on it. Shared by golden tests and benchmarks.

use watermark_core::raster::{Channels, Raster, Samples};

/// Cells of value noise, log2 of their side in pixels. Equal amplitudes per octave make a 1/f spectrum, as natural pictures have.
const OCTAVES: std::ops::RangeInclusive<u32> = 1..=8;

/// `width x height` RGB picture number `seed`.
pub(crate) fn synthetic(width: u32, height: u32, seed: u32) -> Raster {
    let (w, h) = (width as usize, height as usize);
    let mut samples = Vec::with_capacity(w * h * 3);
    let mut texture = vec![0i32; w];
    let (mut busy, mut red, mut blue) = (vec![0i32; w], vec![0i32; w], vec![0i32; w]);
    for y in 0..height {
        let row = |out: &mut [i32], octave: u32, salt: u32| {
            out.fill(0);
            add_noise(out, y, octave, seed ^ salt);
        };
        row(&mut busy, 7, 0xB0);
        row(&mut red, 8, 0xC0);
        row(&mut blue, 7, 0xD0);
        texture.fill(0);
        for octave in OCTAVES {
            add_noise(&mut texture, y, octave, seed ^ octave);
        }
        for x in 0..width {
            let i = x as usize;
            // Texture is full in some places and a sixteenth in others, with a steep change between.
            let gain = (busy[i] * 3 + 96).clamp(12, 192);
            let luma = 118 + objects(x, y, seed) + texture[i] * gain / 512;
            let pixel = [luma + red[i] / 5, luma, luma + blue[i] / 4];
            samples.extend(pixel.map(|v| v.clamp(0, 255) as u8));
        }
    }
    Raster::new(width, height, Channels::Rgb, Samples::U8(samples)).expect("three samples a pixel")
}

/// Gray level of flat shapes with hard borders: slanted bands, half of them empty, repeating every 300 pixels or so.
fn objects(x: u32, y: u32, seed: u32) -> i32 {
    let band = hash((x + 2 * y) / 173, 0, seed ^ 0xA0);
    let column = hash((3 * x + 400_000 - y) / 311, 1, seed ^ 0xA1);
    if (band ^ column) & 1 == 0 { 0 } else { (band >> 8 & 63) as i32 - (column >> 8 & 63) as i32 }
}

/// Adds one row of bilinear value noise, -128 to 127, whose cells are `2^octave` pixels wide.
fn add_noise(row: &mut [i32], y: u32, octave: u32, seed: u32) {
    let side = 1 << octave;
    let (cell, down) = (y >> octave, (y & (side - 1)) as i32);
    let value = |x: u32, y: u32| (hash(x, y, seed.wrapping_mul(0x9E37_79B9)) >> 24) as i32 - 128;
    let column = |x: u32| value(x, cell) * (side as i32 - down) + value(x, cell + 1) * down;
    let mut left = column(0);
    for (x, cells) in row.chunks_mut(side as usize).enumerate() {
        let right = column(x as u32 + 1);
        for (across, sample) in cells.iter_mut().enumerate() {
            *sample += (left * (side as i32 - across as i32) + right * across as i32) >> (2 * octave);
        }
        left = right;
    }
}

/// 32 well mixed bits of a place (the finaliser of `MurmurHash3`).
fn hash(x: u32, y: u32, seed: u32) -> u32 {
    let mut h = x.wrapping_mul(0xCC9E_2D51) ^ y.wrapping_mul(0x1B87_3593).rotate_left(15) ^ seed;
    h = (h ^ h >> 16).wrapping_mul(0x85EB_CA6B);
    h = (h ^ h >> 13).wrapping_mul(0xC2B2_AE35);
    h ^ h >> 16
}
