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

use dossier_proto::{Digest, EntryId, KeyId};
use serde_json::{Map, Value};

use crate::{
    Binding, CanonicalError, KeyError, Purpose, Salt, SealError, Sealed, UnsealError, VaultError, canonical,
    digest_with_salt,
};

/// The one member of a token. No content of users may hold a member of this name, at any depth.
pub(crate) const TOKEN: &str = "$commitment";

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

    pub(crate) fn binding(entry: EntryId, commitment: Digest) -> Binding {
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

/// What stands in a content in place of a value.
pub(crate) fn token(commitment: &Digest) -> Value {
    Value::Object(Map::from_iter([(TOKEN.to_owned(), Value::String(commitment.to_string()))]))
}
