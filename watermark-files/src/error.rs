//! What can go wrong on the way in and on the way out, one enum per operation.
//!
//! Every text says what was tried, the value met, the limit it broke where there is one, and what to do instead.

use thiserror::Error;

use crate::format::Format;

/// Why a file could not be turned into pixels.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// No bytes at all.
    #[error("the file is empty (0 bytes); check that it was copied or downloaded completely")]
    Empty,
    /// The first bytes belong to no image format this crate knows.
    #[error(
        "the file does not begin like any known image (first bytes: {first_bytes}); pass a PNG, JPEG or WebP picture"
    )]
    NotAnImage {
        /// The first bytes in hexadecimal.
        first_bytes: String,
    },
    /// A known kind of file that is not read here.
    #[error("the file is {name}, which is not read here; {remedy}")]
    UnsupportedFormat {
        /// The format with its article, as in "an AVIF picture".
        name: &'static str,
        /// What to do instead.
        remedy: &'static str,
    },
    /// More than one frame.
    #[error(
        "the file is an animated {format}; a mark goes into still pictures only, so extract one frame as PNG first"
    )]
    Animated {
        /// The container.
        format: Format,
    },
    /// Several pictures of equal rank in one file (stereo pair, panorama parts).
    #[error("the {format} file holds {pictures} pictures of equal rank ({kind}); split it into single pictures first")]
    MultiPicture {
        /// The container.
        format: Format,
        /// How many pictures the index lists.
        pictures: u32,
        /// What the index says they are.
        kind: &'static str,
    },
    /// The container is read here, this variant of it is not.
    #[error("the {format} file uses {feature}, which is not read here; convert it to PNG first")]
    UnsupportedFeature {
        /// The container.
        format: Format,
        /// The variant.
        feature: String,
    },
    /// Width or height is zero.
    #[error("the {format} header states {width} x {height} pixels; both sides must be at least 1, the file is damaged")]
    ZeroSize {
        /// The container.
        format: Format,
        /// Stated width.
        width: u32,
        /// Stated height.
        height: u32,
    },
    /// One side is longer than the limit.
    #[error(
        "the {format} header states {width} x {height} pixels, a side above the limit of {limit}; make the picture smaller first"
    )]
    SideTooLong {
        /// The container.
        format: Format,
        /// Stated width.
        width: u32,
        /// Stated height.
        height: u32,
        /// The limit in pixels.
        limit: u32,
    },
    /// More pixels than the limit.
    #[error("the {format} header states {width} x {height} = {} pixels, above the limit of {limit}; make the picture smaller first", u64::from(*width) * u64::from(*height))]
    TooManyPixels {
        /// The container.
        format: Format,
        /// Stated width.
        width: u32,
        /// Stated height.
        height: u32,
        /// The limit in pixels.
        limit: u64,
    },
    /// Decoding would take more memory than the limit.
    #[error(
        "decoding this {format} of {width} x {height} pixels needs about {needed} bytes, above the limit of {limit}; make the picture smaller first"
    )]
    TooMuchMemory {
        /// The container.
        format: Format,
        /// Stated width.
        width: u32,
        /// Stated height.
        height: u32,
        /// Estimated need in bytes.
        needed: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// The file ends before the picture does.
    #[error(
        "the {format} file is truncated: it ends after {length} bytes inside {inside}; get a complete copy of the file"
    )]
    Truncated {
        /// The container.
        format: Format,
        /// Bytes present.
        length: usize,
        /// The part that is cut.
        inside: String,
    },
    /// The file breaks its own format.
    #[error("the {format} file is damaged: {detail}; open and save it again in an image editor, or get another copy")]
    Damaged {
        /// The container.
        format: Format,
        /// What the reader found.
        detail: String,
    },
    /// A decoder gave up by panicking, which malformed input can make it do.
    #[error(
        "the {format} decoder failed on this file, which is most likely damaged; open and save it again in an image editor, or get another copy"
    )]
    DecoderFailed {
        /// The container.
        format: Format,
    },
}

