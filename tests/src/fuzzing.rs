//! What has to hold for any bytes at all: one plain function per kind of input.
//!
//! `fuzz/` hands them to libFuzzer (`cargo +nightly fuzz run image`); `tests/tests/fuzzing.rs` runs them on the stable compiler over the seeds
//! of `fuzz/seeds` and mutations of them, so that they are exercised with every run of the tests. A function panics when something that
//! must hold does not.

use std::sync::LazyLock;

use watermark_core::coding::{PolarCode, Workspace, crc};
use watermark_core::payload::{Beacon, Payload, Seal};
use watermark_core::signature::{Directory, PrivateKey, PublicKey, TrustStore};
use watermark_core::{Carrier, CarrierKey, Effort, Verdict, extract, judge};
use watermark_files::{EncodeOptions, Limits, decode, encode, probe};

/// A target: its name, which is also the folder of its seeds, and its function.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 4] =
    [("image", image), ("payload", payload), ("directory", directory), ("codeword", codeword)];

/// Small, so that a run stays quick; limits have tests of their own.
const LIMITS: Limits = Limits { max_pixels: 150_000, max_side: 4096, max_alloc: 64 << 20 };

static CARRIER: LazyLock<Carrier> = LazyLock::new(|| Carrier::new(&CarrierKey::PUBLIC));
static CODES: LazyLock<[PolarCode; 2]> =
    LazyLock::new(|| [(1024, 104), (4096, 768)].map(|(n, k)| PolarCode::new(n, k).expect("the codes of the format")));

/// An image file: decoding, reading, judging and writing again never panic, and lossless writing gives the pixels back.
///
/// # Panics
/// When that does not hold: that is what is looked for.
pub fn image(bytes: &[u8]) {
    let seen = probe(bytes, &LIMITS);
    let Ok(file) = decode(bytes, &LIMITS) else { return };
    assert!(seen.is_ok(), "decoded what cannot be probed");
    let raster = &file.raster;
    assert!(u64::from(raster.width()) * u64::from(raster.height()) <= LIMITS.max_pixels);
    let read = extract(raster, &CARRIER, Effort::Fast).expect("the codes can be built");
    let marked = read.is_marked();
    assert!(read.detection.log10_p <= 0.0 && read.detection.statistic.is_finite());
    let verdict = judge(read, &TrustStore::default()).verdict;
    assert_eq!(verdict > Verdict::None, marked);
    assert!(verdict <= Verdict::UnknownIssuer, "verified without a directory");
    let written = encode(raster, &file.metadata, &EncodeOptions::Png).expect("any raster fits PNG").bytes;
    let again = decode(&written, &LIMITS).expect("what was written is read");
    assert_eq!(again.raster, file.raster);
}

/// Nine bytes of beacon, then those of a seal: what decodes encodes to the same bytes, and no stranger's key verifies it.
///
/// # Panics
/// When that does not hold: that is what is looked for.
pub fn payload(bytes: &[u8]) {
    let beacon = bytes.first_chunk::<{ Beacon::BYTES }>().and_then(|bytes| {
        let beacon = Beacon::decode(bytes).ok()?;
        assert_eq!(beacon.encode(), *bytes, "two encodings of one beacon");
        Some(beacon)
    });
    let seal = bytes.get(Beacon::BYTES..).and_then(|rest| rest.first_chunk::<{ Seal::BYTES }>()).and_then(|bytes| {
        let seal = Seal::decode(bytes).ok()?;
        assert_eq!(seal.encode(), *bytes, "two encodings of one seal");
        Some(seal)
    });
    if let (Some(beacon), Some(seal)) = (beacon, seal)
        && let Some(key) = bytes.get(Beacon::BYTES + Seal::BYTES..).and_then(|rest| rest.first_chunk::<32>())
        && let Ok(key) = PublicKey::from_bytes(key)
    {
        let payload = Payload { beacon, seal };
        if let Ok(authentic) = watermark_core::signature::verify(&payload, &key) {
            assert_eq!(*authentic.claims(), payload.unverified_claims());
            assert_eq!(payload.beacon.key_id, key.key_id());
        }
    }
}

/// A key directory or a key file: what is read is written and read again without a change.
///
/// # Panics
/// When that does not hold: that is what is looked for.
pub fn directory(bytes: &[u8]) {
    if let Ok(directory) = Directory::from_json(bytes, 1 << 16) {
        let text = directory.to_json().expect("a directory that was read can be written");
        let again = Directory::from_json(text.as_bytes(), 1 << 20).expect("a directory that was written can be read");
        assert_eq!(again.to_json().expect("likewise"), text);
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(key) = PublicKey::from_pem(text).or_else(|_| PublicKey::from_hex(text)) {
        assert_eq!(PublicKey::from_hex(&key.to_hex()).expect("hexadecimal text of a key"), key);
    }
    if let Ok(key) = PrivateKey::from_pem(text) {
        let pem = key.to_pem().expect("a key that was read can be written");
        assert_eq!(PrivateKey::from_pem(&pem).expect("and read").public_key(), key.public_key());
    }
}

/// Soft bits of any value, not-a-number and infinities among them: whatever decodes has the right length and a right CRC.
///
/// # Panics
/// When that does not hold: that is what is looked for.
pub fn codeword(bytes: &[u8]) {
    let Some((&first, rest)) = bytes.split_first() else { return };
    let code = &CODES[usize::from(first & 1)];
    let values: Vec<f32> = rest.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    if values.is_empty() {
        return;
    }
    let llr: Vec<f32> = values.iter().copied().cycle().take(code.codeword_bits()).collect();
    if let Some(decoded) = code.decode(&llr, 8, &mut Workspace::default()) {
        assert_eq!(decoded.payload.len(), code.payload_bits());
        assert!(decoded.payload.iter().all(|&bit| bit <= 1));
        assert!(decoded.corrected + decoded.erased <= code.codeword_bits());
        assert_eq!(crc::check_bits(&decoded.payload).len(), crc::CRC_BITS);
        assert_eq!(code.encode(&decoded.payload).expect("the right length").len(), code.codeword_bits());
    }
    assert!(code.decode(&values, 8, &mut Workspace::default()).is_none() || values.len() == code.codeword_bits());
}
