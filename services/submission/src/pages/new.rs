//! A new entry: of which type, for which body, in which language.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use dossier_identity::Role;
use dossier_proto::{BodyCode, EntryId};
use dossier_registry::{Day, Language};
use dossier_web::{
    Answer, Cache, Problem,
    extract::{IdempotencyKey, StrictJson},
    off_thread,
    visit::{FORM_TOKEN_FIELD, SentForm, Visit},
};
use http::{StatusCode, header};
use serde_json::json;

use super::{
    NEW,
    docket::address,
    paper::{Paper, Room},
    said::Said,
};
use crate::{
    api::{contents, starting},
    office::Office,
};

/// Something to choose.
struct Offer {
    value: String,
    label: Said,
    hint: Option<Said>,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "contribute_new.html")]
struct NewTemplate<'a> {
    p: &'a Paper,
    action: &'static str,
    token_field: &'static str,
    token: &'a str,
    key: String,
    types: Vec<Offer>,
    bodies: Vec<Offer>,
    languages: Vec<Offer>,
    told: Option<String>,
}

/// What was chosen.
#[derive(Default)]
struct Chosen {
    record_type: String,
    body: String,
    language: String,
    problem: Option<Problem>,
}

/// `GET /contribute/new`.
pub(super) async fn ask(State(office): State<Office>, visit: Visit, paper: Paper) -> Answer<Response> {
    off_thread(move || page(&office, &visit, &paper, &Chosen::default())).await
}

fn page(office: &Office, visit: &Visit, paper: &Paper, chosen: &Chosen) -> Answer<Response> {
    let now = office.now();
    let registry = contents::registry(office)?;
    let bodies: Vec<BodyCode> = {
        let view = office.engine().view();
        let found = view.state().designations.bodies_of(visit.bearer.subject, Role::Contributor, now);
        found.into_iter().cloned().collect()
    };
    let today = Day::of(now);
    let types = registry
        .types()
        .iter()
        .filter(|kind| kind.valid_from.is_none_or(|from| from <= today) && kind.valid_to.is_none_or(|to| today <= to));
    let types = types.map(|kind| Offer {
        value: kind.key.clone(),
        label: kind.labels.show(paper.tongue, &kind.key).into(),
        hint: (!kind.introduction.is_empty()).then(|| kind.introduction.show(paper.tongue, "").into()),
        is_chosen: chosen.record_type == kind.key,
    });
    let language = if chosen.language.is_empty() { paper.tongue.tag() } else { &chosen.language };
    let languages = Language::ALL.map(|one| Offer {
        value: one.tag().to_owned(),
        label: Said { text: one.own_name().to_owned(), language: Some(one) },
        hint: None,
        is_chosen: one.tag() == language,
    });
    let is_only = bodies.len() == 1;
    let bodies = bodies.iter().map(|body| Offer {
        value: body.to_string(),
        label: paper.body(&registry, body.as_str(), now),
        hint: None,
        is_chosen: is_only || chosen.body == body.as_str(),
    });
    let template = NewTemplate {
        p: paper,
        action: NEW,
        token_field: FORM_TOKEN_FIELD,
        token: visit.form.as_str(),
        key: dossier_engine::fresh_id().to_string(),
        types: types.collect(),
        bodies: bodies.collect(),
        languages: languages.into(),
        told: chosen.problem.as_ref().map(|problem| told(paper, chosen, problem)),
    };
    let status = chosen.problem.as_ref().map_or(StatusCode::OK, |problem| problem.kind().status());
    paper.page_as(status, Room::MyEntries, paper.w("new"), &template)
}

fn told(paper: &Paper, chosen: &Chosen, problem: &Problem) -> String {
    if chosen.record_type.is_empty() {
        return paper.w("choose_type").to_owned();
    }
    if chosen.body.is_empty() {
        return paper.w("choose_body").to_owned();
    }
    paper.of_problem(problem)
}

/// `POST /contribute/new`.
pub(super) async fn start(State(office): State<Office>, paper: Paper, form: SentForm) -> Answer<Response> {
    let (_, key) = super::acts::guards(&form);
    let chosen = Chosen {
        record_type: form.value("type").to_owned(),
        body: form.value("body").to_owned(),
        language: form.value("language").to_owned(),
        problem: None,
    };
    let begun = begin(&office, &form, &chosen, key).await;
    match begun {
        Ok(id) => Ok((Cache::Private, Redirect::to(&address(id))).into_response()),
        Err(problem) => {
            let chosen = Chosen { problem: Some(problem), ..chosen };
            off_thread(move || page(&office, &form.visit, &paper, &chosen)).await
        }
    }
}

async fn begin(office: &Office, form: &SentForm, chosen: &Chosen, key: IdempotencyKey) -> Answer<EntryId> {
    let body: Option<BodyCode> = if chosen.body.is_empty() {
        None
    } else {
        let read = chosen.body.parse();
        Some(read.map_err(|_| crate::api::texts::unfit("/on_behalf_of", "is no code of a body"))?)
    };
    let start = starting::StartBody {
        record_type: chosen.record_type.clone(),
        content: json!({}),
        language: Some(chosen.language.clone()),
        on_behalf_of: body,
        source: None,
        paper: None,
    };
    let answer = starting::start(State(office.clone()), form.visit.bearer.clone(), key, StrictJson(start)).await?;
    let location = answer.headers().get(header::LOCATION).and_then(|location| location.to_str().ok());
    let id = location.and_then(|location| location.rsplit('/').next()?.parse().ok());
    // A begun entry always says where it is.
    id.ok_or_else(|| Problem::new(dossier_web::ProblemKind::WrongState))
}
