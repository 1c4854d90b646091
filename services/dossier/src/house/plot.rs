//! What one service stands on: its place in a data directory, its secrets, its clock.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use dossier_audit::{Copies, CopiesSettings, Watched};
use dossier_engine::{AuthorityGate, EngineSettings, Ground, PeopleDesk};
use dossier_exchange::{KeyRing, Transport};
use dossier_identity::accounts::{Accounts, AccountsError};
use dossier_journal::MirrorHead;
use dossier_post::Post;
use dossier_proof::KeyHistory;
use dossier_proto::{Digest, Origin};
use dossier_vault::Vault;

use super::{HouseSettings, keyring};
use crate::{Failure, Layout, Secrets, tenant};

/// A data directory that is about to be opened.
pub(super) struct Plot {
    pub(super) layout: Layout,
    pub(super) secrets: Secrets,
    pub(super) settings: HouseSettings,
    /// What each origin signs with, as far as is known here: public.
    pub(super) keys: KeyRing,
    /// The vault of persons, once the accounts are open here: a backup copies it.
    pub(super) persons: OnceLock<Vault>,
}

impl Plot {
    /// A data directory that holds all four services. Its secrets are made when it is new.
    pub(super) fn whole(settings: HouseSettings) -> Result<Self, Failure> {
        let layout = Layout::of(&settings.data);
        tenant::must_hold_all(&layout)?;
        let secrets = Secrets::create_or_read(&layout)?;
        Origin::ALL.into_iter().try_for_each(|origin| keyring::must_be_there(&layout, origin))?;
        let told = Origin::ALL.into_iter().map(|origin| (origin, secrets.history(origin)));
        let keys = learnt_keys(&layout, told.collect())?;
        Ok(Self { layout, secrets, settings, keys, persons: OnceLock::new() })
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
            keys: self.keys.clone(),
        })
    }

    /// The people of the installation, whose directory lies here.
    pub(super) fn accounts(&self) -> Result<Arc<Accounts>, Failure> {
        keyring::of_persons_must_be_there(&self.layout)?;
        let vault = Vault::open(self.layout.person_keys(), &self.secrets.master)?;
        // It is opened once; a second opening would find it locked.
        drop(self.persons.set(vault.clone()));
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
        let (signer, former_keys) = self.secrets.copies_signer();
        let settings = CopiesSettings {
            directory: self.layout.service(Origin::Audit),
            installation: self.secrets.installation.name.clone(),
            signer,
            former_keys,
        };
        Copies::open(&settings).map_err(|error| Failure::from_copies(&error))
    }

    /// What the audit service is told of all four.
    pub(super) fn watched(&self) -> Vec<Watched> {
        let watched = |origin| Watched { origin, log: self.secrets.log(origin), keys: self.keys.clone() };
        Origin::ALL.map(watched).to_vec()
    }
}

/// What other services sign with: what is told, and what was learnt since.
pub(super) fn learnt_keys(layout: &Layout, told: BTreeMap<Origin, KeyHistory>) -> Result<KeyRing, Failure> {
    KeyRing::open(&layout.learnt_keys(), told).map_err(|error| Failure::damaged(error.to_string()))
}

/// The code that folds, made by the build: a snapshot of other code is not used.
pub fn fingerprint() -> Digest {
    // `build.rs` writes 64 hexadecimal digits; anything else would only make snapshots useless.
    env!("DOSSIER_CODE_FINGERPRINT").parse().unwrap_or(Digest([0; 32]))
}
