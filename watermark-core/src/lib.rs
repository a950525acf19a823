//! Invisible, signed image watermarks.
pub mod coding;
pub mod payload;
pub mod raster;
pub mod signature;
pub mod statistics;

mod affine;
mod bind;
mod block_dct;
mod canonical;
mod carrier;
mod codes;
mod color;
mod constellation;
mod content;
mod detection;
mod edit_map;
mod effort;
mod elementary;
mod embed;
mod equalise;
mod extract;
mod fourier;
mod frame;
mod lattice;
mod layout;
mod log_polar;
mod mask;
mod phases;
mod pilot;
mod plane;
mod prediction;
mod read;
mod refine;
mod register;
mod registration;
mod rehearsal;
mod resample;
mod spectrum;
mod strength;
#[cfg(feature = "study")]
pub mod study;
#[cfg(test)]
mod testing;
mod translation;
mod unbend;
mod verdict;

pub use carrier::{Carrier, CarrierKey};
pub use content::{Comparison, Content, ContentSketch};
pub use detection::{Detection, FALSE_POSITIVE_RATE};
pub use edit_map::{BlockState, Cause, EditMap, Region};
pub use effort::Effort;
pub use embed::{EmbedError, Profile, Stamped, Statement, Strength, embed};
pub use extract::{Corrections, Extraction, extract};
pub use raster::Raster;
pub use registration::Registration;
pub use verdict::{Language, OfPicture, RecordCheck, Report, Verdict, chain_unchecked, check_record, judge};
