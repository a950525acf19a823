//! Every standing a key can have, as a verdict and as the sentence that people read.

use std::collections::HashMap;

use super::*;
use crate::detection::Detection;
use crate::payload::testing::sample_claims;
use crate::payload::{ContentHash, DecodeError, Payload, UnixSeconds};
use crate::raster::{Channels, Raster, Samples};
use crate::signature::{Organization, PrivateKey, Revocation, Zeroizing, sign};

/// When every stamp of these tests says that it was made: 2026-03-01.
const STAMPED: UnixSeconds = UnixSeconds(1_772_323_200);

fn key(number: u32) -> PrivateKey {
    let mut seed = [0; 32];
    seed[..4].copy_from_slice(&number.to_be_bytes());
    PrivateKey::from_seed(Zeroizing::new(seed))
}

fn payload_by(key: &PrivateKey) -> Payload {
    let mut claims = sample_claims();
    claims.beacon.key_id = key.public_key().key_id();
    (claims.seal.time, claims.seal.content_hash) = (STAMPED, ContentHash([1; 18]));
    sign(key, &key.public_key(), &claims).unwrap()
}

fn directory(name: &str, name_ko: &str, keys: Vec<DirectoryKey>) -> Directory {
    let organization =
        Organization { name: name.to_owned(), name_ko: Some(name_ko.to_owned()), contact: None, url: None };
    Directory::new(organization, keys, vec![]).unwrap()
}

fn entry(key: &PrivateKey) -> DirectoryKey {
    DirectoryKey::new(key.public_key())
}

/// A picture in which this was read.
fn read(beacon: Option<crate::payload::Beacon>, seal: Option<crate::payload::Seal>) -> Extraction {
    Extraction {
        beacon,
        seal,
        unreadable: None,
        beacon_code: None,
        seal_code: None,
        detection: Detection::best_of(50.0, 1),
        registration: None,
        content: None,
        edit_map: None,
        transparent: 0.0,
    }
}

#[test]
fn what_was_judged_on_white_is_said_so() {
    let store = TrustStore::new(vec![directory("Example", "예시", vec![entry(&key(1))])]);
    let payload = payload_by(&key(1));
    let said = |transparent| {
        let extraction = Extraction { transparent, ..read(Some(payload.beacon), Some(payload.seal)) };
        judge(extraction, &store).sentences(Language::English)
    };
    assert!(
        said(0.25)[1].starts_with("25 % of the picture is transparent. It was judged on white"),
        "{:?}",
        said(0.25)
    );
    assert_eq!(said(0.001).len(), 1);
}

#[test]
fn a_mark_of_a_version_unknown_here_is_not_called_damaged() {
    let store = TrustStore::new(vec![]);
    let said = |why, language| {
        let report = judge(Extraction { unreadable: Some(why), ..read(None, None) }, &store);
        assert_eq!(report.verdict, Verdict::Marked);
        report.sentences(language).remove(0)
    };
    let version = DecodeError::UnknownVersion { found: 7 };
    assert!(said(version, Language::English).contains("of version 7, which this program does not know"));
    assert!(said(version, Language::Korean).contains("모르는 버전(7)의 표식"));
    assert!(said(DecodeError::ReservedOrigin, Language::English).contains("forged or damaged"));
}

fn judged(payload: &Payload, store: &TrustStore) -> (Verdict, Vec<String>, Vec<String>) {
    let report = judge(read(Some(payload.beacon), Some(payload.seal)), store);
    (report.verdict, report.sentences(Language::English), report.sentences(Language::Korean))
}

