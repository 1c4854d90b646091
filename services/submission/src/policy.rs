//! What an event of another service makes submission do.
//!
//! Everything that is heard of is a fact to be folded (`domain/evolve`); nothing has to be decided about it. The next
//! move is either with the body or with the others.

use dossier_engine::Errand;
use dossier_proto::{Event, Origin, Payload, v1};

use crate::domain::{Command, State};

/// Whether a foreign event concerns submission: rights and rules always, decisions when the entry is known. Entries
/// begin here, so one that is not known here is not ours.
pub fn concerns(state: &State, foreign: &Event) -> bool {
    let Some(payload) = &foreign.payload else { return false };
    let is_known = || foreign.head.entry.is_some_and(|entry| state.entries.contains_key(&entry));
    match (foreign.head.place.origin, payload) {
        // Where publication drew the line of an erasure.
        (Origin::Publication, Payload::ErasureConfirmed(_)) => true,
        (
            Origin::Moderation,
            Payload::DesignationGranted(_)
            | Payload::DesignationRevoked(_)
            | Payload::RegistryAdopted(_)
            | Payload::ErasureOrdered(_),
        ) => true,
        (
            Origin::Moderation,
            Payload::ChangesRequested(_)
            | Payload::Approved(_)
            | Payload::EntryRefused(_)
            | Payload::RecallGranted(_)
            | Payload::WithdrawalGranted(_)
            | Payload::RequestTooLate(_)
            | Payload::MarkedDuplicate(_)
            | Payload::ReviewHeld(_)
            | Payload::ReviewResumed(_)
            | Payload::ChangeSettled(_)
            | Payload::CorrectionConfirmed(_),
        )
        | (
            Origin::Publication,
            Payload::EditionPublished(_)
            | Payload::EditionScheduled(_)
            | Payload::EditionRescheduled(_)
            | Payload::PublicationDeclined(_)
            | Payload::EntrySuspended(_)
            | Payload::EntryReinstated(_)
            | Payload::EntrySuperseded(_)
            | Payload::EntryRetracted(_)
            | Payload::RetractionDeclined(_),
        ) => is_known(),
        (Origin::Moderation, Payload::CommentMade(made)) => is_known() && is_for_the_body(made.command.as_ref()),
        (Origin::Moderation, Payload::ReviewFinished(finished)) => {
            let mut comments = finished.command.iter().flat_map(|command| &command.comments);
            is_known() && comments.any(|comment| is_for_the_body(Some(comment)))
        }
        _ => false,
    }
}

/// Whether a comment is said to the body. The others are moderation's own, and are not received at all.
pub(crate) fn is_for_the_body(comment: Option<&v1::Comment>) -> bool {
    comment.is_some_and(|comment| comment.audience() == v1::Audience::Contributor)
}

/// Which commands follow: none. See the head of this file.
pub fn react(_state: &State, _foreign: &Event) -> Vec<Errand<Command>> {
    Vec::new()
}
