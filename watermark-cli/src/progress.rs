//! A progress bar on stderr, where stderr is a terminal and there is more than one file.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressStyle};

/// Counts files done; silent where nobody looks.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A bar for `files` files, unless `quiet`.
    pub(crate) fn new(files: usize, quiet: bool) -> Self {
        if quiet || files < 2 || !io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::new(files as u64);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} files, {elapsed} gone, {eta} left") {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// One file more is done; `print` writes about it while the bar is out of the way.
    pub(crate) fn advance<T>(&self, print: impl FnOnce() -> T) -> T {
        let printed = self.0.suspend(print);
        self.0.inc(1);
        printed
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