#[test]
fn every_standing_of_a_key_is_a_verdict_and_a_sentence() {
    fn at(days: i64) -> UnixSeconds {
        UnixSeconds::from_i64(i64::from(STAMPED.0) + days * 86_400).unwrap()
    }
    fn revoked(days: i64) -> Revocation {
        Revocation { at: at(days), reason: Some("laptop lost".to_owned()) }
    }
    type Change = fn(&mut DirectoryKey);
    let cases: [(Change, Verdict, &[&str], &[&str]); 7] = [
        (|_| {}, Verdict::Verified, &["Verified: signed by Example."], &["확인됨: 예시의 서명입니다."]),
        (
            |key| key.valid_until = Some(at(-1)),
            Verdict::UnknownIssuer,
            &[
                "Signed by a key of Example at a stated time when the key did not count: it was valid until 2026-02-28T00:00:00Z only.",
            ],
            &[
                "예시의 키로 서명되었으나 표식에 적힌 시각에 그 키는 효력이 없었습니다: 이 키는 2026-02-28T00:00:00Z까지만 유효하였습니다.",
            ],
        ),
        (
            |key| key.valid_from = Some(at(1)),
            Verdict::UnknownIssuer,
            &[
                "Signed by a key of Example at a stated time when the key did not count: it was valid only from 2026-03-02T00:00:00Z.",
            ],
            &[
                "예시의 키로 서명되었으나 표식에 적힌 시각에 그 키는 효력이 없었습니다: 이 키는 2026-03-02T00:00:00Z부터 유효합니다.",
            ],
        ),
        (
            |key| key.revocation = Some(revoked(-1)),
            Verdict::UnknownIssuer,
            &[
                "Signed by a key of Example at a stated time when the key did not count: it was revoked at 2026-02-28T00:00:00Z.",
                "Reason given for the revocation: laptop lost.",
            ],
            &[
                "예시의 키로 서명되었으나 표식에 적힌 시각에 그 키는 효력이 없었습니다: 이 키는 2026-02-28T00:00:00Z에 폐지되었습니다.",
                "폐지 사유: laptop lost.",
            ],
        ),
        (
            |key| key.revocation = Some(revoked(0)),
            Verdict::UnknownIssuer,
            &["at a stated time when the key did not count: it was revoked at 2026-03-01T00:00:00Z", "laptop lost"],
            &["2026-03-01T00:00:00Z에 폐지되었습니다", "laptop lost"],
        ),
        (
            |key| key.revocation = Some(revoked(1)),
            Verdict::Verified,
            &[
                "Verified: signed by Example.",
                "Example revoked the key at 2026-03-02T00:00:00Z (laptop lost), after the stated time.",
            ],
            &[
                "확인됨: 예시의 서명입니다.",
                "예시는 표식에 적힌 시각 이후인 2026-03-02T00:00:00Z에 이 키를 폐지하였습니다 (laptop lost).",
            ],
        ),
        (
            |key| (key.valid_until, key.revocation) = (Some(at(-1)), Some(revoked(1))),
            Verdict::UnknownIssuer,
            &[
                "it was valid until 2026-02-28T00:00:00Z only",
                "Example revoked the key at 2026-03-02T00:00:00Z (laptop lost)",
            ],
            &[
                "2026-02-28T00:00:00Z까지만 유효하였습니다",
                "2026-03-02T00:00:00Z에 이 키를 폐지하였습니다 (laptop lost)",
            ],
        ),
    ];
    for (change, verdict, english, korean) in cases {
        let mut listed = entry(&key(1));
        change(&mut listed);
        let store = TrustStore::new(vec![directory("Example", "예시", vec![listed])]);
        let (found, en, ko) = judged(&payload_by(&key(1)), &store);
        assert_eq!((found, en.len(), ko.len()), (verdict, english.len(), korean.len()), "{en:?}");
        for (said, expected) in en.iter().zip(english).chain(ko.iter().zip(korean)) {
            assert!(said.contains(expected), "{said}\nlacks\n{expected}");
        }
    }
}

#[test]
fn rotation_leaves_old_stamps_valid_and_ends_the_old_key() {
    let (mut old, mut new) = (entry(&key(1)), entry(&key(2)));
    (old.valid_until, new.valid_from) = (Some(STAMPED), Some(UnixSeconds(STAMPED.0 + 1)));
    let store = TrustStore::new(vec![directory("Example", "예시", vec![old, new])]);
    let stamped = |number, time| {
        let mut claims = payload_by(&key(number)).unverified_claims();
        claims.seal.time = UnixSeconds(time);
        let payload = sign(&key(number), &key(number).public_key(), &claims).unwrap();
        judged(&payload, &store).0
    };
    assert_eq!(stamped(1, STAMPED.0), Verdict::Verified);
    assert_eq!(stamped(1, STAMPED.0 + 1), Verdict::UnknownIssuer, "the old key stamps on");
    assert_eq!(stamped(2, STAMPED.0), Verdict::UnknownIssuer, "the new key dates back");
    assert_eq!(stamped(2, STAMPED.0 + 1), Verdict::Verified);
}

#[test]
fn nobody_lists_the_key() {
    let payload = payload_by(&key(1));
    let (verdict, en, ko) = judged(&payload, &TrustStore::default());
    assert_eq!(verdict, Verdict::UnknownIssuer);
    let id = payload.beacon.key_id;
    assert!(en[0].contains(&format!("no trusted directory lists key {id}")), "{en:?}");
    assert!(ko[0].contains("발행자를 알 수 없습니다") && ko[0].contains(&id.to_string()), "{ko:?}");
    // The page says it too, which has no options.
    assert!(!en[0].contains("--") && !ko[0].contains("--"), "{en:?} {ko:?}");
}

