//! Folds designations and the registry.

use std::collections::BTreeSet;

use dossier_identity::Designation;
use dossier_proto::{DesignationId, Digest, Event, v1};
use serde::Deserialize;

use crate::domain::{AdoptedRegistry, State, decide::proposed};

pub(super) fn grant(state: &mut State, event: &Event, granted: &v1::DesignationGranted) {
    let Some(command) = &granted.command else { return };
    let Ok(proposed) = proposed(command) else { return };
    state.designations.grant(Designation {
        id: DesignationId(event.head.id.0),
        place: event.head.place,
        subject: proposed.subject,
        role: proposed.role,
        body: proposed.body,
        record_types: proposed.record_types,
        from: proposed.from,
        until: proposed.until,
        granted_by: event.head.actor,
        note_digest: Digest::try_from(command.note_digest.as_slice()).ok(),
    });
}

pub(super) fn revoke(state: &mut State, event: &Event, revoked: &v1::DesignationRevoked) {
    let id = revoked.command.as_ref().and_then(|command| DesignationId::try_from(command.designation.as_slice()).ok());
    if let Some(id) = id {
        state.designations.revoke(id, event.head.recorded_at, event.head.place);
    }
}

pub(super) fn adopt(state: &mut State, event: &Event, adopted: &v1::RegistryAdopted) {
    let Some(command) = &adopted.command else { return };
    let Ok(digest) = Digest::try_from(command.digest.as_slice()) else { return };
    let Some(refusal_codes) = refusal_codes(&command.document) else { return };
    state.registry = Some(AdoptedRegistry { digest, adopted: event.head.place, refusal_codes });
}

/// The part of a registry's document that decisions look at.
#[derive(Deserialize)]
struct Codes {
    refusals: Vec<Code>,
}

#[derive(Deserialize)]
struct Code {
    key: String,
}

/// The codes for which an entry may be refused. Read from the document itself and not with the registry's own crate:
/// that one checks more with every version, and an old document must always fold to the same.
pub(in crate::domain) fn refusal_codes(document: &[u8]) -> Option<BTreeSet<String>> {
    let codes: Codes = serde_json::from_slice(document).ok()?;
    Some(codes.refusals.into_iter().map(|code| code.key).collect())
}
