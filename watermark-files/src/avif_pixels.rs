//! AVIF pixels: AV1 decoded by `re_rav1d` (dav1d in Rust, no assembly), then turned into RGB.
//!
//! Chroma is interpolated as libavif does it through libyuv, centred between luma samples whatever the stream says,
//! weights 3/4 and 1/4. Samples deeper than 8 bits are handed out as 16 over their full range.
//!
//! The decoder is fed on the calling thread, bounded to the size the container states. Its entry points are C ones, and
//! a panic inside them ends the process instead of unwinding; so only key frames are let in.

use re_rav1d::dav1d::pixel::{MatrixCoefficients, YUVRange};
use re_rav1d::dav1d::{
    DecodeFrameType, Decoder, Error, Picture, PixelLayout, PlanarImageComponent as Component, Plane, Settings,
};
use watermark_core::raster::{Channels, Samples};

use crate::avif_boxes::Still;
use crate::error::DecodeError;
use crate::iso_boxes::{damaged, unsupported};
use crate::limits::Limits;

/// How often a decoder may ask for the rest of its input before a picture counts as missing.
const MAX_PULLS: usize = 64;

/// Decodes the picture and its alpha.
pub(crate) fn decode(bytes: &[u8], limits: &Limits) -> Result<(Channels, Samples), DecodeError> {
    let still = Still::find(bytes, limits)?;
    let size = (still.width, still.height);
    let color = decode_av1(&still.color, size)?;
    let alpha = still.alpha.as_deref().map(|data| decode_av1(data, size)).transpose()?;
    let view = View::new(&still, &color, alpha.as_ref())?;
    let deep = color.bit_depth() > 8;
    let samples = if deep {
        Samples::U16(view.render(|v| (v * 65_535.0 + 0.5) as u16))
    } else {
        Samples::U8(view.render(|v| (v * 255.0 + 0.5) as u8))
    };
    Ok((view.channels(), samples))
}

fn decode_av1(data: &[u8], (width, height): (u32, u32)) -> Result<Picture, DecodeError> {
    let failed = |e: Error| match e {
        Error::NotEnoughMemory => damaged("its AV1 data asks for more memory than there is"),
        e => damaged(format!("its AV1 data does not decode ({e})")),
    };
    // The decoder would say so on standard error.
    if data.is_empty() {
        return Err(damaged("a picture has no AV1 data"));
    }
    let mut settings = Settings::new();
    settings.set_n_threads(1);
    settings.set_max_frame_delay(1);
    settings.set_all_layers(false);
    settings.set_decode_frame_type(DecodeFrameType::Key);
    // Zero would mean no limit; the container's size is at least 1 x 1.
    settings.set_frame_size_limit(u32::try_from(u64::from(width) * u64::from(height)).unwrap_or(u32::MAX));
    let mut decoder = Decoder::with_settings(&settings).map_err(failed)?;
    let mut sent = decoder.send_data(data.to_vec(), None, None, None);
    for _ in 0..MAX_PULLS {
        match sent {
            Ok(()) | Err(Error::Again) => {}
            Err(e) => return Err(failed(e)),
        }
        match decoder.get_picture() {
            Ok(picture) if (picture.width(), picture.height()) == (width, height) => return Ok(picture),
            Ok(_) => return Err(damaged("its AV1 data and its container state different sizes")),
            Err(Error::Again) if sent.is_err() => sent = decoder.send_pending_data(),
            Err(Error::Again) => break,
            Err(e) => return Err(failed(e)),
        }
    }
    Err(damaged("its AV1 data holds no key frame"))
}

/// How stored values become 0 to 1, or -0.5 to 0.5 for chroma.
#[derive(Clone, Copy)]
struct Scale {
    zero: f32,
    step: f32,
}

impl Scale {
    fn luma(bits: usize, full: bool) -> Self {
        let unit = (1_u32 << (bits - 8)) as f32;
        let (zero, range) = if full { (0.0, 256.0 * unit - 1.0) } else { (16.0 * unit, 219.0 * unit) };
        Self { zero, step: 1.0 / range }
    }

    fn chroma(bits: usize, full: bool) -> Self {
        let unit = (1_u32 << (bits - 8)) as f32;
        let range = if full { 256.0 * unit - 1.0 } else { 224.0 * unit };
        Self { zero: 128.0 * unit, step: 1.0 / range }
    }

