//! The CRC-aided polar code: payload bits -> codeword bits, and LLRs -> payload bits (Arikan 2009; Tal & Vardy 2015).
//!
//! encode: `k - 32` payload bits, then their CRC, go to the `k` most reliable inputs in ascending order, zeros to the
//! others; `x = u F^(tensor m)`, `F = [[1, 0], [1, 1]]`, in natural (not bit-reversed) order.
//!
//! decode: list decoding, then the first candidate, best metric first, whose CRC is right. A wrong one passes
//! with probability `2^-32` per candidate.

use super::construction::{DESIGN_MEAN, information_set};
use super::crc::{CRC_BITS, check_bits};
use super::decoder::Workspace;
use super::kernels::transform;
use super::list::MAX_LIST;
use super::llr::{hard_bit, sanitize};
use super::schedule::{Step, schedule};

/// Longest code.
const MAX_N: usize = 16384;

/// Why a code or a codeword could not be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CodeError {
    /// The length is not a power of two within range.
    #[error("code length {n}: needs a power of two of at most {MAX_N} and more than the {CRC_BITS} check bits")]
    Length {
        /// The length asked for.
        n: usize,
    },
    /// The dimension does not fit the length.
    #[error("code dimension {k}: needs more than the {CRC_BITS} check bits and at most the length {n}")]
    Dimension {
        /// The dimension asked for, check bits included.
        k: usize,
        /// Length of the code.
        n: usize,
    },
    /// The channel to design for is out of range.
    #[error("design mean LLR {design_mean}: needs 0.001 to 1000")]
    DesignMean {
        /// The mean asked for.
        design_mean: f64,
    },
    /// The payload has another number of bits than the code carries.
    #[error("payload of {found} bits: this code carries exactly {expected}")]
    PayloadLength {
        /// Bits given.
        found: usize,
        /// Bits the code carries.
        expected: usize,
    },
    /// A payload element is neither 0 nor 1.
    #[error("payload element {index} is {value}: bits are given one per element, 0 or 1")]
    PayloadValue {
        /// Position of the first such element.
        index: usize,
        /// Its value.
        value: u8,
    },
}

/// A CRC-aided polar code. Immutable; build it once per length and dimension.
///
/// ```
/// use watermark_core::coding::{PolarCode, Workspace};
///
/// let code = PolarCode::new(512, 104)?;
/// let payload: Vec<u8> = (0..72).map(|i| u8::from(i % 3 == 0)).collect();
/// let mut llr: Vec<f32> = code.encode(&payload)?.iter().map(|&bit| if bit == 0 { 2.0 } else { -2.0 }).collect();
/// llr[..100].fill(0.0); // erased
/// llr[100] = -llr[100]; // wrong
///
/// let decoded = code.decode(&llr, 8, &mut Workspace::default()).expect("the code repairs far more than this");
/// assert_eq!((decoded.payload, decoded.corrected), (payload, 1));
/// # Ok::<(), watermark_core::coding::CodeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct PolarCode {
    n: usize,
    /// Inputs of the transform that carry payload and CRC, ascending.
    positions: Vec<usize>,
    steps: Vec<Step>,
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The payload, one 0 or 1 per element.
    pub payload: Vec<u8>,
    /// Codeword positions whose hard decision was wrong; erasures do not count.
    pub corrected: usize,
    /// Codeword positions without information: zero or not finite.
    pub erased: usize,
    /// How many better candidates failed the CRC.
    pub list_rank: usize,
}

impl PolarCode {
    /// The code of `n` codeword bits whose `k` information bits are `k - 32` payload bits and 32 CRC bits.
    ///
    /// # Errors
    ///
    /// [`CodeError::Length`] unless `n` is a power of two in `64..=16384`; [`CodeError::Dimension`] unless
    /// `32 < k <= n`.
    pub fn new(n: usize, k: usize) -> Result<Self, CodeError> {
        Self::with_design_mean(n, k, DESIGN_MEAN)
    }

