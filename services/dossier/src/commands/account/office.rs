//! Where accounts are changed: here, on a directory that nobody has open, or by the process that has it open.

use std::{path::Path, sync::Arc};

use dossier_exchange::{Clock, MachineClock};
use dossier_identity::accounts::{
    Accounts, AccountsError,
    door::{Listed, RefusalKind, Reply, Request, Visit, carry_out, knock},
};
use dossier_journal::OpenErrorKind;
use dossier_proto::Micros;
use dossier_vault::Vault;

use super::administrator;
use crate::{Exit, Failure, Layout, Secrets, appointment::Candidate};

/// Where accounts are changed.
pub(super) enum Office {
    /// Nobody else has the directory open.
    Here(Box<Here>),
    /// A running service has it open and does what it is asked.
    Asked(Visit),
}

/// The people of an installation, opened for a command.
pub(super) struct Here {
    pub(super) layout: Layout,
    pub(super) secrets: Secrets,
    pub(super) accounts: Arc<Accounts>,
    pub(super) clock: MachineClock,
}

impl Here {
    /// On a data directory that is made when it is new: the first account comes before the first start.
    pub(super) fn make_or_open(layout: Layout) -> Result<Self, Failure> {
        let secrets = Secrets::create_or_read(&layout)?;
        Self::with(layout, secrets)
    }

    fn open(layout: Layout) -> Result<Self, Failure> {
        let secrets = Secrets::read(&layout)?;
        Self::with(layout, secrets)
    }

    fn with(layout: Layout, secrets: Secrets) -> Result<Self, Failure> {
        let vault = Vault::open_unthreaded(layout.person_keys(), &secrets.master)?;
        let accounts = Accounts::open(layout.accounts(), vault, &secrets.master).map_err(failure)?;
        Ok(Self { layout, secrets, accounts: Arc::new(accounts), clock: MachineClock })
    }

    pub(super) fn now(&self) -> Micros {
        self.clock.now()
    }

    fn carry_out(&self, request: Request) -> Result<Reply, Failure> {
        match request {
            Request::CreateAdministrator { name, mail } => administrator::create(self, &Candidate { name, mail }),
            request => Ok(carry_out(&self.accounts, request, self.now())),
        }
    }
}

/// Who has the directory open and nobody at its door is about to open one, or has just shut it.
fn not_yet(failure: Failure, root: &Path) -> Failure {
    if failure.exit_code() != OpenErrorKind::Busy.exit_code() {
        return failure;
    }
    Failure::busy(format!(
        "{} is open in another process that takes no commands at this moment: a service that is starting or ending, or another command. \
         Nothing was changed; repeat this in a moment",
        root.display()
    ))
}

impl Office {
    /// On a data directory that is made when it is new.
    pub(super) fn make_or_open(layout: Layout) -> Result<Self, Failure> {
        Self::with(layout, Here::make_or_open)
    }

    pub(super) fn open(layout: Layout) -> Result<Self, Failure> {
        Self::with(layout, Here::open)
    }

    fn with(layout: Layout, open: impl FnOnce(Layout) -> Result<Here, Failure>) -> Result<Self, Failure> {
        let (directory, root) = (layout.accounts(), layout.root().to_owned());
        match knock(&directory).map_err(|error| Failure::disk(&directory, &error))? {
            Some(visit) => Ok(Self::Asked(visit)),
            None => open(layout).map(|here| Self::Here(Box::new(here))).map_err(|failure| not_yet(failure, &root)),
        }
    }

    /// Has something done, and says what came of it.
    pub(super) fn ask(&self, request: Request) -> Result<Reply, Failure> {
        let reply = match self {
            Self::Here(here) => here.carry_out(request).map_err(|failure| not_yet(failure, here.layout.root()))?,
            Self::Asked(visit) => visit.ask(&request).map_err(|error| {
                Failure::new(
                    Exit::Failed,
                    format!("the process that has the accounts open did not answer ({error}); look whether it was done: dossier account list"),
                )
            })?,
        };
        match reply {
            Reply::Refused { kind, reason } => Err(Failure::new(exit(kind), reason)),
            reply => Ok(reply),
        }
    }

    /// Has something done that answers nothing.
    pub(super) fn change(&self, request: Request) -> Result<(), Failure> {
        match self.ask(request)? {
            Reply::Done => Ok(()),
            other => Err(unexpected(&other)),
        }
    }

    /// Everybody, with their tokens, in the order they were made.
    pub(super) fn everybody(&self) -> Result<Vec<Listed>, Failure> {
        let (mut everybody, mut behind) = (Vec::new(), None);
        loop {
            match self.ask(Request::People { behind })? {
                Reply::People { people, more } => {
                    behind = people.last().map(|listed| listed.person.subject);
                    everybody.extend(people);
                    if !more || behind.is_none() {
                        return Ok(everybody);
                    }
                }
                other => return Err(unexpected(&other)),
            }
        }
    }
}

/// An answer of another kind than the question's.
pub(super) fn unexpected(reply: &Reply) -> Failure {
    let kind = match reply {
        Reply::Done => "done",
        Reply::Created { .. } => "created",
        Reply::Issued { .. } => "issued",
        Reply::Link { .. } => "link",
        Reply::People { .. } => "people",
        Reply::Refused { .. } => "refused",
    };
    Failure::new(
        Exit::Failed,
        format!("the process that has the accounts open answered {kind:?}; use the same version of Dossier"),
    )
}

const fn exit(kind: RefusalKind) -> Exit {
    match kind {
        RefusalKind::Usage => Exit::Usage,
        RefusalKind::NotThere => Exit::NotThere,
        RefusalKind::Disk => Exit::Disk,
        RefusalKind::Damaged => Exit::Damaged,
        RefusalKind::NotNow => Exit::Unreachable,
        RefusalKind::Failed => Exit::Failed,
    }
}

pub(super) fn failure(error: AccountsError) -> Failure {
    match error {
        AccountsError::Vault(error) => error.into(),
        AccountsError::InUse { .. } => Failure::busy(error.to_string()),
        error => Failure::new(exit(RefusalKind::of(&error)), error.to_string()),
    }
}
