//! Geometric warps: one inverse map from output to source coordinates, one bicubic sampler.
//!
//! Pixel centres lie at half-integer coordinates; the frame keeps its size, the centre is `(width/2, height/2)`.
//! An output pixel whose source point lies outside `[0, width) x [0, height)` takes the fill colour, without
//! blending. No antialiasing: the maps here shrink by a few per cent at most.
//!
//! Source of the sampler: Pillow's `Geometry.c`, bicubic. Its cubic has a = -1 (not the -0.5 of Pillow's resize) and
//! its result is cut, not rounded, to 8 bits; both are kept, so that rotations agree sample by sample.

use image::{Rgb, RgbImage};

use crate::noise::SplitMix64;

/// Colour of what lies outside the picture when nothing else is said.
const BLACK: [u8; 3] = [0; 3];

/// Rotation by `deg` degrees counter-clockwise about the centre.
pub(crate) fn rotate(im: &RgbImage, deg: f64, fill: [u8; 3]) -> RgbImage {
    // rows of the inverse map; rounded as Pillow does, so that quarter turns have exact zeros
    let round = |v: f64| (v * 1e15).round() / 1e15;
    let (sin, cos) = (-deg.to_radians()).sin_cos();
    let (sin, cos) = (round(sin), round(cos));
    let (cx, cy) = centre(im);
    let (x0, y0) = (cx - cos * cx - sin * cy, cy + sin * cx - cos * cy);
    warp(im, fill, |x, y| (cos * x + sin * y + x0, cos * y - sin * x + y0))
}

/// Keystone: the corners of the output show source points outside the frame by up to `share` of the side (top left
/// and right by `share` sideways, top right and bottom right by half of it upwards and downwards), so the picture
/// narrows towards the top and the right.
pub(crate) fn perspective(im: &RgbImage, share: f64) -> RgbImage {
    let (w, h) = (f64::from(im.width()), f64::from(im.height()));
    let map = square_to_quad(keystone(share));
    warp(im, BLACK, |x, y| {
        let (u, v) = map(x / w, y / h);
        (u * w, v * h)
    })
}

/// Corners dragged to where [`perspective`] takes them, and everything between them in proportion (Pillow's `QUAD`): straight
/// lines along the frame stay straight, diagonals bend.
pub(crate) fn corners(im: &RgbImage, share: f64) -> RgbImage {
    let (w, h) = (f64::from(im.width()), f64::from(im.height()));
    let [p0, p1, p2, p3] = keystone(share);
    warp(im, BLACK, |x, y| {
        let (u, v) = (x / w, y / h);
        let between =
            |a: f64, b: f64, c: f64, d: f64| (1.0 - v) * ((1.0 - u) * a + u * b) + v * ((1.0 - u) * d + u * c);
        (between(p0.0, p1.0, p2.0, p3.0) * w, between(p0.1, p1.1, p2.1, p3.1) * h)
    })
}

/// Source points of the output's corners, clockwise from the upper left, shares of the sides.
fn keystone(share: f64) -> [(f64, f64); 4] {
    [(-share, 0.0), (1.0 + share, -share / 2.0), (1.0, 1.0 + share / 2.0), (0.0, 1.0)]
}

/// Radial distortion `r -> r (1 + share r^2)` from output to source, with `r = 1` at the corners: barrel when
/// `share` is positive (the corners are pulled inwards), pincushion when negative.
pub(crate) fn barrel(im: &RgbImage, share: f64) -> RgbImage {
    let (cx, cy) = centre(im);
    let corner2 = cx * cx + cy * cy;
    warp(im, BLACK, |x, y| {
        let (dx, dy) = (x - cx, y - cy);
        let stretch = 1.0 + share * (dx * dx + dy * dy) / corner2;
        (cx + dx * stretch, cy + dy * stretch)
    })
}

/// Sideways shift of `slope` pixels per pixel of height, about the centre.
pub(crate) fn shear(im: &RgbImage, slope: f64) -> RgbImage {
    let (_, cy) = centre(im);
    warp(im, BLACK, |x, y| (x + slope * (y - cy), y))
}

/// Nodes along each side of the grid that [`drag`] moves.
const NODES: usize = 5;

