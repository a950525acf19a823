//! Edits of the frame and inside it: crops, plain borders, a caption box, a page around the picture.
//!
//! All on whole pixels, without resampling. Every result has at least one pixel.

use image::{Rgb, RgbImage, imageops};

use crate::chain::Keep;
use crate::noise::SplitMix64;
use crate::resample::scaled_side;

/// Keeps `area` of the surface, 0 to 1, with the aspect ratio of the original.
pub(crate) fn crop_area(im: &RgbImage, area: f64, keep: Keep) -> RgbImage {
    let (width, height) = im.dimensions();
    let f = area.sqrt();
    let (w, h) = (scaled_side(width, f).min(width), scaled_side(height, f).min(height));
    let (x, y) = match keep {
        Keep::Centre => (odd_origin(width, w), odd_origin(height, h)),
        Keep::Corner => (width - w, height - h),
    };
    imageops::crop_imm(im, x, y, w, h).to_image()
}

/// Origin of a centred interval, made odd where that still fits.
fn odd_origin(side: u32, kept: u32) -> u32 {
    let origin = (side - kept) / 2;
    if origin + 1 + kept <= side { origin | 1 } else { origin }
}

/// Cuts the stated pixels from the left, top, right and bottom.
pub(crate) fn trim(im: &RgbImage, [left, top, right, bottom]: [u32; 4]) -> RgbImage {
    let cut = |side: u32, before: u32, after: u32| {
        let before = before.min(side - 1);
        (before, side.saturating_sub(before.saturating_add(after)).max(1))
    };
    let (x, w) = cut(im.width(), left, right);
    let (y, h) = cut(im.height(), top, bottom);
    imageops::crop_imm(im, x, y, w, h).to_image()
}

/// An opaque caption box on `share` of the area, bottom right, in a random colour with two lines of white letters.
///
/// DIFFERENCE: the letters are upright bars of the size and number of the acceptance suite's, not a font.
pub(crate) fn overlay(im: &RgbImage, share: f64, rng: &mut SplitMix64) -> RgbImage {
    let mut out = im.clone();
    let (width, height) = im.dimensions();
    let side = |full: u32| (f64::from(full) * share.sqrt()).round_ties_even() as u32;
    let (w, h) = (side(width), side(height));
    let (x, y) = (width.saturating_sub(w + width / 50), height.saturating_sub(h + height / 50));
    let colour = [(); 3].map(|()| rng.between(0, 256) as u8);
    fill(&mut out, [x, y, w + 1, h + 1], colour);
    let em = (h / 4).max(8);
    for (line, letters) in [6, 7].into_iter().enumerate() {
        let top = y + h / 6 + em / 5 + line as u32 * em * 5 / 4;
        for letter in 0..letters {
            let left = x + w / 12 + letter * em * 2 / 3;
            fill(&mut out, [left, top, em / 8 + 1, em * 3 / 4], [255; 3]);
            fill(&mut out, [left, top, em / 2, em / 8 + 1], [255; 3]);
        }
    }
    out
}

/// A plain border; shares of the width on the left and right, of the height at the top and bottom.
pub(crate) fn frame(im: &RgbImage, [left, top, right, bottom]: [f64; 4], colour: [u8; 3]) -> RgbImage {
    let (width, height) = im.dimensions();
    let border = |side: u32, share: f64| (f64::from(side) * share).round() as u32;
    let (x, y) = (border(width, left), border(height, top));
    let canvas = (x + width + border(width, right), y + height + border(height, bottom));
    let mut out = RgbImage::from_pixel(canvas.0, canvas.1, Rgb(colour));
    imageops::replace(&mut out, im, i64::from(x), i64::from(y));
    out
}

