//! Who answers at the door of the accounts: an operator's commands, carried out by the process that has the accounts open.

use std::sync::Arc;

use dossier_engine::Clock;
use dossier_identity::accounts::{
    Accounts,
    door::{Door, RefusalKind, Reply, Request, carry_out},
};
use dossier_moderation as moderation;
use dossier_proto::SubjectId;
use tokio::runtime::Handle;

use super::plot::Plot;
use crate::{
    Failure,
    appointment::{Candidate, appoint, refused},
};

/// Does what operators ask at the door.
pub(super) struct Doorkeeper {
    accounts: Arc<Accounts>,
    clock: Arc<dyn Clock>,
    moderation: moderation::Service,
    /// What keeps moderation from writing, in words; nothing when nothing does.
    obstacle: Box<dyn Fn() -> Option<String> + Send>,
    runtime: Handle,
}

impl Doorkeeper {
    /// Of a house in which moderation is at work, or starting: `obstacle` says what it waits for.
    pub(super) fn of(
        plot: &Plot,
        accounts: &Arc<Accounts>,
        moderation: &moderation::Service,
        obstacle: impl Fn() -> Option<String> + Send + 'static,
    ) -> Self {
        Self {
            accounts: Arc::clone(accounts),
            clock: Arc::clone(&plot.settings.clock),
            moderation: moderation.clone(),
            obstacle: Box::new(obstacle),
            runtime: Handle::current(),
        }
    }

    /// Opens the door. It is open as long as this value lives.
    pub(super) fn open(self, plot: &Plot) -> Result<Door, Failure> {
        let directory = plot.layout.accounts();
        let opened = Door::open(&directory, move |request| self.carry_out(request));
        opened.map_err(|error| Failure::disk(&directory, &error))
    }

    /// On the door's own thread, which may wait.
    fn carry_out(&self, request: Request) -> Reply {
        match request {
            Request::CreateAdministrator { name, mail } => self.appoint(&Candidate { name, mail }),
            Request::Erase { subject } => self.forget(subject),
            request => carry_out(&self.accounts, request, self.clock.now()),
        }
    }

    /// It is an event too: ordered in moderation's journal first, so that every service and every backup that is put back knows of it.
    fn forget(&self, subject: SubjectId) -> Reply {
        if !self.accounts.people().iter().any(|person| person.subject == subject) {
            return carry_out(&self.accounts, Request::Erase { subject }, self.clock.now());
        }
        if let Some(why) = (self.obstacle)() {
            let reason = format!(
                "moderation is starting, and nothing was changed. It waits {why}. Repeat this when its /readyz says that it is ready"
            );
            return refused(RefusalKind::NotNow, reason);
        }
        if let Err(error) = self.runtime.block_on(self.moderation.forget(subject)) {
            let reason =
                format!("the erasure could not be ordered ({error}), and nothing was changed. Repeat this in a moment");
            return refused(RefusalKind::NotNow, reason);
        }
        carry_out(&self.accounts, Request::Erase { subject }, self.clock.now())
    }

    fn appoint(&self, candidate: &Candidate) -> Reply {
        if let Some(why) = (self.obstacle)() {
            let reason = format!(
                "moderation is starting, and nothing was changed. It waits {why}. Repeat this when its /readyz says that it is ready"
            );
            return refused(RefusalKind::NotNow, reason);
        }
        self.runtime.block_on(appoint(&self.moderation, &self.accounts, candidate, self.clock.now()))
    }
}
