//! Reading: pixels in, everything that can be known without a key out.
//!
//! ```text
//! received --luma--> plane --registration--> canonical plane --lattices--> soft bits --decode--> beacon, seal
//!                                |                                                               |
//!                                +-- detection statistic, geometry -------------------> Extraction
//! ```

use rustfft::FftPlanner;

use crate::canonical;
use crate::carrier::Carrier;
use crate::codes::{Codes, bytes};
use crate::coding::{CodeError, Decoded, Workspace};
use crate::color;
use crate::detection::Detection;
use crate::equalise;
use crate::layout::{BEACON_BITS, SEAL_BITS};
use crate::payload::{Beacon, DecodeError, Payload, Seal};
use crate::pilot;
use crate::raster::Raster;
use crate::read::read;
use crate::register::{self, Pose};

/// How much work to spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effort {
    /// The picture as it is: no search. Finds marks in files that were recompressed, toned, blurred.
    Fast,
    /// Crops and plain resizes too.
    Normal,
}

/// Where the picture lies in the stamped one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Registration {
    /// Width now over width at stamping of the same content.
    pub scale_x: f64,
    /// The same for heights.
    pub scale_y: f64,
    /// Left edge of the picture on the mark's tile, pixels of the stamped picture, modulo the tile.
    pub offset_x: f64,
    /// Upper edge likewise.
    pub offset_y: f64,
    /// Gaussian blur undone before reading, variance in square canonical pixels; negative for sharpening.
    pub blur: f64,
    /// Added noise assumed in reading, standard deviation in gray levels of luma.
    pub noise: f64,
    /// Lattice gain found: strength over compensation at stamping, times the tone change since.
    pub gain: f64,
}

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
}

/// Reads the mark of `received`.
///
/// # Errors
/// Only when the codes cannot be built, which the constants of this crate rule out.
pub fn extract(received: &Raster, carrier: &Carrier, effort: Effort) -> Result<Extraction, CodeError> {
    let mut reader = Reader::new(carrier)?;
    let luma = color::luma(received);
    let native = (luma.width, luma.height);
    let plane = canonical::stretch(luma.clone(), canonical::size(native.0, native.1));
    let unmoved = Pose { plane, tile_x: 0, tile_y: 0 };
    reader.read_all(&unmoved, native);
    let mut planner = FftPlanner::new();
    if reader.seal.is_none() {
        reader.pilot = f64::from(pilot::prominence(&mut planner, &unmoved.plane, &carrier.pilot));
    }
    if effort > Effort::Fast && !reader.registered() {
        if let Some(pose) = register::cropped(&mut planner, &luma, carrier, &mut reader.candidates) {
            reader.read_all(&pose, native);
        }
        if !reader.registered() {
            for pose in register::resized(&mut planner, &luma, carrier, &mut reader.candidates) {
                reader.read_all(&pose, native);
                if reader.registered() {
                    break;
                }
            }
        }
    }
    Ok(reader.conclude())
}

/// Coherence under which a guessed channel is not worth the decoders' time, standard deviations. Chance alone reaches 2.4
/// over the gains of one reading in half of all pictures.
const WORTH_DECODING: f32 = 2.4;

/// Reads one geometry after another and keeps the best of what was read.
struct Reader<'a> {
    carrier: &'a Carrier,
    codes: Codes,
    workspace: Workspace,
    beacon: Option<Decoded>,
    seal: Option<Decoded>,
    /// Coherence of the best geometry, and that geometry.
    best: Option<(f32, Registration)>,
    candidates: u64,
    /// Times a soft codeword was handed to a decoder.
    attempts: u64,
    /// How far the pilot stands out where an unmoved picture has it, standard deviations.
    pilot: f64,
}

impl<'a> Reader<'a> {
    fn new(carrier: &'a Carrier) -> Result<Self, CodeError> {
        Ok(Self {
            carrier,
            codes: Codes::new()?,
            workspace: Workspace::default(),
            beacon: None,
            seal: None,
            best: None,
            candidates: 0,
            attempts: 0,
            pilot: 0.0,
        })
    }

