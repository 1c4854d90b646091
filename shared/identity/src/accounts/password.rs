//! Passwords: which are taken, and what is kept of one.
//!
//! Kept is Argon2id ([RFC 9106](https://www.rfc-editor.org/rfc/rfc9106)) with a salt of its own and a secret that follows from the master
//! key, so that a copy of the directory alone confirms no guess.
//!
//! Hashing is dear on purpose, so it is rationed: one at a time. It takes 19 MiB and about 33 ms of one core (measured on a busy machine; two
//! passes, one lane: the second of the settings that OWASP gives as equal). So however many people try to sign in at once, it takes one of
//! two cores and 19 MiB, and some thirty are answered a second. At most [`WAITING_MAX`] wait; who comes when all places are taken is asked to come back.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use argon2::{Algorithm, Argon2, Params, Version};
use dossier_vault::MasterKey;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::{AccountsError, address};

/// KiB of memory for one hash.
const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over it.
const PASSES: u32 = 2;
/// Hashes at once.
const AT_ONCE: usize = 1;
/// Who may wait for their turn: 64 × 33 ms are 2.1 s; a place in the queue is a text of 512 characters, so 64 × 2 KiB.
pub(super) const WAITING_MAX: usize = 64;
/// Characters of a password after normalisation.
const LENGTHS: std::ops::RangeInclusive<usize> = 12..=128;
/// Bytes of a password as it comes in. 128 characters of 4 bytes; some take more room before they are normalised.
const BYTES_MAX: usize = 1024;
/// The parameters of a hash that is read from a file: more would be damage, and must not take the machine.
const STORED_MEMORY_KIB_MAX: u32 = 256 * 1024;
const STORED_PASSES_MAX: u32 = 16;

/// Passwords that everybody tries first, of those that are long enough. (A list of a million would refuse little more: what is
/// guessed is held back by the throttle.)
const KNOWN: [&str; 24] = [
    "123456789012",
    "1234567890123",
    "12345678901234",
    "123456789123",
    "123123123123",
    "012345678901",
    "password1234",
    "password12345",
    "passwordpassword",
    "password123456",
    "qwertyuiop123",
    "qwertyuiop12",
    "qwerty123456",
    "qwertyqwerty",
    "abcdefghijkl",
    "abcdefghijklm",
    "1q2w3e4r5t6y",
    "administrator",
    "administrator1",
    "iloveyou1234",
    "letmein12345",
    "welcome12345",
    "changeme1234",
    "correcthorsebatterystaple",
];

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordFault {
    /// Too few characters.
    #[error("the password has fewer than {} characters; a few words that only you would put together make a good one", LENGTHS.start())]
    TooShort,
    /// Too many.
    #[error("the password has more than {} characters", LENGTHS.end())]
    TooLong,
    /// It is one that everybody tries first, or says one thing over and over.
    #[error("the password is one of those that are tried first; take another one")]
    Known,
    /// It is the name or the address.
    #[error("the password is your name or your address; take another one")]
    OneOfYours,
}

impl PasswordFault {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooShort => "password-too-short",
            Self::TooLong => "password-too-long",
            Self::Known => "password-known",
            Self::OneOfYours => "password-is-name-or-address",
        }
    }
}

/// A password as it was typed, normalised (NFKC), so that another keyboard gives the same. Wiped when dropped.
pub(super) struct Typed(Zeroizing<String>);

impl Typed {
    /// None when it is longer than any password may be: then it is nobody's.
    pub(super) fn of(text: &str) -> Option<Self> {
        if text.len() > BYTES_MAX {
            return None;
        }
        let normal = Zeroizing::new(text.nfkc().collect::<String>());
        (normal.chars().count() <= *LENGTHS.end()).then_some(Self(normal))
    }

    /// Whether it may be the password of somebody with this name and address.
    pub(super) fn judge(&self, name: Option<&str>, mail: Option<&str>) -> Result<(), PasswordFault> {
        if self.0.chars().count() < *LENGTHS.start() {
            return Err(PasswordFault::TooShort);
        }
        let said = bare(&self.0);
        let distinct = self.0.chars().collect::<std::collections::BTreeSet<_>>().len();
        if distinct < 5 || KNOWN.contains(&said.as_str()) {
            return Err(PasswordFault::Known);
        }
        let local = mail.and_then(|mail| mail.split_once('@')).map(|(local, _)| local);
        let own = [name, mail, local].into_iter().flatten().map(bare);
        if own.filter(|own| !own.is_empty()).any(|own| said == own || *said == own.repeat(2)) {
            return Err(PasswordFault::OneOfYours);
        }
        Ok(())
    }
}

