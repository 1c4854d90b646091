//! Questions about what is in force.

use dossier_proto::Micros;

use super::Registry;
use crate::{
    Day, Document, Labels, Language, Shown,
    model::{ChecklistItem, Notice, Places, Reason, RecordType, Term, Vocabulary, Waiting, Words},
};

/// The vocabularies of bodies.
const COUNTRIES: &str = "countries";
const ORGANIZATIONS: &str = "organizations";

impl Registry {
    /// The version, as its registrar counts.
    pub fn version(&self) -> &str {
        &self.inner.document.version
    }

    /// What it is called.
    pub fn name(&self) -> &Labels {
        &self.inner.document.name
    }

    /// Everything it says.
    pub fn document(&self) -> &Document {
        &self.inner.document
    }

    /// The languages of records, in the order of display.
    pub const fn languages(&self) -> [Language; 6] {
        Language::ALL
    }

    /// The record types, by key.
    pub fn types(&self) -> &[RecordType] {
        &self.inner.document.types
    }

    /// The record type with this key.
    pub fn record_type(&self, key: &str) -> Option<&RecordType> {
        self.types().iter().find(|one| one.key == key)
    }

    /// The vocabulary with this key.
    pub fn vocabulary(&self, key: &str) -> Option<&Vocabulary> {
        let (at, _) = self.inner.terms.get(key)?;
        self.inner.document.vocabularies.get(*at)
    }

    /// The term of a vocabulary, in force or not.
    pub fn any_term(&self, vocabulary: &str, key: &str) -> Option<&Term> {
        let (_, terms) = self.inner.terms.get(vocabulary)?;
        self.vocabulary(vocabulary)?.terms.get(*terms.get(key)?)
    }

    /// The term of a vocabulary, if it is in force at that moment.
    pub fn term(&self, vocabulary: &str, key: &str, at: Micros) -> Option<&Term> {
        self.any_term(vocabulary, key).filter(|term| term.is_in_force(Day::of(at)))
    }

    /// Whether this is the code of a body, as it was at any time: a country or area by its ISO 3166-1 alpha-3 code, or an
    /// organisation by its key in capitals.
    pub fn is_body(&self, code: &str) -> bool {
        self.body(code).is_some()
    }

    /// The name of a body at a moment; its code where the registry does not know it.
    pub fn body_label(&self, code: &str, language: Language, at: Micros) -> Shown {
        match self.body(code) {
            Some((vocabulary, term)) => self.term_label(vocabulary, &term.key, language, at),
            None => Shown::plain(code),
        }
    }

    fn body(&self, code: &str) -> Option<(&'static str, &Term)> {
        let country = || Some((COUNTRIES, self.any_term(COUNTRIES, code)?));
        let organisation = || {
            let key = code.to_ascii_lowercase();
            // Only capitals: what stands in designations and entries is compared letter by letter.
            let term = self.any_term(ORGANIZATIONS, &key).filter(|_| key.to_ascii_uppercase() == code)?;
            Some((ORGANIZATIONS, term))
        };
        country().or_else(organisation)
    }

    /// The terms of a vocabulary that may be chosen at that moment, in the order of display.
    pub fn terms_at(&self, vocabulary: &str, at: Micros) -> impl Iterator<Item = &Term> {
        let terms = self.vocabulary(vocabulary).map(|one| one.terms.as_slice()).unwrap_or_default();
        terms.iter().filter(move |term| term.is_in_force(Day::of(at)))
    }

    /// How a term is shown: its name at that moment in the vocabulary's pattern. A term or vocabulary that no longer
    /// exists shows its key plainly, so that old content can always be read.
    pub fn term_label(&self, vocabulary: &str, key: &str, language: Language, at: Micros) -> Shown {
        let (Some(list), Some(term)) = (self.vocabulary(vocabulary), self.any_term(vocabulary, key)) else {
            return Shown::plain(key);
        };
        let name = self.label(term.labels_on(Day::of(at)), key, language);
        // The pattern is taken in the language of the name, so that one line is in one language.
        let pattern = name.language.and_then(|found| list.shown_as.best(found));
        let Some((_, pattern)) = pattern else { return name };
        let code = term.code.as_deref().unwrap_or(&term.key);
        Shown { text: pattern.replace("{code}", code).replace("{label}", &name.text), language: name.language }
    }

    /// A label in this language, else in English, else in whatever language there is, else the key.
    pub fn label(&self, labels: &Labels, key: &str, language: Language) -> Shown {
        labels.show(language, key)
    }

    /// Why an entry may be refused, in order.
    pub fn refusals(&self) -> &[Reason] {
        &self.inner.document.refusals
    }

    /// The refusal with this code.
    pub fn refusal(&self, code: &str) -> Option<&Reason> {
        self.refusals().iter().find(|reason| reason.key == code)
    }

    /// For whom or what a review on hold may wait, in order; empty in registries of before.
    pub fn awaited(&self) -> &[Reason] {
        &self.inner.document.awaited
    }

    /// Why words may be destroyed or a person be forgotten, in order; empty in registries of before.
    pub fn erasures(&self) -> &[Reason] {
        &self.inner.document.erasures
    }

    /// The reason to erase with this code.
    pub fn erasure(&self, code: &str) -> Option<&Reason> {
        self.erasures().iter().find(|reason| reason.key == code)
    }

    /// Why an entry may be suspended, superseded or retracted, in order.
    pub fn retractions(&self) -> &[Reason] {
        &self.inner.document.retractions
    }

    /// The reason to suspend, supersede or retract with this code.
    pub fn retraction(&self, code: &str) -> Option<&Reason> {
        self.retractions().iter().find(|reason| reason.key == code)
    }

    /// What a moderator answers before deciding on an entry of this type, at that moment.
    pub fn checklist(&self, record_type: &str, at: Micros) -> impl Iterator<Item = &ChecklistItem> {
        let day = Day::of(at);
        self.inner.document.checklist.iter().filter(move |item| {
            crate::day::in_force(item.valid_from, item.valid_to, day)
                && (item.types.is_empty() || item.types.iter().any(|one| one == record_type))
        })
    }

    /// The notices, in force or not.
    pub fn notices(&self) -> &[Notice] {
        &self.inner.document.notices
    }

    /// The notice with this key.
    pub fn notice(&self, key: &str) -> Option<&Notice> {
        self.notices().iter().find(|notice| notice.key == key)
    }

    /// Places known by name.
    pub fn places(&self) -> &Places {
        &self.inner.document.places
    }

    /// Words for values.
    pub fn words(&self) -> &Words {
        &self.inner.document.words
    }

    /// How long an entry may wait for its contributor.
    pub fn waiting(&self) -> &Waiting {
        &self.inner.document.waiting
    }
}
