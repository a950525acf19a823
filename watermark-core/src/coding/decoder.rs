//! Successive cancellation list decoding over the flattened code tree.
//!
//! in: `n` LLRs -> out: up to `list` codewords with their metrics, best first (Tal & Vardy 2015, metrics in the LLR
//! domain after Balatsoukas-Stimming et al. 2015, closed-form nodes after Sarkis et al. 2016 and Hashemi et al. 2017).
//!
//! All paths take each step together, so a step rewrites a level's memory for every path. A path is therefore
//! only a row of slot numbers, one per level: cloning one copies that row and no soft bits, and nothing needs a
//! reference count. Paths that still share their parent's soft bits share the result of a step as well.

use super::kernels;
use super::list::{Heap, MAX_ITEMS, MAX_LIST, Mender, Offer, Survivor, least_reliable, select};
use super::llr::sanitize;
use super::schedule::{Leaf, Side, Step};

/// For each path, the slot that holds its values.
type Slots = [u8; MAX_LIST];

/// Every path in its own slot.
const IDENTITY: Slots = {
    let mut slots = [0; MAX_LIST];
    let mut path = 0;
    while path < MAX_LIST {
        slots[path] = path as u8;
        path += 1;
    }
    slots
};

/// Values of all paths at one level, `2^level` per slot.
#[derive(Clone, Debug)]
struct Level {
    size: usize,
    soft: Vec<f32>,
    soft_slots: Slots,
    /// Bits of the last left and right child decoded at this level.
    bits: [Vec<u8>; 2],
    left_slots: Slots,
    /// Slots of the right child, only valid until the join that follows.
    right_slots: Slots,
}

impl Level {
    fn new(level: usize, list: usize) -> Self {
        let size = 1 << level;
        let bits = [vec![0; size * list], vec![0; size * list]];
        let soft = vec![0.0; size * list];
        Self { size, soft, soft_slots: IDENTITY, bits, left_slots: IDENTITY, right_slots: IDENTITY }
    }

    fn soft_of(&self, path: usize) -> &[f32] {
        let slot = usize::from(self.soft_slots[path]);
        &self.soft[slot * self.size..(slot + 1) * self.size]
    }

    fn left_of(&self, path: usize) -> &[u8] {
        let slot = usize::from(self.left_slots[path]);
        &self.bits[0][slot * self.size..(slot + 1) * self.size]
    }

    fn right_of(&self, path: usize) -> &[u8] {
        let slot = usize::from(self.right_slots[path]);
        &self.bits[1][slot * self.size..(slot + 1) * self.size]
    }

    fn slots_mut(&mut self, side: Side) -> &mut Slots {
        match side {
            Side::Left => &mut self.left_slots,
            Side::Right => &mut self.right_slots,
        }
    }
}

/// Reusable memory of the decoder. Start with `Workspace::default()`; it grows to what a decode needs
/// (about `7 n * list` bytes) and is kept between calls. Results do not depend on earlier use.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    /// Level `log2 n`, one slot: the channel.
    root: Vec<f32>,
    levels: Vec<Level>,
    list: usize,
    /// Metric of each living path; 0 is the best.
    metrics: Vec<f32>,
    offers: Vec<Offer>,
    survivors: Vec<Survivor>,
    heap: Heap,
    keys: Vec<u64>,
    folded: Vec<f32>,
}

impl Workspace {
    /// Runs the whole schedule. Afterwards `paths()` codewords can be read.
    pub(super) fn run(&mut self, llr: &[f32], list: usize, steps: &[Step]) {
        self.prepare(llr, list);
        for &step in steps {
            match step {
                Step::Descend { level } => self.descend(level),
                Step::Cross { level } => self.cross(level),
                Step::Leaf { level, side, kind: Leaf::Rate0 } => self.rate0(level, side),
                Step::Leaf { level, side, kind } => self.choose(level, side, kind),
                Step::Join { level, side } => self.join(level, side),
            }
        }
    }

    /// Number of paths alive.
    pub(super) fn paths(&self) -> usize {
        self.metrics.len()
    }

