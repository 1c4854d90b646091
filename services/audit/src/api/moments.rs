//! `GET /entries/{id}/moment` and `GET /entries/{id}/difference`: an entry as it was, and what changed between two moments (P8).

use axum::{Json, extract::State};
use dossier_proto::{BodyCode, Digest, EntryId, Event, Origin, Payload, Place, v1};
use dossier_web::{
    Answer, Problem, ProblemDocument,
    as_of::{AsOfShown, not_there_yet},
    extract::{Bearer, StrictPath, StrictQuery},
};
use serde::{Deserialize, Serialize};

use super::{asked, doors, off_thread, trails};
use crate::{
    assembling::{Changes, Wanted},
    copies::{COPIED, EntryFacts},
    moment::{Axis, Cut, Happened, OnTheWay, Stand, Version, axes, cut},
    office::Office,
    outlines::event_at,
    trail::{FieldChanged, Filed, Filter, Mark, Step, carried, changes, in_causal_order},
    words::{Depth, committed},
};

/// So much of what was on its way at a moment is told: events take milliseconds from one service to the next, so it is nearly always none.
const ON_THE_WAY_MAX: usize = 100;
/// Steps of a difference. What comes after them is in the trail, from the moment that `more_from` names.
const STEPS_MAX: usize = 200;

/// Which moment of an entry.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MomentQuery {
    /// An instant (2026-03-09T09:00:00Z), or the place of an event of any service (moderation/17, or moderation/1/17 in a later epoch):
    /// everything up to the moment in which it was recorded, wherever that happened.
    pub(crate) as_of: String,
    /// A service (submission, moderation or publication): also where the entry stood by what that service knew.
    #[param(value_type = Option<String>)]
    pub(crate) known_to: Option<Origin>,
}

/// Between which moments.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DifferenceQuery {
    /// The first moment: an instant, or the place of an event of any service, included in what was before.
    pub(crate) from: String,
    /// The second.
    pub(crate) to: String,
    /// Whether the words that were submitted are compared too.
    #[serde(default)]
    pub(crate) contents: Option<bool>,
}

/// An entry at a moment.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MomentDocument {
    /// The entry.
    #[schema(value_type = String)]
    pub entry: EntryId,
    /// The body it belongs to.
    #[schema(value_type = String)]
    pub body: BodyCode,
    /// Its record type.
    #[serde(rename = "type")]
    pub record_type: String,
    /// The moment.
    pub as_of: AsOfShown,
    /// How many events had happened by then, in all services.
    pub events: usize,
    /// Where it stood by what had happened, wherever it was known.
    pub happened_by: Stand,
    /// Where it stood by what the service in `known_to` knew: its own events, and those it had received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known_by: Option<KnownBy>,
    /// What had happened by then, and was known to another service only later. The first hundred.
    pub on_the_way: Vec<OnTheWay>,
}

/// Where an entry stood by what a service knew.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct KnownBy {
    /// The service.
    #[schema(value_type = String)]
    pub service: Origin,
    /// How many of the events it knew of.
    pub events: usize,
    /// Where the entry stood by these.
    pub stand: Stand,
    /// What differs from what had happened.
    pub differs: Vec<Axis>,
}

/// What changed about an entry between two moments.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct DifferenceDocument {
    /// The entry.
    #[schema(value_type = String)]
    pub entry: EntryId,
    /// The first moment.
    pub from: AsOfShown,
    /// The second.
    pub to: AsOfShown,
    /// Where it stood differently.
    pub changed: Vec<Axis>,
    /// What changed in the words that were submitted last, where that was asked for and both moments have some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<WordsChanged>,
    /// What happened in between, in causal order, with who, under which designation, and what was said.
    pub steps: Vec<Step>,
    /// How many steps there are in all.
    pub total: usize,
    /// From when on the trail tells the rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more_from: Option<String>,
}

/// What changed in words.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct WordsChanged {
    /// The digest of the earlier text.
    #[schema(value_type = String)]
    pub from: Digest,
    /// The digest of the later one.
    #[schema(value_type = String)]
    pub to: Digest,
    /// Whether both can be read.
    pub mark: Mark,
    /// What changed, field by field, in texts word by word.
    pub fields: Vec<FieldChanged>,
    /// How many changed fields are not shown, because the difference is too long.
    pub left_out: usize,
}

