//! Arguments to files: folders are searched through, patterns expanded (not every shell does), `-` is stdin.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use walkdir::WalkDir;
use watermark_files::Format;

use crate::terminal::{counted, shown, warn};

/// Longest file that is read: far above any picture within the decoder's limits.
const MAX_FILE_BYTES: u64 = 1 << 30;

/// Files passed over that are named on the screen.
const NAMED: usize = 5;
/// Extensions of pictures that are not read here, in lower case.
const OTHER_PICTURES: [&str; 23] = [
    "arw", "bmp", "cr2", "cr3", "dng", "exr", "gif", "heic", "heif", "ico", "j2k", "jp2", "jxl", "nef", "pbm", "pgm",
    "ppm", "psd", "raw", "svg", "tga", "tif", "tiff",
];

/// Where the bytes of one image are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Standard input.
    Stdin,
    /// What was read from standard input.
    Held(Vec<u8>),
    /// A file; it may turn out not to exist.
    File(PathBuf),
}

/// One image to work on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Input {
    /// Its name as given, or as found below the folder given.
    pub(crate) shown: String,
    /// Where it is.
    pub(crate) place: Place,
    /// Its path below the folder given; its bare name when the file itself was given.
    pub(crate) below: PathBuf,
}

impl Input {
    fn file(path: PathBuf, root: Option<&Path>) -> Self {
        let below = root.and_then(|root| path.strip_prefix(root).ok()).map(Path::to_path_buf);
        let below = below.or_else(|| path.file_name().map(PathBuf::from)).unwrap_or_default();
        Self { shown: path.to_string_lossy().into_owned(), place: Place::File(path), below }
    }

    fn stdin() -> Self {
        Self { shown: "-".to_owned(), place: Place::Stdin, below: PathBuf::from("stdin") }
    }

    /// Stdin, read, and by its format a name that can be written under; anything else as it is.
    ///
    /// # Errors
    /// When stdin cannot be read or is too long.
    pub(crate) fn with_a_name(mut self) -> Result<Self> {
        if self.place == Place::Stdin {
            let bytes = self.read()?;
            if let Ok(format) = Format::from_bytes(&bytes) {
                self.below = format!("stdin.{format}").to_lowercase().into();
            }
            self.place = Place::Held(bytes);
        }
        Ok(self)
    }

    /// The bytes, when there are not too many.
    ///
    /// # Errors
    /// When the file cannot be read or is too long.
    pub(crate) fn read(&self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let what = match &self.place {
            Place::Stdin => {
                io::stdin().lock().take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).context("cannot read stdin")?;
                "stdin"
            }
            Place::Held(bytes) => return Ok(bytes.clone()),
            Place::File(path) => {
                let unopened = "cannot open the file; check its name and permissions";
                ensure!(
                    path.exists() || !is_pattern(path),
                    "nothing matches this pattern; check its folder and the names in it"
                );
                // Before it is opened: that alone waits for a writer where the file is a pipe.
                let about = fs::metadata(path).context(unopened)?;
                ensure!(!about.is_dir(), "is a folder, not an image; if it holds images, let yourself search it");
                ensure!(
                    about.is_file(),
                    "is a pipe or a device, not a file; its contents can be given on stdin, with -"
                );
                let file = File::open(path).context(unopened)?;
                file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).context("cannot read the file")?;
                "the file"
            }
        };
        ensure!(
            bytes.len() as u64 <= MAX_FILE_BYTES,
            "{what} is longer than {MAX_FILE_BYTES} bytes; that is no picture"
        );
        Ok(bytes)
    }
}

/// Those inputs that are files.
pub(crate) fn files(inputs: &[Input]) -> impl Iterator<Item = &Path> {
    inputs.iter().filter_map(|input| match &input.place {
        Place::File(path) => Some(path.as_path()),
        Place::Stdin | Place::Held(_) => None,
    })
}

/// What was found for the arguments.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Images, in order.
    pub(crate) inputs: Vec<Input>,
    /// Files in the folders that by name are none.
    pub(crate) passed_over: Vec<PathBuf>,
    /// Folders without any image.
    empty: Vec<PathBuf>,
}

