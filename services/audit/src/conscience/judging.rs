//! What is asked of a single event, besides whether it could have been decided.

use std::collections::BTreeSet;

use dossier_proto::{Authority, Event, Payload, Place};
use dossier_vault::Vault;

use crate::{
    domain::{CONTENT_DIFFERS, Finding, FindingKind, NO_SUCH_DESIGNATION},
    reconcile::{self, Look, Shelf},
    words,
};

/// Designations whose granting event was looked up. 32 bytes each, so that a thousand people with a right each take 32 KB.
#[derive(Default)]
pub(crate) struct Granted(BTreeSet<(Place, [u8; 16])>);

/// What does not agree about one event. Everything that led to it is on the shelf already.
pub(crate) fn judge(event: &Event, shelf: &dyn Shelf, granted: &mut Granted, vault: &Vault) -> Vec<Finding> {
    let found = [
        reconcile::judge(event, shelf),
        event.head.authority.and_then(|authority| granted.judge(event, authority, shelf)),
        judge_seal(event, vault),
    ];
    found.into_iter().flatten().collect()
}

impl Granted {
    /// A right that is made use of was granted, by the event that is named.
    fn judge(&mut self, event: &Event, authority: Authority, shelf: &dyn Shelf) -> Option<Finding> {
        let named = (authority.granted, authority.designation.0);
        if self.0.contains(&named) {
            return None;
        }
        let exists = match shelf.at(authority.granted) {
            Look::Unknown => return None,
            Look::Absent => false,
            Look::Found(filed) => {
                // A designation has the name of the event that granted it.
                matches!(filed.event.payload, Some(Payload::DesignationGranted(_)))
                    && filed.event.head.id.0 == authority.designation.0
            }
        };
        if exists {
            self.0.insert(named);
            return None;
        }
        Some(Finding {
            entry: event.head.entry,
            code: NO_SUCH_DESIGNATION.to_owned(),
            because: Some(authority.granted),
            ..Finding::of(FindingKind::NotDecidable, event.head.place)
        })
    }
}

/// An edition's content is the one whose digest was judged, where the key is at hand. An erased one cannot be opened, by anybody.
fn judge_seal(event: &Event, vault: &Vault) -> Option<Finding> {
    let Some(Payload::EditionPublished(published)) = &event.payload else { return None };
    let (entry, content) = (event.head.entry?, published.content.as_ref()?);
    words::is_altered(vault, entry, content).then(|| Finding {
        entry: Some(entry),
        expected: content.digest.clone(),
        code: CONTENT_DIFFERS.to_owned(),
        ..Finding::of(FindingKind::NotApproved, event.head.place)
    })
}
