//! Labelling: what `stamp --profile` puts into files, what `check` says of them, and what other tools read.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use common::{Bench, jpeg, png, street, webp};
use serde_json::{Value, json};
use watermark_core::Raster;
use watermark_core::raster::{Channels, Samples};
use watermark_files::{EncodeOptions, JpegOptions, Limits, Metadata, WebpCompression, decode, encode};
use watermark_label::{LabelRecord, xmp};

const FORMATS: [&str; 3] = ["png", "jpg", "webp"];
const PROFILES: [&str; 4] = ["kr", "eu", "cn", "us-ca"];
const SYSTEM: [&str; 2] = ["--system", "painter@2.1"];

fn cover(format: &str) -> Vec<u8> {
    match format {
        "png" => png(&street()),
        "jpg" => jpeg(&street(), 93),
        _ => webp(&street()),
    }
}

/// Stamps `in.EXT` and returns the name of what was written.
fn stamp(bench: &Bench, format: &str, args: &[&str]) -> String {
    let (input, output) = (format!("in.{format}"), format!("out.{format}"));
    bench.put(&input, &cover(format));
    bench.ok(&[&["stamp", "--key", "key.pem", &input, "-o", &output, "--overwrite"], args].concat());
    output
}

fn write(bench: &Bench, name: &str, raster: &Raster, metadata: &Metadata) {
    let options = match name.rsplit_once('.').unwrap().1 {
        "png" => EncodeOptions::Png,
        "jpg" => EncodeOptions::Jpeg(JpegOptions::new(95)),
        _ => EncodeOptions::WebP(WebpCompression::Lossless),
    };
    let encoded = encode(raster, metadata, &options).unwrap();
    assert!(encoded.notes.is_empty(), "{:?}", encoded.notes);
    bench.put(name, &encoded.bytes);
}

fn check(bench: &Bench, profiles: &str, args: &[&str]) -> (i32, Vec<Value>) {
    let fixed = ["check", "--json", "--effort", "fast", "--trust", "key.directory.json", "--profile", profiles];
    let ran = bench.run(&[&fixed[..], args].concat());
    (ran.code, ran.json())
}

/// Ids of the clauses of all profiles that have a status.
fn with_status(record: &Value, status: &str) -> BTreeSet<String> {
    let clauses = record["profiles"].as_array().unwrap().iter().flat_map(|p| p["clauses"].as_array().unwrap());
    clauses.filter(|c| c["status"] == status).map(|c| c["id"].as_str().unwrap().to_owned()).collect()
}

/// Which layers a file still has.
#[derive(Clone, Copy, Debug)]
struct Layers {
    badge: bool,
    mark: bool,
    metadata: bool,
}

/// Whether a clause is met with these layers.
type Meets = fn(Layers) -> bool;

/// Every clause that lies in the file of a realistic, exported picture, and with which layers it is met. A visible label is on
/// record in the metadata alone, so it goes with them, and without the mark nothing shows that it is still there.
const INSIDE: [(&str, Meets); 19] = [
    ("kr.31-2", |has| has.mark || has.metadata),
    ("kr.guideline.exported", |has| has.mark || has.metadata),
    ("kr.31-3", |has| has.badge && has.mark && has.metadata),
    ("kr.guideline.deepfake", |has| has.badge && has.mark && has.metadata),
    ("eu.50-2", |has| has.mark || has.metadata),
    ("eu.code-1.1.1", |has| has.metadata),
    ("eu.code-1.1.2", |has| has.mark),
    ("eu.code-1.3", |has| has.metadata),
    ("eu.50-4", |has| has.badge && has.mark && has.metadata),
    ("cn.explicit", |has| has.badge && has.mark && has.metadata),
    ("cn.implicit", |has| has.metadata),
    ("cn.art-5", |has| has.mark),
    ("us-ca.b-1-A", |has| has.metadata),
    ("us-ca.b-1-B", |has| has.metadata),
    ("us-ca.b-1-C", |has| has.mark || has.metadata),
    ("us-ca.b-1-D", |has| has.mark || has.metadata),
    ("us-ca.E", |has| has.mark || has.metadata),
    ("us-ca.b-3", |has| has.metadata),
    ("us-ca.b-4", |has| has.mark),
];
/// What may be shown outside the file instead, and what is recommended only.
const OR_OUTSIDE: [&str; 1] = ["kr.31-3"];
/// What a visible label alone can meet.
const BADGE: [&str; 4] = ["kr.31-3", "kr.guideline.deepfake", "eu.50-4", "cn.explicit"];
const RECOMMENDED: [&str; 2] = ["eu.code-1.3", "cn.art-5"];

