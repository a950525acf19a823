//! Manifest and mark that do not belong together: each is judged by itself, and the contradiction is named.

use std::fs;
use std::io::Cursor;

use c2pa::{Builder, Context};
use serde_json::{Value, json};
use watermark_core::raster::Samples;
use watermark_files::{EncodeOptions, Limits, Metadata, decode, encode};

use crate::authority::Credential;
use crate::common::Bench;
use crate::{STAMP, manifest_of, mark, stamped, verify, with_manifest};

fn read(bench: &Bench, file: &str) -> Vec<u8> {
    fs::read(bench.path(file)).unwrap()
}

/// The pixels alone.
fn bare(file: &[u8]) -> Vec<u8> {
    let raster = decode(file, &Limits::default()).unwrap().raster;
    encode(&raster, &Metadata::default(), &EncodeOptions::Png).unwrap().bytes
}

/// A manifest as any other program may write it.
fn signed_elsewhere(file: &[u8], credential: &Credential, source: &str, binding: Option<&str>) -> Vec<u8> {
    let actions = json!({ "actions": [{ "action": "c2pa.created", "digitalSourceType": source }] });
    let mut assertions = vec![json!({ "label": "c2pa.actions.v2", "data": actions })];
    if let Some(value) = binding {
        let data = json!({ "alg": "watermark.beacon.1", "blocks": [{ "scope": {}, "value": value }] });
        assertions.push(json!({ "label": "c2pa.soft-binding", "data": data }));
    }
    let definition = json!({ "claim_generator_info": [{ "name": "another" }], "assertions": assertions });
    let mut out = Cursor::new(Vec::new());
    Builder::from_context(Context::new())
        .with_definition(definition)
        .unwrap()
        .sign(credential.signer().as_ref(), "image/png", &mut Cursor::new(file), &mut out)
        .unwrap();
    out.into_inner()
}

fn contradictions(record: &Value) -> &Value {
    &record["c2pa"]["contradictions"]
}

fn concludes(record: &Value, part: &str) -> bool {
    record["conclusion"]["en"].as_array().unwrap().iter().any(|line| line.as_str().unwrap().contains(part))
        && record["conclusion"]["ko"]
            .as_array()
            .unwrap()
            .iter()
            .any(|line| line.as_str().unwrap().contains("C2PA 매니페스트"))
}

#[test]
fn an_edited_soft_binding_breaks_the_manifest_and_differs_from_the_mark() {
    let (_, bench) = stamped();
    let file = read(&bench, "out.png");
    let value = mark(&verify(&bench, "out.png"));
    let forged = value.replace(&value[..6], "abcdef");
    let manifest = manifest_of(&file);
    let at = manifest.windows(value.len()).position(|w| w == value.as_bytes()).unwrap();
    let edited = [&manifest[..at], forged.as_bytes(), &manifest[at + value.len()..]].concat();
    bench.put("edited.png", &with_manifest(&file, edited));
    let record = verify(&bench, "edited.png");
    assert_eq!(record["c2pa"]["valid"], false);
    assert!(
        record["c2pa"]["problems"].as_array().unwrap().contains(&json!("assertion.hashedURI.mismatch")),
        "{record:#}"
    );
    assert_eq!(record["c2pa"]["soft_binding"]["value"], json!(forged));
    assert_eq!(contradictions(&record), &json!(["soft-binding-differs"]));
    assert!(concludes(&record, &format!("names the mark {forged}, the pixels carry {value}")));
    // The mark is no worse for it.
    assert_eq!(record["verdict"], "verified");
}

#[test]
fn a_manifest_copied_to_another_picture_is_seen_by_both_bindings() {
    let (_, bench) = stamped();
    bench.ok(&[&STAMP[..], &["--id", "7", "in.png", "-o", "other.png"]].concat());
    let grafted = with_manifest(&read(&bench, "other.png"), manifest_of(&read(&bench, "out.png")));
    bench.put("grafted.png", &grafted);
    let record = verify(&bench, "grafted.png");
    assert_eq!(record["c2pa"]["valid"], false);
    assert_eq!(record["c2pa"]["problems"], json!(["assertion.dataHash.mismatch"]));
    assert_eq!(contradictions(&record), &json!(["soft-binding-differs", "file-changed"]));
    assert_eq!(record["beacon"]["serial"], 7);
    let text = bench.run(&["verify", "--effort", "fast", "grafted.png"]).stdout;
    assert!(text.contains("manifest NOT valid"), "{text}");
    assert!(text.contains("signed for other bytes"), "{text}");
}

