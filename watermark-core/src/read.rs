//! `[X4 X5]` A plane whose geometry is known -> gain, soft bits, codewords.

use crate::carrier::{BLOCK_PX, Carrier, Lattice, PERIOD_PX, TILE_BITS};
use crate::codes::Codes;
use crate::coding::{Decoded, PolarCode, Workspace};
use crate::lattice::{Aligned, Fit, receive};
use crate::layout;
use crate::plane::Plane;
use crate::prediction::Prediction;

/// Lattice gains tried: strengths in use times the tone changes to be expected, in steps of `2^(1/16)`.
pub(crate) const GAINS: usize = 84;
/// Smallest gain.
const FIRST_GAIN: f32 = 2.0;

/// Gain number `i`, `FIRST_GAIN * 2^(i/16)`.
pub(crate) fn gain(i: usize) -> f32 {
    let sixteenth = 2.0f32.sqrt().sqrt().sqrt().sqrt();
    let mut value = FIRST_GAIN;
    for _ in 0..i / 16 {
        value *= 2.0;
    }
    for _ in 0..i % 16 {
        value *= sixteenth;
    }
    value
}

/// What was read at one geometry.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    /// Best joint coherence over all gains, standard deviations.
    pub(crate) coherence: f32,
    /// Gains tried.
    pub(crate) candidates: u64,
    /// Decodings tried.
    pub(crate) attempts: u64,
    /// Decodings tried until a beacon was found.
    pub(crate) until_found: u64,
    /// Gain that the decoded or most coherent reading used.
    pub(crate) gain: f32,
    pub(crate) beacon: Option<Decoded>,
    pub(crate) seal: Option<Decoded>,
    /// The blocks that were read, when something decoded.
    pub(crate) blocks: Option<Blocks>,
}

/// The blocks of a reading that decoded, kept for the edit map.
#[derive(Clone, Debug)]
pub(crate) struct Blocks {
    pub(crate) aligned: Aligned,
    pub(crate) gain: f32,
    /// Pixel of the plane at which the block grid begins.
    pub(crate) first_px: (usize, usize),
    pub(crate) cols: usize,
    pub(crate) rows: usize,
    /// The tile repeats the beacon.
    pub(crate) repeated: bool,
}

/// Which gains have their soft bits handed to the decoder.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Gains {
    /// The most coherent ones, if the best coheres at least so much.
    Coherent(f32),
    /// All that stampers use without being told otherwise. Bits outlive the double angle in which the gain is looked for, so when there is a mark
    /// and no gain stands out the code itself is the better judge.
    Usual,
}

/// Gray levels of noise assumed where none is known: as many as codecs leave.
const UNTOLD_NOISE: f32 = 4.0;
/// Gains decoded of the coherent ones.
const DECODED_GAINS: usize = 3;
/// Usual gains: the strengths of the search over their compensation, lowered and raised by what codecs and tone changes do.
const USUAL: [f32; 14] = [6.2, 6.7, 7.3, 7.9, 8.6, 9.3, 10.1, 11.0, 11.9, 12.9, 14.0, 15.2, 16.5, 17.9];

/// Best coherence over every third gain, without decoding, the plane's upper left pixel being at this position of the period.
pub(crate) fn coherence(plane: &Plane, carrier: &Carrier, tile: (usize, usize)) -> f32 {
    let aligned = align(plane, &carrier.lattice, tile, 0.0);
    (0..GAINS).step_by(3).map(|i| aligned.coherence(gain(i))).fold(f32::NEG_INFINITY, f32::max)
}

/// By how many tiles `plane` has to be moved on to cohere most, its upper left pixel being at this position of the period.
pub(crate) fn tiles_on(plane: &Plane, carrier: &Carrier, tile: (usize, usize)) -> usize {
    let aligned = align(plane, &carrier.lattice, tile, 0.0);
    peaks(&scores(&aligned)).first().map_or(0, |&i| aligned.tiles_on(gain(i)))
}

/// Coherence at every third gain and at those around the best of them, each standard normal for an unmarked picture; minus infinity
/// at the others. A peak is four gains wide, so none is missed.
fn scores(aligned: &Aligned) -> Vec<f32> {
    const COARSE: usize = 3;
    const LOOKED_AT: usize = 4;
    let mut scores = vec![f32::NEG_INFINITY; GAINS];
    for i in (0..GAINS).step_by(COARSE) {
        scores[i] = aligned.coherence(gain(i));
    }
    let mut best: Vec<usize> = (0..GAINS).step_by(COARSE).collect();
    best.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    for &centre in &best[..LOOKED_AT] {
        let near = centre.saturating_sub(COARSE - 1)..(centre + COARSE).min(GAINS);
        for (score, i) in scores[near.clone()].iter_mut().zip(near).filter(|(score, _)| **score == f32::NEG_INFINITY) {
            *score = aligned.coherence(gain(i));
        }
    }
    scores
}

