//! Who signs: a key file of this program, or a program that keeps the key to itself.
//!
//! The core asks for nothing but `Signer<Signature>`: bytes in, an ed25519 signature out. A signing service or a hardware
//! module joins by one more variant of [`SignerSpec`] that implements it; [`crate::ssh_agent`] shows how little that takes.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, Result, anyhow, bail};
use base64ct::{Base64, Encoding as _};
use watermark_core::signature::{PublicKey, Signature, Signer};

use crate::key_store;
use crate::ssh_agent::SshAgent;

/// Anything that signs, on any thread.
pub(crate) type AnySigner = Box<dyn Signer<Signature> + Send + Sync>;

/// Where a key is, as written on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SignerSpec {
    /// A private key in a PEM file.
    File(PathBuf),
    /// A key that an SSH agent holds; its public half in the OpenSSH form.
    SshAgent(PathBuf),
}

impl SignerSpec {
    /// Its file: the private key, or the public half of one that is held elsewhere.
    pub(crate) fn path(&self) -> &Path {
        let (Self::File(path) | Self::SshAgent(path)) = self;
        path
    }

    /// Opens it: the signer and its public key.
    ///
    /// # Errors
    /// When a file cannot be read, or no agent is there.
    pub(crate) fn open(&self) -> Result<(AnySigner, PublicKey)> {
        match self {
            Self::File(path) => {
                let private = key_store::read_private(path)?;
                let public = private.public_key();
                Ok((Box::new(private), public))
            }
            Self::SshAgent(path) => {
                let public = read_public(path)?;
                Ok((Box::new(SshAgent::of_environment(&public)?), public))
            }
        }
    }
}

/// `ssh-agent:KEY.pub`, or the path of a PEM file.
impl FromStr for SignerSpec {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text.strip_prefix("ssh-agent:") {
            Some(path) => Self::SshAgent(path.into()),
            None => Self::File(text.into()),
        })
    }
}

/// Reads `--signer`, where a plain path is more likely a slip than meant.
///
/// # Errors
/// When it does not name a kind of signer.
pub(crate) fn external(text: &str) -> Result<SignerSpec, String> {
    match text.parse() {
        Ok(spec @ SignerSpec::SshAgent(_)) => Ok(spec),
        Ok(SignerSpec::File(_)) => Err("write ssh-agent:KEY.pub; for a key in a file use --key KEY.pem".to_owned()),
        Err(never) => match never {},
    }
}

/// A public key's file: OpenSSH's `KEY.pub`, or SPKI PEM as `openssl pkey -pubout` writes it.
///
/// # Errors
/// When it cannot be read or holds no ed25519 key.
pub(crate) fn read_public(path: &Path) -> Result<PublicKey> {
    let text =
        key_store::read_key_text(path).with_context(|| format!("cannot read the public key {}", path.display()))?;
    let key = if text.contains(" PRIVATE KEY-----") {
        Err(anyhow!("it holds a private key; name the public half, KEY.pub"))
    } else if text.starts_with("-----BEGIN") {
        // Without the parser's own causes, which say the same thing twice in its own terms.
        PublicKey::from_pem(&text).map_err(|error| anyhow!("{error}"))
    } else {
        from_openssh(&text)
    };
    key.with_context(|| format!("{} cannot be used", path.display()))
}

/// `ssh-ed25519 BASE64 COMMENT` (RFC 8709, 4: name and 32 bytes, each with its length in front).
fn from_openssh(text: &str) -> Result<PublicKey> {
    let mut words = text.split_ascii_whitespace();
    let (kind, blob) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if kind != "ssh-ed25519" {
        bail!("it begins with {kind:.32?}; it must be an ed25519 key, made with `ssh-keygen -t ed25519`");
    }
    let blob = Base64::decode_vec(blob).ok().context("its base64 part is damaged; copy the file again")?;
    let (head, key) = blob.split_last_chunk::<32>().context("its base64 part is cut off; copy the file again")?;
    if head != b"\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20" {
        bail!("its base64 part is no ed25519 key; copy the file again");
    }
    Ok(PublicKey::from_bytes(key)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The public key of RFC 8410, 10.1, as OpenSSH writes it.
    const OPENSSH: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBm/RAlphM3+hUG6wWfcO5bIUIaqMLa2ywxcOK1wMWbh studio";

    #[test]
    fn public_keys_of_openssh() {
        let key = from_openssh(OPENSSH).unwrap();
        assert_eq!(key.to_hex(), "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1");
        for (text, reason) in [
            ("", "must be an ed25519 key"),
            ("ssh-rsa AAAA x", "\"ssh-rsa\""),
            ("ssh-ed25519 AAAA x", "cut off"),
            ("ssh-ed25519 ?? x", "damaged"),
            (&OPENSSH.replace("AAAAC3N", "AAAAC3O"), "no ed25519 key"),
        ] {
            let error = from_openssh(text).unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn a_plain_path_is_no_external_signer() {
        assert_eq!(external("ssh-agent:a/b.pub"), Ok(SignerSpec::SshAgent("a/b.pub".into())));
        assert!(external("key.pem").unwrap_err().contains("--key KEY.pem"));
        assert_eq!("key.pem".parse(), Ok(SignerSpec::File("key.pem".into())));
    }
}
