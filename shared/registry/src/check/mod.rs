//! What `dossier registry check` finds: everything in a registry that contradicts itself or could not work. Pure.

mod fields;
mod lists;
mod types;
mod words;

use std::{collections::HashSet, path::Path};

use crate::{Day, Document, Labels, Registry, RegistryFault, document::FORMAT};

/// Checks the registry in a folder and tells every fault; an empty list means it can be adopted.
pub fn check_directory(path: impl AsRef<Path>) -> Vec<RegistryFault> {
    Registry::from_directory(path).err().unwrap_or_default()
}

/// Checks a document. Faults come in no particular order.
pub fn check(document: &Document) -> Vec<RegistryFault> {
    let mut checker = Checker { document, faults: Vec::new() };
    checker.head();
    checker.words();
    checker.vocabularies();
    checker.types();
    checker.notices();
    checker.reasons();
    checker.checklist();
    checker.places();
    checker.faults
}

/// Characters of a key: longer ones make addresses that do not fit a line.
const KEY_CHARACTERS_MAX: usize = 64;

struct Checker<'a> {
    document: &'a Document,
    faults: Vec<RegistryFault>,
}

impl Checker<'_> {
    fn fault(&mut self, file: &str, key: impl Into<String>, message: impl Into<String>, mend: impl Into<String>) {
        self.faults.push(RegistryFault::new(file, key, message, mend));
    }

    fn head(&mut self) {
        let file = "registry.toml";
        if self.document.format != FORMAT {
            let message = format!("The shape is number {}, this program knows number {FORMAT}.", self.document.format);
            self.fault(file, "format", message, "Use a newer program.");
        }
        self.labels(file, "name", &self.document.name);
        if self.document.version.trim().is_empty() || self.document.version.len() > KEY_CHARACTERS_MAX {
            self.fault(file, "version", "There is no version, or a long one.", "Give a short one, such as \"2026-1\".");
        }
        let waiting = &self.document.waiting;
        let rising = waiting.reminders_after_days.is_sorted_by(|one, next| one < next);
        let before_expiry = waiting.reminders_after_days.iter().all(|days| *days < waiting.expires_after_days);
        if !rising || !before_expiry {
            let mend = "List the reminders rising, all before the expiry.";
            self.fault(file, "waiting", "The reminders are out of order or too late.", mend);
        }
    }

    /// English must be there, and no text may be blank.
    fn labels(&mut self, file: &str, key: &str, labels: &Labels) {
        if labels.get(crate::Language::En).is_none() {
            self.fault(file, key, "There is no English text.", "Add en = \"…\"; the other languages may wait.");
        }
        self.optional_labels(file, key, labels);
    }

    /// May be missing altogether; where there is any text, English must be there.
    fn labels_or_none(&mut self, file: &str, key: &str, labels: &Labels) {
        if !labels.is_empty() {
            self.labels(file, key, labels);
        }
    }

    fn optional_labels(&mut self, file: &str, key: &str, labels: &Labels) {
        let blank: Vec<_> = labels.iter().filter(|(_, text)| text.trim().is_empty()).collect();
        for (language, _) in blank {
            self.fault(file, format!("{key}.{language}"), "The text is blank.", "Write it or take the line away.");
        }
    }

    /// Keys must be written as keys and stand once.
    fn keys<'k>(&mut self, file: &str, list: &str, keys: impl Iterator<Item = &'k str>) {
        let mut seen = HashSet::new();
        for key in keys {
            if !is_key(key) {
                let mend = "Use letters a-z or A-Z, digits, - and _, at most 64 of them.";
                self.fault(file, format!("{list}.{key}"), format!("{key:?} cannot be a key."), mend);
            }
            if !seen.insert(key) {
                self.fault(file, format!("{list}.{key}"), "The key stands twice.", "Give each its own key.");
            }
        }
    }

    fn validity(&mut self, file: &str, key: &str, from: Option<Day>, to: Option<Day>) {
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            let message = format!("It ends on {to}, before it begins on {from}.");
            self.fault(file, joined(key, "valid_to"), message, format!("Give {from} or later."));
        }
    }

    /// Each named record type must exist.
    fn known_types(&mut self, file: &str, key: &str, types: &[String]) {
        for name in types {
            if !self.document.types.iter().any(|one| one.key == *name) {
                let message = format!("There is no record type {name:?}.");
                self.fault(file, joined(key, "types"), message, "Name an existing type.");
            }
        }
    }
}

/// A key below another, or at the top of the file.
fn joined(key: &str, part: &str) -> String {
    if key.is_empty() { part.to_owned() } else { format!("{key}.{part}") }
}

fn is_key(key: &str) -> bool {
    (1..=KEY_CHARACTERS_MAX).contains(&key.len())
        && key.starts_with(|first: char| first.is_ascii_alphanumeric())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}
