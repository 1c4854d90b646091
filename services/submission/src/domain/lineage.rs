//! Who wrote any part of an entry, since its first draft: what P6 rests on.

use std::collections::BTreeSet;

use dossier_proto::{Place, SubjectId, v1};
use serde::{Deserialize, Serialize};

/// The keys of all fields ever named, each once. Lineages point into it, so that a million entries stay small: a
/// field costs two bytes an author.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldNames(Vec<String>);

impl FieldNames {
    /// The number of this field; new ones get the next. `None` when 65 536 are known, which no registry reaches.
    pub(super) fn number(&mut self, field: &str) -> Option<u16> {
        let known = self.0.iter().position(|name| name == field);
        let number = known.map_or_else(|| u16::try_from(self.0.len()), u16::try_from).ok()?;
        if known.is_none() {
            self.0.push(field.to_owned());
        }
        Some(number)
    }

    pub(super) fn name(&self, number: u16) -> Option<&str> {
        self.0.get(usize::from(number)).map(String::as_str)
    }
}

/// What one person wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The person.
    pub subject: SubjectId,
    /// The event by which they became an author.
    pub place: Place,
    /// The fields, as numbers in [`FieldNames`].
    fields: BTreeSet<u16>,
}

/// Everybody who wrote, in the order in which they began. It never shrinks: what was overwritten or discarded was
/// written all the same, and the next revision starts from it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lineage(Vec<Written>);

impl Lineage {
    /// Folds that `subject` wrote `fields` at `place`.
    pub fn wrote(&mut self, names: &mut FieldNames, subject: SubjectId, fields: &[String], place: Place) {
        let numbers = fields.iter().filter_map(|field| names.number(field));
        if let Some(known) = self.0.iter_mut().find(|written| written.subject == subject) {
            known.fields.extend(numbers);
            return;
        }
        self.0.push(Written { subject, place, fields: numbers.collect() });
    }

    /// The authors.
    pub fn iter(&self) -> impl Iterator<Item = &Written> {
        self.0.iter()
    }

    /// How many authors there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nobody wrote yet.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this person is an author.
    pub fn has(&self, subject: SubjectId) -> bool {
        self.0.iter().any(|written| written.subject == subject)
    }

    /// As it travels in `Submitted`.
    pub fn authors(&self, names: &FieldNames) -> Vec<v1::Author> {
        let author = |written: &Written| v1::Author {
            subject: written.subject.to_vec(),
            fields: written.fields.iter().filter_map(|number| names.name(*number)).map(str::to_owned).collect(),
            written: Some(written.place.into()),
        };
        self.0.iter().map(author).collect()
    }
}
