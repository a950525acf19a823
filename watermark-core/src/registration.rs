//! `[X8]` The geometry settled on, as it is reported: in pixels of the stamped picture.

use crate::affine::{Affine, Linear};
use crate::canonical;
use crate::carrier::TILE_PX;
use crate::equalise::Channel;
use crate::payload::Seal;
use crate::raster::Raster;
use crate::tilt::Tilt;

/// How the picture shows the stamped one: mirrored left to right if so, then scaled along the stamped picture's axes, then rotated, then
/// cut.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Registration {
    /// Clockwise rotation, degrees, -180 to 180.
    pub rotation_deg: f64,
    /// Width now over width at stamping of the same content.
    pub scale_x: f64,
    /// The same for heights.
    pub scale_y: f64,
    /// Whether the picture was mirrored.
    pub mirrored: bool,
    /// Whether the picture is a negative: all tones are inverted, and everything else here is said of its inversion.
    pub inverted: bool,
    /// How the picture was seen at an angle: everything else here is said of it made level.
    pub tilt: Option<Tilt>,
    /// Where the upper left corner of what is shown lies on the mark's tile, pixels of the stamped picture, modulo the tile.
    pub offset_x: f64,
    /// The same for y.
    pub offset_y: f64,
    /// Share of the stamped picture's area that is shown, without flat margins; `None` while the stamped size is unknown.
    pub shown: Option<f64>,
    /// How far the last step of refinement still moved the map at most, pixels; `None` where the geometry is exact.
    pub residual_px: Option<f64>,
    /// Geometries tried before this one was settled on, offsets and gains counted.
    pub candidates_tried: u64,
    /// Gaussian blur undone before reading, variance in square canonical pixels; negative for sharpening.
    pub blur: f64,
    /// Added noise assumed in reading, standard deviation in gray levels of luma.
    pub noise: f64,
    /// Lattice gain found: strength over compensation at stamping, times the tone change since.
    pub gain: f64,
}

impl Registration {
    /// The picture that was read, if it is not the one that was `received`.
    pub(crate) fn as_read(&self, received: &Raster) -> Option<Raster> {
        match self.tilt {
            Some(tilt) => Some(tilt.level(received)),
            None => self.inverted.then(|| received.negative()),
        }
    }
}

/// The geometry settled on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Best {
    pub(crate) coherence: f32,
    /// Canonical plane -> received picture.
    pub(crate) map: Affine,
    /// Area shown, square canonical pixels.
    pub(crate) shown: f64,
    /// Position of the canonical plane's first sample in the period.
    pub(crate) tile: [f64; 2],
    pub(crate) residual: Option<f64>,
    pub(crate) channel: Channel,
    pub(crate) gain: f32,
}

impl Best {
    pub(crate) fn registration(&self, seal: Option<&Seal>, candidates_tried: u64) -> Registration {
        // Canonical pixels per pixel of the stamped picture, which only the seal tells.
        let stamped = seal.map(|s| {
            (usize::from(s.unverified_claims.size.width_px()), usize::from(s.unverified_claims.size.height_px()))
        });
        let pitch = stamped.map_or([1.0, 1.0], |(width, height)| {
            let canonical = canonical::size(width, height);
            [canonical.0 as f64 / width as f64, canonical.1 as f64 / height as f64]
        });
        let linear = self.map.linear.after(&Linear::diagonal(pitch[0], pitch[1]));
        let mirrored = linear.determinant() < 0.0;
        let Linear([[a, b], [c, d]]) = if mirrored { linear.after(&Linear::diagonal(-1.0, 1.0)) } else { linear };
        let shown = |(width, height): (usize, usize)| {
            (self.shown / (pitch[0] * pitch[1] * width as f64 * height as f64)).min(1.0)
        };
        Registration {
            rotation_deg: (c - b).atan2(a + d).to_degrees(),
            scale_x: a.hypot(c),
            scale_y: b.hypot(d),
            mirrored,
            inverted: false,
            tilt: None,
            offset_x: self.tile[0] % TILE_PX as f64 / pitch[0],
            offset_y: self.tile[1] % TILE_PX as f64 / pitch[1],
            shown: stamped.map(shown),
            residual_px: self.residual,
            candidates_tried,
            blur: f64::from(self.channel.blur),
            noise: f64::from(self.channel.noise),
            gain: f64::from(self.gain),
        }
    }
}
