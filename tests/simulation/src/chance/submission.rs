//! What bodies do.

use dossier_engine::testing::{Ask, Dice};
use dossier_proto::{Actor, EntryId, Micros, Origin, SubjectId, v1};
use dossier_submission::domain::{Command, WorkState};

use super::{looked_at, somebody};
use crate::{
    Town,
    asking::submission::{all, clear, clear_retraction, entry, file_paper, save, start, submit},
    people::{AIGERIM, BOLAT, DAMIR, KIPTOO, OTIENO, RECORDS, SAULE, TIMUR, WANJIRU},
    words::Text,
};

const TYPES: [&str; 6] = ["event", "event", "practice", "practice", "pledge", "report"];
const FIELDS: [&str; 3] = ["title", "description", "images"];

fn writers(body: &str) -> &'static [SubjectId] {
    if body == "KAZ" { &[AIGERIM, AIGERIM, BOLAT, SAULE, TIMUR] } else { &[WANJIRU, WANJIRU, KIPTOO] }
}

fn authorities(body: &str) -> &'static [SubjectId] {
    if body == "KAZ" { &[DAMIR, SAULE] } else { &[OTIENO] }
}

/// Somebody begins an entry.
pub(super) fn begin(town: &mut Town, dice: &mut Dice, body: &str) {
    let record_type = *dice.pick(&TYPES);
    let ask = if dice.one_in(6) {
        Ask::by(RECORDS, file_paper(town, record_type, body)).on_behalf_of(body.parse().unwrap())
    } else {
        Ask::by(somebody(dice, writers(body)), start(town, record_type, body))
    };
    let _ = town.ask_submission(ask);
}

/// Somebody asks for something about this entry.
pub(super) fn ask(town: &mut Town, dice: &mut Dice, id: EntryId) {
    let (body, version) = (entry(town, id).facts.body.to_string(), entry(town, id).version);
    if dice.one_in(40) {
        let by = Actor::System(Origin::Submission);
        let _ = town.ask_submission(Ask::by(by, Command::Expire).on(id));
        return;
    }
    let command = what(town, dice, id);
    let is_save = matches!(command, Command::SaveDraft(_));
    let clears = matches!(
        command,
        Command::Clear { .. }
            | Command::ReturnToBody(_)
            | Command::ClearRetraction { .. }
            | Command::ReturnRetraction(_)
    );
    let by = if clears { somebody(dice, authorities(&body)) } else { somebody(dice, writers(&body)) };
    let is_filed = entry(town, id).facts.received_at.is_some();
    let by = if is_filed && !clears && dice.one_in(2) { RECORDS } else { by };
    // What begins an entry is about none.
    let begins = matches!(command, Command::StartDraft(_));
    let ask = Ask::by(by, forgetful(command, dice));
    let ask = if begins { ask } else { ask.on(id) };
    let ask = if by == RECORDS { ask.on_behalf_of(body.parse().unwrap()) } else { ask };
    let ask = if is_save && !dice.one_in(12) { ask.expecting(version) } else { looked_at(ask, dice, version) };
    let _ = town.ask_submission(ask);
}

fn what(town: &mut Town, dice: &mut Dice, id: EntryId) -> Command {
    let state = entry(town, id).state();
    let is_proposed = entry(town, id).public.as_ref().is_some_and(|public| public.retraction_proposed.is_some());
    let is_corrected = entry(town, id).public.as_ref().is_some_and(|public| public.corrected.is_some());
    match (state, dice.below(8)) {
        (WorkState::Draft | WorkState::ChangesRequested, 0..4) => embargoed(submit(town, id), town, dice),
        (WorkState::Draft | WorkState::ChangesRequested, 4 | 5) => {
            let (text, field) = (some_text(town, dice, id), *dice.pick(&FIELDS));
            save(town, id, text, &[field])
        }
        (WorkState::AwaitingClearance, 0..5) => clear(town, id),
        (WorkState::Published, 0..3) => Command::OpenRevision,
        (WorkState::Refused, 0..5) => Command::AskAppeal(v1::AskAppeal { reason: Some(town.words.sealed()) }),
        (_, 0..3) if is_proposed => clear_retraction(town, id),
        (_, 3 | 4) if is_corrected => {
            Command::ObjectToCorrection(v1::ObjectToCorrection { reason: Some(town.words.sealed()) })
        }
        _ => {
            let mut all = all(town, id);
            let chosen = all.swap_remove(usize::try_from(dice.below(all.len() as u64)).unwrap());
            // What ends an entry comes, and not all the time.
            let ends = matches!(chosen, Command::Withdraw(_) | Command::AskRetraction(_));
            if ends && dice.one_in(2) { submit(town, id) } else { chosen }
        }
    }
}

/// Something new, or what was said before.
fn some_text(town: &mut Town, dice: &mut Dice, id: EntryId) -> Text {
    let earlier: Vec<_> = entry(town, id).submitted.values().filter_map(|digest| town.words.said(digest)).collect();
    if earlier.is_empty() || dice.one_in(2) { town.words.text() } else { *dice.pick(&earlier) }
}

fn embargoed(command: Command, town: &Town, dice: &mut Dice) -> Command {
    let until = town.now().plus(Micros::DAY * i64::try_from(dice.below(30)).unwrap());
    match command {
        Command::Submit { mut submit, content } if dice.one_in(4) => {
            submit.embargo_until = Some(until.0);
            Command::Submit { submit, content }
        }
        other => other,
    }
}

/// Not everything is as it should be.
fn forgetful(command: Command, dice: &mut Dice) -> Command {
    if !dice.one_in(12) {
        return command;
    }
    match command {
        Command::Submit { mut submit, content } => {
            match dice.below(4) {
                0 => submit.certified = false,
                1 => submit.faults = 3,
                2 => submit.answers.clear(),
                _ => submit.digest = vec![9; 32],
            }
            Command::Submit { submit, content }
        }
        Command::Clear { mut clear, asked } => {
            clear.digest = vec![9; 32];
            Command::Clear { clear, asked }
        }
        Command::ReturnToBody(mut give_back) => {
            give_back.digest = vec![9; 32];
            Command::ReturnToBody(give_back)
        }
        other => other,
    }
}
