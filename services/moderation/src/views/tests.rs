//! The read model against the decider's own stories.

use dossier_engine::{View, testing::Ask};
use dossier_proto::{KeyId, Origin, v1};

use super::{KeyUse, Reviews};
use crate::domain::{Approval, Command, tests::world::*};

pub(super) fn view(world: &World) -> Reviews {
    let mut view = Reviews::default();
    for (event, beside) in world.story.log() {
        view.apply(event, beside.as_ref());
    }
    assert_eq!(&view.state, world.story.state());
    view
}

#[test]
fn contents_are_found_by_digest_and_by_submission() {
    let mut world = World::in_review();
    world.given(request(MODERATOR, 1, vec![item(1, "title")]));
    let again = world.submit(ENTRY, &Filed { round: 2, ..Filed::revision(1) });
    let view = view(&world);
    assert_eq!(view.contents.of(ENTRY).len(), 2);
    let newest = view.contents.with_digest(ENTRY, digest(1)).unwrap();
    assert_eq!(newest.submitted, again.head.place);
    assert_eq!(view.contents.submitted(ENTRY, again.head.place), Some(newest));
    let (event, beside) = &world.story.log()[usize::try_from(newest.at.sequence).unwrap()];
    assert_eq!(event.head.place.sequence, newest.at.sequence);
    assert_eq!(beside.as_ref().unwrap().head.place, again.head.place);
    assert_eq!(view.contents.with_digest(ENTRY, digest(9)), None);
    assert_eq!(view.contents.with_digest(OTHER_ENTRY, digest(1)), None);
}

fn key(number: u32) -> KeyId {
    KeyId::try_from(sealed(number).key_id.as_slice()).unwrap()
}

const SERVICES: [Origin; 4] = [Origin::Submission, Origin::Moderation, Origin::Publication, Origin::Audit];

fn entitled(view: &Reviews, number: u32) -> Vec<Origin> {
    SERVICES.into_iter().filter(|asker| view.keys.may_have(*asker, key(number))).collect()
}

#[test]
fn publication_gets_keys_of_approved_contents_only() {
    let mut world = World::in_review();
    assert_eq!(entitled(&view(&world), 1), [Origin::Audit]);
    world.given(approve(MODERATOR, 1));
    assert_eq!(entitled(&view(&world), 1), [Origin::Publication, Origin::Audit]);
}

#[test]
fn submission_gets_what_is_told_to_the_contributor_and_never_what_moderators_tell_each_other() {
    let mut world = World::in_review();
    world.given(comment(MODERATOR, 1));
    world.given(request(MODERATOR, 1, vec![item(1, "title")]));
    let returned = view(&world);
    assert_eq!(entitled(&returned, 90), [Origin::Audit], "a comment");
    assert_eq!(entitled(&returned, 91), [Origin::Submission, Origin::Audit], "the quote of a requested change");
    assert_eq!(entitled(&returned, 92), [Origin::Submission, Origin::Audit], "a requested change");
    world.submit(ENTRY, &Filed::revision(2));
    world.given(refuse(MODERATOR, 2, "spam"));
    assert_eq!(entitled(&view(&world), 94), [Origin::Submission, Origin::Audit], "the reason of a refusal");
}

#[test]
fn the_note_of_an_approval_stays_inside() {
    let mut world = World::in_review();
    world.given(approve(MODERATOR, 1));
    assert_eq!(entitled(&view(&world), 93), [Origin::Audit]);
}

#[test]
fn what_was_refused_was_told_to_nobody() {
    let mut world = World::in_review();
    world.refused(request(NOBODY, 1, vec![item(1, "title")]));
    world.refused(refuse(MODERATOR, 9, "spam"));
    let view = view(&world);
    for number in [91, 92, 94] {
        assert_eq!(entitled(&view, number), [Origin::Audit], "{number}");
    }
}

#[test]
fn keys_of_personal_values_and_unknown_ones_are_given_to_nobody() {
    let mut world = World::ready();
    let mut submitted = Filed::revision(1).event();
    submitted.content.as_mut().unwrap().personal.push(v1::PersonalValue {
        pointer: "/contact".to_owned(),
        commitment: vec![1; 32],
        sealed: Some(sealed(70)),
    });
    let by = dossier_proto::Actor::Person(CONTRIBUTOR);
    world.story.hear(by, Origin::Submission, Some(ENTRY), dossier_proto::Payload::Submitted(submitted));
    let view = view(&world);
    assert_eq!(entitled(&view, 70), []);
    assert_eq!(view.keys.use_of(key(71)), None);
    assert_eq!(view.keys.use_of(key(1)), Some(KeyUse::Submitted));
}

#[test]
fn the_internal_key_of_a_review_is_remembered_while_it_is_open() {
    let mut world = World::in_review();
    assert_eq!(view(&world).internal.get(&ENTRY), None);
    world.given(comment(MODERATOR, 1));
    assert_eq!(view(&world).internal.get(&ENTRY), Some(&key(90)));
    world.given(approve_without_note(1));
    assert_eq!(view(&world).internal.get(&ENTRY), None);
}

fn approve_without_note(revision: u32) -> Ask<Command> {
    let approve =
        v1::Approve { digest: digest(revision).to_vec(), note: None, notices: Vec::new(), ..v1::Approve::default() };
    let approval = Approval { approve, words: Some(words(revision)) };
    Ask::by(MODERATOR, Command::Approve(Box::new(approval))).on(ENTRY)
}
