//! How many pictures fit into memory at once: a picture's work waits until there is room for it.

use std::fs;
use std::sync::{Condvar, Mutex, PoisonError};

/// Bytes that one pixel needs at the peak, by estimate: ten planes of 32-bit samples, the decoded picture twice, and the
/// file before and after.
const BYTES_PER_PIXEL: u64 = 64;

/// Assumed where the system does not say what is free.
const FALLBACK_BYTES: u64 = 2 << 30;

/// Memory to share among the pictures worked on.
pub(crate) struct Memory {
    total: u64,
    free: Mutex<u64>,
    freed: Condvar,
}

/// A picture's share, given back when dropped.
pub(crate) struct Share<'a> {
    memory: &'a Memory,
    bytes: u64,
}

impl Memory {
    /// Three quarters of what the system has free now.
    pub(crate) fn of_system() -> Self {
        Self::new(available().unwrap_or(FALLBACK_BYTES) / 4 * 3)
    }

    fn new(total: u64) -> Self {
        Self { total, free: Mutex::new(total), freed: Condvar::new() }
    }

    /// Waits for room for a picture. One that is larger than everything gets everything, and so works alone.
    pub(crate) fn reserve(&self, width: u32, height: u32) -> Share<'_> {
        let bytes = (u64::from(width) * u64::from(height)).saturating_mul(BYTES_PER_PIXEL).min(self.total);
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free < bytes {
            free = self.freed.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= bytes;
        Share { memory: self, bytes }
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        *self.memory.free.lock().unwrap_or_else(PoisonError::into_inner) += self.bytes;
        self.memory.freed.notify_all();
    }
}

/// `MemAvailable` of Linux; `None` elsewhere.
fn available() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn pictures_wait_for_room_and_giants_work_alone() {
        let memory = Memory::new(100 * BYTES_PER_PIXEL);
        let small = memory.reserve(6, 10);
        assert_eq!(*memory.free.lock().unwrap(), 40 * BYTES_PER_PIXEL);
        thread::scope(|scope| {
            let giant = scope.spawn(|| memory.reserve(60_000, 60_000).bytes);
            drop(small);
            assert_eq!(giant.join().unwrap(), memory.total);
        });
        assert_eq!(*memory.free.lock().unwrap(), memory.total);
    }
}
