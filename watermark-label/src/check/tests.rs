//! Clauses against made-up evidence: every layer's absence, moved records, contradictions, exemptions.

use std::collections::BTreeSet;

use watermark_core::signature::Directory;

use super::*;
use crate::Labelled;
use crate::testing::{
    key, labelled, other_sketch, payload, plain_sketch, possible_payload, possible_sketch, sketch, system,
};
use crate::xmp::{NewLabels, merge};

/// What is left out of a file that has everything.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "one for each layer")]
struct Without {
    mark: bool,
    metadata: bool,
    badge: bool,
    aigc: bool,
}

fn labelled_as(text: &str) -> Badge {
    Badge { text: text.to_owned(), x: 1, y: 1, width: 20, height: 9 }
}

fn badge() -> Badge {
    labelled_as("AI로 생성된 가상의 이미지입니다 / AI GENERATED / AI生成")
}

fn mark() -> MarkFacts {
    let payload = payload();
    MarkFacts {
        verdict: "verified",
        beacon: payload.beacon,
        time: Some(payload.seal.unverified_claims.time.to_string()),
    }
}

fn packet(labelled: &Labelled, aigc: Option<&str>) -> Vec<u8> {
    let (payload, key, system) = (payload(), key(), system());
    let record = LabelRecord::sign(&payload, labelled, &key, &key.public_key()).unwrap();
    let time = payload.seal.unverified_claims.time;
    let new = NewLabels { origin: payload.beacon.origin, system: Some(&system), time, aigc, record: &record };
    merge(None, &new).unwrap().packet
}

fn evidence(without: &Without) -> Evidence {
    let badge = (!without.badge).then(badge);
    let labelled = Labelled { badge, exemption: None, ..labelled() };
    let aigc = Aigc::of(&payload(), Some("Studio"), &key().public_key()).to_json();
    let packet = packet(&labelled, (!without.aigc).then_some(&aigc));
    let xmp = (!without.metadata).then_some(&*packet);
    let mark = (!without.mark).then(mark);
    let badge_place = mark.as_ref().map(|_| BadgePlace::Kept);
    Evidence { badge_place, ..Evidence::new(mark, &sketch(), xmp, &TrustStore::default(), Language::English) }
}

fn eu() -> &'static Profile {
    Profile::by_id("eu").unwrap()
}

fn unmet(profile: &str, evidence: &Evidence) -> BTreeSet<&'static str> {
    let at = evidence.circumstances(true, true);
    let checked = check(Profile::by_id(profile).unwrap(), evidence, &at);
    let unmet = checked.findings.iter().filter(|finding| finding.status == Status::NotMet);
    unmet.map(|finding| finding.clause.id.as_str()).collect()
}

#[test]
fn each_layer_meets_exactly_its_clauses() {
    let without = |change: fn(&mut Without)| {
        let mut without = Without::default();
        change(&mut without);
        evidence(&without)
    };
    let cases: [(&str, Evidence, [&[&str]; 4]); 6] = [
        ("nothing", without(|_| ()), [&[], &[], &[], &[]]),
        ("mark", without(|w| w.mark = true), [&[], &["eu.code-1.1.2"], &["cn.art-5"], &["us-ca.b-4"]]),
        ("badge", without(|w| w.badge = true), [&["kr.guideline.deepfake"], &["eu.50-4"], &["cn.explicit"], &[]]),
        ("aigc", without(|w| w.aigc = true), [&[], &[], &["cn.implicit"], &[]]),
        (
            "metadata",
            without(|w| w.metadata = true),
            [
                &["kr.guideline.deepfake"],
                &["eu.50-4", "eu.code-1.1.1", "eu.code-1.3"],
                &["cn.explicit", "cn.implicit"],
                &["us-ca.b-1-A", "us-ca.b-1-B", "us-ca.b-3"],
            ],
        ),
        (
            "mark and metadata",
            without(|w| (w.mark, w.metadata) = (true, true)),
            [
                &["kr.31-2", "kr.guideline.deepfake", "kr.guideline.exported"],
                &["eu.50-2", "eu.50-4", "eu.code-1.1.1", "eu.code-1.1.2", "eu.code-1.3"],
                &["cn.art-5", "cn.explicit", "cn.implicit"],
                &["us-ca.E", "us-ca.b-1-A", "us-ca.b-1-B", "us-ca.b-1-C", "us-ca.b-1-D", "us-ca.b-3", "us-ca.b-4"],
            ],
        ),
    ];
    for (left_out, evidence, expected) in cases {
        for (profile, expected) in ["kr", "eu", "cn", "us-ca"].into_iter().zip(expected) {
            assert_eq!(unmet(profile, &evidence), expected.iter().copied().collect(), "{profile} without {left_out}");
        }
        assert_eq!(evidence.contradictions, [""; 0], "without {left_out}");
    }
}

