//! What a body asks about an entry besides writing it: recall, withdrawal, a revision, retraction.

use axum::{extract::State, response::Response};
use dossier_engine::{ExecuteError, Outcome};
use dossier_identity::Role;
use dossier_proto::{EntryId, KeyId, Payload, v1};
use dossier_vault::Purpose;
use dossier_web::{
    Answer, Part, ProblemDocument,
    extract::{Bearer, IdempotencyKey, IfMatch, StrictJson, StrictPath},
};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::{
    EntryDocument, callers, contents,
    errands::{self, Asking, Errand},
    off_thread, refusals, texts,
};
use crate::{
    domain::{Command, Entry},
    office::Office,
};

/// Why.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
pub(crate) struct ReasonBody {
    /// The reason, at most 2 000 characters.
    pub(crate) reason: String,
}

/// Asks moderation for the entry back.
///
/// Moderation answers: the entry becomes a draft again, or it was too late (202). What only awaits clearance is a draft
/// again at once (200).
#[utoipa::path(
    post, path = "/entries/{id}/recall", tag = "entries", operation_id = "askRecall",
    params(
        ("id" = String, Path, description = "The entry."),
        IfMatch,
        IdempotencyKey,
    ),
    responses(
        (status = 200, description = "It is a draft again.", body = EntryDocument),
        (status = 202, description = "Asked; moderation answers.", body = EntryDocument),
        (status = 403, description = "No designation covers it (recorded).", body = ProblemDocument),
        (status = 404, description = "Nothing that the caller can see.", body = ProblemDocument),
        (status = 409, description = "It is not in review, or it was decided.", body = ProblemDocument),
    ),
)]
pub(crate) async fn recall(
    State(office): State<Office>,
    caller: Bearer,
    StrictPath(id): StrictPath<EntryId>,
    if_match: IfMatch,
    key: IdempotencyKey,
) -> Answer<Response> {
    let outcome = plain(&office, caller, id, &if_match, key, "recall", Command::AskRecall).await?;
    errands::answer(&office, id, status_of_recall(&outcome)).await
}

/// Opens a revision of the public edition, which stays as it is.
#[utoipa::path(
    post, path = "/entries/{id}/revise", tag = "entries", operation_id = "openRevision",
    params(
        ("id" = String, Path, description = "The entry."),
        IfMatch,
        IdempotencyKey,
    ),
    responses(
        (status = 200, description = "Open: the draft begins as the public edition is.", body = EntryDocument),
        (status = 403, description = "No designation covers it (recorded).", body = ProblemDocument),
        (status = 404, description = "Nothing that the caller can see.", body = ProblemDocument),
        (status = 409, description = "There is nothing public to revise.", body = ProblemDocument),
    ),
)]
pub(crate) async fn revise(
    State(office): State<Office>,
    caller: Bearer,
    StrictPath(id): StrictPath<EntryId>,
    if_match: IfMatch,
    key: IdempotencyKey,
) -> Answer<Response> {
    plain(&office, caller, id, &if_match, key, "revise", Command::OpenRevision).await?;
    errands::answer(&office, id, StatusCode::OK).await
}

/// Withdraws the entry, or the revision of its public edition.
///
/// What is with its body is withdrawn at once (200). While it is in review this is a request, which moderation answers
/// (202).
#[utoipa::path(
    post, path = "/entries/{id}/withdraw", tag = "entries", operation_id = "withdrawEntry", request_body = ReasonBody,
    params(
        ("id" = String, Path, description = "The entry."),
        IfMatch,
        IdempotencyKey,
    ),
    responses(
        (status = 200, description = "Withdrawn.", body = EntryDocument),
        (status = 202, description = "Asked; moderation answers.", body = EntryDocument),
        (status = 403, description = "No designation covers it (recorded).", body = ProblemDocument),
        (status = 404, description = "Nothing that the caller can see.", body = ProblemDocument),
        (status = 409, description = "Not as things stand, or it was decided.", body = ProblemDocument),
        (status = 422, description = "The reason is missing.", body = ProblemDocument),
    ),
)]
pub(crate) async fn withdraw(
    State(office): State<Office>,
    caller: Bearer,
    StrictPath(id): StrictPath<EntryId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    StrictJson(body): StrictJson<ReasonBody>,
) -> Answer<Response> {
    let asking = Asking::new(caller, key, "POST", &format!("/entries/{id}/withdraw"), &body);
    let make = |reason| Command::Withdraw(v1::Withdraw { reason });
    let outcome = reasoned(&office, asking, (id, if_match), body, About::Work, make).await?;
    errands::answer(&office, id, status_of_withdrawal(&outcome)).await
}

