//! Which keys an order is about: pure, over the events of an entry.

use std::collections::BTreeSet;

use dossier_proto::{Digest, Event, KeyId, Seals, named_keys};

use super::{Order, Scope};

/// What of an entry is to be destroyed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InScope {
    /// The keys.
    pub keys: BTreeSet<KeyId>,
    /// The files among what they seal, by their digests, with their keys.
    pub files: BTreeSet<(Digest, KeyId)>,
}

/// The keys and files that an order is about, among those that these events of its entry name. What the content that stands in public
/// names stays, where an order is about single contents.
pub fn of_order<'a>(order: &Order, events: impl IntoIterator<Item = &'a Event>) -> InScope {
    let (mut found, mut standing) = (InScope::default(), BTreeSet::new());
    for event in events.into_iter().filter(|event| order.covers(&event.head)) {
        for named in event.payload.iter().flat_map(named_keys) {
            if order.scope == Scope::Content && order.standing.is_some() && content_of(named.seals) == order.standing {
                standing.insert(named.key);
            }
            if is_about(order, named.seals) {
                found.keys.insert(named.key);
                if let Seals::File { file, .. } = named.seals {
                    found.files.insert((file, named.key));
                }
            }
        }
    }
    found.keys.retain(|key| !standing.contains(key));
    found.files.retain(|(_, key)| !standing.contains(key));
    found
}

/// The keys of one event that an order is about, whatever else the entry holds: not asked for any more. Files and values of single contents
/// are not among them, because the content that stands in public may name them too.
pub fn of_event(order: &Order, event: &Event) -> BTreeSet<KeyId> {
    if !order.covers(&event.head) {
        return BTreeSet::new();
    }
    let named = event.payload.iter().flat_map(named_keys);
    let is_sure = |seals| order.scope != Scope::Content || matches!(seals, Seals::Content(_));
    named.filter(|named| is_about(order, named.seals) && is_sure(named.seals)).map(|named| named.key).collect()
}

fn is_about(order: &Order, seals: Seals) -> bool {
    match order.scope {
        Scope::Person => false,
        Scope::PersonalValues => matches!(seals, Seals::PersonalValue(_) | Seals::Signatory),
        Scope::Content => content_of(seals).is_some_and(|digest| order.digests.contains(&digest)),
        Scope::Words => true,
    }
}

/// The content that names it.
fn content_of(seals: Seals) -> Option<Digest> {
    match seals {
        Seals::Content(digest) | Seals::PersonalValue(digest) | Seals::File { content: digest, .. } => Some(digest),
        Seals::Signatory | Seals::Said => None,
    }
}
