//! `GET /entries/{id}/trail`: what happened to an entry.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use dossier_proto::{DesignationId, EntryId, Origin, Place, v1};
use dossier_web::{
    Answer, Cursor, Problem, ProblemDocument, ProblemKind,
    extract::{Bearer, StrictPath, StrictQuery},
};
use serde::Deserialize;

use super::{as_json::kinds, asked, doors, exports, off_thread};
use crate::{
    assembling::{Changes, Look, LookError, Part, Wanted},
    copies::EntryFacts,
    exporting::Format,
    moment::{Cut, cut},
    office::Office,
    trail::{ByWhom, Filter, Heads, Only, Trail, slot},
    words::Depth,
};

/// The name of this list in cursors.
const LIST: &str = "trail";
/// Steps on a page when nothing is said. A step without contents is about 1.5 KB of JSON: 300 KB.
const STEPS: usize = 200;
/// Steps on one page: 1.5 MB, and as much again with words.
const STEPS_MAX: usize = 1_000;

/// What is wanted of a trail, as it is asked for.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct TrailQuery {
    /// Whether the contents that were submitted are shown too.
    pub(crate) contents: Option<bool>,
    /// Whether what changed is shown word by word. It is when `contents` are.
    pub(crate) changes: Option<bool>,
    /// Events of this service only; several times for several.
    #[param(value_type = Vec<String>)]
    pub(crate) origin: Vec<Origin>,
    /// Events of this kind only, as `kind` has it; several times for several.
    pub(crate) kind: Vec<String>,
    /// Who did it: the id of a person, or `person`, `service`, `system`.
    pub(crate) by: Option<String>,
    /// Under which designation, by its id.
    #[param(value_type = Option<String>)]
    pub(crate) designation: Option<DesignationId>,
    /// Recorded then or later (RFC 3339).
    pub(crate) from: Option<String>,
    /// Recorded before then (RFC 3339).
    pub(crate) to: Option<String>,
    /// `everything`, `decisions`, or `public`: what the public is told of, as the public is told it.
    #[param(inline)]
    pub(crate) only: Only,
    /// The trail as it stood: an instant, or the place of an event such as moderation/17, included.
    pub(crate) as_of: Option<String>,
    /// `json`: a page. `jsonl` or `csv`: everything that is wanted, as a file that says at its end whether it is whole.
    #[param(inline)]
    pub(crate) format: Format,
    /// Steps on a page: 200 when nothing is said, at most 1000.
    pub(crate) limit: Option<usize>,
    /// Where to go on: `next` of the page before. All pages of a list are of the moment of the first.
    #[param(value_type = Option<String>)]
    pub(crate) cursor: Option<Cursor>,
}

/// The trail of an entry
///
/// All events of all four services that concern the entry, in causal order: who did what, for whom, under which
/// designation, why, on which content and what changed in it, how long it waited for whom, and what it led to. For auditors
/// of its body and type. The reading is recorded before it is answered, and is part of the trail.
#[utoipa::path(
    get,
    path = "/entries/{id}/trail",
    tag = "trails", operation_id = "getTrail",
    params(("id" = String, Path, description = "The entry's id, or its public number"), TrailQuery),
    responses(
        (status = 200, description = "The trail: a page of it, or all of it as a file", content(
            (Trail = "application/json"), (String = "application/jsonl"), (String = "text/csv"),
        )),
        (status = 401, description = "It is not known who is calling", body = ProblemDocument),
        (status = 403, description = "The caller is not designated as auditor of this entry", body = ProblemDocument),
        (status = 404, description = "There is no such entry", body = ProblemDocument),
        (status = 409, description = "A service has not passed the moment that is asked for", body = ProblemDocument),
        (status = 422, description = "A parameter does not fit", body = ProblemDocument),
    )
)]
pub(super) async fn trail(
    State(office): State<Office>,
    caller: Bearer,
    StrictPath(named): StrictPath<String>,
    StrictQuery(query): StrictQuery<TrailQuery>,
) -> Answer<Response> {
    if query.format == Format::Json {
        return read(&office, &caller, named, query).await.map(|(trail, _)| Json(trail).into_response());
    }
    taken_away(office, &caller, named, query).await
}

