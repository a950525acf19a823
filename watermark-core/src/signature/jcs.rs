//! One byte string for one JSON document: the JSON Canonicalization Scheme (RFC 8785), so that a signature outlives
//! re-indenting, re-ordering and re-encoding on the way from issuer to verifier.
//!
//! DIFFERENCE: only integers within +-(2^53 - 1) are taken. The scheme's one hard part is printing fractions, and the
//! documents signed here have none. A field that stands twice in one object is refused, as I-JSON (RFC 7493) asks:
//! two parsers could each take the other one for the signed one.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

/// Largest integer that every JSON reader holds exactly: 2^53 - 1 (RFC 7493, 2.2).
pub(super) const MAX_INTEGER: u64 = (1 << 53) - 1;

/// A JSON value; the fields of objects stay in the order of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Integer(i64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The bytes of RFC 8785.
    ///
    /// # Errors
    /// None is known; the writer's signature allows some.
    pub(super) fn canonical(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut out = Vec::new();
        self.write(&mut out)?;
        Ok(out)
    }

    fn write(&self, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
        match self {
            Self::List(items) => {
                out.push(b'[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(b',');
                    }
                    item.write(out)?;
                }
                out.push(b']');
            }
            Self::Object(fields) => {
                let mut sorted: Vec<_> = fields.iter().collect();
                // By UTF-16 code units (3.2.3): beyond the basic plane that is not the order of UTF-8.
                sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
                out.push(b'{');
                for (i, (name, value)) in sorted.into_iter().enumerate() {
                    if i > 0 {
                        out.push(b',');
                    }
                    // Escapes exactly what 3.2.2.2 lists, in the same form.
                    serde_json::to_writer(&mut *out, name)?;
                    out.push(b':');
                    value.write(out)?;
                }
                out.push(b'}');
            }
            leaf => serde_json::to_writer(out, leaf)?,
        }
        Ok(())
    }
}

/// In the order of the text.
impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_i64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(fields) => serializer.collect_map(fields.iter().map(|(name, value)| (name, value))),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without fractions, without integers beyond 2^53, and with each field once")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Json, E> {
        if value.unsigned_abs() > MAX_INTEGER {
            return Err(E::invalid_value(de::Unexpected::Signed(value), &self));
        }
        Ok(Json::Integer(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Json, E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) => Err(E::invalid_value(de::Unexpected::Unsigned(value), &self)),
        }
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut fields: Vec<(String, Json)> = Vec::new();
        let mut names = std::collections::BTreeSet::new();
        while let Some((name, value)) = map.next_entry::<String, Json>()? {
            if !names.insert(name.clone()) {
                return Err(de::Error::custom(format_args!("field {name:?} stands twice in one object")));
            }
            fields.push((name, value));
        }
        Ok(Json::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn canonical(text: &str) -> String {
        let json: Json = serde_json::from_str(text).unwrap();
        String::from_utf8(json.canonical().unwrap()).unwrap()
    }

    #[test]
    fn names_in_the_order_of_rfc_8785() {
        // Section 3.2.3, its own example.
        let text = r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
            "\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}"#;
        let expected = "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\"\u{f6}\":\"Latin Small Letter O With \
                        Diaeresis\",\"\u{20ac}\":\"Euro Sign\",\"\u{1f600}\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter \
                        Dalet With Dagesh\"}";
        assert_eq!(canonical(text), expected);
    }

    #[test]
    fn strings_in_the_form_of_rfc_8785() {
        // Section 3.2.2, the string of its example.
        let text = r#"["\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/"]"#;
        assert_eq!(canonical(text), "[\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"]");
    }

    #[test]
    fn white_space_and_order_do_not_count() {
        assert_eq!(
            canonical("{ \"b\" : [ 1 , -2, null ],\n\"a\": {\"d\":true,\"c\":{}} }"),
            canonical(r#"{"a":{"c":{},"d":true},"b":[1,-2,null]}"#)
        );
    }

    #[test]
    fn what_two_readers_could_take_differently_is_refused() {
        for text in [
            "1.5",
            "1e3",
            "9007199254740992",
            "-9007199254740992",
            "18446744073709551615",
            r#"{"a":1,"a":1}"#,
            r#"{"x":[{"a":1,"\u0061":2}]}"#,
            r#""\ud83d""#,
        ] {
            assert!(serde_json::from_str::<Json>(text).is_err(), "{text}");
        }
        assert_eq!(canonical("[9007199254740991,-9007199254740991]"), "[9007199254740991,-9007199254740991]");
    }

    fn any_json() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::Bool),
            (-(1_i64 << 52)..1 << 52).prop_map(Json::Integer),
            any::<String>().prop_map(Json::Text),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Json::List),
                prop::collection::btree_map(any::<String>(), inner, 0..4)
                    .prop_map(|fields| Json::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn canonical_text_is_its_own_canonical_form(json in any_json()) {
            let once = json.canonical().unwrap();
            let read: Json = serde_json::from_slice(&once).unwrap();
            prop_assert_eq!(&read.canonical().unwrap(), &once);
            let indented = serde_json::to_vec_pretty(&json).unwrap();
            prop_assert_eq!(serde_json::from_slice::<Json>(&indented).unwrap().canonical().unwrap(), once);
        }
    }
}
