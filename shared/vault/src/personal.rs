//! Personal values: what a content holds about a person, kept apart so that it can be forgotten alone.
//!
//! In the content that is digested, decided on and proven, a personal value is replaced by a token
//!
//! ```json
//! {"$commitment": "64 hexadecimal digits"}
//! ```
//!
//! where the digits are `SHA-256(salt ‖ canonical JSON of the value)` with a salt of its own. The value itself is sealed under a
//! key of its own, which keeps that salt. So a proof of the content discloses nothing personal; who is shown value and salt can check them; and
//! when the key is erased, the salt goes with it and the commitment says nothing any more, while every digest stays right.

use std::collections::BTreeMap;

use dossier_proto::{Digest, EntryId, KeyId};
use serde_json::{Map, Value};

use crate::{
    Binding, CanonicalError, KeyError, Kind, Purpose, Salt, SealError, Sealed, UnsealError, Vault, VaultError,
    canonical, digest_with_salt,
};

/// The one member of a token. No content of users may hold a member of this name, at any depth.
const TOKEN: &str = "$commitment";

/// The most personal values in one content. Each takes about 250 bytes in the event beside its own text, so 128 take 32 KiB: half of what an
/// event has room for beside its content.
pub const MAX_PERSONAL: usize = 128;

/// A personal value as it stands in events: where, its commitment, and the value under seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalValue {
    /// Where in the content it stands, as a JSON pointer ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)).
    pub pointer: String,
    /// `SHA-256(salt ‖ canonical JSON of the value)`.
    pub commitment: Digest,
    /// The canonical JSON of the value, under a key of its own.
    pub sealed: Sealed,
}

impl PersonalValue {
    /// The key to erase when the value is to be forgotten.
    pub fn key_id(&self) -> KeyId {
        self.sealed.key_id
    }

    fn binding(entry: EntryId, commitment: Digest) -> Binding {
        Binding::entry(entry, Purpose::PersonalValue).with(commitment)
    }
}

/// A content whose personal values stand apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// The content with tokens: what is digested.
    pub content: Value,
    /// The values, in the order of the pointers.
    pub personal: Vec<PersonalValue>,
}

/// A content with its personal values back in place, as far as they can be read here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// The content; a token stands where a value is withheld.
    pub content: Value,
    /// The values that cannot be read here.
    pub withheld: Vec<Withheld>,
}

/// A personal value that cannot be read here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    /// Where it stands.
    pub pointer: String,
    /// Its key.
    pub key_id: KeyId,
    /// Why.
    pub why: Absence,
}

/// Why a personal value cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// It was forgotten, for good.
    Erased,
    /// This service does not hold its key.
    Unknown,
}

/// Personal values cannot be taken out of a content or put back.
#[derive(Debug, thiserror::Error)]
pub enum PersonalError {
    /// Not a pointer to a part of the content.
    #[error("{0:?} is not a JSON pointer to a part of a content")]
    Pointer(String),
    /// Two pointers, one inside the other.
    #[error("the personal value at {inner:?} lies within the one at {outer:?}")]
    Overlap {
        /// The wider one.
        outer: String,
        /// The one inside, or the same again.
        inner: String,
    },
    /// More than [`MAX_PERSONAL`].
    #[error("the content holds {0} personal values, the limit is {MAX_PERSONAL}")]
    TooMany(usize),
    /// The content holds a member named as our tokens are. At an edge: 422.
    #[error("the content has a member \"$commitment\" at {at:?}; that name is reserved")]
    Reserved {
        /// Where.
        at: String,
    },
    /// The content has no token with this commitment at this place: content and values do not belong together.
    #[error("the content has no token of the personal value at {pointer:?}")]
    Misplaced {
        /// Where it should be.
        pointer: String,
    },
    /// The value under seal is not the one that was committed to.
    #[error("the personal value at {pointer:?} is not the one the content commits to")]
    NotCommitted {
        /// Where.
        pointer: String,
    },
    /// The content or a value has no canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// A value cannot be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A value cannot be opened (other than by being erased or unknown).
    #[error(transparent)]
    Unseal(#[from] UnsealError),
    /// A salt cannot be read.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// No key can be made.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// The commitment in a token, if the value is one.
pub fn commitment_in(value: &Value) -> Option<Digest> {
    let Value::Object(members) = value else { return None };
    match members.get(TOKEN) {
        Some(Value::String(text)) if members.len() == 1 => {
            text.parse().ok().filter(|digest: &Digest| digest.to_string() == *text)
        }
        _ => None,
    }
}

/// Whether a disclosed value and salt are what a content commits to.
pub fn verify_commitment(commitment: &Digest, salt: &Salt, value: &Value) -> bool {
    canonical(value).is_ok_and(|bytes| digest_with_salt(salt, &bytes) == *commitment)
}

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

fn token(commitment: &Digest) -> Value {
    Value::Object(Map::from_iter([(TOKEN.to_owned(), Value::String(commitment.to_string()))]))
}

/// Refuses pointers to the whole, pointers that are none, too many, and one inside another.
fn check_pointers(pointers: &[impl AsRef<str>]) -> Result<(), PersonalError> {
    if pointers.len() > MAX_PERSONAL {
        return Err(PersonalError::TooMany(pointers.len()));
    }
    let mut sorted = pointers.iter().map(AsRef::as_ref).collect::<Vec<&str>>();
    if let Some(wrong) = sorted.iter().find(|pointer| !is_pointer(pointer)) {
        return Err(PersonalError::Pointer((*wrong).to_owned()));
    }
    // By steps, so that what lies within another follows it at once: "/a", "/a/b", "/a!" sorted as texts would not.
    sorted.sort_by(|a, b| a.split('/').cmp(b.split('/')));
    for pair in sorted.windows(2) {
        let within = pair[1].strip_prefix(pair[0]).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if within {
            return Err(PersonalError::Overlap { outer: pair[0].to_owned(), inner: pair[1].to_owned() });
        }
    }
    Ok(())
}

/// To a part, not to the whole; and each `~` begins `~0` or `~1`, so that no two pointers lead to one place.
fn is_pointer(text: &str) -> bool {
    text.starts_with('/') && text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']))
}

/// Takes the values out and leaves null in their places.
fn take(mut content: Value, pointers: &[impl AsRef<str>]) -> (Value, Vec<(&str, Value)>) {
    let mut taken = Vec::new();
    for pointer in pointers.iter().map(AsRef::as_ref) {
        if let Some(place) = content.pointer_mut(pointer).filter(|place| !place.is_null()) {
            taken.push((pointer, place.take()));
        }
    }
    (content, taken)
}

fn put(content: &mut Value, pointer: &str, value: Value) -> Result<(), PersonalError> {
    let place = content.pointer_mut(pointer);
    *place.ok_or_else(|| PersonalError::Misplaced { pointer: pointer.to_owned() })? = value;
    Ok(())
}

/// Refuses a member with the name of a token, at any depth. `at` is where we are, as a JSON pointer. The depth is bounded: the caller has
/// asked for the canonical form.
fn refuse_reserved(value: &Value, at: &mut String) -> Result<(), PersonalError> {
    let here = at.len();
    match value {
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                at.push_str(&format!("/{number}"));
                refuse_reserved(item, at)?;
                at.truncate(here);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                if name == TOKEN {
                    return Err(PersonalError::Reserved { at: at.clone() });
                }
                at.push('/');
                at.push_str(&name.replace('~', "~0").replace('/', "~1"));
                refuse_reserved(member, at)?;
                at.truncate(here);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    Ok(())
}
