//! Signatures by an SSH agent, which never gives the key away: one request, one answer over its socket.
//!
//! Source: draft-ietf-sshm-ssh-agent (the protocol of OpenSSH), 3.6 and 5.1. An ed25519 key signs the bytes as they are
//! (RFC 8709, 6), so what comes back is a plain ed25519 signature. An agent may ask its user to confirm, so there is no
//! time limit.

use std::io::{Read, Write};
use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use watermark_core::signature::{PublicKey, Signature, SignatureError, Signer};

const SIGN_REQUEST: u8 = 13;
const SIGN_RESPONSE: u8 = 14;
const FAILURE: u8 = 5;
/// Longest answer that OpenSSH gives.
const MAX_ANSWER_BYTES: u32 = 256 << 10;

/// One key of the agent.
pub(crate) struct SshAgent {
    socket: PathBuf,
    blob: Vec<u8>,
}

impl SshAgent {
    /// The agent that `SSH_AUTH_SOCK` names, for this key. It is first asked when something is to be signed.
    ///
    /// # Errors
    /// When no agent is named.
    pub(crate) fn of_environment(key: &PublicKey) -> Result<Self> {
        let socket = std::env::var_os("SSH_AUTH_SOCK").filter(|socket| !socket.is_empty());
        let socket = socket.context(
            "SSH_AUTH_SOCK is not set; start an agent with `eval $(ssh-agent)` and add the key with `ssh-add`",
        )?;
        let mut blob = Vec::new();
        put(&mut blob, b"ssh-ed25519");
        put(&mut blob, key.as_bytes());
        Ok(Self { socket: socket.into(), blob })
    }

    fn request(&self, message: &[u8]) -> Result<Signature> {
        let mut body = vec![SIGN_REQUEST];
        put(&mut body, &self.blob);
        put(&mut body, message);
        body.extend(0_u32.to_be_bytes());
        let mut request = Vec::new();
        put(&mut request, &body);
        signature(&self.exchange(&request)?)
    }

    #[cfg(unix)]
    fn exchange(&self, request: &[u8]) -> Result<Vec<u8>> {
        let reached = || format!("cannot reach the SSH agent at {}", self.socket.display());
        let mut socket = std::os::unix::net::UnixStream::connect(&self.socket).with_context(reached)?;
        socket.write_all(request).with_context(reached)?;
        read_answer(&mut socket).with_context(reached)
    }

    #[cfg(not(unix))]
    fn exchange(&self, _: &[u8]) -> Result<Vec<u8>> {
        bail!("SSH agents are reached on Unix only, not at {}", self.socket.display())
    }
}

impl Signer<Signature> for SshAgent {
    fn try_sign(&self, message: &[u8]) -> Result<Signature, SignatureError> {
        self.request(message).map_err(SignatureError::from_source)
    }
}

#[cfg_attr(not(unix), expect(dead_code, reason = "agents are reached on Unix only"))]
fn read_answer(from: &mut impl Read) -> Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length);
    ensure!(length <= MAX_ANSWER_BYTES, "its answer claims {length} bytes, the limit is {MAX_ANSWER_BYTES}");
    let mut answer = vec![0; length as usize];
    from.read_exact(&mut answer)?;
    Ok(answer)
}

/// An answer's signature.
fn signature(answer: &[u8]) -> Result<Signature> {
    let body = match answer.split_first() {
        Some((&SIGN_RESPONSE, body)) => body,
        Some((&FAILURE, _)) => bail!(
            "the SSH agent refused: it does not hold this key (see `ssh-add -l`), is locked, or its user declined"
        ),
        Some((other, _)) => bail!("the SSH agent answered with message {other}, not with a signature"),
        None => bail!("the SSH agent gave an empty answer"),
    };
    let malformed = "the SSH agent's signature is malformed";
    let (blob, rest) = take(body).context(malformed)?;
    let (kind, after) = take(blob).context(malformed)?;
    let (bytes, end) = take(after).context(malformed)?;
    ensure!(kind == b"ssh-ed25519" && rest.is_empty() && end.is_empty(), "{malformed}");
    Ok(Signature::from_bytes(bytes.try_into().context(malformed)?))
}

/// Appends a string of the SSH protocol: its length, then its bytes.
fn put(to: &mut Vec<u8>, bytes: &[u8]) {
    to.extend(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    to.extend(bytes);
}

/// Takes one such string off the front.
fn take(from: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = from.split_first_chunk::<4>()?;
    rest.split_at_checked(u32::from_be_bytes(*length) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(kind: &[u8], bytes: &[u8]) -> Vec<u8> {
        let (mut blob, mut out) = (Vec::new(), vec![SIGN_RESPONSE]);
        put(&mut blob, kind);
        put(&mut blob, bytes);
        put(&mut out, &blob);
        out
    }

    #[test]
    fn answers_of_an_agent() {
        assert_eq!(signature(&answer(b"ssh-ed25519", &[7; 64])).unwrap().to_bytes(), [7; 64]);
        let long = [&answer(b"ssh-ed25519", &[7; 64])[..], &[0]].concat();
        for (bytes, reason) in [
            (vec![], "empty answer"),
            (vec![FAILURE], "does not hold this key"),
            (vec![6], "message 6"),
            (vec![SIGN_RESPONSE, 0xff, 0xff, 0xff, 0xff], "malformed"),
            (answer(b"ssh-rsa", &[7; 64]), "malformed"),
            (answer(b"ssh-ed25519", &[7; 63]), "malformed"),
            (long, "malformed"),
        ] {
            let error = signature(&bytes).unwrap_err().to_string();
            assert!(error.contains(reason), "{bytes:?}: {error}");
        }
    }

    #[test]
    fn an_answer_that_claims_gigabytes_is_not_read() {
        let error = read_answer(&mut &[0xff, 0xff, 0xff, 0xff][..]).unwrap_err().to_string();
        assert!(error.contains("claims 4294967295 bytes"), "{error}");
        assert!(read_answer(&mut &[0, 0, 0, 2, 1][..]).is_err());
        assert_eq!(read_answer(&mut &[0, 0, 0, 2, 1, 2, 3][..]).unwrap(), [1, 2]);
    }
}
