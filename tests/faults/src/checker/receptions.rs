//! What was received: from where it says, as it was sent, once, in order; everything that had to be, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use dossier_proto::{EntryId, Event, Origin, Payload, Place, v1};

use super::{Complaint, Fault, History, Kept, history::place};

/// Judges.
pub fn judge(history: &History, complaints: &mut Vec<Complaint>) {
    let mut heard = BTreeSet::new();
    for receiver in Origin::ALL {
        let mut last: BTreeMap<(Origin, Option<EntryId>), Place> = BTreeMap::new();
        for kept in history.of(receiver) {
            let Some(Payload::Received(received)) = &kept.event.payload else {
                if kept.beside.is_some() {
                    complaints.push(Complaint::new(Fault::BesideDiffers, kept.place(), "nothing should lie beside it"));
                }
                continue;
            };
            let Some(from) = place(received.place.as_ref()) else {
                complaints.push(Complaint::new(Fault::NeverSent, kept.place(), "it names no place"));
                continue;
            };
            if !heard.insert((receiver, from)) {
                complaints.push(Complaint::new(Fault::ReceivedTwice, kept.place(), format!("{from} came before")));
            }
            if let Some(before) = last.insert((from.origin, kept.entry()), from)
                && before >= from
            {
                let found = format!("{from} came after {before}");
                complaints.push(Complaint::new(Fault::OutOfOrder, kept.place(), found));
            }
            as_sent(history, kept, from, &received.hash, complaints);
        }
    }
    everything(history, &heard, complaints);
}

fn as_sent(history: &History, kept: &Kept, from: Place, hash: &[u8], complaints: &mut Vec<Complaint>) {
    let Some(sent) = history.at(from) else {
        return complaints.push(Complaint::new(Fault::NeverSent, kept.place(), format!("{from} is not there")));
    };
    if hash != sent.hash().as_bytes() {
        complaints.push(Complaint::new(Fault::NeverSent, kept.place(), format!("{from} has another hash")));
    }
    if kept.beside.as_deref() != Some(sent.bytes.as_slice()) {
        complaints.push(Complaint::new(Fault::BesideDiffers, kept.place(), format!("it is not what stands at {from}")));
    }
    if (kept.event.head.cause, kept.entry()) != (Some(from), sent.entry()) {
        let found = format!("its cause or entry is not that of {from}");
        complaints.push(Complaint::new(Fault::CauseMissing, kept.place(), found));
    }
}

/// Everybody has heard of what concerns them, and of nothing else.
fn everything(history: &History, heard: &BTreeSet<(Origin, Place)>, complaints: &mut Vec<Complaint>) {
    let mut submitted = BTreeSet::new();
    let mut wanted = BTreeSet::new();
    for kept in history.events() {
        if matches!(kept.event.payload, Some(Payload::Submitted(_))) {
            submitted.extend(kept.entry());
        }
        let is_known = kept.entry().is_some_and(|entry| submitted.contains(&entry));
        wanted.extend(listeners(&kept.event, is_known).iter().map(|listener| (*listener, kept.place())));
    }
    for (listener, place) in wanted.difference(heard) {
        complaints.push(Complaint::new(Fault::NotHeard, place, format!("{listener} never recorded it")));
    }
    for (listener, place) in heard.difference(&wanted) {
        complaints.push(Complaint::new(Fault::NoBusiness, place, format!("{listener} recorded it")));
    }
}

/// Who has to hear of an event. `is_known` says whether its entry was submitted before, so that moderation knows it.
fn listeners(event: &Event, is_known: bool) -> &'static [Origin] {
    use Origin::{Audit, Moderation, Publication, Submission};
    let Some(payload) = &event.payload else { return &[] };
    match payload {
        Payload::Submitted(_) | Payload::Cleared(_) => &[Moderation],
        Payload::RecallAsked(_)
        | Payload::WithdrawalAsked(_)
        | Payload::Withdrawn(_)
        | Payload::Expired(_)
        | Payload::AppealAsked(_)
        | Payload::CorrectionObjected(_)
            if is_known =>
        {
            &[Moderation]
        }
        // Only what is public is asked back, and what is public was submitted.
        Payload::RetractionAsked(_) | Payload::RetractionCleared(_) => &[Moderation, Publication],
        Payload::Approved(_) | Payload::CorrectionConfirmed(_) => &[Submission, Publication],
        Payload::ChangesRequested(_)
        | Payload::EntryRefused(_)
        | Payload::RecallGranted(_)
        | Payload::WithdrawalGranted(_)
        | Payload::RequestTooLate(_)
        | Payload::MarkedDuplicate(_)
        | Payload::ReviewHeld(_)
        | Payload::ReviewResumed(_)
        | Payload::ChangeSettled(_)
        | Payload::RetractionDeclined(_) => &[Submission],
        Payload::CommentMade(made) if is_for_the_body(made.command.as_ref()) => &[Submission],
        Payload::ReviewFinished(finished) if finished.command.as_ref().is_some_and(speaks_to_the_body) => &[Submission],
        Payload::DesignationGranted(_) | Payload::DesignationRevoked(_) | Payload::RegistryAdopted(_) => {
            &[Submission, Publication, Audit]
        }
        Payload::EditionPublished(_)
        | Payload::EditionScheduled(_)
        | Payload::EditionRescheduled(_)
        | Payload::PublicationDeclined(_)
        | Payload::EntrySuspended(_)
        | Payload::EntryReinstated(_)
        | Payload::EntrySuperseded(_)
        | Payload::EntryRetracted(_) => &[Submission, Moderation],
        _ => &[],
    }
}

/// What moderation's people say among themselves stays there.
fn is_for_the_body(comment: Option<&v1::Comment>) -> bool {
    comment.is_some_and(|comment| comment.audience() == v1::Audience::Contributor)
}

fn speaks_to_the_body(finished: &v1::FinishReview) -> bool {
    finished.comments.iter().any(|comment| is_for_the_body(Some(comment)))
}
