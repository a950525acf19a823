//! How a picture was stored, and how one is to be stored: the traits that a re-encoding should keep.

use crate::format::Format;

/// How the file that was read stored its pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// PNG.
    Png {
        /// Bits a sample or palette index: 1, 2, 4, 8 or 16.
        bit_depth: u8,
        /// Whether the pixels were palette indices.
        palette: bool,
        /// Whether it was Adam7-interlaced.
        interlaced: bool,
    },
    /// JPEG.
    Jpeg {
        /// The libjpeg quality whose luma table is nearest, 1 to 100.
        quality: u8,
        /// Whether that table is the stored one to the last entry.
        quality_is_exact: bool,
        /// Chroma resolution; `None` for gray and for layouts that are not written here.
        subsampling: Option<Subsampling>,
        /// Whether it was progressive.
        progressive: bool,
        /// 1 gray, 3 colour, 4 CMYK or YCCK (delivered as RGB).
        components: u8,
    },
    /// WebP.
    WebP {
        /// How it was compressed.
        compression: WebpCompression,
    },
    /// AVIF.
    Avif {
        /// Bits a sample: 8, 10 or 12.
        bit_depth: u8,
        /// Chroma resolution; `None` for gray.
        subsampling: Option<Subsampling>,
    },
}

impl Source {
    /// The container.
    pub const fn format(self) -> Format {
        match self {
            Self::Png { .. } => Format::Png,
            Self::Jpeg { .. } => Format::Jpeg,
            Self::WebP { .. } => Format::WebP,
            Self::Avif { .. } => Format::Avif,
        }
    }
}

/// Chroma resolution of a JPEG or AVIF, named as video people do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subsampling {
    /// 4:4:4, full.
    Full,
    /// 4:2:2, half the width.
    HalfWidth,
    /// 4:4:0, half the height.
    HalfHeight,
    /// 4:2:0, half of both.
    Half,
}

impl Subsampling {
    /// The usual choice: 4:2:0 below quality 90, 4:4:4 from there.
    pub const fn for_quality(quality: u8) -> Self {
        if quality < 90 { Self::Half } else { Self::Full }
    }

    /// By how many luma samples share a chroma sample across and down.
    pub(crate) const fn from_ratio(across: u8, down: u8) -> Option<Self> {
        match (across, down) {
            (1, 1) => Some(Self::Full),
            (2, 1) => Some(Self::HalfWidth),
            (1, 2) => Some(Self::HalfHeight),
            (2, 2) => Some(Self::Half),
            _ => None,
        }
    }

    /// After a quarter turn of the picture.
    pub(crate) const fn turned(self) -> Self {
        match self {
            Self::HalfWidth => Self::HalfHeight,
            Self::HalfHeight => Self::HalfWidth,
            other => other,
        }
    }
}

/// How to store pixels as JPEG.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JpegOptions {
    /// On libjpeg's scale, 1 to 100.
    pub quality: u8,
    /// Chroma resolution; of no effect on gray pictures.
    pub subsampling: Subsampling,
    /// Whether to write progressively.
    pub progressive: bool,
}

impl JpegOptions {
    /// Baseline, with the usual chroma resolution for the quality.
    pub const fn new(quality: u8) -> Self {
        Self { quality, subsampling: Subsampling::for_quality(quality), progressive: false }
    }
}

/// How to store pixels as WebP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebpCompression {
    /// Every sample kept.
    Lossless,
    /// As libwebp does, needs the cargo feature `webp-lossy` to be written.
    Lossy {
        /// 1 to 100; of a file read, the libwebp quality that gives its base quantiser.
        quality: u8,
    },
}

impl WebpCompression {
    /// Whether this build can write [`WebpCompression::Lossy`].
    pub const LOSSY_AVAILABLE: bool = cfg!(feature = "webp-lossy");
}

/// How to store pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncodeOptions {
    /// Lossless, 8 or 16 bits as the samples are.
    Png,
    /// 8 bits, opaque.
    Jpeg(JpegOptions),
    /// 8 bits.
    WebP(WebpCompression),
    /// Refused by [`encode`](crate::encode()): there is no AVIF encoder here.
    Avif,
}

impl EncodeOptions {
    /// Usual settings for a format: JPEG at quality 92, WebP lossless.
    pub const fn for_format(format: Format) -> Self {
        match format {
            Format::Png => Self::Png,
            Format::Jpeg => Self::Jpeg(JpegOptions::new(92)),
            Format::WebP => Self::WebP(WebpCompression::Lossless),
            Format::Avif => Self::Avif,
        }
    }

    /// The settings nearest to how the source was stored.
    pub fn like(source: Source) -> Self {
        match source {
            Source::Png { .. } => Self::Png,
            Source::Jpeg { quality, subsampling, progressive, .. } => Self::Jpeg(JpegOptions {
                quality,
                subsampling: subsampling.unwrap_or(Subsampling::for_quality(quality)),
                progressive,
            }),
            Source::WebP { compression } => Self::WebP(compression),
            Source::Avif { .. } => Self::Avif,
        }
    }

    /// The container.
    pub const fn format(self) -> Format {
        match self {
            Self::Png => Format::Png,
            Self::Jpeg(_) => Format::Jpeg,
            Self::WebP(_) => Format::WebP,
            Self::Avif => Format::Avif,
        }
    }
}
