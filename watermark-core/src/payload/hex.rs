//! Hexadecimal text for the short byte strings that people read: ids, tags, public keys, hashes.

use std::fmt::Write;

/// Two lower-case digits a byte.
pub fn encode(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Exactly `2 N` digits of either case, nothing around them; `None` for anything else.
pub fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != N || !rest.is_empty() {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, &[high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = digit(high)? << 4 | digit(low)?;
    }
    Some(bytes)
}

fn digit(ascii: u8) -> Option<u8> {
    (ascii as char).to_digit(16).map(|value| value as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_cases_read_one_case_written() {
        assert_eq!(encode(&[0x00, 0xAB, 0x7f]), "00ab7f");
        assert_eq!(decode::<3>("00aB7F"), Some([0x00, 0xAB, 0x7f]));
    }

    #[test]
    fn anything_else_is_none() {
        for text in ["", "00ab7", "00ab7f0", "00ab7f00", "00ab7g", "+0ab7f", " 0ab7f", "00ab\u{ff17}"] {
            assert_eq!(decode::<3>(text), None, "{text:?}");
        }
    }
}
