//! Everything found out about one file, in the shape of `verify --json` (`docs/verify.schema.json`).
//!
//! The one form that the program's text and JSON and the browser page are all made from, so they cannot disagree.
//! Fields are documented once, in the schema, which both the program's tests and the package's hold against what is
//! really printed.

#![expect(missing_docs, reason = "the fields are documented in docs/verify.schema.json")]

mod binding;
mod c2pa;
mod outdated;

use serde::Serialize;
use watermark_core::payload::{Beacon, Payload, SystemTag};
use watermark_core::signature::{Directory, KeyStatus, SignatureCheck, Standing, TrustStore};
use watermark_core::{Corrections, EditMap, Extraction, Language, Raster, Report, Verdict};
use watermark_files::Format;

pub use self::binding::{ContentFacts, RegionFacts, edit_map_png};
pub use self::c2pa::{C2paFacts, SoftBindingFacts};
pub use self::outdated::OutdatedFacts;

/// Schema of the object; a change that readers could stumble over gets a new number.
pub const SCHEMA: &str = "watermark-verify/1";

/// The verdict's name of a file that could not be read.
pub const ERROR: &str = "error";

/// One file's findings. Field docs: the schema.
#[derive(Clone, Debug, Serialize)]
pub struct Record {
    pub schema: &'static str,
    pub file: String,
    pub sha256: Option<String>,
    pub verdict: &'static str,
    pub conclusion: Conclusion,
    pub image: Option<ImageFacts>,
    pub beacon: BeaconFacts,
    pub payload: Option<PayloadFacts>,
    pub signature: SignatureFacts,
    pub directories_outdated: Vec<OutdatedFacts>,
    pub detection: Option<DetectionFacts>,
    pub registration: Option<RegistrationFacts>,
    pub content: Option<ContentFacts>,
    pub regions: Vec<RegionFacts>,
    pub unjudged: Option<f64>,
    pub code: CodeFacts,
    pub ledger: Option<LedgerFacts>,
    pub c2pa: Option<C2paFacts>,
    pub unreadable: Option<String>,
    pub timing_ms: Timing,
    pub error: Option<String>,
    /// The verdict as the core gave it; `None` for a file that could not be read.
    #[serde(skip)]
    pub judged: Option<Verdict>,
}

/// The verdict in sentences, the finding first.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Conclusion {
    pub en: Vec<String>,
    pub ko: Vec<String>,
}

/// What the ledger has under the beacon's key id and serial.
#[derive(Clone, Debug, Serialize)]
pub struct LedgerFacts {
    pub file: String,
    pub records: Vec<RecordFacts>,
    pub error: Option<String>,
}

/// One record, checked like a seal.
#[derive(Clone, Debug, Serialize)]
pub struct RecordFacts {
    pub n: u64,
    pub holds: bool,
    pub same_beacon: bool,
    pub picture: &'static str,
    pub content: Option<ContentFacts>,
    pub signature: SignatureFacts,
    pub time: String,
    pub system: Option<String>,
    pub content_hash: Option<String>,
    pub profile: String,
    pub cover_sha256: String,
    pub output_sha256: String,
    pub this_file: Option<&'static str>,
}

/// The file as it lies there.
#[derive(Clone, Debug, Serialize)]
pub struct ImageFacts {
    pub format: &'static str,
    pub width: u32,
    pub height: u32,
    pub transparent: f64,
}

impl ImageFacts {
    /// Of a picture decoded from a file of this format; `None` where the caller handed over pixels.
    pub fn new(format: Option<Format>, raster: &Raster) -> Self {
        let format = match format {
            Some(Format::Png) => "png",
            Some(Format::Jpeg) => "jpeg",
            Some(Format::WebP) => "webp",
            Some(Format::Avif) => "avif",
            None => "pixels",
        };
        Self { format, width: raster.width(), height: raster.height(), transparent: raster.transparent() }
    }
}

/// What the beacon states: a claim.
#[derive(Clone, Debug, Default, Serialize)]
pub struct BeaconFacts {
    pub decoded: bool,
    pub id: Option<String>,
    pub origin: Option<String>,
    pub realistic: Option<bool>,
    pub artistic: Option<bool>,
    pub key_id: Option<String>,
    pub serial: Option<u64>,
}

