//! What a file says about its picture, held apart from the container so that it can move to another one.
//!
//! Blocks are kept as the bytes they are; only what turning the pixels upright makes wrong is edited.

use std::fmt;

use watermark_core::raster::Channels;

use crate::container::be32;
use crate::exif;
use crate::format::Format;

/// Most bytes of an XMP packet that is unfolded or copied: no reader of labels here parses a longer one.
pub(crate) const MAX_XMP: usize = 8 << 20;

/// Everything about a picture that is not its pixels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// ICC profile, uncompressed and whole.
    pub icc: Option<Vec<u8>>,
    /// EXIF from its TIFF header on. Its orientation is 1, as the pixels are upright.
    pub exif: Option<Vec<u8>>,
    /// XMP packet, UTF-8.
    pub xmp: Option<Vec<u8>>,
    /// XMP packets behind the first, of which a file should have none: what other readers may see. Never written.
    pub xmp_others: Vec<Vec<u8>>,
    /// Extended XMP as JPEG splits it: what follows the namespace in each segment (GUID, length, offset, text).
    pub xmp_extended: Vec<Vec<u8>>,
    /// Photoshop image resources, which hold IPTC: what follows `Photoshop 3.0` in each JPEG APP13 segment.
    pub photoshop: Vec<Vec<u8>>,
    /// JPEG comments.
    pub comments: Vec<Vec<u8>>,
    /// PNG `tEXt`, `zTXt` and `iTXt` chunks other than XMP, as stored.
    pub png_text: Vec<PngChunk>,
    /// PNG chunks that say how to show the samples: `gAMA`, `cHRM`, `sRGB`, `cICP`, `mDCV`, `cLLI`, as stored.
    pub png_color: Vec<PngChunk>,
    /// Physical size of a pixel.
    pub density: Option<Density>,
    /// Whether the file carried a C2PA manifest. It is never copied: changed pixels would make it a broken claim.
    pub dropped_c2pa: bool,
    /// What else was left behind while reading.
    pub notes: Vec<Note>,
}

/// A PNG chunk as stored, without length and checksum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PngChunk {
    /// The four letters.
    pub kind: [u8; 4],
    /// Its content.
    pub data: Vec<u8>,
}

impl PngChunk {
    /// The keyword of a text chunk: what stands before the first zero byte.
    pub fn keyword(&self) -> &[u8] {
        self.data.split(|&b| b == 0).next().unwrap_or_default()
    }

    /// Whether a picture can be shown without it (PNG 5.4: the first letter of the kind is lower case).
    pub(crate) const fn is_ancillary(kind: [u8; 4]) -> bool {
        kind[0].is_ascii_lowercase()
    }
}

/// Pixels per unit of length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Density {
    /// Along the width.
    pub x: u32,
    /// Along the height.
    pub y: u32,
    /// The unit of length.
    pub unit: DensityUnit,
}

/// What a [`Density`] counts per.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DensityUnit {
    /// Only the ratio of `x` to `y` means anything.
    Aspect,
    /// Per inch (JPEG).
    Inch,
    /// Per centimetre (JPEG).
    Centimetre,
    /// Per metre (PNG).
    Metre,
}

impl Density {
    /// As PNG states it: per metre, or an aspect only.
    pub(crate) fn for_png(self) -> (u32, u32, bool) {
        // 1 inch = 0.0254 m exactly, so n per inch = n * 10000 / 254 per metre.
        let per_metre = |n: u32| match self.unit {
            DensityUnit::Inch => ((u64::from(n) * 10_000 + 127) / 254).min(u64::from(u32::MAX)) as u32,
            DensityUnit::Centimetre => n.saturating_mul(100),
            DensityUnit::Aspect | DensityUnit::Metre => n,
        };
        (per_metre(self.x), per_metre(self.y), self.unit != DensityUnit::Aspect)
    }

