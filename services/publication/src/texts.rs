//! What the public pages say, in six languages, from `texts/*.toml`. A key that a language lacks, or one too many, fails a
//! test: each file is complete.

use std::{collections::BTreeMap, sync::LazyLock};

use dossier_web::Language;
use serde::Deserialize;

/// The texts of one language. The English text stands above each; patterns hold names in braces.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Texts {
    /// Entries
    pub(crate) entries: String,
    /// Published entries
    pub(crate) published_entries: String,
    /// Events, practices, pledges and reports that states and their partners have put on record, each reviewed before publication.
    pub(crate) lede: String,
    /// Search titles and texts
    pub(crate) search_label: String,
    /// Search
    pub(crate) search: String,
    /// Narrow the list
    pub(crate) narrow: String,
    /// Apply
    pub(crate) apply: String,
    /// Clear all
    pub(crate) clear_all: String,
    /// newest first
    pub(crate) newest_first: String,
    /// {n} entries
    pub(crate) count: Plural,
    /// No entry fits. Take away a word or a choice, or clear all.
    pub(crate) nothing_found: String,
    /// {n} entries were retracted. They are not listed; their addresses still answer and say why.
    pub(crate) retracted_count: Plural,
    /// Pages of the list
    pub(crate) list_pages: String,
    /// {from} to {to} of {n}
    pub(crate) range: String,
    /// Older entries
    pub(crate) older: String,
    /// Newer entries
    pub(crate) newer: String,
    /// Objectives {codes}
    pub(crate) objectives: Plural,
    /// Reads in {languages}
    pub(crate) reads_in: String,
    /// ,
    pub(crate) comma: String,
    /// Record type
    pub(crate) type_of_resource: String,
    /// Country or area
    pub(crate) country: String,
    /// GCM objective
    pub(crate) gcm_objectives: String,
    /// Region
    pub(crate) region: String,
    /// Cross-cutting theme
    pub(crate) cross_cutting_theme: String,
    /// Geographic scope
    pub(crate) geographic_scope: String,
    /// Language of the entry
    pub(crate) resource_language: String,
    /// You are here
    pub(crate) you_are_here: String,
    /// Published
    pub(crate) published: String,
    /// Retracted
    pub(crate) retracted: String,
    /// Not the current edition
    pub(crate) not_current: String,
    /// Put on record by {}
    pub(crate) put_on_record_by: String,
    /// Was put on record by {}
    pub(crate) was_put_on_record_by: String,
    /// Edition {n}
    pub(crate) edition: String,
    /// Editions
    pub(crate) editions: String,
    /// {n} editions
    pub(crate) edition_count: Plural,
    /// This edition was replaced on {date}.
    pub(crate) current_is: String,
    /// Read edition {n}, the current one
    pub(crate) read_current: String,
    /// Read in
    pub(crate) read_in: String,
    /// (original)
    pub(crate) original: String,
    /// Other languages have not been provided.
    pub(crate) no_other_languages: String,
    /// Facts
    pub(crate) facts: String,
    /// Notice
    pub(crate) notice: String,
    /// What changed
    pub(crate) what_changed: String,
    /// Read
    pub(crate) read: String,
    /// this one
    pub(crate) this_one: String,
    /// Open edition {n}
    pub(crate) open_edition: String,
    /// First edition.
    pub(crate) first_edition: String,
    /// How this came to be published
    pub(crate) how: String,
    /// {body} submitted the text.
    pub(crate) step_submitted: String,
    /// {body} answered what was asked and submitted again.
    pub(crate) step_resubmitted: String,
    /// A moderator asked for {n} changes.
    pub(crate) step_changes: Plural,
    /// A moderator who had written no part of it approved exactly this text.
    pub(crate) step_approved: String,
    /// Published as edition {n}.
    pub(crate) step_published: String,
    /// Published as edition {n}, within the same second.
    pub(crate) step_published_at_once: String,
    /// Persons are never named here: the body answers for the record, the registry answers for the review.
    pub(crate) no_persons: String,
    /// This text has the digest that was approved, and its publication stands in the log signed below. Both were checked for this page.
    pub(crate) verdict_good: String,
    /// This text does not have the digest that was approved. Do not rely on it. Tell the registry the number of this entry.
    pub(crate) verdict_text: String,
    /// The place of this edition in the log could not be proved just now. Open the page again later; if it stays so, tell the registry.
    pub(crate) verdict_log: String,
    /// Digest of edition {n}
    pub(crate) digest_of: String,
    /// Place in the log
    pub(crate) place_in_log: String,
    /// publication, event {at} of {size}
    pub(crate) event_of: String,
    /// Checkpoint
    pub(crate) checkpoint: String,
    /// {size} events, root {root}
    pub(crate) checkpoint_of: String,
    /// Cite
    pub(crate) cite: String,
    /// {body}, {number}, edition {edition}, {site}, {date}. {address}
    pub(crate) citation: String,
    /// This entry was retracted on {date}
    pub(crate) retracted_on: String,
    /// Public from {from} to {to}
    pub(crate) public_from_to: String,
    /// Asked for by
    pub(crate) asked_for_by: String,
    /// The body that put it on record
    pub(crate) the_body: String,
    /// Decided by
    pub(crate) decided_by: String,
    /// A publisher of the registry
    pub(crate) a_publisher: String,
    /// Reason
    pub(crate) reason: String,
    /// The explanation was erased.
    pub(crate) explanation_erased: String,
    /// What is kept
    pub(crate) kept: String,
    /// The number and this address are never given to another entry. The text of the editions is no longer shown. That they existed, when, and that they were reviewed, stays on record and can be proved.
    pub(crate) kept_text: String,
    /// text not shown
    pub(crate) text_not_shown: String,
    /// The retraction and every edition stand in the log signed below. Their places were checked for this page.
    pub(crate) verdict_gone: String,
    /// The text of this edition was erased. That it existed and was reviewed stays on record.
    pub(crate) text_erased: String,
    /// The names of the six languages, as they stand in "Reads in …".
    languages: BTreeMap<String, String>,
}

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

