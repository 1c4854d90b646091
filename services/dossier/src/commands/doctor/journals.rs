//! Each journal: whether it opens, or why not; its end, its clock, its snapshots.

use std::collections::BTreeMap;

use dossier_exchange::{Clock, MachineClock};
use dossier_journal::{Journal, OpenError, snapshot::Snapshots};
use dossier_proof::Frontier;
use dossier_proto::{Event, Micros, Origin};

use super::{Finding, Findings, findings as found, history, people};
use crate::{Exit, house, offline::Offline, progress::Progress};

/// A wall clock may be this far behind the journal; more, and the service does not start.
const CLOCK_BEHIND_MAX: i64 = 5 * Micros::SECOND;

pub(super) fn look(offline: &Offline, findings: &mut Findings, progress: &Progress) {
    let mut journals = BTreeMap::new();
    for origin in offline.services(None).unwrap_or_default() {
        progress.begin(&format!("{origin}: comparing every event with the Merkle tree"));
        let folder = offline.layout().service(origin).join("journal");
        pages_are_small(&folder, findings);
        match offline.journal(origin) {
            Ok(journal) => drop(journals.insert(origin, journal)),
            Err(error) => findings.add(refused(&folder, &error)),
        }
    }
    for origin in dossier_audit::COPIED {
        progress.begin(&format!("{origin}: the audit service's copy"));
        if let Err(error) = offline.copy(origin) {
            let folder = offline.layout().service(Origin::Audit).join("journal").join(format!("copy-{origin}"));
            findings.add(refused(&folder, &error));
        }
    }
    for (origin, journal) in &journals {
        opened(offline, *origin, journal, &journals, findings);
        history::look(*origin, journal, findings, progress);
        if *origin == Origin::Moderation {
            people::look(offline.layout(), journal, findings);
        }
        if *origin == Origin::Audit {
            found::look(journal, findings);
        }
    }
}

/// The message says which kind it is and what to do.
fn refused(folder: &std::path::Path, error: &OpenError) -> Finding {
    Finding::fault(error.kind().exit_code(), "journal", folder.display(), format!("{:?}: {error}", error.kind()))
}

/// Pages that grew beyond what sled keeps in its log are files of their own that it never syncs. None should exist.
fn pages_are_small(folder: &std::path::Path, findings: &mut Findings) {
    let blobs = folder.join("blobs");
    if std::fs::read_dir(&blobs).is_ok_and(|mut items| items.next().is_some()) {
        let found =
            "holds pages that the store does not sync: after a loss of power they may be gone. Export the journal now";
        findings.add(Finding::warning("journal", blobs.display(), found));
    }
}

fn opened(
    offline: &Offline,
    origin: Origin,
    journal: &Journal,
    journals: &BTreeMap<Origin, Journal>,
    findings: &mut Findings,
) {
    let head = journal.head();
    let epoch = if head.epoch == 0 { String::new() } else { format!(" in epoch {}", head.epoch) };
    findings.add(Finding::note("journal", origin, format!("whole: {} events{epoch}, root {}", head.size, head.root)));
    clock(origin, journal, MachineClock.now(), findings);
    snapshots(offline, origin, journal, findings);
    for followed in journal.followed() {
        let Some(of) = Origin::from_number(i32::from(followed.origin)) else { continue };
        let Some(theirs) = journals.get(&of).map(Journal::head) else { continue };
        if followed.epoch == theirs.epoch && followed.next > theirs.size {
            let found = format!(
                "has read {} events of {of}, whose journal has {}: events of {of} are lost. Put {of}'s journal/ and anchors/ of a backup back; the audit service's copy may hold the rest",
                followed.next, theirs.size
            );
            findings.add(Finding::fault(Exit::Damaged as u8, "journal", origin, found));
        }
    }
}

/// The clock of this machine against the last event.
fn clock(origin: Origin, journal: &Journal, now: Micros, findings: &mut Findings) {
    let head = journal.head();
    let Some(sequence) = head.size.checked_sub(1) else { return };
    let last = journal.get(dossier_journal::Place { epoch: head.epoch, sequence });
    let Some(event) = last.ok().flatten().and_then(|stored| Event::decode(&stored.event).ok()) else { return };
    let behind = event.head.recorded_at.0.saturating_sub(now.0);
    if behind > CLOCK_BEHIND_MAX {
        let found = format!(
            "the last event was recorded {} seconds later than this machine's clock says it is now; the service does not start so. Set the clock",
            behind / Micros::SECOND
        );
        findings.add(Finding::fault(Exit::Clock as u8, "clock", origin, found));
    }
}

/// Snapshots are caches: nothing about them is a fault.
fn snapshots(offline: &Offline, origin: Origin, journal: &Journal, findings: &mut Findings) {
    let folder = offline.layout().service(origin).join("snapshots");
    let held = std::fs::read_dir(&folder).is_ok_and(|mut items| items.next().is_some());
    if !held {
        return;
    }
    let about = |found: &str| Finding::note("snapshot", folder.display(), found);
    match Snapshots::new(&folder, house::fingerprint().0).newest() {
        Err(error) => findings.add(about(&format!("cannot be read ({error}); the next start folds the whole journal"))),
        Ok(None) => findings.add(about(
            "none can be used: made by another version, or damaged; the next start folds the whole journal",
        )),
        Ok(Some(snapshot)) => {
            let edge = snapshot.edge;
            let taken = Frontier::from_parts(edge.size, edge.frontier.iter().copied()).ok();
            let ours = journal.root_at(edge.epoch, edge.size).ok();
            if taken.is_none() || taken.map(|frontier| frontier.root()) != ours {
                let found = format!(
                    "the newest is of another history (at event {}); it is thrown away at the next start. Was the journal put back?",
                    edge.size
                );
                findings.add(Finding::warning("snapshot", folder.display(), found));
            }
        }
    }
}
