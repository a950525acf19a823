//! Bytes <-> bits: most significant bit of the first byte first (big-endian), one `u8` of value 0 or 1 per bit.
//!
//! in: bytes and a bit count -> out: that many bits, and back. The last byte may be partly used; its unused low bits
//! are written as 0.

/// The first `count` bits of `bytes`, or `None` if there are fewer.
///
/// ```
/// use watermark_core::coding::bits::unpack;
/// assert_eq!(unpack(&[0b1010_0000], 3), Some(vec![1, 0, 1]));
/// assert_eq!(unpack(&[0xff], 9), None);
/// ```
pub fn unpack(bytes: &[u8], count: usize) -> Option<Vec<u8>> {
    if count > bytes.len().checked_mul(8)? {
        return None;
    }
    Some(bytes.iter().flat_map(|byte| (0..8).map(move |i| (byte >> (7 - i)) & 1)).take(count).collect())
}

/// Packs bits into bytes; every non-zero element counts as 1, and the last byte is filled up with zeros.
///
/// ```
/// use watermark_core::coding::bits::pack;
/// assert_eq!(pack(&[1, 0, 1]), [0b1010_0000]);
/// ```
pub fn pack(bits: &[u8]) -> Vec<u8> {
    bits.chunks(8)
        .map(|chunk| chunk.iter().enumerate().fold(0, |byte, (i, &bit)| byte | (u8::from(bit != 0) << (7 - i))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn most_significant_bit_first() {
        assert_eq!(unpack(&[0x80, 0x01], 16), Some(vec![1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]));
        assert_eq!(unpack(&[], 0), Some(vec![]));
        assert_eq!(pack(&[0, 0, 0, 0, 0, 0, 0, 1, 1]), [0x01, 0x80]);
    }

    proptest! {
        #[test]
        fn round_trip(bits in prop::collection::vec(0_u8..2, 0..200)) {
            let bytes = pack(&bits);
            prop_assert_eq!(bytes.len(), bits.len().div_ceil(8));
            prop_assert_eq!(unpack(&bytes, bits.len()), Some(bits));
        }
    }
}
