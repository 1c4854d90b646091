//! What a router answers where there is no route, and the addresses that explain problems.

use axum::{Router, response::IntoResponse, routing::get};
use http::header;

use super::{Answer, Problem, ProblemKind, as_markdown};
use crate::extract::StrictPath;

/// Nothing is at this address. For [`Router::fallback`].
pub async fn nothing_here() -> Problem {
    Problem::new(ProblemKind::NotFound)
}

/// The address does not take this method. For [`Router::method_not_allowed_fallback`], which adds `Allow`.
pub async fn method_not_allowed() -> Problem {
    Problem::new(ProblemKind::MethodNotAllowed)
}

/// The router, with problems where it has no route or no method. Give it every route first.
pub fn with_problems<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router.fallback(nothing_here).method_not_allowed_fallback(method_not_allowed)
}

/// `/problems` and `/problems/{code}`: what each type of problem means, as plain text.
pub fn catalogue_routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/problems", get(all)).route("/problems/{code}", get(one))
}

async fn all() -> impl IntoResponse {
    plain(as_markdown())
}

async fn one(StrictPath(code): StrictPath<String>) -> Answer<impl IntoResponse> {
    let kind = ProblemKind::from_code(&code).ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    Ok(plain(format!("{} {}\n\n{}\n{}\n", kind.status().as_u16(), kind.code(), kind.title(), kind.todo())))
}

fn plain(text: String) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text)
}
