//! How reviews end, and what the entry is afterwards.

use dossier_engine::testing::Ask;
use dossier_proto::{Payload, v1};

use super::cast::{AIGERIM, opened, save, submit, withdraw};
use crate::domain::{Command, Holder, Refusal, WorkState, Workflow};

#[test]
fn requested_changes_give_the_body_the_next_move_from_the_moment_they_were_requested() {
    let mut told = opened();
    let entry = told.started();
    told.submitted(AIGERIM, entry);
    let requested = told.changes_requested(entry);
    let turn = told.entry(entry).turn();
    assert_eq!((turn.who, turn.since), (Holder::Contributor, requested.head.recorded_at));
    assert!(matches!(&told.entry(entry).workflow, Workflow::ChangesRequested { requested: place, .. }
        if *place == requested.head.place));
    assert_eq!(told.entry(entry).open_items.all(), [(1, 1)]);
}

#[test]
fn what_is_heard_never_moves_the_version_of_the_draft() {
    let mut told = opened();
    let entry = told.started();
    told.saved(AIGERIM, entry, &["title"]);
    told.submitted(AIGERIM, entry);
    told.changes_requested(entry);
    assert_eq!(told.entry(entry).version, 2);
    told.one(Ask::by(AIGERIM, save(3, &["title"])).on(entry).expecting(2));
}

#[test]
fn an_approved_entry_waits_for_its_edition_and_gets_number_and_address() {
    let mut told = opened();
    let entry = told.started();
    told.submitted(AIGERIM, entry);
    let approved = told.approved(entry);
    assert_eq!(told.entry(entry).turn().who, Holder::Publisher);
    told.published(entry, &approved);
    let public = told.entry(entry).public.clone().unwrap();
    assert_eq!((public.number.as_str(), public.edition), ("EVT-2026-00001", 1));
    assert_eq!(told.state_of(entry), WorkState::Published);
    assert_eq!(told.entry(entry).turn().who, Holder::Nobody);
}

#[test]
fn a_refused_entry_is_refused_for_good() {
    let mut told = opened();
    let entry = told.started();
    told.submitted(AIGERIM, entry);
    told.refused(entry);
    for command in [save(2, &["title"]), submit(told.entry(entry)), withdraw(), Command::OpenRevision] {
        let outcome = told.ask(Ask::by(AIGERIM, command).on(entry).expecting(1));
        assert!(matches!(outcome, Err(Refusal::WrongState { state: WorkState::Refused, .. })), "{outcome:?}");
    }
}

#[test]
fn an_approval_that_becomes_no_edition_gives_the_draft_back() {
    let mut told = opened();
    let entry = told.started();
    told.submitted(AIGERIM, entry);
    let approved = told.approved(entry);
    let declined = v1::PublicationDeclined {
        command: Some(v1::PublishEdition { approved: Some(approved.head.place.into()) }),
        refusal: None,
    };
    told.publication(entry, Payload::PublicationDeclined(declined.clone()));
    assert_eq!(told.state_of(entry), WorkState::Draft);
    told.submitted(AIGERIM, entry);
    told.publication(entry, Payload::PublicationDeclined(declined));
    assert_eq!(told.state_of(entry), WorkState::InReview, "it declined another approval");
}

#[test]
fn what_other_services_say_about_unknown_entries_or_in_anothers_name_is_left() {
    let mut told = opened();
    let entry = told.started();
    let submitted = told.submitted(AIGERIM, entry);
    let before = told.0.log().len();
    let approved = || Payload::Approved(v1::Approved { submitted: Some(submitted.into()), ..Default::default() });
    told.moderation(Some(dossier_proto::EntryId([77; 16])), approved());
    told.publication(entry, approved());
    told.moderation(Some(entry), Payload::ReviewOpened(v1::ReviewOpened::default()));
    assert_eq!(told.0.log().len(), before);
    assert_eq!(told.state_of(entry), WorkState::InReview);
}

#[test]
fn the_registry_in_force_is_the_one_adopted_last() {
    let mut told = opened();
    for tag in [1, 2] {
        let command = Some(v1::AdoptRegistry { document: b"{}".to_vec(), digest: vec![tag; 32] });
        told.moderation(None, Payload::RegistryAdopted(v1::RegistryAdopted { command }));
    }
    assert_eq!(told.0.state().registry, Some(dossier_proto::Digest([2; 32])));
    let entry = told.started();
    assert_eq!(told.0.log().last().unwrap().0.head.registry, Some(dossier_proto::Digest([2; 32])), "{entry}");
}
