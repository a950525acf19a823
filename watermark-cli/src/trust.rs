//! Which key directories count: those given, or those of the configuration folder.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use watermark_core::signature::TrustStore;

use crate::key_store;
use crate::terminal::shown;

/// The directories that count, and where they came from.
pub(crate) struct Trust {
    /// What checks signatures.
    pub(crate) store: TrustStore,
    /// Whether they are the configuration folder's.
    pub(crate) by_default: bool,
}

/// Loads exactly the directories given; without any, `trust/*.json` of the configuration folder and the development
/// key's.
///
/// # Errors
/// When one cannot be read. A broken directory is never passed over in silence.
pub(crate) fn load(given: &[PathBuf]) -> Result<Trust> {
    let by_default = given.is_empty();
    let files = if by_default { configured()? } else { given.to_vec() };
    let directories = files.iter().map(|file| key_store::read_directory(file)).collect::<Result<_>>()?;
    Ok(Trust { store: TrustStore::new(directories), by_default })
}

fn configured() -> Result<Vec<PathBuf>> {
    let Ok(folder) = key_store::config_folder() else { return Ok(Vec::new()) };
    let mut files = Vec::new();
    let trusted = folder.join("trust");
    if trusted.is_dir() {
        for entry in fs::read_dir(&trusted).with_context(|| format!("cannot search {}", trusted.display()))? {
            let path = entry.with_context(|| format!("cannot search {}", trusted.display()))?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                files.push(path);
            }
        }
        files.sort();
    }
    files.extend(Some(key_store::directory_path(&key_store::development_path()?)).filter(|file| file.exists()));
    Ok(files)
}

impl Trust {
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
