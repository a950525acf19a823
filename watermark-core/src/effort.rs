//! How much work a reader spends, and on what.

use crate::constellation::Sweep;

/// How much work to spend. Each level names its bound for a picture without a mark; a level spends more only on pictures that look marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effort {
    /// The picture as it is: no search. Finds marks in files that were recompressed, toned, blurred. One reading through one channel and one
    /// look at the pilot.
    Fast,
    /// Turned, scaled, stretched, mirrored and cropped pictures too. As above, seven corners, 17 sizes, a spectrum of 1024 x 1024 bins and
    /// some 2.4 million maps on it and up to 2300 scales alone, once more of all of a picture of more than a megapixel unless it is a square of more than 1536 px, 24 of a third of its size, levelled by as many slopes, and 9000 maps on each; the offsets of a crop in pictures of at most half a tile; offsets under at
    /// most 6 maps of each spectrum, which chance suggests in four of ten pictures of 300 to 450 px, in one of ten of 600 px and hardly ever in larger ones.
    /// Where lines leave no doubt of how a picture was scaled and turned, and no part of it coheres any more, all of it is looked at.
    Normal,
    /// Unequal scales together with any rotation by all lines of the pilot, 20 maps, fainter suggestions, and a crop of an unscaled picture without any. Seconds.
    Exhaustive,
}

/// What a level of effort spends on geometries that were moved.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    /// Maps tried on the spectrum of the whole picture.
    pub(crate) sweep: Sweep,
    /// Maps that are handed to the lattices.
    pub(crate) maps: usize,
    /// Standard deviations of the pilot from which a map is handed on.
    pub(crate) least: f32,
    /// The same for maps that do not rotate, under the assumption that the whole picture is shown.
    pub(crate) least_for_whole: f32,
    /// Standard deviations of the pilot at the picture's own scale from which a crop is searched.
    pub(crate) least_for_crop: f32,
}

impl Effort {
    pub(crate) fn budget(self) -> Option<Budget> {
        match self {
            Self::Fast => None,
            Self::Normal => {
                Some(Budget { sweep: Sweep::Usual, maps: 6, least: 5.5, least_for_whole: 4.4, least_for_crop: 2.3 })
            }
            Self::Exhaustive => Some(Budget {
                sweep: Sweep::Thorough,
                maps: 20,
                least: 4.7,
                least_for_whole: 3.0,
                least_for_crop: f32::NEG_INFINITY,
            }),
        }
    }
}
