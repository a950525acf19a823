//! Which format a file is, by its first bytes; names are only a hint for output.
//!
//! Formats that are not read are recognised all the same, so that the refusal can name them.

use std::fmt;

use crate::error::DecodeError;

/// The containers read, and written where not said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Portable Network Graphics, still.
    Png,
    /// JPEG, Huffman-coded, 8 bits.
    Jpeg,
    /// WebP, still.
    WebP,
    /// AVIF, still: read where the cargo feature `avif` is on, never written.
    Avif,
}

impl Format {
    /// By file name extension without the dot, in any case.
    pub fn from_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "png" => Some(Self::Png),
            "jpg" | "jpeg" | "jpe" | "jfif" => Some(Self::Jpeg),
            "webp" => Some(Self::WebP),
            "avif" if cfg!(feature = "avif") => Some(Self::Avif),
            _ => None,
        }
    }

    /// By the first bytes of the file.
    ///
    /// # Errors
    /// `Empty`, `UnsupportedFormat` with the format's name, or `NotAnImage`.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.is_empty() {
            return Err(DecodeError::Empty);
        }
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            return Ok(Self::Png);
        }
        if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            return Ok(Self::Jpeg);
        }
        if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            return Ok(Self::WebP);
        }
        // A cut file may stop inside the very signature.
        for (signature, format) in [(&b"\x89PNG\r\n\x1a\n"[..], Self::Png), (&[0xff, 0xd8, 0xff], Self::Jpeg)] {
            if bytes.len() >= 2 && signature.starts_with(bytes) {
                return Err(DecodeError::Truncated { format, length: bytes.len(), inside: "its signature".into() });
            }
        }
        if let Some((name, remedy)) = recognise_other(bytes) {
            if cfg!(feature = "avif") && name == AVIF {
                return Ok(Self::Avif);
            }
            return Err(DecodeError::UnsupportedFormat { name, remedy });
        }
        let first_bytes: Vec<String> = bytes.iter().take(8).map(|b| format!("{b:02x}")).collect();
        Err(DecodeError::NotAnImage { first_bytes: first_bytes.join(" ") })
    }

    /// The usual extension, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::WebP => "webp",
            Self::Avif => "avif",
        }
    }

    /// The media type.
    pub const fn mime(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::WebP => "image/webp",
            Self::Avif => "image/avif",
        }
    }
}

/// The refusal of AVIF in a build that does not read it.
#[cfg(not(feature = "avif"))]
pub(crate) const fn avif_not_built() -> DecodeError {
    DecodeError::UnsupportedFormat { name: AVIF, remedy: CONVERT }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::WebP => "WebP",
            Self::Avif => "AVIF",
        })
    }
}

/// By this name AVIF is known, and refused where it is not read.
const AVIF: &str = "an AVIF picture";
const CONVERT: &str = "convert it to PNG first";
const FRAME: &str = "extract one frame as PNG first";
const RENDER: &str = "render it to PNG at the size you need first";
const DEVELOP: &str = "develop or export it as PNG or JPEG first";
const PASS_IMAGE: &str = "pass a PNG, JPEG or WebP picture";

