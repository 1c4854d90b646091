//! From a content to what stands in the controls.

use dossier_registry::{Field, Kind};
use serde_json::Value;

use super::{Forming, Pick};
use crate::pages::typed::Typed;

/// What the controls show of a content.
pub(in crate::pages) fn show(forming: Forming<'_>, content: &Value) -> Typed {
    let mut typed = Typed::default();
    for field in &forming.kind.fields {
        let Some(value) = content.get(&field.key) else { continue };
        let name = format!("/{}", field.key);
        let laid_out = field.kind == Kind::Term && forming.pick(field) == Pick::LaidOut;
        match value {
            Value::Array(values) if laid_out => {
                values.iter().filter_map(Value::as_str).for_each(|key| typed.add(&name, key));
            }
            Value::Array(values) => {
                for (at, value) in values.iter().enumerate() {
                    show_one(forming, field, &format!("{name}/{at}"), value, &mut typed);
                }
            }
            value => show_one(forming, field, &name, value, &mut typed),
        }
    }
    typed
}

fn show_one(forming: Forming<'_>, field: &Field, name: &str, value: &Value, typed: &mut Typed) {
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
    let mut part = |key: &str, text: &str| typed.add(&format!("{name}/{key}"), text);
    match field.kind {
        Kind::Text | Kind::Richtext => per_language(name, value, typed),
        Kind::Range => range(name, value, typed),
        Kind::Place => {
            part("city", text("city"));
            part("country", &term(forming, field, text("country")));
            part("online", text("online"));
        }
        Kind::Term if forming.pick(field) == Pick::LaidOut => typed.add(name, value.as_str().unwrap_or_default()),
        Kind::Term => typed.add(name, &term(forming, field, value.as_str().unwrap_or_default())),
        Kind::TermOrText => {
            let written = value.as_str().map_or_else(|| text("text").to_owned(), |key| term(forming, field, key));
            typed.add(name, &written);
        }
        Kind::Bool => typed.add(name, &value.as_bool().map(|answer| answer.to_string()).unwrap_or_default()),
        Kind::Link => {
            part("url", text("url"));
            titles(name, value, typed);
        }
        Kind::Attachment => {
            for key in ["digest", "name", "media_type", "language"] {
                part(key, text(key));
            }
            part("bytes", &value.get("bytes").map(Value::to_string).unwrap_or_default());
            titles(name, value, typed);
        }
        Kind::Status => {
            part("state", text("state"));
            let previous = value.get("previous_dates").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            for (at, one) in previous.iter().enumerate() {
                range(&format!("{name}/previous_dates/{at}"), one, typed);
            }
        }
        Kind::Number => typed.add(name, &number(value)),
        Kind::String => typed.add(name, value.as_str().unwrap_or_default()),
        Kind::Contact => {
            for key in ["name", "function", "organisation", "email", "phone"] {
                part(key, text(key));
            }
        }
        Kind::Reference => {
            part("entry", &forming.numbers.number_of(text("entry")).unwrap_or_else(|| text("entry").to_owned()));
            part("edition", &value.get("edition").map(number).unwrap_or_default());
        }
    }
}

fn number(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

fn term(forming: Forming<'_>, field: &Field, key: &str) -> String {
    if key.is_empty() { String::new() } else { forming.term_name(forming.vocabulary(field), key).text }
}

fn per_language(name: &str, value: &Value, typed: &mut Typed) {
    for (tag, text) in value.as_object().into_iter().flatten() {
        typed.add(&format!("{name}/{tag}"), text.as_str().unwrap_or_default());
    }
}

fn titles(name: &str, value: &Value, typed: &mut Typed) {
    if let Some(titles) = value.get("title") {
        per_language(&format!("{name}/title"), titles, typed);
    }
}

/// A day and a time stand in controls of their own.
fn range(name: &str, value: &Value, typed: &mut Typed) {
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
    for end in ["start", "end"] {
        let (day, time) = text(end).split_once('T').unwrap_or((text(end), ""));
        typed.add(&format!("{name}/{end}"), day);
        typed.add(&format!("{name}/{end}-time"), time);
    }
    typed.add(&format!("{name}/zone"), text("zone"));
    if value.get("ongoing").and_then(Value::as_bool) == Some(true) {
        typed.add(&format!("{name}/ongoing"), "true");
    }
}
