//! What concerns C2PA manifests. A program built without them keeps the flags, unlisted, so that it can say what is missing.

use std::path::PathBuf;

use clap::Args;

/// What `stamp` needs to write a manifest.
#[derive(Args, Debug)]
pub(crate) struct C2paSigning {
    /// Write a C2PA manifest that names the mark into the stamped file, as the last step
    #[arg(long, requires_all = ["cert", "c2pa_key"], hide = cfg!(not(feature = "c2pa")))]
    pub(crate) c2pa: bool,
    /// Certificate chain for the manifest, the signing certificate first
    #[arg(long, value_name = "CHAIN.pem", requires = "c2pa", hide = cfg!(not(feature = "c2pa")))]
    pub(crate) cert: Option<PathBuf>,
    /// Private key of that certificate, PKCS#8: Ed25519, ECDSA or RSA
    #[arg(long, value_name = "KEY.pem", requires = "c2pa", hide = cfg!(not(feature = "c2pa")))]
    pub(crate) c2pa_key: Option<PathBuf>,
}

/// Whom reading commands trust to sign manifests.
#[derive(Args, Debug)]
pub(crate) struct C2paTrust {
    /// Certificates of the authorities whose C2PA signers you trust
    #[arg(long, value_name = "ANCHORS.pem", hide = cfg!(not(feature = "c2pa")))]
    pub(crate) c2pa_trust: Option<PathBuf>,
}
