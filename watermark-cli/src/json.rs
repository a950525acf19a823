//! Everything found out about one file, in the shape of `verify --json` (`docs/verify.schema.json`).
//!
//! The one form that text and JSON are both made from, so they cannot disagree.

use serde::Serialize;
use watermark_core::payload::{Beacon, Payload, SystemTag};
use watermark_core::signature::{Directory, DirectoryKey, KeyStatus, SignatureCheck, TrustStore};
use watermark_core::{Corrections, Extraction, Report, Verdict};

use crate::binding::{self, ContentFacts, RegionFacts};

/// Schema of the object; a change that readers could stumble over gets a new number.
pub(crate) const SCHEMA: &str = "watermark-verify/1";

/// The verdict's name of a file that could not be read.
pub(crate) const ERROR: &str = "error";

/// One file's findings. Field docs: the schema.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Record {
    pub(crate) schema: &'static str,
    pub(crate) file: String,
    pub(crate) verdict: &'static str,
    pub(crate) image: Option<ImageFacts>,
    pub(crate) beacon: BeaconFacts,
    pub(crate) payload: Option<PayloadFacts>,
    pub(crate) signature: SignatureFacts,
    pub(crate) detection: Option<DetectionFacts>,
    pub(crate) registration: Option<RegistrationFacts>,
    pub(crate) content: Option<ContentFacts>,
    pub(crate) regions: Vec<RegionFacts>,
    pub(crate) code: CodeFacts,
    pub(crate) unreadable: Option<String>,
    pub(crate) timing_ms: Timing,
    pub(crate) error: Option<String>,
}

/// The file as it lies there.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ImageFacts {
    pub(crate) format: &'static str,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// What the beacon states: a claim.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct BeaconFacts {
    pub(crate) decoded: bool,
    pub(crate) origin: Option<String>,
    pub(crate) realistic: Option<bool>,
    pub(crate) artistic: Option<bool>,
    pub(crate) key_id: Option<String>,
    pub(crate) serial: Option<u64>,
}

/// What the seal states: a claim unless `authenticated`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PayloadFacts {
    pub(crate) authenticated: bool,
    pub(crate) time: String,
    pub(crate) system: Option<SystemFacts>,
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) content_hash: Option<String>,
}

/// The system's tag and every name that the issuer's directory has for it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SystemFacts {
    pub(crate) tag: String,
    pub(crate) names: Vec<String>,
}

/// The signature's check.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct SignatureFacts {
    pub(crate) checked: bool,
    pub(crate) valid: Option<bool>,
    pub(crate) key: Option<String>,
    pub(crate) public_key: Option<String>,
    pub(crate) issuer: Option<Issuer>,
    pub(crate) key_status: Option<&'static str>,
    pub(crate) key_status_at: Option<String>,
}

/// Whose directory lists the key.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Issuer {
    pub(crate) name: String,
    pub(crate) name_ko: Option<String>,
    pub(crate) contact: Option<String>,
    pub(crate) url: Option<String>,
}

/// Whether a mark is there.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct DetectionFacts {
    pub(crate) significant: bool,
    pub(crate) statistic: f64,
    pub(crate) threshold: f64,
    pub(crate) log10_p: f64,
    pub(crate) candidates: u64,
}

/// How the picture lies in the stamped one.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RegistrationFacts {
    pub(crate) rotation_deg: f64,
    pub(crate) scale_x: f64,
    pub(crate) scale_y: f64,
    pub(crate) mirrored: bool,
    pub(crate) crop: CropFacts,
    pub(crate) residual_px: Option<f64>,
    pub(crate) candidates_tried: u64,
    pub(crate) blur: f64,
    pub(crate) noise: f64,
    pub(crate) gain: f64,
}

/// Which part of the stamped picture is shown.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct CropFacts {
    pub(crate) shown: Option<f64>,
    pub(crate) offset_x: f64,
    pub(crate) offset_y: f64,
}

/// Work of both codes.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct CodeFacts {
    pub(crate) beacon: Option<CorrectionFacts>,
    pub(crate) seal: Option<CorrectionFacts>,
}

/// Work of one code, bits.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CorrectionFacts {
    pub(crate) corrected: usize,
    pub(crate) erased: usize,
    pub(crate) length: usize,
}

/// Milliseconds by the wall clock.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Timing {
    pub(crate) decode: f64,
    pub(crate) extract: f64,
    pub(crate) total: f64,
}

