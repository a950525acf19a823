//! The ledger through the program: written with every stamp, checked, and asked when the seal is gone.

mod common;

use std::fs;
use std::process::Stdio;

use common::{Bench, jpeg, png, street};
use serde_json::{Value, json};
use watermark_core::Raster;
use watermark_core::raster::{Channels, Samples};

const TRUST: [&str; 2] = ["--trust", "key.directory.json"];

fn stamp<'a>(input: &'a str, output: &'a str, serial: &'a str) -> Vec<&'a str> {
    vec!["stamp", "--key", "key.pem", "--ledger", "l.jsonl", input, "-o", output, "--id", serial]
}

fn lines(bench: &Bench) -> Vec<String> {
    fs::read_to_string(bench.path("l.jsonl")).unwrap().lines().map(str::to_owned).collect()
}

/// So little of the street that only the beacon fits.
fn alley() -> Raster {
    corner_at(0)
}

/// 256 x 256 px of the street, from this column and row on.
fn corner_at(first: usize) -> Raster {
    let whole = street();
    let Samples::U8(samples) = whole.samples() else { unreachable!("the street has 8 bits") };
    let rows = samples.chunks(512 * 3).skip(first).take(256).flat_map(|row| &row[first * 3..(first + 256) * 3]);
    Raster::new(256, 256, Channels::Rgb, Samples::U8(rows.copied().collect())).unwrap()
}

#[test]
fn every_stamp_leaves_one_record_and_failures_none() {
    let bench = Bench::with_key();
    bench.put("in.png", &png(&street()));
    bench.put("broken.png", b"not a picture");
    bench.ok(&[&stamp("in.png", "a.png", "1")[..], &["--system", "painter@2.1"]].concat());
    bench.ok(&stamp("in.png", "b.png", "2"));
    assert_eq!(bench.run(&stamp("broken.png", "c.png", "3")).code, 1);
    let lines = lines(&bench);
    assert_eq!(lines.len(), 2);
    let first: Value = serde_json::from_str(&lines[0]).unwrap();
    for (field, value) in [
        ("schema", json!("watermark-ledger/1")),
        ("n", json!(0)),
        ("serial", json!(1)),
        ("system", json!("painter@2.1")),
        ("profile", json!("sealed")),
        ("width", json!(512)),
    ] {
        assert_eq!(first[field], value, "{field}");
    }
    assert_eq!(first["margin"]["length"], 4096);

    let ran = bench.ok(&[&["ledger", "verify", "l.jsonl"][..], &TRUST].concat());
    assert!(ran.stdout.contains("Intact: 2 records") && ran.stdout.contains("2 records: Tester"), "{}", ran.stdout);
    for what in
        [&["--serial", "2"][..], &["--image", "b.png"], &["--serial", "2", "--key", first["key"].as_str().unwrap()]]
    {
        let ran = bench.ok(&[&["ledger", "lookup", "l.jsonl"][..], &TRUST, what].concat());
        assert!(ran.stderr.contains("`watermark ledger verify l.jsonl`"), "{}", ran.stderr);
        assert!(ran.stdout.starts_with("Record 1:") && ran.stdout.contains("Tester stamped it at"), "{}", ran.stdout);
    }
    // The cover was stamped twice.
    let both = bench.ok(&[&["ledger", "lookup", "l.jsonl", "--json", "--image", "in.png"][..], &TRUST].concat());
    assert_eq!(both.stdout.lines().collect::<Vec<_>>(), lines);
    assert_eq!(bench.run(&["ledger", "lookup", "l.jsonl", "--serial", "3"]).code, 1);
    bench.put("copy.jpg", &jpeg(&street(), 80));
    let ran = bench.run(&["ledger", "lookup", "l.jsonl", "--image", "copy.jpg"]);
    assert!(ran.code == 1 && ran.stderr.contains("`watermark verify --ledger` reads the serial"), "{}", ran.stderr);
    // A key that nobody lists is worth saying, and no headline says that all is well.
    let ran = bench.run(&["ledger", "verify", "l.jsonl"]);
    let words = "l.jsonl: Chain intact, but 1 key that no trusted directory lists: 2 records.\n";
    assert!(ran.code == 1 && ran.stdout.starts_with(words), "{}", ran.stdout);
}

