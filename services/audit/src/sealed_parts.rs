//! Where sealed words stand in each kind of event, and what they are. Pure: nothing is opened here.

use dossier_proto::{KeyId, Origin, Payload, v1};
use dossier_vault::Purpose;
use v1::{moderation_refused, publication_refused, submission_refused};

/// Some sealed words of an event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part<'a> {
    /// What they are.
    pub purpose: Purpose,
    /// The number of the requested change they belong to.
    pub item: Option<u32>,
    /// The field they are about.
    pub field: Option<&'a str>,
    /// The language they are about.
    pub language: Option<&'a str>,
    /// The words.
    pub sealed: &'a v1::Sealed,
}

impl<'a> Part<'a> {
    fn of(purpose: Purpose, sealed: &'a v1::Sealed) -> Self {
        Self { purpose, item: None, field: None, language: None, sealed }
    }

    fn maybe(purpose: Purpose, sealed: Option<&'a v1::Sealed>) -> Option<Self> {
        sealed.map(|sealed| Self::of(purpose, sealed))
    }

    fn item(self, item: u32) -> Self {
        Self { item: Some(item), ..self }
    }

    fn about(self, field: &'a str, language: &'a str) -> Self {
        let some = |text: &'a str| Some(text).filter(|text| !text.is_empty());
        Self { field: some(field), language: some(language), ..self }
    }
}

/// The key's id, as the contract has it.
pub fn key_of(sealed: &v1::Sealed) -> Option<KeyId> {
    KeyId::try_from(sealed.key_id.as_slice()).ok()
}

/// The content an event carries, and whether it was submitted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Contents<'a> {
    /// A saved revision: the body's alone (P13).
    Draft(&'a v1::Content),
    /// One that was submitted, or what became of it.
    Submitted(&'a v1::Content),
}

/// The content in an event.
pub fn contents(payload: &Payload) -> Option<Contents<'_>> {
    match payload {
        Payload::DraftStarted(event) => event.command.as_ref()?.content.as_ref().map(Contents::Draft),
        Payload::DraftSaved(event) => event.command.as_ref()?.content.as_ref().map(Contents::Draft),
        Payload::SubmissionRefused(event) => match event.attempted.as_ref()? {
            submission_refused::Attempted::StartDraft(command) => command.content.as_ref().map(Contents::Draft),
            submission_refused::Attempted::SaveDraft(command) => command.content.as_ref().map(Contents::Draft),
            _ => None,
        },
        Payload::Submitted(event) => event.content.as_ref().map(Contents::Submitted),
        Payload::Approved(event) => event.content.as_ref().map(Contents::Submitted),
        Payload::EditionPublished(event) => event.content.as_ref().map(Contents::Submitted),
        // What was not cleared has not left the body.
        Payload::ClearanceAsked(event) => event.content.as_ref().map(Contents::Draft),
        Payload::CorrectionProposed(event) => event.command.as_ref()?.content.as_ref().map(Contents::Submitted),
        Payload::CorrectionConfirmed(event) => event.content.as_ref().map(Contents::Submitted),
        Payload::ModerationRefused(event) => match event.attempted.as_ref()? {
            moderation_refused::Attempted::ProposeCorrection(command) => {
                command.content.as_ref().map(Contents::Submitted)
            }
            _ => None,
        },
        _ => None,
    }
}

/// What was said in an event, contents apart.
pub fn said(payload: &Payload) -> Vec<Part<'_>> {
    match payload {
        Payload::Submitted(event) => event.command.as_ref().map(submit).unwrap_or_default(),
        Payload::Withdrawn(event) => reason(event.command.as_ref().and_then(|command| command.reason.as_ref())),
        Payload::WithdrawalAsked(event) => reason(event.command.as_ref().and_then(|command| command.reason.as_ref())),
        Payload::RetractionAsked(event) => reason(event.command.as_ref().and_then(|command| command.reason.as_ref())),
        Payload::SubmissionRefused(event) => event.attempted.as_ref().map(tried_in_submission).unwrap_or_default(),
        Payload::CommentMade(event) => event.command.as_ref().map(comment).unwrap_or_default(),
        Payload::ChangesRequested(event) => event.command.as_ref().map(requests).unwrap_or_default(),
        Payload::Approved(event) => {
            let note = event.command.as_ref().and_then(|command| command.note.as_ref());
            let changed = Part::maybe(Purpose::WhatChanged, event.what_changed.as_ref());
            Part::maybe(Purpose::Note, note).into_iter().chain(changed).collect()
        }
        Payload::EntryRefused(event) => reason(event.command.as_ref().and_then(|command| command.reason.as_ref())),
        Payload::ModerationRefused(event) => event.attempted.as_ref().map(tried_in_moderation).unwrap_or_default(),
        Payload::EditionPublished(event) => {
            Part::maybe(Purpose::WhatChanged, event.what_changed.as_ref()).into_iter().collect()
        }
        Payload::EntryRetracted(event) => event.command.as_ref().map(explanation).unwrap_or_default(),
        Payload::PublicationRefused(event) => event.attempted.as_ref().map(tried_in_publication).unwrap_or_default(),
        other => said_on_the_way(other),
    }
}

