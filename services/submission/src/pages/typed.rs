//! What stands in the controls of a form: texts by names. The name of a control is the JSON pointer (RFC 6901) to what it says in the content.

use std::collections::BTreeMap;

use dossier_web::visit::Field;

/// Texts by the names of their controls. Empty ones are as good as none.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Typed(BTreeMap<String, Vec<String>>);

/// What people type is in no log.
impl std::fmt::Debug for Typed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Typed({:?})", self.0.keys())
    }
}

impl Typed {
    /// What was sent: only what is named by a pointer belongs to the content.
    pub(super) fn sent(fields: &[Field]) -> Self {
        let mut typed = Self::default();
        for field in fields.iter().filter(|field| field.name.starts_with('/')) {
            typed.add(&field.name, &field.value);
        }
        typed
    }

    /// Adds a text; an empty one is left out.
    pub(super) fn add(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.0.entry(name.to_owned()).or_default().push(value.to_owned());
        }
    }

    /// The first text of this name; empty when there is none.
    pub(super) fn value(&self, name: &str) -> &str {
        self.values(name).first().map_or("", String::as_str)
    }

    /// All texts of this name.
    pub(super) fn values(&self, name: &str) -> &[String] {
        self.0.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether anything was typed under this name, or below it.
    pub(super) fn holds(&self, name: &str) -> bool {
        self.below(name).next().is_some()
    }

    /// How many rows a list has: one more than the greatest number in use.
    pub(super) fn rows(&self, name: &str) -> usize {
        let numbers = self.below(name).filter_map(|(one, _)| {
            let rest = one.strip_prefix(name)?.strip_prefix('/')?;
            rest.split('/').next()?.parse::<usize>().ok()
        });
        numbers.max().map_or(0, |greatest| greatest.saturating_add(1)).min(super::form_fields::ROWS_MAX)
    }

    /// What stands under this name and below it.
    pub(super) fn below<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a str, &'a [String])> {
        let is_below =
            move |one: &str| one.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.0.iter().map(|(one, values)| (one.as_str(), values.as_slice())).filter(move |(one, _)| is_below(one))
    }

    /// Whether both say the same under this name.
    pub(super) fn is_same(&self, other: &Self, name: &str) -> bool {
        self.below(name).eq(other.below(name))
    }

    /// Puts in place of what stands under this name what the other says there.
    pub(super) fn take_over(&mut self, other: &Self, name: &str) {
        let gone: Vec<String> = self.below(name).map(|(one, _)| one.to_owned()).collect();
        for one in gone {
            self.0.remove(&one);
        }
        self.0.extend(other.below(name).map(|(one, values)| (one.to_owned(), values.to_vec())));
    }

    /// All names with their texts.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().flat_map(|(name, values)| values.iter().map(move |value| (name.as_str(), value.as_str())))
    }
}