#[test]
fn no_serial_is_used_twice_with_one_key_and_ledger() {
    let bench = Bench::with_key();
    bench.ok(&["keygen", "-o", "other.pem", "--name", "Other"]);
    for file in ["in.png", "two/a.png", "two/b.png"] {
        bench.put(file, &png(&alley()));
    }
    bench.ok(&stamp("in.png", "a.png", "7"));
    // Nothing is stamped: of the two pictures the second would repeat.
    for args in [
        stamp("in.png", "b.png", "7"),
        vec!["stamp", "--key", "key.pem", "--ledger", "l.jsonl", "two", "--out-dir", "out", "--id", "6"],
    ] {
        let ran = bench.run(&args);
        assert_eq!(ran.code, 2, "{}", ran.stdout);
        assert!(ran.stderr.contains("the ledger l.jsonl holds serial 7 of key"), "{}", ran.stderr);
    }
    assert!(!bench.has("b.png") && bench.list("out").is_empty());
    let other = ["stamp", "--key", "other.pem", "--ledger", "l.jsonl", "in.png", "-o", "c.png", "--id", "7"];
    bench.ok(&other);
    assert_eq!(lines(&bench).len(), 2);
}

#[test]
fn records_dated_when_their_key_did_not_count_are_named() {
    let bench = Bench::with_key();
    bench.put("in.png", &png(&street()));
    for (serial, time) in [("1", "2026-03-01T00:00:00Z"), ("2", "2026-05-01T00:00:00Z"), ("3", "2026-06-01T00:00:00Z")]
    {
        bench.ok(&[&stamp("in.png", &format!("{serial}.png"), serial)[..], &["--time", time]].concat());
    }
    let verify = [&["ledger", "verify", "l.jsonl"][..], &TRUST].concat();
    let report = [&["report", "--ledger", "l.jsonl", "-o"][..], &["r.json"], &TRUST].concat();
    bench.ok(&verify);
    bench.ok(&report);
    let mut directory: Value = serde_json::from_slice(&fs::read(bench.path("key.directory.json")).unwrap()).unwrap();
    directory["keys"][0]["revoked_at"] = json!("2026-04-01T00:00:00Z");
    bench.put("key.directory.json", directory.to_string().as_bytes());

    let ran = bench.run(&verify);
    assert_eq!(ran.code, 1);
    let words = "did not count at the stated time of 2 records, revoked (2026-04-01T00:00:00Z): no. 1, 2";
    assert!(
        ran.stdout.starts_with("l.jsonl: Chain intact, but 1 key that did not count throughout: 3 records.\n")
            && ran.stdout.contains(words),
        "{}",
        ran.stdout
    );
    let found = json!([{ "status": "revoked", "at": "2026-04-01T00:00:00Z", "stamps": 2, "records": [1, 2] }]);
    let check = &bench.run(&[&verify[..], &["--json"]].concat()).json()[0];
    assert_eq!((&check["intact"], &check["keys"][0]["out_of_force"]), (&json!(true), &found));
    let ran = bench.run(&report);
    assert!(ran.code == 1 && ran.stderr.contains(words), "{}", ran.stderr);
    let summary: Value = serde_json::from_slice(&fs::read(bench.path("r.json")).unwrap()).unwrap();
    assert_eq!((&summary["total"], &summary["keys"][0]["out_of_force"]), (&json!(3), &found));
    // Records of before the revocation count, and are told: whoever stole the key can date back.
    let later = json!([{ "status": "revoked-later", "at": "2026-04-01T00:00:00Z", "stamps": 1, "records": [0] }]);
    assert!(check["keys"][0]["revoked_later"] == later && summary["keys"][0]["revoked_later"] == later, "{check:#}");
    let ran = bench.ok(&[&["ledger", "lookup", "l.jsonl", "--serial", "1"][..], &TRUST].concat());
    assert!(ran.stdout.contains("whoever stole the key can date a stamp back"), "{}", ran.stdout);
    // A period in which it counted may be handed over.
    bench.ok(&[&report[..], &["--to", "2026-03-31"]].concat());
    bench.run(&[&["report", "--ledger", "l.jsonl", "-o", "r.html", "--lang", "ko"][..], &TRUST].concat());
    let page = fs::read_to_string(bench.path("r.html")).unwrap();
    for part in [
        "class=\"doubtful\"",
        "키의 효력이 없는 시각이 적힌 기록",
        "2026-04-01T00:00:00Z에 폐지됨; 기록 번호 1, 2",
        "나중에 폐지된 키의 기록",
        "key.directory.json",
    ] {
        assert!(page.contains(part), "{part} is missing in\n{page}");
    }
    bench.run(&[&["report", "--ledger", "l.jsonl", "-o", "r.csv"][..], &TRUST].concat());
    let table = fs::read_to_string(bench.path("r.csv")).unwrap();
    assert!(table.contains(",Tester,revoked-later,1,") && table.contains(",Tester,revoked,2,"), "{table}");
}