/// What the seal states: a claim unless `authenticated`.
#[derive(Clone, Debug, Serialize)]
pub struct PayloadFacts {
    pub authenticated: bool,
    pub time: String,
    pub in_future: Option<bool>,
    pub system: Option<SystemFacts>,
    pub width: u16,
    pub height: u16,
    pub content_hash: Option<String>,
}

/// The system's tag and every name that the issuer's directory has for it.
#[derive(Clone, Debug, Serialize)]
pub struct SystemFacts {
    pub tag: String,
    pub names: Vec<String>,
    pub words: Words,
}

/// One text in both languages.
#[derive(Clone, Debug, Serialize)]
pub struct Words {
    pub en: String,
    pub ko: String,
}

impl Words {
    /// The text in one of them.
    pub fn in_language(&self, language: Language) -> &str {
        language.choose(&self.en, &self.ko)
    }
}

/// The signature's check.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SignatureFacts {
    pub checked: bool,
    pub valid: Option<bool>,
    pub key: Option<String>,
    pub public_key: Option<String>,
    pub issuer: Option<Issuer>,
    pub key_status: Option<&'static str>,
    pub key_status_at: Option<String>,
}

/// Whose directory lists the key.
#[derive(Clone, Debug, Serialize)]
pub struct Issuer {
    pub name: String,
    pub name_ko: Option<String>,
    pub contact: Option<String>,
    pub url: Option<String>,
}

/// Whether a mark is there.
#[derive(Clone, Debug, Serialize)]
pub struct DetectionFacts {
    pub significant: bool,
    pub statistic: f64,
    pub threshold: f64,
    pub log10_p: f64,
    pub candidates: u64,
}

/// How the picture lies in the stamped one.
#[derive(Clone, Debug, Serialize)]
pub struct RegistrationFacts {
    pub rotation_deg: f64,
    pub scale_x: f64,
    pub scale_y: f64,
    pub mirrored: bool,
    pub inverted: bool,
    pub growth_x: f64,
    pub growth_y: f64,
    pub crop: CropFacts,
    pub residual_px: Option<f64>,
    pub candidates_tried: u64,
    pub blur: f64,
    pub noise: f64,
    pub gain: f64,
    pub outside: Option<f64>,
}

/// Which part of the stamped picture is shown.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CropFacts {
    pub shown: Option<f64>,
    pub offset_x: f64,
    pub offset_y: f64,
}

/// Work of both codes.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CodeFacts {
    pub beacon: Option<CorrectionFacts>,
    pub seal: Option<CorrectionFacts>,
}

/// Work of one code, bits.
#[derive(Clone, Debug, Serialize)]
pub struct CorrectionFacts {
    pub corrected: usize,
    pub erased: usize,
    pub length: usize,
}

/// Milliseconds by the wall clock.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Timing {
    pub decode: f64,
    pub extract: f64,
    pub total: f64,
}

impl Record {
    /// A file that could not be read, and why; `korean` says it where the reason is known well enough to be put so.
    pub fn of_error(file: &str, error: String, korean: Option<String>, timing_ms: Timing) -> Self {
        let reason = error.trim_end_matches('.');
        let korean =
            korean.unwrap_or_else(|| "파일을 열거나 처리할 수 없습니다. 이름과 접근 권한을 확인하십시오".to_owned());
        let conclusion =
            Conclusion { en: vec![format!("Not read: {reason}.")], ko: vec![format!("읽지 못함: {korean}.")] };
        Self { verdict: ERROR, conclusion, error: Some(error), timing_ms, ..Self::empty(file) }
    }

    /// What was found in a picture.
    pub fn of_report(file: &str, image: ImageFacts, report: &Report<'_>, trust: &TrustStore) -> Self {
        let extraction = &report.extraction;
        let signature = signature_facts(report.signature.as_ref());
        let issuers = match &report.signature {
            Some(SignatureCheck::Valid { issuers, .. }) => issuers.iter().map(|(directory, _)| *directory).collect(),
            _ => Vec::new(),
        };
        let payload = extraction.payload().map(|payload| {
            let in_future = report.is_of_the_future();
            PayloadFacts { in_future, ..payload_facts(&payload, signature.valid, &issuers, trust) }
        });
        Self {
            verdict: report.verdict.name(),
            judged: Some(report.verdict),
            conclusion: Conclusion { en: report.sentences(Language::English), ko: report.sentences(Language::Korean) },
            image: Some(image),
            beacon: extraction.beacon.as_ref().map(beacon_facts).unwrap_or_default(),
            payload,
            signature,
            detection: Some(detection_facts(extraction)),
            registration: registration_facts(extraction),
            content: extraction.content.as_ref().map(ContentFacts::of),
            regions: binding::regions(extraction),
            unjudged: extraction.edit_map.as_ref().map(EditMap::unjudged),
            code: CodeFacts {
                beacon: extraction.beacon_code.map(corrections),
                seal: extraction.seal_code.map(corrections),
            },
            unreadable: extraction.unreadable.map(|error| error.to_string()),
            ..Self::empty(file)
        }
    }

