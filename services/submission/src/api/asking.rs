//! What a body asks about an entry besides writing it: recall, withdrawal, a revision, retraction.

use axum::{extract::State, response::Response};
use dossier_engine::Outcome;
use dossier_proto::{EntryId, Payload, v1};
use dossier_vault::Purpose;
use dossier_web::{
    Answer, Part, Problem, ProblemDocument,
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
    words::{self, WordsError},
};

/// Why.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
pub(super) struct ReasonBody {
    /// The reason, at most 2 000 characters.
    reason: String,
}

/// Asks moderation for the entry back.
///
/// Moderation answers: the entry becomes a draft again, or it was too late.
#[utoipa::path(
    post, path = "/entries/{id}/recall", tag = "entries", operation_id = "askRecall",
    params(
        ("id" = String, Path, description = "The entry."),
        ("If-Match" = Option<String>, Header, description = "The ETag of the draft that was read."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat."),
    ),
    responses(
        (status = 202, description = "Asked; moderation answers.", body = EntryDocument),
        (status = 403, description = "No designation covers it (recorded).", body = ProblemDocument),
        (status = 404, description = "Nothing that the caller can see.", body = ProblemDocument),
        (status = 409, description = "It is not in review, or it was decided.", body = ProblemDocument),
    ),
)]
pub(super) async fn recall(
    State(office): State<Office>,
    caller: Bearer,
    StrictPath(id): StrictPath<EntryId>,
    if_match: IfMatch,
    key: IdempotencyKey,
) -> Answer<Response> {
    plain(&office, caller, id, &if_match, key, "recall", Command::AskRecall).await?;
    errands::answer(&office, id, StatusCode::ACCEPTED).await
}

/// Opens a revision of the public edition, which stays as it is.
#[utoipa::path(
    post, path = "/entries/{id}/revise", tag = "entries", operation_id = "openRevision",
    params(
        ("id" = String, Path, description = "The entry."),
        ("If-Match" = Option<String>, Header, description = "The ETag of the draft that was read."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat."),
    ),
    responses(
        (status = 200, description = "Open: the draft begins as the public edition is.", body = EntryDocument),
        (status = 403, description = "No designation covers it (recorded).", body = ProblemDocument),
        (status = 404, description = "Nothing that the caller can see.", body = ProblemDocument),
        (status = 409, description = "There is nothing public to revise.", body = ProblemDocument),
    ),
)]
pub(super) async fn revise(
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
        ("If-Match" = Option<String>, Header, description = "The ETag of the draft that was read."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat."),
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
pub(super) async fn withdraw(
    State(office): State<Office>,
    caller: Bearer,
    StrictPath(id): StrictPath<EntryId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    StrictJson(body): StrictJson<ReasonBody>,
) -> Answer<Response> {
    let asking = Asking::new(caller.clone(), key, "POST", &format!("/entries/{id}/withdraw"), &body);
    let errand = {
        let office = office.clone();
        off_thread(move || {
            let make = |reason| Command::Withdraw(v1::Withdraw { reason });
            with_reason(&office, &caller, id, &if_match, &body, About::Work, make)
        })
        .await?
    };
    let outcome = asking.execute(&office, errand).await.map_err(|error| refusals::failed(&error))?;
    errands::answer(&office, id, status_of_withdrawal(&outcome)).await
}

/// Asks publication to retract the public edition. A publisher decides.
#[utoipa::path(
    post, path = "/entries/{id}/ask-retraction", tag = "entries", operation_id = "askRetraction",
    request_body = ReasonBody,
    params(
        ("id" = String, Path, description = "The entry."),
        ("If-Match" = Option<String>, Header, description = "The ETag of the draft that was read."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat."),
    ),
    responses(
        (status = 202, description = "Asked; a publisher decides.", body = EntryDocument),
        (status = 403, description = "No designation covers it (recorded).", body = ProblemDocument),
        (status = 404, description = "Nothing that the caller can see.", body = ProblemDocument),
        (status = 409, description = "There is nothing public to retract, or it was asked already.", body = ProblemDocument),
        (status = 422, description = "The reason is missing.", body = ProblemDocument),
    ),
)]
pub(super) async fn ask_retraction(
    State(office): State<Office>,
    caller: Bearer,
    StrictPath(id): StrictPath<EntryId>,
    if_match: IfMatch,
    key: IdempotencyKey,
    StrictJson(body): StrictJson<ReasonBody>,
) -> Answer<Response> {
    let asking = Asking::new(caller.clone(), key, "POST", &format!("/entries/{id}/ask-retraction"), &body);
    let errand = {
        let office = office.clone();
        off_thread(move || {
            let make = |reason| Command::AskRetraction(v1::AskRetraction { reason });
            with_reason(&office, &caller, id, &if_match, &body, About::Edition, make)
        })
        .await?
    };
    asking.execute(&office, errand).await.map_err(|error| refusals::failed(&error))?;
    errands::answer(&office, id, StatusCode::ACCEPTED).await
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
    let asking = Asking::new(caller, key, "POST", &format!("/entries/{id}/{name}"), &());
    let outcome = asking.execute(office, Errand::on(id, command, expected)).await;
    outcome.map_err(|error| refusals::failed(&error))
}

fn expected(if_match: &IfMatch, entry: &Entry) -> Answer<Option<u64>> {
    let expected = if_match.optional(Part::Draft);
    expected.map(|expected| expected.for_command(Part::Draft, entry.version)).transpose()
}

/// What a reason is about, which says who is to read it.
#[derive(Clone, Copy)]
enum About {
    /// What is under way: moderation reads it, if it was submitted.
    Work,
    /// The public edition: publication reads it.
    Edition,
}

/// A command with a reason, sealed for those who are to read it.
fn with_reason(
    office: &Office,
    caller: &Bearer,
    id: EntryId,
    if_match: &IfMatch,
    body: &ReasonBody,
    about: About,
    make: impl FnOnce(Option<v1::Sealed>) -> Command,
) -> Answer<Errand> {
    let now = office.now();
    let entry = callers::addressed(&office.engine().view(), caller, id, now)?.clone();
    let expected = expected(if_match, &entry)?;
    let reason = texts::required("/reason", &body.reason)?;
    // Who may not ask is refused by the decision, which needs no words for that.
    if !contents::may_write(office, caller, &entry.facts, now) {
        return Ok(Errand::on(id, make(None), expected));
    }
    let key = match (about, &entry.public) {
        (About::Edition, Some(public)) => {
            let content = contents::sealed(office, id, public.revision)?;
            words::key_of(&content).ok_or_else(|| Problem::internal(&WordsError::NoContent))?
        }
        _ => contents::key_for_reason(office, id, &entry)?,
    };
    let sealed = office.words().seal_text(key, id, Purpose::Reason, &reason);
    let sealed = sealed.map_err(|error| refusals::words_failed(&error))?;
    Ok(Errand::on(id, make(Some(sealed)), expected))
}

fn status_of_withdrawal(outcome: &Outcome) -> StatusCode {
    match outcome.events.first().and_then(|event| event.payload.as_ref()) {
        Some(Payload::WithdrawalAsked(_)) => StatusCode::ACCEPTED,
        _ => StatusCode::OK,
    }
}
