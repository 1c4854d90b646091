//! People with designations, and what they ask for.

use dossier_engine::testing::{Ask, Story};
use dossier_identity::Role;
use dossier_proto::{Actor, DesignationId, EntryId, Event, Micros, Origin, Payload, Place, SubjectId, v1};
use v1::{read_trail::Scope, report_finding::Kind};

use crate::domain::{Audit, Command};

pub(crate) const AUDITOR: SubjectId = SubjectId([1; 16]);
pub(crate) const AUDITOR_OF_KENYA: SubjectId = SubjectId([2; 16]);
pub(crate) const AUDITOR_OF_EVENTS: SubjectId = SubjectId([3; 16]);
pub(crate) const NOBODY: SubjectId = SubjectId([9; 16]);
pub(crate) const ENTRY: EntryId = EntryId([0x11; 16]);
pub(crate) const SYSTEM: Actor = Actor::System(Origin::Audit);

pub(crate) fn grant(subject: SubjectId, role: Role, body: &str, record_types: &[&str]) -> v1::GrantDesignation {
    v1::GrantDesignation {
        subject: subject.to_vec(),
        role: role.number(),
        body: body.to_owned(),
        record_types: record_types.iter().map(ToString::to_string).collect(),
        valid_from: 0,
        valid_until: None,
        note_digest: Vec::new(),
        ..v1::GrantDesignation::default()
    }
}

/// The audit service hears of designations and of a registry.
pub(crate) struct World {
    pub(crate) story: Story<Audit>,
}

impl World {
    pub(crate) fn ready() -> Self {
        let mut world = Self { story: Story::new() };
        world.designate(grant(AUDITOR, Role::Auditor, "", &[]));
        world.designate(grant(AUDITOR_OF_KENYA, Role::Auditor, "KEN", &[]));
        world.designate(grant(AUDITOR_OF_EVENTS, Role::Auditor, "", &["event"]));
        world
    }

    pub(crate) fn hear(&mut self, payload: Payload) -> Event {
        self.story.hear(Actor::System(Origin::Moderation), Origin::Moderation, None, payload)
    }

    pub(crate) fn designate(&mut self, command: v1::GrantDesignation) -> Event {
        self.hear(Payload::DesignationGranted(v1::DesignationGranted { command: Some(command) }))
    }

    pub(crate) fn revoke(&mut self, designation: DesignationId) -> Event {
        let command = v1::RevokeDesignation { designation: designation.to_vec() };
        self.hear(Payload::DesignationRevoked(v1::DesignationRevoked { command: Some(command) }))
    }

    pub(crate) fn held(&self, subject: SubjectId) -> DesignationId {
        self.story.state().designations.of_subject(subject).next().expect("designated").designation.id
    }
}

pub(crate) fn trail(scope: Scope, body: &str, record_type: &str) -> v1::ReadTrail {
    v1::ReadTrail {
        scope: scope.into(),
        body: body.to_owned(),
        record_type: record_type.to_owned(),
        ..v1::ReadTrail::default()
    }
}

pub(crate) fn range(count: u32) -> v1::ReadTrail {
    let from = Place { origin: Origin::Moderation, epoch: 0, sequence: 3 };
    v1::ReadTrail { scope: Scope::Events.into(), from: Some(from.into()), count, ..v1::ReadTrail::default() }
}

pub(crate) fn read_trail(by: SubjectId, body: &str, record_type: &str) -> Ask<Command> {
    Ask::by(by, Command::Read(trail(Scope::Trail, body, record_type))).on(ENTRY)
}

pub(crate) fn read_range(by: SubjectId, count: u32) -> Ask<Command> {
    Ask::by(by, Command::Read(range(count)))
}

pub(crate) fn report(kind: Kind, sequence: u64, found: Vec<u8>) -> v1::ReportFinding {
    let at = Place { origin: Origin::Publication, epoch: 0, sequence };
    v1::ReportFinding {
        kind: kind.into(),
        at: Some(at.into()),
        expected: vec![1; 32],
        found,
        ..v1::ReportFinding::default()
    }
}

pub(crate) const fn days(count: i64) -> i64 {
    count * Micros::DAY
}
