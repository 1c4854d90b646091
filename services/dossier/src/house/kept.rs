//! What a service keeps of another: given back to it after the loss of its disk, and to nobody else.
//!
//! Who asks is known as for every question (at the broker, by the permissions of its account). It is given events it wrote itself, events that
//! its own say it received, and keys and files of two kinds: those it would get here on any day, and those that its own events named first
//! (see [`super::firsts`]). That an event of its own names a key is not enough: it writes its events itself.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use bytes::{BufMut, Bytes, BytesMut};
use dossier_audit::Copies;
use dossier_exchange::{KeyDesk, KeyRefusal, KeyRing, TURNS_PER_ANSWER};
use dossier_journal::Journal;
use dossier_proto::{Digest, EntryId, Event, KeyId, Origin, Payload, Place, Seals, named_keys};
use dossier_vault::{
    GrantedKey, Holding, MasterKey, Vault, encode_keys,
    files::{FileError, FileStore},
};
use serde::{Deserialize, Serialize};

use super::{
    firsts::{self, Acted, Named},
    roll,
};

/// Events in one answer: 768 KiB at most, one event of 512 KiB included.
const EVENTS_BYTES_MAX: usize = 200 * 1024;
const EVENTS_MAX: usize = 1_024;
/// Keys asked for at once: 256 of 32 digits are 9 KiB.
const KEYS_MAX: usize = dossier_exchange::KEYS_PER_REQUEST_MAX;
/// Bytes of a file in one answer.
const PART_BYTES_MAX: usize = 256 * 1024;
/// What somebody may have is looked up in the journal, at a million events a second, and remembered for so long.
const REMEMBERED_FOR: Duration = Duration::from_secs(30);

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum KeptAsked {
    /// How far the asker's journal was copied, epoch by epoch.
    Ends,
    /// The checkpoints of the asker that were kept.
    Signed,
    /// Its events.
    Events { epoch: u32, from: u64 },
    /// An event that its own says it received.
    Foreign { place: Place },
    /// Its events, from a place on, that the asked acted upon.
    ActedUpon { epoch: u32, from: u64 },
    /// What the asked learnt the asker's later signing keys by, behind the first so many: proofs that the asker itself has made.
    Turns { from: usize },
    /// Keys.
    Keys { keys: Vec<KeyId> },
    /// Whether a file is here, and what it is.
    FileAbout { entry: EntryId, digest: Digest },
    /// A part of a file, under seal.
    FilePart { entry: EntryId, digest: Digest, offset: u64 },
    /// A part of the copy of the accounts. Of moderation alone.
    People { offset: u64 },
}

/// Where an epoch ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndTold {
    pub(crate) epoch: u32,
    pub(crate) size: u64,
    pub(crate) root: Digest,
}

/// Keys that are here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeysTold {
    /// As `dossier_vault::encode_keys` writes them, in hexadecimal digits.
    pub(crate) keys: String,
    /// Those that were destroyed here.
    pub(crate) erased: Vec<KeyId>,
}

/// A file that is here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileTold {
    pub(crate) key: KeyId,
    pub(crate) bytes: u64,
    pub(crate) media_type: String,
}

/// What was looked up, and when.
pub(super) type Remembered = Arc<Mutex<BTreeMap<Origin, (Instant, Arc<Entitled>)>>>;

/// Gives back what is kept. A cheap clone.
#[derive(Clone)]
pub(super) struct KeptDesk {
    pub(super) journal: Journal,
    /// Only the audit service has some.
    pub(super) copies: Option<Arc<Copies>>,
    /// Gives keys on any day.
    pub(super) desk: Arc<dyn KeyDesk>,
    pub(super) vault: Vault,
    pub(super) files: FileStore,
    /// What the others sign with, as it was learnt here.
    pub(super) learnt: KeyRing,
    /// Where a copy of the accounts is written down, and what opens it.
    pub(super) people: (PathBuf, MasterKey),
    pub(super) entitled: Remembered,
}

/// What somebody may be given back.
#[derive(Debug, Default)]
pub(super) struct Entitled {
    /// Keys that its own events named first.
    keys: BTreeSet<KeyId>,
    files: BTreeSet<(EntryId, Digest)>,
    received: BTreeSet<Place>,
}

