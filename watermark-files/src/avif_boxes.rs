//! AVIF container: what its items say about one still picture (AV1 Image File Format 1.1).
//!
//! Read: the primary item, its alpha, colour, turn and mirror, EXIF and XMP. Refused by name: grids and other derived
//! pictures, layers, crops, and every essential property not known here.

use std::borrow::Cow;

use crate::container::{Container, be32};
use crate::error::DecodeError;
use crate::format::Format;
use crate::iso_boxes::{Fields, Meta, damaged, top_level, unsupported};
use crate::limits::Limits;
use crate::metadata::{MAX_XMP, Metadata, Note, PngChunk};
use crate::orientation::Orientation;
use crate::source::{Source, Subsampling};

const FORMAT: Format = Format::Avif;
/// H.273 code for "not stated".
const UNSPECIFIED: u16 = 2;
/// H.273 primaries and transfer of sRGB.
const SRGB: (u16, u16) = (1, 13);

/// Colour code points of a `colr` box of type `nclx`.
#[derive(Clone, Copy)]
pub(crate) struct Nclx {
    primaries: u16,
    transfer: u16,
    pub(crate) matrix: u16,
    pub(crate) full_range: bool,
}

/// What `av1C` says about the samples.
#[derive(Clone, Copy)]
struct Config {
    bit_depth: u8,
    subsampling: Option<Subsampling>,
}

/// A still picture found in the boxes, nothing decoded yet.
pub(crate) struct Still<'a> {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// AV1 data of the colour picture.
    pub(crate) color: Cow<'a, [u8]>,
    /// AV1 data of the alpha plane.
    pub(crate) alpha: Option<Cow<'a, [u8]>>,
    /// Whether the colours were multiplied by the alpha.
    pub(crate) premultiplied: bool,
    pub(crate) nclx: Option<Nclx>,
    config: Config,
    orientation: Orientation,
    metadata: Metadata,
}

/// Reads everything but the pixels.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Container, DecodeError> {
    let Still { width, height, config, orientation, metadata, .. } = Still::find(bytes, limits)?;
    // Four samples of planes, three for a copy that film grain makes, four out (rounded up), and four when turned.
    let samples = if orientation == Orientation::UPRIGHT { 12 } else { 16 };
    Ok(Container {
        width,
        height,
        source: Source::Avif { bit_depth: config.bit_depth, subsampling: config.subsampling },
        orientation,
        metadata,
        scattered_scans: false,
        is_rgb: false,
        peak_bytes_per_pixel: if config.bit_depth > 8 { 2 * samples } else { samples },
    })
}

impl<'a> Meta<'a> {
    fn size(&self, id: u32) -> Result<(u32, u32), DecodeError> {
        let stated = self.property(id, *b"ispe").and_then(|data| Some((be32(data, 4)?, be32(data, 8)?)));
        stated.ok_or_else(|| damaged("a picture has no size"))
    }

