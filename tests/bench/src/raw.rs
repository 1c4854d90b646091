//! The measure of all things here: a plain file, appended to and synced.

use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use crate::failure::Failure;

/// A plain file that only grows, as a journal does; removed in the end.
pub(crate) struct RawFile {
    file: File,
    path: PathBuf,
}

impl RawFile {
    /// A new one in a directory.
    pub(crate) fn create(directory: &Path) -> Result<Self, Failure> {
        let path = directory.join("raw");
        let file = File::create(&path).map_err(Failure::disk(&path))?;
        file.sync_all().map_err(Failure::disk(&path))?;
        Ok(Self { file, path })
    }

    /// One write and one `fdatasync`; says how long they took.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<Duration, Failure> {
        let begun = Instant::now();
        self.file.write_all(bytes).and_then(|()| self.file.sync_data()).map_err(Failure::disk(&self.path))?;
        Ok(begun.elapsed())
    }
}

impl Drop for RawFile {
    fn drop(&mut self) {
        // The whole folder goes afterwards; this only gives room back earlier.
        let _ = fs::remove_file(&self.path);
    }
}
