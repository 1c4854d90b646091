//! What can be asked of submission, and how it comes back out of the events.

use dossier_proto::{Event, Payload, v1};
use v1::submission_refused::Attempted;

/// What is asked. The messages are those of the contract: the first event carries them whole.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Begin an entry.
    StartDraft(v1::StartDraft),
    /// Write the next revision. Needs the version of the draft that was seen.
    SaveDraft(v1::SaveDraft),
    /// Give the working content to moderation.
    Submit {
        /// What is submitted, and how the body stands behind it.
        submit: v1::Submit,
        /// The working content, sealed as it was saved. It stands in the event itself, not in the message of the
        /// command, so that it travels once; a recorded refusal, which never depends on it, does not keep it.
        content: Option<v1::Content>,
    },
    /// Ask moderation for the entry back.
    AskRecall,
    /// End the entry, or ask moderation to end it.
    Withdraw(v1::Withdraw),
    /// Begin to revise the public edition; also: take the current edition as the base when the former is outdated.
    OpenRevision,
    /// Ask publication to retract the public edition.
    AskRetraction(v1::AskRetraction),
    /// Return the entry to draft, because too much time went by. The system's own.
    Expire,
}

impl Command {
    /// As it stands in the event of a refusal; nobody can be refused what the system does.
    ///
    /// Without the words: no refusal that is recorded depends on them, and most of them are sealed under the key of a revision,
    /// which is given away when that is submitted. What was refused was told to nobody.
    pub(super) fn attempted(&self) -> Option<Attempted> {
        Some(match self.clone() {
            Self::StartDraft(command) => Attempted::StartDraft(v1::StartDraft { content: None, ..command }),
            Self::SaveDraft(command) => Attempted::SaveDraft(v1::SaveDraft { content: None, ..command }),
            Self::Submit { submit, .. } => {
                let unsaid = |answer: v1::Answer| v1::Answer { text: None, ..answer };
                let answers = submit.answers.into_iter().map(unsaid).collect();
                Attempted::Submit(v1::Submit { what_changed: None, answers, ..submit })
            }
            Self::AskRecall => Attempted::AskRecall(v1::AskRecall {}),
            Self::Withdraw(_) => Attempted::Withdraw(v1::Withdraw { reason: None }),
            Self::OpenRevision => Attempted::OpenRevision(v1::OpenRevision {}),
            Self::AskRetraction(_) => Attempted::AskRetraction(v1::AskRetraction { reason: None }),
            Self::Expire => return None,
        })
    }
}

impl Command {
    /// The command that was refused, without its words; `None` for one of a later version.
    fn of_attempted(attempted: Attempted) -> Option<Self> {
        Some(match attempted {
            Attempted::StartDraft(command) => Self::StartDraft(command),
            Attempted::SaveDraft(command) => Self::SaveDraft(command),
            Attempted::Submit(submit) => Self::Submit { submit, content: None },
            Attempted::AskRecall(v1::AskRecall {}) => Self::AskRecall,
            Attempted::Withdraw(command) => Self::Withdraw(command),
            Attempted::OpenRevision(v1::OpenRevision {}) => Self::OpenRevision,
            Attempted::AskRetraction(command) => Self::AskRetraction(command),
            _ => return None,
        })
    }
}

/// Rebuilds the command from its events.
pub(super) fn command_of(events: &[Event]) -> Option<Command> {
    let first = events.first().filter(|first| first.opens_command())?;
    Some(match first.payload.as_ref()? {
        Payload::DraftStarted(started) => Command::StartDraft(started.command.clone()?),
        Payload::DraftSaved(saved) => Command::SaveDraft(saved.command.clone()?),
        Payload::Submitted(submitted) => {
            Command::Submit { submit: submitted.command.clone()?, content: submitted.content.clone() }
        }
        Payload::RecallAsked(_) => Command::AskRecall,
        Payload::Withdrawn(withdrawn) => Command::Withdraw(withdrawn.command.clone()?),
        Payload::WithdrawalAsked(asked) => Command::Withdraw(asked.command.clone()?),
        Payload::RevisionOpened(_) => Command::OpenRevision,
        Payload::RetractionAsked(asked) => Command::AskRetraction(asked.command.clone()?),
        Payload::Expired(_) => Command::Expire,
        Payload::SubmissionRefused(refused) => Command::of_attempted(refused.attempted.clone()?)?,
        _ => return None,
    })
}
