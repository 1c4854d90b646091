//! Whether moderation's journal and the accounts beside it speak of the same people.

use std::collections::BTreeSet;

use dossier_journal::{Journal, OpenErrorKind, Place};
use dossier_proto::{Event, Origin, Payload, SubjectId};

use super::{Finding, Findings};
use crate::{Exit, Layout, house};

pub(super) fn look(layout: &Layout, journal: &Journal, findings: &mut Findings) {
    if journal.head().size == 0 && journal.head().epoch == 0 && layout.keys().join("place").exists() {
        let found = "is empty, but moderation has worked here, and writes which registry is in force before anything else: its journal was lost. \
                     Put moderation/ of a backup back";
        let code = OpenErrorKind::Truncated.exit_code();
        findings.add(Finding::fault(code, "journal", layout.service(Origin::Moderation).display(), found));
    }
    let designated = designated(journal);
    let has_account = |subject: &SubjectId| layout.accounts().join(format!("{subject}.json")).exists();
    if !designated.is_empty() && !designated.iter().any(has_account) {
        let found = house::people_lost(layout, designated.len());
        findings.add(Finding::fault(Exit::Damaged as u8, "accounts", layout.accounts().display(), found));
    }
}

/// Whom the journal designates. What cannot be read is told elsewhere.
fn designated(journal: &Journal) -> BTreeSet<SubjectId> {
    let mut subjects = BTreeSet::new();
    let read = journal.replay(Place { epoch: 0, sequence: 0 }, |stored| {
        if let Ok(Event { payload: Some(Payload::DesignationGranted(granted)), .. }) = Event::decode(&stored.event)
            && let Some(grant) = granted.command
            && let Ok(subject) = SubjectId::try_from(grant.subject.as_slice())
        {
            subjects.insert(subject);
        }
    });
    drop(read);
    subjects
}
