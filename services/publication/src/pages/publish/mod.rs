//! The publisher's pages, `/publish`: what waits for its time, what bodies ask to have taken back, and what is decided on public entries.
//!
//! A page calls the same function as the JSON interface does: the same rights, commands and limits ([`crate::api::deciding`]).

mod deed;
mod deed_form;
mod desk;
mod entries;
mod entry;
mod faults;
mod home;
mod news;
mod preview;
mod request;
mod rows;
mod scheduled;
mod sent;

use std::sync::Arc;

use axum::{
    Router,
    extract::FromRef,
    routing::{get, post},
};
use dossier_identity::Accounts;
use dossier_web::problem::method_not_allowed;

use super::Pages;
use crate::api::App;

/// Where open pages hear that they have changed.
const LIVE: &str = "/publish/live";
/// What they hear of.
pub(super) const TOPIC: &str = "publishing";
/// Where these pages begin.
const HOME: &str = "/publish";

/// What these pages are drawn from, and decide with.
#[derive(Clone)]
struct Publishing {
    app: App,
    pages: Arc<Pages>,
}

impl FromRef<Publishing> for Arc<Accounts> {
    fn from_ref(publishing: &Publishing) -> Self {
        Self::clone(&publishing.app.accounts)
    }
}

/// The routes of the publisher's pages.
pub(super) fn router(pages: Arc<Pages>) -> Router {
    let app = App(Arc::clone(&pages.counter));
    Router::new()
        .route(HOME, get(home::show))
        .route(LIVE, get(news::follow))
        .route("/publish/entries", get(entries::show))
        .route("/publish/entries/{name}", get(entry::show))
        .route("/publish/entries/{name}/{deed}", get(deed::show).post(deed::send))
        .route("/publish/requests/{name}", get(request::show).post(request::decline))
        .route("/publish/scheduled/{name}", get(scheduled::show))
        .route("/publish/scheduled/{name}/reschedule", post(scheduled::reschedule))
        .route("/publish/scheduled/{name}/publish", post(scheduled::publish))
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(Publishing { app, pages })
}