#[test]
fn each_layer_meets_exactly_its_clauses_for_every_profile_in_every_format() {
    let bench = Bench::with_key();
    for profiles in PROFILES.into_iter().chain(["kr,eu,cn,us-ca"]) {
        let asked = |clause: &str| profiles.split(',').any(|profile| clause.starts_with(&format!("{profile}.")));
        for format in FORMATS {
            let files = with_and_without(&bench, profiles, format);
            let names: Vec<_> = files.iter().map(|(_, name)| name.as_str()).collect();
            let (exit, found) = check(&bench, profiles, &[&["--realistic"], &names[..]].concat());
            let mut worst = 0;
            for ((has, name), record) in files.iter().zip(&found) {
                let [met, unmet]: [BTreeSet<_>; 2] = [true, false].map(|met| {
                    let all = INSIDE.into_iter().filter(|(clause, meets)| asked(clause) && meets(*has) == met);
                    all.map(|(clause, _)| clause.to_owned()).collect()
                });
                let on_record = has.badge && has.metadata;
                let is_outside =
                    |clause: &String| OR_OUTSIDE.contains(&&**clause) || (on_record && BADGE.contains(&&**clause));
                let (elsewhere, unmet): (BTreeSet<_>, BTreeSet<_>) = unmet.into_iter().partition(is_outside);
                assert_eq!(with_status(record, "met"), met, "{profiles}: {name}, {has:?}\n{record:#}");
                assert_eq!(with_status(record, "not-met"), unmet, "{profiles}: {name}, {has:?}\n{record:#}");
                assert!(with_status(record, "outside").is_superset(&elsewhere), "{profiles}: {name}\n{record:#}");
                assert_eq!(record["contradictions"], json!([]), "{profiles}: {name}");
                worst = worst.max(i32::from(unmet.iter().any(|clause| !RECOMMENDED.contains(&clause.as_str()))));
            }
            // The first has every layer; alone it passes.
            let (alone, _) = check(&bench, profiles, &[names[0]]);
            assert_eq!((alone, exit), (0, worst), "{profiles}, {format}");
        }
    }
}

/// A stamped realistic picture, and what is left of it without each of its layers in every combination.
fn with_and_without(bench: &Bench, profiles: &str, format: &str) -> Vec<(Layers, String)> {
    let mut files = Vec::new();
    for badge in [true, false] {
        let mut args = [&["--profile", profiles, "--realistic"], &SYSTEM[..]].concat();
        if !badge {
            args.extend(["--badge", "none"]);
        } else if profiles == "us-ca" {
            // It asks for none by itself.
            args.extend(["--badge", "en"]);
        }
        let out = stamp(bench, format, &args);
        let file = decode(&fs::read(bench.path(&out)).unwrap(), &Limits::default()).unwrap();
        let mut unmarked = decode(&cover(format), &Limits::default()).unwrap().raster;
        let record = xmp::read(file.metadata.xmp.as_deref().unwrap()).unwrap().records.remove(0);
        let drawn = LabelRecord::read(&record).unwrap().labelled.badge;
        assert_eq!(drawn.is_some(), badge, "{profiles}");
        if let Some(drawn) = drawn {
            watermark_badge::draw(&mut unmarked, &drawn.text.parse().unwrap()).unwrap();
        }
        for (mark, metadata) in [(true, true), (true, false), (false, true), (false, false)] {
            let name = format!("badge-{badge}-mark-{mark}-metadata-{metadata}.{format}");
            if mark && metadata {
                fs::rename(bench.path(&out), bench.path(&name)).unwrap();
            } else {
                let raster = if mark { &file.raster } else { &unmarked };
                write(bench, &name, raster, &if metadata { file.metadata.clone() } else { Metadata::default() });
            }
            files.push((Layers { badge, mark, metadata }, name));
        }
    }
    files
}

