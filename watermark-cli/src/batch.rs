//! Many files on several threads: results in the order given, and no file that takes the others down with it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use anyhow::{Result, anyhow};

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
    static LAST_PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Threads to use: as many as asked for, else one per core.
pub(crate) fn jobs(asked: Option<u16>) -> usize {
    asked.map_or_else(|| thread::available_parallelism().map_or(1, Into::into), usize::from)
}

/// Runs `work` on every item, up to `jobs` at a time, and hands the results to `emit` in the items' order, each as soon
/// as it and all before it are there.
///
/// # Errors
/// The first error of `emit`; work already begun is finished, no more is started.
pub(crate) fn in_order<T: Sync, R: Send>(
    items: &[T],
    jobs: usize,
    work: impl Fn(usize, &T) -> R + Sync,
    mut emit: impl FnMut(R) -> Result<()>,
) -> Result<()> {
    let next = AtomicUsize::new(0);
    let (send, receive) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, items.len().max(1)) {
            let (send, next, work) = (send.clone(), &next, &work);
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { break };
                    if send.send((index, work(index, item))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(send);
        let mut early = BTreeMap::new();
        let mut due = 0;
        for (index, result) in receive {
            early.insert(index, result);
            while let Some(result) = early.remove(&due) {
                emit(result)?;
                due += 1;
            }
        }
        Ok(())
    })
}

/// Runs `work`; a panic in it, which malformed files could cause, becomes an error of that one file.
///
/// # Errors
/// What `work` returns, or that it panicked.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    let outer = GUARDED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(outer);
    result.unwrap_or_else(|_| {
        let what = LAST_PANIC.take().unwrap_or_else(|| "unknown place".to_owned());
        Err(anyhow!("internal fault on this file ({what}); please report it, with the file if you may share it"))
    })
}

/// Keeps panics inside [`guarded`] off the terminal: they are reported as errors of their file.
pub(crate) fn keep_guarded_panics_quiet() {
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if GUARDED.get() {
            let place = info.location().map_or_else(String::new, |at| format!("{}:{}", at.file(), at.line()));
            LAST_PANIC.set(Some(place));
        } else {
            default(info);
        }
    }));
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn results_come_in_order_whatever_finishes_first() {
        let items: Vec<u64> = (0..20).collect();
        let mut seen = Vec::new();
        let work = |_, &n: &u64| {
            thread::sleep(Duration::from_millis((20 - n) % 5));
            n
        };
        in_order(&items, 4, work, |n| {
            seen.push(n);
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, items);
    }

    #[test]
    fn a_panic_is_the_error_of_its_file() {
        keep_guarded_panics_quiet();
        let items = [1, 0, 2];
        let mut seen = Vec::new();
        in_order(
            &items,
            2,
            |_, &n| guarded(|| Ok(4 / n)).is_ok(),
            |ok| {
                seen.push(ok);
                Ok(())
            },
        )
        .unwrap();
        assert_eq!(seen, [true, false, true]);
    }

    #[test]
    fn an_error_of_the_output_ends_the_batch() {
        let items = [0; 1000];
        let mut emitted = 0;
        let result = in_order(
            &items,
            2,
            |_, _| (),
            |()| {
                emitted += 1;
                Err(anyhow!("closed"))
            },
        );
        assert!(result.is_err());
        assert_eq!(emitted, 1);
    }

    #[test]
    fn nothing_to_do_is_done() {
        in_order(&[0_u8; 0], 8, |_, _| (), |()| Ok(())).unwrap();
    }
}
