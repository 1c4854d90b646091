//! What follows from the events of other services. Their places and times count, not those of the reception.

use dossier_proto::{Digest, EntryId, Event, Micros, Payload, Place, v1};

use super::{ClearanceRules, Corrected, Entry, Held, Public, Revision, State, Superseded, Workflow};

/// Folds one foreign event.
pub(super) fn evolve(state: &mut State, foreign: &Event) {
    let Some(payload) = &foreign.payload else { return };
    match payload {
        Payload::DesignationGranted(_) | Payload::DesignationRevoked(_) => state.designations.fold(foreign),
        Payload::RegistryAdopted(v1::RegistryAdopted { command: Some(adopt) }) => registry_adopted(state, adopt),
        other => {
            if let Some(id) = foreign.head.entry {
                about_review(state, foreign, id, other);
                about_edition(state, foreign, id, other);
            }
        }
    }
}

/// What awaits clearance or is in review stays where it is: it was submitted under the former rules.
fn registry_adopted(state: &mut State, adopt: &v1::AdoptRegistry) {
    state.registry = Digest::try_from(adopt.digest.as_slice()).ok().or(state.registry);
    if let Some(rules) = ClearanceRules::of(&adopt.document) {
        state.clearance = rules;
    }
}

fn about_review(state: &mut State, foreign: &Event, id: EntryId, payload: &Payload) {
    let (place, at) = (foreign.head.place, foreign.head.recorded_at);
    match payload {
        Payload::ChangesRequested(requested) => changes_requested(state, id, requested, place, at),
        Payload::Approved(approved) => {
            reviewed(state, id, approved.submitted.as_ref(), Workflow::Approved { approved: place }, at);
        }
        Payload::EntryRefused(refused) => {
            let named = refused.submitted.as_ref();
            if let Some(submitted) = named.and_then(|place| Place::try_from(place).ok()) {
                reviewed(state, id, named, Workflow::Refused { refused: place, submitted }, at);
            }
        }
        Payload::ChangeSettled(v1::ChangeSettled { command: Some(settled) }) => {
            if let Some(entry) = state.entries.get_mut(&id) {
                entry.open_items.settled(settled);
            }
        }
        Payload::MarkedDuplicate(marked) => marked_duplicate(state, id, marked, place, at),
        Payload::RecallGranted(granted) => reviewed(state, id, granted.submitted.as_ref(), Workflow::Draft, at),
        Payload::WithdrawalGranted(granted) => {
            let to = state.ended_by_body(id, Workflow::Withdrawn { withdrawn: place });
            reviewed(state, id, granted.submitted.as_ref(), to, at);
        }
        Payload::RequestTooLate(late) => too_late(state, id, late),
        Payload::ReviewHeld(v1::ReviewHeld { command: Some(hold) }) => {
            let until = hold.until.map(Micros);
            holds(state, id, Some(Held { place, since: at, awaited: hold.awaited.clone(), until }));
        }
        Payload::ReviewResumed(_) => holds(state, id, None),
        _ => {}
    }
}

fn about_edition(state: &mut State, foreign: &Event, id: EntryId, payload: &Payload) {
    let (place, at) = (foreign.head.place, foreign.head.recorded_at);
    match payload {
        Payload::EditionScheduled(scheduled) => {
            if let Some(approved) = awaited_by(state, id, scheduled.command.as_ref()) {
                state.moves(id, Workflow::Scheduled { approved, at: Micros(scheduled.at) }, at);
            }
        }
        Payload::EditionRescheduled(v1::EditionRescheduled { command: Some(command), approved }) => {
            rescheduled(state, id, command, approved.as_ref());
        }
        Payload::EditionPublished(published) => edition_published(state, id, published, foreign),
        Payload::PublicationDeclined(declined) if awaited_by(state, id, declined.command.as_ref()).is_some() => {
            state.moves(id, Workflow::Draft, at);
        }
        Payload::EntrySuspended(_) => stands(state, id, |public| public.suspended = Some((place, at))),
        Payload::EntryReinstated(_) => stands(state, id, |public| public.suspended = None),
        Payload::EntrySuperseded(superseded) => {
            let by = Superseded { place, number: superseded.number.clone() };
            stands(state, id, |public| public.superseded = Some(by));
        }
        Payload::RetractionDeclined(declined) => retraction_declined(state, id, declined),
        Payload::EntryRetracted(_) => {
            if let Some(public) = public_of(state, id) {
                (public.retraction_asked, public.retraction_proposed) = (None, None);
            }
            state.moves(id, Workflow::Retracted { retracted: place }, at);
        }
        _ => {}
    }
}