#[test]
fn a_picture_changed_after_signing_keeps_its_mark_and_loses_the_hash() {
    let (_, bench) = stamped();
    let file = read(&bench, "out.png");
    let raster = decode(&file, &Limits::default()).unwrap().raster;
    let Samples::U8(samples) = raster.samples() else { unreachable!() };
    let mut samples = samples.clone();
    samples[..3 * 512 * 20].fill(0);
    let raster = watermark_core::Raster::new(512, 512, raster.channels(), Samples::U8(samples)).unwrap();
    let changed = encode(&raster, &Metadata::default(), &EncodeOptions::Png).unwrap().bytes;
    bench.put("changed.png", &with_manifest(&changed, manifest_of(&file)));
    let record = verify(&bench, "changed.png");
    assert_eq!(contradictions(&record), &json!(["file-changed"]));
    assert_eq!(record["c2pa"]["soft_binding"]["value"], json!(mark(&record)));
    assert!(concludes(&record, "signed for other bytes"));
}

#[test]
fn a_valid_manifest_that_names_a_mark_which_is_not_there() {
    let (authority, bench) = stamped();
    let generated = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
    let file = signed_elsewhere(&read(&bench, "in.png"), &authority.ed25519(), generated, Some("010203-7"));
    bench.put("unmarked.png", &file);
    let record = verify(&bench, "unmarked.png");
    assert_eq!((&record["c2pa"]["valid"], &record["verdict"]), (&json!(true), &json!("none")));
    assert_eq!(contradictions(&record), &json!(["mark-missing"]));
    assert!(concludes(&record, "none was found in the pixels"));
}

#[test]
fn a_valid_manifest_that_states_another_source() {
    let (authority, bench) = stamped();
    let camera = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture";
    let marked = bare(&read(&bench, "out.png"));
    bench.put("camera.png", &signed_elsewhere(&marked, &authority.ed25519(), camera, None));
    let record = verify(&bench, "camera.png");
    assert_eq!((&record["c2pa"]["valid"], &record["c2pa"]["trusted"]), (&json!(true), &json!(true)));
    assert_eq!(record["c2pa"]["digital_source_type"], camera);
    assert_eq!(contradictions(&record), &json!(["source-type-differs"]));
    assert!(concludes(&record, "states the source type digitalCapture, the mark states generated"));
}

#[test]
fn a_manifest_of_another_program_on_an_unmarked_picture_contradicts_nothing() {
    let (authority, bench) = stamped();
    let camera = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture";
    bench.put("photo.png", &signed_elsewhere(&read(&bench, "in.png"), &authority.ed25519(), camera, None));
    let record = verify(&bench, "photo.png");
    assert_eq!((&record["c2pa"]["valid"], &record["verdict"]), (&json!(true), &json!("none")));
    assert_eq!(contradictions(&record), &json!([]));
}

#[test]
fn check_counts_a_manifest_that_holds_and_states_ai() {
    let (authority, bench) = stamped();
    let stated = |kind: &str| {
        let source = format!("http://cv.iptc.org/newscodes/digitalsourcetype/{kind}");
        signed_elsewhere(&read(&bench, "in.png"), &authority.ed25519(), &source, None)
    };
    let generated = stated("trainedAlgorithmicMedia");
    bench.put("generated.png", &generated);
    bench.put("camera.png", &stated("digitalCapture"));
    bench.put("moved.png", &with_manifest(&read(&bench, "out.png"), manifest_of(&generated)));
    let status = |file: &str| {
        let ran = bench.run(&["check", "--json", "--effort", "fast", "--profile", "eu", file]);
        let clauses = ran.json()[0]["profiles"][0]["clauses"].as_array().unwrap().clone();
        let signed = clauses.into_iter().find(|clause| clause["id"] == "eu.code-1.1.1").unwrap();
        (signed["status"].as_str().unwrap().to_owned(), signed["evidence"].to_string())
    };
    for (file, expected, why) in [
        ("generated.png", "met", "a valid manifest"),
        ("camera.png", "not-met", "does not state AI"),
        ("moved.png", "not-met", "is not valid"),
    ] {
        let (status, evidence) = status(file);
        assert!(status == expected && evidence.contains(why), "{file}: {status}, {evidence}");
    }
}
