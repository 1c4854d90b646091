//! `GET /figures`: how long things take.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use dossier_web::{
    Answer, Problem, ProblemDocument,
    extract::{Bearer, StrictQuery},
    off_thread,
};
use http::header;
use serde::Deserialize;

use super::{asked, doors};
use crate::{
    exporting::Format,
    figures::{Dimension, Row, Tables},
    office::Office,
    trail::table,
};

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct FiguresQuery {
    /// `json`, or `csv`: a line for each row of each table.
    #[param(inline)]
    pub(crate) format: Format,
}

/// Figures
///
/// What moderation decided on submitted revisions, how long that took (median and 90th percentile, from the submission, the time on hold
/// not counted), how often it refused, and how often it approved against an opinion: in all, by body, record type and language, and by
/// month. For auditors of all bodies.
#[utoipa::path(
    get,
    path = "/figures",
    tag = "figures", operation_id = "getFigures",
    params(FiguresQuery),
    responses(
        (status = 200, description = "The figures", content((Tables = "application/json"), (String = "text/csv"))),
        (status = 401, description = "It is not known who is calling", body = ProblemDocument),
        (status = 403, description = "The caller is not designated as auditor of all bodies", body = ProblemDocument),
        (status = 422, description = "A parameter does not fit", body = ProblemDocument),
    )
)]
pub(super) async fn figures(
    State(office): State<Office>,
    caller: Bearer,
    StrictQuery(query): StrictQuery<FiguresQuery>,
) -> Answer<Response> {
    let tables = read(&office, &caller).await?;
    match query.format {
        Format::Json => Ok(Json(&*tables).into_response()),
        Format::Csv => Ok(csv(&tables)),
        Format::Jsonl => Err(asked::unfit("format", "It is json or csv")),
    }
}

/// The figures, for an auditor of all bodies. They hold no words and name nobody, so that it is no reading.
pub(crate) async fn read(office: &Office, caller: &Bearer) -> Answer<Arc<Tables>> {
    doors::auditor_of_all(office, caller)?;
    let office = office.clone();
    off_thread(move || office.figures().tables(&office).map_err(|error| Problem::internal(&error))).await
}

/// The tables in one file.
pub(crate) fn csv(tables: &Tables) -> Response {
    let head = [
        "by",
        "key",
        "decided",
        "approved",
        "refused",
        "changes_requested",
        "duplicates",
        "overrides",
        "median_seconds",
        "ninetieth_seconds",
    ];
    let mut text = table::line(head.iter().map(|column| (*column).to_owned()));
    text.push_str(&line("all", &tables.all));
    for dimension in Dimension::ALL {
        tables.by(dimension).iter().for_each(|row| text.push_str(&line(dimension.key(), row)));
    }
    let described = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"figures.csv\""),
        (header::CACHE_CONTROL, "private, no-store"),
    ];
    (described, text).into_response()
}

fn line(by: &str, row: &Row) -> String {
    let numbers = [
        row.decided,
        row.approved,
        row.refused,
        row.changes_requested,
        row.duplicates,
        row.overrides,
        row.median_seconds,
        row.ninetieth_seconds,
    ];
    let cells = [by.to_owned(), row.key.clone()].into_iter().chain(numbers.map(|number| number.to_string()));
    table::line(cells)
}
