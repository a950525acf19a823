//! Edits that replace about a given share of a picture, with the mask of what they replaced.

use image::{Rgb, RgbImage, imageops};
use watermark_attacks::{Step, run};

/// What is done to a part of a stamped picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    /// An elliptic cutting of another picture.
    Paste,
    /// The part is filled smoothly from its border, as object removal does.
    Fill,
    /// An opaque box with lines of text.
    Text,
    /// An elliptic part is blurred beyond recognition.
    Blur,
    /// A black bar, as over a face or a name.
    Black,
    /// A white one.
    White,
}

impl Edit {
    pub(crate) const ALL: [Self; 6] = [Self::Paste, Self::Fill, Self::Text, Self::Blur, Self::Black, Self::White];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Paste => "pasted object",
            Self::Fill => "smooth fill",
            Self::Text => "text box",
            Self::Blur => "blurred face",
            Self::Black => "black box",
            Self::White => "white box",
        }
    }
}

/// A rectangle, pixels.
#[derive(Clone, Copy)]
struct Part {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

/// `picture` with `edit` applied to about `share` of its area, at a place that `seed` chooses, and which pixels were replaced.
pub(crate) fn apply(edit: Edit, picture: &RgbImage, other: &RgbImage, share: f64, seed: u64) -> (RgbImage, Vec<bool>) {
    let elliptic = matches!(edit, Edit::Paste | Edit::Blur);
    // An ellipse fills pi / 4 of its box.
    let box_share = if elliptic { share * 4.0 / std::f64::consts::PI } else { share };
    let part = part(picture, box_share, seed);
    let mut out = picture.clone();
    match edit {
        Edit::Paste => {
            let pasted = imageops::resize(other, part.width, part.height, imageops::FilterType::CatmullRom);
            copy(&mut out, &pasted, part, true);
        }
        Edit::Blur => {
            let cut = imageops::crop_imm(picture, part.x, part.y, part.width, part.height).to_image();
            let sigma = f64::from(part.width.min(part.height)) / 12.0;
            let blurred = run(&[Step::Blur(sigma)], &cut, seed).map_or(cut, |attacked| attacked.image);
            copy(&mut out, &blurred, part, true);
        }
        Edit::Fill => fill(&mut out, part),
        Edit::Text => text(&mut out, part),
        Edit::Black => plain(&mut out, part, Rgb([0; 3])),
        Edit::White => plain(&mut out, part, Rgb([255; 3])),
    }
    let mask = mask(picture, part, elliptic);
    (out, mask)
}

fn part(picture: &RgbImage, share: f64, seed: u64) -> Part {
    let (width, height) = picture.dimensions();
    let draw = |salt: u64| {
        let mut z = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(salt.wrapping_mul(0xd1b5_4a32_d192_ed03));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    };
    let area = share * f64::from(width) * f64::from(height);
    let aspect = 0.6 + 0.9 * draw(1);
    let w = ((area * aspect).sqrt() as u32).min(width - 2);
    let h = ((area / aspect).sqrt() as u32).min(height - 2);
    let place = |room: u32, salt: u64| 1 + (draw(salt) * f64::from(room - 2)) as u32;
    Part { x: place(width - w, 2), y: place(height - h, 3), width: w, height: h }
}

fn in_ellipse(part: Part, x: u32, y: u32) -> bool {
    let off = |v: u32, side: u32| (f64::from(v) + 0.5) / f64::from(side) * 2.0 - 1.0;
    off(x, part.width).powi(2) + off(y, part.height).powi(2) <= 1.0
}

fn copy(out: &mut RgbImage, from: &RgbImage, part: Part, elliptic: bool) {
    for (x, y, pixel) in from.enumerate_pixels() {
        if !elliptic || in_ellipse(part, x, y) {
            out.put_pixel(part.x + x, part.y + y, *pixel);
        }
    }
}

fn mask(picture: &RgbImage, part: Part, elliptic: bool) -> Vec<bool> {
    let (width, height) = picture.dimensions();
    let mut mask = vec![false; width as usize * height as usize];
    for y in 0..part.height {
        for x in 0..part.width {
            mask[((part.y + y) * width + part.x + x) as usize] = !elliptic || in_ellipse(part, x, y);
        }
    }
    mask
}

/// The Coons patch of the pixels around the part.
fn fill(out: &mut RgbImage, part: Part) {
    let source = out.clone();
    let at = |x: u32, y: u32| {
        let pixel = source.get_pixel(x.min(source.width() - 1), y.min(source.height() - 1));
        pixel.0.map(f64::from)
    };
    let (right, lower) = (part.x + part.width, part.y + part.height);
    let (left, upper) = (part.x - 1, part.y - 1);
    for y in part.y..lower {
        for x in part.x..right {
            let (u, v) =
                (f64::from(x - left) / f64::from(right - left), f64::from(y - upper) / f64::from(lower - upper));
            let corners = [at(left, upper), at(right, upper), at(left, lower), at(right, lower)];
            let (west, east, north, south) = (at(left, y), at(right, y), at(x, upper), at(x, lower));
            let value = [0, 1, 2].map(|c| {
                let ruled = (1.0 - u) * west[c] + u * east[c] + (1.0 - v) * north[c] + v * south[c];
                let bilinear = (1.0 - v) * ((1.0 - u) * corners[0][c] + u * corners[1][c])
                    + v * ((1.0 - u) * corners[2][c] + u * corners[3][c]);
                (ruled - bilinear).clamp(0.0, 255.0) as u8
            });
            out.put_pixel(x, y, Rgb(value));
        }
    }
}

fn plain(out: &mut RgbImage, part: Part, color: Rgb<u8>) {
    copy(out, &RgbImage::from_pixel(part.width, part.height, color), part, false);
}

/// A pale box with dark strokes of the size of letters, in lines.
fn text(out: &mut RgbImage, part: Part) {
    let line = (part.height / 6).clamp(8, 36);
    for y in 0..part.height {
        for x in 0..part.width {
            let (column, within) = (x / (line / 3).max(2), y % line);
            let letter = (column * 7 + y / line * 13) % 11;
            let stroke = within > line / 4 && letter > 1 && (x * 5 + within * 3 * (letter % 3)) % line < line / 3;
            out.put_pixel(part.x + x, part.y + y, Rgb(if stroke { [24, 24, 32] } else { [238, 236, 230] }));
        }
    }
}