    /// Refuses what would show another picture than the item's own pixels.
    fn check_essentials(&self, id: u32) -> Result<(), DecodeError> {
        for (kind, _, essential) in self.properties_of(id) {
            match &kind {
                b"clap" => return Err(unsupported("a crop (clap)")),
                b"a1op" | b"lsel" => return Err(unsupported("layers")),
                b"av1C" | b"ispe" | b"pixi" | b"colr" | b"irot" | b"imir" | b"auxC" => {}
                _ if essential => {
                    return Err(unsupported(format!("the essential property {:?}", kind.escape_ascii().to_string())));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn config(&self, id: u32) -> Result<Config, DecodeError> {
        let Some([_, _, flags, _]) = self.property(id, *b"av1C").and_then(<[u8]>::first_chunk) else {
            return Err(damaged("a picture has no AV1 configuration"));
        };
        let set = |bit: u8| flags >> bit & 1 == 1;
        let bit_depth = match (set(6), set(5)) {
            (false, _) => 8,
            (true, false) => 10,
            (true, true) => 12,
        };
        let across_down = (1 + u8::from(set(3)), 1 + u8::from(set(2)));
        let gray = set(4);
        let subsampling = if gray { None } else { Subsampling::from_ratio(across_down.0, across_down.1) };
        Ok(Config { bit_depth, subsampling })
    }

    /// Turn and mirror, in the order MIAF sets: first the turn, anticlockwise, then the mirror.
    fn orientation(&self, id: u32) -> Orientation {
        let first = |kind| self.property(id, kind).and_then(|data| data.first().copied());
        let quarter_turns = usize::from(first(*b"irot").unwrap_or(0) & 3);
        let by_turns = match first(*b"imir").map(|axis| axis & 1) {
            None => [1, 8, 3, 6],
            // Top and bottom exchanged.
            Some(0) => [4, 5, 2, 7],
            // Left and right exchanged.
            Some(_) => [2, 7, 4, 5],
        };
        Orientation::from_exif(by_turns[quarter_turns]).unwrap_or(Orientation::UPRIGHT)
    }

    fn is_alpha(&self, id: u32) -> bool {
        let kind = self.property(id, *b"auxC").and_then(|data| data.get(4..)).unwrap_or_default();
        kind.starts_with(b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha")
            || kind.starts_with(b"urn:mpeg:hevc:2015:auxid:1\0")
    }

    fn metadata(&self, file: &'a [u8], nclx: Option<Nclx>) -> Metadata {
        let mut metadata = Metadata::default();
        for (kind, data, _) in self.properties_of(self.primary) {
            if &kind == b"colr"
                && metadata.icc.is_none()
                && let Some(icc) = data.strip_prefix(b"prof").or_else(|| data.strip_prefix(b"rICC"))
            {
                metadata.icc = Some(icc.to_vec());
            }
        }
        if let Some(Nclx { primaries, transfer, .. }) = nclx
            && (primaries, transfer) != SRGB
            && primaries != UNSPECIFIED
            && transfer != UNSPECIFIED
            && let (Ok(primaries), Ok(transfer)) = (u8::try_from(primaries), u8::try_from(transfer))
        {
            // As PNG says the same of RGB samples in full range.
            metadata.png_color.push(PngChunk { kind: *b"cICP", data: vec![primaries, transfer, 0, 1] });
        }
        for item in &self.items {
            let is_xmp = &item.kind == b"mime" && item.content_type == b"application/rdf+xml";
            if !(is_xmp || &item.kind == b"Exif") || !self.linked(*b"cdsc", item.id, self.primary) {
                continue;
            }
            if is_xmp {
                self.keep_xmp(item.id, file, &mut metadata);
            } else if metadata.exif.is_none() {
                let content = self.content(item.id, file).ok();
                // The first field says how far the TIFF header is from the field's end.
                metadata.exif = content.and_then(|data| {
                    let start = be32(&data, 0)?.checked_add(4)?;
                    let tiff = data.get(start as usize..)?;
                    // Some writers count the JPEG prefix as part of it.
                    Some(tiff.strip_prefix(b"Exif\0\0").unwrap_or(tiff).to_vec())
                });
                if metadata.exif.is_none() {
                    metadata.notes.push(Note::DamagedMetadata { what: "the EXIF block" });
                }
            }
        }
        metadata
    }

    /// Keeps a packet, whose length and room are looked at before it is copied: many items may name the same bytes.
    fn keep_xmp(&self, id: u32, file: &'a [u8], metadata: &mut Metadata) {
        if !metadata.has_room_for_xmp() {
            return metadata.miss_xmp();
        }
        let what = "the XMP packet";
        match self.length(id, file) {
            Ok(bytes) if bytes > MAX_XMP => {
                metadata.miss_xmp();
                metadata.notes.push(Note::TooLong { what, bytes, limit: MAX_XMP });
            }
            // Its pieces were found to give its length.
            Ok(_) => metadata.keep_xmp(self.content(id, file).unwrap_or_default().into_owned()),
            Err(_) => metadata.notes.push(Note::DamagedMetadata { what }),
        }
    }

    fn nclx(&self, id: u32) -> Option<Nclx> {
        self.properties_of(id).find_map(|(kind, data, _)| {
            let mut fields = Fields(data.strip_prefix(b"nclx").filter(|_| &kind == b"colr")?);
            let (primaries, transfer, matrix) = (fields.u16()?, fields.u16()?, fields.u16()?);
            Some(Nclx { primaries, transfer, matrix, full_range: fields.u8()? >> 7 == 1 })
        })
    }
}

impl<'a> Still<'a> {
    /// Finds the picture, its size held to the limits before its bytes are looked at.
    pub(crate) fn find(bytes: &'a [u8], limits: &Limits) -> Result<Self, DecodeError> {
        let (meta, trailing) = top_level(bytes)?;
        let id = meta.primary;
        match meta.items.iter().find(|item| item.id == id).map(|item| &item.kind) {
            Some(b"av01") => {}
            Some(b"grid") => return Err(unsupported("a grid of pictures")),
            Some(kind) => return Err(unsupported(format!("a primary item of type {}", kind.escape_ascii()))),
            None => return Err(damaged("there is no primary picture")),
        }
        let (width, height) = meta.size(id)?;
        limits.check_size(FORMAT, width, height)?;
        meta.check_essentials(id)?;
        let config = meta.config(id)?;
        let alpha = meta.items.iter().find(|item| meta.linked(*b"auxl", item.id, id) && meta.is_alpha(item.id));
        if let Some(alpha) = alpha {
            if &alpha.kind != b"av01" {
                return Err(unsupported("an alpha plane in pieces"));
            }
            meta.check_essentials(alpha.id)?;
            if meta.size(alpha.id)? != (width, height) {
                return Err(damaged("the alpha plane and the picture state different sizes"));
            }
        }
        let nclx = meta.nclx(id);
        let mut metadata = meta.metadata(bytes, nclx);
        if trailing > 0 {
            metadata.notes.push(Note::TrailingData { bytes: trailing });
        }
        Ok(Self {
            width,
            height,
            color: meta.content(id, bytes)?,
            alpha: alpha.map(|item| meta.content(item.id, bytes)).transpose()?,
            premultiplied: alpha.is_some_and(|item| meta.linked(*b"prem", id, item.id)),
            nclx,
            config,
            orientation: meta.orientation(id),
            metadata,
        })
    }
}
