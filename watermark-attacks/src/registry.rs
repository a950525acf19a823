//! The table of attacks: names, groups, parameters.
//!
//! First the rows of the acceptance suite, in its order; then the further geometric and combined ones. A name never
//! changes its meaning: results are compared across versions by name.
//!
//! "left" resizes keep the new size, "back" resizes return to the original one; rotations keep the frame.

use image::RgbImage;

use crate::chain::{AttackError, Attacked, Flip, Keep, Step, run};
use crate::noise::SplitMix64;
use crate::resample::Kernel;

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Attack {
    /// Unique name: lower case letters, digits and underscores.
    pub name: &'static str,
    /// Kind of distortion: none, codec, resize, crop, rotate, tone, noise, filter, edit, chain, frame or warp.
    pub group: &'static str,
    /// What is done, in words, without a full stop.
    pub description: &'static str,
    /// What is done, in order.
    pub steps: &'static [Step],
    /// Whether the acceptance suite has this row, under the same name.
    pub reference: bool,
}

impl Attack {
    /// Runs the attack. Equal pixels and seed give equal results; two attacks never share their random numbers.
    ///
    /// # Errors
    /// When the image is empty or larger than a codec of this attack can hold (WebP 16383 px, JPEG 65500 px a side).
    pub fn apply(&self, image: &RgbImage, seed: u64) -> Result<Attacked, AttackError> {
        run(self.steps, image, SplitMix64::new(seed).fork(fnv1a(self.name)).next_u64())
    }
}

/// The table, in the order reports print it.
pub fn all() -> &'static [Attack] {
    ATTACKS
}

/// The attack of this name.
pub fn find(name: &str) -> Option<&'static Attack> {
    ATTACKS.iter().find(|attack| attack.name == name)
}

