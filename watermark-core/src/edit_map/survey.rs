//! Agreement of the blocks -> score of each block, and the parts in which the mark is missing.

use super::BlockState;
use super::blank::{Areas, neighbours};
use crate::carrier::{SHIFTS, shift};
use crate::lattice::{Agreement, CLASSES};
use crate::read::Blocks;

/// Blocks on each side of the block whose neighbourhood is summed: 9 x 9.
const RADIUS: usize = 4;
/// Blocks that a class must have for half of its own agreement to be believed.
const FEW: f32 = 12.0;
/// Information that a neighbourhood must hold to be judged: the expected score of an intact one.
const LEAST_INFORMATION: f32 = 5.0;
/// What a region's score must come to, as a whole, natural log of the likelihood ratio. Tuned on unedited copies:
/// `docs/studies/binding.md`.
const EVIDENCE: f32 = 35.0;
/// Score of a dead block where dead means altered: odds of e^2, far more cautious than its rarity.
const DEAD_SCORE: f32 = -2.0;
/// Share of stray dead blocks up to which dead means altered. The border of an opaque box makes up to 0.005 of a picture.
const MOST_STRAY: f32 = 0.01;
/// What the content hash has to come to for an area that shows nothing to be an edit, natural log of the likelihood ratio. Tuned on unedited
/// copies: `docs/DESIGN.md`, Areas that show nothing.
const HASH_EVIDENCE: f64 = 3.0;
/// Class of the faintest live blocks, and the agreement at which no codec has taken them. Tuned: `docs/studies/binding.md`.
const FAINTEST: usize = 1;
const FAINT_AGREES: f32 = 0.7;
/// Grades of clipping, from none on: each has classes of its own.
pub(super) const GRADES: usize = 4;
/// Gains, times that of the picture, at which the mark is looked for in a part before it is called missing.
const GAINS: [f32; 9] = [0.7, 0.8, 0.87, 0.93, 1.0, 1.07, 1.15, 1.25, 1.4];
/// Share of the expected mark, a standard deviation of chance taken off, from which it is not missing but weaker. Tuned: what is pasted, filled or blurred
/// leaves less than 0.1, boxes of text in one of 13 pictures up to 0.25; turned hues leave 0.17 to 0.4 where a colour's luma changes with them.
const MISSING: f32 = 0.15;
/// Rounds of finding altered blocks and estimating the agreement of the others.
const ROUNDS: usize = 3;

/// Connected blocks without the mark.
pub(crate) struct Found {
    /// Numbers of the blocks.
    pub(crate) blocks: Vec<usize>,
    /// Natural log of the likelihood ratio.
    pub(crate) evidence: f64,
    /// The larger part of it shows nothing, and the content hash says that it did show something.
    pub(crate) by_content: bool,
}

/// What every block of a reading says.
pub(crate) struct Survey {
    pub(crate) cols: usize,
    pub(crate) rows: usize,
    pub(crate) states: Vec<BlockState>,
    /// Altered parts, largest evidence first.
    pub(crate) regions: Vec<Found>,
    /// Blocks inside the stamped picture.
    pub(crate) inside: usize,
}

