//! One running service with what the house does for it: others are let in, others are followed, timers run.

use std::{sync::Arc, time::Duration};

use axum::Router;
use dossier_audit as audit;
use dossier_engine::{Following, Ground, are_level};
use dossier_exchange::{Inbox, InboxError, KeyDesk, Position, Source, Transport, files::FileDesk};
use dossier_identity::Accounts;
use dossier_journal::Journal;
use dossier_moderation as moderation;
use dossier_post::letters::MailTrouble;
use dossier_proto::Origin;
use dossier_publication as publication;
use dossier_submission as submission;
use dossier_vault::files::FileStore;
use futures_util::{FutureExt, future::BoxFuture};
use tokio::task::JoinSet;

use super::{
    broker_watch::BrokerWatch,
    following::Onlooker,
    kept::KeptDesk,
    machine::Machine,
    masthead::{Roles, roles_in},
    plot::Plot,
    roll,
};
use crate::{Exit, Failure, witness::push};

/// How often it is measured how far a reader is behind.
const LAG_EVERY: Duration = Duration::from_secs(1);

type Work = Box<dyn FnOnce(Arc<dyn Transport>) -> BoxFuture<'static, Result<JoinSet<()>, InboxError>> + Send + Sync>;
/// Work that is begun later. It is made into a future then, because a house is shared between threads.
type Later = Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send + Sync>;
pub(super) type Agreement = Arc<dyn Fn() -> Result<(), String> + Send + Sync>;
pub(super) type Findings = Arc<dyn Fn() -> Option<String> + Send + Sync>;

/// One running service.
pub(super) struct Room {
    pub(super) origin: Origin,
    pub(super) machine: Arc<dyn Machine>,
    pub(super) router: Router,
    /// What people are, as this service has heard of it.
    pub(super) roles: Roles,
    pub(super) desk: Arc<dyn KeyDesk>,
    /// Where others ask for the files whose keys they have from here.
    pub(super) files: Option<FileDesk>,
    /// Whether what others show agrees with what they signed: only the audit service knows.
    pub(super) agreement: Option<Agreement>,
    /// What it found and is not settled: only the audit service finds.
    pub(super) findings: Option<Findings>,
    pub(super) ground: Ground,
    pub(super) onlooker: Onlooker,
    inbox: Arc<dyn Inbox>,
    follows: &'static [Origin],
    /// What works behind the doors of this service alone; begun once.
    work: Option<Work>,
    following: Option<Following>,
    /// Destroys what is ordered to be; begun once.
    eraser: Option<Later>,
    /// Takes letters to the mail server; begun once, with the timers.
    postman: Option<Later>,
    /// What is wrong with that server.
    pub(super) mail: MailTrouble,
    tasks: JoinSet<()>,
}

impl Room {
    pub(super) fn of_submission(service: &submission::Service, ground: Ground) -> Self {
        let eraser = service.clone();
        let tidying = service.keep_tidy();
        let (mail, letters) = (MailTrouble::default(), service.clone());
        let trouble = mail.clone();
        Self {
            postman: Some(Box::new(move || letters.deliver_letters(trouble).boxed())),
            mail,
            origin: Origin::Submission,
            onlooker: Onlooker::of(Origin::Submission),
            machine: Arc::new(service.engine().clone()),
            router: service.router(),
            roles: roles_in(service.engine(), |view| &view.state().designations),
            desk: service.desk(),
            files: Some(service.file_desk()),
            agreement: None,
            findings: None,
            ground,
            inbox: service.inbox(),
            follows: &[Origin::Moderation, Origin::Publication],
            work: Some(Box::new(|_| async move { Ok(alone(tidying)) }.boxed())),
            following: None,
            eraser: Some(Box::new(move || eraser.erase().boxed())),
            tasks: JoinSet::new(),
        }
    }

    pub(super) fn of_moderation(service: &moderation::Service, ground: Ground) -> Self {
        let eraser = service.clone();
        let reader = service.clone();
        let (mail, letters) = (MailTrouble::default(), service.clone());
        let trouble = mail.clone();
        // One server for both, so one trouble.
        let (links, of_links) = (service.clone(), mail.clone());
        Self {
            origin: Origin::Moderation,
            onlooker: Onlooker::of(Origin::Moderation),
            machine: Arc::new(service.engine().clone()),
            router: service.router(),
            roles: roles_in(service.engine(), |view| &view.state.designations),
            desk: service.desk(),
            files: Some(service.file_desk()),
            agreement: None,
            findings: None,
            ground,
            inbox: service.inbox(),
            // What audit says is that it has destroyed what was ordered.
            follows: &[Origin::Submission, Origin::Publication, Origin::Audit],
            work: Some(Box::new(|transport| async move { Ok(alone(reader.fetch_files(transport))) }.boxed())),
            postman: Some(Box::new(move || {
                let carried = futures_util::future::join(letters.deliver_letters(trouble), links.send_links(of_links));
                carried.map(drop).boxed()
            })),
            mail,
            following: None,
            eraser: Some(Box::new(move || eraser.erase().boxed())),
            tasks: JoinSet::new(),
        }
    }

    pub(super) fn of_publication(service: &publication::Service, ground: Ground) -> Self {
        let eraser = service.clone();
        let reader = service.clone();
        Self {
            origin: Origin::Publication,
            onlooker: Onlooker::of(Origin::Publication),
            machine: Arc::new(service.engine().clone()),
            router: service.router(),
            roles: roles_in(service.engine(), |view| &view.state().designations),
            desk: service.desk(),
            files: None,
            agreement: None,
            findings: None,
            ground,
            inbox: service.inbox(),
            follows: &[Origin::Submission, Origin::Moderation],
            work: Some(Box::new(|transport| {
                let mut tasks = alone(reader.fetch_files(transport));
                warm(&mut tasks, reader);
                async move { Ok(tasks) }.boxed()
            })),
            postman: None,
            mail: MailTrouble::default(),
            following: None,
            eraser: Some(Box::new(move || eraser.erase().boxed())),
            tasks: JoinSet::new(),
        }
    }

