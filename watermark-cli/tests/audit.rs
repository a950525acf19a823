//! Reports and audits: what is handed on holds what was found, is signed, and needs nothing from outside.

mod common;

use std::fs;
use std::process::Command;

use common::{Bench, png, street, webp, with_a_part_moved};
use serde_json::{Value, json};

const TRUST: [&str; 2] = ["--trust", "key.directory.json"];

/// `pics/` with a stamped picture, a plain one and a broken one whose name is hostile.
fn folder() -> Bench {
    let bench = Bench::with_key();
    bench.put("in.png", &png(&street()));
    bench.put("pics/plain.png", &png(&street()));
    bench.put("pics/<b>&'x'.png", b"no picture");
    bench.ok(&["stamp", "--key", "key.pem", "--system", "painter@2.1", "in.png", "-o", "pics/stamped.png"]);
    bench
}

#[test]
fn a_folder_comes_to_a_summary_a_table_and_a_report() {
    let bench = folder();
    let args = ["audit", "--effort", "fast", "pics", "--csv", "out.csv", "--report", "out.json"];
    let ran = bench.run(&[&args[..], &TRUST].concat());
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stdout.contains("pics: 3 images") && ran.stdout.contains("verified, of Tester: 1"), "{}", ran.stdout);
    assert!(ran.stderr.contains("does not mean that an image was not made by AI"), "{}", ran.stderr);
    for said in [
        "error: pics/<b>&'x'.png: the file does not begin like any known image",
        "note: table written to out.csv\n",
        "note: report written to out.json\n",
    ] {
        assert!(ran.stderr.contains(said), "{said}\n{}", ran.stderr);
    }
    let summary = &bench.run(&[&["audit", "--effort", "fast", "pics", "--json"][..], &TRUST].concat()).json()[0];
    assert_eq!(summary["verdicts"], json!({ "error": 1, "none": 1, "verified": 1 }));
    assert_eq!(summary["passed_over"], json!([]));
    assert_eq!(summary["unread"][0]["file"], "pics/<b>&'x'.png");
    assert!(summary["unread"][0]["error"].as_str().unwrap().contains("any known image"), "{summary}");
    assert_eq!((&summary["files"], &summary["issuers"]), (&json!(3), &json!({ "Tester": 1 })));

    let csv = fs::read_to_string(bench.path("out.csv")).unwrap();
    let rows: Vec<_> = csv.split("\r\n").filter(|row| !row.is_empty()).collect();
    assert_eq!(rows.len(), 4);
    assert!(rows[0].starts_with("\u{feff}file,sha256,verdict,"), "{csv}");
    assert!(
        rows[3].contains("stamped.png,") && rows[3].contains(",verified,") && rows[3].contains(",Tester,"),
        "{csv}"
    );

    fs::remove_file(bench.path("pics/<b>&'x'.png")).unwrap();
    assert_eq!(bench.run(&[&["audit", "--effort", "fast", "pics"][..], &TRUST].concat()).code, 1);
    fs::remove_file(bench.path("pics/plain.png")).unwrap();
    let ran = bench.ok(&[&["audit", "--effort", "fast", "pics"][..], &TRUST].concat());
    assert!(ran.stdout.contains("pics: 1 image\n"), "{}", ran.stdout);
    assert_eq!(bench.run(&["audit", "in.png"]).code, 2);
}