/// 64-bit FNV-1a hash (Fowler, Noll, Vo), to give every name its own random numbers.
fn fnv1a(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, b| (hash ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

/// A row of the acceptance suite.
const fn same(name: &'static str, group: &'static str, description: &'static str, steps: &'static [Step]) -> Attack {
    Attack { name, group, description, steps, reference: true }
}

/// A row of our own.
const fn more(name: &'static str, group: &'static str, description: &'static str, steps: &'static [Step]) -> Attack {
    Attack { name, group, description, steps, reference: false }
}

/// Bicubic, both sides times `f`.
const fn scale(f: f64) -> Step {
    stretch(f, f)
}

/// Bicubic, sides times `fx` and `fy`.
const fn stretch(fx: f64, fy: f64) -> Step {
    Step::Resize { fx, fy, kernel: Kernel::Bicubic }
}

/// Rotation with black corners.
const fn turn(deg: f64) -> Step {
    Step::Rotate { deg, fill: [0; 3] }
}

/// Rotation with white corners.
const fn turn_white(deg: f64) -> Step {
    Step::Rotate { deg, fill: [255; 3] }
}

/// A centre crop that keeps `area` of the surface.
const fn centre(area: f64) -> Step {
    Step::Crop(area, Keep::Centre)
}

const BACK: Step = Step::ResizeBack;
const LANCZOS_080: Step = Step::Resize { fx: 0.8, fy: 0.8, kernel: Kernel::Lanczos };
const SOCIAL_SIZE: Step = Step::LongSide { limit_px: 1080, otherwise: 0.9 };
const LETTERBOX: Step = Step::Frame { sides: [0.2, 0.1, 0.2, 0.1], fill: [0; 3] };
const WHITE_BORDER: Step = Step::Frame { sides: [0.06, 0.05, 0.06, 0.11], fill: [255; 3] };
const UNSHARP: Step = Step::Unsharp { sigma_px: 2.0, gain: 1.5, threshold: 3 };

/// The table, in the order reports print it.
#[rustfmt::skip] // one row, one line
pub static ATTACKS: &[Attack] = &[
    same("identity", "none", "no change", &[]),
    same("jpeg90", "codec", "JPEG quality 90, 4:2:0", &[Step::Jpeg(90)]),
    same("jpeg75", "codec", "JPEG quality 75, 4:2:0", &[Step::Jpeg(75)]),
    same("jpeg50", "codec", "JPEG quality 50, 4:2:0", &[Step::Jpeg(50)]),
    same("jpeg30", "codec", "JPEG quality 30, 4:2:0", &[Step::Jpeg(30)]),
    same("jpeg20", "codec", "JPEG quality 20, 4:2:0", &[Step::Jpeg(20)]),
    same("jpeg10", "codec", "JPEG quality 10, 4:2:0", &[Step::Jpeg(10)]),
    #[cfg(feature = "webp")]
    same("webp80", "codec", "WebP lossy quality 80", &[Step::WebP(80)]),
    #[cfg(feature = "webp")]
    same("webp50", "codec", "WebP lossy quality 50", &[Step::WebP(50)]),
    same("resize075_back", "resize", "bicubic to 0.75 and back to the original size", &[scale(0.75), BACK]),
    same("resize050_back", "resize", "bicubic to 0.5 and back to the original size", &[scale(0.5), BACK]),
    same("resize025_back", "resize", "bicubic to 0.25 and back to the original size", &[scale(0.25), BACK]),
    same("resize075_left", "resize", "bicubic to 0.75, left at that size", &[scale(0.75)]),
    same("resize050_left", "resize", "bicubic to 0.5, left at that size", &[scale(0.5)]),
    same("resize025_left", "resize", "bicubic to 0.25, left at that size", &[scale(0.25)]),
    same("upscale150_left", "resize", "bicubic to 1.5, left at that size", &[scale(1.5)]),
    same("aspect110", "resize", "width x 1.1, height kept", &[stretch(1.1, 1.0)]),
    same("crop75", "crop", "centre crop, 75 % of the area kept", &[centre(0.75)]),
    same("crop50", "crop", "centre crop, 50 % of the area kept", &[centre(0.5)]),
    same("crop25", "crop", "centre crop, 25 % of the area kept", &[centre(0.25)]),
    same("crop50_corner", "crop", "bottom-right corner crop, 50 % of the area kept", &[Step::Crop(0.5, Keep::Corner)]),
    same("crop75_back", "crop", "centre crop 75 % of the area, resized back to the original size", &[centre(0.75), BACK]),
    same("rot1", "rotate", "rotation 1 degree, frame kept, black corners", &[turn(1.0)]),
    same("rot5", "rotate", "rotation 5 degrees, frame kept, black corners", &[turn(5.0)]),
    same("rot15", "rotate", "rotation 15 degrees, frame kept, black corners", &[turn(15.0)]),
    same("rot45", "rotate", "rotation 45 degrees, frame kept, black corners", &[turn(45.0)]),
    same("rot90", "rotate", "rotation 90 degrees, sides swapped", &[Step::Flip(Flip::Turn90)]),
    same("flip", "rotate", "left-right flip", &[Step::Flip(Flip::LeftRight)]),
    same("bright060", "tone", "brightness x 0.6", &[Step::Brightness(0.6)]),
    same("contrast060", "tone", "contrast x 0.6", &[Step::Contrast(0.6)]),
    same("bright140", "tone", "brightness x 1.4", &[Step::Brightness(1.4)]),
    same("contrast140", "tone", "contrast x 1.4", &[Step::Contrast(1.4)]),
    same("satur050", "tone", "saturation x 0.5", &[Step::Saturation(0.5)]),
    same("satur150", "tone", "saturation x 1.5", &[Step::Saturation(1.5)]),
    same("hue010", "tone", "hue + 0.1 turn", &[Step::Hue(0.1)]),
    same("gamma070", "tone", "gamma 0.7", &[Step::Gamma(0.7)]),
    same("gamma150", "tone", "gamma 1.5", &[Step::Gamma(1.5)]),
    same("gray", "tone", "grayscale (three equal channels)", &[Step::Gray]),
    same("posterize4", "tone", "4 bits a channel", &[Step::Posterize(4)]),
    same("noise05", "noise", "Gaussian noise, sigma 5", &[Step::Noise(5.0)]),
    same("noise10", "noise", "Gaussian noise, sigma 10", &[Step::Noise(10.0)]),
    same("noise20", "noise", "Gaussian noise, sigma 20", &[Step::Noise(20.0)]),
    same("saltpepper1", "noise", "1 % of the pixels black or white", &[Step::SaltPepper(0.01)]),
    same("blur1", "filter", "Gaussian blur, sigma 1", &[Step::Blur(1.0)]),
    same("blur2", "filter", "Gaussian blur, sigma 2", &[Step::Blur(2.0)]),
    same("median3", "filter", "median 3x3", &[Step::Median(3)]),
    same("median5", "filter", "median 5x5", &[Step::Median(5)]),
    same("sharpen", "filter", "sharpness x 2", &[Step::Sharpness(2.0)]),
    same("overlay10", "edit", "opaque text box on 10 % of the area", &[Step::Overlay(0.1)]),
    same("screenshot", "chain", "resize 0.8, JPEG 80, 2 px cut from every side", &[LANCZOS_080, Step::Jpeg(80), Step::Trim(2, 2, 2, 2)]),
    same("social", "chain", "long side to 1080 (or x 0.9), JPEG 75 twice, no metadata", &[SOCIAL_SIZE, Step::Jpeg(75), Step::Jpeg(75)]),
    same("combined", "chain", "crop 80 % area, rotate 3 degrees, JPEG 60, brightness 1.2", &[centre(0.8), turn(3.0), Step::Jpeg(60), Step::Brightness(1.2)]),

    more("jpeg75_shift_jpeg75", "codec", "JPEG 75, 3 and 5 px cut from the left and top, JPEG 75", &[Step::Jpeg(75), Step::Trim(3, 5, 0, 0), Step::Jpeg(75)]),
    more("resize080_jpeg50", "resize", "bicubic to 0.8, left at that size, JPEG 50", &[scale(0.8), Step::Jpeg(50)]),
    more("resize060_jpeg80", "resize", "bicubic to 0.6, left at that size, JPEG 80", &[scale(0.6), Step::Jpeg(80)]),
    more("resize025_jpeg70", "resize", "bicubic to 0.25, left at that size, JPEG 70", &[scale(0.25), Step::Jpeg(70)]),
    more("upscale200_left", "resize", "bicubic to 2, left at that size", &[scale(2.0)]),
    more("upscale300_left", "resize", "bicubic to 3, left at that size", &[scale(3.0)]),
    more("upscale400_left", "resize", "bicubic to 4, left at that size", &[scale(4.0)]),
    more("aspect080", "resize", "width x 0.8, height kept", &[stretch(0.8, 1.0)]),
    more("aspect125", "resize", "width x 1.25, height kept", &[stretch(1.25, 1.0)]),
    more("crop10", "crop", "centre crop, 10 % of the area kept", &[centre(0.1)]),
    more("rot180", "rotate", "rotation 180 degrees", &[Step::Flip(Flip::Turn180)]),
    more("rot270", "rotate", "rotation 270 degrees, sides swapped", &[Step::Flip(Flip::Turn270)]),
    more("flip_vertical", "rotate", "top-bottom flip", &[Step::Flip(Flip::TopBottom)]),
    more("flip_rot10", "rotate", "left-right flip, rotation 10 degrees, black corners", &[Step::Flip(Flip::LeftRight), turn(10.0)]),
    more("rot10_white", "rotate", "rotation 10 degrees, frame kept, white corners", &[turn_white(10.0)]),
    more("rot30_white", "rotate", "rotation 30 degrees, frame kept, white corners", &[turn_white(30.0)]),
    more("unsharp", "filter", "unsharp mask, sigma 2, gain 1.5, threshold 3", &[UNSHARP]),
    more("negative", "tone", "all tones inverted", &[Step::Invert]),
    more("negative_rot5_jpeg75", "chain", "all tones inverted, rotate 5 degrees, JPEG 75", &[Step::Invert, turn(5.0), Step::Jpeg(75)]),
    more("letterbox", "frame", "inside a black canvas of 1.4 x the width and 1.2 x the height", &[LETTERBOX]),
    more("border_white", "frame", "white border of 5 to 11 % of the side", &[WHITE_BORDER]),
    more("page060", "frame", "scaled by 0.6 and pasted into a screenshot of a page", &[Step::Page(0.6)]),
    more("page060_jpeg75", "frame", "scaled by 0.6 and pasted into a screenshot of a page, JPEG 75", &[Step::Page(0.6), Step::Jpeg(75)]),
    more("perspective1_jpeg75", "warp", "perspective, corners moved by 1 % of the side, JPEG 75", &[Step::Perspective(0.01), Step::Jpeg(75)]),
    more("perspective2_jpeg75", "warp", "perspective, corners moved by 2 % of the side, JPEG 75", &[Step::Perspective(0.02), Step::Jpeg(75)]),
    more("perspective5_jpeg75", "warp", "perspective, corners moved by 5 % of the side, JPEG 75", &[Step::Perspective(0.05), Step::Jpeg(75)]),
    more("corners2_jpeg75", "warp", "corners moved by 2 % of the side, all between in proportion, JPEG 75", &[Step::Corners(0.02), Step::Jpeg(75)]),
    more("barrel2", "warp", "barrel distortion, 2 % at the corners", &[Step::Barrel(0.02)]),
    more("pincushion2", "warp", "pincushion distortion, 2 % at the corners", &[Step::Barrel(-0.02)]),
    more("drag1_jpeg80", "warp", "5 x 5 points moved at random by up to 1 px, JPEG 80", &[Step::Drag(1.0), Step::Jpeg(80)]),
    more("drag2_jpeg80", "warp", "5 x 5 points moved at random by up to 2 px, JPEG 80", &[Step::Drag(2.0), Step::Jpeg(80)]),
    more("shear5", "warp", "horizontal shear of 0.05", &[Step::Shear(0.05)]),
    more("crop60_border_jpeg80", "chain", "centre crop 60 % of the area, white border of 5 to 11 % of the side, JPEG 80", &[centre(0.6), WHITE_BORDER, Step::Jpeg(80)]),
    more("crop25_rot10_jpeg75", "chain", "centre crop 25 % of the area, rotate 10 degrees, JPEG 75", &[centre(0.25), turn(10.0), Step::Jpeg(75)]),
    more("resize050_rot7_jpeg75", "chain", "bicubic to 0.5, rotate 7 degrees, JPEG 75", &[scale(0.5), turn(7.0), Step::Jpeg(75)]),
    more("aspect090_rot5_jpeg75", "chain", "width x 0.9, rotate 5 degrees, JPEG 75", &[stretch(0.9, 1.0), turn(5.0), Step::Jpeg(75)]),
    more("aspect110_rot30_jpeg90", "chain", "width x 1.1, rotate 30 degrees, JPEG 90", &[stretch(1.1, 1.0), turn(30.0), Step::Jpeg(90)]),
    more("rot10_upscale200", "chain", "rotate 10 degrees, bicubic to 2", &[turn(10.0), scale(2.0)]),
    more("screen_photo", "chain", "perspective 3 %, barrel 1 %, resize 0.9, blur 0.7, contrast 0.9, noise 4, JPEG 80", &[Step::Perspective(0.03), Step::Barrel(0.01), scale(0.9), Step::Blur(0.7), Step::Contrast(0.9), Step::Noise(4.0), Step::Jpeg(80)]),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique_and_plain() {
        let names: HashSet<_> = ATTACKS.iter().map(|a| a.name).collect();
        assert_eq!(names.len(), ATTACKS.len());
        assert!(names.iter().all(|n| n.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')));
    }

    #[test]
    fn every_name_is_found() {
        assert!(ATTACKS.iter().all(|a| find(a.name) == Some(a)));
        assert_eq!(find("avif50"), None);
    }

    #[test]
    fn hash_matches_the_published_vector() {
        assert_eq!(fnv1a("foobar"), 0x8594_4171_f739_67e8);
    }
}
