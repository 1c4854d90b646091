//! The read model: who may do what, what was found, who read what.

use dossier_engine::{Decider as _, View};
use dossier_proto::{Event, Micros, Origin, Payload, Place, v1};
use serde::{Deserialize, Serialize};

use crate::domain::{Audit, Finding, FindingKind, State, known};

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
    /// Why, as a code; empty where the kind says it all.
    pub code: String,
    /// The event that stands against it.
    pub because: Option<Place>,
    /// Who is behind, has not confirmed, or works with another state.
    pub service: Option<Origin>,
    /// Where it is recorded that it lasts no longer, and when that was; none while it is open.
    pub settled: Option<(Place, Micros)>,
}

impl FindingRow {
    /// The finding as it was reported.
    pub fn finding(&self) -> Finding {
        Finding {
            kind: self.kind,
            at: self.at,
            entry: None,
            expected: self.expected.clone(),
            found: self.found.clone(),
            code: self.code.clone(),
            because: self.because,
            service: self.service,
        }
    }
}

impl AuditView {
    /// The findings that are not settled.
    pub fn open_findings(&self) -> impl Iterator<Item = &FindingRow> {
        self.findings.iter().filter(|row| row.settled.is_none())
    }

    /// What a finding said lasts no longer: the last report of it is settled.
    fn settle(&mut self, event: &Event, settled: &v1::FindingSettled) {
        let finding = settled.command.as_ref().and_then(|command| command.finding.as_ref());
        let Some(of) = finding.and_then(known) else { return };
        let is_it = |row: &&mut FindingRow| {
            row.settled.is_none()
                && (row.kind, row.at, row.service) == (of.kind, of.at, of.service)
                && row.found == of.found
        };
        if let Some(row) = self.findings.iter_mut().rev().find(is_it) {
            row.settled = Some((event.head.place, event.head.recorded_at));
        }
    }
}

impl View for AuditView {
    fn apply(&mut self, event: &Event, beside: Option<&Event>) {
        Audit::evolve(&mut self.state, event, beside);
        let place = event.head.place;
        match &event.payload {
            Some(Payload::TrailRead(_) | Payload::AuditRefused(_)) => self.readings.push((place.epoch, place.sequence)),
            Some(Payload::FindingReported(reported)) => self.findings.extend(row(event, reported)),
            Some(Payload::FindingSettled(settled)) => self.settle(event, settled),
            _ => {}
        }
    }
}

fn row(event: &Event, reported: &v1::FindingReported) -> Option<FindingRow> {
    let command = reported.command.as_ref()?;
    Some(FindingRow {
        reported: event.head.place,
        recorded_at: event.head.recorded_at,
        kind: FindingKind::from_number(command.kind)?,
        at: Place::try_from(command.at.as_ref()?).ok()?,
        expected: command.expected.clone(),
        found: command.found.clone(),
        code: command.code.clone(),
        because: command.because.as_ref().and_then(|because| Place::try_from(because).ok()),
        service: Origin::from_number(command.service),
        settled: None,
    })
}
