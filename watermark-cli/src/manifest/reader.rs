//! A file -> what its manifest states and whether that holds. The file is hostile: a fault in reading is a finding, too.

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use c2pa::assertions::Actions;
use c2pa::jumbf_io::load_jumbf_from_memory;
use c2pa::{Context, Error, Manifest, Reader, ValidationState};
use serde_json::{Value, json};
use watermark_core::{Extraction, Language};
use watermark_files::{Format, ImageFile};
use watermark_report::{C2paFacts, Record, SoftBindingFacts};
use x509_parser::pem::Pem;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::{ALGORITHM, BOUND, SOFT_BINDING, agreement, mime, nesting};
use crate::args::C2paTrust;
use crate::batch::guarded;
use crate::key_store;

/// Trust lists hold some dozen certificates.
const MAX_ANCHORS_BYTES: usize = 1 << 22;
/// How many actions, problems and the like are reported; honest manifests have a handful.
const MOST: usize = 64;

/// Reads manifests, with or without a list of authorities to trust.
pub(crate) struct ManifestReader {
    context: Arc<Context>,
    has_anchors: bool,
}

impl ManifestReader {
    /// # Errors
    /// When the trust list cannot be read or holds no certificate.
    pub(crate) fn open(args: &C2paTrust) -> Result<Self> {
        let Some(path) = &args.c2pa_trust else { return Self::without_trust() };
        let anchors = read_anchors(path).with_context(|| format!("cannot use the trust list {}", path.display()))?;
        let context = Context::new().with_settings(settings(Some(&anchors))).context("cannot use the trust list")?;
        Ok(Self { context: Arc::new(context), has_anchors: true })
    }

    /// One that trusts nobody.
    ///
    /// # Errors
    /// Never, with the settings below.
    pub(super) fn without_trust() -> Result<Self> {
        let context = Context::new().with_settings(settings(None)).context("cannot set C2PA up")?;
        Ok(Self { context: Arc::new(context), has_anchors: false })
    }

    /// Adds to a record what the file's manifest states, and where that contradicts the pixels.
    pub(crate) fn examine(&self, bytes: &[u8], file: &ImageFile, found: &Extraction, to: &mut Record) {
        let mut facts = self.read(bytes, file.format);
        // Seen by the decoder, and not by the library: there, but broken.
        facts.present |= file.metadata.dropped_c2pa;
        for contradiction in agreement::contradictions(&facts, found) {
            facts.contradictions.push(contradiction.code());
            to.conclusion.en.push(contradiction.sentence(Language::English));
            to.conclusion.ko.push(contradiction.sentence(Language::Korean));
        }
        to.c2pa = Some(facts);
    }

    /// What the manifest of a file states.
    pub(super) fn read(&self, bytes: &[u8], format: Format) -> C2paFacts {
        let read = || {
            if let Ok(store) = load_jumbf_from_memory(mime(format), bytes)
                && let Err(error) = nesting::check(&store)
            {
                return Ok(failed(&error.to_string()));
            }
            Ok(match Reader::from_shared_context(&self.context).with_stream(mime(format), Cursor::new(bytes)) {
                Ok(reader) => self.facts(&reader),
                Err(Error::JumbfNotFound) => C2paFacts::unread(false),
                Err(Error::RemoteManifestUrl(url)) => failed(&format!("it lies at {url:.256}, and nothing is fetched")),
                Err(error) => failed(&error.to_string()),
            })
        };
        guarded(read).unwrap_or_else(|error| failed(&format!("{error:#}")))
    }

    fn facts(&self, reader: &Reader) -> C2paFacts {
        let state = reader.validation_state();
        let mut facts = C2paFacts {
            present: true,
            read: true,
            valid: Some(state != ValidationState::Invalid),
            trusted: self.has_anchors.then_some(state == ValidationState::Trusted),
            ..C2paFacts::default()
        };
        let failures = reader.validation_status().unwrap_or_default().iter().filter(|status| !status.passed());
        for status in failures {
            // Not on a list that was not given: no problem of the manifest.
            let is_known = facts.problems.iter().any(|code| code == status.code());
            if !is_known && (self.has_anchors || status.code() != "signingCredential.untrusted") {
                facts.problems.push(status.code().to_owned());
            }
        }
        if let Some(manifest) = reader.active_manifest() {
            describe(manifest, &mut facts);
        }
        facts.problems.truncate(MOST);
        facts
    }
}

