//! What a body asks about an entry besides writing it: a page each, with what will happen and, where one is read, the reason.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use dossier_proto::EntryId;
use dossier_web::{
    Answer, Cache, Part, Problem, ProblemKind, Tag,
    extract::{Bearer, IdempotencyKey, IfMatch, StrictJson, StrictPath},
    off_thread,
    visit::{FORM_TOKEN_FIELD, SentForm, Visit},
};
use http::StatusCode;

use super::{
    docket::{Docket, address},
    entry::find,
    paper::{Paper, Room},
};
use crate::{
    api::{EntryDocument, asking},
    domain::{Entry, Workflow},
    office::Office,
};

/// What can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Recall,
    Withdraw,
    Revise,
    Retract,
    Appeal,
    Object,
}

/// A link to what can be done now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Offered {
    pub(super) address: String,
    pub(super) label: &'static str,
    pub(super) tone: &'static str,
}

impl Act {
    const ALL: [Self; 6] = [Self::Recall, Self::Revise, Self::Appeal, Self::Object, Self::Retract, Self::Withdraw];

    /// As it stands in addresses, and in the keys of its words.
    const fn key(self) -> &'static str {
        match self {
            Self::Recall => "recall",
            Self::Withdraw => "withdraw",
            Self::Revise => "revise",
            Self::Retract => "retract",
            Self::Appeal => "appeal",
            Self::Object => "object",
        }
    }

    fn of(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.key() == key)
    }

    /// Whether somebody reads why.
    const fn has_reason(self) -> bool {
        !matches!(self, Self::Recall | Self::Revise)
    }

    const fn tone(self) -> &'static str {
        match self {
            Self::Retract | Self::Withdraw => "danger quiet",
            _ => "",
        }
    }

    /// Whether it makes sense as things stand: to show a door, never to decide.
    fn is_open(self, entry: &Entry, document: &EntryDocument) -> bool {
        let in_review = matches!(entry.workflow, Workflow::InReview { asked: None, .. });
        let awaits = matches!(entry.workflow, Workflow::AwaitingClearance { .. });
        match self {
            Self::Recall => awaits || (in_review && entry.under_appeal().is_none()),
            Self::Withdraw => awaits || in_review || entry.workflow.is_with_body(),
            Self::Revise => {
                let is_at_rest = !entry.workflow.is_with_body() && !awaits && entry.workflow.under_review().is_none();
                let is_outdated = entry.workflow.is_with_body() && entry.base_is_outdated();
                entry.revisable().is_some() && entry.workflow.approval().is_none() && (is_at_rest || is_outdated)
            }
            Self::Retract => entry.has_edition() && document.retraction.is_none(),
            Self::Appeal => document.appeal.as_ref().is_some_and(|appeal| appeal.possible),
            Self::Object => document.correction.as_ref().is_some_and(|correction| !correction.objected),
        }
    }
}

/// What is offered on the page of an entry.
pub(super) fn offered(
    paper: &Paper,
    id: EntryId,
    entry: &Entry,
    document: &EntryDocument,
    may_write: bool,
) -> Vec<Offered> {
    let here = address(id);
    let link = |end: &str, label, tone| Offered { address: format!("{here}/{end}"), label, tone };
    let mut all = vec![link("preview", paper.w("preview"), ""), link("timeline", paper.w("timeline"), "")];
    if may_write {
        let open = Act::ALL.into_iter().filter(|act| act.is_open(entry, document));
        all.extend(open.map(|act| link(act.key(), paper.w(&format!("act.{}.button", act.key())), act.tone())));
    }
    all
}

#[derive(Template)]
#[template(path = "entry_act.html")]
struct ActTemplate<'a> {
    p: &'a Paper,
    docket: Docket,
    token_field: &'static str,
    token: &'a str,
    version: u64,
    key: String,
    action: String,
    title: &'static str,
    text: &'static str,
    button: &'static str,
    is_danger: bool,
    reason: Option<ReasonAsked<'a>>,
    told: Option<String>,
}

