//! The survey's rules one by one, on a synthetic picture whose codeword is known.

use super::*;
use crate::carrier::{BLOCK_PX, Carrier, CarrierKey, TILE_BITS};
use crate::lattice::{Strengths, embed};
use crate::plane::Plane;
use crate::read::align;
use crate::testing::{Random, noise, picture};

const SIDE: usize = 512;
const COLS: usize = SIDE / BLOCK_PX;
/// Sums over 9 x 9 blocks round the corners of a part off.
const LEAST_OVERLAP: f64 = 0.7;
/// What the tests change: blocks 20 to 39 across and down, a tenth of the picture.
const PART: std::ops::Range<usize> = 20..40;

fn bits() -> Vec<u8> {
    let mut random = Random(4);
    (0..TILE_BITS).map(|_| (random.next() >> 63) as u8).collect()
}

fn carrier() -> Carrier {
    Carrier::new(&CarrierKey::PUBLIC)
}

fn strengths() -> Strengths {
    Strengths::new(9.0)
}

/// A picture that carries [`bits`].
fn marked(carrier: &Carrier) -> Plane {
    let mut plane = picture(SIDE, SIDE, 3);
    embed(&mut plane, &carrier.lattice, &bits(), strengths());
    plane
}

fn is_part(block: usize) -> bool {
    PART.contains(&(block % COLS)) && PART.contains(&(block / COLS))
}

/// Writes `value(x, y)` over one block.
fn paint(plane: &mut Plane, block: usize, value: impl Fn(usize, usize) -> f32) {
    let (x0, y0) = (block % COLS * BLOCK_PX, block / COLS * BLOCK_PX);
    for y in y0..y0 + BLOCK_PX {
        for x in x0..x0 + BLOCK_PX {
            plane.row_mut(y)[x] = value(x, y);
        }
    }
}

fn no_areas() -> Areas {
    Areas { of: vec![None; COLS * COLS], evidence: Vec::new() }
}

fn survey(plane: &Plane, carrier: &Carrier, clipped: impl Fn(usize) -> bool, areas: &Areas) -> Survey {
    let aligned = align(plane, &carrier.lattice, (0, 0), 0.0);
    let gain = strengths().step();
    let blocks = Blocks { aligned, gain, first_px: (0, 0), cols: COLS, rows: COLS, repeated: false };
    let bits: Vec<Option<u8>> = bits().into_iter().map(Some).collect();
    Survey::new(&blocks, &bits, |_, _| true, |col, row| usize::from(clipped(row * COLS + col)), areas)
}

/// Intersection over union of the regions with [`PART`].
fn overlap(survey: &Survey) -> f64 {
    let found: Vec<usize> = survey.regions.iter().flat_map(|region| region.blocks.iter().copied()).collect();
    let both = found.iter().filter(|&&block| is_part(block)).count();
    both as f64 / (found.len() + PART.len() * PART.len() - both) as f64
}

fn states_in_part(survey: &Survey, state: BlockState) -> usize {
    survey.states.iter().enumerate().filter(|&(block, s)| is_part(block) && *s == state).count()
}

#[test]
fn the_mark_as_it_was_written_is_intact_everywhere() {
    let carrier = carrier();
    let found = survey(&marked(&carrier), &carrier, |_| false, &no_areas());
    assert!(found.regions.is_empty());
    assert!(found.states.iter().all(|state| *state == BlockState::Intact));
    assert_eq!(found.inside, COLS * COLS);
}

#[test]
fn other_content_is_altered() {
    let carrier = carrier();
    let (mut plane, other) = (marked(&carrier), picture(SIDE, SIDE, 99));
    (0..COLS * COLS).filter(|&b| is_part(b)).for_each(|b| paint(&mut plane, b, |x, y| other.row(y)[x]));
    let found = survey(&plane, &carrier, |_| false, &no_areas());
    assert!(overlap(&found) > LEAST_OVERLAP, "{}", overlap(&found));
    assert!(found.regions.iter().all(|region| !region.by_content));
}

