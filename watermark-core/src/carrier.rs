//! Key -> carrier: dither, interleaver and pilot lines.
//!
//! Everything is drawn from `ChaCha20` with integer arithmetic only, so every target gets the same carrier bit for bit.
//! The default key is public: anyone may read the mark. A private key moves every dither value, so that only its
//! holders can find or read the mark; it hides the mark, it does not sign it.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::layout::relative_step;

/// Side of a block, canonical pixels.
pub(crate) const BLOCK_PX: usize = 8;
/// Side of the tile that bits repeat with, in canonical pixels.
pub(crate) const TILE_PX: usize = 512;
/// Shifts that the lattices of tiles take in turn.
pub(crate) const SHIFTS: usize = 5;
/// Side of what everything repeats with, in canonical pixels.
pub(crate) const PERIOD_PX: usize = SHIFTS * TILE_PX;
/// Blocks along a tile's side.
pub(crate) const TILE_BLOCKS: usize = TILE_PX / BLOCK_PX;
/// Bits of a tile, one a block.
pub(crate) const TILE_BITS: usize = TILE_BLOCKS * TILE_BLOCKS;
/// Period of the pilot, in canonical pixels.
pub(crate) const PILOT_PERIOD: usize = 256;
/// Pilot lines, each with its mirror in the other half plane.
pub(crate) const PILOT_LINES: usize = 64;

/// A secret that is too short to hide a mark.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "the carrier key has {bytes} bytes; use at least {} that nobody can guess, line ends behind them not counted, e.g. from \
     `openssl rand -hex 32`",
    CarrierKey::MIN_SECRET_BYTES
)]
pub struct SecretTooShort {
    /// How many it has.
    pub bytes: usize,
}

/// Seeds the carrier. [`CarrierKey::PUBLIC`] unless verification is to be private.
#[derive(Clone, PartialEq, Eq)]
pub struct CarrierKey([u8; 32]);

impl CarrierKey {
    /// The key that every reader knows.
    pub const PUBLIC: Self = Self([0; 32]);

    /// Fewest bytes of a secret that [`CarrierKey::from_secret`] takes: 128 bits.
    pub const MIN_SECRET_BYTES: usize = 16;

    /// A private carrier from a secret as people keep it: the bytes of a file, or a text. CR and LF at its end do not count,
    /// since editors add them and the two sides need not use the same ones.
    ///
    /// # Errors
    /// [`SecretTooShort`] below [`CarrierKey::MIN_SECRET_BYTES`].
    pub fn from_secret(secret: &[u8]) -> Result<Self, SecretTooShort> {
        let bytes = secret.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r')).map_or(0, |last| last + 1);
        if bytes < Self::MIN_SECRET_BYTES { Err(SecretTooShort { bytes }) } else { Ok(Self::private(&secret[..bytes])) }
    }

    /// A private carrier from secret bytes of any length, every one of which counts (a pass phrase should hold 128 bits or more).
    pub fn private(secret: &[u8]) -> Self {
        Self(Sha256::new().chain_update(b"watermark carrier key v1\0").chain_update(secret).finalize().into())
    }

    fn stream(&self, label: &str) -> ChaCha20Rng {
        let seed = Sha256::new().chain_update(b"watermark carrier v1\0").chain_update(self.0).chain_update(label);
        ChaCha20Rng::from_seed(seed.finalize().into())
    }
}

impl std::fmt::Debug for CarrierKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if *self == Self::PUBLIC { "CarrierKey(public)" } else { "CarrierKey(private)" })
    }
}

/// What the blocks of a tile are modulated with.
#[derive(Clone, Debug)]
pub(crate) struct Lattice {
    /// Where the lattice of each block of the tile is shifted to, in steps, `[0, 1)`, row-major.
    pub(crate) dither: Vec<f32>,
    /// Number of the tile bit that each block carries ([`layout`](crate::layout)).
    pub(crate) order: Vec<u16>,
    /// Relative lattice step of each block of the tile.
    pub(crate) relative: Vec<f32>,
}

impl Lattice {
    /// Slot of the tile that block `i` of a grid of `cols` columns takes, the grid's first block being block `(col, row)` of the period.
    pub(crate) fn slot(i: usize, cols: usize, (col, row): (usize, usize)) -> usize {
        (i / cols + row) % TILE_BLOCKS * TILE_BLOCKS + (i % cols + col) % TILE_BLOCKS
    }

