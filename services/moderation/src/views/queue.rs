//! The queue: every entry by who has the next move and for how long, the one that has waited longest first.
//!
//! Entries that have everything in common that is filtered by stand on one shelf, in the order of their waiting. A filter chooses
//! shelves and merges them, so a rare one costs no more than a common one: with 10 000 entries there are a few thousand shelves, and
//! a microsecond is enough for several of them. Counting looks at shelves and not at entries.

mod moves;
#[cfg(test)]
mod tests;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use dossier_identity::Stage;
use dossier_proto::{BodyCode, EntryId, Micros};
use serde::{Deserialize, Serialize};

use moves::Moves;
pub use moves::Outlived;
pub use walk::{Step, Walk};

use crate::domain::{Entry, Standing, Turn};

/// How many entries one look at the queue passes over at most: so many are compared in a few milliseconds. The caller goes on from
/// where it ended.
pub(crate) const LOOKED_AT_MAX: usize = 10_000;

/// A place in the queue: since when the one who has the next move has had it, and the entry's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Since when, the time on hold left out.
    pub since: Micros,
    /// Which entry.
    pub entry: EntryId,
}

/// What the entries on one shelf have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shelf {
    /// Where they stand.
    pub standing: Standing,
    /// Who has the next move.
    pub turn: Turn,
    /// The stage that their review is in; empty where there is none.
    pub stage: String,
    /// Their type.
    pub record_type: String,
    /// Whose they are.
    pub body: BodyCode,
    /// The language they were written in.
    pub language: String,
    /// How far they have come, as to who may see what.
    pub reached: Stage,
}

impl Shelf {
    /// On which one an entry stands; `None` when it was never submitted.
    pub fn of(entry: &Entry) -> Option<Self> {
        let review = entry.review()?;
        Some(Self {
            standing: entry.standing()?.0,
            turn: entry.turn()?.0,
            stage: review.stage().map(|stage| stage.key.clone()).unwrap_or_default(),
            record_type: entry.record_type.clone(),
            body: entry.body.clone(),
            language: review.original_language.clone(),
            reached: entry.reached(review),
        })
    }
}

/// From where to where one goes along the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Behind this place; from the first where there is none.
    pub after: Option<Place>,
    /// How many moves there had been when the first page was read: places are those of then.
    pub began: u64,
    /// Only who has waited since this moment or longer.
    pub until: Option<Micros>,
}

/// Every entry, by who has the next move and for how long.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    /// On which shelf each entry stands, and since when.
    at: BTreeMap<EntryId, (u64, Micros)>,
    numbers: BTreeMap<Shelf, u64>,
    shelves: BTreeMap<u64, Stock>,
    /// The number of the next shelf.
    next: u64,
    moves: Moves,
}

/// A shelf with what stands on it; never empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Stock {
    shelf: Shelf,
    places: BTreeSet<Place>,
}

impl Queue {
    /// Puts an entry where it stands now. Answers whether that counts as a move.
    pub(super) fn place(&mut self, id: EntryId, entry: Option<&Entry>) -> bool {
        let now = entry.and_then(|entry| Some((Shelf::of(entry)?, entry.waiting_since()?)));
        let before = self.at.get(&id).copied();
        let number = now.as_ref().and_then(|(shelf, _)| self.numbers.get(shelf)).copied();
        if before.is_some() && before == number.zip(now.as_ref().map(|(_, since)| *since)) {
            return false;
        }
        if let Some((number, since)) = before {
            self.at.remove(&id);
            self.take_from(number, Place { since, entry: id });
        }
        let moved_to = now.as_ref().map(|(_, since)| *since);
        if let Some((shelf, since)) = now {
            let number = self.number_of(&shelf);
            self.at.insert(id, (number, since));
            let stock = self.shelves.entry(number).or_insert_with(|| Stock { shelf, places: BTreeSet::new() });
            stock.places.insert(Place { since, entry: id });
        }
        let was = before.map(|(_, since)| since);
        if was == moved_to {
            return false;
        }
        self.moves.remember(id, was);
        true
    }

    /// Another content of an entry is in review, that stays in its place: whoever asks who has moved hears of it.
    pub(super) fn renew(&mut self, id: EntryId) {
        if let Some((_, since)) = self.at.get(&id) {
            self.moves.remember(id, Some(*since));
        }
    }

    fn take_from(&mut self, number: u64, place: Place) {
        let Some(stock) = self.shelves.get_mut(&number) else { return };
        stock.places.remove(&place);
        if stock.places.is_empty() {
            self.numbers.remove(&stock.shelf);
            self.shelves.remove(&number);
        }
    }

    fn number_of(&mut self, shelf: &Shelf) -> u64 {
        if let Some(number) = self.numbers.get(shelf) {
            return *number;
        }
        let number = self.next;
        self.next += 1;
        self.numbers.insert(shelf.clone(), number);
        number
    }

    /// On which shelf an entry stands, and since when the one whose move it is has had it.
    pub fn at(&self, entry: EntryId) -> Option<(&Shelf, Micros)> {
        let (number, since) = self.at.get(&entry)?;
        Some((&self.shelves.get(number)?.shelf, *since))
    }

    /// All shelves, each with the places on it.
    pub fn shelves(&self) -> impl Iterator<Item = (&Shelf, &BTreeSet<Place>)> {
        self.shelves.values().map(|stock| (&stock.shelf, &stock.places))
    }

    /// How often an entry has changed its place: what [`Stretch::began`] is for whoever begins now.
    pub fn moves(&self) -> u64 {
        self.moves.counted()
    }

    /// Who has moved, or has another content in review, since there had been so many moves.
    ///
    /// # Errors
    /// [`Outlived`].
    pub fn moved_since(&self, began: u64) -> Result<impl Iterator<Item = EntryId>, Outlived> {
        Ok(self.moves.since(began)?.into_keys())
    }

    /// Every entry that has a place.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = EntryId> {
        self.at.keys().copied()
    }

    /// Along the wanted shelves, longest wait first.
    ///
    /// Everything that had a place when the walk began is passed at most once over all its stretches, in the order of then, and is
    /// looked at as it is now; what came later is not passed.
    ///
    /// # Errors
    /// [`Outlived`].
    pub fn walk(&self, stretch: Stretch, wanted: impl Fn(&Shelf) -> bool) -> Result<Walk<'_>, Outlived> {
        Walk::along(self, stretch, wanted)
    }

    /// The same, of these entries only.
    ///
    /// # Errors
    /// [`Outlived`].
    pub fn walk_among(
        &self,
        entries: impl IntoIterator<Item = EntryId>,
        stretch: Stretch,
        wanted: impl Fn(&Shelf) -> bool,
    ) -> Result<Walk<'_>, Outlived> {
        Walk::among(self, entries, stretch, wanted)
    }

    /// How many stand so.
    pub fn count(&self, standing: Standing) -> usize {
        self.shelves().filter(|(shelf, _)| shelf.standing == standing).map(|(_, places)| places.len()).sum()
    }
}
