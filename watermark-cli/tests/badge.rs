//! The visible label through the program: drawn before the mark, verified with it, recorded, and never drawn twice.

mod common;

use std::fs;

use common::{Bench, flat, png, street};
use serde_json::{Value, json};
use watermark_core::Raster;
use watermark_core::raster::Samples;
use watermark_files::{Limits, decode};

const TRUST: [&str; 2] = ["--trust", "key.directory.json"];

fn stamp(bench: &Bench, input: &str, output: &str, args: &[&str]) -> Value {
    let ran = bench.ok(&[&["stamp", "--json", "--key", "key.pem", input, "-o", output][..], args].concat());
    ran.json().remove(0)
}

fn pixels(bench: &Bench, name: &str) -> Raster {
    decode(&fs::read(bench.path(name)).unwrap(), &Limits::default()).unwrap().raster
}

#[test]
fn a_labelled_picture_verifies_and_shows_its_label_where_it_says() {
    let bench = Bench::with_key();
    bench.put("in.png", &png(&street()));
    let cases: [(&str, &[&str], &str, [bool; 2]); 6] = [
        ("ko", &[], "AI 생성", [false, false]),
        ("en", &["--badge-corner", "top-left"], "AI-Generated", [true, true]),
        ("eu", &[], "AI", [false, true]),
        ("eu-modified", &["--badge-corner", "bottom-left", "--badge-size", "8"], "AI MODIFIED", [true, false]),
        ("zh", &["--badge-size", "7.5%"], "AI生成", [false, false]),
        ("인공지능 합성", &[], "인공지능 합성", [false, false]),
    ];
    for (n, (badge, args, text, [left, top])) in cases.into_iter().enumerate() {
        let output = format!("{n}.{}", ["png", "jpg", "webp"][n % 3]);
        let record = stamp(&bench, "in.png", &output, &[&["--badge", badge][..], args].concat());
        let (code, found) = bench.verify(&[&TRUST[..], &[&output]].concat());
        assert_eq!((code, &found[0]["verdict"]), (0, &json!("verified")), "{badge}: {:#}", found[0]);
        let drawn = &record["badge"];
        let number = |field: &str| drawn[field].as_f64().unwrap();
        assert_eq!(drawn["text"], text);
        assert_eq!([number("x") < 100.0, number("y") < 100.0], [left, top], "{badge}: {drawn}");
        assert!(number("text_height_px") * 20.0 >= 512.0 && number("contrast") >= 4.5, "{badge}: {drawn}");
        // The label is far from the cover there, and the mark alone elsewhere.
        let (cover, stamped) = (street(), pixels(&bench, &output));
        let (inside, outside) = differences(&cover, &stamped, drawn);
        assert!(inside > 25.0 && outside < 5.0, "{badge}: mean difference {inside} inside, {outside} outside");
        // Against the labelled cover, not the plain one.
        assert!(record["psnr_db"].as_f64().unwrap() > 38.0, "{badge}: {}", record["psnr_db"]);
    }
    let plain = stamp(&bench, "in.png", "plain.png", &[]);
    assert_eq!(plain["badge"], Value::Null);
}

/// Mean absolute difference inside and outside of the label.
fn differences(a: &Raster, b: &Raster, drawn: &Value) -> (f64, f64) {
    let (Samples::U8(a), Samples::U8(b)) = (a.samples(), b.samples()) else { panic!("8 bits") };
    let number = |field: &str| drawn[field].as_u64().unwrap() as usize;
    let (columns, rows) = (number("x")..number("x") + number("width"), number("y")..number("y") + number("height"));
    let mut sums = [(0.0, 0.0); 2];
    for (n, (a, b)) in a.iter().zip(b).enumerate() {
        let inside = columns.contains(&(n / 3 % 512)) && rows.contains(&(n / 3 / 512));
        let (sum, count) = &mut sums[usize::from(!inside)];
        (*sum, *count) = (*sum + f64::from(a.abs_diff(*b)), *count + 1.0);
    }
    let [inside, outside] = sums.map(|(sum, count)| sum / count);
    (inside, outside)
}

