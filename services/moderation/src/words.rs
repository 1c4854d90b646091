//! Sealing and unsealing: the only place of this service that touches what people wrote.
//!
//! Bindings, as all services agree on them: a text is tied to its entry and to what it is, and to nothing else.

use dossier_proto::{Digest, EntryId, KeyId, v1};
use dossier_vault::{
    Binding, KeyError, Kind, PersonalError, PersonalValue, Purpose, SealError, Sealed, UnsealError, Vault, canonical,
};
use serde_json::Value;

/// Why words cannot be read or sealed.
#[derive(Debug, thiserror::Error)]
pub enum WordsError {
    /// The key has not arrived here. Asking again may help.
    #[error("the key {0} is not held here yet")]
    NotHeld(KeyId),
    /// The key was destroyed: the words are gone for good.
    #[error("the words were erased with their key {0}")]
    Erased(KeyId),
    /// The words are longer than any text may be.
    #[error("a text of {length} bytes is too long; the limit is {limit}")]
    TooLong {
        /// Bytes of the text.
        length: usize,
        /// The limit.
        limit: usize,
    },
    /// What stands in the journal is not what was sealed, or not what its digest says.
    #[error("the sealed words of entry {entry} do not hold: {what}")]
    Broken {
        /// Of which entry.
        entry: EntryId,
        /// What does not hold; no words.
        what: String,
    },
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] dossier_vault::VaultError),
}

/// A content in the clear.
#[derive(Debug, Clone, PartialEq)]
pub struct Readable {
    /// The content, personal values in their places as far as they can be read here.
    pub content: Value,
    /// Where a personal value stands that cannot be read, as JSON pointers.
    pub withheld: Vec<String>,
}

/// Opens and seals words.
#[derive(Clone)]
pub struct Words {
    vault: Vault,
}

impl Words {
    /// With the keys of this vault.
    pub fn new(vault: Vault) -> Self {
        Self { vault }
    }

    /// Whether what is sealed under a key can be read here, now.
    pub fn holds(&self, key: KeyId) -> bool {
        self.vault.holds(key)
    }

    /// A content in the clear, checked against its digest.
    ///
    /// # Errors
    /// [`WordsError`].
    pub fn content(&self, entry: EntryId, content: &v1::Content) -> Result<Readable, WordsError> {
        let broken = |what: String| WordsError::Broken { entry, what };
        let value = self.without_personal(entry, content)?;
        let personal = content.personal.iter().cloned().map(PersonalValue::try_from).collect::<Result<Vec<_>, _>>();
        let personal = personal.map_err(|error| broken(error.to_string()))?;
        let joined = self.vault.join(entry, value, &personal).map_err(|error| match error {
            PersonalError::Vault(error) => WordsError::Vault(error),
            other => broken(other.to_string()),
        })?;
        let withheld = joined.withheld.into_iter().map(|withheld| withheld.pointer).collect();
        Ok(Readable { content: joined.content, withheld })
    }

    /// A content in the clear, checked against its digest, with commitments where personal values stand.
    ///
    /// # Errors
    /// [`WordsError`].
    pub fn without_personal(&self, entry: EntryId, content: &v1::Content) -> Result<Value, WordsError> {
        let broken = |what: String| WordsError::Broken { entry, what };
        let sealed = content.sealed.clone().ok_or_else(|| broken("the content is missing".to_owned()))?;
        let text = self.open(entry, Purpose::Content, sealed.clone())?;
        let key = KeyId::try_from(sealed.key_id.as_slice()).map_err(|error| broken(error.to_string()))?;
        let digest = self.vault.content_digest(key, &text).map_err(key_error)?;
        if Digest::try_from(content.digest.as_slice()) != Ok(digest) {
            return Err(broken("the content is not the one its digest names".to_owned()));
        }
        serde_json::from_slice(&text).map_err(|error| broken(error.to_string()))
    }

    /// A content that differs from an earlier one in its words only, sealed under a new key: its personal values and files stay.
    ///
    /// # Errors
    /// [`WordsError`].
    pub fn seal_content(&self, entry: EntryId, value: &Value, before: &v1::Content) -> Result<v1::Content, WordsError> {
        let text = canonical(value).map_err(|error| WordsError::Broken { entry, what: error.to_string() })?;
        let key = self.vault.fresh(Kind::Revision)?;
        let digest = self.vault.content_digest(key, &text).map_err(key_error)?;
        let sealed =
            self.vault.seal(key, &Binding::entry(entry, Purpose::Content), &text).map_err(|error| match error {
                SealError::TooLong { length, limit } => WordsError::TooLong { length, limit },
                SealError::Key(error) => key_error(error),
            })?;
        Ok(v1::Content { digest: digest.to_vec(), sealed: Some(sealed.into()), ..before.clone() })
    }

