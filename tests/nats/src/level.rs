//! Whether everybody has read everything, by what the processes themselves say.

use std::{collections::BTreeMap, time::Duration};

use dossier_proto::Origin;
use serde::{Deserialize, Serialize};

use crate::{
    asking::{Said, get},
    until,
};

/// A position in a journal: how many events of which epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct At {
    /// The epoch.
    pub epoch: u32,
    /// The next event's sequence.
    pub sequence: u64,
}

/// Where a service stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Positions {
    /// Where its own journal ends.
    pub head: At,
    /// How far it has read the others.
    pub read: BTreeMap<Origin, At>,
}

/// Where each journal ends.
pub type Heads = BTreeMap<Origin, At>;

/// Where the four services answer.
#[derive(Debug, Clone)]
pub struct Doors {
    urls: BTreeMap<Origin, String>,
    /// What to say where something went wrong.
    pub whereabouts: String,
}

impl Doors {
    /// Of these.
    pub fn new(urls: BTreeMap<Origin, String>, whereabouts: String) -> Self {
        Self { urls, whereabouts }
    }

    /// Asks one of them.
    ///
    /// # Errors
    /// In words, when there is no answer.
    pub fn get(&self, origin: Origin, path: &str) -> Result<Said, String> {
        get(&format!("{}{path}", self.urls[&origin]), None).map_err(|error| format!("{origin}: {error}"))
    }

    /// Whether a service says that all is well.
    ///
    /// # Errors
    /// What is not.
    pub fn is_ready(&self, origin: Origin) -> Result<(), String> {
        let said = self.get(origin, "/readyz")?;
        if said.status == 200 { Ok(()) } else { Err(format!("{origin} says {}", said.text)) }
    }

    /// Waits until all four say that all is well; says how long it took.
    ///
    /// # Panics
    /// The time is up.
    #[track_caller]
    pub fn ready(&self, patience: Duration) -> Duration {
        let look = || Origin::ALL.into_iter().try_for_each(|origin| self.is_ready(origin));
        until(&format!("{}: everybody is ready", self.whereabouts), patience, look).1
    }

    /// Where one service stands.
    ///
    /// # Errors
    /// In words: it does not answer.
    pub fn position(&self, origin: Origin) -> Result<Positions, String> {
        let said = self.get(origin, "/under-fault/positions")?;
        serde_json::from_str(&said.text).map_err(|error| format!("{origin} says {} ({error})", said.text))
    }

    /// Where each service stands.
    ///
    /// # Errors
    /// In words: one does not answer.
    pub fn positions(&self) -> Result<BTreeMap<Origin, Positions>, String> {
        Origin::ALL.into_iter().map(|origin| Ok((origin, self.position(origin)?))).collect()
    }

    /// Where the journals end now.
    ///
    /// # Panics
    /// One does not answer for long.
    #[track_caller]
    pub fn heads(&self) -> Heads {
        let what = format!("{}: everybody says where they are", self.whereabouts);
        heads_of(&until(&what, Duration::from_secs(30), || self.positions()).0)
    }

    /// Waits until everybody has read up to here; says how long it took.
    ///
    /// # Panics
    /// The time is up.
    #[track_caller]
    pub fn read_up_to(&self, heads: &Heads, patience: Duration) -> Duration {
        let look = || behind(&self.positions()?, heads);
        until(&format!("{}: everybody has read up to {heads:?}", self.whereabouts), patience, look).1
    }

    /// By how many events, of all journals together, the one is behind that is furthest behind; of those that answer.
    pub fn furthest_behind(&self, heads: &Heads) -> u64 {
        let lag = |positions: Positions| -> u64 {
            let of = |(origin, at): (&Origin, &At)| heads[origin].sequence.saturating_sub(at.sequence);
            positions.read.iter().map(of).sum()
        };
        Origin::ALL.into_iter().filter_map(|reader| self.position(reader).ok().map(lag)).max().unwrap_or_default()
    }

    /// Waits until one has read another up to here.
    ///
    /// # Panics
    /// The time is up.
    #[track_caller]
    pub fn has_read(&self, reader: Origin, origin: Origin, head: At, patience: Duration) {
        until(&format!("{}: {reader} has read {origin} up to {head:?}", self.whereabouts), patience, || {
            let at = self.position(reader)?.read.get(&origin).copied();
            if at.is_some_and(|at| at >= head) { Ok(()) } else { Err(format!("{at:?}")) }
        });
    }

    /// Waits until everybody has read everything and nothing has come of it that somebody has not read; says how long it
    /// took. Nobody may go on writing.
    ///
    /// # Panics
    /// The time is up.
    #[track_caller]
    pub fn level(&self, patience: Duration) -> Duration {
        let look = || {
            let all = self.positions()?;
            let heads = heads_of(&all);
            behind(&all, &heads)?;
            let again = heads_of(&self.positions()?);
            if again == heads { Ok(()) } else { Err(format!("somebody writes: {heads:?}, then {again:?}")) }
        };
        until(&format!("{}: everybody is level", self.whereabouts), patience, look).1
    }
}

fn heads_of(all: &BTreeMap<Origin, Positions>) -> Heads {
    all.iter().map(|(origin, positions)| (*origin, positions.head)).collect()
}

fn behind(all: &BTreeMap<Origin, Positions>, heads: &Heads) -> Result<(), String> {
    for (reader, positions) in all {
        if positions.read.is_empty() {
            return Err(format!("{reader} reads nobody"));
        }
        for (origin, at) in &positions.read {
            let head = heads.get(origin);
            if head.is_none_or(|head| at < head) {
                return Err(format!("{reader} has read {origin} up to {at:?} of {head:?}"));
            }
        }
    }
    Ok(())
}
