//! Stages, and opinions towards their quorum.

use dossier_engine::{Record, Refusal as _};
use dossier_identity::{ReviewerKind, Role};
use dossier_proto::{Micros, Origin, Payload, v1, v1::public_step::Kind};

use super::world::*;
use crate::domain::{Chair, Need, Passing, Refusal, Stage, Standing, Turn, Verdict};
use dossier_engine::testing::Ask;

fn counted(world: &mut World, ask: Ask<crate::domain::Command>) -> v1::ApprovalCounted {
    match world.one(ask) {
        Payload::ApprovalCounted(counted) => counted,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_practice_goes_through_its_three_stages() {
    let mut world = World::in_review_of("practice");
    let Some(Payload::ReviewOpened(opened)) = &world.last().payload else { panic!("opened") };
    let keys: Vec<_> = opened.stages.iter().map(|stage| stage.key.as_str()).collect();
    assert_eq!(keys, ["desk", "peer", "publisher"], "the event says which way the review goes");
    assert_eq!(world.entry().turn().unwrap().0, Turn::Moderator);
    let desk = counted(&mut world, approve(MODERATOR, 1));
    assert_eq!((desk.stage.as_str(), desk.next_stage.as_str()), ("desk", "peer"));
    assert_eq!(desk.role(), v1::Role::Moderator);
    assert_eq!((world.stage(), world.entry().turn().unwrap().0), ("peer", Turn::Reviewer));
    assert_eq!(world.entry().turn().unwrap().1, world.last().head.recorded_at, "they have the move since now");
    for (by, kind, next) in [
        (EXTERNAL[0], v1::ReviewerKind::External, ""),
        (INTERNAL, v1::ReviewerKind::Internal, ""),
        (EXTERNAL[1], v1::ReviewerKind::External, "publisher"),
    ] {
        let opinion = counted(&mut world, approve(by, 1));
        assert_eq!((opinion.stage.as_str(), opinion.next_stage.as_str()), ("peer", next));
        assert_eq!((opinion.role(), opinion.reviewer_kind()), (v1::Role::Reviewer, kind));
    }
    assert_eq!((world.stage(), world.entry().turn().unwrap().0), ("publisher", Turn::Publisher));
    let Payload::Approved(approved) = world.one(approve(PUBLISHER, 1)) else { panic!("approved") };
    assert_eq!(approved.stage, "publisher");
    assert_eq!(approved.content, Some(content(1)));
    let kinds: Vec<_> = approved.steps.iter().map(v1::PublicStep::kind).collect();
    assert_eq!(kinds, [Kind::Submitted, Kind::StagePassed, Kind::StagePassed, Kind::Approved]);
    assert_eq!(world.entry().standing().unwrap().0, Standing::Approved);
    assert!(world.review().stages.is_empty() && world.review().opinions.is_empty(), "no decision needs them now");
    world.story.replayed();
}

#[test]
fn an_opinion_is_asked_of_those_whom_the_stage_names() {
    let mut world = World::practice_before("desk");
    for by in [INTERNAL, EXTERNAL[0], PUBLISHER] {
        let refusal = world.refused(approve(by, 1));
        let opened = world.review().opened.unwrap().place;
        assert_eq!(refusal, Refusal::NotAsked { because: opened }, "{by}");
        assert_eq!(refusal.facts().record, Record::Kept);
        assert_eq!(world.refused(object(by, 1)), refusal);
    }
    for by in [CONTRIBUTOR, ADMINISTRATOR, REVIEWER, NOBODY, AUTHORITY_KZ] {
        assert!(matches!(world.refused(approve(by, 1)), Refusal::NotEntitled { .. }), "{by}");
    }
    let mut world = World::practice_before("peer");
    assert!(matches!(world.refused(approve(OTHER_MODERATOR, 1)), Refusal::NotAsked { .. }));
    let mut world = World::practice_before("publisher");
    assert!(matches!(world.refused(approve(EXTERNAL[2], 1)), Refusal::NotAsked { .. }));
    world.given(approve(PUBLISHER, 1));
}

/// A reviewer of whom nobody said where they come from counts as neither.
#[test]
fn internal_and_external_opinions_are_counted_apart() {
    let mut world = World::practice_before("peer");
    world.given(Ask::by(ADMINISTRATOR, grant(NOBODY, Role::Reviewer, "", &[])));
    assert!(matches!(world.refused(approve(NOBODY, 1)), Refusal::NotEntitled { .. }));
    world.given(approve(EXTERNAL[0], 1));
    world.given(approve(EXTERNAL[1], 1));
    assert_eq!(world.stage(), "peer", "two from outside do not stand for one from inside");
    assert_eq!(world.refused(approve(EXTERNAL[2], 1)), Refusal::EnoughOpinions);
    world.given(Ask::by(ADMINISTRATOR, grant_reviewer(NOBODY, ReviewerKind::Internal)));
    world.given(approve(NOBODY, 1));
    assert_eq!(world.stage(), "publisher");
}

#[test]
fn a_person_counts_once_in_a_stage_and_a_later_opinion_replaces_an_earlier() {
    let mut world = World::in_review_of("report");
    for _ in 0..3 {
        world.given(approve(MODERATOR, 1));
        assert_eq!(world.review().opinions.len(), 1);
    }
    assert!(matches!(world.one(object(MODERATOR, 1)), Payload::ObjectionMade(_)));
    assert_eq!(world.review().opinions[0].verdict, Verdict::Objects);
    world.given(approve(OTHER_MODERATOR, 1));
    assert_eq!(world.review().passing(), Some(Passing::Objected));
    let Payload::Approved(_) = world.one(approve(MODERATOR, 1)) else { panic!("both approve now") };
}

#[test]
fn a_person_counts_in_one_stage_of_a_review() {
    let mut world = World::ready();
    world.given(Ask::by(SYSTEM, grant_reviewer(MODERATOR, ReviewerKind::Internal)));
    world.submit(ENTRY, &Filed { record_type: "practice", ..Filed::revision(1) });
    let because = world.given(approve(MODERATOR, 1))[0].head.place;
    for ask in [approve(MODERATOR, 1), object(MODERATOR, 1)] {
        assert_eq!(world.refused(ask), Refusal::CountedAlready { because });
    }
    world.given(approve(INTERNAL, 1));
}

#[test]
fn on_a_split_a_further_reviewer_is_asked() {
    let mut world = World::practice_before("peer");
    world.given(approve(INTERNAL, 1));
    world.given(object(EXTERNAL[0], 1));
    assert_eq!(world.review().passing(), Some(Passing::Waiting));
    world.given(approve(EXTERNAL[1], 1));
    assert_eq!(world.review().passing(), Some(Passing::Split));
    assert_eq!(world.entry().turn().unwrap().0, Turn::Reviewer);
    let further = counted(&mut world, approve(EXTERNAL[2], 1));
    assert_eq!(further.next_stage, "publisher", "three to one");
    assert_eq!(world.stage(), "publisher");
}

#[test]
fn a_tie_after_the_further_opinion_does_not_pass_and_nobody_more_is_asked() {
    let mut world = World::practice_before("peer");
    world.given(approve(INTERNAL, 1));
    world.given(object(EXTERNAL[0], 1));
    world.given(approve(EXTERNAL[1], 1));
    world.given(object(EXTERNAL[2], 1));
    assert_eq!(world.review().passing(), Some(Passing::Objected));
    assert_eq!(world.entry().turn().unwrap().0, Turn::Moderator, "moderators ask for changes or refuse");
    assert_eq!(world.refused(approve(EXTERNAL[3], 1)), Refusal::EnoughOpinions);
    // Who objected may change their mind.
    assert_eq!(counted(&mut world, approve(EXTERNAL[2], 1)).next_stage, "publisher");
}

#[test]
fn without_a_further_opinion_every_objection_stands() {
    let mut world = World::in_review_of("report");
    world.given(object(MODERATOR, 1));
    world.given(approve(OTHER_MODERATOR, 1));
    assert_eq!(world.refused(approve(THIRD_MODERATOR, 1)), Refusal::EnoughOpinions);
    assert!(world.review().is_open());
    world.given(request(OTHER_MODERATOR, 1, vec![item(1, "title")]));
    assert_eq!(world.entry().standing().unwrap().0, Standing::ChangesRequested);
}

#[test]
fn an_objection_needs_a_reason_and_names_the_digest() {
    let mut world = World::in_review();
    let ask = object(MODERATOR, 1).changed(|command| {
        if let crate::domain::Command::Object(object) = command {
            object.reason = None;
        }
    });
    assert_eq!(world.refused(ask), Refusal::Invalid(crate::domain::Invalid::NoText));
    assert_eq!(world.refused(object(MODERATOR, 2)), Refusal::DigestMismatch { current: digest(1) });
    world.given(object(MODERATOR, 1));
    assert!(world.review().is_open());
}

#[test]
fn opinions_on_another_content_count_no_more() {
    let mut world = World::practice_before("publisher");
    world.given(request(MODERATOR, 1, vec![item(1, "title")]));
    world.submit(ENTRY, &Filed { record_type: "practice", ..Filed::revision(2) });
    assert_eq!((world.stage(), world.review().opinions.len()), ("desk", 0));
    world.given(approve(OTHER_MODERATOR, 2));
}

/// Seen in GitHub: a push that changes nothing voids an approval. Seen in Wagtail: saving without a change resets the
/// whole review.
#[test]
fn github_opinions_survive_a_submission_that_changes_nothing_and_a_return_to_the_same_text() {
    let practice = |revision| Filed { record_type: "practice", ..Filed::revision(revision) };
    let mut world = World::practice_before("publisher");
    let recall_it = |world: &mut World| {
        let submitted = world.review().submitted.place;
        let asked = v1::RecallAsked { command: Some(v1::AskRecall {}), submitted: Some(submitted.into()) };
        world.hear(Origin::Submission, CONTRIBUTOR, Payload::RecallAsked(asked));
    };
    recall_it(&mut world);
    world.submit(ENTRY, &Filed { round: 2, ..practice(1) });
    assert_eq!((world.stage(), world.review().opinions.len()), ("publisher", 4), "the same revision again");
    recall_it(&mut world);
    world.submit(ENTRY, &practice(2));
    assert_eq!(world.stage(), "desk", "another text");
    recall_it(&mut world);
    world.submit(ENTRY, &Filed { equals_revision: Some(1), ..practice(3) });
    assert_eq!(world.stage(), "publisher", "back to what was approved");
    world.story.replayed();
    let Payload::Approved(approved) = world.one(approve_with(PUBLISHER, 3, Some(words(3)))) else { panic!() };
    assert_eq!(approved.content, Some(content(3)));
}

#[test]
fn an_opinion_of_who_became_an_author_does_not_come_back() {
    let mut world = World::practice_before("peer");
    world.given(approve(INTERNAL, 1));
    let submitted = world.review().submitted.place;
    let asked = v1::RecallAsked { command: Some(v1::AskRecall {}), submitted: Some(submitted.into()) };
    world.hear(Origin::Submission, CONTRIBUTOR, Payload::RecallAsked(asked));
    let authors = vec![(CONTRIBUTOR, 0), (INTERNAL, 7)];
    let again = Filed { record_type: "practice", equals_revision: Some(1), authors, ..Filed::revision(2) };
    world.submit(ENTRY, &again);
    let by: Vec<_> = world.review().opinions.iter().map(|opinion| opinion.by).collect();
    assert_eq!(by, [MODERATOR]);
    assert_eq!(world.refused(approve(INTERNAL, 2)), Refusal::OwnWords { because: in_submission(7) });
}

/// Never does a submission pass by opinions alone that were given before it was made.
#[test]
fn what_comes_back_is_approved_once_more_by_somebody() {
    let mut world = World::practice_before("publisher");
    let submitted = world.review().submitted.place;
    let asked = v1::RecallAsked { command: Some(v1::AskRecall {}), submitted: Some(submitted.into()) };
    world.hear(Origin::Submission, CONTRIBUTOR, Payload::RecallAsked(asked));
    // The publisher's stage is gone from the registry: all that is left was passed.
    let shorter = REGISTRY.replace(
        r#",
            {"key":"publisher","needs":[{"role":"publisher","count":1}]}"#,
        "",
    );
    assert_ne!(shorter, REGISTRY);
    world.given(Ask::by(REGISTRAR, adopt(&shorter)));
    world.submit(ENTRY, &Filed { record_type: "practice", round: 2, ..Filed::revision(1) });
    assert_eq!((world.stage(), world.review().opinions.len()), ("peer", 1));
}

#[test]
fn a_review_keeps_the_stages_it_was_opened_with() {
    let mut world = World::in_review_of("report");
    world.given(Ask::by(REGISTRAR, adopt(r#"{"refusals":[]}"#)));
    world.given(approve(MODERATOR, 1));
    assert!(world.review().is_open(), "two moderators were asked for, and are");
    world.given(approve(OTHER_MODERATOR, 1));
    assert!(!world.review().is_open());
}

#[test]
fn a_type_without_a_path_takes_one_moderator() {
    let mut world = World::in_review();
    let Some(Payload::ReviewOpened(opened)) = &world.last().payload else { panic!("opened") };
    assert!(opened.stages.is_empty());
    let Payload::Approved(approved) = world.one(approve(MODERATOR, 1)) else { panic!("approved") };
    assert_eq!(approved.stage, "");
}

#[test]
fn a_claim_keeps_others_from_an_opinion_only_where_one_is_wanted() {
    let mut world = World::practice_before("desk");
    world.given(claim(MODERATOR));
    let until = world.review().claim.unwrap().until;
    assert_eq!(world.refused(approve(OTHER_MODERATOR, 1)), Refusal::Claimed { until });
    world.given(approve(MODERATOR, 1));
    assert!(world.review().claim.is_none(), "the next stage is other people's");
    assert!(world.story.state().leases.is_empty());
    world.given(claim(EXTERNAL[0]));
    world.given(approve(INTERNAL, 1));
    world.given(approve(EXTERNAL[1], 1));
    world.given(approve(EXTERNAL[0], 1));
    world.given(claim(MODERATOR));
    world.given(approve(PUBLISHER, 1));
}

#[test]
fn nothing_is_public_before_the_later_of_what_the_body_and_the_moderators_asked() {
    let day = |number: i64| Micros(hours(24 * number));
    let at = |embargo: Option<i64>, desk: Option<i64>, publisher: Option<i64>| {
        let mut world = World::ready();
        let base = world.story.now().0;
        let moment = |days: Option<i64>| days.map(|days| Micros(base + day(days).0));
        world.submit(ENTRY, &Filed { record_type: "report", embargo: moment(embargo), ..Filed::revision(1) });
        for (by, publish_at) in [(MODERATOR, desk), (OTHER_MODERATOR, publisher)] {
            let publish_at = moment(publish_at).map(|at| at.0);
            world.given(approve_changed(by, 1, |approve| approve.publish_at = publish_at));
        }
        let Some(Payload::Approved(approved)) = &world.last().payload else { panic!("approved") };
        approved.publish_at.map(|at| (at - base) / day(1).0)
    };
    assert_eq!(at(None, None, None), None);
    assert_eq!(at(Some(3), None, None), Some(3));
    assert_eq!(at(Some(3), Some(5), Some(4)), Some(5));
    assert_eq!(at(Some(6), Some(5), Some(4)), Some(6));
    let mut world = World::in_review();
    let too_late = world.story.now().plus(hours(24 * 366 * 6)).0;
    let ask = approve_changed(MODERATOR, 1, |approve| approve.publish_at = Some(too_late));
    assert_eq!(world.refused(ask), Refusal::Invalid(crate::domain::Invalid::PublishAt));
}

#[test]
fn answers_to_the_checklist_are_to_questions_that_are_asked() {
    use v1::checklist_answer::Said;
    let mut world = World::in_review();
    let with = |answers: &[(&str, Said)]| {
        let answer = |(key, said): &(&str, Said)| v1::ChecklistAnswer { key: (*key).to_owned(), said: (*said).into() };
        approve_changed(MODERATOR, 1, |approve| approve.checklist = answers.iter().map(answer).collect())
    };
    let wrong = Refusal::Invalid(crate::domain::Invalid::Checklist);
    for answers in [
        &[("no-such", Said::Yes)][..],
        &[("measurable", Said::Yes)],
        &[("scope", Said::Unspecified)],
        &[("scope", Said::Yes), ("scope", Said::No)],
    ] {
        assert_eq!(world.refused(with(answers)), wrong, "{answers:?}");
    }
    let Payload::Approved(approved) = world.one(with(&[("scope", Said::NotApplicable)])) else { panic!("approved") };
    assert_eq!(approved.command.unwrap().checklist.len(), 1);
}

#[test]
fn stages_come_back_from_the_contract() {
    let stage = Stage {
        key: "peer".to_owned(),
        needs: Chair::ALL.map(|chair| Need { chair, count: 2 }).to_vec(),
        on_split: Some(Need { chair: Chair::ExternalReviewer, count: 1 }),
    };
    assert_eq!(Stage::from_wire(&stage.to_wire()), Some(stage.clone()));
    let mut unknown = stage.to_wire();
    unknown.needs[0].role = 99;
    assert_eq!(Stage::from_wire(&unknown), None);
}
