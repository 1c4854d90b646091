//! `GET /findings`: what does not agree.

use axum::{Json, extract::State};
use dossier_proto::{Micros, Place};
use dossier_web::{
    Answer, Cursor, Page, PageSize, Problem, ProblemDocument, ProblemKind,
    extract::{Bearer, StrictQuery},
};
use serde::{Deserialize, Serialize};

use super::doors;
use crate::{domain::FindingKind, office::Office, views::FindingRow};

/// The name of this list in cursors.
const LIST: &str = "findings";

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FindingsQuery {
    /// Where to go on: `next` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
    /// How many at most.
    #[param(value_type = Option<u32>)]
    limit: Option<PageSize>,
}

/// Something that does not agree.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FindingDocument {
    /// Where the report stands, in the audit service's own journal.
    #[schema(value_type = Object)]
    pub reported: Place,
    /// When it was reported, in microseconds.
    #[schema(value_type = i64)]
    pub recorded_at: Micros,
    /// In which way something does not agree.
    #[schema(value_type = String, example = "root-differs")]
    pub kind: FindingKind,
    /// The same in a sentence.
    pub meaning: &'static str,
    /// Where: the event, or the end a checkpoint speaks of.
    #[schema(value_type = Object)]
    pub at: Place,
    /// What should be there, in hexadecimal.
    pub expected: String,
    /// What is there.
    pub found: String,
}

/// Findings
///
/// What the audit service found, in the order it was reported. For auditors.
#[utoipa::path(
    get,
    path = "/findings",
    tag = "findings", operation_id = "listFindings",
    params(FindingsQuery),
    responses(
        (status = 200, description = "The findings", body = Page<FindingDocument>),
        (status = 401, description = "It is not known who is calling", body = ProblemDocument),
        (status = 403, description = "The caller is not designated as auditor", body = ProblemDocument),
    )
)]
pub(super) async fn findings(
    State(office): State<Office>,
    caller: Bearer,
    StrictQuery(query): StrictQuery<FindingsQuery>,
) -> Answer<Json<Page<FindingDocument>>> {
    doors::auditor(&office, &caller)?;
    let from = match &query.cursor {
        Some(cursor) => {
            cursor.number(LIST).map_err(|error| Problem::new(ProblemKind::MalformedQuery).detail(error.to_string()))?
        }
        None => 0,
    };
    let from = usize::try_from(from).unwrap_or(usize::MAX);
    let size = query.limit.unwrap_or_default();
    let view = office.engine().view();
    let rows = view.findings.iter().enumerate().skip(from);
    let page = Page::of(rows, size, |(index, _)| Cursor::at_number(LIST, *index as u64 + 1));
    let items = page.items.into_iter().map(|(_, row)| document(row)).collect();
    Ok(Json(Page { items, next: page.next }))
}

fn document(row: &FindingRow) -> FindingDocument {
    let hexadecimal = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    FindingDocument {
        reported: row.reported,
        recorded_at: row.recorded_at,
        kind: row.kind,
        meaning: row.kind.meaning(),
        at: row.at,
        expected: hexadecimal(&row.expected),
        found: hexadecimal(&row.found),
    }
}
