//! What reading a container yields before any pixel is decoded; the same for every format.

use crate::metadata::Metadata;
use crate::orientation::Orientation;
use crate::source::Source;

/// A parsed container, its size already within the limits.
pub(crate) struct Container {
    /// Width as stored, not yet turned upright.
    pub(crate) width: u32,
    /// Height as stored.
    pub(crate) height: u32,
    /// How the pixels are stored.
    pub(crate) source: Source,
    /// How they must be turned.
    pub(crate) orientation: Orientation,
    /// Everything else the file says.
    pub(crate) metadata: Metadata,
    /// A sequential JPEG in more than one scan, which zune-jpeg decodes wrongly; see [`crate::decode`].
    pub(crate) scattered_scans: bool,
    /// A JPEG of red, green and blue in the place of luma and chroma.
    pub(crate) is_rgb: bool,
    /// Bytes per pixel that decoding holds at its peak, by estimate.
    pub(crate) peak_bytes_per_pixel: u64,
}

/// Splits off the first `n` bytes, or nothing when fewer are there.
pub(crate) fn take<'a>(rest: &mut &'a [u8], n: usize) -> Option<&'a [u8]> {
    let (head, tail) = rest.split_at_checked(n)?;
    *rest = tail;
    Some(head)
}

/// Big-endian 16 bits at an offset.
pub(crate) fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|b| u16::from_be_bytes(*b))
}

/// Big-endian 32 bits at an offset.
pub(crate) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|b| u32::from_be_bytes(*b))
}

/// Little-endian 32 bits at an offset.
pub(crate) fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|b| u32::from_le_bytes(*b))
}

/// Little-endian 24 bits at an offset.
pub(crate) fn le24(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|&[a, b, c]| u32::from_le_bytes([a, b, c, 0]))
}
