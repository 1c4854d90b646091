//! Sealing and unsealing: the only room that touches what people wrote. It computes what deciders need to know of the
//! words, so that they never see one.
//!
//! How the texts of an entry are bound, for whoever is given their keys (each as [`Binding::entry`]):
//!
//! | text | key | purpose |
//! |---|---|---|
//! | content, canonical JSON | the revision's | [`Purpose::Content`] |
//! | what has changed | the revision's | [`Purpose::WhatChanged`] |
//! | answer to a requested change | the revision's | [`Purpose::Answer`] |
//! | reason to withdraw | the last submitted revision's, else the working one's | [`Purpose::Reason`] |
//! | reason to ask for retraction | the public revision's | [`Purpose::Reason`] |
//! | what has changed, and answers, of what awaits clearance | one of their own | as above |
//! | why it was returned by the publishing authority | one of its own | [`Purpose::Reason`] |
//! | note of the publishing authority that cleared it | the revision's | [`Purpose::Note`] |
//! | reason to ask for a retraction that has to be cleared | one of its own | [`Purpose::Reason`] |
//! | appeal, objection to a correction | the last submitted revision's | [`Purpose::Reason`] |
//! | who signed a paper that was filed on behalf | one of its own | [`Purpose::Name`] |
//! | comment to the body | the review's | [`Purpose::Comment`] |
//! | the file it was read from | the first revision's | [`Purpose::Attachment`], with the file's digest |
//! | requested change, and the words it is about | the review's | [`Purpose::RequestedChange`], [`Purpose::Quote`] |
//! | reason of a refusal | the review's | [`Purpose::Reason`] |

use dossier_proto::{Digest, EntryId, KeyId, v1};
use dossier_vault::{
    Binding, CanonicalError, KeyError, Kind, PersonalError, PersonalValue, Purpose, SealError, Sealed, UnsealError,
    Vault, VaultError, WireError, Withheld, canonical,
};
use serde_json::Value;
use zeroize::Zeroizing;

