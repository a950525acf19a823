//! The C2PA manifest: signed metadata that names the mark, written after everything else and lost with the first re-encoding.
//!
//! ```text
//! stamp:  file -> writer (credential, actions, soft binding, signature) -> file with a manifest -> read back as verify does
//! verify: file -> nesting (refuses what would exhaust the stack) -> reader (C2paFacts) -> agreement (with the pixels) -> Record
//! ```
//!
//! The claims, their names and the identifiers: `docs/C2PA.md`. Everything but `absent` is built with the feature `c2pa` alone.

#[cfg(not(feature = "c2pa"))]
mod absent;
#[cfg(feature = "c2pa")]
mod agreement;
#[cfg(feature = "c2pa")]
mod credential;
#[cfg(feature = "c2pa")]
mod nesting;
#[cfg(feature = "c2pa")]
mod reader;
#[cfg(feature = "c2pa")]
mod writer;

#[cfg(not(feature = "c2pa"))]
pub(crate) use absent::{ManifestReader, ManifestWriter};
#[cfg(feature = "c2pa")]
pub(crate) use reader::ManifestReader;
#[cfg(feature = "c2pa")]
pub(crate) use writer::ManifestWriter;

#[cfg(feature = "c2pa")]
use watermark_files::Format;

/// Name of the mark as a soft binding. Its first label is no top-level domain, so it is nobody else's reversed domain name.
#[cfg(feature = "c2pa")]
const ALGORITHM: &str = "watermark.beacon.1";

/// The only soft-binding assertion of C2PA.
#[cfg(feature = "c2pa")]
const SOFT_BINDING: &str = "c2pa.soft-binding";
/// The action that says that the mark is what the soft binding names (C2PA 2.3, table of actions).
#[cfg(feature = "c2pa")]
const BOUND: &str = "c2pa.watermarked.bound";

#[cfg(feature = "c2pa")]
const fn mime(format: Format) -> &'static str {
    match format {
        Format::Png => "image/png",
        Format::Jpeg => "image/jpeg",
        Format::WebP => "image/webp",
        Format::Avif => "image/avif",
    }
}
