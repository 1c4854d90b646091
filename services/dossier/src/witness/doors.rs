//! What a witness shows, and where logs bring checkpoints. Everything is for everybody.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use dossier_web::{
    headers::security_headers,
    observe::{Readiness, observe_routes},
};
use dossier_witness::{AddCheckpoint, Kept, NotBelieved, REQUEST_BYTES_MAX, Refusal, signature_lines};
use http::{StatusCode, header};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::{Node, NotCosigned, Troubles};

/// Checkpoints that are looked at together: each waits for one sync of the disk in turn.
const AT_ONCE: usize = 16;
const TEXT: [(header::HeaderName, &str); 1] = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
/// What the specification says an answer with a size is.
const SIZE: [(header::HeaderName, &str); 1] = [(header::CONTENT_TYPE, "text/x.tlog.size")];

#[derive(Clone)]
struct Doors {
    node: Arc<Node>,
    busy: Arc<Semaphore>,
}

/// The routes of a witness.
pub fn router(node: Arc<Node>, troubles: Arc<Troubles>, metrics: PrometheusHandle) -> Router {
    let judged = Arc::clone(&node);
    let readiness = Readiness::new()
        .check("forks", move || match judged.forked().first() {
            Some(log) => Err(format!("{log} has signed two histories; the proof is at /evidence")),
            None => Ok(()),
        })
        .check("logs", move || troubles.worst().map_or(Ok(()), Err));
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/checkpoints", get(checkpoints))
        .route("/audit/log/{service}/{epoch}/checkpoint", get(checkpoint))
        .route("/verifier-key.txt", get(verifier_key))
        .route("/evidence", get(evidence))
        .route("/evidence/{name}", get(one_evidence))
        .with_state(Doors { node, busy: Arc::new(Semaphore::new(AT_ONCE)) })
        .merge(observe_routes(readiness, metrics))
        .layer(axum::middleware::from_fn(security_headers))
}

/// [C2SP tlog-witness, "add-checkpoint"](https://c2sp.org/tlog-witness#add-checkpoint).
async fn add_checkpoint(State(doors): State<Doors>, body: Body) -> Response {
    let Ok(bytes) = to_bytes(body, REQUEST_BYTES_MAX).await else {
        return (StatusCode::PAYLOAD_TOO_LARGE, "the request is too long, or broke off\n").into_response();
    };
    let Ok(_place) = doors.busy.acquire().await else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    let node = Arc::clone(&doors.node);
    let answered = tokio::task::spawn_blocking(move || answer(&node, &bytes)).await;
    answered.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

fn answer(node: &Node, bytes: &[u8]) -> Response {
    let asked = match AddCheckpoint::parse_bytes(bytes) {
        Ok(asked) => asked,
        Err(error) => return (StatusCode::BAD_REQUEST, format!("{error}\n")).into_response(),
    };
    match node.add(asked.old, asked.signed, &asked.proof) {
        Ok(kept) => (TEXT, signature_lines(kept.signed(), &node.verifier())).into_response(),
        Err(error) => refusal(&error),
    }
}

fn refusal(error: &NotCosigned) -> Response {
    let status = match error {
        NotCosigned::OldDiffers { kept } => return (StatusCode::CONFLICT, SIZE, format!("{kept}\n")).into_response(),
        // Of one size with another root: the answer has the form of the one above.
        NotCosigned::Refused(Refusal::OtherRoot { size }) => {
            return (StatusCode::CONFLICT, SIZE, format!("{size}\n")).into_response();
        }
        NotCosigned::NotBelieved(NotBelieved::Unknown(_)) => StatusCode::NOT_FOUND,
        NotCosigned::NotBelieved(NotBelieved::NotSigned(_)) | NotCosigned::Forked(_) | NotCosigned::TooMany(_) => {
            StatusCode::FORBIDDEN
        }
        NotCosigned::Refused(_) | NotCosigned::Unfit(_) => StatusCode::UNPROCESSABLE_ENTITY,
        NotCosigned::Disk(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    (status, format!("{error}\n")).into_response()
}

async fn checkpoints(State(doors): State<Doors>) -> Json<Value> {
    let document = |kept: &Kept| {
        json!({
            "origin": kept.origin(), "size": kept.head().size, "root": kept.head().root.to_string(),
            "cosigned_at_seconds": kept.cosigned_at(), "note": kept.signed().text(),
        })
    };
    Json(doors.node.all().iter().map(document).collect())
}

/// What it has cosigned of a service, as the installation shows it.
async fn checkpoint(State(doors): State<Doors>, Path((service, epoch)): Path<(String, String)>) -> Response {
    let ends = format!("/{service}/{epoch}");
    match doors.node.all().iter().find(|kept| kept.origin().ends_with(&ends)) {
        Some(kept) => (TEXT, kept.signed().text().to_owned()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn verifier_key(State(doors): State<Doors>) -> Response {
    (TEXT, format!("{}\n", doors.node.verifier())).into_response()
}

async fn evidence(State(doors): State<Doors>) -> Response {
    match doors.node.shelf().evidence_names() {
        Ok(names) => Json(names).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn one_evidence(State(doors): State<Doors>, Path(name): Path<String>) -> Response {
    match doors.node.shelf().evidence_named(&name) {
        Ok(Some(text)) => (TEXT, text).into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
