//! What is refused, with its reason and exit code, and what stays untouched then.

mod common;

use std::fs;

use common::{Bench, flat, huge_header, jpeg, mode, png, street};

#[test]
fn keys_and_directories_are_never_overwritten() {
    let bench = Bench::with_key();
    assert_eq!(mode(&bench.path("key.pem")), 0o600);
    let files = ["key.pem", "key.directory.json"];
    let read = || files.map(|file| fs::read(bench.path(file)).unwrap());
    let before = read();
    let again = bench.run(&["keygen", "-o", "key.pem", "--name", "Thief"]);
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("key.pem exists; keys and directories are never overwritten"), "{}", again.stderr);
    // A directory alone is enough to stop, and no key appears beside it.
    bench.put("new.directory.json", b"{}");
    assert_eq!(bench.run(&["keygen", "-o", "new.pem", "--name", "Thief"]).code, 2);
    assert!(!bench.has("new.pem"));
    // A secret under a name that is published is refused, before anything is written.
    for args in [
        &["-o", "x.directory.json", "--name", "A"][..],
        &["-o", "x.JSON", "--name", "A"],
        &["-o", "x.pub", "--name", "A"],
        &["-o", "x.json", "--into", "key.directory.json"],
    ] {
        let ran = bench.run(&[&["keygen"][..], args].concat());
        assert!(ran.code == 2 && ran.stderr.contains("end its name in .pem"), "{args:?}: {}", ran.stderr);
    }
    assert!(bench.list(".").iter().all(|name| !name.starts_with('x')), "{:?}", bench.list("."));
    assert_eq!(bench.run(&["keygen", "-o", "no/such/folder/k.pem", "--name", "A"]).code, 2);
    assert_eq!(bench.run(&["keygen", "-o", "x.pem", "--name", "with\nnewline"]).code, 2);
    assert!(!bench.has("x.pem"));
    assert_eq!(read(), before);
}

#[test]
fn a_marked_picture_is_not_marked_twice() {
    let bench = Bench::with_key();
    bench.put("in.png", &png(&street()));
    bench.ok(&["stamp", "--key", "key.pem", "in.png", "-o", "once.png", "--id", "1"]);
    let twice = ["stamp", "--key", "key.pem", "once.png", "-o", "twice.png", "--id", "2"];
    let refused = bench.run(&twice);
    assert_eq!(refused.code, 1);
    assert!(
        refused.stderr.contains("already carries a mark") && refused.stderr.contains("serial 1"),
        "{}",
        refused.stderr
    );
    assert!(!bench.has("twice.png"));
    // Recompression does not hide it.
    let marked =
        watermark_files::decode(&fs::read(bench.path("once.png")).unwrap(), &watermark_files::Limits::default());
    bench.put("once.jpg", &jpeg(&marked.unwrap().raster, 75));
    assert_eq!(bench.run(&["stamp", "--key", "key.pem", "once.jpg", "-o", "twice.jpg"]).code, 1);
    let forced = bench.run(&[&twice[..], &["--force"]].concat());
    if forced.code == 0 {
        assert!(forced.stderr.contains("stamped over an older mark"), "{}", forced.stderr);
    } else {
        assert!(!bench.has("twice.png"), "written without reading back");
    }
}

#[test]
fn nothing_is_overwritten_unasked() {
    let bench = Bench::with_key();
    let original = png(&street());
    bench.put("in.png", &original);
    bench.put("old.png", b"precious");
    let cases = [
        (&["in.png", "-o", "in.png"][..], "the output is the input"),
        (&["in.png", "-o", "./in.png"], "the output is the input"),
        (&["in.png", "-o", "old.png"], "exists; name another file"),
    ];
    for (args, reason) in cases {
        let ran = bench.run(&[&["stamp", "--key", "key.pem"], args].concat());
        assert_eq!(ran.code, 1, "{args:?}");
        assert!(ran.stderr.contains(reason), "{}", ran.stderr);
    }
    // A folder stamped into itself is searched, and its pictures stay unless they are to be replaced.
    bench.put("dd/sub/a.png", &original);
    let in_place = ["stamp", "--key", "key.pem", "dd", "--out-dir", "./dd"];
    let ran = bench.run(&in_place);
    assert!(ran.code == 1 && ran.stderr.contains("the output is the input"), "{}", ran.stderr);
    assert_eq!(fs::read(bench.path("dd/sub/a.png")).unwrap(), original);
    bench.ok(&[&in_place[..], &["--overwrite"]].concat());
    assert_eq!(bench.verify(&["--trust", "key.directory.json", "dd"]).0, 0);
    assert_eq!(fs::read(bench.path("in.png")).unwrap(), original);
    assert_eq!(fs::read(bench.path("old.png")).unwrap(), b"precious");
    bench.ok(&["stamp", "--key", "key.pem", "in.png", "-o", "in.png", "--overwrite"]);
    assert_eq!(bench.verify(&["--trust", "key.directory.json", "in.png"]).0, 0);
    assert!(bench.list(".").iter().all(|name| !name.contains(".tmp")), "{:?}", bench.list("."));
}