impl Survey {
    /// Surveys those blocks of a reading, whose tile `bits` are known, that lie `inside` the stamped picture by column and row.
    /// `clipped` blocks, where tones end, form classes of their own: what clips a picture after stamping takes their mark. Of `areas` that show
    /// nothing the content hash decides, or nothing is known.
    pub(crate) fn new(
        blocks: &Blocks,
        bits: &[Option<u8>],
        inside: impl Fn(usize, usize) -> bool,
        clipped: impl Fn(usize, usize) -> usize,
        areas: &Areas,
    ) -> Self {
        let (cols, rows) = (blocks.cols, blocks.rows);
        let mut agreement = blocks.aligned.agreement(blocks.gain, bits);
        agreement.retain(|a| inside(a.block % cols, a.block / cols));
        agreement.iter_mut().for_each(|a| a.class += CLASSES * clipped(a.block % cols, a.block / cols));
        let stray = stray_dead(&agreement, cols, rows);
        let mut altered = vec![false; cols * rows];
        let (mut score, mut information, mut known) = (Vec::new(), Vec::new(), Vec::new());
        let mut expected = [0.0; GRADES * CLASSES];
        for _ in 0..ROUNDS {
            expected = self::expected(&agreement, &altered);
            (score, information) = scores(&agreement, &expected, stray, areas);
            let sums = box_sums(&score, cols, rows);
            known = box_sums(&information, cols, rows);
            let is_altered = |i: usize| known[i] >= LEAST_INFORMATION && sums[i] < 0.0 && inside(i % cols, i / cols);
            let found: Vec<bool> = (0..cols * rows).map(is_altered).collect();
            if std::mem::replace(&mut altered, found) == altered {
                break;
            }
        }
        let is_inside: Vec<bool> = (0..cols * rows).map(|i| inside(i % cols, i / cols)).collect();
        let state = |i: usize| {
            if is_inside[i] && known[i] >= LEAST_INFORMATION && areas.of[i].is_none() {
                BlockState::Intact
            } else {
                BlockState::Unknown
            }
        };
        let mut states: Vec<BlockState> = (0..cols * rows).map(state).collect();
        let drawn = |i: usize| areas.of[i].map(usize::from).filter(|&area| areas.evidence[area] >= HASH_EVIDENCE);
        altered.iter_mut().enumerate().for_each(|(i, altered)| *altered |= drawn(i).is_some());
        let mut regions = Vec::new();
        for part in components(&mut altered, cols) {
            let mut areas_of: Vec<usize> = part.iter().filter_map(|&i| drawn(i)).collect();
            let by_content = 2 * areas_of.len() > part.len();
            areas_of.sort_unstable();
            areas_of.dedup();
            let mark = -part.iter().map(|&i| score[i]).sum::<f32>();
            let is_missing = || share_left(&part, &agreement, &expected, &information, blocks) <= MISSING;
            let mark_is_missing = mark >= EVIDENCE && is_missing();
            let evidence = f64::from(mark) + areas_of.iter().map(|&area| areas.evidence[area]).sum::<f64>();
            // Nearly one tone, and yet the mark is there: no evidence is left then.
            let was_drawn = !areas_of.is_empty() && evidence >= HASH_EVIDENCE;
            if mark_is_missing || was_drawn {
                part.iter().for_each(|&i| states[i] = BlockState::Altered);
                regions.push(Found { blocks: part, evidence, by_content });
            }
        }
        regions.sort_by(|a, b| b.evidence.total_cmp(&a.evidence));
        let inside = is_inside.into_iter().filter(|i| *i).count();
        Self { cols, rows, states, regions, inside }
    }
}

/// Mean agreement of each class outside altered parts: what its blocks show where the mark is.
fn expected(agreement: &[Agreement], altered: &[bool]) -> [f32; GRADES * CLASSES] {
    let mut sums = [(0.0f32, 0.0f32); GRADES * CLASSES];
    for a in agreement.iter().filter(|a| !altered[a.block]) {
        sums[a.class].0 += a.cosine;
        sums[a.class].1 += 1.0;
    }
    sums.map(|(sum, count)| (sum / (count + FEW)).max(0.0))
}

/// Share of the mark's expected agreement that a part has at the gain that suits its live blocks best. Dead ones have none, and count where dead means
/// altered.
///
/// What was drawn over or pasted has none at any gain. A change of tones or colours scales the mark in one part otherwise than in another, and what
/// weakens it leaves a share. What was moved from a tile that is shifted by a fifth of a step less leaves one as well, and agrees better as it was shifted there: nothing of
/// the mark belongs where it is then.
fn share_left(
    part: &[usize],
    agreement: &[Agreement],
    expected: &[f32; GRADES * CLASSES],
    information: &[f32],
    blocks: &Blocks,
) -> f32 {
    let find = |block: &usize| agreement.binary_search_by_key(block, |a| a.block).ok();
    let live: Vec<&Agreement> = part.iter().filter_map(find).map(|i| &agreement[i]).filter(|a| !is_dead(a)).collect();
    let full: f32 = part.iter().map(|&i| information[i]).sum();
    let share = |moved: f32| {
        let at = |factor: f32| {
            let gain = factor * blocks.gain;
            let one = |a: &&Agreement| expected[a.class] * blocks.aligned.cosine(a.index, gain, a.bit, moved);
            live.iter().map(one).sum::<f32>() / full.max(1.0)
        };
        GAINS.into_iter().map(at).fold(0.0, f32::max)
    };
    let (own, deviation) = (share(0.0), (0.5 / full.max(1.0)).sqrt());
    let was_moved = (1..SHIFTS).any(|first| share(shift([first, 0])) > own + deviation);
    if was_moved { 0.0 } else { own - deviation }
}

