//! The frame around the pages of this service, and what every page knows.

use askama::Template;
use dossier_proto::Micros;
use dossier_web::{
    Problem,
    page::{Html, Room, Words, date_in_utc},
};
use http::Uri;

use crate::{site::Site, texts::Texts};

/// What every page is drawn with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paper<'a> {
    /// The language of the interface, as the frame knows it.
    pub(super) language: dossier_web::Language,
    /// The same, as the registry knows it.
    pub(super) tongue: dossier_registry::Language,
    /// The words of the house.
    pub(super) words: &'static Words,
    /// The texts of this service.
    pub(super) texts: &'static Texts,
    /// The address of the page.
    pub(super) address: &'a Uri,
    /// What the house knows of the request.
    paper: &'a dossier_web::page::Paper,
    /// The installation.
    pub(super) site: &'a Site,
    /// The moment that things are shown at; none where they are shown as they stand.
    pub(super) as_of: Option<Micros>,
}

impl<'a> Paper<'a> {
    pub(super) fn new(paper: &'a dossier_web::page::Paper, site: &'a Site) -> Self {
        let language = paper.language;
        Self {
            language,
            tongue: tongue(language),
            words: paper.words,
            texts: Texts::of(language),
            address: &paper.address,
            paper,
            site,
            as_of: None,
        }
    }

    /// The same, for things as they stood.
    pub(super) fn at(self, moment: Micros) -> Self {
        Self { as_of: Some(moment), ..self }
    }

    /// The whole page.
    pub(super) fn page(&self, title: &str, main: &impl Template) -> Result<Html, Problem> {
        self.paper.page(Room::Entries, title, main)
    }

    /// A day for machines and for people.
    pub(super) fn day(&self, moment: Micros) -> (String, String) {
        let date = date_in_utc(moment);
        (date.to_string(), self.words.date(date))
    }

    /// A minute for machines and for people.
    pub(super) fn minute(&self, moment: Micros) -> (String, String) {
        (crate::moment::written(moment), self.words.moment(moment))
    }
}

/// The registry's name for a language of the interface.
pub(super) fn tongue(language: dossier_web::Language) -> dossier_registry::Language {
    language.code().parse().expect("both name the same six languages; a test goes through all")
}

/// An icon that is mirrored where the page runs from the right.
pub(super) fn flipped(name: &str) -> String {
    dossier_web::page::icon(name).replace("class=\"i\"", "class=\"i i-flip\"")
}

#[cfg(test)]
mod tests {
    #[test]
    fn both_know_the_same_languages_in_the_same_order() {
        let ours = dossier_web::Language::ALL.map(super::tongue);
        assert_eq!(ours, dossier_registry::Language::ALL);
    }
}
