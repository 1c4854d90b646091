//! All four services in one process.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::Router;
use dossier_audit as audit;
use dossier_exchange::{KeyRing, Position};
use dossier_identity::accounts::{Accounts, door::Door};
use dossier_journal::Journal;
use dossier_moderation as moderation;
use dossier_proto::Origin;
use dossier_publication as publication;
use dossier_submission as submission;
use dossier_web::{
    observe::Readiness,
    page::{Demonstration, Roll},
    proxies::TrustedProxies,
    visit::Surroundings,
};
use futures_util::future::{join_all, select_all};
use tokio::sync::watch;

use super::{
    HouseSettings,
    answers::{Answers, OwnMachine, ask_service},
    clerk, demo,
    doorkeeper::Doorkeeper,
    furnishing, masthead,
    meeting::{HouseBroker, Meeting},
    people,
    plot::Plot,
    readiness::Checks,
    room::Room,
    shoes,
};
use crate::{Exit, Failure, Layout, backup::BackupDoor};

/// How long the services may take to read each other's journals at a start. A million events take seconds.
const LEVEL_PATIENCE: Duration = Duration::from_secs(120);

/// The running services.
pub struct House {
    /// Where everything lies.
    pub layout: Layout,
    /// The people.
    pub accounts: Arc<Accounts>,
    /// What each origin signs with: public.
    pub keys: KeyRing,
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
    surroundings: Surroundings,
    proxies: TrustedProxies,
    rooms: Vec<Room>,
    meeting: Meeting,
    /// Open as long as the house is.
    _door: Door,
    _backups: BackupDoor,
    begun: watch::Sender<bool>,
}

impl House {
    /// Opens every journal, starts every service, and waits until each has read the others.
    ///
    /// # Errors
    /// [`Failure`] with what to do; nothing was written to a journal that is not sound.
    pub async fn open(settings: HouseSettings) -> Result<Self, Failure> {
        let plot = Plot::whole(settings)?;
        Self::furnished(&plot, Meeting::in_process()).await
    }

    /// The same, but the services meet over a broker, each with a connection and a key of its own.
    ///
    /// # Errors
    /// As [`House::open`]; also when the broker does not answer, or another instance of a service is at work there.
    pub async fn open_over(settings: HouseSettings, broker: &HouseBroker) -> Result<Self, Failure> {
        let plot = Plot::whole(settings)?;
        Self::furnished(&plot, Meeting::over(&plot, broker).await?).await
    }

    async fn furnished(plot: &Plot, meeting: Meeting) -> Result<Self, Failure> {
        let mut house = Self::start(plot, meeting).await?;
        house.furnish(plot).await?;
        house.begun.send_replace(true);
        house.rooms.iter_mut().for_each(Room::run_timers);
        Ok(house)
    }

    async fn start(plot: &Plot, meeting: Meeting) -> Result<Self, Failure> {
        let accounts = plot.accounts()?;
        // The audit service's copies first: what is in them is compared before the others write.
        let copies = plot.copies()?;
        let ground =
            |origin| plot.ground(origin, meeting.transport(origin), meeting.gate(origin), copies.heads(origin));
        let (drafts, reviews, editions, watch) = (
            ground(Origin::Submission)?,
            ground(Origin::Moderation)?,
            ground(Origin::Publication)?,
            ground(Origin::Audit)?,
        );
        let submission = plot.submission(&drafts, &accounts)?;
        let moderation = plot.moderation(&reviews, &accounts)?;
        let publication = plot.publication(&editions, &accounts)?;
        let own = Arc::new(OwnMachine::new());
        let asking = ask_service(Arc::clone(&watch.transport), Arc::clone(&own));
        let audit = plot.audit(&watch, &accounts, copies, asking)?;
        let rooms = vec![
            Room::of_submission(&submission, drafts),
            Room::of_moderation(&moderation, reviews),
            Room::of_publication(&publication, editions),
            Room::of_audit(&audit, watch),
        ];
        plot.secrets.note_generations(&plot.layout, &Origin::ALL)?;
        people::must_be_there(&plot.layout, &moderation, &accounts)?;
        let begun = watch::Sender::new(false);
        let starting = begun.subscribe();
        let obstacle = move || (!*starting.borrow()).then(|| "until all services have read each other".to_owned());
        let door = Doorkeeper::of(plot, &accounts, &moderation, obstacle).open(plot)?;
        let backups = clerk::open_door(plot, &rooms)?;
        let mut house = Self {
            layout: plot.layout.clone(),
            accounts,
            keys: plot.keys.clone(),
            submission,
            moderation,
            publication,
            audit,
            tokens: demo::Tokens::new(),
            surroundings: plot.settings.surroundings(),
            proxies: plot.settings.proxies.clone(),
            rooms,
            meeting,
            _door: door,
            _backups: backups,
            begun,
        };
        house.meet(plot, &own).await?;
        Ok(house)
    }

