//! Pages of this service, rendered here. So far the door of the house: signing in and out, invitations, forgotten passwords.

mod coming_in;
mod door;
mod frame;
mod going_out;
mod live;
mod office;
mod queue;
mod review;
mod said;
mod told;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};
use dossier_web::{
    problem::method_not_allowed,
    visit::{SIGN_IN, SIGN_OUT},
};

pub(crate) use review::Watching;

use crate::api::{App, Desk};

/// A link from an invitation leads here.
const WELCOME: &str = "/review/welcome";
/// A link for a forgotten password leads here.
const NEW_PASSWORD: &str = "/review/new-password";
/// Where such a link is asked for.
const FORGOTTEN: &str = "/review/forgotten-password";

/// Where open pages of this service hear that they have changed.
const LIVE: &str = "/review/live";

/// What makes a form take effect once, drawn with the page.
fn fresh_key() -> String {
    dossier_proto::EventId(dossier_engine::fresh_id().0).to_string()
}

/// The language of a page, as the registry knows it.
fn registry_language(language: dossier_web::Language) -> dossier_registry::Language {
    language.code().parse().unwrap_or(dossier_registry::Language::En)
}

/// A moment as people type it (`2026-03-09`, `2026-03-09 09:00`, in UTC) as programs write it; anything else as it is.
fn moment_typed(text: &str) -> String {
    let text = text.trim();
    let with = match text.len() {
        10 => format!("{text}T00:00:00Z"),
        16 => format!("{}:00Z", text.replacen(' ', "T", 1)),
        _ => text.to_owned(),
    };
    if dossier_web::moment::read(&with).is_some() { with } else { text.to_owned() }
}

/// A text for a query, every byte that is not a letter or digit escaped.
fn percent(text: &str) -> String {
    use std::fmt::Write as _;
    let mut escaped = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => escaped.push(char::from(byte)),
            // Writing into a String does not fail.
            other => drop(write!(escaped, "%{other:02X}")),
        }
    }
    escaped
}

/// The routes of the pages.
pub(crate) fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route(SIGN_IN, get(door::show).post(door::sign_in))
        .route(SIGN_OUT, get(going_out::ask).post(going_out::sign_out))
        .route(WELCOME, get(coming_in::welcome).post(coming_in::use_invitation))
        .route(NEW_PASSWORD, get(coming_in::new_password).post(coming_in::use_reset))
        .route("/review", get(queue::lead_there))
        .route(queue::QUEUE, get(queue::show).post(queue::claim))
        .route("/review/entries/{entry}", get(review::show).post(review::send))
        .route("/review/entries/{entry}/kept", post(review::keep))
        .route("/review/entries/{entry}/files/{digest}", get(review::file))
        .route(LIVE, get(live::follow))
        .merge(queue::DESK_JS.routes())
        .merge(office::routes())
        .route(FORGOTTEN, get(coming_in::forgotten).post(coming_in::ask_reset))
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(App(desk))
}
