//! What is recorded of letters: how sending them ended, and how far somebody has read. Neither moves a review.

use dossier_engine::{Context, Decision};
use dossier_post::letters::check_record;
use dossier_proto::{Origin, Payload, v1};

use super::{Answer, apart};
use crate::domain::{Invalid, Refusal, State};

pub(super) fn record(record: &v1::RecordLetters, context: &Context) -> Answer {
    about_no_entry(context)?;
    check_record(record, context.actor, Origin::Moderation).map_err(invalid)?;
    let payload = Payload::LettersEnded(v1::LettersEnded { command: Some(record.clone()) });
    Ok(Decision::one(None, apart(payload)))
}

/// An inbox is its owner's; to read it takes no designation.
pub(super) fn read(state: &State, read: v1::ReadInbox, context: &Context) -> Answer {
    about_no_entry(context)?;
    let subject = context.person().ok_or(Refusal::WrongActor("a service"))?;
    if !state.read.moves(subject, &read, context.place).map_err(invalid)? {
        return Ok(Decision::NOTHING);
    }
    Ok(Decision::one(None, apart(Payload::InboxRead(v1::InboxRead { command: Some(read) }))))
}

fn about_no_entry(context: &Context) -> Result<(), Refusal> {
    if context.entry.is_some() { Err(invalid("letters are recorded of no single entry")) } else { Ok(()) }
}

fn invalid(what: &'static str) -> Refusal {
    Refusal::Invalid(Invalid::Letters(what))
}
