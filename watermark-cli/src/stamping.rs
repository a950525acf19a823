//! One picture's way to its stamped file: decode, look for an older mark, embed, encode, read back, rename.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest as _, Sha256};
use watermark_badge::Badge;
use watermark_core::payload::{Origin, Serial, SystemName, SystemTag, UnixSeconds};
use watermark_core::signature::{Signature, SignatureError, Signer};
use watermark_core::{Carrier, Corrections, Effort, EmbedError, Stamped, Statement, Strength, embed, extract, psnr_db};
use watermark_files::{EncodeOptions, Format, ImageFile, JpegOptions, Limits, Metadata, Source, WebpCompression};
use watermark_label::{self as label, Applied, Labelling};

use crate::batch::guarded;
use crate::examine::since;
use crate::inputs::{Input, Place};
use crate::key_store::SigningKey;
use crate::labelling;
use crate::ledger::{Labels, Ledger, Margin, Stamp};
use crate::manifest::ManifestWriter;
use crate::memory::Memory;
use crate::output::{self, Existing, Readers};
use crate::picture;

mod record;

pub(crate) use record::{BadgeFacts, StampRecord, profile_name};
use record::{Code, OlderMark, notes};

/// Quality of JPEG and lossy WebP output when nothing else is known or asked for.
const QUALITY: u8 = 92;
/// What the source's own quality is held within: below, the mark would cost more than the codec's noise can hide and
/// recompression eats it; above, files grow for nothing.
const QUALITY_RANGE: (u8, u8) = (90, 95);
/// What to do about an output that cannot be written, with --out-dir too, which names it like the input.
const NAME_IT: &str = "name the output .png, .jpg or .webp with -o, one image at a time";
/// A second try, when a lossy file does not read back, is this much stronger (a quarter of a doubling, 1.5 dB).
const STRONGER: f32 = 1.19;

/// What all pictures of a call share.
pub(crate) struct Stamper {
    pub(crate) key: SigningKey,
    pub(crate) carrier: Carrier,
    /// Set when `carrier` is a private one: marks of the public carrier are looked for too.
    pub(crate) public_carrier: Option<Carrier>,
    pub(crate) origin: Origin,
    pub(crate) realistic: bool,
    pub(crate) artistic: bool,
    pub(crate) system: Option<SystemName>,
    pub(crate) labelling: Option<Labelling>,
    pub(crate) badge: Option<Badge>,
    pub(crate) ledger: Option<Ledger>,
    /// Set when stamped files are to carry a C2PA manifest.
    pub(crate) manifest: Option<ManifestWriter>,
    pub(crate) time: Option<UnixSeconds>,
    pub(crate) strength: Strength,
    pub(crate) quality: Option<u8>,
    pub(crate) force: bool,
    pub(crate) existing: Existing,
}

/// Where a stamped picture goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Standard output.
    Stdout,
    /// A file.
    File(PathBuf),
}

impl Stamper {
    /// Stamps one input. Whatever goes wrong becomes part of the record.
    pub(crate) fn stamp(&self, input: &Input, target: &Target, serial: Serial, memory: &Memory) -> StampRecord {
        let start = Instant::now();
        let mut record = StampRecord::new(input, target, self.key.public.key_id(), serial);
        match guarded(|| self.try_stamp(input, target, serial, memory, &mut record)) {
            Ok(()) => record.status = "stamped",
            Err(error) => {
                record.code.get_or_insert_with(|| Code::of(&error));
                record.error = Some(format!("{error:#}"));
            }
        }
        record.total_ms = since(start);
        record
    }

    fn try_stamp(
        &self,
        input: &Input,
        target: &Target,
        serial: Serial,
        memory: &Memory,
        record: &mut StampRecord,
    ) -> Result<()> {
        self.check_target(input, target).inspect_err(|_| record.code = Some(Code::OutputExists))?;
        let bytes = input.read().inspect_err(|_| record.code = Some(Code::Unreadable))?;
        let (mut cover, _share) = picture::decode(&bytes, memory)?;
        let cover_sha256 = Sha256::digest(&bytes).into();
        drop(bytes);
        (record.width, record.height) = (Some(cover.raster.width()), Some(cover.raster.height()));
        self.check_unmarked(&cover, record)?;
        let options = encode_options(target, cover.source, self.quality)
            .inspect_err(|_| record.code = Some(Code::UnsupportedOutput))?;
        let statement = self.statement(serial)?;
        // Before the mark, which so covers it too.
        let drawn = self.badge.as_ref().map(|badge| draw_badge(&mut cover, badge, record)).transpose();
        // Where the mark has no room either, no shorter label would help.
        let badge = drawn.or_else(|error| self.check_size(&cover, &statement).and(Err(error)))?;
        let badge = badge.as_ref();
        let wanted = Wanted { cover: &cover, cover_sha256, badge, statement, options, target };
        let first = self.write_once(&wanted, self.strength, record);
        let last = match (first, self.strength) {
            // A lossy file may need more than the search expected.
            (Err(Failure::Unread { strength, .. }), Strength::Auto) if strength < Strength::MAX => {
                let stronger = Strength::Fixed((strength * STRONGER).min(Strength::MAX));
                self.write_once(&wanted, stronger, record)
            }
            (result, _) => result,
        };
        last.map_err(|failure| {
            if let Failure::Unread { .. } = failure {
                record.code = Some(Code::DoesNotReadBack);
            }
            failure.into_error()
        })
    }

