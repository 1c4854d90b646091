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
    /// Hand a review to somebody.
    Assign(v1::Assign),
    /// Say something about a field, or in general: to moderators and reviewers, or to the contributor too.
    Comment(v1::Comment),
    /// Send the comments that were held until the review was finished.
    FinishReview(v1::FinishReview),
    /// Say what became of a requested change.
    SettleChange(v1::SettleChange),
    /// Let the review wait for somebody.
    Hold(v1::Hold),
    /// Go on with it; of the system: when its time has come.
    Resume(v1::Resume),
    /// Have no part in this entry any more.
    DeclareConflict(v1::DeclareConflict),
    /// Hand the content back with what is to be changed.
    RequestChanges(v1::RequestChanges),
    /// Approve exactly this content.
    Approve(Box<Approval>),
    /// Think that this content should not pass.
    Object(v1::Object),
    /// Refuse the entry.
    Refuse(v1::Refuse),
    /// End the review: another, published entry says it already.
    MarkDuplicate(v1::MarkDuplicate),
    /// Propose an editorial correction of the public edition.
    ProposeCorrection(Box<v1::ProposeCorrection>),
    /// Confirm a correction that another moderator proposed.
    ConfirmCorrection(Box<Confirmation>),
    /// Do away with a proposed correction.
    RejectCorrection(v1::RejectCorrection),
    /// Answer the body, which wants to recall or withdraw. Of the service itself.
    AnswerRequest(v1::AnswerRequest),
    /// Give a person a right.
    GrantDesignation(v1::GrantDesignation),
    /// Let a person in, and give them a right.
    InvitePerson(v1::InvitePerson),
    /// Take a right away.
    RevokeDesignation(v1::RevokeDesignation),
    /// Have words destroyed wherever they are, or a person forgotten.
    OrderErasure(v1::OrderErasure),
    /// Record that this service has destroyed what was ordered. The service's own.
    ConfirmErasure(v1::ConfirmErasure),
    /// Put a registry in force.
    AdoptRegistry(v1::AdoptRegistry),
    /// Record how letters ended. The postman's own.
    RecordLetters(v1::RecordLetters),
    /// Have read the inbox up to an event.
    ReadInbox(v1::ReadInbox),
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

/// The confirmation of a correction, with the sealed content that it lets pass.
///
/// Two are equal when they say the same, as with [`Approval`].
#[derive(Debug, Clone)]
pub struct Confirmation {
    /// What the moderator says.
    pub confirm: v1::ConfirmCorrection,
    /// What was proposed; `None` when nothing was. The state knows its hash.
    pub words: Option<CorrectedWords>,
}

impl PartialEq for Confirmation {
    fn eq(&self, other: &Self) -> bool {
        self.confirm == other.confirm
    }
}

/// The sealed words of a proposed correction.
#[derive(Debug, Clone, PartialEq)]
pub struct CorrectedWords {
    /// The corrected content.
    pub content: v1::Content,
    /// Why it is corrected, as the body reads it.
    pub reason: Option<v1::Sealed>,
    /// The notices that apply to the corrected content, by their registry keys.
    pub notices: Vec<String>,
}

impl CorrectedWords {
    /// What a proposal holds; `None` when it holds no content.
    pub fn of(proposed: &v1::ProposeCorrection, notices: Vec<String>) -> Option<Self> {
        Some(Self { content: proposed.content.clone()?, reason: proposed.reason.clone(), notices })
    }
}

