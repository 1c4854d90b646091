//! Problems as pages, for people with a browser.

use std::{fmt, sync::Arc};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{Html, IntoResponse, Redirect, Response},
};
use http::{HeaderMap, HeaderValue, Method, header};

use super::{Problem, ProblemKind};
use crate::{
    Cache,
    page::{Guest, Paper},
    visit::sign_in_for,
};

/// Draws a problem as a page; the text it gives is HTML, already escaped.
#[derive(Clone)]
pub struct ProblemPage(Arc<Render>);

type Render = dyn Fn(&Problem, &Paper) -> String + Send + Sync;

impl ProblemPage {
    /// A page drawn by `render`.
    pub fn new(render: impl Fn(&Problem, &Paper) -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(render))
    }

    /// The page of this problem.
    pub fn draw(&self, problem: &Problem, paper: &Paper) -> String {
        (self.0)(problem, paper)
    }
}

impl fmt::Debug for ProblemPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProblemPage")
    }
}

/// A layer (`axum::middleware::from_fn_with_state`) that answers problems as pages to those who prefer HTML. Status and
/// headers stay as they are. Who has to sign in first is sent there and comes back (303); [`crate::visit::Surroundings`] and
/// [`crate::page::Roll`] are extensions of the request from further out.
pub async fn problem_pages(State(page): State<ProblemPage>, request: Request, next: Next) -> Response {
    if !prefers_html(request.headers()) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let response = next.run(Request::from_parts(parts.clone(), body)).await;
    let Some(problem) = response.extensions().get::<Problem>().cloned() else { return response };
    let paper = Paper::of(&mut parts).await;
    if problem.kind() == ProblemKind::Unauthenticated && is_read(&parts.method) && paper.guest == Guest::Stranger {
        let here = paper.address.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        return (Cache::Private, Redirect::to(&sign_in_for(here))).into_response();
    }
    let html = page.draw(&problem, &paper);
    let (mut answered, _) = response.into_parts();
    answered.headers.remove(header::CONTENT_LENGTH);
    answered.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    answered.headers.insert(header::CONTENT_LANGUAGE, paper.language.header_value());
    let body = if parts.method == Method::HEAD { String::new() } else { html };
    (answered.status, answered.headers, Html(body)).into_response()
}

/// Whether the same address can be asked for again after signing in.
fn is_read(method: &Method) -> bool {
    *method == Method::GET || *method == Method::HEAD
}

/// Whether the caller would rather have a page than JSON. Who says nothing, or takes anything, gets JSON.
pub(crate) fn prefers_html(headers: &HeaderMap) -> bool {
    let (mut html, mut json) = (0, 0);
    for value in headers.get_all(header::ACCEPT) {
        let Ok(text) = value.to_str() else { return false };
        for (name, weight) in crate::weighted::items(text) {
            match name.to_ascii_lowercase().as_str() {
                "text/html" | "application/xhtml+xml" => html = html.max(weight),
                "application/json" | "application/problem+json" => json = json.max(weight),
                _ => {}
            }
        }
    }
    html > 0 && html >= json
}
