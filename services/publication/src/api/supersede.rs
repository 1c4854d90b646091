//! Pointing readers on to another entry.
//!
//! A superseded entry answers 200 with its text and a pointer, not 301. Its number is cited, its editions are proved at their
//! addresses, and nothing vanishes (P7): a redirect would put another text where a citation leads, browsers keep a 301 for ever, and
//! the proof of the old text would have no page. People see the pointer above the text, programs in `superseded_by` and in the header
//! `Link` with `rel="successor-version"` (RFC 5829). Lists and searches show what stands, so they leave it out.

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
    document::EntryDocument,
    entries::{as_it_stands, known},
};
use crate::{domain::Command, off_thread, reading::EntryName, words::Saying};

/// Which entry stands in the place of this one, and why.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct SupersedeBody {
    /// Id or public number of the entry that stands in its place.
    #[schema(example = "EVT-2026-00043")]
    pub(crate) superseded_by: String,
    /// A reason of the registry.
    #[schema(example = "merged")]
    pub(crate) reason: String,
    /// What the public reads with the pointer.
    #[schema(example = "Both entries described the same conference.")]
    pub(crate) explanation: String,
}

/// Points readers on from an entry to another one that stands in its place. Its text stays readable at its address, where it is cited;
/// lists and searches leave it out.
///
/// Needs a designation as publisher for the body and the type. The other entry must be one that the public reads and that is not
/// superseded itself. An edition that waits for its time is declined with it.
#[utoipa::path(
    post, path = "/api/v1/entries/{name}/supersede", tag = "entries", operation_id = "supersedeEntry",
    params(
        ("name" = String, Path, description = "Id or public number", example = "EVT-2026-00042"),
        IfMatch,
        IdempotencyKey,
    ),
    request_body = SupersedeBody,
    responses(
        (status = 200, description = "Readers are pointed on", body = EntryDocument, headers(("ETag" = String))),
        (status = 401, description = "It is not known who is calling", body = ProblemDocument),
        (status = 403, description = "No designation as publisher covers it", body = ProblemDocument),
        (status = 404, description = "No such entry was ever published", body = ProblemDocument),
        (status = 409, description = "It is superseded already, suspended or retracted", body = ProblemDocument),
        (status = 412, description = "It changed since it was read", body = ProblemDocument),
        (status = 422, description = "The other entry or the reason does not fit, or the explanation is missing or too long",
            body = ProblemDocument),
    ),
    security(("bearer" = [])),
)]
pub(crate) async fn supersede(State(app): State<App>, asked: Asked<SupersedeBody>) -> Answer<Response> {
    let subject = Subject::published(&known(&app, &asked.name)?);
    let SupersedeBody { superseded_by, reason, explanation } = &asked.body;
    // What names no entry is an empty name, which the decision refuses.
    let other = superseded_by.parse::<EntryName>().ok().and_then(|name| app.reading.known(&name));
    let named = other.map(|known| known.id.to_vec()).unwrap_or_default();
    let worded = Worded {
        saying: Saying::Explanation,
        pointer: "/explanation",
        text: explanation,
        command: &|sealed| {
            Command::Supersede(v1::SupersedeEntry {
                superseded_by: named.clone(),
                reason: reason.clone(),
                explanation: Some(sealed),
            })
        },
    };
    asked.decide(&app, &subject, Command::Supersede(v1::SupersedeEntry::default()), Some(worded)).await?;
    off_thread(move || as_it_stands(&app, subject.id)).await
}
