//! `[X4 X5]` A plane whose geometry is known -> gain, soft bits, codewords.

use crate::carrier::{BEACON_BITS, Carrier, Lattice, SEAL_BITS, TILE_PX};
use crate::codes::Codes;
use crate::coding::{Decoded, Workspace};
use crate::lattice::{Aligned, receive};
use crate::plane::Plane;

/// Lattice gains tried: strengths in use times the tone changes to be expected, in steps of `2^(1/16)`.
pub(crate) const GAINS: usize = 88;
/// Smallest gain.
const FIRST_GAIN: f32 = 1.0;
/// Beacon lattice steps over seal lattice steps, both relative to their masks.
pub(crate) const BEACON_STEP: f32 = 0.75;

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
    /// Gain that the decoded or most coherent reading used.
    pub(crate) gain: f32,
    pub(crate) beacon: Option<Decoded>,
    pub(crate) seal: Option<Decoded>,
}

/// Gains whose soft bits are handed to the decoder, most coherent first.
const DECODED_GAINS: usize = 3;

/// Best joint coherence of both lattices over all gains, without decoding.
pub(crate) fn coherence(plane: &Plane, carrier: &Carrier, tile_x: usize, tile_y: usize) -> f32 {
    let joint = Joint::new(plane, carrier, tile_x, tile_y, 0.0);
    (0..GAINS).map(|i| joint.coherence(gain(i))).fold(f32::NEG_INFINITY, f32::max)
}

/// Both octaves of one geometry.
struct Joint {
    seal: Aligned,
    beacon: Aligned,
}

impl Joint {
    fn new(plane: &Plane, carrier: &Carrier, tile_x: usize, tile_y: usize, noise: f32) -> Self {
        Self {
            seal: align(plane, &carrier.seal, tile_x, tile_y, noise),
            beacon: align(plane, &carrier.beacon, tile_x, tile_y, noise),
        }
    }

    /// Coherence of both, weighted by their block counts; standard normal for an unmarked picture.
    fn coherence(&self, gain: f32) -> f32 {
        let (seal, beacon) = (self.seal.len() as f32, self.beacon.len() as f32);
        (seal.sqrt() * self.seal.coherence(gain) + beacon.sqrt() * self.beacon.coherence(gain * BEACON_STEP))
            / (seal + beacon).sqrt().max(1.0)
    }
}

/// Reads a canonical plane whose top-left sample lies at tile position `(tile_x, tile_y)`, taking `noise` gray levels off
/// the mask.
pub(crate) fn read(
    plane: &Plane,
    carrier: &Carrier,
    codes: &Codes,
    (tile_x, tile_y): (usize, usize),
    noise: f32,
    ws: &mut Workspace,
) -> Reading {
    let joint = Joint::new(plane, carrier, tile_x, tile_y, noise);
    let scores: Vec<f32> = (0..GAINS).map(|i| joint.coherence(gain(i))).collect();
    let best = peaks(&scores);
    let gain_of = |peaks: &[usize], i: usize| peaks.get(i).map(|&p| gain(p));
    let first = gain_of(&best, 0).unwrap_or(FIRST_GAIN);
    let mut out = Reading {
        coherence: best.first().map_or(0.0, |&i| scores[i]),
        candidates: GAINS as u64,
        gain: first,
        beacon: None,
        seal: None,
    };
    // Filters move the two octaves differently, so each also has its own say about the gain.
    let own: Vec<f32> = (0..GAINS).map(|i| joint.beacon.coherence(gain(i) * BEACON_STEP)).collect();
    let own = peaks(&own);
    let gains = best.iter().take(DECODED_GAINS).chain(own.iter().take(DECODED_GAINS));
    for &peak in gains {
        let (used, soft) = refine(&joint.beacon, gain(peak) * BEACON_STEP, BEACON_BITS);
        if let Some(decoded) = decode(&codes.beacon, &soft, ws) {
            out.beacon = Some(decoded);
            out.gain = used / BEACON_STEP;
            break;
        }
    }
    let own: Vec<f32> = (0..GAINS).map(|i| joint.seal.coherence(gain(i))).collect();
    let own = gain_of(&peaks(&own), 0).unwrap_or(first);
    for start in [own, out.gain, first] {
        let (used, soft) = refine(&joint.seal, start, SEAL_BITS);
        out.seal = decode(&codes.seal, &soft, ws);
        if out.seal.is_some() {
            out.gain = used;
            break;
        }
    }
    out
}

/// Local maxima, highest first.
fn peaks(scores: &[f32]) -> Vec<usize> {
    let near = |i: usize, j: usize| scores.get(j).is_none_or(|s| *s <= scores[i]);
    let mut peaks: Vec<usize> =
        (0..scores.len()).filter(|&i| near(i, i.wrapping_sub(1)) && near(i, i + 1)).collect();
    peaks.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    peaks
}

fn align(plane: &Plane, lattice: &Lattice, tile_x: usize, tile_y: usize, noise: f32) -> Aligned {
    let n = lattice.block;
    let (x0, y0) = ((n - tile_x % n) % n, (n - tile_y % n) % n);
    let received = receive(plane, lattice, x0, y0, noise);
    Aligned::new(&received, lattice, (tile_x + x0) % TILE_PX / n, (tile_y + y0) % TILE_PX / n)
}

/// Soft bits at the likeliest gain near `start`.
fn refine(aligned: &Aligned, start: f32, bits: usize) -> (f32, Vec<f32>) {
    let mut best = (f32::NEG_INFINITY, start, Vec::new());
    for step in [0.0, -0.02, 0.02, -0.04, 0.04] {
        let gain = start * (1.0 + step);
        let soft = aligned.soft_bits(gain, bits);
        if soft.likelihood > best.0 {
            best = (soft.likelihood, gain, soft.llr);
        }
    }
    (best.1, best.2)
}

/// A short list first: most pictures need no more.
fn decode(code: &crate::coding::PolarCode, llr: &[f32], ws: &mut Workspace) -> Option<Decoded> {
    code.decode(llr, 8, ws).or_else(|| code.decode(llr, 32, ws))
}
