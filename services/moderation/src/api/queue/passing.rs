//! Going along the queue with a caller's eyes.

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use dossier_identity::{Thing, Viewers};
use dossier_proto::{BodyCode, EntryId, Micros, SubjectId};

use super::{
    super::{eyes::Eyes, scene::Look},
    filter::{Claimed, Wanted},
};
use crate::{
    domain::Claim,
    views::{Outlived, QueuePlace, Shelf, Stretch, Whereabouts},
};

/// What somebody is towards the entries of each body and type. Designations are looked through once for each.
pub(super) struct Rights {
    subject: SubjectId,
    viewers: BTreeMap<BodyCode, Vec<(String, Arc<Viewers>)>>,
}

impl Rights {
    pub(super) const fn of(subject: SubjectId) -> Self {
        Self { subject, viewers: BTreeMap::new() }
    }

    pub(super) fn viewers(&mut self, look: Look<'_>, body: &BodyCode, record_type: &str) -> &Arc<Viewers> {
        if !self.viewers.contains_key(body) {
            self.viewers.insert(body.clone(), Vec::new());
        }
        let types = self.viewers.get_mut(body).expect("it was put there if it was not there");
        let at = types.iter().position(|(known, _)| known == record_type).unwrap_or_else(|| {
            let designations = &look.rights.state.designations;
            let viewers = Viewers::of(designations, self.subject, body, record_type, look.now);
            types.push((record_type.to_owned(), Arc::new(viewers)));
            types.len() - 1
        });
        &types[at].1
    }

    /// What the caller may see of an entry, as it stands now.
    pub(super) fn eyes(&mut self, look: Look<'_>, id: EntryId, shelf: &Shelf) -> Option<Eyes> {
        let entry = look.rights.state.entries.get(&id)?;
        let reached = entry.reached(entry.review()?);
        Eyes::at(Arc::clone(self.viewers(look, &shelf.body, &shelf.record_type)), reached)
    }
}

/// An entry that is wanted, as far as can be said without reading its content.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// Where it stood when the list was begun.
    pub(super) place: QueuePlace,
    pub(super) record_type: String,
    /// Where its content stands, if the caller may read that.
    pub(super) content: Option<Whereabouts>,
    /// Somebody has taken it up.
    pub(super) is_claimed: bool,
}

/// How far one went.
pub(super) struct Passed {
    pub(super) candidates: Vec<Candidate>,
    /// How many entries were looked at.
    pub(super) looked_at: usize,
    /// The last of them; none when the end was reached.
    pub(super) last: Option<QueuePlace>,
}

/// How many are wanted, and how many may be looked at for them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reach {
    pub(super) candidates: usize,
    pub(super) looked_at: usize,
}

/// Passes entries until enough were found; those that are named only, if any are.
///
/// Which entries are named was read from contents that the caller may not read. So of those nothing may be learnt by where a page ends:
/// what cannot be read is then passed as if it were not there.
pub(super) fn pass(
    look: Look<'_>,
    wanted: &Wanted,
    rights: &mut Rights,
    (after, began): (Option<QueuePlace>, u64),
    reach: Reach,
    named: Option<BTreeSet<EntryId>>,
) -> Result<Passed, Outlived> {
    let stretch = Stretch { after, began, until: wanted.until(look.instant) };
    let queue = &look.facts.queue;
    let is_on = |shelf: &Shelf| wanted.is_on(shelf);
    let is_among_named = named.is_some();
    let walk = match (wanted.claimed, named) {
        (_, Some(named)) => queue.walk_among(named, stretch, is_on)?,
        (Claimed::Somebody | Claimed::By(_), None) => {
            queue.walk_among(claims(look).map(|(entry, _)| entry), stretch, is_on)?
        }
        (Claimed::Whoever | Claimed::Nobody, None) => queue.walk(stretch, is_on)?,
    };
    let mut passed = Passed { candidates: Vec::new(), looked_at: 0, last: after };
    for step in walk {
        let found = candidate(look, wanted, rights, step.place, step.shelf);
        if is_among_named && found.as_ref().is_none_or(|found| found.content.is_none()) {
            continue;
        }
        if passed.candidates.len() == reach.candidates || passed.looked_at == reach.looked_at {
            return Ok(passed);
        }
        passed.looked_at += 1;
        passed.last = Some(step.place);
        passed.candidates.extend(found);
    }
    passed.last = None;
    Ok(passed)
}

fn candidate(
    look: Look<'_>,
    wanted: &Wanted,
    rights: &mut Rights,
    place: QueuePlace,
    shelf: &Shelf,
) -> Option<Candidate> {
    let id = place.entry;
    let entry = look.facts.state.entries.get(&id)?;
    let eyes = rights.eyes(look, id, shelf)?;
    let claim = look.facts.state.binding_claim(entry, look.instant);
    let sees_who = |by: SubjectId| by == wanted.caller || eyes.sees(Thing::ModeratorName);
    let is_wanted = match (wanted.claimed, &claim) {
        (Claimed::Whoever, _) | (Claimed::Nobody, None) | (Claimed::Somebody, Some(_)) => true,
        // Whoever may not see who has taken it up does not learn it by asking for each.
        (Claimed::By(by), Some(claim)) => claim.by == by && sees_who(by),
        _ => false,
    };
    if !is_wanted {
        return None;
    }
    let submitted = entry.review()?.submitted.place;
    let is_readable = look
        .rights
        .state
        .entries
        .get(&id)
        .is_some_and(|entry| entry.review_of(submitted).is_some_and(|review| eyes.sees_content_of(entry, review)));
    let content = look.facts.contents.submitted(id, submitted).filter(|_| is_readable);
    Some(Candidate {
        place,
        record_type: shelf.record_type.clone(),
        content: content.map(|kept| kept.at),
        is_claimed: claim.is_some(),
    })
}

/// The claims that bind others at that moment.
pub(super) fn claims<'a>(look: Look<'a>) -> impl Iterator<Item = (EntryId, Claim)> + 'a {
    let state = &look.facts.state;
    let held = state.leases.range((look.instant, EntryId([0; 16]))..);
    held.filter_map(move |(_, id): &(Micros, EntryId)| {
        Some((*id, state.binding_claim(state.entries.get(id)?, look.instant)?))
    })
}