/// What is read.
pub(crate) struct View<'a> {
    /// Canonical plane.
    pub(crate) plane: &'a Plane,
    /// Position of its top-left sample in the period.
    pub(crate) tile: (usize, usize),
    /// Gray levels of noise taken off the mask.
    pub(crate) noise: f32,
    /// Asked for guesses at the seal when a beacon was read and the seal was not.
    pub(crate) predict: &'a dyn Fn() -> Vec<Prediction>,
}

/// Reads one view at the `gains` that are worth it.
pub(crate) fn read(view: &View<'_>, carrier: &Carrier, codes: &Codes, gains: Gains, ws: &mut Workspace) -> Reading {
    let &View { plane, tile, noise, predict } = view;
    let aligned = align(plane, &carrier.lattice, tile, noise);
    let mut repeated = false;
    let scores = scores(&aligned);
    let peaks = peaks(&scores);
    let mut out = Reading {
        coherence: peaks.first().map_or(0.0, |&i| scores[i]),
        candidates: GAINS as u64,
        attempts: 0,
        until_found: 0,
        gain: peaks.first().map_or(FIRST_GAIN, |&i| gain(i)),
        beacon: None,
        seal: None,
        blocks: None,
    };
    // One after the other: the first decodes nearly always, and fitting costs more than decoding.
    let fits: Box<dyn Iterator<Item = Fit>> = match gains {
        Gains::Coherent(least) if out.coherence < least => return out,
        Gains::Coherent(_) => Box::new(peaks.iter().take(DECODED_GAINS).map(|&i| refine(&aligned, gain(i)))),
        Gains::Usual => Box::new(USUAL.iter().map(|&gain| aligned.fit(gain))),
    };
    // Each attempt costs evidence, so the many usual gains are read in one way only.
    let ways = [None, Some(UNTOLD_NOISE), Some(noise), None];
    let ways = match (noise > 0.0, gains == Gains::Usual) {
        (false, false) => &ways[..2],
        (false, true) => &ways[..1],
        (true, false) => &ways[2..],
        (true, true) => &ways[2..3],
    };
    for (fit, assumed) in fits.flat_map(|fit| ways.iter().map(move |&noise| (fit, noise))) {
        let llr = assumed.map_or_else(|| aligned.soft_bits(&fit), |noise| aligned.noisy_soft_bits(fit.gain, noise));
        out.attempts += 2;
        out.until_found = out.attempts;
        out.beacon = decode(&codes.beacon, layout::beacon_llr(&llr), ws);
        let Some(beacon) = &out.beacon else {
            out.beacon = decode(&codes.beacon, &layout::repeated_beacon_llr(&llr), ws);
            repeated = out.beacon.is_some();
            if repeated {
                out.gain = fit.gain;
                break;
            }
            continue;
        };
        out.gain = fit.gain;
        out.seal = decode(&codes.seal, &layout::seal_llr(&llr), ws);
        repeated = out.seal.is_none() && repeats(&codes.beacon, beacon, &llr);
        if out.seal.is_none() && !repeated {
            let (llr, gain) = aligned.trained_soft_bits(&fit, &known_bits(&codes.beacon, beacon));
            out.gain = gain;
            out.seal = decode_hard(&codes.seal, &layout::seal_llr(&llr), predict, &mut out.attempts, ws);
        }
        break;
    }
    if out.beacon.is_some() {
        let first_px = first_block(tile);
        let cols = plane.width.saturating_sub(first_px.0) / BLOCK_PX;
        let rows = plane.height.saturating_sub(first_px.1) / BLOCK_PX;
        out.blocks = Some(Blocks { aligned, gain: out.gain, first_px, cols, rows, repeated });
    }
    out
}

/// Pixel of a plane at which the tile's block grid begins, the plane's upper left pixel being at this position of the period.
fn first_block((tile_x, tile_y): (usize, usize)) -> (usize, usize) {
    ((BLOCK_PX - tile_x % BLOCK_PX) % BLOCK_PX, (BLOCK_PX - tile_y % BLOCK_PX) % BLOCK_PX)
}

/// Numbers of the gains at local maxima of the coherence, highest first.
fn peaks(scores: &[f32]) -> Vec<usize> {
    let near = |i: usize, j: usize| scores.get(j).is_none_or(|s| *s <= scores[i]);
    let mut peaks: Vec<usize> = (0..scores.len()).filter(|&i| near(i, i.wrapping_sub(1)) && near(i, i + 1)).collect();
    peaks.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    peaks
}

