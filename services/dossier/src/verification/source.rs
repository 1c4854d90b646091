//! Where events are read: journals, or exports of them.

use std::{cell::RefCell, collections::BTreeMap};

use dossier_audit::{
    reconcile::{Look, Shelf},
    trail::Filed,
    verify::{Causes, Prepared, When},
};
use dossier_journal::{Damage, Journal, NodeError, ReadError, Stored, TreeCheck};
use dossier_proto::{Event, Origin, Place, hash_of};

use super::{
    Class,
    recent::{BLOCK, Facts, Recent},
};

/// One block of looked-up events has no more bytes than this, one event aside.
const BLOCK_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Why a journal could not be read on, or is not what its own tree says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Where, when it is known.
    pub at: Option<dossier_journal::Place>,
    /// What that is.
    pub class: Class,
    /// What was found.
    pub found: String,
}

/// The events of one origin.
pub trait Source {
    /// Each epoch with its number of events, ascending.
    fn epochs(&self) -> Vec<(u32, u64)>;

    /// Shows every event in order, over the ends of epochs, decoded and hashed by several threads; gives what is wrong: where it could not
    /// be read on, or where the events are not those of its own tree.
    fn visit(&self, each: &mut dyn FnMut(Prepared)) -> Vec<Unread>;

    /// Some events of an epoch in order, at most `count`; fewer at its end, or when they are long.
    ///
    /// # Errors
    /// What is wrong with the bytes.
    fn stretch(&self, from: dossier_journal::Place, count: usize) -> Result<Vec<Stored>, String>;

    /// Whether foreign events lie beside those that say they were received.
    fn keeps_beside(&self) -> bool {
        true
    }

    /// One event; `None` when there is none at that place.
    ///
    /// # Errors
    /// What is wrong with the bytes.
    fn get(&self, place: dossier_journal::Place) -> Result<Option<Stored>, String> {
        Ok(self.stretch(place, 1)?.pop())
    }
}

impl Source for Journal {
    fn epochs(&self) -> Vec<(u32, u64)> {
        Self::epochs(self)
    }

    fn visit(&self, each: &mut dyn FnMut(Prepared)) -> Vec<Unread> {
        let start = dossier_journal::Place { epoch: 0, sequence: 0 };
        let mut tree = TreeCheck::new(self);
        // The first place that differs: those after it differ because of it.
        let mut differs = None;
        let read = self.replay_with(start, Prepared::of, |prepared| {
            let compared = tree.take(prepared.stored.epoch, prepared.leaf);
            if let Err(error) = compared
                && differs.is_none()
            {
                differs = Some(Unread::from(&error));
            }
            each(prepared);
        });
        let ended = match &read {
            Ok(_) => tree.finish().err().map(|error| Unread::from(&error)),
            Err(error) => Some(Unread::from(error)),
        };
        differs.or(ended).into_iter().collect()
    }

    fn stretch(&self, from: dossier_journal::Place, count: usize) -> Result<Vec<Stored>, String> {
        self.read(from.epoch, from.sequence, count, BLOCK_BYTES_MAX).map_err(|error| error.to_string())
    }
}

impl From<&ReadError> for Unread {
    fn from(error: &ReadError) -> Self {
        let (at, class) = match error {
            ReadError::Damaged(Damage { epoch, sequence, kind, .. }) => {
                (Some((*epoch, *sequence)), Class::of_damage(*kind))
            }
            ReadError::Node(error @ (NodeError::Missing { .. } | NodeError::Damaged { .. })) => {
                (error.place(), Class::Unreadable)
            }
            _ => (None, Class::Unreadable),
        };
        let at = at.map(|(epoch, sequence)| dossier_journal::Place { epoch, sequence });
        Self { at, class, found: error.to_string() }
    }
}

/// The events of a copy: they have travelled, and what lies beside them does not.
pub struct Travelled<S>(pub S);

impl<S: Source> Source for Travelled<S> {
    fn epochs(&self) -> Vec<(u32, u64)> {
        self.0.epochs()
    }

    fn visit(&self, each: &mut dyn FnMut(Prepared)) -> Vec<Unread> {
        self.0.visit(each)
    }

    fn stretch(&self, from: dossier_journal::Place, count: usize) -> Result<Vec<Stored>, String> {
        self.0.stretch(from, count)
    }

    fn keeps_beside(&self) -> bool {
        false
    }
}

