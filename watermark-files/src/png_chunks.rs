//! PNG container: the chunks around the pixels, in and out (PNG 3rd edition, sections 5 and 11).

use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_zlib_with_limit};
use watermark_core::raster::Channels;

use crate::container::{Container, be32, take};
use crate::error::DecodeError;
use crate::exif;
use crate::format::Format;
use crate::limits::Limits;
use crate::metadata::{Density, DensityUnit, MAX_XMP, Metadata, Note, PngChunk};
use crate::source::Source;

const FORMAT: Format = Format::Png;
const SIGNATURE_LEN: usize = 8;
/// The keyword under which XMP travels in an `iTXt` chunk (XMP part 3, 1.1.5).
const XMP_KEYWORD: &[u8] = b"XML:com.adobe.xmp";
/// Most bytes a compressed profile may unfold to; real ones stay below a tenth of it.
const MAX_ICC: usize = 16 << 20;
/// Most bytes that all compressed metadata of a file may unfold to. A kilobyte can hold a megabyte, and a file any number of chunks.
const MAX_INFLATED: usize = 32 << 20;

fn damaged(detail: impl Into<String>) -> DecodeError {
    DecodeError::Damaged { format: FORMAT, detail: detail.into() }
}

/// Reads every chunk, checks size and checksums, keeps the metadata.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Container, DecodeError> {
    let truncated = |inside: String| DecodeError::Truncated { format: FORMAT, length: bytes.len(), inside };
    let mut rest = bytes.get(SIGNATURE_LEN..).unwrap_or_default();
    let mut metadata = Metadata::default();
    let mut inflating = Inflating { left: MAX_INFLATED };
    let mut header = None;
    let (mut has_pixels, mut has_transparency) = (false, false);
    loop {
        let Some(start) = take(&mut rest, 8) else {
            return Err(truncated("the chunk list, before IEND".into()));
        };
        let kind = [start[4], start[5], start[6], start[7]];
        let name = kind.escape_ascii().to_string();
        if !kind.iter().all(u8::is_ascii_alphabetic) {
            return Err(damaged(format!("chunk kind {name:?} is not four letters")));
        }
        let length = be32(start, 0).unwrap_or(0) as usize;
        let (Some(data), Some(stored_crc)) = (take(&mut rest, length), take(&mut rest, 4)) else {
            return Err(truncated(format!("chunk {name}")));
        };
        let mut crc = crc32fast::Hasher::new();
        crc.update(&kind);
        crc.update(data);
        if stored_crc != crc.finalize().to_be_bytes() {
            if PngChunk::is_ancillary(kind) {
                metadata.notes.push(Note::DamagedMetadata { what: "an auxiliary PNG chunk" });
                continue;
            }
            return Err(damaged(format!("the checksum of chunk {name} does not match")));
        }
        if header.is_none() && &kind != b"IHDR" {
            return Err(damaged(format!("the first chunk is {name}, not IHDR")));
        }
        match &kind {
            b"IHDR" if header.is_none() => header = Some(read_header(data, limits)?),
            b"IHDR" => return Err(damaged("there are two IHDR chunks")),
            b"acTL" => return Err(DecodeError::Animated { format: FORMAT }),
            b"IDAT" => has_pixels = true,
            b"tRNS" => has_transparency = true,
            b"IEND" => break,
            _ => keep_metadata(kind, data, &mut metadata, &mut inflating),
        }
    }
    let Some(header) = header.filter(|_| has_pixels) else {
        return Err(damaged("there is no IDAT chunk, so no pixels"));
    };
    if !rest.is_empty() {
        metadata.notes.push(Note::TrailingData { bytes: rest.len() });
    }
    let orientation = metadata.exif.as_deref().map_or(crate::orientation::Orientation::UPRIGHT, exif::orientation);
    let palette = header.color_type == 3;
    let channels: u64 = match header.color_type {
        0 => 1,
        4 => 2,
        2 | 3 => 3,
        _ => 4,
    };
    let channels = channels + u64::from(has_transparency);
    // The decoded bytes, and once more when they are put in order as 16-bit samples or turned.
    let copies = 1 + u64::from(header.bit_depth == 16) + u64::from(orientation.to_exif() != 1);
    let peak_bytes_per_pixel = channels * u64::from(header.bit_depth.div_ceil(8)) * copies;
    Ok(Container {
        width: header.width,
        height: header.height,
        source: Source::Png { bit_depth: header.bit_depth, palette, interlaced: header.interlaced },
        orientation,
        metadata,
        scattered_scans: false,
        is_rgb: false,
        peak_bytes_per_pixel,
    })
}

