//! What stands where the text of an edition was that was erased.

use dossier_engine::erasure::Order;
use dossier_web::{PlaceShown, ProblemKind};
use serde::Serialize;
use utoipa::ToSchema;

use super::{BodyShown, EditionSummary, body};
use crate::{moment, reading::Known, shelf::Edition};

/// That words of an entry were destroyed wherever they were.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ErasureFacts {
    /// When it was ordered.
    pub(crate) ordered_at: String,
    /// `words` (everything anybody wrote in the entry), `content` (single contents) or `personal-values`.
    #[schema(example = "words")]
    pub(crate) scope: String,
    /// Why, as the registry codes it under `erasures`.
    #[schema(example = "never-public")]
    pub(crate) reason: String,
    /// The event that ordered it, in moderation's journal.
    pub(crate) order: PlaceShown,
}

impl ErasureFacts {
    pub(crate) fn of(order: &Order) -> Self {
        Self {
            ordered_at: moment::written(order.at),
            scope: order.scope.key().to_owned(),
            reason: order.reason.clone(),
            order: order.place.into(),
        }
    }
}

/// What stands where the text of an edition was: that it existed, when it was public and under which digest, and no word of it. A problem
/// document (RFC 9457) of the type `gone`; the same at each reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ErasedDocument {
    /// `/problems/gone`.
    #[serde(rename = "type")]
    kind: String,
    /// What is.
    title: String,
    /// 410.
    #[schema(example = 410)]
    status: u16,
    /// The page that says so to people.
    instance: String,
    /// `erased`.
    code: String,
    /// The entry.
    id: String,
    /// Its public number.
    number: String,
    /// How the entry stands.
    state: String,
    /// Version of the entry.
    version: u64,
    /// The type of record.
    record_type: String,
    /// The body that put it on record.
    body: BodyShown,
    /// The edition.
    edition: u32,
    /// The current edition.
    current_edition: u32,
    /// When it was published.
    published_at: String,
    /// Its digest: receipts that were given out name it, and still verify.
    digest: String,
    /// That it was erased.
    erased: ErasureFacts,
    /// The editions, the newest first.
    editions: Vec<EditionSummary>,
    /// The event that published it.
    place: PlaceShown,
}

impl ErasedDocument {
    pub(crate) fn of(known: &Known, edition: &Edition, order: &Order) -> Self {
        let number = edition.facts.edition;
        Self {
            kind: ProblemKind::Gone.address(),
            title: "The text of this edition was erased.".to_owned(),
            status: ProblemKind::Gone.status().as_u16(),
            instance: format!("{}/editions/{number}", known.entry.number.address()),
            code: "erased".to_owned(),
            id: known.id.to_string(),
            number: known.entry.number.to_string(),
            state: known.entry.standing().name().to_owned(),
            version: known.entry.version,
            record_type: edition.record.record_type.clone(),
            body: body(&edition.registry, &edition.body, edition.facts.at),
            edition: number,
            current_edition: known.entry.edition,
            published_at: moment::written(edition.facts.at),
            digest: edition.facts.digest.to_string(),
            erased: ErasureFacts::of(order),
            editions: EditionSummary::all(known),
            place: edition.place.into(),
        }
    }
}
