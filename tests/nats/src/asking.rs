//! Asks a service over HTTP, without retrying.

use std::time::Duration;

use serde_json::Value;
use ureq::Agent;

/// Who does not answer within this is away.
const PATIENCE: Duration = Duration::from_secs(5);
/// Bytes of an answer that are read.
const ANSWER_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// An answer.
#[derive(Debug, Clone)]
pub struct Said {
    /// The status.
    pub status: u16,
    /// Headers of interest: `retry-after`.
    pub retry_after: Option<String>,
    /// The text.
    pub text: String,
}

impl Said {
    /// The text as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }
}

/// `GET`, as somebody with a token or as nobody.
///
/// # Errors
/// In words, when there is no answer.
pub fn get(url: &str, token: Option<&str>) -> Result<Said, String> {
    let mut request = agent().get(url);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    said(request.call())
}

/// `POST` of a document under an idempotency key.
///
/// # Errors
/// In words, when there is no answer.
pub fn post(url: &str, token: &str, key: &str, body: &Value) -> Result<Said, String> {
    let request = agent()
        .post(url)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .header("idempotency-key", key);
    said(request.send(body.to_string()))
}

/// Any request, as somebody with a token or as nobody; its body is sent as it is.
///
/// # Errors
/// In words, when there is no answer.
pub fn send(
    method: &str,
    url: &str,
    token: Option<&str>,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<Said, String> {
    let mut request = ureq::http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    said(agent().run(request.body(body).map_err(|error| error.to_string())?))
}

fn agent() -> Agent {
    Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false).build().into()
}

fn said(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Said, String> {
    let mut answer = answer.map_err(|error| error.to_string())?;
    let text = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string();
    let retry_after = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()).map(ToOwned::to_owned);
    Ok(Said { status: answer.status().as_u16(), retry_after, text: text.map_err(|error| error.to_string())? })
}

/// The sum of a metric's lines that begin so.
pub fn figure(metrics: &str, beginning: &str) -> f64 {
    let lines = metrics.lines().filter(|line| line.starts_with(beginning));
    lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
}
