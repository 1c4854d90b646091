//! Snapshots of folded state: caches that may be deleted at any time.
//!
//! A snapshot names the place up to which events were folded into it, the code that folded them (a fingerprint made by the build),
//! the SHA-256 of the state's bytes, and the edge of the Merkle tree there ([`TrustedEdge`]), so that an opening verifies only what
//! came after. One that is damaged or of other code is passed over.
//!
//! A file:
//!
//! ```text
//! bytes 0-7      "DOSSNAP1"
//! bytes 8-11     epoch           (big-endian, as all numbers here)
//! bytes 12-19    size: events of the epoch folded into the state
//! bytes 20-51    fingerprint of the code
//! bytes 52-83    SHA-256 of the state
//! bytes 84-85    number of hashes of the edge, then the hashes, 32 bytes each
//! then           length of the state (8 bytes), the state
//! last 4 bytes   CRC32C of everything before
//! ```

#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use dossier_proof::{Hash, entry_hash};

use crate::open::TrustedEdge;
use crate::store::{create_durably, sync_directory};

const MAGIC: &[u8; 8] = b"DOSSNAP1";
/// Up to and with the number of hashes.
const FIXED_BYTES: usize = 86;
/// How many are kept: the newest, and the one before in case the newest is damaged.
const KEPT: usize = 2;
/// The largest state, in bytes: 4 KiB for each of a million entries.
pub const STATE_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;

/// A state and the place it was folded up to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Where the state stands; the journal can be verified from there.
    pub edge: TrustedEdge,
    /// The state, as its owner encodes it.
    pub state: Bytes,
}

/// The snapshots of one service, in one directory.
#[derive(Debug, Clone)]
pub struct Snapshots {
    directory: PathBuf,
    fingerprint: [u8; 32],
}

impl Snapshots {
    /// Those in `directory` that were made by the code with this fingerprint. Nothing is touched yet.
    #[must_use]
    pub fn new(directory: impl Into<PathBuf>, fingerprint: [u8; 32]) -> Self {
        Self { directory: directory.into(), fingerprint }
    }

    /// Writes a snapshot, as a whole or not at all, and deletes all but the newest two. The state must come from durable events
    /// only.
    ///
    /// # Errors
    /// What the file system said. The snapshots written before are still there.
    pub fn save(&self, snapshot: &Snapshot) -> io::Result<()> {
        if snapshot.state.len() as u64 > STATE_BYTES_MAX {
            return Err(io::Error::other("the state is larger than a snapshot may be"));
        }
        create_durably(&self.directory)?;
        let path = self.directory.join(file_name(snapshot.edge.epoch, snapshot.edge.size));
        let unfinished = path.with_extension("unfinished");
        let mut file = File::create(&unfinished)?;
        let head = self.encode_head(snapshot);
        let checksum = crc32c::crc32c_append(crc32c::crc32c(&head), &snapshot.state);
        file.write_all(&head)?;
        file.write_all(&snapshot.state)?;
        file.write_all(&checksum.to_be_bytes())?;
        file.sync_all()?;
        fs::rename(&unfinished, &path)?;
        sync_directory(&self.directory)?;
        self.delete_old()
    }

    /// The newest that can be used, or `None`.
    ///
    /// # Errors
    /// What the file system said while listing the directory; a file that cannot be read is passed over.
    pub fn newest(&self) -> io::Result<Option<Snapshot>> {
        for path in self.files()? {
            match self.load(&path) {
                Ok(snapshot) => return Ok(Some(snapshot)),
                Err(why) => tracing::info!(snapshot = %path.display(), "passed over: {why}"),
            }
        }
        Ok(None)
    }

    /// Deletes all of them: after [`OpenError::SnapshotDiffers`](crate::OpenError::SnapshotDiffers), say.
    ///
    /// # Errors
    /// What the file system said.
    pub fn delete_all(&self) -> io::Result<()> {
        self.files()?.iter().try_for_each(fs::remove_file)
    }

    fn encode_head(&self, snapshot: &Snapshot) -> Vec<u8> {
        let TrustedEdge { epoch, size, frontier } = &snapshot.edge;
        let mut head = MAGIC.to_vec();
        head.extend_from_slice(&epoch.to_be_bytes());
        head.extend_from_slice(&size.to_be_bytes());
        head.extend_from_slice(&self.fingerprint);
        head.extend_from_slice(entry_hash(&snapshot.state).as_bytes());
        // An edge has at most 64 hashes.
        head.extend_from_slice(&(frontier.len() as u16).to_be_bytes());
        frontier.iter().for_each(|hash| head.extend_from_slice(hash.as_bytes()));
        head.extend_from_slice(&(snapshot.state.len() as u64).to_be_bytes());
        head
    }

    fn load(&self, path: &Path) -> Result<Snapshot, &'static str> {
        let length = fs::metadata(path).map_err(|_| "it cannot be read")?.len();
        if length > STATE_BYTES_MAX + 8192 {
            return Err("it is too large");
        }
        let bytes = Bytes::from(fs::read(path).map_err(|_| "it cannot be read")?);
        let (body, checksum) = bytes.split_last_chunk::<4>().ok_or("it is too short")?;
        if crc32c::crc32c(body) != u32::from_be_bytes(*checksum) {
            return Err("its checksum does not match");
        }
        self.decode(&bytes.slice(..body.len()))
    }

    fn decode(&self, bytes: &Bytes) -> Result<Snapshot, &'static str> {
        let short = "it is too short";
        if bytes.len() < FIXED_BYTES || &bytes[..8] != MAGIC {
            return Err("it is of another format");
        }
        let number = |from: usize, count: usize| {
            bytes[from..from + count].iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte))
        };
        if bytes[20..52] != self.fingerprint {
            return Err("it was made by other code");
        }
        // Four bytes fit a u32, two fit a usize.
        let (epoch, size, hashes) = (number(8, 4) as u32, number(12, 8), number(84, 2) as usize);
        let state_at = FIXED_BYTES + hashes * Hash::BYTES + 8;
        if bytes.len() < state_at || number(state_at - 8, 8) != (bytes.len() - state_at) as u64 {
            return Err(short);
        }
        let (hashes, _) = bytes[FIXED_BYTES..state_at - 8].as_chunks::<{ Hash::BYTES }>();
        let frontier = hashes.iter().copied().map(Hash::from_bytes).collect();
        let state = bytes.slice(state_at..);
        if bytes[52..84] != *entry_hash(&state).as_bytes() {
            return Err("the digest of its state does not match");
        }
        Ok(Snapshot { edge: TrustedEdge { epoch, size, frontier }, state })
    }

    /// The files, the newest first.
    fn files(&self) -> io::Result<Vec<PathBuf>> {
        let entries = match fs::read_dir(&self.directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
        let mut files: Vec<_> =
            paths.into_iter().filter(|path| path.extension().is_some_and(|end| end == "snapshot")).collect();
        files.sort_by(|one, other| other.cmp(one));
        Ok(files)
    }

    fn delete_old(&self) -> io::Result<()> {
        for path in self.files()?.iter().skip(KEPT) {
            fs::remove_file(path)?;
        }
        for entry in fs::read_dir(&self.directory)? {
            let path = entry?.path();
            if path.extension().is_some_and(|end| end == "unfinished") {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

/// Fixed widths: the order of names is the order in time.
fn file_name(epoch: u32, size: u64) -> String {
    format!("{epoch:010}-{size:020}.snapshot")
}