    /// The code designed for another Gaussian channel, whose mean LLR for a sent 0 (`4 Es/N0`) is `design_mean`. Only
    /// for studies of the design point; it does not interoperate with [`new`](Self::new).
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and [`CodeError::DesignMean`] unless `design_mean` is between 0.001 and 1000.
    pub fn with_design_mean(n: usize, k: usize, design_mean: f64) -> Result<Self, CodeError> {
        if !(0.001..=1000.0).contains(&design_mean) {
            return Err(CodeError::DesignMean { design_mean });
        }
        if !n.is_power_of_two() || n <= CRC_BITS || n > MAX_N {
            return Err(CodeError::Length { n });
        }
        if k <= CRC_BITS || k > n {
            return Err(CodeError::Dimension { k, n });
        }
        Ok(Self::from_information_set(&information_set(n, k, design_mean)))
    }

    fn from_information_set(information: &[bool]) -> Self {
        let positions = (0..information.len()).filter(|&i| information[i]).collect();
        Self { n: information.len(), positions, steps: schedule(information) }
    }

    /// Payload bits per codeword, `k - 32`.
    pub fn payload_bits(&self) -> usize {
        self.positions.len() - CRC_BITS
    }

    /// Codeword bits, `n`.
    pub fn codeword_bits(&self) -> usize {
        self.n
    }

    /// Inputs of the polar transform that carry information, ascending: payload first, then CRC. Part of the format.
    pub fn information_positions(&self) -> &[usize] {
        &self.positions
    }

    /// The codeword of a payload, both one 0 or 1 per element.
    ///
    /// # Errors
    ///
    /// [`CodeError::PayloadLength`] or [`CodeError::PayloadValue`] if `payload` is not [`payload_bits`] bits.
    ///
    /// [`payload_bits`]: Self::payload_bits
    pub fn encode(&self, payload: &[u8]) -> Result<Vec<u8>, CodeError> {
        let (found, expected) = (payload.len(), self.payload_bits());
        if found != expected {
            return Err(CodeError::PayloadLength { found, expected });
        }
        if let Some((index, &value)) = payload.iter().enumerate().find(|&(_, &value)| value > 1) {
            return Err(CodeError::PayloadValue { index, value });
        }
        let mut bits = vec![0; self.n];
        for (&position, &bit) in self.positions.iter().zip(payload.iter().chain(&check_bits(payload))) {
            bits[position] = bit;
        }
        transform(&mut bits);
        Ok(bits)
    }

    /// The payload of the most likely codeword that passes the CRC, among the `list` candidates the decoder keeps.
    /// `None` if none passes, or if there are not exactly [`codeword_bits`](Self::codeword_bits) LLRs.
    ///
    /// LLRs follow [`llr`](super::llr): positive means 0, non-finite means erased. Their common factor does not matter
    /// as long as few exceed the clip; their relative weights do. `list` is clamped to `1..=64`; time and memory grow
    /// in proportion to it.
    pub fn decode(&self, llr: &[f32], list: usize, workspace: &mut Workspace) -> Option<Decoded> {
        if llr.len() != self.n {
            return None;
        }
        workspace.run(llr, list.clamp(1, MAX_LIST), &self.steps);
        let mut codeword = vec![0; self.n];
        let mut inputs = vec![0; self.n];
        for (list_rank, path) in workspace.ranking().into_iter().enumerate() {
            workspace.codeword(path, &mut codeword);
            inputs.copy_from_slice(&codeword);
            transform(&mut inputs);
            let mut payload: Vec<u8> = self.positions.iter().map(|&position| inputs[position]).collect();
            let crc = payload.split_off(self.payload_bits());
            if crc == check_bits(&payload) {
                let usable = || llr.iter().map(|&llr| sanitize(llr)).zip(&codeword).filter(|(llr, _)| *llr != 0.0);
                let corrected = usable().filter(|&(llr, &bit)| hard_bit(llr) != bit).count();
                return Some(Decoded { payload, corrected, erased: self.n - usable().count(), list_rank });
            }
        }
        None
    }
}
