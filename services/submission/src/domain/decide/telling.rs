//! What is recorded of letters: how sending them ended, and how far somebody has read. Neither moves an entry.

use dossier_engine::{Context, Decided, Decision, erasure::NoConfirmation};
use dossier_post::letters::check_record;
use dossier_proto::{Origin, Payload, v1};

use crate::domain::{Refusal, State};

pub(super) fn record(record: &v1::RecordLetters, context: &Context) -> Result<Decision, Refusal> {
    about_no_entry(context)?;
    check_record(record, context.actor, Origin::Submission).map_err(Refusal::Malformed)?;
    Ok(of_no_entry(Payload::LettersEnded(v1::LettersEnded { command: Some(record.clone()) })))
}

/// An inbox is its owner's; to read it takes no designation.
pub(super) fn read(state: &State, read: v1::ReadInbox, context: &Context) -> Result<Decision, Refusal> {
    about_no_entry(context)?;
    let subject = context.person().ok_or(Refusal::Malformed("only people read inboxes"))?;
    if !state.read.moves(subject, &read, context.place).map_err(Refusal::Malformed)? {
        return Ok(Decision::NOTHING);
    }
    Ok(of_no_entry(Payload::InboxRead(v1::InboxRead { command: Some(read) })))
}

/// What was ordered to be destroyed is: this leaves the draft and its version as they are.
pub(super) fn erased(state: &State, confirm: &v1::ConfirmErasure, context: &Context) -> Result<Decision, Refusal> {
    let version = context.entry.and_then(|id| state.entries.get(&id)).map_or(0, |entry| entry.version);
    let confirmed = dossier_engine::erasure::confirm(&state.erasures, confirm, context, Origin::Submission, version);
    confirmed.map_err(|why| match why {
        NoConfirmation::WrongActor => Refusal::Malformed("a service confirms for itself what it has destroyed"),
        NoConfirmation::NoOrder => Refusal::NotFound,
    })
}

fn about_no_entry(context: &Context) -> Result<(), Refusal> {
    if context.entry.is_some() { Err(Refusal::Malformed("letters are recorded of no single entry")) } else { Ok(()) }
}

fn of_no_entry(payload: Payload) -> Decision {
    Decision::one(None, Decided { entry: None, part_version: 0, payload })
}