    /// As JFIF states it: 16 bits, per inch where the source was metric by the metre (72 dpi stays 72 that way).
    pub(crate) fn for_jpeg(self) -> Option<(u16, u16, DensityUnit)> {
        let (convert, unit): (fn(u32) -> u64, _) = match self.unit {
            DensityUnit::Metre => (|n| (u64::from(n) * 254 + 5_000) / 10_000, DensityUnit::Inch),
            unit => (u64::from, unit),
        };
        let x = u16::try_from(convert(self.x)).ok().filter(|&n| n > 0)?;
        let y = u16::try_from(convert(self.y)).ok().filter(|&n| n > 0)?;
        Some((x, y, unit))
    }
}

/// Something that could not be kept, in words meant for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// Bytes after the end of the picture: a gain map, a motion photo, a preview, or anything appended.
    TrailingData {
        /// How many.
        bytes: usize,
    },
    /// A block of metadata was malformed.
    DamagedMetadata {
        /// Which block.
        what: &'static str,
    },
    /// A compressed block unfolds to more than is read.
    UnfoldsTooFar {
        /// Which block.
        what: &'static str,
        /// The most bytes that one such block may unfold to.
        limit: usize,
        /// The most bytes that all blocks of a file may unfold to together.
        limit_of_file: usize,
    },
    /// A block is longer than is read.
    TooLong {
        /// Which block.
        what: &'static str,
        /// Its size in bytes.
        bytes: usize,
        /// The most that is read.
        limit: usize,
    },
    /// The ICC profile is for other samples than the pixels have.
    IccMismatch {
        /// The profile's colour space signature.
        profile: String,
        /// What the pixels are.
        pixels: &'static str,
    },
    /// The EXIF thumbnail was removed.
    ThumbnailDropped,
    /// A block is larger than the container can hold.
    TooLarge {
        /// Which block.
        what: &'static str,
        /// Its size in bytes.
        bytes: usize,
        /// The most that fits.
        limit: usize,
        /// The container written.
        format: Format,
    },
    /// The container written has no place for a block.
    NotCarried {
        /// Which block.
        what: String,
        /// The container written.
        format: Format,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TrailingData { bytes } => write!(
                f,
                "{bytes} bytes after the end of the picture were left out (a preview, gain map, motion photo or appended data)"
            ),
            Self::DamagedMetadata { what } => write!(f, "{what} is damaged and was left out"),
            Self::UnfoldsTooFar { what, limit, limit_of_file } => write!(
                f,
                "{what} unfolds to more than {limit} bytes, or all compressed metadata of the file to more than {limit_of_file}; it was left out"
            ),
            Self::TooLong { what, bytes, limit } => {
                write!(f, "{what} has {bytes} bytes, {limit} are read at most; it was left out")
            }
            Self::IccMismatch { profile, pixels } => {
                write!(f, "the ICC profile is for {profile} samples, the pixels are {pixels}; it was left out")
            }
            Self::ThumbnailDropped => write!(f, "the EXIF thumbnail was left out"),
            Self::TooLarge { what, bytes, limit, format } => {
                write!(f, "{what} has {bytes} bytes, {format} holds {limit}; it was left out")
            }
            Self::NotCarried { what, format } => write!(f, "{format} has no place for {what}; it was left out"),
        }
    }
}

impl Metadata {
    /// Most XMP packets kept behind the first.
    const MAX_OTHERS: usize = 16;

    /// Whether one more XMP packet would be kept.
    pub(crate) fn has_room_for_xmp(&self) -> bool {
        self.xmp.is_none() || self.xmp_others.len() < Self::MAX_OTHERS
    }

    /// Keeps one more XMP packet.
    pub(crate) fn keep_xmp(&mut self, packet: Vec<u8>) {
        if self.xmp.is_none() {
            self.xmp = Some(packet);
        } else if self.has_room_for_xmp() {
            self.xmp_others.push(packet);
        } else {
            self.miss_xmp();
        }
    }

    /// An XMP packet is there and was not read: an empty one stands for it, which no reader takes for a packet, so that nobody
    /// believes to have seen all. Where the list is full, the last becomes it.
    pub(crate) fn miss_xmp(&mut self) {
        if self.xmp_others.len() < Self::MAX_OTHERS {
            self.xmp_others.push(Vec::new());
        } else if let Some(last) = self.xmp_others.last_mut() {
            *last = Vec::new();
        }
    }

