//! What `/readyz` asks.

use dossier_web::observe::Readiness;

use super::House;

impl House {
    /// Every service runs, every journal is verified, everybody reads everybody.
    pub(super) fn readiness(&self) -> Readiness {
        let onlooker = self.followings.onlooker();
        let submission = self.submission.engine().clone();
        let moderation = self.moderation.engine().clone();
        let publication = self.publication.engine().clone();
        let audit = self.audit.engine().clone();
        let watch = self.audit.clone();
        let journals = self.journals();
        Readiness::new()
            .check("submission", move || running(submission.stopped_because()))
            .check("moderation", move || running(moderation.stopped_because()))
            .check("publication", move || running(publication.stopped_because()))
            .check("audit", move || running(audit.stopped_because()))
            .check("exchange", move || onlooker.trouble().map_or(Ok(()), Err))
            .check("agreement", move || watch.agreement())
            .check("history", move || {
                let damaged = journals.iter().find_map(|(origin, journal)| match journal.verification() {
                    dossier_journal::Verification::Damaged(damage) => Some(format!("{origin}: {damage}")),
                    _ => None,
                });
                damaged.map_or(Ok(()), Err)
            })
    }
}

fn running(stopped: Option<String>) -> Result<(), String> {
    stopped.map_or(Ok(()), |reason| Err(format!("it has stopped: {reason}")))
}
