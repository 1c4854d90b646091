//! Where tests keep what they make.

use std::path::Path;

use rustix::fs::statvfs;
use tempfile::TempDir;

/// Memory is used when so much of it is free: a run takes up to 100 MiB, and a few go on at once.
const FREE_BYTES_MIN: u64 = 1024 * 1024 * 1024;

/// A directory in memory where there is room, else in the usual place. A killed process loses nothing that it gave to the
/// kernel, whichever it is; without waiting for a disk more happens between two ends.
///
/// # Panics
/// No directory can be made.
pub fn in_memory(prefix: &str) -> TempDir {
    let memory = Path::new("/dev/shm");
    let free = statvfs(memory).map_or(0, |about| about.f_bavail.saturating_mul(about.f_frsize));
    if free < FREE_BYTES_MIN {
        return on_disk(prefix);
    }
    TempDir::with_prefix_in(prefix, memory).unwrap_or_else(|_| on_disk(prefix))
}

/// A directory in the usual place for temporary files.
///
/// # Panics
/// No directory can be made.
pub fn on_disk(prefix: &str) -> TempDir {
    TempDir::with_prefix(prefix).expect("a temporary directory can be made")
}
