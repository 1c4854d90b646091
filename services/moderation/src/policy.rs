//! What this service takes from other origins, and what it does about it.

use dossier_engine::Errand;
use dossier_proto::{EntryId, Event, Payload, v1};

use crate::domain::{Command, State};

/// Whether a foreign event is recorded here at all.
///
/// What the body submits and asks for is; so is what became of an entry that was reviewed here. Drafts are not: what
/// was never submitted is no business of moderation (P13).
pub fn concerns(state: &State, foreign: &Event) -> bool {
    // What the other services have destroyed: of entries, and of persons.
    if matches!(foreign.payload, Some(Payload::ErasureConfirmed(_))) {
        return true;
    }
    let Some(entry) = foreign.head.entry else { return false };
    match &foreign.payload {
        // Of a clearance the submission that follows it in the same moment says that it was; who did it, and what they said, is here.
        Some(Payload::Submitted(_) | Payload::Cleared(_)) => true,
        Some(
            Payload::RecallAsked(_)
            | Payload::WithdrawalAsked(_)
            | Payload::Withdrawn(_)
            | Payload::Expired(_)
            | Payload::AppealAsked(_)
            | Payload::CorrectionObjected(_)
            // Publication decides on it; the publishers, who have their letters here, are told.
            | Payload::RetractionAsked(_)
            | Payload::RetractionCleared(_)
            | Payload::EditionPublished(_)
            | Payload::EditionScheduled(_)
            | Payload::EditionRescheduled(_)
            | Payload::PublicationDeclined(_)
            | Payload::EntrySuspended(_)
            | Payload::EntryReinstated(_)
            | Payload::EntrySuperseded(_)
            | Payload::EntryRetracted(_),
        ) => state.entries.contains_key(&entry),
        _ => false,
    }
}

/// The commands that follow from a foreign event, once it is folded.
pub fn react(foreign: &Event) -> Vec<Errand<Command>> {
    let Some(entry) = foreign.head.entry else { return Vec::new() };
    let place = Some(foreign.head.place.into());
    match &foreign.payload {
        Some(Payload::Submitted(_)) => {
            errand(entry, Command::OpenReview(v1::OpenReview { submitted: place, ..v1::OpenReview::default() }))
        }
        Some(Payload::AppealAsked(asked)) => {
            errand(entry, Command::OpenReview(v1::OpenReview { submitted: asked.submitted, appeal: place }))
        }
        Some(Payload::RecallAsked(_) | Payload::WithdrawalAsked(_)) => {
            errand(entry, Command::AnswerRequest(v1::AnswerRequest { asked: place }))
        }
        _ => Vec::new(),
    }
}

fn errand(entry: EntryId, command: Command) -> Vec<Errand<Command>> {
    vec![Errand { command, entry: Some(entry) }]
}
