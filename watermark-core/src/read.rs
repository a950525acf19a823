//! `[X4 X5]` A plane whose geometry is known -> gain, soft bits, codewords.

use crate::carrier::{BEACON_BITS, Carrier, Lattice, SEAL_BITS, TILE_PX};
use crate::codes::Codes;
use crate::coding::{Decoded, Workspace};
use crate::lattice::{Aligned, receive};
use crate::plane::Plane;

/// Lattice gains tried: strengths in use times the tone changes to be expected, in steps of `2^(1/16)`.
pub(crate) const GAINS: usize = 84;
/// Smallest gain.
const FIRST_GAIN: f32 = 2.0;
/// Beacon lattice steps over seal lattice steps, both relative to their masks.
pub(crate) const BEACON_STEP: f32 = 0.7;

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
    /// Gain that the decoded or most coherent reading used.
    pub(crate) gain: f32,
    pub(crate) beacon: Option<Decoded>,
    pub(crate) seal: Option<Decoded>,
}

/// Gains whose soft bits are handed to the decoder, most coherent first.
const DECODED_GAINS: usize = 3;

/// Best joint coherence of both lattices over every third gain, without decoding.
pub(crate) fn coherence(plane: &Plane, carrier: &Carrier) -> f32 {
    let scores = Octaves::new(plane, carrier, (0, 0), 0.0).scores(3);
    scores.iter().map(|s| s.joint).fold(f32::NEG_INFINITY, f32::max)
}

/// Both octaves of one geometry.
struct Octaves {
    seal: Aligned,
    beacon: Aligned,
}

/// Coherence at one gain, standard normal for an unmarked picture.
#[derive(Clone, Copy, Debug)]
struct Score {
    seal: f32,
    beacon: f32,
    /// Both, weighted by their block counts.
    joint: f32,
}

impl Octaves {
    fn new(plane: &Plane, carrier: &Carrier, tile: (usize, usize), noise: f32) -> Self {
        Self { seal: align(plane, &carrier.seal, tile, noise), beacon: align(plane, &carrier.beacon, tile, noise) }
    }

    /// Scores of every `stride`-th gain.
    fn scores(&self, stride: usize) -> Vec<Score> {
        let (s, b) = (self.seal.len() as f32, self.beacon.len() as f32);
        let norm = (s + b).sqrt().max(1.0);
        let score = |i: usize| {
            let (seal, beacon) = (self.seal.coherence(gain(i)), self.beacon.coherence(gain(i) * BEACON_STEP));
            Score { seal, beacon, joint: (s.sqrt() * seal + b.sqrt() * beacon) / norm }
        };
        (0..GAINS).step_by(stride).map(score).collect()
    }
}

/// Reads a canonical plane whose top-left sample lies at tile position `(tile_x, tile_y)`, taking `noise` gray levels off
/// the mask. Nothing is handed to the decoder when the coherence is under `least`.
pub(crate) fn read(
    plane: &Plane,
    carrier: &Carrier,
    codes: &Codes,
    (tile_x, tile_y): (usize, usize),
    noise: f32,
    least: f32,
    ws: &mut Workspace,
) -> Reading {
    let octaves = Octaves::new(plane, carrier, (tile_x, tile_y), noise);
    let scores = octaves.scores(1);
    let joint = peaks(&scores, |s| s.joint);
    let first = joint.first().map_or(FIRST_GAIN, |&i| gain(i));
    let mut out = Reading {
        coherence: joint.first().map_or(0.0, |&i| scores[i].joint),
        candidates: GAINS as u64,
        attempts: 0,
        gain: first,
        beacon: None,
        seal: None,
    };
    if out.coherence < least {
        return out;
    }
    // Filters move the two octaves differently, so each also has its own say about the gain.
    let own = peaks(&scores, |s| s.beacon);
    let mut tried: Vec<usize> = Vec::new();
    for &peak in joint.iter().take(DECODED_GAINS).chain(own.iter().take(1)) {
        if tried.contains(&peak) {
            continue;
        }
        tried.push(peak);
        out.attempts += 1;
        let (used, soft) = refine(&octaves.beacon, gain(peak) * BEACON_STEP, BEACON_BITS);
        if let Some(decoded) = decode(&codes.beacon, &soft, ws) {
            out.beacon = Some(decoded);
            out.gain = used / BEACON_STEP;
            break;
        }
    }
    let own = peaks(&scores, |s| s.seal).first().map_or(first, |&i| gain(i));
    let mut tried: Vec<f32> = Vec::new();
    for start in [out.gain, own, first] {
        if tried.iter().any(|t| (t / start - 1.0).abs() < 0.03) {
            continue;
        }
        tried.push(start);
        out.attempts += 1;
        let (used, soft) = refine(&octaves.seal, start, SEAL_BITS);
        out.seal = decode(&codes.seal, &soft, ws);
        if out.seal.is_some() {
            out.gain = used;
            break;
        }
    }
    out
}

/// Gain numbers of the local maxima, highest first.
fn peaks(scores: &[Score], of: impl Fn(&Score) -> f32) -> Vec<usize> {
    let near = |i: usize, j: usize| scores.get(j).is_none_or(|s| of(s) <= of(&scores[i]));
    let mut peaks: Vec<usize> = (0..scores.len()).filter(|&i| near(i, i.wrapping_sub(1)) && near(i, i + 1)).collect();
    peaks.sort_by(|&a, &b| of(&scores[b]).total_cmp(&of(&scores[a])));
    peaks
}

fn align(plane: &Plane, lattice: &Lattice, (tile_x, tile_y): (usize, usize), noise: f32) -> Aligned {
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
