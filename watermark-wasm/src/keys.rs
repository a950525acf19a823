//! Keys and directories for the page: made of a seed that the caller draws, listed for people to read.

use serde::Serialize;
use wasm_bindgen::prelude::*;
use watermark_core::payload::SystemName;
use watermark_core::signature::{Directory, DirectoryKey, Organization, PrivateKey, Zeroizing};

use crate::error::Failure;

#[derive(Serialize)]
struct Key {
    pem: String,
    key_id: String,
    public_key: String,
    directory: String,
}

#[derive(Serialize)]
struct Listing<'a> {
    name: &'a str,
    name_ko: Option<&'a str>,
    contact: Option<&'a str>,
    url: Option<&'a str>,
    keys: Vec<ListedKey<'a>>,
    systems: Vec<String>,
}

#[derive(Serialize)]
struct ListedKey<'a> {
    id: String,
    public_key: String,
    valid_from: Option<String>,
    valid_until: Option<String>,
    revoked_at: Option<String>,
    revocation_reason: Option<&'a str>,
}

/// A key from 32 bytes of `crypto.getRandomValues`, with a directory that lists it under `name`. JSON.
///
/// # Errors
/// Codes `option` and `directory`.
#[wasm_bindgen(js_name = makeKey)]
pub fn make_key(seed: &[u8], name: &str, systems: Vec<String>) -> Result<String, JsValue> {
    let seed: [u8; 32] = seed
        .try_into()
        .map_err(|_| Failure::Option(format!("a seed of {} bytes was given; pass 32 random bytes", seed.len())))?;
    Ok(describe(&PrivateKey::from_seed(Zeroizing::new(seed)), name, &systems)?)
}

/// A key from its PEM text, with a directory that lists it under `name`. JSON.
///
/// # Errors
/// Codes `key`, `option` and `directory`.
#[wasm_bindgen(js_name = readKey)]
pub fn read_key(pem: &str, name: &str, systems: Vec<String>) -> Result<String, JsValue> {
    Ok(describe(&PrivateKey::from_pem(pem).map_err(Failure::from)?, name, &systems)?)
}

fn describe(key: &PrivateKey, name: &str, systems: &[String]) -> Result<String, Failure> {
    let public = key.public_key();
    let organization = Organization { name: name.to_owned(), name_ko: None, contact: None, url: None };
    let systems = systems.iter().map(|text| text.parse::<SystemName>()).collect::<Result<_, _>>()?;
    let directory = Directory::new(organization, vec![DirectoryKey::new(public)], systems)
        .and_then(|directory| directory.to_json())
        .map_err(|error| Failure::directory(0, &error))?;
    let pem = key.to_pem()?.to_string();
    let described = Key { pem, key_id: public.key_id().to_string(), public_key: public.to_hex(), directory };
    Ok(serde_json::to_string(&described)?)
}

/// What a key directory lists, checked. JSON.
///
/// # Errors
/// Code `directory`.
#[wasm_bindgen(js_name = readDirectory)]
pub fn read_directory(text: &str) -> Result<String, JsValue> {
    let directory = Directory::from_json(text.as_bytes(), Directory::DEFAULT_LIMIT_BYTES)
        .map_err(|error| Failure::directory(0, &error))?;
    let who = directory.organization();
    let keys = directory.keys().iter().map(|key| ListedKey {
        id: key.public_key.key_id().to_string(),
        public_key: key.public_key.to_hex(),
        valid_from: key.valid_from.map(|time| time.to_string()),
        valid_until: key.valid_until.map(|time| time.to_string()),
        revoked_at: key.revocation.as_ref().map(|revocation| revocation.at.to_string()),
        revocation_reason: key.revocation.as_ref().and_then(|revocation| revocation.reason.as_deref()),
    });
    let listing = Listing {
        name: &who.name,
        name_ko: who.name_ko.as_deref(),
        contact: who.contact.as_deref(),
        url: who.url.as_deref(),
        keys: keys.collect(),
        systems: directory.systems().iter().map(ToString::to_string).collect(),
    };
    Ok(serde_json::to_string(&listing).map_err(Failure::from)?)
}
