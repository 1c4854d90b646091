//! The index against a slow look at everything, while entries are submitted anew and gists come and go.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
};

use dossier_engine::{
    View as _,
    testing::{Dice, for_seeds},
};
use dossier_proto::{Actor, Micros, Origin, Payload};

use super::*;
use crate::domain::tests::world::{Filed, *};

const REGISTRIES: [Digest; 2] = [Digest([1; 32]), Digest([2; 32])];
const ENTRIES: u8 = 24;

fn numbered(number: u8) -> EntryId {
    EntryId([number; 16])
}

/// What stands at a place names one objective of nine; every fourth can be read in French too.
fn gist_at(entry: EntryId, at: Whereabouts) -> Gist {
    let mut languages = vec![Language::En];
    languages.extend(at.sequence.is_multiple_of(4).then_some(Language::Fr));
    Gist {
        title: None,
        what_changed: None,
        objectives: BTreeSet::from([(at.sequence % 9).to_string()]),
        languages,
        entry,
        key: KeyId([7; 16]),
    }
}

/// Gists, and what they should hold.
struct Shelf {
    world: World,
    reviews: Reviews,
    applied: usize,
    gists: Gists,
    registry: Digest,
    kept: BTreeMap<Whereabouts, EntryId>,
}

impl Shelf {
    fn new() -> Self {
        let mut shelf = Self {
            world: World::ready(),
            reviews: Reviews::default(),
            applied: 0,
            gists: Gists::default(),
            registry: REGISTRIES[0],
            kept: BTreeMap::new(),
        };
        for number in 1..=ENTRIES {
            shelf.world.submit(numbered(number), &Filed::revision(1));
        }
        shelf.catch_up();
        shelf
    }

    fn catch_up(&mut self) {
        for (event, beside) in &self.world.story.log()[self.applied..] {
            self.reviews.apply(event, beside.as_ref());
        }
        self.applied = self.world.story.log().len();
    }

    fn submit_anew(&mut self, entry: EntryId) {
        let revision = self.reviews.state.entries[&entry].review().unwrap().revision;
        let _ = self.world.ask(request(MODERATOR, revision, vec![item(1, "title")]).on(entry));
        self.world.submit(entry, &Filed { round: revision + 1, ..Filed::revision(revision + 1) });
        self.catch_up();
    }

    fn keep(&mut self, entry: EntryId, at: Whereabouts) {
        self.gists.keep(self.registry, at, Arc::new(gist_at(entry, at)));
        self.kept.insert(at, entry);
    }

    fn something_happens(&mut self, dice: &mut Dice) {
        let entry = numbered(u8::try_from(dice.below(ENTRIES.into())).unwrap() + 1);
        let contents = self.reviews.contents.of(entry);
        let (any, newest) = (dice.pick(contents).at, contents.last().unwrap().at);
        match dice.below(12) {
            0..2 => self.submit_anew(entry),
            2 => self.keep(entry, any),
            3..9 => self.keep(entry, newest),
            9 | 10 => {
                self.gists.forget(any);
                self.kept.remove(&any);
            }
            _ if dice.one_in(10) => {
                self.registry = if self.registry == REGISTRIES[0] { REGISTRIES[1] } else { REGISTRIES[0] };
                self.kept.clear();
                self.keep(entry, newest);
            }
            _ => {}
        }
    }

    /// Those that have something, as far as anybody knows, and those of whom nobody knows.
    fn slowly(&self, has: impl Fn(&Gist) -> bool) -> (usize, BTreeSet<EntryId>) {
        let of_kept = self.kept.iter().filter(|(at, entry)| has(&gist_at(**entry, **at))).map(|(_, entry)| *entry);
        let unread = self.reviews.queue.entries().filter(|entry| {
            let newest = self.reviews.contents.of(*entry).last().unwrap().at;
            !self.kept.contains_key(&newest)
        });
        let all: Vec<_> = of_kept.chain(unread).collect();
        (all.len(), all.into_iter().collect())
    }

