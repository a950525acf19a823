//! One file -> everything that can be found out about it: decode, extract, judge.

use std::time::Instant;

use anyhow::Result;
use sha2::{Digest as _, Sha256};
use watermark_core::payload::{Beacon, hex};
use watermark_core::{
    Carrier, Effort, Extraction, Language, Raster, RecordCheck, chain_unchecked, check_record, extract, judge,
};
use watermark_files::DecodeError;
use watermark_label::Evidence;
use watermark_report::{
    ContentFacts, ImageFacts, LedgerFacts, Record, RecordFacts, Timing, edit_map_png, signature_facts,
};

use crate::args::{Auditing, Reading};
use crate::batch::guarded;
use crate::inputs::Input;
use crate::ledger::{Decoded, Index};
use crate::manifest::ManifestReader;
use crate::memory::Memory;
use crate::stamping::now;
use crate::trust::{self, Trust};
use crate::{key_store, label_evidence, picture};

/// What reading needs, made once.
pub(crate) struct Examiner {
    pub(crate) carrier: Carrier,
    pub(crate) effort: Effort,
    pub(crate) trust: Trust,
    /// Reads the file's C2PA manifest.
    pub(crate) manifests: ManifestReader,
    /// Where to look up the serial that a mark names.
    pub(crate) ledger: Option<Index>,
    /// Of which pictures to draw edit maps.
    pub(crate) maps: Maps,
    /// In which language to say what bears on labelling; `None` where nobody asks for it.
    pub(crate) labels: Option<Language>,
}

/// Of which pictures an edit map is drawn: a whole picture each, so that a report on many holds those that have something to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Maps {
    /// Of none.
    None,
    /// Of those in which changed parts were found.
    Edited,
    /// Of every one that can be mapped.
    All,
}

/// Findings about one file.
pub(crate) struct Examined {
    /// In the shape of `verify --json`.
    pub(crate) record: Record,
    /// As the core gave it; `None` when the file could not be read.
    pub(crate) extraction: Option<Extraction>,
    /// What bears on labelling; `None` when the file could not be read, and unless asked for.
    pub(crate) labels: Option<Evidence>,
    /// Where the picture was edited, drawn over it as a PNG; reports show it.
    pub(crate) map: Option<Vec<u8>>,
}

impl Examiner {
    /// Loads keys and directories.
    ///
    /// # Errors
    /// When one of them cannot be used.
    pub(crate) fn new(args: &Reading) -> Result<Self> {
        Ok(Self {
            carrier: key_store::carrier(args.carrier_key.as_deref())?,
            effort: args.effort.into(),
            trust: trust::load(&args.trust)?,
            manifests: ManifestReader::open(&args.c2pa)?,
            ledger: None,
            maps: Maps::None,
            labels: None,
        })
    }

    /// The same, with a ledger to look serials up in.
    ///
    /// # Errors
    /// When a key, a directory or the ledger cannot be used.
    pub(crate) fn with_ledger(args: &Reading, auditing: &Auditing) -> Result<Self> {
        let ledger = auditing.ledger.as_deref().map(Index::new).transpose()?;
        Ok(Self { ledger, ..Self::new(args)? })
    }

    /// Reads one input. Whatever goes wrong becomes part of the findings.
    pub(crate) fn input(&self, input: &Input, memory: &Memory) -> Examined {
        let start = Instant::now();
        let mut sha256 = None;
        let mut found = settle(&input.shown, start, || {
            let bytes = input.read()?;
            sha256 = Some(hex::encode(&Sha256::digest(&bytes)));
            self.try_bytes(&input.shown, &bytes, memory, start)
        });
        // Of a file that is no picture too: the report says of which file it speaks.
        found.record.sha256 = sha256;
        found.record.add_outdated(&self.trust.outdated);
        found
    }

    /// Reads bytes that are in memory already.
    pub(crate) fn bytes(&self, name: &str, bytes: &[u8], memory: &Memory) -> Examined {
        let start = Instant::now();
        let mut found = settle(name, start, || self.try_bytes(name, bytes, memory, start));
        found.record.add_outdated(&self.trust.outdated);
        found
    }

