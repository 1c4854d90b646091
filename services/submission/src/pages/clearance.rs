//! What awaits the clearance of a publishing authority: the list, and the page on which one reads what changed and decides.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use dossier_identity::Role;
use dossier_proto::{BodyCode, EntryId};
use dossier_web::{
    Answer, Cache, Problem, ProblemKind,
    extract::{StrictJson, StrictPath},
    off_thread,
    visit::{FORM_TOKEN_FIELD, SentForm, Visit},
};
use http::StatusCode;
use serde_json::Value;

use super::{
    CLEARANCE,
    acts::guards,
    changes::{FieldChanged, changes},
    docket::{Docket, title_of},
    entry::{Found, find},
    form_page::{AskedShown, asked},
    keeping::working,
    paper::{Paper, Room, Time},
    said::Said,
};
use crate::{
    api::{clearing, contents},
    domain::{Entry, WorkState},
    office::Office,
    views::Happened,
};

/// Rows of the list: who has more waiting begins with the oldest all the same.
const ROWS_MAX: usize = 100;

/// One entry that waits.
struct Row {
    address: String,
    title: Said,
    body: Said,
    kind: Said,
    waiting: String,
    since: Time,
    what: &'static str,
}

#[derive(Template)]
#[template(path = "clearance.html")]
struct ListTemplate<'a> {
    p: &'a Paper,
    rows: Vec<Row>,
    is_authority: bool,
}

#[derive(Template)]
#[template(path = "clearance_entry.html")]
struct OneTemplate<'a> {
    p: &'a Paper,
    docket: Docket,
    token_field: &'static str,
    token: &'a str,
    version: u64,
    key: String,
    digest: String,
    /// What it is compared with; none where nothing was cleared before.
    base: Option<String>,
    changes: Vec<FieldChanged>,
    what_changed: Option<String>,
    submitter: Option<String>,
    asked: Vec<AskedShown>,
    is_open: bool,
    /// The retraction that is proposed: epoch, sequence and reason.
    retraction: Option<Proposal>,
    typed: Typed,
    told: Option<String>,
}

/// A retraction that waits.
struct Proposal {
    epoch: u32,
    sequence: u64,
    reason: Option<String>,
    since: String,
}

/// What was typed into the page.
#[derive(Default)]
struct Typed {
    note: String,
    reason: String,
    problem: Option<Problem>,
}

/// `GET /contribute/clearance`.
pub(super) async fn list(State(office): State<Office>, visit: Visit, paper: Paper) -> Answer<Response> {
    off_thread(move || {
        let now = office.now();
        let registry = contents::registry(&office)?;
        let bodies = bodies_of(&office, &visit);
        let mut waiting: Vec<(EntryId, Entry)> = {
            let view = office.engine().view();
            let awaiting = view.of_bodies(&bodies, &[WorkState::AwaitingClearance], None, ROWS_MAX);
            let public = view.of_bodies(&bodies, &PUBLIC, None, ROWS_MAX);
            let entry = |id| Some((id, view.entry(id)?.clone()));
            let proposed = public.into_iter().filter_map(entry).filter(|(_, entry)| is_proposed(entry));
            awaiting.into_iter().filter_map(entry).chain(proposed).collect()
        };
        waiting.sort_by_key(|(_, entry)| entry.turn().since);
        let row = |(id, entry): &(EntryId, Entry)| -> Answer<Row> {
            let content = working(&office, *id, entry)?;
            let since = entry.turn().since;
            Ok(Row {
                address: format!("{CLEARANCE}/{id}"),
                title: title_of(&paper, &registry, entry, content.as_ref()),
                body: paper.body(&registry, entry.facts.body.as_str(), now),
                kind: paper.kind(&registry, &entry.facts.record_type),
                waiting: paper.lasting(since, now),
                since: paper.moment(since),
                what: paper.w(if is_proposed(entry) { "retraction_to_clear" } else { "ask_clear" }),
            })
        };
        let rows: Answer<Vec<Row>> = waiting.iter().map(row).collect();
        let template = ListTemplate { p: &paper, rows: rows?, is_authority: !bodies.is_empty() };
        paper.page(Room::Clearance, paper.w("nav_clearance"), &template)
    })
    .await
}

