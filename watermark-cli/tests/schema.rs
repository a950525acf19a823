//! `docs/verify.schema.json` against what the program really prints, verdict by verdict.

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