/// An entry at a moment
///
/// Where the entry stood by then, from the journals of all services: `happened_by` counts an event from when its own service recorded it,
/// `known_by` from when the service in `known_to` knew of it, which is when it recorded that it received it. The two differ for the
/// milliseconds, or during an outage the hours, that an event was on its way; `on_the_way` says which were. For auditors of its body and type
/// as they are designated today, whoever was when. The reading is recorded before it is answered.
#[utoipa::path(
    get,
    path = "/entries/{id}/moment",
    tag = "trails", operation_id = "getMoment",
    params(("id" = String, Path, description = "The entry's id, or its public number"), MomentQuery),
    responses(
        (status = 200, description = "The entry as it was", body = MomentDocument),
        (status = 400, description = "The moment cannot be read", body = ProblemDocument),
        (status = 401, description = "It is not known who is calling", body = ProblemDocument),
        (status = 403, description = "The caller is not designated as auditor of this entry", body = ProblemDocument),
        (status = 404, description = "There is no such entry, or there was none yet", body = ProblemDocument),
        (status = 409, description = "A service has not passed the moment", body = ProblemDocument),
        (status = 422, description = "A parameter does not fit", body = ProblemDocument),
    )
)]
pub(super) async fn moment(
    State(office): State<Office>,
    caller: Bearer,
    StrictPath(named): StrictPath<String>,
    StrictQuery(query): StrictQuery<MomentQuery>,
) -> Answer<Json<MomentDocument>> {
    at(&office, &caller, named, query, Depth::Said).await.map(Json)
}

/// An entry at a moment, recorded before this answers; as a reading of words where the caller goes on to open them.
pub(crate) async fn at(
    office: &Office,
    caller: &Bearer,
    named: String,
    query: MomentQuery,
    depth: Depth,
) -> Answer<MomentDocument> {
    let known_to = query.known_to;
    if known_to.is_some_and(|service| !COPIED.contains(&service)) {
        return Err(asked::unfit("known_to", "It is submission, moderation or publication"));
    }
    let (entry, facts) = trails::admitted(office, caller, named).await?;
    let at = settled(office, query.as_of, "as_of").await?;
    let reading = v1::ReadTrail { as_of: Some(at.instant.0), scope: scope_of(depth).into(), ..reading(&facts) };
    doors::record_reading(office, caller, Some(entry), reading).await?;
    let office = office.clone();
    off_thread(move || {
        let events = gathered(&office, entry)?;
        shown(entry, facts, &events, &at, known_to).ok_or_else(|| not_there_yet(&at.text))
    })
    .await
}

/// What changed between two moments
///
/// Where the entry stood differently, what happened in between, and, with `contents`, what changed in the words that were submitted, as far as
/// they can still be read. By what had happened, wherever it was known. The reading is recorded before it is answered.
#[utoipa::path(
    get,
    path = "/entries/{id}/difference",
    tag = "trails", operation_id = "getDifference",
    params(("id" = String, Path, description = "The entry's id, or its public number"), DifferenceQuery),
    responses(
        (status = 200, description = "What changed", body = DifferenceDocument),
        (status = 400, description = "A moment cannot be read", body = ProblemDocument),
        (status = 401, description = "It is not known who is calling", body = ProblemDocument),
        (status = 403, description = "The caller is not designated as auditor of this entry", body = ProblemDocument),
        (status = 404, description = "There is no such entry, or there was none yet at the second moment", body = ProblemDocument),
        (status = 409, description = "A service has not passed one of the moments", body = ProblemDocument),
        (status = 422, description = "A parameter does not fit, or the second moment is before the first", body = ProblemDocument),
    )
)]
pub(super) async fn difference(
    State(office): State<Office>,
    caller: Bearer,
    StrictPath(named): StrictPath<String>,
    StrictQuery(query): StrictQuery<DifferenceQuery>,
) -> Answer<Json<DifferenceDocument>> {
    between(&office, &caller, named, query).await.map(Json)
}

/// What changed between two moments, recorded before this answers.
pub(crate) async fn between(
    office: &Office,
    caller: &Bearer,
    named: String,
    query: DifferenceQuery,
) -> Answer<DifferenceDocument> {
    let (entry, facts) = trails::admitted(office, caller, named).await?;
    let from = settled(office, query.from, "from").await?;
    let to = settled(office, query.to, "to").await?;
    if to.instant < from.instant {
        return Err(asked::unfit("to", "It is before the first moment"));
    }
    let depth = if query.contents == Some(true) { Depth::Contents } else { Depth::Said };
    let reading = v1::ReadTrail {
        as_of: Some(to.instant.0),
        after: Some(from.instant.0),
        before: Some(to.instant.0),
        scope: scope_of(depth).into(),
        ..reading(&facts)
    };
    doors::record_reading(office, caller, Some(entry), reading).await?;
    let office = office.clone();
    off_thread(move || compared(&office, entry, facts, (&from, &to), depth)).await
}

async fn settled(office: &Office, text: String, parameter: &'static str) -> Answer<Cut> {
    let office = office.clone();
    off_thread(move || cut(&office, &text, parameter)).await
}

/// Who opens words has read words, between which moments it ever was.
const fn scope_of(depth: Depth) -> v1::read_trail::Scope {
    match depth {
        Depth::Said => v1::read_trail::Scope::Moment,
        Depth::Contents => v1::read_trail::Scope::Content,
    }
}

