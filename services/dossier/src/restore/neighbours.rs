//! What the others keep of a service, in data directories that nothing has open: the one in which all four lie, or those of the others.

use std::{cell::OnceCell, collections::BTreeMap, fs, path::PathBuf};

use bytes::Bytes;
use dossier_audit::seen::Seen;
use dossier_journal::{Head, Journal};
use dossier_proof::{Frontier, Hash, LogProof, SignedCheckpoint};
use dossier_proto::{Digest, EntryId, Event, KeyId, Origin, Payload, Place};
use dossier_vault::{MasterKey, Vault, files::FileError, files::FileStore};
use zeroize::Zeroizing;

use super::keeper::{ActedUpon, Found, Keeper, Known};
use crate::{
    Failure,
    house::roll,
    offline::{Offline, holds_journal},
};

/// Bytes of events read at once.
const READ_BYTES: usize = 1024 * 1024;
const READ_EVENTS: usize = 4_096;
/// Bytes of a file carried at once.
const PART_BYTES: usize = 256 * 1024;

/// The other services, as they lie on disk.
pub(crate) struct Neighbours {
    of: Origin,
    /// The audit service's copy of the lost journal.
    copy: Option<Journal>,
    /// Its copies of the others.
    copies: BTreeMap<Origin, Journal>,
    journals: BTreeMap<Origin, Journal>,
    vaults: Vec<(Vault, FileStore)>,
    /// The newest checkpoints of the lost journal that audit has kept, one an epoch.
    signed: Vec<SignedCheckpoint>,
    known_by_audit: Option<Known>,
    /// What the others learnt its later keys by.
    turns: Vec<Vec<LogProof>>,
    /// Where others have written down a copy of the accounts, and what opens it.
    people: Vec<(PathBuf, MasterKey)>,
    /// Where earlier restores have laid events that could not be put back.
    leftovers: Vec<PathBuf>,
    acted_upon: OnceCell<Vec<ActedUpon>>,
}

/// Where the events lie that others acted upon and that could not be put back into a journal.
pub(super) fn leftovers(service: &std::path::Path) -> PathBuf {
    service.join("anchors").join("acted-upon")
}

/// The name of such an event's file.
pub(super) fn leftover_name(place: Place) -> String {
    format!("{}-{}.event", place.epoch, place.sequence)
}

impl Neighbours {
    /// Opens what there is of the others, and verifies it, every event.
    ///
    /// # Errors
    /// [`Failure`]: something is in use or damaged.
    pub(crate) fn open(of: Origin, directories: &[Offline]) -> Result<Self, Failure> {
        let mut found = Self {
            of,
            copy: None,
            copies: BTreeMap::new(),
            journals: BTreeMap::new(),
            vaults: Vec::new(),
            signed: Vec::new(),
            known_by_audit: None,
            turns: Vec::new(),
            people: Vec::new(),
            leftovers: Vec::new(),
            acted_upon: OnceCell::new(),
        };
        for offline in directories {
            found.turns.push(offline.learnt(of)?);
            for origin in Origin::ALL.into_iter().filter(|origin| *origin != of) {
                found.take_in(offline, origin)?;
            }
        }
        Ok(found)
    }

    fn take_in(&mut self, offline: &Offline, origin: Origin) -> Result<(), Failure> {
        let layout = offline.layout();
        if self.journals.contains_key(&origin) || !holds_journal(&layout.service(origin).join("journal")) {
            return Ok(());
        }
        self.journals.insert(origin, offline.journal(origin)?);
        self.people.push((roll::file(layout, origin), offline.secrets().master.clone()));
        self.leftovers.push(leftovers(&layout.service(origin)));
        let vault = Vault::open_unthreaded(layout.service_keys(origin), &offline.secrets().master)?;
        let store = FileStore::new(layout.service(origin).join("attachments"), vault.clone());
        self.vaults.push((vault, store));
        if origin == Origin::Audit {
            self.take_copies(offline)?;
        }
        Ok(())
    }

