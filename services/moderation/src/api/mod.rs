//! JSON under `/review/api/v1`.
//!
//! Every answer about an entry goes through `eyes`: what the caller may know of it, and how much.

// `#[utoipa::path]` writes the types of parameters with their module before them.
#![allow(unused_qualifications)]

mod acts;
pub(crate) mod adopting;
pub(crate) mod asked;
pub(crate) mod at_hand;
mod bodies;
mod carried_over;
mod carrying_out;
mod checklist;
pub(crate) mod compared;
pub(crate) mod correction_shown;
mod corrections;
pub(crate) mod deliberation;
pub(crate) mod designation;
pub(crate) mod designations;
mod entering;
mod erasures;
mod errors;
mod execute;
pub(crate) mod eyes;
mod files;
pub(crate) mod history;
mod holding;
mod in_force;
mod inbox;
pub(crate) mod invitation;
pub(crate) mod invited;
pub(crate) mod inviting;
mod limits;
mod locks;
pub(crate) mod messages;
mod mismatch;
pub(crate) mod offers;
pub(crate) mod one_review;
mod openapi;
mod opinions;
mod own_account;
pub(crate) mod queue;
pub(crate) mod scene;
mod sealing;
pub(crate) mod shown;
pub(crate) mod submitted;
#[cfg(test)]
mod tests;
mod tracking;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::FromRef,
    routing::{delete, get, post},
};
use dossier_engine::{Clock, Engine};
use dossier_identity::Accounts;
use dossier_post::Post;
use dossier_proto::EntryId;
use dossier_vault::files::FileStore;
use dossier_web::{Answer, Problem, ProblemKind, live::Live, moment, problem::with_problems};

pub(crate) use entering::problem as of_entering;
pub(crate) use errors::of_registry;
pub(crate) use inviting::of_accounts;
pub use openapi::openapi;

use crate::{
    domain::Moderation, gists::Gists, held::HeldForms, news, pages::Watching, registry_in_force::RegistryInForce,
    views::Reviews, words::Words,
};

/// How long a query waits for the position it asks for. What is on its way arrives within milliseconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where this interface begins.
pub const PREFIX: &str = "/review/api/v1";

/// What the handlers work with.
pub(crate) struct Desk {
    pub(crate) engine: Engine<Moderation, Reviews>,
    pub(crate) words: Words,
    pub(crate) accounts: Arc<Accounts>,
    /// How people are reached by mail.
    pub(crate) post: Post,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) registry: RegistryInForce,
    pub(crate) gists: Gists,
    /// What people have typed on the pages of reviews and not sent yet.
    pub(crate) held: HeldForms,
    /// Who looks at which review now.
    pub(crate) watching: Watching,
    /// Tells open pages that they have changed.
    pub(crate) live: Live,
    /// The files of submitted contents, as far as they have arrived.
    pub(crate) files: FileStore,
}

/// The state of the router: a cheap clone.
#[derive(Clone)]
pub(crate) struct App(pub(crate) Arc<Desk>);

impl std::ops::Deref for App {
    type Target = Desk;
    fn deref(&self) -> &Desk {
        &self.0
    }
}

impl FromRef<App> for Arc<Accounts> {
    fn from_ref(app: &App) -> Self {
        Arc::clone(&app.accounts)
    }
}

impl App {
    /// Pages that show this entry look again.
    pub(crate) fn tell_live(&self, entry: EntryId) {
        self.live.tell([news::entry(entry)]);
    }

    /// Waits until the event with this sequence can be read.
    async fn wait_for(&self, sequence: Option<u64>) -> Answer<()> {
        let Some(sequence) = sequence else { return Ok(()) };
        if self.engine.reached(sequence.saturating_add(1), PATIENCE).await {
            return Ok(());
        }
        let size = self.engine.journal().head().size;
        Err(Problem::new(ProblemKind::NotReached)
            .detail(format!("The journal holds {size} events; {sequence} is not among them."))
            .with("size", size))
    }

    /// Work that reads the disk or seals, off the async threads.
    pub(crate) async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Desk) -> Answer<T> + Send + 'static,
    ) -> Answer<T> {
        let app = self.clone();
        dossier_web::off_thread(move || work(&app)).await
    }
}

/// The routes of this service.
pub(crate) fn router(desk: Arc<Desk>) -> Router {
    let at = |path: &str| format!("{PREFIX}{path}");
    let routes = Router::new()
        .route(&at("/reviews"), get(queue::list))
        .route(&at("/reviews/counts"), get(queue::counts))
        .route(&at("/reviews/difference"), get(queue::difference))
        .route(&at("/reviews/{entry}"), get(one_review::read))
        .route(&at("/reviews/{entry}/files/{digest}"), get(files::download))
        .route(&at("/reviews/{entry}/claim"), post(acts::claim))
        .route(&at("/reviews/{entry}/release"), post(acts::release))
        .route(&at("/reviews/{entry}/comment"), post(acts::comment))
        .route(&at("/reviews/{entry}/request-changes"), post(acts::request_changes))
        .route(&at("/reviews/{entry}/approve"), post(acts::approve))
        .route(&at("/reviews/{entry}/refuse"), post(acts::refuse))
        .route(&at("/reviews/{entry}/object"), post(opinions::object))
        .route(&at("/reviews/{entry}/declare-conflict"), post(opinions::declare_conflict))
        .route(&at("/reviews/{entry}/hold"), post(holding::hold))
        .route(&at("/reviews/{entry}/resume"), post(holding::resume))
        .route(&at("/reviews/{entry}/assign"), post(holding::assign))
        .route(&at("/reviews/{entry}/settle-change"), post(tracking::settle))
        .route(&at("/reviews/{entry}/finish"), post(tracking::finish))
        .route(&at("/reviews/{entry}/mark-duplicate"), post(tracking::mark_duplicate))
        .route(&at("/reviews/{entry}/propose-correction"), post(corrections::propose))
        .route(&at("/reviews/{entry}/confirm-correction"), post(corrections::confirm))
        .route(&at("/reviews/{entry}/reject-correction"), post(corrections::reject))
        .route(&at("/designations"), get(designations::list).post(designations::grant))
        .route(&at("/designations/{id}/revoke"), post(designations::revoke))
        .route(&at("/invitations"), get(invited::list).post(inviting::invite))
        .route(&at("/invitations/{subject}/again"), post(inviting::again))
        .route(&at("/invitations/{subject}/withdraw"), post(inviting::withdraw))
        .route(&at("/welcome"), post(entering::welcome))
        .route(&at("/sessions"), post(entering::sign_in).delete(entering::sign_out_everywhere))
        .route(&at("/sessions/current"), delete(entering::sign_out))
        .route(&at("/password-resets"), post(entering::ask_reset))
        .route(&at("/password-resets/complete"), post(entering::complete_reset))
        .route(&at("/account"), get(own_account::read).patch(own_account::change))
        .route(&at("/account/password"), post(own_account::change_password))
        .route(&at("/erasures"), get(erasures::list).post(erasures::order))
        .route(&at("/inbox"), get(inbox::inbox))
        .route(&at("/inbox/read"), post(inbox::read))
        .route(&at("/registry"), get(in_force::read).post(adopting::adopt))
        .route(&at("/openapi.json"), get(openapi::document));
    with_problems(routes).with_state(App(desk))
}
