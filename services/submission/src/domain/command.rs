//! What can be asked of submission, and how it comes back out of the events.

use dossier_identity::Role;
use dossier_proto::{Event, Payload, v1};
use v1::submission_refused::Attempted;

/// What is asked. The messages are those of the contract: the first event carries them whole.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Begin an entry.
    StartDraft(v1::StartDraft),
    /// Write the next revision. Needs the version of the draft that was seen.
    SaveDraft(v1::SaveDraft),
    /// Give the working content to moderation, or to whoever clears it first.
    Submit {
        /// What is submitted, and how the body stands behind it.
        submit: v1::Submit,
        /// The working content, sealed as it was saved. It stands in the event itself, not in the message of the
        /// command, so that it travels once; a recorded refusal, which never depends on it, does not keep it.
        content: Option<v1::Content>,
    },
    /// Let what awaits clearance go to moderation.
    Clear {
        /// What is cleared.
        clear: v1::Clear,
        /// What was asked, as it was recorded. The state knows its hash, so that nothing else goes out in its place. It comes
        /// back out of the `Submitted` that follows; a recorded refusal does not depend on it.
        asked: Option<Box<v1::ClearanceAsked>>,
    },
    /// Give what awaits clearance back to those who wrote it.
    ReturnToBody(v1::ReturnToBody),
    /// Ask moderation for the entry back; take it back at once while it awaits clearance.
    AskRecall,
    /// End the entry, or ask moderation to end it.
    Withdraw(v1::Withdraw),
    /// Begin to revise the public edition; also: take the current edition as the base when the former is outdated.
    OpenRevision,
    /// Ask publication to retract the public edition; propose it where the type asks for clearance.
    AskRetraction(v1::AskRetraction),
    /// Let a proposed retraction go to publication.
    ClearRetraction {
        /// Which.
        clear: v1::ClearRetraction,
        /// The reason, as it was proposed. The state knows its hash.
        reason: Option<v1::Sealed>,
    },
    /// Do not let a proposed retraction go to publication.
    ReturnRetraction(v1::ReturnRetraction),
    /// Have another moderator decide on what was refused.
    AskAppeal(v1::AskAppeal),
    /// Object to an editorial correction that is public.
    ObjectToCorrection(v1::ObjectToCorrection),
    /// Remind the body, or its publishing authority, that it has the next move. The system's own.
    Remind(v1::Remind),
    /// Return the entry to draft, because too much time went by. The system's own.
    Expire,
    /// Record how letters ended. The postman's own.
    RecordLetters(v1::RecordLetters),
    /// Have read the inbox up to an event.
    ReadInbox(v1::ReadInbox),
    /// Record that this service has destroyed what was ordered. The service's own.
    ConfirmErasure(v1::ConfirmErasure),
}

impl Command {
    /// As it stands in the event of a refusal; nobody can be refused what the system does.
    ///
    /// Without the words: no refusal that is recorded depends on them, and most of them are sealed under the key of a revision,
    /// which is given away when that is submitted. What was refused was told to nobody.
    pub(super) fn attempted(&self) -> Option<Attempted> {
        Some(match self.clone() {
            Self::StartDraft(command) => {
                Attempted::StartDraft(v1::StartDraft { content: None, signatory: None, ..command })
            }
            Self::SaveDraft(command) => Attempted::SaveDraft(v1::SaveDraft { content: None, ..command }),
            Self::Submit { submit, .. } => {
                let unsaid = |answer: v1::Answer| v1::Answer { text: None, ..answer };
                let answers = submit.answers.into_iter().map(unsaid).collect();
                Attempted::Submit(v1::Submit { what_changed: None, answers, ..submit })
            }
            Self::Clear { clear, .. } => Attempted::Clear(v1::Clear { note: None, ..clear }),
            Self::ReturnToBody(command) => Attempted::ReturnToBody(v1::ReturnToBody { reason: None, ..command }),
            Self::AskRecall => Attempted::AskRecall(v1::AskRecall {}),
            Self::Withdraw(_) => Attempted::Withdraw(v1::Withdraw { reason: None }),
            Self::OpenRevision => Attempted::OpenRevision(v1::OpenRevision {}),
            Self::AskRetraction(_) => Attempted::AskRetraction(v1::AskRetraction { reason: None }),
            Self::ClearRetraction { clear, .. } => Attempted::ClearRetraction(clear),
            Self::ReturnRetraction(command) => {
                Attempted::ReturnRetraction(v1::ReturnRetraction { reason: None, ..command })
            }
            Self::AskAppeal(_) => Attempted::AskAppeal(v1::AskAppeal { reason: None }),
            Self::ObjectToCorrection(_) => Attempted::ObjectToCorrection(v1::ObjectToCorrection { reason: None }),
            Self::Remind(_) | Self::Expire | Self::RecordLetters(_) | Self::ReadInbox(_) | Self::ConfirmErasure(_) => {
                return None;
            }
        })
    }

