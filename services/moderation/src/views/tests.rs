//! The read model against the decider's own stories.

use dossier_engine::{View, testing::Ask};
use dossier_proto::{EntryId, KeyId, Micros, Origin, v1};

use super::{KeyUse, Queue, Reviews, Wanted};
use crate::domain::{Approval, Command, Standing, tests::world::*};

fn view(world: &World) -> Reviews {
    let mut view = Reviews::default();
    for (event, beside) in world.story.log() {
        view.apply(event, beside.as_ref());
    }
    assert_eq!(&view.state, world.story.state());
    view
}

fn waiting(queue: &Queue, wanted: Wanted) -> Vec<EntryId> {
    queue.after(wanted, None).map(|place| place.entry).collect()
}

#[test]
fn the_longest_wait_comes_first_and_an_entry_moves_with_its_standing() {
    let mut world = World::ready();
    world.submit(ENTRY, &Filed::revision(1));
    world.submit(OTHER_ENTRY, &Filed::revision(2));
    let open = Wanted::Standing(Standing::InReview);
    assert_eq!(waiting(&view(&world).queue, open), [ENTRY, OTHER_ENTRY]);
    world.given(request(MODERATOR, 1, vec![item(1, "title")]));
    let returned = view(&world);
    assert_eq!(waiting(&returned.queue, open), [OTHER_ENTRY]);
    assert_eq!(waiting(&returned.queue, Wanted::Standing(Standing::ChangesRequested)), [ENTRY]);
    assert_eq!(waiting(&returned.queue, Wanted::Any), [OTHER_ENTRY, ENTRY]);
    world.submit(ENTRY, &Filed::revision(3));
    assert_eq!(waiting(&view(&world).queue, open), [OTHER_ENTRY, ENTRY], "who was returned waits anew");
    assert_eq!(view(&world).queue.count(Standing::ChangesRequested), 0);
}

/// Seen in DSpace: a new reviewer cannot claim older tasks. Here the queue belongs to nobody: who is designated today
/// sees and claims what was submitted before.
#[test]
fn dspace_who_is_designated_later_takes_up_what_was_submitted_before() {
    let mut world = World::in_review();
    world.given(Ask::by(ADMINISTRATOR, grant(NOBODY, dossier_identity::Role::Moderator, "", &[])));
    assert_eq!(waiting(&view(&world).queue, Wanted::Standing(Standing::InReview)), [ENTRY]);
    world.given(claim(NOBODY));
}

#[test]
fn a_claim_and_a_comment_leave_the_place_in_the_queue() {
    let mut world = World::in_review();
    let before = view(&world).queue;
    world.given(claim(MODERATOR));
    world.given(comment(MODERATOR, 1));
    assert_eq!(view(&world).queue, before);
}

#[test]
fn the_queue_goes_on_after_a_place() {
    let mut world = World::ready();
    for number in 1..=5 {
        world.submit(EntryId([number; 16]), &Filed::revision(u32::from(number)));
    }
    let queue = view(&world).queue;
    let all: Vec<_> = queue.after(Wanted::Any, None).collect();
    assert!(all.is_sorted() && all.len() == 5);
    let rest: Vec<_> = queue.after(Wanted::Any, Some(all[2])).collect();
    assert_eq!(rest, all[3..]);
    assert!(all[0].since > Micros(0));
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
