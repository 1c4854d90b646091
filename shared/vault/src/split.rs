//! Taking personal values out of a content, and putting them back.

use std::collections::BTreeMap;

use dossier_proto::EntryId;
use serde_json::Value;

use crate::{
    Absence, Joined, KeyError, Kind, PersonalError, PersonalValue, Split, UnsealError, Vault, Withheld, canonical,
    commitment_in, digest_with_salt,
    personal::token,
    places::{check_pointers, put, refuse_reserved, take},
};

impl Vault {
    /// Takes the values at `pointers` out of a content and seals each under a key of its own. A pointer to nothing or to null is passed
    /// over.
    ///
    /// `previous` are the personal values of the revision this one was made from (or none). A value that has not changed keeps its key and
    /// its commitment, so the digest does not change by saving; and a token that was shown in place of a value that cannot be read any more
    /// is recognised and kept. Any other token in the content is refused.
    ///
    /// # Errors
    /// [`PersonalError`]: the content imitates a token or is over a limit, the pointers overlap, or the vault fails.
    pub fn split(
        &self,
        entry: EntryId,
        content: Value,
        pointers: &[impl AsRef<str>],
        previous: &[PersonalValue],
    ) -> Result<Split, PersonalError> {
        canonical(&content)?;
        check_pointers(pointers)?;
        let (mut content, taken) = take(content, pointers);
        refuse_reserved(&content, &mut String::new())?;
        let previous = previous.iter().map(|value| (value.pointer.as_str(), value)).collect::<BTreeMap<_, _>>();
        let mut personal = Vec::with_capacity(taken.len());
        for (pointer, value) in taken {
            let before = previous.get(pointer).copied();
            let sealed = match before.filter(|before| commitment_in(&value) == Some(before.commitment)) {
                Some(kept) => kept.clone(),
                None => self.seal_personal(entry, pointer, &value, before)?,
            };
            put(&mut content, pointer, token(&sealed.commitment))?;
            personal.push(sealed);
        }
        Ok(Split { content, personal })
    }

    /// Puts personal values back in their places; where a key is erased or not here, the token stays. Each value is checked against its
    /// commitment.
    ///
    /// # Errors
    /// [`PersonalError`]: a value does not belong to this content, was altered, or the vault fails.
    pub fn join(&self, entry: EntryId, content: Value, personal: &[PersonalValue]) -> Result<Joined, PersonalError> {
        let mut joined = Joined { content, withheld: Vec::new() };
        for value in personal {
            let there = joined.content.pointer(&value.pointer).and_then(commitment_in);
            if there != Some(value.commitment) {
                return Err(PersonalError::Misplaced { pointer: value.pointer.clone() });
            }
            match self.open_personal(entry, value) {
                Ok(opened) => put(&mut joined.content, &value.pointer, opened)?,
                Err(PersonalError::Unseal(UnsealError::Erased(_)) | PersonalError::Key(KeyError::Erased(_))) => {
                    joined.withheld.push(withheld(value, Absence::Erased));
                }
                Err(PersonalError::Unseal(UnsealError::Unknown(_)) | PersonalError::Key(KeyError::Unknown(_))) => {
                    joined.withheld.push(withheld(value, Absence::Unknown));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(joined)
    }

    /// The value as it was before when it is the same, otherwise the value under a new key.
    fn seal_personal(
        &self,
        entry: EntryId,
        pointer: &str,
        value: &Value,
        before: Option<&PersonalValue>,
    ) -> Result<PersonalValue, PersonalError> {
        refuse_reserved(value, &mut pointer.to_owned())?;
        let bytes = canonical(value)?;
        if let Some(before) = before {
            let salt = self.salt(before.key_id());
            if salt.is_ok_and(|salt| digest_with_salt(&salt, &bytes) == before.commitment) {
                return Ok(before.clone());
            }
        }
        let key_id = self.fresh(Kind::PersonalValue)?;
        let commitment = self.content_digest(key_id, &bytes)?;
        let sealed = self.seal(key_id, &PersonalValue::binding(entry, commitment), &bytes)?;
        Ok(PersonalValue { pointer: pointer.to_owned(), commitment, sealed })
    }

    fn open_personal(&self, entry: EntryId, value: &PersonalValue) -> Result<Value, PersonalError> {
        let bytes = self.unseal(&value.sealed, &PersonalValue::binding(entry, value.commitment))?;
        let salt = self.salt(value.key_id())?;
        let not_committed = || PersonalError::NotCommitted { pointer: value.pointer.clone() };
        if digest_with_salt(&salt, &bytes) != value.commitment {
            return Err(not_committed());
        }
        serde_json::from_slice(&bytes).map_err(|_| not_committed())
    }
}

fn withheld(value: &PersonalValue, why: Absence) -> Withheld {
    Withheld { pointer: value.pointer.clone(), key_id: value.key_id(), why }
}