/// Letters and digits alone, small: what remains when somebody adds dots and capitals to be let through.
fn bare(text: &str) -> Zeroizing<String> {
    Zeroizing::new(address::folded(text).chars().filter(|c| c.is_alphanumeric()).collect())
}

/// What is kept of a password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredPassword {
    memory_kib: u32,
    passes: u32,
    #[serde(with = "hex")]
    salt: [u8; 16],
    #[serde(with = "hex")]
    hash: [u8; 32],
}

impl std::fmt::Debug for StoredPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StoredPassword(…)")
    }
}

impl StoredPassword {
    /// Whether a hash from a file can be worked with.
    pub(super) fn check(&self) -> Result<(), String> {
        let fits =
            (8..=STORED_MEMORY_KIB_MAX).contains(&self.memory_kib) && (1..=STORED_PASSES_MAX).contains(&self.passes);
        if fits { Ok(()) } else { Err("the parameters of its password are beyond all limits".to_owned()) }
    }

    /// One that no password has, and that takes as long to say so: for whoever has none.
    fn nobody() -> Self {
        Self { memory_kib: MEMORY_KIB, passes: PASSES, salt: [0; 16], hash: [0; 32] }
    }
}

/// All places are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many people sign in at this moment; repeat this in two seconds")]
pub struct Crowded;

/// Hashes, one at a time.
pub(super) struct Hashing {
    secret: Arc<Zeroizing<[u8; 32]>>,
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
}

/// Somebody's place among those who wait.
struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Hashing {
    pub(super) fn new(master: &MasterKey) -> Self {
        Self {
            secret: Arc::new(Zeroizing::new(master.derive("accounts/passwords/1"))),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: AtomicUsize::new(0),
        }
    }

    /// What is kept of a password that was judged to be one.
    pub(super) async fn keep(&self, typed: Typed) -> Result<StoredPassword, HashingError> {
        let mut stored = StoredPassword { salt: [0; 16], ..StoredPassword::nobody() };
        getrandom::fill(&mut stored.salt).map_err(AccountsError::from)?;
        stored.hash = self.hash(stored.clone(), typed).await?;
        Ok(stored)
    }

    /// Whether this is the password. For an account without one, and for nobody's account, as much is done, and the answer is no.
    pub(super) async fn is(&self, stored: Option<StoredPassword>, typed: Typed) -> Result<bool, HashingError> {
        let is_somebodys = stored.is_some();
        let stored = stored.unwrap_or_else(StoredPassword::nobody);
        let found = self.hash(stored.clone(), typed).await?;
        Ok(is_same(&found, &stored.hash) & is_somebodys)
    }

    async fn hash(&self, stored: StoredPassword, typed: Typed) -> Result<[u8; 32], HashingError> {
        let place = self.place()?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| Crowded)?;
        drop(place);
        let secret = Arc::clone(&self.secret);
        let work = tokio::task::spawn_blocking(move || {
            let hash = hash(&stored, &secret, &typed);
            // Not before: a caller who hangs up must not let a second one begin beside this.
            drop(turn);
            hash
        });
        // The work is cut short only when the whole process ends.
        work.await.map_err(|_| Crowded)?.map_err(|error| HashingError::Broken(error.to_string()))
    }

    fn place(&self) -> Result<Place<'_>, Crowded> {
        let taken = self.waiting.fetch_add(1, Ordering::AcqRel);
        let place = Place(&self.waiting);
        if taken >= WAITING_MAX { Err(Crowded) } else { Ok(place) }
    }
}

/// Why there is no hash.
#[derive(Debug, thiserror::Error)]
pub(super) enum HashingError {
    #[error(transparent)]
    Crowded(#[from] Crowded),
    #[error(transparent)]
    Accounts(#[from] AccountsError),
    #[error("a password could not be hashed: {0}")]
    Broken(String),
}

fn hash(stored: &StoredPassword, secret: &[u8; 32], typed: &Typed) -> Result<[u8; 32], argon2::Error> {
    let params = Params::new(stored.memory_kib, stored.passes, 1, Some(32))?;
    let mut out = [0; 32];
    let argon = Argon2::new_with_secret(secret, Algorithm::Argon2id, Version::V0x13, params)?;
    argon.hash_password_into(typed.0.as_bytes(), &stored.salt, &mut out)?;
    Ok(out)
}

/// Looks at every byte, whatever the first ones say.
fn is_same(one: &[u8; 32], other: &[u8; 32]) -> bool {
    one.iter().zip(other).fold(0, |differences, (a, b)| differences | (a ^ b)) == 0
}

#[cfg(test)]
mod tests;