    /// Where the lattice of such a block is shifted to, in steps.
    pub(crate) fn dither(&self, i: usize, cols: usize, (col, row): (usize, usize)) -> f32 {
        let tile = [(i % cols + col) / TILE_BLOCKS, (i / cols + row) / TILE_BLOCKS];
        self.dither[Self::slot(i, cols, (col, row))] + shift(tile)
    }
}

/// Where the lattices of a tile are shifted to, in steps: fifths of one, the next a column further and the next but one a row further.
///
/// What a codec empties stands at zero in every tile, and a flat picture nearly so. Without shifts all repeats of a bit would share one fate: too small a move
/// to outlive the codec where the dither happens to lie so, and their phases would add up to that of an empty block. So each repeat has another move to make, and
/// emptied blocks cancel. A shift of half a step would be the other bit, which is why their number is odd; and as each tile is shifted alike against the one before, a crop knows
/// how its tiles are shifted against one another before it knows which they are.
pub(crate) fn shift(tile: [usize; 2]) -> f32 {
    shifts(tile) as f32 / SHIFTS as f32
}

/// [`shift`] in fifths.
pub(crate) fn shifts([col, row]: [usize; 2]) -> usize {
    (col + 2 * row) % SHIFTS
}

/// A pilot line: cycles per [`PILOT_PERIOD`] along x and y.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) x: i32,
    pub(crate) y: i32,
}

/// All that a key determines. Build it once and use it for any number of images.
#[derive(Clone, Debug)]
pub struct Carrier {
    pub(crate) lattice: Lattice,
    pub(crate) pilot: Vec<Line>,
}

impl Carrier {
    /// The carrier of a key. Takes well under a millisecond.
    pub fn new(key: &CarrierKey) -> Self {
        Self { lattice: lattice(key), pilot: pilot_lines(&mut key.stream("pilot lines")) }
    }
}

fn lattice(key: &CarrierKey) -> Lattice {
    let mut dither = key.stream("dither");
    let order = permutation(TILE_BITS, &mut key.stream("interleaver"));
    Lattice {
        dither: (0..TILE_BITS).map(|_| (dither.next_u32() >> 16) as f32 / 65536.0).collect(),
        relative: order.iter().map(|&bit| relative_step(bit)).collect(),
        order,
    }
}

/// Fisher-Yates shuffle of `0..n`.
fn permutation(n: usize, rng: &mut ChaCha20Rng) -> Vec<u16> {
    let mut order: Vec<u16> = (0..n as u16).collect();
    for i in (1..n).rev() {
        order.swap(i, below(rng, i as u32 + 1) as usize);
    }
    order
}

/// Uniform in `0..n`, to within `n / 2^32`.
fn below(rng: &mut ChaCha20Rng, n: u32) -> u32 {
    ((u64::from(rng.next_u32()) * u64::from(n)) >> 32) as u32
}

