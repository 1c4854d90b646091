//! From what stands in the controls to a content. Nothing is judged here: what does not fit goes on as it was typed, and the registry's check
//! says how to mend it.

use dossier_registry::{Field, Kind, Language, says_something};
use serde_json::{Map, Value, json};

use super::{Forming, Pick, show};
use crate::pages::typed::Typed;

/// The content that is meant, made from the one that was there. A field whose controls say what they said stays as it was, whatever it held:
/// what a form cannot show is not lost by it.
pub(in crate::pages) fn read(forming: Forming<'_>, typed: &Typed, base: &Value) -> Value {
    let before = show(forming, base);
    let mut members = base.as_object().cloned().unwrap_or_default();
    for field in forming.fields() {
        let name = format!("/{}", field.key);
        if typed.is_same(&before, &name) {
            continue;
        }
        match read_field(forming, field, &name, typed) {
            Some(value) => members.insert(field.key.clone(), value),
            None => members.remove(&field.key),
        };
    }
    Value::Object(members)
}

fn read_field(forming: Forming<'_>, field: &Field, name: &str, typed: &Typed) -> Option<Value> {
    if !field.cardinality.is_many() {
        return read_one(forming, field, name, typed);
    }
    let values: Vec<Value> = if field.kind == Kind::Term && forming.pick(field) == Pick::LaidOut {
        typed.values(name).iter().map(|key| Value::from(key.as_str())).collect()
    } else {
        (0..typed.rows(name)).filter_map(|at| read_one(forming, field, &format!("{name}/{at}"), typed)).collect()
    };
    (!values.is_empty()).then_some(Value::Array(values))
}

fn read_one(forming: Forming<'_>, field: &Field, name: &str, typed: &Typed) -> Option<Value> {
    let text = said(typed, name);
    let part = |key: &str| said(typed, &format!("{name}/{key}"));
    match field.kind {
        Kind::Text | Kind::Richtext => per_language(name, typed),
        Kind::Range => range(name, typed),
        Kind::Place => {
            let country = part("country").map(|text| term(forming, field, &text));
            object([("city", part("city")), ("country", country), ("online", part("online"))])
        }
        Kind::Term => Some(Value::from(term(forming, field, &text?))),
        Kind::TermOrText => {
            let text = text?;
            let key = forming.term_named(forming.vocabulary(field), &text);
            Some(key.map_or_else(|| json!({ "text": text }), Value::from))
        }
        Kind::Bool => match text?.as_str() {
            "true" => Some(Value::from(true)),
            "false" => Some(Value::from(false)),
            other => Some(Value::from(other)),
        },
        Kind::Link => {
            let mut members = map([("url", part("url"))]);
            members.extend(per_language(&format!("{name}/title"), typed).map(|titles| ("title".to_owned(), titles)));
            (!members.is_empty()).then_some(Value::Object(members))
        }
        Kind::Attachment => attachment(name, typed),
        Kind::Status => status(name, typed),
        Kind::Number => text.map(|text| number(&text)),
        Kind::String => text.map(Value::from),
        Kind::Contact => object(["name", "function", "organisation", "email", "phone"].map(|key| (key, part(key)))),
        Kind::Reference => {
            let entry = part("entry");
            let edition = part("edition").map(|text| number(&text));
            let known = |text: String| forming.numbers.id_of(&text).unwrap_or(text);
            let mut members = map([("entry", entry.map(known))]);
            members.extend(edition.map(|edition| ("edition".to_owned(), edition)));
            (!members.is_empty()).then_some(Value::Object(members))
        }
    }
}

/// What was typed, without the blanks around it, if it says anything.
fn said(typed: &Typed, name: &str) -> Option<String> {
    let text = typed.value(name).trim();
    says_something(text).then(|| text.to_owned())
}

fn map<const N: usize>(parts: [(&str, Option<String>); N]) -> Map<String, Value> {
    let said = parts.into_iter().filter_map(|(key, text)| Some((key.to_owned(), Value::from(text?))));
    said.collect()
}

fn object<const N: usize>(parts: [(&str, Option<String>); N]) -> Option<Value> {
    let members = map(parts);
    (!members.is_empty()).then_some(Value::Object(members))
}

/// A number; what is none goes on as a text. A comma before decimals is how four of the six languages write them.
fn number(text: &str) -> Value {
    let plain = text.replace(',', ".");
    plain.parse::<serde_json::Number>().map_or_else(|_| Value::from(text), Value::Number)
}

fn term(forming: Forming<'_>, field: &Field, text: &str) -> String {
    forming.term_named(forming.vocabulary(field), text).unwrap_or(text).to_owned()
}

fn per_language(name: &str, typed: &Typed) -> Option<Value> {
    let texts = Language::ALL.into_iter().filter_map(|language| {
        let text = typed.value(&format!("{name}/{}", language.tag())).trim_end();
        says_something(text).then(|| (language.tag().to_owned(), Value::from(text)))
    });
    let texts: Map<String, Value> = texts.collect();
    (!texts.is_empty()).then_some(Value::Object(texts))
}

fn range(name: &str, typed: &Typed) -> Option<Value> {
    let part = |key: &str| said(typed, &format!("{name}/{key}"));
    let moment = |end: &str| match (part(end), part(&format!("{end}-time"))) {
        (day, None) => day,
        (day, Some(time)) => Some(format!("{}T{time}", day.unwrap_or_default())),
    };
    let mut members = map([("start", moment("start")), ("end", moment("end")), ("zone", part("zone"))]);
    if typed.value(&format!("{name}/ongoing")) == "true" {
        members.insert("ongoing".to_owned(), Value::from(true));
    }
    (!members.is_empty()).then_some(Value::Object(members))
}

fn attachment(name: &str, typed: &Typed) -> Option<Value> {
    let part = |key: &str| said(typed, &format!("{name}/{key}"));
    let digest = part("digest").filter(|_| typed.value(&format!("{name}/remove")) != "true")?;
    let (label, kind, language) = (part("name"), part("media_type"), part("language"));
    let mut members = map([("digest", Some(digest)), ("name", label), ("media_type", kind), ("language", language)]);
    members.extend(part("bytes").map(|text| ("bytes".to_owned(), number(&text))));
    members.extend(per_language(&format!("{name}/title"), typed).map(|titles| ("title".to_owned(), titles)));
    Some(Value::Object(members))
}

fn status(name: &str, typed: &Typed) -> Option<Value> {
    let previous = format!("{name}/previous_dates");
    let ranges: Vec<Value> =
        (0..typed.rows(&previous)).filter_map(|at| range(&format!("{previous}/{at}"), typed)).collect();
    let mut members = map([("state", said(typed, &format!("{name}/state")))]);
    if !ranges.is_empty() {
        members.insert("previous_dates".to_owned(), Value::Array(ranges));
    }
    (!members.is_empty()).then_some(Value::Object(members))
}
