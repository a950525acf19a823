//! Which quality setting a JPEG was most likely written with, from its luma quantisation table.
//!
//! Nearly every encoder scales the example table of ITU-T T.81 Annex K the way libjpeg's `jpeg_set_quality` does.
//! The estimate is the setting whose scaled table is nearest; for other tables it is still the setting of about the
//! same coarseness.

/// T.81 table K.1 in zigzag order, the order in which files store it.
const LUMA: [u16; 64] = [
    16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61,
    60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113,
    121, 112, 100, 120, 92, 101, 103, 99,
];

/// The nearest quality, 1 to 100, and whether its table equals the given one.
pub(crate) fn estimate(table: &[u16; 64]) -> (u8, bool) {
    let distance = |quality: u8| -> u64 {
        // Relative to the coarseness, or the large entries alone would decide.
        table
            .iter()
            .zip(scaled(quality))
            .map(|(&a, b)| (u64::from(a.abs_diff(b)) << 16) / u64::from(a.max(b).max(1)))
            .sum()
    };
    // The highest wins a tie; there is none among the 100 tables themselves.
    let (quality, nearest) = (1..=100)
        .map(|q| (q, distance(q)))
        .fold((1, u64::MAX), |best, next| if next.1 <= best.1 { next } else { best });
    (quality, nearest == 0)
}

fn scaled(quality: u8) -> [u16; 64] {
    let quality = u32::from(quality.max(1));
    let percent = if quality < 50 { 5000 / quality } else { 200 - 2 * quality };
    LUMA.map(|base| ((u32::from(base) * percent + 50) / 100).clamp(1, 255) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_setting_is_recognised_from_its_own_table() {
        for quality in 1..=100 {
            assert_eq!(estimate(&scaled(quality)), (quality, true));
        }
    }

    #[test]
    fn a_foreign_table_gets_a_setting_of_like_coarseness() {
        // Flat tables, as some cameras write: 1 everywhere is 100, 16 everywhere lies in the middle.
        assert_eq!(estimate(&[1; 64]), (100, true));
        let (quality, exact) = estimate(&[16; 64]);
        assert!(!exact && (60..=90).contains(&quality), "{quality}");
    }
}
