//! One program at a time between the reading of a file and its replacement: of two that read the same text, the second to write would
//! undo what the first one wrote.
//!
//! The lock is the operating system's, as the ledger's is, so it ends with the program that holds it. A ledger stays the same file; these
//! are replaced by a rename, and whoever waited for the old file holds a lock on what has no name any more. So it is asked again then.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::output;

/// A file that others wait for until this is dropped.
#[must_use]
pub(crate) struct Exclusive {
    _locked: File,
}

impl Exclusive {
    /// Waits until no other program is between reading and replacing `path`.
    ///
    /// # Errors
    /// When it is no file that could be replaced, or cannot be opened or locked.
    pub(crate) fn wait_for(path: &Path) -> Result<Self> {
        // First of all: to open a pipe is to wait for whoever writes to it.
        output::replaceable(path)?;
        let place = place(&output::resolved(path));
        loop {
            let mut options = OpenOptions::new();
            // What lies beside the file is made for this alone; the file itself is only read, and has to be there.
            let options = options.read(true).write(BESIDE).create(BESIDE).truncate(false);
            let file = options.open(&place).with_context(|| {
                format!("cannot open {}; correct its name, or let yourself read it", place.display())
            })?;
            file.lock().with_context(|| {
                format!(
                    "cannot lock {}, so that nobody else changes it meanwhile; work on a copy on another disk",
                    place.display()
                )
            })?;
            if is_named(&file, &place)? {
                return Ok(Self { _locked: file });
            }
        }
    }
}

/// Whether the lock is on a file of its own. Elsewhere than on Unix a file that is open cannot be replaced.
const BESIDE: bool = cfg!(not(unix));

/// What is locked for the sake of `path`.
fn place(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    if BESIDE {
        // It stays: somebody may be waiting for it by the time that it could be removed.
        name.push(".lock");
    }
    name.into()
}

/// Whether `file` is what `path` names now.
fn is_named(file: &File, path: &Path) -> Result<bool> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let looked = || format!("cannot look at {}", path.display());
        let (held, named) = (file.metadata().with_context(looked)?, path.metadata().with_context(looked)?);
        Ok((held.dev(), held.ino()) == (named.dev(), named.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = (file, path);
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::output::{Existing, Readers};

    #[test]
    fn nobody_writes_over_what_another_wrote_meanwhile() {
        const WRITERS: usize = 8;
        const ROUNDS: usize = 20;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("counter");
        fs::write(&path, "0").unwrap();
        std::thread::scope(|scope| {
            for _ in 0..WRITERS {
                scope.spawn(|| {
                    for _ in 0..ROUNDS {
                        let _alone = Exclusive::wait_for(&path).unwrap();
                        let count: usize = fs::read_to_string(&path).unwrap().parse().unwrap();
                        let next = (count + 1).to_string();
                        output::write(&path, next.as_bytes(), Existing::Replace, Readers::Usual, |_| Ok(())).unwrap();
                    }
                });
            }
        });
        assert_eq!(fs::read_to_string(&path).unwrap(), (WRITERS * ROUNDS).to_string());
    }

    #[test]
    fn what_is_not_there_is_said() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Exclusive::wait_for(folder.path()).is_err());
        #[cfg(unix)]
        assert!(Exclusive::wait_for(&folder.path().join("none")).is_err());
    }
}