    /// Each service takes its place, and begins to read the others when all have taken theirs.
    async fn meet(&mut self, plot: &Plot, own: &OwnMachine) -> Result<(), Failure> {
        for room in &self.rooms {
            self.meeting.compare(room).await?;
        }
        for room in &self.rooms {
            let (machine, read) = (Arc::clone(&room.machine), room.onlooker.clone());
            let copies = (room.origin == Origin::Audit).then(|| Arc::clone(self.audit.copies()));
            let kept = room.kept(plot, copies);
            let mut answers = Answers { machine, copies: None, read, people: None, files: room.files.clone(), kept };
            match room.origin {
                Origin::Audit => {
                    // It is told once; a second telling would say the same.
                    let _ = own.set(Arc::clone(&room.machine));
                    answers.copies = Some(Arc::clone(self.audit.copies()));
                }
                Origin::Moderation => answers.people = Some(plot.people_desk(&self.accounts)),
                Origin::Submission | Origin::Publication => {}
            }
            self.meeting.join(room, answers).await?;
        }
        for room in &mut self.rooms {
            room.begin().await?;
            if let Some(watch) = self.meeting.watch(room) {
                room.measure(&watch);
            }
        }
        Ok(())
    }

    /// The registry, the invented people, and everybody having heard of them.
    async fn furnish(&mut self, plot: &Plot) -> Result<(), Failure> {
        furnishing::registry(&self.moderation).await?;
        if plot.settings.is_demonstration() {
            self.tokens = furnishing::people(&self.moderation, &self.accounts, plot).await?;
        }
        if self.is_level().await {
            return Ok(());
        }
        let trouble = self.rooms.iter().find_map(|room| room.onlooker.trouble().err());
        let trouble = trouble.unwrap_or_else(|| "they are still reading".to_owned());
        Err(Failure::new(Exit::Failed, format!("the services do not agree: {trouble}. `dossier doctor` says more")))
    }

    /// The routes of all four.
    pub(super) fn routes(&self) -> Router {
        let routes = self.rooms.iter().fold(Router::new(), |routes, room| routes.merge(room.router.clone()));
        match self.surroundings.demonstration {
            Demonstration::No => routes,
            Demonstration::Yes(_) => routes.merge(shoes::router(Arc::clone(&self.accounts), self.tokens.clone())),
        }
    }

    /// What `/readyz` asks.
    pub(super) fn readiness(&self) -> Readiness {
        let mut checks = Checks::default();
        for room in &self.rooms {
            checks.add(room);
        }
        let readiness = checks.finish();
        let watches = self.rooms.iter().filter_map(|room| self.meeting.watch(room));
        watches.fold(readiness, |readiness, watch| watch.checks(readiness))
    }

    /// The journals of all four.
    pub fn journals(&self) -> Vec<(Origin, Journal)> {
        self.rooms.iter().map(|room| (room.origin, room.journal().clone())).collect()
    }

    /// What its pages have to know.
    pub(super) fn surroundings(&self) -> Surroundings {
        self.surroundings.clone()
    }

    /// Who is who, for every page.
    pub(super) fn roll(&self) -> Roll {
        // Moderation grants and revokes: nobody knows it sooner.
        masthead::roll(&self.accounts, &masthead::roles_in(self.moderation.engine(), |view| &view.state.designations))
    }

    /// Of whom it is believed whose request they pass on.
    pub(super) fn proxies(&self) -> TrustedProxies {
        self.proxies.clone()
    }

    /// Returns when everybody has read everything and nothing has come of it that somebody has not read; "no" when that takes
    /// too long, because somebody reads no more or others keep writing.
    pub async fn is_level(&self) -> bool {
        let level = async {
            let mut heads = self.heads();
            loop {
                for room in &self.rooms {
                    room.onlooker.has_read(&heads).await;
                }
                let now = self.heads();
                if now == heads {
                    return;
                }
                heads = now;
            }
        };
        tokio::time::timeout(LEVEL_PATIENCE, level).await.is_ok()
    }

    fn heads(&self) -> BTreeMap<Origin, Position> {
        self.rooms.iter().map(|room| (room.origin, room.head())).collect()
    }

    /// Returns when one of the services has stopped or may not go on, with the reason.
    pub async fn stopped(&self) -> Failure {
        tokio::select! {
            (reason, ..) = select_all(self.rooms.iter().map(|room| Box::pin(room.stopped()))) => Failure::new(
                Exit::Disk,
                format!("a service has stopped, and with it all: {reason}. Nothing unanswered was lost; `dossier doctor` says more"),
            ),
            // It keeps its own exit code: another instance, another history.
            failure = self.meeting.keep(&self.rooms) => failure,
        }
    }

    /// Ends: snapshots are written so that the next start is fast, and nobody reads any more.
    pub async fn close(mut self) {
        join_all(self.rooms.iter().map(|room| room.machine.snapshot())).await;
        for room in &mut self.rooms {
            room.end().await;
        }
    }
}
