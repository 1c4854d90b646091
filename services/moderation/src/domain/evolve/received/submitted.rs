//! Folds a submission: the facts of a review that is about to be opened, and what it answers.

use std::collections::{BTreeMap, BTreeSet};

use dossier_proto::{BodyCode, Digest, EntryId, Event, Micros, Place, SubjectId, v1};

use crate::domain::{
    Change, ChangeState,
    evolve::{moment, reviewing::Desk, sealed_hash},
    state::{Ended, Ending, Entry, HeldTime, Review, State},
};

/// The facts of a submission; `None` when it is not one that could be reviewed.
struct Submission {
    body: BodyCode,
    record_type: String,
    review: Review,
}

fn read(foreign: &Event, submitted: &v1::Submitted) -> Option<Submission> {
    let command = submitted.command.as_ref()?;
    let content = submitted.content.as_ref()?;
    let clears = submitted.clearance_asked.is_some();
    // Where it was cleared first, the actor is the publishing authority.
    let submitter = match SubjectId::try_from(submitted.submitter.as_slice()) {
        Ok(submitter) if clears => Some(submitter),
        _ => foreign.head.actor.person(),
    };
    let review = Review {
        submitted: moment(foreign),
        opened: None,
        round: submitted.round,
        revision: content.revision,
        digest: Digest::try_from(content.digest.as_slice()).ok()?,
        equals_revision: command.equals_revision,
        base_edition: submitted.base_edition,
        original_language: submitted.original_language.clone(),
        submitter,
        authors: authors(foreign, submitted),
        cleared: clears,
        embargo: command.embargo_until.map(Micros),
        appeal: None,
        stages: Vec::new(),
        opinions: Vec::new(),
        stage_since: None,
        passed: Vec::new(),
        held: None,
        held_before: HeldTime::default(),
        sealed: sealed_hash(content, command.what_changed.as_ref()),
        claim: None,
        comments: 0,
        ended: None,
        declined: None,
        scheduled: None,
    };
    Some(Submission { body: submitted.body.parse().ok()?, record_type: submitted.record_type.clone(), review })
}

/// Everybody who wrote any part of it, and whoever cleared it: they spoke for the body.
fn authors(foreign: &Event, submitted: &v1::Submitted) -> Vec<(SubjectId, Place)> {
    let mut authors: BTreeMap<SubjectId, Place> = BTreeMap::new();
    for author in &submitted.lineage {
        let subject = SubjectId::try_from(author.subject.as_slice()).ok();
        let written = author.written.as_ref().and_then(|place| Place::try_from(place).ok());
        if let Some(subject) = subject {
            // An author whose event is not named is one by the submission itself.
            authors.entry(subject).or_insert(written.unwrap_or(foreign.head.place));
        }
    }
    if let Some(clearing) = foreign.head.actor.person().filter(|_| submitted.clearance_asked.is_some()) {
        authors.entry(clearing).or_insert(foreign.head.place);
    }
    authors.into_iter().collect()
}

pub(super) fn fold(state: &mut State, id: EntryId, foreign: &Event, submitted: &v1::Submitted) {
    let Some(Submission { body, record_type, mut review }) = read(foreign, submitted) else { return };
    let entry = state.entries.entry(id).or_insert_with(|| fresh(body, record_type));
    Desk { id, entry, leases: &mut state.leases, holds: &mut state.holds }.end(foreign, Ending::Replaced);
    answer(entry, foreign, submitted);
    // What is retracted is never reviewed again: the body hears of the retraction from publication.
    let others: Vec<_> = writers_of(entry, review.base_edition)
        .filter(|(writer, _)| review.authors.iter().all(|(author, _)| author != writer))
        .collect();
    review.authors.extend(others);
    review.ended = entry.retracted.map(|moment| Ended { how: Ending::Retracted, moment, by: None });
    entry.left = None;
    entry.reviews.push(review);
}

/// Who wrote the edition that is revised, and who proposed corrections of it: their words are in the revision (P6). Publication
/// may not have been heard yet of the correction that the body has heard of.
fn writers_of(entry: &Entry, base: Option<u32>) -> impl Iterator<Item = (SubjectId, Place)> + '_ {
    let is_current = base.is_some_and(|base| entry.edition.as_ref().is_some_and(|edition| base >= edition.edition));
    let corrected = entry.correction.as_ref().filter(|one| one.confirmed.is_some() && base > Some(one.base_edition));
    let proposer = corrected.and_then(|one| Some((one.by?, one.proposed.place)));
    entry.writers.iter().filter(move |_| is_current).copied().chain(proposer)
}

fn fresh(body: BodyCode, record_type: String) -> Entry {
    Entry {
        body,
        record_type,
        version: 0,
        reviews: Vec::new(),
        requests: BTreeMap::new(),
        edition: None,
        left: None,
        retracted: None,
        suspended: None,
        superseded: None,
        conflicts: BTreeMap::new(),
        changes: BTreeMap::new(),
        correction: None,
        writers: Vec::new(),
        editions: BTreeSet::new(),
    }
}

/// What the submission answers. What it leaves out stays open; where it names nothing, it answers all there is as a whole. An answer
/// without a round is to the newest request, and older ones are answered as a whole where none names a round.
fn answer(entry: &mut Entry, foreign: &Event, submitted: &v1::Submitted) {
    entry.changes.retain(|_, change| change.state != ChangeState::Accepted);
    let newest = entry.changes.keys().map(|(round, _)| *round).max();
    let answers = || submitted.command.iter().flat_map(|command| &command.answers);
    let round_of = |answer: &v1::Answer| if answer.round == 0 { newest.unwrap_or_default() } else { answer.round };
    let named: BTreeSet<(u32, u32)> = answers().map(|answer| (round_of(answer), answer.item)).collect();
    let names_rounds = answers().any(|answer| answer.round != 0);
    for ((round, item), change) in &mut entry.changes {
        let is_asked = names_rounds || Some(*round) == newest;
        let is_left_out = is_asked && !named.is_empty() && !named.contains(&(*round, *item));
        if change.state.is_in_the_way() && !is_left_out {
            *change = Change { state: ChangeState::Answered, because: foreign.head.place };
        }
    }
}
