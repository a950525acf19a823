//! Inner loops of the decoder over whole nodes: soft bits, bits and penalties.
//!
//! Each is a plain loop over equal-length slices that vectorises on SSE2, NEON and wasm simd128, and rounds alike on
//! all of them: only IEEE 754 additions, comparisons and sign changes, in an order the source fixes. Inputs are finite.

/// Sign bit of an `f32`.
const SIGN: u32 = 1 << 31;

/// Soft bit of `a ^ b`, max-log ("min-sum"): `sgn(a) sgn(b) min(|a|, |b|)`.
///
/// The exact `ln((1 + e^(a+b)) / (e^a + e^b))`, with a piecewise-linear correction term, was measured and gave no lower
/// block error rate. This form needs no calibrated scale, and with it the path metric is exactly the sum of `|llr|`
/// where the codeword differs from the hard decisions: with `p(l, x)` the penalty of bit `x` under soft bit `l`,
/// `p(a, x) + p(b, y) = p(soft_xor(a, b), x ^ y) + p(soft_sum(a, b, x ^ y), y)`.
#[inline]
pub(super) fn soft_xor(a: f32, b: f32) -> f32 {
    let (abs_a, abs_b) = (a.abs(), b.abs());
    let smaller = if abs_a < abs_b { abs_a } else { abs_b };
    f32::from_bits(smaller.to_bits() ^ ((a.to_bits() ^ b.to_bits()) & SIGN))
}

/// Soft bit of `b` given also `a`, the soft bit of `bit ^ b`.
#[inline]
pub(super) fn soft_sum(a: f32, b: f32, bit: u8) -> f32 {
    b + f32::from_bits(a.to_bits() ^ (u32::from(bit) << 31))
}

/// Soft bits of the left child from those of the parent.
pub(super) fn descend(parent: &[f32], child: &mut [f32]) {
    let (a, b) = parent.split_at(parent.len() / 2);
    for ((out, &a), &b) in child.iter_mut().zip(a).zip(b) {
        *out = soft_xor(a, b);
    }
}

/// Soft bits of the right child from those of the parent and the left child's bits.
pub(super) fn cross(parent: &[f32], left: &[u8], child: &mut [f32]) {
    let (a, b) = parent.split_at(parent.len() / 2);
    for (((out, &a), &b), &bit) in child.iter_mut().zip(a).zip(b).zip(left) {
        *out = soft_sum(a, b, bit);
    }
}

/// Parent's bits `[left ^ right, right]`.
pub(super) fn join(left: &[u8], right: &[u8], parent: &mut [u8]) {
    let (a, b) = parent.split_at_mut(left.len());
    for ((out, &l), &r) in a.iter_mut().zip(left).zip(right) {
        *out = l ^ r;
    }
    b.copy_from_slice(right);
}

/// The more likely bits.
pub(super) fn decide(soft: &[f32], bits: &mut [u8]) {
    for (bit, &llr) in bits.iter_mut().zip(soft) {
        *bit = u8::from(llr < 0.0);
    }
}

/// What the zero word costs: the sum of `|llr|` over the negative ones, in eight interleaved partial sums.
pub(super) fn zero_penalty(soft: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 8];
    let (chunks, rest) = soft.as_chunks::<8>();
    for chunk in chunks {
        for (sum, &llr) in sums.iter_mut().zip(chunk) {
            *sum += if llr < 0.0 { -llr } else { 0.0 };
        }
    }
    for (sum, &llr) in sums.iter_mut().zip(rest) {
        *sum += if llr < 0.0 { -llr } else { 0.0 };
    }
    ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]))
}

/// Sum of all soft bits, halving the slice each time: the very additions successive cancellation makes in a
/// repetition node. Overwrites `soft`, whose length is a power of two.
pub(super) fn fold_sum(soft: &mut [f32]) -> f32 {
    let mut soft = soft;
    while soft.len() > 1 {
        let (a, b) = soft.split_at_mut(soft.len() / 2);
        for (a, &b) in a.iter_mut().zip(&*b) {
            *a += b;
        }
        soft = a;
    }
    soft.first().copied().unwrap_or(0.0)
}

/// In-place polar transform `x = u F^(tensor m)`, its own inverse: the encoder.
pub(super) fn transform(bits: &mut [u8]) {
    let mut half = 1;
    while half < bits.len() {
        for block in bits.chunks_exact_mut(2 * half) {
            let (a, b) = block.split_at_mut(half);
            for (a, &b) in a.iter_mut().zip(&*b) {
                *a ^= b;
            }
        }
        half *= 2;
    }
}
