//! Anybody asks for anything at any time, the others answer or do not, and what must hold holds after every step.

mod others;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use dossier_engine::testing::{Ask, Dice, for_seeds};
use dossier_proto::{Actor, EntryId, Event, Payload, Place, SubjectId, v1};

use super::cast::{
    AIGERIM, Asked, BOLAT, DAMIR, RECORDS, SAULE, SYSTEM, Told, WANJIRU, appeal, ask_retraction, body, cleared, days,
    give_back, object, save, sealed, start_of, submit_with, withdraw,
};
use crate::domain::{Command, Entry, WorkState, Workflow};

const FIELDS: [&str; 4] = ["title", "dates", "location", "description"];
const PEOPLE: [SubjectId; 6] = [AIGERIM, BOLAT, WANJIRU, DAMIR, SAULE, RECORDS];
const STEPS: usize = 200;

#[test]
fn what_must_hold_holds_in_every_order_of_things() {
    let reached = RefCell::new(BTreeSet::new());
    let recorded = RefCell::new(BTreeSet::new());
    for_seeds(60, |dice| {
        let mut told = cleared();
        // Somebody who writes and clears, so that clearing one's own is tried.
        told.designate(SAULE, "KAZ", &[]);
        for _ in 0..STEPS {
            let before = told.clone();
            step(&mut told, dice);
            check(&before, &told);
            reached.borrow_mut().extend(told.0.state().entries.values().map(Entry::state));
        }
        told.0.replayed();
        recorded.borrow_mut().extend(told.0.log().iter().map(|(event, _)| name(event)));
    });
    if std::env::var_os("DOSSIER_SEED").is_none() {
        assert_eq!(reached.into_inner(), BTreeSet::from(WorkState::ALL), "the sequences go everywhere");
        let recorded = recorded.into_inner();
        for wanted in ["Cleared", "ClearanceReturned", "ClearanceRecalled", "RetractionCleared", "AppealAsked"] {
            assert!(recorded.contains(wanted), "{wanted} never happened: {recorded:?}");
        }
        for wanted in ["CorrectionObjected", "Reminded", "LettersEnded", "InboxRead"] {
            assert!(recorded.contains(wanted), "{wanted} never happened: {recorded:?}");
        }
    }
}

/// The name of what happened.
fn name(event: &Event) -> String {
    let shown = format!("{:?}", event.payload.as_ref().unwrap());
    shown.split(['(', ' ', '{']).next().unwrap_or_default().to_owned()
}

fn step(told: &mut Told, dice: &mut Dice) {
    let entries: Vec<EntryId> = told.0.state().entries.keys().copied().collect();
    if entries.is_empty() || dice.one_in(40) {
        let _ = told.ask(begin(told, dice));
        return;
    }
    let entry = *dice.pick(&entries);
    match dice.below(10) {
        0 => told.0.wait(days(i64::try_from(dice.below(60)).unwrap())),
        1..=4 => others::act(told, dice, entry),
        _ => {
            let ask = somebody_asks(told, dice, entry);
            let _ = told.ask(ask);
        }
    }
}

fn begin(told: &Told, dice: &mut Dice) -> Asked {
    let (kind, of) = (*dice.pick(&["event", "practice", "practice"]), *dice.pick(&["KAZ", "KAZ", "KEN"]));
    let Command::StartDraft(start) = start_of(kind, of) else { panic!("not a start") };
    if dice.one_in(4) {
        let received_at = Some(told.0.now().0 + if dice.one_in(5) { days(1) } else { -days(1) });
        let paper = v1::StartDraft { received_at, signatory: Some(sealed(61)), ..start };
        return Ask::by(RECORDS, Command::StartDraft(paper)).on_behalf_of(body(of));
    }
    Ask::by(*dice.pick(&PEOPLE), Command::StartDraft(start))
}

