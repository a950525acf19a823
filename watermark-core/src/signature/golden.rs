//! Holds payload, message, key ids, tags and signatures to `tests/vectors/payload.json`, made by other software.

use std::error::Error;

use serde::Deserialize;

use super::{PrivateKey, PublicKey, Zeroizing, sign, signed_message, verify};
use crate::payload::{
    Beacon, Claims, ContentHash, Origin, Payload, Seal, SealClaims, Serial, StampedSize, SystemName, SystemTag, hex,
};

#[derive(Deserialize)]
struct Vectors {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    seed: String,
    public_key: String,
    private_pem: String,
    public_pem: String,
    key_id: String,
    origin: u8,
    realistic: bool,
    artistic: bool,
    serial: u64,
    time: String,
    system: Option<String>,
    system_tag: String,
    width_px: u32,
    height_px: u32,
    content_hash: String,
    beacon: String,
    message: String,
    signature: String,
    seal: String,
}

impl Vector {
    fn claims(&self) -> Result<Claims, Box<dyn Error>> {
        let system = match &self.system {
            Some(system) => system.parse::<SystemName>()?.tag(),
            None => SystemTag::NONE,
        };
        Ok(Claims {
            beacon: Beacon {
                origin: Origin::from_bits(self.origin).ok_or("origin")?,
                realistic: self.realistic,
                artistic: self.artistic,
                key_id: self.key_id.parse()?,
                serial: Serial::new(self.serial)?,
            },
            seal: SealClaims {
                time: self.time.parse()?,
                system,
                size: StampedSize::new(self.width_px, self.height_px)?,
                content_hash: ContentHash(hex::decode(&self.content_hash).ok_or("content hash")?),
            },
        })
    }
}

#[test]
fn vectors_of_payload_and_signature() -> Result<(), Box<dyn Error>> {
    let Vectors { vectors } = serde_json::from_str(include_str!("../../../tests/vectors/payload.json"))?;
    assert!(!vectors.is_empty());
    for vector in vectors {
        let (name, claims) = (&vector.name, vector.claims()?);
        let key = PrivateKey::from_seed(Zeroizing::new(hex::decode(&vector.seed).ok_or("seed")?));
        let public = key.public_key();
        assert_eq!(public.to_hex(), vector.public_key, "{name}");
        assert_eq!(*key.to_pem()?, vector.private_pem, "{name}");
        assert_eq!(public.to_pem()?, vector.public_pem, "{name}");
        assert_eq!(PublicKey::from_pem(&vector.public_pem)?, public, "{name}");
        assert_eq!(public.key_id().to_string(), vector.key_id, "{name}");
        assert_eq!(claims.seal.system.to_string(), vector.system_tag, "{name}");

        let payload = sign(&key, &public, &claims)?;
        assert_eq!(hex::encode(&payload.beacon.encode()), vector.beacon, "{name}");
        assert_eq!(hex::encode(&signed_message(&claims)), vector.message, "{name}");
        assert_eq!(hex::encode(&payload.seal.unverified_signature.to_bytes()), vector.signature, "{name}");
        assert_eq!(hex::encode(&payload.seal.encode()), vector.seal, "{name}");

        let read = Payload {
            beacon: Beacon::decode(&hex::decode(&vector.beacon).ok_or("beacon")?)?,
            seal: Seal::decode(&hex::decode(&vector.seal).ok_or("seal")?)?,
        };
        assert_eq!(verify(&read, &public)?.claims(), &claims, "{name}");
    }
    Ok(())
}
