//! Entries as rows of a publisher's lists.

use dossier_registry::{Registry, Shown, title};
use dossier_web::{Answer, Problem};
use serde_json::Value;

use super::desk::Desk;
use crate::{domain::Standing, pages::said::Said, reading::Known, registries::body_name};

/// What is said of an entry in one line or two.
pub(super) struct Row {
    /// Its number; nothing before its first edition.
    pub(super) number: Option<String>,
    pub(super) kind: Said,
    pub(super) title: Said,
    pub(super) body: Said,
    pub(super) state: State,
}

/// How an entry stands, as a chip says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State {
    pub(super) tone: &'static str,
    pub(super) icon: &'static str,
    /// The key of the word.
    pub(super) key: &'static str,
}

impl State {
    pub(super) const fn of(standing: Standing) -> Self {
        match standing {
            Standing::Published => Self { tone: "ok", icon: "public", key: "record.state_published" },
            Standing::Superseded => Self { tone: "", icon: "old", key: "record.state_superseded" },
            Standing::Suspended => Self { tone: "bad", icon: "stop", key: "record.state_suspended" },
            Standing::Retracted => Self { tone: "bad", icon: "retract", key: "record.state_retracted" },
        }
    }
}

/// The name of a record type.
pub(super) fn kind(registry: &Registry, key: &str, desk: &Desk) -> Said {
    let page = desk.reading().tongue;
    let labels = registry.record_type(key).map(|record_type| &record_type.labels);
    Said::new(labels.map_or_else(|| Shown::plain(key), |labels| labels.show(page, key)), page)
}

/// The title that a content has; `otherwise` where it has none or was erased.
pub(super) fn title_of(registry: &Registry, key: &str, content: Option<&Value>, desk: &Desk, otherwise: &str) -> Said {
    let page = desk.reading().tongue;
    let found = registry.record_type(key).zip(content).and_then(|(one, content)| title(one, content, page));
    found.map_or_else(|| Said::ours(otherwise), |title| Said::new(title, page))
}

/// An entry that was published. Publishers are told the title of what is withheld: they decide on it.
pub(super) fn row(known: &Known, desk: &Desk) -> Answer<Row> {
    let reading = &desk.publishing.pages.reading;
    let current = known.published.current().ok_or_else(|| Problem::new(dossier_web::ProblemKind::NotFound))?;
    let number = known.entry.number.to_string();
    let edition = reading.edition(known.id, current).map_err(|error| Problem::internal(&error))?;
    let content = edition.words.as_ref().map(|words| &words.content);
    let page = desk.reading().tongue;
    let key = known.entry.record_type.as_str();
    let is_gone = known.entry.retracted().is_some();
    Ok(Row {
        kind: kind(&edition.registry, key, desk),
        title: title_of(&edition.registry, key, content.filter(|_| !is_gone), desk, &number),
        body: Said::new(body_name(&edition.registry, &known.entry.body, page, current.at), page),
        state: State::of(known.entry.standing()),
        number: Some(number),
    })
}
