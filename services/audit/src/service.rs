//! The service as the binary starts it.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use dossier_engine::{Clock, Engine, EngineError, EngineInbox, EngineSettings};
use dossier_exchange::{Hub, Inbox as _, InboxError, KeyDesk, KeyRefusal, Transport};
use dossier_identity::Accounts;
use dossier_journal::Store;
use dossier_proof::CosigningKey;
use dossier_proto::{KeyId, Origin};
use dossier_vault::{GrantedKey, Vault};
use tokio::task::JoinSet;

use crate::{
    api,
    copies::{COPIED, Copies},
    domain::Audit,
    inbox::AuditInbox,
    office::{DigestsOf, Office, Parts},
    policy,
    reporter::{Reporter, Reports},
    sweep::sweep,
    views::AuditView,
    watching::{Watched, Watching},
};

/// What the service is started with.
pub struct Config {
    /// Its own journal: directory, log name, key, clock, mirrors and the rest.
    pub engine: EngineSettings,
    /// The copies of the other journals. Opened first, because the others want to know what is in them
    /// ([`Copies::heads`]) before they start.
    pub copies: Arc<Copies>,
    /// Its keys.
    pub vault: Vault,
    /// The people of the installation.
    pub accounts: Arc<Accounts>,
    /// All four services: their log names and what they sign with.
    pub watched: Vec<Watched>,
    /// Asks every service for its digests.
    pub digests: DigestsOf,
    /// Signs the checkpoints of the others when they were compared with the copies. Serves nothing else.
    pub cosigner: CosigningKey,
}

/// The running service; a cheap clone.
#[derive(Clone)]
pub struct Service {
    office: Office,
    inbox: Arc<AuditInbox>,
    reporter: Reporter,
    reports: Arc<Mutex<Option<Reports>>>,
    clock: Arc<dyn Clock>,
}

/// Opens the service's own journal. [`Service::begin`] starts the work behind it; following the others with
/// [`Service::inbox`] is for the caller to start.
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
    open: impl FnOnce(EngineSettings) -> Result<Engine<Audit, AuditView>, EngineError>,
) -> Result<Service, EngineError> {
    let Config { engine, copies, vault, accounts, watched, digests, cosigner } = config;
    let clock = Arc::clone(&engine.clock);
    let engine = open(engine)?;
    let own = EngineInbox::new(engine.clone(), vault.clone(), policy::keys_needed);
    let (reporter, reports) = Reporter::new();
    let inbox = AuditInbox::new(own, Arc::clone(&copies), reporter.clone());
    let parts = Parts { engine, copies, vault, accounts, clock: Arc::clone(&clock), watched, digests, cosigner };
    Ok(Service { office: Office::new(parts), inbox, reporter, reports: Arc::new(Mutex::new(Some(reports))), clock })
}

impl Service {
    /// The HTTP interface, under `/audit/api/v1`.
    pub fn router(&self) -> Router {
        api::router(self.office.clone())
    }

    /// The engine: view, journal, snapshots.
    pub fn engine(&self) -> &Engine<Audit, AuditView> {
        self.office.engine()
    }

    /// The copies of the other journals.
    pub fn copies(&self) -> &Arc<Copies> {
        self.office.copies()
    }

    /// Takes other services' events: all of them.
    pub fn inbox(&self) -> Arc<AuditInbox> {
        Arc::clone(&self.inbox)
    }

    /// Nobody gets a key from the audit service.
    pub fn desk(&self) -> Arc<dyn KeyDesk> {
        Arc::new(ClosedDesk)
    }

    /// Takes its place where the services of one process meet.
    pub fn join(&self, hub: &Hub) {
        hub.join(Origin::Audit, self.engine().source(), self.desk());
    }

    /// Starts what works behind the doors: findings are written down, the checkpoints of the others looked at, the copies
    /// reconciled from their beginning. To be called once, before anything is followed. Drop the set to stop.
    ///
    /// # Errors
    /// [`InboxError`] when our own journal could not be brought level with the copies.
    pub async fn begin(&self, transport: Arc<dyn Transport>) -> Result<JoinSet<()>, InboxError> {
        self.inbox.catch_up().await?;
        let mut tasks = JoinSet::new();
        let reports = self.reports.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(reports) = reports {
            tasks.spawn(reports.run(self.engine().clone()));
        }
        for watched in self.office.watched().iter().filter(|watched| COPIED.contains(&watched.origin)) {
            let watching = Watching {
                watched: watched.clone(),
                transport: Arc::clone(&transport),
                copies: Arc::clone(self.copies()),
                reporter: self.reporter.clone(),
                clock: Arc::clone(&self.clock),
                cosigner: self.office.cosigner().clone(),
            };
            tasks.spawn(watching.run());
        }
        let (own, copies, reporter) =
            (self.engine().journal().clone(), Arc::clone(self.copies()), self.reporter.clone());
        tasks.spawn_blocking(move || match sweep(&own, &copies, &reporter) {
            Ok(events) => tracing::info!(events, "the copies were reconciled"),
            Err(error) => tracing::error!(%error, "the copies could not be reconciled"),
        });
        Ok(tasks)
    }

    /// Whether the copies are kept and what the others show agrees with what they signed, for readiness.
    ///
    /// # Errors
    /// What does not, in words for an operator.
    pub fn agreement(&self) -> Result<(), String> {
        for (origin, journal) in COPIED.into_iter().filter_map(|origin| Some((origin, self.copies().journal(origin)?)))
        {
            if let Some(stop) = journal.stopped() {
                return Err(format!("the copy of {origin}'s journal takes no more: {stop}"));
            }
        }
        match self.inbox.disagreements().values().next() {
            Some(first) => Err(format!(
                "{first}. It is on record (/audit/api/v1/findings, for auditors) and is said here until the audit service is started again, also \
                 when it holds no more: put the right journal of that service back, let `dossier verify` compare them, then restart audit"
            )),
            None => Ok(()),
        }
    }

    /// Where an origin is read from, next.
    pub fn reads(&self, origin: Origin) -> dossier_exchange::Position {
        self.inbox.resume(origin).next()
    }
}

/// Gives nothing to anybody.
struct ClosedDesk;

impl KeyDesk for ClosedDesk {
    fn grant(&self, asker: Origin, keys: &[KeyId]) -> Result<Vec<GrantedKey>, KeyRefusal> {
        match keys.first() {
            Some(key) => Err(KeyRefusal::NotEntitled { asker, key: *key }),
            None => Ok(Vec::new()),
        }
    }
}
