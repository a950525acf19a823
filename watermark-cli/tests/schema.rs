//! `docs/verify.schema.json` and `docs/stamp.schema.json` against what the program really prints, verdict by verdict and reason by reason.

mod common;

use common::{Bench, png, street, with_a_part_moved};
use serde_json::Value;
use watermark_files::{Limits, decode};

#[test]
fn every_verdict_fits_the_schema() {
    let schema: Value = serde_json::from_str(include_str!("../../docs/verify.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let bench = Bench::with_key();
    bench.put("in.png", &png(&street()));
    bench.put("broken.png", b"GIF89a");
    bench.ok(&["stamp", "--key", "key.pem", "--system", "painter@2.1", "in.png", "-o", "out.png"]);
    let stamped = decode(&std::fs::read(bench.path("out.png")).unwrap(), &Limits::default()).unwrap().raster;
    bench.put("edited.png", &png(&with_a_part_moved(stamped)));
    let files = ["out.png", "edited.png", "in.png", "broken.png"];
    let (_, trusted) = bench.verify(&[&["--trust", "key.directory.json"][..], &files].concat());
    let (_, untrusted) = bench.verify(&files);
    let all: Vec<_> = trusted.iter().chain(&untrusted).collect();
    let verdicts: Vec<_> = all.iter().map(|record| record["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["verified", "altered", "none", "error", "unknown-issuer", "unknown-issuer", "none", "error"]);
    for record in all {
        let errors: Vec<_> = validator.iter_errors(record).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:?}\n{record:#}");
        // And it is no schema that takes anything: it describes every field, and those of its first release have to be there.
        let described = schema["properties"].as_object().unwrap();
        assert!(record.as_object().unwrap().keys().all(|field| described.contains_key(field)), "{record:#}");
        for field in schema["required"].as_array().unwrap().iter().map(|field| field.as_str().unwrap()) {
            let mut without = (*record).clone();
            without.as_object_mut().unwrap().remove(field);
            assert!(!validator.is_valid(&without), "passes without {field}");
        }
    }
}

#[test]
fn every_reason_not_to_stamp_has_its_code_and_fits_the_schema() {
    let schema: Value = serde_json::from_str(include_str!("../../docs/stamp.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let bench = Bench::with_key();
    let good = png(&street());
    bench.put("in.png", &good);
    bench.put("old.png", b"precious");
    bench.put("text.png", b"just some text, long enough to be something");
    bench.put("moving.gif", b"GIF89a\x01\x00\x01\x00\x00\x00\x00;");
    bench.put("cut.png", &good[..good.len() / 2]);
    bench.put("huge.png", include_bytes!("../../tests/cli/hostile.in/huge_header.png"));
    bench.put("tiny.png", &png(&common::flat(16, 16)));
    let stamp = |input: &str, output: &str, args: &[&str]| {
        let fixed = ["stamp", "--json", "--key", "key.pem", "--id", "7", input, "-o", output];
        let record = bench.run(&[&fixed[..], args].concat()).json().remove(0);
        let errors: Vec<_> = validator.iter_errors(&record).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:?}\n{record:#}");
        let described = schema["properties"].as_object().unwrap();
        assert!(record.as_object().unwrap().keys().all(|field| described.contains_key(field)), "{record:#}");
        record
    };
    let made = stamp("in.png", "out.png", &["--badge", "ko", "--profile", "kr", "--system", "painter@2.1"]);
    assert_eq!((&made["status"], &made["code"], &made["older_mark"]), (&"stamped".into(), &Value::Null, &Value::Null));
    for (input, output, code) in [
        ("in.png", "old.png", "output-exists"),
        ("missing.png", "a.png", "unreadable"),
        ("text.png", "a.png", "not-an-image"),
        ("moving.gif", "a.png", "unsupported-format"),
        ("cut.png", "a.png", "damaged"),
        ("huge.png", "a.png", "too-large"),
        ("tiny.png", "a.png", "too-small"),
        ("in.png", "a.tiff", "unsupported-output"),
        ("in.png", "no/such/a.png", "not-written"),
        ("out.png", "a.png", "already-marked"),
    ] {
        let record = stamp(input, output, &[]);
        assert_eq!((record["status"].as_str(), record["code"].as_str()), (Some("failed"), Some(code)), "{record:#}");
        assert_eq!((&record["key_id"], &record["serial"]), (&made["key_id"], &made["serial"]), "{record:#}");
        let older = &record["older_mark"];
        assert_eq!(older["key_id"], if code == "already-marked" { made["key_id"].clone() } else { Value::Null });
    }
}

#[cfg(not(feature = "c2pa"))]
#[test]
fn a_program_without_c2pa_sees_manifests_and_says_that_it_reads_none() {
    let bench = Bench::with_key();
    let plain = common::jpeg(&street(), 90);
    // APP11: JPEG XT's box, number 1 of 1, a superbox with c2pa near its start.
    let body = b"JP\0\x01\0\0\0\x01\0\0\0\x20jumb\0\0\0\x18jumdc2pa\0\x11\0\x10\x80\0\0\xaa";
    let segment = [&[0xff, 0xeb, 0, body.len() as u8 + 2], &body[..]].concat();
    bench.put("plain.jpg", &plain);
    bench.put("manifest.jpg", &[&plain[..2], &segment, &plain[2..]].concat());
    let (_, records) = bench.verify(&["plain.jpg", "manifest.jpg"]);
    let [plain, manifest] = [0, 1].map(|i| &records[i]["c2pa"]);
    assert_eq!((&plain["present"], &plain["read"]), (&Value::Bool(false), &Value::Bool(false)));
    assert_eq!((&manifest["present"], &manifest["read"]), (&Value::Bool(true), &Value::Bool(false)));
    assert_eq!((&manifest["valid"], &manifest["error"]), (&Value::Null, &Value::Null));
    let schema: Value = serde_json::from_str(include_str!("../../docs/verify.schema.json")).unwrap();
    assert!(records.iter().all(|record| jsonschema::is_valid(&schema, record)));
    let text = bench.run(&["verify", "--effort", "fast", "manifest.jpg"]).stdout;
    assert!(text.contains("a manifest is there, but not read: this program was built without C2PA"), "{text}");
    let stamp = ["stamp", "--key", "key.pem", "--c2pa", "--cert", "a", "--c2pa-key", "b", "plain.jpg", "-o", "out.jpg"];
    for ran in [bench.run(&stamp), bench.run(&["verify", "--c2pa-trust", "a", "plain.jpg"])] {
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.contains("built without C2PA; build it with: cargo build"), "{}", ran.stderr);
    }
    assert!(!bench.has("out.jpg"));
}