/// A reason that somebody will read.
struct ReasonAsked<'a> {
    typed: &'a str,
    reader: &'static str,
}

/// `GET /contribute/entries/{id}/{act}`.
pub(super) async fn ask(
    State(office): State<Office>,
    visit: Visit,
    paper: Paper,
    StrictPath((id, act)): StrictPath<(EntryId, String)>,
) -> Answer<Response> {
    let act = Act::of(&act).ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    off_thread(move || page(&office, &visit, &paper, id, act, ("", None))).await
}

fn page(
    office: &Office,
    visit: &Visit,
    paper: &Paper,
    id: EntryId,
    act: Act,
    (typed, problem): (&str, Option<&Problem>),
) -> Answer<Response> {
    let found = find(office, visit, id)?;
    let word = |part: &str| paper.w(&format!("act.{}.{part}", act.key()));
    let docket = Docket::of(paper, &found.registry, (id, &found.entry), found.document.content.as_ref(), office.now());
    let template = ActTemplate {
        p: paper,
        action: format!("{}/{}", docket.address, act.key()),
        docket,
        token_field: FORM_TOKEN_FIELD,
        token: visit.form.as_str(),
        version: found.entry.version,
        key: dossier_engine::fresh_id().to_string(),
        title: word("title"),
        text: word("text"),
        button: word("button"),
        is_danger: matches!(act, Act::Retract | Act::Withdraw),
        reason: act.has_reason().then(|| ReasonAsked { typed, reader: word("reader") }),
        told: problem.map(|problem| paper.of_problem(problem)),
    };
    let status = problem.map_or(StatusCode::OK, |problem| problem.kind().status());
    paper.page_as(status, Room::MyEntries, word("title"), &template)
}

/// `POST /contribute/entries/{id}/{act}`.
pub(super) async fn act(
    State(office): State<Office>,
    paper: Paper,
    StrictPath((id, act)): StrictPath<(EntryId, String)>,
    form: SentForm,
) -> Answer<Response> {
    let act = Act::of(&act).ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let reason = form.value("reason").to_owned();
    let done = execute(&office, form.visit.bearer.clone(), id, act, &form).await;
    match done {
        Ok(_) => {
            let page = format!("{}?done={}", address(id), act.key());
            Ok((Cache::Private, Redirect::to(&page)).into_response())
        }
        Err(problem) if problem.kind() == ProblemKind::NotFound => Err(problem),
        Err(problem) => {
            off_thread(move || page(&office, &form.visit, &paper, id, act, (&reason, Some(&problem)))).await
        }
    }
}

async fn execute(office: &Office, caller: Bearer, id: EntryId, act: Act, form: &SentForm) -> Answer<Response> {
    let (if_match, key) = guards(form);
    let (state, path) = (State(office.clone()), StrictPath(id));
    let reason = StrictJson(asking::ReasonBody { reason: form.value("reason").to_owned() });
    match act {
        Act::Recall => asking::recall(state, caller, path, if_match, key).await,
        Act::Revise => asking::revise(state, caller, path, if_match, key).await,
        Act::Withdraw => asking::withdraw(state, caller, path, if_match, key, reason).await,
        Act::Retract => asking::ask_retraction(state, caller, path, if_match, key, reason).await,
        Act::Appeal => asking::appeal(state, caller, path, if_match, key, reason).await,
        Act::Object => asking::object(state, caller, path, if_match, key, reason).await,
    }
}

/// The version that the page was drawn on, and the key that makes a second sending a repeat.
pub(super) fn guards(form: &SentForm) -> (IfMatch, IdempotencyKey) {
    let version = form.value("version").parse().unwrap_or_default();
    let key: String = form.value("key").chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    (IfMatch::Tags(vec![Tag::Version(Part::Draft, version)]), IdempotencyKey((!key.is_empty()).then_some(key)))
}
