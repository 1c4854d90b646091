//! What an event is about: which content, in which round, at which stage.

use dossier_proto::{Digest, Payload, v1};

/// The content an event is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Judged {
    /// The number of the revision.
    pub revision: Option<u32>,
    /// Its digest.
    pub digest: Option<Digest>,
    /// The round of submission, where the event says it.
    pub round: Option<u32>,
    /// The edition it is, or is made from.
    pub edition: Option<u32>,
    /// Whether the event carries the content itself.
    pub carries: bool,
}

impl Judged {
    /// What an event is about.
    pub fn by(payload: &Payload) -> Self {
        if let Some(content) = carried(payload) {
            let (round, edition) = counted(payload);
            return Self {
                revision: Some(content.revision).filter(|revision| *revision > 0),
                digest: digest(&content.digest),
                round,
                edition,
                carries: true,
            };
        }
        match payload {
            Payload::ReviewOpened(one) => Self { round: Some(one.round), ..Self::of(Some(one.revision), &one.digest) },
            Payload::ChangesRequested(one) => {
                Self::named(Some(one.revision), one.command.as_ref().map(|it| &it.digest))
            }
            Payload::EntryRefused(one) => Self::named(Some(one.revision), one.command.as_ref().map(|it| &it.digest)),
            Payload::MarkedDuplicate(one) => Self::named(Some(one.revision), one.command.as_ref().map(|it| &it.digest)),
            Payload::RevisionOpened(one) => {
                Self { edition: Some(one.base_edition), ..Self::of(Some(one.base_revision), &one.base_digest) }
            }
            Payload::CommentMade(one) => Self::named(None, one.command.as_ref().map(|it| &it.digest)),
            Payload::ReviewFinished(one) => Self::named(None, one.command.as_ref().map(|it| &it.digest)),
            Payload::ApprovalCounted(one) => Self::named(None, one.command.as_ref().map(|it| &it.digest)),
            Payload::ObjectionMade(one) => Self::named(None, one.command.as_ref().map(|it| &it.digest)),
            Payload::ChangeSettled(one) => {
                let round = one.command.as_ref().map(|it| it.round);
                Self { round, ..Self::named(None, one.command.as_ref().map(|it| &it.digest)) }
            }
            Payload::Cleared(one) => Self::named(None, one.command.as_ref().map(|it| &it.digest)),
            Payload::ClearanceReturned(one) => Self::named(None, one.command.as_ref().map(|it| &it.digest)),
            Payload::CorrectionRejected(one) => Self::named(None, one.command.as_ref().map(|it| &it.digest)),
            other => Self { edition: edition(other), ..Self::default() },
        }
    }

    fn of(revision: Option<u32>, bytes: &[u8]) -> Self {
        Self { revision, digest: digest(bytes), ..Self::default() }
    }

    fn named(revision: Option<u32>, bytes: Option<&Vec<u8>>) -> Self {
        Self::of(revision, bytes.map(Vec::as_slice).unwrap_or_default())
    }
}

/// The content an event carries.
pub fn carried(payload: &Payload) -> Option<&v1::Content> {
    match payload {
        Payload::DraftStarted(one) => one.command.as_ref()?.content.as_ref(),
        Payload::DraftSaved(one) => one.command.as_ref()?.content.as_ref(),
        Payload::Submitted(one) => one.content.as_ref(),
        Payload::ClearanceAsked(one) => one.content.as_ref(),
        Payload::Approved(one) => one.content.as_ref(),
        Payload::CorrectionProposed(one) => one.command.as_ref()?.content.as_ref(),
        Payload::CorrectionConfirmed(one) => one.content.as_ref(),
        Payload::EditionPublished(one) => one.content.as_ref(),
        _ => None,
    }
}

/// The stage of the review an event belongs to, by its key in the registry.
pub fn stage(payload: &Payload) -> Option<&str> {
    let stage = match payload {
        Payload::ApprovalCounted(one) => &one.stage,
        Payload::ObjectionMade(one) => &one.stage,
        Payload::Approved(one) => &one.stage,
        _ => return None,
    };
    Some(stage.as_str()).filter(|stage| !stage.is_empty())
}

/// Round and edition, of what carries a content.
fn counted(payload: &Payload) -> (Option<u32>, Option<u32>) {
    match payload {
        Payload::Submitted(one) => (Some(one.round), one.base_edition),
        Payload::ClearanceAsked(one) => (Some(one.round), one.base_edition),
        Payload::Approved(one) => (None, one.base_edition),
        Payload::CorrectionProposed(one) => (None, one.command.as_ref().map(|it| it.edition)),
        Payload::CorrectionConfirmed(one) => (None, Some(one.base_edition)),
        Payload::EditionPublished(one) => (None, Some(one.edition)),
        _ => (None, None),
    }
}

fn edition(payload: &Payload) -> Option<u32> {
    match payload {
        Payload::RetractionAsked(one) => Some(one.edition),
        Payload::RetractionProposed(one) => Some(one.edition),
        Payload::RetractionCleared(one) => Some(one.edition),
        Payload::RetractionReturned(one) => Some(one.edition),
        Payload::RetractionDeclined(one) => Some(one.edition),
        Payload::CorrectionObjected(one) => Some(one.edition),
        Payload::EntryRetracted(one) => Some(one.edition),
        Payload::EntrySuspended(one) => Some(one.edition),
        Payload::EntryReinstated(one) => Some(one.edition),
        Payload::EntrySuperseded(one) => Some(one.edition),
        _ => None,
    }
}

fn digest(bytes: &[u8]) -> Option<Digest> {
    Digest::try_from(bytes).ok()
}
