//! Blocks -> outlines.

/// Outlines of connected blocks of a grid of `cols` columns, corners `[col, row]`: the outer one clockwise, then those of holes, the other
/// way round. Corners within about a block of the line between others are dropped.
pub(crate) fn trace(blocks: &[usize], cols: usize) -> Vec<Vec<[usize; 2]>> {
    let rows = blocks.iter().max().map_or(0, |last| last / cols + 1);
    let mut inside = vec![false; cols * rows];
    blocks.iter().for_each(|&b| inside[b] = true);
    let is_inside = |col: i64, row: i64| {
        (0..cols as i64).contains(&col) && (0..rows as i64).contains(&row) && inside[row as usize * cols + col as usize]
    };
    let above = |b: usize| is_inside((b % cols) as i64, (b / cols) as i64 - 1);
    let mut sorted = blocks.to_vec();
    sorted.sort_unstable();
    // Every outline has an upper edge of a block somewhere; the first one found belongs to the outer outline.
    let mut traced = vec![false; cols * rows];
    let mut outlines = Vec::new();
    for block in sorted {
        if !traced[block] && !above(block) {
            let start = ((block % cols) as i64, (block / cols) as i64);
            let upper_edge = |(col, row): (i64, i64)| traced[row as usize * cols + col as usize] = true;
            outlines.push(simplify(&follow(start, is_inside, upper_edge)));
        }
    }
    outlines
}

/// Corners of the outline that leaves `start` to the right along the upper edge of a block; `upper_edge` is told of every such block.
fn follow(
    start: (i64, i64),
    is_inside: impl Fn(i64, i64) -> bool,
    mut upper_edge: impl FnMut((i64, i64)),
) -> Vec<[usize; 2]> {
    let (mut at, mut step) = (start, (1, 0));
    let mut corners = Vec::new();
    loop {
        if step == (1, 0) {
            upper_edge(at);
        }
        at = (at.0 + step.0, at.1 + step.1);
        // The block ahead on the right and on the left of a corner that is entered by `step`.
        let block = |side: (i64, i64)| {
            let (x, y) = (step.0 + side.0, step.1 + side.1);
            is_inside(at.0 + (x - 1) / 2, at.1 + (y - 1) / 2)
        };
        let (right, left) = ((-step.1, step.0), (step.1, -step.0));
        let turned = if !block(right) {
            right
        } else if block(left) {
            left
        } else {
            step
        };
        if turned != step {
            corners.push([at.0 as usize, at.1 as usize]);
        }
        step = turned;
        if at == start && step == (1, 0) {
            return corners;
        }
    }
}

/// Distance from the line between kept corners up to which a corner is dropped, blocks.
const TOLERANCE: f64 = 0.7;

/// Douglas and Peucker (1973) on a closed outline, split at its corner farthest from the first.
fn simplify(corners: &[[usize; 2]]) -> Vec<[usize; 2]> {
    let distance = |a: [usize; 2], b: [usize; 2]| a[0].abs_diff(b[0]).pow(2) + a[1].abs_diff(b[1]).pow(2);
    let Some(far) = (0..corners.len()).max_by_key(|&i| distance(corners[0], corners[i])) else { return Vec::new() };
    let closed: Vec<[usize; 2]> = corners.iter().chain(corners.first()).copied().collect();
    let mut keep = vec![false; closed.len()];
    let mut open = vec![(0, far), (far, closed.len() - 1)];
    while let Some((a, b)) = open.pop() {
        (keep[a], keep[b]) = (true, true);
        let (p, q) = (closed[a].map(|v| v as f64), closed[b].map(|v| v as f64));
        let length = (q[0] - p[0]).hypot(q[1] - p[1]);
        let off = |i: usize| {
            let [x, y] = closed[i].map(|v| v as f64);
            if length == 0.0 {
                (x - p[0]).hypot(y - p[1])
            } else {
                ((q[0] - p[0]) * (y - p[1]) - (q[1] - p[1]) * (x - p[0])).abs() / length
            }
        };
        let farthest = (a + 1..b).map(|i| (off(i), i)).max_by(|x, y| x.0.total_cmp(&y.0));
        if let Some((_, i)) = farthest.filter(|(distance, _)| *distance > TOLERANCE) {
            open.extend([(a, i), (i, b)]);
        }
    }
    keep.pop();
    closed.iter().zip(keep).filter(|(_, keep)| *keep).map(|(corner, _)| *corner).collect()
}

/// Area inside outlines of which holes run the other way round.
pub(crate) fn area(outlines: &[Vec<[f64; 2]>]) -> f64 {
    let of = |outline: &Vec<[f64; 2]>| {
        let next = outline.iter().cycle().skip(1);
        0.5 * outline.iter().zip(next).map(|(a, b)| a[0] * b[1] - a[1] * b[0]).sum::<f64>()
    };
    outlines.iter().map(of).sum::<f64>().abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(picture: &[&str]) -> Vec<usize> {
        let flat = picture.iter().flat_map(|line| line.bytes());
        flat.enumerate().filter(|(_, b)| *b == b'#').map(|(i, _)| i).collect()
    }

    fn areas(outlines: &[Vec<[usize; 2]>]) -> f64 {
        area(&outlines.iter().map(|o| o.iter().map(|c| c.map(|v| v as f64)).collect()).collect::<Vec<_>>())
    }

    #[test]
    fn rectangles_have_four_corners() {
        let found = trace(&blocks(&["......", ".####.", ".####.", ".####."]), 6);
        assert_eq!(found, [[[5, 1], [5, 4], [1, 4], [1, 1]]]);
        assert_eq!(areas(&found), 12.0);
        assert_eq!(trace(&[0], 1)[0].len(), 4);
        assert!(trace(&[], 4).is_empty());
    }

    #[test]
    fn holes_are_outlines_of_their_own() {
        let found = trace(&blocks(&["######", "#....#", "#....#", "#....#", "######"]), 6);
        assert_eq!(found[0], [[6, 0], [6, 5], [0, 5], [0, 0]]);
        assert_eq!(found.len(), 2);
        assert_eq!(areas(&found), 18.0);
    }

    #[test]
    fn blocks_that_only_touch_at_a_corner_are_apart() {
        let found = trace(&blocks(&["###...", "###...", "###...", "...###"])[..9], 6);
        assert_eq!(found, [[[3, 0], [3, 3], [0, 3], [0, 0]]]);
    }

    #[test]
    fn steps_of_one_block_become_slants() {
        let stairs = trace(&blocks(&["#.....", "##....", "###...", "####..", "#####.", "######"]), 6);
        assert!(stairs.len() == 1 && stairs[0].len() <= 5, "{stairs:?}");
    }
}
