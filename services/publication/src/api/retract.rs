//! Taking an entry back.

use axum::{extract::State, response::Response};
use dossier_proto::v1;
use dossier_web::{
    Answer, ProblemDocument,
    extract::{IdempotencyKey, IfMatch},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    App,
    deciding::{Asked, Subject, Worded},
    document::TombstoneDocument,
    entries::{as_it_stands, known},
};
use crate::{domain::Command, off_thread, words::Saying};

/// Why an entry is taken back.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct RetractBody {
    /// A reason of the registry.
    #[schema(example = "factual_error")]
    pub(crate) reason: String,
    /// What the public reads in place of the entry.
    #[schema(example = "The event described here did not take place.")]
    pub(crate) explanation: String,
}

/// Takes an entry back for good. A tombstone stays in its place; the number is never given again.
///
/// Needs a designation as publisher for the body and the type. `If-Match: "e2"` makes sure that nothing was published since it was
/// read. An edition that waits for its time is declined with it.
#[utoipa::path(
    post, path = "/api/v1/entries/{name}/retract", tag = "entries", operation_id = "retractEntry",
    params(
        ("name" = String, Path, description = "Id or public number", example = "EVT-2026-00042"),
        IfMatch,
        IdempotencyKey,
    ),
    request_body = RetractBody,
    responses(
        (status = 200, description = "It is retracted: the tombstone", body = TombstoneDocument,
            headers(("ETag" = String))),
        (status = 401, description = "It is not known who is calling", body = ProblemDocument),
        (status = 403, description = "No designation as publisher covers it", body = ProblemDocument),
        (status = 404, description = "No such entry was ever published", body = ProblemDocument),
        (status = 409, description = "It was retracted before", body = ProblemDocument),
        (status = 412, description = "Something was published since it was read", body = ProblemDocument),
        (status = 422, description = "The reason is none of the registry, or the explanation is missing or too long",
            body = ProblemDocument),
    ),
    security(("bearer" = [])),
)]
pub(crate) async fn retract(State(app): State<App>, asked: Asked<RetractBody>) -> Answer<Response> {
    let subject = Subject::published(&known(&app, &asked.name)?);
    let RetractBody { reason, explanation } = &asked.body;
    let worded = Worded {
        saying: Saying::Explanation,
        pointer: "/explanation",
        text: explanation,
        command: &|sealed| Command::Retract(v1::RetractEntry { reason: reason.clone(), explanation: Some(sealed) }),
    };
    asked.decide(&app, &subject, Command::Retract(v1::RetractEntry::default()), Some(worded)).await?;
    off_thread(move || as_it_stands(&app, subject.id)).await
}
