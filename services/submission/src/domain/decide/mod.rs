//! The decisions, a file a topic.

mod appealing;
mod asking;
mod clearing;
mod expiring;
mod retracting;
mod revising;
mod submitting;
mod telling;
mod writing;

use dossier_engine::{Context, Decided, Decision};
use dossier_identity::Role;
use dossier_proto::{Authority, Digest, EntryId, Payload};
use prost::Message;

use super::{Command, Entry, Refusal, State, rights};

/// Decides a command.
pub(super) fn decide(state: &State, command: &Command, context: &Context) -> Result<Decision, Refusal> {
    let written = || Matter::written_by(state, context);
    let cleared = || Matter::cleared_by(state, context);
    match command {
        Command::StartDraft(start) => writing::start(state, start, context),
        Command::Expire => expiring::expire(state, context),
        Command::Remind(remind) => expiring::remind(state, remind, context),
        Command::RecordLetters(record) => telling::record(record, context),
        Command::ReadInbox(read) => telling::read(state, *read, context),
        Command::ConfirmErasure(confirm) => telling::erased(state, confirm, context),
        Command::SaveDraft(save) => writing::save(&written()?, save),
        Command::Submit { submit, content } => submitting::submit(&written()?, submit, content.as_ref()),
        Command::Clear { clear, asked } => clearing::clear(&cleared()?, clear, asked.as_deref()),
        Command::ReturnToBody(give_back) => clearing::give_back(&cleared()?, give_back),
        Command::AskRecall => asking::recall(&written()?),
        Command::Withdraw(withdraw) => asking::withdraw(&written()?, withdraw),
        Command::OpenRevision => revising::open(&written()?),
        Command::AskRetraction(ask) => retracting::ask(state, context, ask),
        Command::ReturnRetraction(command) => retracting::return_to_body(&cleared()?, command),
        Command::ClearRetraction { clear, reason } => retracting::clear(&cleared()?, clear, reason.as_ref()),
        Command::AskAppeal(appeal) => appealing::appeal(&written()?, appeal),
        Command::ObjectToCorrection(object) => appealing::object(&written()?, object),
    }
}

/// How a sealed message is known to the state, so that it can be carried on by somebody else and by nobody changed: SHA-256
/// of its bytes. Protobuf writes a message without maps in one way only, and these have none.
pub(super) fn hash_of(message: &impl Message) -> Digest {
    dossier_proto::hash_of(&message.encode_to_vec())
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
    /// As somebody who writes the entry.
    fn written_by(state: &'a State, context: &'a Context) -> Result<Self, Refusal> {
        Self::of(state, context, |entry| rights::writer(&state.designations, context, &entry.facts))
    }

    /// As somebody who clears it.
    fn cleared_by(state: &'a State, context: &'a Context) -> Result<Self, Refusal> {
        Self::of(state, context, |entry| {
            let facts = &entry.facts;
            let role = Role::PublishingAuthority;
            rights::entitled(&state.designations, context, role, &facts.body, &facts.record_type)
        })
    }

    /// Finds the entry, then the designation: what does not exist is refused to everybody alike.
    fn of(
        state: &'a State,
        context: &'a Context,
        right: impl FnOnce(&Entry) -> Result<Authority, Refusal>,
    ) -> Result<Self, Refusal> {
        let id = context.entry.ok_or(Refusal::NotFound)?;
        let entry = state.entries.get(&id).ok_or(Refusal::NotFound)?;
        let authority = Some(right(entry)?);
        if context.on_behalf_of.as_ref().is_some_and(|named| *named != entry.facts.body) {
            return Err(Refusal::NotInItsName);
        }
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
        Refusal::WrongState { state: self.entry.state(), turn: self.entry.turn() }
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
