//! What can be asked of publication.

use dossier_proto::{Event, Payload, v1};

/// A command, with its arguments as the contract writes them down.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Make an approved content or a confirmed correction the next edition, or wait for its time. Only the system asks for
    /// it: when the approval came in, and when its time has come.
    Publish(v1::PublishEdition),
    /// Let a scheduled edition wait for another moment.
    Reschedule(v1::Reschedule),
    /// Do not wait for the moment any longer.
    PublishNow(v1::PublishNow),
    /// Take an entry from the public for a while; a tombstone stands there meanwhile.
    Suspend(v1::SuspendEntry),
    /// Give a suspended entry back to the public.
    Reinstate(v1::ReinstateEntry),
    /// Point readers on to another entry that stands in its place.
    Supersede(v1::SupersedeEntry),
    /// Take an entry back for good; a tombstone stays.
    Retract(v1::RetractEntry),
    /// Leave an entry as it is, though its body asked for a retraction.
    DeclineRetraction(v1::DeclineRetraction),
    /// Record that this service has destroyed what was ordered. The service's own.
    ConfirmErasure(v1::ConfirmErasure),
}

/// The command whose first event this is; `None` when it opens none of ours.
pub(super) fn command_of(first: &Event) -> Option<Command> {
    if !first.opens_command() {
        return None;
    }
    match first.payload.clone()? {
        Payload::EditionPublished(published) => match published.now {
            Some(now) => Some(Command::PublishNow(now)),
            None => published.command.map(Command::Publish),
        },
        Payload::EditionScheduled(scheduled) => scheduled.command.map(Command::Publish),
        Payload::PublicationDeclined(declined) => declined.command.map(Command::Publish),
        Payload::EditionRescheduled(rescheduled) => rescheduled.command.map(Command::Reschedule),
        Payload::EntrySuspended(suspended) => suspended.command.map(Command::Suspend),
        Payload::EntryReinstated(reinstated) => reinstated.command.map(Command::Reinstate),
        Payload::EntrySuperseded(superseded) => superseded.command.map(Command::Supersede),
        Payload::EntryRetracted(retracted) => retracted.command.map(Command::Retract),
        Payload::RetractionDeclined(declined) => declined.command.map(Command::DeclineRetraction),
        Payload::ErasureConfirmed(confirmed) => confirmed.command.map(Command::ConfirmErasure),
        Payload::PublicationRefused(refused) => refused.attempted.map(attempted),
        _ => None,
    }
}

/// What was attempted and refused.
fn attempted(attempted: v1::publication_refused::Attempted) -> Command {
    use v1::publication_refused::Attempted;
    match attempted {
        Attempted::RetractEntry(command) => Command::Retract(command),
        Attempted::Reschedule(command) => Command::Reschedule(command),
        Attempted::PublishNow(command) => Command::PublishNow(command),
        Attempted::SuspendEntry(command) => Command::Suspend(command),
        Attempted::ReinstateEntry(command) => Command::Reinstate(command),
        Attempted::SupersedeEntry(command) => Command::Supersede(command),
        Attempted::DeclineRetraction(command) => Command::DeclineRetraction(command),
    }
}
