//! A stamp and its labels for tests.

use std::sync::LazyLock;

use watermark_core::payload::{Origin, Payload, Serial, SystemName, UnixSeconds};
use watermark_core::raster::{Channels, Raster, Samples};
use watermark_core::signature::{PrivateKey, Zeroizing};
use watermark_core::{Carrier, CarrierKey, ContentSketch, Stamped, Statement, Strength, embed};

use crate::record::Labelled;
use crate::{Exemption, Layer};

pub(crate) fn key() -> PrivateKey {
    PrivateKey::from_seed(Zeroizing::new([7; 32]))
}

pub(crate) fn other_key() -> PrivateKey {
    PrivateKey::from_seed(Zeroizing::new([8; 32]))
}

pub(crate) fn system() -> SystemName {
    "painter@2.1".parse().unwrap()
}

static STAMPED: LazyLock<Stamped> = LazyLock::new(|| stamped(Origin::Generated));
static POSSIBLE: LazyLock<Stamped> = LazyLock::new(|| stamped(Origin::Possible));

fn stamped(origin: Origin) -> Stamped {
    let statement = Statement {
        origin,
        realistic: false,
        artistic: false,
        serial: Serial::new(7).unwrap(),
        time: UnixSeconds(1_800_000_000),
        system: system().tag(),
    };
    let (key, carrier) = (key(), Carrier::new(&CarrierKey::PUBLIC));
    embed(
        &picture(|x, y| x * 7 + y * 5 + x * y * 3),
        &statement,
        &key,
        &key.public_key(),
        &carrier,
        Strength::Fixed(6.0),
    )
    .unwrap()
}

/// Blotches whose brightness is a function of their column and row.
fn picture(value: impl Fn(u32, u32) -> u32) -> Raster {
    let side = 384;
    let samples =
        (0..side * side).map(|i| (value(i % side / 23, i / side / 29) * 11 % 200 + 20 + i % 7) as u8).collect();
    Raster::new(side, side, Channels::Gray, Samples::U8(samples)).unwrap()
}

/// What was signed for the picture that [`sketch`] is of.
pub(crate) fn payload() -> Payload {
    STAMPED.payload
}

/// The stamped picture.
pub(crate) fn sketch() -> ContentSketch {
    ContentSketch::of(&STAMPED.raster)
}

/// The same of a stamp whose origin is merely possible.
pub(crate) fn possible_payload() -> &'static Payload {
    &POSSIBLE.payload
}

pub(crate) fn possible_sketch() -> ContentSketch {
    ContentSketch::of(&POSSIBLE.raster)
}

/// Another picture.
pub(crate) fn other_sketch() -> ContentSketch {
    ContentSketch::of(&picture(|x, y| x * x * 3 + y * 13))
}

/// Nothing that could be compared.
pub(crate) fn plain_sketch() -> ContentSketch {
    ContentSketch::of(&Raster::new(64, 64, Channels::Gray, Samples::U8(vec![90; 64 * 64])).unwrap())
}

pub(crate) fn labelled() -> Labelled {
    Labelled {
        system: Some(system()),
        provider: Some("Example Studio & <Söhne>".to_owned()),
        profiles: vec!["kr".to_owned()],
        layers: vec![Layer::Mark, Layer::Metadata],
        badge: None,
        notice: Some("kr.download.1".to_owned()),
        exemption: Some(Exemption { kind: "internal".to_owned(), reason: "a \"draft\"".to_owned() }),
        inside_service: false,
    }
}
