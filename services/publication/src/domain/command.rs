//! What can be asked of publication.

use dossier_proto::{Event, Payload, v1};

/// A command, with its arguments as the contract writes them down.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Make an approved content the next edition. Only the system asks for it, when an approval came in.
    Publish(v1::PublishEdition),
    /// Take an entry back for good; a tombstone stays.
    Retract(v1::RetractEntry),
}

/// The command whose first event this is; `None` when it opens none of ours.
pub(super) fn command_of(first: &Event) -> Option<Command> {
    if !first.opens_command() {
        return None;
    }
    match first.payload.clone()? {
        Payload::EditionPublished(published) => published.command.map(Command::Publish),
        Payload::PublicationDeclined(declined) => declined.command.map(Command::Publish),
        Payload::EntryRetracted(retracted) => retracted.command.map(Command::Retract),
        Payload::PublicationRefused(refused) => match refused.attempted? {
            v1::publication_refused::Attempted::RetractEntry(command) => Some(Command::Retract(command)),
            _ => None,
        },
        _ => None,
    }
}
