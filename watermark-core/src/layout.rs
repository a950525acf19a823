//! `[E5 X5]` Codewords of beacon and seal <-> the 4096 bits of a tile.
//!
//! Both messages share one lattice. Tile bits 0 to 511 are the beacon's codeword; tile bit `b` from 512 on is bit `b` of the
//! seal's codeword, whose first 512 bits are never sent and reach the decoder as erasures. Leaving out the first eighth costs a polar
//! code least: it disables exactly the inputs of the transform's first eighth, which are frozen anyway (Niu et al. 2013,
//! quasi-uniform puncturing).
//!
//! A picture without room for the seal repeats the beacon over the whole tile: tile bit `b` carries its bit `b mod 512`. It then
//! reads with an eighth of the energy a bit.
//!
//! A beacon of its own one octave lower, as planned first, took 38 % of the visible error by SSIMULACRA 2 at a fifth of the energy
//! (`docs/DESIGN.md`, Two messages, one lattice).

use crate::carrier::TILE_BITS;

/// Codeword bits of the beacon.
pub(crate) const BEACON_BITS: usize = TILE_BITS / 8;
/// Codeword bits of the seal; the first [`BEACON_BITS`] are not sent.
pub(crate) const SEAL_BITS: usize = TILE_BITS;

/// Lattice step of the beacon's tile bits over that of the seal's. The beacon outlives the seal by 3.5 dB for 16 % more energy, and what it shows of the
/// channel helps the seal: of 34 pictures with 1.25, two fewer read after median 5 and one fewer after WebP 80 and 50 each.
const BEACON_STEP: f32 = 1.5;

/// Relative lattice step of tile bit `bit`.
pub(crate) fn relative_step(bit: u16) -> f32 {
    if usize::from(bit) < BEACON_BITS { BEACON_STEP } else { 1.0 }
}

/// The tile of a beacon and, where there is room for it, a seal; codewords of [`BEACON_BITS`] and [`SEAL_BITS`].
pub(crate) fn tile(beacon: &[u8], seal: Option<&[u8]>) -> Vec<u8> {
    match seal {
        Some(seal) => beacon.iter().chain(&seal[BEACON_BITS..]).copied().collect(),
        None => beacon.repeat(TILE_BITS / BEACON_BITS),
    }
}

/// The beacon's LLRs of a tile's.
pub(crate) fn beacon_llr(tile: &[f32]) -> &[f32] {
    &tile[..BEACON_BITS]
}

/// The beacon's LLRs if the whole tile repeats it.
pub(crate) fn repeated_beacon_llr(tile: &[f32]) -> Vec<f32> {
    let mut llr = vec![0.0; BEACON_BITS];
    for repeat in tile.chunks_exact(BEACON_BITS) {
        llr.iter_mut().zip(repeat).for_each(|(sum, value)| *sum += value);
    }
    llr
}

/// The seal's LLRs; 0 for codeword bits that are not sent.
pub(crate) fn seal_llr(tile: &[f32]) -> Vec<f32> {
    let mut llr = tile.to_vec();
    llr[..BEACON_BITS].fill(0.0);
    llr
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> (Vec<u8>, Vec<u8>) {
        let bit = |i: usize| ((i * i + i / 7) % 5 % 2) as u8;
        ((0..BEACON_BITS).map(bit).collect(), (0..SEAL_BITS).map(|i| bit(i + 3)).collect())
    }

    fn llr(bits: &[u8]) -> Vec<f32> {
        bits.iter().map(|&b| if b == 0 { 1.0 } else { -1.0 }).collect()
    }

    #[test]
    fn both_messages_come_back() {
        let (beacon, seal) = words();
        let soft = llr(&tile(&beacon, Some(&seal)));
        assert_eq!(beacon_llr(&soft), llr(&beacon));
        let read = seal_llr(&soft);
        assert_eq!(read.iter().filter(|&&l| l == 0.0).count(), BEACON_BITS);
        assert!(read.iter().zip(llr(&seal)).all(|(&r, s)| r == 0.0 || r == s));
    }

    #[test]
    fn the_bits_not_sent_disable_frozen_inputs_only() {
        let codes = crate::codes::Codes::new().unwrap();
        assert!(codes.seal.information_positions().iter().all(|&input| input >= BEACON_BITS));
    }

    #[test]
    fn a_beacon_alone_is_repeated_eight_times() {
        let (beacon, _) = words();
        let soft = llr(&tile(&beacon, None));
        assert_eq!(beacon_llr(&soft), llr(&beacon));
        let repeated = repeated_beacon_llr(&soft);
        assert!(repeated.iter().zip(llr(&beacon)).all(|(&r, b)| r == 8.0 * b));
    }
}