impl Entitled {
    fn take(&mut self, event: &Event) {
        let Some(payload) = &event.payload else { return };
        for named in named_keys(payload) {
            if let (Seals::File { file, .. }, Some(entry)) = (named.seals, event.head.entry) {
                self.files.insert((entry, file));
            }
        }
        self.received.extend(received(event));
    }
}

pub(super) fn received(event: &Event) -> Option<Place> {
    let Some(Payload::Received(received)) = &event.payload else { return None };
    Place::try_from(received.place.as_ref()?).ok()
}

impl KeptDesk {
    /// Answers a question. Blocks on the disk.
    ///
    /// # Errors
    /// In words, why there is no answer.
    pub(super) fn answer(&self, asker: Origin, body: &[u8]) -> Result<Bytes, String> {
        let asked: KeptAsked = serde_json::from_slice(body).map_err(|error| format!("this is no question: {error}"))?;
        tracing::info!(%asker, "something is given back after a loss");
        match asked {
            KeptAsked::Ends => json(&self.ends(asker)?),
            KeptAsked::Signed => json(&self.signed(asker)),
            KeptAsked::Events { epoch, from } => self.events(asker, epoch, from),
            KeptAsked::Foreign { place } => self.foreign(asker, place),
            KeptAsked::ActedUpon { epoch, from } => self.acted_upon(asker, (epoch, from)),
            // At most 64 of 8 KiB.
            KeptAsked::Turns { from } => json(&self.learnt.proofs(asker, from, TURNS_PER_ANSWER)),
            KeptAsked::Keys { keys } => json(&self.keys(asker, &keys)?),
            KeptAsked::FileAbout { entry, digest } => json(&self.file(asker, entry, digest)?),
            KeptAsked::People { offset } => self.people(asker, offset),
            KeptAsked::FilePart { entry, digest, offset } => self.part(asker, entry, digest, offset),
        }
    }

    fn copy(&self, asker: Origin) -> Option<&Journal> {
        self.copies.as_ref()?.journal(asker)
    }

    fn ends(&self, asker: Origin) -> Result<Vec<EndTold>, String> {
        let Some(copy) = self.copy(asker) else { return Ok(Vec::new()) };
        let end = |(epoch, size)| {
            let root = copy.root_at(epoch, size).map_err(|error| error.to_string())?;
            Ok(EndTold { epoch, size, root: Digest(*root.as_bytes()) })
        };
        copy.epochs().into_iter().map(end).collect()
    }

    fn signed(&self, asker: Origin) -> Vec<String> {
        let (Some(copies), Some(copy)) = (&self.copies, self.copy(asker)) else { return Vec::new() };
        let kept = copy.epochs().into_iter().filter_map(|(epoch, _)| copies.seen().of_epoch(asker, epoch));
        kept.map(|kept| kept.signed.text().to_owned()).collect()
    }

    fn events(&self, asker: Origin, epoch: u32, from: u64) -> Result<Bytes, String> {
        let copy = self.copy(asker).ok_or("no copies are kept here")?;
        let events = copy.read(epoch, from, EVENTS_MAX, EVENTS_BYTES_MAX).map_err(|error| error.to_string())?;
        Ok(several(events.iter().map(|stored| &stored.event)))
    }

    fn foreign(&self, asker: Origin, place: Place) -> Result<Bytes, String> {
        // Our own events are everybody's to read: they hold no words.
        let is_ours = self.copies.is_none() && self.is_own(place);
        if !is_ours && !self.entitled(asker)?.received.contains(&place) {
            return Ok(Bytes::new());
        }
        let journal = match &self.copies {
            Some(copies) => copies.journal(place.origin),
            None => Some(&self.journal).filter(|_| self.is_own(place)),
        };
        let at = dossier_journal::Place { epoch: place.epoch, sequence: place.sequence };
        let found = journal.map(|journal| journal.get(at).map_err(|error| error.to_string())).transpose()?.flatten();
        Ok(several(found.iter().map(|stored| &stored.event)))
    }

    /// Whether an event of ours stands at that place: our events say whose they are.
    fn is_own(&self, place: Place) -> bool {
        let at = dossier_journal::Place { epoch: place.epoch, sequence: place.sequence };
        let event = self.journal.get(at).ok().flatten().and_then(|stored| Event::decode(&stored.event).ok());
        event.is_some_and(|event| event.head.place == place)
    }

