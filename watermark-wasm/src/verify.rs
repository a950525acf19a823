//! A picture and the directories trusted -> the report that `verify --json` prints; and every field with its bits.

use std::sync::OnceLock;

use base64ct::{Base64, Encoding as _};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use watermark_core::payload::{Beacon, Seal, UnixSeconds, VERSION};
use watermark_core::signature::{Directory, TrustStore};
use watermark_core::{Carrier, CarrierKey, Effort, Extraction, extract, judge};
use watermark_report::{C2paFacts, ImageFacts, Record, Timing, edit_map_png};

use crate::error::Failure;
use crate::picture::Picture;
use crate::{Function, date_ms, now_ms};

/// Options of [`Picture::verify`], in the spelling of JavaScript.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct Options {
    file: String,
    effort: Option<String>,
    carrier_key: Option<String>,
}

/// The report with the bits behind it, and the picture with its changed parts as a PNG in base 64 if there are any.
#[derive(Serialize)]
struct Inspection {
    report: Record,
    map: Option<String>,
    beacon: Option<Vec<Field>>,
    seal: Option<Vec<Field>>,
}

/// One bit field: its place and value, bits counted from the message's first.
#[derive(Serialize)]
struct Field {
    name: &'static str,
    first_bit: usize,
    bits: usize,
    hex: String,
}

#[wasm_bindgen]
impl Picture {
    /// Looks for a mark and judges it by `directories` (JSON texts). `progress` is called with `read` and `judge` before
    /// each of these stages; returning `false` from it aborts. Options and result are JSON.
    ///
    /// # Errors
    /// Codes `option`, `directory`, `aborted`.
    pub fn verify(
        &self,
        directories: Vec<String>,
        options: &str,
        progress: Option<Function>,
    ) -> Result<String, JsValue> {
        let (report, _) = self.examine(&directories, options, progress.as_ref())?;
        Ok(serde_json::to_string(&report).map_err(Failure::from)?)
    }

    /// As [`Picture::verify`], and every field of the messages read, with its bits, and the edit map of an altered picture.
    ///
    /// # Errors
    /// As [`Picture::verify`].
    pub fn inspect(
        &self,
        directories: Vec<String>,
        options: &str,
        progress: Option<Function>,
    ) -> Result<String, JsValue> {
        let (report, extraction) = self.examine(&directories, options, progress.as_ref())?;
        let beacon = extraction.beacon.as_ref().map(beacon_fields);
        let seal = extraction.seal.as_ref().map(seal_fields);
        let altered = !report.regions.is_empty();
        let map = if altered { edit_map_png(&extraction, &self.raster).map_err(Failure::from)? } else { None };
        let map = map.map(|png| Base64::encode_string(&png));
        Ok(serde_json::to_string(&Inspection { report, map, beacon, seal }).map_err(Failure::from)?)
    }
}

impl Picture {
    fn examine(
        &self,
        directories: &[String],
        options: &str,
        progress: Option<&Function>,
    ) -> Result<(Record, Extraction), Failure> {
        let options: Options = serde_json::from_str(options)?;
        let effort = effort(options.effort.as_deref())?;
        let trust = trust(directories)?;
        let start = now_ms();
        step(progress, "read")?;
        let extraction =
            with_carrier(options.carrier_key.as_deref(), |carrier| extract(&self.raster, carrier, effort))??;
        let extract_ms = now_ms() - start;
        step(progress, "judge")?;
        let report = judge(extraction, &trust);
        let report = match UnixSeconds::from_i64((date_ms() / 1000.0) as i64) {
            Ok(now) => report.at(now),
            Err(_) => report,
        };
        let facts = ImageFacts::new(self.format, &self.raster);
        let mut record = Record::of_report(&options.file, facts, &report, &trust);
        record.c2pa = self.format.map(|_| C2paFacts::unread(self.metadata.dropped_c2pa));
        let total = self.decode_ms + now_ms() - start;
        record.timing_ms = Timing { decode: self.decode_ms, extract: extract_ms, total };
        Ok((record, report.extraction))
    }
}

