//! WebP container: RIFF chunks in and out (RFC 9649, section 2).

use watermark_core::raster::Channels;

use crate::container::{Container, le24, le32, take};
use crate::error::DecodeError;
use crate::exif;
use crate::format::Format;
use crate::limits::Limits;
use crate::metadata::{Metadata, Note};
use crate::orientation::Orientation;
use crate::source::{Source, WebpCompression};
use crate::vp8_quality;

const FORMAT: Format = Format::WebP;
/// Flag bits of the first byte of a `VP8X` chunk.
const HAS_ICC: u8 = 0x20;
const HAS_ALPHA: u8 = 0x10;
const HAS_EXIF: u8 = 0x08;
const HAS_XMP: u8 = 0x04;
const IS_ANIMATED: u8 = 0x02;

fn damaged(detail: impl Into<String>) -> DecodeError {
    DecodeError::Damaged { format: FORMAT, detail: detail.into() }
}

/// Kind and content.
type Chunk<'a> = ([u8; 4], &'a [u8]);

/// Walks the chunks of a RIFF form; `Err` names the chunk the file ends in.
fn chunks(bytes: &[u8]) -> (Vec<Chunk<'_>>, Option<String>) {
    let form_end = le32(bytes, 4).map_or(0, |n| n as usize).saturating_add(8);
    let mut rest = bytes.get(12..form_end.min(bytes.len())).unwrap_or_default();
    let mut found = Vec::new();
    while rest.len() >= 8 {
        let kind = [rest[0], rest[1], rest[2], rest[3]];
        let length = le32(rest, 4).map_or(0, |n| n as usize);
        rest = &rest[8..];
        let Some(data) = take(&mut rest, length) else {
            return (found, Some(format!("chunk {}", kind.escape_ascii())));
        };
        found.push((kind, data));
        // Chunks start at even offsets; a missing last pad byte is forgiven.
        if length % 2 == 1 {
            let _ = take(&mut rest, 1);
        }
    }
    let cut = form_end > bytes.len() + 1 || rest.len() > 1;
    (found, cut.then(|| "the chunk list".to_owned()))
}

/// Reads every chunk.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Container, DecodeError> {
    let (found, cut) = chunks(bytes);
    let mut metadata = Metadata::default();
    let mut canvas = None;
    let mut bitstream = None;
    for (kind, data) in &found {
        match kind {
            b"VP8X" => {
                let (Some(flags), Some(width), Some(height)) = (data.first(), le24(data, 4), le24(data, 7)) else {
                    return Err(damaged("the VP8X chunk is too short"));
                };
                if flags & IS_ANIMATED != 0 {
                    return Err(DecodeError::Animated { format: FORMAT });
                }
                canvas = Some((width + 1, height + 1));
                limits.check_size(FORMAT, width + 1, height + 1)?;
            }
            b"ANIM" | b"ANMF" => return Err(DecodeError::Animated { format: FORMAT }),
            b"VP8 " if bitstream.is_none() => bitstream = Some(lossy_header(data)?),
            b"VP8L" if bitstream.is_none() => bitstream = Some(lossless_header(data)?),
            b"ICCP" if metadata.icc.is_none() => metadata.icc = Some(data.to_vec()),
            b"EXIF" if metadata.exif.is_none() => {
                // Some writers leave the JPEG prefix in.
                metadata.exif = Some(data.strip_prefix(b"Exif\0\0").unwrap_or(data).to_vec());
            }
            b"XMP " => metadata.keep_xmp(data.to_vec()),
            b"C2PA" => metadata.dropped_c2pa = true,
            _ => {}
        }
    }
    if let Some((width, height, _)) = bitstream {
        limits.check_size(FORMAT, width, height)?;
    }
    if let Some(inside) = cut {
        return Err(DecodeError::Truncated { format: FORMAT, length: bytes.len(), inside });
    }
    let Some((width, height, compression)) = bitstream else {
        return Err(damaged("there is no picture chunk"));
    };
    if canvas.is_some_and(|c| c != (width, height)) {
        return Err(damaged("the canvas and the picture in it state different sizes"));
    }
    let form_end = le32(bytes, 4).map_or(0, |n| n as usize).saturating_add(8);
    if bytes.len() > form_end + 1 {
        metadata.notes.push(Note::TrailingData { bytes: bytes.len() - form_end });
    }
    let orientation = metadata.exif.as_deref().map_or(Orientation::UPRIGHT, exif::orientation);
    Ok(Container {
        width,
        height,
        source: Source::WebP { compression },
        orientation,
        metadata,
        scattered_scans: false,
        is_rgb: false,
        // Four bytes out, four of ARGB or planes while decoding, and a copy when turned.
        peak_bytes_per_pixel: if orientation == Orientation::UPRIGHT { 8 } else { 12 },
    })
}