    fn empty(file: &str) -> Self {
        Self {
            schema: SCHEMA,
            file: file.to_owned(),
            sha256: None,
            verdict: Verdict::None.name(),
            conclusion: Conclusion::default(),
            judged: None,
            ledger: None,
            c2pa: None,
            image: None,
            beacon: BeaconFacts::default(),
            payload: None,
            signature: SignatureFacts::default(),
            directories_outdated: Vec::new(),
            detection: None,
            registration: None,
            content: None,
            regions: Vec::new(),
            unjudged: None,
            code: CodeFacts::default(),
            unreadable: None,
            timing_ms: Timing::default(),
            error: None,
        }
    }

    /// Whether the file could not be read.
    pub fn is_error(&self) -> bool {
        self.verdict == ERROR
    }

    /// Whether the verdict is the best there is.
    pub fn is_verified(&self) -> bool {
        self.verdict == Verdict::Verified.name()
    }
}

fn beacon_facts(beacon: &Beacon) -> BeaconFacts {
    BeaconFacts {
        decoded: true,
        id: Some(beacon.id()),
        origin: Some(beacon.origin.to_string()),
        realistic: Some(beacon.realistic),
        artistic: Some(beacon.artistic),
        key_id: Some(beacon.key_id.to_string()),
        serial: Some(beacon.serial.get()),
    }
}

fn payload_facts(payload: &Payload, valid: Option<bool>, issuers: &[&Directory], trust: &TrustStore) -> PayloadFacts {
    let authenticated = valid == Some(true);
    let claims = payload.unverified_claims().seal;
    // The tag means what the signer's directories say; of an unchecked claim, what those of its key id would say.
    let candidates: Vec<&Directory> =
        if authenticated { issuers.to_vec() } else { trust.lookup(payload.beacon.key_id).map(|(d, _)| d).collect() };
    PayloadFacts {
        authenticated,
        time: claims.time.to_string(),
        in_future: None,
        system: (!claims.system.is_none()).then(|| system_facts(claims.system, &candidates)),
        width: claims.size.width_px(),
        height: claims.size.height_px(),
        content_hash: (!claims.content_hash.is_none()).then(|| claims.content_hash.to_string()),
    }
}

fn system_facts(tag: SystemTag, directories: &[&Directory]) -> SystemFacts {
    let mut names: Vec<_> = directories.iter().flat_map(|d| d.systems_of(tag)).map(ToString::to_string).collect();
    names.sort();
    names.dedup();
    let (en, ko) = if !names.is_empty() {
        (names.join(" or "), names.join(" 또는 "))
    } else if directories.is_empty() {
        // Nobody said that the issuer lists it: only its directory could tell.
        (
            format!("system {tag} (its name, if any, is in the issuer's directory, which is not at hand)"),
            format!("시스템 {tag}(이름은 발행자의 키 목록에 있을 수 있으나, 그 목록이 없음)"),
        )
    } else {
        (format!("system {tag} (not in the issuer's directory)"), format!("시스템 {tag}(발행자의 키 목록에 없음)"))
    };
    SystemFacts { tag: tag.to_string(), names, words: Words { en, ko } }
}

/// A signature's check as facts.
pub fn signature_facts(check: Option<&SignatureCheck<'_>>) -> SignatureFacts {
    let facts = SignatureFacts::default();
    match check {
        None => facts,
        Some(SignatureCheck::UnknownIssuer { claimed }) => SignatureFacts { key: Some(claimed.to_string()), ..facts },
        Some(SignatureCheck::BadSignature { claimed, .. }) => {
            SignatureFacts { checked: true, valid: Some(false), key: Some(claimed.to_string()), ..facts }
        }
        Some(check @ SignatureCheck::Valid { authenticated, .. }) => {
            let standing = check.standing();
            let status = standing.map(|Standing { status, .. }| status_words(status));
            SignatureFacts {
                checked: true,
                valid: Some(true),
                key: Some(authenticated.public_key().key_id().to_string()),
                public_key: Some(authenticated.public_key().to_hex()),
                issuer: standing.map(|standing| issuer(standing.directory)),
                key_status: status.as_ref().map(|(name, _)| *name),
                key_status_at: status.and_then(|(_, at)| at),
            }
        }
    }
}