fn somebody_asks(told: &Told, dice: &mut Dice, id: EntryId) -> Asked {
    let entry = told.entry(id);
    let is_proposed = entry.public.as_ref().is_some_and(|public| public.retraction_proposed.is_some());
    let may_be_proposed = entry.has_edition() && entry.facts.record_type == "practice" && !is_proposed;
    if may_be_proposed && dice.one_in(4) {
        return Ask::by(*dice.pick(&[AIGERIM, BOLAT, WANJIRU]), ask_retraction()).on(id);
    }
    if is_proposed && !dice.one_in(3) {
        let by = *dice.pick(&[AIGERIM, DAMIR, DAMIR, SAULE]);
        let command = if dice.one_in(5) { return_retraction(entry) } else { clear_retraction(told, entry) };
        return Ask::by(by, command).on(id);
    }
    // What is cleared comes to be public seldom; then its contributors want it back.
    if entry.has_edition() && !is_proposed && entry.facts.record_type == "practice" && dice.one_in(3) {
        return Ask::by(*dice.pick(&[AIGERIM, BOLAT]), ask_retraction()).on(id);
    }
    let command = match &entry.workflow {
        Workflow::AwaitingClearance { .. } if dice.one_in(2) => clearance(told, dice, id),
        _ => match dice.below(12) {
            0..=2 => save(entry.saved + 1, &[*dice.pick(&FIELDS)]),
            3 | 4 => submission(told, entry, dice),
            5 => Command::AskRecall,
            6 => withdraw(),
            7 => Command::OpenRevision,
            8 => appeal(),
            9 => object(),
            10 => clear_retraction(told, entry),
            _ => ask_retraction(),
        },
    };
    let command = if dice.one_in(40) { Command::Expire } else { command };
    let command = if dice.one_in(30) { of_letters(told, dice, entry) } else { command };
    let by = if dice.one_in(20) { SYSTEM } else { person(dice, entry) };
    let is_of_an_inbox = matches!(command, Command::RecordLetters(_) | Command::ReadInbox(_)) && !dice.one_in(5);
    let ask = if is_of_an_inbox { Ask::by(by, command) } else { Ask::by(by, command).on(id) };
    let ask = if by == Actor::Person(RECORDS) { ask.on_behalf_of(entry.facts.body.clone()) } else { ask };
    match dice.below(12) {
        0 => ask,
        1 => ask.expecting(entry.version + 1),
        _ => ask.expecting(entry.version),
    }
}

/// What is told of entries: reminders, how letters ended, what was read; of things that are so and things that are not.
fn of_letters(told: &Told, dice: &mut Dice, entry: &Entry) -> Command {
    let place = dice.pick(told.0.log()).0.head.place;
    match (dice.below(3), &entry.workflow) {
        (0, Workflow::ChangesRequested { requested: since, .. } | Workflow::AwaitingClearance { asked: since, .. }) => {
            Command::Remind(v1::Remind { days: *dice.pick(&[7, 30, 60, 76, 80]), since: Some((*since).into()) })
        }
        (0, _) => Command::Remind(v1::Remind { days: 7, since: Some(place.into()) }),
        (1, _) => {
            let outcome = i32::try_from(dice.below(4)).unwrap();
            let end = v1::LetterEnd { letter: vec![7; 16], outcome, attempts: 1 };
            Command::RecordLetters(v1::RecordLetters { letters: vec![end; usize::try_from(dice.below(3)).unwrap()] })
        }
        _ => Command::ReadInbox(v1::ReadInbox { through: Some(place.into()) }),
    }
}

fn clearance(told: &Told, dice: &mut Dice, id: EntryId) -> Command {
    match dice.below(6) {
        0 | 1 => give_back(told.entry(id)),
        2 => Command::Clear { clear: v1::Clear { digest: vec![9; 32], note: None }, asked: None },
        _ => told.clear(id),
    }
}

fn clear_retraction(told: &Told, entry: &Entry) -> Command {
    let proposed = entry.public.as_ref().and_then(|public| public.retraction_proposed.as_ref());
    let place = proposed.map(|proposed| proposed.place);
    let event = place.map(|place| &told.0.log()[usize::try_from(place.sequence).unwrap()].0.payload);
    let reason = match event {
        Some(Some(Payload::RetractionProposed(proposed))) => proposed.command.clone().unwrap().reason,
        _ => None,
    };
    Command::ClearRetraction { clear: v1::ClearRetraction { proposed: place.map(Into::into) }, reason }
}

fn return_retraction(entry: &Entry) -> Command {
    let proposed = entry.public.as_ref().and_then(|public| public.retraction_proposed.as_ref());
    let proposed = proposed.map(|proposed| proposed.place.into());
    Command::ReturnRetraction(v1::ReturnRetraction { proposed, reason: Some(sealed(52)) })
}

fn person(dice: &mut Dice, entry: &Entry) -> Actor {
    let own: &[SubjectId] =
        if entry.facts.body.as_str() == "KAZ" { &[AIGERIM, BOLAT, DAMIR, SAULE] } else { &[WANJIRU, WANJIRU, RECORDS] };
    let subject = if dice.one_in(8) { dice.pick(&PEOPLE) } else { dice.pick(own) };
    Actor::Person(*subject)
}

