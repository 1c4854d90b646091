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
    /// The keys that stay, because a content that is not ordered names them too.
    pub kept: BTreeSet<KeyId>,
}

/// The keys and files that an order is about, among those that these events of its entry name.
///
/// Revisions of an entry share the keys of their files and personal values. Where an order is about single contents, what a content that is
/// not ordered names too stays ([`InScope::kept`]): above all the one that stands in public, but also one that was submitted, approved or
/// published after the order, because it may have been a draft with the same file before. A content that an earlier order was about keeps
/// nothing, so that contents erased one after the other leave no more than contents erased at once.
pub fn of_order<'a>(order: &Order, events: impl IntoIterator<Item = &'a Event>) -> InScope {
    let events: Vec<&Event> = events.into_iter().collect();
    let ordered = ordered_until(order, &events);
    let (mut found, mut shared) = (InScope::default(), order.kept.clone());
    for event in events {
        let is_covered = order.covers(&event.head);
        for named in event.payload.iter().flat_map(named_keys) {
            if is_covered && is_about(order, named.seals) {
                found.keys.insert(named.key);
                if let Seals::File { file, .. } = named.seals {
                    found.files.insert((file, named.key));
                }
            }
            let keeps = |digest| order.standing == Some(digest) || !ordered.contains(&digest);
            if order.scope == Scope::Content && content_of(named.seals).is_some_and(keeps) {
                shared.insert(named.key);
            }
        }
    }
    found.kept = found.keys.intersection(&shared).copied().collect();
    found.keys.retain(|key| !shared.contains(key));
    found.files.retain(|(_, key)| !shared.contains(key));
    found
}

/// The contents that this order is about, and those that orders before it were about, as far as these events tell.
fn ordered_until(order: &Order, events: &[&Event]) -> BTreeSet<Digest> {
    let before = events.iter().filter_map(|event| Order::of(event));
    let before = before.filter(|before| before.scope == Scope::Content && before.place < order.place);
    before.flat_map(|before| before.digests).chain(order.digests.iter().copied()).collect()
}

/// The keys of one event that an order is about, whatever else the entry holds: not asked for any more. Files and values of single contents
/// are not among them, because a content that is not ordered may name them too.
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
