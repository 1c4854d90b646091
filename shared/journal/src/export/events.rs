//! Event files, written and read one record at a time.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use super::{ExportError, FileLine};
use crate::{EVENT_BYTES_MAX, Record, Stored};

const MAGIC: &[u8; 8] = b"DOSSEVT1";
/// A new file is begun once one has this many bytes: small enough to be copied and compared in one go.
const FILE_BYTES: u64 = 64 * 1024 * 1024;

/// Writes events to files, a new one for each epoch and whenever one is full.
pub(super) struct EventWriter<'a> {
    directory: &'a Path,
    open: Option<OpenFile>,
    finished: Vec<FileLine>,
}

struct OpenFile {
    path: PathBuf,
    file: BufWriter<File>,
    hash: Sha256,
    bytes: u64,
    line: FileLine,
}

impl<'a> EventWriter<'a> {
    /// Goes on behind files that are there already.
    pub(super) const fn new(directory: &'a Path, finished: Vec<FileLine>) -> Self {
        Self { directory, open: None, finished }
    }

    pub(super) fn write(&mut self, stored: &Stored) -> Result<(), ExportError> {
        if self.open.as_ref().is_some_and(|open| open.line.epoch != stored.epoch || open.bytes >= FILE_BYTES) {
            self.close()?;
        }
        let open = match &mut self.open {
            Some(open) => open,
            none => none.insert(OpenFile::create(self.directory, stored)?),
        };
        let beside = stored.beside.as_ref().map_or(0, |beside| beside.len() as u32 + 1);
        // Events and what lies beside them have at most 512 KiB.
        open.put(&(stored.event.len() as u32).to_be_bytes())?;
        open.put(&beside.to_be_bytes())?;
        open.put(&stored.event)?;
        open.put(stored.beside.as_deref().unwrap_or_default())?;
        open.line.count += 1;
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Vec<FileLine>, ExportError> {
        self.close()?;
        Ok(self.finished)
    }

    fn close(&mut self) -> Result<(), ExportError> {
        let Some(open) = self.open.take() else { return Ok(()) };
        let OpenFile { path, file, hash, mut line, .. } = open;
        let file = file.into_inner().map_err(|error| ExportError::io(&path, error.into_error()))?;
        file.sync_all().map_err(|source| ExportError::io(&path, source))?;
        line.sha256 = hash.finalize().into();
        self.finished.push(line);
        Ok(())
    }
}

impl OpenFile {
    fn create(directory: &Path, first: &Stored) -> Result<Self, ExportError> {
        let line = FileLine { epoch: first.epoch, first: first.sequence, count: 0, sha256: [0; 32] };
        let path = directory.join(line.name());
        let file = File::create_new(&path).map_err(|source| ExportError::io(&path, source))?;
        let mut open =
            Self { path, file: BufWriter::with_capacity(256 * 1024, file), hash: Sha256::new(), bytes: 0, line };
        open.put(MAGIC)?;
        open.put(&first.epoch.to_be_bytes())?;
        open.put(&first.sequence.to_be_bytes())?;
        Ok(open)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), ExportError> {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        self.file.write_all(bytes).map_err(|source| ExportError::io(&self.path, source))
    }
}

/// Reads an event file, and hashes it on the way.
pub(crate) struct EventReader {
    path: PathBuf,
    file: BufReader<File>,
    hash: Sha256,
    line: FileLine,
    read: u64,
}

impl EventReader {
    /// Opens the file that a line of the manifest names.
    pub(crate) fn open(directory: &Path, line: &FileLine) -> Result<Self, ExportError> {
        let path = directory.join(line.name());
        let file = File::open(&path).map_err(|source| ExportError::io(&path, source))?;
        let mut reader = Self {
            path,
            file: BufReader::with_capacity(256 * 1024, file),
            hash: Sha256::new(),
            line: line.clone(),
            read: 0,
        };
        let head = reader.take(20)?;
        let named = [&MAGIC[..], &line.epoch.to_be_bytes(), &line.first.to_be_bytes()].concat();
        if head != named {
            return Err(reader.damaged("its first bytes are not those of this file"));
        }
        Ok(reader)
    }

    /// The next record; at the end, the number of records and the hash of the file are checked.
    pub(crate) fn next_record(&mut self) -> Result<Option<Record>, ExportError> {
        if self.read == self.line.count {
            self.check_end()?;
            return Ok(None);
        }
        let lengths = self.take(8)?;
        let length =
            |at: usize| u32::from_be_bytes([lengths[at], lengths[at + 1], lengths[at + 2], lengths[at + 3]]) as usize;
        let (event, beside) = (length(0), length(4));
        if event == 0 || event > EVENT_BYTES_MAX || beside > EVENT_BYTES_MAX + 1 {
            return Err(self.damaged("a length is above the limit"));
        }
        let event = self.take(event)?;
        let beside = if beside == 0 { None } else { Some(self.take(beside - 1)?) };
        self.read += 1;
        Ok(Some(Record { event, beside }))
    }

    /// Where a fault in the record read last lies.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn check_end(&mut self) -> Result<(), ExportError> {
        let mut more = [0];
        match self.file.read(&mut more) {
            Ok(0) => {}
            Ok(_) => return Err(self.damaged("it goes on behind its last event")),
            Err(source) => return Err(ExportError::io(&self.path, source)),
        }
        let hash: [u8; 32] = std::mem::take(&mut self.hash).finalize().into();
        if hash != self.line.sha256 {
            return Err(self.damaged("its SHA-256 is not the one in the manifest"));
        }
        Ok(())
    }

    fn take(&mut self, length: usize) -> Result<Bytes, ExportError> {
        let mut bytes = vec![0; length];
        match self.file.read_exact(&mut bytes) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(self.damaged("it ends in the middle of an event"));
            }
            Err(source) => return Err(ExportError::io(&self.path, source)),
        }
        self.hash.update(&bytes);
        Ok(bytes.into())
    }

    fn damaged(&self, what: &str) -> ExportError {
        let at = self.line.first + self.read;
        ExportError::damaged(&self.path, format!("epoch {}, sequence {at}: {what}", self.line.epoch))
    }
}
