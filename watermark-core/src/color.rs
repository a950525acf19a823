//! `[E1 X1]` Pixels -> luma plane, and a luma change back into pixels.
//!
//! Luma is BT.601 `0.299 R + 0.587 G + 0.114 B` of the gamma-encoded samples: the plane that JPEG, WebP and AVIF
//! spend their bits on, so the mark lives where codecs look. Transparent pixels are read as composited on white, which is
//! what a viewer without alpha shows.

use std::borrow::Cow;

use crate::plane::Plane;
use crate::raster::{Channels, Raster, Samples, SamplesMut};
use crate::wide::{Kernel, wide};

pub(crate) const LUMA: [f32; 3] = [0.299, 0.587, 0.114];

/// RGB change per unit of luma change: three quarters of the way from gray `(1, 1, 1)` to `LUMA / |LUMA|^2 = (0.669, 1.313, 0.255)`. Gray shows least to
/// SSIMULACRA 2, the other moves luma most at equal RGB error and so keeps PSNR and SSIM (`docs/DESIGN.md`, Colour direction). Its luma is 1.
const DIRECTION: [f32; 3] = [0.751_7, 1.235, 0.441_3];

/// Below this opacity a pixel cannot carry the mark: it moves what is seen by two levels at most. Above, what the hidden colour has to change by is large, and is seen as little as any change
/// of the composited picture, whatever lies behind.
const LEAST_ALPHA: f32 = 0.01;
/// How far from black and white the colours of pixels that something shows behind are kept, gray levels of the composited picture: soft shadows are pure black and clouds pure white,
/// and can carry half of a mark at best where they cannot be moved both ways. Shown on white they look as if they could, and a mark that is missing there looks like an edit.
const ROOM: f32 = 1.5;

/// Luma in gray levels, 0 to 255, `width * height` of the raster.
pub(crate) fn luma(raster: &Raster) -> Plane {
    let (width, height) = (raster.width() as usize, raster.height() as usize);
    let data = match raster.samples() {
        Samples::U8(s) => luma_of(s, raster.channels(), 1.0),
        Samples::U16(s) => luma_of(s, raster.channels(), 1.0 / 257.0),
    };
    Plane { width, height, data }
}

/// The same of one pixel.
pub(crate) fn luma_at(raster: &Raster, x: usize, y: usize) -> f32 {
    let count = raster.channels().count();
    let first = (y * raster.width() as usize + x) * count;
    match raster.samples() {
        Samples::U8(s) => luma_of(&s[first..first + count], raster.channels(), 1.0)[0],
        Samples::U16(s) => luma_of(&s[first..first + count], raster.channels(), 1.0 / 257.0)[0],
    }
}

fn luma_of<T: Copy + Into<f32>>(samples: &[T], channels: Channels, scale: f32) -> Vec<f32> {
    let gray = |v: T| v.into() * scale;
    let rgb = |[r, g, b]: [T; 3]| (LUMA[0] * r.into() + LUMA[1] * g.into() + LUMA[2] * b.into()) * scale;
    let on_white = |luma: f32, alpha: T| 255.0 + (luma - 255.0) * (alpha.into() * scale / 255.0);
    match channels {
        Channels::Gray => samples.iter().map(|&v| gray(v)).collect(),
        Channels::GrayAlpha => samples.as_chunks().0.iter().map(|&[v, alpha]| on_white(gray(v), alpha)).collect(),
        Channels::Rgb => samples.as_chunks().0.iter().map(|&pixel| rgb(pixel)).collect(),
        Channels::Rgba => {
            samples.as_chunks().0.iter().map(|&[r, g, b, alpha]| on_white(rgb([r, g, b]), alpha)).collect()
        }
    }
}

/// Peak signal-to-noise ratio over all colours, as they are seen on white, in decibels. `None` when nothing differs, or when frames or channels do.
pub fn psnr_db(a: &Raster, b: &Raster) -> Option<f64> {
    if (a.width(), a.height(), a.channels()) != (b.width(), b.height(), b.channels()) {
        return None;
    }
    let is_color = a.channels().count() >= 3;
    let seen = |raster, i| if is_color { channel(raster, i) } else { Some(luma(raster)) };
    let colors = if is_color { 3 } else { 1 };
    let squares = (0..colors).filter_map(|i| {
        let (a, b) = (seen(a, i)?, seen(b, i)?);
        Some(a.data.iter().zip(&b.data).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>())
    });
    let mean = squares.sum::<f64>() / (f64::from(a.width()) * f64::from(a.height()) * colors as f64);
    (mean > 0.0).then(|| 10.0 * (255.0 * 255.0 / mean).log10())
}

