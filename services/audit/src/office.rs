//! What the doors of the service share.

use std::{collections::BTreeMap, sync::Arc};

use axum::extract::FromRef;
use dossier_engine::{Clock, Digests, Engine};
use dossier_identity::Accounts;
use dossier_journal::Journal;
use dossier_proof::{CosignerReign, CosigningKey, KeyHistory};
use dossier_proto::{Micros, Origin, Place, SubjectId};
use dossier_vault::Vault;
use futures_util::future::BoxFuture;

use crate::{
    certificate::Site,
    conscience::{Deciders, Judged},
    copies::Copies,
    cosigners::Cosigners,
    domain::{Audit, Finding},
    figures::Figures,
    outlines::Outlines,
    registries::Registries,
    reporter::Reporter,
    trail::Step,
    verifying::Verifying,
    views::AuditView,
    watching::Watched,
    witnessed::Witnessed,
};

/// Asks every service for the digests of its state and view. The binary knows them all.
pub type DigestsOf = Arc<dyn Fn() -> BoxFuture<'static, Vec<(Origin, Digests)>> + Send + Sync>;

/// What the doors share; a cheap clone.
#[derive(Clone)]
pub struct Office(Arc<Inner>);

struct Inner {
    engine: Engine<Audit, AuditView>,
    copies: Arc<Copies>,
    vault: Vault,
    accounts: Arc<Accounts>,
    clock: Arc<dyn Clock>,
    watched: Vec<Watched>,
    digests: DigestsOf,
    cosigner: CosigningKey,
    cosigners: Vec<CosignerReign>,
    witnessed: Arc<Witnessed>,
    reporter: Reporter,
    outlines: Outlines,
    registries: Registries,
    site: Site,
    judged: Judged,
    deciders: Arc<dyn Deciders>,
    verifying: Verifying,
    figures: Figures,
}

/// What an office is made of.
pub(crate) struct Parts {
    pub(crate) engine: Engine<Audit, AuditView>,
    pub(crate) copies: Arc<Copies>,
    pub(crate) vault: Vault,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) clock: Arc<dyn Clock>,
    /// All four services, our own too.
    pub(crate) watched: Vec<Watched>,
    pub(crate) digests: DigestsOf,
    pub(crate) cosigners: Cosigners,
    pub(crate) witnessed: Arc<Witnessed>,
    pub(crate) reporter: Reporter,
    pub(crate) site: Site,
    pub(crate) judged: Judged,
    pub(crate) deciders: Arc<dyn Deciders>,
}

impl FromRef<Office> for Arc<Accounts> {
    fn from_ref(office: &Office) -> Self {
        Arc::clone(&office.0.accounts)
    }
}

impl Office {
    pub(crate) fn new(parts: Parts) -> Self {
        let Parts { engine, copies, vault, accounts, clock, watched, digests, cosigners, witnessed, reporter, .. } =
            parts;
        let Parts { site, judged, deciders, .. } = parts;
        // The journal is open: it says which key is in force.
        let cosigner = cosigners.key(engine.journal().keys().generation());
        let cosigners = cosigners.reigns(engine.journal());
        let (outlines, registries) = (Outlines::default(), Registries::default());
        Self(Arc::new(Inner {
            engine,
            copies,
            vault,
            accounts,
            clock,
            watched,
            digests,
            cosigner,
            cosigners,
            witnessed,
            reporter,
            outlines,
            registries,
            site,
            judged,
            deciders,
            verifying: Verifying::default(),
            figures: Figures::default(),
        }))
    }

    /// The engine.
    pub fn engine(&self) -> &Engine<Audit, AuditView> {
        &self.0.engine
    }

    /// The copies of the other journals.
    pub fn copies(&self) -> &Arc<Copies> {
        &self.0.copies
    }

    /// The journal of a service: ours, or the copy of another's.
    pub(crate) fn journal(&self, origin: Origin) -> Option<&Journal> {
        match origin {
            Origin::Audit => Some(self.engine().journal()),
            other => self.copies().journal(other),
        }
    }

    /// The installation.
    pub(crate) fn site(&self) -> &Site {
        &self.0.site
    }

    /// How far each journal was judged, with everything that was found on record: the next event of each.
    pub(crate) fn judged(&self) -> BTreeMap<Origin, Place> {
        self.0.judged.all()
    }

    /// Who can decide commands again.
    pub(crate) fn deciders(&self) -> &Arc<dyn Deciders> {
        &self.0.deciders
    }

    /// The verifications that somebody asked for.
    pub(crate) fn verifying(&self) -> &Verifying {
        &self.0.verifying
    }

    /// How long things take.
    pub(crate) fn figures(&self) -> &Figures {
        &self.0.figures
    }

    /// The trails at hand.
    pub(crate) fn outlines(&self) -> &Outlines {
        &self.0.outlines
    }

    /// The registries at hand.
    pub(crate) fn registries(&self) -> &Registries {
        &self.0.registries
    }

    /// The keys.
    pub fn vault(&self) -> &Vault {
        &self.0.vault
    }

    /// The time of day.
    pub fn now(&self) -> Micros {
        self.0.clock.now()
    }

    /// The services and what they sign with.
    pub fn watched(&self) -> &[Watched] {
        &self.0.watched
    }

    /// What we sign the checkpoints of others with.
    pub(crate) fn cosigner(&self) -> &CosigningKey {
        &self.0.cosigner
    }

    /// All keys that we signed them with, and when.
    pub(crate) fn cosigners(&self) -> &[CosignerReign] {
        &self.0.cosigners
    }

    /// What foreign witnesses have cosigned.
    pub(crate) fn witnessed(&self) -> &Witnessed {
        &self.0.witnessed
    }

    /// Reports that something does not agree, soon.
    pub(crate) fn report(&self, finding: Finding) {
        self.0.reporter.report(finding);
    }

    /// What a service signs and signed with: of ourselves what our journal says, of others what was learnt.
    pub fn keys(&self, origin: Origin) -> Option<KeyHistory> {
        if origin == Origin::Audit {
            return Some(self.engine().journal().keys());
        }
        self.0.watched.iter().find(|watched| watched.origin == origin)?.keys.history(origin)
    }

    /// The digests of all services.
    pub async fn digests(&self) -> Vec<(Origin, Digests)> {
        (self.0.digests)().await
    }

    /// The name of a person; `None` when unknown here, or forgotten.
    pub fn name_of(&self, subject: SubjectId) -> Option<String> {
        self.0.accounts.name_of(subject)
    }

    /// Puts the names of people into a step.
    pub fn name(&self, step: &mut Step) {
        for who in [Some(&mut step.by), step.designation.as_mut().map(|one| &mut one.granted_by)].into_iter().flatten()
        {
            who.name = who.subject.and_then(|subject| self.name_of(subject));
        }
    }
}
