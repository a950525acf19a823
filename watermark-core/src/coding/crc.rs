//! CRC-32 over a sequence of bits of any length: the check that picks the right entry of the decoder's list.
//!
//! in: bits (0 or 1, transmission order) -> out: 32 check bits, highest power of `x` first.
//!
//! Polynomial: Castagnoli's CRC-32C, `0x1EDC6F41`. Counting the 32 check bits, its Hamming distance is 8 at the
//! beacon's 104 bits and 6 at the seal's 768 bits (Castagnoli et al. 1993; Koopman 2002); `hamming_distance` below
//! proves both. Its factor `x + 1` catches every odd
//! number of errors, which the IEEE 802.3 polynomial does not.
//!
//! The register starts at all ones and the result is complemented. So the all-zero word, which is a codeword of every
//! linear code and the decoder's natural answer to "nothing was measured", never passes.

/// CRC-32C generator without its `x^32` term, highest power first.
const POLYNOMIAL: u32 = 0x1EDC_6F41;

/// Number of check bits.
pub const CRC_BITS: usize = 32;

/// `TABLE[v]` is the register after dividing the eight bits `v` into a zero register.
const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut value = 0;
    while value < 256 {
        let mut register = (value as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            register = (register << 1) ^ (if register >> 31 == 1 { POLYNOMIAL } else { 0 });
            bit += 1;
        }
        table[value] = register;
        value += 1;
    }
    table
};

/// CRC-32C of `bits`, eight at a time. Every non-zero element counts as 1.
///
/// ```
/// use watermark_core::coding::crc::crc32;
/// assert_ne!(crc32(&[0; 72]), 0);
/// ```
pub fn crc32(bits: &[u8]) -> u32 {
    let (bytes, rest) = bits.as_chunks::<8>();
    let mut register = u32::MAX;
    for byte in bytes {
        let value = byte.iter().fold(0, |value, &bit| (value << 1) | u32::from(bit != 0));
        register = (register << 8) ^ TABLE[((register >> 24) ^ value) as usize & 0xff];
    }
    !rest.iter().fold(register, |register, &bit| step(register, bit))
}

/// The 32 check bits of `bits`, in transmission order.
pub fn check_bits(bits: &[u8]) -> [u8; CRC_BITS] {
    let crc = crc32(bits);
    core::array::from_fn(|i| (crc >> (CRC_BITS - 1 - i)) as u8 & 1)
}

/// One step of the defining long division.
fn step(register: u32, bit: u8) -> u32 {
    let out = (register >> 31) ^ u32::from(bit != 0);
    (register << 1) ^ (if out == 1 { POLYNOMIAL } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coding::bits::unpack;
    use proptest::prelude::*;

    /// Naive twin: the definition, one bit at a time.
    fn crc32_bitwise(bits: &[u8]) -> u32 {
        !bits.iter().fold(u32::MAX, |register, &bit| step(register, bit))
    }

    #[test]
    fn golden_vectors() {
        // The catalogue's CRC-32/ISCSI feeds each byte's low bit first and reads the register reversed.
        let reflected: Vec<u8> = b"123456789".iter().flat_map(|b| (0..8).map(move |i| (b >> i) & 1)).collect();
        assert_eq!(crc32(&reflected).reverse_bits(), 0xE306_9283);
        // In our bit order.
        assert_eq!(crc32(&[]), 0);
        assert_eq!(crc32(&unpack(b"123456789", 72).unwrap()), 0x0544_0F15);
        assert_eq!(crc32(&unpack(b"123456789", 67).unwrap()), 0x6670_FD5C);
        assert_eq!(crc32(&[0; 72]), 0xC516_A7DD);
    }

    /// All syndromes of `weight` errors among `length` positions, sorted.
    fn syndromes(length: usize, weight: usize) -> Vec<u32> {
        let powers: Vec<u32> =
            core::iter::successors(Some(1_u32), |&r| Some((r << 1) ^ (if r >> 31 == 1 { POLYNOMIAL } else { 0 })))
                .take(length)
                .collect();
        let mut sums: Vec<(u32, usize)> = vec![(0, 0)];
        for _ in 0..weight {
            sums = sums
                .iter()
                .flat_map(|&(sum, from)| (from..length).map(move |i| (i, sum)))
                .map(|(i, sum)| (sum ^ powers[i], i + 1))
                .collect();
        }
        let mut sums: Vec<u32> = sums.into_iter().map(|(sum, _)| sum).collect();
        sums.sort_unstable();
        sums
    }

    #[test]
    fn hamming_distance() {
        // Distinct non-zero syndromes up to weight w: distance over 2w. A factor x + 1 (even number of terms) then
        // raises the odd bound to the next even number.
        assert_eq!(POLYNOMIAL.count_ones() % 2, 1, "with x^32 an even number of terms");
        for (length, half) in [(104, 3), (768, 2)] {
            let mut all: Vec<u32> = (0..=half).flat_map(|weight| syndromes(length, weight)).collect();
            all.sort_unstable();
            assert!(all.windows(2).all(|pair| pair[0] != pair[1]), "{length} bits");
        }
    }

    proptest! {
        #[test]
        fn fast_equals_naive(bits in prop::collection::vec(0_u8..2, 0..300)) {
            prop_assert_eq!(crc32(&bits), crc32_bitwise(&bits));
        }

        #[test]
        fn zeros_never_pass(length in 0_usize..2000) {
            prop_assert_ne!(check_bits(&vec![0; length + 1]), [0; 32]);
        }
    }
}
