//! What publishers decided on an entry since it was published.

use dossier_proto::EntryId;
use dossier_web::PlaceShown;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::PublicNumber,
    moment,
    reading::{Known, Reading},
    shelf::ShelfError,
    views::{Turn, TurnKind},
};

/// A decision of a publisher on a published entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct TurnShown {
    /// `suspended`, `reinstated`, `superseded` or `retracted`.
    #[schema(example = "suspended")]
    pub(crate) kind: String,
    /// When.
    pub(crate) at: String,
    /// The reason, as the registry codes it; none of a reinstatement.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "under_examination")]
    pub(crate) reason: Option<String>,
    /// The public explanation; absent when it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) explanation: Option<String>,
    /// The entry that stands in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) superseded_by: Option<OtherEntry>,
    /// The event that says so.
    pub(crate) place: PlaceShown,
}

/// Another entry, as one points to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct OtherEntry {
    /// The entry.
    pub(crate) id: String,
    /// Its public number.
    #[schema(example = "EVT-2026-00043")]
    pub(crate) number: String,
    /// The address of its page.
    #[schema(example = "/entries/EVT-2026-00043")]
    pub(crate) public_address: String,
}

impl OtherEntry {
    /// An entry by its number.
    pub(crate) fn of(id: EntryId, number: &PublicNumber) -> Self {
        Self { id: id.to_string(), number: number.to_string(), public_address: number.address() }
    }

    /// The entry that a supersession names.
    pub(crate) fn in_place(turn: &Turn) -> Option<Self> {
        match &turn.kind {
            TurnKind::Superseded { by, number } => Some(Self::of(*by, &number.parse().ok()?)),
            _ => None,
        }
    }
}

/// All of them, in order, with their explanations.
pub(crate) fn history(reading: &Reading, known: &Known) -> Result<Vec<TurnShown>, ShelfError> {
    let shown = known.published.turns.iter().map(|turn| {
        Ok(TurnShown {
            kind: turn.kind.name().to_owned(),
            at: moment::written(turn.at),
            reason: turn.reason.clone(),
            explanation: reading.explanation(known.id, turn.place)?,
            superseded_by: OtherEntry::in_place(turn),
            place: turn.place.into(),
        })
    });
    shown.collect()
}
