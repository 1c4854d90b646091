//! A span, a number and a measurement for every request.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use dossier_proto::CommandId;
use http::{HeaderName, HeaderValue, Method};
use tracing::{Instrument, Span, field};
use ulid::Ulid;

use crate::Problem;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A layer (`axum::middleware::from_fn`, given to the router after its routes) that gives each request an id, a span
/// `request` with it, and one measurement: `http_request_seconds` by method, route and status. The id is answered in
/// `X-Request-Id`; one that the caller sends is not taken over.
pub async fn trace_requests(request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = Ulid::generate();
    let method = known_method(request.method());
    // The route with its variables' names, never the address itself: figures stay few, and addresses may name entries.
    let route = request.extensions().get::<MatchedPath>().map_or("(none)", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", %id, method, route, command = field::Empty);
    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status();
    let seconds = began.elapsed().as_secs_f64();
    let labels = [("method", method.to_owned()), ("route", route), ("status", status.as_str().to_owned())];
    metrics::histogram!("http_request_seconds", &labels).record(seconds);
    let _entered = span.enter();
    match response.extensions().get::<Problem>() {
        Some(problem) => {
            let (number, code) = (problem.number(), problem.kind().code());
            tracing::info!(status = status.as_u16(), seconds, problem = %number, code, "answered");
        }
        None => tracing::info!(status = status.as_u16(), seconds, "answered"),
    }
    let id = HeaderValue::from_str(&id.to_string()).expect("a ULID is 26 letters and digits");
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// Writes the command's id into the request's span, so that its way through all services can be followed.
pub fn record_command(command: &CommandId) {
    Span::current().record("command", field::display(command));
}

/// The method's name, of those there are: anybody can make up others.
fn known_method(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}