    /// The geometry needs no more search: something decoded, or the lattices exclude chance. The pilot does not count: its
    /// lines stand out wherever a crop lies.
    fn registered(&self) -> bool {
        self.seal.is_some() || self.beacon.is_some() || self.lattice_detection().is_significant()
    }

    fn lattice_detection(&self) -> Detection {
        Detection::best_of(self.best.map_or(0.0, |(coherence, _)| f64::from(coherence)), 2 * self.candidates)
    }

    /// The best of three kinds of evidence: lattices, pilot, a codeword that decoded.
    fn detection(&self) -> Detection {
        let lattice = self.lattice_detection();
        let pilot = Detection::best_of(self.pilot, 2);
        let read = self.beacon.is_some() || self.seal.is_some();
        let decoded = read.then(|| Detection::decoded(self.attempts));
        let evidence = [Some(lattice), Some(pilot), decoded].into_iter().flatten();
        evidence.min_by(|a, b| a.log10_p.total_cmp(&b.log10_p)).unwrap_or(lattice)
    }

    /// Reads `pose` through the equaliser's ladder until beacon and seal are decoded. `native` is the received size.
    fn read_all(&mut self, pose: &Pose, native: (usize, usize)) {
        for channel in equalise::LADDER {
            let undone = channel.undo(&pose.plane);
            let plane = undone.as_ref().unwrap_or(&pose.plane);
            let tile = (pose.tile_x, pose.tile_y);
            // The clear channel is decoded whatever its coherence: noise can hide the double angle and leave the bits.
            let least = if channel == equalise::LADDER[0] { f32::NEG_INFINITY } else { WORTH_DECODING };
            let reading = read(plane, self.carrier, &self.codes, tile, channel.noise, least, &mut self.workspace);
            self.candidates += reading.candidates;
            self.attempts += reading.attempts;
            let decoded = reading.seal.is_some() || reading.beacon.is_some();
            let seal_is_new = self.seal.is_none() && reading.seal.is_some();
            if seal_is_new || !decoded && self.best.is_none_or(|(c, _)| reading.coherence > c) || self.best.is_none() {
                let registration = Registration {
                    scale_x: native.0 as f64 / pose.plane.width as f64,
                    scale_y: native.1 as f64 / pose.plane.height as f64,
                    offset_x: pose.tile_x as f64,
                    offset_y: pose.tile_y as f64,
                    blur: f64::from(channel.blur),
                    noise: f64::from(channel.noise),
                    gain: f64::from(reading.gain),
                };
                let coherence = self.best.map_or(reading.coherence, |(c, _)| c.max(reading.coherence));
                self.best = Some((coherence, registration));
            }
            self.seal = self.seal.take().or(reading.seal);
            self.beacon = self.beacon.take().or(reading.beacon);
            if self.seal.is_some() && self.beacon.is_some() {
                break;
            }
        }
    }

    fn conclude(mut self) -> Extraction {
        let detection = self.detection();
        if !detection.is_significant() {
            // So many decodings were tried that chance may have passed the CRC: not evidence, so not shown.
            (self.beacon, self.seal) = (None, None);
        }
        let found = self.registered();
        let corrections = |d: &Decoded, length| Corrections { corrected: d.corrected, erased: d.erased, length };
        let mut unreadable = None;
        let mut keep = |error| {
            unreadable = Some(error);
        };
        let beacon = self.beacon.as_ref().and_then(|d| bytes(&d.payload));
        let beacon = beacon.and_then(|b| Beacon::decode(&b).map_err(&mut keep).ok());
        let seal = self.seal.as_ref().and_then(|d| bytes(&d.payload));
        let seal = seal.and_then(|b| Seal::decode(&b).map_err(&mut keep).ok());
        Extraction {
            beacon,
            seal,
            unreadable,
            beacon_code: self.beacon.as_ref().map(|d| corrections(d, BEACON_BITS)),
            seal_code: self.seal.as_ref().map(|d| corrections(d, SEAL_BITS)),
            detection,
            registration: self.best.filter(|_| found).map(|(_, registration)| registration),
        }
    }
}
