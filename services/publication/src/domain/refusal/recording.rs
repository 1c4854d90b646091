//! Refusals that are history: written to the journal, and read back.

use dossier_engine::{Record, Refusal as _};
use dossier_identity::NotEntitledReason;
use dossier_proto::{Event, Payload, Place, v1};

use super::{Deed, PublicationRefusal};
use crate::domain::{Command, command::command_of};

/// The event that records a refusal; `None` for those that are an answer and no more.
pub(in crate::domain) fn refused(command: &Command, refusal: &PublicationRefusal) -> Option<Payload> {
    use v1::publication_refused::Attempted;
    let facts = refusal.facts();
    if facts.record == Record::Not {
        return None;
    }
    let attempted = match command.clone() {
        Command::Publish(_) | Command::ConfirmErasure(_) => return None,
        Command::Retract(command) => Attempted::RetractEntry(command),
        Command::Reschedule(command) => Attempted::Reschedule(command),
        Command::PublishNow(command) => Attempted::PublishNow(command),
        Command::Suspend(command) => Attempted::SuspendEntry(command),
        Command::Reinstate(command) => Attempted::ReinstateEntry(command),
        Command::Supersede(command) => Attempted::SupersedeEntry(command),
        Command::DeclineRetraction(command) => Attempted::DeclineRetraction(command),
    };
    Some(Payload::PublicationRefused(v1::PublicationRefused {
        attempted: Some(attempted),
        refusal: Some(v1::Refusal {
            code: facts.code.to_owned(),
            because: facts.because.map(Into::into),
            current_digest: Vec::new(),
        }),
    }))
}

/// Reads a recorded refusal back.
pub(in crate::domain) fn refusal_of(event: &Event) -> Option<PublicationRefusal> {
    let Some(Payload::PublicationRefused(refused)) = &event.payload else { return None };
    let deed = Deed::of(&command_of(event)?)?;
    let refusal = refused.refusal.as_ref()?;
    let because = refusal.because.as_ref().map(Place::try_from).transpose().ok()?;
    let reason = NotEntitledReason::ALL.into_iter().find(|reason| reason.code() == refusal.code)?;
    Some(PublicationRefusal::NoDesignation { deed, reason, because })
}