/// Asks publication to retract the public edition. A publisher decides.
///
/// Where the type asks for national clearance a contributor only proposes, and the publishing authority of the state lets
/// it go out; a publishing authority asks at once.
#[utoipa::path(
    post, path = "/entries/{id}/ask-retraction", tag = "entries", operation_id = "askRetraction",
    request_body = ReasonBody,
    params(
        ("id" = String, Path, description = "The entry."),
        IfMatch,
        IdempotencyKey,
    ),
    responses(
        (status = 202, description = "Asked, and a publisher decides; or proposed, and the publishing authority clears.", body = EntryDocument),
        (status = 403, description = "No designation covers it (recorded).", body = ProblemDocument),
        (status = 404, description = "Nothing that the caller can see.", body = ProblemDocument),
        (status = 409, description = "There is nothing public to retract, or it was asked already.", body = ProblemDocument),
        (status = 422, description = "The reason is missing.", body = ProblemDocument),
    ),
)]
pub(crate) async fn ask_retraction(
    State(office): State<Office>,
    caller: Bearer,
    StrictPath(id): StrictPath<EntryId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    StrictJson(body): StrictJson<ReasonBody>,
) -> Answer<Response> {
    let asking = Asking::new(caller, key, "POST", &format!("/entries/{id}/ask-retraction"), &body);
    let make = |reason| Command::AskRetraction(v1::AskRetraction { reason });
    reasoned(&office, asking, (id, if_match), body, About::Edition, make).await?;
    errands::answer(&office, id, StatusCode::ACCEPTED).await
}

/// Appeals against a refusal, once: another moderator decides on the same submission.
#[utoipa::path(
    post, path = "/entries/{id}/appeal", tag = "entries", operation_id = "askAppeal", request_body = ReasonBody,
    params(
        ("id" = String, Path, description = "The entry."),
        IfMatch,
        IdempotencyKey,
    ),
    responses(
        (status = 202, description = "Asked; another moderator decides.", body = EntryDocument),
        (status = 403, description = "No designation covers it (recorded).", body = ProblemDocument),
        (status = 404, description = "Nothing that the caller can see.", body = ProblemDocument),
        (status = 409, description = "It was not refused, or there was an appeal already.", body = ProblemDocument),
        (status = 422, description = "The reason is missing.", body = ProblemDocument),
    ),
)]
pub(crate) async fn appeal(
    State(office): State<Office>,
    caller: Bearer,
    StrictPath(id): StrictPath<EntryId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    StrictJson(body): StrictJson<ReasonBody>,
) -> Answer<Response> {
    let make = |reason| Command::AskAppeal(v1::AskAppeal { reason });
    about_a_decision(office, caller, id, if_match, key, body, "appeal", make).await
}

/// Objects to an editorial correction that is public. The correction stays; moderation hears the objection.
#[utoipa::path(
    post, path = "/entries/{id}/object", tag = "entries", operation_id = "objectToCorrection",
    request_body = ReasonBody,
    params(
        ("id" = String, Path, description = "The entry."),
        IfMatch,
        IdempotencyKey,
    ),
    responses(
        (status = 202, description = "On record; moderation hears it.", body = EntryDocument),
        (status = 403, description = "No designation covers it (recorded).", body = ProblemDocument),
        (status = 404, description = "Nothing that the caller can see.", body = ProblemDocument),
        (status = 409, description = "The public edition is no correction, or the body has objected already.", body = ProblemDocument),
        (status = 422, description = "The reason is missing.", body = ProblemDocument),
    ),
)]
pub(crate) async fn object(
    State(office): State<Office>,
    caller: Bearer,
    StrictPath(id): StrictPath<EntryId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    StrictJson(body): StrictJson<ReasonBody>,
) -> Answer<Response> {
    let make = |reason| Command::ObjectToCorrection(v1::ObjectToCorrection { reason });
    about_a_decision(office, caller, id, if_match, key, body, "object", make).await
}

/// What the body says about a decision of moderation, which reads the reason.
#[allow(clippy::too_many_arguments)] // the parts of one request
async fn about_a_decision(
    office: Office,
    caller: Bearer,
    id: EntryId,
    if_match: IfMatch,
    key: IdempotencyKey,
    body: ReasonBody,
    name: &str,
    make: impl Fn(Option<v1::Sealed>) -> Command + Send + 'static,
) -> Answer<Response> {
    let asking = Asking::new(caller, key, "POST", &format!("/entries/{id}/{name}"), &body);
    reasoned(&office, asking, (id, if_match), body, About::Work, make).await?;
    errands::answer(&office, id, StatusCode::ACCEPTED).await
}

