//! The list as a table for spreadsheets.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use dossier_proto::Place;
use dossier_web::{
    Answer, Cache, Problem, ProblemDocument,
    extract::{MinSequence, StrictQuery},
};
use futures_util::stream;
use http::{HeaderValue, header};

use super::{App, Counter, errors, list::ListQuery};
use crate::{export, finding::Query, off_thread, wait_for};

/// Entries that are read at a time: at 500 bytes a line 128 KB wait in memory for a slow reader, however many entries there are.
const AT_A_TIME: usize = 256;

/// The published entries as CSV (RFC 4180, UTF-8), the newest edition first: those that a list with the same filters shows, all of
/// them. A cell that a spreadsheet would run as a formula begins with an apostrophe.
#[utoipa::path(
    get, path = "/api/v1/entries.csv", tag = "entries", operation_id = "exportPublished",
    params(ListQuery, MinSequence),
    responses(
        (status = 200, description = "A line of names, then a line for each entry", body = String, content_type = "text/csv"),
        (status = 400, description = "A parameter cannot be read", body = ProblemDocument),
        (status = 422, description = "A parameter has a value that does not fit", body = ProblemDocument),
    ),
)]
pub(super) async fn export(
    State(app): State<App>,
    StrictQuery(query): StrictQuery<ListQuery>,
    min_sequence: MinSequence,
) -> Answer<Response> {
    wait_for(app.engine(), min_sequence).await?;
    let filters = query.whole()?;
    let counter = Arc::clone(&app.0);
    let places = off_thread(move || {
        let query = Query::new(&filters.text, &filters.chosen);
        counter.reading.found(&query).map_err(|error| errors::of_shelf(&error))
    })
    .await?;
    let counter = Arc::clone(&app.0);
    let first = format!("{}{}", export::MARK, export::head());
    let lines = stream::try_unfold((counter, places, 0, Some(first)), async |(counter, places, from, head)| {
        if let Some(head) = head {
            return Ok::<_, Problem>(Some((head, (counter, places, from, None))));
        }
        if from >= places.len() {
            return Ok(None);
        }
        off_thread(move || {
            let upto = places.len().min(from + AT_A_TIME);
            let lines = lines(&counter, &places[from..upto])?;
            Ok(Some((lines, (counter, places, upto, None))))
        })
        .await
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"entries.csv\"")),
    ];
    Ok((headers, Cache::PublicJson, Body::from_stream(lines)).into_response())
}

/// The lines of entries that still stand: one that was suspended since the export began is left out.
fn lines(counter: &Counter, places: &[Place]) -> Answer<String> {
    let editions = counter.reading.standing_at(places).map_err(|error| errors::of_shelf(&error))?;
    Ok(editions.iter().map(|edition| export::row(edition, &counter.site.base_url)).collect())
}
