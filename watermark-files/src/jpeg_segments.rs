//! JPEG container, inward: the marker segments around the scans (ITU-T T.81 Annex B; JFIF; EXIF; Adobe APP14).
//!
//! The walk goes through the entropy-coded data too, to its end-of-image marker: a file that stops before it is
//! truncated, whatever a lenient decoder would make of it.

use crate::container::{Container, be16};
use crate::error::DecodeError;
use crate::exif;
use crate::format::Format;
use crate::jpeg_quality;
use crate::jpeg_scans::Scans;
use crate::limits::Limits;
use crate::metadata::{Density, DensityUnit, Metadata, Note};
use crate::mpf;
use crate::orientation::Orientation;
use crate::source::{Source, Subsampling};

const FORMAT: Format = Format::Jpeg;
pub(crate) const EXIF: &[u8] = b"Exif\0\0";
pub(crate) const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
pub(crate) const XMP_EXTENSION: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";
pub(crate) const ICC: &[u8] = b"ICC_PROFILE\0";
pub(crate) const PHOTOSHOP: &[u8] = b"Photoshop 3.0\0";

fn damaged(detail: impl Into<String>) -> DecodeError {
    DecodeError::Damaged { format: FORMAT, detail: detail.into() }
}

/// The frame header.
#[derive(Clone, Debug, Default)]
struct Frame {
    width: u32,
    height: u32,
    progressive: bool,
    /// Sampling factors across and down, and the quantisation table, of each component.
    components: Vec<(u8, u8, u8)>,
    /// What each of them is called.
    names: Vec<u8>,
}

/// What the walk gathers.
#[derive(Default)]
struct Walk<'a> {
    frame: Option<Frame>,
    metadata: Metadata,
    icc_parts: Vec<(u8, u8, &'a [u8])>,
    tables: [Option<[u16; 64]>; 4],
    jumbf: bool,
    jfif: bool,
    /// What the Adobe segment calls its colour transform.
    transform: Option<u8>,
}

/// Reads every segment to the end of the picture.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Container, DecodeError> {
    let truncated =
        |inside: &str| DecodeError::Truncated { format: FORMAT, length: bytes.len(), inside: inside.into() };
    let mut walk = Walk::default();
    let mut at = 2;
    let mut scans = Scans::default();
    loop {
        let (marker, after) = next_marker(bytes, at)
            .ok_or_else(|| truncated(if scans.count > 0 { "the picture data" } else { "the headers" }))?;
        at = after;
        match marker {
            // Standalone: TEM, stray restarts, a second SOI.
            0x01 | 0xd0..=0xd8 => continue,
            0xd9 => break,
            _ => {}
        }
        let length = be16(bytes, at).map_or(0, usize::from);
        let Some(segment) = bytes.get(at + 2..at + length.max(2)) else {
            return Err(truncated("a header segment"));
        };
        if length < 2 {
            return Err(damaged(format!("segment {marker:02x} states a length of {length}, the least is 2")));
        }
        at += length;
        if marker == 0xda {
            let Some(frame) = &walk.frame else { return Err(damaged("a scan comes before the frame header")) };
            scans.add(segment, &frame.names, frame.progressive)?;
        } else {
            walk.segment(marker, segment, limits)?;
        }
    }
    let Some(frame) = walk.frame.take().filter(|_| scans.count > 0) else {
        return Err(damaged("it ends without a picture in it"));
    };
    scans.finish(&frame.names)?;
    // The decoder of these weighs names and markers otherwise than libjpeg does.
    let says_rgb = frame.names == b"RGB" || frame.names.len() == 3 && walk.transform == Some(0);
    if says_rgb && scans.count > 1 && !frame.progressive {
        let feature = "red, green and blue in several sequential scans".into();
        return Err(DecodeError::UnsupportedFeature { format: FORMAT, feature });
    }
    let trailing = bytes.len() - at;
    // Padding of zero bytes up to a sector is common and holds nothing.
    if trailing > 0 && bytes[at..].iter().any(|&b| b != 0) {
        walk.metadata.notes.push(Note::TrailingData { bytes: trailing });
    }
    Ok(walk.finish(&frame, scans.count))
}

