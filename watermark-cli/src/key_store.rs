//! Keys and where they lie: signing keys with their directories, the development key, private carriers.

use std::env;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use watermark_core::payload::{SystemName, UnixSeconds};
use watermark_core::signature::{
    Directory, DirectoryError, DirectoryKey, Organization, PrivateKey, PublicKey, Zeroizing,
};
use watermark_core::{Carrier, CarrierKey};

use crate::exclusive::Exclusive;
use crate::output::{self, Existing, Readers};
use crate::signer::{AnySigner, SignerSpec};
use crate::terminal::as_word;

/// Who the development key says it is, in every verdict.
pub(crate) const DEVELOPMENT_NAME: &str = "development key - not for production";

/// What to do about a directory that is not there, or something else.
const DIRECTORY_SOURCE: &str =
    "name the NAME.directory.json that `watermark keygen` made beside the issuer's key, or ask the issuer for it";
/// Key files are short; anything longer is something else.
const MAX_KEY_BYTES: usize = 1 << 16;

/// A key that signs, with what is known about it.
pub(crate) struct SigningKey {
    /// Signs.
    pub(crate) signer: AnySigner,
    /// Its public half.
    pub(crate) public: PublicKey,
    /// Its file: the private key, or the public half of one that is held elsewhere.
    pub(crate) path: PathBuf,
    /// The directory beside it, when there is one.
    pub(crate) directory: Option<Directory>,
}

/// `KEY.pem` or `KEY.pub` -> `KEY.directory.json`; other names get the ending behind them.
pub(crate) fn directory_path(key: &Path) -> PathBuf {
    if key.extension().is_some_and(|extension| extension == "pem" || extension == "pub") {
        return key.with_extension("directory.json");
    }
    let mut name = key.as_os_str().to_owned();
    name.push(".directory.json");
    name.into()
}

/// A key of the operating system's randomness.
///
/// # Errors
/// When the system has none to give.
pub(crate) fn random_key() -> Result<PrivateKey> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *seed).map_err(|error| anyhow!("the operating system gives no random numbers: {error}"))?;
    Ok(PrivateKey::from_seed(seed))
}

/// A directory with one new key.
///
/// # Errors
/// When a name or system is not fit for a directory.
pub(crate) fn directory_of(key: &PublicKey, who: Organization, systems: Vec<SystemName>) -> Result<Directory> {
    Ok(Directory::new(who, vec![DirectoryKey::new(*key)], systems)?)
}

/// Makes a key file and its directory file, neither in place of an existing one.
///
/// # Errors
/// When either exists or cannot be written; none is left behind then.
pub(crate) fn create(path: &Path, who: Organization, systems: Vec<SystemName>) -> Result<SigningKey> {
    let directory_file = directory_path(path);
    for file in [path, &directory_file] {
        ensure!(
            fs::symlink_metadata(file).is_err(),
            "{} exists; keys and directories are never overwritten: choose another name, or move it away",
            file.display()
        );
    }
    let private = random_key()?;
    let public = private.public_key();
    let directory = directory_of(&public, who, systems)?;
    let json = directory.to_json()?;
    write_private(path, &private)?;
    if let Err(error) = write_new(&directory_file, json.as_bytes()) {
        // The key was made a moment ago, by us, and nobody has used it.
        let _ = fs::remove_file(path);
        return Err(error);
    }
    Ok(SigningKey { signer: Box::new(private), public, path: path.to_path_buf(), directory: Some(directory) })
}

fn write_private(path: &Path, key: &PrivateKey) -> Result<()> {
    output::write(path, key.to_pem()?.as_bytes(), Existing::Keep, Readers::Owner, |_| Ok(()))
}

fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    output::write(path, bytes, Existing::Keep, Readers::Usual, |_| Ok(()))
}

