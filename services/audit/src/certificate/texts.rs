//! What certificates say beyond the words of [`dossier_web::page::Words`], in six languages, from `texts/*.toml`. A key that a language lacks, or
//! one too many, fails a test: each file is complete.

use std::sync::LazyLock;

use dossier_web::Language;
use serde::Deserialize;

/// The texts of one language; patterns hold names in braces.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Texts {
    pub(super) title: String,
    pub(super) tab: String,
    pub(super) newer: String,
    pub(super) superseded: String,
    pub(super) withheld: String,
    pub(super) erased: String,
    pub(super) certified: String,
    pub(super) cleared: String,
    pub(super) stage_passed: String,
    pub(super) corrected: String,
    pub(super) places: String,
    pub(super) submitted: String,
    pub(super) approved: String,
    pub(super) published: String,
    pub(super) designated: String,
    pub(super) proposed: String,
    pub(super) confirmed: String,
    pub(super) event_of: String,
    pub(super) roots: String,
    pub(super) root_of: String,
    pub(super) signed_by: String,
    pub(super) addresses: String,
    pub(super) record: String,
    pub(super) receipt: String,
    pub(super) verify: String,
    pub(super) verify_fetch: String,
    pub(super) verify_keys: String,
    pub(super) verify_run: String,
    pub(super) not_the_proof: String,
    pub(super) acted: String,
    pub(super) designation: String,
    pub(super) designation_until: String,
    pub(super) note: String,
    pub(super) on_record: String,
}

static ALL: LazyLock<[Texts; 6]> = LazyLock::new(|| Language::ALL.map(read));

pub(super) const fn source(language: Language) -> &'static str {
    match language {
        Language::Ar => include_str!("../../texts/ar.toml"),
        Language::Zh => include_str!("../../texts/zh.toml"),
        Language::En => include_str!("../../texts/en.toml"),
        Language::Fr => include_str!("../../texts/fr.toml"),
        Language::Ru => include_str!("../../texts/ru.toml"),
        Language::Es => include_str!("../../texts/es.toml"),
    }
}

fn read(language: Language) -> Texts {
    toml::from_str(source(language)).expect("part of the program; a test reads all six")
}

impl Texts {
    /// The texts of a language.
    pub(super) fn of(language: Language) -> &'static Self {
        let position = Language::ALL.iter().position(|one| *one == language);
        &ALL[position.expect("ALL holds every language")]
    }
}

/// Each `{place}` of a pattern with its value, in one pass: a value that looks like a place stays as it is.
pub(super) fn fill(pattern: &str, values: &[(&str, &str)]) -> String {
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