    fn apply(self, row: &mut [f32]) {
        for v in row {
            *v = (*v - self.zero) * self.step;
        }
    }
}

/// How three planes become red, green and blue.
#[derive(Clone, Copy)]
enum Matrix {
    /// The planes are green, blue and red.
    Identity,
    /// By the weights of red and blue in luma.
    Weights { kr: f32, kb: f32 },
}

impl Matrix {
    /// By the code points of H.273, table 4.
    fn from_code(code: u16) -> Result<Self, DecodeError> {
        let (kr, kb) = match code {
            0 => return Ok(Self::Identity),
            1 => (0.2126, 0.0722),
            // Unspecified: what AVIF writers assume.
            2 | 5 | 6 => (0.299, 0.114),
            4 => (0.30, 0.11),
            7 => (0.212, 0.087),
            9 => (0.2627, 0.0593),
            code => return Err(unsupported(format!("colour matrix {code} (H.273)"))),
        };
        Ok(Self::Weights { kr, kb })
    }

    /// As the AV1 sequence header says it.
    const fn code_of(matrix: MatrixCoefficients) -> u16 {
        match matrix {
            MatrixCoefficients::Identity => 0,
            MatrixCoefficients::BT709 => 1,
            MatrixCoefficients::BT470M => 4,
            MatrixCoefficients::BT470BG | MatrixCoefficients::ST170M => 6,
            MatrixCoefficients::ST240M => 7,
            MatrixCoefficients::YCgCo => 8,
            MatrixCoefficients::BT2020NonConstantLuminance => 9,
            MatrixCoefficients::BT2020ConstantLuminance => 10,
            MatrixCoefficients::ST2085 => 11,
            MatrixCoefficients::ChromaticityDerivedNonConstantLuminance => 12,
            MatrixCoefficients::ChromaticityDerivedConstantLuminance => 13,
            MatrixCoefficients::ICtCp => 14,
            _ => 2,
        }
    }

    fn to_rgb(self, y: f32, u: f32, v: f32) -> [f32; 3] {
        match self {
            Self::Identity => [v, y, u],
            Self::Weights { kr, kb } => {
                let r = y + 2.0 * (1.0 - kr) * v;
                let b = y + 2.0 * (1.0 - kb) * u;
                [r, (y - kr * r - kb * b) / (1.0 - kr - kb), b]
            }
        }
    }
}

/// Samples of one plane.
struct Rows {
    plane: Plane,
    stride: usize,
    wide: bool,
    width: usize,
    height: usize,
    scale: Scale,
}

impl Rows {
    fn new(picture: &Picture, component: Component, (width, height): (usize, usize), scale: Scale) -> Self {
        let plane = picture.plane(component);
        let stride = picture.stride(component) as usize;
        Self { plane, stride, wide: picture.bit_depth() > 8, width, height, scale }
    }

    /// A row as stored.
    fn raw(&self, y: usize, out: &mut Vec<f32>) {
        let row = &self.plane[y * self.stride..];
        out.clear();
        if self.wide {
            let samples = row[..self.width * 2].chunks_exact(2);
            out.extend(samples.map(|b| f32::from(u16::from_ne_bytes([b[0], b[1]]))));
        } else {
            out.extend(row[..self.width].iter().map(|&b| f32::from(b)));
        }
    }

    fn row(&self, y: usize, out: &mut Vec<f32>) {
        self.raw(y, out);
        self.scale.apply(out);
    }

    /// A row of chroma brought to the resolution of luma.
    fn upsampled(&self, y: usize, (across, down): (bool, bool), width: usize, buffers: &mut [Vec<f32>; 2]) {
        let [line, out] = buffers;
        if down {
            let nearest = y / 2;
            let next = if y.is_multiple_of(2) { nearest.saturating_sub(1) } else { (nearest + 1).min(self.height - 1) };
            self.raw(nearest, line);
            self.raw(next, out);
            for (a, b) in line.iter_mut().zip(out.iter()) {
                *a = 0.75 * *a + 0.25 * b;
            }
        } else {
            self.raw(y, line);
        }
        self.scale.apply(line);
        if !across {
            std::mem::swap(line, out);
            return;
        }
        out.clear();
        let last = line.len() - 1;
        for (x, &v) in line.iter().enumerate() {
            out.push(0.75 * v + 0.25 * line[x.saturating_sub(1)]);
            out.push(0.75 * v + 0.25 * line[(x + 1).min(last)]);
        }
        out.truncate(width);
    }
}

