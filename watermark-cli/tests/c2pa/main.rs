//! Manifests as the program writes and reads them, held against C2PA's own reader.
//!
//! Run with `cargo test -p watermark-cli --features c2pa-tests --test c2pa`.

mod authority;
#[path = "../common/mod.rs"]
mod common;
mod contradictions;
mod hostile;
mod refusals;
mod writing;

use authority::{Authority, Credential};
use common::{Bench, png, street};
use serde_json::Value;

/// A bench with a stamping key, an authority's root and a certificate of it.
fn bench(authority: &Authority, credential: &Credential) -> Bench {
    let bench = Bench::with_key();
    bench.put("root.pem", authority.anchors().as_bytes());
    bench.put("chain.pem", credential.chain.as_bytes());
    bench.put("c2pa.pem", credential.key.as_bytes());
    bench
}

/// The flags of `stamp` for such a bench.
const STAMP: [&str; 10] =
    ["stamp", "--key", "key.pem", "--c2pa", "--cert", "chain.pem", "--c2pa-key", "c2pa.pem", "--system", "painter@2.1"];

/// Stamps the street as `out.png`, serial 42.
fn stamped() -> (Authority, Bench) {
    let authority = Authority::new();
    let bench = bench(&authority, &authority.ed25519());
    bench.put("in.png", &png(&street()));
    bench.ok(&[&STAMP[..], &["--id", "42", "in.png", "-o", "out.png"]].concat());
    (authority, bench)
}

/// `verify --json` of one file, trusting key and root; checked against the schema.
fn verify(bench: &Bench, file: &str) -> Value {
    let (_, records) = bench.verify(&["--trust", "key.directory.json", "--c2pa-trust", "root.pem", file]);
    fits_the_schema(&records[0]);
    records[0].clone()
}

fn fits_the_schema(record: &Value) {
    let schema: Value = serde_json::from_str(include_str!("../../../docs/verify.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator.iter_errors(record).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?}\n{record:#}");
    let described = schema["properties"]["c2pa"]["oneOf"][1]["properties"].as_object().unwrap();
    assert!(record["c2pa"].as_object().unwrap().keys().all(|field| described.contains_key(field)), "{record:#}");
}

/// What the pixels name: the value of the soft binding.
fn mark(record: &Value) -> String {
    record["beacon"]["id"].as_str().unwrap().to_owned()
}

/// The chunks of a PNG file, each as kind and content.
fn chunks(file: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut rest = &file[8..];
    let mut all = Vec::new();
    while let Some((head, tail)) = rest.split_at_checked(8) {
        let length = u32::from_be_bytes(head[..4].try_into().unwrap()) as usize;
        all.push((head[4..].to_vec(), tail[..length].to_vec()));
        rest = &tail[length + 4..];
    }
    all
}

fn unchunk(chunks: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, content) in chunks {
        file.extend((content.len() as u32).to_be_bytes());
        let body = [&kind[..], content].concat();
        file.extend(&body);
        file.extend(crc32fast::hash(&body).to_be_bytes());
    }
    file
}

fn is_manifest(chunk: &(Vec<u8>, Vec<u8>)) -> bool {
    chunk.0 == b"caBX"
}

/// The manifest store in a PNG file.
fn manifest_of(file: &[u8]) -> Vec<u8> {
    chunks(file).into_iter().find(is_manifest).expect("no manifest").1
}

/// A PNG file with this manifest store, in place of its own if it has one.
fn with_manifest(file: &[u8], manifest: Vec<u8>) -> Vec<u8> {
    let mut all = chunks(file);
    all.retain(|chunk| !is_manifest(chunk));
    all.insert(1, (b"caBX".to_vec(), manifest));
    unchunk(&all)
}
