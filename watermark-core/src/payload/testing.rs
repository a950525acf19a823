//! Payloads for the tests of this crate: one fixed sample and a generator of arbitrary ones.

use proptest::prelude::*;

use super::{Beacon, Claims, ContentHash, KeyId, Origin, SealClaims, Serial, StampedSize, SystemTag, UnixSeconds};

/// A plain, valid set of claims.
pub(crate) fn sample_claims() -> Claims {
    Claims {
        beacon: Beacon {
            origin: Origin::Generated,
            realistic: true,
            artistic: false,
            key_id: KeyId([1, 2, 3]),
            serial: Serial::new(42).unwrap(),
        },
        seal: SealClaims {
            time: UnixSeconds(1_700_000_000),
            system: SystemTag(7),
            size: StampedSize::new(1024, 768).unwrap(),
            content_hash: ContentHash([0x5a; 18]),
        },
    }
}

prop_compose! {
    /// Any claims that the format can hold.
    pub(crate) fn claims()(
        origin in 1..=3_u8,
        (realistic, artistic) in any::<(bool, bool)>(),
        key_id in any::<[u8; 3]>(),
        serial in 0..=Serial::MAX,
        time in any::<u32>(),
        system in any::<u16>(),
        (width, height) in (1..=65535_u32, 1..=65535_u32),
        content_hash in any::<[u8; 18]>(),
    ) -> Claims {
        Claims {
            beacon: Beacon {
                origin: Origin::from_bits(origin).unwrap(),
                realistic,
                artistic,
                key_id: KeyId(key_id),
                serial: Serial::new(serial).unwrap(),
            },
            seal: SealClaims {
                time: UnixSeconds(time),
                system: SystemTag(system),
                size: StampedSize::new(width, height).unwrap(),
                content_hash: ContentHash(content_hash),
            },
        }
    }
}
