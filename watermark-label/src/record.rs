//! Our own record in the metadata: what was stamped and which layers were applied, signed by the stamping key.
//!
//! One JSON object on one line; its signature is the last field and covers every byte before it, as in a ledger
//! (`docs/LABELS.md`, The record). It holds the whole signed payload, so it says who stamped even where the pixels
//! had room for the beacon alone, and it is bound to its picture by that payload: a reader compares it with the
//! beacon in the pixels. A visible label cannot be found again by a program, so this is where it is stated.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use watermark_core::Language;
use watermark_core::payload::{Beacon, Payload, Seal, SystemName, hex};
use watermark_core::signature::{Document, PublicKey, SignError, Signature, Signer, verify};

use crate::check::words::pick;
use crate::{Badge, Exemption, Layer};

/// Schema of a record.
pub const RECORD_SCHEMA: &str = "watermark-labels/1";
/// The longest record that is read: a few times the longest that is written.
const MAX_BYTES: usize = 1 << 14;
/// Between what is signed and the signature's 128 digits.
const SIGNATURE_FIELD: &str = ",\"signature\":\"";

/// What the stamper knows beside the payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labelled {
    /// The generating system.
    pub system: Option<SystemName>,
    /// Who provides it.
    pub provider: Option<String>,
    /// Ids of the profiles asked for.
    pub profiles: Vec<String>,
    /// Layers applied to the file.
    pub layers: Vec<Layer>,
    /// The visible label, if one was drawn.
    pub badge: Option<Badge>,
    /// Id of the notice that is owed with the file.
    pub notice: Option<String>,
    /// Why a duty is said not to hold.
    pub exemption: Option<Exemption>,
    /// The picture was said to stay inside the service.
    pub inside_service: bool,
}

/// A record that was read and whose signature holds under the key that it names. Whether anybody vouches for that key,
/// and whether it is about the pixels it came with, are questions of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelRecord {
    /// What was stamped; its signature holds under `public_key`.
    pub payload: Payload,
    /// The stamping key.
    pub public_key: PublicKey,
    /// The rest.
    pub labelled: Labelled,
}

/// Why text is no record, or one that was changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the record of labels {english}")]
pub struct RecordError {
    english: &'static str,
    korean: &'static str,
}

impl RecordError {
    /// In a language.
    pub fn sentence(&self, language: Language) -> String {
        pick(language, self.to_string(), format!("표시 기록{}", self.korean))
    }
}

/// The fields in their order. Those up to `origin` follow from the payload and are there for people.
#[derive(Serialize, Deserialize)]
struct Fields {
    schema: String,
    key: String,
    serial: u64,
    time: String,
    origin: String,
    system: Option<String>,
    provider: Option<String>,
    profiles: Vec<String>,
    layers: Vec<Layer>,
    badge: Option<Badge>,
    notice: Option<String>,
    exemption: Option<Exemption>,
    inside_service: bool,
    beacon: String,
    seal: String,
    public_key: String,
}

impl LabelRecord {
    /// Signs a record.
    ///
    /// # Errors
    /// When the signer fails or holds another key.
    ///
    /// # Panics
    /// Never: strings and numbers always have a JSON form.
    pub fn sign<S>(payload: &Payload, labelled: &Labelled, signer: &S, key: &PublicKey) -> Result<String, SignError>
    where
        S: Signer<Signature> + ?Sized,
    {
        let Labelled { profiles, layers, badge, notice, exemption, inside_service, .. } = labelled.clone();
        let fields = Fields {
            schema: RECORD_SCHEMA.to_owned(),
            system: labelled.system.as_ref().map(ToString::to_string),
            provider: labelled.provider.clone(),
            profiles,
            layers,
            badge,
            notice,
            exemption,
            inside_service,
            beacon: hex::encode(&payload.beacon.encode()),
            seal: hex::encode(&payload.seal.encode()),
            public_key: key.to_hex(),
            key: payload.beacon.key_id.to_string(),
            serial: payload.beacon.serial.get(),
            time: payload.seal.unverified_claims.time.to_string(),
            origin: payload.beacon.origin.to_string(),
        };
        let mut text = serde_json::to_string(&fields).expect("strings and numbers have a JSON form");
        text.pop();
        let signature = Document::LabelRecord.sign(signer, key, text.as_bytes())?;
        text += SIGNATURE_FIELD;
        text += &hex::encode(&signature.to_bytes());
        text += "\"}";
        Ok(text)
    }

