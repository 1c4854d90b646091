//! The words of the interface, in six languages, from `words/<language>/*.toml`.

use std::{collections::BTreeMap, fmt::Display, sync::LazyLock};

use super::plural;
use crate::Language;

/// The words of one language. What it lacks is taken from English.
#[derive(Debug)]
pub struct Words {
    language: Language,
    texts: BTreeMap<String, String>,
}

static ALL: LazyLock<[Words; 6]> = LazyLock::new(|| Language::ALL.map(Words::read));

/// The files of one language, a file for the pages of each kind of people: one owner each.
macro_rules! files {
    ($language:literal) => {
        [
            include_str!(concat!("../../words/", $language, "/house.toml")),
            include_str!(concat!("../../words/", $language, "/contributor.toml")),
            include_str!(concat!("../../words/", $language, "/review.toml")),
            include_str!(concat!("../../words/", $language, "/publisher.toml")),
            include_str!(concat!("../../words/", $language, "/auditor.toml")),
            include_str!(concat!("../../words/", $language, "/office.toml")),
        ]
    };
}

const fn sources(language: Language) -> [&'static str; 6] {
    match language {
        Language::Ar => files!("ar"),
        Language::Zh => files!("zh"),
        Language::En => files!("en"),
        Language::Fr => files!("fr"),
        Language::Ru => files!("ru"),
        Language::Es => files!("es"),
    }
}

impl Words {
    /// The words of a language.
    pub fn of(language: Language) -> &'static Self {
        let position = Language::ALL.iter().position(|one| *one == language);
        &ALL[position.expect("ALL holds every language")]
    }

    fn read(language: Language) -> Self {
        let mut texts = BTreeMap::new();
        for source in sources(language) {
            let table = source.parse::<toml::Table>().expect("part of the program; a test reads all of them");
            for (key, value) in table {
                gather(key, value, &mut texts);
            }
        }
        Self { language, texts }
    }

    /// Their language.
    pub const fn language(&self) -> Language {
        self.language
    }

    /// The text under a key, such as `frame.skip`. A key that even English lacks gives itself, so that it is seen.
    pub fn text<'a>(&'a self, key: &'a str) -> &'a str {
        self.known(key).unwrap_or(key)
    }

    /// The text under a key, if English or this language has it.
    pub fn known(&self, key: &str) -> Option<&str> {
        let own = self.texts.get(key);
        own.or_else(|| Self::of(Language::En).texts.get(key)).map(String::as_str)
    }

    /// The text under a key with one place filled in: `words.with("record.edition", "number", 2)`.
    pub fn with(&self, key: &str, place: &str, value: impl Display) -> String {
        fill(self.text(key), &[(place, &value.to_string())])
    }

    /// The text under a key with places filled in.
    pub fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        fill(self.text(key), values)
    }

    /// The text for so many: the form of the key that the number takes in this language, `{count}` filled in.
    pub fn count(&self, key: &str, count: u64) -> String {
        let form = |words: &'static Self| {
            let category = plural::category(words.language, count);
            let own = words.texts.get(&format!("{key}.{category}"));
            own.or_else(|| words.texts.get(&format!("{key}.other")))
        };
        let text = form(Self::of(self.language)).or_else(|| form(Self::of(Language::En)));
        fill(text.map_or(key, String::as_str), &[("count", &count.to_string())])
    }

    /// The name of a role.
    pub fn of_role(&self, role: dossier_identity::Role) -> &str {
        self.known(&format!("role.{}", role.key())).unwrap_or(role.key())
    }

    /// Several things as one text: `a, b and c`.
    pub fn list(&self, items: &[&str]) -> String {
        items.join(", ")
    }

    /// A number as this language writes it.
    pub fn number(&self, number: u64) -> String {
        number.to_string()
    }

    /// Who has reviewed this translation, or that nobody has yet. Nothing for English, which is the reference.
    pub fn reviewer_line(&self) -> Option<String> {
        if self.language == Language::En {
            return None;
        }
        let own = self.texts.get("translation.reviewed_by").filter(|name| !name.is_empty());
        let by = own.map(|name| self.with("translation.by", "name", name));
        Some(by.unwrap_or_else(|| self.text("translation.not_yet").to_owned()))
    }

    /// Every key, for tests.
    #[cfg(test)]
    pub(super) fn keys(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(key, text)| (key.as_str(), text.as_str()))
    }
}

/// Each `{place}` of the text with its value, in one pass: a value that looks like a place stays as it is.
pub(super) fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let place = after.split_once('}');
        let value = place.and_then(|(place, tail)| Some((values.iter().find(|(name, _)| *name == place)?.1, tail)));
        match value {
            Some((value, tail)) => {
                filled.push_str(value);
                rest = tail;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// A table as dotted keys; the items of a list by their number from 1.
fn gather(key: String, value: toml::Value, texts: &mut BTreeMap<String, String>) {
    match value {
        toml::Value::String(text) => {
            texts.insert(key, text);
        }
        toml::Value::Table(table) => {
            for (inner, value) in table {
                gather(format!("{key}.{inner}"), value, texts);
            }
        }
        toml::Value::Array(items) => {
            for (number, value) in (1..).zip(items) {
                gather(format!("{key}.{number}"), value, texts);
            }
        }
        // Words are texts; numbers and dates have no place here.
        _ => {}
    }
}