struct Header {
    width: u32,
    height: u32,
    bit_depth: u8,
    color_type: u8,
    interlaced: bool,
}

fn read_header(data: &[u8], limits: &Limits) -> Result<Header, DecodeError> {
    let (Some(width), Some(height), [bit_depth, color_type, 0, 0, interlace @ 0..=1]) =
        (be32(data, 0), be32(data, 4), data.get(8..).unwrap_or_default())
    else {
        return Err(damaged("the IHDR chunk does not have the form the standard gives it"));
    };
    limits.check_size(FORMAT, width, height)?;
    let known = match color_type {
        0 => matches!(bit_depth, 1 | 2 | 4 | 8 | 16),
        3 => matches!(bit_depth, 1 | 2 | 4 | 8),
        2 | 4 | 6 => matches!(bit_depth, 8 | 16),
        _ => false,
    };
    if !known {
        return Err(damaged(format!("colour type {color_type} with {bit_depth} bits is not defined")));
    }
    Ok(Header { width, height, bit_depth: *bit_depth, color_type: *color_type, interlaced: *interlace == 1 })
}

fn keep_metadata(kind: [u8; 4], data: &[u8], metadata: &mut Metadata, inflating: &mut Inflating) {
    let chunk = || PngChunk { kind, data: data.to_vec() };
    match &kind {
        b"iCCP" if metadata.icc.is_none() => match inflating.after_keyword(data) {
            Ok(icc) => metadata.icc = Some(icc),
            Err(why) => metadata.notes.push(why.note("the ICC profile", MAX_ICC)),
        },
        b"eXIf" if metadata.exif.is_none() => {
            // Some writers leave the JPEG prefix in.
            metadata.exif = Some(data.strip_prefix(b"Exif\0\0").unwrap_or(data).to_vec());
        }
        // What would not be kept is not unfolded either.
        b"iTXt" if chunk().keyword() == XMP_KEYWORD && !metadata.has_room_for_xmp() => metadata.miss_xmp(),
        b"iTXt" if chunk().keyword() == XMP_KEYWORD => match inflating.international_text(data) {
            Ok(xmp) => metadata.keep_xmp(xmp),
            Err(why) => {
                if why == Unread::TooLong {
                    metadata.miss_xmp();
                }
                metadata.notes.push(why.note("the XMP packet", MAX_XMP));
            }
        },
        b"tEXt" | b"zTXt" | b"iTXt" => metadata.png_text.push(chunk()),
        b"gAMA" | b"cHRM" | b"sRGB" | b"cICP" | b"mDCV" | b"mDCv" | b"cLLI" | b"cLLi" => {
            metadata.png_color.push(chunk());
        }
        b"pHYs" => {
            if let (Some(x), Some(y), Some(unit @ 0..=1)) = (be32(data, 0), be32(data, 4), data.get(8)) {
                let unit = if *unit == 1 { DensityUnit::Metre } else { DensityUnit::Aspect };
                metadata.density = Some(Density { x, y, unit });
            }
        }
        b"caBX" => metadata.dropped_c2pa = true,
        _ => {}
    }
}

/// Why a compressed block was not read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unread {
    /// It does not have the form the standard gives it.
    Damaged,
    /// It unfolds to more than it may, or than the file has left.
    TooLong,
}

impl Unread {
    fn note(self, what: &'static str, limit: usize) -> Note {
        match self {
            Self::Damaged => Note::DamagedMetadata { what },
            Self::TooLong => Note::UnfoldsTooFar { what, limit, limit_of_file: MAX_INFLATED },
        }
    }
}

/// What the compressed metadata of one file may still unfold to.
struct Inflating {
    left: usize,
}

