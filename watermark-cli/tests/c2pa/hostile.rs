//! Broken manifests: a finding about the manifest, never a fault, and nothing to the mark.

use std::fs;
use std::io::Cursor;

use c2pa::{Builder, Context};
use serde_json::{Value, json};

use crate::authority::Authority;
use crate::common::{Bench, flat, png};
use crate::{bench, chunks, fits_the_schema, manifest_of, verify, with_manifest};

/// A small signed picture, with a run of `fill` bytes in an assertion of its own.
fn signed(authority: &Authority, fill: &str) -> Vec<u8> {
    let source = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
    let definition = json!({
        "claim_generator_info": [{ "name": "hostile" }],
        "assertions": [
            { "label": "c2pa.actions.v2", "data": { "actions": [{ "action": "c2pa.created", "digitalSourceType": source }] } },
            { "label": "org.example.fill", "data": { "fill": fill } },
        ],
    });
    let mut out = Cursor::new(Vec::new());
    let cover = png(&flat(32, 32));
    Builder::from_context(Context::new())
        .with_definition(definition)
        .unwrap()
        .sign(authority.ed25519().signer().as_ref(), "image/png", &mut Cursor::new(&cover), &mut out)
        .unwrap();
    out.into_inner()
}

/// All files of the folder are read to the end, without a fault of ours or of the library; returns the manifests' findings.
fn survives(bench: &Bench, count: usize) -> Vec<Value> {
    let ran = bench.run(&["verify", "--json", "--effort", "fast", "--c2pa-trust", "root.pem", "hostile"]);
    let records = ran.json();
    assert_eq!(records.len(), count, "exit code {}\n{}", ran.code, ran.stderr);
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    for record in &records {
        fits_the_schema(record);
        let error = record["c2pa"]["error"].as_str().unwrap_or_default();
        assert!(!error.contains("internal fault"), "{record:#}");
        assert_eq!(record["verdict"], "none", "{record:#}");
    }
    records.into_iter().map(|mut record| record["c2pa"].take()).collect()
}

#[test]
fn cut_short_and_flipped_manifests() {
    let authority = Authority::new();
    let bench = bench(&authority, &authority.ed25519());
    let file = signed(&authority, "x");
    let manifest = manifest_of(&file);
    bench.put("honest.png", &file);
    let mut count = 0;
    let mut put = |bytes: Vec<u8>| {
        bench.put(&format!("hostile/{count:03}.png"), &with_manifest(&file, bytes));
        count += 1;
    };
    // Every length near the start, where the boxes nest, then in steps.
    for length in (0..64).chain((64..manifest.len()).step_by(manifest.len() / 40)) {
        put(manifest[..length].to_vec());
    }
    // Not in the zeros that keep room for the signature: nothing covers them.
    let filled: Vec<_> =
        (0..manifest.len() - 4).filter(|at| manifest[*at..].iter().take(16).any(|b| *b != 0)).collect();
    for &at in filled.iter().step_by(filled.len() / 100) {
        let mut flipped = manifest.clone();
        flipped[at] ^= 0xff;
        put(flipped);
    }
    // Lengths and counts at their largest.
    for &at in filled.iter().step_by(filled.len() / 50) {
        let mut huge = manifest.clone();
        huge[at..at + 4].fill(0xff);
        put(huge);
    }
    put(b"{\"c2pa\": true}".to_vec());
    let found = survives(&bench, count);
    // A few more bytes are covered by nothing. What still validates says what was signed, no more.
    let honest = verify(&bench, "honest.png")["c2pa"].take();
    assert_eq!(honest["trusted"], true, "{honest:#}");
    let still_valid: Vec<_> = found.iter().filter(|finding| finding["valid"] == true).collect();
    still_valid.iter().for_each(|finding| assert_eq!(**finding, honest));
    assert!(still_valid.len() < count / 20, "{} of {count}", still_valid.len());
}

#[test]
fn nesting_without_end() {
    const DEPTH: usize = 200_000;
    let authority = Authority::new();
    let bench = bench(&authority, &authority.ed25519());
    let file = signed(&authority, &"x".repeat(DEPTH));
    let manifest = manifest_of(&file);
    let run = manifest.windows(64).position(|w| w == [b'x'; 64]).unwrap();
    // CBOR: an array of one (81), a tag (c1), a map of one whose key is an empty text (a1 60).
    for (name, nested) in [("1-array", &[0x81_u8][..]), ("2-tag", &[0xc1]), ("3-map", &[0xa1, 0x60])] {
        let mut bytes = manifest.clone();
        // From the assertion's own first byte on: the text's head is 5 bytes, its key "fill" 5, its map 1.
        let nest = nested.iter().cycle();
        bytes[run - 11..run + DEPTH].iter_mut().zip(nest).for_each(|(byte, nest)| *byte = *nest);
        bench.put(&format!("hostile/{name}.png"), &with_manifest(&file, bytes));
    }
    // JUMBF: a superbox (8 bytes of head) in a superbox in ...
    let boxes: Vec<u8> =
        (0..20_000_u32).rev().flat_map(|n| [&(8 * (n + 1)).to_be_bytes()[..], b"jumb"].concat()).collect();
    bench.put("hostile/4-boxes.png", &with_manifest(&file, boxes));
    // As deep as is let through.
    let mut bytes = manifest;
    bytes[run - 11..run + 53].fill(0xc1);
    bench.put("hostile/5-most.png", &with_manifest(&file, bytes));
    let found = survives(&bench, 5);
    assert!(found.iter().all(|finding| finding["trusted"] != true), "{found:#?}");
    for finding in &found[..3] {
        assert_eq!(finding["error"], "its CBOR nests deeper than 64 levels", "{finding:#}");
    }
    assert_eq!((&found[4]["read"], &found[4]["valid"]), (&json!(true), &json!(false)), "{:#}", found[4]);
}

#[test]
fn two_manifests_and_one_behind_the_end() {
    let authority = Authority::new();
    let bench = bench(&authority, &authority.ed25519());
    let file = signed(&authority, "x");
    let mut all = chunks(&file);
    all.insert(1, (b"caBX".to_vec(), manifest_of(&file)));
    bench.put("hostile/two.png", &crate::unchunk(&all));
    let mut behind = png(&flat(32, 32));
    behind.extend(fs::read(bench.path("hostile/two.png")).unwrap());
    bench.put("hostile/behind.png", &behind);
    let found = survives(&bench, 2);
    assert!(found.iter().all(|finding| finding["trusted"] != true), "{found:#?}");
}
