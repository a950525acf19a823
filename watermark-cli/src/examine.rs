//! One file -> everything that can be found out about it: decode, extract, judge.

use std::time::Instant;

use anyhow::Result;
use watermark_core::{Carrier, Effort, Extraction, Raster, extract, judge};
use watermark_files::Format;

use crate::args::Reading;
use crate::batch::guarded;
use crate::binding;
use crate::inputs::Input;
use crate::json::{ImageFacts, Record, Timing};
use crate::memory::Memory;
use crate::trust::{self, Trust};
use crate::{key_store, picture};

/// What reading needs, made once.
pub(crate) struct Examiner {
    pub(crate) carrier: Carrier,
    pub(crate) effort: Effort,
    pub(crate) trust: Trust,
    /// Whether to draw edit maps.
    pub(crate) draws_maps: bool,
}

/// Findings about one file.
pub(crate) struct Examined {
    /// In the shape of `verify --json`.
    pub(crate) record: Record,
    /// As the core gave it; `None` when the file could not be read.
    pub(crate) extraction: Option<Extraction>,
    /// The edit map as a PNG, when it was asked for and something was read.
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
            draws_maps: false,
        })
    }

    /// Reads one input. Whatever goes wrong becomes part of the findings.
    pub(crate) fn input(&self, input: &Input, memory: &Memory) -> Examined {
        let start = Instant::now();
        settle(&input.shown, start, || self.try_bytes(&input.shown, &input.read()?, memory, start))
    }

    /// Reads bytes that are in memory already.
    pub(crate) fn bytes(&self, name: &str, bytes: &[u8], memory: &Memory) -> Examined {
        let start = Instant::now();
        settle(name, start, || self.try_bytes(name, bytes, memory, start))
    }

    fn try_bytes(&self, name: &str, bytes: &[u8], memory: &Memory, start: Instant) -> Result<Examined> {
        let decoding = Instant::now();
        let (file, _share) = picture::decode(bytes, memory)?;
        let decode = since(decoding);
        let facts = image_facts(file.format, &file.raster);
        let extracting = Instant::now();
        let extraction = extract(&file.raster, &self.carrier, self.effort)?;
        let extract = since(extracting);
        let report = judge(extraction, &self.trust.store);
        let mut record = Record::of_report(name, facts, &report, &self.trust.store);
        record.timing_ms = Timing { decode, extract, total: since(start) };
        let map = if self.draws_maps { binding::map(&report.extraction, &file.raster)? } else { None };
        Ok(Examined { record, extraction: Some(report.extraction), map })
    }
}

/// A failed work's error as findings.
fn settle(name: &str, start: Instant, work: impl FnOnce() -> Result<Examined>) -> Examined {
    guarded(work).unwrap_or_else(|error| {
        let timing = Timing { total: since(start), ..Timing::default() };
        Examined { record: Record::of_error(name, &error, timing), extraction: None, map: None }
    })
}

fn image_facts(format: Format, raster: &Raster) -> ImageFacts {
    let format = match format {
        Format::Png => "png",
        Format::Jpeg => "jpeg",
        Format::WebP => "webp",
        Format::Avif => "avif",
    };
    ImageFacts { format, width: raster.width(), height: raster.height() }
}

/// Milliseconds since `start`, to the microsecond.
pub(crate) fn since(start: Instant) -> f64 {
    start.elapsed().as_micros() as f64 / 1000.0
}
