//! `GET /state`: what every service knows, as digests.

use axum::{Json, extract::State};
use dossier_proto::{Digest, Origin, Place};
use dossier_web::{Answer, ProblemDocument, extract::Bearer};
use serde::Serialize;

use super::doors;
use crate::office::Office;

/// What a service knows at one position: equal for everybody who folds the same journal (P2).
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DigestsDocument {
    /// The service.
    #[schema(value_type = String)]
    pub origin: Origin,
    /// The next event's place: everything before it is counted.
    #[schema(value_type = Object)]
    pub next: Place,
    /// Of the state that decides.
    #[schema(value_type = String)]
    pub state: Digest,
    /// Of the view that answers.
    #[schema(value_type = String)]
    pub view: Digest,
}

/// State digests
///
/// The digests of state and view of every service. For auditors.
#[utoipa::path(
    get,
    path = "/state",
    tag = "journals", operation_id = "getState",
    responses(
        (status = 200, description = "The digests", body = Vec<DigestsDocument>),
        (status = 401, description = "It is not known who is calling", body = ProblemDocument),
        (status = 403, description = "The caller is not designated as auditor", body = ProblemDocument),
    )
)]
pub(super) async fn state(State(office): State<Office>, caller: Bearer) -> Answer<Json<Vec<DigestsDocument>>> {
    doors::auditor(&office, &caller)?;
    let mut digests = office.digests().await;
    digests.sort_by_key(|(origin, _)| *origin);
    let document = |(origin, digests): (Origin, dossier_engine::Digests)| DigestsDocument {
        origin,
        next: digests.next,
        state: digests.state,
        view: digests.view,
    };
    Ok(Json(digests.into_iter().map(document).collect()))
}