    /// Every XMP packet, the one that is written first.
    pub fn xmp_packets(&self) -> impl Iterator<Item = &[u8]> {
        self.xmp.iter().chain(&self.xmp_others).map(Vec::as_slice)
    }

    /// Fits the blocks to pixels that were turned upright.
    pub(crate) fn reset_orientation(&mut self, swaps_sides: bool) {
        if let Some(exif) = &mut self.exif
            && exif::reset_orientation(exif)
        {
            self.notes.push(Note::ThumbnailDropped);
        }
        if let Some(xmp) = &mut self.xmp {
            exif::reset_xmp_orientation(xmp);
        }
        if swaps_sides && let Some(density) = &mut self.density {
            std::mem::swap(&mut density.x, &mut density.y);
        }
    }

    /// Lets a profile go that does not fit the pixels it would be shown with.
    pub(crate) fn drop_unfit_icc(&mut self, channels: Channels) {
        if let Err(note) = self.icc_for(channels) {
            self.icc = None;
            self.notes.push(note);
        }
    }

    /// The profile, if it describes samples of these channels (ICC.1:2022, 7.2.6: data colour space at offset 16).
    pub(crate) fn icc_for(&self, channels: Channels) -> Result<Option<&[u8]>, Note> {
        let Some(icc) = &self.icc else { return Ok(None) };
        if icc.len() < 128 || icc.get(36..40) != Some(b"acsp") {
            return Err(Note::DamagedMetadata { what: "the ICC profile" });
        }
        let (wanted, pixels): (&[u8; 4], _) = match channels {
            Channels::Gray | Channels::GrayAlpha => (b"GRAY", "gray"),
            Channels::Rgb | Channels::Rgba => (b"RGB ", "RGB"),
        };
        if &icc[16..20] == wanted {
            Ok(Some(icc))
        } else {
            let profile = String::from_utf8_lossy(&icc[16..20]).trim_end().to_owned();
            Err(Note::IccMismatch { profile, pixels })
        }
    }

    /// What PNG says about the colours without a profile is lost elsewhere, which matters unless it says sRGB.
    pub(crate) fn lost_color(&self, format: Format) -> Option<Note> {
        let has = |kind: &[u8; 4], unlike: &dyn Fn(&[u8]) -> bool| {
            self.png_color.iter().any(|c| &c.kind == kind && unlike(&c.data))
        };
        // cICP 1, 13, 0, 1 is sRGB (H.273: BT.709 primaries, IEC 61966-2-1 transfer, identity matrix, full range).
        let video = has(b"cICP", &|code| code != [1, 13, 0, 1]);
        // A gamma within a rounding of 1/2.2 is what sRGB files state for old readers.
        let odd_gamma = has(b"gAMA", &|g| !matches!(be32(g, 0), Some(45_000..=46_000)));
        let described_otherwise = self.icc.is_some() || has(b"sRGB", &|_| true);
        (video || (odd_gamma && !described_otherwise)).then(|| Note::NotCarried {
            what: "the PNG colour description (colours may look different)".into(),
            format,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_resolutions_survive_the_way_through_both_units() {
        for dpi in [72, 96, 150, 254, 300, 600, 2400] {
            let (x, _, absolute) = Density { x: dpi, y: dpi, unit: DensityUnit::Inch }.for_png();
            assert!(absolute);
            let back = Density { x, y: x, unit: DensityUnit::Metre }.for_jpeg();
            assert_eq!(back, Some((dpi as u16, dpi as u16, DensityUnit::Inch)));
        }
    }

    #[test]
    fn a_density_that_jfif_cannot_state_is_none() {
        assert_eq!(Density { x: 0, y: 1, unit: DensityUnit::Metre }.for_jpeg(), None);
        assert_eq!(Density { x: u32::MAX, y: 1, unit: DensityUnit::Aspect }.for_jpeg(), None);
    }
}
