//! Opens and wires the four services.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::Duration,
};

use dossier_audit::{self as audit, COPIED, Copies, CopiesSettings, Watched};
use dossier_engine::{Clock, EngineSettings, Faults, Ground, MachineClock, NoFaults, run_timers_when_level};
use dossier_exchange::{Hub, Inbox, Position};
use dossier_identity::Accounts;
use dossier_journal::{Journal, MirrorHead};
use dossier_moderation as moderation;
use dossier_proof::VerifierKey;
use dossier_proto::{Digest, Origin};
use dossier_publication as publication;
use dossier_registry::Registry;
use dossier_submission as submission;
use dossier_vault::Vault;
use dossier_web::page::Demonstration;
use tokio::task::JoinSet;

use super::{demo, engines::Engines, following::Followings, keyring};
use crate::{Exit, Failure, Layout, Secrets};

/// How long the services may take to read each other's journals at a start. A million events take seconds.
const LEVEL_PATIENCE: Duration = Duration::from_secs(120);
/// How often it is measured how far readers are behind.
const LAG_EVERY: Duration = Duration::from_secs(1);

/// How a house is started.
#[derive(Clone)]
pub struct HouseSettings {
    /// The data directory.
    pub data: PathBuf,
    /// Whether the invented people live here.
    pub demonstration: Demonstration,
    /// Where the public reaches the site, without a slash at the end.
    pub base_url: String,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Where crash tests look in.
    pub faults: Arc<dyn Faults>,
}

impl HouseSettings {
    /// A house in a directory, with the usual rest.
    pub fn new(data: impl Into<PathBuf>, demonstration: Demonstration, base_url: impl Into<String>) -> Self {
        Self {
            data: data.into(),
            demonstration,
            base_url: base_url.into(),
            clock: Arc::new(MachineClock),
            faults: Arc::new(NoFaults),
        }
    }
}

/// The running services.
pub struct House {
    /// Where everything lies.
    pub layout: Layout,
    /// The people.
    pub accounts: Arc<Accounts>,
    /// What each origin signs with: public.
    pub verifiers: BTreeMap<Origin, VerifierKey>,
    /// Drafts.
    pub submission: submission::Service,
    /// Reviews.
    pub moderation: moderation::Service,
    /// The public record.
    pub publication: publication::Service,
    /// The watch.
    pub audit: audit::Service,
    /// The tokens of the invented people.
    pub tokens: demo::Tokens,
    demonstration: Demonstration,
    pub(super) followings: Followings,
    tasks: JoinSet<()>,
}

/// What each service is started with.
struct Grounds<'a> {
    layout: &'a Layout,
    secrets: &'a Secrets,
    settings: &'a HouseSettings,
    hub: &'a Arc<Hub>,
    verifiers: &'a BTreeMap<Origin, VerifierKey>,
}

