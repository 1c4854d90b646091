//! An entry in a list.

use std::collections::BTreeMap;

use dossier_registry::languages_of;
use serde::Serialize;
use utoipa::ToSchema;

use super::{BodyShown, body};
use crate::{moment, shelf::Edition};

/// An entry in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct EntrySummary {
    /// The entry.
    pub(crate) id: String,
    /// Its public number.
    pub(crate) number: String,
    /// The type of record.
    #[serde(rename = "type")]
    pub(crate) record_type: String,
    /// The body.
    pub(crate) body: BodyShown,
    /// The title, by language; empty when it was erased.
    pub(crate) title: BTreeMap<String, String>,
    /// The languages it can be read in, the original first.
    pub(crate) languages: Vec<String>,
    /// The current edition.
    pub(crate) edition: u32,
    /// When that was published.
    pub(crate) published_at: String,
    /// Its digest.
    pub(crate) digest: String,
    /// The address of its page.
    pub(crate) public_address: String,
}

impl EntrySummary {
    pub(crate) fn of(edition: &Edition) -> Self {
        let content = edition.words.as_ref().map(|words| &words.content);
        let field = edition.registry.record_type(&edition.record.record_type).and_then(|one| one.title());
        let title = content.zip(field).and_then(|(content, field)| content.get(&field.key)?.as_object());
        let said = title.into_iter().flatten();
        Self {
            id: edition.entry.to_string(),
            number: edition.number.to_string(),
            record_type: edition.record.record_type.clone(),
            body: body(&edition.registry, &edition.body, edition.facts.at),
            title: said.filter_map(|(tag, text)| Some((tag.clone(), text.as_str()?.to_owned()))).collect(),
            languages: content.map(languages_of).unwrap_or_default().iter().map(|one| one.tag().to_owned()).collect(),
            edition: edition.facts.edition,
            published_at: moment::written(edition.facts.at),
            digest: edition.facts.digest.to_string(),
            public_address: edition.number.address(),
        }
    }
}
