//! `[X]` One picture's way from its luma to what was read: geometries in the order of their cost, each through the ladder of channels.

use std::borrow::Cow;

use rustfft::FftPlanner;

use super::{Corrections, Extraction};
use crate::affine::{Affine, Linear};
use crate::bind::Traced;
use crate::canonical;
use crate::carrier::{Carrier, SHIFTS, TILE_BITS, TILE_PX};
use crate::codes::{Codes, bytes};
use crate::coding::{CodeError, Decoded, Workspace};
use crate::constellation::{self, Candidate};
use crate::content::Placement;
use crate::detection::{DOWN_LOOK, Detection, LATTICE_LOOK, PILOT_LOOK, WINDOW_LOOK};
use crate::edit_map::{Cause, EditMap};
use crate::effort::{Budget, Effort};
use crate::equalise;
use crate::frame::WINDOW_PX;
use crate::layout::{self, BEACON_BITS, SEAL_BITS};
use crate::payload::{Beacon, Seal};
use crate::pilot;
use crate::plane::Plane;
use crate::prediction::predictions;
use crate::pull::Judge;
use crate::raster::Raster;
use crate::read::{Blocks, Gains, View, read, tiles_on};
use crate::register::{LARGE_WINDOW_PX, Pose, Scene};
use crate::registration::Best;
use crate::spectrum::{self, Even, Spectrum};
use crate::tilt::Tilt;
use crate::unbend::{self, Bend};

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
/// Received pixels along a side of the larger one, at least, as far as its side allows: at quarter size 1024 canonical pixels are 256.
const LEAST_RECEIVED_PX: f64 = 512.0;
const WIDEST_WINDOW_PX: f64 = 2048.0;
/// Standard deviations of the pilot in the spectrum from which such a map is worth it: the best map of an unmarked picture of 800 px and more has 3.7 to 5. After quarter size, JPEG 10
/// and blur 2 no picture is lost by it.
const LINES_SEEN: f32 = 4.2;

/// Standard deviations of the pilot from which a picture that yields no seal is looked at as a negative, which turns all projections round and leaves the lines: on its own grid, where chance has
/// them in one picture of 10 million, and under the best of all maps. An unmarked picture above is looked at twice, each time at the false-positive rate: those of 800 px and more
/// have 5 under their best map at most, but one in twenty variants of 256 to 640 px has more than 7. Of 884 marked negatives of 256 to 640 px ten have less.
const STANDING: f32 = 5.5;
const LINES: f32 = 7.0;

/// Standard deviations of the pilot's lines in the spectrum that leave no doubt of a map, if they stand out on their own grid too: so what is done then costs unmarked pictures nothing.
const SURE: f32 = 8.0;

/// How a picture is tilted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tilted {
    pub(super) tilt: Tilt,
    /// The map of the level picture.
    map: Candidate,
    /// Maps that were tried to find it.
    tried: u64,
}

