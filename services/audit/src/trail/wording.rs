//! What each kind of event is called, for programs and in plain words. No words of people.

use dossier_identity::Role;
use dossier_proto::{Actor, Event, Payload, Place, v1};

use v1::{moderation_refused, publication_refused, submission_refused};

/// The name of what happened, for programs: the payload's field in the contract, with dashes.
pub const fn kind(payload: Option<&Payload>) -> &'static str {
    let Some(payload) = payload else { return "unknown" };
    match payload {
        Payload::Received(_) => "received",
        Payload::EpochStarted(_) => "epoch-started",
        Payload::DraftStarted(_) => "draft-started",
        Payload::DraftSaved(_) => "draft-saved",
        Payload::Submitted(_) => "submitted",
        Payload::RecallAsked(_) => "recall-asked",
        Payload::Withdrawn(_) => "withdrawn",
        Payload::WithdrawalAsked(_) => "withdrawal-asked",
        Payload::RevisionOpened(_) => "revision-opened",
        Payload::RetractionAsked(_) => "retraction-asked",
        Payload::Expired(_) => "expired",
        Payload::SubmissionRefused(_) => "submission-refused",
        Payload::ClearanceAsked(_) => "clearance-asked",
        Payload::Cleared(_) => "cleared",
        Payload::ClearanceReturned(_) => "clearance-returned",
        Payload::ClearanceRecalled(_) => "clearance-recalled",
        Payload::RetractionProposed(_) => "retraction-proposed",
        Payload::RetractionCleared(_) => "retraction-cleared",
        Payload::AppealAsked(_) => "appeal-asked",
        Payload::CorrectionObjected(_) => "correction-objected",
        Payload::Reminded(_) => "reminded",
        Payload::RetractionReturned(_) => "retraction-returned",
        Payload::ReviewOpened(_) => "review-opened",
        Payload::ReviewClaimed(_) => "review-claimed",
        Payload::ReviewReleased(_) => "review-released",
        Payload::CommentMade(_) => "comment-made",
        Payload::ChangesRequested(_) => "changes-requested",
        Payload::Approved(_) => "approved",
        Payload::EntryRefused(_) => "entry-refused",
        Payload::RecallGranted(_) => "recall-granted",
        Payload::WithdrawalGranted(_) => "withdrawal-granted",
        Payload::RequestTooLate(_) => "request-too-late",
        Payload::DesignationGranted(_) => "designation-granted",
        Payload::DesignationRevoked(_) => "designation-revoked",
        Payload::RegistryAdopted(_) => "registry-adopted",
        Payload::ModerationRefused(_) => "moderation-refused",
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
        Payload::PersonInvited(_) => "person-invited",
        Payload::EditionPublished(_) => "edition-published",
        Payload::PublicationDeclined(_) => "publication-declined",
        Payload::EntryRetracted(_) => "entry-retracted",
        Payload::PublicationRefused(_) => "publication-refused",
        Payload::EditionScheduled(_) => "edition-scheduled",
        Payload::EditionRescheduled(_) => "edition-rescheduled",
        Payload::EntrySuspended(_) => "entry-suspended",
        Payload::EntryReinstated(_) => "entry-reinstated",
        Payload::EntrySuperseded(_) => "entry-superseded",
        Payload::RetractionDeclined(_) => "retraction-declined",
        Payload::LettersEnded(_) => "letters-ended",
        Payload::InboxRead(_) => "inbox-read",
        Payload::KeyRotated(_) => "key-rotated",
        Payload::ErasureOrdered(_) => "erasure-ordered",
        Payload::ErasureConfirmed(_) => "erasure-confirmed",
        Payload::FindingSettled(_) => "finding-settled",
        Payload::TrailRead(_) => "trail-read",
        Payload::FindingReported(_) => "finding-reported",
        Payload::AuditRefused(_) => "audit-refused",
    }
}