fn failed(error: &str) -> C2paFacts {
    C2paFacts { error: Some(error.to_owned()), ..C2paFacts::unread(true) }
}

fn describe(manifest: &Manifest, facts: &mut C2paFacts) {
    facts.signer = manifest.common_name().or_else(|| manifest.issuer());
    facts.issuer = manifest.signature_info().and_then(|signature| issuer(signature.cert_chain()));
    facts.generator = manifest.claim_generator_info.iter().flatten().next().map(|generator| match &generator.version {
        Some(version) => format!("{} {version}", generator.name),
        None => generator.name.clone(),
    });
    for assertion in manifest.assertions() {
        if assertion.label().starts_with(Actions::LABEL) {
            let Ok(actions) = assertion.to_assertion::<Actions>() else { continue };
            for action in actions.actions() {
                if facts.digital_source_type.is_none() {
                    facts.digital_source_type = action.source_type().map(ToString::to_string);
                }
                facts.actions.push(action.action().to_owned());
            }
        } else if assertion.label().starts_with(SOFT_BINDING) {
            let is_ours = |facts: &SoftBindingFacts| facts.alg.as_deref() == Some(ALGORITHM);
            let binding = assertion.value().ok().and_then(soft_binding);
            // Ours if there are several: it is the one that the pixels can be held against.
            if facts.soft_binding.is_none() || binding.as_ref().is_some_and(is_ours) {
                facts.soft_binding = binding;
            }
        }
    }
    facts.actions.truncate(MOST);
    if facts.soft_binding.is_none() && facts.actions.iter().any(|action| action == BOUND) {
        facts.problems.push("assertion.action.softBindingMissing".to_owned());
    }
}

/// Algorithm and first value. A byte string, which the specification has, reaches us as a list of numbers.
fn soft_binding(assertion: &Value) -> Option<SoftBindingFacts> {
    let alg = assertion.get("alg").and_then(Value::as_str).map(str::to_owned);
    let value = match assertion.get("blocks")?.get(0)?.get("value")? {
        Value::String(text) => text.clone(),
        Value::Array(bytes) => {
            let bytes: Option<Vec<u8>> = bytes.iter().map(|b| b.as_u64().and_then(|b| b.try_into().ok())).collect();
            String::from_utf8(bytes?).ok()?
        }
        _ => return None,
    };
    Some(SoftBindingFacts { alg, value })
}

/// The common name of whoever issued the first certificate of a chain, or all of the name where there is none.
fn issuer(chain: &str) -> Option<String> {
    let block = Pem::iter_from_buffer(chain.as_bytes()).next()?.ok()?;
    let (_, certificate) = X509Certificate::from_der(&block.contents).ok()?;
    let name = certificate.issuer();
    let common = name.iter_common_name().next().and_then(|name| name.as_str().ok()).map(str::to_owned);
    Some(common.unwrap_or_else(|| name.to_string()))
}

fn read_anchors(path: &Path) -> Result<String> {
    let text = String::from_utf8(key_store::read_limited(path, MAX_ANCHORS_BYTES)?).context("it is no text")?;
    let mut certificates = 0;
    for block in Pem::iter_from_buffer(text.as_bytes()) {
        let block = block.context("it is no PEM file")?;
        X509Certificate::from_der(&block.contents).context("a certificate in it cannot be read")?;
        certificates += 1;
    }
    ensure!(certificates > 0, "it holds no certificate; a trust list is text with -----BEGIN CERTIFICATE----- in it");
    Ok(text)
}

/// Nothing is fetched, identity assertions of others are left alone, and nobody is trusted who is not named.
pub(super) fn settings(anchors: Option<&str>) -> Value {
    json!({
        "core": { "decode_identity_assertions": false, "allowed_network_hosts": [] },
        "verify": { "ocsp_fetch": false, "remote_manifest_fetch": false },
        "trust": { "user_anchors": anchors },
    })
}
