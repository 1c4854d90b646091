//! What publishers do.

use dossier_engine::testing::{Ask, Dice};
use dossier_proto::{EntryId, Micros, v1};
use dossier_publication::domain::Command;

use super::{looked_at, somebody};
use crate::{
    Town,
    asking::publication::{all, reschedule},
    people::{KIPTOO, PAOLA},
};

/// Somebody asks for something about this entry.
pub(super) fn ask(town: &mut Town, dice: &mut Dice, id: EntryId) {
    let mut all = all(town, id);
    let mut command = all.swap_remove(usize::try_from(dice.below(all.len() as u64)).unwrap());
    // What is for good comes, and not all the time.
    if matches!(command, Command::Retract(_) | Command::Supersede(_)) && !dice.one_in(4) {
        command = Command::Reinstate(v1::ReinstateEntry { explanation: Some(town.words.sealed()) });
    }
    if let Some(scheduled) = town.publication.state().schedule.get(id) {
        let may_be_public = scheduled.not_before() <= town.now();
        match dice.below(4) {
            0 | 1 if may_be_public => command = Command::PublishNow(v1::PublishNow {}),
            2 => command = reschedule(town, id, 30 * Micros::DAY),
            _ => {}
        }
    }
    if let (Command::Suspend(suspend), true) = (&mut command, dice.one_in(8)) {
        suspend.reason = "merged".to_owned();
    }
    let version = town.publication.state().entries.get(&id).map_or(0, |entry| entry.version);
    let version = town.publication.state().schedule.get(id).map_or(version, |scheduled| scheduled.version());
    let ask = looked_at(Ask::by(somebody(dice, &[PAOLA, KIPTOO]), command).on(id), dice, version);
    let _ = town.ask_publication(ask);
}