fn submission(told: &Told, entry: &Entry, dice: &mut Dice) -> Command {
    let (what, earlier) = (dice.below(14), entry.submitted.keys().next().copied());
    let now = told.0.now();
    submit_with(entry, |submit| match what {
        0 => submit.certified = false,
        1 => submit.faults = 2,
        2 => submit.digest = vec![9; 32],
        3 => submit.equals_revision = earlier,
        4 => submit.answers = vec![v1::Answer { item: 1, text: None, round: 0 }],
        5 => submit.embargo_until = Some(now.plus(days(3)).0),
        6 => submit.embargo_until = Some(now.0),
        _ => {}
    })
}

fn check(before: &Told, now: &Told) {
    assert!(now.0.state().expiries_are_true(), "the list of expiries");
    for (id, entry) in &now.0.state().entries {
        check_entry(entry);
        if let Some(former) = before.0.state().entries.get(id) {
            check_step(former, entry);
        }
    }
    let added = &now.0.log()[before.0.log().len()..];
    for (event, _) in added {
        check_event(before, event);
    }
}

fn check_entry(entry: &Entry) {
    assert!(!entry.lineage.is_empty(), "everything was written by somebody");
    if entry.workflow.under_review().is_some() {
        let told = entry.submitted.get(&entry.working.number);
        assert_eq!(told, Some(&entry.working.digest), "what is in review was submitted");
    }
    if matches!(entry.workflow, Workflow::Published) {
        let public = entry.public.as_ref().expect("what is published has an edition");
        assert_eq!(entry.working, public.revision);
    }
}

fn check_step(former: &Entry, entry: &Entry) {
    assert!(entry.version >= former.version && entry.saved >= former.saved && entry.round >= former.round);
    if entry.working != former.working && !matches!(entry.workflow, Workflow::Published) {
        assert!(entry.version > former.version, "words moved without the version");
    }
    let still = former.lineage.iter().all(|author| entry.lineage.has(author.subject));
    assert!(still, "an author was forgotten");
    if former.state() == WorkState::Retracted {
        assert_eq!(entry.workflow, former.workflow, "retracted is for ever");
    }
    if let Some(public) = &former.public {
        let now = entry.public.as_ref().expect("an edition vanished");
        assert_eq!(now.number, public.number);
        assert!(now.edition >= public.edition);
    }
    // P13: nothing of a state's practice is in review that its authority did not let go since the last word in it.
    let was_away = former.workflow.under_review().is_some();
    if former.facts.record_type == "practice"
        && former.facts.body.as_str() == "KAZ"
        && entry.workflow.under_review().is_some()
        && !was_away
        && former.round == 0
    {
        assert_eq!(former.state(), WorkState::AwaitingClearance, "it left the body uncleared");
    }
}

/// Whatever moderation gets names everybody who ever saved, and the version moves with words alone.
fn check_event(before: &Told, event: &Event) {
    let Some(id) = event.head.entry else { return };
    let former = before.0.state().entries.get(&id);
    match event.payload.as_ref().unwrap() {
        Payload::Submitted(submitted) => {
            assert_eq!(written(&submitted.lineage), saved_by(before, id), "the lineage (P6)");
            if let Some(asked) = &submitted.clearance_asked {
                let submitter = SubjectId(submitted.submitter.as_slice().try_into().unwrap());
                assert_ne!(event.head.actor.person(), Some(submitter), "nobody clears what they submit");
                let asked = Place::try_from(asked).unwrap();
                let (question, _) = &before.0.log()[usize::try_from(asked.sequence).unwrap()];
                assert_eq!(question.head.actor.person(), Some(submitter));
            }
        }
        Payload::ClearanceAsked(asked) => assert_eq!(written(&asked.lineage), saved_by(before, id), "the lineage (P6)"),
        Payload::DraftStarted(_) => assert_eq!(event.head.part_version, 1),
        Payload::DraftSaved(_) | Payload::RevisionOpened(_) => {
            assert_eq!(event.head.part_version, former.unwrap().version + 1);
        }
        Payload::Received(_) | Payload::SubmissionRefused(_) => {}
        _ => assert_eq!(event.head.part_version, former.unwrap().version),
    }
}

fn written(lineage: &[v1::Author]) -> BTreeMap<Vec<u8>, Place> {
    let place = |author: &v1::Author| Place::try_from(author.written.as_ref().unwrap()).unwrap();
    lineage.iter().map(|author| (author.subject.clone(), place(author))).collect()
}

fn saved_by(before: &Told, id: EntryId) -> BTreeMap<Vec<u8>, Place> {
    let mut saved = BTreeMap::new();
    for (event, _) in before.0.log().iter().filter(|(event, _)| event.head.entry == Some(id)) {
        if let Some(Payload::DraftStarted(_) | Payload::DraftSaved(_)) = event.payload {
            saved.entry(event.head.actor.person().unwrap().to_vec()).or_insert(event.head.place);
        }
    }
    saved
}
