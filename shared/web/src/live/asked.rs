//! What a page asks to be told of.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;
use tokio::sync::watch;

use super::{TOPIC_BYTES_MAX, TOPICS_MAX};
use crate::{Problem, ProblemKind, limits::QUERY_BYTES_MAX};

/// The topics of `?topic=queue&topic=entry/…`; an extractor.
#[derive(Debug, Clone)]
pub struct Asked {
    topics: Vec<String>,
    pub(super) closing: Closing,
}

impl Asked {
    /// The topics, each once; at least one and at most [`TOPICS_MAX`].
    pub fn topics(&self) -> &[String] {
        &self.topics
    }
}

/// Tells streams that the server stops. An extension of every request that [`crate::serve`] takes.
#[derive(Debug, Clone)]
pub struct Closing(pub(crate) watch::Receiver<bool>);

impl Closing {
    /// Completes when the server stops.
    pub(super) async fn closed(&mut self) {
        if self.0.wait_for(|is_closing| *is_closing).await.is_err() {
            // Nobody will ever say so: it is not served by us, but by a test.
            std::future::pending::<Infallible>().await;
        }
    }

    fn never() -> Self {
        Self(watch::Sender::new(false).subscribe())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let closing = parts.extensions.get::<Closing>().cloned().unwrap_or_else(Closing::never);
        Ok(Self { topics: topics(parts.uri.query().unwrap_or_default())?, closing })
    }
}

fn topics(query: &str) -> Result<Vec<String>, Problem> {
    let wrong = || {
        let detail =
            format!("Takes topic=…, at least one and at most {TOPICS_MAX}, each at most {TOPIC_BYTES_MAX} bytes.");
        Problem::new(ProblemKind::MalformedQuery).detail(detail)
    };
    if query.len() > QUERY_BYTES_MAX {
        return Err(Problem::new(ProblemKind::AddressTooLong));
    }
    let pairs: Vec<(String, String)> = serde_html_form::from_str(query).map_err(|_| wrong())?;
    let mut topics: Vec<String> = Vec::new();
    for (name, topic) in pairs {
        let is_plain = topic.bytes().all(|byte| byte.is_ascii_graphic());
        if name != "topic" || topic.is_empty() || topic.len() > TOPIC_BYTES_MAX || !is_plain {
            return Err(wrong());
        }
        if !topics.contains(&topic) {
            topics.push(topic);
        }
    }
    if topics.is_empty() || topics.len() > TOPICS_MAX { Err(wrong()) } else { Ok(topics) }
}
