//! Random sequences. The test kit decides each recorded command again (P10); here stands what must hold whatever happens.

use dossier_engine::testing::{Ask, Dice, for_seeds};
use dossier_identity::Role;
use dossier_proto::{Payload, SubjectId, v1};
use v1::{read_trail::Scope, report_finding::Kind};

use super::world::*;
use crate::domain::Command;

const PEOPLE: [SubjectId; 4] = [AUDITOR, AUDITOR_OF_KENYA, AUDITOR_OF_EVENTS, NOBODY];

fn step(world: &mut World, dice: &mut Dice) {
    let person = *dice.pick(&PEOPLE);
    match dice.below(10) {
        0 => {
            let role = *dice.pick(&[Role::Auditor, Role::Administrator, Role::Moderator]);
            world.designate(grant(person, role, dice.pick::<&str>(&["", "KAZ", "KEN"]), &[]));
        }
        1 => {
            let held: Vec<_> =
                world.story.state().designations.of_subject(person).map(|held| held.designation.id).collect();
            if !held.is_empty() {
                world.revoke(*dice.pick(&held));
            }
        }
        2 => {
            let document = dice.roll().to_be_bytes().to_vec();
            let command = v1::AdoptRegistry { document, digest: vec![dice.below(200) as u8; 32] };
            world.hear(Payload::RegistryAdopted(v1::RegistryAdopted { command: Some(command) }));
        }
        3 => {
            let kind = *dice.pick(&[Kind::NotApproved, Kind::Shorter, Kind::Unspecified]);
            let finding = report(kind, dice.below(4), vec![dice.below(2) as u8; 32]);
            let _ = world.story.ask(Ask::by(SYSTEM, Command::Report(finding)));
        }
        4 => world.story.wait(i64::try_from(dice.below(10)).unwrap() * days(1)),
        5 => {
            let _ = world.story.ask(read_range(person, u32::try_from(dice.below(300)).unwrap()));
        }
        _ => {
            let scope = *dice.pick(&[Scope::Trail, Scope::Content, Scope::Events]);
            let command = trail(scope, dice.pick::<&str>(&["KAZ", "KEN", ""]), dice.pick::<&str>(&["event", "pledge"]));
            let _ = world.story.ask(Ask::by(person, Command::Read(command)).on(ENTRY));
        }
    }
}

#[test]
fn whatever_happens_readings_rest_on_a_right_and_findings_stand_once() {
    for_seeds(60, |dice| {
        let mut world = World::ready();
        for _ in 0..60 {
            step(&mut world, dice);
        }
        let state = world.story.replayed();
        let mut findings = 0;
        for (event, _) in world.story.log() {
            match &event.payload {
                Some(Payload::TrailRead(_)) => {
                    let authority = event.head.authority.expect("a reading names its designation");
                    let held = state.designations.get(authority.designation).expect("which was granted");
                    assert_eq!(held.designation.role, Role::Auditor);
                    assert_eq!(Some(held.designation.subject), event.head.actor.person());
                    let revoked = held.revoked.is_some_and(|revoked| revoked.at <= event.head.recorded_at);
                    assert!(!revoked, "and was in force at {}", event.head.place);
                }
                Some(Payload::FindingReported(_)) => findings += 1,
                _ => {}
            }
        }
        assert_eq!(findings, state.findings.len());
    });
}
