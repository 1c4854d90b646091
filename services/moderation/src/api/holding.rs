//! Holding a review until somebody has done something, going on with it, and handing it to somebody.

use axum::{extract::State as Extracted, response::Response};
use dossier_proto::{EntryId, SubjectId, v1};
use dossier_vault::Purpose;
use dossier_web::{
    Answer, ProblemDocument,
    extract::{FieldError, IdempotencyKey, IfMatch, StrictPath},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    App, Desk,
    asked::{Asked, Asker, Bare},
    execute::Written,
    limits::{TEXT_BYTES_MAX, check_length, check_text},
    locks::{Context, Whose},
    moment,
    sealing::refuse_if_any,
};
use crate::domain::{AWAITED, Command};

/// A review that is to wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct HoldBody {
    /// For whom or what: contributor, publishing-authority, reviewer, moderator, publisher, secretariat or third-party, or
    /// a code of the registry where it lists any.
    #[schema(example = "contributor")]
    pub(crate) awaited: String,
    /// Why, as the contributor reads it.
    pub(crate) reason: String,
    /// When it goes on by itself (RFC 3339), at most 366 days ahead; absent: when somebody resumes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<String>,
}

/// To whom a review is handed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct AssignBody {
    /// The person.
    #[schema(value_type = String)]
    pub(crate) subject: SubjectId,
    /// For moderators, reviewers and auditors only.
    #[serde(default)]
    pub(crate) note: Option<String>,
}

/// Lets the review wait for somebody. Nothing is decided meanwhile, and its clock stands still.
#[utoipa::path(
    post, path = "/review/api/v1/reviews/{entry}/hold", tag = "reviews", operation_id = "holdReview", request_body = HoldBody,
    params(
        ("entry" = String, Path, description = "The entry"),
        IfMatch,
        IdempotencyKey,
    ),
    responses(
        (status = 200, body = Written), (status = 403, body = ProblemDocument),
        (status = 409, description = "It is on hold already, claimed by somebody else, or has ended", body = ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn hold(
    Extracted(app): Extracted<App>,
    asker: Asker,
    StrictPath(entry): StrictPath<EntryId>,
    asked: Asked<HoldBody>,
) -> Answer<Response> {
    app.act_in_words(&asker, entry, asked, seal_hold, Command::Hold).await
}

/// Goes on with a review that is on hold.
#[utoipa::path(
    post, path = "/review/api/v1/reviews/{entry}/resume", tag = "reviews", operation_id = "resumeReview",
    params(
        ("entry" = String, Path, description = "The entry"),
        IfMatch,
        IdempotencyKey,
    ),
    responses((status = 200, body = Written), (status = 403, body = ProblemDocument), (status = 409, body = ProblemDocument)),
    security(("bearer" = []))
)]
pub(crate) async fn resume(
    Extracted(app): Extracted<App>,
    asker: Asker,
    StrictPath(entry): StrictPath<EntryId>,
    Bare(asked): Bare,
) -> Answer<Response> {
    let command = Command::Resume(v1::Resume {});
    app.act(&asker, entry, asked.digest, Value::Object(Default::default()), command).await
}

/// Hands the review to somebody, who then holds it for a day as if they had claimed it.
#[utoipa::path(
    post, path = "/review/api/v1/reviews/{entry}/assign", tag = "reviews", operation_id = "assignReview", request_body = AssignBody,
    params(
        ("entry" = String, Path, description = "The entry"),
        IfMatch,
        IdempotencyKey,
    ),
    responses(
        (status = 200, body = Written), (status = 403, body = ProblemDocument),
        (status = 409, description = "Somebody else has claimed it, or the review has ended", body = ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn assign(
    Extracted(app): Extracted<App>,
    asker: Asker,
    StrictPath(entry): StrictPath<EntryId>,
    asked: Asked<AssignBody>,
) -> Answer<Response> {
    app.act_in_words(&asker, entry, asked, seal_assignment, Command::Assign).await
}

pub(super) fn seal_hold(desk: &Desk, context: &Context, body: &HoldBody) -> Answer<v1::Hold> {
    let mut errors = Vec::new();
    check_text(&mut errors, "/reason", &body.reason, TEXT_BYTES_MAX);
    // It stands in the clear in the journal, also when it is refused on record (P11).
    let listed = desk.engine.view().state.registry.as_ref().map(|registry| registry.awaited.clone());
    let codes = listed.filter(|codes| !codes.is_empty()).unwrap_or_else(|| AWAITED.map(str::to_owned).into());
    if !codes.contains(&body.awaited) {
        let codes: Vec<String> = codes.into_iter().collect();
        let detail = format!("nobody is awaited under this code; the codes are {}", codes.join(", "));
        errors.push(FieldError { pointer: "/awaited".to_owned(), detail });
    }
    let until = body.until.as_deref().map(moment::read);
    if until == Some(None) {
        let detail = "this is no moment such as 2026-03-03T10:42:07Z".to_owned();
        errors.push(FieldError { pointer: "/until".to_owned(), detail });
    }
    refuse_if_any(&errors)?;
    let reason = context.lock(desk, Whose::Message)?.seal(desk, context.entry, Purpose::Reason, &body.reason)?;
    Ok(v1::Hold { awaited: body.awaited.clone(), reason, until: until.flatten().map(|until| until.0) })
}

pub(super) fn seal_assignment(desk: &Desk, context: &Context, body: &AssignBody) -> Answer<v1::Assign> {
    let mut errors = Vec::new();
    let note = body.note.as_deref().filter(|note| dossier_registry::says_something(note));
    check_length(&mut errors, "/note", note.unwrap_or_default(), TEXT_BYTES_MAX);
    refuse_if_any(&errors)?;
    let note = match note {
        Some(note) => context.lock(desk, Whose::Internal)?.seal(desk, context.entry, Purpose::Note, note)?,
        None => None,
    };
    Ok(v1::Assign { subject: body.subject.to_vec(), note })
}
