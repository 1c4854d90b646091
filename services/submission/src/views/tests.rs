//! The view over the same stories as the decider's: what it lists is what the facts say.

use std::collections::BTreeSet;

use dossier_engine::{
    View,
    testing::{Ask, Story},
};
use dossier_proto::{BodyCode, EntryId, KeyId, Origin, Payload, SubjectId, v1};

use super::{Entries, Happened, Party};
use crate::{
    domain::{Command, Submission, WorkState},
    keys,
};

const AIGERIM: SubjectId = SubjectId([1; 16]);

fn sealed(key: u8) -> Option<v1::Sealed> {
    Some(v1::Sealed { key_id: vec![key; 16], nonce: vec![0; 24], ciphertext: vec![0; 80] })
}

fn content(revision: u32, key: u8) -> v1::Content {
    let personal =
        v1::PersonalValue { pointer: "/contact".to_owned(), commitment: vec![0; 32], sealed: sealed(key + 100) };
    v1::Content { revision, digest: vec![key; 32], sealed: sealed(key), personal: vec![personal], files: Vec::new() }
}

fn designated() -> Story<Submission> {
    let mut story = Story::new();
    let grant = v1::GrantDesignation {
        subject: AIGERIM.to_vec(),
        role: dossier_identity::Role::Contributor.number(),
        body: "KAZ".to_owned(),
        ..Default::default()
    };
    let granted = Payload::DesignationGranted(v1::DesignationGranted { command: Some(grant) });
    story.hear(dossier_proto::Actor::System(Origin::Moderation), Origin::Moderation, None, granted);
    story
}

fn started(story: &mut Story<Submission>, key: u8) -> EntryId {
    let start = v1::StartDraft {
        record_type: "event".to_owned(),
        body: "KAZ".to_owned(),
        original_language: "en".to_owned(),
        content: Some(content(1, key)),
        fields: vec!["title".to_owned()],
        source_digest: Vec::new(),
        ..v1::StartDraft::default()
    };
    story.given(Ask::by(AIGERIM, Command::StartDraft(start)))[0].head.entry.unwrap()
}

fn submitted(story: &mut Story<Submission>, entry: EntryId, key: u8) {
    let submit = v1::Submit {
        revision: 1,
        digest: vec![key; 32],
        what_changed: sealed(key),
        certified: true,
        answers: Vec::new(),
        ..Default::default()
    };
    story.given(Ask::by(AIGERIM, Command::Submit { submit, content: Some(content(1, key)) }).on(entry));
}

fn view_of(story: &Story<Submission>) -> Entries {
    let mut entries = Entries::default();
    for (event, beside) in story.log() {
        entries.apply(event, beside.as_ref());
    }
    entries
}

fn kaz() -> BodyCode {
    "KAZ".parse().unwrap()
}

#[test]
fn the_view_knows_what_the_decider_knows() {
    let mut story = designated();
    let entry = started(&mut story, 1);
    submitted(&mut story, entry, 1);
    let entries = view_of(&story);
    assert_eq!(entries.state(), story.state());
}

#[test]
fn lists_follow_the_states_and_come_in_pages() {
    let mut story = designated();
    let all: Vec<EntryId> = (1..=5).map(|key| started(&mut story, key)).collect();
    submitted(&mut story, all[1], 2);
    submitted(&mut story, all[3], 4);
    let entries = view_of(&story);
    let list = |states: &[WorkState], before, limit| entries.of_bodies([&kaz()], states, before, limit);
    assert_eq!(list(&[WorkState::Draft], None, 9), [all[4], all[2], all[0]]);
    assert_eq!(list(&[WorkState::InReview], None, 9), [all[3], all[1]]);
    assert_eq!(list(&WorkState::ALL, None, 2), [all[4], all[3]]);
    assert_eq!(list(&WorkState::ALL, Some(all[3]), 2), [all[2], all[1]]);
    assert_eq!(list(&WorkState::ALL, Some(all[0]), 2), []);
    let kenya: BodyCode = "KEN".parse().unwrap();
    assert_eq!(entries.of_bodies([&kenya], &WorkState::ALL, None, 9), []);
}

#[test]
fn a_timeline_names_contributors_and_for_the_rest_their_part() {
    let mut story = designated();
    let entry = started(&mut story, 1);
    submitted(&mut story, entry, 1);
    let place = story.state().entries[&entry].workflow.under_review().unwrap();
    let moderator = dossier_proto::Actor::Person(SubjectId([9; 16]));
    let refused = v1::EntryRefused { submitted: Some(place.into()), ..Default::default() };
    let heard = story.hear(moderator, Origin::Moderation, Some(entry), Payload::EntryRefused(refused));
    let entries = view_of(&story);
    let told: Vec<_> = entries.timeline(entry).iter().map(|moment| (moment.what, moment.by)).collect();
    assert_eq!(
        told,
        [
            (Happened::Started, Party::Contributor(AIGERIM)),
            (Happened::Submitted { revision: 1, round: 1 }, Party::Contributor(AIGERIM)),
            (Happened::Refused, Party::Moderator),
        ]
    );
    let last = entries.timeline(entry).last().unwrap();
    assert_eq!((last.source, last.at), (heard.head.place, heard.head.recorded_at));
    assert_eq!(last.place.origin, Origin::Submission, "our own event, beside which the words stand");
}

/// P13 as a pure table: keys of what was submitted, to those who review and audit, and nothing else to anybody.
#[test]
fn keys_belong_to_submissions_alone() {
    let mut story = designated();
    let draft = started(&mut story, 1);
    let other = started(&mut story, 2);
    submitted(&mut story, other, 2);
    let entries = view_of(&story);
    let key = |tag: u8| KeyId([tag; 16]);
    for asker in Origin::ALL {
        let entitled = matches!(asker, Origin::Moderation | Origin::Audit);
        for submitted in [key(2), key(102)] {
            assert_eq!(keys::is_entitled(&entries, asker, submitted), entitled, "{asker}");
        }
        for private in [key(1), key(101), key(77)] {
            assert!(!keys::is_entitled(&entries, asker, private), "{asker}");
        }
    }
    assert_eq!(entries.submitted_key(key(2)), Some(other));
    assert_ne!(Some(draft), entries.submitted_key(key(102)));
    let distinct: BTreeSet<_> = [key(2), key(102)].into();
    let payload = story.log().iter().find_map(|(event, _)| match &event.payload {
        Some(Payload::Submitted(submitted)) => Some(submitted.clone()),
        _ => None,
    });
    assert_eq!(keys::of_submitted(&payload.unwrap()).into_iter().collect::<BTreeSet<_>>(), distinct);
}
