//! What the public pages say beyond the words of [`dossier_web::page::Words`], in six languages, from `texts/*.toml`. A key
//! that a language lacks, or one too many, fails a test: each file is complete.

mod plural;

use std::{collections::BTreeMap, sync::LazyLock};

use dossier_web::Language;
use serde::Deserialize;

pub(crate) use plural::Plural;

/// The texts of one language. The English text stands above each; patterns hold names in braces.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Texts {
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
    /// ,
    pub(crate) comma: String,
    /// Region
    pub(crate) region: String,
    /// Cross-cutting theme
    pub(crate) cross_cutting_theme: String,
    /// Not the current edition
    pub(crate) not_current: String,
    /// {n} editions
    pub(crate) edition_count: Plural,
    /// Published as edition {n}, within the same second.
    pub(crate) step_published_at_once: String,
    /// This text has the digest that was approved, and its publication stands in the log signed below. Both were checked for this page.
    pub(crate) verdict_good: String,
    /// This text does not have the digest that was approved. Do not rely on it. Tell the registry the number of this entry.
    pub(crate) verdict_text: String,
    /// The place of this edition in the log could not be proved just now. Open the page again later; if it stays so, tell the registry.
    pub(crate) verdict_log: String,
    /// publication, event {at} of {size}
    pub(crate) event_of: String,
    /// {size} events, root {}
    pub(crate) checkpoint_of: String,
    /// Take the proof of this edition along (a file; it can be verified without this site)
    pub(crate) receipt_file: String,
    /// Certificate of registration, to be printed
    pub(crate) certificate: String,
    /// {body}, {number}, edition {edition}, {site}, {date}. {address}
    pub(crate) citation: String,
    /// The explanation was erased.
    pub(crate) explanation_erased: String,
    /// The text of this edition was erased. That it existed and was reviewed stays on record.
    pub(crate) text_erased: String,
    /// The words were erased for good on {date}. Reason: {reason}.
    pub(crate) erased_on: String,
    /// The retraction and every edition stand in the log signed below. Their places were checked for this page.
    pub(crate) verdict_gone: String,
    /// Edition
    pub(crate) number: String,
    /// {n} entries are suspended. They are not listed; their addresses still answer and say why.
    pub(crate) suspended_count: Plural,
    /// Other entries stand in the place of {n} entries. They are not listed; they can be read at their addresses and point on.
    pub(crate) superseded_count: Plural,
    /// The publishing authority of {body} cleared the text.
    pub(crate) step_cleared: String,
    /// The text passed a stage of the review.
    pub(crate) step_stage_passed: String,
    /// A moderator proposed an editorial correction, and another one confirmed exactly this text.
    pub(crate) step_corrected: String,
    /// Editorial correction of edition {n}.
    pub(crate) correction: String,
    /// Edition {n} can also be read in:
    pub(crate) dropped: String,
    /// This entry was superseded on {date}. Another one stands in its place:
    pub(crate) superseded_on: String,
    /// This entry stands in the place of:
    pub(crate) stands_for: String,
    /// A publisher of the registry suspended the entry. Reason: {reason}.
    pub(crate) turn_suspended: String,
    /// A publisher of the registry reinstated the entry.
    pub(crate) turn_reinstated: String,
    /// A publisher of the registry put {number} in the place of this entry. Reason: {reason}.
    pub(crate) turn_superseded: String,
    /// Reinstated
    pub(crate) reinstated: String,
    /// Suspended: {number}
    pub(crate) suspended_title: String,
    /// The number and this address are never given to another entry. The text of its {n} editions is not shown while it is suspended. That they exist, when they were published, and that they were reviewed, stays on record and can be proved.
    pub(crate) suspended_kept: Plural,
    /// The suspension and every edition stand in the log signed below. Their places were checked for this page.
    pub(crate) verdict_suspended: String,
    /// The names of the six languages, as they stand in "Reads in …".
    languages: BTreeMap<String, String>,
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
            assert!(!texts.verdict_good.is_empty());
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
        let said = |language, count: u64| {
            fill(Texts::of(language).edition_count.form(language, count), &[("n", &count.to_string())])
        };
        for (language, count, expected) in [
            (Language::En, 0, "0 editions"),
            (Language::En, 1, "1 edition"),
            (Language::Fr, 0, "0 édition"),
            (Language::Ru, 1, "1 редакция"),
            (Language::Ru, 2, "2 редакции"),
            (Language::Ru, 11, "11 редакций"),
            (Language::Ru, 21, "21 редакция"),
            (Language::Ar, 0, "لا إصدارات"),
            (Language::Ar, 1, "إصدار واحد"),
            (Language::Ar, 2, "إصداران"),
            (Language::Ar, 3, "3 إصدارات"),
            (Language::Ar, 11, "11 إصدارًا"),
            (Language::Zh, 5, "5 个版本"),
        ] {
            assert_eq!(said(language, count), expected, "{count} in {language}");
        }
    }

    #[test]
    fn a_value_that_looks_like_a_place_stays_as_it_is() {
        assert_eq!(fill("{a} and {b}{c}", &[("a", "{b}"), ("b", "x")]), "{b} and x{c}");
    }
}
