//! Texts with the language they are in.

use dossier_registry::{Language, Shown};

/// A text to be shown, and the attributes that say its language where it is not the page's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    /// The text, not escaped.
    pub(super) text: String,
    tags: String,
}

impl Said {
    /// A text in its language, on a page in another or the same.
    pub(super) fn new(shown: Shown, page: Language) -> Self {
        let tags = tags(shown.language, page);
        Self { text: shown.text, tags }
    }

    /// A text in the language of the page.
    pub(super) fn ours(text: impl Into<String>) -> Self {
        Self { text: text.into(), tags: String::new() }
    }

    /// The attributes, ready to stand in a tag.
    pub(super) fn tags(&self) -> &str {
        &self.tags
    }
}

/// `lang` and `dir` of a text on a page: nothing when it is in the language of the page, and the direction by its letters when
/// nobody said its language.
pub(super) fn tags(language: Option<Language>, page: Language) -> String {
    match language {
        Some(language) if language == page => String::new(),
        Some(language) => format!(" lang=\"{}\" dir=\"{}\"", language.tag(), language.direction().as_str()),
        None => " dir=\"auto\"".to_owned(),
    }
}

/// Escapes text for HTML, as askama does.
pub(super) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 8);
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
    html
}
