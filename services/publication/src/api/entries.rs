//! Entries and their editions.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use dossier_identity::{Sight, Stage, Thing, Viewers};
use dossier_web::{
    Answer, Cache, Problem, ProblemDocument, ProblemKind, conditional,
    extract::{MinSequence, StrictPath},
    problem::PROBLEM_JSON,
};
use http::{HeaderMap, StatusCode, header};

use super::{
    App, Counter,
    document::{EditionsDocument, EntryDocument, TombstoneDocument, tag_of},
    errors,
};
use crate::{
    edition_number, off_thread,
    reading::{EntryName, Known},
    wait_for,
};

/// The current edition of an entry, by its id or its number; the tombstone when it was retracted.
#[utoipa::path(
    get, path = "/api/v1/entries/{name}", tag = "entries", operation_id = "getPublished",
    params(
        ("name" = String, Path, description = "Id or public number", example = "EVT-2026-00042"),
        ("min_sequence" = Option<u64>, Query, description = "Answer when this position has been read"),
    ),
    responses(
        (status = 200, description = "The current edition", body = EntryDocument, headers(("ETag" = String))),
        (status = 304, description = "The caller has it already"),
        (status = 404, description = "No such entry was ever published", body = ProblemDocument),
        (status = 410, description = "It was retracted: the tombstone", body = TombstoneDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn entry(
    State(app): State<App>,
    StrictPath(name): StrictPath<String>,
    min_sequence: MinSequence,
    headers: HeaderMap,
) -> Answer<Response> {
    wait_for(app.engine(), min_sequence).await?;
    off_thread(move || {
        let known = known(&app, &name)?;
        let current = known.entry.edition;
        show(&app, &known, current, &headers)
    })
    .await
}

/// One edition of an entry, the current one or an earlier one.
#[utoipa::path(
    get, path = "/api/v1/entries/{name}/editions/{edition}", tag = "entries", operation_id = "getEdition",
    params(
        ("name" = String, Path, description = "Id or public number", example = "EVT-2026-00042"),
        ("edition" = u32, Path, description = "Number of the edition, from 1"),
        ("min_sequence" = Option<u64>, Query, description = "Answer when this position has been read"),
    ),
    responses(
        (status = 200, description = "The edition", body = EntryDocument, headers(("ETag" = String))),
        (status = 304, description = "The caller has it already"),
        (status = 404, description = "No such entry or edition", body = ProblemDocument),
        (status = 410, description = "The entry was retracted: the tombstone", body = TombstoneDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn edition(
    State(app): State<App>,
    StrictPath((name, edition)): StrictPath<(String, String)>,
    min_sequence: MinSequence,
    headers: HeaderMap,
) -> Answer<Response> {
    wait_for(app.engine(), min_sequence).await?;
    off_thread(move || {
        let number = edition_number(&edition).ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
        let known = known(&app, &name)?;
        show(&app, &known, number, &headers)
    })
    .await
}

/// The editions of an entry, the newest first, without their words.
#[utoipa::path(
    get, path = "/api/v1/entries/{name}/editions", tag = "entries", operation_id = "listEditions",
    params(("name" = String, Path, description = "Id or public number", example = "EVT-2026-00042")),
    responses(
        (status = 200, description = "The editions, of a retracted entry too", body = EditionsDocument),
        (status = 304, description = "The caller has it already"),
        (status = 404, description = "No such entry was ever published", body = ProblemDocument),
    ),
)]
pub(super) async fn editions(
    State(app): State<App>,
    StrictPath(name): StrictPath<String>,
    min_sequence: MinSequence,
    headers: HeaderMap,
) -> Answer<Response> {
    wait_for(app.engine(), min_sequence).await?;
    let known = known(&app, &name)?;
    Ok(conditional::answer(&headers, &tag_of(&known), Cache::PublicJson, || Json(EditionsDocument::of(&known))))
}

/// The entry with this name.
pub(super) fn known(counter: &Counter, name: &str) -> Answer<Known> {
    let not_found = || Problem::new(ProblemKind::NotFound);
    let name: EntryName = name.parse().map_err(|_| not_found())?;
    counter.reading.known(&name).ok_or_else(not_found)
}

fn show(counter: &Counter, known: &Known, edition: u32, headers: &HeaderMap) -> Answer<Response> {
    let facts = known.published.edition(edition).ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    if known.entry.retracted.is_some() && Viewers::public().sight(Thing::Content, Stage::Withheld) != Sight::Shown {
        return tombstone(counter, known);
    }
    let tag = tag_of(known);
    // Whoever has this version needs no words unsealed.
    if conditional::is_known(headers, &tag) {
        return Ok(conditional::answer(headers, &tag, Cache::PublicJson, || ()));
    }
    let edition = counter.reading.edition(known.id, facts).map_err(|error| errors::of_shelf(&error))?;
    Ok(conditional::answer(headers, &tag, Cache::PublicJson, || Json(EntryDocument::of(known, &edition))))
}

/// 410 with all the facts: what is gone for readers is content for programs that keep their copies in order.
pub(super) fn tombstone(counter: &Counter, known: &Known) -> Answer<Response> {
    let document = tombstone_document(counter, known)?;
    let headers = [(header::CONTENT_TYPE, PROBLEM_JSON), (header::ETAG, tag_of(known).header_value())];
    Ok((StatusCode::GONE, Cache::PublicJson, headers, json(&document)?).into_response())
}

/// The tombstone of a retracted entry.
pub(super) fn tombstone_document(counter: &Counter, known: &Known) -> Answer<TombstoneDocument> {
    let retraction = known.published.retraction.as_ref().ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let registry = counter.reading.registry().map_err(|error| Problem::internal(&error))?;
    let explanation = counter.reading.explanation(known.id, retraction.place);
    let explanation = explanation.map_err(|error| errors::of_shelf(&error))?;
    Ok(TombstoneDocument::of(known, retraction, &registry, explanation))
}

/// A document as bytes, where [`Json`] would set a content type of its own.
fn json(document: &impl serde::Serialize) -> Answer<Vec<u8>> {
    serde_json::to_vec(document).map_err(|error| Problem::internal(&error))
}