#[cfg(unix)]
#[test]
fn what_a_stamp_rests_on_is_never_its_output() {
    use std::os::unix::fs::symlink;
    let bench = Bench::with_key();
    let picture = png(&street());
    // Names without an extension take the format of the picture, so nothing else is in the way.
    fs::rename(bench.path("key.pem"), bench.path("k")).unwrap();
    fs::rename(bench.path("key.directory.json"), bench.path("k.directory.json")).unwrap();
    bench.put("carrier", &[7; 64]);
    bench.put("in.png", &picture);
    bench.put("in/d.png", &picture);
    bench.ok(&["stamp", "--key", "k", "--ledger", "l.jsonl", "in.png", "-o", "first.png", "--id", "1"]);
    fs::create_dir_all(bench.path("out")).unwrap();
    for (link, file) in
        [("led.png", "l.jsonl"), ("key.png", "k"), ("late.png", "late.jsonl"), ("out/d.png", "../k.directory.json")]
    {
        symlink(file, bench.path(link)).unwrap();
    }
    let kept = ["k", "k.directory.json", "carrier", "l.jsonl"];
    let read = || kept.map(|file| fs::read(bench.path(file)).unwrap());
    let before = read();
    for (args, what) in [
        (&["in.png", "-o", "k"][..], "k cannot be both the stamped image and the key; name two files"),
        (&["in.png", "-o", "key.png"], "key.png cannot be both the stamped image and the key (k is the same file)"),
        (&["in.png", "-o", "carrier", "--carrier-key", "./carrier"], "the stamped image and the carrier key"),
        (&["in.png", "-o", "led.png", "--ledger", "l.jsonl"], "the ledger (l.jsonl is the same file)"),
        (&["in.png", "-o", "late.jsonl", "--ledger", "late.png"], "the ledger (late.png is the same file)"),
        (&["in", "--out-dir", "out"], "out/d.png cannot be both the stamped image and the key's directory"),
    ] {
        let ran = bench.run(&[&["stamp", "--key", "k", "--overwrite"], args].concat());
        assert!(ran.code == 2 && ran.stderr.contains(what), "{args:?}: {} {}", ran.code, ran.stderr);
        assert!(read() == before, "{args:?} changed a file");
    }
    assert!(!bench.has("late.jsonl"));
}

#[cfg(unix)]
#[test]
fn two_pictures_are_not_written_to_one_file_by_two_names() {
    let bench = Bench::with_key();
    for name in ["in/a.png", "in/b.png"] {
        bench.put(name, &png(&street()));
    }
    bench.put("out/one.png", b"precious");
    for name in ["out/a.png", "out/b.png"] {
        std::os::unix::fs::symlink("one.png", bench.path(name)).unwrap();
    }
    let ran = bench.run(&["stamp", "--key", "key.pem", "in", "--out-dir", "out", "--overwrite"]);
    assert!(ran.code == 2 && ran.stderr.contains("in/a.png and in/b.png would both be written to"), "{}", ran.stderr);
    assert_eq!(fs::read(bench.path("out/one.png")).unwrap(), b"precious");
}

