//! Turning stored pixels upright, by the eight values of the EXIF orientation tag (EXIF 2.32, tag 0x0112).

use watermark_core::raster::{Raster, Samples};

/// How stored pixels must be turned to be shown upright.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Orientation(u8);

impl Orientation {
    /// Already upright.
    pub const UPRIGHT: Self = Self(1);

    /// By the value of the EXIF tag, 1 to 8.
    pub const fn from_exif(value: u16) -> Option<Self> {
        if value >= 1 && value <= 8 { Some(Self(value as u8)) } else { None }
    }

    /// The value of the EXIF tag, 1 to 8.
    pub const fn to_exif(self) -> u8 {
        self.0
    }

    /// Whether turning exchanges width and height.
    pub const fn swaps_sides(self) -> bool {
        self.0 >= 5
    }

    /// Turns the pixels; upright ones pass through untouched.
    pub(crate) fn apply(self, raster: Raster) -> Raster {
        if self == Self::UPRIGHT {
            return raster;
        }
        let (width, height, channels) = (raster.width(), raster.height(), raster.channels());
        let shape = (width as usize, height as usize, channels.count());
        let turned = match raster.samples() {
            Samples::U8(s) => Samples::U8(self.turn(s, shape)),
            Samples::U16(s) => Samples::U16(self.turn(s, shape)),
        };
        let (new_width, new_height) = if self.swaps_sides() { (height, width) } else { (width, height) };
        // Same number of samples in another order, so the frame fits by construction.
        Raster::new(new_width, new_height, channels, turned).unwrap_or(raster)
    }

    fn turn<T: Copy>(self, stored: &[T], (width, height, channels): (usize, usize, usize)) -> Vec<T> {
        let (new_width, new_height) = if self.swaps_sides() { (height, width) } else { (width, height) };
        let mut upright = Vec::with_capacity(stored.len());
        for y in 0..new_height {
            for x in 0..new_width {
                // Where the upright pixel (x, y) lies in the stored picture.
                let (sx, sy) = match self.0 {
                    2 => (width - 1 - x, y),
                    3 => (width - 1 - x, height - 1 - y),
                    4 => (x, height - 1 - y),
                    5 => (y, x),
                    6 => (y, height - 1 - x),
                    7 => (width - 1 - y, height - 1 - x),
                    8 => (width - 1 - y, x),
                    _ => (x, y),
                };
                let at = (sy * width + sx) * channels;
                upright.extend_from_slice(&stored[at..at + channels]);
            }
        }
        upright
    }
}

#[cfg(test)]
mod tests {
    use watermark_core::raster::Channels;

    use super::*;

    /// Stored 2 x 3 (rows `ab`, `cd`, `ef`) and what each value must show, written out by hand from the
    /// definition of the tag: which edge of the stored picture is the visual top and left.
    #[test]
    fn every_value_turns_as_the_tag_defines() {
        let cases: [(u16, u32, &[u8]); 8] = [
            (1, 2, b"abcdef"),
            (2, 2, b"badcfe"),
            (3, 2, b"fedcba"),
            (4, 2, b"efcdab"),
            (5, 3, b"acebdf"),
            (6, 3, b"ecafdb"),
            (7, 3, b"fdbeca"),
            (8, 3, b"bdface"),
        ];
        for (value, width, expected) in cases {
            let stored = Raster::new(2, 3, Channels::Gray, Samples::U8(b"abcdef".to_vec())).unwrap();
            let upright = Orientation::from_exif(value).unwrap().apply(stored);
            assert_eq!(upright.width(), width, "value {value}");
            assert_eq!(upright.samples(), &Samples::U8(expected.to_vec()), "value {value}");
        }
    }

    #[test]
    fn values_outside_1_to_8_are_no_orientation() {
        assert!(Orientation::from_exif(0).is_none() && Orientation::from_exif(9).is_none());
    }
}
