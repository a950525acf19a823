//! Bytes to files, whole or not at all: a temporary file beside the target, flushed, read back and checked, renamed.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail, ensure};
use tempfile::{Builder, NamedTempFile};

/// Temporary files that exist now, for [`remove_temporaries_on_interrupt`].
static TEMPORARY: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// What happens to a file of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Existing {
    /// It stays, and writing fails.
    Keep,
    /// It is replaced in one step; its permissions stay.
    Replace,
}

/// Who may read a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Whoever the system's defaults let.
    Usual,
    /// Its owner alone (mode 0600).
    Owner,
}

/// Refuses an output that is one of the `sources`, by whatever name: what was examined, and what it was judged by, is not to be written over.
///
/// # Errors
/// Naming the source.
pub(crate) fn spare<'a>(output: &Path, sources: impl IntoIterator<Item = &'a Path>) -> Result<()> {
    let Ok(output) = fs::canonicalize(output) else { return Ok(()) };
    for source in sources {
        let same = fs::canonicalize(source).is_ok_and(|source| source == output);
        ensure!(!same, "{} is read from here; name another file to write to", source.display());
    }
    Ok(())
}

/// Refuses to put a file in the place of what is no file: a pipe or device would be gone, and what reads it left waiting.
///
/// # Errors
/// Naming the target. One that is not there yet is none.
pub(crate) fn replaceable(target: &Path) -> Result<()> {
    let Ok(about) = fs::metadata(target) else { return Ok(()) };
    ensure!(!about.is_dir(), "{} is a folder; name a file", target.display());
    ensure!(
        about.is_file(),
        "{} is a device or pipe, and a file would take its place; name a file (a stamped image goes to standard output with `-o -`)",
        target.display()
    );
    Ok(())
}

/// Where a path leads, as far as that can be told of a file that need not be there yet: the same for two names of one file.
pub(crate) fn resolved(path: &Path) -> PathBuf {
    /// As many links in a row as Linux follows.
    const MOST_LINKS: usize = 40;
    let mut path = path.to_path_buf();
    for _ in 0..MOST_LINKS {
        if let Ok(place) = fs::canonicalize(&path) {
            return place;
        }
        // A link to nothing yet: what is made behind it (a ledger is) lies where it points to.
        let Ok(next) = fs::read_link(&path) else { break };
        path = folder(&path).join(next);
    }
    match (fs::canonicalize(folder(&path)), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => std::path::absolute(&path).unwrap_or(path),
    }
}

/// Behind a link lies the file that is meant.
fn meant(target: &Path) -> PathBuf {
    fs::canonicalize(target).unwrap_or_else(|_| target.to_path_buf())
}

fn folder(target: &Path) -> &Path {
    match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Refuses a target that nothing could be written to, before the work that it is for: by way of a file that goes at once, since
/// permissions alone tell little.
///
/// # Errors
/// When it is no file, or its folder is missing or takes none.
pub(crate) fn ready(target: &Path) -> Result<()> {
    replaceable(target)?;
    Temporary::beside(folder(&meant(target)), Readers::Usual).map(drop)
}

/// Makes a folder for output, with those above it, unless it is there.
///
/// # Errors
/// When it cannot be made, or is a file.
pub(crate) fn make_folder(folder: &Path) -> Result<()> {
    ensure!(!folder.is_file(), "{} is a file, not a folder; name a folder", folder.display());
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))
}

/// Writes `bytes` to `target` after `check` accepted what was read back from disk.
///
/// # Errors
/// When the folder cannot be written to, `check` fails, or the target exists and is to stay. No file is left then.
pub(crate) fn write(
    target: &Path,
    bytes: &[u8],
    existing: Existing,
    readers: Readers,
    check: impl FnOnce(&[u8]) -> Result<()>,
) -> Result<()> {
    replaceable(target)?;
    let stays = existing == Existing::Keep && fs::symlink_metadata(target).is_ok();
    // Again when it is renamed: another program may have made it by then.
    ensure!(!stays, "{} exists; name another file", target.display());
    let target = &meant(target);
    let folder = folder(target);
    let mut temporary = Temporary::beside(folder, readers)?;
    let full =
        || format!("cannot write {}; is the disk full, or a limit of its size (ulimit -f) too low?", target.display());
    temporary.file.write_all(bytes).with_context(full)?;
    temporary.file.as_file().sync_all().with_context(full)?;
    let written = fs::read(temporary.file.path()).with_context(|| format!("cannot read {} back", target.display()))?;
    check(&written)?;
    if existing == Existing::Replace
        && let Ok(about) = fs::metadata(target)
    {
        // Losing the permissions of the old file is no reason to lose the new one.
        let _ = temporary.file.as_file().set_permissions(about.permissions());
    }
    temporary.rename(target, existing)?;
    // Makes the new name durable; not every system can.
    let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

/// A temporary file, listed while it exists.
struct Temporary {
    file: NamedTempFile,
    listed: Listed,
}

/// An entry of [`TEMPORARY`].
struct Listed(PathBuf);

impl Drop for Listed {
    fn drop(&mut self) {
        TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

impl Temporary {
    fn beside(folder: &Path, readers: Readers) -> Result<Self> {
        ensure!(folder.is_dir(), "there is no folder {}; make it, or choose another", folder.display());
        let mut builder = Builder::new();
        builder.prefix(".watermark-").suffix(".tmp");
        #[cfg(unix)]
        if readers == Readers::Usual {
            use std::os::unix::fs::PermissionsExt as _;
            // The system takes the user's mask off; without this call the mode is 0600.
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        #[cfg(not(unix))]
        let _ = readers;
        // Locked from before the file exists, so that an interrupt cannot fall in between.
        let mut list = TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner);
        // Its own message names a file that nobody asked for.
        let file = builder.tempfile_in(folder).map_err(|error| std::io::Error::from(error.kind()));
        let file = file.with_context(|| {
            format!("cannot write to folder {}; choose another, or let yourself write to it", folder.display())
        })?;
        list.insert(file.path().to_path_buf());
        let listed = Listed(file.path().to_path_buf());
        Ok(Self { file, listed })
    }

    fn rename(self, target: &Path, existing: Existing) -> Result<()> {
        let Self { file, listed } = self;
        let renamed = match existing {
            Existing::Replace => file.persist(target),
            Existing::Keep => file.persist_noclobber(target),
        };
        drop(listed);
        match renamed.map_err(|error| error.error) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                bail!("{} exists; name another file", target.display())
            }
            Err(error) => Err(error).with_context(|| format!("cannot create {}", target.display())),
            Ok(_) => Ok(()),
        }
    }
}

/// Removes temporary files when the user or the system ends the program early.
///
/// # Errors
/// When the system takes no handler.
pub(crate) fn remove_temporaries_on_interrupt() -> Result<()> {
    ctrlc::set_handler(|| {
        // Never unlocked again: no thread can make another file before the exit.
        let list = TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner);
        for path in list.iter() {
            let _ = fs::remove_file(path);
        }
        std::process::exit(130);
    })
    .context("interrupts will leave temporary files behind")
}

