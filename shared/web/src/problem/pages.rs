//! Problems as pages, for people with a browser.

use std::{fmt, sync::Arc};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, Uri, header};

use super::Problem;
use crate::Language;

/// What the one who draws the page knows of the request.
#[derive(Debug, Clone)]
pub struct PageRequest {
    /// The language of the page.
    pub language: Language,
    /// The address asked for.
    pub address: Uri,
}

/// Draws a problem as a page; the text it gives is HTML, already escaped.
#[derive(Clone)]
pub struct ProblemPage(Arc<Render>);

type Render = dyn Fn(&Problem, &PageRequest) -> String + Send + Sync;

impl ProblemPage {
    /// A page drawn by `render`.
    pub fn new(render: impl Fn(&Problem, &PageRequest) -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(render))
    }

    /// The page of this problem.
    pub fn draw(&self, problem: &Problem, request: &PageRequest) -> String {
        (self.0)(problem, request)
    }
}

impl fmt::Debug for ProblemPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProblemPage")
    }
}

/// A layer (`axum::middleware::from_fn_with_state`) that answers problems as pages to those who prefer HTML. Status and
/// headers stay as they are.
pub async fn problem_pages(State(page): State<ProblemPage>, request: Request, next: Next) -> Response {
    if !prefers_html(request.headers()) {
        return next.run(request).await;
    }
    let asked =
        PageRequest { language: Language::negotiate(request.uri(), request.headers()), address: request.uri().clone() };
    let is_head = request.method() == Method::HEAD;
    let response = next.run(request).await;
    let Some(problem) = response.extensions().get::<Problem>().cloned() else { return response };
    let html = page.draw(&problem, &asked);
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    parts.headers.insert(header::CONTENT_LANGUAGE, asked.language.header_value());
    let body = if is_head { String::new() } else { html };
    (parts.status, parts.headers, Html(body)).into_response()
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
