//! Vocabularies, notices, reasons, the checklist, places.

use std::collections::BTreeMap;

use super::Checker;
use crate::{
    Day,
    model::{FormerName, Reason, Term, Trigger, Vocabulary},
};

/// The vocabulary of the countries that places are in.
pub(crate) const COUNTRIES: &str = "countries";

impl Checker<'_> {
    pub(super) fn vocabularies(&mut self) {
        let document = self.document;
        self.keys("vocabularies", "key", document.vocabularies.iter().map(|one| one.key.as_str()));
        for one in &document.vocabularies {
            let file = format!("vocabularies/{}.toml", one.key);
            self.labels(&file, "labels", &one.labels);
            self.labels_or_none(&file, "shown_as", &one.shown_as);
            for (language, pattern) in one.shown_as.iter() {
                if !pattern.contains("{label}") {
                    let message = "The pattern shows no name.";
                    self.fault(&file, format!("shown_as.{language}"), message, "Put {label} where the name belongs.");
                }
            }
            self.keys(&file, "groups", one.groups.iter().map(|group| group.key.as_str()));
            for group in &one.groups {
                self.labels(&file, &format!("groups.{}", group.key), &group.labels);
            }
            if one.terms.is_empty() {
                self.fault(&file, "terms", "There is no term.", "Add terms here or in a table beside it (.tsv).");
            }
            self.keys(&file, "terms", one.terms.iter().map(|term| term.key.as_str()));
            for term in &one.terms {
                self.term(&file, one, term);
            }
            self.codes(&file, one);
        }
    }

    fn term(&mut self, file: &str, vocabulary: &Vocabulary, term: &Term) {
        let key = format!("terms.{}", term.key);
        self.labels(file, &format!("{key}.labels"), &term.labels);
        self.labels_or_none(file, &format!("{key}.description"), &term.description);
        self.validity(file, &key, term.valid_from, term.valid_to);
        self.former(file, &key, &term.former);
        for group in &term.groups {
            if !vocabulary.groups.iter().any(|one| one.key == *group) {
                let message = format!("There is no group {group:?}.");
                self.fault(file, format!("{key}.groups"), message, "Add it under groups or correct the name.");
            }
        }
    }

    /// A code names one term at a time: a programme that looks a country up by its code finds one.
    fn codes(&mut self, file: &str, vocabulary: &Vocabulary) {
        let mut holders: BTreeMap<(&str, &str), Vec<&Term>> = BTreeMap::new();
        for term in &vocabulary.terms {
            let own = term.code.as_deref().map(|code| ("", code));
            let others = term.codes.iter().map(|(system, code)| (system.as_str(), code.as_str()));
            for (system, code) in own.into_iter().chain(others) {
                if code.trim().is_empty() {
                    self.fault(
                        file,
                        format!("terms.{}.code", term.key),
                        "A code is blank.",
                        "Write it or take it away.",
                    );
                }
                let held = holders.entry((system, code)).or_default();
                if held.iter().any(|other| overlap(other, term)) {
                    let message = format!("The code {code:?} is that of another term too.");
                    self.fault(file, format!("terms.{}.code", term.key), message, "Give each term its own code.");
                }
                held.push(term);
            }
        }
    }

    fn former(&mut self, file: &str, key: &str, former: &[FormerName]) {
        let mut last: Option<Day> = None;
        for name in former {
            self.labels(file, &format!("{key}.former"), &name.labels);
            self.validity(file, &format!("{key}.former"), name.valid_from, Some(name.valid_to));
            if last.is_some_and(|last| name.valid_to <= last || name.valid_from.is_some_and(|from| from <= last)) {
                let mend = "List former names oldest first, one ending before the next begins.";
                self.fault(file, format!("{key}.former"), "Two former names overlap.", mend);
            }
            last = Some(name.valid_to);
        }
    }

    pub(super) fn notices(&mut self) {
        let document = self.document;
        self.keys("notices", "key", document.notices.iter().map(|one| one.key.as_str()));
        for one in &document.notices {
            let file = format!("notices/{}.toml", one.key);
            self.labels(&file, "labels", &one.labels);
            self.labels(&file, "texts", &one.texts);
            self.validity(&file, "", one.valid_from, one.valid_to);
            self.known_types(&file, "", &one.types);
            self.trigger(&file, &one.trigger);
        }
    }

    fn trigger(&mut self, file: &str, trigger: &Trigger) {
        match trigger {
            Trigger::Always {} => {}
            Trigger::Any { of } => {
                if of.is_empty() || of.iter().any(|one| matches!(one, Trigger::Always {} | Trigger::Any { .. })) {
                    let message = "Rules of any are by term or by text, and there is at least one.";
                    self.fault(file, "trigger.of", message, "List such rules.");
                }
                for one in of.iter().filter(|one| !matches!(one, Trigger::Any { .. })) {
                    self.trigger(file, one);
                }
            }
            Trigger::Text { phrases } => {
                if phrases.is_empty() || phrases.iter().any(|phrase| phrase.trim().is_empty()) {
                    self.fault(file, "trigger.phrases", "A phrase is missing or blank.", "Write what to look for.");
                }
            }
            Trigger::Term { vocabulary, terms } => {
                let list = self.document.vocabularies.iter().find(|one| one.key == *vocabulary);
                let known = |term: &String| list.is_some_and(|list| list.terms.iter().any(|one| one.key == *term));
                if terms.is_empty() || !terms.iter().all(known) {
                    let message = "The vocabulary or one of the terms does not exist.";
                    self.fault(file, "trigger.terms", message, "Name existing terms.");
                }
            }
        }
    }

    pub(super) fn reasons(&mut self) {
        let document = self.document;
        self.reason_list("refusals.toml", &document.refusals);
        self.reason_list("retractions.toml", &document.retractions);
        if !document.awaited.is_empty() {
            self.reason_list("awaited.toml", &document.awaited);
        }
        for reason in document.awaited.iter().filter(|reason| !reason.uses.is_empty()) {
            let key = format!("reasons.{}.for", reason.key);
            self.fault(
                "awaited.toml",
                key,
                "It says for whom a review waits, and is for nothing else.",
                "Take the line away.",
            );
        }
        if !document.erasures.is_empty() {
            self.reason_list("erasures.toml", &document.erasures);
        }
        for reason in document.erasures.iter().filter(|reason| !reason.uses.is_empty()) {
            let key = format!("reasons.{}.for", reason.key);
            self.fault("erasures.toml", key, "It says why words are destroyed.", "Take the line away.");
        }
        for reason in document.refusals.iter().filter(|reason| !reason.uses.is_empty()) {
            let key = format!("reasons.{}.for", reason.key);
            self.fault("refusals.toml", key, "A refusal is for refusing.", "Take the line away.");
        }
        for reason in document.retractions.iter().filter(|reason| reason.uses.is_empty()) {
            let key = format!("reasons.{}.for", reason.key);
            let mend = "Add for = [\"retract\"], [\"suspend\"], [\"supersede\"] or several of them.";
            self.fault("retractions.toml", key, "It is not clear what the reason is for.", mend);
        }
    }

    fn reason_list(&mut self, file: &str, reasons: &[Reason]) {
        self.keys(file, "reasons", reasons.iter().map(|reason| reason.key.as_str()));
        if reasons.is_empty() {
            self.fault(file, "reasons", "There is no reason to choose.", "Add one, if only \"other\".");
        }
        for reason in reasons {
            let key = format!("reasons.{}", reason.key);
            self.labels(file, &format!("{key}.labels"), &reason.labels);
            self.labels_or_none(file, &format!("{key}.hint"), &reason.hint);
            self.validity(file, &key, reason.valid_from, reason.valid_to);
        }
    }

    pub(super) fn checklist(&mut self) {
        let (file, document) = ("checklist.toml", self.document);
        self.keys(file, "items", document.checklist.iter().map(|item| item.key.as_str()));
        for item in &document.checklist {
            let key = format!("items.{}", item.key);
            self.labels(file, &format!("{key}.labels"), &item.labels);
            self.labels_or_none(file, &format!("{key}.hint"), &item.hint);
            self.validity(file, &key, item.valid_from, item.valid_to);
            self.known_types(file, &key, &item.types);
        }
    }

    pub(super) fn places(&mut self) {
        let (file, document) = ("places.toml", self.document);
        let places = &document.places;
        self.keys(file, "cities", places.cities.iter().map(|city| city.key.as_str()));
        self.keys(file, "platforms", places.platforms.iter().map(|platform| platform.key.as_str()));
        let countries = document.vocabularies.iter().find(|one| one.key == COUNTRIES);
        for city in &places.cities {
            let key = format!("cities.{}", city.key);
            self.labels(file, &format!("{key}.labels"), &city.labels);
            self.former(file, &key, &city.former);
            if !countries.is_some_and(|list| list.terms.iter().any(|term| term.key == city.country)) {
                let message = format!("{:?} is not a term of the vocabulary {COUNTRIES}.", city.country);
                self.fault(file, format!("{key}.country"), message, "Give the code of three letters, such as KAZ.");
            }
        }
        for platform in &places.platforms {
            if platform.name.trim().is_empty() {
                self.fault(file, format!("platforms.{}", platform.key), "The name is blank.", "Write it.");
            }
        }
    }
}

/// Whether two terms may be chosen on the same day.
fn overlap(one: &Term, other: &Term) -> bool {
    let before = |one: &Term, other: &Term| one.valid_to.zip(other.valid_from).is_some_and(|(to, from)| to < from);
    !before(one, other) && !before(other, one)
}
