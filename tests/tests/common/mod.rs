//! The bundled sample, a key, and one call for stamping and one for reading.
#![allow(dead_code, reason = "each test binary uses its own part")]

use image::RgbImage;
use watermark_core::payload::{Origin, Serial, SystemTag, UnixSeconds};
use watermark_core::raster::{Channels, Raster, Samples};
use watermark_core::signature::{Directory, DirectoryKey, Organization, PrivateKey, TrustStore, Zeroizing};
use watermark_core::{Carrier, CarrierKey, Effort, Extraction, Stamped, Statement, Strength, embed, extract, judge};
use watermark_core::{EmbedError, Verdict};
use watermark_files::{Limits, decode};

pub(crate) fn sample() -> Raster {
    let file = include_bytes!("../../../watermark-cli/assets/city_rain_768x1033.jpg");
    decode(file, &Limits::default()).expect("the bundled sample decodes").raster
}

pub(crate) fn key() -> PrivateKey {
    PrivateKey::from_seed(Zeroizing::new([7; 32]))
}

pub(crate) fn public() -> Carrier {
    Carrier::new(&CarrierKey::PUBLIC)
}

pub(crate) fn try_stamp(cover: &Raster, carrier: &Carrier) -> Result<Stamped, EmbedError> {
    let statement = Statement {
        origin: Origin::Generated,
        realistic: true,
        artistic: false,
        serial: Serial::new(1).unwrap(),
        time: UnixSeconds(1_700_000_000),
        system: SystemTag::NONE,
    };
    embed(cover, &statement, &key(), &key().public_key(), carrier, Strength::Auto)
}

pub(crate) fn read(received: &Raster, carrier: &Carrier) -> Extraction {
    extract(received, carrier, Effort::Normal).expect("the codes can be built")
}

pub(crate) fn verdict(received: &Raster) -> Verdict {
    let organization = Organization { name: "Test".into(), name_ko: None, contact: None, url: None };
    let directory = Directory::new(organization, vec![DirectoryKey::new(key().public_key())], vec![]).unwrap();
    judge(read(received, &public()), &TrustStore::new(vec![directory])).verdict
}

pub(crate) fn rgb(raster: &Raster) -> RgbImage {
    let Samples::U8(samples) = raster.samples() else { panic!("the sample has eight bits") };
    RgbImage::from_raw(raster.width(), raster.height(), samples.clone()).expect("three channels")
}

pub(crate) fn raster(image: &RgbImage) -> Raster {
    Raster::new(image.width(), image.height(), Channels::Rgb, Samples::U8(image.as_raw().clone())).unwrap()
}

/// A page of writing in black on white: letters of three strokes each, their edges gray.
pub(crate) fn page(width: u32, height: u32, line: u32) -> Raster {
    const ADVANCE: u32 = 10;
    let mut state = 1_u32;
    let mut random = move |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) % below
    };
    let mut page = RgbImage::from_pixel(width, height, image::Rgb([255; 3]));
    for top in (line..height - 2 * line).step_by(line as usize) {
        for left in (20..width - 30).step_by(ADVANCE as usize).filter(|left| left % 70 > 10) {
            let strokes: Vec<[f32; 4]> =
                (0..3).map(|_| [random(8), random(14), random(8), random(14)].map(|v| v as f32)).collect();
            for (x, y) in (0..196).map(|i| (i % 14, i / 14)) {
                let far = strokes.iter().map(|s| distance([x as f32 - 2.0, y as f32], s)).fold(f32::INFINITY, f32::min);
                let value = (255.0 * (far - 0.5).clamp(0.0, 1.0)) as u8;
                let pixel = page.get_pixel_mut(left + x - 2, top + y);
                *pixel = image::Rgb([pixel.0[0].min(value); 3]);
            }
        }
    }
    raster(&page)
}

/// Of a point from the stroke between two others.
fn distance([x, y]: [f32; 2], &[ax, ay, bx, by]: &[f32; 4]) -> f32 {
    let ([dx, dy], [px, py]) = ([bx - ax, by - ay], [x - ax, y - ay]);
    let along = ((px * dx + py * dy) / (dx * dx + dy * dy).max(0.01)).clamp(0.0, 1.0);
    (px - along * dx).hypot(py - along * dy)
}
