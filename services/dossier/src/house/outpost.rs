//! One service alone in its process; the others are at a distance.
//!
//! A start has two parts. Opening checks and folds the journal, and readers are answered from then on. Beginning waits for the
//! broker, makes sure that nobody else is this service and that nobody knows more of its journal than it does; before that nothing
//! is written.

use std::{collections::BTreeMap, sync::Arc};

use axum::Router;
use dossier_audit::Copies;
use dossier_engine::AuthorityGate;
use dossier_exchange::{FollowStatus, Position};
use dossier_identity::{Accounts, accounts::door::Door};
use dossier_moderation as moderation;
use dossier_proto::Origin;
use dossier_web::{observe::Readiness, page::Roll, proxies::TrustedProxies, visit::Surroundings};
use tokio::sync::watch;

use super::{
    HouseSettings,
    answers::{Answers, OwnMachine, ask_service},
    broker_watch::BrokerWatch,
    clerk,
    doorkeeper::Doorkeeper,
    furnishing, keyring,
    line::{BrokerSettings, Line},
    masthead, people,
    plot::{Plot, learnt_keys},
    readiness::Checks,
    room::Room,
};
use crate::{Exit, Failure, Layout, Secrets, backup::BackupDoor, tenant};

/// What one service of a deployment is started with.
pub struct OutpostSettings {
    /// Which one.
    pub origin: Origin,
    /// Its directory, clock and the rest.
    pub house: HouseSettings,
    /// The file with what each service signs with.
    pub verifiers: std::path::PathBuf,
    /// The broker.
    pub broker: BrokerSettings,
}

/// Where a service stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Where its own journal ends.
    pub head: Position,
    /// How far it has read the others; nothing before it begins to.
    pub read: BTreeMap<Origin, Position>,
}

/// One service of a deployment.
pub struct Outpost {
    plot: Plot,
    line: Arc<Line>,
    room: Room,
    accounts: Arc<Accounts>,
    /// Where the accounts are kept.
    moderation: Option<moderation::Service>,
    copies: Option<Arc<Copies>>,
    door: Option<Door>,
    _backups: BackupDoor,
    watch: BrokerWatch,
    begun: watch::Sender<bool>,
}

impl Outpost {
    /// Checks and folds the journal; nothing is written yet. A broker that answers is asked first whether another instance is at
    /// work.
    ///
    /// # Errors
    /// [`Failure`] with what to do.
    pub async fn open(settings: OutpostSettings, patience: std::time::Duration) -> Result<Self, Failure> {
        let OutpostSettings { origin, house, verifiers, broker } = settings;
        let plot = Plot::single(origin, house, &verifiers)?;
        let line = Arc::new(Line::open(&plot, origin, &broker).await?);
        if line.connected(patience).await.is_ok() {
            // One that is there and refuses is asked again in the beginning, when readiness says why nothing is written.
            tokio::time::timeout(patience, line.look()).await.unwrap_or(Ok(()))?;
        }
        let accounts = if origin == Origin::Moderation { plot.accounts()? } else { Arc::new(Accounts::mirrored()) };
        // Shut until it is certain that nobody else is this service.
        let ground = plot.ground(origin, line.transport(), AuthorityGate::hearing(), Vec::new())?;
        let (mut moderation, mut copies) = (None, None);
        let room = match origin {
            Origin::Submission => Room::of_submission(&plot.submission(&ground, &accounts)?, ground),
            Origin::Publication => Room::of_publication(&plot.publication(&ground, &accounts)?, ground),
            Origin::Moderation => {
                let service = plot.moderation(&ground, &accounts)?;
                Room::of_moderation(moderation.insert(service), ground)
            }
            Origin::Audit => {
                let (own, kept) = (Arc::new(OwnMachine::new()), plot.copies()?);
                let asking = ask_service(line.transport(), Arc::clone(&own));
                let service = plot.audit(&ground, &accounts, Arc::clone(&kept), asking)?;
                copies = Some(kept);
                let room = Room::of_audit(&service, ground);
                // It is told once; a second telling would say the same.
                let _ = own.set(Arc::clone(&room.machine));
                room
            }
        };
        let watch = BrokerWatch::of(&room, Arc::clone(&line));
        let backups = clerk::open_door(&plot, [&room])?;
        let mut outpost = Self {
            plot,
            line,
            room,
            accounts,
            moderation,
            copies,
            door: None,
            _backups: backups,
            watch,
            begun: watch::Sender::new(false),
        };
        outpost.door = outpost.open_door()?;
        Ok(outpost)
    }

