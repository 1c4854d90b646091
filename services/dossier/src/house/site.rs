//! What stands around the routes of services.

use axum::{Extension, Router, middleware};
use dossier_web::{
    headers::security_headers,
    observe::{Readiness, observe_routes, trace_requests},
    page::{Roll, problem_page, script_routes, style_routes},
    problem::{catalogue_routes, problem_pages, with_problems},
    proxies::{TrustedProxies, note_source},
    remember_language,
    visit::Surroundings,
};
use metrics_exporter_prometheus::PrometheusHandle;

use super::{House, Outpost};

/// The public site at `/`, contributors under `/contribute`, moderators under `/review`, auditors under `/audit`, and what
/// operators look at.
pub fn router(house: &House, metrics: PrometheusHandle) -> Router {
    believing(house.proxies(), site(house.routes(), house.readiness(), (house.surroundings(), house.roll()), metrics))
}

/// What one service shows, and what operators look at.
pub fn outpost_router(outpost: &Outpost, metrics: PrometheusHandle) -> Router {
    believing(
        outpost.proxies(),
        site(outpost.routes(), outpost.readiness(), (outpost.surroundings(), outpost.roll()), metrics),
    )
}

/// Before anything else, it is found out whose request it is.
fn believing(proxies: TrustedProxies, site: Router) -> Router {
    site.layer(middleware::from_fn_with_state(proxies, note_source))
}

fn site(
    routes: Router,
    readiness: Readiness,
    (surroundings, roll): (Surroundings, Roll),
    metrics: PrometheusHandle,
) -> Router {
    let routes = routes
        .merge(style_routes())
        .merge(script_routes())
        .merge(catalogue_routes())
        .merge(observe_routes(readiness.clone(), metrics))
        // For the page of the operators.
        .layer(Extension(readiness));
    with_problems(routes)
        .layer(middleware::from_fn(trace_requests))
        .layer(middleware::from_fn_with_state(problem_page(), problem_pages))
        .layer(Extension(surroundings))
        .layer(Extension(roll))
        .layer(middleware::from_fn(remember_language))
        .layer(middleware::from_fn(security_headers))
}
