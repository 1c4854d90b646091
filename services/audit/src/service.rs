//! The service as the binary starts it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::Router;
use dossier_engine::{
    Clock, Engine, EngineError, EngineInbox, EngineSettings,
    erasure::{self, Holdings},
};
use dossier_exchange::{Hub, Inbox as _, InboxError, KeyDesk, KeyRefusal, Transport};
use dossier_identity::Accounts;
use dossier_journal::Store;
use dossier_proto::{KeyId, Origin, Place};
use dossier_vault::{GrantedKey, Vault};
use tokio::task::JoinSet;

use crate::{
    api,
    certificate::Site,
    conscience::{AskService, Conscience, Deciders, Heads, Judged, Library, Patience},
    copies::{COPIED, Copies},
    cosigners::Cosigners,
    domain::{Audit, Command},
    erasing::Shelves,
    inbox::AuditInbox,
    office::{DigestsOf, Office, Parts},
    pages, policy,
    reporter::{Reporter, Reports},
    views::{AuditView, FindingRow},
    watching::{Watched, Watching},
    witnessed::Witnessed,
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
    pub cosigner: Cosigners,
    /// Foreign witnesses, and what they have cosigned.
    pub witnessed: Arc<Witnessed>,
    /// What everything is judged with.
    pub conscience: ConscienceSettings,
    /// The installation, as pages name it.
    pub site: Site,
}

/// What everything that is recorded is judged with.
#[derive(Clone)]
pub struct ConscienceSettings {
    /// The deciders of the services: the binary hands them in.
    pub deciders: Arc<dyn Deciders>,
    /// Asks the services about themselves.
    pub ask: AskService,
    /// How long is waited for what.
    pub patience: Patience,
}

/// The running service; a cheap clone.
#[derive(Clone)]
pub struct Service {
    office: Office,
    inbox: Arc<AuditInbox>,
    reporter: Reporter,
    reports: Arc<Mutex<Option<Reports>>>,
    clock: Arc<dyn Clock>,
    shelves: Arc<dyn Holdings>,
    conscience: Conscience,
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
    let Config { engine, copies, vault, accounts, watched, digests, cosigner, witnessed, conscience, site } = config;
    let (clock, directory) = (Arc::clone(&engine.clock), engine.directory.clone());
    let engine = open(engine)?;
    let shelves: Arc<dyn Holdings> = Arc::new(Shelves {
        engine: engine.clone(),
        copies: Arc::clone(&copies),
        vault: vault.clone(),
        accounts: Arc::clone(&accounts),
    });
    // Before anybody is served: a crash or a backup brings nothing back.
    erasure::repeat(&engine, &*shelves)?;
    let own = EngineInbox::erasing(engine.clone(), vault.clone(), policy::keys_needed, Arc::clone(&shelves));
    let (reporter, reports) = Reporter::new();
    let inbox = AuditInbox::new(own, Arc::clone(&copies), reporter.clone());
    let ConscienceSettings { deciders, ask, patience } = conscience;
    let conscience = Conscience {
        library: Arc::new(Library::new(engine.journal().clone(), Arc::clone(&copies))),
        vault: vault.clone(),
        deciders,
        ask,
        engine: engine.clone(),
        reporter: reporter.clone(),
        clock: Arc::clone(&clock),
        patience,
        judged: Judged::default(),
        directory,
    };
    let parts = Parts {
        judged: conscience.judged.clone(),
        deciders: Arc::clone(&conscience.deciders),
        engine,
        copies,
        vault,
        accounts,
        clock: Arc::clone(&clock),
        watched,
        digests,
        cosigners: cosigner,
        witnessed,
        reporter: reporter.clone(),
        site,
    };
    Ok(Service {
        office: Office::new(parts),
        inbox,
        reporter,
        reports: Arc::new(Mutex::new(Some(reports))),
        clock,
        conscience,
        shelves,
    })
}

impl Service {
    /// The JSON interface under `/audit/api/v1`, and the pages under `/audit`.
    pub fn router(&self) -> Router {
        api::router(self.office.clone()).merge(pages::router(self.office.clone()))
    }

    /// Destroys what is ordered to be, and confirms it, for as long as it is polled.
    pub fn erase(&self) -> impl Future<Output = ()> + Send + 'static + use<> {
        erasure::run(self.engine().clone(), Arc::clone(&self.shelves), Command::ConfirmErasure)
    }

    pub(crate) const fn office(&self) -> &Office {
        &self.office
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

    /// Starts what works behind the doors: findings are written down, the checkpoints of the others looked at, everything that is copied
    /// judged. To be called once, before anything is followed. Drop the set to stop.
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
        let copies = Arc::clone(self.copies());
        tasks.spawn_blocking(move || copies.note_acts());
        let office = self.office.clone();
        // The first look reads everything: not while somebody waits for it.
        tasks.spawn_blocking(move || {
            if let Err(error) = office.figures().tables(&office) {
                tracing::error!(%error, "the figures could not be counted; they are when they are asked for");
            }
        });
        tasks.spawn(self.heads(transport).run());
        tasks.spawn(self.conscience.clone().run());
        tasks.spawn(self.conscience.with_own_library().run_thorough());
        Ok(tasks)
    }

    fn heads(&self, transport: Arc<dyn Transport>) -> Heads {
        Heads {
            watched: self.office.watched().to_vec(),
            transport,
            ask: Arc::clone(&self.conscience.ask),
            library: Arc::clone(&self.conscience.library),
            engine: self.engine().clone(),
            reporter: self.reporter.clone(),
            patience: self.conscience.patience,
        }
    }

    /// How far each journal was judged, with everything that was found on record: the next event of each.
    pub fn judged(&self) -> BTreeMap<Origin, Place> {
        self.conscience.judged.all()
    }

    /// What is open of what was found, for readiness: nothing when nothing is.
    pub fn open_findings(&self) -> Option<String> {
        findings_in_words(self.engine().view().open_findings())
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

/// How many findings are open, of which kinds, and where the first is.
fn findings_in_words<'a>(open: impl Iterator<Item = &'a FindingRow>) -> Option<String> {
    let open: Vec<_> = open.collect();
    let first = open.first()?;
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    open.iter().for_each(|row| *kinds.entry(row.kind.key()).or_default() += 1);
    let kinds: Vec<_> = kinds.into_iter().map(|(kind, count)| format!("{kind} {count}")).collect();
    Some(format!(
        "what is recorded does not agree: findings are open ({}), the first at {}. {} /audit/api/v1/findings has all of them, with what to do, for auditors",
        kinds.join(", "),
        first.at,
        first.finding().sentence()
    ))
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
