//! Pages for people, rendered here: home, the form of an entry, what is done about it, clearance, and the blank forms for paper. All of it works
//! without a script. A page calls what the JSON interface calls: the same rights, commands and limits.

mod acts;
mod attaching;
mod catalogue;
mod changes;
mod clearance;
mod conflict;
mod controls;
mod docket;
mod entry;
mod form;
mod form_fields;
mod form_page;
mod form_words;
mod home;
mod keeping;
mod live;
mod messages;
mod multipart;
mod new;
mod paper;
mod preview;
mod said;
mod submit;
#[cfg(test)]
mod tests;
mod timeline;
mod typed;
pub(crate) mod typing;
mod zones;

use std::sync::LazyLock;

use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use dossier_registry::{Day, Language};
use dossier_web::{
    Answer, Cache, Problem, ProblemKind,
    extract::{FieldError, StrictPath, StrictQuery},
    page::OwnScript,
    problem::method_not_allowed,
};
use http::{HeaderValue, header};
use serde::Deserialize;
use sha2::{Digest, Sha256};

pub(crate) use live::topics;

use crate::{api::no_registry, office::Office};
use form::FormPage;

/// Where contributors begin.
const HOME: &str = "/contribute";
/// Where an entry begins.
const NEW: &str = "/contribute/new";
/// Where the entries stand.
const ENTRIES: &str = "/contribute/entries";
/// What awaits clearance.
const CLEARANCE: &str = "/contribute/clearance";

/// What forms gain from a script: tabs, rows, progress. Without it they do all the same.
static FORM_SCRIPT: OwnScript = OwnScript::new("/contribute/assets", "form", include_str!("../../assets/form.js"));

/// Where the forms stand.
const FORMS: &str = "/contribute/forms";

/// How a form looks on paper and on a screen.
const STYLE: &str = include_str!("../../assets/form.css");

/// The stylesheet has its digest in its address: kept for ever, and never stale.
static STYLE_ADDRESS: LazyLock<String> = LazyLock::new(|| {
    let digest: String = Sha256::digest(STYLE).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{FORMS}/style-{digest}.css")
});

/// Which form.
#[derive(Debug, Clone, Default, Deserialize)]
struct FormQuery {
    /// The language of the form; as the browser asks for when not given.
    language: Option<String>,
}

/// The routes of the pages.
pub(crate) fn router(office: Office) -> Router {
    let form = format!("{FORMS}/{{type}}");
    Router::new()
        .route(&STYLE_ADDRESS, get(style))
        .route(&form, get(blank))
        .route(HOME, get(home::home))
        .route(live::LIVE, get(live::follow))
        .route(NEW, get(new::ask).post(new::start))
        .route(CLEARANCE, get(clearance::list))
        .route(&format!("{CLEARANCE}/{{id}}"), get(clearance::show).post(clearance::decide))
        .route(&format!("{ENTRIES}/{{id}}"), get(entry::open).post(entry::save))
        .route(&format!("{ENTRIES}/{{id}}/kept"), post(entry::keep_typing))
        .route(&format!("{ENTRIES}/{{id}}/files"), get(attaching::ask).post(attaching::take))
        .route(&format!("{ENTRIES}/{{id}}/files/{{digest}}"), get(attaching::download))
        .route(&format!("{ENTRIES}/{{id}}/preview"), get(preview::show))
        .route(&format!("{ENTRIES}/{{id}}/timeline"), get(timeline::show))
        .route(&format!("{ENTRIES}/{{id}}/submit"), get(submit::ask).post(submit::submit))
        .route(&format!("{ENTRIES}/{{id}}/{{act}}"), get(acts::ask).post(acts::act))
        .merge(FORM_SCRIPT.routes())
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(office)
}

async fn style() -> impl IntoResponse {
    (Cache::Immutable, [(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)
}

/// `GET /contribute/forms/{type}`: a blank form of the registry in force, to be printed. It says nothing that the registry,
/// which is public, does not say; so it needs no token.
async fn blank(
    State(office): State<Office>,
    preferred: dossier_web::Language,
    StrictPath(record_type): StrictPath<String>,
    StrictQuery(query): StrictQuery<FormQuery>,
) -> Answer<Response> {
    let language = language(query.language.as_deref(), preferred)?;
    let registry = office.registry().map_err(|error| no_registry(&error))?;
    let now = office.now();
    let kind = registry.record_type(&record_type).filter(|kind| {
        let today = Day::of(now);
        kind.valid_from.is_none_or(|from| from <= today) && kind.valid_to.is_none_or(|to| today <= to)
    });
    let kind = kind.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let page = FormPage::of(&registry, kind, language, now).draw(&STYLE_ADDRESS);
    let page = page.map_err(|error| Problem::internal(&error))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag())),
    ];
    Ok((Cache::PublicPage, headers, page).into_response())
}

fn language(named: Option<&str>, preferred: dossier_web::Language) -> Answer<Language> {
    let Some(named) = named else { return Ok(preferred.code().parse().unwrap_or(Language::En)) };
    named.parse().map_err(|_| {
        let detail = "takes one of ar, zh, en, fr, ru, es".to_owned();
        FieldError::problem(ProblemKind::InvalidRequest, &[FieldError { pointer: "/language".to_owned(), detail }])
    })
}