#[test]
fn two_keys_with_one_short_id_are_told_apart_by_the_signature_alone() {
    // The first pair among keys numbered from 0 (birthday: about 2^12 keys), searched for rather than recorded.
    let mut seen = HashMap::new();
    let (first, second) =
        (0..).find_map(|n| seen.insert(key(n).public_key().key_id(), n).map(|m| (key(m), key(n)))).unwrap();
    let a = directory("First", "첫째", vec![entry(&first)]);
    let b = directory("Second", "둘째", vec![entry(&second)]);
    let store = TrustStore::new(vec![a, b]);
    let payload = payload_by(&second);
    let (verdict, en, ko) = judged(&payload, &store);
    assert_eq!(
        (verdict, en[0].as_str(), ko[0].as_str()),
        (Verdict::Verified, "Verified: signed by Second.", "확인됨: 둘째의 서명입니다.")
    );
    assert!(
        en[1].starts_with("2 different keys share the id")
            && en[1].contains("(First, Second); the signature holds under the one")
    );
    assert!(ko[1].starts_with("서로 다른 키 2개가 식별자"), "{ko:?}");

    let mut forged = payload;
    forged.beacon.artistic ^= true;
    let (verdict, en, _) = judged(&forged, &store);
    assert_eq!(verdict, Verdict::BadSignature);
    assert!(en[1].ends_with("the signature holds under none of them."), "{en:?}");

    let report = judge(read(Some(payload.beacon), None), &store);
    assert_eq!(report.verdict, Verdict::Marked);
    let en = report.sentences(Language::English);
    assert!(en[1].ends_with("without a signature nothing tells them apart."), "{en:?}");
    assert!(en[2].contains("listed by First, Second: a claim like the rest"), "{en:?}");
}

#[test]
fn an_impostor_of_the_same_name_is_told() {
    let named = |valid_from| directory("Example", "예시", vec![DirectoryKey { valid_from, ..entry(&key(1)) }]);
    let (verdict, en, ko) =
        judged(&payload_by(&key(1)), &TrustStore::new(vec![named(None), named(Some(UnixSeconds(0)))]));
    assert_eq!(verdict, Verdict::Verified);
    assert!(
        en[1].contains("another directory in the name of Example: nothing here shows that both are theirs"),
        "{en:?}"
    );
    assert!(ko[1].contains("예시의 이름으로 된 다른 키 목록에도 있습니다"), "{ko:?}");
}

#[test]
fn one_key_under_two_names_is_no_collision() {
    let store = TrustStore::new(vec![
        directory("First", "첫째", vec![entry(&key(1))]),
        directory("Second", "둘째", vec![entry(&key(1))]),
    ]);
    let (verdict, en, _) = judged(&payload_by(&key(1)), &store);
    let said =
        ["Verified: signed by First.", "The same key is listed by Second too, and only one of them can be its holder."];
    assert_eq!((verdict, en), (Verdict::Verified, said.map(str::to_owned).to_vec()));
}

#[test]
fn what_is_bound_to_no_picture_is_said_so() {
    let mut claims = payload_by(&key(1)).unverified_claims();
    claims.seal.content_hash = ContentHash::NONE;
    let payload = sign(&key(1), &key(1).public_key(), &claims).unwrap();
    let (_, en, ko) = judged(&payload, &TrustStore::new(vec![directory("Example", "예시", vec![entry(&key(1))])]));
    assert!(en[1].contains("bound to no particular picture") && ko[1].contains("묶여 있지 않으므로"), "{en:?} {ko:?}");
}

#[test]
fn every_verdict_says_what_it_proves_and_what_not_in_both_languages() {
    let signed = [Verdict::Transplanted, Verdict::Altered, Verdict::Verified];
    let all = [Verdict::None, Verdict::Marked, Verdict::BadSignature, Verdict::UnknownIssuer].into_iter().chain(signed);
    let all: Vec<Verdict> = all.collect();
    for (i, a) in all.iter().enumerate() {
        for language in [Language::English, Language::Korean] {
            let hangul = |text: &str| text.chars().any(|c| ('가'..='힣').contains(&c));
            for text in [a.proves(language), a.proves_not(language)] {
                assert_eq!(hangul(text), language == Language::Korean, "{text}");
            }
            assert!(all.iter().enumerate().all(|(j, b)| i == j || a.proves(language) != b.proves(language)));
        }
    }
    // Of the statement, not of the picture, in which small changes are not found.
    for (language, subject, small) in [
        (Language::English, "not one bit of the statement was changed", "small changes are not found"),
        (Language::Korean, "그 내용은 이후 한 비트도 바뀌지", "작은 변경은 찾지 못합니다"),
    ] {
        assert!(Verdict::Verified.proves(language).contains(subject));
        assert!(
            [Verdict::Verified, Verdict::Altered].iter().all(|verdict| verdict.proves_not(language).contains(small))
        );
    }
    assert!(Verdict::None.proves_not(Language::English).starts_with("Not that the image was not made by AI"));
}