#[test]
fn what_a_profile_asks_for_is_drawn_unless_told_otherwise() {
    let bench = Bench::with_key();
    bench.put("in.png", &png(&street()));
    let kr = ["--profile", "kr", "--system", "painter@2.1"];
    let with = |args: &[&str], output: &str| stamp(&bench, "in.png", output, &[&kr[..], args].concat());
    assert_eq!(with(&[], "a.png")["badge"], Value::Null, "an ordinary picture may go with mark and notice");
    let realistic = with(&["--realistic"], "b.png");
    assert_eq!(realistic["badge"]["text"], "AI로 생성된 가상의 이미지입니다");
    assert!(realistic["labels"]["layers"].as_array().unwrap().contains(&json!("badge")), "{realistic:#}");
    assert_eq!(with(&["--realistic", "--badge", "ko"], "c.png")["badge"]["text"], "AI 생성");
    let without = with(&["--realistic", "--badge", "none"], "d.png");
    assert_eq!(without["badge"], Value::Null);
    assert!(without["labels"]["missing"].as_array().unwrap().contains(&json!("badge")), "{without:#}");
}

#[test]
fn a_label_is_not_drawn_over_itself() {
    let bench = Bench::with_key();
    bench.put("in.png", &png(&street()));
    stamp(&bench, "in.png", "once.jpg", &["--badge", "ko"]);
    let again = ["stamp", "--key", "key.pem", "--badge", "ko", "once.jpg", "-o", "twice.png"];
    let ran = bench.run(&again);
    assert_eq!((ran.code, bench.has("twice.png")), (1, false));
    assert!(ran.stderr.contains("already carries a mark"), "{}", ran.stderr);
    let ran = bench.ok(&[&again[..], &["--force"]].concat());
    assert!(ran.stderr.contains("it was not drawn again"), "{}", ran.stderr);
}

#[test]
fn labels_that_cannot_be_drawn_are_refused_before_any_work() {
    let bench = Bench::with_key();
    bench.put("in.png", &png(&street()));
    for (args, says) in [
        (&["--badge", "AI 😀"][..], "U+1F600"),
        (&["--badge", ""], "the label is empty"),
        (&["--badge", "eu-modfied"], "it is no preset, but looks like eu-modified"),
        (&["--badge", "ko", "--badge-size", "4.9"], "5 to 25"),
        (&["--badge", "ko", "--badge-corner", "middle"], "top-left"),
    ] {
        let ran = bench.run(&[&["stamp", "--key", "key.pem", "in.png", "-o", "out.png"][..], args].concat());
        assert_eq!((ran.code, ran.stderr.contains(says), bench.has("out.png")), (2, true, false), "{}", ran.stderr);
    }
    // The text itself can be asked for, and what was drawn is said.
    let ran = bench.ok(&[
        "stamp",
        "--key",
        "key.pem",
        "in.png",
        "-o",
        "out.png",
        "--badge",
        " eu-modfied",
        "--badge-size",
        "6",
    ]);
    assert!(ran.stdout.contains(", label \"eu-modfied\"") && ran.stderr.is_empty(), "{}{}", ran.stdout, ran.stderr);
    // What is said of a label that nobody asked for is said to be in vain.
    let ran = bench.ok(&["stamp", "--key", "key.pem", "in.png", "-o", "plain.png", "--badge-size", "6"]);
    assert!(ran.stderr.contains("--badge-size does nothing") && !ran.stdout.contains("label"), "{}", ran.stderr);
    // Only the picture shows that it is too small.
    bench.put("small.png", &png(&flat(300, 200)));
    let long = "W".repeat(60);
    bench.put("tiny.png", &png(&flat(16, 16)));
    let ran = bench.run(&["stamp", "--key", "key.pem", "tiny.png", "-o", "out2.png", "--badge", "ko-realistic"]);
    assert!(ran.code == 1 && !bench.has("out2.png"), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("at least 128 px on the shorter side") && !ran.stderr.contains("fit"),
        "{}",
        ran.stderr
    );
    let ran = bench.run(&["stamp", "--key", "key.pem", "small.png", "-o", "out3.png", "--badge", &long]);
    assert_eq!((ran.code, ran.stderr.contains("does not fit a 300 x 200 px picture")), (1, true), "{}", ran.stderr);
}
