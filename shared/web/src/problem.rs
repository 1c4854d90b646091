//! Problems: how every interface says that something did not work.
//!
//! Which error goes where:
//! - a domain function returns its own error type (`thiserror`), which knows nothing of HTTP;
//! - a handler turns what the caller can do something about into a [`Problem`] of a [`ProblemKind`], naming what stands
//!   against the request (a field, a digest, an event);
//! - what the caller can do nothing about goes through [`Problem::internal`]: the error is logged under a number, and the
//!   number alone is answered. No internal text leaves.
//!
//! Answers are `application/problem+json` ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)); a reader's browser gets a
//! page instead when the router has the [`problem_pages`] layer.

mod catalogue;
mod pages;
mod passing;
mod routes;
#[cfg(test)]
mod tests;

use std::{error::Error, fmt, io};

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde::Serialize;
use serde_json::{Map, Value};
use ulid::Ulid;

pub use catalogue::{ProblemKind, as_markdown};
pub use pages::{ProblemPage, problem_pages};
pub use routes::{catalogue_routes, method_not_allowed, nothing_here, with_problems};

/// The result of a handler.
pub type Answer<T> = Result<T, Problem>;

/// `application/problem+json`.
pub const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// Members of the document that are not extensions.
const RESERVED: [&str; 6] = ["type", "title", "status", "detail", "instance", "number"];

/// Something that did not work, with its own number.
#[derive(Debug, Clone)]
pub struct Problem(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    kind: ProblemKind,
    number: Ulid,
    detail: Option<String>,
    extensions: Map<String, Value>,
    headers: HeaderMap,
}

impl Problem {
    /// A problem of this kind, with a fresh number.
    pub fn new(kind: ProblemKind) -> Self {
        Self(Box::new(Inner {
            kind,
            number: Ulid::generate(),
            detail: None,
            extensions: Map::new(),
            headers: HeaderMap::new(),
        }))
    }

    /// Something is wrong on our side. Logs the error with all its causes under the problem's number; the answer holds
    /// the number and nothing of the error. A disk that is full is told as that: 507.
    pub fn internal(error: &(dyn Error + 'static)) -> Self {
        let problem = if is_for_want_of_room(error) { Self::storage_full() } else { Self::new(ProblemKind::Internal) };
        tracing::error!(problem = %problem.number(), error = %Causes(error), "a request failed on our side");
        problem
    }

    /// Says what it is in this case, in words for the caller. Never an internal text.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Adds a member of its own, such as `digest`, `because` or `errors`. A member every problem has is left as it is.
    #[must_use]
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        debug_assert!(!RESERVED.contains(&member), "{member} is a member every problem has");
        if !RESERVED.contains(&member) {
            self.0.extensions.insert(member.to_owned(), value.into());
        }
        self
    }

    /// Adds a header to the answer, such as `WWW-Authenticate`, `Retry-After` or `ETag`.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.append(name, value);
        self
    }

    /// Its kind.
    pub fn kind(&self) -> ProblemKind {
        self.0.kind
    }

    /// Its number, by which the operator finds it in the log.
    pub fn number(&self) -> Ulid {
        self.0.number
    }

    /// What it is in this case.
    pub fn detail_text(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// The members it has beside those every problem has.
    pub fn extensions(&self) -> &Map<String, Value> {
        &self.0.extensions
    }

    /// A page that tells of the problem itself, beside what was typed: with the problem's status and headers.
    #[must_use]
    pub fn around(self, mut page: Response) -> Response {
        *page.status_mut() = self.0.kind.status();
        page.headers_mut().extend(self.0.headers);
        page
    }

    /// As it is answered.
    pub fn document(&self) -> ProblemDocument {
        let inner = &self.0;
        ProblemDocument {
            kind: inner.kind.address(),
            title: inner.kind.title().to_owned(),
            status: inner.kind.status().as_u16(),
            detail: inner.detail.clone(),
            instance: format!("/problems/number/{}", inner.number),
            number: inner.number.to_string(),
            extensions: inner.extensions.clone(),
        }
    }
}

/// A problem as JSON (RFC 9457), with members of its own after those every problem has.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ProblemDocument {
    /// The kind of problem, as an address that explains it.
    #[serde(rename = "type")]
    #[schema(example = "/problems/digest-mismatch")]
    pub kind: String,
    /// What is, the same for every problem of this kind.
    pub title: String,
    /// The status of the answer.
    #[schema(example = 409)]
    pub status: u16,
    /// What it is in this case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// This very problem.
    #[schema(example = "/problems/number/01K9ZV3Q0M5T7N8R2W4X6Y8Z0A")]
    pub instance: String,
    /// Its number, to tell the operator.
    #[schema(example = "01K9ZV3Q0M5T7N8R2W4X6Y8Z0A")]
    pub number: String,
    /// What else is known: `errors`, `because`, `digest` and the like.
    #[serde(flatten)]
    #[schema(inline, additional_properties)]
    pub extensions: Map<String, Value>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind().status().as_u16(), self.kind().code())?;
        if let Some(detail) = self.detail_text() {
            write!(f, ": {detail}")?;
        }
        Ok(())
    }
}

impl Error for Problem {}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let text = serde_json::to_vec(&self.document())
            .expect("strings, numbers and JSON values under string keys always serialise");
        let mut response = (self.kind().status(), text).into_response();
        let headers = response.headers_mut();
        headers.extend(self.0.headers.clone());
        headers.insert(header::CONTENT_TYPE, PROBLEM_JSON);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // The layer that shows problems as pages finds it here.
        response.extensions_mut().insert(self);
        response
    }
}

/// Whether the operating system has no room to write, whatever came of that.
fn is_for_want_of_room(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
        // A file that may not grow is one without room, too.
        if let Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge) = kind {
            return true;
        }
        cause = error.source();
    }
    false
}

/// An error with what caused it, on one line.
struct Causes<'a>(&'a (dyn Error + 'static));

impl fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
