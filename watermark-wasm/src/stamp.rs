//! A picture, a key and claims -> a stamped file that was read back before it is handed out.
//!
//! The steps of the command line's `stamp`, without files: look for an older mark, embed, encode, decode, verify, and
//! once more at a higher strength when a lossy file did not hold.

use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use watermark_core::payload::{Origin, Serial, SystemName, SystemTag, UnixSeconds};
use watermark_core::raster::{Raster, Samples};
use watermark_core::signature::{PrivateKey, verify};
use watermark_core::{Carrier, Effort, Profile, Stamped, Statement, Strength, embed, extract};
use watermark_files::{EncodeOptions, Encoded, Format, JpegOptions, Limits, WebpCompression, decode, encode};

use crate::Function;
use crate::error::Failure;
use crate::picture::Picture;
use crate::verify::{step, with_carrier};

/// Quality of JPEG output when nothing else is known; the source's own is held within the range.
const QUALITY: u8 = 92;
const QUALITY_RANGE: (u8, u8) = (90, 95);
/// A second try is this much stronger: 1.5 dB.
const STRONGER: f32 = 1.19;

/// Options of [`Picture::stamp`], in the spelling of JavaScript.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Options {
    key: String,
    serial: u64,
    time: i64,
    origin: String,
    #[serde(default)]
    realistic: bool,
    #[serde(default)]
    artistic: bool,
    system: Option<String>,
    strength: Option<f32>,
    format: Option<String>,
    quality: Option<u8>,
    carrier_key: Option<String>,
    #[serde(default)]
    force: bool,
}

/// What was done, in the words of `stamp --json`.
#[derive(Serialize)]
struct Record {
    schema: &'static str,
    format: &'static str,
    profile: &'static str,
    key_id: String,
    serial: u64,
    time: String,
    width: u32,
    height: u32,
    strength: f32,
    psnr_db: Option<f64>,
    notes: Vec<Note>,
}

/// Something to tell the user; pages translate by the code.
#[derive(Serialize)]
struct Note {
    code: &'static str,
    text: String,
}

/// A stamped file.
#[wasm_bindgen]
pub struct StampedFile {
    bytes: Vec<u8>,
    record: String,
}

#[wasm_bindgen]
impl StampedFile {
    /// The file.
    #[wasm_bindgen(getter)]
    pub fn bytes(&self) -> Vec<u8> {
        self.bytes.clone()
    }

    /// What was done, JSON.
    #[wasm_bindgen(getter)]
    pub fn record(&self) -> String {
        self.record.clone()
    }
}

#[wasm_bindgen]
impl Picture {
    /// Stamps the picture. `progress` is called before the stages `look`, `embed`, `write` and `check`.
    ///
    /// # Errors
    /// Codes `option`, `key`, `already-marked`, `too-small`, `too-flat`, `cannot-stamp`, `cannot-write`, `unread`,
    /// `aborted`.
    pub fn stamp(&self, options: &str, progress: Option<Function>) -> Result<StampedFile, JsValue> {
        let options: Options = serde_json::from_str(options).map_err(Failure::from)?;
        let carrier_key = options.carrier_key.clone();
        let work = |carrier: &Carrier| Job::new(self, &options, carrier)?.run(progress.as_ref());
        Ok(with_carrier(carrier_key.as_deref(), work)??)
    }
}

struct Job<'a> {
    picture: &'a Picture,
    carrier: &'a Carrier,
    key: PrivateKey,
    statement: Statement,
    strength: Strength,
    encoding: EncodeOptions,
    force: bool,
}

impl<'a> Job<'a> {
    fn new(picture: &'a Picture, options: &Options, carrier: &'a Carrier) -> Result<Self, Failure> {
        let origin = match options.origin.as_str() {
            "generated" => Origin::Generated,
            "altered" => Origin::Altered,
            "possible" => Origin::Possible,
            other => {
                let text = format!("origin {other:?} is not known; choose \"generated\", \"altered\" or \"possible\"");
                return Err(Failure::Option(text));
            }
        };
        let system = options.system.as_deref().map(str::parse::<SystemName>).transpose()?;
        let statement = Statement {
            origin,
            realistic: options.realistic,
            artistic: options.artistic,
            serial: Serial::new(options.serial)?,
            time: UnixSeconds::from_i64(options.time)?,
            system: system.map_or(SystemTag::NONE, |system| system.tag()),
        };
        Ok(Self {
            picture,
            carrier,
            key: PrivateKey::from_pem(&options.key)?,
            statement,
            strength: options.strength.map_or(Strength::Auto, Strength::Fixed),
            encoding: encoding(picture, options)?,
            force: options.force,
        })
    }

    fn run(&self, progress: Option<&Function>) -> Result<StampedFile, Failure> {
        step(progress, "look")?;
        let mut notes = self.look_for_older_mark()?;
        let (stamped, encoded) = match (self.attempt(self.strength, progress), self.strength) {
            (Err(Failure::Unread { strength }), Strength::Auto) if strength < Strength::MAX => {
                self.attempt(Strength::Fixed((strength * STRONGER).min(Strength::MAX)), progress)?
            }
            (result, _) => result?,
        };
        notes.extend(self.notes(&stamped, &encoded));
        let format = match self.encoding.format() {
            Format::Jpeg => "jpeg",
            Format::WebP => "webp",
            _ => "png",
        };
        let record = Record {
            schema: "watermark-stamp/1",
            format,
            profile: if stamped.profile == Profile::Sealed { "sealed" } else { "beacon-only" },
            key_id: self.key.public_key().key_id().to_string(),
            serial: self.statement.serial.get(),
            time: self.statement.time.to_string(),
            width: stamped.raster.width(),
            height: stamped.raster.height(),
            strength: stamped.strength,
            psnr_db: psnr_db(&self.picture.raster, &stamped.raster),
            notes,
        };
        Ok(StampedFile { bytes: encoded.bytes, record: serde_json::to_string(&record)? })
    }

