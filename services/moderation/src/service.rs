//! The service, put together and started.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use axum::Router;
use dossier_engine::{
    Clock, Engine, EngineError, EngineInbox, EngineSettings, ExecuteError, Outcome, Request, command_id,
    erasure::{self, Holdings},
    fresh_id,
};
use dossier_exchange::{Hub, KeyDesk, Transport, files::FileDesk};
use dossier_identity::{Accounts, ReviewerKind, Role};
use dossier_post::{
    Post,
    letters::{MailTrouble, deliver},
};
use dossier_proto::{Actor, BodyCode, DesignationId, Digest, Micros, Origin, SubjectId, v1};
use dossier_registry::Registry;
use dossier_vault::{Vault, files::FileStore};
use dossier_web::live::Live;
use sha2::{Digest as _, Sha256};

use crate::{
    api::{self, Desk},
    domain::{BY_OPERATOR, Command, Moderation, Refusal},
    erasing::Shelves,
    gists::Gists,
    held::HeldForms,
    keys::{ModerationDesk, keys_needed},
    letters::Postbox,
    news,
    pages::{self, Watching},
    registry_in_force::RegistryInForce,
    views::Reviews,
    words::Words,
};

/// What the service is made of.
pub struct Config {
    /// Its journal: directory, log name, key, clock and the rest.
    pub engine: EngineSettings,
    /// Its keys, and those it was given.
    pub vault: Vault,
    /// Who is calling.
    pub accounts: Arc<Accounts>,
    /// How people are reached by mail.
    pub post: Post,
}

/// Why an installation could not be made ready.
#[derive(Debug, thiserror::Error)]
pub enum BootstrapError {
    /// The system itself was refused.
    #[error("a command of the system was not carried out: {0}")]
    Execute(#[from] ExecuteError<Refusal>),
}

/// What lies beside the journal: nothing of it may be needed to decide.
struct OnDisk {
    files: FileStore,
    held: HeldForms,
}

/// Where what may go lies, below the directory of the service.
const SCRATCH: &str = "scratch";

/// The running service; a cheap clone.
#[derive(Clone)]
pub struct Service {
    engine: Engine<Moderation, Reviews>,
    vault: Vault,
    desk: Arc<Desk>,
    clock: Arc<dyn Clock>,
}

/// Opens the journal and starts the service.
///
/// # Errors
/// [`EngineError`]; nothing was written.
pub fn start(config: Config) -> Result<Service, EngineError> {
    let clock = Arc::clone(&config.engine.clock);
    let files = FileStore::new(config.engine.directory.join("attachments"), config.vault.clone());
    if let Err(error) = files.tidy() {
        tracing::warn!(%error, "what is left of files that broke off stays until the next start");
    }
    let held = HeldForms::new(config.engine.directory.join(SCRATCH), config.vault.clone());
    if let Err(error) = held.tidy() {
        tracing::warn!(%error, "what is left of typed words that broke off stays until the next start");
    }
    let engine = Engine::open(config.engine)?;
    let shelves = OnDisk { files, held };
    let service = Service::reaching_people(engine, config.vault, config.accounts, config.post, clock, shelves);
    // Before anybody is served: a crash or a backup brings nothing back.
    erasure::repeat(&service.engine, &*service.shelves())?;
    Ok(service)
}

impl Service {
    /// The service over an engine that runs already: for simulations.
    pub fn over(
        engine: Engine<Moderation, Reviews>,
        vault: Vault,
        accounts: Arc<Accounts>,
        clock: Arc<dyn Clock>,
        files: FileStore,
    ) -> Self {
        // Beside the keys; nobody opens a page in a simulation, and then nothing is made there.
        let beside = vault.at_rest(|keys| keys.with_file_name(SCRATCH));
        let held = HeldForms::new(beside, vault.clone());
        Self::reaching_people(engine, vault, accounts, Post::default(), clock, OnDisk { files, held })
    }

    fn reaching_people(
        engine: Engine<Moderation, Reviews>,
        vault: Vault,
        accounts: Arc<Accounts>,
        post: Post,
        clock: Arc<dyn Clock>,
        on_disk: OnDisk,
    ) -> Self {
        let desk = Arc::new(Desk {
            engine: engine.clone(),
            words: Words::new(vault.clone()),
            accounts,
            post,
            clock: Arc::clone(&clock),
            registry: RegistryInForce::default(),
            gists: Gists::default(),
            held: on_disk.held,
            watching: Watching::default(),
            live: Live::fed_by(news::topics(engine.touched())),
            files: on_disk.files,
        });
        Self { engine, vault, desk, clock }
    }

    /// The routes under `/review/api/v1`.
    pub fn router(&self) -> Router {
        api::router(Arc::clone(&self.desk)).merge(pages::router(Arc::clone(&self.desk)))
    }

    /// The engine: to execute, to read, to run its timers.
    pub fn engine(&self) -> &Engine<Moderation, Reviews> {
        &self.engine
    }

