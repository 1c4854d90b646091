//! What stands in a journal that this version does not know, and whom it parks.

use dossier_exchange::PARKED_NAMED_MAX;
use dossier_journal::Journal;
use dossier_proto::{Event, Origin, kind_number};

use super::{Finding, Findings};
use crate::progress::Progress;

/// So many are told of one journal: as many as readiness names.
const TOLD_MAX: usize = PARKED_NAMED_MAX;

/// Reads every event for kinds that this version does not know: whoever reads this journal parks their entries.
pub(super) fn look(origin: Origin, journal: &Journal, findings: &mut Findings, progress: &Progress) {
    progress.begin(&format!("{origin}: looking for what this version does not know"));
    let total = journal.epochs().iter().map(|(_, size)| size).sum();
    let (mut done, mut unknown) = (0, Vec::new());
    let read = journal.replay(dossier_journal::Place { epoch: 0, sequence: 0 }, |stored| {
        done += 1;
        progress.at(done, total);
        let Ok(event) = Event::decode(&stored.event) else { return };
        if event.payload.is_none() && event.head.must_understand && unknown.len() <= TOLD_MAX {
            unknown.push((event.head, kind_number(&stored.event)));
        }
    });
    if let Err(error) = read {
        findings.add(Finding::fault(crate::Exit::Damaged as u8, "journal", origin, error));
    }
    for (head, kind) in unknown.iter().take(TOLD_MAX) {
        let whom = match head.entry {
            Some(entry) => format!("entry {entry} is parked with everything that follows for it"),
            None => "it is about no entry, so nothing after it is read".to_owned(),
        };
        let found = format!(
            "is of a kind that this version does not know{}: in the services that read it, {whom}. Start the version that wrote it, or a later one",
            kind.map(|kind| format!(" (number {kind} in the contract)")).unwrap_or_default()
        );
        findings.add(Finding::warning("parked", head.place, found));
    }
    if unknown.len() > TOLD_MAX {
        findings.add(Finding::warning("parked", origin, "there are more of them"));
    }
}
