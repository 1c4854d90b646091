//! What people do at a review: claim, release, comment, request changes, approve, refuse.

use axum::{extract::State as Extracted, response::Response};
use dossier_proto::{Digest, EntryId, v1};
use dossier_web::{Answer, ProblemDocument, extract::StrictPath};
use serde::Serialize;
use serde_json::Value;

use super::{
    App,
    asked::{Asked, Asker, Bare},
    bodies::{ApproveBody, CommentBody, RefuseBody, RequestBody},
    execute::{Errand, Written},
    mismatch,
    sealing::{seal_approval, seal_comment, seal_refusal, seal_request},
};
use crate::domain::Command;

/// Takes a review up for two hours, or prolongs the claim.
#[utoipa::path(
    post, path = "/review/api/v1/reviews/{entry}/claim", tag = "reviews", operation_id = "claimReview",
    params(
        ("entry" = String, Path, description = "The entry"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the review that was read, such as \"r3\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat"),
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
        ("If-Match" = Option<String>, Header, description = "The ETag of the review that was read, such as \"r3\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat"),
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
        ("If-Match" = Option<String>, Header, description = "The ETag of the review that was read, such as \"r3\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat"),
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
    let sealed = app.sealing(&asker, entry, &asked, seal_comment).await?;
    app.act(&asker, entry, asked.digest, sent(&asked.body), Command::Comment(sealed)).await
}

/// Hands the content back with what is to be changed.
#[utoipa::path(
    post, path = "/review/api/v1/reviews/{entry}/request-changes", tag = "reviews", operation_id = "requestChanges", request_body = RequestBody,
    params(
        ("entry" = String, Path, description = "The entry"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the review that was read, such as \"r3\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat"),
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
    let sealed = app.sealing(&asker, entry, &asked, seal_request).await?;
    app.act(&asker, entry, asked.digest, sent(&asked.body), Command::RequestChanges(sealed)).await
}

/// Approves exactly this content.
#[utoipa::path(
    post, path = "/review/api/v1/reviews/{entry}/approve", tag = "reviews", operation_id = "approveContent", request_body = ApproveBody,
    params(
        ("entry" = String, Path, description = "The entry"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the review that was read, such as \"r3\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat"),
    ),
    responses(
        (status = 200, body = Written),
        (status = 403, description = "Not designated, or an author of the content", body = ProblemDocument),
        (status = 409, description = "Another digest is current (the difference is in the answer), or the review has ended", body = ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn approve(
    Extracted(app): Extracted<App>,
    asker: Asker,
    StrictPath(entry): StrictPath<EntryId>,
    asked: Asked<ApproveBody>,
) -> Answer<Response> {
    let approval = app.sealing(&asker, entry, &asked, seal_approval).await?;
    app.act(&asker, entry, asked.digest, sent(&asked.body), Command::Approve(Box::new(approval))).await
}

/// Refuses the entry.
#[utoipa::path(
    post, path = "/review/api/v1/reviews/{entry}/refuse", tag = "reviews", operation_id = "refuseEntry", request_body = RefuseBody,
    params(
        ("entry" = String, Path, description = "The entry"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the review that was read, such as \"r3\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat"),
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
    let sealed = app.sealing(&asker, entry, &asked, seal_refusal).await?;
    app.act(&asker, entry, asked.digest, sent(&asked.body), Command::Refuse(sealed)).await
}

fn sent(body: &impl Serialize) -> Value {
    // Strings, lists and digests under fixed names: this cannot fail; were it to, the caller would get null back.
    serde_json::to_value(body).unwrap_or_default()
}

impl App {
    /// Has the command decided, and answers.
    async fn act(
        &self,
        asker: &Asker,
        entry: EntryId,
        digest: Digest,
        sent: Value,
        command: Command,
    ) -> Answer<Response> {
        let named = mismatch::digest_of(&command);
        let errand = Errand { entry: Some(entry), command, digest, sent };
        match self.execute(asker, errand).await {
            Ok(outcome) => self.written(asker, entry, &outcome),
            Err(failed) => Err(mismatch::explained(self, asker.bearer.subject, entry, named, failed).await),
        }
    }
}
