//! The keys of a service that is put back: those that others have, and what cannot be read without the rest.

use std::collections::{BTreeMap, BTreeSet};

use dossier_journal::{Journal, Place};
use dossier_proto::{Digest, EntryId, Event, KeyId, Origin, Seals, named_keys};
use dossier_vault::{Holding, Vault};

use super::{keeper::Keeper, report::Unreadable};
use crate::Failure;

/// So many keys are asked for at once: as many as one request may ask for over a broker.
const ASKED_AT_ONCE: usize = dossier_exchange::KEYS_PER_REQUEST_MAX;

/// The keys that a service asked for when it received an event: those, and no others, are asked for again.
fn needed(origin: Origin, heard: &Event) -> Vec<KeyId> {
    match origin {
        Origin::Submission => dossier_submission::keys::keys_needed(heard),
        Origin::Moderation => dossier_moderation::keys_needed(heard),
        Origin::Publication => dossier_publication::keys_needed(heard),
        // It asks for what its copies name, by itself.
        Origin::Audit => Vec::new(),
    }
}

/// What the events of a journal say of keys and files.
#[derive(Debug, Default)]
pub(crate) struct Named {
    /// What each key seals, and of which entry. A key may be named by many events; what it seals is a content in one of them.
    keys: BTreeMap<KeyId, What>,
    /// The files, each with its key.
    pub(crate) files: BTreeMap<(EntryId, Digest), KeyId>,
}

#[derive(Debug, Clone, Copy)]
struct What {
    entry: Option<EntryId>,
    is_content: bool,
}

impl Named {
    /// Reads the journal of `origin` from its beginning: what its own events name, and what it needed of those that it received. (What was
    /// submitted and is not approved yet stands beside the events of moderation, and in none of its own.)
    ///
    /// # Errors
    /// [`Failure`]: it cannot be read.
    pub(crate) fn in_journal(origin: Origin, journal: &Journal) -> Result<Self, Failure> {
        let mut named = Self::default();
        let start = Place { epoch: 0, sequence: 0 };
        journal
            .replay(start, |stored| {
                if let Ok(event) = Event::decode(&stored.event) {
                    named.take(&event, |_| true);
                }
                if let Some(heard) = stored.beside.and_then(|beside| Event::decode(&beside).ok()) {
                    let needed = needed(origin, &heard);
                    named.take(&heard, |key| needed.contains(&key));
                }
            })
            .map_err(|error| Failure::damaged(error.to_string()))?;
        Ok(named)
    }

    fn take(&mut self, event: &Event, is_wanted: impl Fn(KeyId) -> bool) {
        let Some(payload) = &event.payload else { return };
        for one in named_keys(payload).into_iter().filter(|one| is_wanted(one.key)) {
            let is_content = matches!(one.seals, Seals::Content(_));
            let what = self.keys.entry(one.key).or_insert(What { entry: event.head.entry, is_content });
            what.is_content |= is_content;
            if let (Seals::File { file, .. }, Some(entry)) = (one.seals, event.head.entry) {
                self.files.insert((entry, file), one.key);
            }
        }
    }

    /// Takes in what others have of these keys, and answers how many that were. Those that were destroyed elsewhere are here too: they are not
    /// taken in again.
    ///
    /// # Errors
    /// [`Failure`]: somebody could not be asked, or the disk.
    pub(crate) fn fetch(&self, vault: &Vault, keeper: &dyn Keeper) -> Result<usize, Failure> {
        let wanted: Vec<_> = self.keys.keys().copied().filter(|key| vault.holding(*key) == Holding::Unknown).collect();
        let mut back = 0;
        for asked in wanted.chunks(ASKED_AT_ONCE) {
            let found = keeper.keys(asked)?;
            back += vault.admit(found.keys)?.new;
            for key in found.erased.into_iter().collect::<BTreeSet<_>>() {
                vault.erase(key)?;
            }
        }
        Ok(back)
    }

    /// What cannot be read for want of a key. What was destroyed on purpose is none of it.
    pub(crate) fn unreadable(&self, vault: &Vault) -> Unreadable {
        let files: BTreeSet<_> = self.files.values().copied().collect();
        let mut unreadable = Unreadable::default();
        let gone = self.keys.iter().filter(|(key, _)| vault.holding(**key) == Holding::Unknown && !files.contains(key));
        for (_, what) in gone {
            match what {
                What { is_content: true, entry: Some(entry) } => *unreadable.contents.entry(*entry).or_default() += 1,
                _ => unreadable.said += 1,
            }
        }
        unreadable
    }
}
