//! What has happened to an entry, as its body may know it: no person of another service is named.

use dossier_proto::{Actor, Event, Micros, Origin, Payload, Place, SubjectId, v1};
use serde::{Deserialize, Serialize};

use crate::policy::is_for_the_body;

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
    /// The publishing authority of its state.
    Authority(SubjectId),
    /// Somebody of the secretariat, in the name of the body.
    Secretariat(SubjectId),
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
    /// A revision was submitted to the publishing authority of its state.
    ClearanceAsked {
        /// Which.
        revision: u32,
        /// For the how many-th time the entry would be submitted.
        round: u32,
    },
    /// It was cleared.
    Cleared,
    /// It was returned to those who wrote it.
    ClearanceReturned,
    /// The body took it back before it was cleared.
    ClearanceRecalled,
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
    /// Something was said to the body, besides.
    Commented {
        /// In how many comments.
        count: u32,
    },
    /// An answer to a requested change was accepted, or was not.
    ChangeSettled,
    /// The review waits for somebody.
    Held,
    /// It goes on.
    Resumed,
    /// The revision was approved.
    Approved,
    /// The revision was refused.
    Refused,
    /// It says what another entry says already.
    MarkedDuplicate,
    /// The body does not accept the refusal.
    AppealAsked,
    /// The edition becomes public at a time.
    Scheduled,
    /// At another time.
    Rescheduled,
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
    /// A contributor proposed the retraction to the publishing authority of the state.
    RetractionProposed {
        /// Of which edition.
        edition: u32,
    },
    /// It was cleared, and so is asked.
    RetractionCleared {
        /// Of which edition.
        edition: u32,
    },
    /// The publishing authority did not pass the proposal on.
    RetractionReturned {
        /// Of which edition.
        edition: u32,
    },
    /// A publisher left the edition as it is.
    RetractionDeclined {
        /// Of which edition.
        edition: u32,
    },
    /// Two moderators corrected the public edition.
    Corrected,
    /// The body objects to that.
    CorrectionObjected {
        /// To which edition.
        edition: u32,
    },
    /// The public edition was taken from view for a while.
    Suspended,
    /// It is shown again.
    Reinstated,
    /// Another entry stands in its place.
    Superseded,
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
            Self::ClearanceAsked { .. } => "clearance-asked",
            Self::Cleared => "cleared",
            Self::ClearanceReturned => "clearance-returned",
            Self::ClearanceRecalled => "clearance-recalled",
            Self::RecallAsked => "recall-asked",
            Self::RecallGranted => "recall-granted",
            Self::WithdrawalAsked => "withdrawal-asked",
            Self::WithdrawalGranted => "withdrawal-granted",
            Self::Withdrawn => "withdrawn",
            Self::RequestTooLate => "request-too-late",
            Self::ChangesRequested { .. } => "changes-requested",
            Self::Commented { .. } => "comment",
            Self::ChangeSettled => "change-settled",
            Self::Held => "held",
            Self::Resumed => "resumed",
            Self::MarkedDuplicate => "duplicate",
            Self::AppealAsked => "appeal-asked",
            Self::Scheduled => "scheduled",
            Self::Rescheduled => "rescheduled",
            Self::RetractionProposed { .. } => "retraction-proposed",
            Self::RetractionCleared { .. } => "retraction-cleared",
            Self::RetractionReturned { .. } => "retraction-returned",
            Self::RetractionDeclined { .. } => "retraction-declined",
            Self::Corrected => "corrected",
            Self::CorrectionObjected { .. } => "correction-objected",
            Self::Suspended => "suspended",
            Self::Reinstated => "reinstated",
            Self::Superseded => "superseded",
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
    let by = party(source, what);
    let head = &source.head;
    let version = if beside.is_none() { head.part_version } else { 0 };
    let place = event.head.place;
    Some(Moment { place, source: head.place, version, at: head.recorded_at, by, what })
}

fn party(source: &Event, what: Happened) -> Party {
    match (source.head.place.origin, source.head.actor) {
        (Origin::Submission, Actor::Person(subject)) if is_of_authority(source, what) => Party::Authority(subject),
        (Origin::Submission, Actor::Person(subject)) if is_on_behalf(source) => Party::Secretariat(subject),
        (Origin::Submission, Actor::Person(subject)) => Party::Contributor(subject),
        (Origin::Moderation, _) => Party::Moderator,
        (Origin::Publication, Actor::Person(_)) => Party::Publisher,
        _ => Party::System,
    }
}

