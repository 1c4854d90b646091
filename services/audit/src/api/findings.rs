//! `GET /findings`: what does not agree.

use axum::{Json, extract::State};
use dossier_proto::{Micros, Origin, Place};
use dossier_web::{
    Answer, Cursor, Page, PageSize, Problem, ProblemDocument, ProblemKind,
    extract::{Bearer, StrictQuery},
};
use serde::{Deserialize, Serialize};

use super::doors;
use crate::{domain::FindingKind, office::Office, views::FindingRow};

/// The name of this list in cursors.
const LIST: &str = "findings";

#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FindingsQuery {
    /// Where to go on: `next` of the page before.
    #[param(value_type = Option<String>)]
    pub(crate) cursor: Option<Cursor>,
    /// How many at most.
    #[param(value_type = Option<u32>)]
    pub(crate) limit: Option<PageSize>,
    /// Only of this kind.
    #[param(value_type = Option<String>, example = "not-decidable")]
    pub(crate) kind: Option<FindingKind>,
    /// Only about what this service wrote.
    #[param(value_type = Option<String>, example = "moderation")]
    pub(crate) origin: Option<Origin>,
    /// Only those that last (`open`), or only those that have passed (`settled`).
    #[param(inline)]
    pub(crate) state: Option<FindingState>,
}

/// Whether a finding lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FindingState {
    /// It lasts, or was so once and stays on record for ever.
    Open,
    /// What it said lasts no longer.
    Settled,
}

impl FindingsQuery {
    fn admits(&self, row: &FindingRow) -> bool {
        self.kind.is_none_or(|kind| row.kind == kind)
            && self.origin.is_none_or(|origin| row.at.origin == origin)
            && self.state.is_none_or(|state| (state == FindingState::Settled) == row.settled.is_some())
    }
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
    /// What was found here, in a sentence or two.
    pub sentence: String,
    /// What to do about it.
    pub what_to_do: &'static str,
    /// Where: the event, or the end a checkpoint speaks of.
    #[schema(value_type = Object)]
    pub at: Place,
    /// What should be there, in hexadecimal.
    pub expected: String,
    /// What is there.
    pub found: String,
    /// Why, as a stable code: of `not-decidable` the code of the refusal that was due, or of another way in which it differs.
    #[schema(example = "own-words")]
    pub code: Option<String>,
    /// The event that stands against it.
    #[schema(value_type = Option<Object>)]
    pub because: Option<Place>,
    /// Who is behind, has not confirmed, or works with another state.
    #[schema(value_type = Option<String>)]
    pub service: Option<Origin>,
    /// Where it is recorded that this lasts no longer; null while it does.
    #[schema(value_type = Option<Object>)]
    pub settled: Option<Place>,
    /// When that was recorded, in microseconds.
    #[schema(value_type = Option<i64>)]
    pub settled_at: Option<Micros>,
}

/// Findings
///
/// What the audit service found, in the order it was reported: all of it, or of one kind, about one origin, open or settled. For
/// auditors.
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
    listed(&office, &caller, &query).map(Json)
}

/// A page of the findings.
pub(crate) fn listed(office: &Office, caller: &Bearer, query: &FindingsQuery) -> Answer<Page<FindingDocument>> {
    doors::auditor(office, caller)?;
    let from = match &query.cursor {
        Some(cursor) => {
            cursor.number(LIST).map_err(|error| Problem::new(ProblemKind::MalformedQuery).detail(error.to_string()))?
        }
        None => 0,
    };
    let from = usize::try_from(from).unwrap_or(usize::MAX);
    let size = query.limit.unwrap_or_default();
    let view = office.engine().view();
    let rows = view.findings.iter().enumerate().skip(from).filter(|(_, row)| query.admits(row));
    let page = Page::of(rows, size, |(index, _)| Cursor::at_number(LIST, *index as u64 + 1));
    let items = page.items.into_iter().map(|(_, row)| document(row)).collect();
    Ok(Page { items, next: page.next })
}

pub(crate) fn document(row: &FindingRow) -> FindingDocument {
    let hexadecimal = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    FindingDocument {
        reported: row.reported,
        recorded_at: row.recorded_at,
        kind: row.kind,
        meaning: row.kind.meaning(),
        sentence: row.finding().sentence(),
        what_to_do: row.kind.what_to_do(),
        at: row.at,
        expected: hexadecimal(&row.expected),
        found: hexadecimal(&row.found),
        code: Some(row.code.clone()).filter(|code| !code.is_empty()),
        because: row.because,
        service: row.service,
        settled: row.settled.map(|(place, _)| place),
        settled_at: row.settled.map(|(_, at)| at),
    }
}
