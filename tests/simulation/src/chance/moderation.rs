//! What moderators, reviewers and publishers do at a review.

use dossier_engine::{
    erasure::Scope,
    testing::{Ask, Dice},
};
use dossier_identity::Role;
use dossier_moderation::domain::{Command, Entry, Review};
use dossier_proto::{EntryId, Micros, SubjectId, v1};
use v1::settle_change::Outcome;

use super::{looked_at, somebody};
use crate::{
    Town,
    asking::moderation::{
        all, approve, approve_as, assign, comment, confirm, entry, erase as erase_words, hold, object, propose, reject,
        request_changes, settle,
    },
    people::{
        ADMINISTRATOR, EVERYBODY, EXTERNAL, INTERNAL, KIPTOO, MARTA, NOOR, PAOLA, PIERRE, RECORDS, REGISTRAR, TIMUR,
    },
};

const MODERATORS: [SubjectId; 4] = [MARTA, NOOR, PIERRE, TIMUR];
const AWAITED: [&str; 4] = ["contributor", "reviewer", "secretariat", "no-such-code"];

/// Somebody asks for something about this entry.
pub(super) fn ask(town: &mut Town, dice: &mut Dice, id: EntryId) {
    let by = somebody(dice, &expected(town, id));
    let command = what(town, dice, id);
    let version = entry(town, id).map_or(0, |entry| entry.version);
    let ask = looked_at(Ask::by(by, command).on(id), dice, version);
    let _ = town.ask_moderation(ask);
}

/// Those whose opinion is asked for, and moderators.
fn expected(town: &Town, id: EntryId) -> Vec<SubjectId> {
    let stage = entry(town, id).and_then(Entry::review).and_then(Review::stage).map(|stage| stage.key.as_str());
    let mut people = MODERATORS.to_vec();
    match stage {
        Some("peer") => {
            people.extend(INTERNAL.iter().chain(&EXTERNAL).chain(&EXTERNAL));
        }
        Some("publisher") => people.extend([PAOLA, KIPTOO, PAOLA, KIPTOO]),
        _ => {}
    }
    people
}

fn what(town: &mut Town, dice: &mut Dice, id: EntryId) -> Command {
    let is_open = entry(town, id).and_then(Entry::review).is_some_and(Review::is_open);
    let is_held = entry(town, id).and_then(Entry::review).is_some_and(|review| review.held.is_some());
    let changes: Vec<_> = entry(town, id).map(|entry| entry.changes.keys().copied().collect()).unwrap_or_default();
    let is_corrected = entry(town, id).is_some_and(|entry| entry.correction.is_some());
    let is_public = !is_open && entry(town, id).is_some_and(Entry::is_public);
    match dice.below(32) {
        0..19 if is_public => match (is_corrected, dice.below(8)) {
            (true, 0) => reject(town, id),
            (true, _) => confirm(town, id),
            (false, _) => propose(town, id),
        },
        _ if is_held && dice.one_in(2) => Command::Resume(v1::Resume {}),
        0..16 if is_open => timed(approve(town, id), town, dice),
        16 | 17 if is_open => object(town, id),
        18 if is_open => {
            let items = 1 + u32::try_from(dice.below(2)).unwrap();
            request_changes(town, id, items)
        }
        19..21 if !changes.is_empty() => {
            let outcome = if dice.one_in(4) { Outcome::Reopened } else { Outcome::Accepted };
            settle(town, id, *dice.pick(&changes), outcome)
        }
        21 => stale(town, dice, id),
        22 if dice.one_in(3) => {
            let length = dice.one_in(2).then_some(Micros::DAY * 3);
            hold(town, AWAITED[usize::try_from(dice.below(4)).unwrap()], length)
        }
        23 => assign(town, *dice.pick(&EVERYBODY)),
        24 => Command::Comment(comment(town, id, v1::Audience::Contributor)),
        25 if dice.one_in(12) => Command::DeclareConflict(v1::DeclareConflict { reason: Some(town.words.sealed()) }),
        26..30 if is_corrected => {
            if dice.one_in(4) {
                reject(town, id)
            } else {
                confirm(town, id)
            }
        }
        26..30 => propose(town, id),
        _ => {
            let mut all = all(town, id);
            all.swap_remove(usize::try_from(dice.below(all.len() as u64)).unwrap())
        }
    }
}

/// P5: somebody read an older content, or one of another entry.
fn stale(town: &mut Town, dice: &mut Dice, id: EntryId) -> Command {
    let reviews = town.moderation.state().entries.values().flat_map(|entry| &entry.reviews);
    let digests: Vec<_> = reviews.map(|review| review.digest.to_vec()).collect();
    let digest = if digests.is_empty() { vec![9; 32] } else { dice.pick(&digests).clone() };
    approve_as(town, id, digest)
}

fn timed(command: Command, town: &Town, dice: &mut Dice) -> Command {
    match command {
        Command::Approve(mut approval) if dice.one_in(5) => {
            let days = Micros::DAY * i64::try_from(dice.below(20)).unwrap();
            approval.approve.publish_at = Some(town.now().plus(days).0);
            Command::Approve(approval)
        }
        other => other,
    }
}

/// Rights come and go, and somebody tries to take some.
pub(super) fn change_rights(town: &mut Town, dice: &mut Dice) {
    let (whose, role) = *dice.pick(&[
        (MARTA, Role::Moderator),
        (EXTERNAL[0], Role::Reviewer),
        (KIPTOO, Role::Publisher),
        (ADMINISTRATOR, Role::Moderator),
    ]);
    let by = *dice.pick(&[ADMINISTRATOR, ADMINISTRATOR, MARTA, REGISTRAR]);
    if dice.one_in(3) {
        let command = revocation(town, dice);
        let _ = town.ask_moderation(Ask::by(by, command));
        return;
    }
    let grant = v1::GrantDesignation {
        subject: whose.to_vec(),
        role: role.number(),
        reviewer_kind: if role == Role::Reviewer { 2 } else { 0 },
        record_types: if dice.one_in(2) { vec!["event".to_owned()] } else { Vec::new() },
        ..v1::GrantDesignation::default()
    };
    let _ = town.ask_moderation(Ask::by(by, Command::GrantDesignation(grant)));
}

/// Words are ordered to be destroyed: mostly by who may, mostly where they do not stand in public.
pub(super) fn erase(town: &mut Town, dice: &mut Dice, id: EntryId) {
    let by = *dice.pick(&[RECORDS, RECORDS, RECORDS, MARTA]);
    let scope = *dice.pick(&[Scope::Words, Scope::Content, Scope::PersonalValues]);
    let command = erase_words(town, scope, id);
    let _ = town.ask_moderation(Ask::by(by, command).on(id));
}

/// Some right of somebody ends, or had ended before.
fn revocation(town: &Town, dice: &mut Dice) -> Command {
    let held: Vec<_> = town.moderation.state().designations.all().map(|held| held.designation.id).collect();
    Command::RevokeDesignation(v1::RevokeDesignation { designation: dice.pick(&held).to_vec() })
}
