//! Submitting: the automatic checks, what has changed, the answers, and the declaration.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use dossier_proto::EntryId;
use dossier_registry::{Grade, Stage};
use dossier_web::{
    Answer, Cache, Problem, ProblemKind,
    extract::{StrictJson, StrictPath},
    off_thread,
    visit::{FORM_TOKEN_FIELD, SentForm, Visit},
};
use http::StatusCode;

use super::{
    acts::guards,
    docket::{Docket, address},
    entry::{answers_in, find},
    form_page::{AskedShown, asked},
    keeping::{ANSWER, WHAT_CHANGED},
    paper::{Paper, Room},
    said::Said,
    typing::{self, Typing},
};
use crate::{
    api::{contents, submitting, validating},
    office::Office,
};

/// A requested change with the name of its field.
struct AskedHere {
    field: Said,
    asked: AskedShown,
}

#[derive(Template)]
#[template(path = "entry_submit.html")]
struct SubmitTemplate<'a> {
    p: &'a Paper,
    docket: Docket,
    token_field: &'static str,
    token: &'a str,
    version: u64,
    key: String,
    /// What is to be mended, with the field to go to.
    errors: Vec<(String, String)>,
    remarks: Vec<(String, String)>,
    asked: Vec<AskedHere>,
    what_changed: String,
    is_first: bool,
    needs_clearance: bool,
    declaration: String,
    embargo: String,
    is_certified: bool,
    told: Option<String>,
    /// Something was typed into the form that is not in the draft.
    has_unsaved: bool,
}

/// What was typed into the page.
#[derive(Default)]
struct Filled {
    answers: BTreeMap<(u32, u32), String>,
    what_changed: String,
    embargo: String,
    is_certified: bool,
    has_unsaved: bool,
    problem: Option<Problem>,
}

/// `GET /contribute/entries/{id}/submit`.
pub(super) async fn ask(
    State(office): State<Office>,
    visit: Visit,
    paper: Paper,
    StrictPath(id): StrictPath<EntryId>,
) -> Answer<Response> {
    off_thread(move || {
        let typing = typing::kept(&office, id, visit.bearer.subject)?;
        let filled = Filled {
            answers: answers_in(&typing.fields),
            what_changed: typing.value(WHAT_CHANGED).to_owned(),
            has_unsaved: typing.fields.iter().any(|(name, _)| name.starts_with('/')),
            ..Filled::default()
        };
        page(&office, &visit, &paper, id, filled)
    })
    .await
}

fn page(office: &Office, visit: &Visit, paper: &Paper, id: EntryId, filled: Filled) -> Answer<Response> {
    let found = find(office, visit, id)?;
    let (entry, document, registry) = (&found.entry, &found.document, &found.registry);
    let docket = Docket::of(paper, registry, (id, entry), document.content.as_ref(), office.now());
    let content = document.content.clone().unwrap_or_default();
    let faults = validating::validate(office, registry, (id, &entry.facts), &content, Stage::Submission)?;
    let link = |fault: &dossier_registry::Fault| {
        let field = if fault.field.is_empty() { String::new() } else { format!("?checked=1#field-{}", fault.field) };
        let text = fault.messages.show(paper.tongue, &fault.message).text;
        (format!("{}{field}", docket.address), text)
    };
    let kind = registry.record_type(&entry.facts.record_type);
    let label = |key: &str| {
        let field = kind.and_then(|kind| kind.field(key));
        field.map_or_else(|| Said::plain(key), |field| field.labels.show(paper.tongue, key).into())
    };
    let asked_here = document
        .requested_changes
        .iter()
        .map(|one| AskedHere { field: label(&one.field), asked: asked(paper, one, &filled.answers) });
    let title = format!("{}: {}", paper.w("submit"), docket.title.text);
    let body = paper.body(registry, entry.facts.body.as_str(), office.now());
    let (errors, remarks): (Vec<_>, Vec<_>) = faults.iter().partition(|fault| fault.grade == Grade::Error);
    let template = SubmitTemplate {
        p: paper,
        token_field: FORM_TOKEN_FIELD,
        token: visit.form.as_str(),
        version: entry.version,
        key: dossier_engine::fresh_id().to_string(),
        errors: errors.into_iter().map(link).collect(),
        remarks: remarks.into_iter().map(link).collect(),
        asked: asked_here.collect(),
        what_changed: filled.what_changed,
        is_first: entry.round == 0,
        needs_clearance: document.needs_clearance,
        declaration: paper.with("declaration", "body", body.text),
        embargo: filled.embargo,
        is_certified: filled.is_certified,
        has_unsaved: filled.has_unsaved,
        told: filled.problem.as_ref().map(|problem| told(paper, problem)),
        docket,
    };
    let status = filled.problem.as_ref().map_or(StatusCode::OK, |problem| problem.kind().status());
    paper.page_as(status, Room::MyEntries, &title, &template)
}

