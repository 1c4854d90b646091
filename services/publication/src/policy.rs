//! What received events make publication do.

use dossier_engine::Errand;
use dossier_proto::{EntryId, Event, Micros, Origin, Payload, Place, v1};

use crate::domain::{Command, State};

/// What is published at a time; more that is due at the same moment follows right after.
const DUE_MAX: usize = 256;

/// Whether a foreign event is recorded here: approvals, confirmed corrections, requests for retraction, and what says who may
/// do what.
pub(crate) fn concerns(foreign: &Event) -> bool {
    let Some(payload) = &foreign.payload else { return false };
    match foreign.head.place.origin {
        Origin::Moderation => matches!(
            payload,
            Payload::Approved(_)
                | Payload::CorrectionConfirmed(_)
                | Payload::DesignationGranted(_)
                | Payload::DesignationRevoked(_)
                | Payload::RegistryAdopted(_)
                | Payload::ErasureOrdered(_)
        ),
        Origin::Submission => matches!(
            payload,
            Payload::RetractionAsked(_) | Payload::RetractionCleared(_) | Payload::ErasureConfirmed(_)
        ),
        Origin::Publication | Origin::Audit => false,
    }
}

/// What moderation lets through is published, or waits for its time, by the system.
pub(crate) fn react(foreign: &Event) -> Vec<Errand<Command>> {
    let place = foreign.head.place;
    match (place.origin, &foreign.payload, foreign.head.entry) {
        (Origin::Moderation, Some(Payload::Approved(_) | Payload::CorrectionConfirmed(_)), Some(entry)) => {
            vec![publication_of(entry, place)]
        }
        _ => Vec::new(),
    }
}

/// What has come to its time, the earliest first.
pub(crate) fn due(state: &State, now: Micros) -> Vec<Errand<Command>> {
    let due = state.schedule.by_time().take_while(|scheduled| scheduled.at <= now);
    due.take(DUE_MAX).map(|scheduled| publication_of(scheduled.waiting.entry, scheduled.waiting.at)).collect()
}

fn publication_of(entry: EntryId, approved: Place) -> Errand<Command> {
    let command = Command::Publish(v1::PublishEdition { approved: Some(approved.into()) });
    Errand { command, entry: Some(entry) }
}
