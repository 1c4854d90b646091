//! Texts on a page, each with the language it is in.

use dossier_registry::{Language, Shown};

/// A text that people or the registry wrote: never in the language of the page by right.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Said {
    pub(super) text: String,
    /// Its language; none when nobody said.
    pub(super) language: Option<Language>,
}

impl Said {
    /// A text of which nobody said the language: its letters tell the direction.
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), language: None }
    }

    /// The attributes of the element it stands in: always its direction, so that nothing typed turns its neighbours about.
    pub(super) fn tags(&self) -> String {
        match self.language {
            Some(language) => format!(" lang=\"{}\" dir=\"{}\"", language.tag(), language.direction().as_str()),
            None => " dir=\"auto\"".to_owned(),
        }
    }
}

impl From<Shown> for Said {
    fn from(shown: Shown) -> Self {
        Self { text: shown.text, language: shown.language }
    }
}
