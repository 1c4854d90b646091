//! `GET /entries` and `GET /entries/{id}`.

use std::{borrow::Cow, collections::BTreeSet, time::Duration};

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use dossier_proto::{EntryId, Micros};
use dossier_registry::Registry;
use dossier_web::{
    Answer, Cache, Cursor, Page, PageSize, Problem, ProblemDocument, ProblemKind,
    as_of::{AsOfQuery, AsOfShown},
    extract::{Bearer, MinSequence, StrictPath, StrictQuery},
};
use http::StatusCode;
use serde::Deserialize;

use super::{
    EntryDocument, EntrySummary, assembling, callers, contents, errands, off_thread,
    past::{self, Scene, Then},
    texts,
};
use crate::{
    domain::{Entry, Holder, WorkState},
    office::Office,
    views::Entries,
};

/// The name of the list in its cursors.
const LIST: &str = "contribute/entries";
/// How long a read waits for the position it names.
const PATIENCE: Duration = Duration::from_secs(5);

/// Which entries.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only those in this state; may be repeated.
    #[serde(default)]
    #[param(value_type = Vec<String>, example = "changes-requested")]
    state: Vec<WorkState>,
    /// Only those where one of these has the next move; may be repeated: contributor, publishing-authority, moderator,
    /// publisher, others, system, nobody.
    #[serde(default)]
    #[param(value_type = Vec<String>, example = "publishing-authority")]
    turn: Vec<Holder>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<Cursor>,
    /// How many, from 1 to 200.
    limit: Option<PageSize>,
    /// The list as it stood: an instant (2026-03-09T09:00:00Z), or the place of an event of this service (submission/17, or
    /// submission/1/17 in a later epoch), each included. Rights are those of now.
    as_of: Option<String>,
}

/// A page of entries.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub(crate) struct EntriesPage {
    /// The page.
    #[serde(flatten)]
    page: Page<EntrySummary>,
    /// The moment that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<AsOfShown>,
}

/// The entries of the caller's bodies, the newest first.
#[utoipa::path(
    get, path = "/entries", tag = "entries", operation_id = "listEntries", params(ListQuery),
    responses(
        (status = 200, description = "A page of them.", body = EntriesPage),
        (status = 409, description = "The moment asked for is not settled.", body = ProblemDocument),
        (status = 422, description = "A parameter does not fit.", body = ProblemDocument),
    ),
)]
pub(crate) async fn list(
    State(office): State<Office>,
    caller: Bearer,
    min_sequence: MinSequence,
    StrictQuery(query): StrictQuery<ListQuery>,
) -> Answer<Response> {
    reach(&office, min_sequence).await?;
    let then = match &query.as_of {
        Some(text) => Some(past::look(&office, text).await?),
        None => None,
    };
    let page = off_thread(move || page(&office, &caller, &query, then.as_ref())).await?;
    Ok((Cache::Private, Json(page)).into_response())
}

/// One entry with its working content. Whoever is not of its body gets 404, as if it were not there.
///
/// With `as_of` it is as this service knew it then: what its body wrote counts from when it was saved, what moderators and publishers did
/// from when it was received here, a moment after they did it. What is missing is judged by the registry and the citations of then. Words
/// that were erased since stay erased. There is no ETag: of a moment nothing can be changed.
#[utoipa::path(
    get, path = "/entries/{id}", tag = "entries", operation_id = "getEntry",
    params(
        ("id" = String, Path, description = "The entry."),
        AsOfQuery,
        MinSequence,
    ),
    responses(
        (status = 200, description = "The entry; the header ETag is the version of its draft.", body = EntryDocument),
        (status = 404, description = "Nothing that the caller can see, or it was not there yet at that moment.", body = ProblemDocument),
        (status = 409, description = "The moment asked for is not settled.", body = ProblemDocument),
    ),
)]
pub(crate) async fn entry(
    State(office): State<Office>,
    caller: Bearer,
    min_sequence: MinSequence,
    StrictPath(id): StrictPath<EntryId>,
    StrictQuery(query): StrictQuery<AsOfQuery>,
) -> Answer<Response> {
    reach(&office, min_sequence).await?;
    match past::scene(&office, &caller, id, query.as_of.as_deref()).await? {
        Scene::Now => errands::answer(&office, id, StatusCode::OK).await,
        then => {
            let document = off_thread(move || assembling::of_entry(&office, id, &then)).await?;
            Ok((Cache::Private, Json(document)).into_response())
        }
    }
}

/// Waits until what the caller knows of can be read.
pub(crate) async fn reach(office: &Office, min_sequence: MinSequence) -> Answer<()> {
    let Some(sequence) = min_sequence.0 else { return Ok(()) };
    if office.engine().reached(sequence.saturating_add(1), PATIENCE).await {
        return Ok(());
    }
    Err(Problem::new(ProblemKind::NotReached))
}

