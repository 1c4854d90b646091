//! An auditor reads trails. Each reading is recorded before it is answered.

use super::Caller;
use crate::notes::Note;

/// One step.
pub(super) fn work(caller: &mut Caller) {
    let entries = caller.town().all_entries();
    let Some(entry) = caller.seeded.one_of(&entries).cloned() else {
        // Without entries there is nothing to read but the list of findings, and no hurry.
        caller.read("/audit/api/v1/state");
        return;
    };
    let subject = caller.person().subject.clone();
    caller.town().note(&Note::Reads { subject: subject.clone(), entry: entry.clone() });
    let read = caller.read(&format!("/audit/api/v1/entries/{entry}/trail"));
    // An entry that began a moment ago may not have been copied yet; and the port of a house that died a moment ago may have
    // gone to another test's house, where nobody knows us.
    assert!(read.is_done() || [401, 404].contains(&read.status), "the trail of {entry}: {read:?}");
    if read.is_done() {
        caller.town().note(&Note::Read { subject, entry });
    }
}
