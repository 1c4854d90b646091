//! Who may do what, with the reason why not.

use dossier_engine::{Record, Refusal as _, testing::Ask};
use dossier_identity::{GrantRefusal, NotEntitledReason, Role};
use dossier_proto::{Actor, DesignationId, EntryId, Origin, Payload, SubjectId, v1};

use super::world::*;
use crate::domain::{Command, Invalid, Refusal};

fn reason(refusal: &Refusal) -> NotEntitledReason {
    match refusal {
        Refusal::NotEntitled { reason, .. } => *reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn whoever_is_no_moderator_decides_nothing_and_it_is_recorded() {
    for by in [ADMINISTRATOR, CONTRIBUTOR, COLLEAGUE, PUBLISHER, AUDITOR, AUTHORITY_KZ, REGISTRAR, NOBODY] {
        let mut world = World::in_review();
        for ask in [approve(by, 1), refuse(by, 1, "spam"), request(by, 1, vec![item(1, "title")]), claim(by)] {
            let refusal = world.refused(ask);
            assert_eq!(reason(&refusal), NotEntitledReason::NoDesignation, "{by}");
            assert_eq!(refusal.facts().code, "no-designation");
            assert!(matches!(world.last().payload, Some(Payload::ModerationRefused(_))));
        }
        assert!(world.review().is_open());
        assert_eq!(world.entry().version, 1, "a refusal moves no version");
    }
}

#[test]
fn the_reason_is_named_with_the_event_to_look_at() {
    let mut world = World::in_review();
    let refusal = world.refused(approve(MODERATOR_OF_PLEDGES, 1));
    assert_eq!(reason(&refusal), NotEntitledReason::OtherRecordType);
    let granted = world.story.state().designations.of_subject(MODERATOR_OF_PLEDGES).next().unwrap();
    assert_eq!(refusal.facts().because, Some(granted.designation.place));
}

#[test]
fn a_revoked_designation_stops_the_very_next_command() {
    let mut world = World::in_review();
    world.given(claim(MODERATOR));
    let ask = revoke(ADMINISTRATOR, MODERATOR, &world);
    let revoked = world.given(ask);
    let refusal = world.refused(approve(MODERATOR, 1));
    assert_eq!(reason(&refusal), NotEntitledReason::Revoked);
    assert_eq!(refusal.facts().because, Some(revoked[0].head.place));
    assert!(refusal.to_string().contains(&revoked[0].head.place.to_string()), "{refusal}");
}

#[test]
fn a_designation_counts_from_its_beginning_to_before_its_end() {
    let mut world = World::in_review();
    let now = world.story.now();
    let Command::GrantDesignation(mut granted) = grant(NOBODY, Role::Moderator, "", &[]) else { panic!() };
    granted.valid_from = now.plus(hours(1)).0;
    granted.valid_until = Some(now.plus(hours(2)).0);
    world.given(Ask::by(ADMINISTRATOR, Command::GrantDesignation(granted)));
    assert_eq!(reason(&world.refused(approve(NOBODY, 1))), NotEntitledReason::NotYetValid);
    world.story.wait(now.plus(hours(1)).0 - world.story.now().0);
    world.given(comment(NOBODY, 1));
    world.story.wait(now.plus(hours(2)).0 - world.story.now().0);
    assert_eq!(reason(&world.refused(approve(NOBODY, 1))), NotEntitledReason::Ended);
}

#[test]
fn of_entries_that_are_not_there_strangers_learn_nothing_and_nothing_is_recorded() {
    let mut world = World::in_review();
    let before = world.story.log().len();
    let unknown = EntryId([0x77; 16]);
    let refusal = world.refused(approve(NOBODY, 1).on(unknown));
    let Refusal::NotEntitled { record, .. } = refusal else { panic!("{refusal:?}") };
    assert_eq!(record, Record::Not);
    assert_eq!(world.refused(approve(MODERATOR, 1).on(unknown)), Refusal::NotFound);
    assert_eq!(world.story.log().len(), before);
}

#[test]
fn administrators_designate_and_nobody_else_does() {
    let mut world = World::ready();
    let ask = |by| Ask::by(by, grant(NOBODY, Role::Moderator, "", &[]));
    for by in [MODERATOR, CONTRIBUTOR, AUTHORITY_KZ, PUBLISHER, AUDITOR, NOBODY] {
        let refusal = world.refused(ask(by));
        assert_eq!(refusal.facts().record, Record::Kept, "{by}");
        assert!(matches!(world.last().payload, Some(Payload::ModerationRefused(_))), "{by}");
    }
    let events = world.given(ask(ADMINISTRATOR));
    let held = world.story.state().designations.of_subject(NOBODY).next().unwrap();
    assert_eq!(held.designation.id.0, events[0].head.id.0, "what an event creates has its id");
    assert_eq!(held.designation.granted_by, Actor::Person(ADMINISTRATOR));
    assert!(events[0].head.authority.is_some());
}

#[test]
fn a_publishing_authority_designates_contributors_of_its_body_within_its_own_types() {
    let mut world = World::ready();
    world.given(Ask::by(AUTHORITY_KZ, grant(NOBODY, Role::Contributor, "KAZ", &["event"])));
    let beyond = world.refused(Ask::by(AUTHORITY_KZ, grant(NOBODY, Role::Contributor, "KAZ", &["pledge"])));
    assert!(matches!(beyond, Refusal::Designation(GrantRefusal::BeyondOwnRecordTypes(_))), "{beyond:?}");
    let elsewhere = world.refused(Ask::by(AUTHORITY_KZ, grant(NOBODY, Role::Contributor, "KEN", &["event"])));
    assert_eq!(reason(&elsewhere), NotEntitledReason::OtherBody);
}

#[test]
fn nobody_designates_themselves_and_the_last_administrator_stays() {
    let mut world = World::ready();
    let oneself = world.refused(Ask::by(ADMINISTRATOR, grant(ADMINISTRATOR, Role::Moderator, "", &[])));
    assert_eq!(oneself, Refusal::Designation(GrantRefusal::ToOneself));
    let ask = revoke(ADMINISTRATOR, ADMINISTRATOR, &world);
    assert_eq!(world.refused(ask), Refusal::Designation(GrantRefusal::LastAdministrator));
}

fn invite(by: SubjectId, who: SubjectId, role: Role, body: &str, types: &[&str]) -> Ask<Command> {
    let Command::GrantDesignation(granted) = grant(who, role, body, types) else { panic!() };
    Ask::by(by, Command::InvitePerson(v1::InvitePerson { subject: who.to_vec(), designation: Some(granted) }))
}

#[test]
fn whoever_may_designate_somebody_may_invite_them_and_the_designation_follows_at_once() {
    let mut world = World::ready();
    for (by, role, body, types) in [
        (ADMINISTRATOR, Role::PublishingAuthority, "KEN", &[] as &[&str]),
        (ADMINISTRATOR, Role::NationalFocalPoint, "KEN", &[]),
        (AUTHORITY_KZ, Role::Contributor, "KAZ", &["event"]),
    ] {
        let events = world.given(invite(by, NOBODY, role, body, types));
        let [invited, granted] = &events[..] else { panic!("{events:?}") };
        assert!(matches!(invited.payload, Some(Payload::PersonInvited(_))));
        assert!(matches!(granted.payload, Some(Payload::DesignationGranted(_))));
        assert!(invited.head.authority.is_some() && invited.head.actor == Actor::Person(by));
        let id = DesignationId(granted.head.id.0);
        let state = world.story.state();
        let held = state.designations.get(id).unwrap();
        assert_eq!((held.designation.role, held.designation.granted_by), (role, Actor::Person(by)));
        assert_eq!(state.invited[&id], granted.head.recorded_at);
    }
    let before = world.story.state().invited.len();
    world.given(Ask::by(ADMINISTRATOR, grant(NOBODY, Role::Moderator, "", &[])));
    assert_eq!(world.story.state().invited.len(), before, "a grant alone is no invitation");
}

#[test]
fn whoever_may_not_designate_somebody_may_not_invite_them_and_that_is_recorded() {
    let mut world = World::ready();
    let cases = [
        (invite(AUTHORITY_KZ, NOBODY, Role::Contributor, "KEN", &["event"]), "designated-for-another-body"),
        (invite(AUTHORITY_KZ, NOBODY, Role::Contributor, "KAZ", &["pledge"]), "beyond-own-record-types"),
        (invite(AUTHORITY_KZ, NOBODY, Role::NationalFocalPoint, "KAZ", &["event"]), "no-designation"),
        (invite(AUTHORITY_KZ, NOBODY, Role::PublishingAuthority, "KAZ", &["event"]), "no-designation"),
        (invite(CONTRIBUTOR, NOBODY, Role::Contributor, "KAZ", &["event"]), "no-designation"),
        (invite(ADMINISTRATOR, ADMINISTRATOR, Role::Moderator, "", &[]), "designates-oneself"),
    ];
    for (ask, code) in cases {
        let refusal = world.refused(ask);
        assert_eq!(refusal.facts().code, code);
        let Some(Payload::ModerationRefused(refused)) = &world.last().payload else { panic!("{code}") };
        assert!(matches!(refused.attempted, Some(v1::moderation_refused::Attempted::InvitePerson(_))), "{code}");
        assert!(world.story.state().invited.is_empty());
    }
    let not_well_formed = [
        v1::InvitePerson { subject: NOBODY.to_vec(), designation: None },
        v1::InvitePerson {
            subject: PUBLISHER.to_vec(),
            designation: match grant(NOBODY, Role::Moderator, "", &[]) {
                Command::GrantDesignation(granted) => Some(granted),
                _ => None,
            },
        },
    ];
    for invite in not_well_formed {
        let refusal = world.refused(Ask::by(ADMINISTRATOR, Command::InvitePerson(invite.clone())));
        assert!(matches!(refusal, Refusal::Invalid(Invalid::Designation(_))), "{refusal:?}");
        let refusal = world.refused(Ask::by(SYSTEM, Command::InvitePerson(invite)));
        assert_eq!(refusal, Refusal::WrongActor("a service"), "somebody answers for an invitation");
    }
}

#[test]
fn a_designation_is_revoked_once() {
    let mut world = World::ready();
    let ask = revoke(ADMINISTRATOR, MODERATOR, &world);
    let first = world.given(ask.clone());
    let again = world.refused(ask);
    assert_eq!(again, Refusal::Designation(GrantRefusal::AlreadyRevoked(first[0].head.place)));
}

#[test]
fn a_designation_has_to_be_well_formed() {
    let mut world = World::ready();
    let with = |change: &dyn Fn(&mut v1::GrantDesignation)| {
        let Command::GrantDesignation(mut granted) = grant(NOBODY, Role::Contributor, "KAZ", &["event"]) else {
            panic!()
        };
        change(&mut granted);
        Ask::by(ADMINISTRATOR, Command::GrantDesignation(granted))
    };
    type Change = dyn Fn(&mut v1::GrantDesignation);
    let cases: [(&Change, &str); 8] = [
        (&|grant| grant.subject = vec![1; 15], "invalid"),
        (&|grant| grant.role = 0, "invalid"),
        (&|grant| grant.role = 99, "invalid"),
        (&|grant| grant.body = "Kazakhstan".to_owned(), "invalid"),
        (&|grant| grant.record_types = vec!["An event".to_owned()], "invalid"),
        (&|grant| grant.note_digest = vec![1; 16], "invalid"),
        (&|grant| grant.body = String::new(), "designation-needs-a-body"),
        (&|grant| grant.valid_until = Some(grant.valid_from), "empty-period"),
    ];
    for (number, (change, code)) in cases.into_iter().enumerate() {
        assert_eq!(world.refused(with(change)).facts().code, code, "case {number}");
    }
    let unknown = v1::RevokeDesignation { designation: vec![1; 3] };
    let refusal = world.refused(Ask::by(ADMINISTRATOR, Command::RevokeDesignation(unknown)));
    assert!(matches!(refusal, Refusal::Invalid(Invalid::Designation(_))));
}

#[test]
fn services_act_only_in_their_own_part() {
    let mut world = World::in_review();
    let submission = Actor::Service(Origin::Submission);
    assert_eq!(
        world.refused(Ask::by(submission, grant(NOBODY, Role::Moderator, "", &[]))),
        Refusal::WrongActor("another service")
    );
    assert_eq!(world.refused(Ask::by(submission, adopt("{}"))), Refusal::WrongActor("another service"));
    let claim = Ask::by(SYSTEM, Command::Claim(v1::Claim {})).on(ENTRY);
    assert_eq!(world.refused(claim), Refusal::WrongActor("a service"));
}
