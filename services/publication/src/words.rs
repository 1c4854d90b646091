//! Sealing and unsealing: the only place that touches what people wrote.

use dossier_proto::{Digest, EntryId, KeyId, v1};
use dossier_vault::{Binding, KeyError, Kind, Purpose, SealError, Sealed, UnsealError, Vault, WireError, canonical};
use serde_json::Value;

/// What can be read of an edition.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EditionWords {
    /// Its content. Personal values stand in it as commitments; their keys are never asked for.
    pub(crate) content: Value,
    /// What the body said has changed.
    pub(crate) what_changed: Option<String>,
    /// Whether salt and content give the digest that was published.
    pub(crate) agreement: Agreement,
}

/// Whether a text is the one its digest names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Agreement {
    /// It was computed again and is the same.
    Same,
    /// It was computed again and is another one.
    Differs,
}

/// What a publisher says with a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Saying {
    /// For the public.
    Explanation,
    /// For those concerned.
    Reason,
}

/// Why words cannot be read or sealed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WordsError {
    /// The key was destroyed: the words are gone for good.
    #[error("the words were erased")]
    Erased,
    /// The key is not here.
    #[error("the key {0} is not held here; its origin has to be asked again")]
    NoKey(KeyId),
    /// The event does not hold what it should.
    #[error("the event does not hold what it should: {0}")]
    Wire(#[from] WireError),
    /// The event holds no content.
    #[error("the event holds no content")]
    Missing,
    /// What was unsealed is not JSON, not canonical, or not UTF-8.
    #[error("what was unsealed is not what was sealed: {0}")]
    Form(String),
    /// Altered, or sealed for another place; or the vault failed.
    #[error(transparent)]
    Unseal(UnsealError),
    /// It could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The vault failed.
    #[error(transparent)]
    Key(KeyError),
}

impl From<UnsealError> for WordsError {
    fn from(error: UnsealError) -> Self {
        match error {
            UnsealError::Erased(_) => Self::Erased,
            UnsealError::Unknown(key) => Self::NoKey(key),
            other => Self::Unseal(other),
        }
    }
}

impl From<KeyError> for WordsError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Erased(_) => Self::Erased,
            KeyError::Unknown(key) => Self::NoKey(key),
            other => Self::Key(other),
        }
    }
}

/// The words of publication.
#[derive(Clone)]
pub(crate) struct Words {
    vault: Vault,
}

impl Words {
    pub(crate) fn new(vault: Vault) -> Self {
        Self { vault }
    }

    /// Whether a key can be used: what was unsealed and kept in memory is dropped when it cannot any more.
    pub(crate) fn holds(&self, key: KeyId) -> bool {
        self.vault.holds(key)
    }

    /// Reads an edition, and computes its digest again.
    pub(crate) fn edition(&self, entry: EntryId, published: &v1::EditionPublished) -> Result<EditionWords, WordsError> {
        let content = published.content.as_ref().ok_or(WordsError::Missing)?;
        let sealed: Sealed = content.sealed.clone().ok_or(WordsError::Missing)?.try_into()?;
        let bytes = self.vault.unseal(&sealed, &Binding::entry(entry, Purpose::Content))?;
        let value: Value = serde_json::from_slice(&bytes).map_err(|error| WordsError::Form(error.to_string()))?;
        // The digest is taken over the canonical form of what is shown, not over the bytes that happened to be sealed.
        let form = canonical(&value).map_err(|error| WordsError::Form(error.to_string()))?;
        let computed = self.vault.content_digest(sealed.key_id, &form)?;
        let named = Digest::try_from(content.digest.as_slice()).map_err(WireError::from)?;
        let agreement = if computed == named { Agreement::Same } else { Agreement::Differs };
        let what_changed = match &published.what_changed {
            Some(words) => Some(self.text(entry, Purpose::WhatChanged, words)?),
            None => None,
        };
        Ok(EditionWords { content: value, what_changed, agreement })
    }

    /// The public explanation of what a publisher decided.
    pub(crate) fn explanation(&self, entry: EntryId, sealed: &v1::Sealed) -> Result<String, WordsError> {
        self.text(entry, Purpose::Explanation, sealed)
    }

    /// What a body said when it asked for a retraction; `None` when its key is not for publication.
    pub(crate) fn reason_of_request(&self, entry: EntryId, sealed: &v1::Sealed) -> Result<Option<String>, WordsError> {
        match self.text(entry, Purpose::Reason, sealed) {
            Ok(text) => Ok(Some(text)),
            Err(WordsError::NoKey(_) | WordsError::Erased) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Seals what a publisher says under a key of its own, so that it can be erased without the text of the editions, and the
    /// other way round.
    pub(crate) fn seal(&self, saying: Saying, entry: EntryId, text: &str) -> Result<v1::Sealed, WordsError> {
        let key = self.vault.fresh(Kind::Review).map_err(|error| WordsError::Key(KeyError::Vault(error)))?;
        let purpose = match saying {
            Saying::Explanation => Purpose::Explanation,
            Saying::Reason => Purpose::Reason,
        };
        let sealed = self.vault.seal(key, &Binding::entry(entry, purpose), text.as_bytes())?;
        Ok(sealed.into())
    }

    /// A content alone, such as that of what waits for its time; `None` when its words were erased.
    pub(crate) fn content(&self, entry: EntryId, content: &v1::Content) -> Result<Option<Value>, WordsError> {
        let sealed: Sealed = content.sealed.clone().ok_or(WordsError::Missing)?.try_into()?;
        let bytes = match self.vault.unseal(&sealed, &Binding::entry(entry, Purpose::Content)) {
            Err(UnsealError::Erased(_)) => return Ok(None),
            unsealed => unsealed?,
        };
        serde_json::from_slice(&bytes).map(Some).map_err(|error| WordsError::Form(error.to_string()))
    }

    fn text(&self, entry: EntryId, purpose: Purpose, sealed: &v1::Sealed) -> Result<String, WordsError> {
        let sealed: Sealed = sealed.clone().try_into()?;
        let bytes = self.vault.unseal(&sealed, &Binding::entry(entry, purpose))?;
        String::from_utf8(bytes.to_vec()).map_err(|error| WordsError::Form(error.to_string()))
    }
}
