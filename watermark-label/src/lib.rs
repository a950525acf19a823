//! The layers around the pixels: which of them a law asks for, what goes into them, and which clause a file meets.
//!
//! ```text
//! profiles/*.toml -> Profile -> layers to apply, clauses to check        notices/*.toml -> Notice
//! stamp:  payload, names, badge -> Record (signed) -+
//!         profiles -> source type, system, AIGC ----+-> merged into the XMP packet that is there
//! check:  XMP packet -> Labels -+
//!         mark, C2PA, badge ----+-> Evidence + Circumstances -> Finding for each clause: met | not met | outside the file
//! ```
//!
//! Nothing here says that anybody complies with a law. The clauses, and what was read of them and what not, stand in the
//! data files, for people to read.
//!
//! No files, no clock, no network: time, keys and bytes are arguments, and the crate builds for wasm32.

mod aigc;
mod check;
mod exemption;
mod labelling;
mod layer;
mod notice;
mod profile;
mod record;
#[cfg(test)]
mod testing;
pub mod xmp;

pub use aigc::Aigc;
pub use check::{BadgePlace, Checked, Evidence, Finding, Manifest, MarkFacts, Status, check};
pub use exemption::{Exemption, ExemptionSyntax};
pub use labelling::{Applied, LabelFacts, Labelling, LabellingError, OwedNotice};
pub use layer::{Badge, Layer};
pub use notice::{Notice, Occasion};
pub use profile::{
    BadgeText, Circumstances, Clause, Condition, ExemptionRule, Field, LayerRule, Need, Place, Profile, Roles,
    UnknownProfile,
};
pub use record::{LabelRecord, Labelled, RECORD_SCHEMA, RecordError};