    /// Where the accounts are kept, a door for the operator. It is open before anything is written: tokens are revoked without the broker.
    fn open_door(&self) -> Result<Option<Door>, Failure> {
        let Some(moderation) = &self.moderation else { return Ok(None) };
        people::must_be_there(&self.plot.layout, moderation, &self.accounts)?;
        let (begun, obstacle) = (self.begun.subscribe(), self.obstacle());
        let obstacle = move || {
            (!*begun.borrow())
                .then(|| obstacle().unwrap_or_else(|| "until the broker and its stream were asked".to_owned()))
        };
        Doorkeeper::of(&self.plot, &self.accounts, moderation, obstacle).open(&self.plot).map(Some)
    }

    /// Begins to work: waits for the broker, compares the journal with what others know of it, lets others read it and reads
    /// them.
    ///
    /// # Errors
    /// [`Failure`]: another instance is at work, or somebody knows more of the journal than is in it.
    pub async fn begin(&mut self) -> Result<(), Failure> {
        let origin = self.room.origin;
        self.plot.secrets.note_generations(&self.plot.layout, &[origin])?;
        if self.line.may_be_a_copy() {
            // One that is too old learns it now, and not after it has listened for others.
            self.line.compare_with_stream(&self.room).await?;
        }
        self.line.occupy().await?;
        let tenure = self.line.tenure();
        let witnessed = self.line.compare_with_stream(&self.room).await?;
        self.line.compare_with_others(&self.room, witnessed).await?;
        self.line.confirm(tenure);
        let authority = &self.room.ground.engine.authority;
        authority.keep_place(self.line.alone());
        if origin == Origin::Moderation {
            // It need not hear itself: it knows all of it, as long as no other instance of it writes.
            authority.attend(self.line.alone());
        }
        self.furnish().await?;
        let people = self.moderation.as_ref().map(|_| self.plot.people_desk(&self.accounts));
        let (machine, read) = (Arc::clone(&self.room.machine), self.room.onlooker.clone());
        let kept = self.room.kept(&self.plot, self.copies.clone());
        let answers =
            Answers { machine, copies: self.copies.clone(), read, people, files: self.room.files.clone(), kept };
        self.line.join(&self.room, Arc::new(answers)).await?;
        self.room.begin().await?;
        self.room.keep_people(&self.accounts, &self.plot);
        self.room.measure(&self.watch);
        self.room.run_timers();
        self.begun.send_replace(true);
        Ok(())
    }

    /// What a new installation needs, where the accounts are kept.
    async fn furnish(&mut self) -> Result<(), Failure> {
        let Some(moderation) = &self.moderation else { return Ok(()) };
        furnishing::registry(moderation).await?;
        if self.plot.settings.is_demonstration() {
            furnishing::people(moderation, &self.accounts, &self.plot).await?;
        }
        Ok(())
    }

    /// Which service this is.
    pub fn origin(&self) -> Origin {
        self.room.origin
    }