/// A command with a reason: a repeat is answered from what was recorded, which needs no key.
async fn reasoned(
    office: &Office,
    asking: Asking,
    (id, if_match): (EntryId, IfMatch),
    body: ReasonBody,
    about: About,
    make: impl Fn(Option<v1::Sealed>) -> Command + Send + 'static,
) -> Answer<Outcome> {
    if let Some((_, outcome)) = asking.before(office).await? {
        return Ok(outcome);
    }
    let (asking, errand) = {
        let office = office.clone();
        off_thread(move || {
            let errand = with_reason(&office, &asking, (id, &if_match), &body, about, make)?;
            Ok((asking, errand))
        })
        .await?
    };
    asking.execute(office, errand).await.map_err(|error| refusals::failed(&error))
}

/// A command without arguments.
async fn plain(
    office: &Office,
    caller: Bearer,
    id: EntryId,
    if_match: &IfMatch,
    key: IdempotencyKey,
    name: &str,
    command: Command,
) -> Answer<Outcome> {
    let entry = callers::addressed(&office.engine().view(), &caller, id, office.now())?.clone();
    let expected = expected(if_match, &entry)?;
    let body = callers::in_the_name_of(office.engine().view().state(), &caller, &entry.facts, office.now());
    let asking = Asking::new(caller, key, "POST", &format!("/entries/{id}/{name}"), &());
    let outcome = asking.execute(office, Errand::on(id, command, expected).in_the_name_of(body)).await;
    outcome.map_err(|error| refusals::failed(&error))
}

pub(crate) fn expected(if_match: &IfMatch, entry: &Entry) -> Answer<Option<u64>> {
    let expected = if_match.optional(Part::Draft);
    expected.map(|expected| expected.for_command(Part::Draft, entry.version)).transpose()
}

/// What a reason is about, which says who is to read it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    /// What is under way, or was decided by moderation: it reads it, if anything was submitted.
    Work,
    /// The public edition: publication reads it.
    Edition,
}

/// A command with a reason, sealed for those who are to read it.
fn with_reason(
    office: &Office,
    asking: &Asking,
    (id, if_match): (EntryId, &IfMatch),
    body: &ReasonBody,
    about: About,
    make: impl Fn(Option<v1::Sealed>) -> Command,
) -> Answer<Errand> {
    let (now, caller) = (office.now(), &asking.caller);
    let entry = callers::addressed(&office.engine().view(), caller, id, now)?.clone();
    let expected = expected(if_match, &entry)?;
    let reason = texts::required("/reason", &body.reason)?;
    let name = callers::in_the_name_of(office.engine().view().state(), caller, &entry.facts, now);
    let errand = |sealed| Errand::on(id, make(sealed), expected).in_the_name_of(name.clone());
    // Who may not ask is refused by the decision, which needs no words for that.
    let is_authority = contents::is_entitled(office, caller, Role::PublishingAuthority, &entry.facts, now);
    let may = contents::may_write(office, caller, &entry.facts, now) || (about == About::Edition && is_authority);
    if !may {
        return Ok(errand(None));
    }
    let key = match (about, &entry.public) {
        (About::Edition, Some(_)) if !is_authority && is_cleared(office, &entry) => fresh_key(office),
        (About::Edition, Some(public)) => {
            let content = contents::sealed(office, id, public.revision)?;
            contents::usable_key(office, &entry, &content)
        }
        _ => contents::key_for_reason(office, id, &entry),
    };
    let key = key.map_err(|problem| {
        // What is refused anyway is refused for its own reason, whether there is a key or not.
        let foreseen = asking.foresee(office, &errand(Some(v1::Sealed::default())));
        foreseen
            .map_or_else(|refusal| refusals::failed(&ExecuteError::Refused { refusal, recorded: None }), |()| problem)
    })?;
    let sealed = office.words().seal_text(key, id, Purpose::Reason, &reason);
    let sealed = sealed.map_err(|error| refusals::words_failed(&error))?;
    Ok(errand(Some(sealed)))
}

/// Whether a retraction leaves the body only when its publishing authority has cleared it. Until then nobody else has the key
/// of its reason.
fn is_cleared(office: &Office, entry: &Entry) -> bool {
    office.engine().view().state().clearance.is_needed(&entry.facts.body, &entry.facts.record_type)
}

/// A key of its own, for what is not to be read with anything else.
pub(crate) fn fresh_key(office: &Office) -> Answer<KeyId> {
    office.words().fresh_key().map_err(|error| refusals::words_failed(&error))
}

fn status_of_recall(outcome: &Outcome) -> StatusCode {
    match outcome.events.first().and_then(|event| event.payload.as_ref()) {
        Some(Payload::ClearanceRecalled(_)) => StatusCode::OK,
        _ => StatusCode::ACCEPTED,
    }
}

fn status_of_withdrawal(outcome: &Outcome) -> StatusCode {
    match outcome.events.first().and_then(|event| event.payload.as_ref()) {
        Some(Payload::WithdrawalAsked(_)) => StatusCode::ACCEPTED,
        _ => StatusCode::OK,
    }
}
