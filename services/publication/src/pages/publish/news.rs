//! News of what waits, for pages that stand open.

use axum::{extract::State, response::Response};
use dossier_web::{Answer, Problem, ProblemKind, live::Asked, visit::Visit};

use super::{Publishing, TOPIC};
use crate::api::publishers;

/// The stream: that something has changed, and nothing of what.
pub(super) async fn follow(State(publishing): State<Publishing>, visit: Visit, asked: Asked) -> Answer<Response> {
    let now = publishing.app.clock.now();
    publishers::admits(publishing.app.engine().view().state(), &visit.bearer, now)?;
    if asked.topics().iter().any(|topic| topic != TOPIC) {
        return Err(Problem::new(ProblemKind::NotFound));
    }
    publishing.pages.live.follow(visit.bearer.subject, asked)
}
