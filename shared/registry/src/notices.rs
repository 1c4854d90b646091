//! Which notices an edition must carry.

use std::collections::BTreeSet;

use dossier_proto::Micros;
use serde::Serialize;
use serde_json::Value;

use crate::{
    Day, Registry,
    content::values_of,
    day::in_force,
    model::{Kind, RecordType, Trigger},
};

/// A notice that is due, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NoticeRef {
    /// Its key; the text is [`Registry::notice`]'s.
    pub key: String,
    /// Why it is due.
    pub because: NoticeReason,
}

/// Why a notice is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeReason {
    /// It always is.
    Always,
    /// A term stands in the content.
    Term {
        /// The field it stands in.
        field: String,
        /// The term.
        term: String,
    },
    /// A phrase stands in the text.
    Text {
        /// The field it stands in.
        field: String,
        /// The phrase, as the registry writes it.
        phrase: String,
    },
}

impl Registry {
    /// The notices due for a content at a moment, by key. A notice applied is part of the published edition.
    pub fn notices_for(&self, record_type: &str, content: &Value, at: Micros) -> Vec<NoticeRef> {
        let Some(record_type) = self.record_type(record_type) else { return Vec::new() };
        let day = Day::of(at);
        self.notices()
            .iter()
            .filter(|notice| in_force(notice.valid_from, notice.valid_to, day))
            .filter(|notice| notice.types.is_empty() || notice.types.contains(&record_type.key))
            .filter_map(|notice| {
                Some(NoticeRef { key: notice.key.clone(), because: due_by(&notice.trigger, record_type, content)? })
            })
            .collect()
    }
}

fn due_by(trigger: &Trigger, record_type: &RecordType, content: &Value) -> Option<NoticeReason> {
    match trigger {
        Trigger::Always {} => Some(NoticeReason::Always),
        Trigger::Term { vocabulary, terms } => due_by_term(vocabulary, terms, record_type, content),
        Trigger::Text { phrases } => due_by_text(phrases, record_type, content),
        Trigger::Any { of } => of.iter().find_map(|trigger| due_by(trigger, record_type, content)),
    }
}

fn due_by_term(vocabulary: &str, terms: &[String], record_type: &RecordType, content: &Value) -> Option<NoticeReason> {
    for field in record_type.fields.iter().filter(|field| field.vocabulary.as_deref() == Some(vocabulary)) {
        for value in values_of(content.get(&field.key)) {
            let part = match field.kind {
                Kind::Place => value.get("country"),
                Kind::Status => value.get("state"),
                _ => Some(value),
            };
            let term = part.and_then(Value::as_str).unwrap_or_default();
            if terms.iter().any(|one| one == term) {
                return Some(NoticeReason::Term { field: field.key.clone(), term: term.to_owned() });
            }
        }
    }
    None
}

fn due_by_text(phrases: &[String], record_type: &RecordType, content: &Value) -> Option<NoticeReason> {
    for field in record_type.fields.iter().filter(|field| !field.personal) {
        let Some(value) = content.get(&field.key) else { continue };
        let mut texts = BTreeSet::new();
        collect_texts(value, &mut texts);
        for phrase in phrases {
            if texts.iter().any(|text| stands_in(phrase, text)) {
                return Some(NoticeReason::Text { field: field.key.clone(), phrase: phrase.clone() });
            }
        }
    }
    None
}

fn collect_texts<'a>(value: &'a Value, texts: &mut BTreeSet<&'a str>) {
    match value {
        Value::String(text) => {
            texts.insert(text);
        }
        Value::Array(values) => values.iter().for_each(|value| collect_texts(value, texts)),
        Value::Object(members) => members.values().for_each(|value| collect_texts(value, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether the phrase stands in the text as whole words; capitals do not matter. In scripts without spaces between
/// words the neighbours are letters too, so there any occurrence counts.
fn stands_in(phrase: &str, text: &str) -> bool {
    let (phrase, text) = (phrase.to_lowercase(), text.to_lowercase());
    let spaceless = phrase.chars().any(crate::difference::is_spaceless);
    text.match_indices(&phrase).any(|(at, found)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + found.len()..).and_then(|text| text.chars().next());
        spaceless || ![before, after].into_iter().flatten().any(char::is_alphanumeric)
    })
}
