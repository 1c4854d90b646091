//! `/readyz` of a front: all four are there and ready.

use std::sync::Arc;

use axum::{
    Json,
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use dossier_proto::Origin;
use futures_util::future::join_all;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use serde::Serialize;
use serde_json::Value;

use super::Front;

/// What a service says of its readiness has a dozen lines.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

#[derive(Serialize)]
struct Ready {
    ready: bool,
    checks: Vec<Checked>,
}

#[derive(Serialize)]
struct Checked {
    name: &'static str,
    ready: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

pub(super) async fn ready(State(front): State<Arc<Front>>) -> Response {
    let checks = join_all(Origin::ALL.map(|origin| front.check(origin))).await;
    let answer = Ready { ready: checks.iter().all(|check| check.ready), checks };
    let status = if answer.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(answer)).into_response()
}

impl Front {
    async fn check(&self, origin: Origin) -> Checked {
        let asked = tokio::time::timeout(self.settings.patience.readiness, self.ask(origin)).await;
        let reason = asked.unwrap_or_else(|_elapsed| Some("it does not answer in time".to_owned()));
        Checked { name: origin.name(), ready: reason.is_none(), reason }
    }

    /// Why the service is not ready; none when it is.
    async fn ask(&self, origin: Origin) -> Option<String> {
        let address = self.settings.services.of(origin).at("/readyz").ok()?;
        let request = Request::get(address).body(Body::empty()).ok()?;
        let answer = match self.client.request(request).await {
            Ok(answer) if answer.status() == StatusCode::OK => return None,
            Ok(answer) => answer,
            Err(error) if error.is_connect() => return Some("it is not running".to_owned()),
            Err(error) => return Some(format!("it does not answer: {error}")),
        };
        let status = answer.status();
        let said = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await.ok();
        let said = said.and_then(|body| serde_json::from_slice::<Value>(&body.to_bytes()).ok()).unwrap_or_default();
        let reasons: Vec<_> = said["checks"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|check| check["ready"] == false)
            .map(|check| {
                format!(
                    "{}: {}",
                    check["name"].as_str().unwrap_or("?"),
                    check["reason"].as_str().unwrap_or("not ready")
                )
            })
            .collect();
        Some(if reasons.is_empty() { format!("it answers {status}") } else { reasons.join("; ") })
    }
}
