//! How words go with numbers in the six languages.

use dossier_web::Language;
use serde::Deserialize;

/// The forms that a word takes with numbers, by the categories of CLDR.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plural {
    zero: Option<String>,
    one: Option<String>,
    two: Option<String>,
    few: Option<String>,
    many: Option<String>,
    other: String,
}

impl Plural {
    /// The form for so many.
    pub(crate) fn form(&self, language: Language, count: u64) -> &str {
        let form = match category(language, count) {
            Category::Zero => &self.zero,
            Category::One => &self.one,
            Category::Two => &self.two,
            Category::Few => &self.few,
            Category::Many => &self.many,
            Category::Other => &None,
        };
        form.as_deref().unwrap_or(&self.other)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Category {
    Zero,
    One,
    Two,
    Few,
    Many,
    Other,
}

/// The cardinal rules of CLDR for whole numbers in the six languages
/// (<https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html>).
const fn category(language: Language, count: u64) -> Category {
    match language {
        Language::Zh => Category::Other,
        Language::En | Language::Es => match count {
            1 => Category::One,
            _ => Category::Other,
        },
        Language::Fr => match count {
            0 | 1 => Category::One,
            _ => Category::Other,
        },
        Language::Ru => match (count % 10, count % 100) {
            (1, tail) if tail != 11 => Category::One,
            (2..=4, tail) if tail < 12 || tail > 14 => Category::Few,
            _ => Category::Many,
        },
        Language::Ar => match (count, count % 100) {
            (0, _) => Category::Zero,
            (1, _) => Category::One,
            (2, _) => Category::Two,
            (_, 3..=10) => Category::Few,
            (_, 11..) => Category::Many,
            _ => Category::Other,
        },
    }
}