    /// Reads a record, and checks both signatures and that the fields agree with the payload.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(text: &str) -> Result<Self, RecordError> {
        let wrong = |english, korean| RecordError { english, korean };
        if text.len() > MAX_BYTES {
            return Err(wrong("is longer than any that is written", "이 기록될 수 있는 길이보다 깁니다"));
        }
        let fields: Fields = serde_json::from_str(text).map_err(|_| wrong("cannot be read", "을 읽을 수 없습니다"))?;
        if fields.schema != RECORD_SCHEMA {
            return Err(wrong(
                "is of another version; read it with a newer release",
                "이 다른 버전입니다. 더 새로운 프로그램으로 읽으십시오",
            ));
        }
        let (signed, signature) =
            split(text).ok_or_else(|| wrong("does not end with its signature", "이 서명으로 끝나지 않습니다"))?;
        let public_key = PublicKey::from_hex(&fields.public_key)
            .map_err(|_| wrong("names a key that cannot be used", "에 적힌 키를 쓸 수 없습니다"))?;
        Document::LabelRecord.verify(&public_key, signed.as_bytes(), &signature).map_err(|_| {
            wrong("was changed: its signature does not hold", "이 변경되었습니다. 서명이 맞지 않습니다")
        })?;
        let payload =
            payload(&fields).ok_or_else(|| wrong("holds a damaged payload", "에 든 페이로드가 손상되었습니다"))?;
        verify(&payload, &public_key).map_err(|_| {
            wrong("holds a payload that its key did not sign", "에 든 페이로드를 그 키가 서명하지 않았습니다")
        })?;
        let system = fields.system.as_deref().map(str::parse::<SystemName>).transpose();
        let system = system
            .map_err(|_| wrong("names a system that cannot be read", "에 적힌 시스템 이름을 읽을 수 없습니다"))?;
        let claims = &payload.seal.unverified_claims;
        let agrees = (fields.key, fields.serial, fields.time, fields.origin)
            == (
                payload.beacon.key_id.to_string(),
                payload.beacon.serial.get(),
                claims.time.to_string(),
                payload.beacon.origin.to_string(),
            )
            && system.as_ref().is_none_or(|system| system.tag() == claims.system);
        if !agrees {
            return Err(wrong(
                "states otherwise than its signed payload",
                "이 서명된 페이로드와 다르게 밝히고 있습니다",
            ));
        }
        let labelled = Labelled {
            system,
            provider: fields.provider,
            profiles: fields.profiles,
            layers: fields.layers,
            badge: fields.badge,
            notice: fields.notice,
            exemption: fields.exemption,
            inside_service: fields.inside_service,
        };
        Ok(Self { payload, public_key, labelled })
    }
}

fn payload(fields: &Fields) -> Option<Payload> {
    let beacon = Beacon::decode(&hex::decode(&fields.beacon)?).ok()?;
    Some(Payload { beacon, seal: Seal::decode(&hex::decode(&fields.seal)?).ok()? })
}

/// What is signed, and the signature at the end.
fn split(text: &str) -> Option<(&str, Signature)> {
    let (head, digits) = text.strip_suffix("\"}")?.rsplit_once(SIGNATURE_FIELD)?;
    Some((head, Signature::from_bytes(&hex::decode(digits)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{key, labelled, payload};

    #[test]
    fn what_was_signed_is_read() {
        let text = LabelRecord::sign(&payload(), &labelled(), &key(), &key().public_key()).unwrap();
        let record = LabelRecord::read(&text).unwrap();
        assert_eq!((&record.payload, &record.labelled), (&payload(), &labelled()));
        assert_eq!(record.payload.beacon.id(), format!("{}-7", key().public_key().key_id()));
    }

    #[test]
    fn any_change_is_noticed_and_named() {
        let text = LabelRecord::sign(&payload(), &labelled(), &key(), &key().public_key()).unwrap();
        for (from, to, why) in [
            ("\"badge\":null", "\"badge\":{\"text\":\"AI\",\"x\":1,\"y\":1,\"width\":9,\"height\":9}", "was changed"),
            ("\"kind\":\"internal\"", "\"kind\":\"obvious\"", "was changed"),
            ("watermark-labels/1", "watermark-labels/2", "another version"),
            ("\"signature\":\"", "\"signature\":\"0", "does not end"),
            ("{\"schema\"", "[{\"schema\"", "cannot be read"),
        ] {
            let changed = text.replacen(from, to, 1);
            assert_ne!(changed, text, "{from}");
            let error = LabelRecord::read(&changed).unwrap_err().to_string();
            assert!(error.contains(why), "{from}: {error}");
        }
        // Another key signs the fields, but not the payload in them.
        let other = crate::testing::other_key();
        let stolen = LabelRecord::sign(&payload(), &labelled(), &other, &other.public_key()).unwrap();
        assert!(LabelRecord::read(&stolen).unwrap_err().to_string().contains("did not sign"));
    }
}