/// What was said between drafts and editions: clearance, opinions, corrections, times.
fn said_on_the_way(payload: &Payload) -> Vec<Part<'_>> {
    match payload {
        Payload::ClearanceAsked(event) => event.command.as_ref().map(submit).unwrap_or_default(),
        Payload::ErasureOrdered(event) => note(event.command.as_ref().and_then(|command| command.note.as_ref())),
        Payload::Cleared(event) => note(event.command.as_ref().and_then(|command| command.note.as_ref())),
        Payload::ClearanceReturned(event) => reason(event.command.as_ref().and_then(|command| command.reason.as_ref())),
        Payload::RetractionProposed(event) => {
            reason(event.command.as_ref().and_then(|command| command.reason.as_ref()))
        }
        Payload::RetractionCleared(event) => reason(event.reason.as_ref()),
        Payload::AppealAsked(event) => reason(event.command.as_ref().and_then(|command| command.reason.as_ref())),
        Payload::RetractionReturned(event) => {
            reason(event.command.as_ref().and_then(|command| command.reason.as_ref()))
        }
        Payload::RetractionDeclined(event) => {
            reason(event.command.as_ref().and_then(|command| command.reason.as_ref()))
        }
        Payload::CorrectionObjected(event) => {
            reason(event.command.as_ref().and_then(|command| command.reason.as_ref()))
        }
        Payload::ApprovalCounted(event) => note(event.command.as_ref().and_then(|command| command.note.as_ref())),
        Payload::ObjectionMade(event) => reason(event.command.as_ref().and_then(|command| command.reason.as_ref())),
        Payload::ConflictDeclared(event) => reason(event.command.as_ref().and_then(|command| command.reason.as_ref())),
        Payload::ChangeSettled(event) => event.command.as_ref().map(settled).unwrap_or_default(),
        Payload::ReviewFinished(event) => {
            event.command.iter().flat_map(|command| &command.comments).flat_map(comment).collect()
        }
        Payload::ReviewHeld(event) => reason(event.command.as_ref().and_then(|command| command.reason.as_ref())),
        Payload::ReviewAssigned(event) => note(event.command.as_ref().and_then(|command| command.note.as_ref())),
        Payload::MarkedDuplicate(event) => reason(event.command.as_ref().and_then(|command| command.reason.as_ref())),
        Payload::CorrectionProposed(event) => {
            reason(event.command.as_ref().and_then(|command| command.reason.as_ref()))
        }
        Payload::CorrectionConfirmed(event) => {
            let said = note(event.command.as_ref().and_then(|command| command.note.as_ref()));
            said.into_iter().chain(reason(event.reason.as_ref())).collect()
        }
        Payload::CorrectionRejected(event) => {
            reason(event.command.as_ref().and_then(|command| command.reason.as_ref()))
        }
        Payload::EditionRescheduled(event) => {
            reason(event.command.as_ref().and_then(|command| command.reason.as_ref()))
        }
        Payload::EntrySuspended(event) => {
            explained(event.command.as_ref().and_then(|command| command.explanation.as_ref()))
        }
        Payload::EntryReinstated(event) => {
            explained(event.command.as_ref().and_then(|command| command.explanation.as_ref()))
        }
        Payload::EntrySuperseded(event) => {
            explained(event.command.as_ref().and_then(|command| command.explanation.as_ref()))
        }
        _ => Vec::new(),
    }
}

fn note(sealed: Option<&v1::Sealed>) -> Vec<Part<'_>> {
    Part::maybe(Purpose::Note, sealed).into_iter().collect()
}

fn explained(sealed: Option<&v1::Sealed>) -> Vec<Part<'_>> {
    Part::maybe(Purpose::Explanation, sealed).into_iter().collect()
}

fn settled(command: &v1::SettleChange) -> Vec<Part<'_>> {
    let text = Part::maybe(Purpose::RequestedChange, command.text.as_ref());
    text.map(|part| part.item(command.item)).into_iter().collect()
}

fn reason(sealed: Option<&v1::Sealed>) -> Vec<Part<'_>> {
    Part::maybe(Purpose::Reason, sealed).into_iter().collect()
}

fn submit(command: &v1::Submit) -> Vec<Part<'_>> {
    let changed = Part::maybe(Purpose::WhatChanged, command.what_changed.as_ref());
    let answers = command
        .answers
        .iter()
        .filter_map(|answer| Part::maybe(Purpose::Answer, answer.text.as_ref()).map(|part| part.item(answer.item)));
    changed.into_iter().chain(answers).collect()
}

fn comment(command: &v1::Comment) -> Vec<Part<'_>> {
    let text = Part::maybe(Purpose::Comment, command.text.as_ref());
    text.map(|part| part.about(&command.field, &command.language)).into_iter().collect()
}