    fn take_copies(&mut self, offline: &Offline) -> Result<(), Failure> {
        for origin in dossier_audit::COPIED {
            let copy = offline.copy(origin)?;
            match copy {
                Some(copy) if origin == self.of => {
                    self.take_signed(offline, &copy)?;
                    self.copy = Some(copy);
                }
                Some(copy) => drop(self.copies.insert(origin, copy)),
                None => {}
            }
        }
        Ok(())
    }

    /// What the service has signed, as audit has kept it.
    fn take_signed(&mut self, offline: &Offline, copy: &Journal) -> Result<(), Failure> {
        let folder = offline.layout().service(Origin::Audit).join("anchors").join("seen");
        let seen = Seen::open(&folder).map_err(|error| Failure::damaged(error.to_string()))?;
        for (epoch, _) in copy.epochs() {
            let Some(kept) = seen.of_epoch(self.of, epoch) else { continue };
            self.known_by_audit = Some(Known { by: Origin::Audit, epoch, size: kept.size(), root: Some(kept.root()) });
            self.signed.push(kept.signed);
        }
        Ok(())
    }

    fn all_acted_upon(&self) -> Result<&[ActedUpon], Failure> {
        if let Some(known) = self.acted_upon.get() {
            return Ok(known);
        }
        let mut found = Vec::new();
        for (by, journal) in &self.journals {
            let start = dossier_journal::Place { epoch: 0, sequence: 0 };
            let read = journal.replay(start, |stored| {
                let Some(beside) = &stored.beside else { return };
                let place = Event::decode(&stored.event).ok().and_then(|event| received(&event));
                found.extend(place.filter(|place| place.origin == self.of).map(|place| ActedUpon {
                    place,
                    bytes: beside.clone(),
                    by: *by,
                }));
            });
            read.map_err(|error| Failure::damaged(error.to_string()))?;
        }
        found.sort_by_key(|one| one.place);
        Ok(self.acted_upon.get_or_init(|| found))
    }
}

/// What an event says was received.
pub(super) fn received(event: &Event) -> Option<Place> {
    let Some(Payload::Received(received)) = &event.payload else { return None };
    Place::try_from(received.place.as_ref()?).ok()
}

impl Keeper for Neighbours {
    fn epochs(&self) -> Result<Vec<Head>, Failure> {
        let Some(copy) = &self.copy else { return Ok(Vec::new()) };
        let root = |epoch, size| copy.root_at(epoch, size).map_err(|error| Failure::damaged(error.to_string()));
        copy.epochs().into_iter().map(|(epoch, size)| Ok(Head { epoch, size, root: root(epoch, size)? })).collect()
    }

    fn events(&self, epoch: u32, from: u64) -> Result<Vec<Bytes>, Failure> {
        let Some(copy) = &self.copy else { return Ok(Vec::new()) };
        let events = copy.read(epoch, from, READ_EVENTS, READ_BYTES);
        let events = events.map_err(|error| Failure::damaged(error.to_string()))?;
        Ok(events.into_iter().map(|stored| stored.event).collect())
    }

