//! Channel coding: message bits to codeword and soft bits back to a message.
//!
//! ```text
//! embed:    payload bits -> crc (+32 bits) -> polar encode -> n codeword bits
//! extract:  n LLRs -> list decode -> candidates, best first -> first that passes the crc -> payload bits
//! ```
//!
//! A CRC-aided polar code (Arikan 2009; Tal & Vardy 2015), generic in length and dimension. Everything here is a pure
//! function of its arguments and gives the same bits on every target: integers, and floating point restricted to
//! IEEE 754 basic operations in a fixed order.

pub mod bits;
mod construction;
pub mod crc;
mod decoder;
mod kernels;
mod list;
pub mod llr;
mod polar;
mod schedule;
#[cfg(test)]
mod tests;

pub use decoder::Workspace;
pub use polar::{CodeError, Decoded, PolarCode};
