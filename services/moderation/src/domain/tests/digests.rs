//! P5: you publish what you read.

use dossier_engine::{Record, Refusal as _, testing::Ask};
use dossier_proto::{Origin, Payload, v1};

use super::world::*;
use crate::domain::{Approval, Command, Refusal};

/// Seen in Wagtail, Payload and Plone: the moderator loads, someone edits, the moderator approves, and the unseen edit
/// is published.
#[test]
fn wagtail_the_unseen_edit_is_not_published() {
    let mut world = World::ready();
    let first = world.submit(ENTRY, &Filed::revision(1));
    world.hear(Origin::Submission, CONTRIBUTOR, recall(&first));
    world.submit(ENTRY, &Filed::revision(2));
    for ask in [
        approve(MODERATOR, 1),
        refuse(MODERATOR, 1, "spam"),
        request(MODERATOR, 1, vec![item(1, "title")]),
        comment(MODERATOR, 1),
    ] {
        let refusal = world.refused(ask);
        assert_eq!(refusal, Refusal::DigestMismatch { current: digest(2) });
        assert_eq!(refusal.facts().record, Record::Kept);
        let Some(Payload::ModerationRefused(refused)) = &world.last().payload else { panic!("recorded") };
        assert_eq!(refused.refusal.as_ref().unwrap().current_digest, digest(2).to_vec());
        assert!(refused.attempted.is_some(), "what was typed is kept");
    }
    assert!(world.review().is_open());
    world.given(approve(MODERATOR, 2));
}

#[test]
fn a_digest_that_was_never_submitted_or_is_none_at_all_is_refused_the_same() {
    let mut world = World::in_review();
    for named in [digest(9).to_vec(), Vec::new(), vec![0; 31], vec![0; 33]] {
        let approve = v1::Approve { digest: named, ..v1::Approve::default() };
        let ask = Ask::by(MODERATOR, Command::Approve(Box::new(Approval { approve, words: None }))).on(ENTRY);
        assert_eq!(world.refused(ask), Refusal::DigestMismatch { current: digest(1) });
    }
}

/// Seen in GitHub: a push that changes nothing voids an approval.
#[test]
fn github_what_was_read_stands_when_the_same_content_is_submitted_again() {
    let mut world = World::ready();
    let first = world.submit(ENTRY, &Filed::revision(1));
    world.hear(Origin::Submission, CONTRIBUTOR, recall(&first));
    world.submit(ENTRY, &Filed { equals_revision: Some(1), round: 2, ..Filed::revision(3) });
    let Payload::Approved(approved) = world.one(approve_with(MODERATOR, 1, Some(words(3)))) else { panic!("approved") };
    assert_eq!(approved.command.unwrap().digest, digest(1).to_vec(), "the digest that was judged");
    assert_eq!(approved.content, Some(content(3)), "the content as it was submitted last");
}

#[test]
fn only_the_revision_that_is_equal_is_as_good() {
    let mut world = World::ready();
    for revision in [1, 2] {
        let submitted = world.submit(ENTRY, &Filed::revision(revision));
        world.hear(Origin::Submission, CONTRIBUTOR, recall(&submitted));
    }
    world.submit(ENTRY, &Filed { equals_revision: Some(2), ..Filed::revision(4) });
    assert_eq!(world.refused(approve(MODERATOR, 1)), Refusal::DigestMismatch { current: digest(4) });
    world.given(approve_with(MODERATOR, 2, Some(words(4))));
}

#[test]
fn an_equal_revision_that_was_never_submitted_is_none_that_anybody_read() {
    let mut world = World::ready();
    world.submit(ENTRY, &Filed { equals_revision: Some(1), round: 1, ..Filed::revision(3) });
    assert_eq!(world.refused(approve(MODERATOR, 1)), Refusal::DigestMismatch { current: digest(3) });
}

/// Seen in Wagtail: saving without a change resets the whole review. Here nothing of a draft reaches moderation, and
/// what is heard twice changes nothing.
#[test]
fn wagtail_what_the_body_saves_does_not_touch_the_review() {
    let mut world = World::in_review();
    world.given(claim(MODERATOR));
    let before = world.story.log().len();
    world.hear(Origin::Submission, CONTRIBUTOR, Payload::DraftSaved(v1::DraftSaved::default()));
    assert_eq!(world.story.log().len(), before, "drafts are no business of moderation (P13)");
    world.given(approve(MODERATOR, 1).expecting(2));
}
