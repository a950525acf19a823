//! How large a picture may be before its pixels are allocated.

use crate::error::DecodeError;
use crate::format::Format;

/// Bounds held against the header, before anything the size of the picture is allocated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most pixels, width times height.
    pub max_pixels: u64,
    /// Longest side in pixels.
    pub max_side: u32,
    /// Most bytes that decoding may need at its peak, by estimate.
    pub max_alloc: u64,
}

impl Limits {
    /// For a native process: 100 megapixels, 2 GiB.
    pub const NATIVE: Self = Self { max_pixels: 100_000_000, max_side: 65_535, max_alloc: 2 << 30 };

    /// For a browser tab: 64 megapixels, 768 MiB, because 32-bit memory also holds the planes worked on.
    pub const WASM: Self = Self { max_pixels: 64_000_000, max_side: 65_535, max_alloc: 768 << 20 };

    /// Checks the size a header states.
    pub(crate) fn check_size(&self, format: Format, width: u32, height: u32) -> Result<(), DecodeError> {
        if width == 0 || height == 0 {
            return Err(DecodeError::ZeroSize { format, width, height });
        }
        if width.max(height) > self.max_side {
            return Err(DecodeError::SideTooLong { format, width, height, limit: self.max_side });
        }
        if u64::from(width) * u64::from(height) > self.max_pixels {
            return Err(DecodeError::TooManyPixels { format, width, height, limit: self.max_pixels });
        }
        Ok(())
    }

    /// Checks an estimate of the bytes needed per pixel.
    pub(crate) fn check_alloc(
        &self,
        format: Format,
        (width, height): (u32, u32),
        bytes_per_pixel: u64,
    ) -> Result<(), DecodeError> {
        let needed = (u64::from(width) * u64::from(height)).saturating_mul(bytes_per_pixel);
        if needed > self.max_alloc {
            return Err(DecodeError::TooMuchMemory { format, width, height, needed, limit: self.max_alloc });
        }
        Ok(())
    }
}

impl Default for Limits {
    /// [`Limits::WASM`] on `wasm32`, [`Limits::NATIVE`] elsewhere.
    fn default() -> Self {
        if cfg!(target_arch = "wasm32") { Self::WASM } else { Self::NATIVE }
    }
}