impl Inflating {
    /// Unfolds a zlib stream to `limit` bytes at most. What did not come out whole is paid for as well, since the work was done.
    fn unfold(&mut self, stream: &[u8], limit: usize) -> Result<Vec<u8>, Unread> {
        if self.left == 0 {
            return Err(Unread::TooLong);
        }
        let unfolded = decompress_to_vec_zlib_with_limit(stream, limit.min(self.left));
        let paid = unfolded.as_ref().map_or_else(|error| error.output.len(), Vec::len);
        self.left = self.left.saturating_sub(paid);
        unfolded.map_err(|error| match error.status {
            TINFLStatus::HasMoreOutput => Unread::TooLong,
            _ => Unread::Damaged,
        })
    }

    /// `keyword 0 method stream`, method 0 being zlib.
    fn after_keyword(&mut self, data: &[u8]) -> Result<Vec<u8>, Unread> {
        let end = data.iter().position(|&b| b == 0).ok_or(Unread::Damaged)?;
        match data.get(end + 1..) {
            Some([0, stream @ ..]) => self.unfold(stream, MAX_ICC),
            _ => Err(Unread::Damaged),
        }
    }

    /// The text of an `iTXt` chunk: `keyword 0 compressed method language 0 translated-keyword 0 text`.
    fn international_text(&mut self, data: &[u8]) -> Result<Vec<u8>, Unread> {
        let mut parts = data.splitn(2, |&b| b == 0).skip(1);
        let Some([compressed, method, rest @ ..]) = parts.next() else { return Err(Unread::Damaged) };
        let text = rest.splitn(3, |&b| b == 0).nth(2).ok_or(Unread::Damaged)?;
        match (compressed, method) {
            (0, _) => Ok(text.to_vec()),
            (1, 0) => self.unfold(text, MAX_XMP),
            _ => Err(Unread::Damaged),
        }
    }
}

/// The chunks to stand between IHDR and the pixels, in the order the standard asks for, and what had no place.
pub(crate) fn chunks_for(metadata: &Metadata, channels: Channels) -> (Vec<PngChunk>, Vec<Note>) {
    let mut chunks = Vec::new();
    let mut notes = Vec::new();
    let mut push = |kind: &[u8; 4], data: Vec<u8>| chunks.push(PngChunk { kind: *kind, data });
    let icc = metadata.icc_for(channels).unwrap_or_else(|note| {
        notes.push(note);
        None
    });
    for chunk in &metadata.png_color {
        // An sRGB chunk beside a profile is forbidden; the profile says more.
        if !(icc.is_some() && &chunk.kind == b"sRGB") {
            push(&chunk.kind, chunk.data.clone());
        }
    }
    if let Some(icc) = icc {
        let mut data = b"ICC profile\0\0".to_vec();
        data.extend(compress_to_vec_zlib(icc, 9));
        push(b"iCCP", data);
    }
    if let Some(density) = metadata.density {
        let (x, y, metric) = density.for_png();
        let mut data = [x.to_be_bytes(), y.to_be_bytes()].concat();
        data.push(u8::from(metric));
        push(b"pHYs", data);
    }
    if let Some(exif) = &metadata.exif {
        push(b"eXIf", exif.clone());
    }
    if let Some(xmp) = &metadata.xmp {
        push(b"iTXt", [XMP_KEYWORD, &[0; 5], xmp].concat());
    }
    for chunk in &metadata.png_text {
        push(&chunk.kind, chunk.data.clone());
    }
    for comment in &metadata.comments {
        // JPEG leaves the encoding open: UTF-8 beyond ASCII goes into the UTF-8 chunk, anything else is Latin-1.
        let text: Vec<u8> = comment.iter().copied().filter(|&b| b != 0).collect();
        if !text.is_ascii() && std::str::from_utf8(&text).is_ok() {
            push(b"iTXt", [&b"Comment"[..], &[0; 5], &text].concat());
        } else {
            push(b"tEXt", [&b"Comment\0"[..], &text].concat());
        }
    }
    if !metadata.photoshop.is_empty() {
        notes.push(Note::NotCarried { what: "IPTC (Photoshop image resources)".into(), format: FORMAT });
    }
    if !metadata.xmp_extended.is_empty() {
        notes.push(Note::NotCarried { what: "the extended part of the XMP packet".into(), format: FORMAT });
    }
    if !metadata.xmp_others.is_empty() {
        notes.push(Note::NotCarried { what: "a second XMP packet".into(), format: FORMAT });
    }
    (chunks, notes)
}
