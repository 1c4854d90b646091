//! Anybody asks for anything at any time, the others answer or do not, and what must hold holds after every step.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use dossier_engine::testing::{Ask, Dice, for_seeds};
use dossier_proto::{EntryId, Payload, SubjectId, v1};

use super::cast::{
    AIGERIM, Asked, BOLAT, SYSTEM, Told, WANJIRU, ask_retraction, days, opened, save, start, submit_with, withdraw,
};
use crate::domain::{Command, Entry, WorkState, Workflow};

const FIELDS: [&str; 4] = ["title", "dates", "location", "description"];

#[test]
fn what_must_hold_holds_in_every_order_of_things() {
    let reached = RefCell::new(BTreeSet::new());
    for_seeds(60, |dice| {
        let mut told = opened();
        for _ in 0..120 {
            let before = told.clone();
            step(&mut told, dice);
            check(&before, &told);
        }
        told.0.replayed();
        reached.borrow_mut().extend(told.0.state().entries.values().map(|entry| entry.workflow.state()));
    });
    if std::env::var_os("DOSSIER_SEED").is_none() {
        assert_eq!(reached.into_inner(), BTreeSet::from(WorkState::ALL), "the sequences go everywhere");
    }
}

fn step(told: &mut Told, dice: &mut Dice) {
    let entries: Vec<EntryId> = told.0.state().entries.keys().copied().collect();
    if entries.is_empty() || dice.one_in(12) {
        let _ = told.ask(Ask::by(*dice.pick(&[AIGERIM, BOLAT, WANJIRU]), start(dice.pick::<&str>(&["KAZ", "KEN"]))));
        return;
    }
    let entry = *dice.pick(&entries);
    match dice.below(10) {
        0 => told.0.wait(days(i64::try_from(dice.below(60)).unwrap())),
        1..=4 => others(told, dice, entry),
        _ => {
            let ask = somebody_asks(told, dice, entry);
            let _ = told.ask(ask);
        }
    }
}

fn somebody_asks(told: &Told, dice: &mut Dice, id: EntryId) -> Asked {
    let entry = told.entry(id);
    let command = match dice.below(9) {
        0..=2 => save(entry.saved + 1, &[*dice.pick(&FIELDS)]),
        3 | 4 => submission(entry, dice),
        5 => Command::AskRecall,
        6 => withdraw(),
        7 => Command::OpenRevision,
        _ => ask_retraction(),
    };
    let command = if dice.one_in(40) { Command::Expire } else { command };
    let by = if dice.one_in(20) { SYSTEM } else { person(dice, entry) };
    let ask = Ask::by(by, command).on(id);
    match dice.below(12) {
        0 => ask,
        1 => ask.expecting(entry.version + 1),
        _ => ask.expecting(entry.version),
    }
}

fn person(dice: &mut Dice, entry: &Entry) -> dossier_proto::Actor {
    let own: &[SubjectId] = if entry.facts.body.as_str() == "KAZ" { &[AIGERIM, BOLAT] } else { &[WANJIRU] };
    let subject = if dice.one_in(10) { dice.pick(&[AIGERIM, BOLAT, WANJIRU]) } else { dice.pick(own) };
    dossier_proto::Actor::Person(*subject)
}

fn submission(entry: &Entry, dice: &mut Dice) -> Command {
    let (what, earlier) = (dice.below(10), entry.submitted.keys().next().copied());
    submit_with(entry, |submit| match what {
        0 => submit.certified = false,
        1 => submit.faults = 2,
        2 => submit.digest = vec![9; 32],
        3 => submit.equals_revision = earlier,
        4 => submit.answers = vec![v1::Answer { item: 1, text: None }],
        _ => {}
    })
}

/// Moderation or publication does what it may do with the entry as it stands.
fn others(told: &mut Told, dice: &mut Dice, id: EntryId) {
    match told.entry(id).workflow.clone() {
        Workflow::InReview { submitted, asked: Some(asked) } if dice.one_in(2) => {
            let command = Some(v1::AnswerRequest { asked: Some(asked.place.into()) });
            let submitted = Some(submitted.into());
            let granted = match asked.what {
                crate::domain::Asking::Recall => Payload::RecallGranted(v1::RecallGranted { command, submitted }),
                crate::domain::Asking::Withdrawal => {
                    Payload::WithdrawalGranted(v1::WithdrawalGranted { command, submitted })
                }
            };
            told.moderation(Some(id), granted);
        }
        Workflow::InReview { asked, .. } => {
            let ended = match dice.below(3) {
                0 => told.changes_requested(id),
                1 => told.approved(id),
                _ => told.refused(id),
            };
            if let Some(asked) = asked {
                let command = Some(v1::AnswerRequest { asked: Some(asked.place.into()) });
                let late = v1::RequestTooLate { command, ended: Some(ended.head.place.into()) };
                told.moderation(Some(id), Payload::RequestTooLate(late));
            }
        }
        Workflow::Approved { approved } => {
            let command = Some(v1::PublishEdition { approved: Some(approved.into()) });
            if dice.one_in(4) {
                let declined = v1::PublicationDeclined { command, refusal: None };
                told.publication(id, Payload::PublicationDeclined(declined));
                return;
            }
            let mut event = told.0.log().last().unwrap().0.clone();
            event.head.place = approved;
            told.published(id, &event);
        }
        _ if told.entry(id).is_public() && dice.one_in(10) => {
            told.retracted(id);
        }
        _ => {}
    }
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
    assert!(entry.working.number <= entry.saved, "numbers of revisions are never given twice");
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
    if entry.working != former.working && entry.workflow.state() != WorkState::Published {
        assert!(entry.version > former.version, "words moved without the version");
    }
    let still = former.lineage.iter().all(|author| entry.lineage.has(author.subject));
    assert!(still, "an author was forgotten");
    if former.workflow.state() == WorkState::Retracted {
        assert_eq!(entry.workflow, former.workflow, "retracted is for ever");
    }
    if let Some(public) = &former.public {
        let now = entry.public.as_ref().expect("an edition vanished");
        assert_eq!(now.number, public.number);
        assert!(now.edition >= public.edition);
    }
}

/// Whatever moderation gets names everybody who ever saved, and the version moves with words alone.
fn check_event(before: &Told, event: &dossier_proto::Event) {
    let Some(id) = event.head.entry else { return };
    let former = before.0.state().entries.get(&id);
    match event.payload.as_ref().unwrap() {
        Payload::Submitted(submitted) => {
            let mut saved = BTreeMap::new();
            for (event, _) in before.0.log().iter().filter(|(event, _)| event.head.entry == Some(id)) {
                if let Some(Payload::DraftStarted(_) | Payload::DraftSaved(_)) = event.payload {
                    saved.entry(event.head.actor.person().unwrap().to_vec()).or_insert(event.head.place);
                }
            }
            let told = submitted.lineage.iter().map(|author| {
                (author.subject.clone(), dossier_proto::Place::try_from(author.written.as_ref().unwrap()).unwrap())
            });
            assert_eq!(told.collect::<BTreeMap<_, _>>(), saved, "the lineage (P6)");
        }
        Payload::DraftStarted(_) => assert_eq!(event.head.part_version, 1),
        Payload::DraftSaved(_) | Payload::RevisionOpened(_) => {
            assert_eq!(event.head.part_version, former.unwrap().version + 1);
        }
        Payload::Received(_) | Payload::SubmissionRefused(_) => {}
        _ => assert_eq!(event.head.part_version, former.unwrap().version),
    }
}