    /// Paths in the order of their metrics, best first.
    pub(super) fn ranking(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.paths()).collect();
        order.sort_by(|&a, &b| self.metrics[a].total_cmp(&self.metrics[b]));
        order
    }

    /// Codeword of one path.
    pub(super) fn codeword(&self, path: usize, codeword: &mut [u8]) {
        if let Some(top) = self.levels.last() {
            kernels::join(top.left_of(path), top.right_of(path), codeword);
        }
    }

    fn prepare(&mut self, llr: &[f32], list: usize) {
        let levels = llr.len().ilog2() as usize;
        if self.levels.len() != levels || self.list != list {
            self.levels = (0..levels).map(|level| Level::new(level, list)).collect();
            self.list = list;
        }
        self.root.clear();
        self.root.extend(llr.iter().map(|&llr| sanitize(llr)));
        self.metrics.clear();
        self.metrics.push(0.0);
        self.offers.resize(list, Offer::default());
    }

    fn descend(&mut self, level: usize) {
        let paths = self.paths();
        let (below, above) = self.levels.split_at_mut(level + 1);
        let child = &mut below[level];
        // Parent slot -> path that already did this.
        let mut done = [None; MAX_LIST];
        for path in 0..paths {
            let (parent, slot) = match above.first() {
                Some(parent) => (parent.soft_of(path), usize::from(parent.soft_slots[path])),
                None => (&*self.root, 0),
            };
            child.soft_slots[path] = *done[slot].get_or_insert_with(|| {
                kernels::descend(parent, &mut child.soft[path * child.size..(path + 1) * child.size]);
                path as u8
            });
        }
    }

    fn cross(&mut self, level: usize) {
        /// Below this size, looking for a shared result takes longer than computing it.
        const WORTH_SHARING: usize = 64;
        let paths = self.paths();
        let (below, above) = self.levels.split_at_mut(level + 1);
        let child = &mut below[level];
        let parent_slots = above.first().map_or([0; MAX_LIST], |parent| parent.soft_slots);
        for path in 0..paths {
            let same = |&other: &usize| {
                (parent_slots[other], child.left_slots[other]) == (parent_slots[path], child.left_slots[path])
            };
            let twin = if child.size < WORTH_SHARING { None } else { (0..path).find(same) };
            if let Some(twin) = twin {
                child.soft_slots[path] = child.soft_slots[twin];
                continue;
            }
            let parent = above.first().map_or(&*self.root, |parent| parent.soft_of(path));
            let left = usize::from(child.left_slots[path]) * child.size;
            let out = &mut child.soft[path * child.size..(path + 1) * child.size];
            kernels::cross(parent, &child.bits[0][left..left + child.size], out);
            child.soft_slots[path] = path as u8;
        }
    }

    fn join(&mut self, level: usize, side: Side) {
        let paths = self.paths();
        let (below, above) = self.levels.split_at_mut(level + 1);
        let (child, Some(parent)) = (&below[level], above.first_mut()) else { return };
        let slots = parent.bits[side as usize].chunks_exact_mut(parent.size);
        for (path, out) in slots.take(paths).enumerate() {
            kernels::join(child.left_of(path), child.right_of(path), out);
        }
        *parent.slots_mut(side) = IDENTITY;
    }

    fn rate0(&mut self, level: usize, side: Side) {
        let node = &mut self.levels[level];
        for (path, metric) in self.metrics.iter_mut().enumerate() {
            *metric += kernels::zero_penalty(node.soft_of(path));
        }
        // One zero word serves all.
        node.bits[side as usize][..node.size].fill(0);
        *node.slots_mut(side) = [0; MAX_LIST];
    }

    /// A node with free inputs: every path offers its words, the best overall survive.
    fn choose(&mut self, level: usize, side: Side, kind: Leaf) {
        let list = self.list;
        let paths = self.paths();
        for path in 0..paths {
            let soft = self.levels[level].soft_of(path);
            let offer = &mut self.offers[path];
            offer.metric = self.metrics[path];
            offer.mender = None;
            match kind {
                Leaf::Rate0 => offer.items.clear(),
                Leaf::Repetition => {
                    self.folded.clear();
                    self.folded.extend_from_slice(soft);
                    let sum = kernels::fold_sum(&mut self.folded);
                    let zero = kernels::zero_penalty(soft);
                    // Rounding may leave a tiny negative rest, which the metric must not be.
                    offer.metric += if sum < 0.0 { (zero + sum).max(0.0) } else { zero };
                    offer.items.clear();
                    offer.items.push((sum.abs(), u32::from(sum < 0.0)));
                }
                // The item of rank r is flipped only after r cheaper words, so `list - 1` items are enough.
                Leaf::Rate1 => {
                    let items = soft.len().min(list - 1).min(MAX_ITEMS);
                    least_reliable(soft, items, &mut self.keys, &mut offer.items);
                }
                Leaf::SingleParity => {
                    let items = soft.len().min(list).min(MAX_ITEMS);
                    least_reliable(soft, items, &mut self.keys, &mut offer.items);
                    let odd = soft.iter().filter(|&&llr| llr < 0.0).count() % 2 == 1;
                    let least = offer.items.drain(..1).next();
                    offer.mender = least.map(|(reliability, position)| Mender { reliability, position, odd });
                }
            }
        }
        select(&self.offers[..paths], list, &mut self.survivors, &mut self.heap);
        self.write(level, side, kind);
        self.inherit(level, side);
    }

    /// Writes each survivor's bits.
    fn write(&mut self, level: usize, side: Side, kind: Leaf) {
        let node = &mut self.levels[level];
        let size = node.size;
        for (path, survivor) in self.survivors.iter().enumerate() {
            let offer = &self.offers[survivor.parent];
            let soft_slot = usize::from(node.soft_slots[survivor.parent]);
            let soft = &node.soft[soft_slot * size..(soft_slot + 1) * size];
            let out = &mut node.bits[side as usize][path * size..(path + 1) * size];
            if kind == Leaf::Repetition {
                let likely = offer.items.first().map_or(0, |item| item.1 as u8);
                out.fill(likely ^ (survivor.flips as u8 & 1));
                continue;
            }
            kernels::decide(soft, out);
            let mut flips = survivor.flips;
            while flips != 0 {
                out[offer.items[flips.trailing_zeros() as usize].1 as usize] ^= 1;
                flips &= flips - 1;
            }
            if let Some(mender) = offer.mender
                && mender.odd != (survivor.flips.count_ones() % 2 == 1)
            {
                out[mender.position as usize] ^= 1;
            }
        }
        *node.slots_mut(side) = IDENTITY;
    }

    /// Makes the survivors the living paths: what levels above hold now belongs to the parent's heirs.
    fn inherit(&mut self, level: usize, side: Side) {
        for (above, node) in self.levels[level..].iter_mut().enumerate() {
            let (soft, left) = (node.soft_slots, node.left_slots);
            for (path, survivor) in self.survivors.iter().enumerate() {
                node.soft_slots[path] = soft[survivor.parent];
                // At the node's own level only a left sibling is inherited; what was just written is not.
                if above > 0 || side == Side::Right {
                    node.left_slots[path] = left[survivor.parent];
                }
            }
        }
        let best = self.survivors.first().map_or(0.0, |survivor| survivor.metric);
        self.metrics.clear();
        // Only differences matter; starting from 0 keeps them precise.
        self.metrics.extend(self.survivors.iter().map(|survivor| survivor.metric - best));
    }
}
