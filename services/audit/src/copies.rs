//! Verbatim copies of the other services' journals, each a journal of its own: the same events under the same numbers,
//! so with the same Merkle roots, signed with our key.

mod error;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use dossier_exchange::{Delivered, Tally};
use dossier_journal::{
    Frame, Journal, MirrorHead, OpenError, OpenOptions, Peek, PeekError, Record, SledStore, Store, Stored, WriteError,
    Writer,
};
use dossier_proof::{SigningKey, VerifierKey};
use dossier_proto::{BodyCode, EntryId, Event, Origin, Payload, Place, hash_of};

pub use error::{CopiesError, CopyError, CopyReadError};

use crate::{acts::Acts, passed::Passed, seen::Seen, trail::Filed};

/// Whose journals are copied.
pub const COPIED: [Origin; 3] = [Origin::Submission, Origin::Moderation, Origin::Publication];

/// The three copies.
pub struct Copies {
    copies: BTreeMap<Origin, CopyOf>,
    /// Which entry has which public number, from publication's copy.
    numbers: RwLock<Numbers>,
    seen: Seen,
    passed: Passed,
    acts: Acts,
}

/// Public numbers, both ways.
#[derive(Default)]
struct Numbers {
    entries: BTreeMap<String, EntryId>,
    numbers: BTreeMap<EntryId, String>,
}

struct CopyOf {
    journal: Journal,
    /// Appending waits for the disk: hold it off the async threads alone.
    writer: Mutex<Writer>,
}

/// What copies are opened with.
pub struct CopiesSettings {
    /// The audit service's directory: `journal/copy-<origin>`, `anchors/copy-<origin>` and `anchors/seen` are below it.
    pub directory: PathBuf,
    /// The name of the installation; a copy's log is named `<installation>/audit/copy/<origin>`.
    pub installation: String,
    /// Signs the copies' anchors and checkpoints.
    pub signer: SigningKey,
    /// Keys that signed them before.
    pub former_keys: Vec<VerifierKey>,
}

/// What is the same for an entry all its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryFacts {
    /// Whose it is.
    pub body: BodyCode,
    /// Its record type.
    pub record_type: String,
}

/// Reads what a journal wants to know about an event.
fn peek(event: &[u8]) -> Result<Peek, PeekError> {
    let peeked = dossier_proto::peek(event).map_err(|error| PeekError(error.to_string()))?;
    Ok(Peek { epoch: peeked.epoch, sequence: peeked.sequence, entry: peeked.entry.map(|entry| entry.0) })
}

/// The name of a copy's log.
pub fn copy_log(installation: &str, origin: Origin) -> String {
    format!("{installation}/audit/copy/{origin}")
}

impl Copies {
    /// Opens the copies on disk, or begins them. Each is verified as a whole.
    ///
    /// # Errors
    /// [`CopiesError`]; nothing was written to the copy it names.
    pub fn open(settings: &CopiesSettings) -> Result<Arc<Self>, CopiesError> {
        let folder = |origin: Origin| settings.directory.join("journal").join(format!("copy-{origin}"));
        Self::open_on(settings, |origin| SledStore::open(folder(origin)))
    }

    /// The same on other stores: for tests and simulations.
    ///
    /// # Errors
    /// As [`Copies::open`].
    pub fn open_on<S: Store>(
        settings: &CopiesSettings,
        mut store: impl FnMut(Origin) -> Result<S, dossier_journal::StoreError>,
    ) -> Result<Arc<Self>, CopiesError> {
        let mut copies = BTreeMap::new();
        for origin in COPIED {
            let failed = |source: OpenError| CopiesError::Open { origin, source };
            let store = store(origin).map_err(|error| failed(error.into()))?;
            copies.insert(origin, open_one(store, origin, settings).map_err(failed)?);
        }
        let seen = Seen::open(&settings.directory.join("anchors").join("seen"))?;
        let opened =
            Self { copies, numbers: RwLock::default(), seen, passed: Passed::default(), acts: Acts::default() };
        opened.read_numbers()?;
        Ok(Arc::new(opened))
    }

    fn copy(&self, origin: Origin) -> Option<&CopyOf> {
        self.copies.get(&origin)
    }

