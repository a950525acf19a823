//! `[X2]` A picture seen at an angle -> the same seen straight: a photographed screen, a print on a table.
//!
//! One side of such a picture is nearer than the other, so that its scale differs from place to place. No one map of the plane reads it, and its pilot is smeared all over
//! the spectrum. Once the [slopes](search) of its depth are known it is levelled, and read like any other picture.

mod leanings;
pub(crate) mod search;

use crate::affine::{Affine, Linear};
use crate::color;
use crate::plane::Plane;
use crate::raster::{Channels, Raster, Samples};
use crate::resample;

/// Side of the squares that a tilt is affine on, pixels.
const SQUARE_PX: usize = 32;

/// Where the positions of a level picture lie in the received one: `centre + r / (1 - slopes . r)`, `r` counted from `origin`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tilt {
    /// How much nearer a position is for each pixel, as a share of the distance in the centre.
    slopes: [f64; 2],
    /// Received position that stays, pixels.
    centre: [f64; 2],
    /// The same of the level picture.
    origin: [f64; 2],
    /// Width and height of the received picture, pixels.
    received: [usize; 2],
    /// The same of the level picture, which shows all of it.
    size: [usize; 2],
}

impl Tilt {
    /// For a received picture of this size, in pixels, in which no corner is as near as nothing: slopes that the [`search`] finds keep far from that.
    pub(crate) fn new(received: [usize; 2], centre: [f64; 2], slopes: [f64; 2]) -> Self {
        let tilt = Self { slopes, centre, origin: [0.0; 2], received, size: [0; 2] };
        let [width, height] = received.map(|side| side as f64);
        let corners = [[0.0, 0.0], [width, 0.0], [0.0, height], [width, height]].map(|corner| tilt.undo(corner));
        let end =
            |axis: usize, last: fn(f64, f64) -> f64| corners.map(|at| at[axis]).into_iter().reduce(last).unwrap_or(0.0);
        let low = [0, 1].map(|axis| end(axis, f64::min));
        let size = [0, 1].map(|axis| (end(axis, f64::max) - low[axis]).ceil() as usize);
        Self { origin: low.map(|v| -v), size, ..tilt }
    }

    /// Scale at the right edge of the received picture over that at the left one, less 1, and the same of the lower and the upper edge.
    pub fn growth(&self) -> [f64; 2] {
        [0, 1].map(|axis| {
            let nearer = |edge: f64| 1.0 + self.slopes[axis] * (edge - self.centre[axis]);
            nearer(self.received[axis] as f64) / nearer(0.0) - 1.0
        })
    }

    /// Position counted from the origin, and its depth.
    fn depth(&self, at: [f64; 2]) -> ([f64; 2], f64) {
        let r = [at[0] - self.origin[0], at[1] - self.origin[1]];
        (r, 1.0 - self.slopes[0] * r[0] - self.slopes[1] * r[1])
    }

    /// A position of the level picture on the received one.
    pub(crate) fn apply(&self, at: [f64; 2]) -> [f64; 2] {
        let (r, depth) = self.depth(at);
        [0, 1].map(|axis| self.centre[axis] + r[axis] / depth)
    }

    /// A position of the received picture on the level one.
    pub(crate) fn undo(&self, at: [f64; 2]) -> [f64; 2] {
        let q = [at[0] - self.centre[0], at[1] - self.centre[1]];
        let nearer = 1.0 + self.slopes[0] * q[0] + self.slopes[1] * q[1];
        [0, 1].map(|axis| self.origin[axis] + q[axis] / nearer)
    }

    /// The affine map that touches it at a position of the level picture.
    fn near(&self, at: [f64; 2]) -> Affine {
        let (r, depth) = self.depth(at);
        let slope = |i: usize, j: usize| (f64::from(u8::from(i == j)) + r[i] * self.slopes[j] / depth) / depth;
        let linear = Linear([[slope(0, 0), slope(0, 1)], [slope(1, 0), slope(1, 1)]]);
        let (to, [dx, dy]) = (self.apply(at), linear.apply(at));
        Affine { linear, origin: [to[0] - dx, to[1] - dy] }
    }

    /// The level plane, 0 where nothing was received.
    fn level_plane(&self, received: &Plane) -> Plane {
        let [width, height] = self.size;
        resample::bend(received, &|at| self.near(at), SQUARE_PX, width, height)
    }