#[test]
fn a_visible_label_that_was_cut_off_or_painted_over_or_out_is_not_met() {
    let bench = Bench::with_key();
    let out = stamp(&bench, "png", &["--profile", "kr", "--realistic"]);
    let file = decode(&fs::read(bench.path(&out)).unwrap(), &Limits::default()).unwrap();
    let record = xmp::read(file.metadata.xmp.as_deref().unwrap()).unwrap().records.remove(0);
    let badge = LabelRecord::read(&record).unwrap().labelled.badge.unwrap();
    let Samples::U8(samples) = file.raster.samples() else { unreachable!("a PNG of 8 bits") };
    let (stride, top, bottom) = (512 * 3, badge.y as usize, (badge.y + badge.height) as usize);
    // Another part of the picture in its place, and the longer part of the picture without it.
    let mut painted = samples.clone();
    for row in top.saturating_sub(48)..(bottom + 48).min(512) {
        let from = (row + 200) % 512 * stride;
        painted[row * stride..][..stride].copy_from_slice(&samples[from..from + stride]);
    }
    let rows = if top > 512 - bottom { 0..top } else { bottom..512 };
    let cropped = samples[rows.start * stride..rows.end * stride].to_vec();
    // The plate's words, in its own colour: nothing can be read of a mark in what is flat.
    let mut blank = samples.clone();
    let (left, width) = (badge.x as usize * 3, badge.width as usize * 3);
    for row in top..bottom {
        blank[row * stride + left..][..width].fill(240);
    }
    for (name, height, samples, why) in [
        ("blank.png", 512, blank, "nothing that could be read"),
        ("painted.png", 512, painted, "was changed after stamping"),
        ("cropped.png", rows.len() as u32, cropped, "was cut off"),
    ] {
        let raster = Raster::new(512, height, Channels::Rgb, Samples::U8(samples)).unwrap();
        write(&bench, name, &raster, &file.metadata);
        let args = ["check", "--json", "--trust", "key.directory.json", "--profile", "kr", "--realistic", name];
        let ran = bench.run(&args);
        let found = &ran.json()[0];
        assert_eq!(
            (ran.code, with_status(found, "not-met")),
            (1, ["kr.guideline.deepfake".to_owned()].into()),
            "{found:#}"
        );
        assert!(found.to_string().contains(why), "{found:#}");
        assert!(with_status(found, "outside").contains("kr.31-2.notice"), "{found:#}");
    }
}

