//! XMP packets (ISO 16684-1): labels found in one, and labels put into one that leave everything else as it is.
//!
//! Reading parses the packet as XML without a document type, so no entities can grow. Writing adds one
//! `rdf:Description` at the end of the packet's RDF, and never removes or rewrites a byte of what is there: other
//! programs' properties, padding and extended XMP stay.

mod limits;

use std::fmt::{self, Write as _};

use roxmltree::{Document, Node, ParsingOptions};
use thiserror::Error;
use watermark_core::Language;
use watermark_core::payload::{Origin, SystemName, UnixSeconds};

use crate::check::words::pick;

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const IPTC: &str = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/";
const XMP: &str = "http://ns.adobe.com/xap/1.0/";
const PHOTOSHOP: &str = "http://ns.adobe.com/photoshop/1.0/";
const TC260: &str = "http://www.tc260.org.cn/ns/AIGC/1.0/";
/// Namespace of our own property `Records`. A UUID, since the project owns no domain (`docs/LABELS.md`).
pub const NAMESPACE: &str = "urn:uuid:5f0d6ac3-8b0e-4c53-9f6e-2d1c7a94e8b1#";

/// Beginning of IPTC's addresses of digital source types, which are written with `http` and found with either scheme.
const SOURCE_TYPES: &str = "cv.iptc.org/newscodes/digitalsourcetype/";
/// IPTC's terms for media in which a generative system took part.
const AI_TERMS: [&str; 4] =
    ["trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "compositeSynthetic", "algorithmicMedia"];
/// Most bytes of a packet that is parsed; JPEG holds 65 502, other files more.
const MAX_BYTES: usize = 8 << 20;
/// Most XML nodes.
const MAX_NODES: u32 = 1 << 18;

/// Why a packet cannot be read, and so not be added to.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the XMP packet cannot be read ({0}); repair or remove it, e.g. with exiftool, and try again")]
pub struct XmpError(String);

impl XmpError {
    /// In a language; what the parser says is English and left out elsewhere.
    pub fn sentence(&self, language: Language) -> String {
        let korean = "XMP 패킷을 읽을 수 없습니다. exiftool 등으로 고치거나 지운 뒤 다시 확인하십시오";
        pick(language, self.to_string(), korean.to_owned())
    }
}

/// Labels of a packet, as they stand there. Nothing is checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// `Iptc4xmpExt:DigitalSourceType`.
    pub source_types: Vec<String>,
    /// `Iptc4xmpExt:DigitalSourceFileType`, the older name of the same.
    pub source_file_types: Vec<String>,
    /// `Iptc4xmpExt:AISystemUsed`.
    pub systems: Vec<String>,
    /// `Iptc4xmpExt:AISystemVersionUsed`.
    pub versions: Vec<String>,
    /// `xmp:CreateDate`.
    pub create_dates: Vec<String>,
    /// `xmp:CreatorTool`.
    pub tools: Vec<String>,
    /// `photoshop:Credit`, where some services say it in words.
    pub credits: Vec<String>,
    /// `TC260:AIGC`.
    pub aigc: Vec<String>,
    /// Our records, oldest first.
    pub records: Vec<String>,
}

/// Labels to put into a packet.
#[derive(Clone, Copy, Debug)]
pub struct NewLabels<'a> {
    /// Decides the digital source type; a merely possible origin has none.
    pub origin: Origin,
    /// The generating system.
    pub system: Option<&'a SystemName>,
    /// When it was made; stated as creation date of generated pictures alone, since others were created before.
    pub time: UnixSeconds,
    /// The AIGC label.
    pub aigc: Option<&'a str>,
    /// Our signed record.
    pub record: &'a str,
}

/// A packet with labels, and where what was there says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The packet, UTF-8.
    pub packet: Vec<u8>,
    /// Properties that were kept although they differ.
    pub conflicts: Vec<Conflict>,
}