impl Grounds<'_> {
    /// The ground of one service; `mirrors` is what the audit service knows of its journal.
    fn of(&self, origin: Origin, mirrors: Vec<MirrorHead>) -> Result<Ground, Failure> {
        let directory = self.layout.service(origin);
        let signer = self.secrets.signer(origin);
        let clock = Arc::clone(&self.settings.clock);
        let engine = EngineSettings {
            fingerprint: fingerprint(),
            faults: Arc::clone(&self.settings.faults),
            mirrors,
            ..EngineSettings::new(directory, self.secrets.log(origin), signer, clock)
        };
        Ok(Ground {
            engine,
            vault: Vault::open(self.layout.service_keys(origin), &self.secrets.master)?,
            transport: self.hub.transport(origin),
            verifiers: self.verifiers.clone(),
        })
    }

    /// What the audit service is told of the others.
    fn watched(&self) -> Vec<Watched> {
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

impl House {
    /// Opens every journal, starts every service, and waits until each has read the others.
    ///
    /// # Errors
    /// [`Failure`] with what to do; nothing was written to a journal that is not sound.
    pub async fn open(settings: HouseSettings) -> Result<Self, Failure> {
        let layout = Layout::of(&settings.data);
        let secrets = Secrets::create_or_read(&layout)?;
        Origin::ALL.into_iter().try_for_each(|origin| keyring::must_be_there(&layout, origin))?;
        keyring::of_persons_must_be_there(&layout)?;
        let person_vault = Vault::open(layout.person_keys(), &secrets.master)?;
        let accounts = Accounts::open(layout.accounts(), person_vault, &secrets.master)
            .map_err(|error| Failure::damaged(error.to_string()))?;
        let accounts = Arc::new(accounts);
        let verifiers: BTreeMap<_, _> =
            Origin::ALL.into_iter().map(|origin| (origin, secrets.verifier(origin))).collect();
        let hub = Hub::new();
        let grounds =
            Grounds { layout: &layout, secrets: &secrets, settings: &settings, hub: &hub, verifiers: &verifiers };
        // The audit service's copies first: what is in them is compared before the others write.
        let copies = Copies::open(&CopiesSettings {
            directory: layout.service(Origin::Audit),
            installation: secrets.installation.name.clone(),
            signer: secrets.signer(Origin::Audit),
        });
        let copies = copies.map_err(|error| Failure::from_copies(&error))?;
        let ground = |origin| grounds.of(origin, copies.heads(origin));
        let (drafts, reviews, editions, watch) = (
            ground(Origin::Submission)?,
            ground(Origin::Moderation)?,
            ground(Origin::Publication)?,
            grounds.of(Origin::Audit, Vec::new())?,
        );
        let submission = submission::start(submission::Config {
            engine: drafts.engine.clone(),
            vault: drafts.vault.clone(),
            accounts: Arc::clone(&accounts),
        })?;
        let moderation = moderation::start(moderation::Config {
            engine: reviews.engine.clone(),
            vault: reviews.vault.clone(),
            accounts: Arc::clone(&accounts),
        })?;
        let publication = publication::start(publication::Config {
            engine: editions.engine.clone(),
            vault: editions.vault.clone(),
            accounts: Arc::clone(&accounts),
            site: publication::Site {
                name: "Dossier".to_owned(),
                base_url: settings.base_url.clone(),
                demo: settings.demonstration != Demonstration::No,
            },
        })?;
        let fits = |origin, journal: &Journal, vault| keyring::must_fit(&layout, origin, journal, vault);
        fits(Origin::Submission, submission.engine().journal(), &drafts.vault)?;
        fits(Origin::Moderation, moderation.engine().journal(), &reviews.vault)?;
        fits(Origin::Publication, publication.engine().journal(), &editions.vault)?;
        copies.journal(Origin::Submission).map_or(Ok(()), |copy| fits(Origin::Audit, copy, &watch.vault))?;
        let engines = Engines {
            submission: submission.engine().clone(),
            moderation: moderation.engine().clone(),
            publication: publication.engine().clone(),
            audit: Arc::new(OnceLock::new()),
        };
        let audit = audit::start(audit::Config {
            engine: watch.engine.clone(),
            copies,
            vault: watch.vault.clone(),
            accounts: Arc::clone(&accounts),
            watched: grounds.watched(),
            digests: engines.digests(),
        })?;
        engines.know(audit.engine());
        submission.join(&hub);
        moderation.join(&hub);
        publication.join(&hub);
        audit.join(&hub);
        let tasks = audit.begin(Arc::clone(&watch.transport)).await;
        let tasks = tasks.map_err(|error| Failure::new(Exit::Failed, format!("audit: {error}")))?;
        let mut followings = Followings::default();
        let mut follow = |ground: &Ground, reader, inbox: Arc<dyn Inbox>, origins: &[Origin]| {
            followings.add(reader, ground.follow(&inbox, origins));
        };
        follow(&drafts, Origin::Submission, submission.inbox(), &[Origin::Moderation, Origin::Publication]);
        follow(&reviews, Origin::Moderation, moderation.inbox(), &[Origin::Submission, Origin::Publication]);
        follow(&editions, Origin::Publication, publication.inbox(), &[Origin::Submission, Origin::Moderation]);
        follow(&watch, Origin::Audit, audit.inbox(), &COPIED);
        let demonstration = settings.demonstration.clone();
        let mut house = Self {
            layout,
            accounts,
            verifiers,
            submission,
            moderation,
            publication,
            audit,
            tokens: demo::Tokens::new(),
            demonstration,
            followings,
            tasks,
        };
        house.furnish(&secrets, &*settings.clock).await?;
        house.start_tasks();
        Ok(house)
    }

    /// The registry, the invented people, and everybody having heard of them.
    async fn furnish(&mut self, secrets: &Secrets, clock: &dyn Clock) -> Result<(), Failure> {
        let failed = |error: &dyn std::fmt::Display| Failure::new(Exit::Failed, error.to_string());
        self.moderation.adopt_registry_if_none(&Registry::embedded()).await.map_err(|error| failed(&error))?;
        if matches!(self.demonstration, Demonstration::Yes(_)) {
            for (person, subject, token) in demo::people(&self.accounts, &secrets.master, clock.now())? {
                let designated = self.moderation.designate(subject, person.role, person.body_code(), &[]).await;
                designated.map_err(|error| failed(&error))?;
                self.tokens.insert(person.key.to_owned(), token.expose().to_owned());
            }
            demo::write_tokens(&self.layout.demo_tokens(), &self.tokens)?;
        }
        if self.is_level().await {
            return Ok(());
        }
        let trouble = self.followings.onlooker().trouble().unwrap_or_else(|| "they are still reading".to_owned());
        Err(Failure::new(Exit::Failed, format!("the services do not agree: {trouble}. `dossier doctor` says more")))
    }

    fn start_tasks(&mut self) {
        let publication = self.publication.clone();
        self.tasks.spawn_blocking(move || {
            if let Err(error) = publication.warm() {
                tracing::warn!(%error, "not every edition can be found by its words");
            }
        });
        let onlooker = self.followings.onlooker();
        self.tasks
            .spawn(run_timers_when_level(self.submission.engine().clone(), self.followings.of(Origin::Submission)));
        self.tasks
            .spawn(run_timers_when_level(self.moderation.engine().clone(), self.followings.of(Origin::Moderation)));
        self.tasks
            .spawn(run_timers_when_level(self.publication.engine().clone(), self.followings.of(Origin::Publication)));
        self.tasks.spawn(async move {
            let mut tick = tokio::time::interval(LAG_EVERY);
            loop {
                tick.tick().await;
                onlooker.record_lags();
            }
        });
    }

    /// The journals of all four.
    pub fn journals(&self) -> Vec<(Origin, Journal)> {
        vec![
            (Origin::Submission, self.submission.engine().journal().clone()),
            (Origin::Moderation, self.moderation.engine().journal().clone()),
            (Origin::Publication, self.publication.engine().journal().clone()),
            (Origin::Audit, self.audit.engine().journal().clone()),
        ]
    }

    /// Whether this is a demonstration.
    pub fn demonstration(&self) -> Demonstration {
        self.demonstration.clone()
    }

    /// Returns when everybody has read everything and nothing has come of it that somebody has not read; "no" when that takes
    /// too long, because somebody reads no more or others keep writing.
    pub async fn is_level(&self) -> bool {
        let level = async {
            let mut heads = self.heads();
            loop {
                self.followings.have_read(&heads).await;
                let now = self.heads();
                if now == heads {
                    return;
                }
                heads = now;
            }
        };
        tokio::time::timeout(LEVEL_PATIENCE, level).await.is_ok()
    }

    /// Where each journal ends now. (A checkpoint that a reader has heard of may be a moment old.)
    fn heads(&self) -> BTreeMap<Origin, Position> {
        let head = |(origin, journal): (Origin, Journal)| {
            let head = journal.head();
            (origin, Position { epoch: head.epoch, sequence: head.size })
        };
        self.journals().into_iter().map(head).collect()
    }

    /// Returns when one of the services has stopped, with the reason.
    pub async fn stopped(&self) -> String {
        tokio::select! {
            reason = self.submission.engine().stopped() => format!("submission: {reason}"),
            reason = self.moderation.engine().stopped() => format!("moderation: {reason}"),
            reason = self.publication.engine().stopped() => format!("publication: {reason}"),
            reason = self.audit.engine().stopped() => format!("audit: {reason}"),
        }
    }

    /// Ends: snapshots are written so that the next start is fast, and nobody reads any more.
    pub async fn close(mut self) {
        let _ = tokio::join!(
            self.submission.engine().snapshot(),
            self.moderation.engine().snapshot(),
            self.publication.engine().snapshot(),
            self.audit.engine().snapshot(),
        );
        self.tasks.shutdown().await;
        self.followings.stop();
    }
}