    pub(super) fn of_audit(service: &audit::Service, ground: Ground) -> Self {
        let eraser = service.clone();
        let (watch, judge, finder) = (service.clone(), service.clone(), service.clone());
        let pusher = service.clone();
        Self {
            origin: Origin::Audit,
            onlooker: Onlooker::of(Origin::Audit),
            machine: Arc::new(service.engine().clone()),
            router: service.router(),
            roles: roles_in(service.engine(), |view| &view.state.designations),
            desk: service.desk(),
            files: None,
            agreement: Some(Arc::new(move || judge.agreement())),
            findings: Some(Arc::new(move || finder.open_findings())),
            ground,
            inbox: service.inbox(),
            follows: &audit::COPIED,
            work: Some(Box::new(|transport| {
                let begun = async move {
                    let mut tasks = watch.begin(transport).await?;
                    push(&pusher, &mut tasks);
                    Ok(tasks)
                };
                begun.boxed()
            })),
            postman: None,
            mail: MailTrouble::default(),
            following: None,
            eraser: Some(Box::new(move || eraser.erase().boxed())),
            tasks: JoinSet::new(),
        }
    }

    /// What others may read.
    pub(super) fn source(&self) -> Arc<dyn Source> {
        self.machine.source()
    }

    pub(super) fn journal(&self) -> &Journal {
        self.machine.journal()
    }

    /// What it keeps of the others.
    pub(super) fn kept(&self, plot: &Plot, copies: Option<Arc<audit::Copies>>) -> KeptDesk {
        let (vault, place) = (self.ground.vault.clone(), plot.layout.service(self.origin).join("attachments"));
        let files = FileStore::new(place, vault.clone());
        let people = (roll::file(&plot.layout, self.origin), plot.secrets.master.clone());
        let (journal, desk) = (self.journal().clone(), Arc::clone(&self.desk));
        KeptDesk { journal, copies, desk, vault, files, learnt: plot.keys.clone(), people, entitled: Arc::default() }
    }

    /// Where its journal ends now. (A checkpoint that a reader has heard of may be a moment old.)
    pub(super) fn head(&self) -> Position {
        let head = self.journal().head();
        Position { epoch: head.epoch, sequence: head.size }
    }

    /// Starts what works behind the doors, and follows the others.
    pub(super) async fn begin(&mut self) -> Result<(), Failure> {
        if let Some(work) = self.work.take() {
            let begun = work(Arc::clone(&self.ground.transport)).await;
            self.tasks = begun.map_err(|error| Failure::new(Exit::Failed, format!("{}: {error}", self.origin)))?;
        }
        if let Some(eraser) = self.eraser.take() {
            self.tasks.spawn(eraser());
        }
        let following = self.ground.follow(&self.inbox, self.follows);
        self.onlooker.look_at(following.watch());
        self.following = Some(following);
        let (onlooker, origin, authority) = (self.onlooker.clone(), self.origin, self.ground.engine.authority.clone());
        self.tasks.spawn(async move {
            let mut tick = tokio::time::interval(LAG_EVERY);
            loop {
                tick.tick().await;
                onlooker.record();
                authority.record(origin);
            }
        });
        Ok(())
    }

    /// Runs its timers, and sends its letters, once everything followed is level: a timer must not fire on what only looks unanswered,
    /// and nobody be written to who has lost the right.
    pub(super) fn run_timers(&mut self) {
        self.tasks.spawn(self.machine.run_timers(self.onlooker.waited_for()));
        if let Some(postman) = self.postman.take() {
            let followed = self.onlooker.waited_for();
            self.tasks.spawn(async move {
                if are_level(followed).await {
                    postman().await;
                }
            });
        }
    }

    /// Keeps a copy of the accounts new, where they are kept elsewhere.
    pub(super) fn keep_people(&mut self, accounts: &Arc<Accounts>, plot: &Plot) {
        // Those who are given names write them down, for the loss of moderation's disk.
        if matches!(self.origin, Origin::Submission | Origin::Audit) {
            // Before anything is heard: nobody counts as forgotten who may still be in the file.
            accounts.will_be_written_down();
            let file = roll::file(&plot.layout, self.origin);
            self.tasks.spawn(roll::keep(Arc::clone(accounts), file, plot.secrets.master.clone()));
        }
        self.tasks.spawn(self.ground.keep_people(self.origin, Arc::clone(accounts)));
    }

    /// Measures a line to the broker from now on.
    pub(super) fn measure(&mut self, watch: &BrokerWatch) {
        watch.measure(&mut self.tasks);
    }

    /// Returns when it has stopped, with the reason.
    pub(super) async fn stopped(&self) -> String {
        format!("{}: {}", self.origin, self.machine.stopped().await)
    }

    /// Nobody works behind the doors and nobody reads any more.
    pub(super) async fn end(&mut self) {
        self.tasks.shutdown().await;
        if let Some(mut following) = self.following.take() {
            following.stop();
        }
    }
}

/// One task.
fn alone(work: impl Future<Output = ()> + Send + 'static) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    tasks.spawn(work);
    tasks
}

/// Every published entry is read once, so that the first list is answered as fast as the next.
fn warm(tasks: &mut JoinSet<()>, service: publication::Service) {
    tasks.spawn_blocking(move || {
        if let Err(error) = service.warm() {
            tracing::warn!(%error, "not every edition can be found by its words");
        }
    });
}
