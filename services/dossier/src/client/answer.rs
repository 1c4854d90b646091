//! What a server answered.

use serde_json::Value;

use crate::{Exit, Failure, output::text};

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

    /// What the problem says, for a person: title, detail, each place that does not fit, and what leads on.
    pub fn failure(&self) -> Failure {
        let title = if self.text("title").is_empty() { "The server refused" } else { self.text("title") };
        let mut words = format!("{} ({})", title.trim_end_matches('.'), self.status);
        let detail = self.text("detail");
        if !detail.is_empty() {
            words.push_str(&format!(": {detail}"));
        }
        for error in self.document.get("errors").and_then(Value::as_array).into_iter().flatten() {
            let (pointer, said) = (text(error, "pointer"), text(error, "detail"));
            // Of one error alone the detail of the whole says everything, or all but where.
            if !(detail.contains(pointer) && detail.contains(said)) {
                words.push_str(&format!("\n  {pointer}: {said}"));
            }
        }
        if let Some(place) = self.document.get("because").and_then(place)
            && !words.contains(&place)
        {
            words.push_str(&format!("\n  because of {place}"));
        }
        if !self.text("digest").is_empty() {
            words.push_str(&format!("\n  the digest is now {}; read it with `dossier review`", self.text("digest")));
        }
        let exit = if self.status == 404 { Exit::NotThere } else { Exit::Refused };
        Failure::new(exit, words)
    }

    /// A text of the document.
    pub fn text(&self, name: &str) -> &str {
        self.document.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}

/// `moderation 22`, from `{origin, epoch, sequence}`.
fn place(place: &Value) -> Option<String> {
    Some(format!("{} {}", place.get("origin")?.as_str()?, place.get("sequence")?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(status: u16, document: &Value) -> String {
        Answer::new(status, None, &document.to_string()).failure().to_string()
    }

    #[test]
    fn every_place_that_does_not_fit_is_told_once() {
        let errors = json!([{"pointer": "/a", "detail": "is empty"}, {"pointer": "/b", "detail": "is long"}]);
        let problem = json!({"title": "It does not fit.", "detail": "2 places do not fit.", "errors": errors});
        assert_eq!(said(422, &problem), "It does not fit (422): 2 places do not fit.\n  /a: is empty\n  /b: is long");
        let errors = json!([{"pointer": "/a", "detail": "is empty"}]);
        let problem = json!({"title": "It does not fit.", "detail": "/a: is empty", "errors": errors});
        assert_eq!(said(422, &problem), "It does not fit (422): /a: is empty");
        let problem = json!({"title": "It does not fit.", "detail": "is empty", "errors": errors});
        assert_eq!(said(422, &problem), "It does not fit (422): is empty\n  /a: is empty", "where it is, too");
    }

    #[test]
    fn a_refusal_names_the_event_and_the_digest_that_it_rests_on() {
        let because = json!({"origin": "submission", "epoch": 0, "sequence": 9});
        let problem = json!({"title": "You wrote a part of this.", "because": because});
        assert_eq!(said(403, &problem), "You wrote a part of this (403)\n  because of submission 9");
        let problem = json!({"title": "The content is another now.", "digest": "ab12"});
        assert!(said(409, &problem).contains("ab12; read it with `dossier review`"));
    }

    #[test]
    fn what_is_not_there_has_a_code_of_its_own() {
        assert_eq!(Answer::new(404, None, "{}").failure().exit_code(), Exit::NotThere as u8);
        let failure = Answer::new(502, None, "<html>").failure();
        assert_eq!(
            (failure.exit_code(), failure.to_string()),
            (Exit::Refused as u8, "The server refused (502)".to_owned())
        );
    }
}