#[test]
fn korea_by_its_circumstances() {
    let bench = Bench::with_key();
    let plain = stamp(&bench, "png", &["--profile", "kr"]);
    let (code, found) = check(&bench, "kr", &[&plain]);
    assert_eq!(code, 0);
    assert_eq!(with_status(&found[0], "met"), ["kr.31-2", "kr.guideline.exported"].map(str::to_owned).into());
    assert!(with_status(&found[0], "outside").contains("kr.31-2.notice"), "an invisible label needs a notice");

    // The same picture, taken for real: an invisible label is not enough once it is exported.
    let (code, found) = check(&bench, "kr", &["--realistic", &plain]);
    assert_eq!((code, with_status(&found[0], "not-met")), (1, ["kr.guideline.deepfake".to_owned()].into()));
    let (code, found) = check(&bench, "kr", &["--realistic", "--inside-service", &plain]);
    assert_eq!((code, with_status(&found[0], "not-met").len()), (0, 0));
    assert!(with_status(&found[0], "met").contains("kr.31-2.service"));
    let (code, found) = check(&bench, "kr", &["--realistic", "--badge-seen", &plain]);
    assert_eq!(code, 0);
    assert!(!with_status(&found[0], "outside").contains("kr.31-2.notice"), "a visible label is enough alone");

    // An unmarked picture: inside the service the user interface can say it.
    bench.put("bare.png", &png(&street()));
    let (code, found) = check(&bench, "kr", &["bare.png"]);
    let unmet = ["kr.31-2", "kr.guideline.exported"].map(str::to_owned).into();
    assert_eq!((code, with_status(&found[0], "not-met")), (1, unmet));
    let (code, found) = check(&bench, "kr", &["--inside-service", "bare.png"]);
    assert_eq!(code, 0);
    assert!(with_status(&found[0], "outside").contains("kr.31-2.service"));

    let artistic = stamp(&bench, "png", &["--profile", "kr", "--realistic", "--artistic"]);
    let (code, found) = check(&bench, "kr", &[&artistic]);
    assert_eq!(code, 0);
    assert!(with_status(&found[0], "outside").contains("kr.31-3.artistic"), "a relaxation, not an exemption");

    let text = bench.run(&["check", "--profile", "kr", "--trust", "key.directory.json", &plain]).stdout;
    for part in ["Art. 31(2); Decree Art. 23(2)", "outside", "to do", "not verified", "Not legal advice"] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    assert!(!text.to_lowercase().contains("compliant"), "{text}");
}

#[test]
fn an_exemption_is_kept_with_its_reason_and_judged_by_nobody() {
    let bench = Bench::with_key();
    bench.put("in.png", &png(&street()));
    let stamp = ["stamp", "--key", "key.pem", "in.png", "-o", "out.png", "--json", "--profile", "kr"];
    let ran = bench.ok(&[&stamp[..], &["--exempt", "internal:layout draft"]].concat());
    let labels = ran.json()[0]["labels"].clone();
    assert_eq!(labels["exemption"], json!({ "kind": "internal", "reason": "layout draft" }));
    assert_eq!(labels["notice"], Value::Null);
    let (code, found) = check(&bench, "kr", &["out.png"]);
    assert_eq!((code, with_status(&found[0], "met").len(), with_status(&found[0], "not-met").len()), (0, 0, 0));
    let evidence = found[0]["profiles"][0]["clauses"][0]["evidence"][0].as_str().unwrap();
    assert!(evidence.contains("Decree Art. 23(4)2") && evidence.contains("layout draft"), "{evidence}");
    // Whoever has an exemption is not told to stamp again.
    let clauses = found[0]["profiles"][0]["clauses"].as_array().unwrap();
    assert!(clauses.iter().all(|clause| clause["remedy"].is_null() && clause["notice"].is_null()), "{:#}", found[0]);

    for (args, why) in [
        (&["--exempt", "minor:x"][..], "choose from obvious, internal, notified"),
        (&["--exempt", "internal"], "KIND:REASON"),
        (&["--profile", "us-ca"], "--system NAME@VERSION"),
        (&["--profile", "xx"], "possible values: kr, eu, cn, us-ca"),
    ] {
        let ran = bench.run(&[&stamp[..], &["--overwrite"], args].concat());
        assert_eq!(ran.code, 2, "{args:?}");
        assert!(ran.stderr.contains(why), "{args:?}: {}", ran.stderr);
    }
}

