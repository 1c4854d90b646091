//! An export, to be read as a journal is. The form is described in `dossier_journal::export`; that the files are what was
//! exported is seen to by `verify_export` before.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, BufReader, Read},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use dossier_audit::verify::Prepared;
use dossier_journal::{EVENT_BYTES_MAX, Place, Stored};

use super::{
    Class, Source, Unread,
    in_order::{Hand, in_order},
};

const MAGIC: &[u8; 8] = b"DOSSEVT1";
/// Magic, epoch, first sequence.
const HEAD_BYTES: u64 = 8 + 4 + 8;
/// Where every so many events stand is remembered: 40 bytes for each 256 events, 160 KB for a million.
const REMEMBERED_EVERY: u64 = 256;
/// A piece of work has so many events, or bytes: one event aside, 4 MiB wait to be decoded and 4 MiB are decoded.
const PIECE_EVENTS: usize = 512;
const PIECE_BYTES: usize = 256 * 1024;

/// An export, open for reading.
pub struct ExportedJournal {
    files: Vec<EventFile>,
    epochs: Vec<(u32, u64)>,
    /// Where some events stand: by epoch and sequence, the file and the byte in it.
    landmarks: BTreeMap<(u32, u64), (usize, u64)>,
}

struct EventFile {
    path: PathBuf,
    file: File,
    epoch: u32,
    first: u64,
}

impl ExportedJournal {
    /// Opens the event files in a directory, and learns where the events stand.
    ///
    /// # Errors
    /// What is wrong with a file.
    pub fn open(directory: &Path) -> Result<Self, String> {
        let mut journal = Self { files: event_files(directory)?, epochs: Vec::new(), landmarks: BTreeMap::new() };
        for number in 0..journal.files.len() {
            journal.survey(number)?;
        }
        Ok(journal)
    }

    fn survey(&mut self, number: usize) -> Result<(), String> {
        let file = &self.files[number];
        let (epoch, mut sequence) = (file.epoch, file.first);
        let expected = self.epochs.last().filter(|(last, _)| *last == epoch).map_or(0, |(_, size)| *size);
        if sequence != expected {
            return Err(format!("{}: event {expected} should come first", file.path.display()));
        }
        let mut records = file.records()?;
        let mut landmarks = Vec::new();
        loop {
            let at = records.at;
            let Some((event, beside)) = records.lengths()? else { break };
            records.skip(event + beside.unwrap_or(0))?;
            if sequence.is_multiple_of(REMEMBERED_EVERY) || landmarks.is_empty() {
                landmarks.push(((epoch, sequence), (number, at)));
            }
            sequence += 1;
        }
        self.landmarks.extend(landmarks);
        match self.epochs.last_mut() {
            Some((last, size)) if *last == epoch => *size = sequence,
            _ => self.epochs.push((epoch, sequence)),
        }
        Ok(())
    }
}

impl Source for ExportedJournal {
    fn epochs(&self) -> Vec<(u32, u64)> {
        self.epochs.clone()
    }

    fn visit(&self, each: &mut dyn FnMut(Prepared)) -> Vec<Unread> {
        let read = in_order(
            |hand| self.hand_out(hand),
            |piece: Vec<Stored>| piece.into_iter().map(Prepared::of).collect::<Vec<_>>(),
            |piece| piece.into_iter().for_each(&mut *each),
        );
        read.err().into_iter().collect()
    }

    fn stretch(&self, from: Place, count: usize) -> Result<Vec<Stored>, String> {
        let Some(mut records) = self.records_at(from)? else { return Ok(Vec::new()) };
        let (mut found, mut place, mut bytes) = (Vec::new(), from, 0);
        while found.len() < count && bytes < PIECE_BYTES {
            // A stretch ends where its file does; whoever wants more asks again.
            let Some(stored) = records.next(place)? else { break };
            bytes += stored.event.len();
            place.sequence += 1;
            found.push(stored);
        }
        Ok(found)
    }
}

impl ExportedJournal {
    /// Hands the events out in pieces, to be decoded by others.
    fn hand_out(&self, hand: &mut Hand<'_, Vec<Stored>>) -> Result<(), Unread> {
        for file in &self.files {
            let mut place = Place { epoch: file.epoch, sequence: file.first };
            let unread = |place, found| Unread { at: Some(place), class: Class::Unreadable, found };
            let mut records = file.records().map_err(|found| unread(place, found))?;
            let (mut piece, mut bytes) = (Vec::new(), 0);
            while let Some(stored) = records.next(place).map_err(|found| unread(place, found))? {
                place.sequence += 1;
                bytes += stored.event.len() + stored.beside.as_ref().map_or(0, Bytes::len);
                piece.push(stored);
                if piece.len() < PIECE_EVENTS && bytes < PIECE_BYTES {
                    continue;
                }
                bytes = 0;
                if !hand(std::mem::take(&mut piece)) {
                    return Ok(());
                }
            }
            if !hand(piece) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The records of the file with this event, from it on.
    fn records_at(&self, place: Place) -> Result<Option<Records<'_>>, String> {
        let size = self.epochs.iter().find(|(epoch, _)| *epoch == place.epoch).map_or(0, |(_, size)| *size);
        if place.sequence >= size {
            return Ok(None);
        }
        let before = self.landmarks.range(..=(place.epoch, place.sequence)).next_back();
        let Some(((_, mut sequence), (number, at))) = before.map(|(key, value)| (*key, *value)) else {
            return Ok(None);
        };
        let mut records = Records::at(&self.files[number], at);
        while sequence < place.sequence {
            let Some((event, beside)) = records.lengths()? else { return Ok(None) };
            records.skip(event + beside.unwrap_or(0))?;
            sequence += 1;
        }
        Ok(Some(records))
    }
}

impl EventFile {
    /// Its records, from the first.
    fn records(&self) -> Result<Records<'_>, String> {
        let mut head = [0; HEAD_BYTES as usize];
        self.file.read_exact_at(&mut head, 0).map_err(|error| self.failed(&error))?;
        let named = [&MAGIC[..], &self.epoch.to_be_bytes(), &self.first.to_be_bytes()].concat();
        if head[..] != named[..] {
            return Err(format!("{}: its first bytes are not those of this file", self.path.display()));
        }
        Ok(Records::at(self, HEAD_BYTES))
    }

