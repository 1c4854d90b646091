//! Keys, sealing, commitments, erasure.

mod binding;
mod canonical;
mod disk;
mod error;
mod grant;
mod header;
mod index;
mod kind;
mod master;
mod material;
mod opening;
mod personal;
mod pool;
mod salt;
mod scan;
mod sealing;
mod slot;
mod vault;
mod wire;
mod writer;

pub use binding::{Binding, Purpose};
pub use canonical::{CanonicalError, MAX_CONTENT, MAX_DEPTH, MAX_INTEGER, canonical};
pub use error::{Damage, DamagedSlot, KeyError, SealError, UnsealError, VaultError};
pub use grant::{Admitted, GRANTED_KEY, GrantError, Granted, GrantedKey, decode_keys, encode_keys};
pub use kind::Kind;
pub use master::{MasterKey, MasterKeyError};
pub use personal::{
    Absence, Joined, MAX_PERSONAL, PersonalError, PersonalValue, Split, Withheld, commitment_in, verify_commitment,
};
pub use salt::{Salt, SaltError, digest_with_salt};
pub use sealing::{MAX_CIPHERTEXT, MAX_TEXT, Sealed};
pub use vault::{Counts, Erased, Holding, Vault};
pub use wire::WireError;

#[cfg(test)]
mod tests;