/// Resolves what was given, in order. Nothing below `skip` is taken from a folder, unless `skip` is that very folder.
///
/// # Errors
/// When stdin is given twice, a pattern is malformed, or there is nothing but folders without images.
pub(crate) fn expand(given: &[PathBuf], skip: Option<&Path>) -> Result<Found> {
    let skip = skip.and_then(|folder| fs::canonicalize(folder).ok());
    let mut found = Found::default();
    for path in given {
        if path.as_os_str() == "-" {
            let twice = found.inputs.iter().any(|input| input.place == Place::Stdin);
            ensure!(!twice, "- (stdin) can be given once only");
            found.inputs.push(Input::stdin());
        } else if path.is_dir() {
            search(path, skip.as_deref(), &mut found);
        } else if path.exists() {
            found.inputs.push(Input::file(path.clone(), None));
        } else {
            match_pattern(path, skip.as_deref(), &mut found)?;
        }
    }
    for folder in &found.empty {
        let lacks = format!(
            "{} holds no PNG, JPEG, WebP or AVIF files; name files of other extensions one by one",
            folder.display()
        );
        // Beside other inputs it is passed over; alone it is what was asked for.
        ensure!(!found.inputs.is_empty(), "{lacks}");
        warn(&lacks);
    }
    Ok(found)
}

/// Images below a folder, sorted by name, links followed; a folder without any is noted as empty. What cannot be searched stands among the
/// inputs and fails in its turn, so that it is neither missed nor in the way of the rest.
fn search(folder: &Path, skip: Option<&Path>, found: &mut Found) {
    let before = found.inputs.len();
    let is_skip = |path: &Path| skip.is_some() && fs::canonicalize(path).ok().as_deref() == skip;
    // Where the output replaces the input, the folder is both.
    let in_place = is_skip(folder);
    let skipped = |path: &Path| !in_place && is_skip(path);
    let entries = WalkDir::new(folder).follow_links(true).sort_by_file_name();
    for entry in entries.into_iter().filter_entry(|entry| !(entry.file_type().is_dir() && skipped(entry.path()))) {
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {}
            Ok(entry) if is_image(entry.path()) => found.inputs.push(Input::file(entry.into_path(), Some(folder))),
            Ok(entry) => found.passed_over.push(entry.into_path()),
            // What lies behind such a link is searched under its own name.
            Err(error) if error.loop_ancestor().is_some() => {
                warn(&format!(
                    "passed over a link to a folder that it lies in: {}",
                    shown(&error.path().unwrap_or(folder).to_string_lossy())
                ));
            }
            Err(error) => {
                let path = error.path().unwrap_or(folder);
                if path.is_dir() || is_image(path) {
                    found.inputs.push(Input::file(path.to_path_buf(), Some(folder)));
                }
            }
        }
    }
    if found.inputs.len() == before {
        found.empty.push(folder.to_path_buf());
    }
}

/// Those of the files passed over that somebody may have taken for pictures that were worked on. The rest of a folder (keys, ledgers, notes)
/// is nobody's surprise.
pub(crate) fn other_pictures(mut passed_over: Vec<PathBuf>) -> Vec<PathBuf> {
    passed_over.retain(|path| {
        path.extension().is_some_and(|name| OTHER_PICTURES.iter().any(|other| name.eq_ignore_ascii_case(other)))
    });
    passed_over
}

/// The rest of a summary line.
pub(crate) fn counted_in(passed_over: &[PathBuf]) -> String {
    if passed_over.is_empty() { String::new() } else { format!(", {} passed over", passed_over.len()) }
}

/// Says which files were passed over, the first of them by name.
pub(crate) fn warn_of(passed_over: &[PathBuf]) {
    if passed_over.is_empty() {
        return;
    }
    let first: Vec<_> = passed_over.iter().take(NAMED).map(|path| shown(&path.to_string_lossy())).collect();
    let more = if passed_over.len() > NAMED { ", …" } else { "" };
    warn(&format!(
        "passed over {}, which by name {} no PNG, JPEG, WebP or AVIF: {}{more}",
        counted(passed_over.len() as u64, "file"),
        if passed_over.len() == 1 { "is" } else { "are" },
        first.join(", ")
    ));
}