/// A stamp of a possible origin, with everything that is written for one.
fn possible(mark_read: bool, labelled: &Labelled, language: Language) -> Evidence {
    let (payload, key) = (possible_payload(), key());
    let record = LabelRecord::sign(payload, labelled, &key, &key.public_key()).unwrap();
    let (aigc, system) = (Aigc::of(payload, Some("Studio"), &key.public_key()).to_json(), system());
    let claims = &payload.seal.unverified_claims;
    let (origin, time) = (payload.beacon.origin, claims.time);
    let new = NewLabels { origin, system: Some(&system), time, aigc: Some(&aigc), record: &record };
    let packet = merge(None, &new).unwrap().packet;
    let mark = MarkFacts { verdict: "verified", beacon: payload.beacon, time: Some(time.to_string()) };
    Evidence::new(mark_read.then_some(mark), &possible_sketch(), Some(&packet), &TrustStore::default(), language)
}

#[test]
fn a_possible_origin_labels_nothing_as_made_by_ai() {
    let plain = Labelled { badge: None, exemption: None, ..labelled() };
    let expected: [(&str, &[&str]); 4] = [
        ("kr", &["kr.31-2", "kr.guideline.deepfake", "kr.guideline.exported"]),
        ("eu", &["eu.50-2", "eu.50-4", "eu.code-1.1.1"]),
        ("cn", &["cn.explicit"]),
        ("us-ca", &["us-ca.E", "us-ca.b-3"]),
    ];
    let (marked, unmarked) = (possible(true, &plain, Language::English), possible(false, &plain, Language::English));
    assert_eq!((marked.bound, unmarked.bound), (Some(true), Some(true)));
    for (profile, clauses) in expected {
        assert_eq!(unmet(profile, &marked), clauses.iter().copied().collect(), "{profile}");
        // A record alone states no more; what asks for a mark as such lacks that too.
        let more = unmet(profile, &unmarked);
        assert!(more.is_superset(&clauses.iter().copied().collect()), "{profile}: {more:?}");
    }
    for (profile, clause) in
        [("kr", "kr.31-2"), ("eu", "eu.50-2"), ("eu", "eu.code-1.1.1"), ("us-ca", "us-ca.E"), ("us-ca", "us-ca.b-3")]
    {
        let checked = check(Profile::by_id(profile).unwrap(), &marked, &marked.circumstances(true, true));
        let finding = checked.findings.iter().find(|finding| finding.clause.id == clause).unwrap();
        assert!(
            finding.evidence.iter().any(|line| line.contains("a possible origin")),
            "{clause}: {:?}",
            finding.evidence
        );
        let remedy = finding.remedy.unwrap();
        assert!(remedy.contains("--origin generated") && remedy.contains("altered"), "{clause}: {remedy}");
        let korean = finding.clause.remedy(Language::Korean);
        assert!(korean.contains("--origin generated") && korean.contains("altered"), "{clause}: {korean}");
    }
    // Inside the service it may be shown elsewhere, and the picture alone does not.
    let inside = check(Profile::by_id("kr").unwrap(), &marked, &marked.circumstances(false, false));
    let service = inside.findings.iter().find(|finding| finding.clause.id == "kr.31-2.service").unwrap();
    assert_eq!(service.status, Status::Outside);
    // What states AI in words or by IPTC counts whatever the stamp says.
    let badged = possible(true, &Labelled { badge: Some(badge()), ..plain.clone() }, Language::English);
    assert_eq!(unmet("kr", &badged), [].into());
    let mut typed = marked.clone();
    typed.labels.source_types.push("http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia".to_owned());
    assert_eq!(unmet("us-ca", &typed), [].into());
    assert!(!unmet("kr", &typed).contains("kr.31-2"));
    let korean = possible(true, &plain, Language::Korean);
    let checked = check(Profile::by_id("kr").unwrap(), &korean, &korean.circumstances(true, false));
    assert!(checked.findings.iter().any(|f| f.evidence.iter().any(|line| line.contains("출처는 불명"))));
}

