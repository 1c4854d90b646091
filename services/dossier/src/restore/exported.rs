//! What an auditor has of a service, without any secret: exports of journals (`dossier export`, or the `journals` of a backup), or the events that a
//! running audit service shows.

use std::{
    cell::OnceCell,
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use dossier_audit::verify::Prepared;
use dossier_engine::key_turn;
use dossier_journal::{
    Head,
    export::{ExportError, Readers, ends_of_export, verify_export_from},
};
use dossier_proof::{KeyHistory, LogProof, SignedCheckpoint};
use dossier_proto::{Digest, EntryId, KeyId, Origin, Place};
use dossier_vault::files::FileStore;
use tempfile::TempDir;
use zeroize::Zeroizing;

use super::{
    keeper::{ActedUpon, Found, Keeper, Known},
    neighbours::received,
    served,
};
use crate::{
    Failure,
    client::Reader,
    offline::peek,
    progress::Progress,
    verification::{ExportedJournal, Source as _},
};

/// The file that an export of a journal has.
const MANIFEST: &str = "manifest.txt";
/// Events that are read at once.
const READ_EVENTS: usize = 4_096;

/// Exports of journals, each verified against what its service signed.
pub(crate) struct Exported {
    of: Origin,
    journals: BTreeMap<Origin, One>,
    acted_upon: OnceCell<Vec<ActedUpon>>,
    /// Where the service's own export has what it received beside the event that says so: 56 bytes for each.
    beside: OnceCell<BTreeMap<Place, dossier_journal::Place>>,
    /// Where events from a server lie, for as long as this value lives. They hold no words.
    _laid_out: Option<TempDir>,
}

struct One {
    ends: Vec<Head>,
    journal: ExportedJournal,
    /// The checkpoints that lie beside it. Of what came from a server they were held against it on the way.
    signed: Vec<SignedCheckpoint>,
}

/// The folder of a service's journal in a directory that somebody names: of several services, or of this one alone.
fn folder_of(directory: &Path, origin: Origin, of: Origin) -> Option<PathBuf> {
    let below = [directory.join(origin.name()), directory.join("journals").join(origin.name())];
    let itself = (origin == of).then(|| directory.to_owned());
    below.into_iter().chain(itself).find(|folder| folder.join(MANIFEST).is_file())
}

impl Exported {
    /// Whether a directory holds an export of this service's journal.
    pub(crate) fn is_one(directory: &Path, of: Origin) -> bool {
        folder_of(directory, of, of).is_some()
    }

    /// Opens it, and compares every event with what was signed: from the first key on of each service, by the keys that this installation has.
    ///
    /// # Errors
    /// [`Failure`]: no key is known of a service in it; or it is not what was signed.
    pub(crate) fn open(of: Origin, directory: &Path, keys: &[KeyHistory]) -> Result<Self, Failure> {
        let mut journals = BTreeMap::new();
        for origin in Origin::ALL {
            let Some(folder) = folder_of(directory, origin, of) else { continue };
            let keys = keys_of(keys, origin)?;
            let readers = Readers { peek, turn: key_turn };
            verify_export_from(&folder, &keys.first().clone().into(), readers, |_| ())
                .map_err(|error| damaged(origin, &error))?;
            let ends = ends_of_export(&folder).map_err(|error| damaged(origin, &error))?;
            let journal = ExportedJournal::open(&folder).map_err(Failure::damaged)?;
            let signed = ends.iter().map(|end| checkpoint_in(&folder, end)).collect::<Result<_, _>>()?;
            journals.insert(origin, One { ends, journal, signed });
        }
        Ok(Self::over(of, journals, None))
    }

    /// Fetches the same from a running audit service, as an auditor.
    ///
    /// # Errors
    /// [`Failure`]: nobody answers, whoever asks may not read it, no key is known of a service, or something is not what was signed.
    pub(crate) fn fetch(
        of: Origin,
        server: &Reader,
        keys: &[KeyHistory],
        progress: &Progress,
    ) -> Result<Self, Failure> {
        let laid_out = tempfile::tempdir().map_err(|error| Failure::disk(&std::env::temp_dir(), &error))?;
        let mut journals = BTreeMap::new();
        for (origin, epochs) in served::listed(server)? {
            let folder = laid_out.path().join(origin.name());
            fs::create_dir(&folder).map_err(|error| Failure::disk(&folder, &error))?;
            let fetched = served::fetch(server, (origin, &epochs), keys_of(keys, origin)?, &folder, progress)?;
            let served::Fetched { ends, journal } = fetched;
            journals.insert(origin, One { ends, journal, signed: Vec::new() });
        }
        Ok(Self::over(of, journals, Some(laid_out)))
    }

    const fn over(of: Origin, journals: BTreeMap<Origin, One>, laid_out: Option<TempDir>) -> Self {
        Self { of, journals, acted_upon: OnceCell::new(), beside: OnceCell::new(), _laid_out: laid_out }
    }

    /// What the service received, as its own export has it.
    fn received_beside(&self, place: Place) -> Result<Option<Bytes>, Failure> {
        let Some(one) = self.journals.get(&self.of) else { return Ok(None) };
        if self.beside.get().is_none() {
            let mut found = BTreeMap::new();
            each(&one.journal, &mut |prepared| {
                let stored = prepared.stored;
                let at = dossier_journal::Place { epoch: stored.epoch, sequence: stored.sequence };
                let from = prepared.event.ok().and_then(|event| received(&event));
                found.extend(from.filter(|_| stored.beside.is_some()).map(|from| (from, at)));
            })?;
            // Nobody else fills it: this value is in one thread.
            let _ = self.beside.set(found);
        }
        let Some(at) = self.beside.get().and_then(|beside| beside.get(&place)) else { return Ok(None) };
        Ok(one.journal.get(*at).map_err(Failure::damaged)?.and_then(|stored| stored.beside))
    }

    fn all_acted_upon(&self) -> Result<&[ActedUpon], Failure> {
        if let Some(known) = self.acted_upon.get() {
            return Ok(known);
        }
        let mut found = Vec::new();
        for (by, one) in &self.journals {
            each(&one.journal, &mut |prepared| {
                let place = prepared.event.ok().and_then(|event| received(&event));
                let place = place.filter(|place| place.origin == self.of);
                if let (Some(place), Some(bytes)) = (place, prepared.stored.beside) {
                    found.push(ActedUpon { place, bytes, by: *by });
                }
            })?;
        }
        found.sort_by_key(|one| one.place);
        Ok(self.acted_upon.get_or_init(|| found))
    }
}

/// Shows every event.
fn each(journal: &ExportedJournal, visit: &mut dyn FnMut(Prepared)) -> Result<(), Failure> {
    match journal.visit(visit).into_iter().next() {
        None => Ok(()),
        Some(unread) => Err(Failure::damaged(format!("{}. Nothing was written", unread.found))),
    }
}

/// What a service signs with, by its name: an installation has one log of each.
fn keys_of(keys: &[KeyHistory], origin: Origin) -> Result<&KeyHistory, Failure> {
    let is_its =
        |history: &&KeyHistory| history.log().rsplit_once('/').is_some_and(|(_, service)| service == origin.name());
    keys.iter()
        .find(is_its)
        .ok_or_else(|| Failure::damaged(format!("nobody here knows what {origin} signs with. Nothing was written")))
}

fn checkpoint_in(folder: &Path, end: &Head) -> Result<SignedCheckpoint, Failure> {
    let file = folder.join(format!("checkpoint-{}.txt", end.epoch));
    let bytes = fs::read(&file).map_err(|error| Failure::disk(&file, &error))?;
    SignedCheckpoint::parse_bytes(&bytes).map_err(|error| Failure::damaged(format!("{}: {error}", file.display())))
}

fn damaged(origin: Origin, error: &ExportError) -> Failure {
    Failure::damaged(format!("{origin}: {error}. Nothing was written"))
}

impl Keeper for Exported {
    fn epochs(&self) -> Result<Vec<Head>, Failure> {
        Ok(self.journals.get(&self.of).map(|one| one.ends.clone()).unwrap_or_default())
    }

    fn events(&self, epoch: u32, from: u64) -> Result<Vec<Bytes>, Failure> {
        let Some(one) = self.journals.get(&self.of) else { return Ok(Vec::new()) };
        let from = dossier_journal::Place { epoch, sequence: from };
        let events = one.journal.stretch(from, READ_EVENTS).map_err(Failure::damaged)?;
        Ok(events.into_iter().map(|stored| stored.event).collect())
    }

    fn foreign(&self, place: Place) -> Result<Option<Bytes>, Failure> {
        let at = dossier_journal::Place { epoch: place.epoch, sequence: place.sequence };
        let there = self.journals.get(&place.origin).map(|one| one.journal.get(at)).transpose();
        match there.map_err(Failure::damaged)?.flatten() {
            Some(stored) => Ok(Some(stored.event)),
            None => self.received_beside(place),
        }
    }

    fn acted_upon(&self, from: Place) -> Result<Vec<ActedUpon>, Failure> {
        let all = self.all_acted_upon()?.iter();
        Ok(all.filter(|one| (one.place.epoch, one.place.sequence) >= (from.epoch, from.sequence)).cloned().collect())
    }

    fn known(&self) -> Result<Vec<Known>, Failure> {
        let acted = self.all_acted_upon()?.iter();
        let known = acted.map(|one| {
            let (epoch, size) = (one.place.epoch, one.place.sequence + 1);
            Known { by: one.by, epoch, size, root: None }
        });
        Ok(super::furthest_of_each(known.collect()))
    }

    fn signed(&self) -> Result<Vec<SignedCheckpoint>, Failure> {
        Ok(self.journals.get(&self.of).map(|one| one.signed.clone()).unwrap_or_default())
    }

    fn turns(&self) -> Result<Vec<Vec<LogProof>>, Failure> {
        Ok(Vec::new())
    }

    fn keys(&self, _keys: &[KeyId]) -> Result<Found, Failure> {
        Ok(Found::default())
    }

    fn people(&self) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
        Ok(None)
    }

    fn file(&self, _entry: EntryId, _digest: Digest, _store: &FileStore) -> Result<bool, Failure> {
        Ok(false)
    }
}
