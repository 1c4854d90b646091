//! What stands where an entry was.

use dossier_registry::Registry;
use dossier_web::{PlaceShown, ProblemKind, as_of::AsOfShown};
use serde::Serialize;
use utoipa::ToSchema;

use super::{BodyShown, EditionSummary, ErasureFacts, body, turns::TurnShown};
use crate::{
    domain::Standing,
    moment,
    reading::Known,
    views::{Turn, TurnKind},
};

/// What stands where an entry was: facts and the public explanation, no content. A problem document (RFC 9457) of the type
/// `gone` when it was retracted, `suspended` while it is suspended; the same at each reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct TombstoneDocument {
    /// `/problems/gone` or `/problems/suspended`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// What is.
    pub(crate) title: String,
    /// 410 when it was retracted, 403 while it is suspended.
    #[schema(example = 410)]
    pub(crate) status: u16,
    /// The page that says so to people.
    pub(crate) instance: String,
    /// The entry.
    pub(crate) id: String,
    /// Its public number.
    pub(crate) number: String,
    /// `retracted` or `suspended`.
    pub(crate) state: String,
    /// Version of the entry; the ETag is "e" and this number.
    pub(crate) version: u64,
    /// The type of record: `type` elsewhere, which in a problem document is the kind of problem.
    pub(crate) record_type: String,
    /// The body that had put it on record.
    pub(crate) body: BodyShown,
    /// When it was retracted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retracted_at: Option<String>,
    /// When it was suspended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) suspended_at: Option<String>,
    /// `publisher`.
    pub(crate) decided_by: String,
    /// Whether the body had asked for a retraction.
    pub(crate) asked_by_body: bool,
    /// The reason, as the registry codes it.
    #[schema(example = "factual_error")]
    pub(crate) reason: String,
    /// The public explanation; absent when it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) explanation: Option<String>,
    /// That its words were erased, and why; absent as long as they are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) erased: Option<ErasureFacts>,
    /// When the first edition was published.
    pub(crate) first_published_at: String,
    /// The editions, the newest first; their text is not shown.
    pub(crate) editions: Vec<EditionSummary>,
    /// What publishers decided on it, in order.
    pub(crate) history: Vec<TurnShown>,
    /// The event that retracted or suspended it.
    pub(crate) place: PlaceShown,
    /// The moment that was asked for; absent of what stands now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) as_of: Option<AsOfShown>,
}

impl TombstoneDocument {
    pub(crate) fn of(known: &Known, turn: &Turn, registry: &Registry, history: Vec<TurnShown>) -> Self {
        let is_suspended = turn.kind == TurnKind::Suspended;
        let (gone, title, standing) = if is_suspended {
            (ProblemKind::Suspended, "This entry is suspended.", Standing::Suspended)
        } else {
            (ProblemKind::Gone, "This entry was retracted.", Standing::Retracted)
        };
        let first = known.published.editions.first().map_or(turn.at, |first| first.at);
        let at = Some(moment::written(turn.at));
        let (suspended_at, retracted_at) = if is_suspended { (at, None) } else { (None, at) };
        Self {
            kind: gone.address(),
            title: title.to_owned(),
            status: gone.status().as_u16(),
            instance: known.entry.number.address(),
            id: known.id.to_string(),
            number: known.entry.number.to_string(),
            state: standing.name().to_owned(),
            version: known.entry.version,
            record_type: known.entry.record_type.clone(),
            body: body(registry, &known.entry.body, turn.at),
            retracted_at,
            suspended_at,
            decided_by: "publisher".to_owned(),
            asked_by_body: turn.requested.is_some(),
            reason: turn.reason.clone().unwrap_or_default(),
            explanation: history.last().and_then(|last| last.explanation.clone()),
            erased: None,
            first_published_at: moment::written(first),
            editions: EditionSummary::all(known),
            history,
            place: turn.place.into(),
            as_of: None,
        }
    }
}
