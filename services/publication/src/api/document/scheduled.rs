//! What waits for its time, as publishers read it.

use std::collections::BTreeMap;

use dossier_proto::Place;
use dossier_registry::Registry;
use dossier_web::{Cursor, PlaceShown};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{BodyShown, body};
use crate::{
    domain::{Entry, Scheduled},
    moment,
};

/// An edition that waits for its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ScheduledShown {
    /// The entry.
    pub(crate) id: String,
    /// Its public number; absent before its first edition, because a number is given on publication.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) number: Option<String>,
    /// The type of record.
    #[serde(rename = "type")]
    pub(crate) record_type: String,
    /// The body.
    pub(crate) body: BodyShown,
    /// The title, by language; empty when it was erased.
    pub(crate) title: BTreeMap<String, String>,
    /// The edition it revises; absent of a first edition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) base_edition: Option<u32>,
    /// Digest of the content that was approved.
    pub(crate) digest: String,
    /// When it is published.
    pub(crate) at: String,
    /// The moment before which nothing of it may be public.
    pub(crate) not_before: String,
    /// The approval.
    pub(crate) approved: PlaceShown,
    /// The event that set the time.
    pub(crate) place: PlaceShown,
    /// Version for `If-Match`: `"e"` and this number. It is another one after each change of the time or of the content.
    pub(crate) version: u64,
}

/// A page of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ScheduledDocument {
    /// What waits, the next one first.
    pub(crate) items: Vec<ScheduledShown>,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub(crate) next: Option<Cursor>,
}

impl ScheduledShown {
    pub(crate) fn of(
        scheduled: &Scheduled,
        entry: Option<&Entry>,
        content: Option<&Value>,
        registry: &Registry,
    ) -> Option<Self> {
        let waiting = &scheduled.waiting;
        let edition = &waiting.edition;
        let field = registry.record_type(&edition.record_type).and_then(|one| one.title());
        let title = content.zip(field).and_then(|(content, field)| content.get(&field.key)?.as_object());
        let said = title.into_iter().flatten();
        let digest = edition.content.as_ref()?.digest.as_slice();
        Some(Self {
            id: waiting.entry.to_string(),
            number: entry.map(|entry| entry.number.to_string()),
            record_type: edition.record_type.clone(),
            body: body(registry, &waiting.body()?, scheduled.at),
            title: said.filter_map(|(tag, text)| Some((tag.clone(), text.as_str()?.to_owned()))).collect(),
            base_edition: waiting.base,
            digest: dossier_proto::Digest::try_from(digest).ok()?.to_string(),
            at: moment::written(scheduled.at),
            not_before: moment::written(scheduled.not_before()),
            approved: shown(waiting.at),
            place: shown(scheduled.set),
            version: scheduled.version(),
        })
    }
}

fn shown(place: Place) -> PlaceShown {
    place.into()
}
