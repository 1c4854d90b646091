//! What this service takes from other origins into its own journal. (Everything goes into the copies.)

use dossier_proto::{Event, KeyId, Origin, Payload};

use crate::sealed_parts;

/// Whether a foreign event is recorded in our own journal: what our decisions rest on, and nothing else.
pub fn concerns(foreign: &Event) -> bool {
    // Where each service drew the line of an erasure.
    if matches!(foreign.payload, Some(Payload::ErasureConfirmed(_))) {
        return true;
    }
    foreign.head.place.origin == Origin::Moderation
        && matches!(
            foreign.payload,
            Some(
                Payload::DesignationGranted(_)
                    | Payload::DesignationRevoked(_)
                    | Payload::RegistryAdopted(_)
                    | Payload::ErasureOrdered(_)
            )
        )
}

/// The keys an auditor needs to read what this event holds: of what was submitted, and of what moderation and
/// publication said about it; never of drafts (P13).
pub fn keys_needed(foreign: &Event) -> Vec<KeyId> {
    let keys = |payload| sealed_parts::keys_for_auditors(foreign.head.place.origin, payload);
    foreign.payload.as_ref().map(keys).unwrap_or_default()
}