#[test]
fn a_visible_label_speaks_for_every_profile_that_asks_for_one() {
    let bench = Bench::with_key();
    let label = |out: &str| {
        let file = decode(&fs::read(bench.path(out)).unwrap(), &Limits::default()).unwrap();
        let record = xmp::read(file.metadata.xmp.as_deref().unwrap()).unwrap().records.remove(0);
        LabelRecord::read(&record).unwrap().labelled.badge.unwrap().text
    };
    for (profiles, text) in [
        ("kr,cn", "AI로 생성된 가상의 이미지입니다 / AI生成"),
        ("eu,kr,eu", "AI GENERATED / AI로 생성된 가상의 이미지입니다"),
        ("cn,us-ca", "AI生成"),
    ] {
        let args = [&["--realistic", "--profile", profiles], &SYSTEM[..]].concat();
        let out = stamp(&bench, "png", &args);
        assert_eq!(label(&out), text);
        let (code, found) = check(&bench, profiles, &[&out]);
        assert_eq!(code, 0, "{profiles}: {:#}", found[0]);
    }
    // A label of one's own counts for whom it speaks, and stamp says for whom it does not.
    bench.put("in.png", &png(&street()));
    let args =
        ["stamp", "--key", "key.pem", "in.png", "-o", "ko.png", "--realistic", "--profile", "kr,cn", "--badge", "ko"];
    let ran = bench.ok(&[&args[..], &["--json"]].concat());
    assert_eq!(ran.json()[0]["labels"]["missing"], json!(["badge"]));
    let ran = bench.ok(&[&args[..], &["--overwrite"]].concat());
    assert!(
        ran.stderr.contains("a visible label is asked for") && ran.stderr.contains("\"AI 생성\" was drawn"),
        "{}",
        ran.stderr
    );
    let (code, found) = check(&bench, "kr,cn", &["ko.png"]);
    assert_eq!((code, with_status(&found[0], "not-met")), (1, ["cn.explicit".to_owned()].into()));
}

#[test]
fn stamp_says_which_notice_is_owed() {
    let bench = Bench::with_key();
    bench.put("in.png", &png(&street()));
    let stamp = ["stamp", "--key", "key.pem", "in.png", "-o", "out.png", "--overwrite"];
    let ran = bench.ok(&[&stamp[..], &["--json", "--profile", "eu,kr,eu"]].concat());
    let labels = &ran.json()[0]["labels"];
    assert_eq!((&labels["profiles"], &labels["layers"]), (&json!(["eu", "kr"]), &json!(["mark", "metadata"])));
    assert_eq!((&labels["notice"]["id"], &labels["notice"]["owed"]), (&json!("kr.download.1"), &json!(true)));
    let printed = bench.ok(&["notice", "--profile", "kr", "--lang", "ko", "--for", "download"]).stdout;
    assert_eq!(labels["notice"]["texts"]["ko"], printed.trim());
    // By itself in the language of the law.
    for (profile, lang) in [("kr", "ko"), ("cn", "zh"), ("eu", "en")] {
        let by_default = bench.ok(&["notice", "--profile", profile]).stdout;
        assert_eq!(by_default, bench.ok(&["notice", "--profile", profile, "--lang", lang]).stdout);
    }
    let ran = bench.ok(&[&stamp[..], &["--profile", "kr"]].concat());
    assert!(ran.stderr.contains("a notice is owed") && ran.stderr.contains(printed.trim()), "{}", ran.stderr);
    assert!(ran.stdout.contains("layers mark + metadata (kr)"), "{}", ran.stdout);
    let html = bench.ok(&["notice", "--profile", "kr", "--lang", "ko", "--for", "before-use", "--html"]).stdout;
    assert!(html.contains("role=\"note\"") && html.contains("lang=\"ko\""), "{html}");
    // Without a profile nothing changes.
    let ran = bench.ok(&[&stamp[..], &["--json"]].concat());
    assert_eq!(ran.json()[0]["labels"], Value::Null);
    let file = decode(&fs::read(bench.path("out.png")).unwrap(), &Limits::default()).unwrap();
    assert_eq!(file.metadata.xmp, None);
}

#[test]
fn a_second_packet_in_the_file_hides_no_contradiction() {
    const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
    let bench = Bench::with_key();
    let out = stamp(&bench, "jpg", &["--profile", "kr"]);
    let mut file = fs::read(bench.path(&out)).unwrap();
    let at = file.windows(XMP.len()).position(|w| w == XMP).unwrap();
    let length = usize::from(u16::from_be_bytes([file[at - 2], file[at - 1]]));
    let first = file[at - 4..at - 2 + length].to_vec();
    // As long as the term that it replaces, so that the segment's length stays.
    let term = b"trainedAlgorithmicMedia";
    let place = first.windows(term.len()).position(|w| w == term).unwrap();
    let mut second = first.clone();
    second[place..place + term.len()].copy_from_slice(b"digitalCapture         ");
    file.splice(at - 2 + length..at - 2 + length, second);
    bench.put("two.jpg", &file);
    let (_, found) = check(&bench, "kr", &["two.jpg"]);
    assert!(found[0]["contradictions"].to_string().contains("digitalCapture"), "{:#}", found[0]);
}