    /// The command that was refused, without its words.
    fn of_attempted(attempted: Attempted) -> Self {
        match attempted {
            Attempted::StartDraft(command) => Self::StartDraft(command),
            Attempted::SaveDraft(command) => Self::SaveDraft(command),
            Attempted::Submit(submit) => Self::Submit { submit, content: None },
            Attempted::Clear(clear) => Self::Clear { clear, asked: None },
            Attempted::ReturnToBody(command) => Self::ReturnToBody(command),
            Attempted::AskRecall(v1::AskRecall {}) => Self::AskRecall,
            Attempted::Withdraw(command) => Self::Withdraw(command),
            Attempted::OpenRevision(v1::OpenRevision {}) => Self::OpenRevision,
            Attempted::AskRetraction(command) => Self::AskRetraction(command),
            Attempted::ClearRetraction(clear) => Self::ClearRetraction { clear, reason: None },
            Attempted::ReturnRetraction(command) => Self::ReturnRetraction(command),
            Attempted::AskAppeal(command) => Self::AskAppeal(command),
            Attempted::ObjectToCorrection(command) => Self::ObjectToCorrection(command),
        }
    }
}

/// The role that an attempt needed: a recorded refusal says it again.
pub(super) fn role_of(attempted: &Attempted) -> Role {
    match attempted {
        Attempted::Clear(_)
        | Attempted::ReturnToBody(_)
        | Attempted::ClearRetraction(_)
        | Attempted::ReturnRetraction(_) => Role::PublishingAuthority,
        Attempted::StartDraft(start) if start.received_at.is_some() => Role::RecordsManager,
        _ => Role::Contributor,
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
        Payload::ClearanceAsked(asked) => {
            Command::Submit { submit: asked.command.clone()?, content: asked.content.clone() }
        }
        Payload::Cleared(cleared) => Command::Clear { clear: cleared.command.clone()?, asked: was_asked(events) },
        Payload::ClearanceReturned(returned) => Command::ReturnToBody(returned.command.clone()?),
        Payload::RecallAsked(_) | Payload::ClearanceRecalled(_) => Command::AskRecall,
        Payload::Withdrawn(withdrawn) => Command::Withdraw(withdrawn.command.clone()?),
        Payload::WithdrawalAsked(asked) => Command::Withdraw(asked.command.clone()?),
        Payload::RevisionOpened(_) => Command::OpenRevision,
        Payload::RetractionAsked(asked) => Command::AskRetraction(asked.command.clone()?),
        Payload::RetractionProposed(proposed) => Command::AskRetraction(proposed.command.clone()?),
        Payload::RetractionCleared(cleared) => {
            Command::ClearRetraction { clear: cleared.command?, reason: cleared.reason.clone() }
        }
        Payload::RetractionReturned(returned) => Command::ReturnRetraction(returned.command.clone()?),
        Payload::AppealAsked(asked) => Command::AskAppeal(asked.command.clone()?),
        Payload::CorrectionObjected(objected) => Command::ObjectToCorrection(objected.command.clone()?),
        Payload::Reminded(reminded) => Command::Remind(reminded.command?),
        Payload::Expired(_) => Command::Expire,
        Payload::LettersEnded(ended) => Command::RecordLetters(ended.command.clone()?),
        Payload::InboxRead(read) => Command::ReadInbox(read.command?),
        Payload::ErasureConfirmed(confirmed) => Command::ConfirmErasure(confirmed.command.clone()?),
        Payload::SubmissionRefused(refused) => Command::of_attempted(refused.attempted.clone()?),
        _ => return None,
    })
}

/// What was asked to be cleared, out of the submission that followed.
fn was_asked(events: &[Event]) -> Option<Box<v1::ClearanceAsked>> {
    events.iter().find_map(|event| match &event.payload {
        Some(Payload::Submitted(submitted)) => Some(Box::new(asked_of(submitted.clone()))),
        _ => None,
    })
}

/// The question that a cleared submission answers.
fn asked_of(submitted: v1::Submitted) -> v1::ClearanceAsked {
    let v1::Submitted { command, content, record_type, body, original_language, lineage, base_edition, round, .. } =
        submitted;
    v1::ClearanceAsked { command, content, record_type, body, original_language, lineage, base_edition, round }
}
