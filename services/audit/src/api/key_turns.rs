//! `GET /audit/log/<service>/key-turns`: how a service's log came from its first key to the present one, for everybody who trusts the first.
//!
//! Each turn is a proof by itself ([C2SP tlog-proof](https://c2sp.org/tlog-proof)): the event that names the next key, its path in the tree, and the
//! checkpoint that ends with it, signed with the key that is given up. Whoever carries it can leave it out, and change nothing of it.

use axum::{Json, extract::State};
use dossier_exchange::TURNS_PER_ANSWER;
use dossier_proto::Origin;
use dossier_web::{
    Answer, Cache, Problem, ProblemDocument, ProblemKind,
    extract::{StrictPath, StrictQuery},
    off_thread,
};
use serde::{Deserialize, Serialize};

use crate::office::Office;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FromQuery {
    /// How many of the first are left out: `next` of the answer before. None are, when nothing is said.
    #[param(inline, minimum = 0, maximum = 1024)]
    from: Option<usize>,
}

/// Keys that a log has taken, one after another.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct KeyTurnsDocument {
    /// The service.
    #[schema(value_type = String)]
    pub origin: Origin,
    /// The name of its log.
    pub log: String,
    /// The key in force (C2SP signed-note verifier key): the last turn leads to it.
    pub verifier: String,
    /// The proofs (C2SP tlog-proof), in order, at most 64: `extra` is the event that names the next key, and the checkpoint, which ends with it, is
    /// signed with the key before.
    pub turns: Vec<String>,
    /// Where the next answer begins; absent when these are the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<usize>,
}

/// The keys that a log has taken
///
/// Whoever trusts a key of a log learns the later ones from here, and from nobody's word: each proof is signed with the key that it gives up. Also at
/// `/audit/log/{origin}/key-turns`, beside the log's tiles.
#[utoipa::path(
    get,
    path = "/key-turns/{origin}",
    tag = "checkpoints", operation_id = "listKeyTurns",
    security(()),
    params(("origin" = String, Path, description = "submission, moderation, publication or audit"), FromQuery),
    responses(
        (status = 200, description = "The turns", body = KeyTurnsDocument),
        (status = 404, description = "There is no such service", body = ProblemDocument),
    )
)]
pub(super) async fn turns(
    State(office): State<Office>,
    StrictPath(origin): StrictPath<String>,
    StrictQuery(query): StrictQuery<FromQuery>,
) -> Answer<(Cache, Json<KeyTurnsDocument>)> {
    let none = || Problem::new(ProblemKind::NotFound);
    let origin: Origin = origin.parse().map_err(|_| none())?;
    let document = off_thread(move || document(&office, origin, query.from.unwrap_or_default())).await?;
    document.map(|document| (Cache::PublicJson, Json(document))).ok_or_else(none)
}

fn document(office: &Office, origin: Origin, from: usize) -> Answer<Option<KeyTurnsDocument>> {
    let watched = office.watched().iter().find(|watched| watched.origin == origin);
    let (Some(watched), Some(keys)) = (watched, office.keys(origin)) else { return Ok(None) };
    // One more than an answer holds says whether there is a next one. Each has at most 8 KiB: half a megabyte an answer.
    let mut turns = proofs(office, origin, from, TURNS_PER_ANSWER + 1)?;
    let next = (turns.len() > TURNS_PER_ANSWER).then(|| from.saturating_add(TURNS_PER_ANSWER));
    turns.truncate(TURNS_PER_ANSWER);
    let (log, verifier) = (watched.log.clone(), keys.current().to_string());
    Ok(Some(KeyTurnsDocument { origin, log, verifier, turns, next }))
}

/// Of ourselves what our journal proves, of others what we learnt their keys by.
fn proofs(office: &Office, origin: Origin, from: usize, max: usize) -> Answer<Vec<String>> {
    if origin == Origin::Audit {
        let proofs = office.engine().journal().key_turns(from, max).map_err(|error| Problem::internal(&error))?;
        return Ok(proofs.iter().map(ToString::to_string).collect());
    }
    let watched = office.watched().iter().find(|watched| watched.origin == origin);
    Ok(watched.map(|watched| watched.keys.proofs(origin, from, max)).unwrap_or_default())
}
