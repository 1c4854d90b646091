//! Values that are no running text, as a moderator reads them.

use dossier_proto::Micros;
use dossier_registry::{Cardinality, FactKind, FactValue, Language, RecordType, Registry, facts};
use dossier_web::page::Words;
use serde_json::{Map, Value};

use crate::pages::said::{escaped, tags};

/// How values are told.
pub(super) struct Values<'a> {
    pub(super) registry: Option<&'a Registry>,
    pub(super) kind: Option<&'a RecordType>,
    pub(super) entry: &'a str,
    pub(super) language: Language,
    pub(super) words: &'static Words,
    pub(super) now: Micros,
}

impl Values<'_> {
    /// All values of a field, each as HTML.
    pub(super) fn all(&self, key: &str, value: &Value) -> Vec<String> {
        if self.kind.and_then(|kind| kind.field(key)).is_some_and(|field| field.personal) {
            return self.personal(value);
        }
        let shown = self.shown(key, value.clone());
        if !shown.is_empty() {
            return shown;
        }
        // What readers never see, and what the registry in force does not know, is shown as it stands.
        let values: &[Value] = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        values.iter().map(|value| format!("<bdi>{}</bdi>", escaped(&plain(value)))).collect()
    }

    /// One of the values of a field.
    pub(super) fn one(&self, key: &str, value: &Value) -> Vec<String> {
        let field = self.kind.and_then(|kind| kind.field(key));
        let takes_many = field.is_some_and(|field| matches!(field.cardinality, Cardinality::Any | Cardinality::Some));
        let value = if takes_many { Value::Array(vec![value.clone()]) } else { value.clone() };
        self.all(key, &value)
    }

    fn shown(&self, key: &str, value: Value) -> Vec<String> {
        let (Some(registry), Some(kind)) = (self.registry, self.kind) else { return Vec::new() };
        let content = Value::Object(Map::from_iter([(key.to_owned(), value)]));
        let found = facts(registry, &kind.key, &content, self.language, self.now);
        found.iter().flat_map(|fact| &fact.values).map(|value| self.html(value)).collect()
    }

    fn html(&self, value: &FactValue) -> String {
        let text = escaped(&value.shown.text);
        let tags = tags(value.shown.language, self.language);
        match &value.is {
            FactKind::Link { url: Some(url) } => {
                format!("<a href=\"{}\"{tags} rel=\"nofollow noreferrer\">{text}</a>", escaped(url))
            }
            FactKind::Reference { entry, edition } => {
                format!("<a href=\"/entries/{}/editions/{edition}\"{tags}>{text}</a>", escaped(entry))
            }
            FactKind::Attachment { digest, size, .. } => {
                let address = format!("/review/entries/{}/files/{}", self.entry, escaped(digest));
                let size = escaped(&size.text);
                format!(
                    "<bdi><a href=\"{address}\"{tags} download>{text}</a></bdi> <span class=\"mute\">(<bdi>{size}</bdi>)</span>"
                )
            }
            _ => format!("<bdi{tags}>{text}</bdi>"),
        }
    }

    /// Personal values are told to nobody by a page: that there are any is.
    fn personal(&self, value: &Value) -> Vec<String> {
        let token = format!("<span class=\"sealed\">{}</span>", escaped(self.words.text("review.sealed")));
        value.as_array().map_or(1, Vec::len).checked_sub(1).map(|more| vec![token; more + 1]).unwrap_or_default()
    }
}

/// A value as text.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(members) => members.values().map(plain).collect::<Vec<_>>().join(", "),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
