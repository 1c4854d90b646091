//! Events on their way from a server, on disk in the form of an export (`dossier_journal::export`), to be read as one.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use bytes::Bytes;

use crate::{Failure, verification::ExportedJournal};

/// Where the events of one origin go.
#[derive(Debug)]
pub struct Spool {
    directory: PathBuf,
    open: Option<(u32, BufWriter<File>)>,
}

impl Spool {
    /// In a directory that is there and empty.
    pub fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned(), open: None }
    }

    /// Takes the next event of an epoch; its first has the sequence 0.
    ///
    /// # Errors
    /// [`Failure`]: the disk.
    pub fn put(&mut self, epoch: u32, event: &Bytes, beside: Option<&Bytes>) -> Result<(), Failure> {
        let failed = |error: io::Error| Failure::disk(&self.directory, &error);
        if self.open.as_ref().is_none_or(|(open, _)| *open != epoch) {
            if let Some((_, mut file)) = self.open.take() {
                file.flush().map_err(failed)?;
            }
            let file = File::create_new(self.directory.join(format!("events-{epoch}-0.bin"))).map_err(failed)?;
            let mut file = BufWriter::new(file);
            let head = [&b"DOSSEVT1"[..], &epoch.to_be_bytes(), &0_u64.to_be_bytes()].concat();
            file.write_all(&head).map_err(failed)?;
            self.open = Some((epoch, file));
        }
        let Some((_, file)) = &mut self.open else { return Ok(()) };
        let length = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX).to_be_bytes();
        let lengths = [length(event.len()), length(beside.map_or(0, |beside| beside.len() + 1))].concat();
        let parts = [&lengths[..], event, beside.map_or(&[][..], |beside| beside)];
        parts.iter().try_for_each(|part| file.write_all(part)).map_err(failed)
    }

    /// Everything that was taken, to be read.
    ///
    /// # Errors
    /// [`Failure`]: the disk, or what was taken is too long for an event.
    pub fn finish(mut self) -> Result<ExportedJournal, Failure> {
        if let Some((_, mut file)) = self.open.take() {
            file.flush().map_err(|error| Failure::disk(&self.directory, &error))?;
        }
        ExportedJournal::open(&self.directory).map_err(Failure::damaged)
    }
}