/// Makes a file above the size that the shell allows (`ulimit -f`) an error of that file: the signal for it would end the program and leave
/// the temporary file. Threads inherit this, so it comes before all of them.
pub(crate) fn outlive_size_limits() {
    #[cfg(unix)]
    {
        use nix::sys::signal::{SigSet, Signal};
        let mut limits = SigSet::empty();
        limits.add(Signal::SIGXFSZ);
        // Fails for no valid set; the program would then end as any other does.
        let _ = limits.thread_block();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_failed_check_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.png");
        let refuse = |_: &[u8]| bail!("unreadable");
        assert!(write(&target, b"new", Existing::Keep, Readers::Usual, refuse).is_err());
        assert!(listing(folder.path()).is_empty());
        fs::write(&target, b"old").unwrap();
        assert!(write(&target, b"new", Existing::Replace, Readers::Usual, refuse).is_err());
        assert_eq!(listing(folder.path()), ["a.png"]);
        assert_eq!(fs::read(&target).unwrap(), b"old");
    }

    #[test]
    fn existing_files_stay_unless_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.png");
        let check = |bytes: &[u8]| {
            assert_eq!(bytes, b"new");
            Ok(())
        };
        fs::write(&target, b"old").unwrap();
        assert!(write(&target, b"new", Existing::Keep, Readers::Usual, check).is_err());
        assert_eq!(fs::read(&target).unwrap(), b"old");
        write(&target, b"new", Existing::Replace, Readers::Usual, check).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"new");
        assert_eq!(listing(folder.path()), ["a.png"]);
        assert!(TEMPORARY.lock().unwrap().iter().all(|path| path.parent() != Some(folder.path())));
    }

    #[cfg(unix)]
    #[test]
    fn names_of_one_file_lead_to_one_place() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("sub")).unwrap();
        symlink("sub", at("other")).unwrap();
        symlink("../late", at("sub/link")).unwrap();
        symlink("loop", at("loop")).unwrap();
        // Before the file is there, and after.
        for _ in 0..2 {
            for name in ["sub/../late", "sub/link", "other/link", "other/../late"] {
                assert_eq!(resolved(&at(name)), resolved(&at("late")), "{name}");
            }
            assert_ne!(resolved(&at("sub/late")), resolved(&at("late")));
            fs::write(at("late"), b"").unwrap();
        }
        assert_ne!(resolved(&at("loop")), resolved(&at("late")), "a link to itself ends");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_not_replaced() {
        use std::os::unix::fs::FileTypeExt as _;
        let folder = tempfile::tempdir().unwrap();
        let (pipe, link) = (folder.path().join("pipe"), folder.path().join("link"));
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        std::os::unix::fs::symlink(&pipe, &link).unwrap();
        for target in [&pipe, &link] {
            for existing in [Existing::Replace, Existing::Keep] {
                let error = write(target, b"new", existing, Readers::Usual, |_| Ok(())).unwrap_err().to_string();
                assert!(error.contains("is a device or pipe"), "{error}");
            }
        }
        assert!(write(folder.path(), b"new", Existing::Replace, Readers::Usual, |_| Ok(())).is_err());
        assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
        assert_eq!(listing(folder.path()), ["link", "pipe"]);
    }

    #[cfg(unix)]
    #[test]
    fn owner_only_files_are_0600_and_replaced_files_keep_their_mode() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let target = folder.path().join("key.pem");
        write(&target, b"secret", Existing::Keep, Readers::Owner, |_| Ok(())).unwrap();
        assert_eq!(mode(&target), 0o600);
        let target = folder.path().join("a.png");
        fs::write(&target, b"old").unwrap();
        fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
        write(&target, b"new", Existing::Replace, Readers::Usual, |_| Ok(())).unwrap();
        assert_eq!(mode(&target), 0o640);
    }
}
