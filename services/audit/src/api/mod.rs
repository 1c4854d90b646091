//! The JSON interface, under `/audit/api/v1`. For auditors; the checkpoints are for everybody.

pub(crate) mod as_json;
mod asked;
mod certificates;
pub(crate) mod checkpoints;
mod cosignatures;
mod describing;
pub(crate) mod doors;
mod events;
pub(crate) mod exports;
pub(crate) mod figures;
pub(crate) mod findings;
mod key_turns;
mod log;
pub(crate) mod moments;
mod readings;
pub(crate) mod receipts;
pub(crate) mod search;
mod state;
pub(crate) mod trails;

use axum::{
    Json, Router,
    routing::{get, post},
};
use dossier_web::off_thread;

pub use as_json::event_as_json;
pub use checkpoints::{CheckpointDocument, LogDocument};
pub use describing::openapi;
pub use events::{EventDocument, EventsDocument};
pub use findings::FindingDocument;
pub use key_turns::KeyTurnsDocument;
pub use moments::{DifferenceDocument, KnownBy, MomentDocument, WordsChanged};
pub use readings::ReadingDocument;
pub use search::{FoundDocument, FoundStep, TouchedEntry};
pub use state::DigestsDocument;

use crate::office::Office;

/// Where the interface stands.
pub const PREFIX: &str = "/audit/api/v1";

/// The routes.
pub fn router(office: Office) -> Router {
    let routes = Router::new()
        .route("/entries/{id}/trail", get(trails::trail))
        .route("/entries/{id}/moment", get(moments::moment))
        .route("/entries/{id}/difference", get(moments::difference))
        .route("/entries/{id}/certificate", get(certificates::of_entry))
        .route("/trails", get(search::search))
        .route("/events", get(events::events))
        .route("/checkpoints", get(checkpoints::all))
        .route("/checkpoints/{origin}", get(checkpoints::one))
        .route("/key-turns/{origin}", get(key_turns::turns))
        .route("/receipts/{name}/{edition}", get(receipts::receipt))
        .route("/verifier-keys.txt", get(receipts::verifier_keys))
        .route("/state", get(state::state))
        .route("/findings", get(findings::findings))
        .route("/figures", get(figures::figures))
        .route("/readings", get(readings::readings))
        .route("/openapi.json", get(|| async { Json(openapi()) }));
    Router::new()
        .nest(PREFIX, routes)
        .route("/audit/certificates/{name}/{edition}", get(certificates::public))
        .route("/audit/log/{origin}/key-turns", get(key_turns::turns))
        .route("/audit/log/{origin}/{epoch}/{*part}", get(log::part))
        .route("/audit/log/{origin}/{epoch}/cosignatures", post(cosignatures::bring))
        .route("/audit/log/{origin}/{epoch}/forks", post(cosignatures::accuse))
        .with_state(office)
}