/// Whether a name is that of an image that can be read.
fn is_image(path: &Path) -> bool {
    path.extension().and_then(|extension| extension.to_str()).and_then(Format::from_extension).is_some()
}

/// Whether a name that no file has is a pattern.
fn is_pattern(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '['])
}

/// A path that does not exist: a pattern, or else a missing file, which is reported in its turn.
fn match_pattern(path: &Path, skip: Option<&Path>, found: &mut Found) -> Result<()> {
    let before = found.inputs.len() + found.empty.len();
    if let Some(pattern) = path.to_str().filter(|_| is_pattern(path)) {
        let matches =
            glob::glob(pattern).with_context(|| format!("{pattern} is no pattern; quote names with brackets"))?;
        for entry in matches {
            let entry = entry.with_context(|| format!("cannot search for {pattern}"))?;
            if entry.is_dir() {
                search(&entry, skip, found);
            } else {
                found.inputs.push(Input::file(entry, None));
            }
        }
    }
    if found.inputs.len() + found.empty.len() == before {
        found.inputs.push(Input::file(path.to_path_buf(), None));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(found: &Found) -> Vec<String> {
        found.inputs.iter().map(|input| input.below.to_string_lossy().replace('\\', "/")).collect()
    }

    #[test]
    fn folders_patterns_and_files_keep_their_order() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        fs::create_dir_all(at("in/sub")).unwrap();
        fs::create_dir(at("in/out")).unwrap();
        for name in ["in/b.png", "in/a.JPG", "in/notes.txt", "in/z.TIF", "in/sub/c.webp", "in/out/d.png", "e[1].png"] {
            fs::write(at(name), b"x").unwrap();
        }
        let found = expand(&[at("e[1].png"), at("in")], Some(&at("in/out"))).unwrap();
        assert_eq!(names(&found), ["e[1].png", "a.JPG", "b.png", "sub/c.webp"]);
        let found_in_place = expand(&[at("in")], Some(&at("in/sub/.."))).unwrap();
        assert_eq!(names(&found_in_place), ["a.JPG", "b.png", "out/d.png", "sub/c.webp"]);
        assert_eq!(names(&expand(&[at("in/*.png")], None).unwrap()), ["b.png"]);
        assert_eq!(found.passed_over, [at("in/notes.txt"), at("in/z.TIF")]);
        assert_eq!(other_pictures(found.passed_over), [at("in/z.TIF")]);
        assert_eq!(names(&expand(&[at("missing.png"), at("none*.png")], None).unwrap()), ["missing.png", "none*.png"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_in_circles_and_into_nothing_stop_no_search() {
        use std::os::unix::fs::symlink;
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        fs::create_dir(at("in")).unwrap();
        fs::write(at("in/b.png"), b"x").unwrap();
        symlink(at("in"), at("in/a")).unwrap();
        symlink(at("gone.png"), at("in/c.png")).unwrap();
        symlink(at("gone"), at("in/d")).unwrap();
        let found = expand(&[at("in")], None).unwrap();
        assert_eq!(names(&found), ["b.png", "c.png"]);
        assert!(found.inputs[0].read().is_ok() && found.inputs[1].read().is_err());
    }

    #[test]
    fn stdin_twice_and_empty_folders_are_refused() {
        let empty = tempfile::tempdir().unwrap();
        assert!(expand(&["-".into(), "-".into()], None).is_err());
        let folder = empty.path().to_path_buf();
        assert!(expand(std::slice::from_ref(&folder), None).unwrap_err().to_string().contains("holds no PNG"));
        // Beside something else it stops nothing.
        for given in [[folder.clone(), "x.png".into()], ["x.png".into(), folder]] {
            assert_eq!(names(&expand(&given, None).unwrap()), ["x.png"]);
        }
    }
}