#[test]
fn requests_that_cannot_be_served_exit_2() {
    let bench = Bench::with_key();
    bench.put("in.png", &png(&flat(300, 300)));
    bench.put("a/x.png", b"");
    bench.put("b/x.png", b"");
    bench.put("notkey.pem", b"hello");
    bench.put("long.pem", "x".repeat(70_000).as_bytes());
    bench.put("bad.pub", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n");
    fs::create_dir(bench.path("empty")).unwrap();
    let key = ["stamp", "--key", "key.pem"];
    let cases: &[(&[&str], &str)] = &[
        (&["stamp", "--key", "missing.pem", "in.png", "-o", "o.png"], "cannot read the private key missing.pem"),
        (
            &["stamp", "--key", "notkey.pem", "in.png", "-o", "o.png"],
            "notkey.pem cannot be used: cannot read the private key; it must be ed25519 in PKCS#8 PEM, beginning with \
             -----BEGIN PRIVATE KEY-----\n",
        ),
        (
            &["stamp", "--key", "key.directory.json", "in.png", "-o", "o.png"],
            "key.directory.json cannot be used: it is JSON, as key directories are, and those are public; name the private key",
        ),
        (&[key[0], key[1], key[2], "a/x.png", "b/x.png", "-o", "o.png"], "use --out-dir DIR"),
        (&[key[0], key[1], key[2], "a/x.png", "b/x.png", "--out-dir", "o"], "would both be written"),
        (&[key[0], key[1], key[2], "in.png", "-o", "-", "--json"], "name a file"),
        (&[key[0], key[1], key[2], "empty", "--out-dir", "o"], "holds no PNG, JPEG, WebP or AVIF"),
        (&["verify", "--trust", "notkey.pem", "in.png"], "cannot use the key directory notkey.pem"),
        (
            &["verify", "--trust", "none.json", "in.png"],
            "none.json; name the NAME.directory.json that `watermark keygen` made",
        ),
        (&["verify", "--trust", "a", "in.png"], "a: it is a folder; name each directory file in it"),
        (&["verify", "--trust", "in.png", "in.png"], "in.png: it holds no JSON object; name the"),
        (&["verify", "--trust", "a/x.png", "in.png"], "a/x.png: it holds no JSON object; name the"),
        (
            &["stamp", "--key", "long.pem", "in.png", "-o", "o.png"],
            "cannot read the private key long.pem; name the private key, KEY.pem: it is longer than the limit of 65536 bytes\n",
        ),
        (
            &["stamp", "--signer", "ssh-agent:key.pem", "in.png", "-o", "o.png"],
            "error: key.pem cannot be used: it holds a private key; name the public half, KEY.pub\n",
        ),
        (
            &["keygen", "--public-key", "bad.pub", "-o", "bad.directory.json", "--name", "A"],
            "error: bad.pub cannot be used: cannot read the public key; it must be ed25519 in SPKI PEM, beginning with \
             -----BEGIN PUBLIC KEY-----\n",
        ),
        (&["stamp", "--key", "a", "in.png", "-o", "o.png"], "private key a; it must be a file that you may read"),
        (&[key[0], key[1], key[2], "in.png", "--out-dir", "key.pem"], "key.pem is a file, not a folder; name a folder"),
        (&["demo", "--out", "key.pem"], "key.pem is a file, not a folder; name a folder"),
        (&["audit", "b", "--csv", "no/such/a.csv"], "error: there is no folder no/such; make it, or choose another\n"),
        (&["verify", "-", "-"], "once only"),
        (&["inspect", "a"], "inspect takes one image"),
    ];
    fs::write(bench.path("a/y.png"), b"").unwrap();
    for (args, reason) in cases {
        let ran = bench.run(args);
        assert_eq!(ran.code, 2, "{args:?}\n{}", ran.stderr);
        assert!(ran.stderr.contains(reason), "{args:?}\n{}", ran.stderr);
    }
    assert!(!bench.has("o.png"));
    // An empty folder beside a file stops nothing, and is said.
    let (code, found) = bench.verify(&["empty", "in.png"]);
    assert_eq!((code, found.len()), (1, 1));
    assert!(bench.run(&["verify", "in.png", "empty"]).stderr.contains("warning: empty holds no PNG"));
}

#[test]
fn pictures_without_room_are_refused_with_the_limit() {
    let bench = Bench::with_key();
    bench.put("tiny.png", &png(&flat(16, 16)));
    let ran = bench.run(&["stamp", "--key", "key.pem", "tiny.png", "-o", "out.png"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("16 x 16"), "{}", ran.stderr);
    bench.put("ok.png", &png(&street()));
    let ran = bench.run(&["stamp", "--key", "key.pem", "ok.png", "-o", "out.tiff"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("name the output .png, .jpg or .webp"), "{}", ran.stderr);
    assert!(!bench.has("out.png") && !bench.has("out.tiff"));
    // What --out-dir cannot name.
    bench.put("x.tiff", &png(&street()));
    let ran = bench.run(&["stamp", "--key", "key.pem", "x.tiff", "--out-dir", "out"]);
    assert!(ran.stderr.contains("name the output .png, .jpg or .webp with -o, one image at a time"), "{}", ran.stderr);
    for command in [&["stamp", "--key", "key.pem", "--out-dir", "out"][..], &["verify"]] {
        let ran = bench.run(&[command, &["none/*.png"]].concat());
        let text = [ran.stdout, ran.stderr].concat();
        assert!(text.contains("nothing matches this pattern") && !text.contains("os error"), "{text}");
    }
}

#[test]
fn a_quality_that_png_has_not_is_said() {
    let bench = Bench::with_key();
    bench.put("in.png", &png(&street()));
    let stamp = |output: &str| bench.ok(&["stamp", "--key", "key.pem", "in.png", "-o", output, "--quality", "92"]);
    let ran = stamp("out.png");
    assert!(ran.stderr.contains("--quality does nothing for PNG, which is lossless: out.png"), "{}", ran.stderr);
    assert!(!stamp("out.jpg").stderr.contains("--quality"));
}

#[cfg(unix)]
#[test]
fn names_in_errors_and_warnings_steer_no_terminal() {
    const HOSTILE: &str = "\u{1b}]0;x\u{7}\u{202e}\nerror";
    let bench = Bench::with_key();
    let named = |name: &str| name.replace('X', HOSTILE);
    for folder in ["emptyX", "a/X", "b/X"] {
        fs::create_dir_all(bench.path(&named(folder))).unwrap();
    }
    for file in ["in.png", "a/X/x.png", "b/X/x.png", "config/trust/X.json"] {
        bench.put(&named(file), b"");
    }
    let stamp = ["stamp", "--key", "key.pem", "--out-dir", "out"];
    for args in [
        &[stamp[0], stamp[1], stamp[2], stamp[3], stamp[4], "emptyX"][..],
        &[stamp[0], stamp[1], stamp[2], stamp[3], stamp[4], "a/X/x.png", "b/X/x.png"],
        &["stamp", "--key", "X.pem", "in.png", "-o", "out.png"],
        &["verify", "in.png"],
        &["verify", "--trust", "key.directory.json", "in.png", "emptyX"],
        &["audit", "noX"],
        &["trust", "list"],
        &["man", "--out", "manX"],
        &["verify", "in.png", "--map", "X"],
    ] {
        let args: Vec<_> = args.iter().map(|arg| named(arg)).collect();
        let mut command = bench.command(&args.iter().map(String::as_str).collect::<Vec<_>>());
        // As on a terminal: what is no style of ours would be taken out of a pipe by itself.
        let output = command.env("CLICOLOR_FORCE", "1").output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8(text).unwrap();
        // Clap takes sequences out by itself where it is asked for plain text.
        let cleaned = text.contains("]0;x\u{fffd}\u{fffd}\u{fffd}error") || text.contains("invalid value '\u{fffd}");
        assert!(cleaned, "{args:?}\n{text:?}");
        assert!(!text.contains(['\u{7}', '\u{202e}']) && !text.contains("\u{1b}]"), "{args:?}\n{text:?}");
    }
}

#[cfg(unix)]
#[test]
fn pipes_and_size_limits_stop_no_batch() {
    let bench = Bench::with_key();
    for name in ["in/b.png", "in/c.png"] {
        bench.put(name, &png(&street()));
    }
    // No folder's search waits for whoever might write into it.
    let made = std::process::Command::new("mkfifo").arg(bench.path("in/a.png")).status().unwrap();
    assert!(made.success());
    let (code, found) = bench.verify(&["in", "in/a.png"]);
    assert_eq!((code, found.len()), (2, 4));
    for record in [&found[0], &found[3]] {
        assert!(record["error"].as_str().unwrap().contains("is a pipe or a device"), "{record}");
    }
    // At most 64 blocks, which no stamped picture fits in.
    let stamp = "ulimit -f 64; exec \"$0\" stamp --key key.pem in/b.png in/c.png --out-dir out";
    let mut shell = std::process::Command::new("sh");
    let ran = shell.args(["-c", stamp, env!("CARGO_BIN_EXE_watermark")]).current_dir(bench.path(".")).output().unwrap();
    let stderr = String::from_utf8_lossy(&ran.stderr);
    assert_eq!((ran.status.code(), stderr.matches("not stamped: cannot write").count()), (Some(1), 2), "{stderr}");
    assert!(bench.list("out").is_empty(), "{:?}", bench.list("out"));
}

#[cfg(unix)]
#[test]
fn pipes_are_not_replaced_by_files() {
    use std::os::unix::fs::FileTypeExt as _;
    let bench = Bench::with_key();
    bench.put("in.png", &png(&street()));
    bench.put("pictures/a.png", b"no picture");
    bench.ok(&["stamp", "--key", "key.pem", "in.png", "-o", "out.png", "--ledger", "l.jsonl"]);
    let pipes = ["p.png", "p.html", "p.json", "p.csv", "r.html.sig"];
    for pipe in pipes {
        assert!(std::process::Command::new("mkfifo").arg(bench.path(pipe)).status().unwrap().success());
    }
    for (code, args) in [
        (1, &["stamp", "--key", "key.pem", "in.png", "-o", "p.png", "--overwrite"][..]),
        (1, &["stamp", "--key", "key.pem", "in.png", "-o", "p.png"]),
        (2, &["verify", "in.png", "--report", "p.html"]),
        (2, &["verify", "in.png", "--report", "p.json"]),
        (2, &["verify", "in.png", "--report", "r.html"]),
        (2, &["audit", "pictures", "--csv", "p.csv"]),
        (2, &["audit", "pictures", "--report", "p.json"]),
        (2, &["report", "--ledger", "l.jsonl", "-o", "p.csv"]),
    ] {
        let ran = bench.run(args);
        assert_eq!(ran.code, code, "{args:?}\n{}", ran.stderr);
        assert!(ran.stderr.contains("is a device or pipe") && ran.stdout.is_empty(), "{args:?}\n{}", ran.stderr);
    }
    for pipe in pipes {
        assert!(fs::symlink_metadata(bench.path(pipe)).unwrap().file_type().is_fifo(), "{pipe}");
    }
    assert!(!bench.has("r.html"));
}

#[test]
fn hostile_files_are_errors_of_their_own() {
    let bench = Bench::with_key();
    let good = png(&street());
    let cut = good.len() / 2;
    let hostile: &[(&str, &[u8])] = &[
        ("empty.png", b""),
        ("text.png", b"just some text, long enough to be something"),
        ("animation.gif", b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"),
        ("truncated.png", &good[..cut]),
        ("signature_only.jpg", b"\xff\xd8\xff"),
        ("huge_header.png", &huge_header()),
    ];
    let mut args: Vec<&str> = Vec::new();
    for &(name, bytes) in hostile {
        bench.put(name, bytes);
        args.push(name);
        let ran = bench.run(&["stamp", "--key", "key.pem", name, "-o", "out.png"]);
        assert_eq!(ran.code, 1, "{name}");
        assert!(ran.stderr.contains("not stamped") && !bench.has("out.png"), "{name}: {}", ran.stderr);
    }
    bench.put("good.png", &good);
    args.push("good.png");
    let (code, found) = bench.verify(&args);
    assert_eq!(code, 2);
    assert_eq!(found.len(), hostile.len() + 1);
    for (record, &(name, _)) in found.iter().zip(hostile) {
        assert_eq!((record["file"].as_str().unwrap(), record["verdict"].as_str().unwrap()), (name, "error"));
        assert!(record["error"].as_str().unwrap().len() > 20, "{record}");
        let korean = record["conclusion"]["ko"][0].as_str().unwrap();
        let english =
            korean.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !["", "PNG", "JPEG", "WebP"].contains(word));
        assert_eq!(english.collect::<Vec<_>>(), ["x"; 0], "{korean}");
    }
    assert_eq!(found[hostile.len()]["verdict"], "none");
}

#[test]
fn no_mark_is_no_verdict_about_its_origin() {
    let bench = Bench::new();
    bench.put("in.png", &png(&street()));
    let ran = bench.run(&["verify", "--effort", "fast", "in.png"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("No mark found. This does not mean the image was not made by AI."), "{}", ran.stdout);
    assert_eq!(bench.run(&["inspect", "--effort", "fast", "in.png"]).code, 1);
}

#[test]
fn outputs_without_a_folder_are_refused_before_the_first_picture() {
    let bench = Bench::with_key();
    bench.put("pictures/a.png", &png(&street()));
    for args in [
        &["verify", "pictures/a.png", "--report", "no/such/r.html"][..],
        &["verify", "pictures/a.png", "--map", "no/such/map.png"],
        &["audit", "pictures", "--csv", "no/such/t.csv"],
        &["audit", "pictures", "--report", "no/such/r.json"],
        &["audit", "pictures", "--csv", "t.csv", "--report", "no/such/r.json"],
    ] {
        let ran = bench.run(args);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{args:?}\n{}", ran.stderr);
        assert!(ran.stderr.contains("there is no folder no/such; make it"), "{args:?}\n{}", ran.stderr);
    }
    assert!(!bench.has("t.csv"));
    // The attempt leaves nothing behind.
    assert!(bench.list(".").iter().all(|name| !name.contains(".tmp")), "{:?}", bench.list("."));
}

#[test]
fn reports_never_replace_what_they_are_about() {
    let bench = Bench::with_key();
    bench.put("in.png", &png(&street()));
    bench.ok(&["stamp", "--key", "key.pem", "in.png", "-o", "out.png", "--ledger", "stamps.jsonl"]);
    bench.put("pictures/a.png", &fs::read(bench.path("out.png")).unwrap());
    // Keys by names that reports and signatures may have, and files of other kinds.
    for name in ["key.csv", "key.json", "r.json.sig"] {
        bench.put(name, &fs::read(bench.path("key.pem")).unwrap());
    }
    bench.put("victim.txt", b"precious");
    bench.put("site.html", b"<!doctype html>\n<html lang=\"en\"><title>My home page</title>");
    bench.put("sums.csv", b"\xef\xbb\xbffile,amount\r\na,1\r\n");
    let files = [
        "out.png",
        "stamps.jsonl",
        "key.directory.json",
        "pictures/a.png",
        "key.pem",
        "key.csv",
        "key.json",
        "r.json.sig",
        "victim.txt",
        "site.html",
        "sums.csv",
    ];
    let read = || files.map(|file| fs::read(bench.path(file)).unwrap());
    let before = read();
    let trust = ["--trust", "key.directory.json"];
    for args in [
        &["verify", "out.png", "--report", "out.png"][..],
        &["verify", "out.png", "--report", "key.directory.json"],
        &["verify", "out.png", "--ledger", "stamps.jsonl", "--report", "./stamps.jsonl"],
        &["verify", "out.png", "--map", "out.png"],
        &["audit", "pictures", "--csv", "pictures/a.png"],
        &["audit", "pictures", "--report", "pictures/a.png"],
        &["audit", "pictures", "--csv", "key.pem"],
        &["audit", "pictures", "--csv", "victim.txt"],
        &["audit", "pictures", "--report", "victim.txt"],
        &["audit", "pictures", "--csv", "key.csv", "--report", "r.html", "--report-key", "key.csv"],
        &["audit", "pictures", "--report", "key.json", "--report-key", "key.json"],
        &["verify", "out.png", "--report", "key.json", "--report-key", "key.json"],
        &["verify", "out.png", "--report", "r.json", "--report-key", "r.json.sig"],
        &["report", "--ledger", "stamps.jsonl", "-o", "stamps.jsonl"],
        &["report", "--ledger", "stamps.jsonl", "-o", "victim.txt"],
        &["verify", "out.png", "--report", "site.html"],
        &["audit", "pictures", "--report", "site.html"],
        &["audit", "pictures", "--csv", "sums.csv"],
        &["report", "--ledger", "stamps.jsonl", "-o", "site.html"],
        &["report", "--ledger", "stamps.jsonl", "-o", "sums.csv"],
        &["report", "--ledger", "stamps.jsonl", "-o", "key.json", "--report-key", "key.json"],
        &["report", "--ledger", "stamps.jsonl", "-o", "r.json", "--report-key", "r.json.sig"],
    ] {
        let ran = bench.run(&[args, &trust[..]].concat());
        assert_eq!(ran.code, 2, "{args:?}\n{}", ran.stderr);
        assert!(ran.stderr.contains("that ends in .") || ran.stderr.contains("name another file"), "{}", ran.stderr);
    }
    let ran = bench.run(&["audit", "pictures", "--csv", "victim.pem"]);
    for part in ["victim.pem", "comma-separated values", "name a file that ends in .csv"] {
        assert!(ran.stderr.contains(part), "{}", ran.stderr);
    }
    assert_eq!(read(), before);
    // Those of its own it replaces, whichever command made them.
    let own: [&[&str]; 5] = [
        &["verify", "out.png", "--report", "own.html"],
        &["report", "--ledger", "stamps.jsonl", "-o", "own.html", "--lang", "ko"],
        &["report", "--ledger", "stamps.jsonl", "-o", "own.html"],
        &["report", "--ledger", "stamps.jsonl", "-o", "own.csv"],
        &["audit", "pictures", "--csv", "own.csv", "--report", "own.html"],
    ];
    for args in own.iter().chain(&own) {
        bench.ok(&[args, &trust[..]].concat());
    }
}
