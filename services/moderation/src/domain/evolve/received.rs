//! Folds what other services recorded.

mod submitted;

use dossier_proto::{Digest, EntryId, Event, Payload, Place, v1};

use super::{moment, reviewing::Desk};
use crate::domain::{
    Turn,
    state::{Edition, Ending, Entry, HeldTime, Leaving, Left, Request, RequestKind, Review, State},
};

pub(super) fn fold(state: &mut State, foreign: &Event) {
    let (Some(id), Some(payload)) = (foreign.head.entry, &foreign.payload) else { return };
    if let Payload::Submitted(submitted) = payload {
        return submitted::fold(state, id, foreign, submitted);
    }
    let Some(entry) = state.entries.get_mut(&id) else { return };
    match payload {
        Payload::RecallAsked(asked) => ask(entry, foreign, RequestKind::Recall, asked.submitted.as_ref()),
        Payload::WithdrawalAsked(asked) => ask(entry, foreign, RequestKind::Withdrawal, asked.submitted.as_ref()),
        Payload::Withdrawn(_) => entry.left = Some(Left { how: Leaving::Withdrawn, moment: moment(foreign) }),
        // What was never submitted on top of an edition or a refusal changes nothing of those (P13).
        Payload::Expired(_) if entry.turn().is_some_and(|(turn, _)| turn == Turn::Contributor) => {
            entry.left = Some(Left { how: Leaving::Expired, moment: moment(foreign) });
        }
        Payload::AppealAsked(asked) => appeal(entry, foreign, asked),
        Payload::EditionPublished(published) => publish(entry, foreign, published),
        Payload::EditionScheduled(scheduled) => {
            if let Some(review) = approved_at(entry, scheduled.command.as_ref()) {
                review.scheduled.get_or_insert(moment(foreign));
            }
        }
        Payload::PublicationDeclined(declined) => decline(entry, foreign, declined),
        Payload::EntrySuspended(_) => entry.suspended = Some(moment(foreign)),
        Payload::EntryReinstated(_) => entry.suspended = None,
        Payload::EntrySuperseded(_) => entry.superseded = Some(moment(foreign)),
        Payload::EntryRetracted(_) => retract(state, id, foreign),
        _ => {}
    }
}

fn ask(entry: &mut Entry, foreign: &Event, kind: RequestKind, submitted: Option<&v1::Place>) {
    let Some(submitted) = place(submitted) else { return };
    if entry.review_of(submitted).is_some() {
        entry.requests.insert(foreign.head.place, Request { kind, submitted });
    }
}

/// The same submission is reviewed once more. There is one appeal, against the newest decision, if that was a refusal.
fn appeal(entry: &mut Entry, foreign: &Event, asked: &v1::AppealAsked) {
    let (Some(refused), Some(submitted)) = (place(asked.refused.as_ref()), place(asked.submitted.as_ref())) else {
        return;
    };
    let is_meant = |review: &&mut Review| {
        let ended = review.ended.filter(|ended| ended.how == Ending::Refused && ended.moment.place == refused);
        review.submitted.place == submitted && review.appeal.is_none() && ended.is_some()
    };
    let Some(review) = entry.reviews.last_mut().filter(is_meant) else { return };
    let again = Review {
        appeal: Some(moment(foreign)),
        opened: None,
        ended: None,
        claim: None,
        comments: 0,
        held: None,
        held_before: HeldTime::default(),
        stages: std::mem::take(&mut review.stages),
        authors: std::mem::take(&mut review.authors),
        ..review.clone()
    };
    entry.reviews.push(again);
}

/// The approval, and so the review, that a command of publication is about.
fn approved_at<'a>(entry: &'a mut Entry, command: Option<&v1::PublishEdition>) -> Option<&'a mut Review> {
    let approved = command.and_then(|command| place(command.approved.as_ref()))?;
    entry.reviews.iter_mut().rev().find(|review| review.ended.is_some_and(|ended| ended.moment.place == approved))
}

fn publish(entry: &mut Entry, foreign: &Event, published: &v1::EditionPublished) {
    let approved = published.command.as_ref().and_then(|command| place(command.approved.as_ref()));
    let digest = published.content.as_ref().and_then(|content| Digest::try_from(content.digest.as_slice()).ok());
    let (Some(approved), Some(digest)) = (approved, digest) else { return };
    let is_it = |correction: &crate::domain::Correction| {
        correction.confirmed.is_some_and(|confirmed| confirmed.place == approved)
    };
    let correction = entry.correction.take().filter(is_it);
    let approved_first = match (&correction, &entry.edition) {
        (Some(_), Some(before)) => before.approved,
        _ => approved,
    };
    match correction {
        Some(correction) => entry.writers.extend(correction.by.map(|by| (by, correction.proposed.place))),
        None => entry.writers = writers(entry, approved),
    }
    entry.editions.insert(digest);
    entry.edition = Some(Edition {
        edition: published.edition,
        number: published.number.clone(),
        digest,
        approved: approved_first,
        published: moment(foreign),
        corrected: (approved_first != approved).then_some(approved),
        original_language: published.original_language.clone(),
    });
}

/// Who wrote what was approved by this event; the list moves on from its review.
fn writers(entry: &mut Entry, approved: Place) -> Vec<(dossier_proto::SubjectId, Place)> {
    let of = |review: &&mut Review| review.ended.is_some_and(|ended| ended.moment.place == approved);
    let Some(review) = entry.reviews.iter_mut().rev().find(of) else { return Vec::new() };
    let mut writers = std::mem::take(&mut review.authors);
    if let Some(submitter) = review.submitter.filter(|by| writers.iter().all(|(writer, _)| writer != by)) {
        writers.push((submitter, review.submitted.place));
    }
    writers
}

fn decline(entry: &mut Entry, foreign: &Event, declined: &v1::PublicationDeclined) {
    if let Some(review) = approved_at(entry, declined.command.as_ref()) {
        review.declined = Some(moment(foreign));
        review.authors.clear();
        return;
    }
    let declined = declined.command.as_ref().and_then(|command| place(command.approved.as_ref()));
    let confirmed = entry.correction.as_ref().and_then(|correction| correction.confirmed);
    if confirmed.is_some_and(|confirmed| Some(confirmed.place) == declined) {
        entry.correction = None;
    }
}

fn retract(state: &mut State, id: EntryId, foreign: &Event) {
    let Some(entry) = state.entries.get_mut(&id) else { return };
    entry.retracted.get_or_insert(moment(foreign));
    entry.correction = None;
    Desk { id, entry, leases: &mut state.leases, holds: &mut state.holds }.end(foreign, Ending::Retracted);
}

fn place(raw: Option<&v1::Place>) -> Option<Place> {
    Place::try_from(raw?).ok()
}