fn told(paper: &Paper, problem: &Problem) -> String {
    let code = problem.extensions().get("code").and_then(serde_json::Value::as_str).unwrap_or_default();
    let own = paper.known(&format!("refused.{code}"));
    own.unwrap_or_else(|| paper.of_problem(problem))
}

/// `POST /contribute/entries/{id}/submit`.
pub(super) async fn submit(
    State(office): State<Office>,
    paper: Paper,
    StrictPath(id): StrictPath<EntryId>,
    form: SentForm,
) -> Answer<Response> {
    let pairs: Vec<(String, String)> =
        form.fields.iter().map(|field| (field.name.clone(), field.value.clone())).collect();
    let filled = Filled {
        answers: answers_in(&pairs),
        what_changed: form.value(WHAT_CHANGED).to_owned(),
        embargo: form.value("embargo").trim().to_owned(),
        is_certified: form.value("certify") == "true",
        ..Filled::default()
    };
    let body = body_of(&filled);
    let (if_match, key) = guards(&form);
    let visit = form.visit;
    remember(&office, &visit, id, &pairs).await?;
    let state = State(office.clone());
    let done = submitting::submit(state, visit.bearer.clone(), StrictPath(id), if_match, key, StrictJson(body)).await;
    match done {
        Ok(_) => {
            forget(&office, &visit, id).await?;
            let page = format!("{}?done=submitted", address(id));
            Ok((Cache::Private, Redirect::to(&page)).into_response())
        }
        Err(problem) if problem.kind() == ProblemKind::NotFound => Err(problem),
        Err(problem) => {
            let filled = Filled { problem: Some(problem), ..filled };
            off_thread(move || page(&office, &visit, &paper, id, filled)).await
        }
    }
}

fn body_of(filled: &Filled) -> submitting::SubmitBody {
    let answers = filled.answers.iter().filter(|(_, text)| !text.trim().is_empty());
    let answers = answers.map(|((round, item), text)| submitting::AnswerBody {
        item: *item,
        round: Some(*round),
        text: text.clone(),
    });
    submitting::SubmitBody {
        what_changed: Some(filled.what_changed.clone()).filter(|text| !text.trim().is_empty()),
        certify: filled.is_certified,
        answers: answers.collect(),
        // A day is its beginning, in UTC.
        embargo_until: Some(&filled.embargo).filter(|day| !day.is_empty()).map(|day| format!("{day}T00:00:00Z")),
    }
}

/// What was typed is not lost when the submission is refused, or the browser is closed.
async fn remember(office: &Office, visit: &Visit, id: EntryId, pairs: &[(String, String)]) -> Answer<()> {
    let is_beside = |name: &str| name.starts_with(ANSWER) || name == WHAT_CHANGED;
    let fields = pairs.iter().filter(|(name, text)| is_beside(name) && !text.trim().is_empty()).cloned().collect();
    keep(office, visit, id, Some(fields)).await
}

async fn forget(office: &Office, visit: &Visit, id: EntryId) -> Answer<()> {
    keep(office, visit, id, None).await
}

/// Keeps what is said beside the content, and what does not fit it yet; nothing at all once it was submitted.
async fn keep(office: &Office, visit: &Visit, id: EntryId, beside: Option<Vec<(String, String)>>) -> Answer<()> {
    let (office, caller) = (office.clone(), visit.bearer.clone());
    off_thread(move || {
        let entry = crate::api::callers::visible(&office.engine().view(), &caller, id, office.now())?.clone();
        if !contents::may_write(&office, &caller, &entry.facts, office.now()) {
            return Ok(());
        }
        let mut typing = typing::kept(&office, id, caller.subject)?;
        match beside {
            Some(beside) => {
                typing.fields.retain(|(name, _)| name.starts_with('/'));
                typing.fields.extend(beside);
            }
            None => typing = Typing { version: entry.version, ..Typing::default() },
        }
        typing::keep(&office, (id, entry.working), caller.subject, &typing).map(drop)
    })
    .await
}
