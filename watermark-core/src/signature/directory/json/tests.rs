//! Hostile and honest directories; every refusal named by its cause.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::payload::KeyId;
use crate::signature::{KeyError, PrivateKey, Zeroizing};

const LIMIT: usize = Directory::DEFAULT_LIMIT_BYTES;

fn public_key(seed: u8) -> PublicKey {
    PrivateKey::from_seed(Zeroizing::new([seed; 32])).public_key()
}

fn sample() -> Value {
    let system = SystemName::new("그림", "2.1").unwrap();
    json!({
        "schema": "watermark-directory/1",
        "organization": {
            "name": "Example Studio", "name_ko": "예시 스튜디오", "contact": "trust@example.org",
            "url": "https://example.org/keys"
        },
        "keys": [
            { "id": public_key(1).key_id().to_string(), "public_key": public_key(1).to_hex() },
            {
                "id": public_key(2).key_id().to_string(), "public_key": public_key(2).to_hex(),
                "valid_from": "2026-01-01T00:00:00Z", "valid_until": "2027-01-01T09:00:00+09:00",
                "revoked_at": "2026-06-01T00:00:00Z", "revocation_reason": "laptop lost",
            },
        ],
        "systems": [{ "tag": system.tag().to_string(), "name": "그림", "version": "2.1" }],
    })
}

/// The sample with the value at a JSON pointer replaced (or, with null, removed).
fn read_with(pointer: &str, value: Value) -> Result<Directory, DirectoryError> {
    let mut document = sample();
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    match document.pointer_mut(parent).unwrap() {
        Value::Object(object) if value.is_null() => drop(object.remove(field)),
        Value::Object(object) => drop(object.insert(field.to_owned(), value)),
        Value::Array(array) => array.push(value),
        other => panic!("{pointer} points into {other}"),
    }
    Directory::from_json(document.to_string().as_bytes(), LIMIT)
}

#[test]
fn everything_comes_back() {
    let directory = Directory::from_json(sample().to_string().as_bytes(), LIMIT).unwrap();
    assert_eq!(directory.organization().name_ko.as_deref(), Some("예시 스튜디오"));
    let [plain, revoked] = directory.keys() else { panic!("two keys") };
    assert_eq!(plain, &DirectoryKey::new(public_key(1)));
    assert_eq!(revoked.valid_until, Some("2027-01-01T00:00:00Z".parse().unwrap()));
    assert_eq!(revoked.revocation.as_ref().unwrap().reason.as_deref(), Some("laptop lost"));
    let text = directory.to_json().unwrap();
    assert!(text.ends_with("}\n") && text.contains("\"valid_until\": \"2027-01-01T00:00:00Z\""), "{text}");
    assert_eq!(Directory::from_json(text.as_bytes(), LIMIT).unwrap(), directory);
}

