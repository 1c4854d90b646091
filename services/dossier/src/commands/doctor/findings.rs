//! What the audit service found and is not settled, from its own journal: for whoever was not told.

use dossier_audit::{domain::Audit, views::AuditView};
use dossier_engine::{Until, fold_journal};
use dossier_journal::Journal;

use super::{Finding, Findings};

/// So many are told; the rest have the same causes, and GET /audit/api/v1/findings has all of them.
const TOLD_MAX: usize = 20;

/// Tells every finding that is open, with what to do.
pub(super) fn look(audit: &Journal, findings: &mut Findings) {
    // What cannot be folded was told of the journal.
    let Ok(folded) = fold_journal::<Audit, AuditView>(audit, Until::End) else { return };
    let open: Vec<_> = folded.view.open_findings().collect();
    for row in open.iter().take(TOLD_MAX) {
        let found = format!("{} (reported at {}) {}", row.finding().sentence(), row.reported, row.kind.what_to_do());
        findings.add(Finding::warning("finding", row.at, found));
    }
    if let Some(more) = open.len().checked_sub(TOLD_MAX).filter(|more| *more > 0) {
        findings.add(Finding::warning(
            "finding",
            "audit",
            format!("{more} more are open: GET /audit/api/v1/findings?state=open"),
        ));
    }
}
