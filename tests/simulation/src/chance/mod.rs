//! Anybody asks for anything at any time: mostly something that fits, mostly somebody who may.

mod moderation;
mod publication;
mod submission;

use dossier_engine::testing::{Ask, Dice};
use dossier_proto::{EntryId, Micros, Origin, SubjectId};
use dossier_submission::domain::WorkState;

use crate::{
    Town,
    asking::submission::entry,
    people::{BODIES, EVERYBODY},
};

/// One thing happens: time passes, or letters arrive; then somebody asks for something.
pub fn step(town: &mut Town, dice: &mut Dice) {
    match dice.below(40) {
        0 => town.wait(Micros::DAY * i64::try_from(dice.below(90)).unwrap()),
        1..5 => town.wait(Micros::SECOND * i64::try_from(dice.below(200_000)).unwrap()),
        _ => {}
    }
    town.some_post(dice);
    if dice.one_in(8) {
        let origin = *dice.pick(&[Origin::Submission, Origin::Moderation, Origin::Publication]);
        town.erase(origin);
    }
    let entries: Vec<EntryId> = town.submission.state().entries.keys().copied().collect();
    if entries.is_empty() || (entries.len() < 4 && dice.one_in(30)) {
        let body = *dice.pick(&BODIES);
        submission::begin(town, dice, body);
        return;
    }
    let id = *dice.pick(&entries);
    let is_reviewed = matches!(entry(town, id).state(), WorkState::InReview | WorkState::OnHold);
    let is_scheduled = entry(town, id).state() == WorkState::Scheduled;
    let is_public = entry(town, id).public.is_some();
    match dice.below(12) {
        0..3 => submission::ask(town, dice, id),
        3 => moderation::ask(town, dice, id),
        4 => publication::ask(town, dice, id),
        5 if dice.one_in(10) => moderation::change_rights(town, dice),
        6 if dice.one_in(3) => moderation::erase(town, dice, id),
        _ if is_reviewed => moderation::ask(town, dice, id),
        _ if is_scheduled => publication::ask(town, dice, id),
        6 if is_public => publication::ask(town, dice, id),
        7..9 if is_public => moderation::ask(town, dice, id),
        _ => submission::ask(town, dice, id),
    }
}

/// One of those who can be expected to ask; now and then anybody.
fn somebody(dice: &mut Dice, expected: &[SubjectId]) -> SubjectId {
    if dice.one_in(10) { *dice.pick(&EVERYBODY) } else { *dice.pick(expected) }
}

/// What the caller says of the version they looked at: mostly nothing, or the truth.
fn looked_at<C>(ask: Ask<C>, dice: &mut Dice, version: u64) -> Ask<C> {
    match dice.below(16) {
        0 => ask.expecting(version.saturating_sub(1)),
        1..4 => ask.expecting(version),
        _ => ask,
    }
}