    fn try_bytes(&self, name: &str, bytes: &[u8], memory: &Memory, start: Instant) -> Result<Examined> {
        let decoding = Instant::now();
        let (file, _share) = picture::decode(bytes, memory)?;
        let decode = since(decoding);
        let facts = ImageFacts::new(Some(file.format), &file.raster);
        let extracting = Instant::now();
        let extraction = extract(&file.raster, &self.carrier, self.effort)?;
        let extract = since(extracting);
        let report = judge(extraction, &self.trust.store).at(now()?);
        let mut record = Record::of_report(name, facts, &report, &self.trust.store);
        if let (Some(index), Some(beacon)) = (&self.ledger, &report.extraction.beacon) {
            let picture = (&report.extraction, &file.raster);
            self.look_up(index, beacon, picture, &Sha256::digest(bytes).into(), &mut record);
        }
        self.manifests.examine(bytes, &file, &report.extraction, &mut record);
        record.timing_ms = Timing { decode, extract, total: since(start) };
        let drawn = match self.maps {
            Maps::None => false,
            Maps::Edited => !record.regions.is_empty(),
            Maps::All => true,
        };
        let map = if drawn { edit_map_png(&report.extraction, &file.raster)? } else { None };
        let labels = self
            .labels
            .map(|language| label_evidence::gather(&record, &report.extraction, &file, &self.trust.store, language));
        Ok(Examined { record, extraction: Some(report.extraction), labels, map })
    }

    /// Adds what the ledger knows of a beacon, held against the picture that it was read from.
    fn look_up(
        &self,
        index: &Index,
        beacon: &Beacon,
        (extraction, picture): (&Extraction, &Raster),
        sha256: &[u8; 32],
        to: &mut Record,
    ) {
        let file = index.path().to_string_lossy().into_owned();
        let mut facts = LedgerFacts { file, records: Vec::new(), error: None };
        match index.find(beacon.key_id, beacon.serial) {
            Ok(found) => {
                for decoded in &found {
                    let check = check_record(beacon, &decoded.payload, &self.trust.store).compare(extraction, picture);
                    let signed = to.signature.valid == Some(true);
                    let words = |language| {
                        let statement = signed.then(|| check.statement(language)).flatten();
                        statement.unwrap_or_else(|| check.sentence(language))
                    };
                    to.conclusion.en.push(words(Language::English));
                    to.conclusion.ko.push(words(Language::Korean));
                    if !signed {
                        to.conclusion.en.extend(check.revocation(Language::English));
                        to.conclusion.ko.extend(check.revocation(Language::Korean));
                    }
                    facts.records.push(record_facts(decoded, &check, sha256));
                }
                if !found.is_empty() {
                    to.conclusion.en.push(chain_unchecked(Language::English, &facts.file));
                    to.conclusion.ko.push(chain_unchecked(Language::Korean, &facts.file));
                }
            }
            Err(error) => facts.error = Some(format!("{error:#}")),
        }
        to.ledger = Some(facts);
    }
}

/// Why a file is no picture, in Korean; `None` for other errors.
fn korean(error: &anyhow::Error) -> Option<String> {
    error.chain().find_map(|cause| cause.downcast_ref::<DecodeError>()).map(DecodeError::korean)
}

/// A failed work's error as findings.
fn settle(name: &str, start: Instant, work: impl FnOnce() -> Result<Examined>) -> Examined {
    guarded(work).unwrap_or_else(|error| {
        let timing = Timing { total: since(start), ..Timing::default() };
        Examined {
            record: Record::of_error(name, format!("{error:#}"), korean(&error), timing),
            extraction: None,
            labels: None,
            map: None,
        }
    })
}

fn record_facts(decoded: &Decoded, check: &RecordCheck<'_>, sha256: &[u8; 32]) -> RecordFacts {
    let record = decoded.record.clone();
    let sha256 = hex::encode(sha256);
    RecordFacts {
        n: record.n,
        holds: check.holds(),
        same_beacon: check.same_beacon,
        picture: check.of_picture().name(),
        content: check.content.as_ref().map(ContentFacts::of),
        signature: signature_facts(Some(&check.signature)),
        time: record.time,
        system: record.system,
        content_hash: record.content_hash,
        profile: record.profile,
        this_file: match () {
            () if record.output_sha256 == sha256 => Some("output"),
            () if record.cover_sha256 == sha256 => Some("cover"),
            () => None,
        },
        cover_sha256: record.cover_sha256,
        output_sha256: record.output_sha256,
    }
}

/// Milliseconds since `start`, to the microsecond.
pub(crate) fn since(start: Instant) -> f64 {
    start.elapsed().as_micros() as f64 / 1000.0
}
