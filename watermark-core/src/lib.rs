//! Invisible, signed image watermarks.
pub mod coding;
pub mod payload;
pub mod raster;
pub mod signature;

mod block_dct;
mod canonical;
mod carrier;
mod codes;
mod color;
mod detection;
mod embed;
mod equalise;
mod extract;
mod fourier;
mod lattice;
mod mask;
mod pilot;
mod plane;
mod read;
mod register;
mod resample;
mod scale;
mod strength;
mod translation;
mod verdict;

pub use carrier::{Carrier, CarrierKey};
pub use detection::{Detection, FALSE_POSITIVE_RATE};
pub use embed::{EmbedError, Profile, Stamped, Statement, Strength, embed};
pub use extract::{Corrections, Effort, Extraction, Registration, extract};
pub use raster::Raster;
pub use verdict::{Language, RecordCheck, Report, Verdict, check_record, judge};
