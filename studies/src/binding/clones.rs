//! Parts moved within a picture by a tile, where its blocks carry what they should but for their tile's shift, and to tiles that are shifted alike, where the mark fits again
//! and only the content hash speaks against them.

use anyhow::Result;
use image::{RgbImage, imageops};
use rayon::prelude::*;
use watermark_attacks::{Step, run};
use watermark_core::{Carrier, Comparison, EditMap};

use super::{Args, Page, Stamp, overlap, read};

/// Side of the mark's tile, pixels of pictures that are stamped at their own size.
const TILE_PX: u32 = 512;
/// Places tried in each picture.
const PLACES: u32 = 4;

/// How far parts are moved.
#[derive(Clone, Copy)]
enum Move {
    /// By one tile along the longer side.
    Tile,
    /// To the nearest tile that is shifted alike: one along the shorter side and two along the longer.
    Alike,
}

/// How often clones of several sizes are found.
pub(super) fn measure(args: &Args, page: &mut Page, stamps: &[Stamp], carrier: &Carrier) -> Result<()> {
    const CODECS: [(&str, &[Step]); 2] = [("as it is", &[]), ("JPEG 75", &[Step::Jpeg(75)])];
    page.table(
        "Parts moved by tiles",
        "A part of the picture, of this share of its area, over another one 512 px beside it, where tiles are shifted otherwise, or 512 and 1024 px away, where they are shifted alike and the mark fits; \
         four places in each picture that has the room. What a seal that was read says of it: found as a region, called a transplant, or nothing; the median intersection over union where it was found.",
        &["moved by", "area", "stored as", "seals", "altered", "transplanted", "not found", "median IoU"],
    );
    let moves = [(Move::Tile, "512"), (Move::Alike, "512, 1024")];
    for (share, (by, moved)) in [0.05, 0.1, 0.24, 0.4].into_iter().flat_map(|share| moves.map(|by| (share, by))) {
        for (codec, steps) in CODECS {
            let cases: Vec<(&Stamp, u32)> = stamps.iter().flat_map(|s| (0..PLACES).map(move |at| (s, at))).collect();
            let found: Vec<Option<(bool, Option<f64>)>> = cases
                .par_iter()
                .map(|&(s, place)| -> Result<_> {
                    let Some((pixels, mask)) = cloned(&s.stamped, share, place, by) else { return Ok(None) };
                    let pixels = run(steps, &pixels, 1)?.image;
                    let read = read(&pixels, &s.payload, carrier)?;
                    if !read.sealed {
                        return Ok(None);
                    }
                    let differs = read.extraction.content.is_some_and(|c| c.comparison == Comparison::Differs);
                    let regions = read.extraction.edit_map.as_ref().map_or(&[][..], EditMap::regions);
                    let iou = (!regions.is_empty()).then(|| overlap(regions, &mask, pixels.width()).0);
                    if args.detail && !differs && iou.is_none() {
                        println!("    {} {place}: not found, {:?}", s.name, read.extraction.content);
                    }
                    Ok(Some((differs, iou)))
                })
                .collect::<Result<_>>()?;
            let seals: Vec<_> = found.into_iter().flatten().collect();
            let transplanted = seals.iter().filter(|(differs, _)| *differs).count();
            let mut ious: Vec<f64> = seals.iter().filter(|(differs, _)| !differs).filter_map(|(_, iou)| *iou).collect();
            ious.sort_by(f64::total_cmp);
            page.line(&format!(
                "| {moved} px | {:.0} % | {codec} | {} | {} | {transplanted} | {} | {:.2} |",
                100.0 * share,
                seals.len(),
                ious.len(),
                seals.len() - ious.len() - transplanted,
                ious.get(ious.len() / 2).copied().unwrap_or(0.0),
            ));
        }
    }
    Ok(())
}

/// `picture` with a part of this share of its area moved, and which pixels that changed; `None` without room.
fn cloned(picture: &RgbImage, share: f64, place: u32, by: Move) -> Option<(RgbImage, Vec<bool>)> {
    let (width, height) = picture.dimensions();
    // Across, down and up: two tiles across and one up, or one across and two down, are shifted alike.
    let (across, down, up) = match (by, width >= height) {
        (Move::Tile, true) => (TILE_PX, 0, 0),
        (Move::Tile, false) => (0, TILE_PX, 0),
        (Move::Alike, true) => (2 * TILE_PX, 0, TILE_PX),
        (Move::Alike, false) => (TILE_PX, 2 * TILE_PX, 0),
    };
    // Where the part can come from, and the part: of the picture's shape, unless that is too long.
    let room = (width.checked_sub(across)?, height.checked_sub(down + up)?);
    let area = share * f64::from(width) * f64::from(height);
    let scaled = |side: u32| (share.sqrt() * f64::from(side)) as u32;
    let part = match (scaled(width), scaled(height)) {
        (w, _) if w > room.0 => (room.0, (area / f64::from(room.0.max(1))) as u32),
        (_, h) if h > room.1 => ((area / f64::from(room.1.max(1))) as u32, room.1),
        fits => fits,
    };
    if part.0 == 0 || part.1 == 0 || part.0 > room.0 || part.1 > room.1 {
        return None;
    }
    let (x, y) = ((room.0 - part.0) * (place % 2), (room.1 - part.1) * (place / 2));
    let (from, to) = ((x, y + up), (x + across, y + down));
    let (from, to) = if place.is_multiple_of(3) { (from, to) } else { (to, from) };
    let mut out = picture.clone();
    let moved = imageops::crop_imm(picture, from.0, from.1, part.0, part.1).to_image();
    imageops::replace(&mut out, &moved, i64::from(to.0), i64::from(to.1));
    let inside = |i: u32| {
        let (x, y) = (i % width, i / width);
        (to.0..to.0 + part.0).contains(&x) && (to.1..to.1 + part.1).contains(&y)
    };
    Some((out, (0..width * height).map(inside).collect()))
}