fn issuer(directory: &Directory) -> Issuer {
    let who = directory.organization().clone();
    Issuer { name: who.name, name_ko: who.name_ko, contact: who.contact, url: who.url }
}

/// A key status' name in reports, and the moment that it turns on.
pub fn status_words(status: KeyStatus) -> (&'static str, Option<String>) {
    match status {
        KeyStatus::Valid => ("valid", None),
        KeyStatus::RevokedLater { at } => ("revoked-later", Some(at.to_string())),
        KeyStatus::NotYetValid { from } => ("not-yet-valid", Some(from.to_string())),
        KeyStatus::Expired { until } => ("expired", Some(until.to_string())),
        KeyStatus::Revoked { at } => ("revoked", Some(at.to_string())),
        // The list may grow; what is not known here must not pass for valid.
        _ => ("unknown", None),
    }
}

fn detection_facts(extraction: &Extraction) -> DetectionFacts {
    let detection = &extraction.detection;
    DetectionFacts {
        significant: detection.is_significant(),
        statistic: finite(detection.statistic),
        threshold: finite(detection.threshold),
        log10_p: finite(detection.log10_p),
        candidates: detection.candidates,
    }
}

/// JSON has no infinities; a reader that expects a number gets one.
fn finite(value: f64) -> f64 {
    // Adding zero takes the sign off a negative zero.
    if value.is_nan() { 0.0 } else { value.clamp(-1e9, 1e9) + 0.0 }
}

fn registration_facts(extraction: &Extraction) -> Option<RegistrationFacts> {
    let r = extraction.registration?;
    let [growth_x, growth_y] = r.tilt.map_or([0.0; 2], |tilt| tilt.growth()).map(finite);
    Some(RegistrationFacts {
        rotation_deg: finite(r.rotation_deg),
        scale_x: finite(r.scale_x),
        scale_y: finite(r.scale_y),
        mirrored: r.mirrored,
        inverted: r.inverted,
        growth_x,
        growth_y,
        crop: CropFacts { shown: r.shown.map(finite), offset_x: finite(r.offset_x), offset_y: finite(r.offset_y) },
        residual_px: r.residual_px.map(finite),
        candidates_tried: r.candidates_tried,
        blur: finite(r.blur),
        noise: finite(r.noise),
        gain: finite(r.gain),
        outside: extraction.edit_map.as_ref().map(EditMap::outside),
    })
}

fn corrections(work: Corrections) -> CorrectionFacts {
    CorrectionFacts { corrected: work.corrected, erased: work.erased, length: work.length }
}

#[cfg(test)]
mod tests {
    use watermark_core::signature::{DirectoryKey, Organization, PrivateKey, Zeroizing};

    use super::*;

    #[test]
    fn a_system_without_a_name_is_blamed_on_a_directory_only_if_there_is_one() {
        let organization = Organization { name: "Studio".to_owned(), name_ko: None, contact: None, url: None };
        let key = DirectoryKey::new(PrivateKey::from_seed(Zeroizing::new([1; 32])).public_key());
        let name: watermark_core::payload::SystemName = "painter@2.1".parse().unwrap();
        let [without, with] = [vec![], vec![name.clone()]]
            .map(|systems| Directory::new(organization.clone(), vec![key.clone()], systems).unwrap());
        let words = |directories: &[&Directory]| system_facts(name.tag(), directories).words;
        assert_eq!(words(&[&with]).en, "painter@2.1");
        let Words { en, ko } = words(&[&without]);
        assert!(
            en.ends_with("(not in the issuer's directory)") && ko.ends_with("(발행자의 키 목록에 없음)"),
            "{en} {ko}"
        );
        let Words { en, ko } = words(&[]);
        assert!(en.contains("which is not at hand") && ko.contains("그 목록이 없음"), "{en} {ko}");
    }
}
