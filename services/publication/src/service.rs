//! Starting the service.

use std::{future::Future, sync::Arc, time::Duration};

use axum::Router;
use dossier_engine::{
    Engine, EngineError, EngineInbox, EngineSettings,
    erasure::{self, Holdings},
};
use dossier_exchange::{Hub, KeyDesk, Transport};
use dossier_identity::Accounts;
use dossier_journal::Store;
use dossier_post::Post;
use dossier_proto::Origin;
use dossier_vault::{Vault, files::FileStore};
use dossier_web::{Answer, Problem, ProblemKind, extract::MinSequence, live::Live};

use crate::{
    api::{self, Counter},
    domain::{Command, Publication},
    erasing::Shelves,
    keys::{Desk, keys_needed},
    pages::{self, Pages},
    reading::Reading,
    site::Site,
    views::Catalogue,
    words::Words,
};

/// How long a query waits for the position in `min_sequence`.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the service is started with.
pub struct Config {
    /// Its journal: directory, log name, key, clock and the rest.
    pub engine: EngineSettings,
    /// Its keys.
    pub vault: Vault,
    /// The people of the installation.
    pub accounts: Arc<Accounts>,
    /// How people are reached by mail.
    pub post: Post,
    /// What pages say about the installation.
    pub site: Site,
}

/// The running service: a cheap clone.
#[derive(Clone)]
pub struct Service {
    engine: Engine<Publication, Catalogue>,
    vault: Vault,
    reading: Arc<Reading>,
    pages: Arc<Pages>,
    counter: Arc<Counter>,
    files: FileStore,
    accounts: Arc<Accounts>,
}

/// Opens the journal and starts the service. Following the others is for the caller to start: [`Service::inbox`].
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
    open: impl FnOnce(EngineSettings) -> Result<Engine<Publication, Catalogue>, EngineError>,
) -> Result<Service, EngineError> {
    let (clock, key) = (Arc::clone(&config.engine.clock), config.engine.signer.clone());
    let files = FileStore::new(config.engine.directory.join("attachments"), config.vault.clone());
    if let Err(error) = files.tidy() {
        tracing::warn!(%error, "what is left of files that broke off stays until the next start");
    }
    let engine = open(config.engine)?;
    let reading = Arc::new(Reading::new(engine.clone(), Words::new(config.vault.clone())));
    let (accounts, site, store) = (config.accounts, config.site.clone(), files.clone());
    let counter = Counter { reading: Arc::clone(&reading), accounts, clock, site, files: store };
    let accounts = Arc::clone(&counter.accounts);
    let (site, counter) = (config.site, Arc::new(counter));
    let live = Live::fed_by(pages::topics(engine.touched()));
    let pages = Pages { reading: Arc::clone(&reading), site, key, counter: Arc::clone(&counter), live };
    let pages = Arc::new(pages);
    let service = Service { engine, vault: config.vault, reading, pages, counter, files, accounts };
    // Before anybody is served: a crash or a backup brings nothing back.
    erasure::repeat(&service.engine, &*service.shelves())?;
    Ok(service)
}

impl Service {
    /// Its engine.
    pub fn engine(&self) -> &Engine<Publication, Catalogue> {
        &self.engine
    }

    /// Destroys what is ordered to be, and confirms it, for as long as it is polled.
    pub fn erase(&self) -> impl Future<Output = ()> + Send + 'static + use<> {
        erasure::run(self.engine.clone(), self.shelves(), Command::ConfirmErasure)
    }

    fn shelves(&self) -> Arc<dyn Holdings> {
        let (reading, accounts) = (Arc::clone(&self.reading), Arc::clone(&self.accounts));
        Arc::new(Shelves { reading, accounts, vault: self.vault.clone(), files: self.files.clone() })
    }

    /// Takes the events of moderation and submission.
    pub fn inbox(&self) -> Arc<EngineInbox<Publication, Catalogue>> {
        EngineInbox::erasing(self.engine.clone(), self.vault.clone(), keys_needed, self.shelves())
    }

    /// Takes its place where the services of one process meet.
    pub fn join(&self, hub: &Hub) {
        hub.join(Origin::Publication, self.engine.source(), self.desk());
    }

    /// Gives its keys to audit.
    pub fn desk(&self) -> Arc<dyn KeyDesk> {
        Arc::new(Desk::new(self.engine.clone(), self.vault.clone()))
    }

    /// Fetches the files of approved contents from moderation, for as long as it is polled.
    pub fn fetch_files(&self, transport: Arc<dyn Transport>) -> impl Future<Output = ()> + Send + 'static + use<> {
        let (engine, store) = (self.engine.clone(), self.files.clone());
        dossier_engine::fetch_files(engine, Catalogue::files, store, transport, Origin::Moderation)
    }

    /// Its routes: JSON under `/api/v1`, pages at `/` and `/entries`, the publisher's at `/publish`.
    pub fn router(&self) -> Router {
        api::router(Arc::clone(&self.counter)).merge(pages::router(Arc::clone(&self.pages)))
    }

    /// Reads every published entry once, so that the first list is answered as fast as the next: to be called at start, off the
    /// async threads. Answers how many editions can be found.
    ///
    /// # Errors
    /// In words, when an edition cannot be read.
    pub fn warm(&self) -> Result<usize, String> {
        self.reading.warm().map_err(|error| error.to_string())
    }
}

/// Waits until the position a query names has been read.
pub(crate) fn wait_for(
    engine: &Engine<Publication, Catalogue>,
    min_sequence: MinSequence,
) -> impl Future<Output = Answer<()>> + Send + use<> {
    let engine = engine.clone();
    async move {
        let Some(sequence) = min_sequence.0 else { return Ok(()) };
        if engine.reached(sequence.saturating_add(1), PATIENCE).await {
            return Ok(());
        }
        Err(Problem::new(ProblemKind::NotReached)
            .detail(format!("The journal has not reached the position {sequence} within five seconds.")))
    }
}

/// The number of an edition as an address writes it: no sign, no zero in front.
pub(crate) fn edition_number(text: &str) -> Option<u32> {
    let number: u32 = text.parse().ok()?;
    (number > 0 && number.to_string() == text).then_some(number)
}
