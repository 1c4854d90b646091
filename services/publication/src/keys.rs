//! Keys: which ones publication asks for, and to whom it gives its own.

use dossier_engine::Engine;
use dossier_exchange::{KeyDesk, KeyRefusal, give};
use dossier_proto::{Event, KeyId, Origin, Payload, v1};
use dossier_vault::{GrantedKey, Kind, Vault};

use crate::{domain::Publication, views::Catalogue};

/// The keys that must be held before a foreign event is acted upon: those of an approved content. Personal values stay
/// sealed here for good.
pub fn keys_needed(event: &Event) -> Vec<KeyId> {
    // What a body says when it asks for a retraction has a key of its own where its state clears that first.
    if let Some(Payload::RetractionCleared(cleared)) = &event.payload {
        return cleared.reason.iter().filter_map(|reason| KeyId::try_from(reason.key_id.as_slice()).ok()).collect();
    }
    let Some(Payload::Approved(approved)) = &event.payload else { return Vec::new() };
    let content = approved.content.as_ref().and_then(|content| content.sealed.as_ref());
    let key = |sealed: &v1::Sealed| KeyId::try_from(sealed.key_id.as_slice()).ok();
    let files = approved.content.iter().flat_map(|content| &content.files);
    let files = files.filter_map(|file| KeyId::try_from(file.key_id.as_slice()).ok());
    let mut keys: Vec<KeyId> = content.into_iter().chain(&approved.what_changed).filter_map(key).chain(files).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Gives publication's keys: to audit, and to submission those of what a publisher said to a body.
pub(crate) struct Desk {
    engine: Engine<Publication, Catalogue>,
    vault: Vault,
}

impl Desk {
    pub(crate) const fn new(engine: Engine<Publication, Catalogue>, vault: Vault) -> Self {
        Self { engine, vault }
    }

    fn may_have(&self, asker: Origin, key: KeyId) -> bool {
        match asker {
            Origin::Audit => true,
            Origin::Submission => self.engine.view().is_said_to_a_body(key),
            Origin::Moderation | Origin::Publication => false,
        }
    }
}

impl KeyDesk for Desk {
    fn grant(&self, asker: Origin, keys: &[KeyId]) -> Result<Vec<GrantedKey>, KeyRefusal> {
        let granted = give(&self.vault, asker, keys, |key| self.may_have(asker, key))?;
        // What the service keeps for itself, and persons, are for nobody.
        let private = |key: &&GrantedKey| !matches!(key.kind(), Kind::Revision | Kind::Review | Kind::Attachment);
        match granted.iter().find(private) {
            Some(key) => Err(KeyRefusal::NotEntitled { asker, key: key.key_id() }),
            None => Ok(granted),
        }
    }
}
