//! Where an event stands, as every answer of every service names it.

use dossier_proto::{Origin, Place};
use serde::Serialize;
use serde_json::{Value, json};

/// Where an event stands: `{"origin": "moderation", "epoch": 0, "sequence": 17}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PlaceShown {
    /// The service that recorded it.
    #[schema(value_type = String, example = "moderation")]
    pub origin: Origin,
    /// The epoch of its journal.
    pub epoch: u32,
    /// The position there, from 0.
    pub sequence: u64,
}

impl From<Place> for PlaceShown {
    fn from(place: Place) -> Self {
        Self { origin: place.origin, epoch: place.epoch, sequence: place.sequence }
    }
}

/// As a member of a problem.
impl From<PlaceShown> for Value {
    fn from(place: PlaceShown) -> Self {
        json!({ "origin": place.origin.name(), "epoch": place.epoch, "sequence": place.sequence })
    }
}
