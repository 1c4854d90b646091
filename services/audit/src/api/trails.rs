//! `GET /entries/{id}/trail`: what happened to an entry.

use std::collections::{BTreeMap, BTreeSet};

use axum::{Json, extract::State};
use dossier_identity::Role;
use dossier_proto::{DesignationId, EntryId, v1};
use dossier_web::{
    Answer, Cursor, Problem, ProblemDocument, ProblemKind,
    extract::{Bearer, StrictPath, StrictQuery},
};
use serde::Deserialize;

use super::{doors, off_thread};
use crate::{
    copies::EntryFacts,
    office::Office,
    trail::{Filed, Trail, in_causal_order, steps},
    words::{Depth, spoken},
};

/// The name of this list in cursors.
const LIST: &str = "trail";
/// Steps on one page. A step without contents is about 1 KB of JSON: 1 MB.
const STEPS_MAX: usize = 1_000;
/// A page ends after the step with which its words have so many bytes: nine of the largest contents.
const WORDS_BYTES_MAX: usize = 4 * 1024 * 1024;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct TrailQuery {
    /// Whether the contents that were submitted are shown too.
    contents: Option<bool>,
    /// Where to go on: `next` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// The trail of an entry
///
/// All events of all four services that concern the entry, in causal order: who did what, for whom, under which
/// designation, why, on which content, and how long after the step before. For auditors of its body and type. The reading
/// is recorded before it is answered, and is part of the trail.
#[utoipa::path(
    get,
    path = "/entries/{id}/trail",
    tag = "trails", operation_id = "getTrail",
    params(("id" = String, Path, description = "The entry's id, or its public number"), TrailQuery),
    responses(
        (status = 200, description = "The trail", body = Trail),
        (status = 401, description = "It is not known who is calling", body = ProblemDocument),
        (status = 403, description = "The caller is not designated as auditor of this entry", body = ProblemDocument),
        (status = 404, description = "There is no such entry", body = ProblemDocument),
    )
)]
pub(super) async fn trail(
    State(office): State<Office>,
    caller: Bearer,
    StrictPath(named): StrictPath<String>,
    StrictQuery(query): StrictQuery<TrailQuery>,
) -> Answer<Json<Trail>> {
    let from = position(query.cursor.as_ref())?;
    let known = {
        let office = office.clone();
        off_thread(move || find(&office, &named)).await?
    };
    let Some((entry, facts)) = known else {
        // Whoever is no auditor gets the answer they would get for an entry there is.
        doors::auditor(&office, &caller)?;
        return Err(Problem::new(ProblemKind::NotFound));
    };
    // An auditor is told that the token is bound to another body; to anybody else that would tell whose the entry is.
    if doors::auditor(&office, &caller).is_ok() {
        caller.check_body(&facts.body)?;
    }
    let depth = if query.contents == Some(true) { Depth::Contents } else { Depth::Said };
    doors::record_reading(&office, &caller, Some(entry), command(&facts, depth)).await?;
    off_thread(move || assemble(&office, entry, &facts, depth, from)).await.map(Json)
}

fn position(cursor: Option<&Cursor>) -> Answer<usize> {
    let Some(cursor) = cursor else { return Ok(0) };
    let number =
        cursor.number(LIST).map_err(|error| Problem::new(ProblemKind::MalformedQuery).detail(error.to_string()))?;
    Ok(usize::try_from(number).unwrap_or(usize::MAX))
}

fn command(facts: &EntryFacts, depth: Depth) -> v1::ReadTrail {
    let scope = match depth {
        Depth::Said => v1::read_trail::Scope::Trail,
        Depth::Contents => v1::read_trail::Scope::Content,
    };
    v1::ReadTrail {
        scope: scope.into(),
        body: facts.body.to_string(),
        record_type: facts.record_type.clone(),
        ..v1::ReadTrail::default()
    }
}

/// The entry with this id or public number.
fn find(office: &Office, named: &str) -> Answer<Option<(EntryId, EntryFacts)>> {
    let copies = office.copies();
    let Some(entry) = named.parse().ok().or_else(|| copies.numbered(named)) else { return Ok(None) };
    let facts = copies.facts(entry).map_err(|error| Problem::internal(&error))?;
    Ok(facts.map(|facts| (entry, facts)))
}

fn assemble(office: &Office, entry: EntryId, facts: &EntryFacts, depth: Depth, from: usize) -> Answer<Trail> {
    let ordered = in_causal_order(gathered(office, entry)?);
    let total = ordered.events.len();
    let from = from.min(total);
    let window = &ordered.events[from..total.min(from + STEPS_MAX)];
    let before = from.checked_sub(1).map(|before| ordered.events[before].event.head.recorded_at);
    let roles = roles(office, window);
    let mut page = steps(window, before, &|id| roles.get(&id).copied());
    let mut words = 0;
    let mut until = page.len();
    for (k, (step, filed)) in page.iter_mut().zip(window).enumerate() {
        if words >= WORDS_BYTES_MAX {
            until = k;
            break;
        }
        office.name(step);
        step.said = spoken(office.vault(), entry, &filed.event, depth);
        words += sealed_bytes(filed);
    }
    page.truncate(until);
    let next = from + page.len();
    Ok(Trail {
        entry,
        number: number(&ordered.events),
        body: facts.body.clone(),
        record_type: facts.record_type.clone(),
        steps: page,
        before_their_cause: ordered.before_their_cause,
        total,
        next: (next < total).then(|| Cursor::at_number(LIST, next as u64).to_string()),
    })
}

/// Every event of the entry, from the copies and from our own journal.
fn gathered(office: &Office, entry: EntryId) -> Answer<Vec<Filed>> {
    let mut events = office.copies().of_entry(entry).map_err(|error| Problem::internal(&error))?;
    let own = office.engine().of_entry(entry).map_err(|error| Problem::internal(&error))?;
    events.extend(own.into_iter().map(|recorded| {
        let hash = dossier_proto::hash_of(&recorded.bytes);
        Filed { event: recorded.event, hash }
    }));
    Ok(events)
}

/// As what the people of these events acted. Looked up at once, so that the view is held no longer than that.
fn roles(office: &Office, events: &[Filed]) -> BTreeMap<DesignationId, Role> {
    let view = office.engine().view();
    let used = events.iter().filter_map(|filed| filed.event.head.authority).map(|authority| authority.designation);
    let used: BTreeSet<_> = used.collect();
    let role = |id| view.state.designations.get(id).map(|held| (id, held.designation.role));
    used.into_iter().filter_map(role).collect()
}

fn number(events: &[Filed]) -> Option<String> {
    events.iter().find_map(|filed| match &filed.event.payload {
        Some(dossier_proto::Payload::EditionPublished(published)) => Some(published.number.clone()),
        _ => None,
    })
}

/// How much the words of an event may take in the answer: what is sealed is never shorter than what was said.
fn sealed_bytes(filed: &Filed) -> usize {
    let Some(payload) = &filed.event.payload else { return 0 };
    let said = crate::sealed_parts::said(payload).iter().map(|part| part.sealed.ciphertext.len()).sum::<usize>();
    match crate::sealed_parts::contents(payload) {
        Some(crate::sealed_parts::Contents::Submitted(content)) => {
            said + content.sealed.as_ref().map_or(0, |sealed| sealed.ciphertext.len())
        }
        _ => said,
    }
}