#[test]
fn a_ledger_is_not_the_stamped_file_and_its_name_stays_one_word() {
    let bench = Bench::with_key();
    bench.put("in.png", &png(&alley()));
    let ran = bench.run(&["stamp", "--key", "key.pem", "in.png", "-o", "z.png", "--ledger", "./z.png"]);
    assert!(ran.code == 2 && ran.stderr.contains("both the stamped image and the ledger"), "{}", ran.stderr);
    assert!(!bench.has("z.png"));
    bench.ok(&["stamp", "--key", "key.pem", "in.png", "-o", "z.png", "--ledger", "my l's.jsonl"]);
    let found = &bench.verify(&[&TRUST[..], &["--ledger", "my l's.jsonl", "z.png"]].concat()).1[0];
    assert!(
        found["conclusion"]["en"].to_string().contains(r"`watermark ledger verify 'my l'\\''s.jsonl'`"),
        "{found:#}"
    );
}

#[test]
fn the_record_behind_a_lone_beacon_is_found_and_checked() {
    let bench = Bench::with_key();
    bench.put("in.png", &png(&alley()));
    bench.ok(&[&stamp("in.png", "out.png", "77")[..], &["--time", "2026-03-01T00:00:00Z", "--system", "painter@2.1"]]
        .concat());
    let (code, found) = bench.verify(&[&TRUST[..], &["--ledger", "l.jsonl", "out.png"]].concat());
    let found = &found[0];
    // The pixels hold no signature, so the verdict stays what they earn.
    assert_eq!((code, &found["verdict"]), (1, &json!("marked")), "{found:#}");
    let record = &found["ledger"]["records"][0];
    for (field, value) in [
        ("holds", json!(true)),
        ("time", json!("2026-03-01T00:00:00Z")),
        ("system", json!("painter@2.1")),
        ("this_file", json!("output")),
        ("profile", json!("beacon-only")),
        ("picture", json!("agrees")),
    ] {
        assert_eq!(record[field], value, "{field}");
    }
    assert_eq!(record["signature"]["issuer"]["name"], "Tester");
    let said = found["conclusion"]["en"].as_array().unwrap();
    let [.., record, chain] = &said[..] else { panic!("{said:?}") };
    let words = "The ledger holds the signed record of serial 77: Tester stamped it at";
    assert!(record.as_str().unwrap().contains(words), "{record}");
    // Who cites a record says that its chain was not looked at.
    let ko = found["conclusion"]["ko"].as_array().unwrap().last().unwrap();
    for (said, words) in [(chain, "the chain of the ledger was not"), (ko, "사슬은 확인하지 않았습니다")] {
        let said = said.as_str().unwrap();
        assert!(said.contains(words) && said.contains("`watermark ledger verify l.jsonl`"), "{said}");
    }
    let text =
        bench.run(&[&["verify", "--effort", "fast", "--ledger", "l.jsonl"][..], &TRUST, &["out.png"]].concat()).stdout;
    assert!(text.contains("this file is the recorded output, byte for byte"), "{text}");
    // Without the key's directory the record is found, and its signature not believed.
    let found = &bench.verify(&["--ledger", "l.jsonl", "out.png"]).1[0];
    assert_eq!(found["ledger"]["records"][0]["holds"], false);
    // Another ledger does not know it.
    bench.put("empty.jsonl", b"");
    let found = &bench.verify(&[&TRUST[..], &["--ledger", "empty.jsonl", "out.png"]].concat()).1[0];
    assert_eq!(found["ledger"]["records"], json!([]));
    assert!(!found["conclusion"].to_string().contains("ledger verify"), "nothing was cited");
}

