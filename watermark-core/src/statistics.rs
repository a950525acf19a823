//! The raw detection statistics, for studies of false marks.
//!
//! [`extract`](crate::extract()) corrects its statistics for everything it tried, and a corrected p-value is not uniform. What can be held
//! against theory is each statistic by itself, at *one* geometry and *one* gain fixed beforehand: in an unmarked picture it is standard
//! normal, so its p-value is uniform. Verification does not need this module.

use std::borrow::Cow;

use rustfft::FftPlanner;

use crate::canonical;
use crate::carrier::Carrier;
use crate::color;
use crate::detection::ln_upper_tail;
use crate::lattice::{Aligned, receive};
use crate::pilot;
use crate::raster::Raster;

/// Statistics of one picture as it is, in standard deviations of their null distribution; `None` where nothing in it can be read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Statistics {
    /// Double-angle coherence of the lattice at the gain asked for.
    pub lattice: Option<f64>,
    /// How far the pilot's lines stand out.
    pub pilot: Option<f64>,
}

impl Statistics {
    /// Measures `received` without any search. `gain` is the lattice gain it is read at; those in use lie between 3 and
    /// 35, and the null distribution is the same for all.
    pub fn measure(received: &Raster, carrier: &Carrier, gain: f32) -> Self {
        let luma = color::luma(received);
        let size = canonical::size(luma.width, luma.height);
        let plane = canonical::stretch(Cow::Owned(luma), size);
        let received = receive(&plane, 0, 0, 0.0);
        let blocks = Aligned::new(&received, &carrier.lattice, (0, 0));
        let lattice = (blocks.len() > 0).then(|| f64::from(blocks.coherence(gain)));
        let pilot = || f64::from(pilot::prominences(&mut FftPlanner::new(), &plane, &carrier.pilot)[0]);
        Self { lattice, pilot: lattice.map(|_| pilot()) }
    }
}

/// Probability that a standard normal variable exceeds `z`: the p-value of a statistic that was tried once.
pub fn upper_tail(z: f64) -> f64 {
    ln_upper_tail(z).exp()
}