    fn agrees(&self, objective: &str) {
        let names = |gist: &Gist| gist.objectives.contains(objective);
        let speaks = |gist: &Gist| gist.languages.contains(&Language::Fr);
        let (by_objective, by_language) = (self.slowly(names), self.slowly(speaks));
        let short = |(count, entries): &(usize, BTreeSet<EntryId>)| {
            (count * FEW <= usize::from(ENTRIES)).then(|| entries.clone())
        };
        let objectives = [objective.to_owned()];
        let naming = |objectives: &[String], languages: &[Language]| {
            self.gists.naming(self.registry, &self.reviews, objectives, languages)
        };
        assert_eq!(naming(&objectives, &[]), short(&by_objective), "objective {objective}");
        assert_eq!(naming(&[], &[Language::Fr]), short(&by_language));
        let rarer = if by_language.0 < by_objective.0 { &by_language } else { &by_objective };
        assert_eq!(naming(&objectives, &[Language::Fr]), short(rarer));
        assert_eq!(naming(&[], &[]), None);
    }
}

#[test]
fn the_index_says_what_a_slow_look_at_everything_says() {
    let found = Cell::new(0);
    for_seeds(20, |dice| {
        let mut shelf = Shelf::new();
        for number in 1..=ENTRIES {
            shelf.keep(numbered(number), shelf.reviews.contents.of(numbered(number))[0].at);
        }
        for _ in 0..150 {
            shelf.something_happens(dice);
            if dice.one_in(2) {
                let objective = dice.below(10).to_string();
                shelf.agrees(&objective);
                let named = shelf.gists.naming(shelf.registry, &shelf.reviews, &[objective], &[]);
                found.set(found.get() + usize::from(named.is_some_and(|named| !named.is_empty())));
            }
        }
    });
    assert!(found.get() > 100, "the index was of use {} times only", found.get());
}

#[test]
fn another_registry_knows_nothing_of_what_was_read_with_the_one_before() {
    let mut shelf = Shelf::new();
    for number in 1..=ENTRIES {
        shelf.keep(numbered(number), shelf.reviews.contents.of(numbered(number))[0].at);
    }
    let nothing = ["99".to_owned()];
    assert_eq!(shelf.gists.naming(REGISTRIES[0], &shelf.reviews, &nothing, &[]), Some(BTreeSet::new()));
    assert_eq!(shelf.gists.naming(REGISTRIES[1], &shelf.reviews, &nothing, &[]), None);
    let at = shelf.reviews.contents.of(numbered(1))[0].at;
    shelf.gists.keep(REGISTRIES[1], at, Arc::new(gist_at(numbered(1), at)));
    assert_eq!(shelf.gists.naming(REGISTRIES[1], &shelf.reviews, &nothing, &[]), None, "nearly all are to be read");
    assert_eq!(shelf.gists.lock().index.count(&[]), usize::from(ENTRIES) - 1);
}

/// The clock of submission may say of a submission what ours said of the return: the entry then stays in its place.
#[test]
fn a_new_content_is_heard_of_even_when_its_entry_stays_in_its_place() {
    let mut shelf = Shelf::new();
    let entry = numbered(1);
    shelf.world.given(request(MODERATOR, 1, vec![item(1, "title")]).on(entry));
    shelf.catch_up();
    let returned: Micros = shelf.reviews.queue.at(entry).unwrap().1;
    let (before, moves) = (shelf.reviews.content_in_review(entry), shelf.reviews.queue.moves());
    let mut foreign = {
        let payload = Payload::Submitted(Filed { round: 2, ..Filed::revision(2) }.event());
        shelf.world.story.hear(Actor::Person(CONTRIBUTOR), Origin::Submission, Some(entry), payload);
        shelf.world.story.log()[shelf.applied..].to_vec()
    };
    for (event, beside) in &mut foreign {
        if let Some(beside) = beside {
            beside.head.recorded_at = returned;
        }
        shelf.reviews.apply(event, beside.as_ref());
    }
    assert_eq!(shelf.reviews.queue.at(entry).unwrap().1, returned, "it stays in its place");
    assert_ne!(shelf.reviews.content_in_review(entry), before);
    let moved: Vec<_> = shelf.reviews.queue.moved_since(moves).unwrap().collect();
    assert_eq!(moved, [entry]);
}
