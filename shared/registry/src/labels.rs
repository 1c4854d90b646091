//! Labels: the same short text in several languages, English always among them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Language;

/// A text per language. In a checked registry every required label has English; other languages may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Labels(BTreeMap<Language, String>);

/// A text to be shown, with the language it is in (which may not be the one asked for).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// The text.
    pub text: String,
    /// Its language; `None` when nobody said (a name, a code, a number).
    pub language: Option<Language>,
}

impl Shown {
    /// A text without a language, such as a key.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), language: None }
    }
}

impl Labels {
    /// Labels in English only.
    pub fn english_only(text: impl Into<String>) -> Self {
        Self(BTreeMap::from([(Language::En, text.into())]))
    }

    /// Whether there is no text in any language.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text in exactly this language.
    pub fn get(&self, language: Language) -> Option<&str> {
        self.0.get(&language).map(String::as_str)
    }

    /// The text in this language, else in English, else in the first language there is.
    pub fn best(&self, language: Language) -> Option<(Language, &str)> {
        [language, Language::En]
            .into_iter()
            .find_map(|tried| self.get(tried).map(|text| (tried, text)))
            .or_else(|| self.iter().next())
    }

    /// As [`Labels::best`]; `otherwise` (a key) where there is no text at all.
    pub fn show(&self, language: Language, otherwise: &str) -> Shown {
        match self.best(language) {
            Some((found, text)) => Shown { text: text.to_owned(), language: Some(found) },
            None => Shown::plain(otherwise),
        }
    }

    /// Every text with its language, in the order of display.
    pub fn iter(&self) -> impl Iterator<Item = (Language, &str)> {
        self.0.iter().map(|(language, text)| (*language, text.as_str()))
    }

    /// Adds or replaces the text of a language.
    pub(crate) fn set(&mut self, language: Language, text: String) {
        self.0.insert(language, text);
    }
}
