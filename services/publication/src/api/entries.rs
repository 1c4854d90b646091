//! Entries and their editions.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use dossier_identity::{Sight, Stage, Thing, Viewers};
use dossier_proto::EntryId;
use dossier_web::{
    Answer, Cache, Problem, ProblemDocument, ProblemKind,
    as_of::AsOfQuery,
    conditional,
    extract::{MinSequence, StrictPath, StrictQuery},
    problem::PROBLEM_JSON,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::{
    App, Counter,
    document::{EditionsDocument, EntryDocument, ErasedDocument, ErasureFacts, TombstoneDocument, history, tag_of},
    errors, files, past,
};
use crate::{
    edition_number, off_thread,
    reading::{EntryName, Known},
    shelf::ShelfError,
    views::EditionFacts,
    wait_for,
};

/// The current edition of an entry, by its id or its number; the tombstone when it was retracted or is suspended. Where another
/// entry stands in its place, the header `Link` points on to it (`rel="successor-version"`).
///
/// With `as_of` it is as it stood then: the edition that was current, what stood in its place, what publishers had decided; a tombstone
/// where one stood. Publishing is this service's own doing, so what was public and what was known are the same here. What is suspended or
/// retracted today is not shown as it was: there is the tombstone of today. There is no ETag of a moment.
#[utoipa::path(
    get, path = "/api/v1/entries/{name}", tag = "entries", operation_id = "getPublished",
    params(
        ("name" = String, Path, description = "Id or public number", example = "EVT-2026-00042"),
        AsOfQuery,
        MinSequence,
    ),
    responses(
        (status = 200, description = "The current edition", body = EntryDocument, headers(("ETag" = String))),
        (status = 304, description = "The caller has it already"),
        (status = 403, description = "It is suspended: the tombstone", body = TombstoneDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "No such entry was ever published, or not by then", body = ProblemDocument),
        (status = 409, description = "The moment asked for is not settled", body = ProblemDocument),
        (status = 410, description = "It was retracted: the tombstone. Or its text was erased: an `ErasedDocument`", body = TombstoneDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn entry(
    State(app): State<App>,
    StrictPath(name): StrictPath<String>,
    StrictQuery(query): StrictQuery<AsOfQuery>,
    min_sequence: MinSequence,
    headers: HeaderMap,
) -> Answer<Response> {
    wait_for(app.engine(), min_sequence).await?;
    if let Some(text) = &query.as_of {
        return as_it_stood(app, &name, None, text).await;
    }
    off_thread(move || {
        let known = known(&app, &name)?;
        let current = known.entry.edition;
        show(&app, &known, current, &headers)
    })
    .await
}

/// One edition of an entry, the current one or an earlier one.
///
/// With `as_of` what is said beside its text is of then: whether it was current, what stood in the place of its entry.
#[utoipa::path(
    get, path = "/api/v1/entries/{name}/editions/{edition}", tag = "entries", operation_id = "getEdition",
    params(
        ("name" = String, Path, description = "Id or public number", example = "EVT-2026-00042"),
        ("edition" = u32, Path, description = "Number of the edition, from 1"),
        AsOfQuery,
        MinSequence,
    ),
    responses(
        (status = 200, description = "The edition", body = EntryDocument, headers(("ETag" = String))),
        (status = 304, description = "The caller has it already"),
        (status = 403, description = "The entry is suspended: the tombstone", body = TombstoneDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "No such entry or edition, or not by then", body = ProblemDocument),
        (status = 409, description = "The moment asked for is not settled", body = ProblemDocument),
        (status = 410, description = "The text of the edition was erased; or the entry was retracted: a `TombstoneDocument`", body = ErasedDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(super) async fn edition(
    State(app): State<App>,
    StrictPath((name, edition)): StrictPath<(String, String)>,
    StrictQuery(query): StrictQuery<AsOfQuery>,
    min_sequence: MinSequence,
    headers: HeaderMap,
) -> Answer<Response> {
    wait_for(app.engine(), min_sequence).await?;
    if let Some(text) = &query.as_of {
        let number = edition_number(&edition).ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
        return as_it_stood(app, &name, Some(number), text).await;
    }
    off_thread(move || {
        let number = edition_number(&edition).ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
        let known = known(&app, &name)?;
        show(&app, &known, number, &headers)
    })
    .await
}

/// The editions of an entry, the newest first, without their words. With `as_of` those that had been published by then.
#[utoipa::path(
    get, path = "/api/v1/entries/{name}/editions", tag = "entries", operation_id = "listEditions",
    params(("name" = String, Path, description = "Id or public number", example = "EVT-2026-00042"), AsOfQuery),
    responses(
        (status = 200, description = "The editions, of a suspended or retracted entry too", body = EditionsDocument),
        (status = 304, description = "The caller has it already"),
        (status = 404, description = "No such entry was ever published, or not by then", body = ProblemDocument),
        (status = 409, description = "The moment asked for is not settled", body = ProblemDocument),
    ),
)]
pub(super) async fn editions(
    State(app): State<App>,
    StrictPath(name): StrictPath<String>,
    StrictQuery(query): StrictQuery<AsOfQuery>,
    min_sequence: MinSequence,
    headers: HeaderMap,
) -> Answer<Response> {
    wait_for(app.engine(), min_sequence).await?;
    let known = known(&app, &name)?;
    if let Some(text) = &query.as_of {
        let then = past::entry(&app, known.id, text).await?;
        let document = EditionsDocument { as_of: Some(then.shown), ..EditionsDocument::of(&then.known) };
        return Ok((Cache::Private, Json(document)).into_response());
    }
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
    if let Some(tombstone) = withheld(counter, known)? {
        return Ok(tombstone);
    }
    // Also for whoever has the version of before.
    if let Some(erased) = erased(counter, known, facts)? {
        return Ok(erased);
    }
    let tag = tag_of(known);
    if !counter.has_files(known.id) {
        // A file arrives without another version: what says that one has not is kept by nobody, and sent whole each time.
        let document = entry_document(counter, known, facts)?;
        let etag = [(header::ETAG, tag.header_value())];
        return Ok((Cache::Private, etag, pointing_on(&document), Json(document)).into_response());
    }
    // Whoever has this version needs no words unsealed.
    if conditional::is_known(headers, &tag) {
        return Ok(conditional::answer(headers, &tag, Cache::PublicJson, || ()));
    }
    let document = entry_document(counter, known, facts)?;
    let pointing_on = pointing_on(&document);
    Ok(conditional::answer(headers, &tag, Cache::PublicJson, || (pointing_on, Json(document))))
}

/// An edition as it stood, the one that was current where none is named. What is withheld today is shown as today.
async fn as_it_stood(app: App, name: &str, edition: Option<u32>, text: &str) -> Answer<Response> {
    let today = known(&app, name)?;
    let then = past::entry(&app, today.id, text).await?;
    off_thread(move || {
        if let Some(tombstone) = withheld(&app, &today)? {
            return Ok(tombstone);
        }
        let past::Then { known, registry, shown } = then;
        let number = edition.unwrap_or(known.entry.edition);
        let facts = known.published.edition(number).ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
        if let Some(turn) = known.published.withheld() {
            let history = history(&app.reading, &known).map_err(|error| errors::of_shelf(&error))?;
            let document =
                TombstoneDocument { as_of: Some(shown), ..TombstoneDocument::of(&known, turn, &registry, history) };
            let status = StatusCode::from_u16(document.status).unwrap_or(StatusCode::GONE);
            return Ok(
                (status, Cache::Private, [(header::CONTENT_TYPE, PROBLEM_JSON)], json(&document)?).into_response()
            );
        }
        if let Some(erased) = erased(&app, &known, facts)? {
            return Ok(erased);
        }
        let document = EntryDocument { as_of: Some(shown), ..entry_document(&app, &known, facts)? };
        Ok((Cache::Private, pointing_on(&document), Json(document)).into_response())
    })
    .await
}

/// What stands in the place of an edition whose text was erased.
fn erased(counter: &Counter, known: &Known, facts: &EditionFacts) -> Answer<Option<Response>> {
    let Some(order) = counter.reading.erasure_of(known.id, facts) else { return Ok(None) };
    let edition = counter.reading.edition(known.id, facts).map_err(|error| errors::of_shelf(&error))?;
    let document = ErasedDocument::of(known, &edition, &order);
    let kind = [(header::CONTENT_TYPE, PROBLEM_JSON)];
    Ok(Some((StatusCode::GONE, Cache::PublicJson, kind, json(&document)?).into_response()))
}

/// The tombstone, where the public reads that in place of the entry.
pub(super) fn withheld(counter: &Counter, known: &Known) -> Answer<Option<Response>> {
    if known.entry.withheld.is_none() || Viewers::public().sight(Thing::Content, Stage::Withheld) == Sight::Shown {
        return Ok(None);
    }
    tombstone(counter, known).map(Some)
}

/// RFC 8288, RFC 5829: where the entry is that stands in the place of this one.
fn pointing_on(document: &EntryDocument) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let successor = document.superseded_by.as_ref();
    // A number has letters, digits and hyphens, so the address always fits a header.
    let link = successor.and_then(|other| {
        HeaderValue::from_str(&format!("</api/v1/entries/{}>; rel=\"successor-version\"", other.number)).ok()
    });
    headers.extend(link.map(|link| (header::LINK, link)));
    headers
}

/// An edition of an entry that the public reads.
fn entry_document(counter: &Counter, known: &Known, facts: &EditionFacts) -> Answer<EntryDocument> {
    let reading = &counter.reading;
    let document = || {
        let edition = reading.edition(known.id, facts)?;
        let nearby = reading.nearby(known, &edition)?;
        let files = files::shown(&counter.files, &edition);
        Ok(EntryDocument::of(known, &edition, &nearby, history(reading, known)?, files))
    };
    document().map_err(|error: ShelfError| errors::of_shelf(&error))
}

/// An entry after a publisher's decision: as everybody reads it now.
pub(super) fn as_it_stands(counter: &Counter, id: EntryId) -> Answer<Response> {
    let known = counter.reading.known(&EntryName::Id(id)).ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let tag = [(header::ETAG, tag_of(&known).header_value())];
    if known.published.withheld().is_some() {
        let document = tombstone_document(counter, &known)?;
        return Ok((StatusCode::OK, Cache::Private, tag, Json(document)).into_response());
    }
    let current = known.published.current().ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let document = entry_document(counter, &known, current)?;
    Ok((StatusCode::OK, Cache::Private, tag, Json(document)).into_response())
}

/// 410 or 403 with all the facts: what is gone for readers is content for programs that keep their copies in order.
fn tombstone(counter: &Counter, known: &Known) -> Answer<Response> {
    let document = tombstone_document(counter, known)?;
    // Both numbers are those of a kind of problem.
    let status = StatusCode::from_u16(document.status).unwrap_or(StatusCode::GONE);
    let headers = [(header::CONTENT_TYPE, PROBLEM_JSON), (header::ETAG, tag_of(known).header_value())];
    Ok((status, Cache::PublicJson, headers, json(&document)?).into_response())
}

/// The tombstone of a withheld entry.
fn tombstone_document(counter: &Counter, known: &Known) -> Answer<TombstoneDocument> {
    let turn = known.published.withheld().ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let registry = counter.reading.registry().map_err(|error| Problem::internal(&error))?;
    let history = history(&counter.reading, known).map_err(|error| errors::of_shelf(&error))?;
    let current = known.published.current();
    let erased = current.and_then(|current| counter.reading.erasure_of(known.id, current));
    let erased = erased.map(|order| ErasureFacts::of(&order));
    Ok(TombstoneDocument { erased, ..TombstoneDocument::of(known, turn, &registry, history) })
}

/// A document as bytes, where [`Json`] would set a content type of its own.
fn json(document: &impl serde::Serialize) -> Answer<Vec<u8>> {
    serde_json::to_vec(document).map_err(|error| Problem::internal(&error))
}
