//! Stamp, verify, inspect, demo: the main paths from files to verdicts.

mod common;

use std::fs;

use common::{Bench, jpeg, mode, png, street, webp, with_a_part_moved};
use serde_json::{Value, json};
use watermark_files::{Limits, decode};

const TRUST: [&str; 2] = ["--trust", "key.directory.json"];

fn stamp<'a>(input: &'a str, output: &'a str) -> Vec<&'a str> {
    vec!["stamp", "--key", "key.pem", input, "-o", output]
}

#[test]
fn what_was_stated_is_verified_word_for_word() {
    let bench = Bench::with_key();
    bench.put("in.png", &png(&street()));
    let mut args = stamp("in.png", "out.png");
    args.extend(["--system", "painter@2.1", "--id", "7", "--time", "2026-01-31T18:30:00+09:00"]);
    args.extend(["--origin", "altered", "--realistic", "--artistic"]);
    let ran = bench.ok(&args);
    assert!(ran.stdout.contains("in.png -> out.png: sealed") && ran.stdout.contains("serial 7"), "{}", ran.stdout);

    let (code, found) = bench.verify(&[TRUST[0], TRUST[1], "out.png"]);
    let found = &found[0];
    assert_eq!((code, &found["verdict"]), (0, &json!("verified")));
    assert_eq!(found["file"], "out.png");
    for (field, value) in [
        ("origin", json!("altered")),
        ("realistic", json!(true)),
        ("artistic", json!(true)),
        ("serial", json!(7)),
        ("decoded", json!(true)),
    ] {
        assert_eq!(found["beacon"][field], value, "{field}");
    }
    assert_eq!(found["payload"]["time"], "2026-01-31T09:30:00Z");
    assert_eq!(found["payload"]["system"]["names"], json!(["painter@2.1"]));
    assert_eq!((&found["payload"]["width"], &found["payload"]["height"]), (&json!(512), &json!(512)));
    assert_eq!(found["signature"]["issuer"]["name"], "Tester");
    assert_eq!((&found["signature"]["valid"], &found["signature"]["key_status"]), (&json!(true), &json!("valid")));

    let text = bench.ok(&["verify", TRUST[0], TRUST[1], "out.png"]).stdout;
    assert!(text.starts_with("out.png: Verified: signed by Tester."), "{text}");
    assert!(!text.contains('\u{1b}'), "colours outside a terminal");

    let text = bench.ok(&["inspect", TRUST[0], TRUST[1], "out.png"]).stdout;
    for part in
        ["bits 4-5", "altered", "bits 32-71", "0000000007", "painter@2.1", "480-735", "holds under a trusted key"]
    {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}

#[test]
fn an_edited_copy_is_altered_and_its_map_is_drawn() {
    let bench = Bench::with_key();
    bench.put("in.png", &png(&street()));
    bench.ok(&stamp("in.png", "out.png"));
    let stamped = decode(&fs::read(bench.path("out.png")).unwrap(), &Limits::default()).unwrap().raster;
    bench.put("edited.png", &png(&with_a_part_moved(stamped)));

    let (code, found) = bench.verify(&[TRUST[0], TRUST[1], "--map", "map.png", "edited.png"]);
    assert_eq!((code, &found[0]["verdict"]), (1, &json!("altered")), "{:#}", found[0]);
    assert_eq!(found[0]["content"]["comparison"], "matches");
    let region = &found[0]["regions"][0];
    for (field, expected) in [("x", 260), ("y", 100), ("width", 160), ("height", 160)] {
        let value = region[field].as_i64().unwrap();
        assert!((value - expected).abs() <= 32, "{field}: {value}, not {expected}");
    }
    let map = decode(&fs::read(bench.path("map.png")).unwrap(), &Limits::default()).unwrap().raster;
    assert_eq!((map.width(), map.height()), (512, 512));

    let text = bench.run(&["verify", TRUST[0], TRUST[1], "edited.png"]).stdout;
    assert!(text.contains("Altered: signed by Tester") && text.contains("changed"), "{text}");
    let ran = bench.run(&["verify", TRUST[0], TRUST[1], "--map", "map.png", "edited.png"]);
    assert_eq!(ran.code, 2, "the map is there already\n{}", ran.stderr);
    let ran = bench.run(&["verify", TRUST[0], TRUST[1], "--map", "two.png", "edited.png", "out.png"]);
    assert!(ran.code == 2 && ran.stderr.contains("one input"), "{}", ran.stderr);
}

#[test]
fn without_the_right_directory_the_issuer_is_unknown() {
    let bench = Bench::with_key();
    bench.ok(&["keygen", "-o", "other.pem", "--name", "Other"]);
    bench.put("in.png", &png(&street()));
    bench.ok(&[&stamp("in.png", "out.png")[..], &["--system", "painter@2.1"]].concat());
    for args in [&["out.png"][..], &["--trust", "other.directory.json", "out.png"]] {
        let (code, found) = bench.verify(args);
        assert_eq!((code, &found[0]["verdict"]), (1, &json!("unknown-issuer")), "{args:?}");
        assert_eq!((&found[0]["signature"]["checked"], &found[0]["signature"]["valid"]), (&json!(false), &Value::Null));
        assert_eq!(found[0]["payload"]["authenticated"], false);
        // Of a system that nobody names, both commands say the same.
        let words = found[0]["payload"]["system"]["words"]["en"].as_str().unwrap();
        for command in ["verify", "inspect"] {
            let text = bench.run(&[&[command, "--effort", "fast"][..], args].concat()).stdout;
            let said = text.lines().filter(|line| line.contains(words)).count();
            assert_eq!(said, if command == "inspect" { 2 } else { 1 }, "{words} in\n{text}");
            // How to name a directory is the program's own to say, and no part of the verdict.
            assert!(text.contains("note      name that directory with --trust"), "{text}");
            assert!(!found[0]["conclusion"].to_string().contains("--trust"), "{}", found[0]["conclusion"]);
        }
    }
    // A directory in the configuration folder counts where none is named.
    fs::create_dir_all(bench.path("config/trust")).unwrap();
    fs::copy(bench.path("key.directory.json"), bench.path("config/trust/tester.json")).unwrap();
    assert_eq!(bench.verify(&["out.png"]).1[0]["verdict"], "verified");
    let ran = bench.ok(&["verify", "out.png"]);
    assert!(ran.stderr.contains("configuration folder's directories: Tester"), "{}", ran.stderr);
    assert_eq!(bench.verify(&["--trust", "other.directory.json", "out.png"]).1[0]["verdict"], "unknown-issuer");
}

#[test]
fn revocation_is_judged_by_the_time_of_the_stamp() {
    let bench = Bench::with_key();
    bench.put("in.png", &png(&street()));
    bench.ok(&[&stamp("in.png", "out.png")[..], &["--time", "2026-01-31T00:00:00Z"]].concat());
    let mut directory: Value = serde_json::from_slice(&fs::read(bench.path("key.directory.json")).unwrap()).unwrap();
    for (revoked, verdict, status, code) in [
        ("2026-01-01T00:00:00Z", "unknown-issuer", "revoked", 1),
        ("2026-03-01T00:00:00Z", "verified", "revoked-later", 0),
    ] {
        directory["keys"][0]["revoked_at"] = json!(revoked);
        bench.put("revoked.json", directory.to_string().as_bytes());
        let (exit, found) = bench.verify(&["--trust", "revoked.json", "out.png"]);
        assert_eq!((exit, &found[0]["verdict"]), (code, &json!(verdict)));
        assert_eq!(
            (&found[0]["signature"]["key_status"], &found[0]["signature"]["valid"]),
            (&json!(status), &json!(true))
        );
        let text = bench.run(&["verify", "--trust", "revoked.json", "out.png"]).stdout;
        assert!(text.contains(&revoked[..10]), "{text}");
    }
}

#[test]
fn every_format_and_stdin_to_stdout() {
    let bench = Bench::with_key();
    let street = street();
    for (name, bytes) in [("a.jpg", jpeg(&street, 93)), ("a.webp", webp(&street))] {
        bench.put(name, &bytes);
        let out = format!("out-{name}");
        bench.ok(&stamp(name, &out));
        assert_eq!(bench.verify(&[TRUST[0], TRUST[1], &out]).0, 0, "{name}");
    }
    // The extension decides.
    bench.ok(&stamp("a.webp", "from-webp.jpg"));
    assert!(fs::read(bench.path("from-webp.jpg")).unwrap().starts_with(&[0xff, 0xd8]));

    let ran = bench.run_with_stdin(&stamp("-", "-"), &jpeg(&street, 93));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.bytes.starts_with(&[0xff, 0xd8]), "the input's format");
    let found = bench.run_with_stdin(&["verify", "--json", TRUST[0], TRUST[1], "-"], &ran.bytes);
    // Into a folder it takes its name from its format.
    let named = bench.run_with_stdin(&["stamp", "--key", "key.pem", "-", "--out-dir", "piped"], &png(&street));
    assert_eq!((named.code, bench.list("piped")), (0, vec!["stdin.png".to_owned()]), "{}", named.stderr);
    assert_eq!(found.code, 0, "{}", found.stderr);
    assert_eq!(found.json()[0]["file"], "-");
}

