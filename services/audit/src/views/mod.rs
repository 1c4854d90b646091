//! The read model: who may do what, what was found, who read what.

use std::collections::BTreeMap;

use dossier_engine::{Decider as _, View, erasure::Orders};
use dossier_proto::{Digest, Event, Micros, Origin, Payload, Place, SubjectId, v1};
use serde::{Deserialize, Serialize};

use crate::domain::{Audit, Finding, FindingKind, State, known};

/// What the pages and routes of this service ask for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AuditView {
    /// Everything that decides.
    pub state: State,
    /// Every finding, in the order they were reported.
    pub findings: Vec<FindingRow>,
    /// Each reading, and each refusal of one, in order. 24 bytes each: a million readings are 24 MB.
    pub readings: Vec<ReadingRow>,
    /// Everybody who ever read, or wanted to, with their number in the rows above.
    pub readers: BTreeMap<SubjectId, u32>,
    /// Where each registry was received, in our own journal.
    pub registries: Vec<(Digest, (u32, u64))>,
}

/// A reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingRow {
    /// The epoch it stands in.
    pub epoch: u32,
    /// Whose it is: the number in [`AuditView::readers`].
    pub reader: u32,
    /// Where it stands.
    pub sequence: u64,
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
    fn erasures(&self) -> Option<&Orders> {
        Some(&self.state.erasures)
    }

    fn apply(&mut self, event: &Event, beside: Option<&Event>) {
        Audit::evolve(&mut self.state, event, beside);
        let place = event.head.place;
        match &event.payload {
            Some(Payload::TrailRead(_) | Payload::AuditRefused(_)) => {
                let reader = event.head.actor.person().map_or(u32::MAX, |subject| self.reader(subject));
                self.readings.push(ReadingRow { epoch: place.epoch, reader, sequence: place.sequence });
            }
            Some(Payload::Received(_)) => {
                if let Some(digest) = beside.and_then(registry) {
                    self.registries.push((digest, (place.epoch, place.sequence)));
                }
            }
            Some(Payload::FindingReported(reported)) => self.findings.extend(row(event, reported)),
            Some(Payload::FindingSettled(settled)) => self.settle(event, settled),
            _ => {}
        }
    }
}

impl AuditView {
    /// The number of a reader; the next one for who comes first.
    fn reader(&mut self, subject: SubjectId) -> u32 {
        // Four billion readers would have more designations than there are people.
        let next = u32::try_from(self.readers.len()).unwrap_or(u32::MAX);
        *self.readers.entry(subject).or_insert(next)
    }
}

/// The digest of the registry that an event adopts.
fn registry(foreign: &Event) -> Option<Digest> {
    let Some(Payload::RegistryAdopted(adopted)) = &foreign.payload else { return None };
    Digest::try_from(adopted.command.as_ref()?.digest.as_slice()).ok()
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