/// Shares of a luma change that red, green and blue make, whatever their colour.
pub(crate) const SHARES: [f32; 3] = [LUMA[0] * DIRECTION[0], LUMA[1] * DIRECTION[1], LUMA[2] * DIRECTION[2]];

/// Red (0), green (1) or blue (2) in gray levels, composited on white; `None` for a gray raster.
pub(crate) fn channel(raster: &Raster, channel: usize) -> Option<Plane> {
    let (width, height) = (raster.width() as usize, raster.height() as usize);
    let count = raster.channels().count();
    (count >= 3).then(|| {
        let data = match raster.samples() {
            Samples::U8(s) => channel_of(s, count, channel, 1.0),
            Samples::U16(s) => channel_of(s, count, channel, 1.0 / 257.0),
        };
        Plane { width, height, data }
    })
}

fn channel_of<T: Copy + Into<f32>>(samples: &[T], count: usize, channel: usize, scale: f32) -> Vec<f32> {
    let value = |p: &[T]| match p.get(3) {
        Some(&alpha) => 255.0 + (p[channel].into() * scale - 255.0) * (alpha.into() * scale / 255.0),
        None => p[channel].into() * scale,
    };
    samples.chunks_exact(count).map(value).collect()
}

/// The picture with [`ROOM`] for a change in the colours of pixels that something shows behind; as it is where there are none.
pub(crate) fn with_room(raster: &Raster) -> Cow<'_, Raster> {
    if raster.transparent() == 0.0 {
        return Cow::Borrowed(raster);
    }
    let (mut out, count) = (raster.clone(), raster.channels().count());
    match out.samples_mut() {
        SamplesMut::U8(s) => make_room(s, count, 1.0, 255.0, |v| integer(v) as u8),
        SamplesMut::U16(s) => make_room(s, count, 257.0, 65535.0, |v| integer(v) as u16),
    }
    Cow::Owned(out)
}

fn make_room<T: Copy + Into<f32>>(samples: &mut [T], count: usize, unit: f32, max: f32, store: impl Fn(f32) -> T) {
    for pixel in samples.chunks_exact_mut(count) {
        let Some((alpha, colors)) = pixel.split_last_mut() else { continue };
        let alpha = (*alpha).into() / max;
        if (LEAST_ALPHA..1.0).contains(&alpha) {
            let room = (ROOM * unit / alpha).min(0.5 * max);
            colors.iter_mut().for_each(|v| *v = store(round((*v).into().clamp(room, max - room))));
        }
    }
}

/// Adds `change` (gray levels of composited luma) to the pixels, clipping at black and white. Alpha is kept. Each
/// pixel's rounding error of red and blue is made up in green, so luma is met to within half a green step.
pub(crate) fn add_luma(raster: &mut Raster, change: &Plane) {
    let channels = raster.channels();
    wide(Add { samples: raster.samples_mut(), channels, change });
}

/// [`add_luma`].
struct Add<'a> {
    samples: SamplesMut<'a>,
    channels: Channels,
    change: &'a Plane,
}

impl Kernel for Add<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { samples, channels, change } = self;
        match samples {
            SamplesMut::U8(s) => add_to(s, channels, change, 1.0, 255.0, |v| integer(v) as u8),
            SamplesMut::U16(s) => add_to(s, channels, change, 257.0, 65535.0, |v| integer(v) as u16),
        }
    }
}

#[inline(always)]
fn add_to<T>(samples: &mut [T], channels: Channels, change: &Plane, unit: f32, max: f32, store: impl Fn(f32) -> T)
where
    T: Copy + Into<f32>,
{
    // What the hidden colour has to change by.
    let behind = |luma: f32, alpha: T| {
        let alpha = alpha.into() / max;
        if alpha < LEAST_ALPHA { 0.0 } else { luma / alpha }
    };
    let gray = |old: T, luma: f32| store(round(old.into() + luma).clamp(0.0, max));
    match channels {
        Channels::Gray => samples.iter_mut().zip(&change.data).for_each(|(v, luma)| *v = gray(*v, luma * unit)),
        Channels::GrayAlpha => {
            let pixels = samples.as_chunks_mut().0.iter_mut();
            pixels.zip(&change.data).for_each(|([v, alpha], luma)| *v = gray(*v, behind(luma * unit, *alpha)));
        }
        Channels::Rgb => add_to_colors::<T, 3>(samples, change, max, store, |luma, _| luma * unit),
        Channels::Rgba => {
            add_to_colors::<T, 4>(samples, change, max, store, |luma, pixel| behind(luma * unit, pixel[3]));
        }
    }
}

