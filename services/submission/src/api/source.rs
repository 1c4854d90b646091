//! `GET /entries/{id}/source`: the file an entry was read from.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use dossier_proto::{Digest, EntryId, Payload};
use dossier_web::{
    Answer, Cache, Problem, ProblemDocument, ProblemKind,
    extract::{Bearer, StrictPath},
};

use super::{SourceDocument, assembling, callers, off_thread, refusals};
use crate::office::Office;

/// The file an entry was read from, as it was. 404 when it was typed, or when the file was erased.
#[utoipa::path(
    get, path = "/entries/{id}/source", tag = "entries", operation_id = "getSource",
    params(("id" = String, Path, description = "The entry.")),
    responses(
        (status = 200, description = "The file.", body = SourceDocument),
        (status = 404, description = "Nothing that the caller can see.", body = ProblemDocument),
    ),
)]
pub(super) async fn source(
    State(office): State<Office>,
    caller: Bearer,
    StrictPath(id): StrictPath<EntryId>,
) -> Answer<Response> {
    callers::visible(&office.engine().view(), &caller, id, office.now())?;
    let file = off_thread(move || read(&office, id)).await?;
    let file = file.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    Ok((Cache::Private, Json(file)).into_response())
}

fn read(office: &Office, id: EntryId) -> Answer<Option<SourceDocument>> {
    let first = office.engine().view().timeline(id).first().copied();
    let Some(first) = first else { return Ok(None) };
    let Some(Payload::DraftStarted(started)) = assembling::payload(office, &first)? else { return Ok(None) };
    let digest = started.command.and_then(|start| Digest::try_from(start.source_digest.as_slice()).ok());
    let Some(digest) = digest else { return Ok(None) };
    let kept = office.attachments().read(id, digest).map_err(|error| Problem::internal(&error))?;
    let Some(sealed) = kept else { return Ok(None) };
    let opened = office.words().open_file(id, digest, sealed).map_err(|error| refusals::words_failed(&error))?;
    let read = |bytes: &[u8]| serde_json::from_slice(bytes).map_err(|error| Problem::internal(&error));
    opened.map(|bytes| read(&bytes)).transpose()
}
