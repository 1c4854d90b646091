//! Folds the registry.

use std::collections::BTreeSet;

use dossier_proto::{Digest, Event, v1};
use serde::Deserialize;

use crate::domain::{AdoptedRegistry, State};

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
