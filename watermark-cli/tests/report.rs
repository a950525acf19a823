//! Reports on a ledger through the program: true totals, the chain checked first, nothing from outside.

mod common;

use std::fs;

use common::{Bench, png, street};
use serde_json::{Value, json};

const TRUST: [&str; 2] = ["--trust", "key.directory.json"];

/// Four stamps: a plain one, two labelled ones, and one of an old release, without the field for labels.
fn ledger() -> Bench {
    let bench = Bench::with_key();
    bench.put("in.png", &png(&street()));
    let stamp = |serial: &str, time: &str, args: &[&str]| {
        let output = format!("{serial}.png");
        let fixed = ["stamp", "--key", "key.pem", "--ledger", "l.jsonl", "in.png", "-o", &output, "--id", serial];
        bench.ok(&[&fixed[..], &["--time", time], args].concat());
    };
    stamp("1", "2026-10-31T20:00:00Z", &[]);
    stamp("2", "2026-11-01T14:59:59Z", &["--profile", "kr", "--realistic", "--system", "painter@2.1"]);
    let reason = "internal:<b>draft</b> & \"layout\", =1+1";
    stamp("3", "2026-11-02T15:00:00Z", &["--profile", "kr", "--badge", "en", "--exempt", reason]);
    stamp("4", "2026-11-30T12:00:00Z", &["--origin", "altered"]);
    bench
}

fn report(bench: &Bench, args: &[&str]) -> Value {
    bench.ok(&[&["report", "--ledger", "l.jsonl", "-o", "r.json"][..], &TRUST, args].concat());
    serde_json::from_slice(&fs::read(bench.path("r.json")).unwrap()).unwrap()
}

#[test]
fn totals_are_those_of_the_records_and_of_the_period() {
    let bench = ledger();
    let lines = fs::read_to_string(bench.path("l.jsonl")).unwrap();
    let records: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(records[0].get("labels").is_none(), "a plain stamp's record is as it always was");
    assert_eq!(records[1]["labels"]["profiles"], json!(["kr"]));
    assert_eq!(records[2]["labels"]["badge"]["text"], "AI-Generated");
    assert_eq!(records[2]["labels"]["exemption"]["kind"], "internal");

    let all = report(&bench, &[]);
    assert_eq!((&all["total"], &all["ledger"]["records"]), (&json!(4), &json!(4)));
    assert_eq!((&all["from"], &all["to"]), (&json!("2026-10-31"), &json!("2026-11-30")));
    assert_eq!((&all["layers"]["mark"], &all["layers"]["badge"]), (&json!(4), &json!(2)));
    assert_eq!((&all["profiles"], &all["origins"]), (&json!({ "kr": 2 }), &json!({ "altered": 1, "generated": 3 })));
    assert_eq!(all["systems"], json!({ "-": 3, "painter@2.1": 1 }));
    assert_eq!((&all["keys"][0]["issuer"], &all["keys"][0]["stamps"]), (&json!("Tester"), &json!(4)));
    let exemption = &all["exemptions"][0];
    assert_eq!(
        (&exemption["kind"], &exemption["stamps"], &exemption["records"]),
        (&json!("internal"), &json!(1), &json!([2]))
    );
    let check = bench.ok(&[&["ledger", "verify", "l.jsonl", "--json"][..], &TRUST].concat());
    assert_eq!(all["ledger"]["head"], check.json()[0]["head"]);
    assert!(all["ledger"]["head"].as_str().unwrap().ends_with(all["range"]["last_sha256"].as_str().unwrap()));

    // The first two fall on the first of November in Seoul, the third on the third.
    let korea = ["--zone", "+09:00", "--from", "2026-11-01", "--to", "2026-11-03"];
    let days = report(&bench, &korea)["days"].clone();
    assert_eq!(days, json!({ "2026-11-01": 2, "2026-11-03": 1 }));
    let utc = report(&bench, &["--from", "2026-11-01", "--to", "2026-11-01"]);
    assert_eq!((&utc["total"], &utc["range"]["first"], &utc["range"]["last"]), (&json!(1), &json!(1), &json!(1)));
    let none = report(&bench, &["--from", "2025-01-01", "--to", "2025-12-31"]);
    assert_eq!((&none["total"], &none["range"], &none["days"]), (&json!(0), &Value::Null, &json!({})));
}

