//! `[E2 X5]` The two codes: bytes of beacon and seal <-> codewords.

use crate::coding::crc::CRC_BITS;
use crate::coding::{CodeError, PolarCode, bits};
use crate::layout::{BEACON_BITS, SEAL_BITS};
use crate::payload::{Beacon, Seal, SealClaims};

/// Both polar codes, built once.
#[derive(Clone, Debug)]
pub(crate) struct Codes {
    pub(crate) beacon: PolarCode,
    pub(crate) seal: PolarCode,
}

impl Codes {
    pub(crate) fn new() -> Result<Self, CodeError> {
        Ok(Self {
            beacon: PolarCode::new(BEACON_BITS, Beacon::BYTES * 8 + CRC_BITS)?,
            seal: PolarCode::with_predictable(SEAL_BITS, Seal::BYTES * 8 + CRC_BITS, SealClaims::PREDICTABLE)?,
        })
    }
}

/// Codeword of whole bytes.
pub(crate) fn encode(code: &PolarCode, bytes: &[u8]) -> Result<Vec<u8>, CodeError> {
    code.encode(&bits::unpack(bytes, bytes.len() * 8).unwrap_or_default())
}

/// Whole bytes of a decoded payload; `None` for another length.
pub(crate) fn bytes<const N: usize>(payload: &[u8]) -> Option<[u8; N]> {
    bits::pack(payload).try_into().ok()
}