/// A label that was there before and says otherwise. It was kept, and ours not added beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The property, e.g. `Iptc4xmpExt:DigitalSourceType`.
    pub property: &'static str,
    /// What it says.
    pub found: String,
    /// What was to be stated.
    pub stated: String,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found: String = self.found.chars().take(200).collect();
        write!(
            f,
            "the metadata already say {} = {found:?}, which was kept; this stamp states {:?}",
            self.property, self.stated
        )
    }
}

/// Address of the digital source type for an origin.
pub fn source_type(origin: Origin) -> Option<String> {
    let term = match origin {
        Origin::Generated => AI_TERMS[0],
        Origin::Altered => AI_TERMS[1],
        Origin::Possible => return None,
    };
    Some(format!("http://{SOURCE_TYPES}{term}"))
}

/// Whether a digital source type states that a generative system or another algorithm made or changed the picture: by one of IPTC's
/// addresses, since a term alone, or at the end of another address, is no value of the property.
pub fn is_ai(source_type: &str) -> bool {
    let source_type = source_type.trim();
    let address = source_type.strip_prefix("https://").or_else(|| source_type.strip_prefix("http://"));
    address.and_then(|address| address.strip_prefix(SOURCE_TYPES)).is_some_and(|term| AI_TERMS.contains(&term))
}

/// The labels in a packet.
///
/// # Errors
/// [`XmpError`] when it is not well-formed XMP in UTF-8.
pub fn read(packet: &[u8]) -> Result<Labels, XmpError> {
    let mut labels = Labels::default();
    labels.add(packet)?;
    Ok(labels)
}

impl Labels {
    /// Adds those of a packet: of everything that it describes, in every RDF and under every type, as some reader will take them.
    ///
    /// # Errors
    /// [`XmpError`] when it is not well-formed XMP in UTF-8; nothing is added then.
    pub fn add(&mut self, packet: &[u8]) -> Result<(), XmpError> {
        let document = parse(text(packet)?)?;
        rdf(&document)?;
        for description in descriptions(&document) {
            for attribute in description.attributes() {
                if let Some(list) = self.list(attribute.namespace(), attribute.name()) {
                    list.push(attribute.value().trim().to_owned());
                }
            }
            for property in description.children().filter(Node::is_element) {
                let name = property.tag_name();
                if let Some(list) = self.list(name.namespace(), name.name()) {
                    list.extend(values(property));
                }
            }
        }
        Ok(())
    }

    fn list(&mut self, namespace: Option<&str>, name: &str) -> Option<&mut Vec<String>> {
        Some(match (namespace?, name) {
            (IPTC, "DigitalSourceType") => &mut self.source_types,
            (IPTC, "DigitalSourceFileType") => &mut self.source_file_types,
            (IPTC, "AISystemUsed") => &mut self.systems,
            (IPTC, "AISystemVersionUsed") => &mut self.versions,
            (XMP, "CreateDate") => &mut self.create_dates,
            (XMP, "CreatorTool") => &mut self.tools,
            (PHOTOSHOP, "Credit") => &mut self.credits,
            (TC260, "AIGC") => &mut self.aigc,
            (NAMESPACE, "Records") => &mut self.records,
            _ => return None,
        })
    }
}

