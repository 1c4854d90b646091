//! JSON at the root: `/api/v1`.
//!
//! Public answers hold no person and no subject id, and of a content what everybody may read. Reading needs no token; what is
//! read with one is the same.

pub(crate) mod deciding;
pub(crate) mod document;
mod entries;
mod errors;
mod export;
pub(crate) mod files;
mod list;
mod openapi;
pub(crate) mod past;
pub(crate) mod publishers;
pub(crate) mod requests;
pub(crate) mod retract;
pub(crate) mod scheduled;
pub(crate) mod supersede;
pub(crate) mod suspend;
#[cfg(test)]
mod tests;
mod turning;

use std::sync::Arc;

use axum::{
    Router,
    extract::FromRef,
    routing::{get, post},
};
use dossier_engine::{Clock, Engine};
use dossier_identity::Accounts;
use dossier_proto::EntryId;
use dossier_vault::files::FileStore;
use dossier_web::problem::method_not_allowed;

pub use openapi::openapi;

use crate::{domain::Publication, reading::Reading, site::Site, views::Catalogue};

/// What the handlers work with.
pub(crate) struct Counter {
    pub(crate) reading: Arc<Reading>,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) site: Site,
    /// The files of approved contents, as far as they have arrived.
    pub(crate) files: FileStore,
}

impl Counter {
    pub(crate) fn engine(&self) -> &Engine<Publication, Catalogue> {
        &self.reading.engine
    }

    /// Whether every file of an entry is here that ever will be.
    pub(crate) fn has_files(&self, entry: EntryId) -> bool {
        let view = self.engine().view();
        view.files().of(entry).all(|file| self.files.is_here(entry, file.digest) || self.files.is_erased(file.key))
    }
}

/// The state of the router: a cheap clone.
#[derive(Clone)]
pub(crate) struct App(pub(crate) Arc<Counter>);

impl std::ops::Deref for App {
    type Target = Counter;
    fn deref(&self) -> &Counter {
        &self.0
    }
}

impl FromRef<App> for Arc<Accounts> {
    fn from_ref(app: &App) -> Self {
        Arc::clone(&app.accounts)
    }
}

/// The routes.
pub(crate) fn router(counter: Arc<Counter>) -> Router {
    // Where there is no route at all is for the house to say, which has one fallback for all its services.
    Router::new()
        .route("/api/v1/entries", get(list::list))
        .route("/api/v1/entries.csv", get(export::export))
        .route("/api/v1/entries/{name}", get(entries::entry))
        .route("/api/v1/entries/{name}/editions", get(entries::editions))
        .route("/api/v1/entries/{name}/editions/{edition}", get(entries::edition))
        .route("/api/v1/entries/{name}/editions/{edition}/files/{digest}", get(files::download))
        .route("/api/v1/entries/{name}/retract", post(retract::retract))
        .route("/api/v1/entries/{name}/suspend", post(suspend::suspend))
        .route("/api/v1/entries/{name}/reinstate", post(suspend::reinstate))
        .route("/api/v1/entries/{name}/supersede", post(supersede::supersede))
        .route("/api/v1/scheduled", get(scheduled::list))
        .route("/api/v1/scheduled/{name}/reschedule", post(scheduled::reschedule))
        .route("/api/v1/scheduled/{name}/publish", post(scheduled::publish))
        .route("/api/v1/retraction-requests", get(requests::list))
        .route("/api/v1/retraction-requests/{name}/decline", post(requests::decline))
        .route("/api/v1/openapi.json", get(openapi::document))
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(App(counter))
}