#[test]
fn the_example_of_the_format_page() {
    let page = include_str!("../../../../../docs/FORMAT.md");
    let (_, rest) = page.split_once("```json\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let directory = Directory::from_json(example.as_bytes(), LIMIT).unwrap();
    assert_eq!((directory.keys().len(), directory.systems().len()), (1, 1));
}

#[test]
fn null_is_absent_where_a_field_may_be() {
    let mut document = sample();
    for pointer in ["/organization/url", "/keys/1/valid_from", "/systems"] {
        *document.pointer_mut(pointer).unwrap() = Value::Null;
    }
    let directory = Directory::from_json(document.to_string().as_bytes(), LIMIT).unwrap();
    assert_eq!((directory.organization().url.as_ref(), directory.keys()[1].valid_from), (None, None));
    assert!(directory.systems().is_empty());
}

#[test]
fn fields_of_later_releases_are_passed_over() {
    for pointer in ["/policy", "/organization/address", "/keys/0/usage", "/systems/0/model_card"] {
        read_with(pointer, json!({ "anything": [1, 2] })).unwrap();
    }
    read_with("/systems", Value::Null).unwrap();
}

#[test]
fn another_schema() {
    let later = json!({ "schema": "watermark-directory/2", "issuer": {} }).to_string();
    let error = Directory::from_json(later.as_bytes(), LIMIT).unwrap_err();
    assert!(matches!(&error, DirectoryError::UnknownSchema { found } if found == "watermark-directory/2"));
    assert!(error.to_string().contains("newer release"), "{error}");
}

#[test]
fn too_large() {
    let text = sample().to_string();
    assert!(Directory::from_json(text.as_bytes(), text.len()).is_ok());
    let error = Directory::from_json(text.as_bytes(), text.len() - 1).unwrap_err();
    assert!(matches!(error, DirectoryError::TooLarge { size_bytes, limit_bytes }
        if size_bytes == text.len() && limit_bytes == text.len() - 1));
}

#[test]
fn no_json_of_this_shape() {
    let nested = "[".repeat(LIMIT);
    let twice = sample().to_string().replace("\"keys\":", "\"keys\":[],\"keys\":");
    for text in ["", "{", "[]", "null", "\u{0}", &nested, &twice, "{\"schema\":1}"] {
        let error = Directory::from_json(text.as_bytes(), LIMIT).unwrap_err();
        assert!(matches!(error, DirectoryError::Json(_)), "{error}");
    }
    assert!(matches!(Directory::from_json(&[b'"', 0xff, b'"'], LIMIT), Err(DirectoryError::Json(_))));
    for required in
        ["/organization", "/organization/name", "/keys", "/keys/0/id", "/keys/0/public_key", "/systems/0/tag"]
    {
        assert!(matches!(read_with(required, Value::Null), Err(DirectoryError::Json(_))), "{required}");
    }
}

#[test]
fn a_list_is_no_object() {
    let key = json!([public_key(1).key_id().to_string(), public_key(1).to_hex(), null, null, null, null]);
    for (pointer, list) in [
        ("/organization", json!(["Example Studio", null, null, null])),
        ("/keys/-", key),
        ("/systems/-", json!(["e4cb", "painter", "2.1"])),
        ("/proofs", json!([["00", "00"]])),
    ] {
        assert!(matches!(read_with(pointer, list), Err(DirectoryError::Json(_))), "{pointer}");
    }
    let whole = json!(["watermark-directory/1", null, null, { "name": "Example Studio" }, [], null, null]);
    assert!(matches!(Directory::from_json(whole.to_string().as_bytes(), LIMIT), Err(DirectoryError::Json(_))));
}

#[test]
fn a_misspelt_revocation_or_validity_is_not_passed_over() {
    for name in [
        "revoked",
        "Revoked_At",
        "revokedAt",
        "REVOCATION",
        "revocationReason",
        "is_revoked",
        "valid_untill",
        "validUntil",
        "VALID_TO",
        "expires_at",
        "until",
    ] {
        let error = read_with(&format!("/keys/0/{name}"), json!("2026-06-01T00:00:00Z")).unwrap_err();
        assert!(
            matches!(&error, DirectoryError::UnknownLimit { id, field } if *id == public_key(1).key_id() && field == name),
            "{name}: {error}"
        );
    }
    read_with("/organization/revoked", json!(true)).unwrap();
}

#[test]
fn keys_that_cannot_be_used() {
    let weak = "01".to_owned() + &"0".repeat(62);
    for (hex, expected) in
        [(weak.clone(), KeyError::Weak { hex: weak }), ("ab".to_owned(), KeyError::PublicHex { digits: 2 })]
    {
        let error = read_with("/keys/1/public_key", json!(hex)).unwrap_err();
        assert!(matches!(error, DirectoryError::Key { index: 1, source } if source == expected));
    }
}

#[test]
fn an_id_that_is_not_the_keys() {
    let other = json!(public_key(3).key_id().to_string());
    let error = read_with("/keys/1/id", other).unwrap_err();
    assert!(matches!(error, DirectoryError::KeyIdMismatch { index: 1, stated, actual }
        if stated == public_key(3).key_id() && actual == public_key(2).key_id()));
}

#[test]
fn a_tag_that_is_not_the_systems() {
    let error = read_with("/systems/0/tag", json!("0000")).unwrap_err();
    assert!(matches!(error, DirectoryError::SystemTagMismatch { stated, .. } if stated.is_none()));
}

#[test]
fn one_key_twice() {
    let copy = sample()["keys"][0].clone();
    let error = read_with("/keys/-", copy).unwrap_err();
    let expected: KeyId = public_key(1).key_id();
    assert!(matches!(error, DirectoryError::DuplicateKeyId { id } if id == expected));
}

#[test]
fn one_system_twice() {
    let copy = sample()["systems"][0].clone();
    assert!(matches!(read_with("/systems/-", copy), Err(DirectoryError::DuplicateSystem { .. })));
}

#[test]
fn fields_that_cannot_be_read() {
    for (pointer, value, name) in [
        ("/keys/1/id", json!("12345"), "id"),
        ("/keys/1/valid_from", json!("yesterday"), "valid_from"),
        ("/keys/1/valid_until", json!("9999-12-31T23:59:59Z"), "valid_until"),
        ("/keys/1/revoked_at", json!(""), "revoked_at"),
        ("/systems/0/tag", json!("+fff"), "tag"),
        ("/systems/0/version", json!("2@1"), "name or version"),
    ] {
        let error = read_with(pointer, value).unwrap_err();
        assert!(matches!(error, DirectoryError::Field { field, .. } if field == name), "{pointer}: {error}");
    }
}

#[test]
fn a_validity_that_ends_before_it_begins() {
    let error = read_with("/keys/1/valid_until", json!("2025-01-01T00:00:00Z")).unwrap_err();
    assert!(matches!(error, DirectoryError::EmptyValidity { from, until, .. } if until < from));
}

#[test]
fn a_reason_without_a_moment() {
    let error = read_with("/keys/1/revoked_at", Value::Null).unwrap_err();
    assert!(matches!(error, DirectoryError::RevocationWithoutTime { id } if id == public_key(2).key_id()));
}

#[test]
fn text_that_cannot_be_shown() {
    let long = "x".repeat(Directory::MAX_TEXT_BYTES + 1);
    for (pointer, name) in [
        ("/organization/name", "organization.name"),
        ("/organization/name_ko", "organization.name_ko"),
        ("/organization/contact", "organization.contact"),
        ("/organization/url", "organization.url"),
        ("/keys/1/revocation_reason", "revocation_reason"),
    ] {
        for text in ["", " Example", "a\nb", "\u{1b}[31mred", "moc.elpmaxe\u{202e}", "Ex\u{ad}ample", "\u{3164}", &long]
        {
            let error = read_with(pointer, json!(text)).unwrap_err();
            assert!(matches!(error, DirectoryError::Text { field } if field == name), "{pointer} {text:?}: {error}");
        }
    }
}

proptest! {
    #[test]
    fn one_changed_byte_never_panics(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut text = sample().to_string().into_bytes();
        let at = at.index(text.len());
        text[at] = byte;
        let _ = Directory::from_json(&text, LIMIT);
    }

    #[test]
    fn arbitrary_bytes_never_panic(text in any::<Vec<u8>>()) {
        let _ = Directory::from_json(&text, LIMIT);
    }
}
