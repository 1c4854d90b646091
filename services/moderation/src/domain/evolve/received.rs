//! Folds what other services recorded.

use std::collections::BTreeMap;

use dossier_proto::{BodyCode, Digest, EntryId, Event, Payload, Place, SubjectId, v1};

use super::{Leases, end, moment, sealed_hash};
use crate::domain::state::{Edition, Ended, Ending, Entry, Leaving, Left, Request, RequestKind, Review, State};

pub(super) fn fold(state: &mut State, foreign: &Event) {
    let (Some(id), Some(payload)) = (foreign.head.entry, &foreign.payload) else { return };
    if let Payload::Submitted(submitted) = payload {
        return submit(state, id, foreign, submitted);
    }
    let Some(entry) = state.entries.get_mut(&id) else { return };
    match payload {
        Payload::RecallAsked(asked) => ask(entry, foreign, RequestKind::Recall, asked.submitted.as_ref()),
        Payload::WithdrawalAsked(asked) => ask(entry, foreign, RequestKind::Withdrawal, asked.submitted.as_ref()),
        Payload::Withdrawn(_) => entry.left = Some(Left { how: Leaving::Withdrawn, moment: moment(foreign) }),
        Payload::Expired(_) => entry.left = Some(Left { how: Leaving::Expired, moment: moment(foreign) }),
        Payload::EditionPublished(published) => publish(entry, foreign, published),
        Payload::PublicationDeclined(declined) => decline(entry, foreign, declined),
        Payload::EntryRetracted(_) => retract(&mut state.leases, id, entry, foreign),
        _ => {}
    }
}

/// The facts of a submission; `None` when it is not one that could be reviewed.
struct Submission {
    body: BodyCode,
    record_type: String,
    review: Review,
}

fn read(foreign: &Event, submitted: &v1::Submitted) -> Option<Submission> {
    let command = submitted.command.as_ref()?;
    let content = submitted.content.as_ref()?;
    let mut authors: BTreeMap<SubjectId, Place> = BTreeMap::new();
    for author in &submitted.lineage {
        let subject = SubjectId::try_from(author.subject.as_slice()).ok();
        let written = author.written.as_ref().and_then(|place| Place::try_from(place).ok());
        if let Some(subject) = subject {
            // An author whose event is not named is one by the submission itself.
            authors.entry(subject).or_insert(written.unwrap_or(foreign.head.place));
        }
    }
    let review = Review {
        submitted: moment(foreign),
        opened: None,
        round: submitted.round,
        revision: content.revision,
        digest: Digest::try_from(content.digest.as_slice()).ok()?,
        equals_revision: command.equals_revision,
        base_edition: submitted.base_edition,
        original_language: submitted.original_language.clone(),
        submitter: foreign.head.actor.person(),
        authors,
        sealed: sealed_hash(content, command.what_changed.as_ref()),
        claim: None,
        comments: 0,
        ended: None,
        declined: None,
    };
    Some(Submission { body: submitted.body.parse().ok()?, record_type: submitted.record_type.clone(), review })
}

fn submit(state: &mut State, id: EntryId, foreign: &Event, submitted: &v1::Submitted) {
    let Some(Submission { body, record_type, mut review }) = read(foreign, submitted) else { return };
    let entry = state.entries.entry(id).or_insert_with(|| Entry {
        body,
        record_type,
        version: 0,
        reviews: Vec::new(),
        requests: BTreeMap::new(),
        edition: None,
        left: None,
        retracted: None,
    });
    end(&mut state.leases, id, entry, foreign, Ending::Replaced);
    // What is retracted is never reviewed again: the body hears of the retraction from publication.
    review.ended = entry.retracted.map(|moment| Ended { how: Ending::Retracted, moment, by: None });
    entry.left = None;
    entry.reviews.push(review);
}

fn ask(entry: &mut Entry, foreign: &Event, kind: RequestKind, submitted: Option<&v1::Place>) {
    let Some(submitted) = submitted.and_then(|place| Place::try_from(place).ok()) else { return };
    if entry.review_of(submitted).is_some() {
        entry.requests.insert(foreign.head.place, Request { kind, submitted });
    }
}

fn publish(entry: &mut Entry, foreign: &Event, published: &v1::EditionPublished) {
    let approved = published.command.as_ref().and_then(|command| command.approved.as_ref());
    let Some(approved) = approved.and_then(|place| Place::try_from(place).ok()) else { return };
    let digest = published.content.as_ref().and_then(|content| Digest::try_from(content.digest.as_slice()).ok());
    let Some(digest) = digest else { return };
    entry.edition = Some(Edition {
        edition: published.edition,
        number: published.number.clone(),
        digest,
        approved,
        published: moment(foreign),
    });
}

fn decline(entry: &mut Entry, foreign: &Event, declined: &v1::PublicationDeclined) {
    let approved = declined.command.as_ref().and_then(|command| command.approved.as_ref());
    let Some(approved) = approved.and_then(|place| Place::try_from(place).ok()) else { return };
    let ended_there = |review: &&mut Review| review.ended.is_some_and(|ended| ended.moment.place == approved);
    if let Some(review) = entry.reviews.iter_mut().rev().find(ended_there) {
        review.declined = Some(moment(foreign));
    }
}

fn retract(leases: &mut Leases, id: EntryId, entry: &mut Entry, foreign: &Event) {
    entry.retracted.get_or_insert(moment(foreign));
    end(leases, id, entry, foreign, Ending::Retracted);
}
