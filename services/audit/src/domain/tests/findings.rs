use dossier_engine::testing::Ask;
use dossier_proto::{Payload, v1};
use v1::report_finding::Kind;

use super::world::*;
use crate::domain::{AuditRefusal, Command, FINDINGS_MAX, FindingKind, KnownFinding};

#[test]
fn a_finding_is_reported_once() {
    let mut world = World::ready();
    let ask = || Ask::by(SYSTEM, Command::Report(report(Kind::NotApproved, 7, vec![2; 32]))).on(ENTRY);
    let events = world.story.given(ask());
    assert!(matches!(events[0].payload, Some(Payload::FindingReported(_))));
    assert_eq!(events[0].head.entry, Some(ENTRY), "it is part of the entry's trail");
    assert_eq!(world.story.given(ask()), [], "the same again is nothing new");
    for other in [
        report(Kind::NotSubmitted, 7, vec![2; 32]),
        report(Kind::NotApproved, 8, vec![2; 32]),
        report(Kind::NotApproved, 7, vec![3; 32]),
    ] {
        assert_eq!(world.story.given(Ask::by(SYSTEM, Command::Report(other))).len(), 1);
    }
    assert_eq!(world.story.state().findings.len(), 4);
    world.story.replayed();
}

#[test]
fn nobody_but_the_system_reports() {
    let mut world = World::ready();
    let command = Command::Report(report(Kind::Shorter, 7, vec![0; 8]));
    let refusal = world.story.ask(Ask::by(AUDITOR, command)).unwrap_err();
    assert!(matches!(refusal, AuditRefusal::WrongActor(_)), "{refusal}");
}

#[test]
fn a_finding_has_a_kind_a_place_and_bounded_evidence() {
    let mut world = World::ready();
    let mut nowhere = report(Kind::Shorter, 7, Vec::new());
    nowhere.at = None;
    for wrong in [nowhere, report(Kind::Unspecified, 7, Vec::new()), report(Kind::Shorter, 7, vec![0; 33])] {
        let refusal = world.story.ask(Ask::by(SYSTEM, Command::Report(wrong))).unwrap_err();
        assert!(matches!(refusal, AuditRefusal::Invalid(_)), "{refusal}");
    }
}

#[test]
fn there_is_an_end_to_findings() {
    use dossier_engine::{Context, Decider as _};
    let mut world = World::ready();
    let events = world.story.given(Ask::by(SYSTEM, Command::Report(report(Kind::Shorter, 0, Vec::new()))));
    let context = Context::of(&events[0]);
    let mut state = world.story.state().clone();
    let known = state.findings.first().expect("one was reported").clone();
    let many = (1..FINDINGS_MAX as u64).map(|sequence| {
        let at = dossier_proto::Place { sequence, ..known.at };
        KnownFinding { at, ..known.clone() }
    });
    state.findings.extend(many);
    let one_more = Command::Report(report(Kind::Shorter, FINDINGS_MAX as u64, Vec::new()));
    let decision = crate::Audit::decide(&state, &one_more, &context).unwrap();
    assert!(decision.events.is_empty(), "the {FINDINGS_MAX} first say where to look");
    state.findings.pop_last();
    assert_eq!(crate::Audit::decide(&state, &one_more, &context).unwrap().events.len(), 1);
}

#[test]
fn kinds_come_back_from_their_numbers_and_keys_are_for_ever() {
    for kind in FindingKind::ALL {
        assert_eq!(FindingKind::from_number(kind.wire() as i32), Some(kind));
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.key());
    }
    assert_eq!(FindingKind::from_number(0), None);
    assert_eq!(FindingKind::from_number(99), None);
    let keys = FindingKind::ALL.map(FindingKind::key).join(" ");
    assert_eq!(
        keys,
        "root-differs signature-bad shorter not-approved not-submitted never-sent not-an-event not-decidable heads-apart \
         erasure-unconfirmed state-differs forked"
    );
    for kind in FindingKind::ALL {
        assert_eq!(FindingKind::from_key(kind.key()), Some(kind));
        assert!(kind.meaning().ends_with('.') && kind.what_to_do().ends_with('.'), "{}", kind.key());
    }
}

#[test]
fn what_passes_is_settled_once_and_found_again() {
    let mut world = World::ready();
    let finding = || report(Kind::HeadsApart, 7, vec![0; 8]);
    let found = || Ask::by(SYSTEM, Command::Report(finding()));
    let settle = || Ask::by(SYSTEM, Command::Settle(v1::SettleFinding { finding: Some(finding()) }));
    assert_eq!(world.story.given(settle()), [], "nothing is open");
    assert_eq!(world.story.given(found()).len(), 1);
    let events = world.story.given(settle());
    assert!(matches!(events[0].payload, Some(Payload::FindingSettled(_))));
    assert_eq!(world.story.given(settle()), [], "it is settled once");
    assert_eq!(world.story.given(found()).len(), 1, "and may be so again");
    let state = world.story.replayed();
    assert_eq!(state.findings.len(), 1);
}

#[test]
fn the_same_of_another_service_is_another_finding() {
    let mut world = World::ready();
    let of = |service: dossier_proto::Origin| {
        let service = i32::from(service.number());
        Ask::by(
            SYSTEM,
            Command::Report(v1::ReportFinding { service, ..report(Kind::ErasureUnconfirmed, 7, Vec::new()) }),
        )
    };
    for service in dossier_proto::Origin::ALL {
        assert_eq!(world.story.given(of(service)).len(), 1);
        assert_eq!(world.story.given(of(service)), []);
    }
}

#[test]
fn what_does_not_pass_stays_open() {
    let mut world = World::ready();
    for kind in FindingKind::ALL.into_iter().filter(|kind| !kind.passes()) {
        let finding = report(kind.wire(), 7, Vec::new());
        assert_eq!(world.story.given(Ask::by(SYSTEM, Command::Report(finding.clone()))).len(), 1);
        let settle = Command::Settle(v1::SettleFinding { finding: Some(finding) });
        let refusal = world.story.ask(Ask::by(SYSTEM, settle.clone())).unwrap_err();
        assert!(matches!(refusal, AuditRefusal::Invalid(_)), "{refusal}");
        let refusal = world.story.ask(Ask::by(AUDITOR, settle)).unwrap_err();
        assert!(matches!(refusal, AuditRefusal::WrongActor(_)), "{refusal}");
    }
}

#[test]
fn a_reason_is_a_code_and_no_words() {
    let mut world = World::ready();
    for code in ["Somebody wrote this", "ümlaut", &"x".repeat(65)] {
        let finding = v1::ReportFinding { code: code.into(), ..report(Kind::NotDecidable, 7, Vec::new()) };
        let refusal = world.story.ask(Ask::by(SYSTEM, Command::Report(finding))).unwrap_err();
        assert!(matches!(refusal, AuditRefusal::Invalid(_)), "{refusal}");
    }
    let finding = v1::ReportFinding { code: "own-words".into(), ..report(Kind::NotDecidable, 7, Vec::new()) };
    assert_eq!(world.story.given(Ask::by(SYSTEM, Command::Report(finding))).len(), 1);
}
