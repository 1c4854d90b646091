//! Alive, ready, and in figures.

use std::{fmt, sync::Arc};

use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderValue, StatusCode, header};
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Serialize;

/// One thing that has to be so for the service to answer.
type Check = Arc<dyn Fn() -> Result<(), String> + Send + Sync>;

/// Something that is wrong and keeps nothing from working; `None` when it is not.
type Warning = Arc<dyn Fn() -> Option<String> + Send + Sync>;

/// What has to be so for the service to answer, each by its name. Checks are asked at each request to `/readyz`: they
/// look at what is known already and do not wait. A reason is shown to whoever asks, so it names no secret and nobody.
#[derive(Clone, Default)]
pub struct Readiness {
    checks: Vec<(&'static str, Check)>,
    warnings: Vec<(&'static str, Warning)>,
}

impl Readiness {
    /// Nothing has to be so: always ready.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a check; an error is the reason, in words for an operator.
    #[must_use]
    pub fn check(mut self, name: &'static str, check: impl Fn() -> Result<(), String> + Send + Sync + 'static) -> Self {
        self.checks.push((name, Arc::new(check)));
        self
    }

    /// Adds something to be told of without which the service is as ready as with it, in words for an operator.
    #[must_use]
    pub fn warning(mut self, name: &'static str, look: impl Fn() -> Option<String> + Send + Sync + 'static) -> Self {
        self.warnings.push((name, Arc::new(look)));
        self
    }

    /// Every check and warning by its name, with the reason where it is not as it should be: for a page of the operators.
    pub fn looked_at(&self) -> Vec<(&'static str, Option<String>)> {
        let checks = self.checks.iter().map(|(name, check)| (*name, check().err()));
        checks.chain(self.warnings.iter().map(|(name, look)| (*name, look()))).collect()
    }

    /// Asks every check.
    fn ask(&self) -> Ready {
        let checks = self.checks.iter().map(|(name, check)| {
            let answer = check();
            Checked { name, ready: answer.is_ok(), reason: answer.err() }
        });
        let checks: Vec<_> = checks.collect();
        let warnings = self.warnings.iter().filter_map(|(name, look)| Some(Warned { name, reason: look()? })).collect();
        Ready { ready: checks.iter().all(|check| check.ready), checks, warnings }
    }
}

impl fmt::Debug for Readiness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.checks.iter().map(|(name, _)| name)).finish()
    }
}

#[derive(Serialize)]
struct Ready {
    ready: bool,
    checks: Vec<Checked>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Warned>,
}

#[derive(Serialize)]
struct Warned {
    name: &'static str,
    reason: String,
}

#[derive(Serialize)]
struct Checked {
    name: &'static str,
    ready: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// `/healthz`: 200 while the process answers at all. `/readyz`: 200 or 503, with every check. `/metrics`: what the
/// recorder has, in Prometheus' text form; whoever installs the recorder also calls its `run_upkeep` now and then.
pub fn observe_routes<S: Clone + Send + Sync + 'static>(readiness: Readiness, metrics: PrometheusHandle) -> Router<S> {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready).with_state(readiness))
        .route("/metrics", get(figures).with_state(metrics))
}

async fn ready(State(readiness): State<Readiness>) -> Response {
    let answer = readiness.ask();
    let status = if answer.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(answer)).into_response()
}

async fn figures(State(metrics): State<PrometheusHandle>) -> Response {
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], metrics.render()).into_response()
}
