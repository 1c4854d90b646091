//! Keys on request, the holder's side.

use dossier_proto::{KeyId, Origin};
use dossier_vault::{GrantedKey, Vault};

/// Why a key is not given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyRefusal {
    /// The asker is not entitled to it by what it is.
    #[error("{asker} is not entitled to the key {key}")]
    NotEntitled {
        /// Who asked.
        asker: Origin,
        /// For which key.
        key: KeyId,
    },
    /// It was erased, or was never held here.
    #[error("the key {key} is not held any more")]
    Gone {
        /// Which key.
        key: KeyId,
    },
    /// More keys at once than one answer may hold.
    #[error("{asked} keys were asked for at once; one request may ask for {max}")]
    TooMany {
        /// How many were asked for.
        asked: usize,
        /// How many may be.
        max: usize,
    },
    /// The holder could not read its own keys. Asking again may help.
    #[error("the keys could not be read; ask again")]
    Unreadable,
}

/// Keys that one request may ask for: an answer of 256 keys of about 100 bytes stays far below every transport's limit.
pub const KEYS_PER_REQUEST_MAX: usize = 256;

/// Gives keys to those who are entitled to them by what they are.
pub trait KeyDesk: Send + Sync + 'static {
    /// All of the keys, or the reason why not.
    ///
    /// # Errors
    /// [`KeyRefusal`]; nothing was given then.
    fn grant(&self, asker: Origin, keys: &[KeyId]) -> Result<Vec<GrantedKey>, KeyRefusal>;
}

/// Gives keys out of a vault when `may_have` says so of every one: all of them or none.
///
/// What others ask for they have read of in an event, and events are read when the holder's views know of them: there is nothing
/// to wait for.
///
/// # Errors
/// [`KeyRefusal`]; nothing was given then.
pub fn give(
    vault: &Vault,
    asker: Origin,
    keys: &[KeyId],
    may_have: impl Fn(KeyId) -> bool,
) -> Result<Vec<GrantedKey>, KeyRefusal> {
    if keys.len() > KEYS_PER_REQUEST_MAX {
        return Err(KeyRefusal::TooMany { asked: keys.len(), max: KEYS_PER_REQUEST_MAX });
    }
    if let Some(key) = keys.iter().copied().find(|key| !may_have(*key)) {
        tracing::warn!(%asker, %key, "a key was refused");
        return Err(KeyRefusal::NotEntitled { asker, key });
    }
    let granted = vault.grant(keys).map_err(|error| {
        tracing::error!(%error, %asker, "keys could not be read");
        KeyRefusal::Unreadable
    })?;
    match granted.erased.first().or(granted.unknown.first()) {
        Some(key) => Err(KeyRefusal::Gone { key: *key }),
        None => Ok(granted.keys),
    }
}
