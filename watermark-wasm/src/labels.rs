//! What the metadata of a file says about how its picture was made. Weak evidence: anyone can write or strip it, and
//! nothing is checked.
//!
//! Sources: IPTC Photo Metadata 2025.1 (`DigitalSourceType`, `AISystemUsed`), GB 45438-2025 (`AIGC`), C2PA manifests
//! (presence alone), and the PNG text that generators are known to write.

use serde::Serialize;
use watermark_files::Metadata;
use watermark_label::xmp;

/// Longest value shown, in characters.
const MAX_CHARS: usize = 300;
/// Most values shown of one property.
const MAX_VALUES: usize = 4;

/// One label found.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Label {
    /// Where it stands: `c2pa`, `xmp`, `png-text`, `exif`.
    place: &'static str,
    /// The property.
    name: String,
    /// What it says, shortened.
    value: Option<String>,
    /// Whether it states that a generative system took part.
    says_ai: bool,
}

/// Keywords under which generators leave their settings in PNG text.
const PNG_AI_KEYWORDS: &[&str] =
    &["parameters", "prompt", "workflow", "invokeai_metadata", "sd-metadata", "Dream", "AIGC"];

/// Labels in the order they are looked for.
pub(crate) fn find(metadata: &Metadata) -> Vec<Label> {
    let mut labels = Vec::new();
    if metadata.dropped_c2pa {
        labels.push(Label { place: "c2pa", name: "manifest".to_owned(), value: None, says_ai: false });
    }
    labels.extend(metadata.xmp_packets().flat_map(of_xmp));
    for chunk in &metadata.png_text {
        let keyword = String::from_utf8_lossy(chunk.keyword()).into_owned();
        let says_ai = PNG_AI_KEYWORDS.contains(&keyword.as_str());
        if says_ai || keyword == "Software" || keyword == "Source" {
            // Only tEXt holds its text plainly; the others are compressed or tagged.
            let plain = &chunk.kind == b"tEXt";
            let rest = chunk.data.get(keyword.len() + 1..).unwrap_or_default();
            let value = plain.then(|| shortened(&String::from_utf8_lossy(rest)));
            labels.push(Label { place: "png-text", name: keyword, value, says_ai });
        }
    }
    labels
}

/// Whether a property's value states that a generative system took part.
type Says = fn(&str) -> bool;

fn in_words(value: &str) -> bool {
    let lower = value.to_lowercase();
    ["ai-generated", "made with ai", "made with google ai", "ai 생성"].iter().any(|words| lower.contains(words))
}

/// Labels of a packet. One that cannot be read is a label too: there may have been something in it.
fn of_xmp(packet: &[u8]) -> Vec<Label> {
    let label = |name: &str, value: &str, says_ai| Label {
        place: "xmp",
        name: name.to_owned(),
        value: Some(shortened(value)),
        says_ai,
    };
    let found = match xmp::read(packet) {
        Ok(found) => found,
        Err(error) => return vec![label("packet", &error.to_string(), false)],
    };
    let properties: [(&str, &[String], Says); 7] = [
        ("DigitalSourceType", &found.source_types, xmp::is_ai),
        ("DigitalSourceFileType", &found.source_file_types, xmp::is_ai),
        ("AISystemUsed", &found.systems, |_| true),
        ("AISystemVersionUsed", &found.versions, |_| true),
        ("AIGC", &found.aigc, |_| true),
        ("Credit", &found.credits, in_words),
        ("CreatorTool", &found.tools, in_words),
    ];
    let of = |(name, values, says_ai): (&str, &[String], Says)| {
        values.iter().take(MAX_VALUES).map(|value| label(name, value, says_ai(value))).collect::<Vec<_>>()
    };
    properties.into_iter().flat_map(of).collect()
}

fn shortened(text: &str) -> String {
    let mut out: String = text.chars().filter(|c| !c.is_control()).take(MAX_CHARS).collect();
    if text.chars().count() > MAX_CHARS {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use watermark_files::PngChunk;

    use super::*;

    fn of_description(attributes: &str, properties: &str) -> Vec<Label> {
        let packet = format!(
            "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
             <rdf:Description xmlns:i=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\" xmlns:p=\"http://ns.adobe.com/photoshop/1.0/\" \
             xmlns:t=\"http://www.tc260.org.cn/ns/AIGC/1.0/\" {attributes}>{properties}</rdf:Description></rdf:RDF></x:xmpmeta>"
        );
        find(&Metadata { xmp: Some(packet.into_bytes()), ..Metadata::default() })
    }

    #[test]
    fn xmp_labels_are_those_of_the_one_reader() {
        let ai = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
        let labels =
            of_description(&format!("i:DigitalSourceType=\"{ai}\""), "<p:Credit>Made with Google AI</p:Credit>");
        let said: Vec<_> = labels.iter().map(|l| (l.name.as_str(), l.value.as_deref().unwrap(), l.says_ai)).collect();
        assert_eq!(said, [("DigitalSourceType", ai, true), ("Credit", "Made with Google AI", true)]);
        let photo = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture";
        let photo = of_description(
            "",
            &format!("<i:DigitalSourceType>{photo}</i:DigitalSourceType><p:Credit>A. B.</p:Credit>"),
        );
        assert_eq!(photo.iter().map(|label| label.says_ai).collect::<Vec<_>>(), [false, false]);
    }

    #[test]
    fn values_are_unescaped_and_cut_and_a_broken_packet_is_named() {
        let label = of_description("t:AIGC=\"{&quot;Label&quot;:&quot;1&quot;}\"", "");
        assert_eq!(label[0].value.as_deref(), Some("{\"Label\":\"1\"}"));
        let long = of_description("", &format!("<i:AISystemUsed>{}</i:AISystemUsed>", "a".repeat(1000)));
        assert_eq!(long[0].value.as_ref().unwrap().chars().count(), MAX_CHARS + 1);
        for xmp in ["x:AIGC", "x:AIGC=\"", "<x:AIGC", "</x:AIGC>", "<x:AIGC></x:AIGC>", "<x:AIGC r=", ":AIGC>한"] {
            let labels = find(&Metadata { xmp: Some(xmp.as_bytes().to_vec()), ..Metadata::default() });
            assert_eq!((labels.len(), labels[0].says_ai), (1, false), "{xmp}");
        }
    }

    #[test]
    fn generator_settings_in_png_text_count() {
        let chunk = PngChunk { kind: *b"tEXt", data: b"parameters\0a cat, steps 20".to_vec() };
        let labels = find(&Metadata { png_text: vec![chunk], ..Metadata::default() });
        assert_eq!(labels[0].value.as_deref(), Some("a cat, steps 20"));
    }
}