    fn acted_upon(&self, asker: Origin, from: (u32, u64)) -> Result<Bytes, String> {
        let mut found = BTreeMap::new();
        self.each_received(asker, &mut |place, bytes| {
            if (place.epoch, place.sequence) >= from {
                found.insert((place.epoch, place.sequence), bytes);
            }
        })?;
        let mut bytes = 0;
        let fitting = found.values().take(EVENTS_MAX).take_while(|event| {
            let fits = bytes < EVENTS_BYTES_MAX;
            bytes += event.len();
            fits
        });
        Ok(several(fitting))
    }

    /// Shows the events of the asker that we acted upon.
    fn each_received(&self, asker: Origin, each: &mut dyn FnMut(Place, Bytes)) -> Result<(), String> {
        let start = dossier_journal::Place { epoch: 0, sequence: 0 };
        let read = self.journal.replay(start, |stored| {
            let Some(beside) = stored.beside else { return };
            let place = Event::decode(&stored.event).ok().and_then(|event| received(&event));
            if let Some(place) = place.filter(|place| place.origin == asker) {
                each(place, beside);
            }
        });
        read.map(drop).map_err(|error| error.to_string())
    }

    /// What the asker's own events name, as far as they are here.
    fn entitled(&self, asker: Origin) -> Result<Arc<Entitled>, String> {
        let known = self.entitled.lock().unwrap_or_else(PoisonError::into_inner).get(&asker).cloned();
        if let Some((_, entitled)) = known.filter(|(since, _)| since.elapsed() < REMEMBERED_FOR) {
            return Ok(entitled);
        }
        let mut entitled = Entitled::default();
        match self.copy(asker) {
            Some(copy) => {
                let start = dossier_journal::Place { epoch: 0, sequence: 0 };
                let read = copy.replay(start, |stored| {
                    if let Ok(event) = Event::decode(&stored.event) {
                        entitled.take(&event);
                    }
                });
                read.map_err(|error| error.to_string())?;
                entitled.keys = firsts::among_copies(asker, &|origin, each| self.each_named(origin, each))?;
            }
            None => {
                self.each_received(asker, &mut |_, bytes| {
                    if let Ok(event) = Event::decode(&bytes) {
                        entitled.take(&event);
                    }
                })?;
                entitled.keys = firsts::in_a_journal(asker, &|each| self.each_acted(each))?;
            }
        }
        let entitled = Arc::new(entitled);
        let mut all = self.entitled.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(asker, (Instant::now(), Arc::clone(&entitled)));
        Ok(entitled)
    }

    /// Shows what the events of a service name, as the audit service has copied them; its own too.
    fn each_named(&self, origin: Origin, each: &mut dyn FnMut(Named)) -> Result<(), String> {
        let Some(journal) = self.copy(origin).or((origin == Origin::Audit).then_some(&self.journal)) else {
            return Ok(());
        };
        let start = dossier_journal::Place { epoch: 0, sequence: 0 };
        let read = journal.replay(start, |stored| {
            if let Ok(event) = Event::decode(&stored.event) {
                each(Named::by(&event));
            }
        });
        read.map(drop).map_err(|error| error.to_string())
    }

    /// Shows what our own events name, and those that we acted upon.
    fn each_acted(&self, each: &mut dyn FnMut(Acted)) -> Result<(), String> {
        let start = dossier_journal::Place { epoch: 0, sequence: 0 };
        let read = self.journal.replay(start, |stored| {
            let Ok(event) = Event::decode(&stored.event) else { return };
            match (received(&event), stored.beside.and_then(|bytes| Event::decode(&bytes).ok())) {
                (Some(place), Some(foreign)) => {
                    each(Acted { foreign: Some(place.origin), keys: Named::by(&foreign).keys });
                }
                _ => each(Acted { foreign: None, keys: Named::by(&event).keys }),
            }
        });
        read.map(drop).map_err(|error| error.to_string())
    }