/// Puts labels into a packet, or makes one. A property that is there stays as it is and gets no second value; our records
/// form a list, to which ours is added.
///
/// # Errors
/// [`XmpError`] when there is a packet that cannot be read.
pub fn merge(packet: Option<&[u8]>, new: &NewLabels<'_>) -> Result<Merged, XmpError> {
    let Some(packet) = packet else {
        let block = block(new, &Labels::default(), "").0;
        let fresh = format!(
            "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n \
             <rdf:RDF xmlns:rdf=\"{RDF}\">\n{block} </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>"
        );
        return Ok(Merged { packet: fresh.into_bytes(), conflicts: Vec::new() });
    };
    let found = read(packet)?;
    let text = text(packet)?;
    let document = parse(text)?;
    // Beside our records, wherever those are.
    let list = record_list(&document);
    let around = list.and_then(|list| list.ancestors().find(|node| node.has_tag_name((RDF, "RDF"))));
    let rdf = around.map_or_else(|| rdf(&document), Ok)?;
    // All descriptions of a packet are about one resource (ISO 16684-1, 7.4).
    let about = rdf.children().find_map(|node| node.attribute((RDF, "about"))).unwrap_or_default();
    let (block, conflicts) = block(new, &found, about);
    let mut out = text.to_owned();
    // From the end backwards, so that what lies before keeps its place.
    insert_last(&mut out, rdf, text, &block);
    if let Some(list) = list {
        insert_last(&mut out, list, text, &format!("<rdf:li xmlns:rdf=\"{RDF}\">{}</rdf:li>", escape(new.record)));
    }
    // Not `text`: bytes around it, a byte order mark and padding, stay.
    let start = text.as_ptr() as usize - packet.as_ptr() as usize;
    let packet = [&packet[..start], out.as_bytes(), &packet[start + text.len()..]].concat();
    Ok(Merged { packet, conflicts })
}

/// The list that our records stand in.
fn record_list<'a>(document: &'a Document<'a>) -> Option<Node<'a, 'a>> {
    let mut properties = descriptions(document).flat_map(|node| node.children());
    let property = properties.find(|node| node.has_tag_name((NAMESPACE, "Records")))?;
    property.children().find(|node| node.has_tag_name((RDF, "Seq")))
}

/// What a packet describes: `rdf:Description`, or an element named by its type (RDF 1.1 XML Syntax, 2.13).
fn descriptions<'a>(document: &'a Document<'a>) -> impl Iterator<Item = Node<'a, 'a>> {
    let rdf = document.descendants().filter(|node| node.has_tag_name((RDF, "RDF")));
    rdf.flat_map(|rdf| rdf.children()).filter(Node::is_element)
}

/// Puts `what` in front of the end tag of `element`, which was parsed from `text` and lies in `out` at the same place.
fn insert_last(out: &mut String, element: Node<'_, '_>, text: &str, what: &str) {
    let range = element.range();
    let written = &text[range.clone()];
    if let Some(open) = written.strip_suffix("/>") {
        // `<rdf:RDF .../>`: its name is spelled as at the beginning.
        let name: String = open[1..].chars().take_while(|c| !c.is_whitespace() && *c != '/').collect();
        out.replace_range(range.end - 2..range.end, &format!(">{what}</{name}>"));
    } else if let Some(end_tag) = written.rfind("</") {
        out.insert_str(range.start + end_tag, what);
    }
}

/// The description to add, for a packet that has `found` already, and what differs.
fn block(new: &NewLabels<'_>, found: &Labels, about: &str) -> (String, Vec<Conflict>) {
    let mut properties = String::new();
    let mut conflicts = Vec::new();
    let mut state = |property: &'static str, there: &[String], stated: Option<String>, must_agree: bool| {
        let Some(stated) = stated else { return };
        let Some(first) = there.first() else {
            // Writing to a string cannot fail.
            let _ = writeln!(properties, "   <{property}>{}</{property}>", escape(&stated));
            return;
        };
        if must_agree && let Some(other) = there.iter().find(|value| **value != stated) {
            let found = if there.contains(&stated) { other } else { first };
            conflicts.push(Conflict { property, found: found.clone(), stated });
        }
    };
    let created = (new.origin == Origin::Generated).then(|| new.time.to_string());
    state("Iptc4xmpExt:DigitalSourceType", &found.source_types, source_type(new.origin), true);
    state("Iptc4xmpExt:AISystemUsed", &found.systems, new.system.map(|s| s.name().to_owned()), true);
    // A version belongs to its system: never ours beside another's name.
    if found.systems.is_empty() || !found.versions.is_empty() {
        state("Iptc4xmpExt:AISystemVersionUsed", &found.versions, new.system.map(|s| s.version().to_owned()), true);
    }
    state("xmp:CreateDate", &found.create_dates, created, false);
    state("TC260:AIGC", &found.aigc, new.aigc.map(str::to_owned), true);
    if found.records.is_empty() {
        let record = escape(new.record);
        let _ = writeln!(
            properties,
            "   <watermark:Records><rdf:Seq><rdf:li>{record}</rdf:li></rdf:Seq></watermark:Records>"
        );
    }
    let description = format!(
        "  <rdf:Description rdf:about=\"{}\" xmlns:rdf=\"{RDF}\" xmlns:Iptc4xmpExt=\"{IPTC}\" xmlns:xmp=\"{XMP}\" \
         xmlns:TC260=\"{TC260}\" xmlns:watermark=\"{NAMESPACE}\">\n{properties}  </rdf:Description>\n",
        escape(about)
    );
    (if properties.is_empty() { String::new() } else { description }, conflicts)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The packet's XML: UTF-8 without a byte order mark in front and padding or zero bytes behind.
