use dossier_engine::testing::Ask;
use dossier_proto::{Digest, EntryId, Payload, SubjectId, v1};

use super::cast::{AIGERIM, BOLAT, WANJIRU, body, opened, save, start};
use crate::domain::{AUTHORS_MAX, Command, Refusal, WorkState};

#[test]
fn an_entry_is_named_by_the_event_that_started_it() {
    let mut told = opened();
    let started = told.one(Ask::by(AIGERIM, start("KAZ")));
    assert_eq!(started.head.entry, Some(EntryId(started.head.id.0)));
    assert_eq!(started.head.part_version, 1);
    let entry = told.entry(started.head.entry.unwrap());
    assert_eq!((entry.version, entry.saved, entry.round), (1, 1, 0));
    assert_eq!(entry.state(), WorkState::Draft);
    assert_eq!(entry.facts.body, body("KAZ"));
    told.0.replayed();
}

#[test]
fn filing_for_a_body_records_both_names() {
    let mut told = opened();
    let started = told.one(Ask::by(AIGERIM, start("KAZ")).on_behalf_of(body("KAZ")));
    assert_eq!(started.head.on_behalf_of, Some(body("KAZ")));
    assert_eq!(started.head.actor.person(), Some(AIGERIM));
    let other = told.ask(Ask::by(AIGERIM, start("KAZ")).on_behalf_of(body("KEN")));
    assert!(matches!(other, Err(Refusal::Malformed(_))), "{other:?}");
}

#[test]
fn the_same_file_files_nothing_twice_for_the_same_body() {
    let mut told = opened();
    let from = |body: &str, file: u8| {
        let Command::StartDraft(start) = start(body) else { panic!("not a start") };
        Command::StartDraft(v1::StartDraft { source_digest: vec![file; 32], ..start })
    };
    let first = told.one(Ask::by(AIGERIM, from("KAZ", 1))).head.entry.unwrap();
    assert_eq!(told.ask(Ask::by(BOLAT, from("KAZ", 1))), Ok(Vec::new()));
    assert_eq!(told.0.state().filed_from(&body("KAZ"), Digest([1; 32])), Some(first));
    told.one(Ask::by(WANJIRU, from("KEN", 1)));
    told.one(Ask::by(AIGERIM, from("KAZ", 2)));
    told.one(Ask::by(AIGERIM, super::cast::withdraw()).on(first));
    let again = told.one(Ask::by(AIGERIM, from("KAZ", 1))).head.entry.unwrap();
    assert_eq!(told.0.state().filed_from(&body("KAZ"), Digest([1; 32])), Some(again));
    told.0.replayed();
}

#[test]
fn a_save_makes_the_next_revision_and_the_next_version() {
    let mut told = opened();
    let entry = told.started();
    let saved = told.saved(BOLAT, entry, &["title"]);
    assert_eq!(saved.head.part_version, 2);
    assert_eq!(told.entry(entry).working.number, 2);
    assert_eq!((told.entry(entry).version, told.entry(entry).saved), (2, 2));
}

/// Payload CMS, run and seen: a stale If-Match is ignored, and concurrent edits overwrite each other.
#[test]
fn a_save_on_a_stale_version_is_refused() {
    let mut told = opened();
    let entry = told.started();
    told.saved(AIGERIM, entry, &["title"]);
    let late = told.ask(Ask::by(BOLAT, save(3, &["title"])).on(entry).expecting(1));
    assert_eq!(late, Err(Refusal::VersionMismatch { current: 2 }));
    assert_eq!(told.entry(entry).working.number, 2, "nothing was overwritten");
}

#[test]
fn a_save_without_a_version_is_refused() {
    let mut told = opened();
    let entry = told.started();
    let blind = told.ask(Ask::by(AIGERIM, save(2, &["title"])).on(entry));
    assert_eq!(blind, Err(Refusal::VersionRequired { current: 1 }));
}

/// Wagtail: saving without a change resets the whole review.
#[test]
fn a_save_that_changes_nothing_is_no_event() {
    let mut told = opened();
    let entry = told.started();
    let before = told.0.state().clone();
    let nothing = Command::SaveDraft(v1::SaveDraft { content: None, fields: Vec::new() });
    assert_eq!(told.ask(Ask::by(AIGERIM, nothing.clone()).on(entry).expecting(1)), Ok(Vec::new()));
    assert_eq!(told.0.state(), &before);
    let stale = told.ask(Ask::by(AIGERIM, nothing).on(entry).expecting(7));
    assert_eq!(stale, Err(Refusal::VersionMismatch { current: 1 }), "a stale page is told so all the same");
}

#[test]
fn what_is_in_review_is_not_written_on() {
    let mut told = opened();
    let entry = told.started();
    told.submitted(AIGERIM, entry);
    let refused = told.ask(Ask::by(AIGERIM, save(2, &["title"])).on(entry).expecting(1)).unwrap_err();
    assert!(matches!(refused, Refusal::WrongState { state: WorkState::InReview, .. }), "{refused:?}");
    assert!(refused.to_string().contains("a moderator has the next move"), "{refused}");
}

#[test]
fn a_revision_out_of_order_or_unsealed_is_refused() {
    let mut told = opened();
    let entry = told.started();
    for command in [
        save(3, &["title"]),
        Command::SaveDraft(v1::SaveDraft { content: None, fields: vec!["title".to_owned()] }),
        save(2, &vec!["title"; 65]),
    ] {
        let refused = told.ask(Ask::by(AIGERIM, command).on(entry).expecting(1));
        assert!(matches!(refused, Err(Refusal::Malformed(_))), "{refused:?}");
    }
}

#[test]
fn the_lineage_names_everybody_once_with_all_fields_and_the_first_event() {
    let mut told = opened();
    let entry = told.started();
    let first = told.saved(BOLAT, entry, &["title"]).head.place;
    told.saved(BOLAT, entry, &["location", "title"]);
    told.saved(AIGERIM, entry, &["location"]);
    let submitted = told.one(Ask::by(AIGERIM, super::cast::submit(told.entry(entry))).on(entry));
    let Some(Payload::Submitted(submitted)) = submitted.payload else { panic!("not submitted") };
    let [aigerim, bolat] = submitted.lineage.as_slice() else { panic!("two authors: {:?}", submitted.lineage) };
    assert_eq!(aigerim.subject, AIGERIM.to_vec());
    assert_eq!(aigerim.fields, ["title", "dates", "location"]);
    assert_eq!(bolat.subject, BOLAT.to_vec());
    assert_eq!(bolat.fields, ["title", "location"]);
    assert_eq!(bolat.written, Some(first.into()));
}

#[test]
fn more_authors_than_an_event_can_name_are_refused() {
    let mut told = opened();
    let entry = told.started();
    for number in 1..=AUTHORS_MAX {
        let subject = SubjectId([100 + u8::try_from(number).unwrap(); 16]);
        told.designate(subject, "KAZ", &[]);
        let (saved, version) = (told.entry(entry).saved, told.entry(entry).version);
        let outcome = told.ask(Ask::by(subject, save(saved + 1, &["title"])).on(entry).expecting(version));
        // Aigerim is the first author, so the last of these is one too many.
        assert_eq!(outcome.is_ok(), number < AUTHORS_MAX, "author {number}: {outcome:?}");
    }
    told.saved(AIGERIM, entry, &["title"]);
}