/// Makes a key file and lists the key in a directory that exists, valid from `from` on. Says too whether the directory carries root
/// signatures, which do not hold any more then.
///
/// # Errors
/// When the key file exists, or the directory cannot be used or written; no key is left behind then.
pub(crate) fn create_into(path: &Path, directory: &Path, from: UnixSeconds) -> Result<(PublicKey, bool)> {
    let limit = Directory::DEFAULT_LIMIT_BYTES;
    let refused = || format!("cannot use the key directory {}", directory.display());
    // Until the longer list is written: another program may be adding a key of its own.
    let _alone = Exclusive::wait_for(directory).with_context(refused)?;
    let bytes = read_limited(directory, limit).with_context(refused)?;
    let text = json_text(&bytes);
    let private = random_key()?;
    let entry = DirectoryKey { valid_from: Some(from), ..DirectoryKey::new(private.public_key()) };
    let text = Directory::enlist(text, limit, &entry).with_context(refused)?;
    let signed = serde_json::from_str::<serde_json::Value>(&text)?["proofs"].as_array().is_some_and(|p| !p.is_empty());
    write_private(path, &private)?;
    if let Err(error) = output::write(directory, text.as_bytes(), Existing::Replace, Readers::Usual, |_| Ok(())) {
        // The key was made a moment ago, by us, and nobody has used it.
        let _ = fs::remove_file(path);
        return Err(error);
    }
    Ok((private.public_key(), signed))
}

/// How a directory is signed again after a change: a command to be typed.
pub(crate) fn signing_again(directory: &Path) -> String {
    format!("watermark trust sign {} --root-key ROOT.pem", as_word(&directory.to_string_lossy()))
}

/// Makes the directory file of a public key whose private half is elsewhere.
///
/// # Errors
/// When the file exists or cannot be written, or a name or system is not fit for a directory.
pub(crate) fn create_directory(
    path: &Path,
    key: &PublicKey,
    who: Organization,
    systems: Vec<SystemName>,
) -> Result<()> {
    write_new(path, directory_of(key, who, systems)?.to_json()?.as_bytes())
}

/// Opens a key, and the directory beside it when there is one.
///
/// # Errors
/// When either cannot be read or is not what it should be.
pub(crate) fn open(spec: &SignerSpec) -> Result<SigningKey> {
    let (signer, public) = spec.open()?;
    let path = spec.path();
    let directory_file = directory_path(path);
    let directory = directory_file.exists().then(|| read_directory(&directory_file)).transpose();
    // Whoever has the key is the issuer, so a change after signing is more likely than a forgery.
    let directory = directory.map_err(|error| match error.downcast_ref() {
        Some(DirectoryError::BadProof { .. }) => anyhow!(
            "{error:#}; if you are the issuer and changed it since, as `watermark keygen --into` does, sign it again: {}",
            signing_again(&directory_file)
        ),
        _ => error,
    });
    let directory = directory?.map(|(_, directory)| directory);
    Ok(SigningKey { signer, public, path: path.to_path_buf(), directory })
}

/// [`open`] for a key file.
fn load(path: &Path) -> Result<SigningKey> {
    open(&SignerSpec::File(path.to_path_buf()))
}

/// Reads a private key's file.
///
/// # Errors
/// When it cannot be read or holds no private key.
pub(crate) fn read_private(path: &Path) -> Result<PrivateKey> {
    let text = read_key_text(path).map_err(|error| {
        let remedy = if !path.exists() {
            "correct its name, or make one with `watermark keygen -o KEY.pem --name NAME`"
        } else if error.downcast_ref::<std::io::Error>().is_some() {
            "it must be a file that you may read: correct its name, or its permissions with chmod"
        } else {
            // It was read, and is something else.
            "name the private key, KEY.pem"
        };
        error.context(format!("cannot read the private key {}; {remedy}", path.display()))
    })?;
    let refused = || format!("{} cannot be used", path.display());
    ensure!(
        !text.trim_start().starts_with('{'),
        "{}: it is JSON, as key directories are, and those are public; name the private key, KEY.pem",
        refused()
    );
    // Without the parser's own causes, which say the same thing twice in its own terms.
    PrivateKey::from_pem(&text).map_err(|error| anyhow!("{error}")).with_context(refused)
}

