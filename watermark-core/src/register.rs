//! `[X2]` Registration: received plane -> canonical planes worth reading, likeliest first.

use rustfft::FftPlanner;

use crate::canonical;
use crate::carrier::Carrier;
use crate::plane::Plane;
use crate::read::{GAINS, coherence};
use crate::scale;
use crate::translation;

/// A canonical plane and the tile position of its top-left sample.
#[derive(Clone, Debug)]
pub(crate) struct Pose {
    pub(crate) plane: Plane,
    pub(crate) tile_x: usize,
    pub(crate) tile_y: usize,
}

/// Coherence from which an offset or a scale is worth a full reading, standard deviations. Over the 4 million
/// offsets of one search, chance reaches 6 in one picture of 300.
const WORTH_READING: f32 = 5.5;
/// Coherence from which a size is worth more than its corner.
const WORTH_A_LOOK: f32 = 4.0;
/// Scales handed from the pilot to the lattices.
const SCALES: usize = 12;
/// Side of the corner that first judges a scale, canonical pixels: small, so that an error of 0.1 % still coheres.
const CORNER_PX: usize = 384;

/// The plane as a crop of an unscaled picture.
pub(crate) fn cropped(
    planner: &mut FftPlanner<f32>,
    luma: &Plane,
    carrier: &Carrier,
    candidates: &mut u64,
) -> Option<Pose> {
    let offset = translation::search(planner, luma, &carrier.lattice);
    *candidates += translation::CANDIDATES;
    (offset.coherence > WORTH_READING).then(|| Pose { plane: luma.clone(), tile_x: offset.x, tile_y: offset.y })
}

/// The plane as a whole picture that was resized: canonical planes of the sizes that cohere best.
pub(crate) fn resized(
    planner: &mut FftPlanner<f32>,
    luma: &Plane,
    carrier: &Carrier,
    candidates: &mut u64,
) -> Vec<Pose> {
    let mut judged: Vec<(f32, usize, usize)> = Vec::new();
    for scale in scale::search(planner, luma, &carrier.pilot, SCALES) {
        // The canonical size is a whole number of pixels: try each one that the pilot's precision leaves open.
        let width = luma.width as f64 / scale.pitch;
        let slack = (0.002 * width).max(1.0);
        for w in (width - slack).ceil() as usize..=(width + slack).floor() as usize {
            let h = (w as f64 * luma.height as f64 / luma.width as f64).round() as usize;
            if w < 64 || h < 64 || w.max(h) > 2 * luma.width.max(luma.height) + 4096 {
                continue;
            }
            let corner = corner(luma, w, h);
            judged.push((coherence(&corner, carrier), w, h));
            *candidates += (GAINS / 3) as u64;
        }
    }
    judged.retain(|j| j.0 > WORTH_A_LOOK);
    judged.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut poses = Vec::new();
    for &(_, w, h) in judged.iter().take(2) {
        // Rounding of the shrunken height leaves the canonical height open by a pixel or so.
        let spread = (0.5 * h as f64 / luma.height as f64).ceil() as usize;
        let sizes = (h.saturating_sub(spread)..=h + spread).flat_map(|h| [(w, h)]);
        let planes = sizes.map(|size| {
            let plane = canonical::stretch(luma.clone(), size);
            (coherence(&plane, carrier), plane)
        });
        *candidates += (2 * spread as u64 + 1) * (GAINS / 3) as u64;
        if let Some((score, plane)) = planes.max_by(|a, b| a.0.total_cmp(&b.0))
            && score > WORTH_A_LOOK
        {
            poses.push(Pose { plane, tile_x: 0, tile_y: 0 });
        }
    }
    poses
}

/// The upper left corner of the plane stretched to `w x h`.
fn corner(luma: &Plane, w: usize, h: usize) -> Plane {
    let part = |from: usize, to: usize| crate::resample::Axis {
        pitch: from as f64 / to as f64,
        start: 0.0,
        len: to.min(CORNER_PX),
    };
    crate::resample::resample(luma, part(luma.width, w), part(luma.height, h))
}