/// Tells the caller which stage begins; a stage is refused once the caller returned `false`.
pub(crate) fn step(progress: Option<&Function>, stage: &str) -> Result<(), Failure> {
    let Some(progress) = progress else { return Ok(()) };
    match progress.call1(&JsValue::NULL, stage) {
        Ok(answer) if answer.as_bool() == Some(false) => Err(Failure::Aborted),
        Ok(_) => Ok(()),
        // The caller's own function threw: it does not want to go on.
        Err(_) => Err(Failure::Aborted),
    }
}

/// The amount of search, by its name on the command line.
fn effort(name: Option<&str>) -> Result<Effort, Failure> {
    match name {
        None | Some("normal") => Ok(Effort::Normal),
        Some("fast") => Ok(Effort::Fast),
        Some(other) => Err(Failure::Option(format!("effort {other:?} is not known; choose \"fast\" or \"normal\""))),
    }
}

/// The public carrier is built once; a private one for the call.
pub(crate) fn with_carrier<T>(secret: Option<&str>, work: impl FnOnce(&Carrier) -> T) -> Result<T, Failure> {
    static PUBLIC: OnceLock<Carrier> = OnceLock::new();
    match secret {
        None => Ok(work(PUBLIC.get_or_init(|| Carrier::new(&CarrierKey::PUBLIC)))),
        Some(secret) => Ok(work(&Carrier::new(&CarrierKey::from_secret(secret.as_bytes())?))),
    }
}

fn trust(directories: &[String]) -> Result<TrustStore, Failure> {
    let read = |(index, text): (usize, &String)| {
        Directory::from_json(text.as_bytes(), Directory::DEFAULT_LIMIT_BYTES)
            .map_err(|error| Failure::directory(index, &error))
    };
    Ok(TrustStore::new(directories.iter().enumerate().map(read).collect::<Result<_, _>>()?))
}

/// Widths as in `docs/FORMAT.md`.
fn beacon_fields(beacon: &Beacon) -> Vec<Field> {
    let mut first_bit = 0;
    let mut field = |name, bits, hex| {
        first_bit += bits;
        Field { name, first_bit: first_bit - bits, bits, hex }
    };
    vec![
        field("version", 4, format!("{VERSION:x}")),
        field("origin", 2, format!("{:x}", beacon.origin.bits())),
        field("realistic", 1, u8::from(beacon.realistic).to_string()),
        field("artistic", 1, u8::from(beacon.artistic).to_string()),
        field("key_id", 24, beacon.key_id.to_string()),
        field("serial", 40, format!("{:010x}", beacon.serial.get())),
    ]
}

fn seal_fields(seal: &Seal) -> Vec<Field> {
    let claims = &seal.unverified_claims;
    let mut first_bit = 0;
    let mut field = |name, bits, hex| {
        first_bit += bits;
        Field { name, first_bit: first_bit - bits, bits, hex }
    };
    let hex = |bytes: &[u8]| bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    vec![
        field("time", 32, format!("{:08x}", claims.time.0)),
        field("system", 16, claims.system.to_string()),
        field("width", 16, format!("{:04x}", claims.size.width_px())),
        field("height", 16, format!("{:04x}", claims.size.height_px())),
        field("content_hash", 144, claims.content_hash.to_string()),
        field("signature", 512, hex(&seal.unverified_signature.to_bytes())),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The command line takes the secret from a file, whose line end is no part of it.
    #[test]
    fn a_secret_is_the_same_carrier_with_and_without_the_line_end_of_its_file() {
        let carrier = |secret| with_carrier(Some(secret), |carrier| format!("{carrier:?}")).unwrap();
        let plain = carrier("0123456789abcdef");
        assert!(plain == carrier("0123456789abcdef\n") && plain == carrier("0123456789abcdef\r\n"));
        assert!(plain != carrier("0123456789abcdef "));
        let refused = with_carrier(Some("0123456789abcde\n"), |_| ()).unwrap_err().to_string();
        assert!(refused.contains("15 bytes") && refused.contains("at least 16"), "{refused}");
    }
}
