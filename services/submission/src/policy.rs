//! What an event of another service makes submission do.
//!
//! Everything that is heard of is a fact to be folded (`domain/evolve`); nothing has to be decided about it. The next
//! move is either with the body or with the others.

use dossier_engine::Errand;
use dossier_proto::{Event, Origin, Payload};

use crate::domain::{Command, State};

/// Whether a foreign event concerns submission: rights and rules always, decisions when the entry is known. Entries
/// begin here, so one that is not known here is not ours.
pub fn concerns(state: &State, foreign: &Event) -> bool {
    let Some(payload) = &foreign.payload else { return false };
    let is_known = || foreign.head.entry.is_some_and(|entry| state.entries.contains_key(&entry));
    match (foreign.head.place.origin, payload) {
        (
            Origin::Moderation,
            Payload::DesignationGranted(_) | Payload::DesignationRevoked(_) | Payload::RegistryAdopted(_),
        ) => true,
        (
            Origin::Moderation,
            Payload::ChangesRequested(_)
            | Payload::Approved(_)
            | Payload::EntryRefused(_)
            | Payload::RecallGranted(_)
            | Payload::WithdrawalGranted(_)
            | Payload::RequestTooLate(_),
        )
        | (
            Origin::Publication,
            Payload::EditionPublished(_) | Payload::PublicationDeclined(_) | Payload::EntryRetracted(_),
        ) => is_known(),
        _ => false,
    }
}

/// Which commands follow: none. See the head of this file.
pub fn react(_state: &State, _foreign: &Event) -> Vec<Errand<Command>> {
    Vec::new()
}
