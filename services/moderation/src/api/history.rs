//! What happened to an entry, as far as the caller may know.

use std::collections::BTreeMap;

use dossier_identity::{Role, Thing};
use dossier_proto::{Actor, DesignationId, Event, Origin, Payload, v1};
use dossier_web::PlaceShown;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Desk, eyes::Eyes, moment, shown::Somebody, submitted};
use crate::{domain::Entry, reading::Read, views::Reviews};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Happened {
    /// What.
    #[schema(example = "changes-requested")]
    pub(crate) kind: String,
    /// When.
    pub(crate) at: String,
    /// Where it was recorded first.
    pub(crate) place: PlaceShown,
    /// Who did it.
    pub(crate) by: Somebody,
    /// The stable code, where there is one: of a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    /// The event that stands against it: of a refusal, or of a request that came too late.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) because: Option<PlaceShown>,
}

/// The roles in which designated people acted, by designation.
pub(super) type Roles = BTreeMap<DesignationId, Role>;

/// The roles behind these events.
pub(super) fn roles(view: &Reviews, read: &[Read]) -> Roles {
    let used = read.iter().filter_map(|read| read.told().head.authority);
    let known = used.filter_map(|authority| {
        let held = view.state.designations.get(authority.designation)?;
        Some((authority.designation, held.designation.role))
    });
    known.collect()
}

/// The history, oldest first.
pub(super) fn history(desk: &Desk, entry: &Entry, read: &[Read], roles: &Roles, eyes: &Eyes) -> Vec<Happened> {
    read.iter().filter_map(|read| happened(desk, entry, read.told(), roles, eyes)).collect()
}

/// As what the actor of an event acted.
pub(super) fn role_of(event: &Event, roles: &Roles) -> &'static str {
    let designated = event.head.authority.and_then(|authority| roles.get(&authority.designation));
    match (designated, event.head.place.origin) {
        (Some(role), _) => role.key(),
        (None, Origin::Submission) => Role::Contributor.key(),
        (None, Origin::Publication) => Role::Publisher.key(),
        (None, _) => "person",
    }
}

fn happened(desk: &Desk, entry: &Entry, event: &Event, roles: &Roles, eyes: &Eyes) -> Option<Happened> {
    let payload = event.payload.as_ref()?;
    let name = name_of(payload)?;
    let needed = seen_with(payload);
    if needed.is_some_and(|thing| !eyes.sees(thing)) {
        return None;
    }
    let head = &event.head;
    let (code, because) = against(payload);
    // Where it was cleared the actor is who cleared it, and that is told by itself.
    let submitter = match payload {
        Payload::Submitted(submitted) => submitted::submitter(submitted),
        _ => None,
    };
    let role = submitter.map_or_else(|| role_of(event, roles), |_| Role::Contributor.key());
    let actor = submitter.map_or(head.actor, Actor::Person);
    Some(Happened {
        kind: name.to_owned(),
        at: moment::written(head.recorded_at),
        place: head.place.into(),
        by: Somebody::of(actor, head.place.origin, role, &desk.accounts, entry, eyes),
        code,
        because,
    })
}

/// What somebody must be able to see to be told of this at all; `None` for what everybody knows who knows of the entry. What
/// moderators say and try among themselves is theirs; who thinks what before it is decided is for those who deliberate.
fn seen_with(payload: &Payload) -> Option<Thing> {
    let is_inside =
        |comments: &[v1::Comment]| comments.iter().all(|comment| comment.audience() != v1::Audience::Contributor);
    match payload {
        Payload::ModerationRefused(_) => Some(Thing::InternalNote),
        Payload::CommentMade(made) => is_inside(made.command.as_slice()).then_some(Thing::InternalNote),
        Payload::ReviewFinished(finished) => {
            let comments = finished.command.as_ref().map(|command| command.comments.as_slice());
            is_inside(comments.unwrap_or_default()).then_some(Thing::InternalNote)
        }
        Payload::ApprovalCounted(_)
        | Payload::ObjectionMade(_)
        | Payload::ConflictDeclared(_)
        | Payload::ReviewAssigned(_)
        | Payload::CorrectionProposed(_)
        | Payload::CorrectionRejected(_) => Some(Thing::ModeratorName),
        _ => None,
    }
}

fn against(payload: &Payload) -> (Option<String>, Option<PlaceShown>) {
    let shown = |place: Option<&dossier_proto::v1::Place>| {
        place.and_then(|place| dossier_proto::Place::try_from(place).ok()).map(PlaceShown::from)
    };
    match payload {
        Payload::ModerationRefused(refused) => {
            let refusal = refused.refusal.as_ref();
            (refusal.map(|refusal| refusal.code.clone()), shown(refusal.and_then(|refusal| refusal.because.as_ref())))
        }
        Payload::PublicationDeclined(declined) => {
            let refusal = declined.refusal.as_ref();
            (refusal.map(|refusal| refusal.code.clone()), shown(refusal.and_then(|refusal| refusal.because.as_ref())))
        }
        Payload::EntryRefused(refused) => (refused.command.as_ref().map(|command| command.code.clone()), None),
        Payload::RequestTooLate(late) => (None, shown(late.ended.as_ref())),
        _ => (None, None),
    }
}

fn name_of(payload: &Payload) -> Option<&'static str> {
    Some(match payload {
        Payload::Cleared(_) => "cleared",
        Payload::Submitted(_) => "submitted",
        Payload::RecallAsked(_) => "recall-asked",
        Payload::WithdrawalAsked(_) => "withdrawal-asked",
        Payload::Withdrawn(_) => "withdrawn",
        Payload::Expired(_) => "expired",
        Payload::ReviewOpened(_) => "review-opened",
        Payload::ReviewClaimed(_) => "review-claimed",
        Payload::ReviewReleased(_) => "review-released",
        Payload::CommentMade(_) => "comment-made",
        Payload::ChangesRequested(_) => "changes-requested",
        Payload::Approved(_) => "approved",
        Payload::EntryRefused(_) => "refused",
        Payload::RecallGranted(_) => "recall-granted",
        Payload::WithdrawalGranted(_) => "withdrawal-granted",
        Payload::RequestTooLate(_) => "request-too-late",
        Payload::ModerationRefused(_) => "command-refused",
        Payload::AppealAsked(_) => "appeal-asked",
        Payload::CorrectionObjected(_) => "correction-objected",
        Payload::ApprovalCounted(_) => "approval-counted",
        Payload::ObjectionMade(_) => "objection-made",
        Payload::ConflictDeclared(_) => "conflict-declared",
        Payload::ChangeSettled(_) => "change-settled",
        Payload::ReviewHeld(_) => "review-held",
        Payload::ReviewResumed(_) => "review-resumed",
        Payload::ReviewAssigned(_) => "review-assigned",
        Payload::MarkedDuplicate(_) => "marked-duplicate",
        Payload::ReviewFinished(_) => "review-finished",
        Payload::CorrectionProposed(_) => "correction-proposed",
        Payload::CorrectionConfirmed(_) => "correction-confirmed",
        Payload::CorrectionRejected(_) => "correction-rejected",
        Payload::EditionScheduled(_) => "edition-scheduled",
        Payload::EditionRescheduled(_) => "edition-rescheduled",
        Payload::EntrySuspended(_) => "entry-suspended",
        Payload::EntryReinstated(_) => "entry-reinstated",
        Payload::EntrySuperseded(_) => "entry-superseded",
        Payload::EditionPublished(_) => "edition-published",
        Payload::PublicationDeclined(_) => "publication-declined",
        Payload::EntryRetracted(_) => "entry-retracted",
        _ => return None,
    })
}
