//! Reading: pixels in, everything that can be known without a key out.
//!
//! ```text
//! received --luma--> plane --registration--> canonical plane --lattices--> soft bits --decode--> beacon, seal
//!                                |                                                               |
//!                                +-- detection statistic, geometry -------------------> Extraction
//! ```

use std::borrow::Cow;

use rustfft::FftPlanner;

use crate::affine::Affine;
use crate::bind::Traced;
use crate::canonical;
use crate::carrier::{Carrier, TILE_BITS, TILE_PX};
use crate::codes::{Codes, bytes};
use crate::coding::{CodeError, Decoded, Workspace};
use crate::color;
use crate::constellation::{Candidate, Sweep};
use crate::content::{self, Comparison, Content, Placement, Reduced};
use crate::detection::{Detection, LATTICE_LOOK, PILOT_LOOK, WINDOW_LOOK};
use crate::edit_map::{Cause, EditMap};
use crate::effort::{Budget, Effort};
use crate::equalise;
use crate::frame::Frame;
use crate::layout::{self, BEACON_BITS, SEAL_BITS};
use crate::payload::{Beacon, DecodeError, Payload, Seal, SealClaims};
use crate::pilot;
use crate::plane::Plane;
use crate::prediction::predictions;
use crate::pull::Judge;
use crate::raster::Raster;
use crate::read::{Blocks, Gains, View, read};
use crate::register::{self, Pose};
use crate::registration::{Best, Registration};
use crate::spectrum;
use crate::unbend::{self, Bend};

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
        let negative = self.registration.filter(|r| r.inverted).map(|_| received.negative());
        let received = negative.as_ref().unwrap_or(received);
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
    if reader.lacks_seal() && reader.lines > NEGATIVE {
        let negative = received.negative();
        // A negative's smooth parts may have yielded the beacon: small moves and large ones are told apart whichever way they go.
        let found = inverted(&negative, carrier, effort)?.filter(|found| found.seal.is_some() || !reader.is_read());
        if let Some(found) = found {
            return Ok(found);
        }
    }
    Ok(reader.conclude(received, &luma, effort))
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

/// Reads the mark of a picture that was not moved up to what binding it takes; `None` when no seal was read.
#[cfg(feature = "study")]
pub(crate) fn unbound(luma: &Plane, carrier: &Carrier) -> Result<Option<Traced>, CodeError> {
    let mut reader = Reader::new(carrier)?;
    reader.search(luma, Effort::Fast);
    let seal = reader.seal.as_ref().and_then(|d| Seal::decode(&bytes(&d.payload)?).ok());
    Ok(reader.traced(seal.as_ref()))
}

/// Coherence under which a guessed channel is not worth the decoders' time, standard deviations. Chance alone reaches 2.4
/// over the gains of one reading in half of all pictures.
const WORTH_DECODING: f32 = 3.0;

/// Standard deviations from which the picture as it is gets a closer look. Chance reaches it in the coherence over all gains of one
/// unmarked picture in 100, in the pilot of one in 2000.
const SUSPICIOUS: f32 = 3.3;
/// Coherence that says the picture was not moved.
const CLEAR: f32 = 5.5;

/// Sides of the windows in which the pilot is judged under a map that nothing was read at, canonical pixels.
const LARGEST_WINDOW_PX: usize = 1024;
const SMALLEST_WINDOW_PX: usize = 512;
/// Standard deviations of the pilot in the spectrum from which such a map is worth it: the best map of an unmarked picture of 800 px and more has 3.7 to 5. After quarter size, JPEG 10
/// and blur 2 no picture is lost by it.
const LINES_SEEN: f32 = 4.2;

/// Standard deviations of the pilot, in the spectrum or where an unmoved picture has it, from which a picture that yields no seal is looked at as a negative: that turns
/// all projections round and leaves the lines. One that had more would be looked at twice, each time at the false-positive rate. Unmarked pictures of 800 px and more have 5 at
/// most, of variants of some 256 to 640 px one in twenty has more than 7; of 34 marked negatives, rotated and at JPEG 75, none is lost by 8.
const NEGATIVE: f32 = 7.0;

