//! Folds opinions, conflicts, and what became of requested changes.

use dossier_proto::{Event, Micros, Payload, SubjectId, v1};

use super::{moment, reviewing::Desk};
use crate::domain::{
    Chair, Change, ChangeState, Opinion, Stage, Verdict,
    stages::stage_with,
    state::{Entry, Review},
};

pub(super) fn open(entry: &mut Entry, event: &Event, opened: &v1::ReviewOpened) {
    let carried = carried(entry);
    let Some(review) = entry.reviews.last_mut() else { return };
    review.opened = Some(moment(event));
    let stages: Option<Vec<Stage>> = opened.stages.iter().map(Stage::from_wire).collect();
    review.stages = stages.filter(|stages| !stages.is_empty()).unwrap_or_else(|| vec![Stage::single()]);
    review.opinions = fitting(&review.stages, carried);
}

/// The opinions that were given on the same content before, by people who may give them still: an approval survives a
/// submission that changes nothing, and a return to the approved text. An appeal is decided anew.
fn carried(entry: &Entry) -> Vec<Opinion> {
    let Some((review, earlier)) = entry.reviews.split_last().filter(|(review, _)| review.appeal.is_none()) else {
        return Vec::new();
    };
    let same = |one: &&Review| one.digest == review.digest || Some(one.revision) == review.equals_revision;
    let Some(before) = earlier.iter().rev().filter(same).find(|one| !one.opinions.is_empty()) else {
        return Vec::new();
    };
    let is_out = |by: SubjectId| {
        review.authors.iter().any(|(author, _)| *author == by)
            || entry.reviews.iter().any(|one| one.submitter == Some(by))
            || entry.conflicts.contains_key(&by)
    };
    before.opinions.iter().filter(|opinion| !is_out(opinion.by)).cloned().collect()
}

/// Those that the stages of this review ask for. They never pass all of it: somebody has to approve what is there now.
fn fitting(stages: &[Stage], carried: Vec<Opinion>) -> Vec<Opinion> {
    let fits = |opinion: &Opinion| {
        stages.iter().any(|stage| stage.key == opinion.stage && stage.chairs().any(|chair| chair == opinion.chair))
    };
    let mut opinions: Vec<Opinion> = carried.into_iter().filter(fits).collect();
    if stage_with(stages, &opinions).is_none() {
        let last = stages.last().map(|stage| stage.key.clone()).unwrap_or_default();
        opinions.retain(|opinion| opinion.stage != last);
    }
    opinions
}

/// Folds an event; answers whether it changed anything.
pub(super) fn fold(desk: &mut Desk<'_>, event: &Event, payload: &Payload) -> bool {
    match payload {
        Payload::ApprovalCounted(counted) => {
            let publish_at = counted.command.as_ref().and_then(|command| command.publish_at).map(Micros);
            let chair = Chair::from_numbers(counted.role, counted.reviewer_kind);
            give(desk.entry, event, &counted.stage, chair, Verdict::Approves, publish_at);
            if !counted.next_stage.is_empty() {
                // Who took this stage up has done so; the next is other people's.
                desk.set_claim(None);
                if let Some(review) = desk.entry.reviews.last_mut() {
                    review.passed.push(moment(event));
                    reach(review, event.head.recorded_at);
                }
            }
        }
        Payload::ObjectionMade(made) => {
            let chair = Chair::from_numbers(made.role, made.reviewer_kind);
            give(desk.entry, event, &made.stage, chair, Verdict::Objects, None);
        }
        Payload::ConflictDeclared(_) => conflict(desk, event),
        Payload::ChangeSettled(settled) => settle(desk.entry, event, settled.command.as_ref()),
        _ => return false,
    }
    true
}

/// The review is in another stage from now on: who is asked there starts to wait now.
fn reach(review: &mut Review, at: Micros) {
    review.stage_since = Some(at);
    review.held_before.in_stage = 0;
    // A hold that runs on belongs to the stage that began it; what is left of it is not counted twice.
    if let Some(held) = &review.held {
        review.held_before.in_stage = held.since.at.0.saturating_sub(at.0);
    }
}

fn give(
    entry: &mut Entry,
    event: &Event,
    stage: &str,
    chair: Option<Chair>,
    verdict: Verdict,
    publish_at: Option<Micros>,
) {
    let (Some(review), Some(by), Some(chair)) = (entry.reviews.last_mut(), event.head.actor.person(), chair) else {
        return;
    };
    let opinion = Opinion { by, stage: stage.to_owned(), chair, verdict, place: event.head.place, publish_at };
    review.opinions = review.opinions_with(opinion);
}

/// Out for ever: earlier opinions stop counting, a claim ends, and a correction they proposed is nobody's.
fn conflict(desk: &mut Desk<'_>, event: &Event) {
    let Some(by) = event.head.actor.person() else { return };
    desk.entry.conflicts.entry(by).or_insert(event.head.place);
    let before = desk.entry.review().and_then(Review::stage).map(|stage| stage.key.clone());
    for review in &mut desk.entry.reviews {
        review.opinions.retain(|opinion| opinion.by != by);
    }
    let after = desk.entry.review().and_then(Review::stage).map(|stage| stage.key.clone());
    if let Some(review) = desk.entry.reviews.last_mut().filter(|review| review.is_open() && before != after) {
        reach(review, event.head.recorded_at);
    }
    if desk.entry.review().and_then(|review| review.claim).is_some_and(|claim| claim.by == by) {
        desk.set_claim(None);
    }
    let is_theirs = |one: &crate::domain::Correction| one.by == Some(by) && one.confirmed.is_none();
    if desk.entry.correction.as_ref().is_some_and(is_theirs) {
        desk.entry.correction = None;
    }
}

fn settle(entry: &mut Entry, event: &Event, settle: Option<&v1::SettleChange>) {
    use v1::settle_change::Outcome;
    let Some(settle) = settle else { return };
    let state = match Outcome::try_from(settle.outcome) {
        Ok(Outcome::Accepted) => ChangeState::Accepted,
        Ok(Outcome::Reopened) => ChangeState::Reopened,
        _ => return,
    };
    if let Some(change) = entry.changes.get_mut(&(settle.round, settle.item)) {
        *change = Change { state, because: event.head.place };
    }
}