#[test]
fn metadata_that_were_there_are_kept_and_contradictions_named() {
    let bench = Bench::with_key();
    let capture = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture";
    let packet = format!(
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
         <rdf:Description rdf:about=\"\" xmlns:e=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\" \
         e:DigitalSourceType=\"{capture}\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" dc:source=\"mine\"/></rdf:RDF></x:xmpmeta>"
    );
    let extended = b"0123456789ABCDEF0123456789ABCDEF\0\0\0\x04\0\0\0\0<a/>".to_vec();
    let metadata =
        Metadata { xmp: Some(packet.into_bytes()), xmp_extended: vec![extended.clone()], ..Metadata::default() };
    write(&bench, "in.jpg", &street(), &metadata);
    let ran = bench.ok(&["stamp", "--key", "key.pem", "in.jpg", "-o", "out.jpg", "--profile", "kr"]);
    assert!(ran.stderr.contains("digitalCapture") && ran.stderr.contains("was kept"), "{}", ran.stderr);
    let file = decode(&fs::read(bench.path("out.jpg")).unwrap(), &Limits::default()).unwrap();
    assert_eq!(file.metadata.xmp_extended, [extended]);
    let text = String::from_utf8(file.metadata.xmp.unwrap()).unwrap();
    assert_eq!((text.matches("DigitalSourceType").count(), text.contains("dc:source=\"mine\"")), (1, true));
    let (code, found) = check(&bench, "eu", &["out.jpg"]);
    assert_eq!(code, 0, "the mark still says it");
    assert!(found[0]["contradictions"][0].as_str().unwrap().contains("digitalCapture"), "{:#}", found[0]);

    // Stamped again: a second record, and nothing else twice.
    let args = ["stamp", "--key", "key.pem", "--force", "--profile", "cn"];
    bench.ok(&[&args[..], &["out.jpg", "-o", "again.jpg"]].concat());
    bench.ok(&[&args[..], &["again.jpg", "-o", "third.jpg"]].concat());
    let file = decode(&fs::read(bench.path("third.jpg")).unwrap(), &Limits::default()).unwrap();
    let labels = xmp::read(file.metadata.xmp.as_deref().unwrap()).unwrap();
    assert_eq!((labels.records.len(), labels.aigc.len(), labels.source_types), (3, 1, vec![capture.to_owned()]));
    let (_, found) = check(&bench, "cn", &["third.jpg"]);
    assert_eq!(found[0]["layers"]["metadata"]["record"]["about_these_pixels"], true);
    let named = found[0]["contradictions"].to_string();
    assert!(named.contains("AIGC label names another picture"), "{named}");

    // A packet that cannot be read is not replaced.
    let broken = Metadata { xmp: Some(b"<x:xmpmeta".to_vec()), ..Metadata::default() };
    write(&bench, "broken.png", &street(), &broken);
    let ran = bench.run(&["stamp", "--key", "key.pem", "broken.png", "-o", "no.png", "--profile", "kr"]);
    assert_eq!((ran.code, bench.has("no.png")), (1, false));
    assert!(ran.stderr.contains("XMP packet cannot be read"), "{}", ran.stderr);
    // One that leaves no room in a JPEG segment is not dropped either.
    let full = format!(
        "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><!--{}--></rdf:RDF>",
        "x".repeat(64_000)
    );
    write(&bench, "full.jpg", &street(), &Metadata { xmp: Some(full.into_bytes()), ..Metadata::default() });
    let ran = bench.run(&["stamp", "--key", "key.pem", "full.jpg", "-o", "no.jpg", "--profile", "kr"]);
    assert_eq!((ran.code, bench.has("no.jpg")), (1, false));
    assert!(ran.stderr.contains("write PNG or WebP"), "{}", ran.stderr);
}