/// Pixels that share vectors.
const LANES: usize = 8;

/// Adds luma to pixels of `N` samples, red, green and blue first; `owed` is what a change comes to at a pixel.
#[inline(always)]
fn add_to_colors<T: Copy + Into<f32>, const N: usize>(
    samples: &mut [T],
    change: &Plane,
    max: f32,
    store: impl Fn(f32) -> T,
    owed: impl Fn(f32, &[T; N]) -> f32,
) {
    let (pixels, (change, last)) = (samples.as_chunks_mut::<N>().0, change.data.as_chunks::<LANES>());
    let (groups, rest) = pixels.as_chunks_mut::<LANES>();
    for (group, change) in groups.iter_mut().zip(change) {
        add_to_group(group, change, max, &store, &owed);
    }
    if let Some(&pixel) = rest.first() {
        let (mut group, mut change) = ([pixel; LANES], [0.0; LANES]);
        group[..rest.len()].copy_from_slice(rest);
        change[..last.len()].copy_from_slice(last);
        add_to_group(&mut group, &change, max, store, owed);
        rest.copy_from_slice(&group[..rest.len()]);
    }
}

#[inline(always)]
fn add_to_group<T: Copy + Into<f32>, const N: usize>(
    pixels: &mut [[T; N]; LANES],
    change: &[f32; LANES],
    max: f32,
    store: impl Fn(f32) -> T,
    owed: impl Fn(f32, &[T; N]) -> f32,
) {
    let old: [[f32; LANES]; 3] = std::array::from_fn(|i| std::array::from_fn(|lane| pixels[lane][i].into()));
    let luma: [f32; LANES] = std::array::from_fn(|lane| owed(change[lane], &pixels[lane]));
    let mut new = [[0.0f32; LANES]; 3];
    for lane in 0..LANES {
        let [red, green, blue] = [old[0][lane], old[1][lane], old[2][lane]];
        let luma = luma[lane];
        let new_red = round(red + luma * DIRECTION[0]).clamp(0.0, max);
        let new_blue = round(blue + luma * DIRECTION[2]).clamp(0.0, max);
        let owed = luma - LUMA[0] * (new_red - red) - LUMA[2] * (new_blue - blue);
        let ideal = luma * DIRECTION[1];
        let step = (owed / LUMA[1]).max(ideal - 1.0).min(ideal + 1.0);
        new[0][lane] = new_red;
        new[1][lane] = round(green + step).clamp(0.0, max);
        new[2][lane] = new_blue;
    }
    for (lane, pixel) in pixels.iter_mut().enumerate() {
        for i in 0..3 {
            pixel[i] = store(new[i][lane]);
        }
    }
}

/// Nearest integer of a value well inside `+-2^22`, ties to even; one add and one subtract on every target.
#[inline(always)]
pub(crate) fn round(value: f32) -> f32 {
    const SHIFT: f32 = 12_582_912.0; // 1.5 * 2^23: the sum has no fractional bits left
    (value + SHIFT) - SHIFT
}

