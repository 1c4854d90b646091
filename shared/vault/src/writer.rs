//! Writing slots: one writer at a time, each batch durable before anything follows from it.

use std::io;

use crate::{
    VaultError,
    disk::{Disk, SLOTS_IN_FILE},
    index::MOST_SLOTS,
    slot::{self, Bytes, SLOT, STATE_AT},
};

/// Slots in one batch at most: 1024 × 128 bytes = 128 KiB; a place in a batch fits 2 bytes.
pub(crate) const LARGEST_BATCH: usize = 1024;

/// The one who writes.
pub(crate) struct Writer {
    next: u32,
    /// After a failed write or sync nobody knows what is on disk (Linux may drop what it could not write and report it once), so no later
    /// success means anything.
    stopped: Option<Stop>,
}

/// The failure that ended all writing.
struct Stop {
    reason: String,
    kind: io::ErrorKind,
}

/// The file of a slot, and the offset in it.
pub(crate) fn place_of(slot: u32) -> (usize, usize) {
    ((slot / SLOTS_IN_FILE) as usize, (slot % SLOTS_IN_FILE) as usize * SLOT)
}

impl Writer {
    pub(crate) fn new(next: u32) -> Self {
        Self { next, stopped: None }
    }

    /// Refuses when an earlier write failed.
    pub(crate) fn check(&self) -> Result<(), VaultError> {
        match &self.stopped {
            None => Ok(()),
            Some(Stop { reason, kind }) => Err(VaultError::Stopped { reason: reason.clone(), source: (*kind).into() }),
        }
    }

    /// Slots that were ever written.
    pub(crate) fn used(&self) -> u32 {
        self.next
    }

    /// Writes a batch behind the last slot and makes it durable; the number of its first slot.
    pub(crate) fn append(&mut self, disk: &dyn Disk, batch: &[Bytes]) -> Result<u32, VaultError> {
        debug_assert!(batch.len() <= LARGEST_BATCH);
        self.check()?;
        let first = self.next;
        let end = first + batch.len() as u32;
        if end > MOST_SLOTS {
            return Err(VaultError::Full);
        }
        // A file that cannot be added leaves nothing in doubt: no stop.
        while (disk.files() as u64) * u64::from(SLOTS_IN_FILE) < u64::from(end) {
            disk.add_file()?;
        }
        let written = write_batch(disk, first, batch);
        self.stop_on_failure(written)?;
        self.next = end;
        Ok(first)
    }

    /// Destroys the key in a slot: first says so, durably, then overwrites it, durably. See [`slot`](crate::slot).
    pub(crate) fn erase(&mut self, disk: &dyn Disk, number: u32) -> Result<(), VaultError> {
        self.check()?;
        let erased = erase(disk, number);
        self.stop_on_failure(erased)
    }

    /// Puts a slot out of use; durable after the next [`Disk::sync`].
    pub(crate) fn void(&mut self, disk: &dyn Disk, number: u32) -> Result<(), VaultError> {
        self.check()?;
        let (file, offset) = place_of(number);
        let written = disk.write(file, offset, &slot::void());
        self.stop_on_failure(written)
    }

    fn stop_on_failure<T>(&mut self, result: Result<T, VaultError>) -> Result<T, VaultError> {
        if let Err(error) = &result {
            tracing::error!(%error, "the vault stops writing");
            let kind = match error {
                VaultError::Disk { source, .. } => source.kind(),
                _ => io::ErrorKind::Other,
            };
            self.stopped = Some(Stop { reason: error.to_string(), kind });
        }
        result
    }
}

fn write_batch(disk: &dyn Disk, first: u32, batch: &[Bytes]) -> Result<(), VaultError> {
    let mut number = first;
    let mut rest = batch;
    while !rest.is_empty() {
        let (file, offset) = place_of(number);
        let fits = (SLOTS_IN_FILE - number % SLOTS_IN_FILE) as usize;
        let (now, later) = rest.split_at(fits.min(rest.len()));
        disk.write(file, offset, now.as_flattened())?;
        disk.sync(file)?;
        number += now.len() as u32;
        rest = later;
    }
    Ok(())
}

fn erase(disk: &dyn Disk, number: u32) -> Result<(), VaultError> {
    let (file, offset) = place_of(number);
    disk.write(file, offset + STATE_AT, &[slot::ERASED])?;
    disk.sync(file)?;
    let mut bytes = [0; SLOT];
    disk.read(file, offset, &mut bytes)?;
    disk.write(file, offset, &slot::tombstone_of(&bytes))?;
    disk.sync(file)
}
