//! Comments on fields: for moderators and reviewers, about content they have read.

use dossier_engine::testing::Ask;
use dossier_proto::{Payload, v1};

use super::world::*;
use crate::domain::{COMMENTS_MAX, Command, Invalid, Refusal};

fn comment_as(change: impl FnOnce(&mut v1::Comment)) -> Ask<Command> {
    let mut comment = v1::Comment {
        digest: digest(1).to_vec(),
        field: "title".to_owned(),
        language: "en".to_owned(),
        text: Some(sealed(90)),
        ..v1::Comment::default()
    };
    change(&mut comment);
    Ask::by(MODERATOR, Command::Comment(comment)).on(ENTRY)
}

#[test]
fn moderators_and_reviewers_comment() {
    let mut world = World::in_review();
    for by in [MODERATOR, OTHER_MODERATOR, REVIEWER] {
        assert!(matches!(world.one(comment(by, 1)), Payload::CommentMade(_)));
    }
    assert_eq!(world.review().comments, 3);
    for by in [ADMINISTRATOR, CONTRIBUTOR, PUBLISHER, AUDITOR, MODERATOR_OF_PLEDGES, NOBODY] {
        assert!(matches!(world.refused(comment(by, 1)), Refusal::NotEntitled { .. }), "{by}");
    }
}

#[test]
fn each_comment_moves_the_version_of_the_review() {
    let mut world = World::in_review();
    assert_eq!(world.entry().version, 1);
    world.given(comment(MODERATOR, 1));
    assert_eq!(world.entry().version, 2);
    let stale = world.refused(comment(MODERATOR, 1).expecting(1));
    assert_eq!(stale, Refusal::VersionMismatch { current: 2 });
    world.given(comment(MODERATOR, 1).expecting(2));
}

#[test]
fn what_stands_in_the_clear_are_names_and_no_words() {
    let mut world = World::in_review();
    let field = Refusal::Invalid(Invalid::Field);
    let language = Refusal::Invalid(Invalid::Language);
    for text in ["The title", "título", "title\n", &"x".repeat(129), "a b"] {
        assert_eq!(world.refused(comment_as(|comment| comment.field = text.to_owned())), field, "{text:?}");
    }
    for text in ["English please", "en_GB", "english-language", &"en-".repeat(20)] {
        assert_eq!(world.refused(comment_as(|comment| comment.language = text.to_owned())), language, "{text:?}");
    }
    for (name, tag) in [("", ""), ("dates.start", ""), ("links/12/address", "zh-Hans"), ("gcm_objectives", "en")] {
        world.given(comment_as(|comment| {
            comment.field = name.to_owned();
            comment.language = tag.to_owned();
        }));
    }
}

#[test]
fn a_comment_needs_words_and_there_is_an_end_to_them() {
    let mut world = World::in_review();
    assert_eq!(world.refused(comment_as(|comment| comment.text = None)), Refusal::Invalid(Invalid::NoText));
    for _ in 0..COMMENTS_MAX {
        world.given(comment(MODERATOR, 1));
    }
    assert_eq!(world.refused(comment(MODERATOR, 1)), Refusal::Invalid(Invalid::TooManyComments));
    world.given(approve(MODERATOR, 1));
}

fn held(audience: v1::Audience, field: &str) -> v1::Comment {
    v1::Comment {
        digest: digest(1).to_vec(),
        field: field.to_owned(),
        text: Some(sealed(90)),
        audience: audience.into(),
        ..v1::Comment::default()
    }
}

#[test]
fn comments_are_held_until_the_review_is_finished_and_sent_in_one_go() {
    let mut world = World::in_review();
    let comments = vec![held(v1::Audience::Unspecified, "title"), held(v1::Audience::Contributor, "")];
    let Payload::ReviewFinished(finished) = world.one(finish(REVIEWER, 1, comments.clone())) else { panic!("sent") };
    assert_eq!(finished.command.unwrap().comments, comments);
    assert_eq!((world.review().comments, world.entry().version), (2, 2), "two comments, one event");
    world.given(request(REVIEWER, 1, vec![item(1, "title")]).changed(|command| {
        if let Command::RequestChanges(request) = command {
            request.comments = comments;
        }
    }));
    assert_eq!(world.review().comments, 4);
}

#[test]
fn comments_sent_together_are_some_and_about_what_was_read() {
    let mut world = World::in_review();
    let elsewhere = v1::Comment { digest: digest(2).to_vec(), ..held(v1::Audience::Unspecified, "") };
    let unheard = v1::Comment { audience: 9, ..held(v1::Audience::Unspecified, "") };
    let many = vec![held(v1::Audience::Unspecified, ""); crate::domain::HELD_COMMENTS_MAX + 1];
    for comments in [Vec::new(), vec![elsewhere], vec![unheard], many] {
        assert_eq!(world.refused(finish(MODERATOR, 1, comments)), Refusal::Invalid(Invalid::Comments));
    }
    let comments = vec![held(v1::Audience::Unspecified, "")];
    assert_eq!(world.refused(finish(MODERATOR, 2, comments)), Refusal::DigestMismatch { current: digest(1) });
}