fn text(packet: &[u8]) -> Result<&str, XmpError> {
    if packet.len() > MAX_BYTES {
        return Err(XmpError(format!("it has {} bytes, the limit is {MAX_BYTES}", packet.len())));
    }
    let text = std::str::from_utf8(packet).map_err(|_| XmpError("it is not UTF-8".to_owned()))?;
    Ok(text.trim_start_matches('\u{feff}').trim_matches(|c: char| c.is_whitespace() || c == '\0'))
}

fn parse(text: &str) -> Result<Document<'_>, XmpError> {
    limits::check(text)?;
    let options = ParsingOptions { nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|error| XmpError(error.to_string()))
}

fn rdf<'a>(document: &'a Document<'a>) -> Result<Node<'a, 'a>, XmpError> {
    let found = document.descendants().find(|node| node.has_tag_name((RDF, "RDF")));
    found.ok_or_else(|| XmpError("it holds no RDF".to_owned()))
}

/// A property's values in every spelling of RDF: an address, a list, a structure with `rdf:value`, or text.
fn values(property: Node<'_, '_>) -> Vec<String> {
    if let Some(address) = property.attribute((RDF, "resource")) {
        return vec![address.trim().to_owned()];
    }
    // Another RDF inside is read on its own. So each text is taken once, however deep it lies.
    let mut items: Vec<_> = Vec::new();
    let mut value = None;
    for node in within(property, &|node| node.has_tag_name((RDF, "RDF"))) {
        if node.has_tag_name((RDF, "li")) {
            items.push(node);
        } else if value.is_none() && node.has_tag_name((RDF, "value")) {
            value = Some(node);
        }
    }
    let sources = match value {
        _ if !items.is_empty() => items,
        Some(value) => vec![value],
        None => vec![property],
    };
    let is_other = |node: Node<'_, '_>| node.has_tag_name((RDF, "RDF")) || node.has_tag_name((RDF, "li"));
    let text = |node: Node<'_, '_>| {
        if let Some(address) = node.attribute((RDF, "resource")) {
            return address.trim().to_owned();
        }
        let texts = within(node, &is_other).filter(Node::is_text).filter_map(|node| node.text());
        texts.collect::<String>().trim().to_owned()
    };
    sources.into_iter().map(text).filter(|value| !value.is_empty()).collect()
}

/// A node and what lies in it, in order, but for what lies in `others`.
fn within<'a, 'b>(
    node: Node<'a, 'a>,
    is_other: &'b dyn Fn(Node<'a, 'a>) -> bool,
) -> impl Iterator<Item = Node<'a, 'a>> + 'b
where
    'a: 'b,
{
    let mut left = vec![node];
    std::iter::from_fn(move || {
        let next = left.pop()?;
        left.extend(next.children().rev().filter(|node| !is_other(*node)));
        Some(next)
    })
}
