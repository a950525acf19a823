//! Four-component JPEG samples to RGB.
//!
//! Adobe programs store ink inverted (255 = no ink), and every common reader takes that for granted, marker or not.
//! No ink profile is applied: `R = C' * K' / 255` on the inverted values, as browsers without colour management do.
//! YCCK holds C, M, Y as a luma and two chroma samples. Our own arithmetic, because zune-jpeg 0.5 turns it inside
//! out (its issue 442).

/// `a * b / 255`, rounded, exact for all bytes.
fn scale(a: u8, b: u8) -> u8 {
    let t = u32::from(a) * u32::from(b) + 128;
    ((t + (t >> 8)) >> 8) as u8
}

/// Inverted CMYK samples to RGB.
pub(crate) fn cmyk_to_rgb(samples: &[u8]) -> Vec<u8> {
    samples.chunks_exact(4).flat_map(|p| [scale(p[0], p[3]), scale(p[1], p[3]), scale(p[2], p[3])]).collect()
}

/// YCCK samples, K inverted, to RGB.
pub(crate) fn ycck_to_rgb(samples: &[u8]) -> Vec<u8> {
    let clamp = |v: i32| v.clamp(0, 255) as u8;
    samples
        .chunks_exact(4)
        .flat_map(|p| {
            let (y, cb, cr) = (i32::from(p[0]), i32::from(p[1]) - 128, i32::from(p[2]) - 128);
            // JFIF's matrix in 16-bit fixed point gives the ink (T.871, 7); its complement is the inverted C, M, Y.
            let ink = [
                clamp(y + ((91_881 * cr + 32_768) >> 16)),
                clamp(y - ((22_554 * cb + 46_802 * cr + 32_768) >> 16)),
                clamp(y + ((116_130 * cb + 32_768) >> 16)),
            ];
            ink.map(|v| scale(255 - v, p[3]))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scale_is_the_rounded_quotient_for_all_bytes() {
        for a in 0..=255_u8 {
            for b in 0..=255_u8 {
                let exact = (f64::from(a) * f64::from(b) / 255.0).round() as u8;
                assert_eq!(scale(a, b), exact);
            }
        }
    }

    #[test]
    fn pure_inks_give_their_complements() {
        assert_eq!(
            cmyk_to_rgb(&[255, 255, 255, 255, 0, 255, 255, 255, 255, 255, 255, 0]),
            [255, 255, 255, 0, 255, 255, 0, 0, 0]
        );
        // No ink is YCC black, and no K is 255.
        assert_eq!(ycck_to_rgb(&[0, 128, 128, 255, 255, 128, 128, 255]), [255, 255, 255, 0, 0, 0]);
    }
}