impl DecodeError {
    /// The same in Korean, without the details that only a programmer needs.
    pub fn korean(&self) -> String {
        match self {
            Self::Empty => "파일이 비어 있습니다(0바이트). 온전히 복사하거나 내려받았는지 확인하십시오".to_owned(),
            Self::NotAnImage { .. } => {
                "알려진 이미지 형식이 아닙니다. PNG, JPEG 또는 WebP 이미지를 지정하십시오".to_owned()
            }
            Self::UnsupportedFormat { .. } => "여기서 읽지 않는 형식의 파일입니다. PNG로 변환하십시오".to_owned(),
            Self::Animated { format } => {
                format!("움직이는 {format} 파일입니다. 표식은 정지 이미지에만 넣으므로 한 장면을 PNG로 꺼내십시오")
            }
            Self::MultiPicture { format, pictures, .. } => {
                format!("{format} 파일에 대등한 이미지 {pictures}장이 들어 있습니다. 한 장씩 나누십시오")
            }
            Self::UnsupportedFeature { format, .. } => {
                format!("{format} 파일이 여기서 읽지 않는 방식으로 저장되어 있습니다. PNG로 변환하십시오")
            }
            Self::ZeroSize { format, width, height } => {
                format!("{format} 머리글의 크기가 {width} x {height}픽셀입니다. 손상된 파일입니다")
            }
            Self::SideTooLong { width, height, limit, .. } => {
                format!("이미지가 {width} x {height}픽셀로, 한 변의 한도 {limit}픽셀을 넘습니다. 먼저 줄이십시오")
            }
            Self::TooManyPixels { width, height, limit, .. } => {
                format!("이미지가 {width} x {height}픽셀로, 한도 {limit}픽셀을 넘습니다. 먼저 줄이십시오")
            }
            Self::TooMuchMemory { needed, limit, .. } => {
                format!(
                    "읽는 데 메모리 약 {needed}바이트가 필요하여 한도 {limit}바이트를 넘습니다. 먼저 이미지를 줄이십시오"
                )
            }
            Self::Truncated { format, length, .. } => {
                format!("{format} 파일이 {length}바이트에서 끊겨 있습니다. 온전한 파일을 구하십시오")
            }
            Self::Damaged { format, .. } | Self::DecoderFailed { format } => {
                format!("{format} 파일이 손상되었습니다. 이미지 편집기로 다시 저장하거나 다른 사본을 구하십시오")
            }
        }
    }
}

/// Why pixels could not be written as a file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// JPEG has no alpha, and some pixel is not opaque.
    #[error(
        "JPEG holds no transparency, and {pixels} pixels are not opaque; write PNG or WebP, or flatten the picture onto a background first"
    )]
    AlphaInJpeg {
        /// Pixels whose alpha is below the maximum.
        pixels: u64,
    },
    /// The format has no 16-bit samples.
    #[error("{format} holds 8 bits a sample, the picture has 16; write PNG, or reduce the picture to 8 bits first")]
    SixteenBit {
        /// The format asked for.
        format: Format,
    },
    /// The format cannot state such a size.
    #[error(
        "{format} holds at most {limit} pixels a side, the picture is {width} x {height}; write PNG, or resize the picture first"
    )]
    SideTooLong {
        /// The format asked for.
        format: Format,
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// The most the format holds.
        limit: u32,
    },
    /// A quality outside 1 to 100.
    #[error("quality {quality} was asked for; {format} takes 1 to 100")]
    Quality {
        /// The format asked for.
        format: Format,
        /// The value asked for.
        quality: u8,
    },
    /// The format is read, not written.
    #[error("{format} is read here but not written; write PNG, JPEG or WebP")]
    ReadOnly {
        /// The format asked for.
        format: Format,
    },
    /// Lossy WebP was asked of a build without it.
    #[error("this build cannot write lossy WebP (cargo feature `webp-lossy` is off); write lossless WebP, JPEG or PNG")]
    LossyWebpNotBuilt,
    /// The encoder refused.
    #[error("the {format} encoder failed: {detail}; write PNG instead")]
    Encoder {
        /// The format asked for.
        format: Format,
        /// The encoder's own words.
        detail: String,
    },
}
