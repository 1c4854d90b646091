//! Who named a key first: whoever made it.
//!
//! The id of a key cannot be guessed, so whoever made it names it before anybody else can. But ids stand in clear in what everybody reads, and a
//! service that was taken over may write an event that names the key of somebody's draft. So a key counts as the asker's own only if everybody else
//! who names it had received it before.

use std::collections::{BTreeMap, BTreeSet};

use dossier_proto::{Event, KeyId, Origin, Place, named_keys};

use super::kept::received;

/// Goes through the events of the own journal that name keys; what went wrong, in words.
type ReadActed<'a> = dyn Fn(&mut dyn FnMut(Acted)) -> Result<(), String> + 'a;
/// Goes through the copied events of an origin that name keys; what went wrong, in words.
type ReadNamed<'a> = dyn Fn(Origin, &mut dyn FnMut(Named)) -> Result<(), String> + 'a;

/// What an event names.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) place: Place,
    pub(super) keys: Vec<KeyId>,
    /// The event that it says was received.
    pub(super) received: Option<Place>,
}

impl Named {
    pub(super) fn by(event: &Event) -> Self {
        let keys = event.payload.iter().flat_map(named_keys).map(|named| named.key).collect();
        Self { place: event.head.place, keys, received: received(event) }
    }
}

/// What one event in a service's own journal names: its own, or one of another service that it acted upon.
#[derive(Debug, Clone)]
pub(super) struct Acted {
    pub(super) foreign: Option<Origin>,
    pub(super) keys: Vec<KeyId>,
}

/// How a key came into a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// From the asker, and nobody else has named it.
    FromAsker,
    /// From the asker, and then we named it ourselves: others may have it from us.
    PassedOn,
    /// Somebody else named it first, or without having it from us.
    FromOthers,
}

/// The keys that came from the asker, by one journal alone. Another service may name one only after the journal's own events have: otherwise it could
/// be that one's own, which the asker only was quicker to name here.
///
/// # Errors
/// What `read` says.
pub(super) fn in_a_journal(asker: Origin, read: &ReadActed<'_>) -> Result<BTreeSet<KeyId>, String> {
    let mut ways = BTreeMap::<KeyId, Way>::new();
    read(&mut |acted| {
        for key in acted.keys {
            let before = ways.get(&key).copied();
            let way = match (acted.foreign, before) {
                (Some(from), None) if from == asker => Way::FromAsker,
                (Some(from), Some(way)) if from == asker => way,
                (None, Some(Way::FromAsker)) => Way::PassedOn,
                (_, Some(Way::PassedOn)) => Way::PassedOn,
                (_, None | Some(Way::FromAsker | Way::FromOthers)) => Way::FromOthers,
            };
            ways.insert(key, way);
        }
    })?;
    Ok(ways.into_iter().filter(|(_, way)| *way != Way::FromOthers).map(|(key, _)| key).collect())
}

/// The keys that the asker named first, by copies of all journals: each other service that names one says that it had received an event that
/// names it, before.
///
/// # Errors
/// What `read` says.
pub(super) fn among_copies(asker: Origin, read: &ReadNamed<'_>) -> Result<BTreeSet<KeyId>, String> {
    let mut keys = BTreeSet::new();
    read(asker, &mut |named| keys.extend(named.keys))?;
    let mut named_at = BTreeMap::<Place, Vec<KeyId>>::new();
    for origin in Origin::ALL {
        read(origin, &mut |named| {
            let of_asker: Vec<_> = named.keys.into_iter().filter(|key| keys.contains(key)).collect();
            if !of_asker.is_empty() {
                named_at.insert(named.place, of_asker);
            }
        })?;
    }
    for origin in Origin::ALL.into_iter().filter(|origin| *origin != asker) {
        let mut heard = BTreeSet::<KeyId>::new();
        read(origin, &mut |named| {
            heard.extend(named.received.iter().filter_map(|place| named_at.get(place)).flatten());
            for key in named.keys.iter().filter(|key| !heard.contains(*key)) {
                keys.remove(key);
            }
        })?;
    }
    Ok(keys)
}
