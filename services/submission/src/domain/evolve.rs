//! What follows from the service's own events.

use std::collections::BTreeMap;

use dossier_proto::{BodyCode, Digest, EntryId, Event, Payload, v1};

use super::{Asked, Asking, Base, Entry, EntryFacts, Lineage, Revision, State, Workflow, heard};

/// Folds one event.
pub(super) fn evolve(state: &mut State, event: &Event, beside: Option<&Event>) {
    let Some(payload) = &event.payload else { return };
    if let (Payload::Received(_), Some(foreign)) = (payload, beside) {
        return heard::evolve(state, foreign);
    }
    let Some(id) = event.head.entry else { return };
    match payload {
        Payload::DraftStarted(v1::DraftStarted { command: Some(start) }) => started(state, event, id, start),
        Payload::DraftSaved(v1::DraftSaved { command: Some(save) }) => saved(state, event, id, save),
        Payload::Submitted(submitted) => submitted_again(state, event, id, submitted),
        Payload::RecallAsked(_) => asked(state, event, id, Asking::Recall),
        Payload::WithdrawalAsked(_) => asked(state, event, id, Asking::Withdrawal),
        Payload::Withdrawn(_) => withdrawn(state, event, id),
        Payload::RevisionOpened(opened) => revision_opened(state, event, id, opened),
        Payload::RetractionAsked(_) => retraction_asked(state, event, id),
        Payload::Expired(_) => state.moves(id, Workflow::Draft, event.head.recorded_at),
        _ => {}
    }
}

fn started(state: &mut State, event: &Event, id: EntryId, start: &v1::StartDraft) {
    let Ok(body) = start.body.parse::<BodyCode>() else { return };
    let Some(working) = start.content.as_ref().and_then(Revision::of) else { return };
    if let Ok(source) = Digest::try_from(start.source_digest.as_slice()) {
        state.sources.insert((body.clone(), source), id);
    }
    let mut lineage = Lineage::default();
    if let Some(subject) = event.head.actor.person() {
        lineage.wrote(&mut state.fields, subject, &start.fields, event.head.place);
    }
    let entry = Entry {
        facts: EntryFacts { body, record_type: start.record_type.clone(), language: start.original_language.clone() },
        version: event.head.part_version,
        working,
        saved: working.number,
        base: None,
        round: 0,
        submitted: BTreeMap::new(),
        workflow: Workflow::Draft,
        since: event.head.recorded_at,
        public: None,
        lineage,
    };
    state.entries.insert(id, entry);
}

fn saved(state: &mut State, event: &Event, id: EntryId, save: &v1::SaveDraft) {
    let Some(entry) = state.entries.get_mut(&id) else { return };
    let Some(working) = save.content.as_ref().and_then(Revision::of) else { return };
    entry.working = working;
    entry.saved = working.number;
    entry.version = event.head.part_version;
    if let Some(subject) = event.head.actor.person() {
        entry.lineage.wrote(&mut state.fields, subject, &save.fields, event.head.place);
    }
}

fn submitted_again(state: &mut State, event: &Event, id: EntryId, submitted: &v1::Submitted) {
    let Some(entry) = state.entries.get_mut(&id) else { return };
    entry.round = submitted.round;
    if let Some(revision) = submitted.content.as_ref().and_then(Revision::of) {
        entry.submitted.insert(revision.number, revision.digest);
    }
    let to = Workflow::InReview { submitted: event.head.place, asked: None };
    state.moves(id, to, event.head.recorded_at);
}

fn asked(state: &mut State, event: &Event, id: EntryId, what: Asking) {
    let Some(entry) = state.entries.get_mut(&id) else { return };
    if let Workflow::InReview { asked, .. } = &mut entry.workflow {
        *asked = Some(Asked { what, place: event.head.place });
    }
}

/// A withdrawn revision of a public edition leaves the edition as the only thing there is.
fn withdrawn(state: &mut State, event: &Event, id: EntryId) {
    let to = state.ended_by_body(id, Workflow::Withdrawn { withdrawn: event.head.place });
    state.moves(id, to, event.head.recorded_at);
}

fn revision_opened(state: &mut State, event: &Event, id: EntryId, opened: &v1::RevisionOpened) {
    let Some(entry) = state.entries.get_mut(&id) else { return };
    let Ok(digest) = opened.base_digest.as_slice().try_into() else { return };
    let revision = Revision { number: opened.base_revision, digest };
    entry.base = Some(Base { edition: opened.base_edition, revision });
    entry.version = event.head.part_version;
    if entry.workflow.is_with_body() {
        return;
    }
    entry.working = revision;
    state.moves(id, Workflow::Draft, event.head.recorded_at);
}

fn retraction_asked(state: &mut State, event: &Event, id: EntryId) {
    let public = state.entries.get_mut(&id).and_then(|entry| entry.public.as_mut());
    if let Some(public) = public {
        public.retraction_asked = Some((event.head.place, event.head.recorded_at));
    }
}