/// What happened, in one sentence. `role` is as what the actor acted, where that is known.
pub fn sentence(event: &Event, role: Option<Role>) -> String {
    let who = actor(event.head.actor, role);
    let Some(payload) = &event.payload else {
        return format!("{who} did something that this version does not know.");
    };
    match payload {
        Payload::DraftStarted(one) => {
            let command = one.command.as_ref();
            let (kind, body) = command.map_or(("", ""), |it| (it.record_type.as_str(), it.body.as_str()));
            format!("{who} started a draft of type {kind} for {body}.")
        }
        Payload::DraftSaved(one) => {
            let command = one.command.as_ref();
            let revision = command.and_then(|it| it.content.as_ref()).map_or(0, |content| content.revision);
            let fields = command.map_or(0, |it| it.fields.len());
            format!("{who} saved revision {revision}, with {} changed.", count(fields, "field"))
        }
        Payload::Submitted(one) => submitted(&who, one),
        Payload::ReviewOpened(one) => {
            format!("The review of revision {} was opened, round {}.", one.revision, one.round)
        }
        Payload::ReviewClaimed(_) => format!("{who} took the review up."),
        Payload::ReviewReleased(_) => format!("{who} released the review."),
        Payload::CommentMade(_) => format!("{who} commented on a field."),
        Payload::ChangesRequested(one) => {
            let items = one.command.as_ref().map_or(0, |command| command.items.len());
            format!("{who} requested {} to revision {}.", count(items, "change"), one.revision)
        }
        Payload::Approved(one) => {
            let revision = one.content.as_ref().map_or(0, |content| content.revision);
            format!("{who} approved revision {revision}.")
        }
        Payload::EntryRefused(one) => {
            let code = one.command.as_ref().map_or("", |command| command.code.as_str());
            format!("{who} refused revision {} ({code}).", one.revision)
        }
        Payload::EditionPublished(one) => format!("Edition {} was published as {}.", one.edition, one.number),
        Payload::PublicationDeclined(one) => {
            format!("The approved content was not published ({}).", code(one.refusal.as_ref()))
        }
        Payload::EntryRetracted(one) => {
            let reason = one.command.as_ref().map_or("", |command| command.reason.as_str());
            format!("{who} retracted the entry ({reason}); edition {} became a tombstone.", one.edition)
        }
        Payload::ClearanceAsked(one) => {
            let revision = one.command.as_ref().map_or(0, |it| it.revision);
            format!("{who} asked for clearance of revision {revision}, round {}.", one.round)
        }
        Payload::ApprovalCounted(_)
        | Payload::ObjectionMade(_)
        | Payload::ChangeSettled(_)
        | Payload::ReviewFinished(_)
        | Payload::MarkedDuplicate(_)
        | Payload::CorrectionProposed(_)
        | Payload::CorrectionConfirmed(_) => in_review(&who, payload),
        Payload::EditionScheduled(one) => {
            format!("The approved content was scheduled; it is to be public at {}.", moment(one.at))
        }
        Payload::EditionRescheduled(one) => {
            let at = one.command.as_ref().map_or(0, |command| command.at);
            format!("{who} moved the publication to {}.", moment(at))
        }
        Payload::EntrySuspended(one) => {
            let reason = one.command.as_ref().map_or("", |command| command.reason.as_str());
            format!("{who} suspended the entry ({reason}); edition {} is not shown.", one.edition)
        }
        Payload::EntryReinstated(one) => {
            format!("{who} reinstated the entry; edition {} is public again.", one.edition)
        }
        Payload::EntrySuperseded(one) => format!("{who} superseded the entry; {} stands in its place.", one.number),
        other => fixed(&who, event, other),
    }
}

