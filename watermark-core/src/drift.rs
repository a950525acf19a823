//! `[X2]` What no smooth bend explains -> a displacement that drifts from patch to patch.
//!
//! A picture that was dragged here and there, or that lost single rows and columns, bends in more ways than a lens has. A patch that coheres with those
//! beside it is moved to where they cohere most: a Newton step of the affine map of the patches around it, near ones counting most, of which only the move
//! in the middle is taken. The others lie where the field of those that do leads, so that a part which is off by more than a step sees is reached from
//! the part beside it.

use crate::pull::{PATCH_PX, Pull, solve};
use crate::refine::Region;

/// Standard deviation of the weight of patches around one that coheres, patches, and of those around one that nothing leads.
const SPREAD: f64 = 1.6;
const WIDE_SPREADS: [f64; 2] = [2.4, 3.6];
/// The same around one that does not, narrowest first: the first that leads is taken.
const LED_SPREADS: [f64; 4] = [1.5, 2.5, 4.0, 7.0];
/// Patches further off than this many standard deviations are not heard.
const REACH: f64 = 2.5;
/// Coherence of the 3 x 3 patches around one from which it counts as coherent, standard deviations, and of wide surroundings that move one.
const COHERENT: f64 = 3.0;
const WIDELY_COHERENT: f64 = 4.0;
/// Patches of weight 1 that must be heard for a field to lead.
const LEADS: f64 = 1.5;
/// Furthest that one step moves a patch that coheres, pixels.
const FURTHEST_PX: f64 = 0.6;
/// Weight of no slope at all in the field that leads.
const LEVEL: f64 = 0.05;

/// How far canonical positions are off, on a grid of one node in the middle of each patch of a region.
#[derive(Clone)]
pub(crate) struct Drift {
    region: Region,
    cols: usize,
    rows: usize,
    nodes: Vec<[f64; 2]>,
}

impl Drift {
    /// None at all, over `region`.
    pub(crate) fn none(region: Region) -> Self {
        let (cols, rows) = (region.width.div_ceil(PATCH_PX), region.height.div_ceil(PATCH_PX));
        Self { region, cols, rows, nodes: vec![[0.0; 2]; cols * rows] }
    }

    /// Waves of so many pixels and these periods along y and x.
    #[cfg(test)]
    pub(crate) fn waves(region: Region, px: f64, periods: [f64; 2]) -> Self {
        let mut out = Self::none(region);
        for (i, node) in out.nodes.iter_mut().enumerate() {
            let at = [i / out.cols, i % out.cols].map(|v| v as f64 * PATCH_PX as f64);
            *node = [0, 1].map(|axis| px * (std::f64::consts::TAU * at[axis] / periods[axis]).sin());
        }
        out
    }

    /// Displacement of a canonical position, pixels: bilinear between nodes, that of the nearest ones outside.
    pub(crate) fn at(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let place = |v: f64, first: i64, count: usize| {
            let v = ((v - first as f64) / PATCH_PX as f64 - 0.5).clamp(0.0, (count - 1) as f64);
            let low = (v as usize).min(count.saturating_sub(2));
            (low, (low + 1).min(count - 1), v - low as f64)
        };
        let (left, right, fx) = place(x, self.region.x, self.cols);
        let (upper, lower, fy) = place(y, self.region.y, self.rows);
        let node = |col: usize, row: usize| self.nodes[row * self.cols + col];
        [0, 1].map(|axis| {
            let along = |row: usize| node(left, row)[axis] * (1.0 - fx) + node(right, row)[axis] * fx;
            along(upper) * (1.0 - fy) + along(lower) * fy
        })
    }

