//! The secretariat files papers on behalf of bodies, and both names are on record; the embargo a body asks for.

use dossier_engine::testing::Ask;
use dossier_identity::{NotEntitledReason, Role};
use dossier_proto::{EntryId, Micros, Payload, v1};

use super::cast::{
    AIGERIM, DAMIR, RECORDS, Told, body, cleared, days, save, sealed, start, submit, submit_with, withdraw,
};
use crate::domain::{Command, EMBARGO_DAYS_MAX, Refusal, WorkState};

fn paper(received: Micros) -> Command {
    let Command::StartDraft(start) = start("KAZ") else { panic!("not a start") };
    Command::StartDraft(v1::StartDraft { received_at: Some(received.0), signatory: Some(sealed(61)), ..start })
}

fn filed(told: &mut Told) -> EntryId {
    let command = paper(told.0.now().plus(-days(3)));
    told.one(Ask::by(RECORDS, command).on_behalf_of(body("KAZ"))).head.entry.unwrap()
}

#[test]
fn a_paper_is_filed_and_submitted_by_the_secretariat_in_the_name_of_its_body() {
    let mut told = cleared();
    let received = told.0.now().plus(-days(3));
    let started = told.one(Ask::by(RECORDS, paper(received)).on_behalf_of(body("KAZ")));
    assert_eq!((started.head.actor.person(), &started.head.on_behalf_of), (Some(RECORDS), &Some(body("KAZ"))));
    let entry = started.head.entry.unwrap();
    assert_eq!(told.entry(entry).facts.received_at, Some(received));
    assert!(received < started.head.recorded_at);
    told.one(Ask::by(RECORDS, save(2, &["title"])).on(entry).on_behalf_of(body("KAZ")).expecting(1));
    let event = told.one(Ask::by(RECORDS, submit(told.entry(entry))).on(entry).on_behalf_of(body("KAZ")));
    assert!(matches!(event.payload, Some(Payload::Submitted(_))));
    assert_eq!((event.head.actor.person(), event.head.on_behalf_of), (Some(RECORDS), Some(body("KAZ"))));
    told.one(Ask::by(RECORDS, Command::AskRecall).on(entry).on_behalf_of(body("KAZ")));
    told.0.replayed();
}

#[test]
fn the_body_goes_on_with_what_was_filed_for_it() {
    let mut told = cleared();
    let entry = filed(&mut told);
    told.saved(AIGERIM, entry, &["title"]);
    told.submitted(AIGERIM, entry);
    assert_eq!(told.entry(entry).lineage.len(), 2);
}

#[test]
fn a_paper_has_come_before_it_is_filed_and_somebody_signed_it() {
    let mut told = cleared();
    let now = told.0.now();
    let Command::StartDraft(whole) = paper(now.plus(-1)) else { panic!("not a start") };
    let late = v1::StartDraft { received_at: Some(now.plus(days(1)).0), ..whole.clone() };
    let unsigned = v1::StartDraft { signatory: None, ..whole.clone() };
    for wrong in [late, unsigned] {
        let ask = Ask::by(RECORDS, Command::StartDraft(wrong)).on_behalf_of(body("KAZ"));
        assert_eq!(told.ask(ask), Err(Refusal::NoPaper));
    }
    for named in [None, Some("KEN")] {
        let ask = Ask::by(RECORDS, Command::StartDraft(whole.clone()));
        let ask = named.into_iter().fold(ask, |ask, code| ask.on_behalf_of(body(code)));
        assert_eq!(told.ask(ask), Err(Refusal::NotInItsName));
    }
    // A contributor has no paper to name.
    let signed = v1::StartDraft { received_at: None, ..whole };
    assert_eq!(told.ask(Ask::by(AIGERIM, Command::StartDraft(signed))), Err(Refusal::NoPaper));
}

#[test]
fn only_a_records_manager_files_papers_and_only_what_was_filed() {
    let mut told = cleared();
    let command = paper(told.0.now().plus(-1));
    let outcome = told.ask(Ask::by(AIGERIM, command).on_behalf_of(body("KAZ")));
    let Err(Refusal::NoDesignation { role, reason, .. }) = outcome else { panic!("{outcome:?}") };
    assert_eq!((role, reason), (Role::RecordsManager, NotEntitledReason::NoDesignation));
    let ask = Ask::by(RECORDS, start("KAZ")).on_behalf_of(body("KAZ"));
    assert!(matches!(told.ask(ask), Err(Refusal::NoDesignation { role: Role::Contributor, .. })));

    let own = told.started();
    for command in [save(2, &["title"]), submit(told.entry(own)), withdraw()] {
        let outcome = told.ask(Ask::by(RECORDS, command).on(own).on_behalf_of(body("KAZ")).expecting(1));
        assert!(matches!(outcome, Err(Refusal::NoDesignation { .. })), "{outcome:?}");
    }
    let entry = filed(&mut told);
    for ask in [Ask::by(RECORDS, submit(told.entry(entry))), Ask::by(AIGERIM, withdraw()).on_behalf_of(body("KEN"))] {
        assert_eq!(told.ask(ask.on(entry)), Err(Refusal::NotInItsName));
    }
    told.0.replayed();
}

#[test]
fn what_was_filed_of_a_state_is_cleared_too() {
    let mut told = cleared();
    let Command::StartDraft(event) = paper(told.0.now().plus(-1)) else { panic!("not a start") };
    let practice = Command::StartDraft(v1::StartDraft { record_type: "practice".to_owned(), ..event });
    let entry = told.one(Ask::by(RECORDS, practice).on_behalf_of(body("KAZ"))).head.entry.unwrap();
    told.one(Ask::by(RECORDS, submit(told.entry(entry))).on(entry).on_behalf_of(body("KAZ")));
    assert_eq!(told.state_of(entry), WorkState::AwaitingClearance);
    told.designate_as(RECORDS, Role::PublishingAuthority, "KAZ", &[]);
    let own = told.ask(Ask::by(RECORDS, told.clear(entry)).on(entry));
    assert!(matches!(own, Err(Refusal::OwnSubmission { .. })), "{own:?}");
    told.0.given(Ask::by(DAMIR, told.clear(entry)).on(entry));
    told.0.replayed();
}

#[test]
fn an_embargo_ends_in_the_time_to_come() {
    let mut told = cleared();
    let entry = told.started();
    let until = |moment: i64| move |submit: &mut v1::Submit| submit.embargo_until = Some(moment);
    let now = told.0.now();
    for wrong in [now.0, now.0 - 1, i64::MIN, now.plus(days(EMBARGO_DAYS_MAX) + 1).0, i64::MAX] {
        let command = submit_with(told.entry(entry), until(wrong));
        assert_eq!(told.ask(Ask::by(AIGERIM, command).on(entry)), Err(Refusal::EmbargoUnfit), "{wrong}");
    }
    let until = until(now.plus(days(30)).0);
    let event = told.one(Ask::by(AIGERIM, submit_with(told.entry(entry), until)).on(entry));
    let Some(Payload::Submitted(submitted)) = event.payload else { panic!("not submitted") };
    assert_eq!(submitted.command.unwrap().embargo_until, Some(now.plus(days(30)).0));
    assert_eq!(told.entry(entry).embargo_until, Some(now.plus(days(30))));
    told.0.replayed();
}