fn page(office: &Office, caller: &Bearer, query: &ListQuery, then: Option<&Then>) -> Answer<EntriesPage> {
    let size = query.limit.unwrap_or_default();
    let list = list_of(query);
    let before = query.cursor.as_ref().map(|cursor| position(cursor, &list)).transpose()?;
    let (found, instant) = {
        let now = office.engine().view();
        let rights = Rights { now: &now, caller, at: office.now() };
        match then {
            Some(then) => (found(&then.past.view, &rights, query, before, size.get() + 1), then.instant),
            None => (found(&now, &rights, query, before, size.get() + 1), rights.at),
        }
    };
    let registry = contents::registry(office)?;
    let page = Page::of(found, size, |(id, _)| Cursor::new(&list, id.as_bytes()));
    let items: Answer<Vec<EntrySummary>> =
        page.items.iter().map(|(id, entry)| summary(office, &registry, *id, entry, instant)).collect();
    Ok(EntriesPage { page: Page { items: items?, next: page.next }, as_of: then.map(Then::shown) })
}

/// The name of the list in its cursors: each moment has its own.
fn list_of(query: &ListQuery) -> Cow<'static, str> {
    match &query.as_of {
        Some(moment) => format!("{LIST}@{moment}").into(),
        None => LIST.into(),
    }
}

/// Who looks, and what that is judged by: always what is known now.
struct Rights<'a> {
    now: &'a Entries,
    caller: &'a Bearer,
    at: Micros,
}

impl Rights<'_> {
    fn sees(&self, id: EntryId) -> bool {
        self.now.entry(id).is_some_and(|entry| callers::sees(self.now.state(), self.caller, entry, self.at))
    }
}

/// The entries of a page and one more, the newest first.
fn found(
    facts: &Entries,
    rights: &Rights<'_>,
    query: &ListQuery,
    mut before: Option<EntryId>,
    limit: usize,
) -> Vec<(EntryId, Entry)> {
    let states = if query.state.is_empty() { WorkState::ALL.as_slice() } else { query.state.as_slice() };
    let bodies = callers::bodies(rights.now.state(), rights.caller, rights.at);
    let papers = callers::files_papers(rights.now.state(), rights.caller, rights.at);
    let is_asked_for = |id: EntryId, entry: &Entry| {
        let turn = query.turn.is_empty() || query.turn.contains(&entry.turn().who);
        turn && (bodies.contains(&entry.facts.body) || rights.sees(id))
    };
    let mut found = Vec::new();
    loop {
        let own = facts.of_bodies(&bodies, states, before, limit);
        let filed = if papers { facts.filed(states, before, limit) } else { Vec::new() };
        let ids: BTreeSet<EntryId> = own.into_iter().chain(filed).collect();
        let count = ids.len().min(limit);
        let newest = ids.into_iter().rev().take(limit);
        for id in newest {
            before = Some(id);
            found.extend(facts.entry(id).filter(|entry| is_asked_for(id, entry)).map(|entry| (id, entry.clone())));
        }
        if found.len() >= limit || count < limit {
            found.truncate(limit);
            return found;
        }
    }
}

fn position(cursor: &Cursor, list: &str) -> Answer<EntryId> {
    let bytes = cursor.position(list).map_err(|error| texts::unfit("/cursor", &error.to_string()))?;
    EntryId::try_from(bytes).map_err(|error| texts::unfit("/cursor", &error.to_string()))
}

fn summary(office: &Office, registry: &Registry, id: EntryId, entry: &Entry, now: Micros) -> Answer<EntrySummary> {
    let (number, edition, public_address) = assembling::public(entry);
    Ok(EntrySummary {
        id: id.to_string(),
        record_type: entry.facts.record_type.clone(),
        body: entry.facts.body.to_string(),
        language: entry.facts.language.clone(),
        title: title(office, registry, id, entry)?,
        state: entry.state().key().to_owned(),
        turn: assembling::turn(entry.turn()),
        next: assembling::next(entry.next()),
        revision: entry.working.number,
        days_left: entry.days_left(now),
        number,
        edition,
        public_address,
    })
}

pub(crate) fn title(office: &Office, registry: &Registry, id: EntryId, entry: &Entry) -> Answer<Option<String>> {
    let sealed = contents::sealed(office, id, entry.working)?;
    let opened = contents::opened(office, id, &sealed)?;
    let kind = registry.record_type(&entry.facts.record_type);
    let (Some(opened), Some(kind), Ok(language)) = (opened, kind, entry.facts.language.parse()) else {
        return Ok(None);
    };
    Ok(dossier_registry::title(kind, &opened.content, language).map(|shown| shown.text))
}
