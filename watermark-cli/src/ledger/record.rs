//! One record <-> one line of JSON. The signature is the line's last field and covers every byte before it.

use std::io::BufRead;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use watermark_core::payload::{Beacon, Payload, Seal, SystemName, hex};
use watermark_core::signature::{Document, PublicKey, Signature, verify};
use watermark_label::{Badge, Exemption, LabelFacts, Layer};

use crate::signer::AnySigner;

/// Schema of a line.
pub(super) const SCHEMA: &str = "watermark-ledger/1";
/// The longest line: far above any record (some 1200 bytes), far below what memory minds.
pub(super) const MAX_LINE_BYTES: usize = 1 << 14;
/// What the first record names as its predecessor.
pub(super) const NO_HASH: [u8; 32] = [0; 32];
/// How every line begins.
pub(super) const BEGINNING: &[u8] = b"{\"schema\":\"watermark-ledger/1\"";

/// Whether bytes that are no whole record may be the beginning of one.
pub(super) fn may_begin(bytes: &[u8]) -> bool {
    BEGINNING.starts_with(&bytes[..bytes.len().min(BEGINNING.len())])
}

/// Between what is signed and the signature's 128 digits.
const SIGNATURE_FIELD: &[u8] = b",\"signature\":\"";

/// What the stamper knows about a stamp.
pub(crate) struct Stamp<'a> {
    pub(crate) payload: &'a Payload,
    pub(crate) system: Option<&'a SystemName>,
    pub(crate) profile: &'static str,
    pub(crate) strength: f32,
    pub(crate) cover_sha256: [u8; 32],
    pub(crate) output_sha256: [u8; 32],
    pub(crate) margin: Margin,
    pub(crate) labels: Option<Labels>,
}

/// How safely the written file was read back.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Margin {
    /// Codeword bits that the decoder had to turn.
    pub(crate) corrected: usize,
    /// Codeword bits that nothing carried.
    pub(crate) erased: usize,
    /// Codeword bits in all: the seal's, or the beacon's where there is no seal.
    pub(crate) length: usize,
}

/// How the picture was labelled: what whoever is asked later has to show. Layers are words, so that an older reader takes
/// records of later kinds too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Labels {
    /// Ids of the profiles asked for.
    pub(crate) profiles: Vec<String>,
    /// Layers that the file carries: `badge`, `mark`, `metadata`, `c2pa`.
    pub(crate) layers: Vec<String>,
    /// The visible label.
    pub(crate) badge: Option<Badge>,
    /// Id of the notice that was owed with the file, outside it.
    pub(crate) notice: Option<String>,
    /// Why a duty was said not to hold.
    pub(crate) exemption: Option<Exemption>,
}

impl Labels {
    /// Of a picture that was labelled in some way beside its mark; `facts` are those of its profiles.
    pub(crate) fn of(facts: Option<&LabelFacts>, badge: Option<&Badge>, manifest: bool) -> Option<Self> {
        let applied = Layer::applied(badge.is_some(), facts.is_some(), manifest);
        (applied != [Layer::Mark]).then(|| Self {
            profiles: facts.map(|facts| facts.profiles.iter().map(ToString::to_string).collect()).unwrap_or_default(),
            layers: applied.iter().map(|layer| layer.name().to_owned()).collect(),
            badge: badge.cloned(),
            notice: facts.and_then(|facts| Some(facts.notice.as_ref()?.id.to_owned())),
            exemption: facts.and_then(|facts| facts.exemption.clone()),
        })
    }
}

/// A line's fields, in their order. Those that `beacon` and `seal` hold too are there for people and for `grep`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) schema: String,
    pub(crate) n: u64,
    pub(crate) prev: String,
    pub(crate) key: String,
    pub(crate) serial: u64,
    pub(crate) time: String,
    pub(crate) origin: String,
    pub(crate) system: Option<String>,
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) content_hash: Option<String>,
    pub(crate) profile: String,
    pub(crate) strength: f32,
    pub(crate) margin: Margin,
    pub(crate) cover_sha256: String,
    pub(crate) output_sha256: String,
    /// Absent from records of plain stamps, and of releases that knew no labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) labels: Option<Labels>,
    pub(crate) beacon: String,
    pub(crate) seal: String,
    pub(crate) public_key: String,
}

/// A record with the signed payload in it.
#[derive(Clone, Debug)]
pub(crate) struct Decoded {
    pub(crate) record: Record,
    pub(crate) payload: Payload,
}

/// The line of a record, line feed included.
///
/// # Errors
/// When the signer fails.
pub(super) fn write(
    stamp: &Stamp<'_>,
    n: u64,
    prev: &[u8; 32],
    (signer, public): (&AnySigner, &PublicKey),
) -> Result<Vec<u8>> {
    let Payload { beacon, seal } = stamp.payload;
    let record = Record {
        schema: SCHEMA.to_owned(),
        n,
        prev: hex::encode(prev),
        system: stamp.system.map(ToString::to_string),
        profile: stamp.profile.to_owned(),
        strength: stamp.strength,
        margin: stamp.margin,
        cover_sha256: hex::encode(&stamp.cover_sha256),
        output_sha256: hex::encode(&stamp.output_sha256),
        labels: stamp.labels.clone(),
        beacon: hex::encode(&beacon.encode()),
        seal: hex::encode(&seal.encode()),
        public_key: public.to_hex(),
        ..stated(stamp.payload)
    };
    let mut line = serde_json::to_vec(&record)?;
    line.pop();
    let signature = Document::LedgerRecord.sign(signer.as_ref(), public, &line)?;
    line.extend(SIGNATURE_FIELD);
    line.extend(hex::encode(&signature.to_bytes()).bytes());
    line.extend(b"\"}\n");
    Ok(line)
}

