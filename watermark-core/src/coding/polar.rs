//! The CRC-aided polar code: payload bits -> codeword bits, and LLRs -> payload bits (Arikan 2009; Tal & Vardy 2015).
//!
//! encode: `k - 32` payload bits, then their CRC, go to the `k` most reliable inputs in ascending order, zeros to the
//! others; `x = u F^(tensor m)`, `F = [[1, 0], [1, 1]]`, in natural (not bit-reversed) order. Payload bits that a reader may
//! be able to predict get the least reliable of these inputs to themselves.
//!
//! decode: list decoding, then the first candidate, best metric first, whose CRC is right. A wrong one passes
//! with probability `2^-32` per candidate. Predicted bits are frozen to what is predicted: their codeword is taken off the LLRs, and what
//! remains is a word of the same code with fewer information inputs (a coset code), so the rate falls by what is known already.

use std::f32::consts::LN_2;
use std::ops::Range;

use super::construction::{DESIGN_MEAN, by_reliability};
use super::crc::{CRC_BITS, check_bits};
use super::decoder::Workspace;
use super::kernels::transform;
use super::list::MAX_LIST;
use super::llr::{hard_bit, sanitize};
use super::schedule::{Step, schedule};
use crate::elementary::softplus;

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
    /// The predictable bits are not bits of the payload.
    #[error("predictable bits {start} to {end}: needs a range within the {payload} payload bits")]
    Predictable {
        /// First bit of the range.
        start: usize,
        /// Bit after its last.
        end: usize,
        /// Payload bits of the code.
        payload: usize,
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
    /// Inputs of the transform that carry payload and CRC, in their order.
    positions: Vec<usize>,
    steps: Vec<Step>,
}

