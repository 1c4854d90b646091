//! Asks over HTTP, as any program would.

use std::time::Duration;

use serde_json::Value;
use ureq::{Agent, Body, http};

use crate::{Answer, waiting::PATIENCE};

/// The largest answer that is read.
const ANSWER_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Somebody who asks: with a token, or nobody in particular.
#[derive(Debug, Clone)]
pub struct Caller {
    agent: Agent,
    base: String,
    token: Option<String>,
}

impl Caller {
    /// Asks the server at `base`.
    pub fn new(base: &str, token: Option<&str>) -> Self {
        Self { agent: agent(PATIENCE), base: base.to_owned(), token: token.map(ToOwned::to_owned) }
    }

    /// Reads.
    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], None)
    }

    /// Reads as a browser.
    #[track_caller]
    pub fn page(&self, path: &str, language: &str) -> Answer {
        self.send("GET", path, &[("accept", "text/html"), ("accept-language", language)], None)
    }

    /// Asks for something to be done.
    #[track_caller]
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &[], Some(body.to_string().as_bytes()))
    }

    /// The same, under an idempotency key.
    #[track_caller]
    pub fn post_once(&self, path: &str, key: &str, body: &Value) -> Answer {
        self.send("POST", path, &[("idempotency-key", key)], Some(body.to_string().as_bytes()))
    }

    /// Replaces what stands under a tag.
    #[track_caller]
    pub fn put(&self, path: &str, etag: &str, body: &Value) -> Answer {
        self.send("PUT", path, &[("if-match", etag)], Some(body.to_string().as_bytes()))
    }

    /// Any request.
    ///
    /// # Panics
    /// When there is no answer.
    #[track_caller]
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Answer {
        self.try_send(method, path, headers, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// Any request; an error when there is no answer.
    ///
    /// # Errors
    /// Why there is none.
    pub fn try_send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Result<Answer, String> {
        let mut request = http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if body.is_some() && !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = match body {
            Some(body) => self.agent.run(request.body(body).map_err(|error| error.to_string())?),
            None => self.agent.run(request.body(()).map_err(|error| error.to_string())?),
        };
        read(format!("{method} {path}"), response.map_err(|error| error.to_string())?)
    }
}

fn agent(patience: Duration) -> Agent {
    Agent::config_builder()
        .timeout_global(Some(patience))
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .build()
        .into()
}

fn read(asked: String, mut response: http::Response<Body>) -> Result<Answer, String> {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    let status = response.status().as_u16();
    let body = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
    Ok(Answer { asked, status, headers, body: body.map_err(|error| error.to_string())? })
}