/// The next marker code at or after `at`, and where its segment starts. Skips entropy-coded data, stuffed zeros,
/// restart markers inside a scan, fill bytes, and stray bytes between segments, which readers tolerate.
fn next_marker(bytes: &[u8], mut at: usize) -> Option<(u8, usize)> {
    loop {
        at += bytes.get(at..)?.iter().position(|&b| b == 0xff)?;
        while bytes.get(at) == Some(&0xff) {
            at += 1;
        }
        match bytes.get(at)? {
            0x00 | 0xd0..=0xd7 => at += 1,
            marker => return Some((*marker, at + 1)),
        }
    }
}

impl<'a> Walk<'a> {
    fn segment(&mut self, marker: u8, body: &'a [u8], limits: &Limits) -> Result<(), DecodeError> {
        match marker {
            0xc0..=0xc2 if self.frame.is_some() => return Err(damaged("there are two frame headers")),
            0xc0..=0xc2 => self.frame = Some(read_frame(marker, body, limits)?),
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf | 0xf7 => {
                return Err(DecodeError::UnsupportedFeature { format: FORMAT, feature: coding(marker).into() });
            }
            0xdb => self.read_tables(body),
            0xe0..=0xef => self.application(marker - 0xe0, body)?,
            0xfe => self.metadata.comments.push(body.to_vec()),
            _ => {}
        }
        Ok(())
    }