/// A decoded picture with what its planes mean.
struct View {
    width: usize,
    height: usize,
    luma: Rows,
    /// Blue and red difference with their coarseness across and down.
    chroma: Option<([Rows; 2], (bool, bool))>,
    alpha: Option<Rows>,
    matrix: Matrix,
    premultiplied: bool,
}

impl View {
    fn new(still: &Still<'_>, color: &Picture, alpha: Option<&Picture>) -> Result<Self, DecodeError> {
        let (width, height) = (still.width as usize, still.height as usize);
        let full_by_stream = |picture: &Picture| matches!(picture.color_range(), YUVRange::Full);
        // The container overrules the stream.
        let full = still.nclx.map_or_else(|| full_by_stream(color), |nclx| nclx.full_range);
        let bits = color.bit_depth();
        let luma_scale = Scale::luma(bits, full);
        let coarse = match color.pixel_layout() {
            PixelLayout::I400 => None,
            PixelLayout::I420 => Some((true, true)),
            PixelLayout::I422 => Some((true, false)),
            PixelLayout::I444 => Some((false, false)),
        };
        let code = still.nclx.map_or_else(|| Matrix::code_of(color.matrix_coefficients()), |nclx| nclx.matrix);
        let matrix = if coarse.is_some() { Matrix::from_code(code)? } else { Matrix::Identity };
        let identity = matches!(matrix, Matrix::Identity);
        if identity && coarse.is_some_and(|(across, _)| across) {
            return Err(damaged("it states RGB planes of unequal resolution"));
        }
        let scale = if identity { luma_scale } else { Scale::chroma(bits, full) };
        let chroma = coarse.map(|(across, down)| {
            let size = (if across { width.div_ceil(2) } else { width }, if down { height.div_ceil(2) } else { height });
            ([Component::U, Component::V].map(|c| Rows::new(color, c, size, scale)), (across, down))
        });
        let alpha = alpha.map(|picture| {
            let scale = Scale::luma(picture.bit_depth(), full_by_stream(picture));
            Rows::new(picture, Component::Y, (width, height), scale)
        });
        let luma = Rows::new(color, Component::Y, (width, height), luma_scale);
        Ok(Self { width, height, luma, chroma, alpha, matrix, premultiplied: still.premultiplied })
    }

    const fn channels(&self) -> Channels {
        match (self.chroma.is_some(), self.alpha.is_some()) {
            (true, false) => Channels::Rgb,
            (true, true) => Channels::Rgba,
            (false, false) => Channels::Gray,
            (false, true) => Channels::GrayAlpha,
        }
    }

    /// All samples, each brought from 0 to 1 to its stored form by `quantise`.
    fn render<T>(&self, quantise: impl Fn(f32) -> T) -> Vec<T> {
        let mut samples = Vec::with_capacity(self.width * self.height * self.channels().count());
        let (mut luma, mut opacity) = (Vec::new(), Vec::new());
        let (mut blue, mut red) = (<[Vec<f32>; 2]>::default(), <[Vec<f32>; 2]>::default());
        for y in 0..self.height {
            self.luma.row(y, &mut luma);
            if let Some(([u, v], coarse)) = &self.chroma {
                u.upsampled(y, *coarse, self.width, &mut blue);
                v.upsampled(y, *coarse, self.width, &mut red);
            }
            if let Some(alpha) = &self.alpha {
                alpha.row(y, &mut opacity);
            }
            for x in 0..self.width {
                let alpha = opacity.get(x).map(|a| a.clamp(0.0, 1.0));
                let put = |v: f32| {
                    let shown = match alpha {
                        // Nothing shows where alpha is zero, and nothing is known of the colour there.
                        Some(a) if self.premultiplied => {
                            if a > 0.0 {
                                v / a
                            } else {
                                0.0
                            }
                        }
                        _ => v,
                    };
                    quantise(shown.clamp(0.0, 1.0))
                };
                if self.chroma.is_some() {
                    samples.extend(self.matrix.to_rgb(luma[x], blue[1][x], red[1][x]).map(put));
                } else {
                    samples.push(put(luma[x]));
                }
                samples.extend(alpha.map(&quantise));
            }
        }
        samples
    }
}