/// Dragged here and there: the nodes of a grid over the picture move by up to `px` pixels along each axis, at random, and all between them with them
/// (the random bending of `StirMark`, Petitcolas et al. 1998). Nothing is taken from outside the frame.
pub(crate) fn drag(im: &RgbImage, px: f64, rng: &mut SplitMix64) -> RgbImage {
    let nodes: [[[f64; NODES]; NODES]; 2] =
        [(); 2].map(|()| [(); NODES].map(|()| [(); NODES].map(|()| px * (2.0 * rng.uniform() - 1.0))));
    let last = [im.width(), im.height()].map(f64::from);
    // Around the place of a node, the border's repeated.
    let near = |share: f64| {
        let at = share * (NODES - 1) as f64;
        let first = (at as usize).min(NODES - 2);
        ([0, 1, 2, 3].map(|k| (first + k).saturating_sub(1).min(NODES - 1)), at - first as f64)
    };
    warp(im, BLACK, |x, y| {
        let ((columns, dx), (rows, dy)) = (near(x / last[0]), near(y / last[1]));
        let [by_x, by_y] = [0, 1].map(|axis| cubic(rows.map(|r| cubic(columns.map(|c| nodes[axis][r][c]), dx)), dy));
        ((x + by_x).clamp(0.0, last[0] - 0.5), (y + by_y).clamp(0.0, last[1] - 0.5))
    })
}

fn centre(im: &RgbImage) -> (f64, f64) {
    (f64::from(im.width()) / 2.0, f64::from(im.height()) / 2.0)
}

/// The projective map that takes the unit square's corners (0,0), (1,0), (1,1), (0,1) to the four points given
/// (Heckbert 1989, "Fundamentals of Texture Mapping and Image Warping", section 2.2.3).
fn square_to_quad([p0, p1, p2, p3]: [(f64, f64); 4]) -> impl Fn(f64, f64) -> (f64, f64) {
    let (sx, sy) = (p0.0 - p1.0 + p2.0 - p3.0, p0.1 - p1.1 + p2.1 - p3.1);
    let (dx1, dx2) = (p1.0 - p2.0, p3.0 - p2.0);
    let (dy1, dy2) = (p1.1 - p2.1, p3.1 - p2.1);
    let det = dx1 * dy2 - dx2 * dy1;
    let (g, h) = ((sx * dy2 - dx2 * sy) / det, (dx1 * sy - sx * dy1) / det);
    let (a, b) = (p1.0 - p0.0 + g * p1.0, p3.0 - p0.0 + h * p3.0);
    let (d, e) = (p1.1 - p0.1 + g * p1.1, p3.1 - p0.1 + h * p3.1);
    move |u, v| {
        let w = g * u + h * v + 1.0;
        ((a * u + b * v + p0.0) / w, (d * u + e * v + p0.1) / w)
    }
}

/// Samples the source at `inverse(centre)` for the centre of every output pixel; same size out as in.
fn warp(im: &RgbImage, fill: [u8; 3], inverse: impl Fn(f64, f64) -> (f64, f64)) -> RgbImage {
    let (w, h) = (f64::from(im.width()), f64::from(im.height()));
    RgbImage::from_fn(im.width(), im.height(), |x, y| {
        let (sx, sy) = inverse(f64::from(x) + 0.5, f64::from(y) + 0.5);
        let inside = (0.0..w).contains(&sx) && (0.0..h).contains(&sy);
        Rgb(if inside { bicubic(im, sx, sy) } else { fill })
    })
}

/// The four points around a coordinate, repeated at the border, and how far the coordinate lies past the second.
fn taps(at: f64, side: u32) -> ([usize; 4], f64) {
    let floor = (at - 0.5).floor();
    let first = floor as i64 - 1;
    let last = i64::from(side) - 1;
    ([0, 1, 2, 3].map(|k| (first + k).clamp(0, last) as usize), at - 0.5 - floor)
}

/// Cubic with a = -1 through `v[1]` (d = 0) and `v[2]` (d = 1).
fn cubic(v: [f64; 4], d: f64) -> f64 {
    let [v0, v1, v2, v3] = v;
    let p1 = v2 - v0;
    let p2 = 2.0 * (v0 - v1) + v2 - v3;
    let p3 = v1 - v0 - v2 + v3;
    v1 + d * (p1 + d * (p2 + d * p3))
}

