//! What `stamp --c2pa` writes.

use std::fs;
use std::io::Cursor;

use c2pa::ValidationState;
use c2pa::assertions::Actions;
use serde_json::{Value, json};
use watermark_files::{Limits, decode};

use crate::authority::{Authority, ROOT, SIGNER};
use crate::common::{jpeg, png, street, webp};
use crate::{STAMP, bench, manifest_of, mark, stamped, verify};

#[test]
fn every_format_carries_a_manifest_that_c2pa_itself_trusts() {
    let authority = Authority::new();
    let cases = [
        ("in.png", "image/png", png(&street()), &["--origin", "generated"][..], authority.ed25519()),
        ("in.jpg", "image/jpeg", jpeg(&street(), 92), &["--origin", "altered"], authority.es256()),
        ("in.webp", "image/webp", webp(&street()), &[], authority.es256()),
        ("lossy.webp", "image/webp", webp(&street()), &["--quality", "92"], authority.ed25519()),
    ];
    for (name, mime, cover, more, credential) in cases {
        let bench = bench(&authority, &credential);
        bench.put(name, &cover);
        let out = format!("out-{name}");
        bench.ok(&[&STAMP[..], more, &["--id", "42", "--time", "2026-11-23T09:00:00Z", name, "-o", &out]].concat());
        let file = fs::read(bench.path(&out)).unwrap();

        let reader = authority.reader().with_stream(mime, Cursor::new(&file)).unwrap();
        assert_eq!(reader.validation_state(), ValidationState::Trusted, "{name} {reader}");
        let manifest = reader.active_manifest().unwrap();
        let generator = &manifest.claim_generator_info.as_ref().unwrap()[0];
        assert_eq!(
            (generator.name.as_str(), generator.version.as_deref()),
            ("watermark", Some(env!("CARGO_PKG_VERSION")))
        );
        let actions: Actions = manifest.find_assertion(Actions::LABEL).unwrap();
        let stated = serde_json::to_value(actions.actions()).unwrap();
        let kind =
            if more.contains(&"altered") { "compositeWithTrainedAlgorithmicMedia" } else { "trainedAlgorithmicMedia" };
        let source = format!("http://cv.iptc.org/newscodes/digitalsourcetype/{kind}");
        assert_eq!(stated[0]["action"], "c2pa.created");
        assert_eq!(stated[0]["digitalSourceType"], json!(source));
        assert_eq!(stated[0]["when"], "2026-11-23T09:00:00Z");
        assert_eq!(stated[0]["softwareAgent"]["name"], "painter");
        assert_eq!(stated[1]["action"], "c2pa.watermarked.bound");
        assert_eq!(stated.as_array().unwrap().len(), 2);
        assert!(manifest.assertions().iter().all(c2pa::ManifestAssertion::created));

        let record = verify(&bench, &out);
        let binding = manifest.assertions().iter().find(|a| a.label() == "c2pa.soft-binding").unwrap().value().unwrap();
        assert_eq!(binding["alg"], "watermark.beacon.1");
        assert_eq!(binding["blocks"][0]["value"], json!(mark(&record)));
        assert_eq!(mark(&record), format!("{}-42", record["beacon"]["key_id"].as_str().unwrap()));
        assert_eq!(record["verdict"], "verified");
        let expected = json!({
            "present": true, "read": true, "valid": true, "signer": SIGNER, "issuer": "Test authority", "trusted": true,
            "generator": concat!("watermark ", env!("CARGO_PKG_VERSION")),
            "actions": ["c2pa.created", "c2pa.watermarked.bound"], "digital_source_type": source,
            "soft_binding": { "alg": "watermark.beacon.1", "value": mark(&record) },
            "problems": [], "contradictions": [], "error": null,
        });
        assert_eq!(record["c2pa"], expected);
    }
}

