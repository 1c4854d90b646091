//! What can be asked of publication.

use dossier_proto::{EntryId, Micros, Origin, v1};
use dossier_publication::domain::Command;

use crate::{Town, asking::moderation::confirm_erasure};

/// Let what waits wait for so much longer than the moment it was approved for, or than now.
pub fn reschedule(town: &mut Town, id: EntryId, later: i64) -> Command {
    let named = town.publication.state().schedule.get(id).map(|scheduled| scheduled.not_before());
    let at = named.unwrap_or(Micros(0)).max(town.now()).plus(later).0;
    Command::Reschedule(v1::Reschedule { at, reason: Some(town.words.sealed()) })
}

/// Point on to some other entry that the public reads.
pub fn supersede(town: &mut Town, id: EntryId) -> Command {
    let others = town.publication.state().entries.iter();
    let other = others.filter(|(other, entry)| **other != id && entry.withheld.is_none() && entry.successor.is_none());
    let superseded_by = other.map(|(other, _)| *other).next().unwrap_or(id).to_vec();
    let reason = "merged".to_owned();
    Command::Supersede(v1::SupersedeEntry { superseded_by, reason, explanation: Some(town.words.sealed()) })
}

/// Leave the entry as it is, though its body asks for its retraction.
pub fn decline_retraction(town: &mut Town, id: EntryId) -> Command {
    let asked = town.publication.state().entries.get(&id).and_then(|entry| entry.asked).map(Into::into);
    Command::DeclineRetraction(v1::DeclineRetraction { asked, reason: Some(town.words.sealed()) })
}

/// Everything that can be asked about this entry. What the service asks of itself is among it.
pub fn all(town: &mut Town, id: EntryId) -> Vec<Command> {
    let explanation = Some(town.words.sealed());
    let (suspended, retracted) = ("under_examination".to_owned(), "factual_error".to_owned());
    vec![
        Command::Publish(v1::PublishEdition::default()),
        reschedule(town, id, Micros::DAY),
        Command::PublishNow(v1::PublishNow {}),
        Command::Suspend(v1::SuspendEntry { reason: suspended, explanation: explanation.clone() }),
        Command::Reinstate(v1::ReinstateEntry { explanation: explanation.clone() }),
        supersede(town, id),
        Command::Retract(v1::RetractEntry { reason: retracted, explanation }),
        decline_retraction(town, id),
        Command::ConfirmErasure(confirm_erasure(&town.publication.state().erasures, Origin::Publication, id)),
    ]
}