/// What was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// The payload, one 0 or 1 per element.
    pub payload: Vec<u8>,
    /// Codeword positions whose hard decision was wrong; erasures do not count.
    pub corrected: usize,
    /// Codeword positions without information: zero or not finite.
    pub erased: usize,
    /// How many better candidates failed the CRC.
    pub list_rank: usize,
    /// Base-2 logarithm of how much likelier this codeword makes the LLRs than chance does, less the payload's bits: how far it is from what the best of all messages
    /// reaches by luck.
    pub evidence: f32,
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

    /// The same code with its payload laid out for readers that know some of it beforehand: the bits of `predictable` take the least reliable of
    /// the `k` inputs, the other bits and the CRC the rest, both in ascending order.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and [`CodeError::Predictable`] unless the range lies within the payload.
    pub fn with_predictable(n: usize, k: usize, predictable: Range<usize>) -> Result<Self, CodeError> {
        Self::build(n, k, DESIGN_MEAN, predictable)
    }

    /// The code designed for another Gaussian channel, whose mean LLR for a sent 0 (`4 Es/N0`) is `design_mean`. Only
    /// for studies of the design point; it does not interoperate with [`new`](Self::new).
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and [`CodeError::DesignMean`] unless `design_mean` is between 0.001 and 1000.
    pub fn with_design_mean(n: usize, k: usize, design_mean: f64) -> Result<Self, CodeError> {
        Self::build(n, k, design_mean, 0..0)
    }

    fn build(n: usize, k: usize, design_mean: f64, predictable: Range<usize>) -> Result<Self, CodeError> {
        if !(0.001..=1000.0).contains(&design_mean) {
            return Err(CodeError::DesignMean { design_mean });
        }
        if !n.is_power_of_two() || n <= CRC_BITS || n > MAX_N {
            return Err(CodeError::Length { n });
        }
        if k <= CRC_BITS || k > n {
            return Err(CodeError::Dimension { k, n });
        }
        if predictable.start > predictable.end || predictable.end > k - CRC_BITS {
            return Err(CodeError::Predictable {
                start: predictable.start,
                end: predictable.end,
                payload: k - CRC_BITS,
            });
        }
        let mut inputs = by_reliability(n, design_mean);
        inputs.truncate(k);
        let (certain, open) = inputs.split_at_mut(k - predictable.len());
        certain.sort_unstable();
        open.sort_unstable();
        let positions = [&certain[..predictable.start], open, &certain[predictable.start..]].concat();
        let free = information(n, &positions);
        Ok(Self { n, positions, steps: schedule(&free) })
    }

    /// Payload bits per codeword, `k - 32`.
    pub fn payload_bits(&self) -> usize {
        self.positions.len() - CRC_BITS
    }

    /// Codeword bits, `n`.
    pub fn codeword_bits(&self) -> usize {
        self.n
    }

    /// Inputs of the polar transform that carry information: those of the payload in its order, then the CRC's. Part of the format.
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
    /// as long as few exceed the clip; their relative weights do. `list` is clamped to `1..=256`; time and memory grow
    /// in proportion to it.
    pub fn decode(&self, llr: &[f32], list: usize, workspace: &mut Workspace) -> Option<Decoded> {
        (llr.len() == self.n).then(|| self.search(llr, None, list, workspace))?
    }

    /// As [`decode`](Self::decode) for a payload of which some bits are `predicted`: `None` for a bit that is not. All predictions have to be
    /// right. With a fifth of the payload predicted, the same word is read from a channel about 1 dB worse (`docs/CODE.md`).
    pub fn decode_predicted(
        &self,
        llr: &[f32],
        predicted: &[Option<bool>],
        list: usize,
        workspace: &mut Workspace,
    ) -> Option<Decoded> {
        if llr.len() != self.n || predicted.len() != self.payload_bits() {
            return None;
        }
        self.search(llr, Some(predicted), list, workspace)
    }

    fn search(
        &self,
        llr: &[f32],
        predicted: Option<&[Option<bool>]>,
        list: usize,
        workspace: &mut Workspace,
    ) -> Option<Decoded> {
        let list = list.clamp(1, MAX_LIST);
        // The codeword of the predicted bits alone.
        let mut offset = vec![0; self.n];
        if let Some(predicted) = predicted {
            let mut unknown = self.positions.clone();
            unknown.drain(..self.payload_bits());
            for (&position, bit) in self.positions.iter().zip(predicted) {
                match bit {
                    Some(bit) => offset[position] = u8::from(*bit),
                    None => unknown.push(position),
                }
            }
            transform(&mut offset);
            let coset: Vec<f32> = llr.iter().zip(&offset).map(|(&llr, &o)| if o == 0 { llr } else { -llr }).collect();
            workspace.run(&coset, list, &schedule(&information(self.n, &unknown)));
        } else {
            workspace.run(llr, list, &self.steps);
        }
        let mut codeword = vec![0; self.n];
        let mut inputs = vec![0; self.n];
        for (list_rank, path) in workspace.ranking().into_iter().enumerate() {
            workspace.codeword(path, &mut codeword);
            codeword.iter_mut().zip(&offset).for_each(|(bit, o)| *bit ^= o);
            inputs.copy_from_slice(&codeword);
            transform(&mut inputs);
            let mut payload: Vec<u8> = self.positions.iter().map(|&position| inputs[position]).collect();
            let crc = payload.split_off(self.payload_bits());
            if crc == check_bits(&payload) {
                let usable = || llr.iter().map(|&llr| sanitize(llr)).zip(&codeword).filter(|(llr, _)| *llr != 0.0);
                let corrected = usable().filter(|&(llr, &bit)| hard_bit(llr) != bit).count();
                let told: Vec<f32> = usable().map(|(llr, &bit)| if bit == 0 { llr } else { -llr }).collect();
                let evidence = explained(&told) - payload.len() as f32;
                return Some(Decoded { payload, corrected, erased: self.n - usable().count(), list_rank, evidence });
            }
        }
        None
    }
}

/// Bits by which LLRs, their signs turned to those of a codeword, say more for it than fair coins would. LLRs may claim too much, so the best of four scales counts, for two
/// bits, and none counts for more than [`MOST_TOLD`].
fn explained(told: &[f32]) -> f32 {
    let bits = |scale: f32| -> f32 {
        told.iter().map(|llr| 1.0 - softplus(-(scale * llr).clamp(-MOST_TOLD, MOST_TOLD)) / LN_2).sum()
    };
    [1.0, 0.5, 0.25, 0.125].map(bits).into_iter().fold(f32::NEG_INFINITY, f32::max) - 2.0
}

/// Largest LLR counted as evidence: 93 % of a bit.
const MOST_TOLD: f32 = 3.0;

/// `true` for each of `n` inputs that is among `positions`.
fn information(n: usize, positions: &[usize]) -> Vec<bool> {
    let mut free = vec![false; n];
    positions.iter().for_each(|&position| free[position] = true);
    free
}