    /// Where its journal ends and how far it has read the others, whenever that is asked.
    pub fn standing(&self) -> impl Fn() -> Standing + Clone + Send + Sync + 'static + use<> {
        let (journal, onlooker) = (self.room.journal().clone(), self.room.onlooker.clone());
        move || {
            let (head, statuses) = (journal.head(), onlooker.statuses());
            // One look at each: a second one, while the first lasts, would wait for a writer that waits for the first.
            let place = |status: &FollowStatus| (status.origin, status.next);
            let read = statuses.iter().map(|status| place(&status.borrow())).collect();
            Standing { head: Position { epoch: head.epoch, sequence: head.size }, read }
        }
    }

    /// Whether the broker is there.
    pub fn has_broker(&self) -> bool {
        self.line.health().borrow().is_connected()
    }

    /// The routes of this service.
    pub(super) fn routes(&self) -> Router {
        self.room.router.clone()
    }

    /// What its pages have to know.
    pub(super) fn surroundings(&self) -> Surroundings {
        self.plot.settings.surroundings()
    }

    /// Who is who, for every page.
    pub(super) fn roll(&self) -> Roll {
        masthead::roll(&self.accounts, &self.room.roles)
    }

    /// Of whom it is believed whose request they pass on.
    pub(super) fn proxies(&self) -> TrustedProxies {
        self.plot.settings.proxies.clone()
    }

    /// What `/readyz` asks.
    pub(super) fn readiness(&self) -> Readiness {
        let mut checks = Checks::default();
        checks.add(&self.room);
        let (begun, accounts, obstacle) = (self.begun.subscribe(), Arc::clone(&self.accounts), self.obstacle());
        let readiness = checks
            .finish()
            .check("started", move || match (*begun.borrow(), obstacle()) {
                (true, _) => Ok(()),
                (false, None) => Err(WAITING.to_owned()),
                (false, Some(why)) => Err(format!("{WAITING}. It waits {why}")),
            })
            .check("accounts", move || accounts.check().map_err(|error| error.to_string()));
        self.watch.checks(readiness)
    }

    /// What keeps it from beginning, and for how long it has; nothing when nothing does.
    pub fn obstacle(&self) -> impl Fn() -> Option<String> + Clone + Send + Sync + 'static + use<> {
        let line = Arc::clone(&self.line);
        move || line.obstacle()
    }

    /// Returns when the service has stopped, or must stop, with the reason.
    pub async fn stopped(&self) -> Failure {
        tokio::select! {
            reason = self.room.stopped() => Failure::new(
                Exit::Disk,
                format!("the service has stopped: {reason}. Nothing unanswered was lost; `dossier doctor` says more"),
            ),
            failure = self.line.keep(&self.room) => failure,
            failure = self.line.look_at_others(&self.room) => failure,
        }
    }

    /// Ends: a snapshot is written so that the next start is fast, and nobody reads any more.
    pub async fn close(mut self) {
        self.room.machine.snapshot().await;
        self.room.end().await;
    }
}

const WAITING: &str = "the broker has not been asked yet whether another instance is at work and what the stream knows of the journal; \
                       until then nothing is written";

impl Plot {
    /// The data directory of one service. Its secrets were made with those of the others.
    pub(super) fn single(
        origin: Origin,
        settings: HouseSettings,
        verifiers: &std::path::Path,
    ) -> Result<Self, Failure> {
        let layout = Layout::of(&settings.data);
        if !layout.installation().exists() {
            return Err(Failure::not_there(format!(
                "{} is not there: {} is no data directory of a deployment yet. `dossier keys DIR` makes those of all four services, with all \
                 their keys",
                layout.installation().display(),
                layout.root().display()
            )));
        }
        tenant::must_not_be_anothers(&layout, origin)?;
        let secrets = Secrets::read(&layout)?;
        let named = tenant::adopt_verifiers(&layout, verifiers, |origin| secrets.log(origin))?;
        if named.iter().any(|(of, keys)| *of == origin && *keys.first() != secrets.verifier(origin)) {
            return Err(Failure::damaged(format!(
                "{} names another first key for {origin} than its master key gives: others would believe nothing it says. Put both back from the same \
                 deployment",
                verifiers.display()
            )));
        }
        tenant::move_in(&layout, origin)?;
        keyring::must_be_there(&layout, origin)?;
        let keys = learnt_keys(&layout, named.into_iter().collect())?;
        Ok(Self { layout, secrets, settings, keys, persons: std::sync::OnceLock::new() })
    }
}
