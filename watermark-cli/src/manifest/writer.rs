//! A stamped file -> the same file with a signed manifest that names the mark.

use std::io::Cursor;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail, ensure};
use c2pa::assertions::{Action, Actions, c2pa_action};
use c2pa::{BoxedSigner, Builder, ClaimGeneratorInfo, Context, DigitalSourceType};
use serde::{Serialize, Serializer};
use serde_json::json;
use watermark_core::Raster;
use watermark_core::payload::{Beacon, KeyId, Origin, Serial, SystemName, UnixSeconds};
use watermark_core::raster::{Channels, Samples};
use watermark_files::{EncodeOptions, Format, Metadata};

use super::reader::{ManifestReader, settings};
use super::{ALGORITHM, BOUND, SOFT_BINDING, credential, mime};
use crate::args::C2paSigning;
use crate::key_store;
use crate::terminal::warn;

/// Signs manifests with one certificate.
pub(crate) struct ManifestWriter {
    signer: BoxedSigner,
    context: Arc<Context>,
    reader: ManifestReader,
}

impl ManifestWriter {
    /// Opens certificate and key when a manifest is asked for, and signs a picture of one pixel with them: what C2PA would
    /// not accept has to show before any work begins.
    ///
    /// # Errors
    /// When certificate and key cannot be used, or the origin has no source type.
    pub(crate) fn open(args: &C2paSigning, origin: Origin) -> Result<Option<Self>> {
        let (true, Some(cert), Some(key)) = (args.c2pa, &args.cert, &args.c2pa_key) else { return Ok(None) };
        ensure!(
            origin != Origin::Possible,
            "a C2PA manifest has to state how the picture came to be; pass --origin generated or altered, or leave --c2pa out"
        );
        if key_store::is_open_to_others(key) {
            let path = key.display();
            warn(&format!("the private key {path} can be read by other users; close it with: chmod 600 {path}"));
        }
        let signer = credential::open(cert, key)?;
        let context = Arc::new(Context::new().with_settings(settings(None)).context("cannot set C2PA up")?);
        let reader = ManifestReader::without_trust()?;
        let writer = Self { signer, context, reader };
        writer.try_out().with_context(|| {
            format!("cannot sign manifests with {} and {}: do they belong together?", cert.display(), key.display())
        })?;
        Ok(Some(writer))
    }

    fn try_out(&self) -> Result<()> {
        let pixel = Raster::new(1, 1, Channels::Gray, Samples::U8(vec![0]))?;
        let file = watermark_files::encode(&pixel, &Metadata::default(), &EncodeOptions::Png)?.bytes;
        let serial = Serial::new(0)?;
        let beacon =
            Beacon { origin: Origin::Generated, realistic: false, artistic: false, key_id: KeyId([0; 3]), serial };
        let signed = self.attach(&file, Format::Png, &beacon, UnixSeconds::from_i64(0)?, None)?;
        self.check(&signed, Format::Png, &beacon)
    }

    /// The file with a manifest in it.
    ///
    /// # Errors
    /// When C2PA refuses the certificate, or cannot write into this file.
    pub(crate) fn attach(
        &self,
        file: &[u8],
        format: Format,
        beacon: &Beacon,
        time: UnixSeconds,
        system: Option<&SystemName>,
    ) -> Result<Vec<u8>> {
        let mut this_program = ClaimGeneratorInfo::new("watermark");
        this_program.set_version(env!("CARGO_PKG_VERSION"));
        let mut created =
            Action::new(c2pa_action::CREATED).set_source_type(source_type(beacon.origin)?).set_when(time.to_string());
        if let Some(system) = system {
            let mut agent = ClaimGeneratorInfo::new(system.name());
            agent.set_version(system.version());
            created = created.set_software_agent(agent);
        }
        let marked = Action::new(BOUND).set_when(time.to_string()).set_software_agent(this_program.clone());
        let mut builder = Builder::from_shared_context(&self.context);
        builder.set_claim_generator_info(this_program);
        builder.add_assertion(Actions::LABEL_VERSIONED, &Actions::new().add_action(created).add_action(marked))?;
        builder.add_assertion(SOFT_BINDING, &SoftBinding::new(beacon))?;
        for assertion in &mut builder.definition.assertions {
            // Stated by the signer, not merely passed on (C2PA 2.3, 10.3: created and gathered assertions).
            assertion.created = true;
        }
        let mut signed = Cursor::new(Vec::new());
        builder
            .sign(self.signer.as_ref(), mime(format), &mut Cursor::new(file), &mut signed)
            .context("the C2PA manifest cannot be written")?;
        Ok(signed.into_inner())
    }

    /// Whether a written file carries a valid manifest that names this mark.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn check(&self, file: &[u8], format: Format, beacon: &Beacon) -> Result<()> {
        let facts = self.reader.read(file, format);
        if facts.valid != Some(true) {
            let why = facts.error.unwrap_or_else(|| facts.problems.join(", "));
            bail!("the C2PA manifest does not validate: {why}");
        }
        ensure!(
            facts.soft_binding.is_some_and(|binding| binding.value == beacon.id()),
            "the C2PA manifest names another mark than the one made"
        );
        Ok(())
    }
}

fn source_type(origin: Origin) -> Result<DigitalSourceType> {
    Ok(match origin {
        Origin::Generated => DigitalSourceType::TrainedAlgorithmicMedia,
        Origin::Altered => DigitalSourceType::CompositeWithTrainedAlgorithmicMedia,
        Origin::Possible => bail!("an origin that the stamper does not know has no source type"),
    })
}

/// The assertion (C2PA 2.3, 18.10). The library's own type has private fields and cannot be made here.
#[derive(Serialize)]
struct SoftBinding {
    alg: &'static str,
    name: &'static str,
    blocks: [Block; 1],
    #[serde(serialize_with = "byte_string")]
    pad: [u8; 0],
}

/// DIFFERENCE: `value` is text, where the specification's CDDL has a byte string: the library, and with it most readers,
/// takes text alone.
#[derive(Serialize)]
struct Block {
    /// Empty: the whole picture.
    scope: serde_json::Value,
    value: String,
}

impl SoftBinding {
    fn new(beacon: &Beacon) -> Self {
        let blocks = [Block { scope: json!({}), value: beacon.id() }];
        Self { alg: ALGORITHM, name: "invisible signed mark", blocks, pad: [] }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn byte_string<S: Serializer>(bytes: &[u8; 0], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_bytes(bytes)
}
