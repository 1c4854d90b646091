//! The anchor: the signed head, kept outside of the store, so that a store which was cut short or put back is noticed.
//!
//! One file, `head`, with two slots of 4 KiB that are written in turn: while one is being written the other is whole. A slot:
//!
//! ```text
//! byte 0        version (1); 0 where nothing was written yet
//! bytes 1-4     CRC32C (little-endian) of bytes 5 to the end of the text
//! bytes 5-12    number of this writing, from 1; the valid slot with the higher number counts
//! bytes 13-20   which opening of the journal wrote it (see `Identity::starts`)
//! bytes 21-22   length of the text
//! bytes 23-     the signed checkpoint
//! ```

mod keeper;

#[cfg(test)]
mod tests;

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::store::{create_durably, sync_directory};

pub(crate) use keeper::{AnchorKeeper, First};

const VERSION: u8 = 1;
/// One page: slots never share a sector.
const SLOT_BYTES: usize = 4096;
const HEADER_BYTES: usize = 23;
const FILE_NAME: &str = "head";

/// The longest signed checkpoint. Ours have about 300 bytes: the name may have 255 and comes twice.
const TEXT_BYTES_MAX: usize = SLOT_BYTES - HEADER_BYTES;

/// What an anchor says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Anchor {
    number: u64,
    /// Which opening of the journal wrote it.
    pub(crate) starts: u64,
    /// The signed checkpoint.
    pub(crate) text: String,
}

/// The file, open for writing.
#[derive(Debug)]
pub(crate) struct AnchorFile {
    path: PathBuf,
    file: File,
    next_number: u64,
}

/// Reads the anchor in a directory. `Ok(None)` when there is none or nothing was ever written; `Err(Some(…))` says what
/// is wrong with the one there is.
pub(crate) fn read(directory: &Path) -> Result<Option<Anchor>, AnchorProblem> {
    let path = directory.join(FILE_NAME);
    let bytes = match std::fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(AnchorProblem::Io(error)),
        Ok(bytes) => bytes,
    };
    let slots: Vec<_> = bytes.chunks(SLOT_BYTES).take(2).map(decode).collect();
    let newest = slots.iter().flatten().flatten().max_by_key(|anchor| anchor.number);
    match newest {
        // One slot may be torn by a loss of power while it was written; the other one is the anchor then.
        Some(anchor) => Ok(Some(anchor.clone())),
        None if slots.iter().all(|slot| matches!(slot, Ok(None))) => Ok(None),
        None => Err(AnchorProblem::Unreadable),
    }
}

/// Why an anchor could not be read.
#[derive(Debug)]
pub(crate) enum AnchorProblem {
    Io(io::Error),
    /// Neither slot can be read.
    Unreadable,
}

impl AnchorFile {
    /// Opens or makes the file. What is in it stays.
    pub(crate) fn open(directory: &Path) -> io::Result<Self> {
        create_durably(directory)?;
        let path = directory.join(FILE_NAME);
        let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&path)?;
        // Full length from the start: no write later has to change the file's size.
        if file.metadata()?.len() < 2 * SLOT_BYTES as u64 {
            file.set_len(2 * SLOT_BYTES as u64)?;
        }
        file.sync_all()?;
        sync_directory(directory)?;
        let number = match read(directory) {
            Ok(anchor) => anchor.map_or(0, |anchor| anchor.number),
            Err(AnchorProblem::Io(error)) => return Err(error),
            Err(AnchorProblem::Unreadable) => 0,
        };
        Ok(Self { path, file, next_number: number + 1 })
    }

    /// Writes the next anchor, durably.
    pub(crate) fn write(&mut self, starts: u64, text: &str) -> io::Result<()> {
        let length = u16::try_from(text.len()).ok().filter(|length| usize::from(*length) <= TEXT_BYTES_MAX);
        let length = length.ok_or_else(|| io::Error::other("a signed checkpoint is too long for an anchor"))?;
        let mut slot = vec![0; HEADER_BYTES];
        slot[0] = VERSION;
        slot[5..13].copy_from_slice(&self.next_number.to_le_bytes());
        slot[13..21].copy_from_slice(&starts.to_le_bytes());
        slot[21..23].copy_from_slice(&length.to_le_bytes());
        slot.extend_from_slice(text.as_bytes());
        let checksum = crc32c::crc32c(&slot[5..]);
        slot[1..5].copy_from_slice(&checksum.to_le_bytes());
        slot.resize(SLOT_BYTES, 0);
        self.file.write_all_at(&slot, self.next_number % 2 * SLOT_BYTES as u64)?;
        self.file.sync_data()?;
        self.next_number += 1;
        Ok(())
    }

    pub(crate) fn place(&self) -> String {
        self.path.display().to_string()
    }
}

/// `Ok(None)` for a slot never written, `Err(())` for one that cannot be read.
fn decode(slot: &[u8]) -> Result<Option<Anchor>, ()> {
    if slot.iter().all(|byte| *byte == 0) {
        return Ok(None);
    }
    if slot.len() < HEADER_BYTES || slot[0] != VERSION {
        return Err(());
    }
    let number = |from: usize| slot[from..from + 8].iter().rev().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    let length = usize::from(u16::from_le_bytes([slot[21], slot[22]]));
    let end = HEADER_BYTES + length;
    let stored = u32::from_le_bytes([slot[1], slot[2], slot[3], slot[4]]);
    if end > slot.len() || crc32c::crc32c(&slot[5..end]) != stored {
        return Err(());
    }
    let text = String::from_utf8(slot[HEADER_BYTES..end].to_vec()).map_err(|_| ())?;
    Ok(Some(Anchor { number: number(5), starts: number(13), text }))
}
