//! `[E6]` Blocks that clip: changes enlarged until what black and white leave of them is as much as it should be.
//!
//! Text on pure white cannot be brightened, so half of each change is lost, and with it the place on the lattice. Here the rest is made larger, in the letters rather than on
//! the page (`docs/DESIGN.md`, Strength).

use super::{Solution, Targets};
use crate::block_dct::{analyse, pattern};
use crate::carrier::BLOCK_PX;
use crate::mask;
use crate::plane::Plane;

/// Moves `plane` by a `solution` of `targets`, samples of the ground taking the share `ground` of what others do. Enlarged changes move the mask further than the
/// solution knew, so it is solved anew for what came out.
pub(super) fn embed(plane: &mut Plane, targets: &Targets, mut solution: Solution, ground: f32) {
    const N: usize = BLOCK_PX;
    const ROUNDS: usize = 4;
    let pattern = pattern();
    let cover = plane.clone();
    for round in 0..ROUNDS {
        if round > 0 {
            let mut shown = plane.clone();
            shown.data.iter_mut().for_each(|sample| *sample = sample.clamp(0.0, 255.0));
            solution = targets.quantise(&mask::steps(&analyse(&shown, 0, 0), 0.0));
        }
        for (i, &a) in solution.amplitudes.iter().enumerate() {
            let (x, y) = (i % targets.cols * N, i / targets.cols * N);
            let block = std::array::from_fn(|j| cover.row(y + j / N)[x + j % N]);
            let change = enlarged(a, &block, &pattern, ground);
            for (row, (samples, change)) in block.chunks_exact(N).zip(change.chunks_exact(N)).enumerate() {
                let out = &mut plane.row_mut(y + row)[x..][..N];
                out.iter_mut().zip(samples).zip(change).for_each(|((out, sample), c)| *out = sample + c);
            }
        }
    }
}

/// This close to black or white, gray levels, a sample of a dark or light block belongs to the ground.
const GROUND: f32 = 7.0;
/// Most times that a change is enlarged. Of eight pages of text, 2.5 seals one less and needs a higher strength for two, 4 costs 1 to 2 points of SSIMULACRA 2.
const LARGEST: f32 = 3.0;

/// The change that moves a block's projection by `a` although its samples clip, or as near to it as the limit allows; samples of the ground
/// take the share `ground` of what others do.
fn enlarged(a: f32, block: &[f32; BLOCK_PX * BLOCK_PX], pattern: &[f32], ground: f32) -> [f32; BLOCK_PX * BLOCK_PX] {
    const STEPS: usize = 8;
    if a == 0.0 {
        return [0.0; BLOCK_PX * BLOCK_PX];
    }
    let is_light = block.iter().sum::<f32>() > 127.5 * block.len() as f32;
    let is_ground = |sample: f32| if is_light { sample > 255.0 - GROUND } else { sample < GROUND };
    let share = |sample: f32| if is_ground(sample) { ground } else { 1.0 };
    let shape: [f32; BLOCK_PX * BLOCK_PX] = std::array::from_fn(|j| share(block[j]) * pattern[j]);
    let samples = || block.iter().zip(pattern).zip(&shape);
    let goal = a + samples().map(|((x, p), _)| x * p).sum::<f32>();
    let limit = LARGEST * a.abs();
    let mut factor = a;
    // Newton's method: the more is clipped, the less a step brings, so it comes from below and does not go too far, but for what the pilot
    // put out of range and a larger change brings back.
    for _ in 0..STEPS {
        let (mut reached, mut slope) = (0.0, 0.0);
        for ((x, p), s) in samples() {
            let sample = x + factor * s;
            reached += sample.clamp(0.0, 255.0) * p;
            slope += if (0.0..=255.0).contains(&sample) { p * s } else { 0.0 };
        }
        if slope == 0.0 {
            break;
        }
        factor = (factor + (goal - reached) / slope).clamp(-limit, limit);
    }
    shape.map(|s| factor * s)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_enlarged_change_reaches_its_goal_or_its_limit(block: [u8; 64], a in -60_f32..60.0, ground in 0.2_f32..1.0) {
            let pattern = pattern();
            let block: [f32; 64] = block.map(f32::from);
            let change = enlarged(a, &block, &pattern, ground);
            let moved: f32 = (0..64).map(|j| ((block[j] + change[j]).clamp(0.0, 255.0) - block[j]) * pattern[j]).sum();
            // Never beyond the goal, and short of it only at the limit.
            prop_assert!(moved * a >= 0.0 && moved.abs() <= a.abs() + 0.01);
            let ratios = || (0..64).filter(|&j| pattern[j].abs() > 0.01).map(|j| (change[j] / pattern[j]).abs());
            let (least, factor) = (ratios().fold(f32::INFINITY, f32::min), ratios().fold(0.0, f32::max));
            prop_assert!(factor <= LARGEST * a.abs() * 1.001);
            // A block that is all ground has its share of the limit.
            let limit = LARGEST * a.abs() * if least > 0.99 * factor { ground } else { 1.0 };
            let limited = factor >= 0.999 * limit;
            prop_assert!(limited || (moved - a).abs() < 0.02 * a.abs() + 0.01, "{factor} moves {moved}");
        }
    }
}