/// Signatures at offset 0: bytes, name with its article, remedy.
const SIGNATURES: &[(&[u8], &str, &str)] = &[
    (b"GIF87a", "a GIF (possibly animated)", CONVERT),
    (b"GIF89a", "a GIF (possibly animated)", CONVERT),
    (b"II*\0", "a TIFF or camera raw file", CONVERT),
    (b"MM\0*", "a TIFF or camera raw file", CONVERT),
    (b"II+\0", "a BigTIFF file", CONVERT),
    (b"MM\0+", "a BigTIFF file", CONVERT),
    (b"II\xbc\x01", "a JPEG XR picture", CONVERT),
    (b"IIRO", "a camera raw file", DEVELOP),
    (b"IIU\0", "a camera raw file", DEVELOP),
    (b"FUJIFILM", "a camera raw file", DEVELOP),
    (b"\xff\x0a", "a JPEG XL picture", CONVERT),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL picture", CONVERT),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000 picture", CONVERT),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture", CONVERT),
    (b"\xff\xd8\xf7", "a JPEG-LS picture", CONVERT),
    (b"\0\0\x01\0", "a Windows icon", CONVERT),
    (b"\0\0\x02\0", "a Windows cursor", CONVERT),
    (b"8BPS", "a Photoshop document", DEVELOP),
    (b"gimp xcf", "a GIMP document", DEVELOP),
    (b"\x76\x2f\x31\x01", "an OpenEXR picture", CONVERT),
    (b"#?RADIANCE", "a Radiance HDR picture", CONVERT),
    (b"#?RGBE", "a Radiance HDR picture", CONVERT),
    (b"qoif", "a QOI picture", CONVERT),
    (b"farbfeld", "a farbfeld picture", CONVERT),
    (b"DDS ", "a DDS texture", CONVERT),
    (b"\x8aMNG", "an MNG animation", FRAME),
    (b"\x8bJNG", "a JNG picture", CONVERT),
    (b"%PDF", "a PDF document", RENDER),
    (b"%!PS", "a PostScript document", RENDER),
    (b"\x1a\x45\xdf\xa3", "a WebM or Matroska video", FRAME),
    (b"PK\x03\x04", "a ZIP archive", PASS_IMAGE),
    (b"\x1f\x8b", "a gzip archive", PASS_IMAGE),
];

fn recognise_other(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    if let Some((_, name, remedy)) = SIGNATURES.iter().find(|(magic, _, _)| bytes.starts_with(magic)) {
        return Some((name, remedy));
    }
    if bytes.get(4..8) == Some(b"ftyp") {
        return Some(iso_media(bytes));
    }
    if bytes.starts_with(b"RIFF") {
        return Some(match bytes.get(8..12) {
            Some(b"AVI ") => ("an AVI video", FRAME),
            Some(b"WAVE") => ("a WAV sound", PASS_IMAGE),
            _ => ("a RIFF file without a picture, or a cut WebP", PASS_IMAGE),
        });
    }
    // BMP: "BM", file size, and two reserved fields that are zero.
    if bytes.starts_with(b"BM") && bytes.get(6..10) == Some(&[0; 4]) {
        return Some(("a BMP picture", CONVERT));
    }
    if let [b'P', b'1'..=b'7' | b'F' | b'f', b' ' | b'\n' | b'\r' | b'\t', ..] = bytes {
        return Some(("a PNM picture", CONVERT));
    }
    markup(bytes)
}

/// ISO base media: the brands after `ftyp` say whether it is a picture or a film.
fn iso_media(bytes: &[u8]) -> (&'static str, &'static str) {
    let stated = bytes.get(..4).map_or(0, |b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]) as usize);
    let end = stated.clamp(12, 256).min(bytes.len());
    let mut brands = bytes.get(8..end).unwrap_or_default().chunks_exact(4);
    let mut found = None;
    for brand in brands.by_ref() {
        match brand {
            b"avif" => return (AVIF, CONVERT),
            b"avis" => return ("an AVIF image sequence", FRAME),
            b"heic" | b"heix" | b"heim" | b"heis" => return ("a HEIC picture", CONVERT),
            b"hevc" | b"hevx" => return ("a HEIC image sequence", FRAME),
            b"crx " => return ("a camera raw file (CR3)", DEVELOP),
            b"mif1" | b"msf1" => found = Some(("a HEIF picture", CONVERT)),
            _ => {}
        }
    }
    found.unwrap_or(("an MP4 or QuickTime video", FRAME))
}

fn markup(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    let head = &bytes[..bytes.len().min(1024)];
    let text = std::str::from_utf8(head).or_else(|e| std::str::from_utf8(&head[..e.valid_up_to()])).ok()?;
    let text = text.trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    if !text.starts_with('<') {
        return None;
    }
    if text.contains("<svg") {
        Some(("an SVG drawing", RENDER))
    } else if text.contains("<html") || text.starts_with("<!doctype html") {
        Some(("a web page, perhaps an error page saved as a picture", PASS_IMAGE))
    } else {
        Some(("an XML document", PASS_IMAGE))
    }
}
