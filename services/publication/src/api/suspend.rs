//! Taking an entry from the public for a while, and giving it back.

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
    document::{EntryDocument, TombstoneDocument},
    entries::{as_it_stands, known},
};
use crate::{domain::Command, off_thread, words::Saying};

/// Why an entry is suspended.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct SuspendBody {
    /// A reason of the registry.
    #[schema(example = "under_examination")]
    pub(crate) reason: String,
    /// What the public reads in place of the entry.
    #[schema(example = "A doubt about the dates is being looked into.")]
    pub(crate) explanation: String,
}

/// Why an entry is given back.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct ReinstateBody {
    /// What the public reads beside the entry.
    #[schema(example = "The dates were confirmed by the body.")]
    pub(crate) explanation: String,
}

/// Takes an entry from the public for a while. A tombstone with the reason stands there meanwhile, for each of its editions; number
/// and address stay. Lists and searches leave it out.
///
/// Needs a designation as publisher for the body and the type. A revision that is approved meanwhile becomes the next edition and
/// stays hidden with the entry.
#[utoipa::path(
    post, path = "/api/v1/entries/{name}/suspend", tag = "entries", operation_id = "suspendEntry",
    params(
        ("name" = String, Path, description = "Id or public number", example = "EVT-2026-00042"),
        IfMatch,
        IdempotencyKey,
    ),
    request_body = SuspendBody,
    responses(
        (status = 200, description = "It is suspended: the tombstone", body = TombstoneDocument,
            headers(("ETag" = String))),
        (status = 401, description = "It is not known who is calling", body = ProblemDocument),
        (status = 403, description = "No designation as publisher covers it", body = ProblemDocument),
        (status = 404, description = "No such entry was ever published", body = ProblemDocument),
        (status = 409, description = "It is suspended already, or was retracted", body = ProblemDocument),
        (status = 412, description = "It changed since it was read", body = ProblemDocument),
        (status = 422, description = "The reason is none of the registry, or the explanation is missing or too long",
            body = ProblemDocument),
    ),
    security(("bearer" = [])),
)]
pub(crate) async fn suspend(State(app): State<App>, asked: Asked<SuspendBody>) -> Answer<Response> {
    let subject = Subject::published(&known(&app, &asked.name)?);
    let SuspendBody { reason, explanation } = &asked.body;
    let worded = Worded {
        saying: Saying::Explanation,
        pointer: "/explanation",
        text: explanation,
        command: &|sealed| Command::Suspend(v1::SuspendEntry { reason: reason.clone(), explanation: Some(sealed) }),
    };
    asked.decide(&app, &subject, Command::Suspend(v1::SuspendEntry::default()), Some(worded)).await?;
    off_thread(move || as_it_stands(&app, subject.id)).await
}

/// Gives a suspended entry back to the public. That it was suspended, and why, stays on its page.
#[utoipa::path(
    post, path = "/api/v1/entries/{name}/reinstate", tag = "entries", operation_id = "reinstateEntry",
    params(
        ("name" = String, Path, description = "Id or public number", example = "EVT-2026-00042"),
        IfMatch,
        IdempotencyKey,
    ),
    request_body = ReinstateBody,
    responses(
        (status = 200, description = "It is public again", body = EntryDocument, headers(("ETag" = String))),
        (status = 401, description = "It is not known who is calling", body = ProblemDocument),
        (status = 403, description = "No designation as publisher covers it", body = ProblemDocument),
        (status = 404, description = "No such entry was ever published", body = ProblemDocument),
        (status = 409, description = "It is not suspended", body = ProblemDocument),
        (status = 412, description = "It changed since it was read", body = ProblemDocument),
        (status = 422, description = "The explanation is missing or too long", body = ProblemDocument),
    ),
    security(("bearer" = [])),
)]
pub(crate) async fn reinstate(State(app): State<App>, asked: Asked<ReinstateBody>) -> Answer<Response> {
    let subject = Subject::published(&known(&app, &asked.name)?);
    let worded = Worded {
        saying: Saying::Explanation,
        pointer: "/explanation",
        text: &asked.body.explanation,
        command: &|sealed| Command::Reinstate(v1::ReinstateEntry { explanation: Some(sealed) }),
    };
    asked.decide(&app, &subject, Command::Reinstate(v1::ReinstateEntry::default()), Some(worded)).await?;
    off_thread(move || as_it_stands(&app, subject.id)).await
}
