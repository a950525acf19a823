//! Image files: bytes to pixels and metadata, and back to bytes.
//!
//! ```text
//! bytes -> format -> container (PNG chunks | JPEG segments | WebP chunks | AVIF boxes) -> limits -> pixels -> upright raster
//!                        \-> metadata (ICC, EXIF, XMP, IPTC, text, density) -----------\
//! bytes <- container, metadata put in its way <- encoder <- options <-------------------+- raster
//! ```
//!
//! No files, no clock, no threads: the command line and the WebAssembly build share every line of it.
//!
//! What is read: PNG of every depth and colour type; JPEG with Huffman coding, sequential and progressive, gray,
//! YCbCr, RGB, CMYK and YCCK; WebP lossy and lossless; with the cargo feature `avif`, AVIF of 8 to 12 bits, which is
//! never written. What is not: animations, several pictures of equal rank in one
//! file, 12-bit, lossless and arithmetic JPEG, every other format; each is recognised and refused by name.
//!
//! Not kept: C2PA manifests (changed pixels break them), secondary pictures, PNG chunks that only matter to the
//! palette or to editors (`bKGD`, `hIST`, `sPLT`, `sBIT`, `tIME`), JPEG application segments of single makers.

#[cfg(feature = "avif")]
mod avif_boxes;
#[cfg(feature = "avif")]
mod avif_pixels;
mod cmyk;
mod container;
mod decode;
mod encode;
mod error;
mod exif;
mod format;
#[cfg(feature = "avif")]
mod iso_boxes;
mod jpeg_quality;
mod jpeg_scans;
mod jpeg_segments;
mod jpeg_write;
mod limits;
mod metadata;
mod mpf;
mod orientation;
mod png_chunks;
mod source;
mod vp8_quality;
mod webp_chunks;

pub use decode::{ImageFile, Probe, decode, probe};
pub use encode::{Encoded, encode};
pub use error::{DecodeError, EncodeError};
pub use format::Format;
pub use limits::Limits;
pub use metadata::{Density, DensityUnit, Metadata, Note, PngChunk};
pub use orientation::Orientation;
pub use source::{EncodeOptions, JpegOptions, Source, Subsampling, WebpCompression};
