//! What changed between two contents, field by field, words marked by more than colour. Pure.

use dossier_proto::Micros;
use dossier_registry::{Change, Detail, FieldDifference, Mark, Registry, difference, facts};
use serde_json::{Map, Value};

use super::{paper::Paper, said::Said};

/// A field that changed.
pub(super) struct FieldChanged {
    pub(super) label: Said,
    pub(super) kind: &'static str,
    /// The pieces of a text, in its language.
    pub(super) words: Option<(String, Vec<Piece>)>,
    /// Values before and now, of anything else.
    pub(super) before: Vec<Said>,
    pub(super) after: Vec<Said>,
}

/// A piece of a text: `same`, `del` or `ins`.
pub(super) struct Piece {
    pub(super) mark: &'static str,
    pub(super) text: String,
}

/// The changes in the order of the page.
pub(super) fn changes(
    paper: &Paper,
    registry: &Registry,
    record_type: &str,
    (before, after): (&Value, &Value),
    now: Micros,
) -> Vec<FieldChanged> {
    let Some(kind) = registry.record_type(record_type) else { return Vec::new() };
    let found = difference(kind, before, after);
    found.changed.iter().map(|one| changed(paper, registry, record_type, one, (before, after), now)).collect()
}

fn changed(
    paper: &Paper,
    registry: &Registry,
    record_type: &str,
    one: &FieldDifference,
    (before, after): (&Value, &Value),
    now: Micros,
) -> FieldChanged {
    let field = registry.record_type(record_type).and_then(|kind| kind.field(&one.field));
    let mut label: Said =
        field.map_or_else(|| Said::plain(&one.field), |field| field.labels.show(paper.tongue, &one.field).into());
    if let Some(language) = one.language {
        label.text = format!("{} ({})", label.text, language.own_name());
    }
    let kind = paper.w(match one.change {
        Change::Added => "change_added",
        Change::Removed => "change_removed",
        Change::Changed => "change_changed",
    });
    let values = |content: &Value| values(paper, registry, record_type, &one.field, content, now);
    let (words, before, after) = match &one.detail {
        Detail::Words(pieces) => {
            let tags = one.language.map_or_else(
                || " dir=\"auto\"".to_owned(),
                |language| format!(" lang=\"{}\" dir=\"{}\"", language.tag(), language.direction().as_str()),
            );
            let piece = |segment: &dossier_registry::Segment| Piece {
                mark: match segment.mark {
                    Mark::Same => "same",
                    Mark::Removed => "del",
                    Mark::Added => "ins",
                },
                text: segment.text.clone(),
            };
            (Some((tags, pieces.iter().map(piece).collect())), Vec::new(), Vec::new())
        }
        Detail::Values { .. } => (None, values(before), values(after)),
    };
    FieldChanged { label, kind, words, before, after }
}

/// The values of one field as a reader sees them; what is not public, as it was typed, and what is under seal as a mark.
fn values(paper: &Paper, registry: &Registry, record_type: &str, key: &str, content: &Value, now: Micros) -> Vec<Said> {
    let Some(value) = content.get(key) else { return Vec::new() };
    // A difference shows that a personal value changed, never the value.
    if registry.record_type(record_type).and_then(|kind| kind.field(key)).is_some_and(|field| field.personal) {
        return vec![Said::plain(paper.w("sealed"))];
    }
    let alone = Value::Object(Map::from_iter([
        (key.to_owned(), value.clone()),
        ("original_language".to_owned(), content.get("original_language").cloned().unwrap_or(Value::Null)),
    ]));
    let shown = facts(registry, record_type, &alone, paper.tongue, now);
    let shown: Vec<Said> = shown
        .into_iter()
        .filter(|fact| fact.field == key)
        .flat_map(|fact| fact.values.into_iter().map(|value| value.shown.into()))
        .collect();
    if !shown.is_empty() {
        return shown;
    }
    let texts = match value {
        Value::Array(values) => values.iter().map(plain).collect(),
        value => vec![plain(value)],
    };
    texts.into_iter().map(Said::plain).collect()
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(members) if members.contains_key("$commitment") => "▒▒▒".to_owned(),
        Value::Object(members) => members.values().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
