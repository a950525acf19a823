//! Soft bits: the one sign convention of the whole workspace, and its clip.
//!
//! A soft bit is the log-likelihood ratio `ln(P(bit = 0) / P(bit = 1))`:
//!
//! | value | meaning |
//! |---|---|
//! | positive | the bit is more likely 0 |
//! | negative | the bit is more likely 1 |
//! | `0.0` | erasure: nothing is known |
//! | NaN, +-inf | no usable measurement; [`sanitize`] makes it an erasure |
//!
//! in: any `f32` -> out: a finite `f32` in `-LLR_CLIP ..= LLR_CLIP`.

/// Largest magnitude the decoder uses, in nats: an error probability of `e^-64`, about 1.6e-28.
///
/// Derived: no measurement is that certain, and 16384 positions (the longest code) times 64 is `2^20`, so path metrics
/// stay exact to about 1/8 even if every position is clipped. A limit that guards against an over-confident
/// measurement model belongs to the demodulator and is far lower.
pub const LLR_CLIP: f32 = 64.0;

/// The value the decoder works with: non-finite becomes an erasure, everything else is clipped.
pub fn sanitize(llr: f32) -> f32 {
    if llr.is_finite() { llr.clamp(-LLR_CLIP, LLR_CLIP) } else { 0.0 }
}

/// The more likely bit. An erasure, which favours neither, reads as 0.
pub fn hard_bit(llr: f32) -> u8 {
    u8::from(llr < 0.0)
}

/// The noise-free soft bit of a known bit: `+magnitude` for 0, `-magnitude` for 1.
pub fn from_bit(bit: u8, magnitude: f32) -> f32 {
    if bit == 0 { magnitude } else { -magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positive_means_zero() {
        assert_eq!([hard_bit(3.0), hard_bit(-3.0), hard_bit(0.0), hard_bit(-0.0)], [0, 1, 0, 0]);
        assert_eq!([hard_bit(from_bit(0, 2.0)), hard_bit(from_bit(1, 2.0))], [0, 1]);
    }

    #[test]
    fn non_finite_is_erased_and_large_is_clipped() {
        for bad in [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert_eq!(sanitize(bad).to_bits(), 0.0_f32.to_bits());
        }
        assert_eq!(
            [sanitize(1e30), sanitize(-1e30), sanitize(1.5)].map(f32::to_bits),
            [64.0, -64.0, 1.5].map(f32::to_bits)
        );
    }
}
