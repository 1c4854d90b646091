//! An opinion against, and being out: objections and conflicts of interest.

use axum::{extract::State as Extracted, response::Response};
use dossier_proto::{Digest, EntryId, v1};
use dossier_vault::Purpose;
use dossier_web::{
    Answer, ProblemDocument,
    extract::{IdempotencyKey, IfMatch, StrictPath},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    App, Desk,
    asked::{Asked, Asker},
    checklist::ChecklistAnswerBody,
    execute::Written,
    limits::{TEXT_BYTES_MAX, check_text},
    locks::{Context, Whose},
    sealing::refuse_if_any,
};
use crate::domain::Command;

/// An objection to the content with this digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct ObjectBody {
    /// The content that was read.
    #[schema(value_type = String)]
    pub(crate) digest: Digest,
    /// Why, for moderators, reviewers and auditors: the contributor does not read it.
    pub(crate) reason: String,
    /// Answers to the checklist.
    #[serde(default)]
    pub(crate) checklist: Vec<ChecklistAnswerBody>,
}

/// A conflict of interest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct ConflictBody {
    /// Why, for moderators, reviewers and auditors.
    pub(crate) reason: String,
}

/// Thinks that exactly this content should not pass. In a stage that does not ask further on a split, moderators then ask for changes or refuse.
#[utoipa::path(
    post, path = "/review/api/v1/reviews/{entry}/object", tag = "reviews", operation_id = "objectToContent", request_body = ObjectBody,
    params(
        ("entry" = String, Path, description = "The entry"),
        IfMatch,
        IdempotencyKey,
    ),
    responses(
        (status = 200, body = Written), (status = 403, body = ProblemDocument),
        (status = 409, description = "Another digest is current (the difference is in the answer), or the review has ended", body = ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn object(
    Extracted(app): Extracted<App>,
    asker: Asker,
    StrictPath(entry): StrictPath<EntryId>,
    asked: Asked<ObjectBody>,
) -> Answer<Response> {
    app.act_in_words(&asker, entry, asked, seal_objection, Command::Object).await
}

/// Declares a conflict of interest: the caller has no part in this entry any more, for ever, and what they thought of it counts no more.
#[utoipa::path(
    post, path = "/review/api/v1/reviews/{entry}/declare-conflict", tag = "reviews", operation_id = "declareConflict", request_body = ConflictBody,
    params(
        ("entry" = String, Path, description = "The entry"),
        IfMatch,
        IdempotencyKey,
    ),
    responses(
        (status = 200, body = Written), (status = 403, body = ProblemDocument),
        (status = 409, description = "The review has changed since it was read", body = ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn declare_conflict(
    Extracted(app): Extracted<App>,
    asker: Asker,
    StrictPath(entry): StrictPath<EntryId>,
    asked: Asked<ConflictBody>,
) -> Answer<Response> {
    app.act_in_words(&asker, entry, asked, seal_conflict, Command::DeclareConflict).await
}

pub(super) fn seal_objection(desk: &Desk, context: &Context, body: &ObjectBody) -> Answer<v1::Object> {
    let mut errors = Vec::new();
    check_text(&mut errors, "/reason", &body.reason, TEXT_BYTES_MAX);
    let checklist = context.answers(&mut errors, &body.checklist, desk.clock.now());
    refuse_if_any(&errors)?;
    let reason = context.lock(desk, Whose::Internal)?.seal(desk, context.entry, Purpose::Reason, &body.reason)?;
    Ok(v1::Object { digest: body.digest.to_vec(), reason, checklist })
}

pub(super) fn seal_conflict(desk: &Desk, context: &Context, body: &ConflictBody) -> Answer<v1::DeclareConflict> {
    let mut errors = Vec::new();
    check_text(&mut errors, "/reason", &body.reason, TEXT_BYTES_MAX);
    refuse_if_any(&errors)?;
    let reason = context.lock(desk, Whose::Internal)?.seal(desk, context.entry, Purpose::Reason, &body.reason)?;
    Ok(v1::DeclareConflict { reason })
}