/// The colour at a source point inside the frame.
fn bicubic(im: &RgbImage, x: f64, y: f64) -> [u8; 3] {
    let (xs, dx) = taps(x, im.width());
    let (ys, dy) = taps(y, im.height());
    let samples = im.as_raw();
    let stride = im.width() as usize * 3;
    [0, 1, 2].map(|channel| {
        let rows = ys.map(|row| cubic(xs.map(|col| f64::from(samples[row * stride + col * 3 + channel])), dx));
        cubic(rows, dy) as u8 // saturates
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scene(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| Rgb([(x * 7) as u8, (y * 11) as u8, (x * y) as u8]))
    }

    #[test]
    fn dragging_moves_everything_a_little_and_shows_nothing_else() {
        // The horizontal place of each pixel is its red, the vertical one its green.
        let im = RgbImage::from_fn(200, 160, |x, y| Rgb([x as u8, y as u8, 255]));
        let dragged = drag(&im, 3.0, &mut SplitMix64::new(5));
        let off = |x: u32, y: u32| {
            let Rgb([red, green, _]) = *dragged.get_pixel(x, y);
            (f64::from(red) - f64::from(x)).hypot(f64::from(green) - f64::from(y))
        };
        let all: Vec<f64> = im.enumerate_pixels().map(|(x, y, _)| off(x, y)).collect();
        assert!(dragged.pixels().all(|p| p.0[2] == 255));
        // A cubic may overshoot its nodes, and samples are cut to whole numbers.
        assert!(all.iter().all(|&off| off < 7.0) && all.iter().filter(|&&off| off > 1.5).count() > all.len() / 4);
        assert_eq!(drag(&im, 0.0, &mut SplitMix64::new(5)), im);
    }

    #[test]
    fn no_motion_is_no_change() {
        let im = scene(20, 13);
        for out in [rotate(&im, 0.0, BLACK), barrel(&im, 0.0), shear(&im, 0.0)] {
            assert_eq!(out, im);
        }
        // the division by w loses the last bits of the coordinates, and the sampler cuts
        let out = perspective(&im, 0.0);
        assert!(out.iter().zip(im.iter()).all(|(a, b)| a.abs_diff(*b) <= 1));
    }

    #[test]
    fn dragged_corners_and_a_keystone_agree_on_the_frame_and_not_inside() {
        // Both fill what their output shows from outside the frame; the upper corners and the right side come from there.
        let im = RgbImage::from_fn(200, 160, |x, _| Rgb([x as u8; 3]));
        let (dragged, seen) = (corners(&im, 0.1), perspective(&im, 0.1));
        let at = |out: &RgbImage, x, y| i32::from(out.get_pixel(x, y)[0]);
        assert!((at(&dragged, 100, 159) - at(&seen, 100, 159)).abs() <= 3);
        assert!(
            (at(&dragged, 150, 60) - at(&seen, 150, 60)).abs() >= 2,
            "{} {}",
            at(&dragged, 150, 60),
            at(&seen, 150, 60)
        );
        assert_eq!(corners(&im, 0.0).get_pixel(77, 33), im.get_pixel(77, 33));
    }

    #[test]
    fn half_a_turn_is_exact() {
        let im = scene(20, 13);
        assert_eq!(rotate(&im, 180.0, BLACK), image::imageops::rotate180(&im));
    }

    #[test]
    fn positive_angles_turn_counter_clockwise() {
        let im = scene(15, 15);
        assert_eq!(rotate(&im, 90.0, BLACK), image::imageops::rotate270(&im));
    }

    #[test]
    fn corners_take_the_fill_colour() {
        let out = rotate(&scene(40, 40), 45.0, [255, 0, 9]);
        assert_eq!(out.get_pixel(0, 0).0, [255, 0, 9]);
    }

    #[test]
    fn the_quad_map_hits_its_corners() {
        let quad = [(-0.1, 0.2), (1.3, -0.1), (0.9, 1.2), (0.1, 0.8)];
        let map = square_to_quad(quad);
        for ((u, v), (x, y)) in [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)].into_iter().zip(quad) {
            let got = map(u, v);
            assert!((got.0 - x).abs() < 1e-12 && (got.1 - y).abs() < 1e-12, "{got:?} instead of {:?}", (x, y));
        }
    }

    #[test]
    fn a_shifted_row_matches_pillow() {
        // golden: Pillow 13.0, affine (1, 0, 0.25, 0, 1, 0), bicubic
        let row = [0u8, 100, 200, 50, 50];
        let im = RgbImage::from_fn(5, 5, |x, _| Rgb([row[x as usize]; 3]));
        let out = warp(&im, BLACK, |x, y| (x + 0.25, y));
        let got: Vec<u8> = (0..5).map(|x| out.get_pixel(x, 2)[0]).collect();
        assert_eq!(got, [20, 146, 176, 28, 50]);
    }
}
