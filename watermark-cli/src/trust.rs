//! Which key directories count: those given, or those of the configuration folder.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest as _, Sha256};
use watermark_core::payload::hex;
use watermark_core::signature::{Directory, TrustStore};
use watermark_report::OutdatedFacts;

use crate::key_store;
use crate::terminal::{shown, warn};

/// The directories that count, and where they came from.
pub(crate) struct Trust {
    /// What checks signatures.
    pub(crate) store: TrustStore,
    /// Whether they are the configuration folder's.
    pub(crate) by_default: bool,
    /// Every file that counts.
    pub(crate) files: Vec<DirectoryFile>,
    /// Those that are behind what is known here, whether they count or not.
    pub(crate) outdated: Vec<OutdatedFacts>,
}

/// A key directory as it lies on disk.
#[derive(Clone, Debug)]
pub(crate) struct DirectoryFile {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// SHA-256 of the file.
    pub(crate) sha256: [u8; 32],
    /// What it says.
    pub(crate) directory: Directory,
}

impl DirectoryFile {
    /// Reads and checks one.
    ///
    /// # Errors
    /// When it cannot be read, contradicts itself, or its root's signature does not hold.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let (bytes, directory) = key_store::read_directory(path)?;
        Ok(Self::new(path, &bytes, directory))
    }

    /// One that was read already.
    pub(crate) fn new(path: &Path, bytes: &[u8], directory: Directory) -> Self {
        Self { path: path.to_path_buf(), sha256: Sha256::digest(bytes).into(), directory }
    }

    /// The name under which the trust store keeps it: 16 hexadecimal digits of the SHA-256 of its root key, or of the file
    /// when nobody signed it. All editions of one root have one name.
    pub(crate) fn id(&self) -> String {
        let hash: [u8; 32] = match self.directory.endorsement() {
            Some(endorsement) => Sha256::digest(endorsement.root().as_bytes()).into(),
            None => self.sha256,
        };
        hex::encode(&hash[..8])
    }

    /// How far it is behind `others`: the latest that takes its place, else one that revokes a key of it.
    fn outdated_by(&self, others: &[Directory], counted: bool) -> Option<OutdatedFacts> {
        let file = self.path.to_string_lossy();
        let by = |other| OutdatedFacts::new(file.clone().into_owned(), &self.directory, other, counted);
        others.iter().filter_map(by).max_by_key(|facts| (facts.latest, facts.revoked.len()))
    }
}

/// Loads exactly the directories given; without any, `trust/*.json` of the configuration folder and the development
/// key's. Of several editions of one root the latest counts.
///
/// # Errors
/// When one cannot be read. A broken directory is never passed over in silence.
pub(crate) fn load(given: &[PathBuf]) -> Result<Trust> {
    let by_default = given.is_empty();
    let read = |path: &PathBuf| DirectoryFile::read(path);
    let files = if by_default { configured()? } else { given.iter().map(read).collect::<Result<_>>()? };
    let given: Vec<_> = files.iter().map(|file| file.directory.clone()).collect();
    let store = TrustStore::new(given.clone());
    let (files, left_out): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|file| store.directories().contains(&file.directory));
    for file in &left_out {
        let name = shown(&file.directory.organization().name);
        warn(&format!("of several editions of the directory of {name} only the latest counts"));
    }
    let mut outdated = if by_default { Vec::new() } else { older_than_kept(&files, &store) };
    // By one that gave way itself, too: it may be all that links an old root with the present one.
    outdated.extend(left_out.iter().filter_map(|file| file.outdated_by(&given, false)));
    Ok(Trust { store, by_default, files, outdated })
}

/// Those that count although the user's own store knows more: somebody may have brought back the one from before a revocation, or taken
/// the root's signature off it.
fn older_than_kept(given: &[DirectoryFile], store: &TrustStore) -> Vec<OutdatedFacts> {
    // The store does not count here, so whatever is wrong with it is not this command's business.
    let kept: Vec<_> = stored().unwrap_or_default().into_iter().map(|kept| kept.directory).collect();
    // Where another of those given revokes the key, the revocation decides, and nothing was missed.
    let heeded = |id: &String| {
        let revoked = |directory: &Directory| {
            directory.keys().iter().any(|key| key.revocation.is_some() && key.public_key.key_id().to_string() == *id)
        };
        store.directories().iter().any(revoked)
    };
    let mut outdated: Vec<_> = given.iter().filter_map(|file| file.outdated_by(&kept, true)).collect();
    outdated.retain(|facts| facts.latest.is_some() || !facts.revoked.iter().all(heeded));
    for facts in &outdated {
        let (file, keys) = (shown(&facts.file), facts.revoked.join(", "));
        warn(&match facts.latest {
            Some(_) => format!(
                "{file} is an older edition than the one in your trust store, and may lack a revocation; see `watermark trust list`"
            ),
            None => format!(
                "{file} lists key {keys} as good, which your trust store knows as revoked; see `watermark trust list`"
            ),
        });
    }
    outdated
}

/// The folder of trusted directories.
///
/// # Errors
/// When there is no configuration folder.
pub(crate) fn folder() -> Result<PathBuf> {
    Ok(key_store::config_folder()?.join("trust"))
}

/// Every directory of the trust store, by file name.
///
/// # Errors
/// When one cannot be read.
pub(crate) fn stored() -> Result<Vec<DirectoryFile>> {
    let read = |path: &PathBuf| {
        DirectoryFile::read(path).with_context(|| {
            let name = stem(path);
            format!("your trust store cannot be used; replace this file of it, or take it out with `watermark trust remove {name}`")
        })
    };
    stored_paths()?.iter().map(read).collect()
}

/// A file of the trust store by the name that `trust remove` takes, whatever is in it.
pub(crate) fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Every file of the trust store.
///
/// # Errors
/// When the folder cannot be searched.
pub(crate) fn stored_paths() -> Result<Vec<PathBuf>> {
    let Ok(folder) = folder() else { return Ok(Vec::new()) };
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let searched = || format!("cannot search {}", folder.display());
    let entries = fs::read_dir(&folder).with_context(searched)?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>().with_context(searched)?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    Ok(paths)
}

/// The development key's directory, where it was made: it counts beside the store.
pub(crate) fn development_directory() -> Option<PathBuf> {
    let key = key_store::development_path().ok()?;
    Some(key_store::directory_path(&key)).filter(|path| path.exists())
}

fn configured() -> Result<Vec<DirectoryFile>> {
    let mut files = stored()?;
    if let Some(path) = development_directory() {
        files.push(DirectoryFile::read(&path).context("delete this file; it is made again from the development key")?);
    }
    Ok(files)
}

impl Trust {
    /// The files that count.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(|file| file.path.as_path())
    }

    /// Who is trusted, for people.
    pub(crate) fn summary(&self) -> String {
        let names: Vec<_> = self.store.directories().iter().map(|d| shown(&d.organization().name)).collect();
        match (self.by_default, names.is_empty()) {
            (true, true) => "no key directory is trusted yet, so no signature can be checked; pass --trust \
                             DIRECTORY.json"
                .to_owned(),
            (true, false) => format!("trusting the configuration folder's directories: {}", names.join(", ")),
            (false, _) => format!("trusting {}", names.join(", ")),
        }
    }
}
