//! The service as the binary starts it.

use std::{path::PathBuf, sync::Arc};

use axum::Router;
use dossier_engine::{Clock, Engine, EngineError, EngineInbox, EngineSettings, Faults};
use dossier_exchange::{Hub, KeyDesk};
use dossier_identity::Accounts;
use dossier_journal::Store;
use dossier_proof::SigningKey;
use dossier_proto::{Digest, Origin};
use dossier_vault::Vault;

use crate::{
    api,
    domain::Submission,
    keys::{self, Desk},
    office::Office,
    views::Entries,
    words::Words,
};

/// What the service is started with.
pub struct Config {
    /// Its directory; `journal/`, `anchors/` and `snapshots/` are below it.
    pub directory: PathBuf,
    /// Its log's name: the origin line of its checkpoints.
    pub log: String,
    /// Its keys.
    pub vault: Vault,
    /// The people of the installation.
    pub accounts: Arc<Accounts>,
    /// Signs anchors and checkpoints.
    pub signer: SigningKey,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// The code that folds, made by the build.
    pub fingerprint: Digest,
    /// Where crash tests look in.
    pub faults: Arc<dyn Faults>,
}

/// The running service.
#[derive(Clone)]
pub struct Service {
    engine: Engine<Submission, Entries>,
    vault: Vault,
    office: Office,
}

/// Opens the journal and starts the service. Following the others and the timers are for the caller to start:
/// [`Service::inbox`], [`Engine::run_timers`].
///
/// # Errors
/// [`EngineError`]; nothing was written.
pub fn start(config: Config) -> Result<Service, EngineError> {
    start_with(config, Engine::open)
}

/// The same on another store than the disk: for tests and simulations.
///
/// # Errors
/// [`EngineError`]; nothing was written.
pub fn start_on(store: impl Store, config: Config) -> Result<Service, EngineError> {
    start_with(config, |settings| Engine::open_on(store, settings))
}

fn start_with(
    config: Config,
    open: impl FnOnce(EngineSettings) -> Result<Engine<Submission, Entries>, EngineError>,
) -> Result<Service, EngineError> {
    let clock = Arc::clone(&config.clock);
    let mut settings = EngineSettings::new(config.directory, config.log, config.signer, config.clock);
    settings.fingerprint = config.fingerprint;
    settings.faults = config.faults;
    let engine = open(settings)?;
    let words = Words::new(config.vault.clone());
    let office = Office::new(engine.clone(), words, config.accounts, clock);
    Ok(Service { engine, vault: config.vault, office })
}

impl Service {
    /// The HTTP interface, under `/contribute/api/v1`.
    pub fn router(&self) -> Router {
        api::router(self.office.clone())
    }

    /// The engine: views, timers, snapshots.
    pub fn engine(&self) -> &Engine<Submission, Entries> {
        &self.engine
    }

    /// Takes other services' events.
    pub fn inbox(&self) -> Arc<EngineInbox<Submission, Entries>> {
        EngineInbox::new(self.engine.clone(), self.vault.clone(), keys::keys_needed)
    }

    /// Gives keys to those who are entitled to them.
    pub fn desk(&self) -> Arc<dyn KeyDesk> {
        Arc::new(Desk::new(self.engine.clone(), self.vault.clone()))
    }

    /// Takes its place where the services of one process meet.
    pub fn join(&self, hub: &Hub) {
        hub.join(Origin::Submission, Arc::new(self.engine.journal().clone()), self.desk());
    }
}