/// Whether it is what publishing authorities do.
fn is_of_authority(source: &Event, what: Happened) -> bool {
    let is_cleared = matches!(&source.payload, Some(Payload::Submitted(one)) if one.clearance_asked.is_some());
    is_cleared
        || matches!(
            what,
            Happened::Cleared
                | Happened::ClearanceReturned
                | Happened::RetractionCleared { .. }
                | Happened::RetractionReturned { .. }
        )
}

/// Whether the secretariat did it. A contributor may name the body when beginning an entry, and has no paper then.
fn is_on_behalf(source: &Event) -> bool {
    match &source.payload {
        Some(Payload::DraftStarted(started)) => {
            started.command.as_ref().is_some_and(|start| start.received_at.is_some())
        }
        _ => source.head.on_behalf_of.is_some(),
    }
}

fn happened(payload: &Payload) -> Option<Happened> {
    Some(match payload {
        Payload::DraftStarted(_) => Happened::Started,
        Payload::DraftSaved(saved) => Happened::Saved { revision: saved.command.as_ref()?.content.as_ref()?.revision },
        Payload::Submitted(submitted) => {
            Happened::Submitted { revision: submitted.content.as_ref()?.revision, round: submitted.round }
        }
        Payload::ClearanceAsked(asked) => {
            Happened::ClearanceAsked { revision: asked.content.as_ref()?.revision, round: asked.round }
        }
        Payload::Cleared(_) => Happened::Cleared,
        Payload::ClearanceReturned(_) => Happened::ClearanceReturned,
        Payload::ClearanceRecalled(_) => Happened::ClearanceRecalled,
        Payload::RecallAsked(_) => Happened::RecallAsked,
        Payload::RecallGranted(_) => Happened::RecallGranted,
        Payload::WithdrawalAsked(_) => Happened::WithdrawalAsked,
        Payload::WithdrawalGranted(_) => Happened::WithdrawalGranted,
        Payload::Withdrawn(_) => Happened::Withdrawn,
        Payload::RequestTooLate(_) => Happened::RequestTooLate,
        Payload::ChangesRequested(requested) => {
            let count = requested.command.as_ref().map_or(0, |command| command.items.len());
            Happened::ChangesRequested { count: number(count) }
        }
        Payload::CommentMade(made) => Happened::Commented { count: said(&made.command)? },
        Payload::ReviewFinished(finished) => {
            Happened::Commented { count: said(finished.command.iter().flat_map(|command| &command.comments))? }
        }
        Payload::ChangeSettled(_) => Happened::ChangeSettled,
        Payload::ReviewHeld(_) => Happened::Held,
        Payload::ReviewResumed(_) => Happened::Resumed,
        Payload::MarkedDuplicate(_) => Happened::MarkedDuplicate,
        Payload::AppealAsked(_) => Happened::AppealAsked,
        Payload::EditionScheduled(_) => Happened::Scheduled,
        Payload::EditionRescheduled(_) => Happened::Rescheduled,
        Payload::RetractionProposed(proposed) => Happened::RetractionProposed { edition: proposed.edition },
        Payload::RetractionCleared(cleared) => Happened::RetractionCleared { edition: cleared.edition },
        Payload::RetractionReturned(returned) => Happened::RetractionReturned { edition: returned.edition },
        Payload::RetractionDeclined(declined) => Happened::RetractionDeclined { edition: declined.edition },
        Payload::CorrectionConfirmed(_) => Happened::Corrected,
        Payload::CorrectionObjected(objected) => Happened::CorrectionObjected { edition: objected.edition },
        Payload::EntrySuspended(_) => Happened::Suspended,
        Payload::EntryReinstated(_) => Happened::Reinstated,
        Payload::EntrySuperseded(_) => Happened::Superseded,
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

/// How many of the comments are said to the body; none at all is nothing that happened to it.
fn said<'a>(comments: impl IntoIterator<Item = &'a v1::Comment>) -> Option<u32> {
    let count = comments.into_iter().filter(|comment| is_for_the_body(Some(comment))).count();
    (count > 0).then(|| number(count))
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl Party {
    /// The role, as interfaces write it.
    pub const fn role(self) -> &'static str {
        match self {
            Self::Contributor(_) => "contributor",
            Self::Authority(_) => "publishing-authority",
            Self::Secretariat(_) => "records-manager",
            Self::Moderator => "moderator",
            Self::Publisher => "publisher",
            Self::System => "system",
        }
    }
}
