//! Talks to a running Dossier, as any program would.

mod answer;
mod reader;
mod streaming;

use std::time::Duration;

use serde_json::Value;
use ureq::{Agent, http};

pub use answer::Answer;
pub use reader::{Reader, Received, Unanswered};

use crate::{Exit, Failure, cli::Server, commands::entering::token_of};

/// A writing waits for a few disk syncs, a reading for one page; more than this means that nobody is there.
const PATIENCE: Duration = Duration::from_secs(30);
/// The largest answer that is read: content of 448 KiB in six languages, its difference, and the envelope.
const ANSWER_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// A caller with a token.
#[derive(Debug, Clone)]
pub struct Client {
    agent: Agent,
    base: String,
    token: Option<String>,
}

impl Client {
    /// For the server that the command line names: with the token that it gives, else as whoever signed in there on this machine.
    pub fn new(server: &Server) -> Self {
        Self::to(&server.server, server.token.clone().or_else(|| token_of(&server.server)))
    }

    /// Whether it says who is calling.
    pub const fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// For a server and a token.
    pub fn to(base: &str, token: Option<String>) -> Self {
        let config = Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false).build();
        Self { agent: config.into(), base: base.trim_end_matches('/').to_owned(), token }
    }

    /// The same server, as somebody else.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// Reads.
    ///
    /// # Errors
    /// [`Failure`] when the server does not answer. A refusal is an [`Answer`].
    pub fn get(&self, path: &str) -> Result<Answer, Failure> {
        self.send("GET", path, None, &[])
    }

    /// Asks for something to be done.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn post(&self, path: &str, body: &Value) -> Result<Answer, Failure> {
        self.send("POST", path, Some(body), &[])
    }

    /// The same under an idempotency key: repeating it does it once.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn post_once(&self, path: &str, key: &str, body: &Value) -> Result<Answer, Failure> {
        self.send("POST", path, Some(body), &[("idempotency-key", key)])
    }

    /// Ends something.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn delete(&self, path: &str) -> Result<Answer, Failure> {
        self.send("DELETE", path, None, &[])
    }

    /// Replaces what stands under `etag`.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn put(&self, path: &str, etag: &str, body: &Value) -> Result<Answer, Failure> {
        self.send("PUT", path, Some(body), &[("if-match", etag)])
    }

    /// Replaces what stands under `etag`, under an idempotency key: repeating it does it once.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn put_once(&self, path: &str, key: &str, etag: &str, body: &Value) -> Result<Answer, Failure> {
        self.send("PUT", path, Some(body), &[("if-match", etag), ("idempotency-key", key)])
    }

    /// What cannot be sent is told before "does not answer" would be.
    fn makes_sense(&self) -> Result<(), Failure> {
        let misread = |text: String| Err(Failure::new(Exit::Usage, text));
        if !self.base.starts_with("http://") {
            return misread(format!(
                "{:?} is not where a Dossier is: write --server http://HOST:PORT (for https put a proxy in between)",
                self.base
            ));
        }
        match &self.token {
            Some(token) if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) => misread(
                "the token has characters that no token has, or none at all; give it in DOSSIER_TOKEN as it was printed".to_owned(),
            ),
            _ => Ok(()),
        }
    }

    fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> Result<Answer, Failure> {
        self.makes_sense()?;
        let mut request = http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let unreachable = |error: &dyn std::fmt::Display| {
            Failure::new(
                Exit::Unreachable,
                format!(
                    "{} does not answer: {error}. Is it running? Start it with `dossier up`, or name another with --server",
                    self.base
                ),
            )
        };
        let text = body.map(Value::to_string).unwrap_or_default();
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let request =
            request.body(text).map_err(|error| Failure::new(Exit::Usage, format!("{}{path}: {error}", self.base)))?;
        let mut response = self.agent.run(request).map_err(|error| unreachable(&error))?;
        let text = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string();
        let etag = response.headers().get("etag").and_then(|tag| tag.to_str().ok()).map(ToOwned::to_owned);
        Ok(Answer::new(response.status().as_u16(), etag, &text.map_err(|error| unreachable(&error))?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_sent_is_not_called_a_server_that_does_not_answer() {
        let said = |base: &str, token: &str| {
            let failure = Client::to(base, Some(token.to_owned())).get("/healthz").unwrap_err();
            assert_eq!(failure.exit_code(), Exit::Usage as u8, "{failure}");
            failure.to_string()
        };
        for base in ["bogus", "https://127.0.0.1:1", "127.0.0.1:8080"] {
            assert!(said(base, "dsr_x").contains("--server http://"), "{base}");
        }
        for token in ["dsr_x\ny", "", "dsr_\u{e9}"] {
            assert!(said("http://127.0.0.1:1", token).contains("DOSSIER_TOKEN"), "{token:?}");
        }
    }
}