pub(crate) fn align(plane: &Plane, lattice: &Lattice, (tile_x, tile_y): (usize, usize), noise: f32) -> Aligned {
    const N: usize = BLOCK_PX;
    let (x0, y0) = first_block((tile_x, tile_y));
    let received = receive(plane, x0, y0, noise);
    Aligned::new(&received, lattice, ((tile_x + x0) % PERIOD_PX / N, (tile_y + y0) % PERIOD_PX / N))
}

/// The likeliest gain near `start`.
pub(crate) fn refine(aligned: &Aligned, start: f32) -> Fit {
    let fits = [0.96, 0.98, 1.0, 1.02, 1.04].map(|factor| aligned.fit(start * factor));
    fits.into_iter().reduce(|best, f| if f.likelihood > best.likelihood { f } else { best }).unwrap_or(fits[2])
}

/// List length for a seal whose beacon was read, 5 ms each: after 12 attacks on 34 pictures it reads 7 seals that 64 do not, and 1024, at 25 ms, 2 more.
const LONG_LIST: usize = 256;
/// What such a list counts for, decodings of the usual two lists.
const LONG_COUNTS: u64 = 7;
const _: () = assert!(LONG_COUNTS * (8 + 32) >= LONG_LIST as u64);

/// Standard deviations of chance beyond which a tile repeats its beacon.
const REPEATS: f32 = 6.0;

/// Whether a tile from whose first bits the beacon was read repeats it in all others, where a seal would be.
fn repeats(code: &PolarCode, beacon: &Decoded, llr: &[f32]) -> bool {
    let codeword = code.encode(&beacon.payload).unwrap_or_default();
    let others = llr.chunks_exact(layout::BEACON_BITS).skip(1);
    let signs = others.flat_map(|repeat| repeat.iter().zip(&codeword)).map(|(l, &bit)| if bit == 0 { *l } else { -l });
    let (sum, power) = signs.fold((0.0, 0.0), |(sum, power), l| (sum + l, power + l * l));
    sum > REPEATS * power.sqrt()
}

/// The tile bits that a beacon determines.
fn known_bits(code: &PolarCode, beacon: &Decoded) -> Vec<Option<u8>> {
    let codeword = code.encode(&beacon.payload).unwrap_or_default();
    let mut known: Vec<Option<u8>> = codeword.into_iter().map(Some).collect();
    known.resize(TILE_BITS, None);
    known
}

/// A seal that does not read at once: predictions help, and since the beacon vouches for geometry and gain, the longest list is worth its time.
fn decode_hard(
    code: &PolarCode,
    llr: &[f32],
    predict: &dyn Fn() -> Vec<Prediction>,
    attempts: &mut u64,
    ws: &mut Workspace,
) -> Option<Decoded> {
    for prediction in predict() {
        *attempts += LONG_COUNTS;
        if let Some(seal) = code.decode_predicted(llr, &prediction, LONG_LIST, ws) {
            return Some(seal);
        }
    }
    *attempts += LONG_COUNTS;
    code.decode(llr, LONG_LIST, ws)
}

/// A short list first: most pictures need no more.
fn decode(code: &PolarCode, llr: &[f32], ws: &mut Workspace) -> Option<Decoded> {
    code.decode(llr, 8, ws).or_else(|| code.decode(llr, 32, ws))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::encode;
    use crate::testing::Random;

    #[test]
    fn a_tile_that_repeats_its_beacon_is_told_from_one_with_a_seal() {
        let codes = Codes::new().unwrap();
        let beacon = encode(&codes.beacon, &[0x35; 9]).unwrap();
        let seal = encode(&codes.seal, &[0x5A; 92]).unwrap();
        let mut random = Random(8);
        // Noise that leaves a third of a standard deviation to each bit, but for the first 512, which the beacon is read from.
        let mut noisy = |tile: Vec<u8>| -> Vec<f32> {
            let llr = |(i, bit): (usize, u8)| {
                let sent = if bit == 0 { 1.0 } else { -1.0 };
                if i < layout::BEACON_BITS { sent } else { 0.33 * sent + random.gauss() }
            };
            tile.into_iter().enumerate().map(llr).collect()
        };
        let (repeated, sealed) = (noisy(layout::tile(&beacon, None)), noisy(layout::tile(&beacon, Some(&seal))));
        for (llr, expected) in [(repeated, true), (sealed, false)] {
            let read = decode(&codes.beacon, layout::beacon_llr(&llr), &mut Workspace::default()).unwrap();
            assert_eq!(repeats(&codes.beacon, &read, &llr), expected);
        }
    }
}