    /// A text in the clear; `None` when there is none, or its key is erased or not held.
    ///
    /// # Errors
    /// [`WordsError::Broken`] and [`WordsError::Vault`].
    pub fn text(
        &self,
        entry: EntryId,
        purpose: Purpose,
        sealed: Option<&v1::Sealed>,
    ) -> Result<Option<String>, WordsError> {
        let Some(sealed) = sealed else { return Ok(None) };
        match self.open(entry, purpose, sealed.clone()) {
            Ok(text) => match String::from_utf8(text) {
                Ok(text) => Ok(Some(text)),
                Err(error) => Err(WordsError::Broken { entry, what: error.utf8_error().to_string() }),
            },
            Err(WordsError::Erased(_) | WordsError::NotHeld(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Seals a text.
    ///
    /// # Errors
    /// [`WordsError`].
    pub fn seal(&self, key: KeyId, entry: EntryId, purpose: Purpose, text: &str) -> Result<v1::Sealed, WordsError> {
        let sealed = self.vault.seal(key, &Binding::entry(entry, purpose), text.as_bytes());
        sealed.map(Into::into).map_err(|error| match error {
            SealError::TooLong { length, limit } => WordsError::TooLong { length, limit },
            SealError::Key(error) => key_error(error),
        })
    }

    /// A new key for words of a review, durable.
    ///
    /// # Errors
    /// [`WordsError::Vault`].
    pub fn fresh_key(&self) -> Result<KeyId, WordsError> {
        Ok(self.vault.fresh(Kind::Review)?)
    }

    /// The key, if it can be used, else a new one.
    ///
    /// # Errors
    /// [`WordsError::Vault`].
    pub fn key_or_fresh(&self, key: Option<KeyId>) -> Result<KeyId, WordsError> {
        match key.filter(|key| self.vault.holds(*key)) {
            Some(key) => Ok(key),
            None => self.fresh_key(),
        }
    }

    /// Seals a text under a key of its own, so that it is read and forgotten apart from all others.
    ///
    /// # Errors
    /// [`WordsError`].
    pub fn seal_apart(&self, binding: &Binding, text: &str) -> Result<v1::Sealed, WordsError> {
        let sealed = self.vault.seal(self.fresh_key()?, binding, text.as_bytes());
        sealed.map(Into::into).map_err(|error| match error {
            SealError::TooLong { length, limit } => WordsError::TooLong { length, limit },
            SealError::Key(error) => key_error(error),
        })
    }

    /// Opens such a text; `None` when its key is erased or not held.
    ///
    /// # Errors
    /// [`WordsError::Vault`].
    pub fn open_apart(&self, binding: &Binding, sealed: v1::Sealed) -> Result<Option<String>, WordsError> {
        let Ok(sealed) = Sealed::try_from(sealed) else { return Ok(None) };
        match self.vault.unseal(&sealed, binding) {
            Ok(text) => Ok(String::from_utf8(text.to_vec()).ok()),
            Err(UnsealError::Vault(error)) => Err(WordsError::Vault(error)),
            Err(_) => Ok(None),
        }
    }

    fn open(&self, entry: EntryId, purpose: Purpose, sealed: v1::Sealed) -> Result<Vec<u8>, WordsError> {
        let broken = |what: String| WordsError::Broken { entry, what };
        let sealed = Sealed::try_from(sealed).map_err(|error| broken(error.to_string()))?;
        let opened = self.vault.unseal(&sealed, &Binding::entry(entry, purpose));
        opened.map(|text| text.to_vec()).map_err(|error| match error {
            UnsealError::Unknown(key) => WordsError::NotHeld(key),
            UnsealError::Erased(key) => WordsError::Erased(key),
            UnsealError::Damaged(_) => broken(error.to_string()),
            UnsealError::Vault(error) => WordsError::Vault(error),
        })
    }
}

fn key_error(error: KeyError) -> WordsError {
    match error {
        KeyError::Unknown(key) => WordsError::NotHeld(key),
        KeyError::Erased(key) => WordsError::Erased(key),
        KeyError::Vault(error) => WordsError::Vault(error),
    }
}

#[cfg(test)]
mod tests;
