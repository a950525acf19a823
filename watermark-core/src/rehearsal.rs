//! `[E7]` Rehearsal: does the seal still read after the marked plane was clipped and disturbed? What to do where it does not.
//!
//! The strength search works on coefficients and knows nothing of clipping. In text and line art on pure white most of the blocks that can
//! carry something are partly white, where the mark cannot brighten them: it reads as written and is lost to the first noise. Here the
//! plane is clipped, gets noise of 10 gray levels in each channel, and goes through the reader.
//!
//! Where it does not hold, or too few blocks can carry one, pure white is lowered by one gray level: unseen, and enough for the page to carry the mark like any
//! flat picture, pilot included. If that is not enough, changes are enlarged where they clip, in the letters rather than on the page, at the largest strength of a few within
//! a bound of error. The picture gets the beacon alone when none holds.

use crate::carrier::Carrier;
use crate::codes::Codes;
use crate::coding::Workspace;
use crate::embed::Profile;
use crate::lattice::Strengths;
use crate::layout;
use crate::plane::Plane;
use crate::read::{align, refine};
use crate::strength::STRONGEST;

/// Standard deviation of luma noise, gray levels: what 10 in each of red, green and blue come to. At 5, text passes that
/// no resizing or recompression leaves readable; at 10 every other picture of the development set still passes.
const NOISE: f32 = 6.7;

/// As bright as a lowered picture is, gray levels. At 253 as much is read for a decibel of PSNR more (18 pages of text).
const LOWERED_WHITE: f32 = 254.0;
/// Strength of the pilot on pages, whose letters leave it the ground alone: of 18 pages, 11 are found after a rotation by 5 degrees at 9.5 and 13 at 12. None of it outlives
/// JPEG 10, so more is not asked for.
const PILOT: f32 = 12.0;
/// Samples that get their noise together.
const LANES: usize = 8;
/// Of the samples that carry something, one in so many is out of range where a rehearsal is worth its time. What is clipped less often takes a
/// few hundredths of what the blocks carry, and the search keeps a tenth in hand.
const CLIPPED: usize = 100;

/// Strengths tried with what clips made up for, over the one that was found: the strongest first, for text has no robustness to give away.
pub(crate) const FACTORS: [f32; 5] = [1.27, 1.125, 1.0, 0.9, 0.8];
/// Shares of an enlarged change that the ground takes: specks on a white page are seen where the same in its letters are not (at equal strength 4 points of
/// SSIMULACRA 2 less with 1), but letters without gray edges are too little to move a block by.
const GROUND_SHARES: [f32; 2] = [0.35, 1.0];
/// Mean square error of luma, gray levels squared, that lowered white and enlarged changes do not exceed: a PSNR of 40.07 dB of a gray picture, 41.2 dB of a coloured one.
/// Text of black and white alone has a SSIMULACRA 2 of 78.5 there, other text 83 and more.
const LARGEST_ERROR: f32 = 6.4;

/// Where a mark is rehearsed.
pub(crate) struct Rehearsal<'a> {
    /// The canonical plane without a mark.
    pub(crate) cover: &'a Plane,
    /// Whether all of it is the picture's own: white that shows behind it cannot be lowered.
    pub(crate) is_opaque: bool,
    pub(crate) carrier: &'a Carrier,
    pub(crate) codes: &'a Codes,
}