/// The picture inside a synthetic page, as a screenshot of an article would show it: 1.8 times its width and 1.6
/// times its height, at an odd origin, with a title bar, a column of cards and lines of words around it.
pub(crate) fn page(im: &RgbImage, rng: &mut SplitMix64) -> RgbImage {
    const PAPER: [u8; 3] = [250, 250, 247];
    let (width, height) = im.dimensions();
    let (page_w, page_h) = (scaled_side(width, 1.8), scaled_side(height, 1.6));
    let mut out = RgbImage::from_pixel(page_w, page_h, Rgb(PAPER));
    let line = (page_h / 40).max(4);
    let text_x = page_w / 12;
    let column_x = text_x + width + page_w / 30;

    // title bar with three buttons
    fill(&mut out, [0, 0, page_w, line * 2], [38, 50, 76]);
    for button in 0..3 {
        fill(&mut out, [line / 2 + button * line * 3 / 2, line / 2, line, line], [236, 106, 94]);
    }
    // words above and below the picture, across its width
    let top = (page_h / 5) | 1;
    let mut y = line * 3;
    while y + line < page_h {
        if y + line < top || y > top + height + line / 2 {
            words(&mut out, [text_x, y, width, line], rng);
        }
        y += line * 3 / 2;
    }
    // cards beside it, each with a coloured head and a few words
    let card = line * 8;
    let mut y = line * 3;
    while y + card < page_h {
        let card_w = (page_w - page_w / 30).saturating_sub(column_x);
        fill(&mut out, [column_x, y, card_w, card - line], [231, 235, 241]);
        let colour = [(); 3].map(|()| rng.between(60, 220) as u8);
        fill(&mut out, [column_x, y, card_w, line * 2], colour);
        for row in 2..4 {
            words(&mut out, [column_x + line / 2, y + row * line * 3 / 2, card_w.saturating_sub(line), line], rng);
        }
        y += card;
    }
    let left = (text_x | 1).min(page_w - width);
    imageops::replace(&mut out, im, i64::from(left), i64::from(top.min(page_h - height)));
    out
}

/// One line of dark bars in the shape of words; the box is `[x, y, width, height]`.
fn words(out: &mut RgbImage, [x, y, width, height]: [u32; 4], rng: &mut SplitMix64) {
    let ink = rng.between(20, 90) as u8;
    let glyph = (height / 2).max(2);
    let mut at = x;
    while at < x + width {
        for _ in 0..rng.between(2, 10) {
            if at + glyph > x + width {
                return;
            }
            let rise = rng.between(0, height / 3 + 1);
            let bar = [at, y + rise, (glyph / 3).max(1), height * 3 / 4 - rise];
            fill(out, bar, [ink; 3]);
            fill(out, [at, y + height / 2, glyph.saturating_sub(1), (glyph / 4).max(1)], [ink; 3]);
            at += glyph;
        }
        at += glyph;
    }
}

/// Fills the part of the rectangle `[x, y, width, height]` that lies inside the image.
fn fill(out: &mut RgbImage, [x, y, width, height]: [u32; 4], colour: [u8; 3]) {
    for row in y..(y + height).min(out.height()) {
        for col in x..(x + width).min(out.width()) {
            out.put_pixel(col, row, Rgb(colour));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scene(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| Rgb([x as u8, y as u8, 77]))
    }

    #[test]
    fn centre_crops_start_at_an_odd_origin() {
        let out = crop_area(&scene(100, 60), 0.25, Keep::Centre);
        assert_eq!(out.dimensions(), (50, 30));
        assert_eq!(out.get_pixel(0, 0).0, [25, 15, 77]);
        let out = crop_area(&scene(100, 64), 0.25, Keep::Centre); // (100 - 50) / 2 and (64 - 32) / 2 | 1
        assert_eq!(out.get_pixel(0, 0).0, [25, 17, 77]);
    }

    #[test]
    fn corner_crops_end_at_the_corner() {
        let out = crop_area(&scene(100, 60), 0.5, Keep::Corner);
        assert_eq!(out.dimensions(), (71, 42));
        assert_eq!(out.get_pixel(70, 41).0, [99, 59, 77]);
    }

    #[test]
    fn trimming_never_empties_the_frame() {
        assert_eq!(trim(&scene(10, 8), [2, 2, 2, 2]).dimensions(), (6, 4));
        assert_eq!(trim(&scene(1, 3), [2, 2, 2, 2]).dimensions(), (1, 1));
        assert_eq!(trim(&scene(5, 5), [u32::MAX; 4]).dimensions(), (1, 1));
    }

    #[test]
    fn overlay_covers_its_share_and_nothing_else() {
        let im = scene(200, 100);
        let out = overlay(&im, 0.1, &mut SplitMix64::new(9));
        let changed = im.pixels().zip(out.pixels()).filter(|(a, b)| a != b).count() as f64;
        assert!((changed / 20_000.0 - 0.1).abs() < 0.01, "{changed}");
        assert_eq!(out.get_pixel(199, 99), im.get_pixel(199, 99));
    }

    #[test]
    fn frame_and_page_keep_every_pixel_of_the_picture() {
        let im = scene(90, 70);
        let framed = frame(&im, [0.2, 0.1, 0.2, 0.1], [255; 3]);
        assert_eq!(framed.dimensions(), (126, 84));
        assert_eq!(imageops::crop_imm(&framed, 18, 7, 90, 70).to_image(), im);
        let paged = page(&im, &mut SplitMix64::new(1));
        assert_eq!(paged.dimensions(), (162, 112));
        assert_eq!(imageops::crop_imm(&paged, 13, 23, 90, 70).to_image(), im);
    }
}