    fn look_for_older_mark(&self) -> Result<Vec<Note>, Failure> {
        let found = extract(&self.picture.raster, self.carrier, Effort::Fast)?;
        if !found.is_marked() {
            return Ok(Vec::new());
        }
        let whose = found.beacon.map_or_else(
            || "that cannot be read".to_owned(),
            |beacon| format!("of key {}, serial {}", beacon.key_id, beacon.serial),
        );
        if !self.force {
            return Err(Failure::AlreadyMarked { whose });
        }
        Ok(vec![Note { code: "stamped-over", text: format!("stamped over an older mark {whose}") }])
    }

    /// Embeds at one strength, encodes, and hands the file out only if it reads back.
    fn attempt(&self, strength: Strength, progress: Option<&Function>) -> Result<(Stamped, Encoded), Failure> {
        step(progress, "embed")?;
        let public = self.key.public_key();
        let stamped = embed(&self.picture.raster, &self.statement, &self.key, &public, self.carrier, strength)?;
        step(progress, "write")?;
        let encoded = encode(&stamped.raster, &self.picture.metadata, &self.encoding)?;
        step(progress, "check")?;
        if self.reads_back(&encoded.bytes, &stamped)? {
            return Ok((stamped, encoded));
        }
        Err(Failure::Unread { strength: stamped.strength })
    }

    fn reads_back(&self, written: &[u8], stamped: &Stamped) -> Result<bool, Failure> {
        let file = decode(written, &Limits::default())?;
        let found = extract(&file.raster, self.carrier, Effort::Fast)?;
        Ok(match stamped.profile {
            Profile::Sealed => found.payload().is_some_and(|payload| {
                verify(&payload, &self.key.public_key())
                    .is_ok_and(|authentic| *authentic.claims() == stamped.payload.unverified_claims())
            }),
            Profile::BeaconOnly => found.beacon == Some(stamped.payload.beacon),
        })
    }

    fn notes(&self, stamped: &Stamped, encoded: &Encoded) -> Vec<Note> {
        let mut notes = Vec::new();
        if stamped.profile == Profile::BeaconOnly {
            let text =
                "the image has room for the beacon only: what it claims can be read, but not who signed it".to_owned();
            notes.push(Note { code: "beacon-only", text });
        }
        if self.picture.metadata.dropped_c2pa {
            let text = "the C2PA manifest was left out: changed pixels make it a broken claim".to_owned();
            notes.push(Note { code: "c2pa-dropped", text });
        }
        let others = self.picture.metadata.notes.iter().chain(&encoded.notes);
        notes.extend(others.map(|note| Note { code: "metadata", text: note.to_string() }));
        notes
    }
}

/// The output's format: as asked for, else the source's where it can be written.
fn encoding(picture: &Picture, options: &Options) -> Result<EncodeOptions, Failure> {
    let like = picture.source.map(EncodeOptions::like);
    let quality = |of_source: u8| options.quality.unwrap_or(of_source.clamp(QUALITY_RANGE.0, QUALITY_RANGE.1));
    Ok(match (options.format.as_deref(), like) {
        (None | Some("jpeg"), Some(EncodeOptions::Jpeg(jpeg))) => {
            EncodeOptions::Jpeg(JpegOptions { quality: quality(jpeg.quality), ..jpeg })
        }
        (Some("jpeg"), _) => EncodeOptions::Jpeg(JpegOptions::new(options.quality.unwrap_or(QUALITY))),
        // Lossy WebP needs a C library that is not built here.
        (Some("webp"), _) | (None, Some(EncodeOptions::WebP(_))) => EncodeOptions::WebP(WebpCompression::Lossless),
        (None | Some("png"), _) => EncodeOptions::Png,
        (Some(other), _) => {
            let text = format!("format {other:?} cannot be written; choose \"png\", \"jpeg\" or \"webp\" (lossless)");
            return Err(Failure::Option(text));
        }
    })
}

/// Peak signal-to-noise ratio over all colour samples, decibels; `None` when nothing differs.
fn psnr_db(a: &Raster, b: &Raster) -> Option<f64> {
    let step = a.channels().count();
    let colours = step - usize::from(a.channels().has_alpha());
    let square = |(i, d): (usize, f64)| if i % step < colours { d * d } else { 0.0 };
    let sum: f64 = match (a.samples(), b.samples()) {
        (Samples::U8(a), Samples::U8(b)) => {
            a.iter().zip(b).map(|(a, b)| f64::from(*a) - f64::from(*b)).enumerate().map(square).sum()
        }
        (Samples::U16(a), Samples::U16(b)) => {
            a.iter().zip(b).map(|(a, b)| (f64::from(*a) - f64::from(*b)) / 257.0).enumerate().map(square).sum()
        }
        _ => return None,
    };
    let mean = sum / (f64::from(a.width()) * f64::from(a.height()) * colours as f64);
    (mean > 0.0).then(|| 10.0 * (255.0 * 255.0 / mean).log10())
}