/// A page of a trail, and the event that records that it was read: it is recorded before this answers.
pub(crate) async fn read(
    office: &Office,
    caller: &Bearer,
    named: String,
    query: TrailQuery,
) -> Answer<(Trail, Option<Place>)> {
    let limit = asked::size(query.limit, STEPS, STEPS_MAX)?;
    let going_on = query.cursor.as_ref().map(from_cursor).transpose()?;
    let (entry, facts) = admitted(office, caller, named).await?;
    let (wanted, as_of) = wanted(office, query).await?;
    let reading = reading(&facts, &wanted, as_of.as_ref());
    let recorded = doors::record_reading(office, caller, Some(entry), reading).await?;
    let office = office.clone();
    let trail = off_thread(move || {
        let (look, after) = look(&office, entry, facts, wanted, going_on)?;
        let part = look.page(&office, after, limit).map_err(|error| problem(&error))?;
        Ok(document(&office, &look, part, as_of.as_ref()))
    })
    .await?;
    Ok((trail, recorded.events.first().map(|event| event.head.place)))
}

/// A trail as a file, recorded before its first byte.
pub(crate) async fn taken_away(office: Office, caller: &Bearer, named: String, query: TrailQuery) -> Answer<Response> {
    if query.limit.is_some() || query.cursor.is_some() {
        return Err(asked::unfit("format", "A file holds everything: limit and cursor are for pages"));
    }
    let format = query.format;
    let (entry, facts) = admitted(&office, caller, named).await?;
    let (wanted, as_of) = wanted(&office, query).await?;
    exports::of_trail(office, caller, entry, facts, wanted, as_of, format).await
}

/// The entry with this id or number, for an auditor; whoever is none is answered alike whether there is one or not.
pub(crate) async fn admitted(office: &Office, caller: &Bearer, named: String) -> Answer<(EntryId, EntryFacts)> {
    let known = {
        let office = office.clone();
        off_thread(move || find(&office, &named)).await?
    };
    let Some((entry, facts)) = known else {
        doors::auditor(office, caller)?;
        return Err(Problem::new(ProblemKind::NotFound));
    };
    // An auditor is told that the token is bound to another body; to anybody else that would tell whose the entry is.
    if doors::auditor(office, caller).is_ok() {
        caller.check_body(&facts.body)?;
    }
    Ok((entry, facts))
}

/// What is asked for, checked.
pub(super) async fn wanted(office: &Office, query: TrailQuery) -> Answer<(Wanted, Option<Cut>)> {
    let as_of = match query.as_of {
        Some(text) => {
            let office = office.clone();
            Some(off_thread(move || cut(&office, &text, "as_of")).await?)
        }
        None => None,
    };
    if let Some(unknown) = query.kind.iter().find(|kind| !kinds().contains(kind.as_str())) {
        return Err(asked::unfit("kind", &format!("There is no kind of event {unknown:?}")));
    }
    let by = query.by.as_deref().map(str::parse::<ByWhom>).transpose();
    let filter = Filter {
        origins: query.origin,
        kinds: query.kind,
        by: by.map_err(|error| asked::unfit("by", &error.to_string()))?,
        designation: query.designation,
        from: asked::moment("from", query.from.as_deref())?,
        to: asked::moment("to", query.to.as_deref())?,
        only: query.only,
    };
    let with_contents = query.contents == Some(true) && filter.only != Only::Public;
    let with_changes = query.changes.unwrap_or(with_contents) && filter.only != Only::Public;
    let wanted = Wanted {
        filter,
        until: as_of.as_ref().map(|cut| cut.instant),
        depth: if with_contents { Depth::Contents } else { Depth::Said },
        changes: if with_changes { Changes::Words } else { Changes::Digests },
    };
    Ok((wanted, as_of))
}

/// What is recorded of the reading. What changed is words of the contents.
fn reading(facts: &EntryFacts, wanted: &Wanted, as_of: Option<&Cut>) -> v1::ReadTrail {
    let scope = match (wanted.depth, wanted.changes) {
        (Depth::Said, Changes::Digests) => v1::read_trail::Scope::Trail,
        (Depth::Contents, _) | (_, Changes::Words) => v1::read_trail::Scope::Content,
    };
    v1::ReadTrail { scope: scope.into(), as_of: as_of.map(|cut| cut.instant.0), ..of_entry(facts, wanted) }
}