/// The text of a key file, erased from memory when dropped.
///
/// # Errors
/// When it cannot be read or is too long for a key.
pub(crate) fn read_key_text(path: &Path) -> Result<Zeroizing<String>> {
    let bytes = Zeroizing::new(read_limited(path, MAX_KEY_BYTES)?);
    Ok(Zeroizing::new(str::from_utf8(&bytes).context("it is no text")?.to_owned()))
}

/// Whether others than the owner may read a file; never where permissions work differently.
pub(crate) fn is_open_to_others(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

/// Reads a file, pipe or device of at most `limit` bytes: the last two do not state their length.
///
/// # Errors
/// When it cannot be read or is longer.
pub(crate) fn read_limited(path: &Path, limit: usize) -> Result<Vec<u8>> {
    // Room for all of a file from the start: a vector that grows leaves copies behind, and some of these are secret.
    let stated = fs::metadata(path)?.len().min(limit as u64) as usize;
    let mut bytes = Vec::with_capacity(stated + 1);
    File::open(path)?.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    ensure!(bytes.len() <= limit, "it is longer than the limit of {limit} bytes");
    Ok(bytes)
}

/// The JSON of a file: behind the byte order mark, where an editor put one (Notepad does, and PowerShell). JSON itself has none, and may be
/// read past it (RFC 8259, 8.1). No signature covers it: what a root key signs is the canonical form of what the text says.
pub(crate) fn json_text(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// Reads a key directory: the file's bytes and what they say.
///
/// # Errors
/// When it cannot be read, contradicts itself, or a root's signature does not hold.
pub(crate) fn read_directory(path: &Path) -> Result<(Vec<u8>, Directory)> {
    let refused = || format!("cannot use the key directory {}", path.display());
    let limit = Directory::DEFAULT_LIMIT_BYTES;
    ensure!(!path.is_dir(), "{}: it is a folder; name each directory file in it", refused());
    let bytes = read_limited(path, limit).with_context(|| format!("{}; {DIRECTORY_SOURCE}", refused()))?;
    let is_wide = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    ensure!(!is_wide, "{}: it is UTF-16 text, and JSON is UTF-8; save it again with the encoding UTF-8", refused());
    let text = json_text(&bytes);
    let is_object = text.trim_ascii_start().starts_with(b"{");
    ensure!(is_object, "{}: it holds no JSON object; {DIRECTORY_SOURCE}", refused());
    // The bytes are handed back as they are: their hash is that of the file.
    let directory = Directory::from_json(text, limit).with_context(refused)?;
    Ok((bytes, directory))
}

/// The development key and whether it was made just now.
///
/// # Errors
/// When the configuration folder cannot be written to.
pub(crate) fn development() -> Result<(SigningKey, bool)> {
    let path = development_path()?;
    let made = !path.exists();
    if made {
        let folder = config_folder()?;
        fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let written = write_private(&path, &random_key()?);
        // Two programs may make it at once: the first one's key counts for both.
        if !path.exists() {
            written?;
        }
    }
    let mut key = load(&path)?;
    if key.directory.is_none() {
        let who = Organization { name: DEVELOPMENT_NAME.to_owned(), name_ko: None, contact: None, url: None };
        let directory = directory_of(&key.public, who, Vec::new())?;
        let file = directory_path(&path);
        let written = write_new(&file, directory.to_json()?.as_bytes());
        if !file.exists() {
            written?;
        }
        key.directory = Some(directory);
    }
    Ok((key, made))
}

/// Where the development key lies, or would.
///
/// # Errors
/// When there is no configuration folder.
pub(crate) fn development_path() -> Result<PathBuf> {
    Ok(config_folder()?.join("development.pem"))
}

/// The user's folder for keys and trusted directories.
///
/// # Errors
/// When nothing says where it should be.
pub(crate) fn config_folder() -> Result<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = set("WATERMARK_CONFIG_DIR") {
        return Ok(folder);
    }
    let base = if cfg!(windows) {
        set("APPDATA")
    } else if let Some(folder) = set("XDG_CONFIG_HOME") {
        Some(folder)
    } else if cfg!(target_os = "macos") {
        env::home_dir().map(|home| home.join("Library/Application Support"))
    } else {
        env::home_dir().map(|home| home.join(".config"))
    };
    let base = base.context("no configuration folder is known; set WATERMARK_CONFIG_DIR, or pass --key and --trust")?;
    Ok(base.join("watermark"))
}

/// The carrier of a secret file, or the public one.
///
/// # Errors
/// When the file cannot be read or holds too little.
pub(crate) fn carrier(secret_file: Option<&Path>) -> Result<Carrier> {
    let Some(path) = secret_file else { return Ok(Carrier::new(&CarrierKey::PUBLIC)) };
    let refused = || format!("cannot read the carrier key {}", path.display());
    let secret = Zeroizing::new(read_limited(path, MAX_KEY_BYTES).with_context(refused)?);
    let key = CarrierKey::from_secret(&secret).with_context(|| format!("cannot use {}", path.display()))?;
    Ok(Carrier::new(&key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_lie_beside_their_keys() {
        let named = |key: &str| directory_path(Path::new(key)).to_string_lossy().into_owned();
        assert_eq!(named("a/KEY.pem"), "a/KEY.directory.json");
        assert_eq!(named("my.key"), "my.key.directory.json");
        assert_eq!(named("v1.2.pem"), "v1.2.directory.json");
        assert_eq!(named("id.pub"), "id.directory.json");
    }

    #[test]
    fn what_states_no_length_is_limited_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        fs::write(&path, [7; 100]).unwrap();
        assert_eq!(read_limited(&path, 100).unwrap(), [7; 100]);
        assert!(read_limited(&path, 99).is_err());
        #[cfg(unix)]
        assert!(read_limited(Path::new("/dev/zero"), 4096).unwrap_err().to_string().contains("4096"));
    }

    #[test]
    fn a_byte_order_mark_is_read_past_and_stays_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("d.json");
        let root = random_key().unwrap();
        let who = Organization { name: "A".to_owned(), name_ko: None, contact: None, url: None };
        let plain = directory_of(&random_key().unwrap().public_key(), who, Vec::new()).unwrap().to_json().unwrap();
        let edition = watermark_core::signature::Edition { sequence: 3, issued_at: UnixSeconds(0) };
        let signers = [(&root, root.public_key())];
        let signed = Directory::endorse(plain.as_bytes(), Directory::DEFAULT_LIMIT_BYTES, edition, &signers).unwrap();
        let marked = ["\u{feff}", &signed].concat();
        fs::write(&path, &marked).unwrap();
        let (bytes, directory) = read_directory(&path).unwrap();
        assert_eq!(bytes, marked.as_bytes());
        assert_eq!(directory.endorsement().unwrap().edition.sequence, 3);
        // The signature is checked as ever.
        fs::write(&path, marked.replace("\"A\"", "\"B\"")).unwrap();
        let error = read_directory(&path).unwrap_err();
        assert!(matches!(error.downcast_ref(), Some(DirectoryError::BadProof { .. })), "{error:#}");
        // A key is listed in such a file too, and one mark is all that is read past.
        fs::write(&path, &marked).unwrap();
        create_into(&folder.path().join("k.pem"), &path, UnixSeconds(0)).unwrap();
        assert!(fs::read(&path).unwrap().starts_with(b"{"));
        fs::write(&path, ["\u{feff}", &marked].concat()).unwrap();
        assert!(read_directory(&path).unwrap_err().to_string().contains("no JSON object"));
        let wide: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
        fs::write(&path, wide).unwrap();
        assert!(read_directory(&path).unwrap_err().to_string().contains("UTF-16"));
    }

    #[test]
    fn keys_are_made_once_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("k.pem");
        let who = || Organization { name: "A".to_owned(), name_ko: None, contact: None, url: None };
        let made = create(&path, who(), Vec::new()).unwrap();
        let read = load(&path).unwrap();
        assert_eq!((read.public, &read.directory), (made.public, &made.directory));
        assert!(create(&path, who(), Vec::new()).is_err());
        assert!(!is_open_to_others(&path));
    }
}