/// The fields that follow from the payload; the others empty.
fn stated(payload: &Payload) -> Record {
    let Payload { beacon, seal } = payload;
    let claims = &seal.unverified_claims;
    Record {
        schema: String::new(),
        n: 0,
        prev: String::new(),
        key: beacon.key_id.to_string(),
        serial: beacon.serial.get(),
        time: claims.time.to_string(),
        origin: beacon.origin.to_string(),
        system: None,
        width: claims.size.width_px(),
        height: claims.size.height_px(),
        content_hash: (!claims.content_hash.is_none()).then(|| claims.content_hash.to_string()),
        profile: String::new(),
        strength: 0.0,
        margin: Margin { corrected: 0, erased: 0, length: 0 },
        cover_sha256: String::new(),
        output_sha256: String::new(),
        labels: None,
        beacon: String::new(),
        seal: String::new(),
        public_key: String::new(),
    }
}

/// Reads a line, without its line feed, and checks all that it alone can show: both signatures, under the key it names, and
/// that the fields agree with the payload. Whether anybody vouches for that key is another question.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn read(line: &[u8]) -> Result<Decoded> {
    let record: Record = serde_json::from_slice(line).context("it is no record")?;
    ensure!(record.schema == SCHEMA, "its schema is {:.64?}, this reader knows {SCHEMA:?}", record.schema);
    let (signed, signature) = split(line).context("it does not end with its signature")?;
    let public = PublicKey::from_hex(&record.public_key).context("its public key cannot be used")?;
    ensure!(
        Document::LedgerRecord.verify(&public, signed, &signature).is_ok(),
        "its signature does not hold: the record was changed"
    );
    let beacon: [u8; Beacon::BYTES] = hex::decode(&record.beacon).context("its beacon is damaged")?;
    let seal: [u8; Seal::BYTES] = hex::decode(&record.seal).context("its seal is damaged")?;
    let payload = Payload {
        beacon: Beacon::decode(&beacon).context("its beacon cannot be read")?,
        seal: Seal::decode(&seal).context("its seal cannot be read")?,
    };
    verify(&payload, &public).context("its payload is not signed by the key it names")?;
    let expected = stated(&payload);
    let tag = match &record.system {
        Some(system) => system.parse::<SystemName>().context("its system cannot be read")?.tag(),
        None => payload.seal.unverified_claims.system,
    };
    let agrees =
        (&record.key, record.serial, &record.time, &record.origin, record.width, record.height, &record.content_hash)
            == (
                &expected.key,
                expected.serial,
                &expected.time,
                &expected.origin,
                expected.width,
                expected.height,
                &expected.content_hash,
            )
            && tag == payload.seal.unverified_claims.system;
    ensure!(agrees, "its fields state otherwise than its signed payload");
    Ok(Decoded { record, payload })
}

/// What is signed, and the signature at the end.
fn split(line: &[u8]) -> Option<(&[u8], Signature)> {
    let digits_at = line.len().checked_sub(130)?;
    let (head, tail) = line.split_at(digits_at);
    let digits = std::str::from_utf8(tail.strip_suffix(b"\"}")?).ok()?;
    Some((head.strip_suffix(SIGNATURE_FIELD)?, Signature::from_bytes(&hex::decode(digits)?)))
}

/// What the next record names: SHA-256 of the line without its line feed.
pub(super) fn hash(line: &[u8]) -> [u8; 32] {
    Sha256::digest(line).into()
}

/// One line, without its line feed.
pub(super) struct Line {
    pub(super) offset: u64,
    pub(super) bytes: Vec<u8>,
    /// Whether a line feed ended it; only the last line may lack one.
    pub(super) whole: bool,
}

/// Every line of a ledger in order; one that is longer than any record ends it with an error.
pub(super) fn lines(mut from: impl BufRead) -> impl Iterator<Item = Result<Line>> {
    let mut offset = 0;
    let mut failed = false;
    std::iter::from_fn(move || {
        if failed {
            return None;
        }
        let mut bytes = Vec::new();
        let limit = MAX_LINE_BYTES as u64;
        let read = std::io::Read::take(&mut from, limit).read_until(b'\n', &mut bytes);
        let line = match read {
            Ok(0) => return None,
            Ok(length) => {
                let whole = bytes.pop_if(|last| *last == b'\n').is_some();
                let line = Line { offset, bytes, whole };
                offset += length as u64;
                if line.whole || length < MAX_LINE_BYTES {
                    Ok(line)
                } else {
                    Err(anyhow::anyhow!(
                        "a line at byte {} is longer than {limit} bytes; that is no ledger",
                        line.offset
                    ))
                }
            }
            Err(error) => Err(anyhow::Error::new(error).context("cannot read the ledger")),
        };
        failed = line.is_err();
        Some(line)
    })
}