#[test]
fn a_private_carrier_hides_the_mark() {
    let bench = Bench::with_key();
    bench.put("secret", b"0123456789abcdef0123456789abcdef\n");
    bench.put("secret-crlf", b"0123456789abcdef0123456789abcdef\r\n");
    bench.put("short", b"short\n");
    bench.put("in.png", &png(&street()));
    bench.ok(&[&stamp("in.png", "out.png")[..], &["--carrier-key", "secret"]].concat());
    let fast = [TRUST[0], TRUST[1], "out.png"];
    assert_eq!(bench.verify(&fast).1[0]["beacon"]["decoded"], false);
    for key in ["secret", "secret-crlf"] {
        assert_eq!(bench.verify(&[&["--carrier-key", key], &fast[..]].concat()).0, 0, "{key}");
    }
    let ran = bench.run(&["verify", "--carrier-key", "short", "out.png"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("has 5 bytes; use at least 16"), "{}", ran.stderr);
}

#[test]
fn the_development_key_is_made_once_and_said_so() {
    let bench = Bench::new();
    bench.put("in.png", &png(&street()));
    let first = bench.ok(&["stamp", "in.png", "-o", "a.png"]);
    assert!(first.stderr.contains("made the development key"), "{}", first.stderr);
    let key = fs::read(bench.path("config/development.pem")).unwrap();
    assert_eq!(mode(&bench.path("config/development.pem")), 0o600);
    let second = bench.ok(&["stamp", "in.png", "-o", "b.png"]);
    assert!(second.stderr.contains("using the development key"), "{}", second.stderr);
    assert_eq!(fs::read(bench.path("config/development.pem")).unwrap(), key);
    let (code, found) = bench.verify(&["a.png", "b.png"]);
    assert_eq!(code, 0);
    assert_eq!(found[0]["signature"]["issuer"]["name"], "development key - not for production");
    assert_ne!(found[0]["beacon"]["serial"], found[1]["beacon"]["serial"], "random serials");
}

#[test]
fn folders_keep_names_numbers_and_order() {
    let bench = Bench::with_key();
    let street = street();
    bench.put("in/b.png", &png(&street));
    bench.put("in/a.jpg", &jpeg(&street, 93));
    bench.put("in/sub/c.webp", &webp(&street));
    bench.put("in/broken.png", b"not a picture at all");
    let ran = bench.run(&["stamp", "--key", "key.pem", "in", "--out-dir", "out", "--id", "100", "--json"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let records = ran.json();
    let of = |field: &str| records.iter().map(|r| r[field].clone()).collect::<Vec<_>>();
    let names: Vec<_> = of("file").iter().map(|f| f.as_str().unwrap().replace('\\', "/")).collect();
    assert_eq!(names, ["in/a.jpg", "in/b.png", "in/broken.png", "in/sub/c.webp"]);
    assert_eq!(of("status"), ["stamped", "stamped", "failed", "stamped"]);
    assert_eq!(of("serial"), [100, 101, 102, 103]);
    assert_eq!(of("code"), [Value::Null, Value::Null, json!("not-an-image"), Value::Null]);
    assert_eq!(bench.list("out"), ["a.jpg", "b.png", "sub"]);
    assert!(ran.stderr.contains("broken.png: not stamped"), "{}", ran.stderr);

    let args = [TRUST[0], TRUST[1], "--jobs", "2", "out/b.png", "in/broken.png", "out/a.jpg", "missing.png"];
    let (code, found) = bench.verify(&args);
    assert_eq!(code, 2);
    let pairs: Vec<_> = found.iter().map(|r| (r["file"].as_str().unwrap(), r["verdict"].as_str().unwrap())).collect();
    assert_eq!(
        pairs,
        [("out/b.png", "verified"), ("in/broken.png", "error"), ("out/a.jpg", "verified"), ("missing.png", "error")]
    );
    assert_eq!(bench.verify(&[TRUST[0], TRUST[1], "out/*.png", "out/sub"]).0, 0);
}

#[test]
fn the_demo_leaves_pictures_that_verify() {
    let bench = Bench::new();
    bench.put("in.png", &png(&street()));
    let ran = bench.ok(&["demo", "--effort", "fast", "--image", "in.png", "--out", "demo"]);
    assert!(ran.stdout.contains("identity") && ran.stdout.contains("jpeg50"), "{}", ran.stdout);
    for name in
        ["original.png", "stamped.png", "difference-x16.png", "identity.png", "jpeg50.jpg", "demo.directory.json"]
    {
        assert!(bench.has(&format!("demo/{name}")), "{name}");
    }
    assert_eq!(bench.verify(&["--trust", "demo/demo.directory.json", "demo/stamped.png", "demo/jpeg75.jpg"]).0, 0);
}

#[test]
fn completions_and_manual_pages() {
    let bench = Bench::new();
    assert!(bench.ok(&["completions", "bash"]).stdout.contains("_watermark"));
    bench.ok(&["man", "--out", "man"]);
    let pages = bench.list("man");
    assert!(pages.contains(&"watermark.1".to_owned()) && pages.contains(&"watermark-stamp.1".to_owned()), "{pages:?}");
}

#[test]
fn a_time_in_the_future_is_remarked_on() {
    let bench = Bench::with_key();
    bench.put("in.png", &png(&street()));
    for (time, output) in [("2100-01-01T00:00:00Z", "future.png"), ("2026-01-01T00:00:00Z", "past.png")] {
        bench.ok(&["stamp", "--key", "key.pem", "in.png", "-o", output, "--time", time]);
    }
    let (code, found) = bench.verify(&["--trust", "key.directory.json", "future.png", "past.png"]);
    assert_eq!(code, 0);
    let said = |found: &serde_json::Value, words: &str| found["conclusion"].to_string().contains(words);
    for (found, future) in [(&found[0], true), (&found[1], false)] {
        assert_eq!(found["payload"]["in_future"], future);
        for words in ["The stated time, 2100-01-01T00:00:00Z, lies in the future", "이곳의 시계"] {
            assert_eq!(said(found, words), future, "{found:#}");
        }
    }
    let args = ["verify", "--effort", "fast", "--trust", "key.directory.json", "future.png", "--report", "r.html"];
    assert!(bench.ok(&args).stdout.contains("lies in the future"));
    assert!(std::fs::read_to_string(bench.path("r.html")).unwrap().contains("lies in the future"));
}
