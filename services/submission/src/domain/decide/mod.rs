//! The decisions, a file a topic.

mod asking;
mod expiring;
mod revising;
mod submitting;
mod writing;

use dossier_engine::{Context, Decided, Decision};
use dossier_proto::{Authority, EntryId, Payload};

use super::{Command, Entry, Refusal, State, rights};

/// Decides a command.
pub(super) fn decide(state: &State, command: &Command, context: &Context) -> Result<Decision, Refusal> {
    match command {
        Command::StartDraft(start) => writing::start(state, start, context),
        Command::Expire => expiring::expire(state, context),
        other => {
            let matter = Matter::of(state, context)?;
            match other {
                Command::SaveDraft(save) => writing::save(&matter, save),
                Command::Submit { submit, content } => submitting::submit(&matter, submit, content.as_ref()),
                Command::AskRecall => asking::recall(&matter),
                Command::Withdraw(withdraw) => asking::withdraw(&matter, withdraw),
                Command::OpenRevision => revising::open(&matter),
                Command::AskRetraction(ask) => revising::ask_retraction(&matter, ask),
                Command::StartDraft(_) | Command::Expire => Err(Refusal::Malformed("it is decided elsewhere")),
            }
        }
    }
}

/// What a person's command is about: the entry, and the right to act on it.
struct Matter<'a> {
    state: &'a State,
    context: &'a Context,
    id: EntryId,
    entry: &'a Entry,
    authority: Option<Authority>,
}

impl<'a> Matter<'a> {
    /// Finds the entry, then the designation: what does not exist is refused to everybody alike.
    fn of(state: &'a State, context: &'a Context) -> Result<Self, Refusal> {
        let id = context.entry.ok_or(Refusal::NotFound)?;
        let entry = state.entries.get(&id).ok_or(Refusal::NotFound)?;
        let facts = &entry.facts;
        let authority = rights::contributor(&state.designations, context, &facts.body, &facts.record_type)?;
        Ok(Self { state, context, id, entry, authority })
    }

    /// One event, which leaves the draft at `version`.
    fn one(&self, version: u64, payload: Payload) -> Decision {
        Decision::one(self.authority, Decided { entry: Some(self.id), part_version: version, payload })
    }

    /// One event that leaves the words of the draft as they are, and so its version.
    fn asks(&self, payload: Payload) -> Decision {
        self.one(self.entry.version, payload)
    }

    fn wrong_state(&self) -> Refusal {
        Refusal::WrongState { state: self.entry.workflow.state(), turn: self.entry.turn() }
    }

    /// Whoever names a version must have seen this one.
    fn check_version(&self) -> Result<(), Refusal> {
        let current = self.entry.version;
        match self.context.expected_version {
            Some(expected) if expected != current => Err(Refusal::VersionMismatch { current }),
            _ => Ok(()),
        }
    }

    /// A version must be named, and be this one.
    fn require_version(&self) -> Result<(), Refusal> {
        if self.context.expected_version.is_none() {
            return Err(Refusal::VersionRequired { current: self.entry.version });
        }
        self.check_version()
    }
}