#[test]
fn an_aigc_label_of_suspected_content_meets_the_chinese_clause_and_states_ai_to_no_other() {
    for (label, states) in [("1", true), ("2", false), ("3", false)] {
        let aigc = format!(r#"{{"Label":"{label}","ContentProducer":"other","ProduceID":"x"}}"#);
        let mut evidence = Evidence::new(None, &sketch(), None::<&[u8]>, &TrustStore::default(), Language::English);
        evidence.aigc = Aigc::read(&aigc);
        assert!(!unmet("cn", &evidence).contains("cn.implicit"), "{label}");
        assert_eq!(!unmet("eu", &evidence).contains("eu.50-2"), states, "{label}");
    }
}

#[test]
fn a_manifest_stands_in_for_metadata_where_the_clause_allows_it() {
    let mut evidence = evidence(&Without { metadata: true, ..Without::default() });
    let manifest = |valid, term: Option<&str>| {
        let source_type = term.map(|term| format!("http://cv.iptc.org/newscodes/digitalsourcetype/{term}"));
        Some(Manifest::Read { valid, signer: Some("Studio".to_owned()), source_type })
    };
    for (manifest, why) in [
        (Some(Manifest::Unread), "was not read"),
        (manifest(false, Some("trainedAlgorithmicMedia")), "is not valid"),
        (manifest(true, Some("digitalCapture")), "does not state AI"),
        (manifest(true, None), "does not state AI"),
    ] {
        evidence.c2pa = manifest;
        assert!(unmet("eu", &evidence).contains("eu.code-1.1.1"), "{why}");
        let at = evidence.circumstances(true, true);
        let eu = check(eu(), &evidence, &at);
        let signed = eu.findings.iter().find(|finding| finding.clause.id == "eu.code-1.1.1").unwrap();
        assert!(signed.evidence.iter().any(|line| line.contains(why)), "{:?}", signed.evidence);
    }
    evidence.c2pa = manifest(true, Some("trainedAlgorithmicMedia"));
    evidence.badge_seen = true;
    assert_eq!(unmet("eu", &evidence), ["eu.code-1.3"].into());
    assert_eq!(unmet("kr", &evidence), [].into());
    let at = evidence.circumstances(true, true);
    assert!(check(Profile::by_id("eu").unwrap(), &evidence, &at).inside_met(), "a recommendation does not count");
}

#[test]
fn a_record_about_another_picture_counts_for_nothing() {
    let mut other = mark();
    other.beacon.serial = watermark_core::payload::Serial::new(8).unwrap();
    let packet = packet(&Labelled { badge: Some(badge()), ..labelled() }, None);
    let evidence = Evidence::new(Some(other), &sketch(), Some(&packet), &TrustStore::default(), Language::English);
    assert_eq!((evidence.bound, evidence.badge()), (Some(false), None));
    assert!(evidence.contradictions[0].contains("another picture"), "{:?}", evidence.contradictions);
    assert!(unmet("eu", &evidence).contains("eu.code-1.1.1"));
    let at = evidence.circumstances(true, false);
    assert!(check(Profile::by_id("kr").unwrap(), &evidence, &at).inside_met(), "and its exemption neither");
    assert!(check(Profile::by_id("kr").unwrap(), &evidence, &at).findings.iter().any(|f| f.status == Status::Met));
}

#[test]
fn without_a_mark_a_record_counts_only_where_its_content_hash_agrees() {
    let packet = packet(&Labelled { badge: Some(badge()), exemption: None, ..labelled() }, None);
    let with =
        |sketch: &ContentSketch| Evidence::new(None, sketch, Some(&packet), &TrustStore::default(), Language::English);
    let own = with(&sketch());
    assert_eq!((own.bound, own.badge().is_some()), (Some(true), true), "{:?}", own.content);
    assert!(own.shows(Need::SignedMetadata, eu()).unwrap().contains("content hash agrees"));
    assert!(!unmet("eu", &own).contains("eu.code-1.1.1"));
    // Copied to another picture.
    let moved = with(&other_sketch());
    assert_eq!((moved.bound, moved.badge()), (Some(false), None), "{:?}", moved.content);
    assert!(moved.contradictions[0].contains("by its content hash"), "{:?}", moved.contradictions);
    assert!(unmet("eu", &moved).is_superset(&["eu.code-1.1.1", "eu.50-4", "eu.code-1.3"].into()));
    assert!(unmet("us-ca", &moved).contains("us-ca.b-1-D"));
    // Nothing to compare: it may be another's, and the clause says so.
    let plain = with(&plain_sketch());
    assert_eq!((plain.bound, plain.badge(), plain.contradictions.len()), (None, None, 0));
    let at = plain.circumstances(true, true);
    let eu = check(Profile::by_id("eu").unwrap(), &plain, &at);
    let signed = eu.findings.iter().find(|finding| finding.clause.id == "eu.code-1.1.1").unwrap();
    assert_eq!(signed.status, Status::NotMet);
    assert!(signed.evidence.iter().any(|line| line.contains("too plain")), "{:?}", signed.evidence);
}

#[test]
fn a_visible_label_meets_the_clauses_of_those_whose_words_it_says() {
    let evidence = |text: &str| {
        let packet = packet(&Labelled { badge: Some(labelled_as(text)), exemption: None, ..labelled() }, None);
        Evidence::new(Some(mark()), &sketch(), Some(&packet), &TrustStore::default(), Language::English)
    };
    let clauses = [("kr", "kr.guideline.deepfake"), ("eu", "eu.50-4"), ("cn", "cn.explicit")];
    for (text, met) in [
        ("AI로 생성된 가상의 이미지입니다", [true, false, false]),
        ("AI GENERATED", [true, true, false]),
        ("AI生成", [false, false, true]),
        ("나의 그림", [false, false, false]),
        ("AI 생성 / AI生成", [true, true, true]),
    ] {
        let evidence = evidence(text);
        for ((profile, clause), met) in clauses.into_iter().zip(met) {
            assert_eq!(unmet(profile, &evidence).contains(clause), !met, "{text:?}, {profile}");
        }
    }
    // Where the words do not count, the notice is owed as without them, and the finding says what is there.
    let (other, at) = (evidence("AI生成"), evidence("AI生成").circumstances(true, true));
    let kr = check(Profile::by_id("kr").unwrap(), &other, &at);
    assert!(kr.findings.iter().any(|finding| finding.clause.id == "kr.31-2.notice"));
    let label = kr.findings.iter().find(|finding| finding.clause.id == "kr.guideline.deepfake").unwrap();
    assert!(label.evidence.iter().any(|line| line.contains("says \"AI生成\"")), "{:?}", label.evidence);
    let seen = Evidence { badge_seen: true, ..other };
    assert!(unmet("kr", &seen).is_empty(), "who looked knows better");
}

#[test]
fn a_visible_label_is_held_against_what_the_mark_shows_of_its_place() {
    let finding = |evidence: &Evidence| {
        let at = evidence.circumstances(true, true);
        let checked = check(eu(), evidence, &at);
        let found = checked.findings.into_iter().find(|finding| finding.clause.id == "eu.50-4").unwrap();
        (found.status, found.evidence.join(" "))
    };
    let whole = evidence(&Without::default());
    for (shown, altered, contrast, status, why) in [
        (1.0, 0.0, 200.0, Status::Met, "its place unchanged"),
        (0.9, 0.1, 31.0, Status::Met, "its place unchanged"),
        (0.5, 0.0, 200.0, Status::NotMet, "was cut off"),
        (1.0, 0.5, 200.0, Status::NotMet, "was changed after stamping"),
        (1.0, 0.1, 3.0, Status::NotMet, "nothing that could be read"),
    ] {
        let place = Some(BadgePlace::of(PartShown { shown, altered, contrast }));
        let (found, said) = finding(&Evidence { badge_place: place, ..whole.clone() });
        assert!(found == status && said.contains(why), "{shown}, {altered}: {said}");
    }
    // Where no mark tells how the picture lies nothing shows that the label is still there; whoever looked knows.
    let unplaced = Evidence { badge_place: None, ..whole };
    for silent in [unplaced, evidence(&Without { mark: true, ..Without::default() })] {
        let (found, said) = finding(&silent);
        assert!(found == Status::Outside && said.contains("by the record alone"), "{said}");
        assert_eq!(finding(&Evidence { badge_seen: true, ..silent }).0, Status::Met);
    }
}

#[test]
fn an_exemption_moves_what_it_can_lift_outside() {
    let packet = packet(&labelled(), None);
    let evidence = Evidence::new(Some(mark()), &sketch(), Some(&packet), &TrustStore::default(), Language::English);
    let at = evidence.circumstances(true, true);
    let kr = check(Profile::by_id("kr").unwrap(), &evidence, &at);
    assert!(kr.findings.iter().all(|finding| finding.status == Status::Outside));
    assert!(kr.findings[0].evidence[0].contains("a \\\"draft\\\""), "{:?}", kr.findings[0].evidence);
    // Whoever has an exemption is not told to stamp; no other profile knows the ground.
    assert!(kr.findings.iter().all(|finding| finding.remedy.is_none()));
    assert!(unmet("cn", &evidence).contains("cn.explicit"));
    let cn = check(Profile::by_id("cn").unwrap(), &evidence, &at);
    assert!(cn.findings.iter().all(|finding| finding.remedy.is_some() == (finding.status != Status::Met)));
}

#[test]
fn findings_are_said_in_korean_from_end_to_end() {
    let labelled = Labelled { badge: Some(labelled_as("나의 그림")), exemption: None, ..labelled() };
    let aigc = r#"{"Label":"3","ContentProducer":"other","ProduceID":"x","ReservedCode1":"ed25519:0"}"#;
    let whole = packet(&labelled, Some(aigc));
    let exempt = packet(&crate::testing::labelled(), None);
    let text = String::from_utf8(whole.clone()).unwrap();
    let photo = text.replace("trainedAlgorithmicMedia", "digitalCapture").into_bytes();
    let altered = text.replace("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia").into_bytes();
    let forged = text.replace("kr.download.1", "kr.download.2").into_bytes();
    let mut other = mark();
    (other.beacon.serial, other.verdict) = (watermark_core::payload::Serial::new(8).unwrap(), "marked");
    let read = |valid, kind: &str| Manifest::Read { valid, signer: None, source_type: Some(kind.to_owned()) };
    let manifests = [Some(Manifest::Unread), Some(read(true, "trainedAlgorithmicMedia")), Some(read(false, "x")), None];
    let hangul = |text: &str| text.chars().any(|c| ('가'..='힣').contains(&c));
    let mut lines = BTreeSet::new();
    for packet in [Some(&whole[..]), Some(&exempt), Some(&photo), Some(&altered), Some(&forged), Some(b"<broken"), None]
    {
        for mark in [Some(mark()), Some(other.clone()), None] {
            for sketch in [sketch(), other_sketch(), plain_sketch()] {
                for manifest in &manifests {
                    let trust = TrustStore::default();
                    let mut evidence = Evidence::new(mark.clone(), &sketch, packet, &trust, Language::Korean);
                    evidence.c2pa.clone_from(manifest);
                    lines.extend(evidence.contradictions.clone());
                    for (exported, realistic) in [(true, true), (false, false)] {
                        let at = evidence.circumstances(exported, realistic);
                        for checked in Profile::all().iter().map(|profile| check(profile, &evidence, &at)) {
                            lines.extend(checked.findings.iter().flat_map(|finding| finding.evidence.clone()));
                            lines.extend(checked.findings.iter().filter_map(|f| f.remedy).map(str::to_owned));
                            lines.extend(checked.not_applicable.iter().map(|(_, why)| (*why).to_owned()));
                        }
                    }
                }
            }
        }
    }
    assert!(lines.len() > 60, "{}", lines.len());
    let foreign: Vec<_> = lines.iter().filter(|line| !hangul(line) && !line.starts_with("C2PA: ")).collect();
    assert!(foreign.is_empty(), "{foreign:#?}");
}

#[test]
fn contradictions_are_named() {
    let aigc = r#"{"Label":"3","ContentProducer":"other","ProduceID":"x"}"#;
    let both = packet(&labelled(), Some(aigc));
    let named = |packet: &[u8]| {
        Evidence::new(Some(mark()), &sketch(), Some(packet), &TrustStore::default(), Language::English)
            .contradictions
            .join("\n")
    };
    assert!(named(&both).contains("AIGC label says \"3\""), "{}", named(&both));
    let text = String::from_utf8(both).unwrap();
    let edited = text.replace("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia");
    assert!(named(edited.as_bytes()).contains("another origin"));
    let photo = text.replace("trainedAlgorithmicMedia", "digitalCapture");
    assert!(named(photo.as_bytes()).contains("other layers say AI"));
    assert_eq!(
        Evidence::new(None, &sketch(), Some(photo.as_bytes()), &TrustStore::default(), Language::English).metadata(),
        None
    );
    let forged = text.replace("kr.download.1", "kr.download.2");
    assert!(named(forged.as_bytes()).contains("was changed"));
    assert!(named(b"<broken").contains("cannot be read"));
    // Both schemes of an address are one source type.
    let secure = text.replace("http://cv.iptc.org", "https://cv.iptc.org");
    assert!(!named(secure.as_bytes()).contains("DigitalSourceType"), "{}", named(secure.as_bytes()));
}

#[test]
fn a_second_packet_hides_no_contradiction() {
    let ours = packet(&labelled(), None);
    let photo =
        String::from_utf8(ours.clone()).unwrap().replace("trainedAlgorithmicMedia", "digitalCapture").into_bytes();
    for (packets, contradiction) in [
        ([&ours[..], &photo], "other layers say AI"),
        ([&photo, &ours], "other layers say AI"),
        ([&ours, b""], "cannot be read"),
    ] {
        let evidence = Evidence::new(Some(mark()), &sketch(), packets, &TrustStore::default(), Language::English);
        assert!(evidence.contradictions.join("\n").contains(contradiction), "{:?}", evidence.contradictions);
        assert!(evidence.record.is_some());
    }
}

#[test]
fn the_issuer_is_named_where_a_directory_vouches() {
    let entry = watermark_core::signature::DirectoryKey::new(key().public_key());
    let who =
        watermark_core::signature::Organization { name: "Studio".into(), name_ko: None, contact: None, url: None };
    let trust = TrustStore::new(vec![Directory::new(who, vec![entry], vec![]).unwrap()]);
    let packet = packet(&labelled(), None);
    let evidence = Evidence::new(None, &sketch(), Some(&packet), &trust, Language::English);
    assert_eq!((evidence.issuer.as_deref(), evidence.bound), (Some("Studio"), Some(true)));
    assert!(evidence.shows(Need::SignedMetadata, eu()).unwrap().contains("of Studio"));
    assert!(
        Evidence::new(None, &sketch(), Some(&packet), &TrustStore::default(), Language::English)
            .shows(Need::SignedMetadata, eu())
            .unwrap()
            .contains("nobody you trust")
    );
}
