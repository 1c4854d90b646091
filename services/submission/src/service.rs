//! The service as the binary starts it.

use std::sync::Arc;

use axum::Router;
use dossier_engine::{
    Engine, EngineError, EngineInbox, EngineSettings,
    erasure::{self, Holdings},
};
use dossier_exchange::{Hub, KeyDesk, files::FileDesk};
use dossier_identity::Accounts;
use dossier_journal::Store;
use dossier_post::{
    Post,
    letters::{MailTrouble, deliver},
};
use dossier_proto::Origin;
use dossier_vault::{Vault, files::FileStore};

use crate::{
    api,
    attachments::Attachments,
    domain::{Command, Submission},
    erasing::Shelves,
    keys::{self, Desk},
    letters, loose,
    office::Office,
    pages,
    views::Entries,
    words::Words,
};

/// What the service is started with.
pub struct Config {
    /// Its journal: directory, log name, key, clock and the rest. `attachments/` stands beside it in the directory.
    pub engine: EngineSettings,
    /// Its keys.
    pub vault: Vault,
    /// The people of the installation.
    pub accounts: Arc<Accounts>,
    /// How people are reached by mail.
    pub post: Post,
}

/// The running service.
#[derive(Clone)]
pub struct Service {
    engine: Engine<Submission, Entries>,
    vault: Vault,
    office: Office,
    post: Post,
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
    let clock = Arc::clone(&config.engine.clock);
    let directory = config.engine.directory.join("attachments");
    let (attachments, files) = (Attachments::new(directory.clone()), FileStore::new(directory, config.vault.clone()));
    if let Err(error) = files.tidy() {
        tracing::warn!(%error, "what was left of uploads that broke off stays until the next start");
    }
    let engine = open(config.engine)?;
    let words = Words::new(config.vault.clone());
    let office = Office::new(engine.clone(), words, config.accounts, clock, attachments, files);
    let service = Service { engine, vault: config.vault, office, post: config.post };
    // Before anybody is served: a crash or a backup brings nothing back.
    erasure::repeat(&service.engine, &*service.shelves())?;
    Ok(service)
}

impl Service {
    /// The HTTP interface: JSON under `/contribute/api/v1`, blank forms under `/contribute/forms`.
    pub fn router(&self) -> Router {
        api::router(self.office.clone()).merge(pages::router(self.office.clone()))
    }

    /// The engine: views, timers, snapshots.
    pub fn engine(&self) -> &Engine<Submission, Entries> {
        &self.engine
    }

    /// Destroys what is ordered to be, and confirms it, for as long as it is polled.
    pub fn erase(&self) -> impl Future<Output = ()> + Send + 'static + use<> {
        erasure::run(self.engine.clone(), self.shelves(), Command::ConfirmErasure)
    }

    fn shelves(&self) -> Arc<dyn Holdings> {
        Arc::new(Shelves { office: self.office.clone(), vault: self.vault.clone() })
    }

    /// Takes other services' events.
    pub fn inbox(&self) -> Arc<EngineInbox<Submission, Entries>> {
        EngineInbox::erasing(self.engine.clone(), self.vault.clone(), keys::keys_needed, self.shelves())
    }

    /// Gives keys to those who are entitled to them.
    pub fn desk(&self) -> Arc<dyn KeyDesk> {
        Arc::new(Desk::new(self.engine.clone(), self.vault.clone()))
    }

    /// Gives the bytes of submitted files, under seal, to who has their keys from here.
    pub fn file_desk(&self) -> FileDesk {
        let engine = self.engine.clone();
        FileDesk::new(self.office.files().clone(), move |asker, entry, key| {
            let entries = engine.view();
            keys::is_entitled(&entries, asker, key) && entries.submitted_key(key) == Some(entry)
        })
    }

    /// Removes uploads that no revision came to name, once a day for as long as it is polled.
    pub fn keep_tidy(&self) -> impl Future<Output = ()> + Send + 'static + use<> {
        loose::keep_tidy(self.office.clone())
    }

    #[cfg(test)]
    pub(crate) fn office(&self) -> &Office {
        &self.office
    }

    /// Takes letters to the mail server for as long as it is polled; returns at once where there is none. To be started with the timers.
    /// What is wrong with the server is told in `trouble`.
    pub fn deliver_letters(&self, trouble: MailTrouble) -> impl Future<Output = ()> + Send + 'static + use<> {
        let (office, post) = (self.office.clone(), self.post.clone());
        async move {
            let Some(server) = post.server.clone() else { return };
            deliver(Arc::new(letters::Postbox::of(office, &post)), server, trouble).await;
        }
    }

    /// Takes its place where the services of one process meet.
    pub fn join(&self, hub: &Hub) {
        hub.join(Origin::Submission, self.engine.source(), self.desk());
    }
}
