//! What a registry says otherwise than another one: the parts that came, went or changed, each with what it means for what
//! is on record. Pure.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{Change, Registry};

/// One part of a registry that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RegistryChange {
    /// Where it stands: the file, then the key in it, such as `types/event.toml: fields.title`.
    pub part: String,
    /// Whether it came, went or changed.
    pub change: Change,
    /// Of a part that changed, the keys under it that say something else.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
    /// What a registrar should know before adopting it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
}

/// Compares two registries; in the order of the parts.
pub fn changes(before: &Registry, after: &Registry) -> Vec<RegistryChange> {
    let (was, is) = (Parts::of(before), Parts::of(after));
    let mut found = Vec::new();
    for (place, part) in &was.0 {
        match is.0.get(place) {
            None => found.push(RegistryChange {
                part: place.clone(),
                change: Change::Removed,
                keys: Vec::new(),
                remark: removed(place),
            }),
            Some(now) if now != part => found.push(changed(place, part, now)),
            Some(_) => {}
        }
    }
    for place in is.0.keys().filter(|place| !was.0.contains_key(*place)) {
        let change = Change::Added;
        found.push(RegistryChange { part: place.clone(), change, keys: Vec::new(), remark: None });
    }
    found.sort_by(|one, other| one.part.cmp(&other.part));
    if !found.is_empty() && before.version() == after.version() {
        found.push(RegistryChange {
            part: "registry.toml: version".to_owned(),
            change: Change::Changed,
            keys: Vec::new(),
            remark: Some("The version is still the same. Give each change its own.".to_owned()),
        });
    }
    found
}

fn removed(place: &str) -> Option<String> {
    let what = if place.contains(": review.stages.") {
        "Reviews that have reached this stage keep the rules they began under."
    } else {
        "What is on record stays readable and shows the plain key. Better leave it and give it a valid_to."
    };
    Some(what.to_owned())
}

fn changed(place: &str, before: &Value, after: &Value) -> RegistryChange {
    let (before, after) = (members(before), members(after));
    let mut keys: Vec<String> =
        before.keys().chain(after.keys()).filter(|key| before.get(*key) != after.get(*key)).cloned().collect();
    keys.sort();
    keys.dedup();
    let touches = |wanted: &[&str]| keys.iter().any(|key| wanted.contains(&key.as_str()));
    let remark = if touches(&["kind", "cardinality"]) {
        Some(
            "Contents on record have the former shape: they stay readable and are asked to change when they are revised.",
        )
    } else if touches(&["personal"]) {
        Some("Values on record stay as they were sealed or published.")
    } else if touches(&["vocabulary"]) {
        Some("Terms on record are of the former vocabulary and show their plain keys.")
    } else if touches(&["number_prefix"]) {
        Some("Numbers that were given keep the former prefix for ever.")
    } else {
        None
    };
    RegistryChange { part: place.to_owned(), change: Change::Changed, keys, remark: remark.map(str::to_owned) }
}

fn members(value: &Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members.clone(),
        other => Map::from_iter([("value".to_owned(), other.clone())]),
    }
}

/// The parts of a registry by their places.
struct Parts(BTreeMap<String, Value>);

impl Parts {
    fn of(registry: &Registry) -> Self {
        // Canonical bytes are JSON, so they can be read as such.
        let document: Value = serde_json::from_slice(registry.bytes()).unwrap_or_default();
        let mut parts = Self(BTreeMap::new());
        let mut head = members(&document);
        for one in taken(&mut head, "types") {
            parts.record_type(one);
        }
        for one in taken(&mut head, "vocabularies") {
            parts.vocabulary(one);
        }
        for one in taken(&mut head, "notices") {
            let file = format!("notices/{}.toml", key_of(&one));
            parts.put(file, Value::Object(one));
        }
        for list in ["refusals", "retractions", "awaited", "erasures"] {
            let of_list = taken(&mut head, list);
            parts.list(&format!("{list}.toml: reasons"), of_list);
        }
        let items = taken(&mut head, "checklist");
        parts.list("checklist.toml: items", items);
        let mut places = head.remove("places").map(|places| members(&places)).unwrap_or_default();
        for list in ["cities", "platforms"] {
            let of_list = taken(&mut places, list);
            parts.list(&format!("places.toml: {list}"), of_list);
        }
        if let Some(words) = head.remove("words") {
            parts.put("words.toml".to_owned(), words);
        }
        parts.put("registry.toml".to_owned(), Value::Object(head));
        parts
    }

    fn put(&mut self, place: String, part: Value) {
        self.0.insert(place, part);
    }

    fn list(&mut self, place: &str, parts: Vec<Map<String, Value>>) {
        for one in parts {
            self.put(format!("{place}.{}", key_of(&one)), Value::Object(one));
        }
    }

    fn record_type(&mut self, mut one: Map<String, Value>) {
        let file = format!("types/{}.toml", key_of(&one));
        let fields = taken(&mut one, "fields");
        self.list(&format!("{file}: fields"), fields);
        let mut review = one.remove("review").map(|review| members(&review)).unwrap_or_default();
        let stages = taken(&mut review, "stages");
        // The order of stages is part of the path, and no stage says its place itself.
        let order: Vec<Value> = stages.iter().map(|stage| Value::from(key_of(stage))).collect();
        review.insert("order".to_owned(), Value::Array(order));
        self.list(&format!("{file}: review.stages"), stages);
        self.put(format!("{file}: review"), Value::Object(review));
        self.put(file, Value::Object(one));
    }

    fn vocabulary(&mut self, mut one: Map<String, Value>) {
        let file = format!("vocabularies/{}.toml", key_of(&one));
        for list in ["groups", "terms"] {
            let of_list = taken(&mut one, list);
            self.list(&format!("{file}: {list}"), of_list);
        }
        self.put(file, Value::Object(one));
    }
}

/// The objects of a list, which is taken out.
fn taken(members: &mut Map<String, Value>, key: &str) -> Vec<Map<String, Value>> {
    let Some(Value::Array(list)) = members.remove(key) else { return Vec::new() };
    list.into_iter().filter_map(|one| if let Value::Object(one) = one { Some(one) } else { None }).collect()
}

fn key_of(part: &Map<String, Value>) -> String {
    part.get("key").and_then(Value::as_str).unwrap_or_default().to_owned()
}
