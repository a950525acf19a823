//! Ten thousand records, every kind of tampering, crashes at every byte, many writers.

use std::fs;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::thread;

use anyhow::Result;
use watermark_core::payload::{
    Beacon, Claims, ContentHash, Origin, Payload, SealClaims, Serial, StampedSize, SystemName, UnixSeconds,
};
use watermark_core::signature::{PrivateKey, PublicKey, TrustStore, Zeroizing, sign};

use super::*;

use crate::signer::AnySigner;

/// What the check finds, whoever signed.
fn check(path: &Path, noted: Option<Head>) -> Result<Chain> {
    check_each(path, noted, |_, _| ())
}

fn signer(seed: u8) -> (AnySigner, PublicKey) {
    let key = PrivateKey::from_seed(Zeroizing::new([seed; 32]));
    let public = key.public_key();
    (Box::new(key), public)
}

fn payload((signer, public): &(AnySigner, PublicKey), serial: u64) -> Payload {
    let claims = Claims {
        beacon: Beacon {
            origin: Origin::Generated,
            realistic: false,
            artistic: true,
            key_id: public.key_id(),
            serial: Serial::new(serial).unwrap(),
        },
        seal: SealClaims {
            time: UnixSeconds(1_772_323_200),
            system: "painter@2.1".parse::<SystemName>().unwrap().tag(),
            size: StampedSize::new(1024, 768).unwrap(),
            content_hash: ContentHash([3; 18]),
        },
    };
    sign(signer.as_ref(), public, &claims).unwrap()
}

fn with_stamp<T>(payload: &Payload, work: impl FnOnce(&Stamp<'_>) -> T) -> T {
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&payload.beacon.serial.get().to_be_bytes());
    let margin = Margin { corrected: 3, erased: 1, length: 4096 };
    let system = "painter@2.1".parse().unwrap();
    work(&Stamp {
        payload,
        system: Some(&system),
        profile: "sealed",
        strength: 10.4,
        cover_sha256: hash,
        output_sha256: hash.map(|byte| !byte),
        margin,
        labels: None,
    })
}

fn line(key: &(AnySigner, PublicKey), serial: u64, n: u64, prev: &[u8; 32]) -> Vec<u8> {
    with_stamp(&payload(key, serial), |stamp| record::write(stamp, n, prev, (&key.0, &key.1)).unwrap())
}

fn append(path: &Path, key: &(AnySigner, PublicKey), serial: u64) -> anyhow::Result<u64> {
    with_stamp(&payload(key, serial), |stamp| Ledger::open(path)?.append(stamp, (&key.0, &key.1)))
}

/// Lines of a whole ledger, chained; serial 1000 + n.
fn chained(key: &(AnySigner, PublicKey), count: u64) -> Vec<Vec<u8>> {
    let mut prev = record::NO_HASH;
    let next = |n| {
        let line = line(key, 1000 + n, n, &prev);
        prev = record::hash(&line[..line.len() - 1]);
        line
    };
    (0..count).map(next).collect()
}

fn fault(path: &Path, lines: &[Vec<u8>]) -> (u64, String) {
    fs::write(path, lines.concat()).unwrap();
    let fault = check(path, None).unwrap().fault.expect("a fault");
    (fault.record, fault.reason)
}

#[test]
fn ten_thousand_records_and_tampering_found_at_the_exact_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("l.jsonl");
    let key = signer(1);
    let lines = chained(&key, 10_000);
    fs::write(&path, lines.concat()).unwrap();
    let chain = check(&path, None).unwrap();
    assert!(chain.fault.is_none() && chain.repeated.is_empty());
    assert_eq!(chain.head.count, 10_000);

    let index = Index::new(&path).unwrap();
    for n in [0, 4711, 9999] {
        let found = index.find(key.1.key_id(), Serial::new(1000 + n).unwrap()).unwrap();
        assert_eq!((found.len(), found[0].record.n), (1, n));
    }
    assert!(index.find(key.1.key_id(), Serial::new(1).unwrap()).unwrap().is_empty());
    assert_eq!(append(&path, &key, 1).unwrap(), 10_000);
    assert_eq!(check(&path, Some(chain.head)).unwrap().head.count, 10_001, "the head noted before is still part of it");

    for n in [0, 1, 4711, 9998, 9999] {
        let mut changed = lines.clone();
        // A byte in the middle of the record, whatever it is.
        let middle = changed[n].len() / 2;
        changed[n][middle] = if changed[n][middle] == b'0' { b'1' } else { b'0' };
        assert_eq!(fault(&path, &changed).0, n as u64, "changed");
    }
}