fn requests(command: &v1::RequestChanges) -> Vec<Part<'_>> {
    command.items.iter().flat_map(requested).chain(command.comments.iter().flat_map(comment)).collect()
}

fn requested(change: &v1::RequestedChange) -> impl Iterator<Item = Part<'_>> {
    let quote = Part::maybe(Purpose::Quote, change.quote.as_ref());
    let text = Part::maybe(Purpose::RequestedChange, change.text.as_ref());
    quote.into_iter().chain(text).map(|part| part.item(change.item).about(&change.field, &change.language))
}

fn explanation(command: &v1::RetractEntry) -> Vec<Part<'_>> {
    explained(command.explanation.as_ref())
}

fn tried_in_submission(attempted: &submission_refused::Attempted) -> Vec<Part<'_>> {
    use submission_refused::Attempted;
    match attempted {
        Attempted::Submit(command) => submit(command),
        Attempted::Withdraw(command) => reason(command.reason.as_ref()),
        Attempted::AskRetraction(command) => reason(command.reason.as_ref()),
        Attempted::Clear(command) => note(command.note.as_ref()),
        Attempted::ReturnToBody(command) => reason(command.reason.as_ref()),
        Attempted::AskAppeal(command) => reason(command.reason.as_ref()),
        Attempted::ObjectToCorrection(command) => reason(command.reason.as_ref()),
        Attempted::ReturnRetraction(command) => reason(command.reason.as_ref()),
        Attempted::StartDraft(_)
        | Attempted::SaveDraft(_)
        | Attempted::AskRecall(_)
        | Attempted::OpenRevision(_)
        | Attempted::ClearRetraction(_) => Vec::new(),
    }
}

fn tried_in_moderation(attempted: &moderation_refused::Attempted) -> Vec<Part<'_>> {
    use moderation_refused::Attempted;
    match attempted {
        Attempted::Comment(command) => comment(command),
        Attempted::RequestChanges(command) => requests(command),
        Attempted::Approve(command) => note(command.note.as_ref()),
        Attempted::Refuse(command) => reason(command.reason.as_ref()),
        Attempted::Object(command) => reason(command.reason.as_ref()),
        Attempted::DeclareConflict(command) => reason(command.reason.as_ref()),
        Attempted::SettleChange(command) => settled(command),
        Attempted::Hold(command) => reason(command.reason.as_ref()),
        Attempted::Assign(command) => note(command.note.as_ref()),
        Attempted::MarkDuplicate(command) => reason(command.reason.as_ref()),
        Attempted::FinishReview(command) => command.comments.iter().flat_map(comment).collect(),
        Attempted::ProposeCorrection(command) => reason(command.reason.as_ref()),
        Attempted::ConfirmCorrection(command) => note(command.note.as_ref()),
        Attempted::RejectCorrection(command) => reason(command.reason.as_ref()),
        Attempted::OrderErasure(command) => note(command.note.as_ref()),
        Attempted::Claim(_)
        | Attempted::Release(_)
        | Attempted::Resume(_)
        | Attempted::GrantDesignation(_)
        | Attempted::InvitePerson(_)
        | Attempted::RevokeDesignation(_)
        | Attempted::AdoptRegistry(_) => Vec::new(),
    }
}

fn tried_in_publication(attempted: &publication_refused::Attempted) -> Vec<Part<'_>> {
    use publication_refused::Attempted;
    match attempted {
        Attempted::RetractEntry(command) => explanation(command),
        Attempted::Reschedule(command) => reason(command.reason.as_ref()),
        Attempted::SuspendEntry(command) => explained(command.explanation.as_ref()),
        Attempted::ReinstateEntry(command) => explained(command.explanation.as_ref()),
        Attempted::SupersedeEntry(command) => explained(command.explanation.as_ref()),
        Attempted::DeclineRetraction(command) => reason(command.reason.as_ref()),
        Attempted::PublishNow(_) => Vec::new(),
    }
}

/// The keys to everything in an event that an auditor may read.
///
/// Of what the body wrote, those of submissions alone: its other words (a reason to withdraw, a submission that was
/// refused) may lie under a draft's key (P13), and where they lie under a submitted revision's, that key is here already.
/// Of what moderation and publication wrote, all.
pub fn keys_for_auditors(origin: Origin, payload: &Payload) -> Vec<KeyId> {
    if origin == Origin::Submission && !matches!(payload, Payload::Submitted(_)) {
        return Vec::new();
    }
    let words = said(payload).into_iter().filter_map(|part| key_of(part.sealed));
    let content = match contents(payload) {
        Some(Contents::Submitted(content)) => content_keys(content),
        Some(Contents::Draft(_)) | None => Vec::new(),
    };
    let mut keys: Vec<_> = words.chain(content).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn content_keys(content: &v1::Content) -> Vec<KeyId> {
    let personal = content.personal.iter().filter_map(|value| value.sealed.as_ref());
    let files = content.files.iter().filter_map(|file| KeyId::try_from(file.key_id.as_slice()).ok());
    content.sealed.iter().chain(personal).filter_map(key_of).chain(files).collect()
}
