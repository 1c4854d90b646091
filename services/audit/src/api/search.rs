//! `GET /trails`: what happened, over all entries.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use dossier_proto::{BodyCode, DesignationId, Digest, EntryId, Origin, v1};
use dossier_web::{
    Answer, Cursor, Problem, ProblemDocument, ProblemKind,
    extract::{Bearer, StrictQuery},
};
use serde::{Deserialize, Serialize};
use v1::read_trail::Scope;

use super::{
    as_json::kinds,
    asked, doors, exports, off_thread,
    trails::{admitted, number32, number64},
};
use crate::{
    assembling::held,
    exporting::Format,
    office::Office,
    outlines::heads,
    searching::{Found, Positions, Question, Search, entries},
    trail::{ByWhom, Designated, Filter, Only, Step, as_the_public_sees, step, written},
};

/// The name of this list in cursors.
const LIST: &str = "trails";
/// Events on a page when nothing is said.
const ITEMS: usize = 50;
/// Events on one page: about 1 KB of JSON each.
const ITEMS_MAX: usize = 200;
/// Events that are looked at for one page: 3 µs each, so 60 ms. Where the index knows who did it, only theirs are looked at.
const EXAMINED_MAX: usize = 20_000;

/// What is looked for. Everything that is said has to fit.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct SearchQuery {
    /// Who did it: the id of a person, or `person`, `service`, `system`.
    pub(crate) actor: Option<String>,
    /// Of entries of this body. To be said by whoever is auditor of this body only.
    #[param(value_type = Option<String>)]
    pub(crate) body: Option<BodyCode>,
    /// Of entries of this record type. To be said, with the body, by whoever is auditor of this type only.
    #[serde(rename = "type")]
    #[param(rename = "type")]
    pub(crate) record_type: Option<String>,
    /// Of this kind only; several times for several.
    pub(crate) kind: Vec<String>,
    /// Of this service only; several times for several.
    #[param(value_type = Vec<String>)]
    pub(crate) origin: Vec<Origin>,
    /// Under which designation, by its id.
    #[param(value_type = Option<String>)]
    pub(crate) designation: Option<DesignationId>,
    /// About the content with this digest.
    #[param(value_type = Option<String>)]
    pub(crate) digest: Option<Digest>,
    /// Of the entry with this public number, or id.
    pub(crate) number: Option<String>,
    /// Recorded then or later (RFC 3339).
    pub(crate) from: Option<String>,
    /// Recorded before then (RFC 3339).
    pub(crate) to: Option<String>,
    /// `everything`, `decisions`, or `public`: what stands in public.
    #[param(inline)]
    pub(crate) only: Only,
    /// `json`: a page. `jsonl` or `csv`: everything that is found, as a file that says at its end whether it is whole.
    #[param(inline)]
    pub(crate) format: Format,
    /// Events on a page: 50 when nothing is said, at most 200.
    pub(crate) limit: Option<usize>,
    /// Where to go on: `next` of the page before.
    #[param(value_type = Option<String>)]
    pub(crate) cursor: Option<Cursor>,
}

/// What was found.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FoundDocument {
    /// Events, in the order of the moments in which they were recorded.
    pub items: Vec<FoundStep>,
    /// The entries that they are of.
    pub entries: Vec<TouchedEntry>,
    /// How many events were looked at for this page.
    pub examined: usize,
    /// Where to go on. A page may be short, or empty, and there is more: then this was as much as is looked at for one page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// An event that was found, without words.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FoundStep {
    /// The entry it is of; absent where it concerns none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub entry: Option<EntryId>,
    /// Its public number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Whose entry it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub body: Option<BodyCode>,
    /// Its record type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub record_type: Option<String>,
    /// What happened. Its number, its waiting and what it led to are told by the entry's trail.
    pub step: Step,
}

