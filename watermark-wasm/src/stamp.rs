//! A picture, a key and claims -> a stamped file that was read back before it is handed out.
//!
//! The steps of the command line's `stamp`, without files: look for an older mark, draw the visible label, embed, add labels to the metadata,
//! encode, decode, verify, and once more at a higher strength when a lossy file did not hold.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use watermark_badge::Badge;
use watermark_core::payload::{Origin, Serial, SystemName, SystemTag, UnixSeconds};
use watermark_core::raster::Raster;
use watermark_core::signature::PrivateKey;
use watermark_core::{Carrier, Effort, Profile, Stamped, Statement, Strength, embed, extract, psnr_db};
use watermark_files::{EncodeOptions, Encoded, Format, JpegOptions, Limits, WebpCompression, decode, encode, probe};
use watermark_label::{Applied, LabelFacts, Labelling};

use crate::Function;
use crate::error::Failure;
use crate::label::{self, BadgeFacts};
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
pub(crate) struct Options {
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
    /// A preset's name, a text, or `none`; what the profiles ask for when absent.
    pub(crate) badge: Option<String>,
    pub(crate) badge_corner: Option<String>,
    pub(crate) badge_size: Option<f32>,
    #[serde(default)]
    pub(crate) profiles: Vec<String>,
    pub(crate) provider: Option<String>,
    #[serde(default)]
    pub(crate) inside_service: bool,
    pub(crate) exempt: Option<String>,
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
    badge: Option<BadgeFacts>,
    labels: Option<LabelFacts>,
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
    /// Codes `option`, `key`, `already-marked`, `too-small`, `too-flat`, `cannot-label`, `cannot-stamp`, `cannot-write`, `unread`,
    /// `aborted`.
    pub fn stamp(&self, options: &str, progress: Option<Function>) -> Result<StampedFile, JsValue> {
        let options: Options = serde_json::from_str(options).map_err(Failure::from)?;
        let carrier_key = options.carrier_key.clone();
        let work = |carrier: &Carrier| Job::new(self, &options, carrier)?.run(progress.as_ref());
        Ok(with_carrier(carrier_key.as_deref(), work)??)
    }
}

/// What one attempt made: the marked pixels, their file, and the labels in it.
type Attempt = (Stamped, Encoded, Option<Applied>);

struct Job<'a> {
    picture: &'a Picture,
    /// The picture's pixels; with the visible label once it was drawn, which the mark so covers.
    cover: Cow<'a, Raster>,
    wanted: Option<Badge>,
    badge: Option<BadgeFacts>,
    labelling: Option<Labelling>,
    carrier: &'a Carrier,
    key: PrivateKey,
    statement: Statement,
    system: Option<SystemName>,
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
            system: system.as_ref().map_or(SystemTag::NONE, SystemName::tag),
        };
        let labelling = label::labelling(options, system.as_ref())?;
        let asked = labelling.as_ref().map_or_else(Vec::new, |labelling| {
            labelling.badge_texts(&labelling.circumstances(origin, options.realistic, options.artistic))
        });
        Ok(Self {
            picture,
            cover: Cow::Borrowed(&picture.raster),
            wanted: label::badge(options, &asked)?,
            badge: None,
            labelling,
            carrier,
            key: PrivateKey::from_pem(&options.key)?,
            statement,
            system,
            strength: options.strength.map_or(Strength::Auto, Strength::Fixed),
            encoding: encoding(picture, options)?,
            force: options.force,
        })
    }

    fn run(mut self, progress: Option<&Function>) -> Result<StampedFile, Failure> {
        step(progress, "look")?;
        let mut notes = self.look_for_older_mark()?;
        if let Some(badge) = &self.wanted {
            let (facts, present) = label::put(self.cover.to_mut(), badge)?;
            self.badge = Some(facts);
            if present {
                let text = "the visible label stood there already; it was not drawn again".to_owned();
                notes.push(Note { code: "badge-present", text });
            }
        }
        let (stamped, encoded, labels) = match (self.attempt(self.strength, progress), self.strength) {
            (Err(Failure::Unread { strength }), Strength::Auto) if strength < Strength::MAX => {
                self.attempt(Strength::Fixed((strength * STRONGER).min(Strength::MAX)), progress)?
            }
            (result, _) => result?,
        };
        notes.extend(self.notes(&stamped, &encoded));
        let labels = labels.map(|labels| {
            notes.extend(labels.notes.into_iter().map(|text| Note { code: "label", text }));
            notes.extend(labels.unlabelled.map(|text| Note { code: "unlabelled", text }));
            labels.facts
        });
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
            psnr_db: psnr_db(&self.cover, &stamped.raster),
            badge: self.badge,
            labels,
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
    fn attempt(&self, strength: Strength, progress: Option<&Function>) -> Result<Attempt, Failure> {
        step(progress, "embed")?;
        let public = self.key.public_key();
        let stamped = embed(&self.cover, &self.statement, &self.key, &public, self.carrier, strength)?;
        step(progress, "write")?;
        let labels = self.labels(&stamped)?;
        let mut metadata = Cow::Borrowed(&self.picture.metadata);
        if let Some(labels) = &labels {
            metadata.to_mut().xmp = Some(labels.packet.clone());
        }
        let encoded = encode(&stamped.raster, &metadata, &self.encoding)?;
        step(progress, "check")?;
        if let Some(labels) = &labels {
            labels.check(probe(&encoded.bytes, &Limits::default())?.metadata.xmp.as_deref())?;
        }
        if self.reads_back(&encoded.bytes, &stamped)? {
            return Ok((stamped, encoded, labels));
        }
        Err(Failure::Unread { strength: stamped.strength })
    }

    /// Labels for the metadata, when a profile was named.
    fn labels(&self, stamped: &Stamped) -> Result<Option<Applied>, Failure> {
        let Some(labelling) = &self.labelling else { return Ok(None) };
        let badge = self.badge.as_ref().map(|badge| &badge.place);
        let (packet, key) = (self.picture.metadata.xmp.as_deref(), &self.key);
        Ok(Some(labelling.apply(packet, stamped, self.system.as_ref(), badge, (key, &key.public_key()))?))
    }

    fn reads_back(&self, written: &[u8], stamped: &Stamped) -> Result<bool, Failure> {
        let file = decode(written, &Limits::default())?;
        let found = extract(&file.raster, self.carrier, Effort::Fast)?;
        Ok(stamped.read_back(&found, &self.key.public_key()).is_ok())
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