/// Where a retraction may be proposed.
const PUBLIC: [WorkState; 3] = [WorkState::Published, WorkState::Suspended, WorkState::Superseded];

fn is_proposed(entry: &Entry) -> bool {
    entry.public.as_ref().is_some_and(|public| public.retraction_proposed.is_some())
}

fn bodies_of(office: &Office, visit: &Visit) -> BTreeSet<BodyCode> {
    let view = office.engine().view();
    let found = view.state().designations.bodies_of(visit.bearer.subject, Role::PublishingAuthority, office.now());
    found.into_iter().cloned().collect()
}

/// The entry, for its publishing authority; 404 for everybody else.
fn find_for_authority(office: &Office, visit: &Visit, id: EntryId) -> Answer<Found> {
    let found = find(office, visit, id)?;
    let is_authority =
        contents::is_entitled(office, &visit.bearer, Role::PublishingAuthority, &found.entry.facts, office.now());
    if is_authority { Ok(found) } else { Err(Problem::new(ProblemKind::NotFound)) }
}

/// `GET /contribute/clearance/{id}`.
pub(super) async fn show(
    State(office): State<Office>,
    visit: Visit,
    paper: Paper,
    StrictPath(id): StrictPath<EntryId>,
) -> Answer<Response> {
    off_thread(move || page(&office, &visit, &paper, id, Typed::default())).await
}

fn page(office: &Office, visit: &Visit, paper: &Paper, id: EntryId, typed: Typed) -> Answer<Response> {
    let found = find_for_authority(office, visit, id)?;
    let (entry, document, registry) = (&found.entry, &found.document, &found.registry);
    let now = office.now();
    let docket = Docket::of(paper, registry, (id, entry), document.content.as_ref(), now);
    let content = document.content.clone().unwrap_or(Value::Null);
    let before = last_cleared(office, id, entry)?;
    let empty = Value::Object(serde_json::Map::new());
    let changed = changes(
        paper,
        registry,
        &entry.facts.record_type,
        (before.as_ref().map_or(&empty, |(_, one)| one), &content),
        now,
    );
    let is_open = document.state == WorkState::AwaitingClearance.key();
    let (submitter, what_changed) = said_with_it(office, id)?;
    let status = typed.problem.as_ref().map_or(StatusCode::OK, |problem| problem.kind().status());
    let title = format!("{}: {}", paper.w("nav_clearance"), docket.title.text);
    let template = OneTemplate {
        p: paper,
        token_field: FORM_TOKEN_FIELD,
        token: visit.form.as_str(),
        version: entry.version,
        key: dossier_engine::fresh_id().to_string(),
        digest: document.digest.clone(),
        base: before.map(|(name, _)| name.said(paper)),
        changes: changed,
        what_changed: what_changed.filter(|_| is_open),
        submitter: submitter.filter(|_| is_open),
        asked: document.requested_changes.iter().map(|one| asked(paper, one, &Default::default())).collect(),
        is_open,
        retraction: proposal(office, paper, id, &found)?,
        told: typed.problem.as_ref().map(|problem| paper.of_problem(problem)),
        typed,
        docket,
    };
    paper.page_as(status, Room::Clearance, &title, &template)
}

/// What was cleared last.
enum Base {
    Revision(u32),
    Edition(u32),
}

impl Base {
    fn said(&self, paper: &Paper) -> String {
        match self {
            Self::Revision(number) => paper.with("revision", "number", number),
            Self::Edition(number) => paper.with("edition", "number", number),
        }
    }
}

/// The content that left the body last, else the public edition.
fn last_cleared(office: &Office, id: EntryId, entry: &Entry) -> Answer<Option<(Base, Value)>> {
    let submitted = contents::submissions(office, id)?.into_iter().find_map(|submitted| submitted.content);
    if let Some(content) = submitted {
        let opened = contents::opened(office, id, &content)?;
        return Ok(opened.map(|opened| (Base::Revision(content.revision), opened.content)));
    }
    let Some(public) = &entry.public else { return Ok(None) };
    let sealed = contents::sealed(office, id, public.revision)?;
    Ok(contents::opened(office, id, &sealed)?.map(|opened| (Base::Edition(public.edition), opened.content)))
}