/// An entry that was found.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TouchedEntry {
    /// The entry.
    #[schema(value_type = String)]
    pub entry: EntryId,
    /// Its public number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// How many of this page's events are of it.
    pub events: usize,
    /// The first of them (RFC 3339, UTC).
    pub first: String,
    /// The last of them.
    pub last: String,
}

/// What happened, over all entries
///
/// Events of all services by who did them, under which designation, of which kind, on which content, in which period: "which entries did this
/// person touch", "everything decided under this designation". For auditors, within their designations: whoever is auditor of one body
/// says `body`. The search is recorded before it is answered.
#[utoipa::path(
    get,
    path = "/trails",
    tag = "trails", operation_id = "searchTrails",
    params(SearchQuery),
    responses(
        (status = 200, description = "What was found: a page of it, or all of it as a file", content(
            (FoundDocument = "application/json"), (String = "application/jsonl"), (String = "text/csv"),
        )),
        (status = 401, description = "It is not known who is calling", body = ProblemDocument),
        (status = 403, description = "The caller is not designated as auditor of this", body = ProblemDocument),
        (status = 404, description = "There is no entry with this number", body = ProblemDocument),
        (status = 422, description = "A parameter does not fit", body = ProblemDocument),
    )
)]
pub(super) async fn search(
    State(office): State<Office>,
    caller: Bearer,
    StrictQuery(query): StrictQuery<SearchQuery>,
) -> Answer<Response> {
    if query.format == Format::Json {
        return found(&office, &caller, query).await.map(|page| Json(page).into_response());
    }
    taken_away(office, &caller, query).await
}

/// A page of what is found, recorded before this answers.
pub(crate) async fn found(office: &Office, caller: &Bearer, query: SearchQuery) -> Answer<FoundDocument> {
    let limit = asked::size(query.limit, ITEMS, ITEMS_MAX)?;
    let positions = query.cursor.as_ref().map(from_cursor).transpose()?;
    let question = question(office, caller, query).await?;
    doors::record_reading(office, caller, question.entry, reading(&question, Scope::Search)).await?;
    let office = office.clone();
    off_thread(move || page(&office, question, positions, limit)).await
}

/// Everything that is found, as a file; recorded before its first byte.
pub(crate) async fn taken_away(office: Office, caller: &Bearer, query: SearchQuery) -> Answer<Response> {
    if query.limit.is_some() || query.cursor.is_some() {
        return Err(asked::unfit("format", "A file holds everything: limit and cursor are for pages"));
    }
    let format = query.format;
    let question = question(&office, caller, query).await?;
    exports::of_search(office, caller, question, format).await
}

async fn question(office: &Office, caller: &Bearer, query: SearchQuery) -> Answer<Question> {
    if let Some(unknown) = query.kind.iter().find(|kind| !kinds().contains(kind.as_str())) {
        return Err(asked::unfit("kind", &format!("There is no kind of event {unknown:?}")));
    }
    let by = query.actor.as_deref().map(str::parse::<ByWhom>).transpose();
    let filter = Filter {
        origins: query.origin,
        kinds: query.kind,
        by: by.map_err(|error| asked::unfit("actor", &error.to_string()))?,
        designation: query.designation,
        from: asked::moment("from", query.from.as_deref())?,
        to: asked::moment("to", query.to.as_deref())?,
        only: query.only,
    };
    let mut question =
        Question { filter, digest: query.digest, entry: None, body: query.body, record_type: query.record_type };
    if question.record_type.as_ref().is_some_and(|key| key.is_empty() || key.len() > 64) {
        return Err(asked::unfit("type", "It is the key of a record type"));
    }
    if let Some(named) = query.number {
        let (entry, facts) = admitted(office, caller, named).await?;
        question =
            Question { entry: Some(entry), body: Some(facts.body), record_type: Some(facts.record_type), ..question };
    }
    match &question.body {
        Some(body) => caller.check_body(body)?,
        None => doors::bound_to_none(caller)?,
    }
    Ok(question)
}