    fn foreign(&self, place: Place) -> Result<Option<Bytes>, Failure> {
        let at = dossier_journal::Place { epoch: place.epoch, sequence: place.sequence };
        for journal in self.journals.get(&place.origin).into_iter().chain(self.copies.get(&place.origin)) {
            let found = journal.get(at).map_err(|error| Failure::damaged(error.to_string()))?;
            if let Some(stored) = found {
                return Ok(Some(stored.event));
            }
        }
        let names = self.leftovers.iter().map(|folder| folder.join(leftover_name(place)));
        for name in names.filter(|name| name.exists()) {
            let bytes = Bytes::from(fs::read(&name).map_err(|error| Failure::disk(&name, &error))?);
            if Event::decode(&bytes).is_ok_and(|event| event.head.place == place) {
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }

    fn acted_upon(&self, from: Place) -> Result<Vec<ActedUpon>, Failure> {
        let all = self.all_acted_upon()?.iter();
        Ok(all.filter(|one| (one.place.epoch, one.place.sequence) >= (from.epoch, from.sequence)).cloned().collect())
    }

    fn known(&self) -> Result<Vec<Known>, Failure> {
        let number = self.of.number();
        let mut known: Vec<_> = self.known_by_audit.into_iter().collect();
        for (by, journal) in &self.journals {
            let followed = journal.followed().into_iter().filter(|followed| followed.origin == number);
            known.extend(followed.map(|followed| {
                let hashes = followed.frontier.iter().map(|bytes| Hash::from(*bytes));
                let root = Frontier::from_parts(followed.next, hashes).ok().map(|frontier| frontier.root());
                Known { by: *by, epoch: followed.epoch, size: followed.next, root }
            }));
        }
        let acted = self.all_acted_upon()?.iter();
        known.extend(acted.map(|one| Known {
            by: one.by,
            epoch: one.place.epoch,
            size: one.place.sequence + 1,
            root: None,
        }));
        Ok(furthest_of_each(known))
    }

    fn signed(&self) -> Result<Vec<SignedCheckpoint>, Failure> {
        Ok(self.signed.clone())
    }

    fn turns(&self) -> Result<Vec<Vec<LogProof>>, Failure> {
        Ok(self.turns.clone())
    }

    fn keys(&self, keys: &[KeyId]) -> Result<Found, Failure> {
        keys_in(&self.vaults, keys)
    }

    fn people(&self) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
        for (file, master) in &self.people {
            if let Some(found) = roll::read(file, master)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn file(&self, entry: EntryId, digest: Digest, store: &FileStore) -> Result<bool, Failure> {
        file_in(&self.vaults, entry, digest, store)
    }
}

/// Those of these keys that are in some vaults.
pub(super) fn keys_in(vaults: &[(Vault, FileStore)], keys: &[KeyId]) -> Result<Found, Failure> {
    let mut found = Found::default();
    let mut wanted = keys.to_vec();
    for (vault, _) in vaults {
        let granted = vault.grant(&wanted)?;
        found.keys.extend(granted.keys);
        found.erased.extend(granted.erased);
        wanted = granted.unknown;
    }
    Ok(found)
}

/// Carries a file from the first store that has it as it was.
pub(super) fn file_in(
    vaults: &[(Vault, FileStore)],
    entry: EntryId,
    digest: Digest,
    to: &FileStore,
) -> Result<bool, Failure> {
    for (_, theirs) in vaults.iter().filter(|(_, theirs)| theirs.is_here(entry, digest)) {
        match carry(theirs, entry, digest, to) {
            Ok(()) => return Ok(true),
            Err(error @ FileError::Disk { .. }) => return Err(Failure::new(crate::Exit::Disk, error.to_string())),
            Err(error) => {
                tracing::warn!(%entry, %digest, %error, "a file is not what it was; another copy is looked for");
            }
        }
    }
    Ok(false)
}

fn carry(from: &FileStore, entry: EntryId, digest: Digest, to: &FileStore) -> Result<(), FileError> {
    let mut arriving = to.arrive(entry, from.look(entry, digest)?)?;
    while arriving.left() > 0 {
        let part = from.sealed(entry, digest, arriving.came(), PART_BYTES)?;
        if part.bytes.is_empty() {
            break;
        }
        arriving.write(&part.bytes)?;
    }
    arriving.finish()
}

/// Of each who knows something, the most; with its root where that is known too.
pub(crate) fn furthest_of_each(known: Vec<Known>) -> Vec<Known> {
    let mut furthest: BTreeMap<Origin, Known> = BTreeMap::new();
    for one in known {
        let rank = |known: &Known| (known.epoch, known.size, known.root.is_some());
        furthest
            .entry(one.by)
            .and_modify(|best| {
                if rank(&one) > rank(best) {
                    *best = one;
                }
            })
            .or_insert(one);
    }
    furthest.into_values().collect()
}
