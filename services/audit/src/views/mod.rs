//! The read model: who may do what, what was found, who read what.

use dossier_engine::{Decider as _, View};
use dossier_proto::{Event, Micros, Payload, Place};
use serde::{Deserialize, Serialize};

use crate::domain::{Audit, FindingKind, State};

/// What the pages and routes of this service ask for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AuditView {
    /// Everything that decides.
    pub state: State,
    /// Every finding, in the order they were reported.
    pub findings: Vec<FindingRow>,
    /// Where each reading stands, and each refusal of one, in order. 16 bytes each: a million readings are 16 MB.
    pub readings: Vec<(u32, u64)>,
}

/// A reported finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FindingRow {
    /// Where the report stands, in our own journal.
    pub reported: Place,
    /// When it was reported.
    pub recorded_at: Micros,
    /// In which way something does not agree.
    pub kind: FindingKind,
    /// Where.
    pub at: Place,
    /// What should be there.
    pub expected: Vec<u8>,
    /// What is there.
    pub found: Vec<u8>,
}

impl View for AuditView {
    fn apply(&mut self, event: &Event, beside: Option<&Event>) {
        Audit::evolve(&mut self.state, event, beside);
        let place = event.head.place;
        match &event.payload {
            Some(Payload::TrailRead(_) | Payload::AuditRefused(_)) => self.readings.push((place.epoch, place.sequence)),
            Some(Payload::FindingReported(reported)) => self.findings.extend(row(event, reported)),
            _ => {}
        }
    }
}

fn row(event: &Event, reported: &dossier_proto::v1::FindingReported) -> Option<FindingRow> {
    let command = reported.command.as_ref()?;
    Some(FindingRow {
        reported: event.head.place,
        recorded_at: event.head.recorded_at,
        kind: FindingKind::from_number(command.kind)?,
        at: Place::try_from(command.at.as_ref()?).ok()?,
        expected: command.expected.clone(),
        found: command.found.clone(),
    })
}
