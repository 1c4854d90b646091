//! The head of every page about an entry: what it is, where it stands, whose move it is.

use dossier_proto::{EntryId, Micros};
use dossier_registry::{Registry, title};
use dossier_web::page::icon;
use serde_json::Value;

use super::{
    ENTRIES,
    paper::{Paper, Time},
    said::Said,
};
use crate::domain::{Entry, Holder, Next, Turn, WorkState};

/// A state in a word and a shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chip {
    pub(super) tone: &'static str,
    pub(super) icon: String,
    pub(super) word: &'static str,
}

/// The head of a page about an entry.
#[derive(Debug, Clone)]
pub(super) struct Docket {
    pub(super) address: String,
    pub(super) id: String,
    /// The public number; the id while there is none.
    pub(super) number: String,
    pub(super) kind: Said,
    pub(super) revision: String,
    pub(super) title: Said,
    pub(super) chip: Chip,
    pub(super) whose: String,
    pub(super) since: Time,
    pub(super) days_left: Option<String>,
    /// The public page, and what stands on the link to it.
    pub(super) public: Option<(String, String)>,
}

/// The address of an entry's page.
pub(super) fn address(id: EntryId) -> String {
    format!("{ENTRIES}/{id}")
}

/// The title of a content, in the language it was begun in; words of the house where it has none.
pub(super) fn title_of(paper: &Paper, registry: &Registry, entry: &Entry, content: Option<&Value>) -> Said {
    let kind = registry.record_type(&entry.facts.record_type);
    let found = kind.zip(content).zip(entry.facts.language.parse().ok());
    let shown = found.and_then(|((kind, content), language)| title(kind, content, language));
    shown.map_or_else(|| Said { text: paper.w("untitled").to_owned(), language: Some(paper.tongue) }, Said::from)
}

/// Where an entry stands.
pub(super) fn chip(paper: &Paper, state: WorkState) -> Chip {
    let (tone, name) = look_of(state);
    Chip { tone, icon: icon(name), word: paper.w(&format!("state.{}", state.key())) }
}

/// A class of the stylesheet beside `chip`, and an icon.
fn look_of(state: WorkState) -> (&'static str, &'static str) {
    use WorkState as S;
    match state {
        S::Draft => ("", "ring"),
        S::ChangesRequested => (" turn", "turn"),
        S::AwaitingClearance | S::Approved | S::Scheduled => (" wait", "clock"),
        S::InReview => (" wait", "review"),
        S::OnHold => (" wait", "hold"),
        S::Published => (" ok", "public"),
        S::Superseded | S::Duplicate => ("", "old"),
        S::Suspended | S::Refused => (" bad", "stop"),
        S::Retracted => (" bad", "retract"),
        S::Withdrawn => ("", "cross"),
    }
}

/// Who has the next move, in words.
pub(super) fn whose(paper: &Paper, turn: Turn, next: Next) -> String {
    let key = match (turn.who, next.what.key()) {
        (Holder::Nobody, _) => "whose.nobody".to_owned(),
        (holder, _) => format!("whose.{}", holder.key()),
    };
    paper.w(&key).to_owned()
}

impl Docket {
    /// Of an entry with the content that is shown.
    pub(super) fn of(
        paper: &Paper,
        registry: &Registry,
        (id, entry): (EntryId, &Entry),
        content: Option<&Value>,
        now: Micros,
    ) -> Self {
        let number = entry.public.as_ref().map_or_else(|| id.to_string(), |public| public.number.clone());
        let public = entry.public.as_ref().map(|public| {
            let said = paper.with("see_edition", "edition", public.edition);
            (format!("/entries/{}", public.number), said)
        });
        let turn = entry.turn();
        let left = entry.days_left(now).map(|days| paper.count("days_left", usize::try_from(days).unwrap_or(0)));
        Self {
            address: address(id),
            id: id.to_string(),
            number,
            kind: paper.kind(registry, &entry.facts.record_type),
            revision: paper.with("revision", "number", entry.working.number),
            title: title_of(paper, registry, entry, content),
            chip: chip(paper, entry.state()),
            whose: whose(paper, turn, entry.next()),
            since: paper.moment(turn.since),
            days_left: left,
            public,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::look_of;
    use crate::domain::WorkState;

    /// The one stylesheet of the house.
    const STYLE: &str = include_str!("../../../../shared/web/assets/style.css");

    #[test]
    fn a_state_wore_a_colour_that_the_stylesheet_does_not_know() {
        for state in WorkState::ALL {
            let tone = look_of(state).0.trim();
            assert!(tone.is_empty() || STYLE.contains(&format!("  .{tone} {{ border-color")), "{state:?}: .{tone}");
        }
    }
}
