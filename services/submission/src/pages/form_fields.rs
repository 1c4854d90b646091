//! Between a content and the controls of its form, for every kind of field. Pure: what knows the catalogue is given in.

mod reading;
mod showing;

use dossier_proto::Micros;
use dossier_registry::{Field, Kind, Language, RecordType, Registry, Term};

pub(super) use reading::read;
pub(super) use showing::show;

/// Rows of a list that a form shows at most: twice as many as the longest list of the registry in force admits (100), so that a list that is
/// too long can be seen and shortened.
pub(super) const ROWS_MAX: usize = 200;
/// A vocabulary of more terms is not laid out: people type a name and pick from what the browser finds. 40 boxes fill a screen.
pub(super) const LAID_OUT_MAX: usize = 40;

/// Between the number of an entry, which people know, and its id, which contents hold.
pub(super) trait Numbers {
    /// The id of the entry with this public number.
    fn id_of(&self, number: &str) -> Option<String>;
    /// The public number of the entry with this id.
    fn number_of(&self, id: &str) -> Option<String>;
}

/// What a form is made for.
#[derive(Clone, Copy)]
pub(super) struct Forming<'a> {
    pub(super) registry: &'a Registry,
    pub(super) kind: &'a RecordType,
    /// The language of the page.
    pub(super) tongue: Language,
    pub(super) now: Micros,
    pub(super) numbers: &'a dyn Numbers,
}

/// How a term is picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pick {
    /// From all of them, laid out.
    LaidOut,
    /// By its name.
    Named,
}

impl<'a> Forming<'a> {
    /// The vocabulary of a field.
    pub(super) fn vocabulary(&self, field: &'a Field) -> &'a str {
        field.vocabulary.as_deref().unwrap_or_default()
    }

    /// How the terms of a field are picked.
    pub(super) fn pick(&self, field: &'a Field) -> Pick {
        let terms = self.registry.terms_at(self.vocabulary(field), self.now).take(LAID_OUT_MAX + 1).count();
        let is_plain = matches!(field.kind, Kind::Term | Kind::Status);
        if is_plain && terms <= LAID_OUT_MAX { Pick::LaidOut } else { Pick::Named }
    }

    /// The name of a term, as it is picked by.
    pub(super) fn term_name(&self, vocabulary: &str, key: &str) -> dossier_registry::Shown {
        self.registry.term_label(vocabulary, key, self.tongue, self.now)
    }

    /// The term that somebody named: by its key, its code, or any name in any language; one in force before one that is not.
    pub(super) fn term_named(&self, vocabulary: &str, text: &str) -> Option<&'a str> {
        let wanted = folded(text);
        let list = self.registry.vocabulary(vocabulary)?;
        if let Some(term) = list.terms.iter().find(|term| term.key == text.trim()) {
            return Some(&term.key);
        }
        let shown = |term: &Term, language| {
            folded(&self.registry.term_label(vocabulary, &term.key, language, self.now).text) == wanted
        };
        let is_named = |term: &Term| {
            Language::ALL.into_iter().any(|language| shown(term, language))
                || term.labels.iter().any(|(_, name)| folded(name) == wanted)
                || term.aliases.iter().any(|name| folded(name) == wanted)
                || term.code.as_deref() == Some(text.trim())
        };
        let day = dossier_registry::Day::of(self.now);
        let mut found = list.terms.iter().filter(|term| is_named(term));
        let first = found.clone().find(|term| term.is_in_force(day)).or_else(|| found.next());
        first.map(|term| term.key.as_str())
    }

    /// The fields that are asked today.
    pub(super) fn fields(&self) -> impl Iterator<Item = &'a Field> {
        let today = dossier_registry::Day::of(self.now);
        let holds = move |field: &&Field| {
            field.valid_from.is_none_or(|from| from <= today) && field.valid_to.is_none_or(|to| today <= to)
        };
        self.kind.fields.iter().filter(holds)
    }
}

/// As names are compared: capitals and the width of blanks do not matter.
fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
