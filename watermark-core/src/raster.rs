//! Decoded pixels as every box of the diagram takes them in and hands them out.
//!
//! Interleaved samples, row by row, no padding; pixel centres at half-integer coordinates, so pixel `(x, y)`
//! covers `[x, x+1) x [y, y+1)`. Eight or sixteen bits a sample, gamma-encoded as the file stored them.

use thiserror::Error;

/// Which samples one pixel holds, in storage order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channels {
    /// One gray sample.
    Gray,
    /// Gray, then straight (not premultiplied) alpha.
    GrayAlpha,
    /// Red, green, blue.
    Rgb,
    /// Red, green, blue, then straight alpha.
    Rgba,
}

impl Channels {
    /// Samples per pixel, 1 to 4.
    pub const fn count(self) -> usize {
        match self {
            Self::Gray => 1,
            Self::GrayAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }

    /// Whether the last sample of a pixel is alpha.
    pub const fn has_alpha(self) -> bool {
        matches!(self, Self::GrayAlpha | Self::Rgba)
    }
}

/// The samples, at the depth the file stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Samples {
    /// 0 to 255.
    U8(Vec<u8>),
    /// 0 to 65535.
    U16(Vec<u16>),
}

/// An image in memory. Its sample count always equals `width * height * channels.count()`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raster {
    width: u32,
    height: u32,
    channels: Channels,
    samples: Samples,
}

/// The samples handed over do not fill the stated frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "a {width} x {height} image with {channels} channels needs {expected:?} samples, got {actual}; pass exactly one sample per channel and pixel"
)]
#[non_exhaustive]
pub struct RasterError {
    /// Stated width in pixels.
    pub width: u32,
    /// Stated height in pixels.
    pub height: u32,
    /// Stated samples per pixel.
    pub channels: usize,
    /// Samples the frame needs; `None` when the product overflows.
    pub expected: Option<usize>,
    /// Samples handed over.
    pub actual: usize,
}

impl Raster {
    /// Wraps samples that already lie in `width * height * channels` order.
    ///
    /// # Errors
    /// When the number of samples does not match, or either side is zero.
    pub fn new(width: u32, height: u32, channels: Channels, samples: Samples) -> Result<Self, RasterError> {
        let actual = match &samples {
            Samples::U8(s) => s.len(),
            Samples::U16(s) => s.len(),
        };
        let expected = (width as usize)
            .checked_mul(height as usize)
            .and_then(|n| n.checked_mul(channels.count()))
            .filter(|&n| n > 0);
        if expected != Some(actual) {
            return Err(RasterError { width, height, channels: channels.count(), expected, actual });
        }
        Ok(Self { width, height, channels, samples })
    }

    /// The same for samples that were made for this size.
    pub(crate) fn from_parts(width: u32, height: u32, channels: Channels, samples: Samples) -> Self {
        debug_assert!(Self::new(width, height, channels, samples.clone()).is_ok());
        Self { width, height, channels, samples }
    }

    /// Which colour samples at `(x, y)` are as dark or as bright as samples get, to within a 128th of the range: bit 0 for the first. A gray
    /// sample stands for all three. Outside, none.
    pub(crate) fn clipped(&self, x: usize, y: usize) -> usize {
        let (width, height, count) = (self.width as usize, self.height as usize, self.channels.count());
        let colors = count - usize::from(self.channels.has_alpha());
        if x >= width || y >= height {
            return 0;
        }
        let first = (y * width + x) * count;
        let unit = if colors == 1 { 0b111 } else { 1 };
        let bits = |sample: usize, is_clipped: bool| (usize::from(is_clipped) * unit) << sample;
        match &self.samples {
            Samples::U8(s) => {
                let pixel = s[first..first + colors].iter().enumerate();
                pixel.map(|(i, v)| bits(i, !(2..=253).contains(v))).sum()
            }
            Samples::U16(s) => {
                let pixel = s[first..first + colors].iter().enumerate();
                pixel.map(|(i, v)| bits(i, !(512..=65023).contains(v))).sum()
            }
        }
    }

    /// The picture with every colour sample inverted, alpha as it is.
    pub(crate) fn negative(&self) -> Self {
        let count = self.channels.count();
        let colors = count - usize::from(self.channels.has_alpha());
        let mut out = self.clone();
        match &mut out.samples {
            Samples::U8(s) => s.chunks_exact_mut(count).for_each(|p| p[..colors].iter_mut().for_each(|v| *v = !*v)),
            Samples::U16(s) => s.chunks_exact_mut(count).for_each(|p| p[..colors].iter_mut().for_each(|v| *v = !*v)),
        }
        out
    }

    /// Share of the pixels that let something behind them show, 0 to 1.
    pub fn transparent(&self) -> f64 {
        if !self.channels.has_alpha() {
            return 0.0;
        }
        let last = self.channels.count() - 1;
        let clear = match &self.samples {
            Samples::U8(s) => s.iter().skip(last).step_by(last + 1).filter(|a| **a < u8::MAX).count(),
            Samples::U16(s) => s.iter().skip(last).step_by(last + 1).filter(|a| **a < u16::MAX).count(),
        };
        clear as f64 / (f64::from(self.width) * f64::from(self.height))
    }

    /// Width in pixels, at least 1.
    pub const fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels, at least 1.
    pub const fn height(&self) -> u32 {
        self.height
    }

    /// Samples per pixel.
    pub const fn channels(&self) -> Channels {
        self.channels
    }

    /// The samples in storage order.
    pub const fn samples(&self) -> &Samples {
        &self.samples
    }

    /// The samples, to be changed in place; their number cannot change.
    pub fn samples_mut(&mut self) -> SamplesMut<'_> {
        match &mut self.samples {
            Samples::U8(s) => SamplesMut::U8(s),
            Samples::U16(s) => SamplesMut::U16(s),
        }
    }

    /// Gives the samples back.
    pub fn into_samples(self) -> Samples {
        self.samples
    }
}

/// Writable samples of a [`Raster`].
#[derive(Debug)]
pub enum SamplesMut<'a> {
    /// 0 to 255.
    U8(&'a mut [u8]),
    /// 0 to 65535.
    U16(&'a mut [u16]),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_negative_keeps_its_alpha() {
        let of = |channels, samples| Raster::new(1, 1, channels, samples).unwrap().negative().into_samples();
        assert_eq!(of(Channels::Rgba, Samples::U8(vec![0, 100, 255, 7])), Samples::U8(vec![255, 155, 0, 7]));
        assert_eq!(of(Channels::GrayAlpha, Samples::U16(vec![1000, 9])), Samples::U16(vec![64535, 9]));
        assert_eq!(of(Channels::Gray, Samples::U16(vec![65535])), Samples::U16(vec![0]));
    }

    #[test]
    fn clipped_samples_are_told_one_by_one_and_alpha_is_none() {
        let of = |pixel: [u8; 4]| Raster::new(1, 1, Channels::Rgba, Samples::U8(pixel.to_vec())).unwrap().clipped(0, 0);
        assert_eq!([of([2, 128, 253, 255]), of([1, 128, 254, 0]), of([0, 255, 0, 128])], [0, 0b101, 0b111]);
        let deep = Raster::new(2, 1, Channels::Gray, Samples::U16(vec![511, 512])).unwrap();
        assert_eq!([deep.clipped(0, 0), deep.clipped(1, 0), deep.clipped(2, 0)], [0b111, 0, 0], "the last is outside");
    }
}