#[test]
fn dead_blocks_are_altered_where_nothing_else_makes_them() {
    let carrier = carrier();
    // Grain everywhere, so that no block of the picture itself is nearly dead.
    let (mut plane, grain) = (picture(SIDE, SIDE, 3), noise(SIDE, SIDE, 0.0, 3.0, 8));
    plane.data.iter_mut().zip(&grain.data).for_each(|(v, n)| *v += n);
    embed(&mut plane, &carrier.lattice, &bits(), strengths());
    (0..COLS * COLS).filter(|&b| is_part(b)).for_each(|b| paint(&mut plane, b, |_, _| 120.0));
    let found = survey(&plane, &carrier, |_| false, &no_areas());
    assert!(overlap(&found) > LEAST_OVERLAP, "{}", overlap(&found));
}

#[test]
fn dead_blocks_say_nothing_where_they_stand_all_over_the_picture() {
    let carrier = carrier();
    let mut plane = marked(&carrier);
    // One in sixteen, as a codec takes flat blocks: six times what is tolerated.
    let stray = |b: usize| b.is_multiple_of(4) && (b / COLS).is_multiple_of(4);
    (0..COLS * COLS).filter(|&b| is_part(b) || stray(b)).for_each(|b| paint(&mut plane, b, |_, _| 120.0));
    let found = survey(&plane, &carrier, |_| false, &no_areas());
    assert!(found.regions.is_empty());
    // Its middle: the 9 x 9 blocks around it hold nothing.
    assert_eq!(found.states[30 * COLS + 30], BlockState::Unknown);
}

#[test]
fn dead_blocks_say_nothing_where_the_faint_ones_lost_the_mark() {
    let carrier = carrier();
    let (mut plane, grain) = (marked(&carrier), noise(SIDE, SIDE, 0.0, 8.0, 7));
    plane.data.iter_mut().zip(&grain.data).for_each(|(v, n)| *v += n);
    (0..COLS * COLS).filter(|&b| is_part(b)).for_each(|b| paint(&mut plane, b, |_, _| 120.0));
    let found = survey(&plane, &carrier, |_| false, &no_areas());
    assert!(overlap(&found) < 0.1, "{}", overlap(&found));
}

#[test]
fn clipped_blocks_are_held_against_clipped_ones_alone() {
    let carrier = carrier();
    let (mut plane, other) = (marked(&carrier), picture(SIDE, SIDE, 99));
    (0..COLS * COLS).filter(|&b| is_part(b)).for_each(|b| paint(&mut plane, b, |x, y| other.row(y)[x]));
    // What brightens a picture takes the mark wherever tones end, so nothing follows from its being gone there.
    let found = survey(&plane, &carrier, is_part, &no_areas());
    assert!(found.regions.is_empty());
    // A picture that has many clipped blocks whose mark is there is not brightened: then it does follow.
    let found = survey(&plane, &carrier, |_| true, &no_areas());
    assert!(overlap(&found) > LEAST_OVERLAP, "{}", overlap(&found));
}

#[test]
fn of_areas_that_show_nothing_the_hash_decides() {
    let carrier = carrier();
    let mut plane = marked(&carrier);
    (0..COLS * COLS).filter(|&b| is_part(b)).for_each(|b| paint(&mut plane, b, |_, _| 0.0));
    let areas =
        |evidence| Areas { of: (0..COLS * COLS).map(|b| is_part(b).then_some(0)).collect(), evidence: vec![evidence] };
    let drawn = survey(&plane, &carrier, is_part, &areas(HASH_EVIDENCE));
    assert!(overlap(&drawn) > 0.85 && drawn.regions.len() == 1 && drawn.regions[0].by_content);
    assert_eq!(states_in_part(&drawn, BlockState::Altered), PART.len() * PART.len());
    let unclear = survey(&plane, &carrier, is_part, &areas(HASH_EVIDENCE - 0.1));
    assert!(unclear.regions.is_empty());
    assert_eq!(states_in_part(&unclear, BlockState::Unknown), PART.len() * PART.len());
}

