//! What follows from the service's own events.

use std::collections::BTreeMap;

use dossier_proto::{BodyCode, Digest, EntryId, Event, Micros, Payload, Place, v1};

use super::{
    Appealed, Asked, Asking, Base, Entry, EntryFacts, Lineage, OpenItems, Proposed, Revision, State, Uncleared,
    Workflow, decide::hash_of, heard,
};

/// Folds one event.
pub(super) fn evolve(state: &mut State, event: &Event, beside: Option<&Event>) {
    state.erasures.fold(event, beside);
    let Some(payload) = &event.payload else { return };
    if let (Payload::Received(_), Some(foreign)) = (payload, beside) {
        return heard::evolve(state, foreign);
    }
    if let (Payload::InboxRead(v1::InboxRead { command: Some(read) }), Some(subject)) =
        (payload, event.head.actor.person())
    {
        return state.read.read(subject, read);
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
        Payload::RetractionAsked(_) | Payload::RetractionCleared(_) => retraction_asked(state, event, id),
        Payload::RetractionProposed(v1::RetractionProposed { command: Some(ask), .. }) => {
            retraction_proposed(state, event, id, ask);
        }
        Payload::RetractionReturned(_) => retraction_stays_unasked(state, id),
        Payload::ClearanceAsked(asked) => clearance_asked(state, event, id, asked),
        Payload::ClearanceReturned(_) => clearance_returned(state, event, id),
        Payload::ClearanceRecalled(_) => state.moves(id, Workflow::Draft, event.head.recorded_at),
        Payload::AppealAsked(asked) => appeal_asked(state, event, id, asked),
        Payload::CorrectionObjected(_) => correction_objected(state, event, id),
        Payload::Reminded(v1::Reminded { command: Some(remind) }) => state.was_reminded(id, remind.days),
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
        facts: EntryFacts {
            body,
            record_type: start.record_type.clone(),
            language: start.original_language.clone(),
            received_at: start.received_at.map(Micros),
        },
        version: event.head.part_version,
        written: event.head.place,
        working,
        saved: working.number,
        base: None,
        uncleared: Uncleared::All,
        round: 0,
        submitted: BTreeMap::new(),
        embargo_until: None,
        open_items: OpenItems::default(),
        appealed: None,
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
    entry.written = event.head.place;
    entry.saved = working.number;
    entry.version = event.head.part_version;
    entry.uncleared.wrote(&mut state.fields, &save.fields);
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
    let answers = submitted.command.as_ref().map(|command| command.answers.as_slice());
    entry.open_items.answered(answers.unwrap_or_default());
    entry.embargo_until = embargo(submitted.command.as_ref());
    if submitted.clearance_asked.is_some() {
        entry.uncleared = Uncleared::nothing();
    }
    state.moves(id, Workflow::in_review(event.head.place), event.head.recorded_at);
}

fn clearance_asked(state: &mut State, event: &Event, id: EntryId, asked: &v1::ClearanceAsked) {
    let Some(submitter) = event.head.actor.person() else { return };
    if let Some(entry) = state.entries.get_mut(&id) {
        entry.embargo_until = embargo(asked.command.as_ref());
    }
    let at = event.head.recorded_at;
    state.moves(id, Workflow::awaiting_clearance(event.head.place, submitter, hash_of(asked), at), at);
}

fn embargo(submit: Option<&v1::Submit>) -> Option<Micros> {
    submit.and_then(|submit| submit.embargo_until).map(Micros)
}

/// Back with those who wrote it, for as long as after a request for changes. What moderation asked before that stays open.
fn clearance_returned(state: &mut State, event: &Event, id: EntryId) {
    let at = event.head.recorded_at;
    state.moves(id, Workflow::changes_requested(event.head.place, at), at);
}

/// The same submission is reviewed again.
fn appeal_asked(state: &mut State, event: &Event, id: EntryId, asked: &v1::AppealAsked) {
    let named = asked.submitted.as_ref().and_then(|place| Place::try_from(place).ok());
    let (Some(submitted), Some(entry)) = (named, state.entries.get_mut(&id)) else { return };
    entry.appealed = Some(Appealed { submitted, appeal: event.head.place });
    state.moves(id, Workflow::in_review(submitted), event.head.recorded_at);
}

fn correction_objected(state: &mut State, event: &Event, id: EntryId) {
    let public = state.entries.get_mut(&id).and_then(|entry| entry.public.as_mut());
    if let Some(corrected) = public.and_then(|public| public.corrected.as_mut()) {
        corrected.objected = Some(event.head.place);
    }
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
        // The words stay, and what they say beside the new base was never looked at.
        entry.uncleared = Uncleared::All;
        return;
    }
    entry.working = revision;
    entry.written = event.head.place;
    entry.uncleared = Uncleared::nothing();
    state.moves(id, Workflow::Draft, event.head.recorded_at);
}

fn retraction_asked(state: &mut State, event: &Event, id: EntryId) {
    let public = state.entries.get_mut(&id).and_then(|entry| entry.public.as_mut());
    if let Some(public) = public {
        public.retraction_proposed = None;
        public.retraction_asked = Some((event.head.place, event.head.recorded_at));
    }
}

fn retraction_stays_unasked(state: &mut State, id: EntryId) {
    let public = state.entries.get_mut(&id).and_then(|entry| entry.public.as_mut());
    if let Some(public) = public {
        public.retraction_proposed = None;
    }
}

fn retraction_proposed(state: &mut State, event: &Event, id: EntryId, ask: &v1::AskRetraction) {
    let public = state.entries.get_mut(&id).and_then(|entry| entry.public.as_mut());
    let (Some(public), Some(by), Some(reason)) = (public, event.head.actor.person(), &ask.reason) else { return };
    let (place, at) = (event.head.place, event.head.recorded_at);
    public.retraction_proposed = Some(Proposed { place, at, by, reason: hash_of(reason) });
}
