//! What changed between two contents, field by field and language by language, in texts word by word: short enough to be
//! read in a trail. Personal values show as tokens.

use dossier_proto::{Digest, Place};
use dossier_registry::{Change, Detail, FieldDifference, RecordType, Segment, difference};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Against, Mark};

/// What is left standing of an unchanged stretch, at each of its ends, in characters: about a line.
const AROUND: usize = 80;
/// The most of one removed or added stretch that is shown, in characters: a page.
const STRETCH_MAX: usize = 2_000;
/// The most of one value that is shown, in characters.
const VALUE_MAX: usize = 500;
/// The most bytes of one difference: a hundred of them are 6 MB.
const BYTES_MAX: usize = 64 * 1024;

/// The difference of the content of a step to an earlier one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Changed {
    /// What it is compared with.
    pub against: Against,
    /// The event that holds that.
    #[schema(value_type = Object)]
    pub with: Place,
    /// The number of that step.
    pub step: usize,
    /// The digest of that content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub digest: Option<Digest>,
    /// Whether both have the same digest: then it is the same text to the letter.
    pub same: bool,
    /// Whether both contents can be read here; absent where that was not tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
    /// What changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChanged>,
    /// How many changed fields are not shown, because the difference is too long.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
const fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// What changed in one field, or in one language of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FieldChanged {
    /// The key of the field.
    pub field: String,
    /// The language, of a text per language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// `added`, `removed` or `changed`.
    pub change: String,
    /// Of a text: its pieces.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<Piece>,
    /// Of anything else: what was there and is not any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<String>,
    /// The same: what is new.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Piece {
    /// What became of it.
    pub mark: PieceMark,
    /// The piece.
    pub text: String,
    /// So many characters of it are left out, where the ellipsis stands.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: usize,
}

/// What became of a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PieceMark {
    /// It stands in both.
    Same,
    /// It is gone.
    Removed,
    /// It is new.
    Added,
}

/// What changed between two contents of a record type, and how many changed fields there was no room for. Costs at most what
/// [`difference`] allows, and at most 64 KiB.
pub fn changes(record_type: &RecordType, before: &Value, after: &Value) -> (Vec<FieldChanged>, usize) {
    let found = difference(record_type, before, after).changed;
    let (mut shown, mut room) = (Vec::new(), BYTES_MAX);
    let all = found.len();
    for field in found {
        let field = field_changed(field);
        let Some(left) = room.checked_sub(bytes(&field)) else { break };
        room = left;
        shown.push(field);
    }
    let left_out = all - shown.len();
    (shown, left_out)
}

fn bytes(field: &FieldChanged) -> usize {
    let words: usize = field.words.iter().map(|piece| piece.text.len() + 40).sum();
    let values: usize = field.before.iter().chain(&field.after).map(|value| value.len() + 8).sum();
    field.field.len() + 60 + words + values
}

fn field_changed(field: FieldDifference) -> FieldChanged {
    let change = match field.change {
        Change::Added => "added",
        Change::Removed => "removed",
        Change::Changed => "changed",
    };
    let (words, before, after) = match field.detail {
        Detail::Words(segments) => (segments.iter().map(piece).collect(), Vec::new(), Vec::new()),
        Detail::Values { before, after } => (Vec::new(), values(before), values(after)),
    };
    FieldChanged {
        field: field.field,
        language: field.language.map(|language| language.tag().to_owned()),
        change: change.to_owned(),
        words,
        before,
        after,
    }
}

fn piece(segment: &Segment) -> Piece {
    let mark = match segment.mark {
        dossier_registry::Mark::Same => PieceMark::Same,
        dossier_registry::Mark::Removed => PieceMark::Removed,
        dossier_registry::Mark::Added => PieceMark::Added,
    };
    let ends = if mark == PieceMark::Same { AROUND } else { STRETCH_MAX / 2 };
    let (text, left_out) = shortened(&segment.text, ends);
    Piece { mark, text, left_out }
}

/// The beginning and the end of a long text, with an ellipsis between; and how many characters are left out.
fn shortened(text: &str, ends: usize) -> (String, usize) {
    let count = text.chars().count();
    // Less than an ellipsis is worth is not left out.
    if count <= 2 * ends + 20 {
        return (text.to_owned(), 0);
    }
    let begin: String = text.chars().take(ends).collect();
    let end: String = text.chars().skip(count - ends).collect();
    (format!("{begin}…{end}"), count - 2 * ends)
}