#[test]
fn the_record_is_held_against_the_picture_that_claims_it() {
    let bench = Bench::with_key();
    bench.put("in.png", &png(&alley()));
    bench.put("other.png", &png(&corner_at(250)));
    bench.ok(&stamp("in.png", "out.png", "77"));
    // Another picture whose mark names the same record: here by the same key, but a beacon can be written by anyone.
    bench.ok(&["stamp", "--key", "key.pem", "other.png", "-o", "copied.png", "--id", "77"]);
    let stamped =
        watermark_files::decode(&fs::read(bench.path("out.png")).unwrap(), &watermark_files::Limits::default());
    bench.put("copy.jpg", &jpeg(&stamped.unwrap().raster, 70));
    let (_, found) = bench.verify(&[&TRUST[..], &["--ledger", "l.jsonl", "copy.jpg", "copied.png"]].concat());
    let [copy, copied] = &found[..] else { panic!("{found:?}") };
    for (found, picture, holds, words, korean) in [
        (copy, "agrees", true, "The picture agrees with the content hash in it.", "내용 해시와 일치합니다"),
        (copied, "differs", false, "the record is of another picture", "기록은 다른 이미지에 대한 것이며"),
    ] {
        let record = &found["ledger"]["records"][0];
        assert_eq!((&found["verdict"], &record["same_beacon"]), (&json!("marked"), &json!(true)), "{found:#}");
        assert_eq!((&record["picture"], &record["holds"]), (&json!(picture), &json!(holds)), "{record:#}");
        assert_eq!(record["this_file"], Value::Null);
        for (language, words) in [("en", words), ("ko", korean)] {
            let said = found["conclusion"][language].as_array().unwrap().iter();
            let of_record = said.rev().nth(1).unwrap().as_str().unwrap();
            assert!(of_record.contains(words), "{of_record}");
        }
    }
    // A picture with a seal of its own under that serial.
    bench.put("street.png", &png(&street()));
    bench.ok(&["stamp", "--key", "key.pem", "street.png", "-o", "again.png", "--id", "77"]);
    let (code, found) = bench.verify(&[&TRUST[..], &["--ledger", "l.jsonl", "again.png"]].concat());
    assert_eq!((code, &found[0]["ledger"]["records"][0]["holds"]), (0, &json!(false)), "{found:?}");
    assert!(found[0]["conclusion"]["en"].to_string().contains("the serial was used twice"), "{found:?}");
    let text = bench.run(&[&["verify", "--ledger", "l.jsonl"][..], &TRUST, &["copied.png"]].concat()).stdout;
    assert!(text.contains("the picture differs from its content hash"), "{text}");
}

#[test]
fn what_is_no_ledger_is_refused_by_name() {
    let bench = Bench::with_key();
    bench.put("in.png", &png(&street()));
    bench.put("notes.txt", b"some notes\n");
    bench.put("short.txt", b"x");
    for file in ["notes.txt", "short.txt", "in.png", "."] {
        for args in [
            &["verify", "in.png", "--ledger", file][..],
            &["audit", ".", "--ledger", file],
            &["ledger", "lookup", file, "--serial", "1"],
        ] {
            let ran = bench.run(args);
            assert_eq!(ran.code, 2, "{args:?}\n{}", ran.stdout);
            assert!(ran.stderr.contains("no ledger"), "{args:?}\n{}", ran.stderr);
        }
    }
    // A record that a crash cut off is one all the same.
    bench.put("torn.jsonl", b"{\"schema\":\"watermark-led");
    assert_eq!(bench.verify(&["--ledger", "torn.jsonl", "in.png"]).0, 1);
}