impl Command {
    /// The command whose first event this is.
    pub(super) fn of(first: &Event) -> Option<Self> {
        Some(match first.payload.as_ref()? {
            Payload::ReviewOpened(event) => Self::OpenReview(event.command?),
            Payload::ReviewClaimed(event) => Self::Claim(event.command?),
            Payload::ReviewReleased(event) => Self::Release(event.command?),
            Payload::ReviewAssigned(event) => Self::Assign(event.command.clone()?),
            Payload::CommentMade(event) => Self::Comment(event.command.clone()?),
            Payload::ReviewFinished(event) => Self::FinishReview(event.command.clone()?),
            Payload::ChangeSettled(event) => Self::SettleChange(event.command.clone()?),
            Payload::ReviewHeld(event) => Self::Hold(event.command.clone()?),
            Payload::ReviewResumed(event) => Self::Resume(event.command?),
            Payload::ConflictDeclared(event) => Self::DeclareConflict(event.command.clone()?),
            // It ended nothing, and so carries no content.
            Payload::ApprovalCounted(event) => {
                Self::Approve(Box::new(Approval { approve: event.command.clone()?, words: None }))
            }
            Payload::ObjectionMade(event) => Self::Object(event.command.clone()?),
            Payload::MarkedDuplicate(event) => Self::MarkDuplicate(event.command.clone()?),
            Payload::CorrectionProposed(event) => Self::ProposeCorrection(Box::new(event.command.clone()?)),
            Payload::CorrectionConfirmed(event) => Self::ConfirmCorrection(Box::new(Confirmation {
                confirm: event.command.clone()?,
                words: event.content.clone().map(|content| CorrectedWords {
                    content,
                    reason: event.reason.clone(),
                    notices: event.notices.clone(),
                }),
            })),
            Payload::CorrectionRejected(event) => Self::RejectCorrection(event.command.clone()?),
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
            Payload::PersonInvited(event) => Self::InvitePerson(event.command.clone()?),
            Payload::DesignationRevoked(event) => Self::RevokeDesignation(event.command.clone()?),
            Payload::LettersEnded(event) => Self::RecordLetters(event.command.clone()?),
            Payload::InboxRead(event) => Self::ReadInbox(event.command?),
            Payload::ErasureOrdered(event) => Self::OrderErasure(event.command.clone()?),
            Payload::ErasureConfirmed(event) => Self::ConfirmErasure(event.command.clone()?),
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
            Attempted::InvitePerson(command) => Self::InvitePerson(command),
            Attempted::OrderErasure(command) => Self::OrderErasure(command),
            Attempted::AdoptRegistry(command) => Self::AdoptRegistry(command),
            Attempted::Object(command) => Self::Object(command),
            Attempted::DeclareConflict(command) => Self::DeclareConflict(command),
            Attempted::SettleChange(command) => Self::SettleChange(command),
            Attempted::Hold(command) => Self::Hold(command),
            Attempted::Resume(command) => Self::Resume(command),
            Attempted::Assign(command) => Self::Assign(command),
            Attempted::MarkDuplicate(command) => Self::MarkDuplicate(command),
            Attempted::FinishReview(command) => Self::FinishReview(command),
            Attempted::ProposeCorrection(command) => Self::ProposeCorrection(Box::new(command)),
            Attempted::ConfirmCorrection(confirm) => {
                Self::ConfirmCorrection(Box::new(Confirmation { confirm, words: None }))
            }
            Attempted::RejectCorrection(command) => Self::RejectCorrection(command),
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
            Self::InvitePerson(command) => Attempted::InvitePerson(command),
            Self::RevokeDesignation(command) => Attempted::RevokeDesignation(command),
            Self::OrderErasure(command) => Attempted::OrderErasure(command),
            Self::AdoptRegistry(command) => Attempted::AdoptRegistry(command),
            Self::Object(command) => Attempted::Object(command),
            Self::DeclareConflict(command) => Attempted::DeclareConflict(command),
            Self::SettleChange(command) => Attempted::SettleChange(command),
            Self::Hold(command) => Attempted::Hold(command),
            Self::Resume(command) => Attempted::Resume(command),
            Self::Assign(command) => Attempted::Assign(command),
            Self::MarkDuplicate(command) => Attempted::MarkDuplicate(command),
            Self::FinishReview(command) => Attempted::FinishReview(command),
            Self::ProposeCorrection(command) => Attempted::ProposeCorrection(*command),
            Self::ConfirmCorrection(confirmation) => Attempted::ConfirmCorrection(confirmation.confirm),
            Self::RejectCorrection(command) => Attempted::RejectCorrection(command),
            Self::OpenReview(_)
            | Self::AnswerRequest(_)
            | Self::RecordLetters(_)
            | Self::ReadInbox(_)
            | Self::ConfirmErasure(_) => return None,
        })
    }
}