#[test]
fn check_speaks_korean() {
    let bench = Bench::with_key();
    let out = stamp(&bench, "png", &[&["--profile", "kr", "--realistic", "--badge", "none"], &SYSTEM[..]].concat());
    let check = ["check", "--lang", "ko", "--profile", "kr,eu,cn,us-ca", "--trust", "key.directory.json", &out];
    let text = bench.run(&check).stdout;
    for part in [
        "법 제31조제2항",
        "충족 ",
        "미충족",
        "파일 밖",
        "해당없음",
        "할 일",
        "원문 미확인",
        "서비스 밖으로 나가는 것, 실제와 구분하기 어려운 것",
        "법률 자문이 아니며",
        "watermark stamp --profile kr --realistic",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    let hangul = |line: &&str| line.chars().any(|c| ('가'..='힣').contains(&c));
    let foreign: Vec<_> = text.lines().filter(|line| !hangul(line)).collect();
    assert!(foreign.is_empty(), "{foreign:#?}");
    bench.put("empty.png", b"");
    let ran = bench.run(&["check", "--lang", "ko", "--profile", "kr", "empty.png"]);
    assert!(ran.stdout.contains("확인하지 못함: 파일이 비어 있습니다"), "{}", ran.stdout);
    let english = bench.run(&["check", "--profile", "kr", "--trust", "key.directory.json", "--json", &out]).json();
    let korean = bench.run(&[&check[..], &["--json"]].concat()).json();
    assert_eq!((&english[0]["language"], &korean[0]["language"]), (&json!("en"), &json!("ko")));
    assert_eq!(with_status(&english[0], "met"), &with_status(&korean[0], "met") & &with_status(&english[0], "met"));
}

#[test]
fn a_record_of_another_picture_proves_nothing() {
    let bench = Bench::with_key();
    let first = stamp(&bench, "png", &["--profile", "kr", "--realistic"]);
    let metadata = decode(&fs::read(bench.path(&first)).unwrap(), &Limits::default()).unwrap().metadata;
    let other = stamp(&bench, "png", &["--realistic"]);
    let raster = decode(&fs::read(bench.path(&other)).unwrap(), &Limits::default()).unwrap().raster;
    write(&bench, "moved.png", &raster, &metadata);
    let (code, found) = check(&bench, "kr,eu", &["moved.png"]);
    assert_eq!(code, 1);
    let unmet = with_status(&found[0], "not-met");
    assert!(unmet.contains("kr.guideline.deepfake") && unmet.contains("eu.code-1.1.1"), "{unmet:?}");
    assert!(found[0]["contradictions"].to_string().contains("another picture"), "{:#}", found[0]);

    // Without a mark to compare, the content hash tells.
    let whole = decode(common::SAMPLE, &Limits::default()).unwrap().raster;
    for (name, raster, mine) in [("unmarked.png", &street(), true), ("copied.png", &whole, false)] {
        write(&bench, name, raster, &metadata);
        let (_, found) = check(&bench, "kr,eu", &[name]);
        assert_eq!(with_status(&found[0], "not-met").contains("eu.code-1.1.1"), !mine, "{:#}", found[0]);
        let said = found[0].to_string();
        let expected =
            if mine { "content hash agrees with the picture" } else { "another picture, by its content hash" };
        assert!(said.contains(expected) && said.contains("weighted bits disagree"), "{:#}", found[0]);
        assert_eq!(found[0]["layers"]["metadata"]["record"]["about_these_pixels"], mine);
    }
}

#[test]
fn what_check_prints_fits_its_schema() {
    let schema: Value = serde_json::from_str(include_str!("../../docs/check.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let bench = Bench::with_key();
    let args = [&["--profile", "kr,cn", "--realistic", "--exempt", "internal:x"], &SYSTEM[..]].concat();
    let stamped = stamp(&bench, "png", &args);
    bench.put("bare.png", &png(&street()));
    bench.put("broken.png", b"GIF89a");
    let (code, found) = check(&bench, "kr,eu,cn,us-ca", &[&stamped, "bare.png", "broken.png", "missing.png"]);
    assert_eq!((code, found.len()), (2, 4));
    for record in &found {
        let errors: Vec<_> = validator.iter_errors(record).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:?}\n{record:#}");
        described(&schema, &schema, record);
        for field in schema["required"].as_array().unwrap().iter().map(|field| field.as_str().unwrap()) {
            let mut without = record.clone();
            without.as_object_mut().unwrap().remove(field);
            assert!(!validator.is_valid(&without), "passes without {field}");
        }
    }
}

/// Every field that is printed is described, at every depth.
fn described(root: &Value, schema: &Value, value: &Value) {
    let schema = match schema.get("$ref").and_then(Value::as_str) {
        Some(pointer) => root.pointer(&pointer[1..]).unwrap(),
        None => schema,
    };
    let schema = match schema.get("oneOf") {
        Some(choices) if !value.is_null() => &choices[1],
        _ => schema,
    };
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let inner = schema["properties"].get(name).unwrap_or_else(|| panic!("{name} is not described"));
                described(root, inner, value);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| described(root, &schema["items"], item)),
        _ => {}
    }
}

#[test]
fn exiftool_reads_every_field() {
    if Command::new("exiftool").arg("-ver").output().is_err() {
        println!("SKIPPED: exiftool is not installed (Debian: libimage-exiftool-perl)");
        return;
    }
    let bench = Bench::with_key();
    for format in FORMATS {
        let time = "2026-01-31T18:30:00+09:00";
        let args = [&["--profile", "kr,cn", "--badge", "none", "--id", "77", "--time", time], &SYSTEM[..]].concat();
        let out = stamp(&bench, format, &args);
        let ran = Command::new("exiftool").args(["-j", "-n", "-G1"]).arg(bench.path(&out)).output().unwrap();
        let found: Value = serde_json::from_slice(&ran.stdout).unwrap();
        let found = &found[0];
        let source = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
        assert_eq!(found["XMP-iptcExt:DigitalSourceType"], source, "{format}\n{found:#}");
        assert_eq!(found["XMP-iptcExt:AISystemUsed"], "painter", "{format}\n{found:#}");
        // exiftool writes what looks like a number as one.
        assert_eq!(found["XMP-iptcExt:AISystemVersionUsed"].to_string().trim_matches('"'), "2.1", "{format}");
        assert_eq!(found["XMP-xmp:CreateDate"], "2026:01:31 09:30:00Z", "{format}\n{found:#}");
        // exiftool 12.57 does not know AIGC and spells it Aigc.
        let field = |name: &str| {
            let spelled = found.as_object().unwrap().iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            spelled.and_then(|(_, value)| value.as_str()).unwrap_or_else(|| panic!("{name}, {format}\n{found:#}"))
        };
        let aigc: Value = serde_json::from_str(field("XMP-TC260:AIGC")).unwrap();
        let record = LabelRecord::read(field("XMP-watermark:Records")).unwrap();
        assert_eq!((&aigc["Label"], &aigc["ContentProducer"]), (&json!("1"), &json!("Tester")), "{format}");
        assert_eq!(aigc["ProduceID"], record.payload.beacon.id(), "{format}");
        assert!(record.payload.beacon.id().ends_with("-77"), "{format}");
        assert_eq!(aigc["ReservedCode1"].as_str().unwrap().len(), "ed25519:".len() + 128, "{format}");
        assert_eq!(record.labelled.notice.as_deref(), Some("kr.download.1"), "{format}");
        let said =
            Command::new("exiftool").args(["-validate", "-warning", "-a"]).arg(bench.path(&out)).output().unwrap();
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        assert!(!said.contains("XMP"), "{format}: {said}");
    }
}
