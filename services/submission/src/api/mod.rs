//! The JSON interface, under `/contribute/api/v1`.

pub(crate) mod asking;
pub(crate) mod assembling;
pub(crate) mod callers;
pub(crate) mod clearing;
pub(crate) mod contents;
mod describing;
pub(crate) mod document;
mod duplicates;
mod errands;
pub(crate) mod files;
pub(crate) mod history;
mod inbox;
mod messages;
pub(crate) mod past;
pub(crate) mod reading;
pub(crate) mod refusals;
mod requested;
pub(crate) mod saving;
mod source;
mod stale;
pub(crate) mod starting;
pub(crate) mod submitting;
#[cfg(test)]
mod tests;
pub(crate) mod texts;
pub(crate) mod validating;

use axum::{
    Json, Router,
    routing::{get, post, put},
};
use dossier_web::off_thread;

pub(crate) use inbox::title_of;
pub(crate) use refusals::no_registry;

pub use describing::openapi;
pub use document::{
    AppealDocument, ByDocument, CorrectionDocument, EntryDocument, EntrySummary, FaultDocument, HistoryItem,
    HoldDocument, MessageDocument, NextDocument, PaperDocument, RequestedChangeDocument, RetractionDocument,
    SourceDocument, TurnDocument,
};
pub use duplicates::{DuplicateDocument, DuplicatesDocument};
pub use files::FileDocument;

use crate::office::Office;

/// Where the interface stands.
pub const PREFIX: &str = "/contribute/api/v1";

/// The routes.
pub fn router(office: Office) -> Router {
    let routes = Router::new()
        .route("/entries", get(reading::list).post(starting::start))
        .route("/entries/{id}", get(reading::entry))
        .route("/entries/{id}/history", get(history::history))
        .route("/entries/{id}/source", get(source::source))
        .route("/entries/{id}/draft", put(saving::save))
        .route("/entries/{id}/files", post(files::upload))
        .route("/entries/{id}/files/{digest}", get(files::download).delete(files::remove))
        .route("/entries/{id}/submit", post(submitting::submit))
        .route("/entries/{id}/recall", post(asking::recall))
        .route("/entries/{id}/withdraw", post(asking::withdraw))
        .route("/entries/{id}/revise", post(asking::revise))
        .route("/entries/{id}/ask-retraction", post(asking::ask_retraction))
        .route("/entries/{id}/appeal", post(asking::appeal))
        .route("/entries/{id}/object", post(asking::object))
        .route("/entries/{id}/duplicates", get(duplicates::duplicates))
        .route("/entries/{id}/clear", post(clearing::clear))
        .route("/entries/{id}/return", post(clearing::give_back))
        .route("/entries/{id}/clear-retraction", post(clearing::clear_retraction))
        .route("/entries/{id}/return-retraction", post(clearing::return_retraction))
        .route("/inbox", get(inbox::inbox))
        .route("/inbox/read", post(inbox::read))
        .route("/openapi.json", get(|| async { Json(openapi()) }));
    Router::new().nest(PREFIX, routes).with_state(office)
}