/// Score and information of each block. The score is the log likelihood ratio of a cosine of mean `r` to one of mean 0, at the variance
/// that cosines of uniform phases have, 1/2: its expectation is `r^2` with the mark and `-r^2` without, so sums change sign where half of
/// a neighbourhood is altered. A dead block counts as altered where the mark leaves next to none and no codec took the faint ones; it says
/// nothing in an area that the content hash takes for what was stamped.
fn scores(
    agreement: &[Agreement],
    expected: &[f32; GRADES * CLASSES],
    stray_dead: f32,
    areas: &Areas,
) -> (Vec<f32>, Vec<f32>) {
    let (mut score, mut information) = (vec![0.0; areas.of.len()], vec![0.0; areas.of.len()]);
    let dead_is_altered = stray_dead <= MOST_STRAY && expected[FAINTEST] >= FAINT_AGREES;
    let as_stamped = |block: usize| areas.of[block].is_some_and(|area| areas.evidence[usize::from(area)] < 0.0);
    for a in agreement {
        let r = expected[a.class];
        (score[a.block], information[a.block]) = match is_dead(a) {
            true if as_stamped(a.block) => (0.0, 0.0),
            true if dead_is_altered => (DEAD_SCORE, -DEAD_SCORE),
            _ => (2.0 * r * (a.cosine - 0.5 * r), r * r),
        };
    }
    (score, information)
}

fn is_dead(agreement: &Agreement) -> bool {
    agreement.class.is_multiple_of(CLASSES)
}

/// Share of dead blocks among those in whose neighbourhood most are not: how often the mark itself, or what befell the whole picture, leaves
/// one.
fn stray_dead(agreement: &[Agreement], cols: usize, rows: usize) -> f32 {
    if !agreement.iter().any(is_dead) {
        return 0.0;
    }
    let (mut readable, mut dead) = (vec![0.0; cols * rows], vec![0.0; cols * rows]);
    for a in agreement {
        readable[a.block] = 1.0;
        dead[a.block] = f32::from(u8::from(is_dead(a)));
    }
    let (all, near) = (box_sums(&readable, cols, rows), box_sums(&dead, cols, rows));
    let mostly_alive = agreement.iter().filter(|a| 2.0 * near[a.block] < all[a.block]);
    let (faint, count) = mostly_alive.fold((0, 0), |(faint, count), a| (faint + usize::from(a.is_faint), count + 1));
    faint as f32 / count.max(1) as f32
}

/// Sums over the square of [`RADIUS`] around each block, cut at the border.
fn box_sums(values: &[f32], cols: usize, rows: usize) -> Vec<f32> {
    let mut wide = vec![0.0f32; values.len()];
    for (out, row) in wide.chunks_exact_mut(cols.max(1)).zip(values.chunks_exact(cols.max(1))) {
        // Shift by shift, for whole rows are added side by side; from the left on, as one sum would.
        for left in (1..=RADIUS.min(cols - 1)).rev() {
            out[left..].iter_mut().zip(row).for_each(|(sum, v)| *sum += v);
        }
        for right in 0..=RADIUS.min(cols - 1) {
            out.iter_mut().zip(&row[right..]).for_each(|(sum, v)| *sum += v);
        }
    }
    let mut out = vec![0.0f32; values.len()];
    for (y, row) in out.chunks_exact_mut(cols.max(1)).enumerate() {
        for above in y.saturating_sub(RADIUS)..(y + RADIUS + 1).min(rows) {
            row.iter_mut().zip(&wide[above * cols..][..cols]).for_each(|(sum, v)| *sum += v);
        }
    }
    out
}

/// Sets of blocks that touch along a side; clears `altered`.
fn components(altered: &mut [bool], cols: usize) -> Vec<Vec<usize>> {
    let mut parts = Vec::new();
    for start in 0..altered.len() {
        if !std::mem::take(&mut altered[start]) {
            continue;
        }
        let mut part = vec![start];
        let mut next = 0;
        while let Some(&block) = part.get(next) {
            next += 1;
            for near in neighbours(block, cols, altered.len() / cols) {
                if std::mem::take(&mut altered[near]) {
                    part.push(near);
                }
            }
        }
        parts.push(part);
    }
    parts
}

#[cfg(test)]
mod tests;
