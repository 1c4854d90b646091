//! What has happened to an entry, as its body may know it: no person of another service is named.

use dossier_proto::{Actor, Event, Micros, Origin, Payload, Place, SubjectId};
use serde::{Deserialize, Serialize};

/// One thing that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// Our own event: the one that did it, or the one that received it. The words are read from there.
    pub place: Place,
    /// Where it was first recorded.
    pub source: Place,
    /// The version of the draft after it; 0 for what others did.
    pub version: u64,
    /// When it happened, where it happened.
    pub at: Micros,
    /// Who did it.
    pub by: Party,
    /// What it was.
    pub what: Happened,
}

/// Who did something, as far as the body may know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Party {
    /// Somebody of the body.
    Contributor(SubjectId),
    /// Somebody of moderation.
    Moderator,
    /// Somebody of publication.
    Publisher,
    /// The clockwork.
    System,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Happened {
    /// The entry began with revision 1.
    Started,
    /// A revision was saved.
    Saved {
        /// Which.
        revision: u32,
    },
    /// A revision was submitted.
    Submitted {
        /// Which.
        revision: u32,
        /// For the how many-th time the entry was.
        round: u32,
    },
    /// The body asked for the entry back.
    RecallAsked,
    /// It got it back.
    RecallGranted,
    /// The body asked for the end of the entry.
    WithdrawalAsked,
    /// Moderation ended it.
    WithdrawalGranted,
    /// The body ended it.
    Withdrawn,
    /// The review had ended before the body's request arrived.
    RequestTooLate,
    /// Changes were requested.
    ChangesRequested {
        /// How many.
        count: u32,
    },
    /// The revision was approved.
    Approved,
    /// The revision was refused.
    Refused,
    /// An edition became public.
    Published {
        /// Which.
        edition: u32,
    },
    /// The approval could not become an edition.
    PublicationDeclined,
    /// A revision of the public edition was opened.
    RevisionOpened {
        /// Of which edition.
        edition: u32,
    },
    /// The body asked for the retraction of the public edition.
    RetractionAsked {
        /// Of which edition.
        edition: u32,
    },
    /// The entry was retracted.
    Retracted,
    /// It returned to draft, because too much time went by.
    Expired,
}

impl Happened {
    /// The name used in JSON.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Saved { .. } => "saved",
            Self::Submitted { .. } => "submitted",
            Self::RecallAsked => "recall-asked",
            Self::RecallGranted => "recall-granted",
            Self::WithdrawalAsked => "withdrawal-asked",
            Self::WithdrawalGranted => "withdrawal-granted",
            Self::Withdrawn => "withdrawn",
            Self::RequestTooLate => "request-too-late",
            Self::ChangesRequested { .. } => "changes-requested",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Published { .. } => "published",
            Self::PublicationDeclined => "publication-declined",
            Self::RevisionOpened { .. } => "revision-opened",
            Self::RetractionAsked { .. } => "retraction-asked",
            Self::Retracted => "retracted",
            Self::Expired => "expired",
        }
    }

    /// The revision that it wrote down, if it did.
    pub const fn wrote(self) -> Option<u32> {
        match self {
            Self::Started => Some(1),
            Self::Saved { revision } => Some(revision),
            _ => None,
        }
    }
}

/// The moment of an event; `None` for what is no step of the entry's way, such as a refused attempt.
pub(super) fn moment(event: &Event, beside: Option<&Event>) -> Option<Moment> {
    let source = beside.unwrap_or(event);
    let what = happened(source.payload.as_ref()?)?;
    let head = &source.head;
    let version = if beside.is_none() { head.part_version } else { 0 };
    let place = event.head.place;
    Some(Moment { place, source: head.place, version, at: head.recorded_at, by: party(source), what })
}

fn party(source: &Event) -> Party {
    match (source.head.place.origin, source.head.actor) {
        (Origin::Submission, Actor::Person(subject)) => Party::Contributor(subject),
        (Origin::Moderation, _) => Party::Moderator,
        (Origin::Publication, Actor::Person(_)) => Party::Publisher,
        _ => Party::System,
    }
}

fn happened(payload: &Payload) -> Option<Happened> {
    Some(match payload {
        Payload::DraftStarted(_) => Happened::Started,
        Payload::DraftSaved(saved) => Happened::Saved { revision: saved.command.as_ref()?.content.as_ref()?.revision },
        Payload::Submitted(submitted) => {
            Happened::Submitted { revision: submitted.content.as_ref()?.revision, round: submitted.round }
        }
        Payload::RecallAsked(_) => Happened::RecallAsked,
        Payload::RecallGranted(_) => Happened::RecallGranted,
        Payload::WithdrawalAsked(_) => Happened::WithdrawalAsked,
        Payload::WithdrawalGranted(_) => Happened::WithdrawalGranted,
        Payload::Withdrawn(_) => Happened::Withdrawn,
        Payload::RequestTooLate(_) => Happened::RequestTooLate,
        Payload::ChangesRequested(requested) => {
            let count = requested.command.as_ref().map_or(0, |command| command.items.len());
            Happened::ChangesRequested { count: u32::try_from(count).unwrap_or(u32::MAX) }
        }
        Payload::Approved(_) => Happened::Approved,
        Payload::EntryRefused(_) => Happened::Refused,
        Payload::EditionPublished(published) => Happened::Published { edition: published.edition },
        Payload::PublicationDeclined(_) => Happened::PublicationDeclined,
        Payload::RevisionOpened(opened) => Happened::RevisionOpened { edition: opened.base_edition },
        Payload::RetractionAsked(asked) => Happened::RetractionAsked { edition: asked.edition },
        Payload::EntryRetracted(_) => Happened::Retracted,
        Payload::Expired(_) => Happened::Expired,
        _ => return None,
    })
}

impl Party {
    /// The role, as interfaces write it.
    pub const fn role(self) -> &'static str {
        match self {
            Self::Contributor(_) => "contributor",
            Self::Moderator => "moderator",
            Self::Publisher => "publisher",
            Self::System => "system",
        }
    }
}
