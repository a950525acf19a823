//! `[E7]` Rehearsal: does the seal still read after the marked plane was clipped and disturbed?
//!
//! The strength search works on coefficients and knows nothing of clipping. In text and line art on pure white most of the blocks that can
//! carry something are partly white, where the mark cannot brighten them: it reads as written and is lost to the first noise. Here the
//! plane is clipped, gets noise of 10 gray levels in each channel, and goes through the reader.

use crate::carrier::Carrier;
use crate::codes::Codes;
use crate::coding::Workspace;
use crate::lattice::Strengths;
use crate::layout;
use crate::plane::Plane;
use crate::read::{align, refine};

/// Standard deviation of luma noise, gray levels: what 10 in each of red, green and blue come to. At 5, text passes that
/// no resizing or recompression leaves readable; at 10 every other picture of the development set still passes.
const NOISE: f32 = 6.7;

/// Samples that get their noise together.
const LANES: usize = 8;
/// Of the samples that carry something, one in so many is out of range where a rehearsal is worth its time. What is clipped less often takes a
/// few hundredths of what the blocks carry, and the search keeps a tenth in hand.
const CLIPPED: usize = 100;

/// Whether enough of what `marked` changed in `cover` will be clipped for the model to be wrong.
pub(crate) fn is_clipped(marked: &Plane, cover: &Plane) -> bool {
    let (mut out, mut changed) = (0, 0);
    for (marked, cover) in marked.rows().zip(cover.rows()) {
        out += marked.iter().map(|v| u32::from(!(0.0..=255.0).contains(v))).sum::<u32>() as usize;
        changed += marked.iter().zip(cover).map(|(m, c)| u32::from(m != c)).sum::<u32>() as usize;
    }
    CLIPPED * out > changed
}

/// Whether the seal in `marked` survives.
pub(crate) fn seal_holds(marked: &Plane, carrier: &Carrier, codes: &Codes, strengths: Strengths) -> bool {
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

    /// Whether `cover` is rehearsed, and whether a seal in it holds.
    fn rehearsed(cover: &Plane) -> (bool, bool) {
        let (carrier, codes) = (Carrier::new(&CarrierKey::PUBLIC), Codes::new().unwrap());
        let seal = encode(&codes.seal, &[0x5A; 92]).unwrap();
        let tile = layout::tile(&[0; layout::BEACON_BITS], Some(&seal));
        assert_eq!(tile.len(), TILE_BITS);
        let strengths = Strengths::new(8.0);
        let mut marked = cover.clone();
        lattice::embed(&mut marked, &carrier.lattice, &tile, strengths);
        (is_clipped(&marked, cover), seal_holds(&marked, &carrier, &codes, strengths))
    }

    #[test]
    fn a_seal_holds_in_a_textured_picture_and_not_where_half_of_each_change_is_clipped() {
        let textured = picture(640, 512, 3);
        assert_eq!(rehearsed(&textured), (false, true));
        // Text: one stroke in every block, the rest pure white.
        let mut text = Plane { width: 640, height: 512, data: vec![255.0; 640 * 512] };
        for y in 0..512 {
            for x in (3..640).step_by(16) {
                text.row_mut(y)[x] = 0.0;
            }
        }
        assert_eq!(rehearsed(&text), (true, false));
    }
}