/// The journals that are verified together.
#[derive(Default)]
pub struct Sources {
    read: BTreeMap<Origin, Box<dyn Source>>,
    /// Looked up, and not read through: copies, which hold the events and not what lies beside them.
    consulted: BTreeMap<Origin, Box<dyn Source>>,
    recent: RefCell<BTreeMap<Origin, Recent>>,
}

/// What is known of a place in another journal.
pub(super) enum Known {
    Here(Facts),
    Absent,
    /// It was lost, and the epoch that went on after the loss says so.
    Lost,
    Unknown,
}

impl Sources {
    /// Adds the events of an origin.
    pub fn put(&mut self, origin: Origin, source: impl Source + 'static) {
        self.read.insert(origin, Box::new(source));
    }

    /// Adds events of an origin that others are held against, and that are not verified themselves.
    pub fn consult(&mut self, origin: Origin, source: impl Source + 'static) {
        self.consulted.insert(origin, Box::new(source));
    }

    /// The events of an origin.
    pub fn of(&self, origin: Origin) -> Option<&dyn Source> {
        self.read.get(&origin).or_else(|| self.consulted.get(&origin)).map(Box::as_ref)
    }

    /// Those that are verified, in the order of the workflow.
    pub fn origins(&self) -> impl Iterator<Item = (Origin, &dyn Source)> {
        self.read.iter().map(|(origin, source)| (*origin, source.as_ref()))
    }

    /// What is asked of most events, without decoding each anew.
    pub(super) fn facts(&self, place: Place) -> Known {
        let Some(source) = self.of(place.origin) else { return Known::Unknown };
        let mut recent = self.recent.borrow_mut();
        let recent = recent.entry(place.origin).or_default();
        let found = match recent.find(place.epoch, place.sequence) {
            Ok(found) => found,
            Err((epoch, block)) => {
                let from = dossier_journal::Place { epoch, sequence: block * BLOCK };
                match block_of(source, from) {
                    Ok(facts) => {
                        let within = usize::try_from(place.sequence % BLOCK).unwrap_or(usize::MAX);
                        let found = facts.get(within).copied();
                        recent.keep((epoch, block), facts);
                        found
                    }
                    // Bytes that cannot be read are a doubt of that journal and told there.
                    Err(_unreadable) => return Known::Unknown,
                }
            }
        };
        match found {
            Some(facts) => Known::Here(facts),
            None if was_lost(source, place) => Known::Lost,
            None => Known::Absent,
        }
    }
}

fn block_of(source: &dyn Source, from: dossier_journal::Place) -> Result<Vec<Facts>, String> {
    let (mut facts, mut next) = (Vec::with_capacity(BLOCK as usize), from);
    while (facts.len() as u64) < BLOCK {
        let stretch = source.stretch(next, BLOCK as usize - facts.len())?;
        if stretch.is_empty() {
            break;
        }
        next.sequence += stretch.len() as u64;
        facts.extend(stretch.into_iter().map(|stored| Facts::of(&Prepared::of(stored))));
    }
    Ok(facts)
}

/// An epoch that others came after names how much of it is known: what stood behind that is lost, openly.
fn was_lost(source: &dyn Source, place: Place) -> bool {
    source.epochs().last().is_some_and(|(newest, _)| place.epoch < *newest)
}

/// What a cross-check of the audit service asks.
impl Shelf for Sources {
    fn at(&self, place: Place) -> Look {
        let Some(source) = self.of(place.origin) else { return Look::Unknown };
        match source.get(dossier_journal::Place { epoch: place.epoch, sequence: place.sequence }) {
            // Bytes that cannot be read, or are no event, are a doubt of that journal and told there.
            Err(_) => Look::Unknown,
            Ok(None) if was_lost(source, place) => Look::Unknown,
            Ok(None) => Look::Absent,
            Ok(Some(stored)) => match Event::decode(&stored.event) {
                Ok(event) => Look::Found(Box::new(Filed { event, hash: hash_of(&stored.event) })),
                Err(_) => Look::Unknown,
            },
        }
    }
}

/// What an examination asks.
impl Causes for Sources {
    fn recorded(&self, place: Place) -> When {
        match self.facts(place) {
            Known::Here(facts) => facts.recorded_at.map_or(When::Unknown, When::At),
            Known::Absent => When::Never,
            Known::Lost | Known::Unknown => When::Unknown,
        }
    }
}