#[test]
fn trust_is_said_only_where_a_list_was_given() {
    let (_, bench) = stamped();
    let (_, records) = bench.verify(&["--trust", "key.directory.json", "out.png"]);
    assert_eq!(records[0]["c2pa"]["trusted"], json!(null));
    assert_eq!((&records[0]["c2pa"]["valid"], &records[0]["c2pa"]["problems"]), (&json!(true), &json!([])));
    // Another root of the same name.
    let other = Authority::new();
    bench.put("root.pem", other.anchors().as_bytes());
    let record = verify(&bench, "out.png");
    assert_eq!(record["c2pa"]["trusted"], json!(false));
    assert_eq!(record["c2pa"]["problems"], json!(["signingCredential.untrusted"]));
    assert_eq!((&record["c2pa"]["valid"], &record["verdict"]), (&json!(true), &json!("verified")));
    let text = bench.run(&["verify", "--effort", "fast", "--c2pa-trust", "root.pem", "out.png"]).stdout;
    assert!(
        text.contains("manifest valid, signed by Example Studio (certificate of Test authority, not trusted)"),
        "{text}"
    );
    let text = bench.run(&["verify", "--effort", "fast", "out.png"]).stdout;
    assert!(text.contains("not checked against a trust list"), "{text}");
    assert!(text.contains("names the mark "), "{text}");
    assert!(!text.contains(ROOT), "{text}");
}

#[test]
fn a_reencoded_copy_without_its_manifest_still_names_the_mark() {
    let (_, bench) = stamped();
    let original = verify(&bench, "out.png");
    let pixels = decode(&fs::read(bench.path("out.png")).unwrap(), &Limits::default()).unwrap();
    bench.put("copy.jpg", &jpeg(&pixels.raster, 70));
    let copy = verify(&bench, "copy.jpg");
    assert_eq!(copy["c2pa"]["present"], false);
    assert_eq!(copy["c2pa"]["contradictions"], json!([]));
    assert_eq!(copy["verdict"], "verified");
    assert_eq!(original["c2pa"]["soft_binding"]["value"], json!(mark(&copy)));
}

#[test]
fn the_ledger_records_the_file_with_its_manifest() {
    let (_, bench) = stamped();
    bench.ok(&[&STAMP[..], &["--ledger", "l.jsonl", "--id", "43", "in.png", "-o", "second.png"]].concat());
    manifest_of(&fs::read(bench.path("second.png")).unwrap());
    let line: Value = serde_json::from_slice(&fs::read(bench.path("l.jsonl")).unwrap()).unwrap();
    assert_eq!(line["labels"]["layers"], json!(["mark", "c2pa"]));
    let ran = bench.ok(&["ledger", "lookup", "l.jsonl", "--image", "second.png", "--json"]);
    assert_eq!(ran.json()[0]["serial"], 43);
}

#[test]
fn a_manifest_goes_to_stdout_as_well() {
    let (_, bench) = stamped();
    let ran = bench.run_with_stdin(&[&STAMP[..], &["-", "-o", "-"]].concat(), &fs::read(bench.path("in.png")).unwrap());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    bench.put("piped.png", &ran.bytes);
    assert_eq!(verify(&bench, "piped.png")["c2pa"]["trusted"], true);
}

#[test]
fn a_profile_records_the_manifest_as_a_layer() {
    let (_, bench) = stamped();
    let more = ["--profile", "kr,eu", "--realistic", "--ledger", "l.jsonl", "--json", "in.png", "-o", "labelled.png"];
    let ran = bench.ok(&[&STAMP[..], &more].concat());
    let layers = json!(["badge", "mark", "metadata", "c2pa"]);
    assert_eq!(ran.json()[0]["labels"]["layers"], layers);
    let line: Value = serde_json::from_slice(&fs::read(bench.path("l.jsonl")).unwrap()).unwrap();
    assert_eq!(line["labels"]["layers"], layers);
    // In the signed record, too; and the manifest, written after it, covers it.
    let file = decode(&fs::read(bench.path("labelled.png")).unwrap(), &Limits::default()).unwrap();
    let labels = watermark_label::xmp::read(file.metadata.xmp.as_deref().unwrap()).unwrap();
    let record = watermark_label::LabelRecord::read(&labels.records[0]).unwrap();
    assert_eq!(json!(record.labelled.layers), layers);
    assert_eq!(verify(&bench, "labelled.png")["c2pa"]["trusted"], true);
}