    fn application(&mut self, number: u8, body: &'a [u8]) -> Result<(), DecodeError> {
        let metadata = &mut self.metadata;
        match number {
            0 if body.starts_with(b"JFIF\0") => {
                self.jfif = true;
                let unit = match body.get(7) {
                    Some(1) => DensityUnit::Inch,
                    Some(2) => DensityUnit::Centimetre,
                    _ => DensityUnit::Aspect,
                };
                if let (Some(x @ 1..), Some(y @ 1..)) = (be16(body, 8), be16(body, 10)) {
                    metadata.density = Some(Density { x: x.into(), y: y.into(), unit });
                }
            }
            1 => {
                if let Some(block) = body.strip_prefix(EXIF) {
                    let starts_anew = block.starts_with(b"II*\0") || block.starts_with(b"MM\0*");
                    match &mut metadata.exif {
                        // A block above 64 KB goes on in further segments.
                        Some(exif) if !starts_anew => exif.extend_from_slice(block),
                        Some(_) => {}
                        None => metadata.exif = Some(block.to_vec()),
                    }
                } else if let Some(packet) = body.strip_prefix(XMP) {
                    metadata.keep_xmp(packet.to_vec());
                } else if let Some(part) = body.strip_prefix(XMP_EXTENSION) {
                    metadata.xmp_extended.push(part.to_vec());
                }
            }
            2 => {
                if let Some([number, total, part @ ..]) = body.strip_prefix(ICC) {
                    self.icc_parts.push((*number, *total, part));
                } else if let Some(index) = body.strip_prefix(b"MPF\0") {
                    mpf::refuse_equal_pictures(index)?;
                }
            }
            11 if body.starts_with(b"JP") => {
                self.jumbf = true;
                // The manifest store is the superbox labelled c2pa; its label stands near the start.
                let head = &body[..body.len().min(128)];
                metadata.dropped_c2pa |= head.windows(4).any(|w| w == b"c2pa");
            }
            14 if body.starts_with(b"Adobe") => self.transform = body.get(11).copied(),
            13 => {
                if let Some(resources) = body.strip_prefix(PHOTOSHOP) {
                    metadata.photoshop.push(resources.to_vec());
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn read_tables(&mut self, mut body: &[u8]) {
        while let [info, rest @ ..] = body {
            let wide = info >> 4 != 0;
            let size = if wide { 128 } else { 64 };
            let Some((values, next)) = rest.split_at_checked(size) else { return };
            let mut table = [0; 64];
            for (i, entry) in table.iter_mut().enumerate() {
                *entry = if wide { be16(values, 2 * i).unwrap_or(0) } else { values[i].into() };
            }
            if let Some(slot) = self.tables.get_mut(usize::from(info & 15)) {
                *slot = Some(table);
            }
            body = next;
        }
    }

    fn finish(mut self, frame: &Frame, scans: u32) -> Container {
        if !self.icc_parts.is_empty() {
            match join_icc(&mut self.icc_parts) {
                Some(icc) => self.metadata.icc = Some(icc),
                None => self.metadata.notes.push(Note::DamagedMetadata { what: "the ICC profile" }),
            }
        }
        if self.jumbf && !self.metadata.dropped_c2pa {
            self.metadata.notes.push(Note::NotCarried { what: "a JUMBF box".into(), format: FORMAT });
        }
        let orientation = self.metadata.exif.as_deref().map_or(Orientation::UPRIGHT, exif::orientation);
        let luma_table = frame.components.first().and_then(|c| self.tables.get(usize::from(c.2)).copied().flatten());
        let (quality, quality_is_exact) = luma_table.map_or((75, false), |t| jpeg_quality::estimate(&t));
        let components = frame.components.len() as u8;
        let turned = |s: Subsampling| if orientation.swaps_sides() { s.turned() } else { s };
        // Samples out, 16-bit coefficients kept across scans, the CMYK original, and a copy when turned.
        let n = u64::from(components);
        let out = n.min(3);
        let peak_bytes_per_pixel = out
            + if frame.progressive { 2 * n } else { 0 }
            + if n == 4 { 4 } else { 0 }
            + if orientation == Orientation::UPRIGHT { 0 } else { out };
        Container {
            width: frame.width,
            height: frame.height,
            source: Source::Jpeg {
                quality,
                quality_is_exact,
                subsampling: subsampling(&frame.components).map(turned),
                progressive: frame.progressive,
                components,
            },
            orientation,
            metadata: self.metadata,
            scattered_scans: scans > 1 && !frame.progressive,
            is_rgb: is_rgb(&frame.names, self.jfif, self.transform),
            peak_bytes_per_pixel,
        }
    }
}

/// What a frame marker that is not read stands for (T.81 table B.1).
const fn coding(marker: u8) -> &'static str {
    match marker {
        0xc3 => "lossless JPEG coding",
        0xc5..=0xc7 => "hierarchical JPEG coding",
        0xf7 => "JPEG-LS coding",
        _ => "arithmetic JPEG coding",
    }
}

fn read_frame(marker: u8, body: &[u8], limits: &Limits) -> Result<Frame, DecodeError> {
    let (Some(&precision), Some(height), Some(width), Some(&count)) =
        (body.first(), be16(body, 1), be16(body, 3), body.get(5))
    else {
        return Err(damaged("the frame header is too short"));
    };
    if precision != 8 {
        return Err(DecodeError::UnsupportedFeature { format: FORMAT, feature: format!("{precision} bits a sample") });
    }
    limits.check_size(FORMAT, width.into(), height.into())?;
    if !matches!(count, 1 | 3 | 4) {
        return Err(DecodeError::UnsupportedFeature { format: FORMAT, feature: format!("{count} colour components") });
    }
    let components: Vec<_> = body[6..].chunks_exact(3).map(|c| (c[1] >> 4, c[1] & 15, c[2])).collect();
    let in_range = components.iter().all(|&(h, v, t)| (1..=4).contains(&h) && (1..=4).contains(&v) && t < 4);
    if components.len() != usize::from(count) || !in_range {
        return Err(damaged("the frame header lists impossible components"));
    }
    let names: Vec<u8> = body[6..].chunks_exact(3).map(|c| c[0]).collect();
    if names.iter().enumerate().any(|(i, name)| names[..i].contains(name)) {
        return Err(damaged("the frame header gives two components one name"));
    }
    Ok(Frame { width: width.into(), height: height.into(), progressive: marker == 0xc2, components, names })
}

/// Whether three components are red, green and blue, by the rules of libjpeg, which most programs follow: JFIF means YCbCr, else the Adobe segment decides, else the names.
fn is_rgb(names: &[u8], jfif: bool, transform: Option<u8>) -> bool {
    let by_name = || names == b"RGB";
    names.len() == 3 && !jfif && transform.map_or_else(by_name, |transform| transform == 0)
}

fn subsampling(components: &[(u8, u8, u8)]) -> Option<Subsampling> {
    let [luma, blue, red] = components else { return None };
    if (blue.0, blue.1) != (red.0, red.1) || luma.0 % blue.0 != 0 || luma.1 % blue.1 != 0 {
        return None;
    }
    Subsampling::from_ratio(luma.0 / blue.0, luma.1 / blue.1)
}

/// Puts the parts of a profile in their order; `None` unless each of them is there once.
fn join_icc(parts: &mut [(u8, u8, &[u8])]) -> Option<Vec<u8>> {
    parts.sort_by_key(|&(number, _, _)| number);
    let whole = parts
        .iter()
        .enumerate()
        .all(|(i, &(number, total, _))| usize::from(number) == i + 1 && usize::from(total) == parts.len());
    whole.then(|| parts.iter().flat_map(|&(_, _, part)| part).copied().collect())
}
