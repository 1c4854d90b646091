//! What of a trail is shown: the form as it was sent.

use dossier_web::page::Words;

use crate::{
    api::trails::TrailQuery,
    pages::said::{self, Choice},
    trail::{Counts, Only},
};

/// The form over a trail, filled in with what it was asked with.
pub(super) struct Filters {
    pub(super) as_of: String,
    pub(super) only: Vec<Choice>,
    pub(super) origins: Vec<Choice>,
    pub(super) kinds: Vec<Choice>,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) by: String,
    pub(super) designation: String,
    pub(super) has_changes: bool,
    /// Whether anything is asked for, so that the form stands open.
    pub(super) is_used: bool,
    kind: Option<String>,
}

impl Filters {
    /// Of a query. Where the form offers one choice, the first of several is shown.
    pub(super) fn of(query: &TrailQuery, words: &Words) -> Self {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let is_used = query.only != Only::Everything
            || !(query.origin.is_empty() && query.kind.is_empty())
            || query.from.is_some()
            || query.to.is_some()
            || query.by.is_some()
            || query.designation.is_some();
        Self {
            as_of: text(&query.as_of),
            only: only(query.only, words),
            origins: said::origins(words, query.origin.first().copied()),
            kinds: Vec::new(),
            from: text(&query.from),
            to: text(&query.to),
            by: text(&query.by),
            designation: query.designation.map(|id| id.to_string()).unwrap_or_default(),
            has_changes: query.changes == Some(true),
            is_used,
            kind: query.kind.first().cloned(),
        }
    }

    /// With the kinds that there are in the trail, and how many of each.
    pub(super) fn with_kinds(mut self, counts: &Counts, words: &Words) -> Self {
        let label = |kind: &str| words.text(&format!("auditor.kind.{kind}")).to_owned();
        let all = Choice {
            value: String::new(),
            label: words.text("auditor.trail.all_kinds").to_owned(),
            is_chosen: self.kind.is_none(),
        };
        let known = counts.kinds.iter().map(|(kind, count)| Choice {
            value: kind.clone(),
            label: format!("{} ({})", label(kind), words.number(*count as u64)),
            is_chosen: self.kind.as_ref() == Some(kind),
        });
        self.kinds = std::iter::once(all).chain(known).collect();
        let chosen = self.kind.as_ref().filter(|kind| !counts.kinds.contains_key(*kind));
        self.kinds.extend(chosen.map(|kind| Choice { value: kind.clone(), label: label(kind), is_chosen: true }));
        self
    }
}

/// Everything, decisions, or what stands in public, as choices.
pub(in crate::pages) fn only(chosen: Only, words: &Words) -> Vec<Choice> {
    let choices = [(Only::Everything, "everything"), (Only::Decisions, "decisions"), (Only::Public, "public")];
    let choice = |(one, value): (Only, &str)| Choice {
        value: value.to_owned(),
        label: words.text(&format!("auditor.only.{value}")).to_owned(),
        is_chosen: one == chosen,
    };
    choices.map(choice).into()
}