    fn check_target(&self, input: &Input, target: &Target) -> Result<()> {
        let Target::File(path) = target else { return Ok(()) };
        // First: --overwrite would be no remedy.
        output::replaceable(path)?;
        if self.existing == Existing::Replace || fs::symlink_metadata(path).is_err() {
            return Ok(());
        }
        let same = match &input.place {
            Place::File(source) => fs::canonicalize(source).is_ok_and(|s| fs::canonicalize(path).is_ok_and(|t| s == t)),
            Place::Stdin | Place::Held(_) => false,
        };
        ensure!(!same, "the output is the input; name another file, or pass --overwrite to replace it");
        bail!("{} exists; name another file, or pass --overwrite to replace it", path.display());
    }

    fn check_unmarked(&self, cover: &ImageFile, record: &mut StampRecord) -> Result<()> {
        for carrier in [Some(&self.carrier), self.public_carrier.as_ref()].into_iter().flatten() {
            let found = extract(&cover.raster, carrier, Effort::Fast)?;
            if !found.is_marked() {
                continue;
            }
            let whose = found.beacon.map_or_else(
                || "that cannot be read".to_owned(),
                |beacon| format!("of key {}, serial {}", beacon.key_id, beacon.serial),
            );
            record.older_mark = Some(OlderMark::of(found.beacon));
            if !self.force {
                record.code = Some(Code::AlreadyMarked);
                bail!(
                    "the image already carries a mark {whose}; verify it, or pass --force to stamp over it, which damages \
                     the older mark"
                );
            }
            record.notes.push(format!("stamped over an older mark {whose}"));
        }
        Ok(())
    }

