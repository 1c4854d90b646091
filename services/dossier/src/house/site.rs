//! One address for all four services.

use axum::{Router, middleware};
use dossier_web::{
    headers::security_headers,
    observe::{observe_routes, trace_requests},
    page::{problem_page, style_routes},
    problem::{catalogue_routes, problem_pages, with_problems},
    remember_language,
};
use metrics_exporter_prometheus::PrometheusHandle;

use super::House;

/// The public site at `/`, contributors under `/contribute`, moderators under `/review`, auditors under `/audit`, and what
/// operators look at.
pub fn router(house: &House, metrics: PrometheusHandle) -> Router {
    let pages = problem_page("/", Vec::new(), house.demonstration());
    let services = house
        .routes()
        .merge(style_routes())
        .merge(catalogue_routes())
        .merge(observe_routes(house.readiness(), metrics));
    with_problems(services)
        .layer(middleware::from_fn(trace_requests))
        .layer(middleware::from_fn_with_state(pages, problem_pages))
        .layer(middleware::from_fn(remember_language))
        .layer(middleware::from_fn(security_headers))
}
