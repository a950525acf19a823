//! The trust store: whom it takes in, and which later editions it follows.

mod common;

use std::fs;
use std::process::Stdio;

use common::{Bench, Ran, png, street};
use serde_json::{Value, json};

/// A bench with `key.pem` of "Tester" and `root.pem`, and the former's directory signed by the latter as `one.json`, edition 1.
fn signed() -> Bench {
    let bench = Bench::with_key();
    bench.ok(&["keygen", "-o", "root.pem", "--name", "Tester root"]);
    bench.ok(&["trust", "sign", "key.directory.json", "--root-key", "root.pem", "-o", "one.json"]);
    bench
}

fn read(bench: &Bench, name: &str) -> Value {
    serde_json::from_slice(&fs::read(bench.path(name)).unwrap()).unwrap()
}

/// `from` with a change, unsigned, as `to`.
fn changed(bench: &Bench, from: &str, to: &str, change: impl FnOnce(&mut Value)) {
    let mut document = read(bench, from);
    change(&mut document);
    bench.put(to, document.to_string().as_bytes());
}

/// Edits a signed directory as its issuer would, revoking key 0, and signs that as the next edition.
fn revoke(bench: &Bench, from: &str, to: &str, roots: &[&str]) {
    changed(bench, from, "draft.json", |d| d["keys"][0]["revoked_at"] = json!("2026-01-01T00:00:00Z"));
    let mut args = vec!["trust", "sign", "draft.json", "-o", to];
    for root in roots {
        args.extend(["--root-key", root]);
    }
    bench.ok(&args);
}

fn refused(ran: &Ran, reason: &str) {
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains(reason), "{}", ran.stderr);
}

#[test]
fn a_directory_is_trusted_updated_listed_and_removed() {
    let bench = signed();
    let ran = bench.ok(&["trust", "add", "one.json"]);
    let root = read(&bench, "one.json")["proofs"][0]["root"].as_str().unwrap().to_owned();
    assert!(
        ran.stdout.contains("Trusting Tester from now on, edition 1") && ran.stdout.contains(&root),
        "{}",
        ran.stdout
    );
    assert!(bench.ok(&["trust", "add", "one.json"]).stdout.contains("trusted already"));

    bench.put("in.png", &png(&street()));
    bench.ok(&["stamp", "--key", "key.pem", "in.png", "-o", "out.png", "--time", "2026-03-01T00:00:00Z"]);
    assert_eq!(bench.verify(&["out.png"]).1[0]["verdict"], "verified");

    revoke(&bench, "one.json", "two.json", &["root.pem"]);
    assert!(bench.ok(&["trust", "add", "two.json"]).stdout.contains("Updated Tester: edition 1 -> 2"));
    let found = &bench.verify(&["out.png"]).1[0];
    assert_eq!((&found["verdict"], &found["signature"]["key_status"]), (&json!("unknown-issuer"), &json!("revoked")));
    assert!(
        found["conclusion"]["ko"][0].as_str().unwrap().contains("2026-01-01T00:00:00Z에 폐지되었습니다"),
        "{found:#}"
    );

    let listed = bench.ok(&["trust", "list", "--json"]).json();
    assert_eq!((listed.len(), &listed[0]["sequence"], &listed[0]["root"]), (1, &json!(2), &json!(root)));
    let text = bench.ok(&["trust", "list"]).stdout;
    assert!(text.contains("revoked at 2026-01-01T00:00:00Z") && text.contains("edition 2"), "{text}");
    let id = listed[0]["id"].as_str().unwrap();
    for (wrong, reason) in
        [("0000000000000000", "no directory that you trust has the id"), ("Tester", &format!("that of Tester is {id}"))]
    {
        let ran = bench.run(&["trust", "remove", wrong]);
        assert!(ran.code == 2 && ran.stderr.contains(reason), "{}", ran.stderr);
    }
    assert!(bench.ok(&["trust", "remove", id]).stdout.contains("Not trusting Tester any more."));
    assert!(bench.ok(&["trust", "list", "--json"]).stdout.is_empty());
}