/// Lines at odd multiples of `1/256` cycle per pixel on both axes, between 10 and 40 of them (0.04 to 0.16 cycles per
/// pixel): odd, so that they stay clear of the harmonics of 8-pixel codec blocks and of layouts on power-of-two grids; low
/// enough to outlive quarter size and sigma-2 blur. No two closer than four bins, and most six, so
/// that the neighbours which judge a line hold no other line.
fn pilot_lines(rng: &mut ChaCha20Rng) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::with_capacity(PILOT_LINES);
    let mut tries = 0;
    while lines.len() < PILOT_LINES {
        let line = Line { x: 2 * below(rng, 40) as i32 - 39, y: 2 * below(rng, 20) as i32 + 1 };
        let radius2 = line.x * line.x + line.y * line.y;
        // The distance asked for shrinks after many tries, so that the loop ends for every key.
        let apart = if tries < 4000 { 36 } else { 16 };
        tries += 1;
        let clear = lines.iter().all(|l| {
            let near = |dx: i32, dy: i32| dx * dx + dy * dy >= apart;
            near(l.x - line.x, l.y - line.y) && near(l.x + line.x, l.y + line.y)
        });
        if (100..=1600).contains(&radius2) && clear {
            lines.push(line);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The public carrier is part of the format (`docs/FORMAT.md`, Carrier): these numbers may never change.
    #[test]
    fn the_public_carrier_is_pinned() {
        let Carrier { lattice, pilot } = Carrier::new(&CarrierKey::PUBLIC);
        let digest = |bytes: Vec<u8>| crate::payload::hex::encode(&Sha256::digest(bytes)[..8]);
        let dither: Vec<u16> = lattice.dither.iter().map(|d| (d * 65536.0) as u16).collect();
        let words = |words: &[u16]| digest(words.iter().flat_map(|word| word.to_be_bytes()).collect());
        assert_eq!((&dither[..4], words(&dither).as_str()), (&[8558, 27138, 60462, 65074][..], "0517403a3e724169"));
        let order = &lattice.order;
        assert_eq!((&order[..4], words(order).as_str()), (&[4075, 3803, 934, 1051][..], "bfa7e4422c90aa01"));
        let lines: Vec<(i32, i32)> = pilot.iter().map(|line| (line.x, line.y)).collect();
        assert_eq!((&lines[..4], lines[63]), (&[(-33, 19), (15, 7), (-7, 15), (-31, 1)][..], (37, 11)));
        assert_eq!(digest(lines.iter().flat_map(|&(x, y)| [x as u8, y as u8]).collect()), "e1382e6454ecf6b0");
    }

    #[test]
    fn line_ends_behind_a_secret_do_not_count_and_everything_else_does() {
        let secret = b"0123456789 bcdef";
        let key = CarrierKey::private(secret);
        for end in ["", "\n", "\r\n", "\r", "\n\n", "\r\n\r\n"] {
            let kept = [&secret[..], end.as_bytes()].concat();
            assert_eq!(CarrierKey::from_secret(&kept), Ok(key.clone()), "{end:?}");
        }
        for other in ["0123456789 bcdef ", "0123456789 bcdef\t", "0123456789 bcdef\n ", "\n0123456789 bcdef"] {
            assert_ne!(CarrierKey::from_secret(other.as_bytes()).unwrap(), key, "{other:?}");
        }
        let refused = CarrierKey::from_secret(b"0123456789 bcde\r\n").unwrap_err();
        assert_eq!(refused, SecretTooShort { bytes: 15 });
        let said = refused.to_string();
        assert!(said.contains("15 bytes") && said.contains("at least 16"), "{said}");
        assert_eq!(CarrierKey::from_secret(b"\r\n"), Err(SecretTooShort { bytes: 0 }));
    }

    #[test]
    fn pilot_lines_are_odd_apart_and_in_the_band_for_any_key() {
        for secret in 0..20u8 {
            let lines = Carrier::new(&CarrierKey::private(&[secret; 16])).pilot;
            assert_eq!(lines.len(), PILOT_LINES);
            for (i, a) in lines.iter().enumerate() {
                assert!(a.x % 2 != 0 && a.y % 2 != 0 && (100..=1600).contains(&(a.x * a.x + a.y * a.y)));
                for b in &lines[..i] {
                    let square = |x: i32, y: i32| x * x + y * y;
                    assert!(square(a.x - b.x, a.y - b.y).min(square(a.x + b.x, a.y + b.y)) >= 16);
                }
            }
        }
    }

    #[test]
    fn the_shifts_of_tiles_are_pinned() {
        // Rows of tiles, in fifths of a step (`docs/FORMAT.md`, Shift).
        let fifths = [[0, 1, 2, 3, 4, 0], [2, 3, 4, 0, 1, 2], [4, 0, 1, 2, 3, 4], [1, 2, 3, 4, 0, 1]];
        for (row, fifths) in fifths.into_iter().enumerate() {
            for (col, fifth) in fifths.into_iter().enumerate() {
                assert_eq!((5.0 * shift([col, row])).round() as usize, fifth, "{col} {row}");
            }
        }
    }

    #[test]
    fn every_tile_bit_has_one_block() {
        let carrier = Carrier::new(&CarrierKey::PUBLIC);
        let mut order = carrier.lattice.order.clone();
        order.sort_unstable();
        assert!(order.iter().enumerate().all(|(i, &bit)| usize::from(bit) == i));
    }
}