/// What happens between the opening of a review and its end.
fn in_review(who: &str, payload: &Payload) -> String {
    match payload {
        Payload::ApprovalCounted(one) if one.next_stage.is_empty() => {
            format!("{who} gave an approving opinion (stage {}).", one.stage)
        }
        Payload::ApprovalCounted(one) => {
            format!("{who} gave the approval that ended stage {}; stage {} is next.", one.stage, one.next_stage)
        }
        Payload::ObjectionMade(one) => format!("{who} gave an opinion against it (stage {}).", one.stage),
        Payload::ChangeSettled(one) => {
            let (item, round) = one.command.as_ref().map_or((0, 0), |it| (it.item, it.round));
            let reopened = v1::settle_change::Outcome::Reopened;
            let is_open = one.command.as_ref().is_some_and(|it| it.outcome() == reopened);
            let outcome = if is_open { "reopened" } else { "accepted" };
            format!("{who} {outcome} requested change {item} of round {round}.")
        }
        Payload::ReviewFinished(one) => {
            let comments = one.command.as_ref().map_or(0, |command| command.comments.len());
            format!("{who} sent {}.", count(comments, "comment"))
        }
        Payload::MarkedDuplicate(one) => {
            format!("{who} marked revision {} as a duplicate of {}.", one.revision, one.number)
        }
        Payload::CorrectionProposed(one) => {
            let command = one.command.as_ref();
            let (edition, fields) = command.map_or((0, 0), |it| (it.edition, it.fields.len()));
            format!("{who} proposed a correction of {} in edition {edition}.", count(fields, "field"))
        }
        Payload::CorrectionConfirmed(one) => format!("{who} confirmed the correction of edition {}.", one.base_edition),
        other => format!("{who}: {}.", kind(Some(other))),
    }
}

