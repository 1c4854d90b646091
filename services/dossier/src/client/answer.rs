//! What a server answered.

use serde_json::Value;

use crate::{Exit, Failure};

/// A status, a version and a document.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The version of what was read or written.
    pub etag: Option<String>,
    /// The document; a string where it is not JSON.
    pub document: Value,
}

impl Answer {
    pub(super) fn new(status: u16, etag: Option<String>, text: &str) -> Self {
        let document = serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()));
        Self { status, etag, document }
    }

    /// The document of a success; otherwise what the problem says.
    ///
    /// # Errors
    /// [`Failure`] with the problem's title, its detail, and what to do.
    pub fn document(self) -> Result<Value, Failure> {
        if (200..300).contains(&self.status) {
            return Ok(self.document);
        }
        Err(self.failure())
    }

    /// What the problem says, for a person.
    pub fn failure(&self) -> Failure {
        let text = |name: &str| self.document.get(name).and_then(Value::as_str);
        let title = text("title").unwrap_or("The server refused");
        let mut words = format!("{title} ({})", self.status);
        if let Some(detail) = text("detail") {
            words.push_str(": ");
            words.push_str(detail);
        }
        for fault in self.document.get("errors").and_then(Value::as_array).into_iter().flatten() {
            let part = |name: &str| fault.get(name).and_then(Value::as_str).unwrap_or_default();
            let place = if part("field").is_empty() { part("pointer") } else { part("field") };
            words.push_str(&format!("\n  {place}: {}", part("message")));
        }
        let exit = if self.status == 404 { Exit::NotThere } else { Exit::Refused };
        Failure::new(exit, words)
    }

    /// A text of the document.
    pub fn text(&self, name: &str) -> &str {
        self.document.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}
