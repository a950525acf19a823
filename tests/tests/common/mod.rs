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
