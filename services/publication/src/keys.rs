//! Keys: which ones publication asks for, and to whom it gives its own.

use dossier_engine::Engine;
use dossier_exchange::{KeyDesk, KeyRefusal, give};
use dossier_proto::{Event, KeyId, Origin, Payload, v1};
use dossier_vault::{GrantedKey, Kind, Vault};

use crate::{domain::Publication, views::Catalogue};

/// The keys that must be held before a foreign event is acted upon: those of a content that becomes an edition, approved or corrected,
/// and of what its body says about it. Personal values stay sealed here for good.
pub fn keys_needed(event: &Event) -> Vec<KeyId> {
    let (content, said) = match &event.payload {
        Some(Payload::Approved(approved)) => (approved.content.as_ref(), approved.what_changed.as_ref()),
        // The moderators' reason is for the body.
        Some(Payload::CorrectionConfirmed(confirmed)) => (confirmed.content.as_ref(), None),
        // What a body says when it asks for a retraction has a key of its own where its state clears that first.
        Some(Payload::RetractionCleared(cleared)) => (None, cleared.reason.as_ref()),
        _ => return Vec::new(),
    };
    let key = |sealed: &v1::Sealed| KeyId::try_from(sealed.key_id.as_slice()).ok();
    let files = content.into_iter().flat_map(|content| &content.files);
    let files = files.filter_map(|file| KeyId::try_from(file.key_id.as_slice()).ok());
    let words = content.and_then(|content| content.sealed.as_ref()).into_iter().chain(said);
    let mut keys: Vec<KeyId> = words.filter_map(key).chain(files).collect();
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
