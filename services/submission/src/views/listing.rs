//! The entries of some bodies, the newest first.

use std::{collections::BTreeSet, ops::Bound};

use dossier_proto::{BodyCode, EntryId};

use super::Entries;
use crate::domain::WorkState;

impl Entries {
    /// The entries that the secretariat filed and that stand in one of `states`, as [`Entries::of_bodies`] gives them.
    pub fn filed(&self, states: &[WorkState], before: Option<EntryId>, limit: usize) -> Vec<EntryId> {
        newest(states.iter().filter_map(|state| self.filed.get(state)), before, limit)
    }

    /// The entries of `bodies` that stand in one of `states`, the newest first, from before `before` on, at most `limit`.
    /// The cost is that of the page, however many entries there are.
    pub fn of_bodies<'a>(
        &self,
        bodies: impl IntoIterator<Item = &'a BodyCode>,
        states: &[WorkState],
        before: Option<EntryId>,
        limit: usize,
    ) -> Vec<EntryId> {
        let lists = bodies.into_iter().flat_map(|body| states.iter().map(move |state| (body.clone(), *state)));
        newest(lists.filter_map(|list| self.listed.get(&list)), before, limit)
    }
}

fn newest<'a>(
    lists: impl Iterator<Item = &'a BTreeSet<EntryId>>,
    before: Option<EntryId>,
    limit: usize,
) -> Vec<EntryId> {
    let end = before.map_or(Bound::Unbounded, Bound::Excluded);
    let newest = lists.flat_map(|list| list.range((Bound::Unbounded, end)).rev().take(limit)).copied();
    let merged: BTreeSet<EntryId> = newest.collect();
    merged.into_iter().rev().take(limit).collect()
}