#[test]
fn the_json_report_fits_its_schema_and_names_what_it_rests_on() {
    let bench = folder();
    let args = ["verify", "--effort", "fast", "pics", "--report", "out.json", "--report-key", "key.pem"];
    assert_eq!(bench.run(&[&args[..], &TRUST].concat()).code, 2);
    let report: Value = serde_json::from_slice(&fs::read(bench.path("out.json")).unwrap()).unwrap();
    let schema: Value = serde_json::from_str(include_str!("../../docs/report.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator.iter_errors(&report).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let fields = |of: &Value| of.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(fields(&report), fields(&schema["properties"]));
    // Those of its first release have to be there.
    for field in schema["required"].as_array().unwrap().iter().map(|field| field.as_str().unwrap()) {
        let mut without = report.clone();
        without.as_object_mut().unwrap().remove(field);
        assert!(!validator.is_valid(&without), "passes without {field}");
    }
    assert_eq!(report["directories"][0]["sha256"], sha256(&bench, "key.directory.json"));
    let stamped = &report["results"][2];
    assert_eq!(stamped["sha256"], sha256(&bench, "pics/stamped.png"));
    assert!(stamped["proves"]["en"].as_str().unwrap().contains("made exactly this statement"));
    assert!(stamped["proves_not"]["ko"].as_str().unwrap().contains("증명하지 않습니다"));
    let evidence = stamped["evidence"].as_array().unwrap();
    let key = evidence.iter().find(|line| line["label"] == "key").unwrap();
    let words = |language: &str| key[language].as_str().unwrap();
    assert!(words("en").ends_with(" of Tester, valid for the time of stamping"), "{key}");
    assert!(words("ko").starts_with("Tester의 키 ") && words("ko").ends_with(", 표식에 적힌 시각에 유효"), "{key}");
    assert_eq!((&report["results"][0]["verdict"], &report["results"][0]["proves"]), (&json!("error"), &Value::Null));
    assert!(report["results"][0]["sha256"].is_string(), "also of a file that is no picture");
}

/// By another program than ours.
fn sha256(bench: &Bench, name: &str) -> Value {
    let output = Command::new("sha256sum").arg(bench.path(name)).output().unwrap();
    json!(String::from_utf8(output.stdout).unwrap().split_whitespace().next().unwrap().trim_start_matches('\\'))
}

#[test]
fn what_is_passed_over_is_named() {
    let bench = Bench::new();
    bench.put("pics/a.png", &png(&street()));
    bench.put("pics/b.gif", b"GIF89a");
    let ran = bench.run(&["audit", "--effort", "fast", "pics", "--csv", "pics/t.csv"]);
    assert!(
        ran.stderr.contains("passed over 1 file, which by name is no PNG, JPEG, WebP or AVIF: pics/b.gif"),
        "{}",
        ran.stderr
    );
    let ran = bench.run(&["audit", "--effort", "fast", "pics", "--json"]);
    assert_eq!(ran.json()[0]["passed_over"], json!(["pics/b.gif", "pics/t.csv"]));
    // Where a folder is worked on, only what could be taken for a picture is worth a warning.
    bench.put("pics/c.webp", &webp(&street()));
    for (args, summary) in [
        (&["verify", "--effort", "fast", "pics"][..], "0 of 2 verified, 0 could not be read, 1 passed over"),
        (&["verify", "--effort", "fast", "pics", "--json"], ""),
        (&["check", "--profile", "kr", "--effort", "fast", "pics"], ""),
        (&["stamp", "pics", "--out-dir", "marked"], "2 of 2 stamped, 1 passed over"),
        (&["stamp", "pics", "--out-dir", "marked", "--quiet", "--overwrite"], ""),
    ] {
        let ran = bench.run(args);
        let warned =
            ran.stderr.contains("passed over 1 file, which by name is no PNG, JPEG, WebP or AVIF: pics/b.gif\n");
        assert!(warned && ran.stdout.contains(summary), "{args:?}\n{}{}", ran.stdout, ran.stderr);
    }
}

#[test]
fn the_page_stands_alone_and_escapes_what_comes_from_outside() {
    let bench = folder();
    assert_eq!(
        bench.run(&[&["verify", "--effort", "fast", "pics", "--report", "out.html"][..], &TRUST].concat()).code,
        2
    );
    let page = fs::read_to_string(bench.path("out.html")).unwrap();
    for part in [
        "&lt;b&gt;&amp;&#39;x&#39;.png",
        "Verified: signed by Tester.",
        "확인됨: Tester의 서명입니다.",
        "What it does not prove",
        "증명하지 않는 것",
        "이미지 표식 검증 보고서",
        "이 프로그램은 네트워크를 사용하지 않았습니다.",
        "우연히 이렇게 될 확률 10^-",
        "<h2>pics/stamped.png</h2>",
        "@media print",
        env!("CARGO_PKG_VERSION"),
    ] {
        assert!(page.contains(part), "{part} is missing");
    }
    for foreign in ["<b>", "<script", "http://", "https://", " src=\"/", "url("] {
        assert!(!page.contains(foreign), "{foreign} in the page");
    }
    let sha256 = sha256(&bench, "pics/stamped.png");
    assert!(page.contains(sha256.as_str().unwrap()));
}

#[test]
fn many_files_come_to_counts_an_index_and_each_meaning_once() {
    let bench = folder();
    bench.put("pics/other.png", &png(&street()));
    let audit = ["audit", "--effort", "fast", "pics", "--report", "out.html"];
    assert_eq!(bench.run(&[&audit[..], &TRUST].concat()).code, 2);
    let page = fs::read_to_string(bench.path("out.html")).unwrap();
    let overview = page.split_once("Overview").unwrap().1.split_once("</section>").unwrap().0;
    for (label, count) in [("Verified", 1), ("No mark", 2), ("Not read", 1)] {
        let row =
            overview.lines().find(|line| line.contains(&format!("\">{label} <")) && line.contains("scope=\"row\""));
        assert!(row.unwrap().ends_with(&format!("<td>{count}</td></tr>")), "{label}: {overview}");
    }
    assert_eq!(overview.matches("<a href=\"#file-").count(), 4);
    for n in 1..=4 {
        assert!(overview.contains(&format!("#file-{n}\"")) && page.contains(&format!(" id=\"file-{n}\">")), "{n}");
    }
    assert_eq!(page.matches("<h4>What it does not prove").count(), 2, "of each verdict once");
    for link in page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(page.contains(&format!("id=\"{link}\"")), "{link} leads nowhere");
    }
    // One file needs no index.
    bench.run(&[&["verify", "pics/stamped.png", "--report", "one.html"][..], &TRUST].concat());
    assert!(!fs::read_to_string(bench.path("one.html")).unwrap().contains("Overview"));
}

#[test]
fn a_signed_report_is_checked_and_a_changed_one_found_out() {
    let bench = folder();
    bench.ok(&["keygen", "-o", "auditor.pem", "--name", "Auditor"]);
    let write = |args: &[&str]| {
        let fixed = ["verify", "--effort", "fast", "pics/stamped.png", "--report", "out.html"];
        bench.ok(&[&fixed[..], &TRUST, args].concat())
    };
    let ran = write(&["--report-key", "auditor.pem"]);
    assert!(ran.stderr.contains("report written to out.html, its signature to out.html.sig"), "{}", ran.stderr);
    let check = |trust: &str| bench.run(&["trust", "verify", "out.html", "--trust", trust]);
    let ran = check("auditor.directory.json");
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert!(ran.stdout.contains("out.html: Verified: signed by Auditor with key"), "{}", ran.stdout);
    let ran = check("key.directory.json");
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("Signer unknown"), "{}", ran.stdout);

    let mut revoked: Value = serde_json::from_slice(&fs::read(bench.path("auditor.directory.json")).unwrap()).unwrap();
    revoked["keys"][0]["revoked_at"] = json!("2026-01-01T00:00:00Z");
    bench.put("revoked.json", revoked.to_string().as_bytes());
    let ran = check("revoked.json");
    assert!(ran.code == 1 && ran.stdout.contains("which does not count: it was revoked"), "{}", ran.stdout);

    // A report whose signature did not come along is called that.
    fs::rename(bench.path("out.html.sig"), bench.path("kept.sig")).unwrap();
    let ran = check("auditor.directory.json");
    assert!(
        ran.code == 2 && ran.stdout.contains("its signature is not beside it: there is no out.html.sig"),
        "{}",
        ran.stdout
    );
    fs::rename(bench.path("kept.sig"), bench.path("out.html.sig")).unwrap();

    let page = fs::read_to_string(bench.path("out.html")).unwrap();
    bench.put("out.html", page.replace("Tester", "Fester").as_bytes());
    let ran = check("auditor.directory.json");
    assert!(ran.code == 1 && ran.stdout.contains("Bad signature"), "{}", ran.stdout);
    // An unsigned report in its place takes the signature away instead of looking forged, and says so.
    let ran = write(&[]);
    assert!(!bench.has("out.html.sig") && ran.stderr.contains("was removed: out.html.sig"), "{}", ran.stderr);
    assert!(!write(&[]).stderr.contains("was removed"));
}

