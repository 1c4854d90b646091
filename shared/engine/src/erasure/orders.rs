//! The orders that a journal knows, and who has confirmed them.

use std::collections::{BTreeMap, BTreeSet};

use dossier_proto::{Digest, EntryId, Event, Head, KeyId, Micros, Origin, Payload, Place, SubjectId, v1};
use serde::{Deserialize, Serialize};

/// What is to be destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Who somebody is.
    Person,
    /// All personal values in contents of the entry, and who signed the paper it was filed from.
    PersonalValues,
    /// The contents of the entry with the digests that are named, with those of their personal values and files that no other content of
    /// the entry names: revisions share them, and what a revision that is not ordered needs to be read stays, also one that came later, and
    /// a draft that only submission knows.
    Content,
    /// Everything anybody wrote in the entry.
    Words,
}

impl Scope {
    /// All of them, in the order of the contract.
    pub const ALL: [Self; 4] = [Self::Person, Self::PersonalValues, Self::Content, Self::Words];

    /// As the contract numbers it; none for a number it does not know.
    pub fn from_number(number: i32) -> Option<Self> {
        use v1::order_erasure::Scope as Raw;
        Some(match Raw::try_from(number).ok()? {
            Raw::Unspecified => return None,
            Raw::Person => Self::Person,
            Raw::PersonalValues => Self::PersonalValues,
            Raw::Content => Self::Content,
            Raw::Words => Self::Words,
        })
    }

    /// Its number in the contract.
    pub fn number(self) -> i32 {
        use v1::order_erasure::Scope as Raw;
        let raw = match self {
            Self::Person => Raw::Person,
            Self::PersonalValues => Raw::PersonalValues,
            Self::Content => Raw::Content,
            Self::Words => Raw::Words,
        };
        raw.into()
    }

    /// The word for it in JSON and on the command line.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::PersonalValues => "personal-values",
            Self::Content => "content",
            Self::Words => "words",
        }
    }
}

/// That a service has destroyed what an order names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// When it said so.
    pub at: Micros,
    /// The event.
    pub place: Place,
    /// So many keys.
    pub destroyed: u32,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Where it stands in moderation's journal.
    pub place: Place,
    /// When it was ordered.
    pub at: Micros,
    /// What is to be destroyed.
    pub scope: Scope,
    /// Of which entry; none for a person.
    pub entry: Option<EntryId>,
    /// Of whom.
    pub subject: Option<SubjectId>,
    /// Of which contents.
    pub digests: BTreeSet<Digest>,
    /// The content that stood in public at its moment: the files and values it names stay.
    pub standing: Option<Digest>,
    /// Why: a code of the registry.
    pub reason: String,
    /// Keys of what is ordered that stay, because a draft which nobody ordered names them too: submission says so when it confirms.
    pub kept: BTreeSet<KeyId>,
    /// Who has confirmed it.
    pub confirmed: BTreeMap<Origin, Confirmation>,
}

impl Order {
    /// The order in an event, when it is one.
    pub fn of(event: &Event) -> Option<Self> {
        let Some(Payload::ErasureOrdered(ordered)) = &event.payload else { return None };
        let command = ordered.command.as_ref()?;
        Some(Self {
            place: event.head.place,
            at: event.head.recorded_at,
            scope: Scope::from_number(command.scope)?,
            entry: event.head.entry,
            subject: SubjectId::try_from(command.subject.as_slice()).ok(),
            digests: command.digests.iter().filter_map(|digest| Digest::try_from(digest.as_slice()).ok()).collect(),
            standing: Digest::try_from(ordered.standing.as_slice()).ok(),
            reason: command.reason.clone(),
            kept: BTreeSet::new(),
            confirmed: BTreeMap::new(),
        })
    }

    /// Whether it is about what the event with this head holds.
    pub fn covers(&self, head: &Head) -> bool {
        self.covers_place(head.entry, head.place)
    }

