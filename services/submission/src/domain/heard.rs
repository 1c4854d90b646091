//! What follows from the events of other services. Their places and times count, not those of the reception.

use dossier_proto::{Digest, EntryId, Event, Micros, Payload, Place, v1};

use super::{EXPIRY_DAYS, Public, Revision, State, Workflow};

/// Folds one foreign event.
pub(super) fn evolve(state: &mut State, foreign: &Event) {
    let Some(payload) = &foreign.payload else { return };
    match payload {
        Payload::DesignationGranted(_) | Payload::DesignationRevoked(_) => state.designations.fold(foreign),
        Payload::RegistryAdopted(v1::RegistryAdopted { command: Some(adopt) }) => {
            state.registry = Digest::try_from(adopt.digest.as_slice()).ok().or(state.registry);
        }
        other => {
            if let Some(id) = foreign.head.entry {
                about_entry(state, foreign, id, other);
            }
        }
    }
}

fn about_entry(state: &mut State, foreign: &Event, id: EntryId, payload: &Payload) {
    let (place, at) = (foreign.head.place, foreign.head.recorded_at);
    match payload {
        Payload::ChangesRequested(requested) => {
            let to = changes_requested(requested, place, at);
            reviewed(state, id, requested.submitted.as_ref(), to, at);
        }
        Payload::Approved(approved) => {
            reviewed(state, id, approved.submitted.as_ref(), Workflow::Approved { approved: place }, at);
        }
        Payload::EntryRefused(refused) => {
            reviewed(state, id, refused.submitted.as_ref(), Workflow::Refused { refused: place }, at);
        }
        Payload::RecallGranted(granted) => reviewed(state, id, granted.submitted.as_ref(), Workflow::Draft, at),
        Payload::WithdrawalGranted(granted) => {
            let to = state.ended_by_body(id, Workflow::Withdrawn { withdrawn: place });
            reviewed(state, id, granted.submitted.as_ref(), to, at);
        }
        Payload::RequestTooLate(late) => too_late(state, id, late),
        Payload::EditionPublished(published) => edition_published(state, id, published, at),
        Payload::PublicationDeclined(declined) if is_approved_by(state, id, declined.command.as_ref()) => {
            state.moves(id, Workflow::Draft, at);
        }
        Payload::EntryRetracted(_) => {
            if let Some(public) = state.entries.get_mut(&id).and_then(|entry| entry.public.as_mut()) {
                public.retraction_asked = None;
            }
            state.moves(id, Workflow::Retracted { retracted: place }, at);
        }
        _ => {}
    }
}

/// The end of the review of exactly this submission. The end of another one is history already.
fn reviewed(state: &mut State, id: EntryId, submitted: Option<&v1::Place>, to: Workflow, at: Micros) {
    let named = submitted.and_then(|place| Place::try_from(place).ok());
    let open = state.entries.get(&id).and_then(|entry| entry.workflow.under_review());
    if open.is_some() && open == named {
        state.moves(id, to, at);
    }
}

fn changes_requested(requested: &v1::ChangesRequested, place: Place, at: Micros) -> Workflow {
    let items = requested.command.iter().flat_map(|command| &command.items).map(|item| item.item);
    let mut items: Vec<u32> = items.collect();
    items.sort_unstable();
    Workflow::ChangesRequested { requested: place, items, expires: at.plus(EXPIRY_DAYS * Micros::DAY) }
}

/// The review had ended before the request arrived; how it ended was heard before this.
fn too_late(state: &mut State, id: EntryId, late: &v1::RequestTooLate) {
    let answered = late.command.as_ref().and_then(|command| command.asked.as_ref());
    let answered = answered.and_then(|place| Place::try_from(place).ok());
    let Some(entry) = state.entries.get_mut(&id) else { return };
    if let Workflow::InReview { asked, .. } = &mut entry.workflow
        && asked.map(|asked| asked.place) == answered
    {
        *asked = None;
    }
}

fn edition_published(state: &mut State, id: EntryId, published: &v1::EditionPublished, at: Micros) {
    let is_ours = is_approved_by(state, id, published.command.as_ref());
    let Some(entry) = state.entries.get_mut(&id) else { return };
    let Some(revision) = published.content.as_ref().and_then(Revision::of) else { return };
    let retraction_asked = entry.public.as_ref().and_then(|public| public.retraction_asked);
    entry.public =
        Some(Public { number: published.number.clone(), edition: published.edition, revision, retraction_asked });
    if is_ours {
        state.moves(id, Workflow::Published, at);
    }
}

/// Whether the entry waits for what became of exactly this approval.
fn is_approved_by(state: &State, id: EntryId, command: Option<&v1::PublishEdition>) -> bool {
    let named = command.and_then(|command| command.approved.as_ref());
    let named = named.and_then(|place| Place::try_from(place).ok());
    match state.entries.get(&id).map(|entry| &entry.workflow) {
        Some(Workflow::Approved { approved }) => named == Some(*approved),
        _ => false,
    }
}
