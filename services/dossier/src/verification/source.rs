//! Where events are read: journals, or exports of them.

use std::collections::BTreeMap;

use dossier_audit::{
    reconcile::{Look, Shelf},
    trail::Filed,
    verify::{Causes, When},
};
use dossier_journal::{Journal, ReadError, Stored};
use dossier_proto::{Event, Origin, Place, hash_of};

/// The events of one origin.
pub trait Source {
    /// Each epoch with its number of events, ascending.
    fn epochs(&self) -> Vec<(u32, u64)>;

    /// Shows every event in order, over the ends of epochs.
    ///
    /// # Errors
    /// What is wrong with the bytes, and where.
    fn visit(&self, each: &mut dyn FnMut(&Stored)) -> Result<(), String>;

    /// One event; `None` when there is none at that place.
    ///
    /// # Errors
    /// What is wrong with the bytes.
    fn get(&self, place: dossier_journal::Place) -> Result<Option<Stored>, String>;
}

impl Source for Journal {
    fn epochs(&self) -> Vec<(u32, u64)> {
        Self::epochs(self)
    }

    fn visit(&self, each: &mut dyn FnMut(&Stored)) -> Result<(), String> {
        let start = dossier_journal::Place { epoch: 0, sequence: 0 };
        self.replay(start, |stored| each(&stored)).map(drop).map_err(words)
    }

    fn get(&self, place: dossier_journal::Place) -> Result<Option<Stored>, String> {
        Self::get(self, place).map_err(words)
    }
}

#[allow(clippy::needless_pass_by_value, reason = "for map_err")]
fn words(error: ReadError) -> String {
    error.to_string()
}

/// The journals that are verified together.
#[derive(Default)]
pub struct Sources {
    read: BTreeMap<Origin, Box<dyn Source>>,
    /// Looked up, and not read through: copies, which hold the events and not what lies beside them.
    consulted: BTreeMap<Origin, Box<dyn Source>>,
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
}

/// What a cross-check of the audit service asks.
impl Shelf for Sources {
    fn at(&self, place: Place) -> Look {
        let Some(source) = self.of(place.origin) else { return Look::Unknown };
        match source.get(dossier_journal::Place { epoch: place.epoch, sequence: place.sequence }) {
            // Bytes that cannot be read, or are no event, are a doubt of that journal and told there.
            Err(_) => Look::Unknown,
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
        match self.at(place) {
            Look::Found(filed) => When::At(filed.event.head.recorded_at),
            Look::Absent => When::Never,
            Look::Unknown => When::Unknown,
        }
    }
}