    /// The same, of an event at this place: in moderation's journal what stands before the order, in that of each other service what
    /// stands before its confirmation, and everything as long as there is none.
    pub fn covers_place(&self, entry: Option<EntryId>, place: Place) -> bool {
        if entry.is_none() || entry != self.entry {
            return false;
        }
        if place.origin == self.place.origin {
            return place < self.place;
        }
        self.confirmed.get(&place.origin).is_none_or(|confirmed| place < confirmed.place)
    }
}

/// Every order that a journal knows: the state of each service holds them, for ever.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Orders {
    orders: BTreeMap<Place, Order>,
    of_entries: BTreeMap<EntryId, Vec<Place>>,
}

impl Orders {
    /// Folds an event of the journal, or the foreign one beside it. What is no order and no confirmation changes nothing.
    pub fn fold(&mut self, event: &Event, beside: Option<&Event>) {
        let said = beside.unwrap_or(event);
        if let Some(order) = Order::of(said) {
            if let Some(entry) = order.entry {
                self.of_entries.entry(entry).or_default().push(order.place);
            }
            self.orders.insert(order.place, order);
            return;
        }
        let Some(Payload::ErasureConfirmed(v1::ErasureConfirmed { command: Some(confirm) })) = &said.payload else {
            return;
        };
        let place = confirm.order.as_ref().and_then(|place| Place::try_from(place).ok());
        let Some(order) = place.and_then(|place| self.orders.get_mut(&place)) else { return };
        let Place { origin, .. } = said.head.place;
        let at = said.head.recorded_at;
        if origin == Origin::Submission && !order.confirmed.contains_key(&origin) {
            order.kept = confirm.kept.iter().filter_map(|key| KeyId::try_from(key.as_slice()).ok()).collect();
        }
        order.confirmed.entry(origin).or_insert(Confirmation {
            at,
            place: said.head.place,
            destroyed: confirm.destroyed,
        });
    }

    /// All of them, the oldest first.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Order> {
        self.orders.values()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.orders.len()
    }

    /// The one that stands there.
    pub fn get(&self, place: Place) -> Option<&Order> {
        self.orders.get(&place)
    }

    /// Those about the entry of this one that stand before it and that this service has carried out, the oldest first.
    pub fn carried_out_before(&self, order: &Order, origin: Origin) -> Vec<Order> {
        let before = order.entry.into_iter().flat_map(|entry| self.of_entry(entry));
        before.filter(|one| one.place < order.place && one.confirmed.contains_key(&origin)).cloned().collect()
    }

    /// Those about an entry, the oldest first.
    pub fn of_entry(&self, entry: EntryId) -> impl DoubleEndedIterator<Item = &Order> {
        let places = self.of_entries.get(&entry).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|place| self.orders.get(place))
    }

    /// That somebody is to be forgotten.
    pub fn of_person(&self, subject: SubjectId) -> Option<&Order> {
        self.orders.values().find(|order| order.scope == Scope::Person && order.subject == Some(subject))
    }

    /// Those that a service has not confirmed, the oldest first.
    pub fn pending(&self, origin: Origin) -> impl Iterator<Item = &Order> {
        self.orders.values().filter(move |order| !order.confirmed.contains_key(&origin))
    }

    /// The order by which a content of an entry, written by the event at this place, cannot be read any more.
    pub fn gone(&self, entry: EntryId, digest: Digest, written: Place) -> Option<&Order> {
        self.of_entry(entry).find(|order| match order.scope {
            Scope::Words => order.covers_place(Some(entry), written),
            Scope::Content => order.digests.contains(&digest),
            Scope::Person | Scope::PersonalValues => false,
        })
    }

    /// Those that cover what the event with this head holds.
    pub fn covering(&self, head: &Head) -> impl Iterator<Item = &Order> {
        head.entry.into_iter().flat_map(|entry| self.of_entry(entry)).filter(|order| order.covers(head))
    }
}