#[test]
fn every_way_of_rewriting_a_ledger_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("l.jsonl");
    let (key, thief) = (signer(1), signer(2));
    let lines = chained(&key, 6);
    let mut removed = lines.clone();
    removed.remove(3);
    assert_eq!(fault(&path, &removed), (3, "it is missing: record 4 stands in its place".to_owned()));
    let mut swapped = lines.clone();
    swapped.swap(2, 3);
    assert_eq!(fault(&path, &swapped), (2, "it is missing: record 3 stands in its place".to_owned()));
    let mut twice = lines.clone();
    twice.insert(3, lines[2].clone());
    assert_eq!(fault(&path, &twice).0, 3);
    // Whoever has a key of their own can write a record that holds by itself, and even the owner cannot without a trace.
    for key in [&thief, &key] {
        let mut replaced = lines.clone();
        replaced[3] = line(key, 9, 3, &record::hash(&lines[2][..lines[2].len() - 1]));
        let expected = (3, "it was replaced: the next record was chained to another one".to_owned());
        assert_eq!(fault(&path, &replaced), expected);
    }
    // Another key's signature over the owner's record.
    let text = String::from_utf8(lines[3].clone()).unwrap();
    let mut claimed = lines.clone();
    claimed[3] = text.replace(&key.1.to_hex(), &thief.1.to_hex()).into_bytes();
    assert_eq!(fault(&path, &claimed), (3, "its signature does not hold: the record was changed".to_owned()));
    // The owner signs a record whose plain fields contradict its payload.
    let (body, _) = text.split_once(",\"signature\"").unwrap();
    let body = body.replace("painter@2.1", "painter@2.2");
    let signature =
        watermark_core::signature::Document::LedgerRecord.sign(key.0.as_ref(), &key.1, body.as_bytes()).unwrap();
    let hex = watermark_core::payload::hex::encode(&signature.to_bytes());
    let mut contradicts = lines.clone();
    contradicts[3] = format!("{body},\"signature\":\"{hex}\"}}\n").into_bytes();
    assert_eq!(fault(&path, &contradicts), (3, "its fields state otherwise than its signed payload".to_owned()));
    let mut garbage = lines.clone();
    garbage[3] = b"{}\n".to_vec();
    assert_eq!(fault(&path, &garbage).0, 3);
    let mut endless = lines.concat();
    endless.extend(vec![b'x'; 2 * record::MAX_LINE_BYTES]);
    fs::write(&path, endless).unwrap();
    assert!(check(&path, None).unwrap_err().to_string().contains("cannot check"));

    // A rewritten end holds by itself; the head noted before tells.
    fs::write(&path, lines.concat()).unwrap();
    let head = check(&path, None).unwrap().head;
    let mut rewritten = lines[..5].to_vec();
    rewritten.push(line(&key, 9, 5, &record::hash(&lines[4][..lines[4].len() - 1])));
    fs::write(&path, rewritten.concat()).unwrap();
    assert!(check(&path, None).unwrap().fault.is_none());
    assert_eq!(check(&path, Some(head)).unwrap().fault.unwrap().record, 5);
    assert_eq!(head.to_string().parse(), Ok(head));
}

#[test]
fn a_serial_used_twice_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("l.jsonl");
    let key = signer(1);
    for serial in [5, 6, 5] {
        append(&path, &key, serial).unwrap();
    }
    let chain = check(&path, None).unwrap();
    assert_eq!(chain.repeated, [(key.1.key_id().to_string(), 5, vec![0, 2])]);
}

