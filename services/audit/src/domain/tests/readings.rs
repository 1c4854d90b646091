use dossier_engine::{Record, Refusal as _};
use dossier_identity::{NotEntitledReason, Role};
use dossier_proto::{Payload, SubjectId};

use super::world::*;
use crate::domain::{AuditRefusal, Command};
use dossier_engine::testing::Ask;
use dossier_proto::v1::read_trail::Scope;

/// DOMAIN section 5: of all roles auditors alone read trails; an administrator has no say here.
#[test]
fn auditors_alone_may_read() {
    for (number, role) in (20..).zip(Role::ALL) {
        let mut world = World::ready();
        let person = SubjectId([number; 16]);
        let body = if role.acts_for_a_body() { "KAZ" } else { "" };
        world.designate(grant(person, role, body, &[]));
        let asked = [read_trail(person, "KAZ", "event"), read_range(person, 50)];
        for ask in asked {
            let outcome = world.story.ask(ask);
            let reads = outcome.is_ok_and(|events| matches!(events[0].payload, Some(Payload::TrailRead(_))));
            assert_eq!(reads, role == Role::Auditor, "{role}");
        }
    }
}

#[test]
fn a_reading_names_the_designation_it_rests_on() {
    let mut world = World::ready();
    let events = world.story.given(read_trail(AUDITOR, "KAZ", "event"));
    assert_eq!(events.len(), 1);
    let authority = events[0].head.authority.expect("a reading rests on a designation");
    assert_eq!(authority.designation, world.held(AUDITOR));
    assert_eq!(events[0].head.entry, Some(ENTRY));
    assert_eq!(events[0].head.registry, world.story.state().registry);
}

#[test]
fn a_designation_reaches_as_far_as_it_says() {
    use NotEntitledReason::{NoDesignation, OtherBody, OtherRecordType};
    for (who, body, record_type, expected) in [
        (AUDITOR, "KAZ", "pledge", None),
        (AUDITOR_OF_KENYA, "KEN", "pledge", None),
        (AUDITOR_OF_KENYA, "KAZ", "event", Some(OtherBody)),
        (AUDITOR_OF_EVENTS, "KAZ", "event", None),
        (AUDITOR_OF_EVENTS, "KAZ", "pledge", Some(OtherRecordType)),
        (NOBODY, "KAZ", "event", Some(NoDesignation)),
    ] {
        let mut world = World::ready();
        let refused = world.story.ask(read_trail(who, body, record_type)).err();
        let reason = refused.map(|refusal| match refusal {
            AuditRefusal::NotEntitled { reason, .. } => reason,
            other => panic!("{other}"),
        });
        assert_eq!(reason, expected, "{who} {body} {record_type}");
    }
    // A range of events concerns every body and type.
    for (who, may) in [(AUDITOR, true), (AUDITOR_OF_KENYA, false), (AUDITOR_OF_EVENTS, false), (NOBODY, false)] {
        assert_eq!(World::ready().story.ask(read_range(who, 1)).is_ok(), may, "{who}");
    }
}

#[test]
fn a_reading_without_a_right_is_refused_on_the_record() {
    let mut world = World::ready();
    let before = world.story.log().len();
    let refusal = world.story.ask(read_trail(NOBODY, "KAZ", "event")).unwrap_err();
    assert_eq!(refusal.facts().record, Record::Kept);
    assert_eq!(refusal.facts().code, "no-designation");
    let (event, _) = &world.story.log()[before];
    assert!(matches!(event.payload, Some(Payload::AuditRefused(_))), "{event:?}");
    assert_eq!(event.head.entry, Some(ENTRY), "it is part of the entry's trail");
    world.story.replayed();
}

#[test]
fn a_revoked_or_ended_auditor_reads_no_more_and_is_told_why() {
    let mut world = World::ready();
    let revoked = world.revoke(world.held(AUDITOR));
    let refusal = world.story.ask(read_trail(AUDITOR, "KAZ", "event")).unwrap_err();
    let because = Some(revoked.head.place);
    assert_eq!(refusal, AuditRefusal::NotEntitled { reason: NotEntitledReason::Revoked, because });
    assert!(refusal.to_string().contains(&revoked.head.place.to_string()), "{refusal}");

    let mut world = World::ready();
    let until = world.story.now().plus(days(2));
    let mut command = grant(NOBODY, Role::Auditor, "", &[]);
    command.valid_until = Some(until.0);
    world.designate(command);
    world.story.given(read_trail(NOBODY, "KAZ", "event"));
    world.story.wait(days(3));
    let refusal = world.story.ask(read_trail(NOBODY, "KAZ", "event")).unwrap_err();
    assert!(matches!(refusal, AuditRefusal::NotEntitled { reason: NotEntitledReason::Ended, .. }), "{refusal}");
}

#[test]
fn what_is_read_has_to_be_said() {
    let mut world = World::ready();
    let before = world.story.log().len();
    let on_entry = |command| Ask::by(AUDITOR, Command::Read(command)).on(ENTRY);
    let on_nothing = |command| Ask::by(AUDITOR, Command::Read(command));
    let mut without_place = range(5);
    without_place.from = None;
    for ask in [
        on_entry(trail(Scope::Unspecified, "KAZ", "event")),
        on_entry(trail(Scope::Trail, "", "event")),
        on_entry(trail(Scope::Content, "KAZ", "")),
        on_entry(trail(Scope::Trail, "not a body", "event")),
        on_nothing(trail(Scope::Trail, "KAZ", "event")),
        on_entry(range(5)),
        on_nothing(range(0)),
        on_nothing(range(201)),
        on_nothing(without_place),
        Ask::by(SYSTEM, Command::Read(range(5))),
    ] {
        let refusal = world.story.ask(ask.clone()).unwrap_err();
        assert_eq!(refusal.facts().record, Record::Not, "{ask:?}: {refusal}");
    }
    assert_eq!(world.story.log().len(), before, "slips of the pen are no history");
    world.story.given(on_nothing(range(200)));
}
