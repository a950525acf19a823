//! One picture: stamped, its quality, and what every attack leaves.

use anyhow::Result;
use watermark_attacks::Attack;
use watermark_core::payload::{Origin, Payload, Serial, SystemTag, UnixSeconds};
use watermark_core::signature::{PrivateKey, Zeroizing};
use watermark_core::{Carrier, Effort, Stamped, Statement, Strength, embed, extract};

use crate::corpus::{self, Picture};
use crate::quality;

/// How strong to stamp.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wanted {
    /// This strength, or the search.
    Strength(Strength),
    /// The fixed strength that gives this PSNR, dB.
    Psnr(f64),
}

/// What is left after an attack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Held {
    /// Beacon and seal read, as they were stamped.
    pub(crate) sealed: bool,
    /// The beacon read, as it was stamped.
    pub(crate) beacon: bool,
    /// A mark found.
    pub(crate) marked: bool,
}

/// Sizes that are reported apart: by the geometric mean of the sides, nearest on a logarithmic scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// Under 724 px.
    Px512,
    /// To 1448 px.
    Px1024,
    /// Above.
    Px2048,
}

impl Class {
    /// All, smallest first.
    pub(crate) const ALL: [Self; 3] = [Self::Px512, Self::Px1024, Self::Px2048];

    /// The class of a size in pixels.
    pub(crate) fn of(width: u32, height: u32) -> Self {
        match (f64::from(width) * f64::from(height)).sqrt() {
            side if side < 724.0 => Self::Px512,
            side if side < 1448.0 => Self::Px1024,
            _ => Self::Px2048,
        }
    }

    /// Its name in tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Px512 => "512 px",
            Self::Px1024 => "1024 px",
            Self::Px2048 => "2048 px and more",
        }
    }
}

/// One picture's results.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) class: Class,
    pub(crate) strength: f32,
    pub(crate) psnr: f64,
    /// `NaN` when left out.
    pub(crate) ssim: f64,
    /// `NaN` when left out.
    pub(crate) ssimulacra2: f64,
    /// Read as it was stamped.
    pub(crate) untouched: Held,
    /// Per attack.
    pub(crate) held: Vec<Held>,
}

impl Row {
    pub(crate) fn measure(
        picture: &Picture,
        attacks: &[&Attack],
        carrier: &Carrier,
        wanted: Wanted,
        with_ssim: bool,
    ) -> Result<Self> {
        let stamped = stamp(picture, carrier, wanted)?;
        let pixels = corpus::to_rgb(&stamped.raster);
        let read = |pixels: &image::RgbImage| -> Result<Held> {
            Ok(held(&extract(&corpus::to_raster(pixels)?, carrier, Effort::Normal)?, &stamped.payload))
        };
        let after = |attack: &&Attack| read(&attack.apply(&pixels, 1)?.image);
        let (width, height) = picture.pixels.dimensions();
        let score = |of: &dyn Fn() -> Result<f64>| if with_ssim { of() } else { Ok(f64::NAN) };
        Ok(Self {
            name: picture.name.clone(),
            class: Class::of(width, height),
            strength: stamped.strength,
            psnr: quality::psnr_db(&picture.pixels, &pixels),
            ssim: score(&|| Ok(quality::ssim(&picture.pixels, &pixels)))?,
            ssimulacra2: score(&|| quality::ssimulacra2(&picture.pixels, &pixels))?,
            untouched: read(&pixels)?,
            held: attacks.iter().map(after).collect::<Result<_>>()?,
        })
    }
}

fn held(read: &watermark_core::Extraction, stamped: &Payload) -> Held {
    let sealed = read.payload().is_some_and(|p| p == *stamped);
    let beacon = read.beacon.is_some_and(|b| b == stamped.beacon);
    Held { sealed, beacon, marked: read.is_marked() }
}

fn stamp(picture: &Picture, carrier: &Carrier, wanted: Wanted) -> Result<Stamped> {
    let key = PrivateKey::from_seed(Zeroizing::new([7; 32]));
    let cover = corpus::to_raster(&picture.pixels)?;
    let statement = Statement {
        origin: Origin::Generated,
        realistic: false,
        artistic: false,
        serial: Serial::new(1)?,
        time: UnixSeconds(1_700_000_000),
        system: SystemTag::NONE,
    };
    let at = |strength| embed(&cover, &statement, &key, &key.public_key(), carrier, strength);
    let target = match wanted {
        Wanted::Strength(strength) => return Ok(at(strength)?),
        Wanted::Psnr(target) => target,
    };
    let (mut low, mut high) = (Strength::MIN, Strength::MAX);
    let mut out = at(Strength::Fixed(low))?;
    for _ in 0..6 {
        let middle = (low * high).sqrt();
        out = at(Strength::Fixed(middle))?;
        if quality::psnr_db(&picture.pixels, &corpus::to_rgb(&out.raster)) > target {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok(out)
}