#[test]
fn dead_blocks_of_an_area_that_the_hash_knows_say_nothing() {
    let carrier = carrier();
    let (mut plane, grain) = (picture(SIDE, SIDE, 3), noise(SIDE, SIDE, 0.0, 3.0, 8));
    plane.data.iter_mut().zip(&grain.data).for_each(|(v, n)| *v += n);
    embed(&mut plane, &carrier.lattice, &bits(), strengths());
    (0..COLS * COLS).filter(|&b| is_part(b)).for_each(|b| paint(&mut plane, b, |_, _| 120.0));
    let areas =
        |evidence| Areas { of: (0..COLS * COLS).map(|b| is_part(b).then_some(0)).collect(), evidence: vec![evidence] };
    assert!(survey(&plane, &carrier, |_| false, &areas(-1.0)).regions.is_empty());
    assert!(!survey(&plane, &carrier, |_| false, &areas(0.0)).regions.is_empty(), "nothing is known of the area");
}

#[test]
fn an_area_that_still_has_the_mark_was_not_drawn() {
    let carrier = carrier();
    let of = (0..COLS * COLS).map(|b| is_part(b).then_some(0)).collect();
    let found = survey(&marked(&carrier), &carrier, |_| false, &Areas { of, evidence: vec![2.0 * HASH_EVIDENCE] });
    assert!(found.regions.is_empty());
    assert_eq!(states_in_part(&found, BlockState::Unknown), PART.len() * PART.len());
}

#[test]
fn a_mark_of_another_gain_is_not_missing() {
    let (carrier, part) = (carrier(), (0..COLS * COLS).filter(|&b| is_part(b)).collect::<Vec<_>>());
    let bits: Vec<Option<u8>> = bits().into_iter().map(Some).collect();
    let share = |plane: &Plane, factor: f32| {
        let (aligned, gain) = (align(plane, &carrier.lattice, (0, 0), 0.0), factor * strengths().step());
        let blocks = Blocks { aligned, gain, first_px: (0, 0), cols: COLS, rows: COLS, repeated: false };
        let agreement = blocks.aligned.agreement(gain, &bits);
        share_left(&part, &agreement, &[0.9; GRADES * CLASSES], &[0.81; COLS * COLS], &blocks)
    };
    for factor in [0.75, 0.9, 1.0, 1.15, 1.3] {
        let left = share(&marked(&carrier), factor);
        assert!(left > 0.6, "{left} at {factor}");
    }
    let left = share(&picture(SIDE, SIDE, 99), 1.0);
    assert!(left < MISSING, "{left} without a mark");
}

#[test]
fn box_sums_are_cut_at_the_border() {
    let (cols, rows) = (13, 11);
    let values: Vec<f32> = (0..cols * rows).map(|i| (i * i % 17) as f32).collect();
    let naive = |x: usize, y: usize| {
        let near = |a: usize, b: usize| a.abs_diff(b) <= RADIUS;
        (0..cols * rows).filter(|&i| near(i % cols, x) && near(i / cols, y)).map(|i| values[i]).sum::<f32>()
    };
    let sums = box_sums(&values, cols, rows);
    assert!((0..cols * rows).all(|i| sums[i] == naive(i % cols, i / cols)));
    assert!(box_sums(&[], 0, 0).is_empty());
}

#[test]
fn parts_touch_along_sides_and_not_over_line_ends() {
    let picture = ["##..#", "#..#.", "....#"];
    let mut altered: Vec<bool> = picture.iter().flat_map(|line| line.bytes().map(|b| b == b'#')).collect();
    let parts = components(&mut altered, 5);
    assert_eq!(parts, [vec![0, 1, 5], vec![4], vec![8], vec![14]]);
    assert!(altered.iter().all(|a| !a));
}
