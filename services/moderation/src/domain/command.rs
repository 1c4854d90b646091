//! What moderation is asked to do.

use dossier_proto::{
    Event, Payload,
    v1::{self, moderation_refused::Attempted},
};

/// A command with all its arguments, as the event it leads to holds them.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Open the review of what was submitted. Of the service itself.
    OpenReview(v1::OpenReview),
    /// Take a review up, for a while.
    Claim(v1::Claim),
    /// Let go of one's own claim; of the system: of one that is over.
    Release(v1::Release),
    /// Say something about a field, to moderators and reviewers.
    Comment(v1::Comment),
    /// Hand the content back with what is to be changed.
    RequestChanges(v1::RequestChanges),
    /// Approve exactly this content.
    Approve(Box<Approval>),
    /// Refuse the entry.
    Refuse(v1::Refuse),
    /// Answer the body, which wants to recall or withdraw. Of the service itself.
    AnswerRequest(v1::AnswerRequest),
    /// Give a person a right.
    GrantDesignation(v1::GrantDesignation),
    /// Take a right away.
    RevokeDesignation(v1::RevokeDesignation),
    /// Put a registry in force.
    AdoptRegistry(v1::AdoptRegistry),
}

/// An approval with the sealed content that it lets pass.
///
/// Two are equal when they say the same. The words are no argument of theirs: they follow from the digest, and the
/// state holds their hash.
#[derive(Debug, Clone)]
pub struct Approval {
    /// What the moderator says.
    pub approve: v1::Approve,
    /// What was submitted under that digest; `None` when nothing was. The state knows its hash, so that nothing
    /// else can be approved in its place.
    pub words: Option<SubmittedWords>,
}

impl PartialEq for Approval {
    fn eq(&self, other: &Self) -> bool {
        self.approve == other.approve
    }
}

/// The sealed words of a submission, as they stand in its `Submitted`.
#[derive(Debug, Clone, PartialEq)]
pub struct SubmittedWords {
    /// The content.
    pub content: v1::Content,
    /// What the body said it changed.
    pub what_changed: Option<v1::Sealed>,
}

impl SubmittedWords {
    /// What a `Submitted` holds; `None` when it holds no content.
    pub fn of(submitted: &v1::Submitted) -> Option<Self> {
        let content = submitted.content.clone()?;
        let what_changed = submitted.command.as_ref().and_then(|command| command.what_changed.clone());
        Some(Self { content, what_changed })
    }
}

impl Command {
    /// The command whose first event this is.
    pub(super) fn of(first: &Event) -> Option<Self> {
        Some(match first.payload.as_ref()? {
            Payload::ReviewOpened(event) => Self::OpenReview(event.command?),
            Payload::ReviewClaimed(event) => Self::Claim(event.command?),
            Payload::ReviewReleased(event) => Self::Release(event.command?),
            Payload::CommentMade(event) => Self::Comment(event.command.clone()?),
            Payload::ChangesRequested(event) => Self::RequestChanges(event.command.clone()?),
            Payload::Approved(event) => Self::Approve(Box::new(Approval {
                approve: event.command.clone()?,
                words: event
                    .content
                    .clone()
                    .map(|content| SubmittedWords { content, what_changed: event.what_changed.clone() }),
            })),
            Payload::EntryRefused(event) => Self::Refuse(event.command.clone()?),
            Payload::RecallGranted(event) => Self::AnswerRequest(event.command?),
            Payload::WithdrawalGranted(event) => Self::AnswerRequest(event.command?),
            Payload::RequestTooLate(event) => Self::AnswerRequest(event.command?),
            Payload::DesignationGranted(event) => Self::GrantDesignation(event.command.clone()?),
            Payload::DesignationRevoked(event) => Self::RevokeDesignation(event.command.clone()?),
            Payload::RegistryAdopted(event) => Self::AdoptRegistry(event.command.clone()?),
            Payload::ModerationRefused(event) => return Self::attempted(event.attempted.clone()?),
            _ => return None,
        })
    }

    /// The command that was refused. An approval comes back without the content: it was refused before that counted.
    fn attempted(attempted: Attempted) -> Option<Self> {
        Some(match attempted {
            Attempted::Claim(command) => Self::Claim(command),
            Attempted::Release(command) => Self::Release(command),
            Attempted::Comment(command) => Self::Comment(command),
            Attempted::RequestChanges(command) => Self::RequestChanges(command),
            Attempted::Approve(approve) => Self::Approve(Box::new(Approval { approve, words: None })),
            Attempted::Refuse(command) => Self::Refuse(command),
            Attempted::GrantDesignation(command) => Self::GrantDesignation(command),
            Attempted::RevokeDesignation(command) => Self::RevokeDesignation(command),
            Attempted::AdoptRegistry(command) => Self::AdoptRegistry(command),
            _ => return None,
        })
    }

    /// The command as a refusal records it; `None` for those that only the service itself gives, which are never
    /// refused on the record.
    pub(super) fn as_attempted(&self) -> Option<Attempted> {
        Some(match self.clone() {
            Self::Claim(command) => Attempted::Claim(command),
            Self::Release(command) => Attempted::Release(command),
            Self::Comment(command) => Attempted::Comment(command),
            Self::RequestChanges(command) => Attempted::RequestChanges(command),
            Self::Approve(approval) => Attempted::Approve(approval.approve),
            Self::Refuse(command) => Attempted::Refuse(command),
            Self::GrantDesignation(command) => Attempted::GrantDesignation(command),
            Self::RevokeDesignation(command) => Attempted::RevokeDesignation(command),
            Self::AdoptRegistry(command) => Attempted::AdoptRegistry(command),
            Self::OpenReview(_) | Self::AnswerRequest(_) => return None,
        })
    }
}
