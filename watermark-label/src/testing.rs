//! A stamp and its labels for tests.

use watermark_core::payload::{
    Beacon, Claims, ContentHash, Origin, Payload, SealClaims, Serial, StampedSize, SystemName, UnixSeconds,
};
use watermark_core::signature::{PrivateKey, Zeroizing, sign};

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

pub(crate) fn payload() -> Payload {
    let beacon = Beacon {
        origin: Origin::Generated,
        realistic: false,
        artistic: false,
        key_id: key().public_key().key_id(),
        serial: Serial::new(7).unwrap(),
    };
    let seal = SealClaims {
        time: UnixSeconds(1_800_000_000),
        system: system().tag(),
        size: StampedSize::new(512, 512).unwrap(),
        content_hash: ContentHash([0; 18]),
    };
    sign(&key(), &key().public_key(), &Claims { beacon, seal }).unwrap()
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