impl Record {
    /// A file that could not be read, and why.
    pub(crate) fn of_error(file: &str, error: &anyhow::Error, timing_ms: Timing) -> Self {
        Self { verdict: ERROR, error: Some(format!("{error:#}")), timing_ms, ..Self::empty(file) }
    }

    /// What was found in a picture.
    pub(crate) fn of_report(file: &str, image: ImageFacts, report: &Report<'_>, trust: &TrustStore) -> Self {
        let extraction = &report.extraction;
        let (signature, issuers) = signature_facts(report.signature.as_ref());
        let payload = extraction.payload().map(|payload| payload_facts(&payload, signature.valid, &issuers, trust));
        Self {
            verdict: report.verdict.name(),
            image: Some(image),
            beacon: extraction.beacon.as_ref().map(beacon_facts).unwrap_or_default(),
            payload,
            signature,
            detection: Some(detection_facts(extraction)),
            registration: registration_facts(extraction),
            content: extraction.content.as_ref().map(ContentFacts::of),
            regions: binding::regions(extraction),
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
            verdict: Verdict::None.name(),
            image: None,
            beacon: BeaconFacts::default(),
            payload: None,
            signature: SignatureFacts::default(),
            detection: None,
            registration: None,
            content: None,
            regions: Vec::new(),
            code: CodeFacts::default(),
            unreadable: None,
            timing_ms: Timing::default(),
            error: None,
        }
    }

    /// Whether the file could not be read.
    pub(crate) fn is_error(&self) -> bool {
        self.verdict == ERROR
    }

    /// Whether the verdict is the best there is.
    pub(crate) fn is_verified(&self) -> bool {
        self.verdict == Verdict::Verified.name()
    }
}

fn beacon_facts(beacon: &Beacon) -> BeaconFacts {
    BeaconFacts {
        decoded: true,
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
    SystemFacts { tag: tag.to_string(), names }
}

fn signature_facts<'a>(check: Option<&SignatureCheck<'a>>) -> (SignatureFacts, Vec<&'a Directory>) {
    let facts = SignatureFacts::default();
    match check {
        None => (facts, Vec::new()),
        Some(SignatureCheck::UnknownIssuer { claimed }) => {
            (SignatureFacts { key: Some(claimed.to_string()), ..facts }, Vec::new())
        }
        Some(SignatureCheck::BadSignature { claimed, .. }) => {
            (SignatureFacts { checked: true, valid: Some(false), key: Some(claimed.to_string()), ..facts }, Vec::new())
        }
        Some(SignatureCheck::Valid { authenticated, issuers }) => {
            let time = authenticated.claims().seal.time;
            let holds =
                |key: &DirectoryKey| matches!(key.status_at(time), KeyStatus::Valid | KeyStatus::RevokedLater { .. });
            let chosen = issuers.iter().find(|(_, key)| holds(key)).or(issuers.first());
            let status = chosen.map(|(_, key)| status_words(key.status_at(time)));
            let facts = SignatureFacts {
                checked: true,
                valid: Some(true),
                key: Some(authenticated.public_key().key_id().to_string()),
                public_key: Some(authenticated.public_key().to_hex()),
                issuer: chosen.map(|(directory, _)| issuer(directory)),
                key_status: status.as_ref().map(|(name, _)| *name),
                key_status_at: status.and_then(|(_, at)| at),
            };
            (facts, issuers.iter().map(|(directory, _)| *directory).collect())
        }
    }
}

fn issuer(directory: &Directory) -> Issuer {
    let who = directory.organization().clone();
    Issuer { name: who.name, name_ko: who.name_ko, contact: who.contact, url: who.url }
}

/// The status' name and the moment that it turns on.
fn status_words(status: KeyStatus) -> (&'static str, Option<String>) {
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
    extraction.registration.map(|r| RegistrationFacts {
        rotation_deg: finite(r.rotation_deg),
        scale_x: finite(r.scale_x),
        scale_y: finite(r.scale_y),
        mirrored: r.mirrored,
        crop: CropFacts { shown: r.shown.map(finite), offset_x: finite(r.offset_x), offset_y: finite(r.offset_y) },
        residual_px: r.residual_px.map(finite),
        candidates_tried: r.candidates_tried,
        blur: finite(r.blur),
        noise: finite(r.noise),
        gain: finite(r.gain),
    })
}

fn corrections(work: Corrections) -> CorrectionFacts {
    CorrectionFacts { corrected: work.corrected, erased: work.erased, length: work.length }
}
