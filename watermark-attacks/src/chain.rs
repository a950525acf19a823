//! Single distortions as plain values, and sequences of them.
//!
//! In: 8-bit RGB pixels, a list of [`Step`]s, a seed. Out: [`Attacked`]. Every step that draws random numbers gets a
//! generator of its own, seeded by the run's seed and the step's place in the list.

use image::{RgbImage, imageops};
use thiserror::Error;

use crate::codec::{self, Format};
use crate::noise::SplitMix64;
use crate::resample::{self, Kernel};
use crate::{edit, filter, noise, tone, warp};

/// Which mirror image or quarter turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flip {
    /// Left and right change places.
    LeftRight,
    /// Top and bottom change places.
    TopBottom,
    /// A quarter turn counter-clockwise; the sides change places.
    Turn90,
    /// Half a turn.
    Turn180,
    /// Three quarter turns counter-clockwise; the sides change places.
    Turn270,
}

/// Which part of the frame a crop keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// The centre, at an odd origin where the frame allows: block grids must not line up by luck.
    Centre,
    /// The bottom-right corner.
    Corner,
}

/// One distortion with its parameters. Shares are of the area or side, 0 to 1; angles are in degrees,
/// counter-clockwise; `fill` is the colour of what lies outside the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Step {
    /// JPEG round trip, 4:2:0, standard tables at this quality, 1 to 100.
    Jpeg(u8),
    /// WebP lossy round trip at this quality, 0 to 100, method 4.
    #[cfg(feature = "webp")]
    WebP(u8),
    /// Both sides times a factor, at least one pixel left.
    Resize {
        /// Factor on the width.
        fx: f64,
        /// Factor on the height.
        fy: f64,
        /// Resampling kernel.
        kernel: Kernel,
    },
    /// Bicubic to the size the run started with.
    ResizeBack,
    /// Lanczos to a long side of `limit_px`; an image within the limit is scaled by `otherwise` instead.
    LongSide {
        /// Longest side allowed, in pixels.
        limit_px: u32,
        /// Factor for images within the limit.
        otherwise: f64,
    },
    /// Keeps this share of the area, with the aspect ratio kept.
    Crop(f64, Keep),
    /// Cuts this many pixels from the left, top, right and bottom; at least one pixel is left.
    Trim(u32, u32, u32, u32),
    /// A mirror image or quarter turn, without resampling.
    Flip(Flip),
    /// Rotation about the centre, frame kept.
    Rotate {
        /// Angle in degrees, counter-clockwise.
        deg: f64,
        /// Colour of the corners.
        fill: [u8; 3],
    },
    /// Keystone as of a screen seen from below left: corners move inwards by up to this share of the side.
    Perspective(f64),
    /// The same corners, everything between them in proportion.
    Corners(f64),
    /// Radial distortion: at the corners this share of the radius; positive is barrel, negative pincushion.
    Barrel(f64),
    /// The nodes of a 5 x 5 grid moved at random by up to this many pixels along each axis, all between with them.
    Drag(f64),
    /// Horizontal shear: sideways shift per pixel of height.
    Shear(f64),
    /// Blend with black, 1 leaves the image alone.
    Brightness(f32),
    /// Blend with the mean gray, 1 leaves the image alone.
    Contrast(f32),
    /// Blend with the grayscale image, 1 leaves the image alone.
    Saturation(f32),
    /// Hue turned by this share of a full turn.
    Hue(f64),
    /// Samples to this power, on a scale of 0 to 1.
    Gamma(f64),
    /// Luma in all three channels.
    Gray,
    /// Every sample subtracted from white: a negative.
    Invert,
    /// This many of the upper bits of each sample are kept, 1 to 8.
    Posterize(u32),
    /// Independent Gaussian noise on every sample; sigma on the scale of 0 to 255.
    Noise(f64),
    /// This share of the pixels turned black or white, half each.
    SaltPepper(f64),
    /// Gaussian blur; sigma in pixels.
    Blur(f64),
    /// Median of a square of this odd side in pixels.
    Median(u32),
    /// Blend with the smoothed image, 1 leaves the image alone, 2 sharpens.
    Sharpness(f32),
    /// Unsharp mask: sigma in pixels, gain, and the smallest difference that counts.
    Unsharp {
        /// Sigma of the blur, in pixels.
        sigma_px: f64,
        /// Share of the difference that is added.
        gain: f64,
        /// Differences below this are left alone, 0 to 255.
        threshold: u8,
    },
    /// An opaque caption box on this share of the area, bottom right, in a random colour.
    Overlay(f64),
    /// A plain frame around the picture: share of the width left and right, of the height top and bottom.
    Frame {
        /// Shares on the left, top, right and bottom.
        sides: [f64; 4],
        /// Colour of the frame.
        fill: [u8; 3],
    },
    /// The picture scaled by this factor inside a larger page of text lines and boxes.
    Page(f64),
}

/// What an attack leaves behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attacked {
    /// The pixels a detector sees after opening the attacked file.
    pub image: RgbImage,
    /// The file as the last step wrote it, when that step is a lossy codec; otherwise store the pixels losslessly.
    pub file: Option<(Format, Vec<u8>)>,
}

impl Attacked {
    /// File name extension, without the dot: that of the codec, or `png` where there is no file.
    pub fn extension(&self) -> &'static str {
        self.file.as_ref().map_or("png", |(format, _)| format.extension())
    }
}

