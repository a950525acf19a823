//! Blocks -> outline.

/// Corners of the outline around connected blocks of a grid of `cols` columns, `[col, row]`, clockwise; holes are left out. Corners within
/// about a block of the line between others are dropped.
pub(crate) fn trace(blocks: &[usize], cols: usize) -> Vec<[usize; 2]> {
    let Some(&first) = blocks.iter().min() else { return Vec::new() };
    let rows = blocks.iter().max().map_or(0, |last| last / cols + 1);
    let mut inside = vec![false; cols * rows];
    blocks.iter().for_each(|&b| inside[b] = true);
    let is_inside = |col: i64, row: i64| {
        (0..cols as i64).contains(&col) && (0..rows as i64).contains(&row) && inside[row as usize * cols + col as usize]
    };
    let start = ((first % cols) as i64, (first / cols) as i64);
    let (mut at, mut step) = (start, (1, 0));
    let mut corners = Vec::new();
    loop {
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
            return simplify(&corners);
        }
    }
}

/// Distance from the line between kept corners up to which a corner is dropped, blocks.
const TOLERANCE: f64 = 0.8;

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

/// Area inside an outline that does not cross itself.
pub(crate) fn area(polygon: &[[f64; 2]]) -> f64 {
    let next = polygon.iter().cycle().skip(1);
    0.5 * polygon.iter().zip(next).map(|(a, b)| a[0] * b[1] - a[1] * b[0]).sum::<f64>().abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(picture: &[&str]) -> Vec<usize> {
        let flat = picture.iter().flat_map(|line| line.bytes());
        flat.enumerate().filter(|(_, b)| *b == b'#').map(|(i, _)| i).collect()
    }

    #[test]
    fn rectangles_have_four_corners() {
        let found = trace(&blocks(&["......", ".####.", ".####.", ".####."]), 6);
        assert_eq!(found, [[5, 1], [5, 4], [1, 4], [1, 1]]);
        let found = found.iter().map(|c| c.map(|v| v as f64)).collect::<Vec<_>>();
        assert!((area(&found) - 12.0).abs() < 1e-12);
        assert_eq!(trace(&[0], 1).len(), 4);
    }

    #[test]
    fn holes_and_corners_that_only_touch() {
        let ring = trace(&blocks(&["####", "#..#", "#..#", "####"]), 4);
        assert_eq!(ring.len(), 4);
        let pinched = trace(&blocks(&["###...", "###...", "###...", "...###"])[..9], 6);
        assert_eq!(pinched, [[3, 0], [3, 3], [0, 3], [0, 0]]);
    }

    #[test]
    fn steps_of_one_block_become_slants() {
        let stairs = trace(&blocks(&["#.....", "##....", "###...", "####..", "#####.", "######"]), 6);
        assert!(stairs.len() <= 5, "{stairs:?}");
    }
}
