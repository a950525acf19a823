//! Korean particles, whose form depends on the sound before them.

/// After the topic of a sentence.
pub(super) const TOPIC: [&str; 2] = ["은", "는"];
/// After its subject.
pub(super) const SUBJECT: [&str; 2] = ["이", "가"];
/// After its object.
pub(super) const OBJECT: [&str; 2] = ["을", "를"];

/// A word or number with its particle, of which the first form follows a consonant and the second a vowel. Both are written where the reading
/// is not known from the writing: nobody can say how a name in Latin letters is read.
pub(super) fn with(word: &str, [consonant, vowel]: [&str; 2]) -> String {
    match word.chars().last().and_then(ends_in_consonant) {
        Some(true) => format!("{word}{consonant}"),
        Some(false) => format!("{word}{vowel}"),
        None => format!("{word}{consonant}({vowel})"),
    }
}

/// The same for a hexadecimal number, which is read digit by digit: a to f all end in a vowel (에이, 비, 씨, 디, 이, 에프).
pub(super) fn with_hex(number: &str, forms: [&str; 2]) -> String {
    if number.ends_with(|last: char| last.is_ascii_alphabetic()) {
        format!("{number}{}", forms[1])
    } else {
        with(number, forms)
    }
}

fn ends_in_consonant(last: char) -> Option<bool> {
    match last {
        // Unicode 3.12: a syllable is 0xAC00 + 28 (21 initial + medial) + final, and final 0 is none.
        '가'..='힣' => Some(!(last as u32 - 0xac00).is_multiple_of(28)),
        // 영, 일, 삼, 육, 칠, 팔.
        '0' | '1' | '3' | '6' | '7' | '8' => Some(true),
        // 이, 사, 오, 구.
        '2' | '4' | '5' | '9' => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_follows_the_sound() {
        for (word, expected) in [
            ("스튜디오", "스튜디오가"),
            ("예시", "예시가"),
            ("작업실", "작업실이"),
            ("각", "각이"),
            ("힣", "힣이"),
            ("가", "가가"),
            ("스튜디오 24", "스튜디오 24가"),
            ("스튜디오 7", "스튜디오 7이"),
            ("Example Studio", "Example Studio이(가)"),
            ("(주)", "(주)이(가)"),
            ("", "이(가)"),
        ] {
            assert_eq!(with(word, SUBJECT), expected);
        }
        for (digit, form) in "0123456789abcdef".chars().zip("은은는은는는은은은는는는는는는는".chars())
        {
            assert_eq!(with_hex(&format!("98d30{digit}"), TOPIC), format!("98d30{digit}{form}"));
        }
    }
}