    /// Moves every node as `pull`, of this region, asks for; gives back how far it moved one that coheres at most, pixels.
    pub(crate) fn step(&mut self, pull: &Pull) -> f64 {
        let square = |node: usize| -> Vec<(usize, f64)> { self.around(node, 1).map(|(i, _)| (i, 1.0)).collect() };
        let coherent: Vec<bool> =
            (0..self.nodes.len()).map(|node| pull.here.coherence_of(&square(node)) > COHERENT).collect();
        let mut furthest = 0.0f64;
        let mut moved = |node: usize, [dx, dy]: [f64; 2]| {
            let far = dx.hypot(dy);
            let damp = (FURTHEST_PX / far.max(1e-9)).min(1.0);
            furthest = furthest.max(damp * far);
            [self.nodes[node][0] + damp * dx, self.nodes[node][1] + damp * dy]
        };
        let mut nodes = self.nodes.clone();
        for node in (0..nodes.len()).filter(|&node| coherent[node]) {
            let [dx, dy] = self.pulled(pull, node, SPREAD).unwrap_or_default();
            nodes[node] = moved(node, [dx, dy]);
        }
        for node in (0..nodes.len()).filter(|&node| !coherent[node]) {
            let led = LED_SPREADS.into_iter().find_map(|spread| self.led(&nodes, &coherent, node, spread));
            let widely = || WIDE_SPREADS.into_iter().find_map(|spread| self.pulled(pull, node, spread));
            nodes[node] = led.unwrap_or_else(|| widely().map_or(self.nodes[node], |by| moved(node, by)));
        }
        self.nodes = nodes;
        furthest
    }

    /// Numbers of the patches at most `reach` columns and rows from one, and how many columns and rows.
    fn around(&self, node: usize, reach: usize) -> impl Iterator<Item = (usize, [f64; 2])> {
        let (cols, col, row) = (self.cols, node % self.cols, node / self.cols);
        let span = |at: usize, count: usize| at.saturating_sub(reach)..(at + reach + 1).min(count);
        let (columns, rows) = (span(col, cols), span(row, self.rows));
        let from = |v: usize, of: usize| v as f64 - of as f64;
        rows.flat_map(move |r| columns.clone().map(move |c| (r * cols + c, [from(c, col), from(r, row)])))
    }

    /// How far the patches around a node pull it; `None` where they do not cohere.
    fn pulled(&self, pull: &Pull, node: usize, spread: f64) -> Option<[f64; 2]> {
        let around = self.around(node, (REACH * spread) as usize);
        let heard: Vec<(usize, f64)> = around.map(|(i, away)| (i, weight(away, spread))).collect();
        if spread > SPREAD && pull.here.coherence_of(&heard) < WIDELY_COHERENT {
            return None;
        }
        let from = |v: usize, of: usize| v as f64 - of as f64;
        let affine = |[c, r]: [usize; 2]| {
            let (x, y) = (from(c, node % self.cols), from(r, node / self.cols));
            [[1.0, 0.0], [0.0, 1.0], [x, y], [-y, x], [x, -y], [y, x]]
        };
        pull.moves_of(&heard, 6, affine).map(|moves| [moves[0], moves[1]])
    }

    /// Where the affine field of the coherent nodes around one leads it; `None` where there are too few.
    fn led(&self, nodes: &[[f64; 2]], coherent: &[bool], node: usize, spread: f64) -> Option<[f64; 2]> {
        let mut normal = [[0.0f64; 3]; 3];
        let mut right = [[0.0f64; 3]; 2];
        for (i, away) in self.around(node, (REACH * spread) as usize).filter(|&(i, _)| coherent[i]) {
            let weight = weight(away, spread);
            let at = [1.0, away[0] / spread, away[1] / spread];
            for r in 0..3 {
                for c in 0..3 {
                    normal[r][c] += weight * at[r] * at[c];
                }
                for axis in 0..2 {
                    right[axis][r] += weight * at[r] * nodes[i][axis];
                }
            }
        }
        if normal[0][0] < LEADS {
            return None;
        }
        normal[1][1] += LEVEL * normal[0][0];
        normal[2][2] += LEVEL * normal[0][0];
        let [x, y] = right.map(|right| solve(normal, right, 3));
        Some([x?[0], y?[0]])
    }
}

/// Weight of a patch so many columns and rows away.
fn weight([x, y]: [f64; 2], spread: f64) -> f64 {
    (-0.5 * (x * x + y * y) / (spread * spread)).exp()
}