    fn failed(&self, error: &io::Error) -> String {
        format!("{}: {error}", self.path.display())
    }
}

/// Records of a file, from a byte on.
struct Records<'a> {
    file: &'a EventFile,
    reader: BufReader<At<'a>>,
    at: u64,
}

/// Reads on from a byte, without the file's own cursor: several read one file.
struct At<'a> {
    file: &'a File,
    at: u64,
}

impl Read for At<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(into, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl<'a> Records<'a> {
    fn at(file: &'a EventFile, at: u64) -> Self {
        Self { file, reader: BufReader::with_capacity(64 * 1024, At { file: &file.file, at }), at }
    }

    /// The lengths of the next event and of what lies beside it; `None` at the end.
    fn lengths(&mut self) -> Result<Option<(usize, Option<usize>)>, String> {
        let mut lengths = [0; 8];
        let mut filled = 0;
        while filled < lengths.len() {
            match self.reader.read(&mut lengths[filled..]) {
                Ok(0) if filled == 0 => return Ok(None),
                Ok(0) => return Err(self.file.failed(&io::ErrorKind::UnexpectedEof.into())),
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.file.failed(&error)),
            }
        }
        self.at += 8;
        let length = |at: usize| u32::from_be_bytes([lengths[at], lengths[at + 1], lengths[at + 2], lengths[at + 3]]);
        let (event, beside) = (length(0) as usize, length(4) as usize);
        if event == 0 || event > EVENT_BYTES_MAX || beside > EVENT_BYTES_MAX + 1 {
            return Err(format!("{}: a length is above the limit", self.file.path.display()));
        }
        Ok(Some((event, beside.checked_sub(1))))
    }

    fn take(&mut self, length: usize) -> Result<Bytes, String> {
        let mut bytes = vec![0; length];
        self.reader.read_exact(&mut bytes).map_err(|error| self.file.failed(&error))?;
        self.at += length as u64;
        Ok(bytes.into())
    }

    fn skip(&mut self, length: usize) -> Result<(), String> {
        // At most 1 MiB and mostly in the buffer already: reading is as fast as seeking.
        let skipped = io::copy(&mut self.reader.by_ref().take(length as u64), &mut io::sink());
        match skipped {
            Ok(skipped) if skipped == length as u64 => {
                self.at += skipped;
                Ok(())
            }
            Ok(_) => Err(self.file.failed(&io::ErrorKind::UnexpectedEof.into())),
            Err(error) => Err(self.file.failed(&error)),
        }
    }

    fn next(&mut self, place: Place) -> Result<Option<Stored>, String> {
        let Some((event, beside)) = self.lengths()? else { return Ok(None) };
        let event = self.take(event)?;
        let beside = beside.map(|length| self.take(length)).transpose()?;
        Ok(Some(Stored { epoch: place.epoch, sequence: place.sequence, event, beside }))
    }
}

/// The event files in a directory, in order.
fn event_files(directory: &Path) -> Result<Vec<EventFile>, String> {
    let failed = |path: &Path, error: io::Error| format!("{}: {error}", path.display());
    let mut files = Vec::new();
    for item in fs::read_dir(directory).map_err(|error| failed(directory, error))? {
        let path = item.map_err(|error| failed(directory, error))?.path();
        let Some((epoch, first)) = path.file_name().and_then(|name| place_in(name.to_str()?)) else { continue };
        let file = File::open(&path).map_err(|error| failed(&path, error))?;
        files.push(EventFile { path, file, epoch, first });
    }
    files.sort_by_key(|file| (file.epoch, file.first));
    Ok(files)
}

/// `events-<epoch>-<first>.bin`, in its one spelling.
fn place_in(name: &str) -> Option<(u32, u64)> {
    let (epoch, first) = name.strip_prefix("events-")?.strip_suffix(".bin")?.split_once('-')?;
    let (epoch, first) = (epoch.parse().ok()?, first.parse().ok()?);
    (format!("events-{epoch}-{first}.bin") == name).then_some((epoch, first))
}
