//! Asking the service over HTTP, without a network.

use axum::{Extension, body::Body};
use dossier_web::{page::Demonstration, problem::with_problems, visit::Surroundings};
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use super::house::House;
use crate::asked::encoded;

/// An answer, read.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Told {
    pub(crate) fn etag(&self) -> String {
        self.headers[header::ETAG].to_str().unwrap().to_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// Asserts the status, and shows the body when it is another.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }
}

/// A request being made.
pub(crate) struct Ask<'a> {
    house: &'a House,
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// Fields as a form sends them.
pub(crate) fn form_text<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    fields.map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect::<Vec<_>>().join("&")
}

impl Ask<'_> {
    pub(crate) fn by(self, name: &str) -> Self {
        let token = self.house.person(name).token;
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// As a browser in which somebody has signed in.
    pub(crate) fn in_browser(self, name: &str) -> Self {
        let token = self.house.person(name).token;
        self.header("cookie", &format!("dossier-session={token}")).header("accept", "text/html")
    }

    /// A form as a page of ours sends it.
    pub(crate) fn form(self, fields: &[(&str, &str)]) -> Self {
        let mut asked =
            self.header("content-type", "application/x-www-form-urlencoded").header("sec-fetch-site", "same-origin");
        asked.body = form_text(fields.iter().copied()).into_bytes();
        asked
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        let mut asked = self.header("content-type", "application/json");
        asked.body = body.to_string().into_bytes();
        asked
    }

    pub(crate) fn bytes(mut self, body: &[u8]) -> Self {
        self.body = body.to_vec();
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) async fn send(self) -> Told {
        let mut request = Request::builder().method(self.method).uri(self.path);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let request = request.body(Body::from(self.body)).unwrap();
        let surroundings = Surroundings { demonstration: Demonstration::Yes(None), ..Surroundings::default() };
        let site = with_problems(self.house.service.router()).layer(Extension(surroundings));
        let response = site.oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Told { status: parts.status, headers: parts.headers, text }
    }
}

impl House {
    pub(crate) fn get(&self, path: &str) -> Ask<'_> {
        self.ask(Method::GET, path)
    }

    pub(crate) fn post(&self, path: &str) -> Ask<'_> {
        self.ask(Method::POST, path)
    }

    pub(crate) fn ask(&self, method: Method, path: &str) -> Ask<'_> {
        Ask { house: self, method, path: path.to_owned(), headers: Vec::new(), body: Vec::new() }
    }
}
