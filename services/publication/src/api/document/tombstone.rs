//! What stands where an entry was.

use dossier_registry::Registry;
use dossier_web::PlaceShown;
use serde::Serialize;
use utoipa::ToSchema;

use super::{BodyShown, EditionSummary, body};
use crate::{moment, reading::Known, views::RetractionFacts};

/// What stands where an entry was: facts and the public explanation, no content. A problem document (RFC 9457) of the type
/// `gone`, the same at each reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct TombstoneDocument {
    /// `/problems/gone`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// What is.
    pub(crate) title: String,
    /// 410.
    #[schema(example = 410)]
    pub(crate) status: u16,
    /// The page that says so to people.
    pub(crate) instance: String,
    /// The entry.
    pub(crate) id: String,
    /// Its public number.
    pub(crate) number: String,
    /// `retracted`.
    pub(crate) state: String,
    /// Version of the entry; the ETag is "e" and this number.
    pub(crate) version: u64,
    /// The type of record: `type` elsewhere, which in a problem document is the kind of problem.
    pub(crate) record_type: String,
    /// The body that had put it on record.
    pub(crate) body: BodyShown,
    /// When it was retracted.
    pub(crate) retracted_at: String,
    /// `publisher`.
    pub(crate) decided_by: String,
    /// Whether the body had asked for it.
    pub(crate) asked_by_body: bool,
    /// The reason, as the registry codes it.
    #[schema(example = "factual_error")]
    pub(crate) reason: String,
    /// The public explanation; absent when it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) explanation: Option<String>,
    /// When the first edition was published.
    pub(crate) first_published_at: String,
    /// The editions, the newest first; their text is not shown.
    pub(crate) editions: Vec<EditionSummary>,
    /// The event that retracted it.
    pub(crate) place: PlaceShown,
}

impl TombstoneDocument {
    pub(crate) fn of(
        known: &Known,
        retraction: &RetractionFacts,
        registry: &Registry,
        explanation: Option<String>,
    ) -> Self {
        let gone = dossier_web::ProblemKind::Gone;
        let first = known.published.editions.first().map_or(retraction.at, |first| first.at);
        Self {
            kind: gone.address(),
            title: "This entry was retracted.".to_owned(),
            status: gone.status().as_u16(),
            instance: known.entry.number.address(),
            id: known.id.to_string(),
            number: known.entry.number.to_string(),
            state: "retracted".to_owned(),
            version: known.entry.version(),
            record_type: known.entry.record_type.clone(),
            body: body(registry, &known.entry.body, retraction.at),
            retracted_at: moment::written(retraction.at),
            decided_by: "publisher".to_owned(),
            asked_by_body: retraction.requested.is_some(),
            reason: retraction.reason.clone(),
            explanation,
            first_published_at: moment::written(first),
            editions: EditionSummary::all(known),
            place: retraction.place.into(),
        }
    }
}