/// Why a sequence of steps has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AttackError {
    /// One side of the image is zero.
    #[error("cannot attack a {width} x {height} image; both sides must be at least 1 px")]
    Empty {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// A step cannot hold an image of this size.
    #[error("{step} cannot hold a {width} x {height} image; both sides must be at most {limit_px} px")]
    TooLarge {
        /// Name of the step.
        step: &'static str,
        /// Width asked for, in pixels.
        width: u32,
        /// Height asked for, in pixels.
        height: u32,
        /// Longest side the step can hold, in pixels.
        limit_px: u32,
    },
}

/// Runs the steps one after the other; the file of the result is that of the last step, if it is a codec.
///
/// # Errors
/// When the image is empty, or a resize or codec step meets a side longer than it can hold.
pub fn run(steps: &[Step], image: &RgbImage, seed: u64) -> Result<Attacked, AttackError> {
    let (width, height) = image.dimensions();
    if width == 0 || height == 0 {
        return Err(AttackError::Empty { width, height });
    }
    let mut attacked = Attacked { image: image.clone(), file: None };
    for (place, step) in steps.iter().enumerate() {
        let mut rng = SplitMix64::new(seed).fork(place as u64);
        attacked = step.apply(&attacked.image, (width, height), &mut rng)?;
    }
    Ok(attacked)
}

impl Step {
    /// One step; `original` is the size the run started with.
    fn apply(&self, im: &RgbImage, original: (u32, u32), rng: &mut SplitMix64) -> Result<Attacked, AttackError> {
        let image = match *self {
            Self::Jpeg(quality) => return codec::jpeg(im, quality),
            #[cfg(feature = "webp")]
            Self::WebP(quality) => return codec::webp(im, quality),
            Self::Resize { fx, fy, kernel } => resample::scaled(im, fx, fy, kernel)?,
            Self::ResizeBack => resample::resized(im, original.0, original.1, Kernel::Bicubic)?,
            Self::LongSide { limit_px, otherwise } => {
                let long = im.width().max(im.height());
                let f = if long > limit_px { f64::from(limit_px) / f64::from(long) } else { otherwise };
                resample::scaled(im, f, f, Kernel::Lanczos)?
            }
            Self::Crop(area, keep) => edit::crop_area(im, area, keep),
            Self::Trim(left, top, right, bottom) => edit::trim(im, [left, top, right, bottom]),
            Self::Flip(flip) => match flip {
                Flip::LeftRight => imageops::flip_horizontal(im),
                Flip::TopBottom => imageops::flip_vertical(im),
                Flip::Turn90 => imageops::rotate270(im), // `image` turns clockwise
                Flip::Turn180 => imageops::rotate180(im),
                Flip::Turn270 => imageops::rotate90(im),
            },
            Self::Rotate { deg, fill } => warp::rotate(im, deg, fill),
            Self::Perspective(share) => warp::perspective(im, share),
            Self::Corners(share) => warp::corners(im, share),
            Self::Barrel(share) => warp::barrel(im, share),
            Self::Drag(px) => warp::drag(im, px, rng),
            Self::Shear(slope) => warp::shear(im, slope),
            Self::Brightness(factor) => tone::brightness(im, factor),
            Self::Contrast(factor) => tone::contrast(im, factor),
            Self::Saturation(factor) => tone::saturation(im, factor),
            Self::Hue(turn) => tone::hue(im, turn),
            Self::Gamma(exponent) => tone::gamma(im, exponent),
            Self::Gray => tone::gray(im),
            Self::Invert => tone::invert(im),
            Self::Posterize(bits) => tone::posterize(im, bits),
            Self::Noise(sigma) => noise::gaussian(im, sigma, rng),
            Self::SaltPepper(share) => noise::salt_pepper(im, share, rng),
            Self::Blur(sigma_px) => filter::gaussian_blur(im, sigma_px),
            Self::Median(side_px) => filter::median(im, side_px),
            Self::Sharpness(factor) => filter::sharpness(im, factor),
            Self::Unsharp { sigma_px, gain, threshold } => filter::unsharp(im, sigma_px, gain, threshold),
            Self::Overlay(share) => edit::overlay(im, share, rng),
            Self::Frame { sides, fill } => edit::frame(im, sides, fill),
            Self::Page(factor) => edit::page(&resample::scaled(im, factor, factor, Kernel::Bicubic)?, rng),
        };
        Ok(Attacked { image, file: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_image_is_refused() {
        let err = run(&[Step::Gray], &RgbImage::new(0, 4), 0).unwrap_err();
        assert_eq!(err, AttackError::Empty { width: 0, height: 4 });
    }

    #[test]
    fn a_side_beyond_the_codec_is_refused() {
        let err = run(&[Step::Jpeg(50)], &RgbImage::new(70_000, 1), 0).unwrap_err();
        assert!(matches!(err, AttackError::TooLarge { step: "JPEG", width: 70_000, .. }), "{err}");
    }

    #[test]
    fn the_file_is_that_of_the_last_step() {
        let im = RgbImage::new(9, 9);
        assert_eq!(run(&[Step::Jpeg(50), Step::Gray], &im, 0).unwrap().file, None);
        assert_eq!(run(&[Step::Gray, Step::Jpeg(50)], &im, 0).unwrap().extension(), "jpg");
    }

    #[test]
    fn equal_steps_at_different_places_draw_different_numbers() {
        let im = RgbImage::from_pixel(32, 32, image::Rgb([128; 3]));
        let once = run(&[Step::Noise(9.0)], &im, 1).unwrap();
        let later = run(&[Step::Trim(0, 0, 0, 0), Step::Noise(9.0)], &im, 1).unwrap();
        assert_ne!(once.image, later.image);
    }
}