#[test]
fn the_page_is_self_contained_and_speaks_both_languages() {
    let bench = ledger();
    for (lang, says) in [("en", "Chain intact: 4 records,"), ("ko", "사슬이 온전합니다. 기록 4개가")] {
        bench.ok(&[&["report", "--ledger", "l.jsonl", "-o", "r.html", "--lang", lang][..], &TRUST].concat());
        let page = fs::read_to_string(bench.path("r.html")).unwrap();
        for part in [says, &format!("lang=\"{lang}\""), "<svg", "<caption>", "scope=\"row\"", "@page", "Tester"] {
            assert!(page.contains(part), "{lang}: {part} is missing");
        }
        for part in ["<script", "http:", "https:", "<link", "url(", "@import", "<b>draft", "compliant"] {
            assert!(!page.contains(part), "{lang}: {part} in\n{page}");
        }
        assert!(page.contains("&lt;b&gt;draft&lt;/b&gt; &amp; &quot;layout&quot;"), "{lang}");
    }
}

#[test]
fn the_heading_vouches_for_the_chain_alone() {
    let bench = ledger();
    bench.ok(&["keygen", "-o", "other.pem", "--name", "Somebody Else"]);
    let other = ["stamp", "--key", "other.pem", "--ledger", "l.jsonl", "in.png", "-o", "5.png", "--id", "5"];
    bench.ok(&[&other[..], &["--time", "2026-12-01T00:00:00Z"]].concat());
    for (lang, listed, unlisted) in [
        ("en", "was made.</p>", "1 record of the period by keys that no trusted directory lists."),
        ("ko", "확인하였습니다.</p>", "해당 기간의 기록 1건은 신뢰하는 어느 키 목록에도 없는 키로 서명되었습니다."),
    ] {
        let args = [&["report", "--ledger", "l.jsonl", "-o", "r.html", "--lang", lang][..], &TRUST].concat();
        let ran = bench.run(&args);
        let words = "l.jsonl: Chain intact, but 1 key that no trusted directory lists: 5 records, head 5:";
        assert!(ran.code == 1 && ran.stdout.starts_with(words), "{}", ran.stdout);
        let page = fs::read_to_string(bench.path("r.html")).unwrap();
        assert!(page.contains("class=\"doubtful\"") && page.contains(&format!("{unlisted}</p>")), "{page}");
        // The other key's record lies outside of this period, so nothing is said of it, and nothing of all records.
        let ran = bench.ok(&[&args[..], &["--to", "2026-11-30"]].concat());
        assert!(ran.stdout.starts_with("l.jsonl: Chain intact: 5 records, head 5:"), "{}", ran.stdout);
        let page = fs::read_to_string(bench.path("r.html")).unwrap();
        assert!(page.contains("class=\"good\"") && page.contains(listed), "{page}");
    }
}

#[test]
fn the_page_is_in_one_language_and_names_only_directories_that_judged() {
    let bench = ledger();
    bench.put("folder/studio.json", &fs::read(bench.path("key.directory.json")).unwrap());
    bench.ok(&["keygen", "-o", "other.pem", "--name", "Somebody Else"]);
    let trust = ["--trust", "folder/studio.json", "--trust", "other.directory.json"];
    for (lang, says, other) in
        [("en", "not signed by a root key", "루트 키"), ("ko", "루트 키의 서명 없음", "not signed")]
    {
        bench.ok(&[&["report", "--ledger", "l.jsonl", "-o", "r.html", "--lang", lang][..], &trust].concat());
        let page = fs::read_to_string(bench.path("r.html")).unwrap();
        assert!(page.contains(says) && !page.contains(other), "{page}");
        assert!(page.contains("<br>studio.json, SHA-256") && !page.contains("folder/"), "{page}");
        assert!(!page.contains("Somebody Else") && !page.contains("other.directory.json"), "{page}");
    }
}

#[test]
fn the_table_has_a_line_for_each_record() {
    let bench = ledger();
    bench.ok(&[&["report", "--ledger", "l.jsonl", "-o", "r.csv", "--from", "2026-11-01"][..], &TRUST].concat());
    let table = fs::read_to_string(bench.path("r.csv")).unwrap();
    let rows: Vec<_> = table.trim_end().split("\r\n").collect();
    assert_eq!(rows.len(), 4, "{table}");
    assert!(rows[0].starts_with("\u{feff}record,line_sha256,day,"), "{table}");
    assert!(rows[1].starts_with("1,") && rows[1].contains(",AI로 생성된 가상의 이미지입니다,"), "{table}");
    assert!(rows[2].contains(",internal,\"<b>draft</b> & \"\"layout\"\", =1+1\","), "{table}");
}