#[test]
fn an_older_edition_is_refused_and_said_so() {
    let bench = signed();
    revoke(&bench, "one.json", "two.json", &["root.pem"]);
    bench.ok(&["trust", "add", "two.json"]);
    refused(&bench.run(&["trust", "add", "one.json"]), "edition 1, and you trust edition 2 already");
    let ran = bench.run(&["trust", "verify", "one.json", "two.json"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("one.json: Outdated") && ran.stdout.contains("two.json: Verified"), "{}", ran.stdout);
    // Handed over with --trust it counts, since it was asked for, and the program says what is wrong with it.
    bench.put("in.png", &png(&street()));
    bench.ok(&["stamp", "--key", "key.pem", "in.png", "-o", "out.png"]);
    let ran = bench.ok(&["verify", "--effort", "fast", "--trust", "one.json", "out.png"]);
    assert!(ran.stderr.contains("one.json is an older edition"), "{}", ran.stderr);
    assert!(
        ran.stdout.contains("judged by edition 1 of the directory of Tester, although edition 2"),
        "{}",
        ran.stdout
    );
    // Beside the later one it does not count, in whatever order they come.
    for pair in [["one.json", "two.json"], ["two.json", "one.json"]] {
        let (code, found) = bench.verify(&["--trust", pair[0], "--trust", pair[1], "out.png"]);
        assert_eq!((code, &found[0]["signature"]["key_status"]), (1, &json!("revoked")));
    }
}

#[test]
fn an_older_edition_is_named_in_whatever_is_handed_on() {
    let bench = signed();
    revoke(&bench, "one.json", "two.json", &["root.pem"]);
    bench.ok(&["trust", "add", "two.json"]);
    bench.put("pics/plain.png", &png(&street()));
    bench.ok(&["stamp", "--key", "key.pem", "pics/plain.png", "-o", "pics/out.png"]);
    let key = read(&bench, "one.json")["keys"][0]["id"].clone();
    let facts = |counted: bool| {
        json!([{
            "file": "one.json", "name": "Tester", "name_ko": null, "sequence": 1, "latest": 2, "revoked": [key], "counted": counted
        }])
    };
    let (code, found) = bench.verify(&["--trust", "one.json", "pics/out.png", "pics/plain.png"]);
    assert_eq!((code, &found[0]["verdict"]), (1, &json!("verified")));
    assert!(found.iter().all(|record| record["directories_outdated"] == facts(true)), "{found:#?}");
    let last = |record: &Value, language: &str| {
        record["conclusion"][language].as_array().unwrap().last().unwrap().as_str().unwrap().to_owned()
    };
    assert!(last(&found[0], "en").contains("edition 2 is known here"), "{found:#?}");
    assert!(last(&found[0], "ko").contains("제1판으로 판단하였으나"), "{found:#?}");
    // What holds no message was not judged by any directory.
    assert!(!last(&found[1], "en").contains("edition"), "{found:#?}");
    // Beside the later one it does not count; that one judged, and nothing is to be doubted.
    let (_, found) = bench.verify(&["--trust", "one.json", "--trust", "two.json", "pics/out.png"]);
    assert_eq!(found[0]["directories_outdated"], facts(false));
    assert!(!last(&found[0], "en").contains("edition"), "{found:#?}");
    // Nor is there anything to say of the later one alone.
    let (_, found) = bench.verify(&["--trust", "two.json", "pics/out.png"]);
    assert_eq!(found[0]["directories_outdated"], json!([]));

    let audit = ["audit", "--effort", "fast", "pics", "--trust", "one.json"];
    let summary = &bench.run(&[&audit[..], &["--json", "--report", "r.json"]].concat()).json()[0];
    assert_eq!(summary["directories_outdated"], facts(true));
    let report = read(&bench, "r.json");
    assert_eq!((&report["directories_outdated"], &report["directories"][0]["sequence"]), (&facts(true), &json!(1)));
    let schema: Value = serde_json::from_str(include_str!("../../docs/report.schema.json")).unwrap();
    assert!(jsonschema::is_valid(&schema, &report), "{report:#}");
    let schema: Value = serde_json::from_str(include_str!("../../docs/verify.schema.json")).unwrap();
    assert!(report["results"].as_array().unwrap().iter().all(|record| jsonschema::is_valid(&schema, record)));
    bench.run(&[&audit[..], &["--report", "r.html"]].concat());
    let page = fs::read_to_string(bench.path("r.html")).unwrap();
    assert!(
        page.contains("although edition 2 is known here and revokes") && page.contains("제2판은 이전 판에서"),
        "{page}"
    );
}

#[test]
fn a_directory_without_its_signature_hides_no_revocation() {
    let bench = signed();
    revoke(&bench, "one.json", "two.json", &["root.pem"]);
    bench.ok(&["trust", "add", "two.json"]);
    bench.put("in.png", &png(&street()));
    bench.ok(&["stamp", "--key", "key.pem", "in.png", "-o", "out.png"]);
    // The first edition as it was before the root signed it.
    let (code, found) = bench.verify(&["--trust", "key.directory.json", "out.png", "in.png"]);
    assert_eq!((code, &found[0]["verdict"]), (1, &json!("verified")));
    let facts = &found[0]["directories_outdated"][0];
    let key = &found[0]["signature"]["key"];
    assert_eq!((&facts["sequence"], &facts["latest"], &facts["revoked"]), (&Value::Null, &Value::Null, &json!([key])));
    for (language, words) in [("en", "knows that key as revoked"), ("ko", "폐지된 키로 등록되어")] {
        let said = |record: &Value| record["conclusion"][language].as_array().unwrap().last().unwrap().to_string();
        assert!(said(&found[0]).contains(words) && !said(&found[1]).contains(words), "{found:#?}");
    }
    let ran = bench.run(&["verify", "--effort", "fast", "--trust", "key.directory.json", "out.png"]);
    assert!(ran.stderr.contains("which your trust store knows as revoked"), "{}", ran.stderr);
    // Nor does a ledger's report vouch for such a key.
    bench.ok(&["stamp", "--key", "key.pem", "in.png", "-o", "again.png", "--ledger", "l.jsonl"]);
    for args in [&["ledger", "verify", "l.jsonl"][..], &["report", "--ledger", "l.jsonl", "-o", "r.json"]] {
        assert_eq!(bench.run(&[args, &["--trust", "key.directory.json"]].concat()).code, 1, "{args:?}");
    }
    assert_eq!(read(&bench, "r.json")["directories_outdated"][0]["revoked"], json!([key]));
    // Beside one that revokes the key it decides nothing.
    let (_, found) = bench.verify(&["--trust", "two.json", "--trust", "key.directory.json", "out.png"]);
    assert_eq!(
        (&found[0]["signature"]["key_status"], &found[0]["directories_outdated"]),
        (&json!("revoked"), &json!([]))
    );
    // By the store itself nothing is hidden.
    let (_, found) = bench.verify(&["out.png"]);
    assert_eq!(
        (&found[0]["signature"]["key_status"], &found[0]["directories_outdated"]),
        (&json!("revoked"), &json!([]))
    );
    // Nothing shows that a signed directory is the later edition of one that has no root.
    bench.ok(&["trust", "remove", bench.ok(&["trust", "list", "--json"]).json()[0]["id"].as_str().unwrap()]);
    bench.ok(&["trust", "add", "key.directory.json"]);
    refused(&bench.run(&["trust", "add", "one.json"]), "it has no root key, so nothing shows");
}

#[test]
fn an_edition_of_the_same_number_that_says_something_else_is_refused() {
    let bench = signed();
    bench.ok(&["trust", "add", "one.json"]);
    changed(&bench, "key.directory.json", "plain.json", |d| d["organization"]["contact"] = json!("x@example.org"));
    bench.ok(&["trust", "sign", "plain.json", "--root-key", "root.pem", "-o", "other.json"]);
    refused(&bench.run(&["trust", "add", "other.json"]), "edition 1 like the one you trust, and says something else");
}

#[test]
fn another_root_needs_the_old_ones_word() {
    let bench = signed();
    bench.ok(&["trust", "add", "one.json"]);
    bench.ok(&["keygen", "-o", "new.pem", "--name", "New root"]);
    bench.ok(&[
        "trust",
        "sign",
        "key.directory.json",
        "--root-key",
        "new.pem",
        "-o",
        "stranger.json",
        "--sequence",
        "9",
    ]);
    refused(&bench.run(&["trust", "add", "stranger.json"]), "its root did not sign this one");
    // Unsigned, the same name, is no way around it.
    refused(&bench.run(&["trust", "add", "key.directory.json"]), "its root did not sign this one");
    // A signed directory is not signed over by a stranger unnoticed.
    let ran = bench.run(&["trust", "sign", "one.json", "--root-key", "new.pem"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("--root-key OLD --root-key NEW"), "{}", ran.stderr);

    revoke(&bench, "one.json", "handover.json", &["root.pem", "new.pem"]);
    bench.ok(&["trust", "add", "handover.json"]);
    revoke(&bench, "handover.json", "three.json", &["new.pem"]);
    bench.ok(&["trust", "add", "three.json"]);
    let listed = bench.ok(&["trust", "list", "--json"]).json();
    assert_eq!((listed.len(), &listed[0]["sequence"]), (1, &json!(3)));
    assert_eq!(bench.list("config/trust").len(), 1, "the older editions are gone");
}

/// Editions 1 to 3 of a directory that is handed over from `root.pem` to `new.pem` by edition 2. Edition 3 revokes the key, and has another
/// name, or it would not be trusted beside edition 1.
fn handed_over() -> Bench {
    let bench = signed();
    bench.ok(&["keygen", "-o", "new.pem", "--name", "New root"]);
    let sign = |args: &[&str]| bench.ok(&[&["trust", "sign"], args].concat());
    sign(&["one.json", "--root-key", "root.pem", "--root-key", "new.pem", "-o", "two.json"]);
    changed(&bench, "two.json", "renamed.json", |d| d["organization"]["name"] = json!("Tester renamed"));
    revoke(&bench, "renamed.json", "three.json", &["new.pem"]);
    bench
}

#[test]
fn a_later_edition_of_the_new_root_is_not_replaced_by_the_handover_before_it() {
    let bench = handed_over();
    bench.ok(&["trust", "add", "one.json"]);
    bench.ok(&["trust", "add", "three.json"]);
    refused(&bench.run(&["trust", "add", "two.json"]), "edition 2, and you trust edition 3 already");
    let listed = bench.ok(&["trust", "list", "--json"]).json();
    let mut sequences: Vec<_> = listed.iter().map(|file| file["sequence"].as_u64().unwrap()).collect();
    sequences.sort_unstable();
    assert_eq!(sequences, [1, 3]);
}

#[test]
fn a_directory_that_takes_two_roots_over_replaces_both() {
    let bench = handed_over();
    bench.ok(&["trust", "add", "one.json"]);
    bench.ok(&["trust", "add", "three.json"]);
    let roots = ["--root-key", "root.pem", "--root-key", "new.pem"];
    bench.ok(&[&["trust", "sign", "three.json", "-o", "four.json"][..], &roots].concat());
    assert!(bench.ok(&["trust", "add", "four.json"]).stdout.contains("edition 3 -> 4"));
    let listed = bench.ok(&["trust", "list", "--json"]).json();
    assert_eq!((listed.len(), &listed[0]["sequence"]), (1, &json!(4)));
}

#[test]
fn a_chain_of_handovers_is_judged_alike_in_whatever_order_its_editions_are_named() {
    let bench = handed_over();
    bench.put("in.png", &png(&street()));
    bench.ok(&["stamp", "--key", "key.pem", "in.png", "-o", "out.png", "--time", "2026-03-01T00:00:00Z"]);
    for order in [["one", "two", "three"], ["one", "three", "two"], ["three", "two", "one"]] {
        let files = order.map(|name| format!("{name}.json"));
        let [a, b, c] = files.each_ref().map(String::as_str);
        let (_, found) = bench.verify(&["--trust", a, "--trust", b, "--trust", c, "out.png"]);
        assert_eq!(found[0]["signature"]["key_status"], "revoked", "{order:?}");
        assert_eq!(found[0]["directories_outdated"].as_array().unwrap().len(), 2, "{order:?}");
    }
}

#[test]
fn keys_are_rotated_within_one_directory() {
    let bench = signed();
    bench.ok(&["trust", "add", "one.json"]);
    bench.put("in.png", &png(&street()));
    bench.ok(&["stamp", "--key", "key.pem", "in.png", "-o", "old.png"]);
    fs::copy(bench.path("one.json"), bench.path("two.json")).unwrap();
    let again = "watermark trust sign two.json --root-key ROOT.pem";
    let ran = bench.ok(&["keygen", "-o", "next.pem", "--into", "two.json"]);
    assert!(ran.stderr.contains("warning: a root key signed two.json") && ran.stderr.contains(again), "{}", ran.stderr);
    // The key beside such a directory says what to do, and then stamps.
    fs::copy(bench.path("two.json"), bench.path("key.directory.json")).unwrap();
    let ran = bench.run(&["stamp", "--key", "key.pem", "in.png", "-o", "no.png"]);
    assert_eq!((ran.code, bench.has("no.png")), (2, false), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("sign it again: watermark trust sign key.directory.json --root-key ROOT.pem"),
        "{}",
        ran.stderr
    );
    assert_eq!(bench.run(&["trust", "add", "two.json"]).code, 2, "not signed yet");
    bench.ok(&["trust", "sign", "two.json", "--root-key", "root.pem"]);
    bench.ok(&["trust", "add", "two.json"]);
    bench.ok(&["stamp", "--key", "next.pem", "in.png", "-o", "new.png"]);
    let (code, found) = bench.verify(&["old.png", "new.png"]);
    assert_eq!(code, 0, "{found:#?}");
    assert_ne!(found[0]["signature"]["key"], found[1]["signature"]["key"]);
    assert_eq!(bench.run(&["keygen", "-o", "next.pem", "--into", "two.json"]).code, 2, "keys are never overwritten");
    // Nothing is lost where no root key signed.
    bench.ok(&["keygen", "-o", "other.pem", "--name", "Other"]);
    let ran = bench.ok(&["keygen", "-o", "third.pem", "--into", "other.directory.json"]);
    assert!(!ran.stderr.contains("warning"), "{}", ran.stderr);
}

#[test]
fn who_changes_a_directory_at_the_same_time_waits() {
    const AT_ONCE: usize = 8;
    let bench = signed();
    let directory = "key.directory.json";
    let all_at_once = |args: &dyn Fn(usize) -> Vec<String>| -> Vec<String> {
        let start = |number| {
            let args = args(number);
            let args: Vec<_> = args.iter().map(String::as_str).collect();
            bench.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let started: Vec<_> = (0..AT_ONCE).map(start).collect();
        let ended = started.into_iter().map(|child| child.wait_with_output().unwrap());
        ended
            .map(|output| {
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
                String::from_utf8(output.stdout).unwrap()
            })
            .collect()
    };
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    all_at_once(&|number| words(&format!("keygen -o k{number}.pem --into {directory}")));
    assert_eq!(read(&bench, directory)["keys"].as_array().unwrap().len(), 1 + AT_ONCE);
    let said = all_at_once(&|_| words(&format!("trust sign {directory} --root-key root.pem")));
    for edition in 1..=AT_ONCE {
        let words = format!("edition {edition} of");
        assert_eq!(said.iter().filter(|said| said.contains(&words)).count(), 1, "{words}: {said:?}");
    }
    assert_eq!(read(&bench, directory)["sequence"], AT_ONCE);
    // The lock leaves nothing behind.
    #[cfg(unix)]
    assert!(bench.list(".").iter().all(|name| !name.contains("lock")), "{:?}", bench.list("."));
}

#[test]
fn what_is_no_directory_is_told_from_one_that_is_refused() {
    let bench = signed();
    bench.put("in.png", &png(&street()));
    let ran = bench.run(&["trust", "add", "in.png"]);
    assert!(ran.code == 2 && ran.stderr.contains("it holds no JSON object"), "{}", ran.stderr);
    // Neither is one signed over another file.
    let ran = bench.run(&["trust", "sign", "key.directory.json", "--root-key", "root.pem", "-o", "one.json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (2, "error: one.json exists; name another file\n"));
}

#[test]
fn a_changed_directory_is_no_directory() {
    let bench = signed();
    changed(&bench, "one.json", "forged.json", |d| d["keys"][0]["valid_until"] = json!("2040-01-01T00:00:00Z"));
    for args in [
        &["trust", "add", "forged.json"][..],
        &["trust", "verify", "forged.json"],
        &["verify", "--trust", "forged.json", "x.png"],
    ] {
        let ran = bench.run(args);
        assert_ne!(ran.code, 0);
        assert!(
            format!("{}{}", ran.stdout, ran.stderr).contains("was changed after it was signed"),
            "{}{}",
            ran.stdout,
            ran.stderr
        );
    }
    // Without its proofs it is an unsigned one, and called that.
    changed(&bench, "one.json", "stripped.json", |d| drop(d.as_object_mut().unwrap().remove("proofs")));
    let ran = bench.run(&["trust", "verify", "stripped.json", "one.json"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stdout.contains("stripped.json: Not signed") && ran.stdout.contains("one.json: Root unknown"),
        "{}",
        ran.stdout
    );
    let ran = bench.ok(&["trust", "add", "stripped.json"]);
    assert!(ran.stderr.contains("not signed by a root key"), "{}", ran.stderr);
}

#[test]
fn a_file_of_the_store_that_cannot_be_read_is_named_and_can_be_removed() {
    let bench = signed();
    bench.ok(&["trust", "add", "one.json"]);
    bench.put("config/trust/foo.json", b"");
    for args in [&["verify", "x.png"][..], &["trust", "list"], &["trust", "verify", "one.json"]] {
        let ran = bench.run(args);
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.stdout);
        for part in ["trust/foo.json: it holds no JSON object", "`watermark trust remove foo`"] {
            assert!(ran.stderr.contains(part), "{args:?}: {}", ran.stderr);
        }
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("one.json"), "{args:?} blames another file");
    }
    assert_eq!(bench.run(&["trust", "remove", "bar"]).code, 2);
    let ran = bench.ok(&["trust", "remove", "foo"]);
    assert!(ran.stdout.contains("foo.json, which could not be read"), "{}", ran.stdout);
    bench.ok(&["trust", "verify", "one.json"]);
    // A damaged edition goes by its id, which is its file's name.
    let id = bench.ok(&["trust", "list", "--json"]).json()[0]["id"].as_str().unwrap().to_owned();
    bench.put(&format!("config/trust/{id}.json"), b"{}");
    assert_eq!(bench.run(&["trust", "list"]).code, 2);
    bench.ok(&["trust", "remove", &id]);
    bench.ok(&["trust", "list"]);
}

#[test]
fn a_root_key_does_not_stamp() {
    let bench = Bench::with_key();
    let ran = bench.run(&["trust", "sign", "key.directory.json", "--root-key", "key.pem"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("a root key is listed among the keys that stamp"), "{}", ran.stderr);
}

#[test]
fn directories_fit_their_published_schema() {
    let schema: Value = serde_json::from_str(include_str!("../../docs/directory.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let bench = signed();
    revoke(&bench, "one.json", "two.json", &["root.pem"]);
    for name in ["key.directory.json", "one.json", "two.json"] {
        let document = read(&bench, name);
        let errors: Vec<_> = validator.iter_errors(&document).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
    // And it is no schema that takes anything.
    for (pointer, value) in [
        ("/schema", json!("watermark-directory/2")),
        ("/sequence", json!(0)),
        ("/sequence", Value::Null),
        ("/organization/name", json!("")),
        ("/keys/0/id", json!("12345")),
        ("/keys/0/public_key", json!("00")),
        ("/systems/0/version", json!("2@1")),
        ("/proofs/0/signature", json!("00")),
    ] {
        let mut document = read(&bench, "one.json");
        *document.pointer_mut(pointer).unwrap() = value;
        assert!(!validator.is_valid(&document), "passes with another {pointer}");
    }
    for name in ["revoked", "revokedAt", "REVOCATION"] {
        let mut document = read(&bench, "one.json");
        document["keys"][0][name] = json!("2026-06-01T00:00:00Z");
        assert!(!validator.is_valid(&document), "passes with {name}");
    }
}

#[test]
fn the_development_key_counts_and_is_listed_as_such() {
    let bench = Bench::new();
    bench.put("in.png", &png(&street()));
    let words = "the development key counts too, without being added";
    assert!(!bench.ok(&["trust", "list"]).stderr.contains(words));
    bench.ok(&["stamp", "in.png", "-o", "out.png"]);
    assert_eq!(bench.verify(&["out.png"]).0, 0);
    for args in [&["trust", "list"][..], &["trust", "list", "--json"]] {
        let ran = bench.ok(args);
        assert!(ran.stderr.contains(words) && ran.stderr.contains("development.directory.json"), "{}", ran.stderr);
        assert_eq!(ran.stdout, "");
    }
    fs::remove_file(bench.path("config/development.directory.json")).unwrap();
    assert!(!bench.ok(&["trust", "list"]).stderr.contains(words));
    assert_eq!(bench.verify(&["out.png"]).1[0]["verdict"], "unknown-issuer");
}