/// In a network namespace of its own, without so much as a loopback device that is up.
#[cfg(target_os = "linux")]
#[test]
fn all_of_it_works_without_a_network() {
    let bench = folder();
    let isolated = |args: &[&str]| {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--net", env!("CARGO_BIN_EXE_watermark")]).args(args);
        command.current_dir(bench.path("")).env("WATERMARK_CONFIG_DIR", bench.path("config")).output()
    };
    if !isolated(&["--version"]).is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: this system does not let its users make network namespaces (unshare)");
        return;
    }
    for args in [
        &["trust", "add", "key.directory.json"][..],
        &["stamp", "--key", "key.pem", "--ledger", "l.jsonl", "in.png", "-o", "out.png"],
        &["ledger", "verify", "l.jsonl"],
        &["verify", "--ledger", "l.jsonl", "out.png", "--report", "r.html", "--report-key", "key.pem"],
        &["trust", "verify", "r.html"],
        &["audit", "marked", "--ledger", "l.jsonl", "--csv", "a.csv", "--report", "a.json"],
        &["report", "--ledger", "l.jsonl", "-o", "stamps.html"],
    ] {
        let _ = std::fs::create_dir(bench.path("marked"));
        let _ = std::fs::copy(bench.path("out.png"), bench.path("marked/out.png"));
        let output = isolated(args).unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn reports_on_several_files_hold_the_maps_of_edited_pictures_alone() {
    let bench = folder();
    fs::remove_file(bench.path("pics/<b>&'x'.png")).unwrap();
    let stamped = watermark_files::decode(
        &fs::read(bench.path("pics/stamped.png")).unwrap(),
        &watermark_files::Limits::default(),
    );
    bench.put("pics/edited.png", &png(&with_a_part_moved(stamped.unwrap().raster)));
    let maps = |command: &str| {
        bench.run(&[&[command, "--effort", "fast", "pics", "--report", "out.json"][..], &TRUST].concat());
        let report: Value = serde_json::from_slice(&fs::read(bench.path("out.json")).unwrap()).unwrap();
        let of = |result: &Value| (result["verdict"].as_str().unwrap().to_owned(), result["map"].is_string());
        report["results"].as_array().unwrap().iter().map(of).collect::<Vec<_>>()
    };
    let expected = [("altered", true), ("none", false), ("verified", false)].map(|(v, map)| (v.to_owned(), map));
    for command in ["audit", "verify"] {
        assert_eq!(maps(command), expected, "{command}");
    }
}