/// A moment as people write it: to the minute, UTC.
fn moment(at: i64) -> String {
    let stamp = jiff::Timestamp::from_microsecond(at);
    stamp.map_or_else(|_| "an unknown time".to_owned(), |stamp| stamp.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

fn submitted(who: &str, one: &v1::Submitted) -> String {
    let command = one.command.as_ref();
    let revision = command.map_or(0, |it| it.revision);
    // Who cleared it is not who submitted it: that is told with the question for clearance.
    let did = if one.clearance_asked.is_some() { "sent moderation" } else { "submitted" };
    match command.and_then(|it| it.equals_revision) {
        Some(earlier) => {
            format!("{who} {did} revision {revision} (the same as revision {earlier}), round {}.", one.round)
        }
        None => format!("{who} {did} revision {revision}, round {}.", one.round),
    }
}

/// Sentences that hold nothing but who and what.
fn fixed(who: &str, event: &Event, payload: &Payload) -> String {
    match payload {
        Payload::Received(one) => {
            let from = one.place.as_ref().and_then(|place| Place::try_from(place).ok());
            let from = from.map_or_else(|| "another service".to_owned(), |place| place.to_string());
            format!("The {} service received {from}.", event.head.place.origin)
        }
        Payload::RecallAsked(_) => format!("{who} asked to have the entry back."),
        Payload::Withdrawn(_) => format!("{who} withdrew the entry."),
        Payload::WithdrawalAsked(_) => format!("{who} asked to withdraw the entry."),
        Payload::RevisionOpened(one) => format!("{who} opened a revision of edition {}.", one.base_edition),
        Payload::RetractionAsked(one) => format!("{who} asked to have edition {} retracted.", one.edition),
        Payload::Cleared(_) => format!("{who} cleared the content for the state."),
        Payload::ClearanceReturned(_) => format!("{who} returned the content to its contributors, without clearance."),
        Payload::ClearanceRecalled(_) => format!("{who} took the content back before it was cleared."),
        Payload::RetractionProposed(one) => format!("{who} proposed to have edition {} retracted.", one.edition),
        Payload::RetractionCleared(one) => {
            format!("{who} cleared the request to have edition {} retracted.", one.edition)
        }
        Payload::RetractionReturned(one) => {
            format!("{who} did not pass on the proposal to have edition {} retracted.", one.edition)
        }
        Payload::RetractionDeclined(one) => format!("{who} declined to retract edition {}.", one.edition),
        Payload::Reminded(one) => {
            let days = one.command.as_ref().map_or(0, |command| command.days);
            format!("Whoever has the next move was reminded: they have had it for {days} days.")
        }
        Payload::PersonInvited(_) => format!("{who} invited a person."),
        Payload::LettersEnded(one) => {
            let letters = one.command.as_ref().map_or(0, |command| command.letters.len());
            format!("It is known how the sending of {} ended.", count(letters, "letter"))
        }
        Payload::InboxRead(_) => format!("{who} read what the inbox holds."),
        Payload::KeyRotated(_) => "The journal is signed with another key from here on.".to_owned(),
        Payload::ErasureOrdered(one) => {
            let reason = one.command.as_ref().map_or("", |command| command.reason.as_str());
            format!("{who} ordered that keys be destroyed ({reason}); what they seal cannot be read any more.")
        }
        Payload::ErasureConfirmed(one) => {
            let keys = one.command.as_ref().map_or(0, |command| command.destroyed);
            format!("The service destroyed its copies of {}.", count(keys as usize, "key"))
        }
        Payload::FindingSettled(_) => "What a finding said lasts no longer.".to_owned(),
        Payload::AppealAsked(_) => format!("{who} appealed against the refusal."),
        Payload::CorrectionObjected(one) => format!("{who} objected to the correction in edition {}.", one.edition),
        Payload::ConflictDeclared(_) => {
            format!("{who} declared a conflict of interest and has no part in it any more.")
        }
        Payload::ReviewHeld(one) => {
            let awaited = one.command.as_ref().map_or("", |command| command.awaited.as_str());
            format!("{who} put the review on hold ({awaited}); its clock stands still.")
        }
        Payload::ReviewResumed(_) => format!("{who} took the review off hold."),
        Payload::ReviewAssigned(_) => format!("{who} assigned the review."),
        Payload::CorrectionRejected(_) => format!("{who} rejected the correction."),
        Payload::Expired(_) => "The time to answer went by; the entry is a draft again.".to_owned(),
        Payload::RecallGranted(_) => "The recall was granted; the entry is a draft again.".to_owned(),
        Payload::WithdrawalGranted(_) => "The withdrawal was granted.".to_owned(),
        Payload::RequestTooLate(_) => "The request came too late: the review had ended.".to_owned(),
        Payload::SubmissionRefused(one) => {
            let what = one.attempted.as_ref().map_or("something", submission_tried);
            format!("{who} wanted to {what} and may not ({}).", code(one.refusal.as_ref()))
        }
        Payload::ModerationRefused(one) => {
            let what = one.attempted.as_ref().map_or("something", moderation_tried);
            format!("{who} wanted to {what} and may not ({}).", code(one.refusal.as_ref()))
        }
        Payload::PublicationRefused(one) => {
            let what = one.attempted.as_ref().map_or("something", publication_tried);
            format!("{who} wanted to {what} and may not ({}).", code(one.refusal.as_ref()))
        }
        Payload::AuditRefused(one) => {
            let v1::audit_refused::Attempted::ReadTrail(wanted) =
                one.attempted.clone().unwrap_or(v1::audit_refused::Attempted::ReadTrail(v1::ReadTrail::default()));
            format!("{who} wanted to read {} and may not ({}).", scope(Some(&wanted)), code(one.refusal.as_ref()))
        }
        Payload::TrailRead(one) => format!("{who} read {}.", scope(one.command.as_ref())),
        Payload::FindingReported(one) => finding(one),
        Payload::DesignationGranted(_) => format!("{who} granted a designation."),
        Payload::DesignationRevoked(_) => format!("{who} revoked a designation."),
        Payload::RegistryAdopted(_) => format!("{who} put a registry in force."),
        Payload::EpochStarted(one) => format!("After a loss a new epoch began; {} events were known.", one.known_size),
        // The others have their sentence above.
        _ => format!("{who}: {}.", kind(Some(payload))),
    }
}

fn finding(one: &v1::FindingReported) -> String {
    let kind = one.command.as_ref().and_then(|it| crate::domain::FindingKind::from_number(it.kind));
    kind.map_or("Something does not agree.", crate::domain::FindingKind::meaning).to_owned()
}

fn scope(command: Option<&v1::ReadTrail>) -> &'static str {
    match command.and_then(|it| v1::read_trail::Scope::try_from(it.scope).ok()) {
        Some(v1::read_trail::Scope::Content) => "the trail with the words of what was submitted",
        Some(v1::read_trail::Scope::Events) => "a range of events",
        Some(v1::read_trail::Scope::Search) => "what a search finds",
        Some(v1::read_trail::Scope::Export) => "an export, to take it away",
        Some(v1::read_trail::Scope::Certificate) => "the certificate of an edition, with names",
        Some(v1::read_trail::Scope::Moment) => "the entry as it was at a moment",
        Some(v1::read_trail::Scope::Rights) => "designations as they were at a moment",
        _ => "the trail",
    }
}

fn actor(actor: Actor, role: Option<Role>) -> String {
    match (actor, role) {
        (Actor::Person(_), Some(role)) => {
            let role = role.key().replace('-', " ");
            let article = if role.starts_with(['a', 'e', 'i', 'o', 'u']) { "An" } else { "A" };
            format!("{article} {role}")
        }
        (Actor::Person(_), None) => "Somebody".to_owned(),
        (Actor::Service(origin), _) => format!("The {origin} service"),
        (Actor::System(origin), _) => format!("The system ({origin})"),
    }
}

fn code(refusal: Option<&v1::Refusal>) -> &str {
    refusal.map_or("", |refusal| refusal.code.as_str())
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

const fn submission_tried(attempted: &submission_refused::Attempted) -> &'static str {
    use submission_refused::Attempted;
    match attempted {
        Attempted::StartDraft(_) => "start a draft",
        Attempted::SaveDraft(_) => "save the draft",
        Attempted::Submit(_) => "submit",
        Attempted::AskRecall(_) => "have the entry back",
        Attempted::Withdraw(_) => "withdraw the entry",
        Attempted::OpenRevision(_) => "open a revision",
        Attempted::AskRetraction(_) => "have the entry retracted",
        Attempted::Clear(_) => "clear the content for the state",
        Attempted::ReturnToBody(_) => "return the content to its contributors",
        Attempted::ClearRetraction(_) => "clear the request for retraction",
        Attempted::ReturnRetraction(_) => "return the request for retraction",
        Attempted::AskAppeal(_) => "appeal",
        Attempted::ObjectToCorrection(_) => "object to the correction",
    }
}

const fn moderation_tried(attempted: &moderation_refused::Attempted) -> &'static str {
    use moderation_refused::Attempted;
    match attempted {
        Attempted::Claim(_) => "take the review up",
        Attempted::Release(_) => "release the review",
        Attempted::Comment(_) => "comment",
        Attempted::RequestChanges(_) => "request changes",
        Attempted::Approve(_) => "approve",
        Attempted::Refuse(_) => "refuse the entry",
        Attempted::GrantDesignation(_) => "grant a designation",
        Attempted::RevokeDesignation(_) => "revoke a designation",
        Attempted::InvitePerson(_) => "invite a person",
        Attempted::AdoptRegistry(_) => "put a registry in force",
        Attempted::Object(_) => "give an opinion against it",
        Attempted::DeclareConflict(_) => "declare a conflict of interest",
        Attempted::SettleChange(_) => "settle a requested change",
        Attempted::Hold(_) => "put the review on hold",
        Attempted::Resume(_) => "take the review off hold",
        Attempted::Assign(_) => "assign the review",
        Attempted::MarkDuplicate(_) => "mark the entry as a duplicate",
        Attempted::FinishReview(_) => "send comments",
        Attempted::ProposeCorrection(_) => "propose a correction",
        Attempted::ConfirmCorrection(_) => "confirm the correction",
        Attempted::RejectCorrection(_) => "reject the correction",
        Attempted::OrderErasure(_) => "have words destroyed",
    }
}

const fn publication_tried(attempted: &publication_refused::Attempted) -> &'static str {
    use publication_refused::Attempted;
    match attempted {
        Attempted::RetractEntry(_) => "retract the entry",
        Attempted::Reschedule(_) => "move the publication",
        Attempted::PublishNow(_) => "publish at once",
        Attempted::SuspendEntry(_) => "suspend the entry",
        Attempted::ReinstateEntry(_) => "reinstate the entry",
        Attempted::SupersedeEntry(_) => "supersede the entry",
        Attempted::DeclineRetraction(_) => "decline the retraction",
    }
}
