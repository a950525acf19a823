//! Reading: pixels in, everything that can be known without a key out.
//!
//! ```text
//! received --luma--> plane --registration--> canonical plane --lattices--> soft bits --decode--> beacon, seal
//!                                |                                                               |
//!                                +-- detection statistic, geometry -------------------> Extraction
//! ```

mod reader;

use crate::carrier::Carrier;
use crate::coding::CodeError;
use crate::color;
use crate::content::{self, Comparison, Content, Reduced};
use crate::detection::{Detection, LEVEL_LOOK};
use crate::edit_map::EditMap;
use crate::effort::Effort;
use crate::payload::{Beacon, DecodeError, Payload, Seal, SealClaims};
use crate::raster::Raster;
use crate::registration::Registration;
use reader::Reader;
#[cfg(feature = "study")]
pub(crate) use reader::unbound;

/// How hard the code had to work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Corrections {
    /// Codeword bits whose hard decision was wrong.
    pub corrected: usize,
    /// Codeword bits that nothing carried.
    pub erased: usize,
    /// Codeword bits in all.
    pub length: usize,
}

/// Everything read from a picture, checked by no key.
#[derive(Clone, Debug)]
pub struct Extraction {
    /// The signpost, when it decoded: a claim.
    pub beacon: Option<Beacon>,
    /// The signed message, when it decoded: a claim until its signature is checked.
    pub seal: Option<Seal>,
    /// A codeword was read whose content this version does not understand.
    pub unreadable: Option<DecodeError>,
    /// Work of the beacon's code.
    pub beacon_code: Option<Corrections>,
    /// Work of the seal's code.
    pub seal_code: Option<Corrections>,
    /// Whether a mark is there at all.
    pub detection: Detection,
    /// Geometry of the best reading; `None` where nothing was found.
    pub registration: Option<Registration>,
    /// Whether the picture is the one that the seal was made for; `None` without a seal, or when the seal is bound to no picture.
    pub content: Option<Content>,
    /// Where the mark is missing; `None` when nothing decoded.
    pub edit_map: Option<EditMap>,
    /// Share of the picture's pixels that are not opaque, 0 to 1: it was read on white.
    pub transparent: f64,
}

impl Extraction {
    /// Whether there is a mark: chance is excluded. A codeword that was read is evidence like any other.
    pub fn is_marked(&self) -> bool {
        self.detection.is_significant()
    }

    /// Beacon and seal, when both were read.
    pub fn payload(&self) -> Option<Payload> {
        Some(Payload { beacon: self.beacon?, seal: self.seal? })
    }

    /// How `received`, the picture that this was read from, compares with what a seal from elsewhere (a ledger's) states. `None` when that is
    /// bound to no picture, or nothing decoded here that would tell how the picture lies.
    pub fn compare(&self, received: &Raster, seal: &SealClaims) -> Option<Content> {
        let map = self.edit_map.as_ref().filter(|_| !seal.content_hash.is_none())?;
        let seen = self.registration.and_then(|r| r.as_read(received));
        let received = seen.as_ref().unwrap_or(received);
        let (placement, hash) = (map.placement(), &seal.content_hash);
        let luma = color::luma(received);
        let shown = &Reduced::new(&luma, &placement, content::canonical(seal.size));
        let view = content::Received { shown, placement, replaced: &|at: [f64; 2]| map.hides(at) };
        let (content, _) = content::compare(&view, hash, seal.size);
        let differs = content.comparison == Comparison::Differs;
        let undone = differs.then(|| content::undone(received, &luma, &view, hash, seal.size)).flatten();
        Some(undone.map_or(content, |(_, (content, _))| content))
    }
}

/// Reads the mark of `received`.
///
/// # Errors
/// Only when the codes cannot be built, which the constants of this crate rule out.
pub fn extract(received: &Raster, carrier: &Carrier, effort: Effort) -> Result<Extraction, CodeError> {
    let mut reader = Reader::new(carrier)?;
    let luma = color::luma(received);
    reader.search(&luma, effort);
    let level = levelled(received, &reader, effort)?;
    let is_sealed = level.as_ref().is_some_and(|level| level.seal.is_some());
    if !is_sealed && reader.lacks_seal() && reader.shows_pilot() {
        let negative = received.negative();
        // A negative's smooth parts may have yielded the beacon: small moves and large ones are told apart whichever way they go.
        let found = inverted(&negative, carrier, effort)?.filter(|found| found.seal.is_some() || !reader.is_read());
        if let Some(found) = found {
            return Ok(found);
        }
    }
    match level.filter(|_| is_sealed || !reader.is_read()) {
        Some(found) => Ok(found),
        None => Ok(reader.conclude(received, &luma, effort)),
    }
}

/// Reads the mark of a picture that was received tilted, as the `straight` reader found it; `None` when it has none.
fn levelled(received: &Raster, straight: &Reader<'_>, effort: Effort) -> Result<Option<Extraction>, CodeError> {
    let Some((tilted, budget)) = straight.tilted.zip(effort.budget()) else { return Ok(None) };
    let level = tilted.tilt.level(received);
    let mut reader = Reader::new(straight.carrier)?;
    let luma = color::luma(&level);
    reader.read_level(&luma, &tilted, budget);
    let mut found = reader.conclude(&level, &luma, effort);
    found.detection = found.detection.among(LEVEL_LOOK);
    found.transparent = received.transparent();
    if let Some(registration) = &mut found.registration {
        registration.tilt = Some(tilted.tilt);
    }
    if let Some(map) = &mut found.edit_map {
        map.tilt(tilted.tilt, (received.width(), received.height()));
    }
    Ok(Some(found).filter(|found| found.detection.is_significant()))
}

/// Reads the mark of a picture that was received as the negative of `upright`; `None` when it has none.
fn inverted(upright: &Raster, carrier: &Carrier, effort: Effort) -> Result<Option<Extraction>, CodeError> {
    let mut reader = Reader::new(carrier)?;
    let luma = color::luma(upright);
    reader.search(&luma, effort);
    let mut found = reader.conclude(upright, &luma, effort);
    if let Some(registration) = &mut found.registration {
        registration.inverted = true;
    }
    Ok(Some(found).filter(|found| found.beacon.is_some()))
}