/// An integer from 0 to `2^22` as such. The usual conversion checks its range, one value after the other.
#[inline(always)]
fn integer(value: f32) -> u32 {
    (value + 12_582_912.0).to_bits() & 0x3f_ffff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_weigh_up_to_luma() {
        let bytes: Vec<u8> = (0..96u32).map(|i| (i * 37 % 256) as u8).collect();
        let words: Vec<u16> = (0..96u32).map(|i| (i * 7919 % 65536) as u16).collect();
        for (kind, width) in [(Channels::Rgb, 8), (Channels::Rgba, 6)] {
            for samples in [Samples::U8(bytes.clone()), Samples::U16(words.clone())] {
                let raster = Raster::new(width, 4, kind, samples).unwrap();
                let (luma, channels) = (luma(&raster), [0, 1, 2].map(|i| channel(&raster, i).unwrap()));
                for (i, &expected) in luma.data.iter().enumerate() {
                    let found: f32 = LUMA.iter().zip(&channels).map(|(weight, channel)| weight * channel.data[i]).sum();
                    assert!((found - expected).abs() < 1e-3, "{found} for {expected}, {kind:?}, pixel {i}");
                }
            }
        }
        let gray = Raster::new(12, 8, Channels::Gray, Samples::U8(bytes)).unwrap();
        assert!(channel(&gray, 0).is_none());
    }

    #[test]
    fn wide_vectors_give_the_same_samples() {
        let bytes: Vec<u8> = (0..228u32).map(|i| (i * 37 % 256) as u8).collect();
        let words: Vec<u16> = (0..228u32).map(|i| (i * 7919 % 65536) as u16).collect();
        for (channels, width) in
            [(Channels::Gray, 228), (Channels::GrayAlpha, 114), (Channels::Rgb, 76), (Channels::Rgba, 57)]
        {
            let mut random = crate::testing::Random(5);
            let data = (0..width).map(|_| 9.0 * random.gauss()).collect();
            let change = &Plane { width: width as usize, height: 1, data };
            for samples in [Samples::U8(bytes.clone()), Samples::U16(words.clone())] {
                let [mut narrow, mut broad] =
                    [(); 2].map(|()| Raster::new(width, 1, channels, samples.clone()).unwrap());
                Add { samples: narrow.samples_mut(), channels, change }.run();
                add_luma(&mut broad, change);
                assert!(narrow.samples() == broad.samples() && *narrow.samples() != samples, "{channels:?}");
            }
        }
    }

    #[test]
    fn colors_differ_as_far_as_they_are_seen() {
        let at = |v, alpha| Raster::new(1, 1, Channels::GrayAlpha, Samples::U8(vec![v, alpha])).unwrap();
        let one_level = 48.130_803_6;
        assert_eq!(psnr_db(&at(10, 0), &at(200, 0)), None);
        assert!((psnr_db(&at(10, 255), &at(11, 255)).unwrap() - one_level).abs() < 1e-4);
        assert!((psnr_db(&at(10, 51), &at(15, 51)).unwrap() - one_level).abs() < 1e-4);
        let [cover, marked] = [10u16, 13].map(|red| {
            Raster::new(1, 1, Channels::Rgb, Samples::U16([red, 20, 30].map(|v| v * 257).to_vec())).unwrap()
        });
        assert!((psnr_db(&cover, &marked).unwrap() - one_level + 10.0 * 3.0f64.log10()).abs() < 1e-4);
        assert_eq!(psnr_db(&cover, &at(10, 255)), None);
    }

    #[test]
    fn room_is_made_where_something_shows_behind_and_moves_what_is_seen_by_little() {
        let pixels = |alpha: u8| [[0, 0, 0, alpha], [255, 255, 255, alpha], [255, 90, 0, alpha], [80, 90, 100, alpha]];
        for alpha in [0, 2, 3, 20, 100, 254, 255] {
            let raster = Raster::new(4, 1, Channels::Rgba, Samples::U8(pixels(alpha).concat())).unwrap();
            let roomy = with_room(&raster);
            let carries = (3..255).contains(&alpha);
            assert_eq!(*roomy == raster, !carries, "{alpha}");
            for background in [0.0f32, 255.0] {
                let seen = |raster: &Raster, i: usize| {
                    let Samples::U8(samples) = raster.samples() else { unreachable!("eight bits") };
                    background + (f32::from(samples[i / 3 * 4 + i % 3]) - background) * f32::from(alpha) / 255.0
                };
                let furthest = (0..12).map(|i| (seen(&raster, i) - seen(&roomy, i)).abs()).fold(0.0, f32::max);
                assert!(furthest <= if carries { ROOM + 0.5 } else { 0.0 }, "{alpha}: {furthest}");
            }
            // A level either way, seen on white, and the same back.
            let (mut moved, luma_before) = (roomy.clone().into_owned(), luma(&roomy));
            add_luma(&mut moved, &Plane { width: 4, height: 1, data: vec![1.0, -1.0, 0.0, 1.0] });
            let by = luma(&moved).data[0] - luma_before.data[0];
            assert!((by - 1.0).abs() < 0.4 || !(4..255).contains(&alpha), "{alpha}: black by {by}");
        }
        let deep = Raster::new(1, 1, Channels::GrayAlpha, Samples::U16(vec![65535, 13107])).unwrap();
        assert_eq!(*with_room(&deep).samples(), Samples::U16(vec![65535 - 1927, 13107]), "7.5 levels of 257");
        let opaque = Raster::new(1, 1, Channels::Gray, Samples::U8(vec![0])).unwrap();
        assert!(matches!(with_room(&opaque), Cow::Borrowed(_)));
    }

    #[test]
    fn shares_of_a_change_make_a_whole() {
        assert!((SHARES.iter().sum::<f32>() - 1.0).abs() < 1e-3, "{SHARES:?}");
    }
}
