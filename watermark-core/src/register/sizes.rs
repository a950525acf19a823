//! `[X2]` A whole picture that was resized -> the canonical size at which a part of it coheres.

use std::borrow::Cow;

use super::{LEAST_PX, MOST_PX, Pose};
use crate::affine::{Affine, Linear};
use crate::canonical;
use crate::carrier::Carrier;
use crate::frame::Frame;
use crate::plane::Plane;
use crate::read::{GAINS, coherence};
use crate::resample;
use crate::spectrum::span;

/// Side of the part that first judges a size, canonical pixels: small, so that an error of 0.1 % still coheres.
pub(super) const CORNER_PX: usize = 384;
/// The same where lines say what the size is to a pixel or two: what was halved and recompressed coheres over all of the picture and in no corner of it (32 pictures of
/// 1740 px and more, reduced to 1080 px at JPEG 75: 7 to 50 standard deviations).
pub(super) const LARGE_PART_PX: usize = 2048;
/// Coherence from which a size is worth more than its corner.
const WORTH_A_LOOK: f32 = 4.0;
/// Share of what the best part shows that the upper left corner has to show to be judged instead: there an error of size moves least.
const CORNER_SHOWS: f64 = 0.5;

/// Canonical sizes of a whole picture, judged by a part of it: its upper left corner, if that shows something.
pub(super) struct Sizes<'a, const N: usize> {
    /// The ways that the picture may lie.
    planes: [Cow<'a, Plane>; N],
    /// Middle of the part of each, shares of its sides.
    parts: [[f64; 2]; N],
    /// Side of the part, canonical pixels.
    side: usize,
    carrier: &'a Carrier,
    candidates: &'a mut u64,
    pub(super) best: Option<Size>,
}

/// A canonical size, and how far the corner coheres at it.
#[derive(Clone)]
pub(super) struct Size {
    pub(super) score: f32,
    width: usize,
    height: usize,
    /// Number of the plane.
    pub(super) plane: usize,
}

impl<'a, const N: usize> Sizes<'a, N> {
    pub(super) fn new(
        planes: [Cow<'a, Plane>; N],
        parts: [[f64; 2]; N],
        side: usize,
        carrier: &'a Carrier,
        candidates: &'a mut u64,
    ) -> Self {
        Self { planes, parts, side, carrier, candidates, best: None }
    }

    /// Whether a size is the best so far.
    pub(super) fn judge(&mut self, width: usize, height: usize, plane: usize) -> bool {
        if width.min(height) < LEAST_PX || width.max(height) > MOST_PX {
            return false;
        }
        let score = self.coherence(width, height, plane);
        *self.candidates += (GAINS / 3) as u64;
        // A size that the lines vouch for is where to climb from, however faintly it coheres.
        let least = if self.side > CORNER_PX { f32::NEG_INFINITY } else { WORTH_A_LOOK };
        let better = score > self.best.as_ref().map_or(least, |best| best.score);
        if better {
            self.best = Some(Size { score, width, height, plane });
        }
        better
    }

    /// How far the part of a plane coheres at a size.
    fn coherence(&self, width: usize, height: usize, plane: usize) -> f32 {
        let [x, y] = self.parts[plane];
        let plane = &self.planes[plane];
        let axis = |share: f64, from: usize, to: usize| {
            let (first, len) = span(share * to as f64, to, self.side);
            let pitch = from as f64 / to as f64;
            (first, resample::Axis { pitch, start: first as f64 * pitch, len })
        };
        let ((left, x), (top, y)) = (axis(x, plane.width, width), axis(y, plane.height, height));
        coherence(&resample::resample(plane, x, y), self.carrier, (left, top))
    }

    /// Goes on to better sizes next to the best: neighbouring ones cohere as well, if less.
    pub(super) fn climb(&mut self) {
        while let Some(Size { width: w, height: h, plane, .. }) = self.best {
            let around = [(w + 1, h), (w - 1, h), (w, h + 1), (w, h - 1), (w + 1, h + 1), (w - 1, h - 1)];
            if !around.map(|(w, h)| self.judge(w, h, plane)).contains(&true) {
                break;
            }
        }
    }

    /// The picture at a size, `turn` having made its plane of `luma`.
    pub(super) fn pose(&self, luma: &Plane, &Size { width, height, plane, .. }: &Size, turn: &Linear) -> Pose<'static> {
        let plane = &self.planes[plane];
        let stretched = canonical::stretch(Cow::Borrowed(&**plane), (width, height)).into_owned();
        let stretch = Affine::scaling(plane.width as f64 / width as f64, plane.height as f64 / height as f64);
        let map = resample::turning(luma.width, luma.height, turn).after(&stretch);
        let (shown, whole) = (stretched.data.len() as f64, Some([width, height]));
        Pose { plane: Cow::Owned(stretched), tile_x: 0, tile_y: 0, map, shown, residual: None, whole }
    }
}

/// Middle of the part that judges sizes of a plane, shares of its sides.
pub(super) fn part(plane: &Plane, frame: &Frame) -> [f64; 2] {
    let [x, y] = frame.busiest(CORNER_PX);
    let best = [x, y].map(|v| (v - 0.5 * CORNER_PX as f64).max(0.0) as usize);
    if frame.busy([0, 0], CORNER_PX) as f64 >= CORNER_SHOWS * frame.busy(best, CORNER_PX) as f64 {
        return [0.0; 2];
    }
    [x / plane.width as f64, y / plane.height as f64]
}