/// Words cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum WordsError {
    /// The content has no canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// The personal values cannot be set apart or put back.
    #[error(transparent)]
    Personal(#[from] PersonalError),
    /// A text cannot be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A text cannot be opened.
    #[error(transparent)]
    Unseal(#[from] UnsealError),
    /// A key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// No key can be made.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// An event does not hold what it should.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// A content in an event is not sealed, or what was sealed is no JSON.
    #[error("the content of the event is not one")]
    NoContent,
}

impl WordsError {
    /// Whether the words are gone for good, or were never here, or nothing can be sealed beside them any more: nothing to
    /// alarm anybody about.
    pub fn is_absence(&self) -> bool {
        matches!(
            self,
            Self::Unseal(UnsealError::Erased(_) | UnsealError::Unknown(_))
                | Self::Seal(SealError::Key(KeyError::Erased(_) | KeyError::Unknown(_)))
                | Self::Key(KeyError::Erased(_) | KeyError::Unknown(_))
        )
    }
}

/// A content in the clear.
#[derive(Debug)]
pub struct Opened {
    /// What was digested: canonical JSON with tokens in place of personal values.
    pub bytes: Zeroizing<Vec<u8>>,
    /// What its writers see: personal values in their places.
    pub content: Value,
    /// The personal values as they stand in the event.
    pub personal: Vec<PersonalValue>,
    /// The personal values that cannot be read any more.
    pub withheld: Vec<Withheld>,
}

impl Opened {
    /// The content without what cannot be read any more: what validation is to look at.
    pub fn readable(&self) -> Value {
        let mut content = self.content.clone();
        for gone in &self.withheld {
            remove(&mut content, &gone.pointer);
        }
        content
    }
}

/// Removes what stands at a pointer to a member of the whole.
fn remove(content: &mut Value, pointer: &str) {
    let name = pointer.trim_start_matches('/');
    if let Value::Object(members) = content {
        members.remove(name);
    }
}

/// A content in the form in which equal contents are equal: what canonical JSON makes of it.
///
/// # Errors
/// [`CanonicalError`]: too large, too deep, or with a number that not every reader keeps.
pub fn normal(content: &Value) -> Result<Value, CanonicalError> {
    let bytes = Zeroizing::new(canonical(content)?);
    // Canonical JSON is JSON; were it not, the content as it came is the next best.
    Ok(serde_json::from_slice(&bytes).unwrap_or_else(|_| content.clone()))
}

/// The keys of the members that differ. Both contents are in normal form.
pub fn changed(before: &Value, after: &Value) -> Vec<String> {
    let empty = serde_json::Map::new();
    let (before, after) = (before.as_object().unwrap_or(&empty), after.as_object().unwrap_or(&empty));
    let gone = before.keys().filter(|key| !after.contains_key(*key));
    let new = after.iter().filter(|(key, value)| before.get(*key) != Some(*value)).map(|(key, _)| key);
    let mut keys: Vec<String> = gone.chain(new).cloned().collect();
    keys.sort_unstable();
    keys
}

/// Seals and unseals for one service.
#[derive(Clone)]
pub struct Words {
    vault: Vault,
}

impl Words {
    /// Over these keys.
    pub fn new(vault: Vault) -> Self {
        Self { vault }
    }

    /// Seals a content as revision number `revision`, under a key of its own. `previous` are the personal values of the
    /// revision it was made from.
    ///
    /// # Errors
    /// [`WordsError`]: no canonical form, it imitates a token, or the vault fails.
    pub fn seal_content(
        &self,
        entry: EntryId,
        revision: u32,
        content: Value,
        personal: &[String],
        previous: &[PersonalValue],
    ) -> Result<v1::Content, WordsError> {
        let split = self.vault.split(entry, content, personal, previous)?;
        let bytes = Zeroizing::new(canonical(&split.content)?);
        let key = self.vault.fresh(Kind::Revision)?;
        let digest = self.vault.content_digest(key, &bytes)?;
        let sealed = self.vault.seal(key, &Binding::entry(entry, Purpose::Content), &bytes)?;
        Ok(v1::Content {
            revision,
            digest: digest.to_vec(),
            sealed: Some(sealed.into()),
            personal: split.personal.into_iter().map(Into::into).collect(),
            ..v1::Content::default()
        })
    }

    /// Destroys the key of something that nobody needs any more.
    ///
    /// # Errors
    /// [`VaultError`] when the disk fails.
    pub fn forget(&self, key: KeyId) -> Result<(), VaultError> {
        self.vault.erase(key).map(drop)
    }

    /// Opens a content.
    ///
    /// # Errors
    /// [`WordsError`]; see [`WordsError::is_absence`] for keys that were erased.
    pub fn open_content(&self, entry: EntryId, content: &v1::Content) -> Result<Opened, WordsError> {
        let sealed = Sealed::try_from(content.sealed.clone().ok_or(WordsError::NoContent)?)?;
        let bytes = self.vault.unseal(&sealed, &Binding::entry(entry, Purpose::Content))?;
        let value: Value = serde_json::from_slice(&bytes).map_err(|_| WordsError::NoContent)?;
        let personal: Result<Vec<PersonalValue>, _> =
            content.personal.iter().cloned().map(PersonalValue::try_from).collect();
        let personal = personal?;
        let joined = self.vault.join(entry, value, &personal)?;
        Ok(Opened { bytes, content: joined.content, personal, withheld: joined.withheld })
    }

    /// Whether `bytes` are the content that `earlier` is: the same canonical JSON, though every revision has another salt.
    ///
    /// # Errors
    /// [`WordsError`] when the vault fails; an erased key is "no".
    pub fn is_same(&self, bytes: &[u8], earlier: &v1::Content) -> Result<bool, WordsError> {
        let Some(key) = key_of(earlier) else { return Ok(false) };
        match self.vault.content_digest(key, bytes) {
            Ok(digest) => Ok(Digest::try_from(earlier.digest.as_slice()) == Ok(digest)),
            Err(KeyError::Erased(_) | KeyError::Unknown(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether a key can be used here: it was made or given, and not erased.
    pub fn holds(&self, key: KeyId) -> bool {
        self.vault.holds(key)
    }

    /// A key of its own, for words that are to be read, and forgotten, apart from any content.
    ///
    /// # Errors
    /// [`WordsError`] when the vault fails.
    pub fn fresh_key(&self) -> Result<KeyId, WordsError> {
        Ok(self.vault.fresh(Kind::Revision)?)
    }

    /// A key for the name of somebody who has no account here: who signed a paper.
    ///
    /// # Errors
    /// [`WordsError`] when the vault fails.
    pub fn fresh_key_of_person(&self) -> Result<KeyId, WordsError> {
        Ok(self.vault.fresh(Kind::Person)?)
    }

    /// Seals a text that people said about an entry.
    ///
    /// # Errors
    /// [`WordsError`]: the key is erased, or the vault fails.
    pub fn seal_text(
        &self,
        key: KeyId,
        entry: EntryId,
        purpose: Purpose,
        text: &str,
    ) -> Result<v1::Sealed, WordsError> {
        Ok(self.vault.seal(key, &Binding::entry(entry, purpose), text.as_bytes())?.into())
    }

    /// How a file is known where others may read: only this service can make it from the file.
    pub fn mark_of_file(&self, file: &[u8]) -> Digest {
        self.vault.mark("file of a submission", file)
    }

    /// Seals the file an entry was read from.
    ///
    /// # Errors
    /// [`WordsError`]: too long, the key is erased, or the vault fails.
    pub fn seal_file(&self, key: KeyId, entry: EntryId, digest: Digest, file: &[u8]) -> Result<v1::Sealed, WordsError> {
        Ok(self.vault.seal(key, &Binding::entry(entry, Purpose::Attachment).with(digest), file)?.into())
    }

    /// Opens the file an entry was read from; none when its key is erased.
    ///
    /// # Errors
    /// [`WordsError`]: it was altered or belongs elsewhere, or the vault fails.
    pub fn open_file(
        &self,
        entry: EntryId,
        digest: Digest,
        sealed: v1::Sealed,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, WordsError> {
        let sealed = Sealed::try_from(sealed)?;
        match self.vault.unseal(&sealed, &Binding::entry(entry, Purpose::Attachment).with(digest)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(UnsealError::Erased(_) | UnsealError::Unknown(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Opens a text; none when its key is erased or was never given to this service.
    ///
    /// # Errors
    /// [`WordsError`]: it was altered or belongs elsewhere, or the vault fails.
    pub fn open_text(
        &self,
        entry: EntryId,
        purpose: Purpose,
        sealed: &v1::Sealed,
    ) -> Result<Option<String>, WordsError> {
        let sealed = Sealed::try_from(sealed.clone())?;
        match self.vault.unseal(&sealed, &Binding::entry(entry, purpose)) {
            Ok(bytes) => Ok(String::from_utf8(bytes.to_vec()).ok()),
            Err(UnsealError::Erased(_) | UnsealError::Unknown(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// The key of a content.
pub fn key_of(content: &v1::Content) -> Option<KeyId> {
    let sealed = content.sealed.as_ref()?;
    KeyId::try_from(sealed.key_id.as_slice()).ok()
}

#[cfg(test)]
mod tests;
