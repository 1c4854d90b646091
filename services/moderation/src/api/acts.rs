//! What people do at a review: claim, release, comment, request changes, approve, refuse.

use axum::{extract::State as Extracted, response::Response};
use dossier_proto::{EntryId, v1};
use dossier_web::{
    Answer, ProblemDocument,
    extract::{IdempotencyKey, IfMatch, StrictPath},
};
use serde_json::Value;

use super::{
    App,
    asked::{Asked, Asker, Bare},
    bodies::{ApproveBody, CommentBody, RefuseBody, RequestBody},
    execute::Written,
    sealing::{seal_approval, seal_comment, seal_refusal, seal_request},
};
use crate::domain::Command;

/// Takes a review up for two hours, or prolongs the claim.
#[utoipa::path(
    post, path = "/review/api/v1/reviews/{entry}/claim", tag = "reviews", operation_id = "claimReview",
    params(
        ("entry" = String, Path, description = "The entry"),
        IfMatch,
        IdempotencyKey,
    ),
    responses((status = 200, body = Written), (status = 403, body = ProblemDocument), (status = 409, body = ProblemDocument)),
    security(("bearer" = []))
)]
pub(crate) async fn claim(
    Extracted(app): Extracted<App>,
    asker: Asker,
    StrictPath(entry): StrictPath<EntryId>,
    Bare(asked): Bare,
) -> Answer<Response> {
    let command = Command::Claim(v1::Claim {});
    app.act(&asker, entry, asked.digest, Value::Object(Default::default()), command).await
}

/// Lets go of one's own claim.
#[utoipa::path(
    post, path = "/review/api/v1/reviews/{entry}/release", tag = "reviews", operation_id = "releaseReview",
    params(
        ("entry" = String, Path, description = "The entry"),
        IfMatch,
        IdempotencyKey,
    ),
    responses((status = 200, body = Written), (status = 403, body = ProblemDocument), (status = 409, body = ProblemDocument)),
    security(("bearer" = []))
)]
pub(crate) async fn release(
    Extracted(app): Extracted<App>,
    asker: Asker,
    StrictPath(entry): StrictPath<EntryId>,
    Bare(asked): Bare,
) -> Answer<Response> {
    let command = Command::Release(v1::Release {});
    app.act(&asker, entry, asked.digest, Value::Object(Default::default()), command).await
}

/// Says something about a field, to moderators and reviewers.
#[utoipa::path(
    post, path = "/review/api/v1/reviews/{entry}/comment", tag = "reviews", operation_id = "commentOnReview", request_body = CommentBody,
    params(
        ("entry" = String, Path, description = "The entry"),
        IfMatch,
        IdempotencyKey,
    ),
    responses(
        (status = 200, body = Written), (status = 403, body = ProblemDocument),
        (status = 409, description = "Another digest is current: the difference is in the answer", body = ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn comment(
    Extracted(app): Extracted<App>,
    asker: Asker,
    StrictPath(entry): StrictPath<EntryId>,
    asked: Asked<CommentBody>,
) -> Answer<Response> {
    app.act_in_words(&asker, entry, asked, seal_comment, Command::Comment).await
}

/// Hands the content back with what is to be changed.
#[utoipa::path(
    post, path = "/review/api/v1/reviews/{entry}/request-changes", tag = "reviews", operation_id = "requestChanges", request_body = RequestBody,
    params(
        ("entry" = String, Path, description = "The entry"),
        IfMatch,
        IdempotencyKey,
    ),
    responses(
        (status = 200, body = Written), (status = 403, body = ProblemDocument),
        (status = 409, description = "Another digest is current: the difference is in the answer", body = ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn request_changes(
    Extracted(app): Extracted<App>,
    asker: Asker,
    StrictPath(entry): StrictPath<EntryId>,
    asked: Asked<RequestBody>,
) -> Answer<Response> {
    app.act_in_words(&asker, entry, asked, seal_request, Command::RequestChanges).await
}

/// Approves exactly this content.
#[utoipa::path(
    post, path = "/review/api/v1/reviews/{entry}/approve", tag = "reviews", operation_id = "approveContent", request_body = ApproveBody,
    params(
        ("entry" = String, Path, description = "The entry"),
        IfMatch,
        IdempotencyKey,
    ),
    responses(
        (status = 200, body = Written),
        (status = 403, description = "Not designated, or an author of the content", body = ProblemDocument),
        (status = 409, description = "Another digest is current (the difference is in the answer), or the review has ended", body = ProblemDocument),
        (status = 503, description = "A file of the content has not arrived here yet: `files` has the digests", body = ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn approve(
    Extracted(app): Extracted<App>,
    asker: Asker,
    StrictPath(entry): StrictPath<EntryId>,
    asked: Asked<ApproveBody>,
) -> Answer<Response> {
    app.act_in_words(&asker, entry, asked, seal_approval, |approval| Command::Approve(Box::new(approval))).await
}

/// Refuses the entry.
#[utoipa::path(
    post, path = "/review/api/v1/reviews/{entry}/refuse", tag = "reviews", operation_id = "refuseEntry", request_body = RefuseBody,
    params(
        ("entry" = String, Path, description = "The entry"),
        IfMatch,
        IdempotencyKey,
    ),
    responses(
        (status = 200, body = Written), (status = 403, body = ProblemDocument),
        (status = 409, description = "Another digest is current: the difference is in the answer", body = ProblemDocument),
        (status = 422, description = "The registry has no such code", body = ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn refuse(
    Extracted(app): Extracted<App>,
    asker: Asker,
    StrictPath(entry): StrictPath<EntryId>,
    asked: Asked<RefuseBody>,
) -> Answer<Response> {
    app.act_in_words(&asker, entry, asked, seal_refusal, Command::Refuse).await
}