    /// The copy of an origin's journal, for reading.
    pub fn journal(&self, origin: Origin) -> Option<&Journal> {
        self.copy(origin).map(|copy| &copy.journal)
    }

    /// Who did what, for searches.
    pub(crate) const fn acts(&self) -> &Acts {
        &self.acts
    }

    /// Takes note of everything that was copied before this process began. Reads all copies: off the async threads.
    pub(crate) fn note_acts(&self) {
        for (origin, copy) in &self.copies {
            let start = dossier_journal::Place { epoch: 0, sequence: 0 };
            let read = copy.journal.replay(start, |stored| {
                if let Ok(event) = Event::decode(&stored.event) {
                    self.acts.note(&event);
                }
            });
            if let Err(error) = read {
                tracing::error!(%error, %origin, "the index of acts could not be made; searches look at everything");
                return;
            }
        }
        self.acts.is_made();
    }

    /// The checkpoints that were seen.
    pub fn seen(&self) -> &Seen {
        &self.seen
    }

    /// Which moments the origins have left behind.
    pub fn passed(&self) -> &Passed {
        &self.passed
    }

    /// Where to go on reading an origin.
    pub fn tally(&self, origin: Origin) -> Tally {
        let Some(copy) = self.copy(origin) else { return Tally::start(origin) };
        let writer = copy.writer.lock().unwrap_or_else(PoisonError::into_inner);
        Tally { origin, epoch: writer.next().epoch, frontier: writer.frontier().clone() }
    }

    /// What we know of an origin's journal: how far it was copied, and the newest checkpoint that was seen. To be given
    /// to the service at its next start, so that a journal that was rolled back is refused.
    pub fn heads(&self, origin: Origin) -> Vec<MirrorHead> {
        let copied = self.journal(origin).map(Journal::head).filter(|head| head.size > 0 || head.epoch > 0);
        let copied = copied.map(|head| MirrorHead { epoch: head.epoch, size: head.size, root: head.root });
        copied.into_iter().chain(self.seen.head(origin)).collect()
    }

    /// Appends what was delivered and was not copied yet; durable when this returns. Blocks on the disk. Gives the events
    /// that are new.
    ///
    /// # Errors
    /// [`CopyError`]; then nothing after the named place was copied.
    pub fn append(&self, origin: Origin, delivered: &[Delivered]) -> Result<Vec<Delivered>, CopyError> {
        let copy = self.copy(origin).ok_or(CopyError::NotCopied(origin))?;
        let mut writer = copy.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut new: Vec<Delivered> = Vec::with_capacity(delivered.len());
        let mut waiting = Vec::with_capacity(delivered.len());
        for one in delivered {
            let place = one.event.head.place;
            let next = writer.next();
            let wanted = Place { origin, epoch: next.epoch, sequence: next.sequence + waiting.len() as u64 };
            if place.origin == origin && place < wanted {
                continue;
            }
            // After a loss numbers of epochs are left out: they might be in use elsewhere.
            if place.origin == origin && place.epoch > wanted.epoch && place.sequence == 0 {
                write(&mut writer, std::mem::take(&mut waiting))?;
                // A crash between this and the next write leaves an empty epoch, which reading goes on in.
                writer.begin_epoch_above(place.epoch, None)?;
            } else if place != wanted {
                write(&mut writer, waiting)?;
                return Err(CopyError::Gap { wanted, found: place });
            }
            waiting.push(Record { event: one.bytes.clone(), beside: None });
            new.push(one.clone());
        }
        write(&mut writer, waiting)?;
        drop(writer);
        new.iter().for_each(|one| {
            self.note_number(&one.event);
            self.acts.note(&one.event);
        });
        Ok(new)
    }

    /// One copied event; `None` when there is none at that place, or no copy is kept of its origin.
    ///
    /// # Errors
    /// [`CopyReadError`].
    pub fn get(&self, place: Place) -> Result<Option<Filed>, CopyReadError> {
        let Some(journal) = self.journal(place.origin) else { return Ok(None) };
        let at = dossier_journal::Place { epoch: place.epoch, sequence: place.sequence };
        journal.get(at)?.map(|stored| filed(place.origin, &stored)).transpose()
    }

