//! Which candidates survive a closed-form node: the best `list` of all words of all paths, found exactly (for lists of up to [`MAX_ITEMS`]).
//!
//! Within one node, the words of a path differ from its most likely word by a set of flips, and cost the sum of the
//! flipped items' reliabilities more. A best-first search over those sets gives the overall best without listing all
//! of them: from a set whose largest item is `i`, step to the set with `i + 1` added and to the one with `i` replaced
//! by `i + 1`. Items being in ascending order, neither step ever lowers the cost, and every set is reached once.
//! This replaces the `list - 1` rounds of splitting and pruning of Hashemi et al. 2017 by a single one.
//!
//! in: per path its metric, items and parity -> out: survivors, best first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Largest list size: a path's slot is a byte.
pub(super) const MAX_LIST: usize = 256;
/// Most items of a node that may be flipped, the least reliable ones: a set of flips is a 64-bit mask. A list of more paths than that is not exact where a node has more.
pub(super) const MAX_ITEMS: usize = 64;

/// What one path offers at one node.
#[derive(Clone, Debug, Default)]
pub(super) struct Offer {
    /// Metric of the path before the node, plus any penalty its most likely word already has.
    pub(super) metric: f32,
    /// Reliability and position of each item that may be flipped, ascending.
    pub(super) items: Vec<(f32, u32)>,
    /// For an even-weight node, the least reliable position, which mends the parity whenever the rest is odd.
    pub(super) mender: Option<Mender>,
}

/// Least reliable position of an even-weight node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mender {
    pub(super) reliability: f32,
    pub(super) position: u32,
    /// Parity of the most likely bits.
    pub(super) odd: bool,
}

impl Offer {
    /// Metric with the given sum and number of flips.
    fn cost(&self, flipped: f32, flips: u32) -> f32 {
        let mend = self.mender.filter(|mender| mender.odd != (flips % 2 == 1));
        self.metric + (flipped + mend.map_or(0.0, |mender| mender.reliability))
    }
}

/// A path's word that survives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Survivor {
    pub(super) parent: usize,
    /// Bit `i` set: item `i` is flipped.
    pub(super) flips: u64,
    pub(super) metric: f32,
}

/// Heap entry. Metrics are finite and not negative, so their bit patterns order like their values; the other fields
/// make the order total and thereby the survivors reproducible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    cost_bits: u32,
    parent: u32,
    flips: u64,
    /// Sum of all flipped items but the largest, as bits.
    sum_bits: u32,
}

/// Fills `survivors` with the best `list` words of all offers.
pub(super) fn select(offers: &[Offer], list: usize, survivors: &mut Vec<Survivor>, heap: &mut Heap) {
    survivors.clear();
    let heap = &mut heap.0;
    heap.clear();
    for (parent, offer) in offers.iter().enumerate() {
        let cost_bits = offer.cost(0.0, 0).to_bits();
        heap.push(Reverse(Candidate { cost_bits, parent: parent as u32, flips: 0, sum_bits: 0 }));
    }
    while let Some(Reverse(best)) = heap.pop() {
        let Candidate { cost_bits, parent, flips, sum_bits } = best;
        survivors.push(Survivor { parent: parent as usize, flips, metric: f32::from_bits(cost_bits) });
        if survivors.len() >= list {
            break;
        }
        let offer = &offers[parent as usize];
        let without_largest = f32::from_bits(sum_bits);
        let mut push = |flips: u64, sum: f32, item: f32| {
            let cost_bits = offer.cost(sum + item, flips.count_ones()).to_bits();
            heap.push(Reverse(Candidate { cost_bits, parent, flips, sum_bits: sum.to_bits() }));
        };
        let next = (u64::BITS - flips.leading_zeros()) as usize;
        let Some(&(next_item, _)) = offer.items.get(next) else { continue };
        match next.checked_sub(1) {
            None => push(1, 0.0, next_item),
            Some(largest) => {
                push(flips | (1 << next), without_largest + offer.items[largest].0, next_item);
                push((flips ^ (1 << largest)) | (1 << next), without_largest, next_item);
            }
        }
    }
}

/// Reusable memory of [`select`].
#[derive(Clone, Debug, Default)]
pub(super) struct Heap(BinaryHeap<Reverse<Candidate>>);

/// The `count` least reliable positions of a node, ascending; ties go to the lower position.
pub(super) fn least_reliable(soft: &[f32], count: usize, keys: &mut Vec<u64>, items: &mut Vec<(f32, u32)>) {
    items.clear();
    if count == 0 {
        return;
    }
    keys.clear();
    // Magnitudes order like their bit patterns.
    keys.extend(soft.iter().enumerate().map(|(i, llr)| (u64::from(llr.abs().to_bits()) << 32) | i as u64));
    if count < keys.len() {
        keys.select_nth_unstable(count - 1);
        keys.truncate(count);
    }
    keys.sort_unstable();
    items.extend(keys.iter().map(|&key| (f32::from_bits((key >> 32) as u32), key as u32)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Naive twin: every flip set of every offer, sorted.
    fn all_costs(offers: &[Offer]) -> Vec<f32> {
        let mut costs: Vec<f32> = offers
            .iter()
            .flat_map(|offer| {
                (0_u64..1 << offer.items.len()).map(|flips| {
                    let sum = (0..offer.items.len()).filter(|i| flips >> i & 1 == 1).map(|i| offer.items[i].0).sum();
                    offer.cost(sum, flips.count_ones())
                })
            })
            .collect();
        costs.sort_by(f32::total_cmp);
        costs
    }

    fn offer() -> impl Strategy<Value = Offer> {
        // Whole numbers: sums are exact, so their order does not matter.
        let items = prop::collection::vec(0_u8..50, 0..7);
        (0_u8..20, items, prop::option::of(any::<bool>())).prop_map(|(metric, mut items, odd)| {
            items.sort_unstable();
            let mender =
                odd.map(|odd| Mender { reliability: f32::from(*items.first().unwrap_or(&0)), position: 0, odd });
            let items = items.into_iter().map(|item| (f32::from(item), 0)).collect();
            Offer { metric: metric.into(), items, mender }
        })
    }

    proptest! {
        #[test]
        fn survivors_are_the_best(offers in prop::collection::vec(offer(), 1..5), list in 1_usize..40) {
            let mut survivors = Vec::new();
            select(&offers, list, &mut survivors, &mut Heap::default());
            let found: Vec<f32> = survivors.iter().map(|s| s.metric).collect();
            let mut expected = all_costs(&offers);
            expected.truncate(list);
            prop_assert_eq!(found, expected);
            let mut distinct: Vec<_> = survivors.iter().map(|s| (s.parent, s.flips)).collect();
            distinct.sort_unstable();
            distinct.dedup();
            prop_assert_eq!(distinct.len(), survivors.len());
        }
    }
}
