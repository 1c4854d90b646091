//! One request to the driver and its answer, as WebDriver has them.

use std::time::Duration;

use serde_json::Value;
use ureq::{Agent, http::Request};

/// A page is drawn within it, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(90);
/// The longest answer: a picture of a long page.
const ANSWER_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The way to a driver, or to one session of it.
#[derive(Debug, Clone)]
pub(crate) struct Wire {
    agent: Agent,
    base: String,
}

impl Wire {
    pub(crate) fn to(base: String) -> Self {
        let config = Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false).build();
        Self { agent: config.into(), base }
    }

    pub(crate) fn session(&self, id: &str) -> Self {
        Self { agent: self.agent.clone(), base: format!("{}/session/{id}", self.base) }
    }

    /// What the driver answers, or its error: the code and the message.
    pub(crate) fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
        let request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        let request = request.header("content-type", "application/json");
        let body = body.map_or_else(String::new, Value::to_string);
        let told = |what: &dyn std::fmt::Display| format!("{method} {path}: {what}");
        let request = request.body(body).map_err(|error| told(&error))?;
        let mut answer = self.agent.run(request).map_err(|error| told(&error))?;
        let status = answer.status();
        let text = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string();
        let text = text.map_err(|error| told(&error))?;
        let value: Value = serde_json::from_str(&text).map_err(|error| told(&error))?;
        if status.is_success() {
            return Ok(value["value"].clone());
        }
        let of = |what: &str| value["value"][what].as_str().unwrap_or_default().to_owned();
        Err(told(&format!("{}: {}", of("error"), of("message"))))
    }
}