/// What is recorded of a search.
pub(super) fn reading(question: &Question, scope: Scope) -> v1::ReadTrail {
    let subject = match question.filter.by {
        Some(ByWhom::Person(subject)) => subject.0.to_vec(),
        _ => Vec::new(),
    };
    v1::ReadTrail {
        scope: scope.into(),
        body: question.body.as_ref().map(ToString::to_string).unwrap_or_default(),
        record_type: question.record_type.clone().unwrap_or_default(),
        subject,
        designation: question.filter.designation.map(|id| id.0.to_vec()).unwrap_or_default(),
        after: question.filter.from.map(|from| from.0),
        before: question.filter.to.map(|to| to.0),
        ..v1::ReadTrail::default()
    }
}

fn page(office: &Office, question: Question, positions: Option<Positions>, limit: usize) -> Answer<FoundDocument> {
    let only = question.filter.only;
    let unreadable = |error: crate::copies::CopyReadError| Problem::internal(&error);
    let mut search = Search::begin(office, question, positions, heads(office)).map_err(unreadable)?;
    let (found, examined) = search.find(limit, EXAMINED_MAX).map_err(unreadable)?;
    let next = search.positions().map_err(unreadable)?;
    Ok(FoundDocument {
        entries: touched(office, &found),
        items: shown(office, found, only),
        examined,
        next: next.map(|positions| to_cursor(&positions).to_string()),
    })
}

fn touched(office: &Office, found: &[Found]) -> Vec<TouchedEntry> {
    let entry = |(entry, (events, first, last))| TouchedEntry {
        entry,
        number: office.copies().number_of(entry),
        events,
        first: written(first),
        last: written(last),
    };
    let entries: BTreeMap<_, _> = entries(found);
    entries.into_iter().map(entry).collect()
}

/// What was found as it is shown: with names and designations, without words.
pub(super) fn shown(office: &Office, found: Vec<Found>, only: Only) -> Vec<FoundStep> {
    let held = held(office, found.iter().map(|one| &one.filed.event));
    let role = |id: DesignationId| held.get(&id).map(|(held, _)| held.designation.role);
    let one = |found: Found| {
        let head = &found.filed.event.head;
        let mut step = step(&found.filed, &role);
        let designation = head.authority.and_then(|authority| held.get(&authority.designation));
        step.designation = designation.map(|(held, granted_at)| Designated::of(held, *granted_at));
        office.name(&mut step);
        if only == Only::Public {
            step = as_the_public_sees(step);
        }
        FoundStep {
            entry: head.entry,
            number: head.entry.and_then(|entry| office.copies().number_of(entry)),
            body: found.facts.as_ref().map(|facts| facts.body.clone()),
            record_type: found.facts.map(|facts| facts.record_type),
            step,
        }
    };
    found.into_iter().map(one).collect()
}

/// Four positions of 12 bytes.
fn to_cursor(positions: &Positions) -> Cursor {
    let bytes: Vec<u8> = positions
        .iter()
        .flat_map(|(epoch, sequence)| epoch.to_be_bytes().into_iter().chain(sequence.to_be_bytes()))
        .collect();
    Cursor::new(LIST, &bytes)
}

fn from_cursor(cursor: &Cursor) -> Answer<Positions> {
    let malformed = |detail: String| Problem::new(ProblemKind::MalformedQuery).detail(detail);
    let bytes = cursor.position(LIST).map_err(|error| malformed(error.to_string()))?;
    let read = || {
        let mut positions = Positions::default();
        let mut pieces = bytes.chunks_exact(12);
        for position in &mut positions {
            let piece = pieces.next()?;
            *position = (number32(piece.get(..4)?)?, number64(piece.get(4..)?)?);
        }
        Some(positions)
    };
    read().ok_or_else(|| malformed(dossier_web::CursorError.to_string()))
}
