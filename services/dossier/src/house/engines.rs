//! The four engines together, for who asks what each of them knows.

use std::sync::{Arc, OnceLock};

use dossier_audit::{Audit, DigestsOf, views::AuditView};
use dossier_engine::Engine;
use dossier_moderation::{domain::Moderation, views::Reviews};
use dossier_proto::Origin;
use dossier_publication::{domain::Publication, views::Catalogue};
use dossier_submission::{domain::Submission, views::Entries};

/// The engines. The audit service is the last to start and the one that asks, so it comes later.
#[derive(Clone)]
pub(super) struct Engines {
    pub(super) submission: Engine<Submission, Entries>,
    pub(super) moderation: Engine<Moderation, Reviews>,
    pub(super) publication: Engine<Publication, Catalogue>,
    pub(super) audit: Arc<OnceLock<Engine<Audit, AuditView>>>,
}

impl Engines {
    /// The audit service's engine, once it runs.
    pub(super) fn know(&self, audit: &Engine<Audit, AuditView>) {
        // It is told once; a second telling would say the same.
        let _ = self.audit.set(audit.clone());
    }

    /// Asks all of them for their digests. One that has stopped does not answer.
    pub(super) fn digests(&self) -> DigestsOf {
        let engines = self.clone();
        Arc::new(move || {
            let engines = engines.clone();
            Box::pin(async move {
                let mut digests = Vec::new();
                digests.extend(engines.submission.digests().await.map(|one| (Origin::Submission, one)));
                digests.extend(engines.moderation.digests().await.map(|one| (Origin::Moderation, one)));
                digests.extend(engines.publication.digests().await.map(|one| (Origin::Publication, one)));
                if let Some(audit) = engines.audit.get() {
                    digests.extend(audit.digests().await.map(|one| (Origin::Audit, one)));
                }
                digests
            })
        })
    }
}
