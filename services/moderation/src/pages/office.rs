//! Pages of the office: people and what they may do, the registry in force and those before it, the health of journals and exchange.
//! For administrators, registrars and, as far as their own contributors are concerned, publishing authorities.

mod designations;
mod forms;
mod health;
mod invitations;
mod people;
mod person;
mod registry;
mod revoking;
mod rights;

use axum::{
    Router,
    routing::{get, post},
};
use dossier_identity::Role;
use dossier_proto::Micros;
use dossier_web::{Answer, Problem, ProblemKind, page::Words, visit::Visit};

use crate::api::App;

/// Where people are.
const PEOPLE: &str = "/review/people";
/// What everybody may do, and could.
const DESIGNATIONS: &str = "/review/designations";
/// The registry in force.
const REGISTRY: &str = "/review/registry";
/// How journals and exchange are.
const HEALTH: &str = "/review/health";

/// The routes of these pages.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(PEOPLE, get(people::show))
        .route("/review/people/invite", get(person::ask_invite).post(person::invite))
        .route("/review/people/designate", get(person::ask_designate).post(person::designate))
        .route("/review/people/invitations/{subject}/again", post(invitations::again))
        .route("/review/people/invitations/{subject}/withdraw", post(invitations::withdraw))
        .route("/review/people/revoke/{id}", get(revoking::ask).post(revoking::revoke))
        .route(DESIGNATIONS, get(designations::show))
        .route(REGISTRY, get(registry::show))
        .route("/review/registry/check", post(registry::check))
        .route("/review/registry/adopt", post(registry::adopt))
        .route("/review/registry/changes", get(registry::compare))
        .route(HEALTH, get(health::show))
        .merge(registry::OFFICE_JS.routes())
}

/// Refuses whoever holds none of these roles now.
fn admits(app: &App, visit: &Visit, roles: &[Role]) -> Answer<()> {
    let (view, now) = (app.engine.view(), app.clock.now());
    let holds = |role: &Role| view.state.designations.holds(visit.bearer.subject, *role, now).is_ok();
    if roles.iter().any(holds) {
        return Ok(());
    }
    let named = roles.first().map_or("", |role| role.key());
    Err(Problem::new(ProblemKind::NotEntitled).with("code", "no-designation").with("role", named))
}

/// Whether somebody holds a role now.
fn holds(app: &App, visit: &Visit, role: Role) -> bool {
    app.engine.view().state.designations.holds(visit.bearer.subject, role, app.clock.now()).is_ok()
}

/// A moment for machines and for people, to the day.
fn day(written: &str, words: &Words) -> (String, String) {
    let shown = dossier_web::moment::read(written).map(|moment| words.date(dossier_web::page::date_in_utc(moment)));
    (written.to_owned(), shown.unwrap_or_else(|| written.to_owned()))
}

/// A moment for machines and for people, to the minute.
fn minute(moment: Micros, words: &Words) -> (String, String) {
    (dossier_web::moment::written(moment), words.moment(moment))
}

/// What was done just now, as the address says it.
fn done(query: Option<&str>) -> Option<&'static str> {
    match query?.split('&').find_map(|pair| pair.strip_prefix("done="))? {
        "invite" => Some("office.done_invite"),
        "designate" => Some("office.done_designate"),
        "again" => Some("office.done_again"),
        "withdraw" => Some("office.done_withdraw"),
        "revoke" => Some("office.done_revoke"),
        "adopt" => Some("office.done_adopt"),
        _ => None,
    }
}
