//! The AIGC label of GB 45438-2025, Annex E: seven strings as JSON.
//!
//! Source: secondary (see `profiles/cn.toml`). Values are limited to the printable ASCII characters 0x21, 0x23 to
//! 0x5B and 0x5D to 0x7E, so spaces, quotes and backslashes are out.

use serde::{Deserialize, Serialize};
use watermark_core::payload::{Origin, Payload, hex};
use watermark_core::signature::PublicKey;

/// The label's fields, in the standard's order and spelling.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Aigc {
    /// `1` generated, `2` possibly, `3` suspected.
    pub label: String,
    /// Name or code of the generating service.
    pub content_producer: String,
    /// The service's unique id of the content.
    #[serde(rename = "ProduceID")]
    pub produce_id: String,
    /// The service's own integrity protection: here the ed25519 signature of the seal.
    pub reserved_code1: String,
    /// Name or code of the platform that distributes it.
    pub content_propagator: String,
    /// The platform's unique id of the content.
    #[serde(rename = "PropagateID")]
    pub propagate_id: String,
    /// The platform's own integrity protection.
    pub reserved_code2: String,
}

impl Aigc {
    /// The label of a stamp. A provider's name with spaces gets underscores for them; one that cannot be spelled in the
    /// standard's characters is replaced by the code `ed25519:PUBLIC-KEY`.
    pub fn of(payload: &Payload, provider: Option<&str>, key: &PublicKey) -> Self {
        let name = provider.map(|name| name.replace(' ', "_")).filter(|name| !name.is_empty() && fits(name));
        Self {
            label: label(payload.beacon.origin).to_owned(),
            content_producer: name.unwrap_or_else(|| format!("ed25519:{}", key.to_hex())),
            produce_id: payload.beacon.id(),
            reserved_code1: format!("ed25519:{}", hex::encode(&payload.seal.unverified_signature.to_bytes())),
            ..Self::default()
        }
    }

    /// As JSON, the way the property holds it.
    ///
    /// # Panics
    /// Never: strings always have a JSON form.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("strings have a JSON form")
    }

    /// Reads the property's value, with or without the outer `{"AIGC": ...}`. `None` unless it is well-formed: JSON, a known
    /// `Label`, a producer and an id, and every value in the standard's characters.
    pub fn read(text: &str) -> Option<Self> {
        #[derive(Deserialize)]
        struct Outer {
            #[serde(rename = "AIGC")]
            aigc: Aigc,
        }
        let aigc =
            serde_json::from_str::<Outer>(text).map(|outer| outer.aigc).or_else(|_| serde_json::from_str(text)).ok()?;
        let values = [
            &aigc.content_producer,
            &aigc.produce_id,
            &aigc.reserved_code1,
            &aigc.content_propagator,
            &aigc.propagate_id,
            &aigc.reserved_code2,
        ];
        let whole = !aigc.content_producer.is_empty() && !aigc.produce_id.is_empty();
        let known = ["1", "2", "3"].contains(&aigc.label.as_str());
        (whole && known && values.into_iter().all(|value| fits(value))).then_some(aigc)
    }
}

/// `Label` for an origin. The standard has no value for altered pictures: they count as generated.
pub(crate) const fn label(origin: Origin) -> &'static str {
    match origin {
        Origin::Generated | Origin::Altered => "1",
        Origin::Possible => "2",
    }
}

/// Whether a value keeps to the standard's characters; an escaped quote is allowed there too.
fn fits(value: &str) -> bool {
    value.bytes().all(|b| matches!(b, 0x21..=0x5b | 0x5d..=0x7e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{key, payload};

    #[test]
    fn a_stamp_becomes_a_label_in_the_permitted_characters() {
        let public = key().public_key();
        let aigc = Aigc::of(&payload(), Some("Example Studio"), &public);
        assert_eq!((&*aigc.label, &*aigc.content_producer), ("1", "Example_Studio"));
        assert_eq!(aigc.produce_id, format!("{}-7", public.key_id()));
        assert_eq!(aigc.reserved_code1.len(), "ed25519:".len() + 128);
        assert_eq!(Aigc::read(&aigc.to_json()), Some(aigc.clone()));
        assert_eq!(Aigc::read(&format!("{{\"AIGC\":{}}}", aigc.to_json())), Some(aigc));
        let korean = Aigc::of(&payload(), Some("예시 스튜디오"), &public);
        assert_eq!(korean.content_producer, format!("ed25519:{}", public.to_hex()));
    }

    #[test]
    fn labels_that_say_nothing_or_break_the_character_set_are_none() {
        for text in [
            "",
            "{}",
            "[]",
            r#"{"Label":"1"}"#,
            r#"{"Label":"4","ContentProducer":"a","ProduceID":"b"}"#,
            r#"{"Label":"1","ContentProducer":"a b","ProduceID":"b"}"#,
            r#"{"Label":"1","ContentProducer":"가","ProduceID":"b"}"#,
            r#"{"Label":1,"ContentProducer":"a","ProduceID":"b"}"#,
        ] {
            assert_eq!(Aigc::read(text), None, "{text}");
        }
        assert!(Aigc::read(r#"{"Label":"3","ContentProducer":"doubao","ProduceID":"f123"}"#).is_some());
    }
}