/// A publisher leaves the edition as it is. An answer to an earlier request says nothing of the one that waits.
fn retraction_declined(state: &mut State, id: EntryId, declined: &v1::RetractionDeclined) {
    let asked = declined.command.as_ref().and_then(|command| command.asked.as_ref());
    let asked = asked.and_then(|place| Place::try_from(place).ok());
    let Some(public) = public_of(state, id) else { return };
    if public.retraction_asked.is_some_and(|(place, _)| Some(place) == asked) {
        public.retraction_asked = None;
    }
}

fn public_of(state: &mut State, id: EntryId) -> Option<&mut Public> {
    state.entries.get_mut(&id).and_then(|entry| entry.public.as_mut())
}

/// The end of the review of exactly this submission. The end of another one is history already.
fn reviewed(state: &mut State, id: EntryId, submitted: Option<&v1::Place>, to: Workflow, at: Micros) {
    if is_reviewed(state, id, submitted) {
        state.moves(id, to, at);
    }
}

fn is_reviewed(state: &State, id: EntryId, submitted: Option<&v1::Place>) -> bool {
    let named = submitted.and_then(|place| Place::try_from(place).ok());
    let open = state.entries.get(&id).and_then(|entry| entry.workflow.under_review());
    open.is_some() && open == named
}

fn changes_requested(state: &mut State, id: EntryId, requested: &v1::ChangesRequested, place: Place, at: Micros) {
    if !is_reviewed(state, id, requested.submitted.as_ref()) {
        return;
    }
    let items = requested.command.as_ref().map(|command| command.items.as_slice());
    if let Some(entry) = state.entries.get_mut(&id) {
        entry.open_items.requested(entry.round, items.unwrap_or_default());
    }
    state.moves(id, Workflow::changes_requested(place, at), at);
}

fn marked_duplicate(state: &mut State, id: EntryId, marked: &v1::MarkedDuplicate, place: Place, at: Micros) {
    let of = marked.command.as_ref().and_then(|command| EntryId::try_from(command.duplicate_of.as_slice()).ok());
    let Some(of) = of else { return };
    let to = Workflow::Duplicate { marked: place, of, number: marked.number.clone() };
    reviewed(state, id, marked.submitted.as_ref(), to, at);
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

/// The review waits for somebody, or goes on.
fn holds(state: &mut State, id: EntryId, now: Option<Held>) {
    if let Some(Entry { workflow: Workflow::InReview { held, .. }, .. }) = state.entries.get_mut(&id) {
        *held = now;
    }
}

fn rescheduled(state: &mut State, id: EntryId, command: &v1::Reschedule, approved: Option<&v1::Place>) {
    let named = approved.and_then(|place| Place::try_from(place).ok());
    if let Some(Entry { workflow: Workflow::Scheduled { approved, at }, .. }) = state.entries.get_mut(&id)
        && named == Some(*approved)
    {
        *at = Micros(command.at);
    }
}

fn edition_published(state: &mut State, id: EntryId, published: &v1::EditionPublished, foreign: &Event) {
    let is_ours = awaited_by(state, id, published.command.as_ref()).is_some();
    let Some(entry) = state.entries.get_mut(&id) else { return };
    let Some(revision) = published.content.as_ref().and_then(Revision::of) else { return };
    let former = entry.public.take();
    let is_correction = published.kind == i32::from(v1::EditionKind::Correction);
    let corrected = is_correction.then_some(Corrected { published: foreign.head.place, objected: None });
    entry.public = Some(Public {
        number: published.number.clone(),
        edition: published.edition,
        revision,
        suspended: former.as_ref().and_then(|public| public.suspended),
        superseded: former.as_ref().and_then(|public| public.superseded.clone()),
        corrected,
        retraction_proposed: former.as_ref().and_then(|public| public.retraction_proposed.clone()),
        retraction_asked: former.as_ref().and_then(|public| public.retraction_asked),
    });
    // Where nothing is under way, what is shown is what is public.
    if is_ours || matches!(entry.workflow, Workflow::Published) {
        state.moves(id, Workflow::Published, foreign.head.recorded_at);
    }
}

fn stands(state: &mut State, id: EntryId, change: impl FnOnce(&mut Public)) {
    if let Some(public) = public_of(state, id) {
        change(public);
    }
}

/// The approval that the entry waits to see published, if it is exactly the one named here.
fn awaited_by(state: &State, id: EntryId, command: Option<&v1::PublishEdition>) -> Option<Place> {
    let named = command.and_then(|command| command.approved.as_ref());
    let named = named.and_then(|place| Place::try_from(place).ok());
    let awaited = state.entries.get(&id)?.workflow.approval();
    awaited.filter(|approved| named == Some(*approved))
}
