//! The languages that an edition can be read in, and those it lost.

use dossier_registry::{Language, languages_of};

use crate::{pages::frame::Paper, reading::Known, shelf::Edition, texts::fill};

/// The languages that the edition before could be read in and this one cannot.
pub(super) struct Dropped {
    pub(super) said: String,
    pub(super) edition: u32,
    pub(super) tongues: Vec<Tongue>,
}

/// A language an edition can be read in.
pub(super) struct Tongue {
    pub(super) tag: &'static str,
    pub(super) direction: &'static str,
    pub(super) name: &'static str,
    pub(super) is_here: bool,
    pub(super) is_original: bool,
}

pub(super) fn languages(edition: &Edition) -> Vec<Language> {
    edition.words.as_ref().map(|words| languages_of(&words.content)).unwrap_or_default()
}

/// Said where a revision left a language out that was public: the edition before still has it.
pub(super) fn dropped(known: &Known, edition: &Edition, languages: &[Language], paper: &Paper<'_>) -> Option<Dropped> {
    let before = known.published.before(edition.facts.edition).filter(|_| !languages.is_empty())?;
    Some(Dropped {
        said: fill(&paper.texts.dropped, &[("n", &before.edition.to_string())]),
        edition: before.edition,
        tongues: languages.iter().map(|language| tongue(*language, None, "")).collect(),
    })
}

pub(super) fn tongues(edition: &Edition, here: Language) -> Vec<Tongue> {
    let original = edition.record.original_language.as_str();
    languages(edition).into_iter().map(|language| tongue(language, Some(here), original)).collect()
}

fn tongue(language: Language, here: Option<Language>, original: &str) -> Tongue {
    Tongue {
        tag: language.tag(),
        direction: language.direction().as_str(),
        name: language.own_name(),
        is_here: Some(language) == here,
        is_original: language.tag() == original,
    }
}
