//! Keys: which ones publication asks for, and to whom it gives its own.

use dossier_exchange::{KEYS_PER_REQUEST_MAX, KeyDesk, KeyRefusal};
use dossier_proto::{Event, KeyId, Origin, Payload, v1};
use dossier_vault::{GrantedKey, Kind, Vault};

/// The keys that must be held before a foreign event is acted upon: those of an approved content. Personal values stay
/// sealed here for good.
pub fn keys_needed(event: &Event) -> Vec<KeyId> {
    let Some(Payload::Approved(approved)) = &event.payload else { return Vec::new() };
    let content = approved.content.as_ref().and_then(|content| content.sealed.as_ref());
    let key = |sealed: &v1::Sealed| KeyId::try_from(sealed.key_id.as_slice()).ok();
    let mut keys: Vec<KeyId> = content.into_iter().chain(&approved.what_changed).filter_map(key).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Gives publication's keys: to audit, and to nobody else.
pub(crate) struct Desk {
    vault: Vault,
}

impl Desk {
    pub(crate) fn new(vault: Vault) -> Self {
        Self { vault }
    }
}

impl KeyDesk for Desk {
    fn grant(&self, asker: Origin, keys: &[KeyId]) -> Result<Vec<GrantedKey>, KeyRefusal> {
        if keys.len() > KEYS_PER_REQUEST_MAX {
            return Err(KeyRefusal::TooMany { asked: keys.len(), max: KEYS_PER_REQUEST_MAX });
        }
        if let (false, Some(key)) = (asker == Origin::Audit, keys.first()) {
            return Err(KeyRefusal::NotEntitled { asker, key: *key });
        }
        let granted = self.vault.grant(keys).map_err(|error| {
            tracing::error!(%error, "the vault cannot be read");
            KeyRefusal::Unreadable
        })?;
        if let Some(key) = granted.erased.iter().chain(&granted.unknown).next() {
            return Err(KeyRefusal::Gone { key: *key });
        }
        // What the service keeps for itself, and persons, are for nobody.
        let public = |key: &&GrantedKey| !matches!(key.kind(), Kind::Revision | Kind::Review);
        if let Some(key) = granted.keys.iter().find(public) {
            return Err(KeyRefusal::NotEntitled { asker, key: key.key_id() });
        }
        Ok(granted.keys)
    }
}
