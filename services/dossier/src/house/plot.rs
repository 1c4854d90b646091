//! What one service stands on: its place in a data directory, its secrets, its clock.

use std::{collections::BTreeMap, sync::Arc};

use dossier_audit::{Copies, CopiesSettings, Watched};
use dossier_engine::{AuthorityGate, EngineSettings, Ground, PeopleDesk};
use dossier_exchange::Transport;
use dossier_identity::accounts::{Accounts, AccountsError};
use dossier_journal::MirrorHead;
use dossier_post::Post;
use dossier_proof::VerifierKey;
use dossier_proto::{Digest, Origin};
use dossier_vault::Vault;

use super::{HouseSettings, keyring};
use crate::{Failure, Layout, Secrets, tenant};

/// A data directory that is about to be opened.
pub(super) struct Plot {
    pub(super) layout: Layout,
    pub(super) secrets: Secrets,
    pub(super) settings: HouseSettings,
    /// What each origin signs with: public.
    pub(super) verifiers: BTreeMap<Origin, VerifierKey>,
}

impl Plot {
    /// A data directory that holds all four services. Its secrets are made when it is new.
    pub(super) fn whole(settings: HouseSettings) -> Result<Self, Failure> {
        let layout = Layout::of(&settings.data);
        tenant::must_hold_all(&layout)?;
        let secrets = Secrets::create_or_read(&layout)?;
        Origin::ALL.into_iter().try_for_each(|origin| keyring::must_be_there(&layout, origin))?;
        let verifiers = Origin::ALL.into_iter().map(|origin| (origin, secrets.verifier(origin))).collect();
        Ok(Self { layout, secrets, settings, verifiers })
    }

    /// The ground of one service; `mirrors` is what others know of its journal, `authority` whether persons' commands are decided.
    pub(super) fn ground(
        &self,
        origin: Origin,
        transport: Arc<dyn Transport>,
        authority: AuthorityGate,
        mirrors: Vec<MirrorHead>,
    ) -> Result<Ground, Failure> {
        let engine = EngineSettings {
            fingerprint: fingerprint(),
            faults: Arc::clone(&self.settings.faults),
            authority,
            mirrors,
            ..EngineSettings::new(
                self.layout.service(origin),
                self.secrets.log(origin),
                self.secrets.signer(origin),
                Arc::clone(&self.settings.clock),
            )
        };
        Ok(Ground {
            engine,
            vault: Vault::open(self.layout.service_keys(origin), &self.secrets.master)?,
            transport,
            verifiers: self.verifiers.clone(),
        })
    }

    /// The people of the installation, whose directory lies here.
    pub(super) fn accounts(&self) -> Result<Arc<Accounts>, Failure> {
        keyring::of_persons_must_be_there(&self.layout)?;
        let vault = Vault::open(self.layout.person_keys(), &self.secrets.master)?;
        let accounts = Accounts::open(self.layout.accounts(), vault, &self.secrets.master);
        accounts.map(Arc::new).map_err(|error| match error {
            AccountsError::Vault(error) => error.into(),
            AccountsError::InUse { .. } => Failure::busy(error.to_string()),
            error => Failure::damaged(error.to_string()),
        })
    }

    /// Answers who asks for people; the answers are signed as moderation.
    pub(super) fn people_desk(&self, accounts: &Arc<Accounts>) -> PeopleDesk {
        PeopleDesk::new(Arc::clone(accounts), self.secrets.signer(Origin::Moderation))
    }

    /// How people are reached by mail.
    pub(super) fn post(&self) -> Post {
        Post { server: self.settings.mail.clone(), public_url: self.settings.base_url.clone() }
    }

    /// The audit service's copies of the other journals.
    pub(super) fn copies(&self) -> Result<Arc<Copies>, Failure> {
        let settings = CopiesSettings {
            directory: self.layout.service(Origin::Audit),
            installation: self.secrets.installation.name.clone(),
            signer: self.secrets.signer(Origin::Audit),
        };
        Copies::open(&settings).map_err(|error| Failure::from_copies(&error))
    }

    /// What the audit service is told of all four.
    pub(super) fn watched(&self) -> Vec<Watched> {
        let watched = |(origin, verifier): (&Origin, &VerifierKey)| Watched {
            origin: *origin,
            log: self.secrets.log(*origin),
            verifier: verifier.clone(),
        };
        self.verifiers.iter().map(watched).collect()
    }
}

/// The code that folds, made by the build: a snapshot of other code is not used.
pub fn fingerprint() -> Digest {
    // `build.rs` writes 64 hexadecimal digits; anything else would only make snapshots useless.
    env!("DOSSIER_CODE_FINGERPRINT").parse().unwrap_or(Digest([0; 32]))
}
