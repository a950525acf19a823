//! Coverage -> pixels: a plate, light on a dark picture and dark on a light one, and the text on it.
//!
//! The plate lets a little of the picture through. Its opacities are such that the text keeps a contrast of 9 : 1 over any
//! picture whatever; [`Drawn::contrast`] is the least that was measured on the pixels written.

use watermark_core::Raster;
use watermark_core::raster::SamplesMut;

use crate::contrast::{LINEAR_8, linear, luminance, ratio};
use crate::layout::{Area, DrawError, Layout, RADIUS, layout};
use crate::wording::Badge;

/// Which plate was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plate {
    /// Dark text on a light plate, over a dark picture.
    Light,
    /// Light text on a dark plate, over a light picture.
    Dark,
}

/// What was drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// The plate's pixels.
    pub area: Area,
    /// Height of capitals, syllables or characters in pixels.
    pub text_height_px: u32,
    /// Lines of text.
    pub lines: usize,
    /// Which plate.
    pub plate: Plate,
    /// Least WCAG contrast ratio between the text and a pixel of the plate inside its rim, at least 4.5.
    pub contrast: f32,
    /// The label was there already, so nothing was changed.
    pub present: bool,
}

/// Gray levels and opacity of a plate.
struct Look {
    plate: f32,
    text: f32,
    /// Between nothing and all of the picture shut out.
    opacity: f32,
    /// Opacity of the hairline inside the rim, in the text's colour: it keeps the shape where plate and picture are alike.
    rim: f32,
}

impl Plate {
    const fn look(self) -> Look {
        match self {
            Self::Light => Look { plate: 1.0, text: 18.0 / 255.0, opacity: 0.88, rim: 0.1 },
            Self::Dark => Look { plate: 18.0 / 255.0, text: 1.0, opacity: 0.78, rim: 0.16 },
        }
    }

    /// The plate that stands out more from a mean luminance.
    fn over(luminance: f32) -> Self {
        if ratio(luminance, 1.0) > ratio(luminance, 0.0) { Self::Light } else { Self::Dark }
    }
}

/// Draws a label into a picture. Where the picture is transparent the plate is opaque; elsewhere alpha stays as it is. A label
/// that this function drew there before, and that compression or an invisible mark has changed little, is left alone.
///
/// # Errors
/// When the label does not fit; the picture is unchanged then.
pub fn draw(picture: &mut Raster, badge: &Badge) -> Result<Drawn, DrawError> {
    let layout = layout(badge, picture.width(), picture.height())?;
    let coverage = layout.coverage();
    let mut window = Window::of(picture, layout.plate);
    let (shape, inner) = (|pixel| rounded(&layout, pixel, 0.0), |pixel| rounded(&layout, pixel, rim_px(&layout)));
    let is_plate = |n: usize, pixel| coverage.values[n] == 0.0 && inner(pixel) >= 1.0;
    let present =
        [Plate::Light, Plate::Dark].into_iter().find(|plate| already(&window, *plate, &coverage.values, is_plate));
    let plate = present.unwrap_or_else(|| Plate::over(window.mean_luminance()));
    let look = plate.look();
    if present.is_none() {
        for (n, pixel) in window.pixels().enumerate() {
            let covered = shape(pixel);
            if covered > 0.0 {
                let rim = (covered - inner(pixel)).max(0.0) * look.rim;
                window.blend(pixel, &look, covered, rim, coverage.values[n]);
            }
        }
    }
    let text = linear(look.text);
    let plain = window.pixels().enumerate().filter(|(n, pixel)| is_plate(*n, *pixel));
    let contrast = plain.map(|(_, pixel)| ratio(window.luminance(pixel), text)).fold(21.0, f32::min);
    let Layout { plate: area, text_height_px, lines, .. } = layout;
    Ok(Drawn { area, text_height_px, lines: lines.len(), plate, contrast, present: present.is_some() })
}

/// Whether this label stands there already: the text in its colour on a plate that it can be read on. Lossy files blur
/// edges, so only whole pixels of text count, and one in ten may differ.
fn already(
    window: &Window<'_>,
    plate: Plate,
    coverage: &[f32],
    is_plate: impl Fn(usize, (usize, usize)) -> bool,
) -> bool {
    let text = linear(plate.look().text);
    let (mut ink, mut ink_alike, mut ground, mut ground_alike) = (0, 0, 0, 0);
    for (n, pixel) in window.pixels().enumerate() {
        if coverage[n] >= 0.99 {
            ink += 1;
            ink_alike += usize::from(ratio(window.luminance(pixel), text) < 1.5 && window.alpha(pixel) > 0.9);
        } else if is_plate(n, pixel) {
            ground += 1;
            ground_alike += usize::from(ratio(window.luminance(pixel), text) > 6.0);
        }
    }
    ink > 0 && ink_alike * 10 >= ink * 9 && ground_alike * 10 >= ground * 9
}

