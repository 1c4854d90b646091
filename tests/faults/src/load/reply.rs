//! An answer, and the facts in it that are noted.

use serde_json::Value;

use crate::notes::{Answered, RecordedAt};

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The ETag, if there is one.
    pub etag: Option<String>,
    /// The document; null when there is none.
    pub body: Value,
}

impl Reply {
    /// Whether what was asked for was done.
    pub fn is_done(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A text of the document.
    pub fn text(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap_or_default()
    }

    /// The facts to be noted.
    pub fn facts(&self, subject: &str, key: &str) -> Answered {
        let text = |names: &[&str]| {
            let found = names.iter().find_map(|name| self.body[*name].as_str());
            found.map(ToOwned::to_owned)
        };
        let number = |name: &str| self.body[name].as_u64();
        let small = |name: &str| number(name).and_then(|number| u32::try_from(number).ok());
        let is_entry = self.body.get("content").is_some();
        Answered {
            subject: subject.to_owned(),
            key: key.to_owned(),
            status: self.status,
            entry: text(&["entry"]).or_else(|| text(&["id"]).filter(|_| is_entry)),
            revision: small("revision"),
            digest: text(&["digest"]).filter(|_| self.is_done()),
            sequence: number("sequence").filter(|_| is_entry),
            recorded: recorded(&self.body["recorded"]),
            number: text(&["number"]),
            edition: small("edition").filter(|_| self.is_done()),
            code: text(&["code"]).filter(|_| !self.is_done()),
        }
    }
}

/// A place as an object, or as the text `submission 12` (`submission 1/12` in a later epoch).
fn recorded(value: &Value) -> Option<RecordedAt> {
    if let Some(text) = value.as_str() {
        let (origin, at) = text.split_once(' ')?;
        let (epoch, sequence) = at.split_once('/').unwrap_or(("0", at));
        return Some(RecordedAt {
            origin: origin.to_owned(),
            epoch: epoch.parse().ok()?,
            sequence: sequence.parse().ok()?,
        });
    }
    serde_json::from_value(value.clone()).ok()
}