fn values(values: Vec<Value>) -> Vec<String> {
    values.into_iter().map(|value| shortened(&said(hidden(value)), VALUE_MAX / 2).0).collect()
}

fn said(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// The value with a token in each place where a personal value stands.
fn hidden(value: Value) -> Value {
    if let Some(commitment) = dossier_vault::commitment_in(&value) {
        let digits = commitment.to_string();
        return Value::String(format!("[sealed {}]", digits.get(..8).unwrap_or_default()));
    }
    match value {
        Value::Object(members) => members.into_iter().map(|(key, value)| (key, hidden(value))).collect(),
        Value::Array(items) => items.into_iter().map(hidden).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event() -> RecordType {
        dossier_registry::Registry::embedded().record_type("event").unwrap().clone()
    }

    #[test]
    fn words_are_told_by_field_and_language_and_a_field_that_stayed_is_not() {
        let before = json!({"title": {"en": "A forum on paper", "fr": "Un forum"}, "languages": ["en", "fr"]});
        let after = json!({"title": {"en": "A forum on line", "fr": "Un forum"}, "languages": ["en", "ar"]});
        let (fields, left_out) = changes(&event(), &before, &after);
        assert_eq!(left_out, 0);
        let title = fields.iter().find(|field| field.field == "title").unwrap();
        assert_eq!((title.language.as_deref(), title.change.as_str()), (Some("en"), "changed"));
        let words: Vec<_> = title.words.iter().map(|piece| (piece.mark, piece.text.as_str())).collect();
        assert_eq!(
            words,
            [(PieceMark::Same, "A forum on "), (PieceMark::Removed, "paper"), (PieceMark::Added, "line")]
        );
        let languages = fields.iter().find(|field| field.field == "languages").unwrap();
        assert_eq!((&languages.before, &languages.after), (&vec!["fr".to_owned()], &vec!["ar".to_owned()]));
        assert_eq!(fields.len(), 2, "what did not change is not told");
    }

    #[test]
    fn a_personal_value_shows_as_a_token_and_never_as_what_it_is() {
        let token = |byte: u8| {
            let digest = Digest([byte; 32]).to_string();
            json!({ "name": "desk", "mail": { "$commitment": digest } })
        };
        let (fields, _) = changes(&event(), &json!({"contact": token(1)}), &json!({"contact": token(2)}));
        assert!(fields[0].before[0].contains("[sealed 01010101]"), "{fields:?}");
        assert!(fields[0].after[0].contains("[sealed 02020202]"), "{fields:?}");
    }

    #[test]
    fn a_text_of_448_kib_is_told_in_a_few_lines() {
        let long = "слово ".repeat(448 * 1024 / 11);
        let (before, after) = (format!("{long}старое {long}"), format!("{long}новое {long}"));
        let content = |text: &str| json!({"description": {"ru": text}});
        let started = std::time::Instant::now();
        let (fields, _) = changes(&event(), &content(&before), &content(&after));
        assert!(bytes(&fields[0]) < 2_000, "{}", bytes(&fields[0]));
        assert_eq!(fields[0].words[0].left_out, long.chars().count() - 2 * AROUND);
        assert_eq!(fields[0].words[1].text, "старое");
        // A generous bound for a test build on a busy machine; the bound on the work is the registry's.
        assert!(started.elapsed() < std::time::Duration::from_secs(20));
    }

    #[test]
    fn a_difference_has_an_end_however_much_differs() {
        let word = |k: usize, seed: usize| format!("w{}", (k * 7919 + seed) % 104_729);
        let text = |seed: usize| (0..60_000).map(|k| word(k, seed)).collect::<Vec<_>>().join(" ");
        let content = |seed: usize| json!({"title": {"en": text(seed), "fr": text(seed + 1), "es": text(seed + 2)}});
        let (fields, left_out) = changes(&event(), &content(1), &content(50));
        let all: usize = fields.iter().map(bytes).sum();
        assert!(all <= BYTES_MAX && fields.len() + left_out == 3, "{all} {left_out}");
    }
}