/// The hairline's width: a pixel, or more on large plates.
fn rim_px(layout: &Layout) -> f32 {
    (layout.text_height_px as f32 / 32.0).max(1.0)
}

/// How much of a pixel lies on the plate made smaller by `inset` pixels on each side, 0 to 1: the distance to a rounded
/// rectangle (I. Quilez, 2D distance functions), which grows by one per pixel across the edge.
fn rounded(layout: &Layout, (x, y): (usize, usize), inset: f32) -> f32 {
    let radius = layout.text_height_px as f32 * RADIUS;
    let half = |length: u32| length as f32 / 2.0;
    let beyond = |at: usize, length: u32| {
        let from_middle = (at as f32 + 0.5 - half(length)).abs();
        from_middle - (half(length) - radius)
    };
    let (u, v) = (beyond(x, layout.plate.width), beyond(y, layout.plate.height));
    let (outside_u, outside_v) = (u.max(0.0), v.max(0.0));
    let outside = (outside_u * outside_u + outside_v * outside_v).sqrt();
    let distance = outside + u.max(v).min(0.0) - radius + inset;
    (0.5 - distance).clamp(0.0, 1.0)
}

/// The pixels under the plate, whatever their layout, as numbers from 0 to 1.
struct Window<'a> {
    samples: SamplesMut<'a>,
    stride: usize,
    channels: usize,
    has_alpha: bool,
    area: Area,
}

impl<'a> Window<'a> {
    fn of(picture: &'a mut Raster, area: Area) -> Self {
        let (width, channels) = (picture.width() as usize, picture.channels());
        let (stride, has_alpha) = (width * channels.count(), channels.has_alpha());
        Self { samples: picture.samples_mut(), stride, channels: channels.count(), has_alpha, area }
    }

    /// `(x, y)` from the plate's top left, row by row.
    fn pixels(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let (width, height) = (self.area.width as usize, self.area.height as usize);
        (0..height).flat_map(move |y| (0..width).map(move |x| (x, y)))
    }

    fn index(&self, (x, y): (usize, usize)) -> usize {
        (self.area.y as usize + y) * self.stride + (self.area.x as usize + x) * self.channels
    }

    fn get(&self, index: usize) -> f32 {
        match &self.samples {
            SamplesMut::U8(samples) => f32::from(samples[index]) / 255.0,
            SamplesMut::U16(samples) => f32::from(samples[index]) / 65_535.0,
        }
    }

    fn set(&mut self, index: usize, value: f32) {
        match &mut self.samples {
            SamplesMut::U8(samples) => samples[index] = (value * 255.0 + 0.5) as u8,
            SamplesMut::U16(samples) => samples[index] = (value * 65_535.0 + 0.5) as u16,
        }
    }

    fn alpha(&self, pixel: (usize, usize)) -> f32 {
        if self.has_alpha { self.get(self.index(pixel) + self.channels - 1) } else { 1.0 }
    }

    fn colours(&self) -> usize {
        self.channels - usize::from(self.has_alpha)
    }

    fn luminance(&self, pixel: (usize, usize)) -> f32 {
        let at = self.index(pixel);
        let colour = |c| match &self.samples {
            SamplesMut::U8(samples) => LINEAR_8[usize::from(samples[at + c])],
            SamplesMut::U16(samples) => linear(f32::from(samples[at + c]) / 65_535.0),
        };
        luminance(if self.colours() == 1 { [colour(0); 3] } else { [colour(0), colour(1), colour(2)] })
    }

    /// Transparent pixels count as white, which most pages are.
    fn mean_luminance(&self) -> f32 {
        let seen = |pixel| 1.0 + self.alpha(pixel) * (self.luminance(pixel) - 1.0);
        self.pixels().map(seen).sum::<f32>() / (self.area.width * self.area.height) as f32
    }

    /// Lays plate, rim and text over one pixel; `covered` of it lies on the plate.
    fn blend(&mut self, pixel: (usize, usize), look: &Look, covered: f32, rim: f32, text: f32) {
        let (at, alpha) = (self.index(pixel), self.alpha(pixel));
        let result_alpha = alpha + covered * (1.0 - alpha);
        for channel in at..at + self.colours() {
            let under = self.get(channel);
            // Where the picture is transparent, nothing of its colour comes through.
            let plate = look.plate + alpha * (1.0 - look.opacity) * (under - look.plate);
            let rimmed = plate + rim * (look.text - plate);
            let label = rimmed + text * (look.text - rimmed);
            let premultiplied = covered * label + (1.0 - covered) * alpha * under;
            self.set(channel, premultiplied / result_alpha);
        }
        if self.has_alpha {
            self.set(at + self.channels - 1, result_alpha);
        }
    }
}