fn reading(facts: &EntryFacts) -> v1::ReadTrail {
    v1::ReadTrail {
        scope: scope_of(Depth::Said).into(),
        body: facts.body.to_string(),
        record_type: facts.record_type.clone(),
        ..v1::ReadTrail::default()
    }
}

/// Every event of the entry, in causal order. What we recorded ourselves are readings: they change nothing about it.
fn gathered(office: &Office, entry: EntryId) -> Answer<Vec<Filed>> {
    let events = office.copies().of_entry(entry).map_err(|error| Problem::internal(&error))?;
    Ok(in_causal_order(events).events)
}

/// The entry at the moment; none when nothing had happened yet.
fn shown(
    entry: EntryId,
    facts: EntryFacts,
    events: &[Filed],
    at: &Cut,
    known_to: Option<Origin>,
) -> Option<MomentDocument> {
    let happened = Happened::new(events, at.instant);
    let count = happened.by_then().count();
    let happened_by = Stand::of(happened.by_then());
    let known_by = known_to.map(|service| {
        let stand = Stand::of(happened.known_to(service));
        let differs = axes(&stand, &happened_by);
        KnownBy { service, events: happened.known_to(service).count(), stand, differs }
    });
    (count > 0).then(|| MomentDocument {
        entry,
        body: facts.body,
        record_type: facts.record_type,
        as_of: AsOfShown::new(at.instant, None),
        events: count,
        happened_by,
        known_by,
        on_the_way: happened.on_the_way(ON_THE_WAY_MAX),
    })
}

fn compared(
    office: &Office,
    entry: EntryId,
    facts: EntryFacts,
    (from, to): (&Cut, &Cut),
    depth: Depth,
) -> Answer<DifferenceDocument> {
    let events = gathered(office, entry)?;
    let stand = |at: &Cut| Stand::of(events.iter().map(|filed| &filed.event).filter(|event| at.has(event)));
    let (before, after) = (stand(from), stand(to));
    if after == Stand::default() {
        return Err(not_there_yet(&to.text));
    }
    let words = match (depth, before.submitted, after.submitted) {
        (Depth::Contents, Some(before), Some(after)) => Some(words(office, entry, &facts, (&before, &after))?),
        _ => None,
    };
    let next = |at: &Cut| Some(at.instant.plus(1));
    let filter = Filter { origins: COPIED.to_vec(), from: next(from), to: next(to), ..Filter::default() };
    let wanted = Wanted { filter, until: Some(to.instant), depth, changes: Changes::Digests };
    let (look, _) = trails::look(office, entry, facts, wanted, None)?;
    let part = look.page(office, None, STEPS_MAX).map_err(|error| trails::problem(&error))?;
    let last = part.steps.last().map_or(to.instant, |step| step.recorded_at);
    Ok(DifferenceDocument {
        entry,
        from: AsOfShown::new(from.instant, None),
        to: AsOfShown::new(to.instant, None),
        changed: axes(&before, &after),
        words,
        total: part.matching,
        more_from: part.next.map(|_| dossier_web::moment::written(last)),
        steps: part.steps,
    })
}

/// What changed between two texts that were submitted, under the registry of the later one.
fn words(
    office: &Office,
    entry: EntryId,
    facts: &EntryFacts,
    (before, after): (&Version, &Version),
) -> Answer<WordsChanged> {
    let told = |mark, fields, left_out| WordsChanged { from: before.digest, to: after.digest, mark, fields, left_out };
    if before.digest == after.digest {
        return Ok(told(Mark::Said, Vec::new(), 0));
    }
    let (earlier, later) = (event(office, before.place)?, event(office, after.place)?);
    let opened = |event: &Event| {
        let content = event.payload.as_ref().and_then(|payload: &Payload| carried(payload)).ok_or(Mark::NotHeld)?;
        committed(office.vault(), entry, content)
    };
    let (earlier_words, later_words) = match (opened(&earlier), opened(&later)) {
        (Ok(earlier), Ok(later)) => (earlier, later),
        (Err(mark), _) | (_, Err(mark)) => return Ok(told(mark, Vec::new(), 0)),
    };
    let registry = office.registries().get(office, later.head.registry);
    let Some(record_type) = registry.record_type(&facts.record_type) else {
        return Ok(told(Mark::NotHeld, Vec::new(), 0));
    };
    let (fields, left_out) = changes(record_type, &earlier_words, &later_words);
    Ok(told(Mark::Said, fields, left_out))
}

/// The event that carries a text.
pub(crate) fn event(office: &Office, place: Place) -> Answer<Event> {
    let found = event_at(office, place).map_err(|error| Problem::internal(&error))?;
    // It was read a moment ago, and journals only grow.
    found.ok_or_else(|| Problem::new(dossier_web::ProblemKind::NotFound))
}