/// The same for whatever scope.
pub(super) fn of_entry(facts: &EntryFacts, wanted: &Wanted) -> v1::ReadTrail {
    let Filter { by, designation, from, to, .. } = &wanted.filter;
    let subject = match by {
        Some(ByWhom::Person(subject)) => subject.0.to_vec(),
        _ => Vec::new(),
    };
    v1::ReadTrail {
        body: facts.body.to_string(),
        record_type: facts.record_type.clone(),
        subject,
        designation: designation.map(|id| id.0.to_vec()).unwrap_or_default(),
        after: from.map(|from| from.0),
        before: to.map(|to| to.0),
        as_of: wanted.until.map(|until| until.0),
        ..v1::ReadTrail::default()
    }
}

/// Begins to look at a trail, or goes on where a cursor says.
pub(super) fn look(
    office: &Office,
    entry: EntryId,
    facts: EntryFacts,
    wanted: Wanted,
    going_on: Option<(Heads, Place)>,
) -> Answer<(Look, Option<Place>)> {
    let (outline, now) = office.outlines().of(office, entry).map_err(|error| Problem::internal(&error))?;
    let (heads, after) = match going_on {
        Some((heads, after)) => (heads, Some(after)),
        None => (now, None),
    };
    Ok((Look { entry, facts, outline, heads, wanted }, after))
}

pub(super) fn problem(error: &LookError) -> Problem {
    match error {
        LookError::NoSuchPlace => Problem::new(ProblemKind::MalformedQuery)
            .detail("The cursor is of another trail. Take the one in \"next\" as it stands, or begin without one."),
        LookError::Copy(error) => Problem::internal(error),
    }
}

/// A page as it is answered.
pub(super) fn document(office: &Office, look: &Look, part: Part, as_of: Option<&Cut>) -> Trail {
    let number = part.is_numbered.then(|| look.number(office)).flatten();
    let is_seen = |place: &&Place| look.heads.cover(**place);
    Trail {
        entry: look.entry,
        number,
        before_their_cause: look.outline.before_their_cause().iter().filter(is_seen).copied().collect(),
        body: look.facts.body.clone(),
        record_type: look.facts.record_type.clone(),
        steps: part.steps,
        total: part.total,
        matching: part.matching,
        counts: part.counts,
        waiting: part.waiting,
        as_of: as_of.map(|cut| crate::trail::written(cut.instant)),
        next: part.next.map(|after| to_cursor(look.heads, after).to_string()),
    }
}

/// The entry with this id or public number.
pub(super) fn find(office: &Office, named: &str) -> Answer<Option<(EntryId, EntryFacts)>> {
    let copies = office.copies();
    let Some(entry) = named.parse().ok().or_else(|| copies.numbered(named)) else { return Ok(None) };
    let facts = copies.facts(entry).map_err(|error| Problem::internal(&error))?;
    Ok(facts.map(|facts| (entry, facts)))
}

/// Where a list goes on, and of which moment it is: four journals of 12 bytes, and a place of 13.
fn to_cursor(heads: Heads, after: Place) -> Cursor {
    let mut position = Vec::with_capacity(61);
    for (epoch, size) in heads.0 {
        position.extend(epoch.to_be_bytes());
        position.extend(size.to_be_bytes());
    }
    position.push(u8::try_from(slot(after.origin)).unwrap_or_default());
    position.extend(after.epoch.to_be_bytes());
    position.extend(after.sequence.to_be_bytes());
    Cursor::new(LIST, &position)
}

fn from_cursor(cursor: &Cursor) -> Answer<(Heads, Place)> {
    let malformed = |detail: String| Problem::new(ProblemKind::MalformedQuery).detail(detail);
    let position = cursor.position(LIST).map_err(|error| malformed(error.to_string()))?;
    let read = || {
        let (heads, after) = position.split_at_checked(48)?;
        let mut read = [(0, 0); 4];
        for (head, bytes) in read.iter_mut().zip(heads.chunks_exact(12)) {
            *head = (number32(bytes.get(..4)?)?, number64(bytes.get(4..)?)?);
        }
        let origin =
            Origin::ALL.into_iter().find(|origin| Some(slot(*origin)) == after.first().map(|at| usize::from(*at)))?;
        let after = Place { origin, epoch: number32(after.get(1..5)?)?, sequence: number64(after.get(5..)?)? };
        Some((Heads(read), after))
    };
    read().ok_or_else(|| malformed(dossier_web::CursorError.to_string()))
}

pub(super) fn number32(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

pub(super) fn number64(bytes: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(bytes.try_into().ok()?))
}
