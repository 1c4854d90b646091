//! Folds events into the state.

mod correcting;
mod judging;
mod received;
mod registry;
mod reviewing;

use dossier_proto::{DesignationId, Digest, Event, Payload, v1};
use prost::Message as _;
use sha2::{Digest as _, Sha256};

pub(super) use registry::read as read_registry;

use super::state::{Moment, State};

pub(super) fn evolve(state: &mut State, event: &Event, beside: Option<&Event>) {
    state.erasures.fold(event, beside);
    let Some(payload) = &event.payload else { return };
    match payload {
        Payload::Received(_) => {
            if let Some(foreign) = beside {
                received::fold(state, foreign);
            }
        }
        Payload::DesignationGranted(_) => {
            state.designations.fold(event);
            // A grant that follows something in its command follows an invitation.
            if !event.opens_command() {
                state.invited.insert(DesignationId(event.head.id.0), event.head.recorded_at);
            }
        }
        Payload::DesignationRevoked(_) => state.designations.fold(event),
        Payload::InboxRead(v1::InboxRead { command: Some(read) }) => {
            if let Some(subject) = event.head.actor.person() {
                state.read.read(subject, read);
            }
        }
        Payload::RegistryAdopted(adopted) => registry::adopt(state, event, adopted),
        _ => on_entry(state, event, payload),
    }
}

/// What happened to an entry that is known here. Refused commands and what this version does not know change nothing.
fn on_entry(state: &mut State, event: &Event, payload: &Payload) {
    let Some(id) = event.head.entry else { return };
    let Some(entry) = state.entries.get_mut(&id) else { return };
    let mut desk = reviewing::Desk { id, entry, leases: &mut state.leases, holds: &mut state.holds };
    let changed = desk.fold(event, payload)
        || judging::fold(&mut desk, event, payload)
        || correcting::fold(desk.entry, event, payload);
    if changed {
        entry.version = event.head.part_version;
    }
}

fn moment(event: &Event) -> Moment {
    Moment { at: event.head.recorded_at, place: event.head.place }
}

/// SHA-256 of sealed words that belong together: the length of the content, the content, and what was said about it (what
/// the body changed, or why it is corrected).
pub(super) fn sealed_hash(content: &v1::Content, said: Option<&v1::Sealed>) -> Digest {
    let content = content.encode_to_vec();
    let mut hash = Sha256::new();
    hash.update((content.len() as u64).to_be_bytes());
    hash.update(content);
    if let Some(said) = said {
        hash.update(said.encode_to_vec());
    }
    Digest(hash.finalize().into())
}