    /// The core's refusal of pictures that are too small for any mark. It comes before the core signs, so that a signer which never does
    /// spares the rest of the work.
    fn check_size(&self, cover: &ImageFile, statement: &Statement) -> Result<()> {
        match embed(&cover.raster, statement, &NeverSigns, &self.key.public, &self.carrier, self.strength) {
            Err(error @ EmbedError::TooSmall { .. }) => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn statement(&self, serial: Serial) -> Result<Statement> {
        let time = match self.time {
            Some(time) => time,
            None => now()?,
        };
        let Self { origin, realistic, artistic, .. } = *self;
        let system = self.system.as_ref().map_or(SystemTag::NONE, SystemName::tag);
        Ok(Statement { origin, realistic, artistic, serial, time, system })
    }

    /// Embeds at one strength, encodes, and writes if what was written reads back.
    fn write_once(&self, wanted: &Wanted<'_>, strength: Strength, record: &mut StampRecord) -> Result<(), Failure> {
        let Wanted { cover, cover_sha256, badge, statement, options, target } = *wanted;
        let SigningKey { signer, public, .. } = &self.key;
        let stamped = embed(&cover.raster, &statement, signer.as_ref(), public, &self.carrier, strength)
            .map_err(|error| Failure::Other(error.into()))?;
        let labels = self.labels(&cover.metadata, &stamped, badge).map_err(Failure::Other)?;
        let mut metadata = cover.metadata.clone();
        if let Some(labels) = &labels {
            metadata.xmp = Some(labels.packet.clone());
        }
        let mut encoded = watermark_files::encode(&stamped.raster, &metadata, &options)
            .map_err(|error| Failure::Other(error.into()))?;
        // Before the mark is looked for: a stronger mark would not make room.
        if let Some(labels) = &labels {
            labelling::check(labels, &encoded.bytes).map_err(Failure::Other)?;
        }
        let beacon = &stamped.payload.beacon;
        if let Some(manifest) = &self.manifest {
            // Last: it signs every byte of the file.
            let file = manifest.attach(&encoded.bytes, options.format(), beacon, statement.time, self.system.as_ref());
            encoded.bytes = file.map_err(Failure::Other)?;
        }
        let facts = labels.as_ref().map(|labels| &labels.facts);
        let recorded = Labels::of(facts, badge, self.manifest.is_some());
        let mut read_back = Ok(());
        let mut check = |written: &[u8]| match self.read_back(written, &stamped) {
            // Before the file appears: better a record without its file than a stamped file without its record.
            Ok(margin) => {
                self.manifest.iter().try_for_each(|manifest| manifest.check(written, options.format(), beacon))?;
                self.enter(&stamped, cover_sha256, written, margin, recorded.clone())
            }
            Err(error) => {
                read_back = Err(error);
                bail!("it does not read back")
            }
        };
        let written = match target {
            Target::File(path) => output::write(path, &encoded.bytes, self.existing, Readers::Usual, check),
            Target::Stdout => check(&encoded.bytes).and_then(|()| {
                let mut out = std::io::stdout().lock();
                out.write_all(&encoded.bytes).and_then(|()| out.flush()).context("cannot write to stdout")
            }),
        };
        read_back.map_err(|error| Failure::Unread { strength: stamped.strength, options, error })?;
        written.inspect_err(|_| record.code = Some(Code::NotWritten)).map_err(Failure::Other)?;
        record.profile = Some(profile_name(stamped.profile));
        record.time = Some(statement.time.to_string());
        record.strength = Some(stamped.strength);
        record.psnr_db = psnr_db(&cover.raster, &stamped.raster);
        record.notes.extend(notes(cover, &stamped, &encoded.notes));
        if let Some(labels) = labels {
            record.notes.extend(labels.notes.into_iter().chain(labels.unlabelled));
            record.labels = Some(labels.facts);
        }
        Ok(())
    }

    /// The picture's metadata with the labels that were asked for.
    fn labels(&self, metadata: &Metadata, stamped: &Stamped, badge: Option<&label::Badge>) -> Result<Option<Applied>> {
        let Some(labelling) = &self.labelling else { return Ok(None) };
        let key = (self.key.signer.as_ref(), &self.key.public);
        Ok(Some(labelling.apply(metadata.xmp.as_deref(), stamped, self.system.as_ref(), badge, key)?))
    }

    /// Puts the stamp into the ledger, when there is one.
    fn enter(
        &self,
        stamped: &Stamped,
        cover_sha256: [u8; 32],
        written: &[u8],
        margin: Margin,
        labels: Option<Labels>,
    ) -> Result<()> {
        let Some(ledger) = &self.ledger else { return Ok(()) };
        let stamp = Stamp {
            payload: &stamped.payload,
            system: self.system.as_ref(),
            profile: profile_name(stamped.profile),
            strength: stamped.strength,
            cover_sha256,
            output_sha256: Sha256::digest(written).into(),
            margin,
            labels,
        };
        ledger.append(&stamp, (&self.key.signer, &self.key.public)).map(drop)
    }

    /// Whether the written file gives back exactly what was signed, and how safely.
    fn read_back(&self, written: &[u8], stamped: &Stamped) -> Result<Margin> {
        let file =
            watermark_files::decode(written, &Limits::default()).context("the written file cannot be decoded")?;
        let found = extract(&file.raster, &self.carrier, Effort::Fast)?;
        stamped.read_back(&found, &self.key.public)?;
        let work = found.seal_code.or(found.beacon_code).context("the mark cannot be read from the written file")?;
        let Corrections { corrected, erased, length } = work;
        Ok(Margin { corrected, erased, length })
    }
}

/// Refuses to sign.
struct NeverSigns;

impl Signer<Signature> for NeverSigns {
    fn try_sign(&self, _: &[u8]) -> Result<Signature, SignatureError> {
        Err(SignatureError::new())
    }
}

/// Draws the visible label into the cover, and notes where.
fn draw_badge(cover: &mut ImageFile, badge: &Badge, record: &mut StampRecord) -> Result<label::Badge> {
    let drawn = watermark_badge::draw(&mut cover.raster, badge)?;
    if drawn.present {
        record.notes.push("the visible label stood there already; it was not drawn again".to_owned());
    }
    let watermark_badge::Area { x, y, width, height } = drawn.area;
    let place = label::Badge { text: badge.text().to_owned(), x, y, width, height };
    let (text_height_px, contrast) = (drawn.text_height_px, drawn.contrast);
    record.badge = Some(BadgeFacts { place: place.clone(), text_height_px, contrast });
    Ok(place)
}

/// What every attempt at one picture has in common.
struct Wanted<'a> {
    cover: &'a ImageFile,
    cover_sha256: [u8; 32],
    badge: Option<&'a label::Badge>,
    statement: Statement,
    options: EncodeOptions,
    target: &'a Target,
}

/// Why an attempt wrote nothing.
enum Failure {
    /// The mark could not be read from the written file.
    Unread { strength: f32, options: EncodeOptions, error: anyhow::Error },
    /// Anything else.
    Other(anyhow::Error),
}

impl Failure {
    fn into_error(self) -> anyhow::Error {
        match self {
            Self::Other(error) => error,
            Self::Unread { strength, options, error } => {
                let remedy = match options {
                    EncodeOptions::Png | EncodeOptions::WebP(WebpCompression::Lossless) => "try another --strength",
                    _ => "try a higher --quality, another --strength, or write PNG",
                };
                error.context(format!(
                    "the mark made at strength {strength:.1} did not read back, so no file was written; {remedy}"
                ))
            }
        }
    }
}

/// The time by this machine's clock.
///
/// # Errors
/// When the clock is set outside 1970 to 2106.
pub(crate) fn now() -> Result<UnixSeconds> {
    let since_epoch =
        std::time::UNIX_EPOCH.elapsed().context("the clock is set before 1970; set it, or pass --time")?;
    let seconds = i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX);
    UnixSeconds::from_i64(seconds).context("the clock is set too far ahead; set it, or pass --time")
}