#[test]
fn a_changed_record_is_named_and_stops_the_next_stamp() {
    let bench = Bench::with_key();
    bench.put("in.png", &png(&street()));
    for (output, serial) in [("a.png", "1"), ("b.png", "2"), ("c.png", "3")] {
        bench.ok(&stamp("in.png", output, serial));
    }
    let whole = lines(&bench);
    let head = bench.ok(&[&["ledger", "verify", "l.jsonl", "--json"][..], &TRUST].concat()).json()[0]["head"].clone();
    let check = |text: &str, args: &[&str]| {
        bench.put("l.jsonl", text.as_bytes());
        let ran = bench.run(&[&["ledger", "verify", "l.jsonl", "--json"][..], &TRUST, args].concat());
        assert_eq!(ran.code, 1, "{}", ran.stdout);
        ran.json()[0]["fault"].clone()
    };
    let changed = whole[1].replace("\"cover_sha256\":\"", "\"cover_sha256\":\"0");
    let fault = check(&format!("{}\n{changed}\n{}\n", whole[0], whole[2]), &[]);
    assert_eq!(fault["record"], 1, "{fault}");
    let fault = check(&format!("{}\n{}\n", whole[0], whole[2]), &[]);
    assert_eq!((&fault["record"], fault["reason"].as_str().unwrap().starts_with("it is missing")), (&json!(1), true));
    // Cut off at the end: seen by who noted the head.
    let cut = format!("{}\n{}\n", whole[0], whole[1]);
    let fault = check(&cut, &["--head", head.as_str().unwrap()]);
    assert_eq!((&fault["record"], fault["reason"].as_str().unwrap().contains("once had 3 records")), (&json!(2), true));
    bench.put("l.jsonl", cut.as_bytes());
    bench.ok(&[&["ledger", "verify", "l.jsonl"][..], &TRUST].concat());

    // Cut within the last record: said as what it is, and what the next stamp removes is said too.
    let torn = &whole[2][..100];
    bench.put("l.jsonl", format!("{cut}{torn}").as_bytes());
    let ran = bench.ok(&[&["ledger", "verify", "l.jsonl"][..], &TRUST].concat());
    let words = "the last line of l.jsonl is incomplete: 100 bytes, not counted";
    assert!(ran.stderr.contains(words) && ran.stderr.contains("--head"), "{}", ran.stderr);
    assert_eq!(check(&format!("{cut}{torn}"), &["--head", head.as_str().unwrap()])["record"], 2);
    let ran = bench.ok(&stamp("in.png", "e.png", "6"));
    assert!(ran.stderr.contains("removed the incomplete last line of the ledger l.jsonl, 100 bytes"), "{}", ran.stderr);
    assert!(!bench.ok(&stamp("in.png", "f.png", "7")).stderr.contains("incomplete"));

    let changed = whole[2].replace("\"serial\":3", "\"serial\":4");
    bench.put("l.jsonl", format!("{cut}{changed}\n").as_bytes());
    let ran = bench.run(&stamp("in.png", "d.png", "5"));
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("its last record is not intact"), "{}", ran.stderr);
    assert!(!bench.has("d.png"), "stamped without its record");
    bench.put("in.txt", b"some notes\n");
    let ran = bench.run(&["stamp", "--key", "key.pem", "--ledger", "in.txt", "in.png", "-o", "d.png"]);
    assert_eq!((ran.code, fs::read(bench.path("in.txt")).unwrap()), (2, b"some notes\n".to_vec()));
}

#[test]
fn stampers_at_the_same_time_share_one_ledger() {
    let bench = Bench::with_key();
    bench.put("in.png", &png(&alley()));
    let names: Vec<_> = (0..4).map(|i| (format!("{i}.png"), i.to_string())).collect();
    let children: Vec<_> =
        names.iter().map(|(output, serial)| bench.command(&stamp("in.png", output, serial)).spawn().unwrap()).collect();
    for child in children {
        assert!(child.wait_with_output().unwrap().status.success());
    }
    let ran = bench.ok(&[&["ledger", "verify", "l.jsonl", "--json"][..], &TRUST].concat());
    assert_eq!((&ran.json()[0]["records"], &ran.json()[0]["repeated_serials"]), (&json!(4), &json!([])));
}

#[test]
fn of_two_stampers_with_one_serial_at_the_same_time_one_stamps() {
    let bench = Bench::with_key();
    bench.put("in.png", &png(&alley()));
    let outputs = ["a.png", "b.png"];
    // Both find the serial new when they begin.
    let children = outputs.map(|output| {
        let mut command = bench.command(&stamp("in.png", output, "7"));
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    });
    let ran = children.map(|child| child.wait_with_output().unwrap());
    let refused: Vec<_> = ran.iter().filter(|ran| !ran.status.success()).collect();
    let [refused] = &refused[..] else { panic!("{ran:?}") };
    let reason = String::from_utf8_lossy(&refused.stderr);
    assert!(reason.contains("the ledger l.jsonl holds serial 7 of key"), "{reason}");
    assert_eq!(lines(&bench).len(), 1);
    let left = bench.list(".").into_iter().filter(|name| outputs.contains(&&**name) || name.starts_with(".watermark-"));
    assert_eq!(left.count(), 1, "the refused one leaves no file");
}
