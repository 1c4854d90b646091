//! Going along the queue: the wanted shelves merged, longest wait first.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap, btree_set},
    ops::Bound,
    vec,
};

use dossier_proto::{EntryId, Micros};

use super::{Outlived, Place, Queue, Shelf, Stretch};

/// One entry that is passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step<'a> {
    /// Its place when the walk began: where the next stretch goes on.
    pub place: Place,
    /// Where it stands now.
    pub shelf: &'a Shelf,
    /// Since when the one who has the next move now has had it.
    pub since: Micros,
}

/// The entries of the wanted shelves, in the order in which they had waited when the walk began.
pub struct Walk<'a> {
    queue: &'a Queue,
    lines: Vec<Line<'a>>,
    /// The first of each line.
    heads: BinaryHeap<Reverse<(Place, usize)>>,
    moved: BTreeMap<EntryId, Option<Micros>>,
}

enum Line<'a> {
    /// A shelf: who has moved since is passed where they were.
    Shelf(btree_set::Range<'a, Place>),
    /// Places as they were.
    Then(vec::IntoIter<Place>),
}

impl Line<'_> {
    fn next(&mut self, moved: &BTreeMap<EntryId, Option<Micros>>) -> Option<Place> {
        match self {
            Self::Shelf(places) => places.find(|place| !moved.contains_key(&place.entry)).copied(),
            Self::Then(places) => places.next(),
        }
    }
}

impl<'a> Walk<'a> {
    pub(super) fn along(queue: &'a Queue, stretch: Stretch, wanted: impl Fn(&Shelf) -> bool) -> Result<Self, Outlived> {
        let moved = queue.moves.since(stretch.began)?;
        let from = stretch.after.map_or(Bound::Unbounded, Bound::Excluded);
        let until = stretch.until.map_or(Bound::Unbounded, |since| Bound::Included(Place { since, entry: LAST }));
        let mut lines = Vec::new();
        if is_a_range(&from, &until) {
            let shelves = queue.shelves().filter(|(shelf, _)| wanted(shelf));
            lines.extend(shelves.map(|(_, places)| Line::Shelf(places.range((from, until)))));
        }
        let others = moved.iter().filter_map(|(entry, was)| Some(Place { since: (*was)?, entry: *entry }));
        let others: BTreeSet<Place> = others.filter(|place| is_on(queue, &stretch, &wanted, *place)).collect();
        lines.push(Line::Then(others.into_iter().collect::<Vec<_>>().into_iter()));
        Ok(Self::begin(queue, lines, moved))
    }

    pub(super) fn among(
        queue: &'a Queue,
        entries: impl IntoIterator<Item = EntryId>,
        stretch: Stretch,
        wanted: impl Fn(&Shelf) -> bool,
    ) -> Result<Self, Outlived> {
        let moved = queue.moves.since(stretch.began)?;
        let place = |entry: EntryId| {
            let since = match moved.get(&entry) {
                Some(was) => (*was)?,
                None => queue.at(entry)?.1,
            };
            Some(Place { since, entry })
        };
        let places = entries.into_iter().filter_map(place);
        let places: BTreeSet<Place> = places.filter(|place| is_on(queue, &stretch, &wanted, *place)).collect();
        let lines = vec![Line::Then(places.into_iter().collect::<Vec<_>>().into_iter())];
        Ok(Self::begin(queue, lines, moved))
    }

    fn begin(queue: &'a Queue, mut lines: Vec<Line<'a>>, moved: BTreeMap<EntryId, Option<Micros>>) -> Self {
        let heads =
            lines.iter_mut().enumerate().filter_map(|(line, places)| Some(Reverse((places.next(&moved)?, line))));
        let heads = heads.collect();
        Self { queue, lines, heads, moved }
    }
}

impl<'a> Iterator for Walk<'a> {
    type Item = Step<'a>;

    fn next(&mut self) -> Option<Step<'a>> {
        loop {
            let Reverse((place, line)) = self.heads.pop()?;
            if let Some(next) = self.lines[line].next(&self.moved) {
                self.heads.push(Reverse((next, line)));
            }
            if let Some((shelf, since)) = self.queue.at(place.entry) {
                return Some(Step { place, shelf, since });
            }
        }
    }
}

/// The greatest id of all.
const LAST: EntryId = EntryId([0xff; 16]);

/// Whether an entry that had this place when the walk began is to be passed on this stretch.
fn is_on(queue: &Queue, stretch: &Stretch, wanted: &impl Fn(&Shelf) -> bool, then: Place) -> bool {
    let is_behind = stretch.after.is_none_or(|after| then > after);
    let now = queue.at(then.entry);
    is_behind && now.is_some_and(|(shelf, since)| wanted(shelf) && stretch.until.is_none_or(|until| since <= until))
}

/// Ranges that end before they begin are none: the standard library panics on them.
fn is_a_range(from: &Bound<Place>, until: &Bound<Place>) -> bool {
    match (from, until) {
        (Bound::Excluded(from), Bound::Included(until)) => from < until,
        _ => true,
    }
}