impl Rehearsal<'_> {
    /// The profile and strengths that hold, and the plane that `modulate` marks with them: those that `choose` finds for the cover if they do. A beacon alone is as
    /// strong as the bound of error lets it be: it is worth no less than a seal, and there is no other.
    ///
    /// # Errors
    /// Those of `choose` for the cover.
    pub(crate) fn run<E>(
        &self,
        factors: &[f32],
        choose: impl Fn(&Plane) -> Result<(Profile, Strengths), E>,
        modulate: impl Fn(&Plane, Profile, Strengths) -> Plane,
    ) -> Result<(Profile, Strengths, Plane), E> {
        let holds = |marked: &Plane, strengths| seal_holds(marked, self.carrier, self.codes, strengths);
        let chosen = choose(self.cover);
        if let Ok((Profile::Sealed, strengths)) = chosen {
            let marked = modulate(self.cover, Profile::Sealed, strengths);
            if !is_clipped(&marked, self.cover) || holds(&marked, strengths) {
                return Ok((Profile::Sealed, strengths, marked));
            }
        }
        let lowered = lowered(self.cover);
        let mut beacon_alone = None;
        let covers = [(&lowered, true), (self.cover, false)];
        for (cover, is_page) in covers.into_iter().skip(usize::from(!self.is_opaque)) {
            let Ok((profile, mut strengths)) = choose(cover) else { continue };
            if is_page {
                strengths.pilot = [strengths.pilot[0].max(PILOT); 2];
            }
            if profile == Profile::BeaconOnly {
                beacon_alone = beacon_alone.or(Some((cover, strengths)));
                continue;
            }
            for strengths in Self::attempts(strengths, factors) {
                let marked = modulate(cover, Profile::Sealed, strengths);
                if error(&marked, self.cover) > LARGEST_ERROR {
                    continue;
                }
                if holds(&marked, strengths) {
                    return Ok((Profile::Sealed, strengths, marked));
                }
                beacon_alone = beacon_alone.or(Some((cover, strengths)));
            }
        }
        let (cover, strengths) = beacon_alone.map_or_else(|| Ok((self.cover, chosen?.1)), Ok)?;
        Ok((Profile::BeaconOnly, strengths, modulate(cover, Profile::BeaconOnly, strengths)))
    }

    /// What is tried: the changes as they are, then enlarged, the strongest first.
    fn attempts(strengths: Strengths, factors: &[f32]) -> impl Iterator<Item = Strengths> {
        let most = strengths.amplitude.max(STRONGEST);
        let grounds = [None].into_iter().chain(GROUND_SHARES.map(Some));
        grounds.flat_map(move |enlarged| {
            let amplitudes = factors.iter().map(move |factor| factor * strengths.amplitude);
            amplitudes.filter(move |amplitude| *amplitude <= most).map(move |amplitude| Strengths {
                amplitude,
                enlarged,
                ..strengths
            })
        })
    }
}

/// `cover` with room above what was pure white.
fn lowered(cover: &Plane) -> Plane {
    Plane { data: cover.data.iter().map(|sample| sample.min(LOWERED_WHITE)).collect(), ..*cover }
}

/// Mean square error of `marked` once it is clipped, gray levels squared.
fn error(marked: &Plane, cover: &Plane) -> f32 {
    let squares = marked.data.iter().zip(&cover.data).map(|(m, c)| f64::from(m.clamp(0.0, 255.0) - c).powi(2));
    (squares.sum::<f64>() / cover.data.len() as f64) as f32
}

/// Whether enough of what `marked` changed in `cover` will be clipped for the model to be wrong.
fn is_clipped(marked: &Plane, cover: &Plane) -> bool {
    let (mut out, mut changed) = (0, 0);
    for (marked, cover) in marked.rows().zip(cover.rows()) {
        out += marked.iter().map(|v| u32::from(!(0.0..=255.0).contains(v))).sum::<u32>() as usize;
        changed += marked.iter().zip(cover).map(|(m, c)| u32::from(m != c)).sum::<u32>() as usize;
    }
    CLIPPED * out > changed
}