    /// All copied events of an entry, of each origin in turn.
    ///
    /// # Errors
    /// [`CopyReadError`].
    pub fn of_entry(&self, entry: EntryId) -> Result<Vec<Filed>, CopyReadError> {
        let mut found = Vec::new();
        for (origin, copy) in &self.copies {
            for place in copy.journal.of_entry(entry.0)? {
                let stored = copy.journal.get(place)?;
                found.extend(stored.map(|stored| filed(*origin, &stored)).transpose()?);
            }
        }
        Ok(found)
    }

    /// Body and record type of an entry, from the event that started its first draft.
    ///
    /// # Errors
    /// [`CopyReadError`].
    pub fn facts(&self, entry: EntryId) -> Result<Option<EntryFacts>, CopyReadError> {
        let Some(journal) = self.journal(Origin::Submission) else { return Ok(None) };
        for place in journal.of_entry(entry.0)? {
            let place = Place { origin: Origin::Submission, epoch: place.epoch, sequence: place.sequence };
            let facts = self.get(place)?.and_then(|filed| started(&filed.event));
            if facts.is_some() {
                return Ok(facts);
            }
        }
        Ok(None)
    }

    /// The entry with this public number.
    pub fn numbered(&self, number: &str) -> Option<EntryId> {
        self.numbers.read().unwrap_or_else(PoisonError::into_inner).entries.get(number).copied()
    }

    /// The public number of an entry, once it has one.
    pub fn number_of(&self, entry: EntryId) -> Option<String> {
        self.numbers.read().unwrap_or_else(PoisonError::into_inner).numbers.get(&entry).cloned()
    }

    fn note_number(&self, event: &Event) {
        let (Some(Payload::EditionPublished(published)), Some(entry)) = (&event.payload, event.head.entry) else {
            return;
        };
        let mut numbers = self.numbers.write().unwrap_or_else(PoisonError::into_inner);
        // The first one stands: a number given twice is for the findings, not for this index.
        numbers.entries.entry(published.number.clone()).or_insert(entry);
        numbers.numbers.entry(entry).or_insert_with(|| published.number.clone());
    }

    fn read_numbers(&self) -> Result<(), CopiesError> {
        let origin = Origin::Publication;
        let Some(journal) = self.journal(origin) else { return Ok(()) };
        let start = dossier_journal::Place { epoch: 0, sequence: 0 };
        let read = journal.replay(start, |stored| {
            if let Ok(event) = Event::decode(&stored.event) {
                self.note_number(&event);
            }
        });
        read.map(|_end| ()).map_err(|source| CopiesError::Read { origin, source })
    }
}

fn open_one(store: impl Store, origin: Origin, settings: &CopiesSettings) -> Result<CopyOf, OpenError> {
    let anchors: &Path = &settings.directory.join("anchors").join(format!("copy-{origin}"));
    let log = copy_log(&settings.installation, origin);
    let mut options = OpenOptions::new(log, anchors, settings.signer.clone(), peek);
    options.former_keys.clone_from(&settings.former_keys);
    let (journal, writer) = dossier_journal::open(store, options)?;
    Ok(CopyOf { journal, writer: Mutex::new(writer) })
}

fn write(writer: &mut Writer, records: Vec<Record>) -> Result<(), WriteError> {
    if records.is_empty() {
        return Ok(());
    }
    writer.append(Frame { records, followed: Vec::new() }).map(|_appended| ())
}

pub(crate) fn filed(origin: Origin, stored: &Stored) -> Result<Filed, CopyReadError> {
    let place = Place { origin, epoch: stored.epoch, sequence: stored.sequence };
    let event = Event::decode(&stored.event).map_err(|source| CopyReadError::Contract { place, source })?;
    Ok(Filed { event, hash: hash_of(&stored.event) })
}

fn started(event: &Event) -> Option<EntryFacts> {
    let Some(Payload::DraftStarted(started)) = &event.payload else { return None };
    let command = started.command.as_ref()?;
    Some(EntryFacts { body: command.body.parse().ok()?, record_type: command.record_type.clone() })
}
