//! `[X5]` What a whole picture tells of its own seal: side information for the seal's decoder.
//!
//! The seal repeats two things that whoever sees the whole picture knows already: its size, and what it shows. Nearly all of the 144 bits of the content
//! hash survive whatever the seal may survive ([`told_bits`]), and with the size that is a fifth of the message. The code
//! is laid out so that knowing them lowers its rate ([`PolarCode::decode_predicted`](crate::coding::PolarCode::decode_predicted)): about 1 dB
//! for free. It is a guess all the same. What is read with its help passes the same CRC and the same signature, and a wrong guess reads nothing.

use crate::content::{CELLS, told_bits};
use crate::payload::{Seal, SealClaims};
use crate::plane::Plane;

/// A guess at the bits of a seal, in the order of its encoding; `None` for a bit that is not guessed.
pub(crate) type Prediction = Vec<Option<bool>>;

/// Margins of the hash bits guessed at, gray levels: as many as codecs leave, and those that outlive changes of tone.
const MARGINS: [u16; 2] = [1, 4];

/// What the seal of `plane` should say, if that shows the whole of what was stamped at `width x height`: likeliest guess first. The size may be off
/// by a pixel where the picture was resized.
pub(crate) fn predictions(plane: &Plane, [width, height]: [usize; 2]) -> Vec<Prediction> {
    let [many, few] = MARGINS.map(|margin| {
        let mut bits = vec![None; Seal::BYTES * 8];
        bits[SealClaims::PREDICTABLE][SIZE_BITS..].copy_from_slice(&told_bits(plane, margin));
        bits
    });
    let sized = |bits: &Prediction| {
        let mut bits = bits.clone();
        let side = |px: usize| u16::try_from(px).ok();
        if let (Some(width), Some(height)) = (side(width), side(height)) {
            let size = u32::from(width) << 16 | u32::from(height);
            for (i, slot) in bits[SealClaims::PREDICTABLE][..SIZE_BITS].iter_mut().enumerate() {
                *slot = Some(size >> (SIZE_BITS - 1 - i) & 1 == 1);
            }
        }
        bits
    };
    vec![sized(&many), sized(&few), many]
}

/// Bits of the stamped size, which come before those of the hash.
const SIZE_BITS: usize = 32;
const _: () = assert!(SealClaims::PREDICTABLE.end - SealClaims::PREDICTABLE.start == SIZE_BITS + CELLS);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::hash;
    use crate::payload::{StampedSize, SystemTag, UnixSeconds};
    use crate::testing::picture;

    #[test]
    fn what_is_predicted_stands_in_the_seal() {
        let plane = picture(523, 401, 9);
        let claims = SealClaims {
            time: UnixSeconds(1_700_000_000),
            system: SystemTag(7),
            size: StampedSize::new(523, 401).unwrap(),
            content_hash: hash(&plane),
        };
        let bytes = claims.encode();
        let [many, few, sizeless] = predictions(&plane, [523, 401]).try_into().unwrap();
        let count = |p: &Prediction| p.iter().flatten().count();
        assert!(count(&sizeless) > 60 && count(&many) == count(&sizeless) + 32 && count(&few) < count(&many));
        for guess in [many, few, sizeless] {
            for (i, bit) in guess.iter().enumerate() {
                let sent = bytes.get(i / 8).map(|b| b >> (7 - i % 8) & 1 == 1);
                assert!(bit.is_none() || *bit == sent, "bit {i}");
            }
        }
    }

    #[test]
    fn a_size_that_no_seal_can_state_is_not_guessed() {
        let plane = picture(128, 128, 2);
        let [many, _, sizeless] = predictions(&plane, [70_000, 128]).try_into().unwrap();
        assert_eq!(many, sizeless);
    }
}
