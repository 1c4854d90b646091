//! One address in front of four services: a small reverse proxy.
//!
//! It sends `/contribute` to submission, `/review` to moderation, `/audit` to audit and everything else to publication, as
//! the request came: bodies stream both ways, and nothing is asked twice. What it says itself are `/healthz`, `/readyz` (all four),
//! `/metrics`, stylesheet and the catalogue of problems, and a 502 or 504 when a service is away or late.
//!
//! Any other proxy may take its place; it is here so that a deployment works with nothing else installed.

mod address;
mod caller;
mod forwarding;
mod pausing;
mod readiness;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use axum::{Extension, Router, middleware, routing::get};
use dossier_proto::Origin;
use dossier_web::{
    headers::security_headers,
    page::{Demonstration, problem_page, script_routes, style_routes},
    problem::{catalogue_routes, problem_pages},
    proxies::TrustedProxies,
    visit::Surroundings,
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use metrics_exporter_prometheus::PrometheusHandle;

pub use address::{ServiceAddress, ServiceAddresses};

/// How long a service may take to accept a connection: it is near, and either there or not.
const CONNECT_PATIENCE: Duration = Duration::from_secs(2);
/// How long a connection to a service is kept unused: shorter than a service keeps it (15 s), so that none is used that is
/// just being closed.
const IDLE: Duration = Duration::from_secs(5);
/// Unused connections kept to each service.
const IDLE_CONNECTIONS_MAX: usize = 64;

/// What a front is made of.
#[derive(Debug, Clone)]
pub struct FrontSettings {
    /// Where the services are.
    pub services: ServiceAddresses,
    /// Proxies in front of this one: only what they say of the caller is believed.
    pub behind: TrustedProxies,
    /// Whether pages of its own say that this is a demonstration.
    pub demonstration: Demonstration,
    /// How long it waits.
    pub patience: Patience,
}

/// How long a front waits for a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For the head of an answer, the sending of the request included: a body has a minute to arrive, and a decision waits
    /// for a few disk syncs.
    pub answer: Duration,
    /// Between two pieces of an answer's body.
    pub pause: Duration,
    /// For what a service says of its readiness.
    pub readiness: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { answer: Duration::from_secs(90), pause: Duration::from_secs(60), readiness: Duration::from_secs(2) }
    }
}

/// What its handlers share.
struct Front {
    settings: FrontSettings,
    client: Client<HttpConnector, axum::body::Body>,
}

impl Front {
    fn new(settings: FrontSettings) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT_PATIENCE));
        connector.set_nodelay(true);
        // hyper-util sends a request again only when not a byte of it was written: on a connection that was closed while unused.
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .pool_timer(TokioTimer::new())
            .pool_max_idle_per_host(IDLE_CONNECTIONS_MAX)
            .build(connector);
        Self { settings, client }
    }
}

/// Whose a path is. As it is written: what a service would only read differently after decoding is not that service's.
fn whose(path: &str) -> Origin {
    let is_under =
        |prefix: &str| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    match path {
        _ if is_under("/contribute") => Origin::Submission,
        _ if is_under("/review") => Origin::Moderation,
        _ if is_under("/audit") => Origin::Audit,
        _ => Origin::Publication,
    }
}

/// The routes of a front.
pub fn router(settings: FrontSettings, metrics: PrometheusHandle) -> Router {
    let pages = problem_page();
    let surroundings = Surroundings { demonstration: settings.demonstration.clone(), ..Surroundings::default() };
    let front = Arc::new(Front::new(settings));
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(readiness::ready))
        .route("/metrics", get(async move || metrics.render()))
        .merge(style_routes())
        .merge(script_routes())
        .merge(catalogue_routes())
        .fallback(forwarding::forward)
        .with_state(front)
        .layer(middleware::from_fn_with_state(pages, problem_pages))
        .layer(Extension(surroundings))
        .layer(middleware::from_fn(security_headers))
}
