//! At each start the whole of the copies is reconciled once more: what was copied and not judged before a crash, and
//! what was altered since.

use std::sync::Arc;

use dossier_journal::{Journal, Place, ReadError};
use dossier_proto::Event;

use crate::{
    copies::{COPIED, Copies},
    reconcile::{self, Look, Shelf},
    reporter::Reporter,
};

/// The copies for our own journal, which hears of an event just before it is copied: what is not copied yet may come.
struct NotYet<'a>(&'a Copies);

impl Shelf for NotYet<'_> {
    fn at(&self, place: dossier_proto::Place) -> Look {
        // Before the look: what is copied between the two was not absent.
        let copied = self.0.tally(place.origin).next_place();
        match self.0.at(place) {
            Look::Absent if copied <= place => Look::Unknown,
            look => look,
        }
    }
}

/// Reconciles every copied event, and every event of our own journal. Reads all of them: to be run off the async threads.
///
/// # Errors
/// [`ReadError`] when a journal cannot be read to its end.
pub(crate) fn sweep(own: &Journal, copies: &Arc<Copies>, reporter: &Reporter) -> Result<u64, ReadError> {
    let mut looked = 0;
    for journal in COPIED.into_iter().filter_map(|origin| copies.journal(origin)) {
        looked += sweep_one(journal, &**copies, reporter)?;
    }
    Ok(looked + sweep_one(own, &NotYet(copies), reporter)?)
}

fn sweep_one(journal: &Journal, shelf: &dyn Shelf, reporter: &Reporter) -> Result<u64, ReadError> {
    let mut looked = 0;
    journal.replay(Place { epoch: 0, sequence: 0 }, |stored| {
        looked += 1;
        // What cannot be decoded is told by `dossier verify`; an event of a later version is no finding.
        let Ok(event) = Event::decode(&stored.event) else { return };
        if let Some(finding) = reconcile::judge(&event, shelf) {
            reporter.report(finding);
        }
    })?;
    Ok(looked)
}
