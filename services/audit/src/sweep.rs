//! At each start the whole of the copies is reconciled once more: what was copied and not judged before a crash, and
//! what was altered since.

use std::sync::Arc;

use dossier_journal::{Journal, Place, ReadError};
use dossier_proto::Event;

use crate::{
    copies::{COPIED, Copies},
    reconcile,
    reporter::Reporter,
};

/// Reconciles every copied event, and every event of our own journal. Reads all of them: to be run off the async threads.
///
/// # Errors
/// [`ReadError`] when a journal cannot be read to its end.
pub fn sweep(own: &Journal, copies: &Arc<Copies>, reporter: &Reporter) -> Result<u64, ReadError> {
    let start = Place { epoch: 0, sequence: 0 };
    let mut looked = 0;
    let mut judge = |stored: dossier_journal::Stored| {
        looked += 1;
        // What cannot be decoded is told by `dossier verify`; an event of a later version is no finding.
        let Ok(event) = Event::decode(&stored.event) else { return };
        if let Some(finding) = reconcile::judge(&event, &**copies) {
            reporter.report(finding);
        }
    };
    for journal in COPIED.into_iter().filter_map(|origin| copies.journal(origin)).chain([own]) {
        journal.replay(start, &mut judge)?;
    }
    Ok(looked)
}