    fn keys(&self, asker: Origin, keys: &[KeyId]) -> Result<KeysTold, String> {
        if keys.len() > KEYS_MAX {
            return Err(format!("{} keys at once; {KEYS_MAX} may be", keys.len()));
        }
        let entitled = self.entitled(asker)?;
        let (own, others): (Vec<_>, Vec<_>) = keys.iter().copied().partition(|key| entitled.keys.contains(key));
        let mut granted = self.vault.grant(&own).map_err(|error| error.to_string())?;
        let mut refused = 0;
        for key in others {
            match self.on_any_day(asker, key) {
                Ok(key) => granted.keys.push(key),
                Err(KeyRefusal::Gone { key }) if self.vault.holding(key) == Holding::Erased => granted.erased.push(key),
                Err(KeyRefusal::Gone { .. }) => {}
                Err(KeyRefusal::NotEntitled { .. }) => refused += 1,
                Err(error) => return Err(error.to_string()),
            }
        }
        if refused > 0 {
            tracing::info!(%asker, refused, "keys that it did not name first, and has no right to, are not given back");
        }
        Ok(KeysTold { keys: hex::encode(&*encode_keys(&granted.keys)), erased: granted.erased })
    }

    /// A key, if the asker would get it here without any loss. Whoever lost everything asks everybody for all: the refusals are counted, not told
    /// one by one.
    fn on_any_day(&self, asker: Origin, key: KeyId) -> Result<GrantedKey, KeyRefusal> {
        let quiet = tracing::Dispatch::none();
        let mut granted = tracing::dispatcher::with_default(&quiet, || self.desk.grant(asker, &[key]))?;
        granted.pop().ok_or(KeyRefusal::Gone { key })
    }

    fn file(&self, asker: Origin, entry: EntryId, digest: Digest) -> Result<Option<FileTold>, String> {
        let kept = match self.files.look(entry, digest) {
            Ok(kept) => kept,
            Err(FileError::Missing(_) | FileError::Key(_)) => return Ok(None),
            Err(error) => return Err(error.to_string()),
        };
        // The key it is sealed under here decides, not the one that the asker's event names beside its digest.
        let entitled = self.entitled(asker)?;
        let is_its_own = entitled.keys.contains(&kept.key) && entitled.files.contains(&(entry, digest));
        if !is_its_own && self.on_any_day(asker, kept.key).is_err() {
            return Ok(None);
        }
        Ok(Some(FileTold { key: kept.key, bytes: kept.bytes, media_type: kept.media_type }))
    }

    fn people(&self, asker: Origin, offset: u64) -> Result<Bytes, String> {
        if asker != Origin::Moderation {
            return Err("moderation alone keeps people".to_owned());
        }
        let (file, master) = &self.people;
        let copy = roll::read(file, master).map_err(|failure| failure.to_string())?.unwrap_or_default();
        let from = usize::try_from(offset).unwrap_or(usize::MAX).min(copy.len());
        let until = from.saturating_add(PART_BYTES_MAX).min(copy.len());
        Ok(Bytes::copy_from_slice(&copy[from..until]))
    }

    fn part(&self, asker: Origin, entry: EntryId, digest: Digest, offset: u64) -> Result<Bytes, String> {
        if self.file(asker, entry, digest)?.is_none() {
            return Err("there is no such file of its own".to_owned());
        }
        let part = self.files.sealed(entry, digest, offset, PART_BYTES_MAX).map_err(|error| error.to_string())?;
        Ok(part.bytes.into())
    }
}

fn json(answer: &impl Serialize) -> Result<Bytes, String> {
    serde_json::to_vec(answer).map(Bytes::from).map_err(|error| error.to_string())
}

/// Events one after the other, each behind its length.
fn several<'a>(events: impl Iterator<Item = &'a Bytes>) -> Bytes {
    let mut bytes = BytesMut::new();
    for event in events {
        // An event has at most 512 KiB.
        bytes.put_u32(event.len() as u32);
        bytes.put_slice(event);
    }
    bytes.freeze()
}

/// Reads what `several` wrote.
pub(crate) fn each_of_several(mut bytes: Bytes) -> Result<Vec<Bytes>, String> {
    let mut events = Vec::new();
    while !bytes.is_empty() {
        if bytes.len() < 4 {
            return Err("it ends in the middle of a length".to_owned());
        }
        let length = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize;
        let _length = bytes.split_to(4);
        if length > bytes.len() {
            return Err("it ends in the middle of an event".to_owned());
        }
        events.push(bytes.split_to(length));
    }
    Ok(events)
}

#[cfg(test)]
mod tests;
