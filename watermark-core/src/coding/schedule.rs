//! The decoder's walk through the code tree, flattened to a list of steps once per code.
//!
//! in: information set -> out: steps in decoding order. A subtree whose frozen pattern has a closed-form decoder
//! becomes one [`Step::Leaf`] (Alamdari & Kschischang 2011; Sarkis et al. 2014, 2016) instead of a walk to its inputs.
//!
//! A node of level `v` covers `2^v` codeword positions. The root, level `log2 n`, is always split.

/// Which child of its parent a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// Subtrees decoded in one go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leaf {
    /// All inputs frozen: the zero word.
    Rate0,
    /// Only the last input free: all zeros or all ones.
    Repetition,
    /// Only the first input frozen: any word of even weight.
    SingleParity,
    /// All inputs free: any word.
    Rate1,
}

/// One step; `level` is that of the child it computes, decodes or joins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Soft bits of the left child.
    Descend { level: usize },
    /// Soft bits of the right child, given the left child's bits.
    Cross { level: usize },
    /// Bits of a closed-form node.
    Leaf { level: usize, side: Side, kind: Leaf },
    /// Bits of a parent, child of its own parent on `side`, from those of its two children.
    Join { level: usize, side: Side },
}

/// Steps for the whole code.
pub(super) fn schedule(information: &[bool]) -> Vec<Step> {
    let mut steps = Vec::new();
    split(information, None, &mut steps);
    steps
}

/// Steps of both children and, except for the root, the join.
fn split(information: &[bool], side: Option<Side>, steps: &mut Vec<Step>) {
    let (left, right) = information.split_at(information.len() / 2);
    let level = left.len().ilog2() as usize;
    steps.push(Step::Descend { level });
    visit(left, Side::Left, steps);
    steps.push(Step::Cross { level });
    visit(right, Side::Right, steps);
    if let Some(side) = side {
        steps.push(Step::Join { level, side });
    }
}

fn visit(information: &[bool], side: Side, steps: &mut Vec<Step>) {
    match leaf(information) {
        Some(kind) => steps.push(Step::Leaf { level: information.len().ilog2() as usize, side, kind }),
        None => split(information, Some(side), steps),
    }
}

/// The closed form of this pattern, if there is one. Single inputs always have one.
fn leaf(information: &[bool]) -> Option<Leaf> {
    let n = information.len();
    match information.iter().filter(|&&free| free).count() {
        0 => Some(Leaf::Rate0),
        free if free == n => Some(Leaf::Rate1),
        1 if information[n - 1] => Some(Leaf::Repetition),
        free if free == n - 1 && !information[0] => Some(Leaf::SingleParity),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let of = |text: &str| leaf(&text.bytes().map(|b| b == b'1').collect::<Vec<_>>());
        assert_eq!([of("0"), of("0000")], [Some(Leaf::Rate0); 2]);
        assert_eq!([of("1"), of("11")], [Some(Leaf::Rate1); 2]);
        assert_eq!([of("01"), of("0001")], [Some(Leaf::Repetition); 2]);
        assert_eq!([of("0111"), of("01111111")], [Some(Leaf::SingleParity); 2]);
        assert_eq!([of("10"), of("0011"), of("1011"), of("0101")], [None; 4]);
    }

    #[test]
    fn tiny_code() {
        let steps = schedule(&[false, false, false, true, false, true, true, true]);
        let expected = [
            Step::Descend { level: 2 },
            Step::Leaf { level: 2, side: Side::Left, kind: Leaf::Repetition },
            Step::Cross { level: 2 },
            Step::Leaf { level: 2, side: Side::Right, kind: Leaf::SingleParity },
        ];
        assert_eq!(steps, expected);
    }
}
