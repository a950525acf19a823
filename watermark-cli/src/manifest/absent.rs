//! The same interface in a program built without C2PA: says so instead of working, and still reports that a manifest is there.

use anyhow::{Result, ensure};
use watermark_core::Extraction;
use watermark_core::payload::{Beacon, Origin, SystemName, UnixSeconds};
use watermark_files::{Format, ImageFile};
use watermark_report::{C2paFacts, Record};

use crate::args::{C2paSigning, C2paTrust};

/// What there is to say about either half.
const ABSENT: &str = "this program was built without C2PA; build it with: cargo build --release --features c2pa";

/// Never made.
pub(crate) enum ManifestWriter {}

impl ManifestWriter {
    /// Nothing, unless a manifest is asked for.
    ///
    /// # Errors
    /// When one is.
    pub(crate) fn open(args: &C2paSigning, _origin: Origin) -> Result<Option<Self>> {
        ensure!(!args.c2pa, "{ABSENT}");
        Ok(None)
    }

    pub(crate) fn attach(
        &self,
        _: &[u8],
        _: Format,
        _: &Beacon,
        _: UnixSeconds,
        _: Option<&SystemName>,
    ) -> Result<Vec<u8>> {
        match *self {}
    }

    pub(crate) fn check(&self, _: &[u8], _: Format, _: &Beacon) -> Result<()> {
        match *self {}
    }
}

/// Sees manifests and does not read them.
pub(crate) struct ManifestReader;

impl ManifestReader {
    /// # Errors
    /// When a trust list is given: it would not be heeded.
    pub(crate) fn open(args: &C2paTrust) -> Result<Self> {
        ensure!(args.c2pa_trust.is_none(), "{ABSENT}");
        Ok(Self)
    }

    #[expect(clippy::unused_self, reason = "the interface of the reader that reads")]
    pub(crate) fn examine(&self, _: &[u8], file: &ImageFile, _: &Extraction, to: &mut Record) {
        to.c2pa = Some(C2paFacts::unread(file.metadata.dropped_c2pa));
    }
}