/// Output format by the target's extension, settings by the source where the format is the same.
fn encode_options(target: &Target, source: Source, quality: Option<u8>) -> Result<EncodeOptions> {
    let extension = match target {
        Target::Stdout => None,
        Target::File(path) => path.extension().map(|extension| extension.to_string_lossy().into_owned()),
    };
    let format = match extension {
        None => source.format(),
        Some(extension) => Format::from_extension(&extension)
            .with_context(|| format!("cannot write a .{extension} file; {NAME_IT}"))?,
    };
    let kept = |of_source: u8| quality.unwrap_or(of_source.clamp(QUALITY_RANGE.0, QUALITY_RANGE.1));
    let options =
        if format == source.format() { EncodeOptions::like(source) } else { EncodeOptions::for_format(format) };
    Ok(match options {
        EncodeOptions::Avif => bail!("AVIF is read but not written; {NAME_IT}"),
        EncodeOptions::Png => EncodeOptions::Png,
        EncodeOptions::Jpeg(jpeg) if format == source.format() => {
            EncodeOptions::Jpeg(JpegOptions { quality: kept(jpeg.quality), ..jpeg })
        }
        EncodeOptions::Jpeg(_) => EncodeOptions::Jpeg(JpegOptions::new(quality.unwrap_or(QUALITY))),
        EncodeOptions::WebP(WebpCompression::Lossy { quality }) => {
            EncodeOptions::WebP(WebpCompression::Lossy { quality: kept(quality) })
        }
        EncodeOptions::WebP(WebpCompression::Lossless) => EncodeOptions::WebP(match quality {
            Some(quality) => WebpCompression::Lossy { quality },
            None => WebpCompression::Lossless,
        }),
    })
}

#[cfg(test)]
mod tests {
    use watermark_files::Subsampling;

    use super::*;

    #[test]
    fn format_by_extension_and_quality_by_source() {
        let to = |name: &str| Target::File(name.into());
        let quality = |options| match options {
            EncodeOptions::Jpeg(JpegOptions { quality, subsampling, .. }) => (quality, subsampling),
            other => panic!("{other:?}"),
        };
        // The sample is of quality 87 with full chroma: held to 90, chroma kept.
        let source = watermark_files::probe(crate::sample::PICTURE, &Limits::default()).unwrap().source;
        assert_eq!(quality(encode_options(&to("a.jpeg"), source, None).unwrap()), (90, Subsampling::Full));
        assert_eq!(quality(encode_options(&Target::Stdout, source, Some(70)).unwrap()), (70, Subsampling::Full));
        assert_eq!(encode_options(&to("a.PNG"), source, Some(70)).unwrap(), EncodeOptions::Png);
        let webp = |quality| encode_options(&to("a.webp"), source, quality).unwrap();
        assert_eq!(webp(None), EncodeOptions::WebP(WebpCompression::Lossless));
        assert_eq!(webp(Some(80)), EncodeOptions::WebP(WebpCompression::Lossy { quality: 80 }));
        assert!(encode_options(&to("a.tiff"), source, None).unwrap_err().to_string().contains(".png, .jpg or .webp"));
        assert_eq!(encode_options(&to("noext"), source, None).unwrap().format(), Format::Jpeg);
    }
}