    /// Destroys what is ordered to be, and confirms it, for as long as it is polled.
    pub fn erase(&self) -> impl Future<Output = ()> + Send + 'static + use<> {
        let (service, shelves) = (self.clone(), self.shelves());
        async move {
            let engine = service.engine.clone();
            futures_util::future::join(
                erasure::run(engine, shelves, Command::ConfirmErasure),
                service.order_what_was_forgotten(),
            )
            .await;
        }
    }

    /// Orders that a person be forgotten, for the operator who has the accounts in hand. Ordering it again changes nothing.
    ///
    /// # Errors
    /// [`BootstrapError`].
    pub async fn forget(&self, subject: SubjectId) -> Result<(), BootstrapError> {
        if self.engine.view().state.erasures.of_person(subject).is_some() {
            return Ok(());
        }
        let order = v1::OrderErasure {
            scope: erasure::Scope::Person.number(),
            subject: subject.to_vec(),
            reason: BY_OPERATOR.to_owned(),
            ..v1::OrderErasure::default()
        };
        match self.as_system(Command::OrderErasure(order)).await {
            Ok(_)
            | Err(BootstrapError::Execute(ExecuteError::Refused { refusal: Refusal::ErasedAlready { .. }, .. })) => {
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Who was erased while nothing ran, by `dossier account erase` on the data directory: ordered now, so that it is an event too.
    async fn order_what_was_forgotten(&self) {
        // Not from a service of which another instance may be at work, nor from one that is still starting.
        while self.engine.admits_persons().is_err() {
            if self.engine.stopped_because().is_some() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        let desk = Arc::clone(&self.desk);
        let people = tokio::task::spawn_blocking(move || desk.accounts.people()).await.unwrap_or_default();
        for person in people.into_iter().filter(|person| person.erased.is_some()) {
            if let Err(error) = self.forget(person.subject).await {
                tracing::warn!(subject = %person.subject, %error, "that a person was forgotten is ordered at the next start");
            }
        }
    }

    fn shelves(&self) -> Arc<dyn Holdings> {
        Arc::new(Shelves { desk: Arc::clone(&self.desk), vault: self.vault.clone() })
    }

    /// Where other services' events come in.
    pub fn inbox(&self) -> Arc<EngineInbox<Moderation, Reviews>> {
        EngineInbox::erasing(self.engine.clone(), self.vault.clone(), keys_needed, self.shelves())
    }

    /// Takes its place where the services of one process meet.
    pub fn join(&self, hub: &Hub) {
        hub.join(Origin::Moderation, self.engine.source(), self.desk());
    }

    /// Takes letters to the mail server for as long as it is polled; returns at once where there is none. To be started with the timers.
    /// What is wrong with the server is told in `trouble`.
    pub fn deliver_letters(&self, trouble: MailTrouble) -> impl Future<Output = ()> + Send + 'static + use<> {
        let desk = Arc::clone(&self.desk);
        async move {
            let Some(server) = desk.post.server.clone() else { return };
            deliver(Arc::new(Postbox(desk)), server, trouble).await;
        }
    }

    #[cfg(test)]
    pub(crate) fn shared(&self) -> Arc<Desk> {
        Arc::clone(&self.desk)
    }

    /// Where other services ask for keys.
    pub fn desk(&self) -> Arc<dyn KeyDesk> {
        Arc::new(ModerationDesk::new(self.engine.clone(), self.vault.clone()))
    }

    /// Fetches the files of submitted contents from submission, for as long as it is polled.
    pub fn fetch_files(&self, transport: Arc<dyn Transport>) -> impl Future<Output = ()> + Send + 'static + use<> {
        let (engine, store) = (self.engine.clone(), self.desk.files.clone());
        dossier_engine::fetch_files(engine, |reviews: &Reviews| &reviews.files, store, transport, Origin::Submission)
    }

    /// Sends the mail by which people come in, and makes up every minute for what a crash left between a decision and its mail, for as
    /// long as it is polled. Where no mail server is configured nothing is sent. What is wrong with that
    /// server is told in `trouble`.
    pub fn send_links(&self, trouble: MailTrouble) -> impl Future<Output = ()> + Send + 'static + use<> {
        let (sending, upkeep) = (Arc::clone(&self.desk), Arc::clone(&self.desk));
        async move {
            tokio::join!(crate::welcoming::send(sending, trouble), crate::welcoming::keep_up(upkeep));
        }
    }

    /// Gives the bytes of approved files, under seal, to who has their keys from here.
    pub fn file_desk(&self) -> FileDesk {
        let engine = self.engine.clone();
        FileDesk::new(self.desk.files.clone(), move |asker, entry, key| {
            let view = engine.view();
            view.keys.may_have(asker, key) && view.files.of(entry).any(|file| file.key == key)
        })
    }

    /// Adopts this registry as the system, if none was ever adopted. Answers whether it did.
    ///
    /// # Errors
    /// [`BootstrapError`].
    pub async fn adopt_registry_if_none(&self, registry: &Registry) -> Result<bool, BootstrapError> {
        if self.engine.view().state.registry.is_some() {
            return Ok(false);
        }
        let adopt = v1::AdoptRegistry { document: registry.bytes().to_vec(), digest: registry.digest().to_vec() };
        Ok(!self.as_system(Command::AdoptRegistry(adopt)).await?.events.is_empty())
    }

    /// An administrator who has an account here: from then on people designate people. One whose account was lost or erased is none:
    /// nobody can act in that name any more, and without another way nobody could designate anybody.
    #[must_use]
    pub fn administrator(&self) -> Option<SubjectId> {
        let (view, now) = (self.engine.view(), self.clock.now());
        let administrators = view.state.designations.all();
        let administrators =
            administrators.filter(|held| held.designation.role == Role::Administrator && held.is_valid(now));
        let mut subjects = administrators.map(|held| held.designation.subject);
        subjects.find(|subject| self.desk.accounts.name_of(*subject).is_some())
    }

    /// Whom the journal has designated for anything, ended designations included.
    #[must_use]
    pub fn people_designated(&self) -> BTreeSet<SubjectId> {
        self.engine.view().state.designations.all().map(|held| held.designation.subject).collect()
    }

    /// Makes somebody the first administrator, as the system, unless there is one ([`Self::administrator`]). Answers whether it did.
    ///
    /// # Errors
    /// [`BootstrapError`].
    pub async fn first_administrator(&self, subject: SubjectId) -> Result<bool, BootstrapError> {
        if self.administrator().is_some() {
            return Ok(false);
        }
        self.designate(subject, Role::Administrator, None, &[]).await?;
        Ok(true)
    }

    /// Designates somebody as the system: for demonstrations. What the person is designated for already is left as it
    /// is; answers the designation that is in force.
    ///
    /// # Errors
    /// [`BootstrapError`].
    pub async fn designate(
        &self,
        subject: SubjectId,
        role: Role,
        body: Option<BodyCode>,
        record_types: &[String],
    ) -> Result<DesignationId, BootstrapError> {
        self.designate_as(subject, role, None, body, record_types).await
    }

    /// As [`Service::designate`], for a reviewer who comes from inside or from outside.
    ///
    /// # Errors
    /// [`BootstrapError`].
    pub async fn designate_reviewer(
        &self,
        subject: SubjectId,
        kind: ReviewerKind,
        body: Option<BodyCode>,
        record_types: &[String],
    ) -> Result<DesignationId, BootstrapError> {
        self.designate_as(subject, Role::Reviewer, Some(kind), body, record_types).await
    }

    async fn designate_as(
        &self,
        subject: SubjectId,
        role: Role,
        kind: Option<ReviewerKind>,
        body: Option<BodyCode>,
        record_types: &[String],
    ) -> Result<DesignationId, BootstrapError> {
        let now = self.clock.now();
        if let Some(known) = self.designated((subject, role, kind), body.as_ref(), record_types, now) {
            return Ok(known);
        }
        let grant = v1::GrantDesignation {
            subject: subject.to_vec(),
            role: role.number(),
            body: body.map(|body| body.to_string()).unwrap_or_default(),
            record_types: record_types.to_vec(),
            valid_from: now.0,
            valid_until: None,
            note_digest: Vec::new(),
            reviewer_kind: kind.map_or(0, ReviewerKind::number),
            ..v1::GrantDesignation::default()
        };
        let fresh = fresh_id();
        let outcome = self.as_system_with(Command::GrantDesignation(grant), fresh).await?;
        // What an event creates has the event's id.
        Ok(DesignationId(outcome.events.first().map_or(fresh.0, |event| event.head.id.0)))
    }

    fn designated(
        &self,
        (subject, role, kind): (SubjectId, Role, Option<ReviewerKind>),
        body: Option<&BodyCode>,
        record_types: &[String],
        now: Micros,
    ) -> Option<DesignationId> {
        let view = self.engine.view();
        let same = view.state.designations.of_subject(subject).find(|held| {
            let designation = &held.designation;
            held.is_valid(now)
                && designation.role == role
                && designation.reviewer_kind == kind
                && designation.body.as_ref() == body
                && designation.record_types == record_types
        });
        same.map(|held| held.designation.id)
    }

    async fn as_system(&self, command: Command) -> Result<Outcome, BootstrapError> {
        self.as_system_with(command, fresh_id()).await
    }

    async fn as_system_with(&self, command: Command, fresh: dossier_proto::EventId) -> Result<Outcome, BootstrapError> {
        let request = Request {
            command,
            entry: None,
            actor: Actor::System(Origin::Moderation),
            on_behalf_of: None,
            fresh,
            expected_version: None,
            command_id: command_id(b"system", fresh.as_bytes()),
            request_digest: Digest(Sha256::digest(fresh.as_bytes()).into()),
            correlation: None,
        };
        Ok(self.engine.execute(request).await?)
    }
}