#[test]
fn a_serial_that_another_stamper_took_meanwhile_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("l.jsonl");
    let (key, other) = (signer(1), signer(2));
    append(&path, &key, 4).unwrap();
    let ledgers = [Ledger::open(&path).unwrap(), Ledger::open(&path).unwrap()];
    let append = |at: usize, key: &(AnySigner, PublicKey), serial| {
        with_stamp(&payload(key, serial), |stamp| ledgers[at].append(stamp, (&key.0, &key.1)))
    };
    assert_eq!(append(0, &key, 5).unwrap(), 1);
    let error = append(1, &key, 5).unwrap_err().to_string();
    assert!(error.contains("holds serial 5 of key") && error.contains("pass a higher --id"), "{error}");
    assert_eq!(append(1, &other, 5).unwrap(), 2, "of another key it is another stamp");
    // A record that lacks its line feed alone counts, and so does the one behind it.
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(file.metadata().unwrap().len() - 1).unwrap();
    assert_eq!((append(0, &key, 6).unwrap(), append(1, &key, 7).unwrap()), (3, 4));
    for (at, serial) in [(0, 7), (1, 6), (1, 5), (0, 5)] {
        assert!(append(at, &key, serial).is_err(), "{serial}");
    }
    // The file was put aside, and another begun.
    fs::remove_file(&path).unwrap();
    self::append(&path, &key, 8).unwrap();
    assert!(append(0, &key, 8).is_err());
    assert_eq!(check(&path, None).unwrap().head.count, 1);
}

#[test]
fn a_crash_at_any_byte_of_the_last_record_costs_that_record_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("l.jsonl");
    let key = signer(1);
    let lines = chained(&key, 3);
    let (kept, last) = (lines[..2].concat(), &lines[2]);
    // All of it but the line feed is a whole record; every shorter piece is torn.
    let cuts = (0..last.len()).step_by(97).chain([1, last.len() - 2, last.len() - 1]);
    for cut in cuts {
        fs::write(&path, [&kept[..], &last[..cut]].concat()).unwrap();
        let whole = cut == last.len() - 1;
        let torn = check(&path, None).unwrap();
        assert_eq!((torn.head.count, torn.torn_bytes), if whole { (3, 0) } else { (2, cut) }, "cut at {cut}");
        let n = append(&path, &key, 7).unwrap();
        assert_eq!(n, if whole { 3 } else { 2 }, "cut at {cut}");
        let chain = check(&path, None).unwrap();
        assert!(chain.fault.is_none() && chain.torn_bytes == 0 && chain.head.count == n + 1, "cut at {cut}: {chain:?}");
    }
    // In the very first record, too.
    fs::write(&path, &lines[0][..100]).unwrap();
    assert_eq!(append(&path, &key, 7).unwrap(), 0);
    assert_eq!(check(&path, None).unwrap().head.count, 1);
}

#[test]
fn an_append_reads_the_end_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("l.jsonl");
    let key = signer(1);
    let last = line(&key, 1, 41, &record::NO_HASH);
    // A hole of a tebibyte, then one record: whoever reads all of it is at it for minutes.
    let mut file = fs::File::create(&path).unwrap();
    if file.set_len(1 << 40).is_err() {
        eprintln!("SKIPPED: this file system has no files with holes");
        return;
    }
    file.seek(SeekFrom::End(0)).unwrap();
    file.write_all(b"\n").unwrap();
    file.write_all(&last).unwrap();
    drop(file);
    assert_eq!(append(&path, &key, 2).unwrap(), 42);
}

#[test]
fn many_writers_leave_one_chain() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("l.jsonl");
    thread::scope(|scope| {
        for writer in 0..8 {
            let path = &path;
            scope.spawn(move || {
                let key = signer(writer);
                for serial in 0..25 {
                    append(path, &key, serial).unwrap();
                }
            });
        }
    });
    let (mut keys, trust) = (KeyTotals::default(), TrustStore::default());
    let chain = check_each(&path, None, |decoded, _| {
        keys.add(decoded, &trust);
    })
    .unwrap();
    assert!(chain.fault.is_none() && chain.repeated.is_empty(), "{:?}", chain.fault);
    let keys = keys.into_vec();
    assert_eq!((chain.head.count, keys.len()), (200, 8));
    assert!(keys.iter().all(|key| key.stamps == 25 && key.issuer.is_none() && key.out_of_force.is_empty()));
}

#[test]
fn what_is_no_ledger_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    for text in ["notes\n", "notes", "{}\n", "{\"schema\":\"other\"}\n"] {
        fs::write(&path, text).unwrap();
        assert!(append(&path, &signer(1), 1).is_err(), "{text:?}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}