    /// The level picture: gray or colour of eight bits on white, black where nothing was received.
    pub(crate) fn level(&self, received: &Raster) -> Raster {
        let [width, height] = self.size;
        let level =
            |plane: &Plane| -> Vec<u8> { self.level_plane(plane).data.into_iter().map(|v| v.round() as u8).collect() };
        let colors: Vec<_> = (0..3).filter_map(|i| color::channel(received, i)).map(|plane| level(&plane)).collect();
        let (channels, samples) = match &colors[..] {
            [red, green, blue] => {
                let pixels = red.iter().zip(green).zip(blue);
                (Channels::Rgb, pixels.flat_map(|((&r, &g), &b)| [r, g, b]).collect())
            }
            _ => (Channels::Gray, level(&color::luma(received))),
        };
        Raster::from_parts(width as u32, height as u32, channels, Samples::U8(samples))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: [usize; 2] = [300, 220];
    const CENTRE: [f64; 2] = [140.0, 120.0];

    fn tilt(slopes: [f64; 2]) -> Tilt {
        Tilt::new(SIZE, CENTRE, slopes)
    }

    fn distance([ax, ay]: [f64; 2], [bx, by]: [f64; 2]) -> f64 {
        (ax - bx).hypot(ay - by)
    }

    #[test]
    fn the_affine_map_touches_it() {
        let tilt = tilt([0.0008, -0.0005]);
        let (at, by) = ([60.0, 150.0], 0.01);
        assert!(distance(tilt.undo(tilt.apply(at)), at) < 1e-9);
        let near = tilt.near(at);
        assert!(distance(near.apply(at), tilt.apply(at)) < 1e-9);
        for beside in [[at[0] + by, at[1]], [at[0], at[1] + by]] {
            assert!(distance(near.apply(beside), tilt.apply(beside)) < 1e-6);
        }
    }

    #[test]
    fn the_level_picture_holds_all_of_the_received_one() {
        let tilt = tilt([0.0008, -0.0005]);
        let [width, height] = tilt.size.map(|side| side as f64);
        let edge = |i: u32| [[f64::from(i) / 50.0 * width, 0.0], [0.0, f64::from(i) / 50.0 * height]];
        // Whatever lies on the level picture's edge lies outside, or on the border.
        for [x, y] in (0..=50).flat_map(edge).map(|at| tilt.apply(at)) {
            assert!(x < 1e-9 || y < 1e-9 || x > 300.0 || y > 220.0, "{x}, {y}");
        }
    }

    #[test]
    fn scales_grow_towards_what_is_nearer() {
        // Nearer by 0.16 of the distance at the right edge, and further by 0.14 at the left one.
        let [x, y] = tilt([0.001, 0.0]).growth();
        assert!((x - (1.16 / 0.86 - 1.0)).abs() < 1e-12 && y == 0.0, "{x}, {y}");
        // A received pixel on the right shows less of the level picture.
        let tilt = tilt([0.001, 0.0]);
        let pitch = |x: f64| tilt.near([x, 120.0]).linear.0[1][1];
        assert!(pitch(290.0) > pitch(10.0));
    }

    #[test]
    fn a_tilt_is_undone_by_the_opposite_one() {
        let wave = |[x, y]: [f64; 2]| (120.0 + 60.0 * (x / 17.0).sin() + 40.0 * (y / 13.0).cos()) as f32;
        let middle = |i: usize, width: usize| [(i % width) as f64 + 0.5, (i / width) as f64 + 0.5];
        let data = (0..SIZE[0] * SIZE[1]).map(|i| wave(middle(i, SIZE[0]))).collect();
        let seen = tilt([-0.0006, 0.0004]);
        let tilted = seen.level_plane(&Plane { width: SIZE[0], height: SIZE[1], data });
        let back = Tilt::new(seen.size, seen.origin, [0.0006, -0.0004]);
        let level = back.level_plane(&tilted);
        // Frames begin beside each other.
        let shift = [0, 1].map(|axis| CENTRE[axis] - back.origin[axis]);
        let mut compared = 0;
        for (i, &sample) in level.data.iter().enumerate() {
            let [x, y] = middle(i, level.width);
            let at = [x + shift[0], y + shift[1]];
            if (8.0..292.0).contains(&at[0]) && (8.0..212.0).contains(&at[1]) {
                // Squares are affine: their corners lie a seventh of a pixel beside, twice, and a pixel is 6.6 levels at most.
                assert!((sample - wave(at)).abs() < 2.0, "{at:?}: {sample} for {}", wave(at));
                compared += 1;
            }
        }
        assert!(compared > 57_000, "{compared}");
    }

    #[test]
    fn rasters_are_levelled_by_channel_and_lose_their_alpha() {
        let level = |channels: Channels, pixel: &[u8]| {
            let raster = Raster::new(20, 20, channels, Samples::U8(pixel.repeat(400))).unwrap();
            let tilt = Tilt::new([20, 20], [10.0; 2], [0.004, 0.0]);
            let level = tilt.level(&raster);
            let middle = (level.height() / 2 * level.width() + level.width() / 2) as usize * level.channels().count();
            let Samples::U8(samples) = level.samples() else { panic!("eight bits") };
            (level.channels(), samples[middle..middle + level.channels().count()].to_vec())
        };
        assert_eq!(level(Channels::Rgb, &[1, 100, 200]), (Channels::Rgb, vec![1, 100, 200]));
        assert_eq!(level(Channels::Rgba, &[1, 100, 200, 0]), (Channels::Rgb, vec![255; 3]));
        assert_eq!(level(Channels::GrayAlpha, &[7, 255]), (Channels::Gray, vec![7]));
    }
}
