//! What received events make publication do.

use dossier_engine::Errand;
use dossier_proto::{Event, Origin, Payload, v1};

use crate::domain::Command;

/// Whether a foreign event is recorded here: approvals, requests for retraction, and what says who may do what.
pub(crate) fn concerns(foreign: &Event) -> bool {
    let Some(payload) = &foreign.payload else { return false };
    match foreign.head.place.origin {
        Origin::Moderation => matches!(
            payload,
            Payload::Approved(_)
                | Payload::DesignationGranted(_)
                | Payload::DesignationRevoked(_)
                | Payload::RegistryAdopted(_)
        ),
        Origin::Submission => matches!(payload, Payload::RetractionAsked(_)),
        Origin::Publication | Origin::Audit => false,
    }
}

/// An approval is published at once, by the system.
pub(crate) fn react(foreign: &Event) -> Vec<Errand<Command>> {
    let place = foreign.head.place;
    match (place.origin, &foreign.payload, foreign.head.entry) {
        (Origin::Moderation, Some(Payload::Approved(_)), Some(entry)) => vec![Errand {
            command: Command::Publish(v1::PublishEdition { approved: Some(place.into()) }),
            entry: Some(entry),
        }],
        _ => Vec::new(),
    }
}
