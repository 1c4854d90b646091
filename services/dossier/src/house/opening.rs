//! Opens one service over a ground: its journal is checked and folded, its keys are those the journal was written with.

use std::sync::Arc;

use dossier_audit::{self as audit, AskService, Copies, Witnessed, WitnessedError};
use dossier_engine::Ground;
use dossier_identity::Accounts;
use dossier_moderation as moderation;
use dossier_proto::Origin;
use dossier_publication as publication;
use dossier_submission as submission;

use super::{answers::digests_of, keyring, plot::Plot};
use crate::{Exit, Failure, deciders::AllDeciders};

impl Plot {
    pub(super) fn submission(&self, ground: &Ground, accounts: &Arc<Accounts>) -> Result<submission::Service, Failure> {
        let service = submission::start(submission::Config {
            engine: ground.engine.clone(),
            vault: ground.vault.clone(),
            accounts: Arc::clone(accounts),
            post: self.post(),
        })?;
        keyring::must_fit(&self.layout, Origin::Submission, service.engine().journal(), &ground.vault)?;
        Ok(service)
    }

    pub(super) fn moderation(&self, ground: &Ground, accounts: &Arc<Accounts>) -> Result<moderation::Service, Failure> {
        let service = moderation::start(moderation::Config {
            engine: ground.engine.clone(),
            vault: ground.vault.clone(),
            accounts: Arc::clone(accounts),
            post: self.post(),
        })?;
        keyring::must_fit(&self.layout, Origin::Moderation, service.engine().journal(), &ground.vault)?;
        Ok(service)
    }

    pub(super) fn publication(
        &self,
        ground: &Ground,
        accounts: &Arc<Accounts>,
    ) -> Result<publication::Service, Failure> {
        let service = publication::start(publication::Config {
            engine: ground.engine.clone(),
            vault: ground.vault.clone(),
            accounts: Arc::clone(accounts),
            post: self.post(),
            site: publication::Site {
                name: "Dossier".to_owned(),
                base_url: self.settings.base_url.clone(),
                demonstration: self.settings.demonstration.clone(),
            },
        })?;
        keyring::must_fit(&self.layout, Origin::Publication, service.engine().journal(), &ground.vault)?;
        Ok(service)
    }

    pub(super) fn audit(
        &self,
        ground: &Ground,
        accounts: &Arc<Accounts>,
        copies: Arc<Copies>,
        ask: AskService,
    ) -> Result<audit::Service, Failure> {
        // It writes no words of its own: the keys it was given are compared with the copy they belong to.
        if let Some(copy) = copies.journal(Origin::Submission) {
            keyring::must_fit(&self.layout, Origin::Audit, copy, &ground.vault)?;
        }
        Ok(audit::start(audit::Config {
            engine: ground.engine.clone(),
            copies,
            vault: ground.vault.clone(),
            accounts: Arc::clone(accounts),
            watched: self.watched(),
            digests: digests_of(Arc::clone(&ask)),
            conscience: audit::ConscienceSettings {
                deciders: Arc::new(AllDeciders),
                ask,
                patience: self.settings.patience,
            },
            cosigner: self.secrets.cosigners(),
            witnessed: self.witnessed()?,
            site: audit::Site {
                base_url: self.settings.base_url.clone(),
                demonstration: self.settings.demonstration.clone(),
            },
        })?)
    }

    /// What foreign witnesses have cosigned.
    fn witnessed(&self) -> Result<Arc<Witnessed>, Failure> {
        let witnesses = self.settings.witnesses.clone();
        let own = self.secrets.cosigners().key(1).verifier();
        if let Some(same) =
            witnesses.keys().find(|key| key.public_key() == own.public_key() || key.name() == own.name())
        {
            return Err(Failure::new(
                Exit::Usage,
                format!("{same} is the installation itself, and no witness of it. Nothing was started"),
            ));
        }
        let directory = self.layout.service(Origin::Audit).join("anchors").join("witnessed");
        let opened = Witnessed::open(&directory, witnesses);
        opened.map(Arc::new).map_err(|error| match error {
            WitnessedError::Disk { path, source } => Failure::disk(&path, &source),
            damaged @ WitnessedError::Damaged { .. } => Failure::damaged(damaged.to_string()),
        })
    }
}