/// Reads one geometry after another and keeps the best of what was read.
struct Reader<'a> {
    carrier: &'a Carrier,
    codes: Codes,
    workspace: Workspace,
    beacon: Option<Decoded>,
    seal: Option<Decoded>,
    /// The most coherent geometry, or the one that decoded.
    best: Option<Best>,
    candidates: u64,
    /// Times a soft codeword was handed to a decoder.
    attempts: u64,
    /// Which of them found the beacon.
    found_at: u64,
    /// What the lattices said before the offsets of scaled and turned pictures were searched, whose millions of candidates would drown it.
    early: Option<Detection>,
    /// How far the pilot stands out where an unmoved picture has it, standard deviations.
    pilot: Detection,
    /// Standard deviations of the pilot's lines at the map that shows them best.
    lines: f32,
    /// How the picture bends, once that was followed.
    bend: Option<Bend>,
    /// Blocks of the reading that decoded, and where its plane lies.
    traced: Option<(Blocks, Placement)>,
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
            found_at: 0,
            early: None,
            pilot: Detection::best_of(0.0, PILOT_LOOK),
            lines: 0.0,
            bend: None,
            traced: None,
        })
    }

    fn is_read(&self) -> bool {
        self.seal.is_some() || self.beacon.is_some()
    }

    /// No seal was read, and it is not known that there is none: a tile that repeats the beacon has none.
    fn lacks_seal(&self) -> bool {
        self.seal.is_none() && !self.traced.as_ref().is_some_and(|(blocks, _)| blocks.repeated)
    }

    /// The geometry needs no more search: something decoded, or the lattices exclude chance. The pilot does not count: its
    /// lines stand out wherever a crop lies.
    fn registered(&self) -> bool {
        self.is_read() || [Some(self.lattice_detection()), self.early].into_iter().flatten().any(|d| d.is_significant())
    }

    /// What the lattices say, this being one of two looks at them: the other is [`Self::early`], and the pilot is a third. A bend is followed only once they
    /// exclude chance or a codeword was read, so what they say after it is no look of its own.
    fn lattice_detection(&self) -> Detection {
        Detection::best_of(self.best.as_ref().map_or(0.0, |b| f64::from(b.coherence)), LATTICE_LOOK * self.candidates)
    }

    /// The best of three kinds of evidence: lattices, pilot, a codeword that decoded.
    fn detection(&self) -> Detection {
        let lattice = self.lattice_detection();
        let read = self.beacon.iter().chain(&self.seal).map(|d| f64::from(d.evidence)).reduce(f64::max);
        let decoded = read.map(|evidence| Detection::decoded(self.found_at, self.attempts, evidence));
        let evidence = [Some(lattice), self.early, Some(self.pilot), decoded].into_iter().flatten();
        evidence.min_by(|a, b| a.log10_p.total_cmp(&b.log10_p)).unwrap_or(lattice)
    }

    /// Climbs from the picture as it is to geometries that cost more, each only when something cheaper gives a reason.
    fn search(&mut self, luma: &Plane, effort: Effort) {
        let native = (luma.width, luma.height);
        let plane = canonical::stretch(Cow::Borrowed(luma), canonical::size(native.0, native.1));
        let (x, y) = (native.0 as f64 / plane.width as f64, native.1 as f64 / plane.height as f64);
        let (shown, whole) = (plane.data.len() as f64, Some([native.0, native.1]));
        let unmoved = Pose { plane, tile_x: 0, tile_y: 0, map: Affine::scaling(x, y), shown, residual: None, whole };
        let coherence = self.read_rung(&unmoved, equalise::LADDER[0], Gains::Coherent(SUSPICIOUS));
        if self.is_complete() {
            return;
        }
        let mut planner = FftPlanner::new();
        let standings = pilot::prominences(&mut planner, &unmoved.plane, &self.carrier.pilot);
        self.pilot = Detection::best_of(f64::from(standings[0]), PILOT_LOOK);
        self.lines = standings[0];
        let marked_here = coherence > SUSPICIOUS || standings[0] > SUSPICIOUS;
        // What the first rung decoded in vain is not decoded again.
        let decode = if coherence > SUSPICIOUS { Self::read_on } else { Self::read_all };
        let Some(budget) = effort.budget() else {
            if marked_here {
                decode(self, &unmoved);
            }
            return;
        };
        let clear = coherence > CLEAR;
        if clear {
            decode(self, &unmoved);
        }
        let frame = Frame::new(luma);
        let small = luma.data.len() <= TILE_PX * TILE_PX / 2;
        if !self.registered()
            && (small || standings[0] > budget.least_for_crop)
            && let Some(pose) = register::cropped(&mut planner, luma, &frame, self.carrier, &mut self.candidates)
        {
            self.read_all(&pose);
        }
        if !self.registered() && marked_here && !clear {
            decode(self, &unmoved);
        }
        if !self.registered() {
            self.search_maps(&mut planner, luma, &frame, &standings, budget);
        }
        self.unbend(luma, &frame);
    }

    /// Follows the bend of a picture that is there and yields no seal.
    fn unbend(&mut self, luma: &Plane, frame: &Frame) {
        if !self.registered() || !self.lacks_seal() {
            return;
        }
        // What the lattices say now is not to drown in the bends tried.
        let now = self.lattice_detection();
        self.early = self.early.filter(|early| early.log10_p < now.log10_p).or(Some(now));
        loop {
            let known = self.beacon.is_some();
            let Some(pose) = self.bent(luma, frame) else { return };
            self.read_all(&pose);
            // Known bits lead further than unknown ones.
            if known || self.beacon.is_none() || self.seal.is_some() {
                return;
            }
        }
    }

    /// The pose of the best geometry, bent as the picture is; `None` when it does not bend.
    fn bent(&mut self, luma: &Plane, frame: &Frame) -> Option<Pose<'static>> {
        let best = self.best?;
        let map = best.map.from(best.tile.map(|at| -at));
        let bits = self.tile(false);
        let lattice = &self.carrier.lattice;
        let judge = Judge { lattice, gain: best.gain, fragile: unbend::FRAGILE, bits: bits.as_deref() };
        let (pose, bend) = register::bent(luma, frame, judge, &map, self.bend.take(), &mut self.candidates)?;
        self.bend = Some(bend);
        Some(pose)
    }

    /// Reads a picture again that bends and gave its seal without that: where it lies beside the map the mark seems to be missing. Whether it bends, and says
    /// the same then.
    fn read_bent(&mut self, luma: &Plane) -> bool {
        let Some(pose) = self.bent(luma, &Frame::new(luma)) else { return false };
        let straight = (self.seal.take(), self.beacon.take(), self.best.take(), self.traced.take());
        self.read_all(&pose);
        let payload = |read: &Option<Decoded>| read.as_ref().map(|d| d.payload.clone());
        let same = payload(&self.seal) == payload(&straight.0) && payload(&self.beacon) == payload(&straight.1);
        if !same {
            (self.seal, self.beacon, self.best, self.traced) = straight;
        }
        same
    }

    /// Reads the whole picture under each map, then whatever part of it lies anywhere.
    fn try_maps(
        &mut self,
        planner: &mut FftPlanner<f32>,
        luma: &Plane,
        frame: &Frame,
        maps: &[Candidate],
        budget: Budget,
    ) {
        for candidate in maps.iter().filter(|m| m.score > budget.least_for_whole) {
            if let Some(pose) = register::whole(luma, &candidate.map, self.carrier, &mut self.candidates) {
                self.read_all(&pose);
            }
            // A picture that was cut a little coheres as a whole one as well: only what reads ends the search.
            if self.is_read() {
                return;
            }
        }
        if self.early.is_none() {
            self.early = Some(self.lattice_detection());
        }
        self.place(planner, luma, frame, maps, budget);
    }

    /// Quarter turns and mirror images, which need no pilot, then the geometries that the pilot suggests.
    fn search_maps(
        &mut self,
        planner: &mut FftPlanner<f32>,
        luma: &Plane,
        frame: &Frame,
        turns: &[f32],
        budget: Budget,
    ) {
        if let Some(pose) = register::turned(luma, self.carrier, &mut self.candidates) {
            self.read_all(&pose);
            if self.registered() {
                return;
            }
        }
        let [little, wholly] = register::reductions(luma);
        let (mut maps, tried) =
            register::candidates(planner, luma, frame, self.carrier, little, budget.sweep, budget.maps);
        self.candidates += tried;
        let mut maps_tried = tried;
        for (map, &standing) in pilot::TURNS.iter().zip(turns).skip(1) {
            if standing > SUSPICIOUS {
                maps.insert(0, Candidate { map: *map, score: standing });
            }
        }
        self.lines = maps.iter().fold(self.lines, |best, map| best.max(map.score));
        self.try_maps(planner, luma, frame, &maps, budget);
        if self.is_read() {
            return;
        }
        if let Some(middle) = register::middle(luma, frame).filter(|_| !self.registered()) {
            // A page seen at an angle has a scale of its own everywhere.
            let ([reduce, _], shown) = (register::reductions(&middle), Frame::new(&middle));
            let (maps, tried) =
                register::candidates(planner, &middle, &shown, self.carrier, reduce, Sweep::Leaning, budget.maps);
            self.candidates += tried;
            self.place(planner, luma, frame, &maps, budget);
            if self.is_read() {
                return;
            }
        }
        if wholly > little && !self.registered() {
            let (more, tried) =
                register::candidates(planner, luma, frame, self.carrier, wholly, budget.sweep, budget.maps);
            self.candidates += tried;
            maps_tried += tried;
            self.try_maps(planner, luma, frame, &more, budget);
            if self.is_read() {
                return;
            }
            maps.extend(more);
            maps.sort_by(|a, b| b.score.total_cmp(&a.score));
        }
        if !self.registered()
            && let Some(pose) = register::resized(luma, frame, self.carrier, &mut self.candidates)
        {
            self.read_all(&pose);
        }
        if let Some(candidate) = maps.first().filter(|m| m.score > LINES_SEEN && !self.registered()) {
            // Nothing reads: are at least the lines there, among their neighbours on the pilot's own grid? A page seen at an angle shows them
            // sharply in its middle only.
            let window = register::window(luma, frame, &candidate.map, LARGEST_WINDOW_PX);
            let [(left, width), (top, height)] =
                [window.width, window.height].map(|side| spectrum::span(0.5 * side as f64, side, SMALLEST_WINDOW_PX));
            let middle =
                ((width, height) != (window.width, window.height)).then(|| window.window(left, top, width, height));
            for window in [Some(window), middle].into_iter().flatten() {
                let standing = pilot::prominences(planner, &window, &self.carrier.pilot)[0];
                let pilot = Detection::best_of(f64::from(standing), WINDOW_LOOK * maps_tried);
                if pilot.log10_p < self.pilot.log10_p {
                    self.pilot = pilot;
                }
            }
        }
    }

    /// Reads the plane under each of the `maps` that stands out, wherever it was cut, until one reads.
    fn place(
        &mut self,
        planner: &mut FftPlanner<f32>,
        luma: &Plane,
        frame: &Frame,
        maps: &[Candidate],
        budget: Budget,
    ) {
        for candidate in maps.iter().filter(|m| m.score > budget.least) {
            let pose = register::placed(planner, luma, frame, &candidate.map, self.carrier, &mut self.candidates);
            if let Some(pose) = pose {
                self.read_all(&pose);
            }
            if self.is_read() {
                return;
            }
        }
    }

    fn is_complete(&self) -> bool {
        self.seal.is_some() && self.beacon.is_some()
    }

    /// Reads `pose` through the equaliser's ladder until beacon and seal are decoded.
    fn read_all(&mut self, pose: &Pose<'_>) {
        // The clear channel is decoded whatever its coherence: noise can hide the double angle and leave the bits.
        self.read_rung(pose, equalise::LADDER[0], Gains::Coherent(f32::NEG_INFINITY));
        if !self.is_complete() {
            self.read_on(pose);
        }
    }

    /// Reads `pose` through all but the first rung, which was decoded in vain.
    fn read_on(&mut self, pose: &Pose<'_>) {
        let coherent = equalise::LADDER[1..].iter().map(|&channel| (channel, Gains::Coherent(WORTH_DECODING)));
        let usual = equalise::LADDER.iter().filter(|c| c.noise > 0.0 || **c == equalise::LADDER[0]);
        for (channel, gains) in coherent.chain(usual.map(|&channel| (channel, Gains::Usual))) {
            self.read_rung(pose, channel, gains);
            if self.is_complete() {
                return;
            }
        }
    }

    /// Reads `pose` through one channel and gives back its coherence.
    fn read_rung(&mut self, pose: &Pose<'_>, channel: equalise::Channel, gains: Gains) -> f32 {
        let undone = channel.undo(&pose.plane);
        let plane = undone.as_ref().unwrap_or(&pose.plane);
        let tile = (pose.tile_x, pose.tile_y);
        let predict = || pose.whole.map_or_else(Vec::new, |size| predictions(&pose.plane, size));
        let view = View { plane, tile, noise: channel.noise, predict: &predict };
        let reading = read(&view, self.carrier, &self.codes, gains, &mut self.workspace);
        self.candidates += reading.candidates;
        if self.beacon.is_none() {
            self.found_at = self.attempts + reading.until_found;
        }
        self.attempts += reading.attempts;
        let decoded = reading.seal.is_some() || reading.beacon.is_some();
        let seal_is_new = self.seal.is_none() && reading.seal.is_some();
        let better = self.best.as_ref().is_none_or(|b| reading.coherence > b.coherence);
        if seal_is_new || !decoded && better || self.best.is_none() {
            let coherence = self.best.as_ref().map_or(reading.coherence, |b| b.coherence.max(reading.coherence));
            let (tile, residual) = ([tile.0 as f64, tile.1 as f64], pose.residual);
            let (map, shown, gain) = (pose.map, pose.shown, reading.gain);
            self.best = Some(Best { coherence, map, shown, tile, residual, channel, gain });
        }
        if let Some(blocks) = reading.blocks.filter(|_| seal_is_new || self.traced.is_none()) {
            let tile = [pose.tile_x, pose.tile_y].map(|at| at as f64);
            self.traced = Some((blocks, Placement { map: pose.map, tile }));
        }
        self.seal = self.seal.take().or(reading.seal);
        self.beacon = self.beacon.take().or(reading.beacon);
        reading.coherence
    }

    /// The tile's bits, as far as the decoded messages tell.
    fn tile(&self, repeated: bool) -> Option<Vec<Option<u8>>> {
        let beacon = self.codes.beacon.encode(&self.beacon.as_ref()?.payload).ok()?;
        let seal = self.seal.as_ref().and_then(|d| self.codes.seal.encode(&d.payload).ok());
        let known = if seal.is_some() || repeated { TILE_BITS } else { BEACON_BITS };
        let bits = layout::tile(&beacon, seal.as_deref());
        Some(bits.into_iter().enumerate().map(|(i, bit)| (i < known).then_some(bit)).collect())
    }

    /// What was read, with what `seal` states, for binding it to the picture.
    fn traced(&mut self, seal: Option<&Seal>) -> Option<Traced> {
        let (blocks, placement) = self.traced.take()?;
        let bits = self.tile(blocks.repeated)?;
        let claims = seal.map(|seal| seal.unverified_claims).filter(|claims| !claims.content_hash.is_none());
        Some(Traced { blocks, placement, bits, claims })
    }

    fn conclude(mut self, raster: &Raster, luma: &Plane, effort: Effort) -> Extraction {
        let detection = self.detection();
        if !detection.is_significant() {
            // So many decodings were tried that chance may have passed the CRC: not evidence, so not shown.
            (self.beacon, self.seal) = (None, None);
        }
        let found = self.registered();
        let corrections = |d: &Decoded, length| Corrections { corrected: d.corrected, erased: d.erased, length };
        let mut unreadable = None;
        let mut keep = |error| {
            unreadable.get_or_insert(error);
        };
        let beacon = self.beacon.as_ref().and_then(|d| bytes(&d.payload));
        let beacon = beacon.and_then(|b| Beacon::decode(&b).map_err(&mut keep).ok());
        // The beacon says how the seal is to be understood.
        let seal = self.seal.as_ref().filter(|_| beacon.is_some()).and_then(|d| bytes(&d.payload));
        let seal = seal.and_then(|b| Seal::decode(&b).map_err(&mut keep).ok());
        let mut bound = self.traced(seal.as_ref()).map(|traced| traced.bind(raster, luma));
        let seems_bent =
            |(map, _): &(EditMap, _)| map.regions().iter().any(|region| region.cause == Cause::MarkMissing);
        if effort != Effort::Fast && seal.is_some() && bound.as_ref().is_some_and(seems_bent) && self.read_bent(luma) {
            bound = self.traced(seal.as_ref()).map(|traced| traced.bind(raster, luma));
        }
        let (edit_map, content) = bound.unzip();
        Extraction {
            beacon,
            seal,
            content: content.flatten(),
            edit_map,
            transparent: raster.transparent(),
            unreadable,
            beacon_code: self.beacon.as_ref().map(|d| corrections(d, BEACON_BITS)),
            seal_code: self.seal.as_ref().map(|d| corrections(d, SEAL_BITS)),
            detection,
            registration: self.best.filter(|_| found).map(|best| best.registration(seal.as_ref(), self.candidates)),
        }
    }
}
