//! Labels into XMP packets and out of them: what is there stays, nothing stands twice, hostile packets are refused.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use watermark_core::payload::{Origin, SystemName, UnixSeconds};
use watermark_label::xmp::{Labels, NewLabels, is_ai, merge, read, source_type};

const GENERATED: &str = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
const CAPTURE: &str = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture";

fn system() -> SystemName {
    "painter@2.1".parse().unwrap()
}

fn new<'a>(system: &'a SystemName, record: &'a str) -> NewLabels<'a> {
    let aigc = Some(r#"{"Label":"1","ContentProducer":"a&b"}"#);
    NewLabels { origin: Origin::Generated, system: Some(system), time: UnixSeconds(1_800_000_000), aigc, record }
}

/// A packet around descriptions.
fn packet(descriptions: &str) -> Vec<u8> {
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?><x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\
         <r:RDF xmlns:r=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" \
         xmlns:e=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\" xmlns:q=\"http://ns.adobe.com/xap/1.0/\">{descriptions}</r:RDF>\
         </x:xmpmeta>{}<?xpacket end=\"w\"?>",
        " ".repeat(100)
    )
    .into_bytes()
}

fn all_of_ours(record: &str) -> Labels {
    Labels {
        source_types: vec![GENERATED.to_owned()],
        systems: vec!["painter".to_owned()],
        versions: vec!["2.1".to_owned()],
        create_dates: vec!["2027-01-15T08:00:00Z".to_owned()],
        aigc: vec![r#"{"Label":"1","ContentProducer":"a&b"}"#.to_owned()],
        records: vec![record.to_owned()],
        ..Labels::default()
    }
}

#[test]
fn a_fresh_packet_holds_everything() {
    let record = r#"{"a":"<&>"}"#;
    let merged = merge(None, &new(&system(), record)).unwrap();
    assert_eq!(read(&merged.packet).unwrap(), all_of_ours(record));
    assert_eq!(merged.conflicts, []);
}

#[test]
fn what_is_there_stays_byte_for_byte() {
    for there in [
        packet("<r:Description r:about=\"uuid:1\" q:CreatorTool=\"x\"/>"),
        packet("<r:Description r:about=\"uuid:1\"><q:CreatorTool>x &amp; y</q:CreatorTool></r:Description>"),
        packet(""),
        String::from_utf8(packet("")).unwrap().replace("></r:RDF>", "/>").into_bytes(),
        [&b"\xef\xbb\xbf"[..], &packet(""), b"\0\0 \n"].concat(),
    ] {
        let merged = merge(Some(&there), &new(&system(), "r")).unwrap();
        let found = read(&merged.packet).unwrap();
        let tools = read(&there).unwrap().tools;
        assert_eq!(found, Labels { tools, ..all_of_ours("r") });
        // Taking the insertion out again gives the packet back; a self-closing element alone is opened.
        let before = String::from_utf8(there.clone()).unwrap().replace("/></x:", "></r:RDF></x:");
        let after = String::from_utf8(merged.packet).unwrap();
        let start = before.bytes().zip(after.bytes()).take_while(|(a, b)| a == b).count();
        let tail = before.bytes().rev().zip(after.bytes().rev()).take_while(|(a, b)| a == b).count();
        assert!(start + tail >= before.len(), "{before}\n{after}");
        assert_eq!(before.contains("uuid:1"), after.matches("about=\"uuid:1\"").count() == 2, "{after}");
    }
}

#[test]
fn nothing_stands_twice() {
    let once = merge(None, &new(&system(), "first")).unwrap().packet;
    let twice = merge(Some(&once), &new(&system(), "second")).unwrap();
    let labels = read(&twice.packet).unwrap();
    assert_eq!(labels, Labels { records: vec!["first".to_owned(), "second".to_owned()], ..all_of_ours("") });
    assert_eq!(twice.conflicts, []);
}

#[test]
fn other_words_are_kept_and_named() {
    for there in [
        format!("<r:Description e:DigitalSourceType=\"{CAPTURE}\"/>"),
        format!("<r:Description><e:DigitalSourceType r:resource=\"{CAPTURE}\"/></r:Description>"),
        format!("<r:Description><e:DigitalSourceType>\n {CAPTURE} </e:DigitalSourceType></r:Description>"),
    ] {
        let merged = merge(Some(&packet(&there)), &new(&system(), "r")).unwrap();
        let labels = read(&merged.packet).unwrap();
        assert_eq!(labels.source_types, [CAPTURE], "{there}");
        assert_eq!(merged.conflicts.len(), 1);
        assert_eq!(merged.conflicts[0].found, CAPTURE);
        assert!(merged.conflicts[0].to_string().contains("already say"), "{}", merged.conflicts[0]);
    }
    // Somebody else's system keeps its version to itself.
    let other = packet("<r:Description><e:AISystemUsed>other</e:AISystemUsed></r:Description>");
    let merged = merge(Some(&other), &new(&system(), "r")).unwrap();
    let labels = read(&merged.packet).unwrap();
    assert_eq!((labels.systems, labels.versions), (vec!["other".to_owned()], vec![]));
    assert_eq!(merged.conflicts[0].property, "Iptc4xmpExt:AISystemUsed");
    // An older creation date is no contradiction.
    let dated = packet("<r:Description q:CreateDate=\"2020-01-01\"/>");
    assert_eq!(merge(Some(&dated), &new(&system(), "r")).unwrap().conflicts, []);
}

#[test]
fn lists_and_structures_are_read() {
    let there = packet(
        "<r:Description><e:AISystemUsed><r:Bag><r:li>a</r:li><r:li>b</r:li></r:Bag></e:AISystemUsed>\
         <e:AISystemVersionUsed r:parseType=\"Resource\"><r:value>1</r:value></e:AISystemVersionUsed></r:Description>",
    );
    let labels = read(&there).unwrap();
    assert_eq!((labels.systems, labels.versions), (vec!["a".to_owned(), "b".to_owned()], vec!["1".to_owned()]));
}

/// What another reader may take for the label must not hide from this one.
#[test]
fn every_rdf_and_every_typed_node_is_read() {
    let ours = format!("<r:Description><e:DigitalSourceType>{GENERATED}</e:DigitalSourceType></r:Description>");
    let node = |name: &str| format!("<{name}><e:DigitalSourceType>{CAPTURE}</e:DigitalSourceType></{name}>");
    let second = "</r:RDF><r:RDF xmlns:r=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" \
                  xmlns:e=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\">";
    for there in
        [ours.clone() + second + &node("r:Description"), ours.clone() + &node("e:Photo"), node("e:Photo") + &ours]
    {
        let found = read(&packet(&there)).unwrap().source_types;
        assert!(found.len() == 2 && found.iter().any(|kind| kind == CAPTURE), "{there}: {found:?}");
    }
    // A record is added to the others, in whichever RDF they are.
    let records = merge(None, &new(&system(), "first")).unwrap().packet;
    let text = String::from_utf8(records).unwrap();
    let there =
        text.replacen(" <rdf:RDF", "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"/><rdf:RDF", 1);
    let merged = merge(Some(there.as_bytes()), &new(&system(), "second")).unwrap();
    assert_eq!(read(&merged.packet).unwrap().records, ["first", "second"]);
}

#[test]
fn source_types_by_origin() {
    assert_eq!(source_type(Origin::Generated).as_deref(), Some(GENERATED));
    assert!(source_type(Origin::Altered).unwrap().ends_with("/compositeWithTrainedAlgorithmicMedia"));
    assert_eq!(source_type(Origin::Possible), None);
    assert!(is_ai(GENERATED) && !is_ai(CAPTURE) && !is_ai(""));
    assert!(is_ai(&GENERATED.replace("http:", "https:")));
    for other in ["trainedAlgorithmicMedia", "https://example.org/not/trainedAlgorithmicMedia", &GENERATED[7..]] {
        assert!(!is_ai(other), "{other}");
    }
}

#[test]
fn hostile_packets_are_refused() {
    let entities = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><x>&b;</x>";
    let deep = "<a>".repeat(200_000);
    let nodes = format!("<a>{}</a>", "<b/>".repeat(300_000));
    let long = vec![b' '; 9 << 20];
    for (cause, bytes) in [
        ("not XML", &b"hello"[..]),
        ("empty", b""),
        ("UTF-16", b"\xfe\xff\0<\0a"),
        ("no RDF", b"<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"/>"),
        ("entities", entities.as_bytes()),
        ("never closed", b"<r:RDF xmlns:r=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"),
        ("nested deeply", deep.as_bytes()),
        ("many nodes", nodes.as_bytes()),
        ("too long", &long),
    ] {
        assert!(read(bytes).is_err(), "{cause}");
        assert!(merge(Some(bytes), &new(&system(), "r")).is_err(), "{cause}");
    }
}

/// Elements of a few kilobytes, compressed, that a parser without limits works on for minutes.
#[test]
fn packets_of_hostile_shape_are_refused_at_once() {
    let nested = |count: usize, open: &dyn Fn(usize) -> String, text: &str| {
        let opened: String = (0..count).map(open).collect();
        format!(
            "<r:Description><q:CreatorTool>{opened}{text}{}</q:CreatorTool></r:Description>",
            "</r:li>".repeat(count)
        )
    };
    let attributes = |count: usize| (0..count).map(|i| format!(" a{i}=\"\"")).collect::<Vec<_>>().concat();
    for (hostile, why) in [
        (nested(20_000, &|_| "<r:li>".to_owned(), &"a".repeat(1 << 20)), "inside each other, the limit is 64"),
        (nested(3_000, &|i| format!("<r:li xmlns:n{i}=\"m\">"), ""), "inside each other"),
        (
            nested(60, &|_| "<r:li><r:p xmlns:a='a' xmlns:b='a' xmlns:c='a' xmlns:d='a' xmlns:e='a'>".to_owned(), ""),
            "limit",
        ),
        (format!("<r:Description{}/>", attributes(80_000)), "in one tag, the limit is 512"),
        (format!("<r:Description{}/>", attributes(500)).repeat(200), "in all tags, the limit is 65536"),
        ("<r:Description xmlns:n=\"m\"/>".repeat(50_000), "are declared, the limit is 4096"),
    ] {
        let packet = packet(&hostile);
        let begun = Instant::now();
        let error = read(&packet).unwrap_err().to_string();
        let took = begun.elapsed();
        assert!(error.contains("cannot be read") && error.contains(why) && error.contains("try again"), "{error}");
        assert!(merge(Some(&packet), &new(&system(), "r")).is_err());
        // Milliseconds, a busy machine allowed for.
        assert!(took < Duration::from_secs(1), "{why}: {took:?}");
    }
}

#[test]
fn text_that_lies_deep_is_taken_once() {
    let words = "a".repeat(1 << 20);
    let (open, close) = ("<r:li>b".repeat(50), "</r:li>".repeat(50));
    let tools =
        read(&packet(&format!("<r:Description><q:CreatorTool>{open}{words}{close}</q:CreatorTool></r:Description>")));
    let tools = tools.unwrap().tools;
    assert_eq!((tools.len(), tools[49].len()), (50, words.len() + 1));
    assert!(tools[..49].iter().all(|tool| tool == "b"));
    // RDF inside a value speaks for itself.
    let (open, close) = ("<r:RDF><r:Description><q:CreatorTool>", "</q:CreatorTool></r:Description></r:RDF>");
    let inside = format!(
        "<r:Description><q:CreatorTool>b{}{words}{}</q:CreatorTool></r:Description>",
        open.repeat(15),
        close.repeat(15)
    );
    let tools = read(&packet(&inside)).unwrap().tools;
    assert_eq!(tools.iter().map(String::len).sum::<usize>(), words.len() + 1);
}

/// As editors leave them behind: many vocabularies, a history, ancestors, lists of alternatives.
#[test]
fn rich_packets_are_read() {
    let vocabularies: String =
        (0..120).map(|i| format!(" xmlns:v{i}=\"urn:v{i}#\" v{i}:a=\"1\" v{i}:b=\"2\"")).collect::<Vec<_>>().concat();
    let history: String = (0..2_000)
        .map(|i| {
            format!("<r:li s:action=\"saved\" s:instanceID=\"xmp.iid:{i}\" s:when=\"2026-01-01\" s:changed=\"/\"/>")
        })
        .collect::<Vec<_>>()
        .concat();
    let ancestors = "<r:li>xmp.did:0</r:li>".repeat(20_000);
    let rich = format!(
        "<r:Description{vocabularies} xmlns:s=\"urn:event#\" xmlns:d=\"urn:d#\"><s:History><r:Seq>{history}</r:Seq></s:History>\
         <s:Ancestors><r:Bag>{ancestors}</r:Bag></s:Ancestors><!-- <<< --><d:title><r:Alt><r:li xml:lang=\"ko\">\u{ac00} &amp; b</r:li>\
         </r:Alt></d:title><q:CreatorTool><r:Alt><r:li>x</r:li><r:li><r:Bag><r:li>y</r:li></r:Bag></r:li></r:Alt></q:CreatorTool></r:Description>"
    );
    let apart: String =
        (0..200).map(|i| format!("<r:Description xmlns:w=\"urn:w{i}#\" w:a=\"1\"/>")).collect::<Vec<_>>().concat();
    let packet = packet(&(rich + &apart));
    assert_eq!(read(&packet).unwrap().tools, ["x", "y"]);
    let merged = merge(Some(&packet), &new(&system(), "r")).unwrap();
    assert_eq!(read(&merged.packet).unwrap().records, ["r"]);
}

proptest! {
    /// Whatever text a value holds, it comes back, and the packet stays well-formed.
    #[test]
    fn any_visible_text_survives(record in "[ -~가-힣]{1,80}") {
        let record = record.trim().to_owned();
        prop_assume!(!record.is_empty());
        let merged = merge(None, &new(&system(), &record)).unwrap();
        prop_assert_eq!(read(&merged.packet).unwrap().records, vec![record]);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = merge(Some(&bytes), &new(&system(), "r"));
    }
}