/// Reads one geometry after another and keeps the best of what was read.
pub(super) struct Reader<'a> {
    pub(super) carrier: &'a Carrier,
    codes: Codes,
    workspace: Workspace,
    planner: FftPlanner<f32>,
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
    /// Standard deviations of the pilot on its own grid, the picture being as it is or turned by quarters.
    standing: f32,
    /// Standard deviations of the pilot's lines at the map that shows them best.
    lines: f32,
    /// How the picture bends, once that was followed.
    bend: Option<Bend>,
    /// How the picture is tilted, where the pilot shows it.
    pub(super) tilted: Option<Tilted>,
    /// Blocks of the reading that decoded, and where its plane lies.
    traced: Option<(Blocks, Placement)>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(carrier: &'a Carrier) -> Result<Self, CodeError> {
        Ok(Self {
            carrier,
            codes: Codes::new()?,
            workspace: Workspace::default(),
            planner: FftPlanner::new(),
            beacon: None,
            seal: None,
            best: None,
            candidates: 0,
            attempts: 0,
            found_at: 0,
            early: None,
            pilot: Detection::best_of(0.0, PILOT_LOOK),
            standing: 0.0,
            lines: 0.0,
            bend: None,
            tilted: None,
            traced: None,
        })
    }

    pub(super) fn is_read(&self) -> bool {
        self.seal.is_some() || self.beacon.is_some()
    }

    /// What was read is no chance: a beacon that hundreds of attempts found may be.
    fn settled(&self) -> bool {
        self.is_read() && self.detection().is_significant()
    }

    /// No seal was read, and it is not known that there is none: a tile that repeats the beacon has none.
    pub(super) fn lacks_seal(&self) -> bool {
        self.seal.is_none() && !self.traced.as_ref().is_some_and(|(blocks, _)| blocks.repeated)
    }

    /// The pilot stands out, whichever way the lattices lie.
    pub(super) fn shows_pilot(&self) -> bool {
        self.standing > STANDING || self.lines > LINES
    }

    /// The geometry needs no more search: something decoded, or the lattices exclude chance. The pilot does not count: its
    /// lines stand out wherever a crop lies.
    fn registered(&self) -> bool {
        self.settled() || [Some(self.lattice_detection()), self.early].into_iter().flatten().any(|d| d.is_significant())
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
    pub(super) fn search(&mut self, luma: &Plane, effort: Effort) {
        let native = (luma.width, luma.height);
        let plane = canonical::stretch(Cow::Borrowed(luma), canonical::size(native.0, native.1));
        let (x, y) = (native.0 as f64 / plane.width as f64, native.1 as f64 / plane.height as f64);
        let (shown, whole) = (plane.data.len() as f64, Some([native.0, native.1]));
        let mut unmoved =
            Pose { plane, tile_x: 0, tile_y: 0, map: Affine::scaling(x, y), shown, residual: None, whole };
        let coherence = self.read_rung(&unmoved, equalise::LADDER[0], Gains::Coherent(SUSPICIOUS));
        if !self.is_complete() && coherence > SUSPICIOUS {
            unmoved = self.moved_on(unmoved);
            if unmoved.tile_x > 0 {
                self.read_rung(&unmoved, equalise::LADDER[0], Gains::Coherent(SUSPICIOUS));
            }
        }
        if self.is_complete() {
            return;
        }
        let standings = pilot::prominences(&mut self.planner, &unmoved.plane, &self.carrier.pilot);
        self.pilot = Detection::best_of(f64::from(standings[0]), PILOT_LOOK);
        self.standing = standings.into_iter().fold(0.0, f32::max);
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
        let scene = Scene::new(luma, self.carrier);
        let small = luma.data.len() <= TILE_PX * TILE_PX / 2;
        if !self.registered()
            && (small || standings[0] > budget.least_for_crop)
            && let Some(pose) = scene.cropped(&mut self.planner, &mut self.candidates)
        {
            self.read_all(&pose);
        }
        if !self.registered() && marked_here && !clear {
            decode(self, &unmoved);
        }
        let [little, _] = scene.reductions();
        let even = (!self.registered()).then(|| scene.evened(little));
        if let Some(even) = &even {
            self.search_maps(&scene, even, &standings, budget);
        }
        self.unbend(&scene);
        if !clear && self.lacks_seal() {
            let even = even.unwrap_or_else(|| scene.evened(little));
            let (tilt, tried) = scene.tilt(&mut self.planner, &even, little);
            self.tilted = tilt.map(|(tilt, map)| Tilted { tilt, map, tried });
        }
    }

    /// `pose`, a whole picture's, or what coheres better than it: the same blocks, whole tiles further on. The picture was cut so, or stands beside another one.
    fn moved_on<'p>(&mut self, pose: Pose<'p>) -> Pose<'p> {
        self.candidates += SHIFTS as u64 - 1;
        match tiles_on(&pose.plane, self.carrier, (pose.tile_x, pose.tile_y)) {
            0 => pose,
            tiles => Pose { tile_x: pose.tile_x + tiles * TILE_PX, whole: None, ..pose },
        }
    }

    /// Follows the bend of a picture that is there and yields no seal.
    fn unbend(&mut self, scene: &Scene<'_>) {
        if !self.registered() && !self.is_read() || !self.lacks_seal() {
            return;
        }
        // What the lattices say now is not to drown in the bends tried.
        let now = self.lattice_detection();
        self.early = self.early.filter(|early| early.log10_p < now.log10_p).or(Some(now));
        loop {
            let known = self.beacon.is_some();
            let Some(pose) = self.bent(scene) else { return };
            self.read_all(&pose);
            // Known bits lead further than unknown ones.
            if known || self.beacon.is_none() || self.seal.is_some() {
                return;
            }
        }
    }

    /// The pose of the best geometry, bent as the picture is; `None` when it does not bend.
    fn bent(&mut self, scene: &Scene<'_>) -> Option<Pose<'static>> {
        let best = self.best?;
        let map = best.map.from(best.tile.map(|at| -at));
        let bits = self.tile(false);
        let blind = Judge::blind(&self.carrier.lattice, unbend::FRAGILE);
        let judge = Judge { gain: best.gain, bits: bits.as_deref(), ..blind };
        let (pose, bend) = scene.bent(judge, &map, self.bend.take(), &mut self.candidates)?;
        self.bend = Some(bend);
        Some(pose)
    }

    /// Reads a picture again that bends and gave its seal without that: where it lies beside the map the mark seems to be missing. Whether it bends, and says
    /// the same then.
    fn read_bent(&mut self, luma: &Plane) -> bool {
        let Some(pose) = self.bent(&Scene::new(luma, self.carrier)) else { return false };
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
    fn try_maps(&mut self, scene: &Scene<'_>, maps: &[Candidate], budget: Budget) {
        for candidate in maps.iter().filter(|m| m.score > budget.least_for_whole) {
            self.read_whole(scene, &candidate.map, false);
            if !self.is_read() && self.is_sure(scene, candidate) {
                self.read_whole(scene, &candidate.map, true);
            }
            // A picture that was cut a little coheres as a whole one as well: only what reads ends the search.
            if self.is_read() {
                return;
            }
        }
        if self.early.is_none() {
            self.early = Some(self.lattice_detection());
        }
        self.place(scene, maps, budget);
        let best = maps.iter().max_by(|a, b| a.score.total_cmp(&b.score));
        if let Some(candidate) = best.filter(|best| !self.is_read() && self.is_sure(scene, best)) {
            self.insist(scene, &candidate.map);
        }
        self.sharpen(scene);
    }

    /// Reads the plane as a whole picture under `map`, if it coheres as one.
    fn read_whole(&mut self, scene: &Scene<'_>, map: &Linear, surely: bool) {
        if let Some(pose) = scene.whole(map, surely, &mut self.candidates) {
            self.read_all(&pose);
        }
    }

    /// Whether the lines leave no doubt of a map: in the spectrum, and on their own grid, where the comb of a repeated pattern stands beside them as well.
    fn is_sure(&mut self, scene: &Scene<'_>, candidate: &Candidate) -> bool {
        candidate.score > SURE && self.standings_under(scene, &candidate.map).any(|standing| standing > STANDING)
    }

    /// Reads a picture that `map` was done to for sure, and of which recompression left so little that no part of 640 px coheres: where a larger part does, or turned about its middle.
    fn insist(&mut self, scene: &Scene<'_>, map: &Linear) {
        if let Some(pose) = scene.placed(&mut self.planner, map, LARGE_WINDOW_PX, &mut self.candidates) {
            self.read_all(&pose);
        }
        let mut poses = scene.centred(map);
        while !self.is_read()
            && let Some(pose) = poses.next()
        {
            self.glance(&pose);
        }
    }

    /// Reads a picture again that was placed and gave its beacon alone, which reads long before a seal and whose bits place it better.
    fn sharpen(&mut self, scene: &Scene<'_>) {
        if self.lacks_seal()
            && let (Some(best), Some(bits)) = (self.best.filter(|best| best.residual.is_some()), self.tile(false))
        {
            let blind = Judge::blind(&self.carrier.lattice, unbend::FRAGILE);
            let judge = Judge { gain: best.gain, bits: Some(&bits), unknown: false, ..blind };
            let pose = scene.sharpened(judge, &best.map.from(best.tile.map(|at| -at)), &mut self.candidates);
            self.read_all(&pose);
        }
    }

    /// Quarter turns and mirror images, which need no pilot, then the geometries that the pilot suggests.
    /// `even` is the plane, reduced by little, evened out.
    fn search_maps(&mut self, scene: &Scene<'_>, even: &Even, turns: &[f32], budget: Budget) {
        if let Some(pose) = scene.turned(&mut self.candidates) {
            let pose = self.moved_on(pose);
            self.read_all(&pose);
            if self.registered() {
                return;
            }
        }
        let [little, wholly] = scene.reductions();
        let spectrum = Spectrum::new(&mut self.planner, even);
        let (mut maps, tried) = scene.candidates(&spectrum, little, budget.sweep, budget.maps);
        self.candidates += tried;
        let mut maps_tried = tried;
        for (map, &standing) in pilot::TURNS.iter().zip(turns).skip(1) {
            if standing > SUSPICIOUS {
                maps.insert(0, Candidate { map: *map, score: standing });
            }
        }
        self.lines = maps.iter().fold(self.lines, |best, map| best.max(map.score));
        self.try_maps(scene, &maps, budget);
        if self.settled() {
            return;
        }
        if wholly > little && !self.registered() {
            let spectrum = Spectrum::new(&mut self.planner, &scene.evened(wholly));
            let (more, tried) = scene.candidates(&spectrum, wholly, budget.sweep, budget.maps);
            self.candidates += tried;
            maps_tried += tried;
            self.try_maps(scene, &more, budget);
            if self.settled() {
                return;
            }
            maps.extend(more);
            maps.sort_by(|a, b| b.score.total_cmp(&a.score));
        }
        if !self.registered()
            && let Some(pose) = scene.resized(&mut self.candidates)
        {
            let pose = self.moved_on(pose);
            self.read_all(&pose);
        }
        if let Some(candidate) = maps.first().filter(|m| m.score > LINES_SEEN && !self.registered()) {
            // Nothing reads: are at least the lines there?
            self.judge_lines(scene, &candidate.map, WINDOW_LOOK * maps_tried);
        }
        if !self.registered() {
            let (candidate, tried) = scene.scaled_down(&spectrum, little);
            self.candidates += tried;
            if candidate.score > LINES_SEEN {
                self.judge_lines(scene, &candidate.map, DOWN_LOOK * tried);
            }
        }
    }

    /// Judges the lines under the best map of so many candidates.
    fn judge_lines(&mut self, scene: &Scene<'_>, map: &Linear, candidates: u64) {
        for standing in self.standings_under(scene, map) {
            let pilot = Detection::best_of(f64::from(standing), candidates);
            if pilot.log10_p < self.pilot.log10_p {
                self.pilot = pilot;
            }
        }
    }

    /// How far the lines stand out among their neighbours on the pilot's own grid under a map: of a large window, and of its middle, since a bent picture shows them
    /// sharply there only. Of a picture that was scaled down by much, lines that its pixels cannot show are left out, and the window holds as much more.
    fn standings_under(&mut self, scene: &Scene<'_>, map: &Linear) -> impl Iterator<Item = f32> + use<> {
        let pitch = map.determinant().abs().sqrt();
        let most = (LEAST_RECEIVED_PX / pitch).clamp(LARGEST_WINDOW_PX as f64, WIDEST_WINDOW_PX);
        let window = scene.window(map, most as usize);
        let lines = constellation::shown(&self.carrier.pilot, map);
        let [(left, width), (top, height)] =
            [window.width, window.height].map(|side| spectrum::span(0.5 * side as f64, side, SMALLEST_WINDOW_PX));
        let middle =
            ((width, height) != (window.width, window.height)).then(|| window.window(left, top, width, height));
        let mut standing = |window: Plane| pilot::prominences(&mut self.planner, &window, &lines)[0];
        [Some(standing(window)), middle.map(standing)].into_iter().flatten()
    }

    /// Reads a picture that was levelled.
    pub(super) fn read_level(&mut self, luma: &Plane, tilted: &Tilted, budget: Budget) {
        let scene = Scene::new(luma, self.carrier);
        self.place(&scene, &[tilted.map], budget);
        if !self.is_read() && self.is_sure(&scene, &tilted.map) {
            self.insist(&scene, &tilted.map.map);
        }
        self.sharpen(&scene);
        self.unbend(&scene);
        if !self.settled() {
            self.judge_lines(&scene, &tilted.map.map, WINDOW_LOOK * tilted.tried);
        }
    }

    /// Reads the plane under each of the `maps` that stands out, wherever it was cut, until one reads.
    fn place(&mut self, scene: &Scene<'_>, maps: &[Candidate], budget: Budget) {
        for candidate in maps.iter().filter(|m| m.score > budget.least) {
            let pose = scene.placed(&mut self.planner, &candidate.map, WINDOW_PX, &mut self.candidates);
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

    /// Reads `pose` as it is and as if it had been made smaller, until something is decoded.
    fn glance(&mut self, pose: &Pose<'_>) {
        for &channel in &equalise::LADDER[..2] {
            self.read_rung(pose, channel, Gains::Coherent(f32::NEG_INFINITY));
            if self.is_read() {
                return;
            }
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
        let seal_is_new = self.seal.is_none() && reading.seal.is_some();
        let beacon_is_new = self.beacon.is_none() && reading.beacon.is_some();
        let better = self.best.as_ref().is_none_or(|b| reading.coherence > b.coherence);
        if seal_is_new || beacon_is_new || better && !self.is_read() {
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

    pub(super) fn conclude(mut self, raster: &Raster, luma: &Plane, effort: Effort) -> Extraction {
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

/// Reads the mark of a picture that was not moved up to what binding it takes; `None` when no seal was read.
#[cfg(feature = "study")]
pub(crate) fn unbound(luma: &Plane, carrier: &Carrier) -> Result<Option<Traced>, CodeError> {
    let mut reader = Reader::new(carrier)?;
    reader.search(luma, Effort::Fast);
    let seal = reader.seal.as_ref().and_then(|d| Seal::decode(&bytes(&d.payload)?).ok());
    Ok(reader.traced(seal.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::CarrierKey;

    #[test]
    fn faint_lines_count_on_the_pilots_own_grid_and_not_under_the_best_of_all_maps() {
        let carrier = Carrier::new(&CarrierKey::PUBLIC);
        for (standing, lines, shows) in [(0.0, 0.0, false), (6.0, 0.0, true), (0.0, 6.5, false), (0.0, 7.5, true)] {
            let reader = Reader { standing, lines, ..Reader::new(&carrier).unwrap() };
            assert_eq!(reader.shows_pilot(), shows, "{standing} and {lines}");
        }
    }

    #[test]
    fn a_comb_is_no_doubtless_map_however_far_its_lines_stand_out() {
        let carrier = Carrier::new(&CarrierKey::PUBLIC);
        let mut plane = crate::testing::noise(768, 768, 0.0, 1.0, 3);
        for (i, sample) in plane.data.iter_mut().enumerate() {
            *sample += if (i % 768 / 5 + i / 768 / 5) % 2 == 0 { 20.0 } else { 220.0 };
        }
        let mut reader = Reader::new(&carrier).unwrap();
        let scene = Scene::new(&plane, &carrier);
        let spectrum = Spectrum::new(&mut reader.planner, &scene.evened(1.0));
        let (maps, _) = scene.candidates(&spectrum, 1.0, crate::constellation::Sweep::Usual, 6);
        assert!(maps[0].score > SURE, "{}", maps[0].score);
        assert!(!maps.iter().any(|map| reader.is_sure(&scene, map)));
    }
}