/// Size and quality of a `VP8 ` key frame (RFC 6386, 9.1).
fn lossy_header(data: &[u8]) -> Result<(u32, u32, WebpCompression), DecodeError> {
    let Some([_, _, _, 0x9d, 0x01, 0x2a, w0, w1, h0, h1]) = data.first_chunk() else {
        return Err(damaged("the VP8 frame header is malformed"));
    };
    // Fourteen bits each; the upper two are a display scale that WebP ignores.
    let width = u32::from(u16::from_le_bytes([*w0, *w1]) & 0x3fff);
    let height = u32::from(u16::from_le_bytes([*h0, *h1]) & 0x3fff);
    let quality = vp8_quality::estimate(&data[10..]);
    Ok((width, height, WebpCompression::Lossy { quality }))
}

/// Size of a `VP8L` picture (RFC 9649, 3.4).
fn lossless_header(data: &[u8]) -> Result<(u32, u32, WebpCompression), DecodeError> {
    let (Some(0x2f), Some(bits)) = (data.first(), le32(data, 1)) else {
        return Err(damaged("the VP8L header is malformed"));
    };
    Ok(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1, WebpCompression::Lossless))
}

/// Puts the metadata into an encoded picture, as an extended file with its flags set. `None` when the input is not
/// the WebP it should be.
pub(crate) fn insert(webp: &[u8], metadata: &Metadata, (width, height): (u32, u32)) -> Option<(Vec<u8>, Vec<Note>)> {
    let (found, cut) = chunks(webp);
    if cut.is_some() {
        return None;
    }
    let picture = |kind: &[u8; 4]| found.iter().find(|(k, _)| k == kind).map(|(_, data)| *data);
    let mut notes = not_carried(metadata);
    // Whatever the raster was, WebP samples are RGB.
    let icc = metadata.icc_for(Channels::Rgb).unwrap_or_else(|note| {
        notes.push(note);
        None
    });
    let (alpha, exif, xmp) = (picture(b"ALPH"), metadata.exif.as_deref(), metadata.xmp.as_deref());
    let (kind, data) = match (picture(b"VP8 "), picture(b"VP8L")) {
        (Some(data), _) => (b"VP8 ", data),
        (None, Some(data)) => (b"VP8L", data),
        (None, None) => return None,
    };
    let lossless_alpha = kind == b"VP8L" && le32(data, 1)? >> 28 & 1 == 1;
    let mut body = b"WEBP".to_vec();
    if icc.is_some() || exif.is_some() || xmp.is_some() || alpha.is_some() {
        let flags = [
            (HAS_ICC, icc.is_some()),
            (HAS_ALPHA, alpha.is_some() || lossless_alpha),
            (HAS_EXIF, exif.is_some()),
            (HAS_XMP, xmp.is_some()),
        ];
        let mut header = vec![flags.iter().filter(|(_, set)| *set).map(|(bit, _)| bit).sum(), 0, 0, 0];
        header.extend_from_slice(&(width - 1).to_le_bytes()[..3]);
        header.extend_from_slice(&(height - 1).to_le_bytes()[..3]);
        push(&mut body, *b"VP8X", &header);
    }
    for (kind, data) in [(b"ICCP", icc), (b"ALPH", alpha), (kind, Some(data)), (b"EXIF", exif), (b"XMP ", xmp)] {
        if let Some(data) = data {
            push(&mut body, *kind, data);
        }
    }
    let mut file = b"RIFF".to_vec();
    file.extend(u32::try_from(body.len()).ok()?.to_le_bytes());
    file.append(&mut body);
    Some((file, notes))
}

fn push(body: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    body.extend(kind);
    body.extend((data.len() as u32).to_le_bytes());
    body.extend_from_slice(data);
    if data.len() % 2 == 1 {
        body.push(0);
    }
}

fn not_carried(metadata: &Metadata) -> Vec<Note> {
    let mut notes: Vec<Note> = metadata.lost_color(FORMAT).into_iter().collect();
    let mut lost = |what: String| notes.push(Note::NotCarried { what, format: FORMAT });
    for chunk in &metadata.png_text {
        lost(format!("the PNG text {:?}", String::from_utf8_lossy(chunk.keyword())));
    }
    if !metadata.comments.is_empty() {
        lost("the JPEG comment".into());
    }
    if !metadata.photoshop.is_empty() {
        lost("IPTC (Photoshop image resources)".into());
    }
    if !metadata.xmp_extended.is_empty() {
        lost("the extended part of the XMP packet".into());
    }
    if !metadata.xmp_others.is_empty() {
        lost("a second XMP packet".into());
    }
    notes
}
