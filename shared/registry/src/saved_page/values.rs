//! From the text of a value to the value of a field.

use serde_json::{Map, Value, json};

use super::{dates, page::Reader};
use crate::{
    Labels, address,
    model::{Field, Kind},
    places::{self, fold},
};

/// Between a place on earth and an online platform: "Tbilisi, Georgia - KUDO".
const DASHES: [&str; 4] = [" - ", " – ", " — ", " | "];
/// Between a city and a country, in the scripts of the six languages.
const COMMAS: [char; 3] = [',', '،', '，'];

impl Reader<'_> {
    /// Adds a value to a field; `false` if it cannot be read, has no room, or stands there already.
    pub(super) fn add(&mut self, field: &Field, text: &str) -> bool {
        let held = self.content.get(&field.key);
        let room = match held {
            None => true,
            Some(Value::Array(values)) => values.len() < field.limits.items_max() as usize,
            Some(_) => field.kind.is_per_language(),
        };
        if !room {
            return false;
        }
        let Some(value) = self.read(field, text) else { return false };
        match self.content.get_mut(&field.key) {
            Some(Value::Array(values)) if values.contains(&value) => false,
            Some(Value::Array(values)) => {
                values.push(value);
                true
            }
            Some(held) => append(held, &value),
            None => {
                let value = if field.cardinality.is_many() { Value::Array(vec![value]) } else { value };
                self.content.insert(field.key.clone(), value);
                true
            }
        }
    }

    fn read(&self, field: &Field, text: &str) -> Option<Value> {
        let vocabulary = field.vocabulary.as_deref().unwrap_or_default();
        match field.kind {
            Kind::Text | Kind::Richtext => Some(json!({ self.language.tag(): text })),
            Kind::Range => dates::range(&self.months, text),
            Kind::Place => Some(self.place(vocabulary, text)),
            Kind::Term => self.term_key(vocabulary, text).map(Value::from),
            Kind::TermOrText => {
                Some(self.term_key(vocabulary, text).map_or_else(|| json!({ "text": text }), Value::from))
            }
            Kind::Bool => self.answer(text),
            Kind::Link => address::is_web(text).then(|| json!({ "url": text })),
            Kind::Status => self.term_key(vocabulary, text).map(|key| json!({ "state": key })),
            Kind::Number => text.parse::<i64>().ok().map(Value::from),
            Kind::String => Some(Value::from(text)),
            Kind::Attachment | Kind::Contact | Kind::Reference => None,
        }
    }

    fn term_key(&self, vocabulary: &str, name: &str) -> Option<&str> {
        self.terms.get(vocabulary)?.key(name)
    }

    fn answer(&self, text: &str) -> Option<Value> {
        let (words, wanted) = (self.registry.words(), fold(text));
        let is = |labels: &Labels| labels.iter().any(|(_, word)| fold(word) == wanted);
        match (is(&words.yes), is(&words.no)) {
            (true, false) => Some(Value::from(true)),
            (false, true) => Some(Value::from(false)),
            _ => None,
        }
    }

    /// A place: what is not recognised stays, as the city, so that no word of the source is lost.
    fn place(&self, vocabulary: &str, text: &str) -> Value {
        if let Some(platform) = self.platform(text) {
            return json!({ "online": platform });
        }
        let divided = DASHES.iter().find_map(|dash| text.rsplit_once(dash));
        if let Some((spot, online)) = divided {
            let spot = self.on_earth(vocabulary, spot.trim());
            let platform = self.platform(online);
            if let Some(online) = platform.or_else(|| spot.contains_key("country").then(|| online.trim().to_owned())) {
                let mut place = spot;
                place.insert("online".into(), Value::from(online));
                return Value::Object(place);
            }
        }
        Value::Object(self.on_earth(vocabulary, text))
    }

    fn platform(&self, text: &str) -> Option<String> {
        let known = places::platform(self.registry.places(), text).map(|platform| platform.name.clone());
        let word = self.registry.words().online.iter().any(|(_, word)| fold(word) == fold(text));
        known.or_else(|| word.then(|| text.trim().to_owned()))
    }

    fn on_earth(&self, vocabulary: &str, text: &str) -> Map<String, Value> {
        let pair = |city: &str, country: &str| {
            let city = (!city.is_empty()).then(|| ("city".to_owned(), Value::from(city)));
            Map::from_iter(city.into_iter().chain([("country".to_owned(), Value::from(country))]))
        };
        if let Some(country) = self.term_key(vocabulary, text) {
            return pair("", country);
        }
        if let Some((city, country)) = text.rsplit_once(COMMAS)
            && let Some(country) = self.term_key(vocabulary, country)
        {
            return pair(city.trim(), country);
        }
        match places::city(self.registry.places(), text) {
            Some(city) => pair(text, &city.country),
            None => Map::from_iter([("city".to_owned(), Value::from(text))]),
        }
    }
}

/// Adds a paragraph to a text that is there already.
fn append(held: &mut Value, more: &Value) -> bool {
    let (Value::Object(held), Value::Object(more)) = (held, more) else { return false };
    for (tag, text) in more {
        let (Some(Value::String(held)), Value::String(text)) = (held.get_mut(tag), text) else { return false };
        held.push_str("\n\n");
        held.push_str(text);
    }
    true
}
