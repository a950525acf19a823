//! What the metadata of a file says about how its picture was made. Weak evidence: anyone can write or strip it, and
//! nothing is checked.
//!
//! Sources: IPTC Photo Metadata 2025.1 (`DigitalSourceType`, `AISystemUsed`), GB 45438-2025 (`AIGC`), C2PA manifests
//! (presence alone), and the PNG text that generators are known to write.

use serde::Serialize;
use watermark_files::Metadata;

/// Longest value shown, in characters.
const MAX_CHARS: usize = 300;

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

/// XMP properties that are read, by local name, whatever prefix a file gives them.
const XMP_PROPERTIES: &[&str] = &[
    "DigitalSourceType",
    "DigitalSourceFileType",
    "AISystemUsed",
    "AISystemVersionUsed",
    "AIGC",
    "Credit",
    "CreatorTool",
];
/// The tail of IPTC's addresses for content that a generative system made or took part in.
const AI_SOURCES: &[&str] =
    &["trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "compositeSynthetic", "algorithmicMedia"];
/// Keywords under which generators leave their settings in PNG text.
const PNG_AI_KEYWORDS: &[&str] =
    &["parameters", "prompt", "workflow", "invokeai_metadata", "sd-metadata", "Dream", "AIGC"];

/// Labels in the order they are looked for.
pub(crate) fn find(metadata: &Metadata) -> Vec<Label> {
    let mut labels = Vec::new();
    if metadata.dropped_c2pa {
        labels.push(Label { place: "c2pa", name: "manifest".to_owned(), value: None, says_ai: false });
    }
    if let Some(xmp) = &metadata.xmp {
        let text = String::from_utf8_lossy(xmp);
        for name in XMP_PROPERTIES {
            labels.extend(xmp_values(&text, name).into_iter().map(|value| xmp_label(name, &value)));
        }
    }
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

fn xmp_label(name: &str, value: &str) -> Label {
    let says_ai = match name {
        "DigitalSourceType" | "DigitalSourceFileType" => AI_SOURCES.iter().any(|source| value.ends_with(source)),
        "AISystemUsed" | "AISystemVersionUsed" | "AIGC" => true,
        _ => {
            let lower = value.to_lowercase();
            ["ai-generated", "made with ai", "made with google ai", "ai 생성"].iter().any(|words| lower.contains(words))
        }
    };
    Label { place: "xmp", name: name.to_owned(), value: Some(shortened(value)), says_ai }
}

/// Values of `prefix:name="value"`, `<prefix:name>value</` and `<prefix:name rdf:resource="value"/>`, without an XML
/// parser: this is shown, never trusted, and hostile XML must not cost more than a pass over it.
fn xmp_values(xmp: &str, name: &str) -> Vec<String> {
    let mut values = Vec::new();
    for (at, _) in xmp.match_indices(name) {
        let before = xmp[..at].chars().next_back();
        let after = &xmp[at + name.len()..];
        if before != Some(':') || xmp[..at].rsplit('<').next().is_some_and(|tag| tag.starts_with('/')) {
            continue;
        }
        let value = if let Some(rest) = after.strip_prefix("=\"") {
            rest.split('"').next()
        } else if let Some(rest) = after.strip_prefix("='") {
            rest.split('\'').next()
        } else if let Some(rest) = after.strip_prefix('>') {
            rest.split("</").next()
        } else {
            let tag = after.split('>').next().unwrap_or_default();
            tag.split_once("resource=\"").and_then(|(_, rest)| rest.split('"').next())
        };
        // Of a list, the text that is left when the tags are gone.
        let text = value.map(without_tags).filter(|text| !text.is_empty());
        values.extend(text);
        if values.len() == 4 {
            break;
        }
    }
    values
}

fn without_tags(text: &str) -> String {
    let mut inside = false;
    let kept = text.chars().filter(|&c| {
        inside = (inside || c == '<') && c != '>';
        !inside && c != '>'
    });
    let kept: String = kept.collect();
    kept.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").trim().to_owned()
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

    fn of_xmp(xmp: &str) -> Vec<Label> {
        find(&Metadata { xmp: Some(xmp.as_bytes().to_vec()), ..Metadata::default() })
    }

    #[test]
    fn digital_source_type_is_read_in_every_spelling_of_rdf() {
        let ai = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
        for xmp in [
            format!("<rdf:Description Iptc4xmpExt:DigitalSourceType=\"{ai}\"/>"),
            format!("<x:DigitalSourceType>{ai}</x:DigitalSourceType>"),
            format!("<x:DigitalSourceType rdf:resource=\"{ai}\"/>"),
        ] {
            let labels = of_xmp(&xmp);
            assert_eq!(labels.len(), 1, "{xmp}");
            assert_eq!((labels[0].says_ai, labels[0].value.as_deref()), (true, Some(ai)), "{xmp}");
        }
        let photo = of_xmp("<x:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture</x:D>");
        assert!(!photo[0].says_ai);
    }

    #[test]
    fn chinese_label_is_unescaped_and_long_values_are_cut() {
        let label = of_xmp("<r TC260:AIGC=\"{&quot;Label&quot;:&quot;1&quot;}\"/>");
        assert_eq!(label[0].value.as_deref(), Some("{\"Label\":\"1\"}"));
        let long = of_xmp(&format!("<x:AISystemUsed>{}</x:AISystemUsed>", "a".repeat(1000)));
        assert_eq!(long[0].value.as_ref().unwrap().chars().count(), MAX_CHARS + 1);
    }

    #[test]
    fn generator_settings_in_png_text_count_and_hostile_markup_does_not_panic() {
        let chunk = PngChunk { kind: *b"tEXt", data: b"parameters\0a cat, steps 20".to_vec() };
        let labels = find(&Metadata { png_text: vec![chunk], ..Metadata::default() });
        assert_eq!(labels[0].value.as_deref(), Some("a cat, steps 20"));
        for xmp in ["x:AIGC", "x:AIGC=\"", "<x:AIGC", "</x:AIGC>", "<x:AIGC></x:AIGC>", "<x:AIGC r=", ":AIGC>한"] {
            of_xmp(xmp);
        }
    }
}
