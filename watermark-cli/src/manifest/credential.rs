//! Certificate chain and private key -> a signer, refused here with a reason where C2PA would refuse them with a code.
//!
//! Rules: C2PA 2.3, 14.5 (X.509 certificates). What the library checks besides shows in the writer's trial signature.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use c2pa::create_signer;
use c2pa::{BoxedSigner, SigningAlg};
use x509_parser::pem::Pem;
use x509_parser::prelude::{FromDer as _, ParsedExtension, X509Certificate};

use crate::key_store;

/// Chains are a few kilobytes; anything longer is something else.
const MAX_CHAIN_BYTES: usize = 1 << 18;

/// Purposes that C2PA accepts of a signing certificate: emailProtection, documentSigning, and C2PA's own.
const PURPOSES: [&str; 3] = ["1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.36", "1.3.6.1.4.1.62558.2.1"];

/// What a key of PKCS#8 may be, each found by trying.
const ALGORITHMS: [SigningAlg; 5] =
    [SigningAlg::Ed25519, SigningAlg::Es256, SigningAlg::Es384, SigningAlg::Es512, SigningAlg::Ps256];

/// Opens both files.
///
/// # Errors
/// When one cannot be read, or C2PA would not accept the certificate or the key.
pub(super) fn open(cert: &Path, key: &Path) -> Result<BoxedSigner> {
    let chain = read_chain(cert).with_context(|| format!("cannot sign manifests with {}", cert.display()))?;
    let text = key_store::read_key_text(key).with_context(|| format!("cannot read the key {}", key.display()))?;
    check_key_form(&text).with_context(|| format!("cannot sign manifests with {}", key.display()))?;
    ALGORITHMS
        .into_iter()
        .find_map(|algorithm| create_signer::from_keys(&chain, text.as_bytes(), algorithm, None).ok())
        .with_context(|| format!("{} holds no Ed25519, ECDSA (P-256, P-384, P-521) or RSA key", key.display()))
}

/// The chain's text, its first certificate fit to sign.
fn read_chain(path: &Path) -> Result<Vec<u8>> {
    let text = key_store::read_limited(path, MAX_CHAIN_BYTES)?;
    let blocks: Vec<Pem> = Pem::iter_from_buffer(&text).collect::<Result<_, _>>().context("it is no PEM file")?;
    ensure!(
        !blocks.is_empty(),
        "it holds no certificate; a chain is text that begins with -----BEGIN CERTIFICATE-----"
    );
    if let Some(block) = blocks.iter().find(|block| block.label != "CERTIFICATE") {
        bail!("it holds a {}; put certificates alone into it", block.label);
    }
    let chain = blocks
        .iter()
        .map(|block| X509Certificate::from_der(&block.contents).map(|(_, certificate)| certificate))
        .collect::<Result<Vec<_>, _>>()
        .context("a certificate in it cannot be read")?;
    if let Some((leaf, above)) = chain.split_first() {
        check_leaf(leaf, above.is_empty())?;
        check_order(&chain)?;
    }
    Ok(text)
}

fn check_leaf(leaf: &X509Certificate<'_>, alone: bool) -> Result<()> {
    if leaf.issuer() == leaf.subject() {
        ensure!(alone, "its first certificate is self-signed; put the signing certificate first, its issuer after it");
        bail!(
            "the certificate is self-signed, and C2PA accepts none that is. Have an authority issue one; docs/C2PA.md shows \
             how to get one, and how to make an authority of your own to try it with"
        );
    }
    ensure!(!leaf.is_ca(), "its first certificate is an authority's; put the signing certificate first");
    let validity = leaf.validity();
    ensure!(
        validity.is_valid(),
        "the certificate is valid from {} until {} only; get a new one",
        validity.not_before,
        validity.not_after
    );
    let usage = leaf.key_usage().context("its key usage cannot be read")?;
    ensure!(
        usage.is_some_and(|usage| usage.value.digital_signature()),
        "the certificate lacks the key usage digitalSignature, so it is not for signing; get one that has it"
    );
    let purposes = leaf.extended_key_usage().context("its extended key usage cannot be read")?.map(|usage| usage.value);
    let is_for_signing = purposes.is_some_and(|usage| {
        let other = usage.other.iter().any(|purpose| PURPOSES.contains(&purpose.to_id_string().as_str()));
        !usage.any && (usage.email_protection || other)
    });
    ensure!(
        is_for_signing,
        "the certificate is for another purpose: its extended key usage has to name emailProtection, documentSigning or \
         C2PA signing ({}), and not any",
        PURPOSES[2]
    );
    let names_issuer_key =
        leaf.extensions().iter().any(|e| matches!(e.parsed_extension(), ParsedExtension::AuthorityKeyIdentifier(_)));
    ensure!(names_issuer_key, "the certificate lacks the authority key identifier, which C2PA asks for");
    Ok(())
}

fn check_order(chain: &[X509Certificate<'_>]) -> Result<()> {
    for (lower, upper) in chain.iter().zip(chain.iter().skip(1)) {
        ensure!(
            lower.issuer() == upper.subject(),
            "its order is wrong: {} was issued by {}, and {} follows; put each issuer right after what it issued",
            lower.subject(),
            lower.issuer(),
            upper.subject()
        );
    }
    Ok(())
}

/// Refuses the other forms of private keys by name.
fn check_key_form(text: &str) -> Result<()> {
    if text.contains("-----BEGIN PRIVATE KEY-----") {
        return Ok(());
    }
    let begins = |kind: &str| text.contains(&format!("-----BEGIN {kind}-----"));
    ensure!(!begins("CERTIFICATE"), "it holds a certificate; --c2pa-key takes the private key");
    ensure!(
        !begins("ENCRYPTED PRIVATE KEY"),
        "it is encrypted; decrypt it with: openssl pkcs8 -in KEY.pem -out PLAIN.pem"
    );
    bail!("it is no PKCS#8 key in PEM; turn it into one with: openssl pkcs8 -topk8 -nocrypt -in KEY.pem -out PKCS8.pem")
}
