//! Invisible, signed image watermarks.
pub mod coding;
pub mod payload;
pub mod raster;
pub mod signature;

mod affine;
mod block_dct;
mod canonical;
mod carrier;
mod codes;
mod color;
mod constellation;
mod detection;
mod embed;
mod equalise;
mod extract;
mod fourier;
mod frame;
mod lattice;
mod mask;
mod phases;
mod pilot;
mod plane;
mod read;
mod refine;
mod register;
mod resample;
mod spectrum;
mod strength;
mod translation;
mod verdict;

pub use carrier::{Carrier, CarrierKey};
pub use detection::{Detection, FALSE_POSITIVE_RATE};
pub use embed::{EmbedError, Profile, Stamped, Statement, Strength, embed};
pub use extract::{Corrections, Effort, Extraction, Registration, extract};
pub use raster::Raster;
pub use verdict::{Report, Verdict, judge};
