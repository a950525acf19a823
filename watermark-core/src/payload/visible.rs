//! Text that ends up on terminals and in reports: what may stand in names, reasons and addresses (`docs/FORMAT.md`, Visible text).
//!
//! Two names that look alike must not differ by what nobody can see, and none may reorder, hide or hang on to the text around it.

/// Whether a text has 1 to `limit_bytes` bytes, all of it can be seen, and nothing of it reaches out: no white space at its ends, no
/// combining mark in front.
pub(crate) fn is_visible_text(text: &str, limit_bytes: usize) -> bool {
    (1..=limit_bytes).contains(&text.len())
        && text.trim() == text
        && !text.starts_with(combines)
        && text.chars().all(is_visible)
}

/// No control character, private use, noncharacter or default-ignorable code point (`DerivedCoreProperties.txt` of Unicode 16, of which the
/// unassigned ones up to U+FFF8 and in plane 14 are taken too), and none that looks like nothing or like a space.
fn is_visible(c: char) -> bool {
    let ignorable = matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}')
        || matches!(c, '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}')
        || matches!(c, '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}');
    let private = matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..);
    let noncharacter = matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe;
    let blank = c == '\u{2800}';
    !(c.is_control() || ignorable || private || noncharacter || blank)
}

/// The marks of Unicode's five blocks for marks of any script; those of one script are shown on a circle of their own.
fn combines(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}')
        || matches!(c, '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_visible() {
        for text in
            ["x", "예시 스튜디오", "Cafe\u{301} Zürich", "日本語、(株)", "हिन्दी", "ação & Co. №1 ★", "\u{1f3a8} studio"]
        {
            assert!(is_visible_text(text, 64), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_refused_wherever_it_stands() {
        let ranges = [
            (0x0, 0x1f),
            (0x7f, 0x9f),
            (0xad, 0xad),
            (0x34f, 0x34f),
            (0x61c, 0x61c),
            (0x115f, 0x1160),
            (0x17b4, 0x17b5),
            (0x180b, 0x180f),
            (0x200b, 0x200f),
            (0x2028, 0x202e),
            (0x2060, 0x206f),
            (0x2800, 0x2800),
            (0x3164, 0x3164),
            (0xe000, 0xf8ff),
            (0xfdd0, 0xfdef),
            (0xfe00, 0xfe0f),
            (0xfeff, 0xfeff),
            (0xffa0, 0xffa0),
            (0xfff0, 0xfffb),
            (0xfffe, 0xffff),
            (0x1bca0, 0x1bca3),
            (0x1d173, 0x1d17a),
            (0x1fffe, 0x1ffff),
            (0xe0000, 0xe0fff),
            (0xf0000, 0x10_ffff),
        ];
        for c in ranges.into_iter().flat_map(|(first, last)| first..=last).filter_map(char::from_u32) {
            for text in [format!("{c}"), format!("a{c}b")] {
                assert!(!is_visible_text(&text, 64), "{text:?}");
            }
        }
    }

    #[test]
    fn nothing_reaches_out_of_the_text() {
        for text in ["", " a", "a\u{3000}", "\u{301}", "\u{301}\u{20dd}", "\u{fe20}a", "123456789"] {
            assert!(!is_visible_text(text, 8), "{text:?}");
        }
    }
}