/// Who asked for the clearance last, and what they say has changed.
fn said_with_it(office: &Office, id: EntryId) -> Answer<(Option<String>, Option<String>)> {
    let moment = {
        let view = office.engine().view();
        let mut moments = view.timeline(id).iter().rev();
        moments.find(|moment| matches!(moment.what, Happened::ClearanceAsked { .. })).copied()
    };
    let Some(moment) = moment else { return Ok((None, None)) };
    let item = crate::api::history::item(office, id, &moment)?;
    Ok((item.by.name, item.text))
}

fn proposal(office: &Office, paper: &Paper, id: EntryId, found: &Found) -> Answer<Option<Proposal>> {
    let Some(proposed) = found.entry.public.as_ref().and_then(|public| public.retraction_proposed.as_ref()) else {
        return Ok(None);
    };
    let moment = {
        let view = office.engine().view();
        view.timeline(id).iter().rev().find(|moment| moment.place == proposed.place).copied()
    };
    let reason = moment.map(|moment| crate::api::history::item(office, id, &moment)).transpose()?;
    Ok(Some(Proposal {
        epoch: proposed.place.epoch,
        sequence: proposed.place.sequence,
        reason: reason.and_then(|item| item.text),
        since: paper.lasting(proposed.at, office.now()),
    }))
}

/// `POST /contribute/clearance/{id}`: clears or returns, as the button says.
pub(super) async fn decide(
    State(office): State<Office>,
    paper: Paper,
    StrictPath(id): StrictPath<EntryId>,
    form: SentForm,
) -> Answer<Response> {
    let done = execute(&office, id, &form).await;
    match done {
        Ok(_) => Ok((Cache::Private, Redirect::to(CLEARANCE)).into_response()),
        Err(problem) if problem.kind() == ProblemKind::NotFound => Err(problem),
        Err(problem) => {
            let typed = Typed {
                note: form.value("note").to_owned(),
                reason: form.value("reason").to_owned(),
                problem: Some(problem),
            };
            off_thread(move || page(&office, &form.visit, &paper, id, typed)).await
        }
    }
}

async fn execute(office: &Office, id: EntryId, form: &SentForm) -> Answer<Response> {
    let (if_match, key) = guards(form);
    let (state, caller, path) = (State(office.clone()), form.visit.bearer.clone(), StrictPath(id));
    let digest = || {
        let read = form.value("digest").parse();
        read.map_err(|_| crate::api::texts::unfit("/digest", "is no digest"))
    };
    let proposed = || -> Answer<clearing::ProposedAt> {
        let number = |name: &str| form.value(name).parse().map_err(|_| Problem::new(ProblemKind::WrongState));
        let epoch: u64 = number("epoch")?;
        let epoch = u32::try_from(epoch).map_err(|_| Problem::new(ProblemKind::WrongState))?;
        Ok(clearing::ProposedAt { epoch, sequence: number("sequence")?, origin: None })
    };
    let (note, reason) = (form.value("note").to_owned(), form.value("reason").to_owned());
    match form.value("decision") {
        "clear" => {
            let body = clearing::ClearBody { digest: digest()?, note: Some(note) };
            clearing::clear(state, caller, path, if_match, key, StrictJson(body)).await
        }
        "return" => {
            let body = clearing::ReturnBody { digest: digest()?, reason };
            clearing::give_back(state, caller, path, if_match, key, StrictJson(body)).await
        }
        "clear-retraction" => {
            let body = clearing::ClearRetractionBody { proposed: proposed()? };
            clearing::clear_retraction(state, caller, path, key, StrictJson(body)).await
        }
        "return-retraction" => {
            let body = clearing::ReturnRetractionBody { proposed: proposed()?, reason };
            clearing::return_retraction(state, caller, path, key, StrictJson(body)).await
        }
        _ => Err(Problem::new(ProblemKind::InvalidRequest)),
    }
}