#[test]
fn a_report_is_signed_on_request_and_a_stale_signature_goes() {
    let bench = ledger();
    let args = [&["report", "--ledger", "l.jsonl", "-o", "r.html"][..], &TRUST].concat();
    bench.ok(&[&args[..], &["--report-key", "key.pem"]].concat());
    let verify = [&["trust", "verify", "r.html"][..], &TRUST].concat();
    bench.ok(&verify);
    let page = fs::read_to_string(bench.path("r.html")).unwrap();
    bench.put("r.html", page.replace("4 stamps", "5 stamps").as_bytes());
    assert_eq!(bench.run(&verify).code, 1);
    // What is no signature of ours is left alone.
    bench.put("s.html.sig", b"-----BEGIN PGP SIGNATURE-----");
    let ran = bench.ok(&[&["report", "--ledger", "l.jsonl", "-o", "s.html"][..], &TRUST].concat());
    assert!(bench.has("s.html.sig") && ran.stderr.contains("left alone"), "{}", ran.stderr);
    let ran = bench.ok(&args);
    assert!(!bench.has("r.html.sig") && ran.stderr.contains("was removed: r.html.sig"), "{}", ran.stderr);
}

#[test]
fn a_report_takes_the_place_of_reports_alone() {
    let bench = ledger();
    bench.put("keys.json", &fs::read(bench.path("key.directory.json")).unwrap());
    let ran = bench.run(&[&["report", "--ledger", "l.jsonl", "-o", "keys.json"][..], &TRUST].concat());
    assert!(ran.code == 2 && ran.stderr.contains("it is no report"), "{}", ran.stderr);
    let lines = fs::read_to_string(bench.path("l.jsonl")).unwrap();
    let head = bench.ok(&[&["ledger", "verify", "l.jsonl", "--json"][..], &TRUST].concat()).json()[0]["head"].clone();
    let all = report(&bench, &["--head", head.as_str().unwrap()]);
    assert_eq!((&all["ledger"]["noted"], &all["directories"][0]["name"]), (&head, &json!("Tester")));
    // What once stood behind the end begins there.
    bench.put("l.jsonl", format!("{}\n", lines.lines().next().unwrap()).as_bytes());
    let ran =
        bench.run(&[&["ledger", "verify", "l.jsonl", "--json", "--head", head.as_str().unwrap()][..], &TRUST].concat());
    let fault = &ran.json()[0]["fault"];
    assert_eq!((&fault["record"], &fault["offset"]), (&json!(1), &json!(lines.lines().next().unwrap().len() + 1)));
    // No record at all, and no beginning of one.
    bench.put("note.txt", b"my precious notes");
    for file in ["note.txt", "key.directory.json", "key.pem"] {
        let ran = bench.run(&["ledger", "verify", file]);
        assert!(ran.code == 2 && ran.stderr.contains("is no ledger"), "{file}: {}{}", ran.stdout, ran.stderr);
    }
    // A record that was broken makes its ledger no other file.
    bench.put("l.jsonl", lines.replacen("{\"schema\"", "{schema", 1).as_bytes());
    let ran = bench.run(&["ledger", "verify", "l.jsonl"]);
    assert!(ran.code == 1 && ran.stdout.contains("Not intact at record 0"), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn a_broken_chain_gives_no_report_and_names_the_record() {
    let bench = ledger();
    let whole = fs::read_to_string(bench.path("l.jsonl")).unwrap();
    let lines: Vec<_> = whole.lines().collect();
    let head = report(&bench, &[])["ledger"]["head"].as_str().unwrap().to_owned();
    fs::remove_file(bench.path("r.json")).unwrap();
    let changed = whole.replacen("draft", "craft", 1);
    let cut = lines[..3].join("\n") + "\n";
    let missing = [lines[0], lines[2], lines[3], ""].join("\n");
    for (ledger, record, args) in [(&changed, 2, &[][..]), (&missing, 1, &[]), (&cut, 3, &["--head", &head])] {
        bench.put("l.jsonl", ledger.as_bytes());
        let ran = bench.run(&[&["report", "--ledger", "l.jsonl", "-o", "r.json"][..], &TRUST, args].concat());
        assert_eq!((ran.code, bench.has("r.json")), (1, false), "{}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains(&format!("Not intact at record {record} ")), "{}", ran.stdout);
    }
    // Intact, yet signed by a key that nobody lists: written, and said.
    bench.put("l.jsonl", whole.as_bytes());
    let ran = bench.run(&["report", "--ledger", "l.jsonl", "-o", "r.json"]);
    assert_eq!((ran.code, bench.has("r.json")), (1, true));
    assert!(ran.stderr.contains("no trusted directory lists"), "{}", ran.stderr);
    for args in [
        &["--from", "2026-02-30"][..],
        &["--zone", "9"],
        &["--from", "2026-11-02", "--to", "2026-11-01"],
        &["-o", "r.txt"],
    ] {
        let mut fixed = vec!["report", "--ledger", "l.jsonl"];
        if args[0] != "-o" {
            fixed.extend(["-o", "x.json"]);
        }
        assert_eq!(bench.run(&[&fixed[..], args].concat()).code, 2, "{args:?}");
    }
}
