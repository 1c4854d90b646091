//! What became of requested changes, comments that were held, and duplicates.

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
    bodies::HeldCommentBody,
    execute::Written,
    limits::{ITEM_BYTES_MAX, TEXT_BYTES_MAX, check_length, check_text},
    locks::{Context, Whose},
    sealing::{refuse_if_any, seal_held},
};
use crate::domain::Command;

/// Whether what the body did about a requested change does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct SettleBody {
    /// The content that was read.
    #[schema(value_type = String)]
    pub(crate) digest: Digest,
    /// The round in which the change was requested.
    pub(crate) round: u32,
    /// Its number.
    pub(crate) item: u32,
    /// `accepted` or `reopened`.
    #[schema(example = "accepted")]
    pub(crate) outcome: String,
    /// Why it is reopened, as the contributor reads it.
    #[serde(default)]
    pub(crate) text: Option<String>,
}

/// Comments that were held until the review was finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct FinishBody {
    /// The content that was read.
    #[schema(value_type = String)]
    pub(crate) digest: Digest,
    /// They are sent in one go.
    pub(crate) comments: Vec<HeldCommentBody>,
}

/// Another entry that says the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct DuplicateBody {
    /// The content that was read.
    #[schema(value_type = String)]
    pub(crate) digest: Digest,
    /// The published entry.
    #[schema(value_type = String)]
    pub(crate) duplicate_of: EntryId,
    /// Why, as the contributor reads it.
    pub(crate) reason: String,
}

/// Says whether what the body did about a requested change does. What is reopened keeps the content from being approved.
#[utoipa::path(
    post, path = "/review/api/v1/reviews/{entry}/settle-change", tag = "reviews", operation_id = "settleChange", request_body = SettleBody,
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
pub(crate) async fn settle(
    Extracted(app): Extracted<App>,
    asker: Asker,
    StrictPath(entry): StrictPath<EntryId>,
    asked: Asked<SettleBody>,
) -> Answer<Response> {
    app.act_in_words(&asker, entry, asked, seal_settlement, Command::SettleChange).await
}

/// Sends the comments that were held until the review was finished, in one go.
#[utoipa::path(
    post, path = "/review/api/v1/reviews/{entry}/finish", tag = "reviews", operation_id = "finishReview", request_body = FinishBody,
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
pub(crate) async fn finish(
    Extracted(app): Extracted<App>,
    asker: Asker,
    StrictPath(entry): StrictPath<EntryId>,
    asked: Asked<FinishBody>,
) -> Answer<Response> {
    app.act_in_words(&asker, entry, asked, seal_finish, Command::FinishReview).await
}

/// Ends the review: a published entry says the same already.
#[utoipa::path(
    post, path = "/review/api/v1/reviews/{entry}/mark-duplicate", tag = "reviews", operation_id = "markDuplicate", request_body = DuplicateBody,
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
pub(crate) async fn mark_duplicate(
    Extracted(app): Extracted<App>,
    asker: Asker,
    StrictPath(entry): StrictPath<EntryId>,
    asked: Asked<DuplicateBody>,
) -> Answer<Response> {
    app.act_in_words(&asker, entry, asked, seal_duplicate, Command::MarkDuplicate).await
}

pub(super) fn seal_settlement(desk: &Desk, context: &Context, body: &SettleBody) -> Answer<v1::SettleChange> {
    use v1::settle_change::Outcome;
    let mut errors = Vec::new();
    let text = body.text.as_deref().filter(|text| dossier_registry::says_something(text));
    check_length(&mut errors, "/text", text.unwrap_or_default(), ITEM_BYTES_MAX);
    refuse_if_any(&errors)?;
    let outcome = match body.outcome.as_str() {
        "accepted" => Outcome::Accepted,
        "reopened" => Outcome::Reopened,
        _ => Outcome::Unspecified,
    };
    let text = match text {
        Some(text) => context.lock(desk, Whose::Message)?.seal(desk, context.entry, Purpose::RequestedChange, text)?,
        None => None,
    };
    let digest = body.digest.to_vec();
    Ok(v1::SettleChange { digest, round: body.round, item: body.item, outcome: outcome.into(), text })
}

pub(super) fn seal_finish(desk: &Desk, context: &Context, body: &FinishBody) -> Answer<v1::FinishReview> {
    let comments = seal_held(desk, context, &body.comments, &body.digest)?;
    Ok(v1::FinishReview { digest: body.digest.to_vec(), comments })
}

pub(super) fn seal_duplicate(desk: &Desk, context: &Context, body: &DuplicateBody) -> Answer<v1::MarkDuplicate> {
    let mut errors = Vec::new();
    check_text(&mut errors, "/reason", &body.reason, TEXT_BYTES_MAX);
    refuse_if_any(&errors)?;
    let reason = context.lock(desk, Whose::Message)?.seal(desk, context.entry, Purpose::Reason, &body.reason)?;
    Ok(v1::MarkDuplicate { digest: body.digest.to_vec(), duplicate_of: body.duplicate_of.0.to_vec(), reason })
}