static ALL: LazyLock<[Texts; 6]> = LazyLock::new(|| Language::ALL.map(read));

const fn source(language: Language) -> &'static str {
    match language {
        Language::Ar => include_str!("../texts/ar.toml"),
        Language::Zh => include_str!("../texts/zh.toml"),
        Language::En => include_str!("../texts/en.toml"),
        Language::Fr => include_str!("../texts/fr.toml"),
        Language::Ru => include_str!("../texts/ru.toml"),
        Language::Es => include_str!("../texts/es.toml"),
    }
}

fn read(language: Language) -> Texts {
    toml::from_str(source(language)).expect("part of the program; a test reads all six")
}

impl Texts {
    /// The texts of a language.
    pub(crate) fn of(language: Language) -> &'static Self {
        let position = Language::ALL.iter().position(|one| *one == language);
        &ALL[position.expect("ALL holds every language")]
    }

    /// The name of a language.
    pub(crate) fn language<'a>(&'a self, tag: &'a str) -> &'a str {
        self.languages.get(tag).map_or(tag, String::as_str)
    }
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

/// Each `{place}` of a pattern with its value, in one pass: a value that looks like a place stays as it is.
pub(crate) fn fill(pattern: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(pattern.len() + 32);
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let known = after.split_once('}').and_then(|(place, tail)| {
            let (_, value) = values.iter().find(|(name, _)| *name == place)?;
            Some((*value, tail))
        });
        match known {
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

#[cfg(test)]
mod tests {
    use dossier_web::Language;

    use super::{Texts, fill, read};

    #[test]
    fn every_language_has_every_text() {
        for language in Language::ALL {
            let texts = read(language);
            assert!(!texts.lede.is_empty());
            for one in Language::ALL {
                assert_ne!(texts.language(one.code()), one.code(), "{language} has no name for {one}");
            }
        }
    }

    #[test]
    fn every_language_has_the_places_of_the_english_text() {
        let places = |text: &str| {
            let mut places: Vec<String> =
                text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0.to_owned())).collect();
            places.sort();
            places
        };
        let table = |source: &str| source.parse::<toml::Table>().unwrap();
        let english = table(super::source(Language::En));
        for language in Language::ALL {
            for (key, text) in table(super::source(language)) {
                if let (Some(text), Some(english)) = (text.as_str(), english[&key].as_str()) {
                    assert_eq!(places(text), places(english), "{key} in {language}");
                }
            }
        }
    }

    #[test]
    fn numbers_take_their_forms() {
        let said =
            |language, count: u64| fill(Texts::of(language).count.form(language, count), &[("n", &count.to_string())]);
        for (language, count, expected) in [
            (Language::En, 0, "0 entries"),
            (Language::En, 1, "1 entry"),
            (Language::Fr, 0, "0 notice"),
            (Language::Ru, 1, "1 запись"),
            (Language::Ru, 2, "2 записи"),
            (Language::Ru, 11, "11 записей"),
            (Language::Ru, 21, "21 запись"),
            (Language::Ar, 0, "لا قيود"),
            (Language::Ar, 1, "قيد واحد"),
            (Language::Ar, 2, "قيدان"),
            (Language::Ar, 3, "3 قيود"),
            (Language::Ar, 11, "11 قيداً"),
            (Language::Ar, 100, "100 قيد"),
            (Language::Zh, 5, "5 项记录"),
        ] {
            assert_eq!(said(language, count), expected, "{count} in {language}");
        }
    }

    #[test]
    fn a_value_that_looks_like_a_place_stays_as_it_is() {
        assert_eq!(fill("{a} and {b}{c}", &[("a", "{b}"), ("b", "x")]), "{b} and x{c}");
    }
}