#[test]
fn a_record_is_checked_like_a_seal_and_against_the_beacon() {
    let payload = payload_by(&key(1));
    let store = TrustStore::new(vec![directory("Example", "예시", vec![entry(&key(1))])]);
    let check = check_record(&payload.beacon, &payload, &store);
    assert!(check.holds());
    assert!(check.sentence(Language::English).contains("Example stamped it at 2026-03-01T00:00:00Z"));
    assert!(check.sentence(Language::Korean).contains("예시가 2026-03-01T00:00:00Z에 표식을 넣었습니다"));
    assert!(check.statement(Language::Korean).unwrap().ends_with("예시가 2026-03-01T00:00:00Z에 표식을 넣었습니다."));
    let statement = check.statement(Language::English).unwrap();
    assert!(statement.contains("Example stamped it at 2026-03-01T00:00:00Z") && !statement.contains("not signed"));

    let mut other = payload.beacon;
    other.realistic ^= true;
    let check = check_record(&other, &payload, &store);
    assert!(!check.holds() && check.sentence(Language::English).contains("states otherwise"));

    let mut forged = payload;
    forged.seal.unverified_claims.time = UnixSeconds(STAMPED.0 + 1);
    let check = check_record(&payload.beacon, &forged, &store);
    assert!(!check.holds() && check.sentence(Language::English).contains("do not believe it"));

    let nobody = TrustStore::default();
    let check = check_record(&payload.beacon, &payload, &nobody);
    assert!(!check.holds() && check.sentence(Language::English).contains("no trusted directory lists its key"));

    let mut listed = entry(&key(1));
    listed.valid_until = Some(UnixSeconds(STAMPED.0 - 1));
    let store = TrustStore::new(vec![directory("Example", "예시", vec![listed.clone()])]);
    let check = check_record(&payload.beacon, &payload, &store);
    assert!(!check.holds() && check.sentence(Language::English).contains("did not count at the stated time"));
    assert_eq!(check.revocation(Language::English), None);

    listed.revocation = Some(Revocation { at: UnixSeconds(STAMPED.0 + 1), reason: None });
    let store = TrustStore::new(vec![directory("Example", "예시", vec![listed])]);
    let check = check_record(&payload.beacon, &payload, &store);
    assert!(check.revocation(Language::English).unwrap().contains("revoked the key at 2026-03-01T00:00:01Z"));
}

#[test]
fn a_serial_was_used_twice_only_if_one_key_signed_both() {
    let record = payload_by(&key(1));
    let mut claims = record.unverified_claims();
    claims.seal.time = UnixSeconds(STAMPED.0 + 1);
    let signed = sign(&key(1), &key(1).public_key(), &claims).unwrap();
    let mut made_up = signed;
    made_up.seal.unverified_claims.time = UnixSeconds(STAMPED.0 + 2);
    let store = TrustStore::new(vec![directory("Example", "예시", vec![entry(&key(1))])]);
    let picture = Raster::new(64, 64, Channels::Gray, Samples::U8(vec![128; 64 * 64])).unwrap();
    let said = |found: &Payload, record: &Payload| {
        let extraction = read(Some(found.beacon), Some(found.seal));
        let check = check_record(&found.beacon, record, &store).compare(&extraction, &picture);
        assert!(check.other_stamp && !check.holds());
        (check.sentence(Language::English), check.sentence(Language::Korean))
    };
    let (en, ko) = said(&signed, &record);
    assert!(en.contains("the serial was used twice") && ko.contains("두 번 쓰였습니다"), "{en} {ko}");
    assert!(ko.contains("다른 표식에 대한"), "a label, as the laws mean it, is another word: {ko}");
    let (en, ko) = said(&made_up, &record);
    assert!(en.contains("the record's key did not sign it") && !en.contains("twice"), "{en}");
    assert!(ko.contains("키로 서명되지도 않았습니다") && !ko.contains("두 번"), "{ko}");
    // A record that nobody signed accuses nobody either.
    let (en, _) = said(&signed, &made_up);
    assert!(en.contains("do not believe it"), "{en}");
}
