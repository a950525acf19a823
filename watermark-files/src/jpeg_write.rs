//! JPEG container, outward: metadata as segments between the JFIF header and the tables.

use watermark_core::raster::Channels;

use crate::container::be16;
use crate::exif;
use crate::format::Format;
use crate::jpeg_segments::{EXIF, ICC, PHOTOSHOP, XMP, XMP_EXTENSION};
use crate::metadata::{Metadata, Note};

const FORMAT: Format = Format::Jpeg;
/// The length field counts itself, in 16 bits.
const MAX_SEGMENT: usize = 65_533;

/// Puts the metadata into an encoded picture. `None` when it does not begin like a JPEG.
pub(crate) fn insert(jpeg: &[u8], metadata: &Metadata, channels: Channels) -> Option<(Vec<u8>, Vec<Note>)> {
    // SOI, then APP0: its length tells where the segments go.
    let header_end = match jpeg {
        [0xff, 0xd8, 0xff, 0xe0, ..] => 4 + usize::from(be16(jpeg, 4)?),
        [0xff, 0xd8, ..] => 2,
        _ => return None,
    };
    let (head, tail) = jpeg.split_at_checked(header_end)?;
    let (segments, notes) = segments_for(metadata, channels);
    Some(([head, &segments, tail].concat(), notes))
}

/// Segments being written, and what did not fit.
struct Writer {
    bytes: Vec<u8>,
    notes: Vec<Note>,
}

impl Writer {
    fn push(&mut self, marker: u8, parts: &[&[u8]]) {
        let length = parts.iter().map(|p| p.len()).sum::<usize>() + 2;
        self.bytes.extend([0xff, marker]);
        self.bytes.extend((length as u16).to_be_bytes());
        for part in parts {
            self.bytes.extend_from_slice(part);
        }
    }

    /// One segment, or a note when it is too large for one.
    fn push_fitting(&mut self, marker: u8, prefix: &[u8], body: &[u8], what: &'static str) {
        let limit = MAX_SEGMENT - prefix.len();
        if body.len() > limit {
            self.notes.push(Note::TooLarge { what, bytes: body.len(), limit, format: FORMAT });
        } else {
            self.push(marker, &[prefix, body]);
        }
    }
}

fn segments_for(metadata: &Metadata, channels: Channels) -> (Vec<u8>, Vec<Note>) {
    let mut out = Writer { bytes: Vec::new(), notes: Vec::new() };
    if let Some(exif) = &metadata.exif {
        push_exif(&mut out, exif);
    }
    if let Some(xmp) = &metadata.xmp {
        out.push_fitting(0xe1, XMP, xmp, "the XMP packet");
    }
    if !metadata.xmp_others.is_empty() {
        out.notes.push(Note::NotCarried { what: "a second XMP packet".into(), format: Format::Jpeg });
    }
    for part in &metadata.xmp_extended {
        out.push_fitting(0xe1, XMP_EXTENSION, part, "a part of the extended XMP");
    }
    for resources in &metadata.photoshop {
        out.push_fitting(0xed, PHOTOSHOP, resources, "the Photoshop image resources");
    }
    match metadata.icc_for(channels) {
        Ok(Some(icc)) => push_icc(&mut out, icc),
        Ok(None) => {}
        Err(note) => out.notes.push(note),
    }
    for comment in &metadata.comments {
        out.push_fitting(0xfe, &[], comment, "a comment");
    }
    for chunk in &metadata.png_text {
        // PNG's keyword for what a JPEG comment is; the others mean nothing there.
        match chunk.data.strip_prefix(b"Comment\0") {
            Some(text) if &chunk.kind == b"tEXt" => out.push_fitting(0xfe, &[], text, "a comment"),
            _ => {
                let what = format!("the PNG text {:?}", String::from_utf8_lossy(chunk.keyword()));
                out.notes.push(Note::NotCarried { what, format: FORMAT });
            }
        }
    }
    out.notes.extend(metadata.lost_color(FORMAT));
    (out.bytes, out.notes)
}

fn push_exif(out: &mut Writer, exif: &[u8]) {
    let limit = MAX_SEGMENT - EXIF.len();
    if exif.len() > limit
        && let Some(smaller) = exif::without_thumbnail(exif)
        && smaller.len() <= limit
    {
        out.notes.push(Note::ThumbnailDropped);
        out.push(0xe1, &[EXIF, &smaller]);
        return;
    }
    out.push_fitting(0xe1, EXIF, exif, "the EXIF block");
}

/// Splits a profile over numbered segments (ICC.1:2022 annex B.4).
fn push_icc(out: &mut Writer, icc: &[u8]) {
    let part_len = MAX_SEGMENT - ICC.len() - 2;
    let total = icc.len().div_ceil(part_len);
    let Ok(total_byte) = u8::try_from(total) else {
        let limit = part_len * usize::from(u8::MAX);
        out.notes.push(Note::TooLarge { what: "the ICC profile", bytes: icc.len(), limit, format: FORMAT });
        return;
    };
    for (number, part) in (1..=total_byte).zip(icc.chunks(part_len)) {
        out.push(0xe2, &[ICC, &[number, total_byte], part]);
    }
}
