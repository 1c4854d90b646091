//! A whole trail without its words: what it takes to answer for any page of it.

use std::collections::BTreeSet;

use dossier_proto::{Origin, Place};

use super::{Row, in_causal_order, moves::is_public, order::Ranks};

/// The rows of an entry in causal order, with what led to what.
#[derive(Debug, Clone, Default)]
pub struct Outline {
    rows: Vec<Row>,
    ranks: Ranks,
    /// Each cause with what it caused, by cause.
    effects: Vec<(Place, u32)>,
    before_their_cause: Vec<Place>,
    public: BTreeSet<Place>,
}

/// How far each journal had come: what stands there or later is left out. So the pages of one list are of one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heads(pub [(u32, u64); 4]);

impl Heads {
    /// Whether an event stands before them.
    pub fn cover(&self, place: Place) -> bool {
        let (epoch, size) = self.0[slot(place.origin)];
        (place.epoch, place.sequence) < (epoch, size)
    }
}

/// Where an origin stands in lists of all four.
pub const fn slot(origin: Origin) -> usize {
    match origin {
        Origin::Submission => 0,
        Origin::Moderation => 1,
        Origin::Publication => 2,
        Origin::Audit => 3,
    }
}

impl Outline {
    /// Of all rows of an entry, in whatever order.
    pub fn of(rows: Vec<Row>) -> Self {
        let ordered = in_causal_order(rows);
        let rows = ordered.events;
        let ranks = Ranks::of(&rows);
        let mut effects: Vec<(Place, u32)> =
            (0_u32..).zip(&rows).filter_map(|(at, row)| Some((row.cause?, at))).collect();
        effects.sort_unstable();
        let told = rows.iter().flat_map(|row| row.public.iter().copied());
        let own = rows.iter().filter(|row| is_public(row.kind)).map(|row| row.place);
        let public = told.chain(own).collect();
        Self { ranks, effects, before_their_cause: ordered.before_their_cause, public, rows }
    }

    /// The same with what happened since.
    pub fn with(&self, more: Vec<Row>) -> Self {
        let mut rows = self.rows.clone();
        rows.extend(more);
        Self::of(rows)
    }

    /// The rows, in causal order.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// What stands before its cause.
    pub fn before_their_cause(&self) -> &[Place] {
        &self.before_their_cause
    }

    /// Where an event stands in the order.
    pub fn rank(&self, place: Place) -> Option<usize> {
        self.ranks.rank(place)
    }

    /// Whether the public is told of an event.
    pub fn is_public(&self, place: Place) -> bool {
        self.public.contains(&place)
    }

    /// The ranks of what an event led to: what names it as cause, and what the same command did besides.
    pub(super) fn effects(&self, rank: usize) -> Vec<usize> {
        let Some(row) = self.rows.get(rank) else { return Vec::new() };
        let from = self.effects.partition_point(|(cause, _)| *cause < row.place);
        let caused = self.effects.iter().skip(from).take_while(|(cause, _)| *cause == row.place);
        let mut found: Vec<usize> = caused.map(|(_, rank)| *rank as usize).filter(|one| *one != rank).collect();
        found.extend(self.of_the_same_command(row));
        found.sort_unstable();
        found.dedup();
        found
    }

    /// What a command did besides its first event.
    fn of_the_same_command<'a>(&'a self, first: &'a Row) -> impl Iterator<Item = usize> + 'a {
        let same = move |place: Place| {
            let rank = self.rank(place)?;
            self.rows.get(rank).filter(|row| row.command.is_some() && row.command == first.command).map(|_| rank)
        };
        let before = first.place.sequence.checked_sub(1).map(|sequence| Place { sequence, ..first.place });
        let is_first = before.and_then(same).is_none();
        let after = move |k: u64| Place { sequence: first.place.sequence.saturating_add(k), ..first.place };
        (1..).take_while(move |_| is_first).map_while(move |k| same(after(k)))
    }
}