/// Whether the seal in `marked` survives.
fn seal_holds(marked: &Plane, carrier: &Carrier, codes: &Codes, strengths: Strengths) -> bool {
    // Xorshift (Marsaglia 2003), several side by side; the sum of four bytes has mean 510 and standard deviation 147.8.
    let mut states: [u32; LANES] = std::array::from_fn(|lane| 0x9E37_79B9_u32.wrapping_mul(lane as u32 + 1));
    let mut plane = marked.clone();
    for samples in plane.data.chunks_mut(LANES) {
        let mut noise = [0.0; LANES];
        for (noise, state) in noise.iter_mut().zip(&mut states) {
            *state ^= *state << 13;
            *state ^= *state >> 17;
            *state ^= *state << 5;
            let sum = [0, 8, 16, 24].map(|byte| (*state >> byte & 255) as i32).iter().sum::<i32>();
            *noise = (sum - 510) as f32 * (NOISE / 147.8);
        }
        for (sample, noise) in samples.iter_mut().zip(noise) {
            *sample = (sample.clamp(0.0, 255.0) + noise).clamp(0.0, 255.0);
        }
    }
    let aligned = align(&plane, &carrier.lattice, (0, 0), 0.0);
    let llr = aligned.soft_bits(&refine(&aligned, strengths.step()));
    codes.seal.decode(&layout::seal_llr(&llr), 8, &mut Workspace::default()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::{CarrierKey, TILE_BITS};
    use crate::codes::encode;
    use crate::lattice;
    use crate::testing::picture;

    /// A seal's tile, and a rehearsal on `cover`.
    fn with<T>(cover: &Plane, test: impl FnOnce(&Rehearsal<'_>, &dyn Fn(&Plane, Strengths) -> Plane) -> T) -> T {
        let (carrier, codes) = (Carrier::new(&CarrierKey::PUBLIC), Codes::new().unwrap());
        let seal = encode(&codes.seal, &[0x5A; 92]).unwrap();
        let tile = layout::tile(&[0; layout::BEACON_BITS], Some(&seal));
        assert_eq!(tile.len(), TILE_BITS);
        let modulate = |cover: &Plane, strengths| {
            let mut marked = cover.clone();
            lattice::embed(&mut marked, &carrier.lattice, &tile, strengths);
            marked
        };
        test(&Rehearsal { cover, is_opaque: true, carrier: &carrier, codes: &codes }, &modulate)
    }

    /// Whether `cover` is rehearsed, and whether a seal in it holds.
    fn rehearsed(cover: &Plane) -> (bool, bool) {
        let strengths = Strengths::new(8.0);
        with(cover, |rehearsal, modulate| {
            let marked = modulate(cover, strengths);
            (is_clipped(&marked, cover), seal_holds(&marked, rehearsal.carrier, rehearsal.codes, strengths))
        })
    }

    /// Text, so to speak: lines of thin strokes, each `period` px, the rest pure white.
    fn text(period: usize) -> Plane {
        page(640, 512, period)
    }

    fn page(width: usize, height: usize, period: usize) -> Plane {
        let is_ink = |x: usize, y: usize| y % 11 < 8 && (x + y / 11 * 5).is_multiple_of(period);
        let data = (0..width * height).map(|i| if is_ink(i % width, i / width) { 0.0 } else { 255.0 }).collect();
        Plane { width, height, data }
    }

    #[test]
    fn a_seal_holds_in_a_textured_picture_and_not_where_half_of_each_change_is_clipped() {
        assert_eq!(rehearsed(&picture(640, 512, 3)), (false, true));
        assert_eq!(rehearsed(&text(16)), (true, false));
    }

    #[test]
    fn a_page_that_carries_nothing_is_lowered_by_a_gray_level_and_sealed() {
        let cover = page(1536, 1024, 160);
        let strengths = Strengths::new(13.0);
        let choose = |cover: &Plane| {
            let is_white = cover.data.iter().filter(|sample| **sample == 255.0).count() > cover.data.len() / 2;
            if is_white { Err(()) } else { Ok((Profile::Sealed, strengths)) }
        };
        let (profile, _, marked) = with(&cover, |rehearsal, modulate| {
            rehearsal.run(&[1.0], choose, |cover, _, strengths| modulate(cover, strengths)).unwrap()
        });
        assert_eq!(profile, Profile::Sealed);
        let page = marked.data.iter().zip(&cover.data).filter(|(_, cover)| **cover == 255.0);
        let mean = page.clone().map(|(m, _)| f64::from(*m)).sum::<f64>() / page.count() as f64;
        assert!((253.5..254.2).contains(&mean), "{mean}");
    }

    #[test]
    fn a_page_has_its_own_pilot_or_a_stronger_one_that_was_asked_for() {
        let cover = page(640, 512, 160);
        for (profile, asked, expected) in [
            (Profile::BeaconOnly, [9.5, 18.0], PILOT),
            (Profile::Sealed, [9.5, 18.0], PILOT),
            (Profile::Sealed, [20.0; 2], 20.0),
        ] {
            let lowered = |cover: &Plane| !cover.data.contains(&255.0);
            let strengths = Strengths { pilot: asked, ..Strengths::new(13.0) };
            let choose = |cover: &Plane| if lowered(cover) { Ok((profile, strengths)) } else { Err(()) };
            let (_, used, _) = with(&cover, |rehearsal, modulate| {
                rehearsal.run(&[1.0], choose, |cover, _, strengths| modulate(cover, strengths)).unwrap()
            });
            assert_eq!(used.pilot, [expected; 2], "{profile:?}");
        }
    }

    #[test]
    fn what_does_not_hold_is_enlarged_until_it_does_within_the_bound_of_error() {
        for (cover, factors, sealed) in [
            (text(9), &[0.7, 0.6, 0.5, 0.2][..], true),
            // Enlarged too little to hold, or too much to be hidden.
            (text(9), &[0.2], false),
            (text(9), &[0.8], false),
            (picture(640, 512, 3), &[], true),
        ] {
            let strengths = Strengths::new(8.0);
            let (profile, used, marked) = with(&cover, |rehearsal, modulate| {
                let choose = |_: &Plane| Ok::<_, ()>((Profile::Sealed, strengths));
                rehearsal.run(factors, choose, |cover, _, strengths| modulate(cover, strengths)).unwrap()
            });
            assert_eq!(profile == Profile::Sealed, sealed, "{factors:?}");
            assert!(!sealed || factors.is_empty() || (used.enlarged.is_some() && used.amplitude < 8.0));
            assert!(error(&marked, &cover) < LARGEST_ERROR);
        }
    }
}
