//! How published entries stood over time: suspended, reinstated, superseded, retracted.

use dossier_proto::{EntryId, Event, Micros, Payload, Place};
use serde::{Deserialize, Serialize};

use super::RequestFacts;

/// A decision of a publisher that changed how an entry stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// Which one.
    pub kind: TurnKind,
    /// Where the event stands.
    pub place: Place,
    /// When.
    pub at: Micros,
    /// The code of the reason; none of a reinstatement.
    pub reason: Option<String>,
    /// The body's request that a retraction answered, if there was one.
    pub requested: Option<RequestFacts>,
}

/// The kinds of such decisions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TurnKind {
    /// Taken from the public for a while.
    Suspended,
    /// Given back.
    Reinstated,
    /// Readers are pointed on to this entry.
    Superseded {
        /// The entry that stands in its place.
        by: EntryId,
        /// Its number.
        number: String,
    },
    /// Taken back for good.
    Retracted,
}

impl TurnKind {
    /// As it stands in answers.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Suspended => "suspended",
            Self::Reinstated => "reinstated",
            Self::Superseded { .. } => "superseded",
            Self::Retracted => "retracted",
        }
    }
}

impl Turn {
    /// What an event says of this; `None` of every other event.
    pub(super) fn of(event: &Event) -> Option<Self> {
        let (kind, reason) = match event.payload.as_ref()? {
            Payload::EntrySuspended(one) => (TurnKind::Suspended, one.command.as_ref().map(|it| it.reason.clone())),
            Payload::EntryReinstated(_) => (TurnKind::Reinstated, None),
            Payload::EntrySuperseded(one) => {
                let command = one.command.as_ref()?;
                let by = EntryId::try_from(command.superseded_by.as_slice()).ok()?;
                (TurnKind::Superseded { by, number: one.number.clone() }, Some(command.reason.clone()))
            }
            Payload::EntryRetracted(one) => (TurnKind::Retracted, one.command.as_ref().map(|it| it.reason.clone())),
            _ => return None,
        };
        Some(Self { kind, place: event.head.place, at: event.head.recorded_at, reason, requested: None })
    }
}
